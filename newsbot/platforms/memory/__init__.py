"""A platform in memory: for tests, drills and benchmarks, which script what goes wrong and read what stands there."""
