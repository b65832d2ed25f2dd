"""`/digest`: what people do with the digests of a channel."""
