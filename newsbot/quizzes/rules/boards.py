"""Leaderboards: from which instant on what people did counts, this week, this month or ever."""

from datetime import UTC, datetime, timedelta
from typing import Literal
from zoneinfo import ZoneInfo

from newsbot.schedule.streaks import GRACE, local_day

Period = Literal["week", "month", "all"]
Scope = Literal["channel", "server"]


def first_instant(period: Period, now: datetime, zone: ZoneInfo) -> datetime | None:
    """When the period began that `now` is in, in the channel's zone; None where all time counts.

    A week begins on Monday, a month on its first; days are those of streaks, from 03:00 on.
    """
    today = local_day(now, zone)
    match period:
        case "week":
            first = today - timedelta(days=today.weekday())
        case "month":
            first = today.replace(day=1)
        case "all":
            return None
    return datetime.combine(first, GRACE, zone).astimezone(UTC)
