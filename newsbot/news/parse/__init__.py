"""Parsing: the body of an answer to plain values, in a process of its own with a hard stop."""
