"""Digests: subscriptions, what is due, what an edition says, and what happens to late ones."""
