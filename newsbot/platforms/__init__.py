"""The platforms: each translates requests in and replies out, and decides nothing else."""
