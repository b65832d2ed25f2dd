"""A process for CPU work beside the event loop: jobs with a time limit, a restart after a kill."""
