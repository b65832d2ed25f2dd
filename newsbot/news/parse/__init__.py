"""Parsing: the body of an answer to plain values, in a process of its own with a hard stop."""

# Goes up whenever the same body gives other entries than before: else a mend waits until the feed changes.
PARSER_VERSION = 1
