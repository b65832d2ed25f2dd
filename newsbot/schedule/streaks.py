"""Streaks: how many days in a row somebody played, by the clocks of the channel and kindly.

A day lasts from 03:00 until 03:00: who plays at half past two plays for the evening before. A day on which newsbot was
down, for however long, breaks no streak and adds nothing to it; nor does a date that the zone leapt over.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from newsbot.schedule.clock import is_skipped_day

if TYPE_CHECKING:
    from newsbot.storage.records import OutageRecord

GRACE = time(3)
_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Streak:
    """Days in a row up to today, and the most there ever were. Today breaks nothing before it is over."""

    current: int
    best: int


def local_day(at: datetime, zone: ZoneInfo) -> date:
    """The day that an instant belongs to in a zone: until 03:00 it is the day before."""
    shown = at.astimezone(zone)
    return shown.date() - _DAY if shown.time() < GRACE else shown.date()


def streak(played: Iterable[datetime], now: datetime, zone: ZoneInfo, outages: "Sequence[OutageRecord]" = ()) -> Streak:
    """The streak of somebody who played at these instants, at `now`."""
    today = local_day(now, zone)
    days = sorted({day for day in (local_day(at, zone) for at in played) if day <= today})
    down = [(local_day(outage.start, zone), local_day(outage.end, zone)) for outage in outages]
    best = current = 0
    for before, day in zip([None, *days], days, strict=False):
        current = current + 1 if before and _is_unbroken(before, day, zone, down) else 1
        best = max(best, current)
    if days and not _is_unbroken(days[-1], today, zone, down):
        current = 0
    return Streak(current, best)


def _is_unbroken(last: date, day: date, zone: ZoneInfo, down: Sequence[tuple[date, date]]) -> bool:
    """Whether no day strictly between the two breaks a streak."""
    between = last + _DAY
    while between < day:
        if not any(start <= between <= end for start, end in down) and not is_skipped_day(between, zone):
            return False
        between += _DAY
    return True
