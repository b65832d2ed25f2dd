"""Digests: subscriptions, what is due, what is said, and what becomes of late ones."""
