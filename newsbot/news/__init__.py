"""News that others publish: read from feeds and registers, remembered once each, and never told twice."""
