"""Leaderboards: who stands where in a channel or a server, this week, this month or ever."""

from collections.abc import Collection, Iterable
from datetime import date, datetime, timedelta
from typing import Literal
from zoneinfo import ZoneInfo

from newsbot.messages.requests import Place
from newsbot.quizzes.scoring import Result, Score, placed, totals
from newsbot.quizzes.streaks import local_day

Period = Literal["week", "month", "all"]
Scope = Literal["channel", "server"]


def board(
    rows: Iterable[Result],
    period: Period,
    scope: Scope,
    here: Place,
    now: datetime,
    zone: ZoneInfo,
    hidden: Collection[str] = (),
) -> tuple[tuple[int, Score], ...]:
    """Places and scores, the first first; whoever hides is left out and takes nobody's place.

    A week begins on Monday, a month on its first; days are those of streaks, in the channel's zone. A private chat has
    no server: its board is of itself alone.
    """
    first = first_day(period, local_day(now, zone))
    counted = (
        row
        for row in rows
        if row.person not in hidden and is_within(row.place, here, scope) and local_day(row.at, zone) >= first
    )
    return placed(totals(counted))


def first_day(period: Period, today: date) -> date:
    """The first day of the period that `today` is in."""
    match period:
        case "week":
            return today - timedelta(days=today.weekday())
        case "month":
            return today.replace(day=1)
    return date.min


def is_within(place: Place, here: Place, scope: Scope) -> bool:
    """Whether what happened in `place` counts on the board of `here`; platforms never share one."""
    if (place.platform, place.workspace) != (here.platform, here.workspace):
        return False
    return place.channel == here.channel or (scope == "server" and bool(here.workspace))
