"""newsbot explains AI market events inside Discord, Slack, a browser and a terminal."""

__version__ = "0.1.0"
