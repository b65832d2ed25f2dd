"""When things of Discord came to be: each id carries its instant, to the millisecond.

The format: https://docs.discord.com/developers/reference#snowflakes.
"""

from datetime import datetime

from discord.utils import snowflake_time


def created_at(snowflake: str | int) -> datetime | None:
    """The instant in an id, in UTC; None where there is none in it."""
    try:
        return snowflake_time(int(snowflake))
    except (ValueError, OverflowError, OSError):
        return None
