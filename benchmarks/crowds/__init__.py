"""Crowds: very many people at a loopback Discord or Slack who press within a second, and a real newsbot."""
