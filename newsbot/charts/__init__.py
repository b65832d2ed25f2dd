"""Charts: chart data in, a PNG out; drawn in a worker process and cached on disk by content hash.

Only the worker imports matplotlib: `renderer`, `progress` and what they need do without.
"""
