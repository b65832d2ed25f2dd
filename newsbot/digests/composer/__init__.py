"""What digests say: composing an edition from content, news, and what was shown before."""
