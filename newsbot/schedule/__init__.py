"""When digests come: the arithmetic of slots, zones and clock changes, as values."""
