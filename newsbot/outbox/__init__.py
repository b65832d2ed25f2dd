"""How messages leave: the courier that empties the outbox."""
