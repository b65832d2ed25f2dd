"""Fetches addresses outside: conditional requests, limits, and no way into this machine's own network."""
