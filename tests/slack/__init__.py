"""Slack: what is sent, against its documented limits, and the whole bot against a Slack on loopback."""
