"""When a question of the day closes: with the next digest of its channel where that comes soon, else after a day."""

from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo

from newsbot.schedule.clock import instant_of

_SOON = timedelta(days=3, hours=2)  # a weekend, whatever clocks do in it
_DAY = timedelta(days=1)
_MORNING = time(9)
_SHORTEST = timedelta(hours=6)


def closes_with_digests(now: datetime, following: datetime | None) -> datetime:
    """When a question closes that comes with a digest at `now`; `following` is when the next one of its channel is due.

    Where that is more than a weekend away, people learn the answer a day later all the same.
    """
    if following is not None and now < following <= now + _SOON:
        return following
    return now.replace(second=0, microsecond=0) + _DAY


def closes_on_request(now: datetime, following: datetime | None, zone: ZoneInfo) -> datetime:
    """When a question closes that somebody asked for: at nine in the morning of its channel, or with its next digest.

    It is open for six hours at least, unless a digest comes sooner.
    """
    local = (now + _SHORTEST).astimezone(zone)
    day = local.date() if local.time() <= _MORNING else local.date() + _DAY
    morning = instant_of(day, _MORNING, zone)
    return min(morning, following) if following is not None and following > now else morning
