"""What digests say: composing an edition from content, a wire of news, and what was shown before."""
