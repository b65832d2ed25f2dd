"""Slots: which dates and wall times a schedule names, at which instants they come, and what a change of it leaves out.

A slot is the nominal local date and wall time; it keeps them even where clocks carry its instant to the next date. At
most one slot is due on a nominal date: what was decided for a date is never decided again, whatever is changed.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from itertools import islice, takewhile
from typing import Literal

from newsbot.schedule.clock import comes_twice, instant_of, is_leapt_over, is_skipped_day, wall_time
from newsbot.schedule.timezones import zone_of

Clock = Literal["plain", "gap", "overlap", "no such day"]
_DAY = timedelta(days=1)
_WEEK = frozenset(range(7))


@dataclass(frozen=True, slots=True, order=True)
class Slot:
    """A nominal local date and wall time; as text `2025-03-29 23:30`."""

    day: date
    at: time

    def __str__(self) -> str:
        return f"{self.day.isoformat()} {self.at:%H:%M}"


@dataclass(frozen=True, slots=True)
class Schedule:
    """When a digest comes: a wall time in an IANA zone, on days of the week (Monday is 0).

    One that is monthly comes on the first of these days in each month.

    Raises ValueError where the time is not of whole minutes or has a zone of its own, or the days are none or no
    days; UnknownZone where the zone is none.
    """

    at: time
    zone: str
    days: frozenset[int] = _WEEK
    is_monthly: bool = False

    def __post_init__(self) -> None:
        if self.at != time(self.at.hour, self.at.minute):
            raise ValueError(f"{self.at!r} isn't a wall time in whole minutes")
        if not self.days or not self.days <= _WEEK:
            raise ValueError(f"{set(self.days)} are no days of the week, 0 to 6")
        zone_of(self.zone)

    def names(self, day: date) -> bool:
        """Whether the rule has a slot on this date."""
        if day.weekday() not in self.days:
            return False
        earlier = (day - _DAY * number for number in range(1, min(day.day, 8))) if self.is_monthly else ()
        return all(each.weekday() not in self.days for each in earlier)


@dataclass(frozen=True, slots=True)
class Occurrence:
    """A slot with its instant in UTC, and what clocks did to it.

    `gap`: they leap over the wall time, so it comes right after the leap; `overlap`: they show it twice, so it comes
    the first time; `no such day`: they leap over the whole date, so nothing is posted for it.
    """

    slot: Slot
    instant: datetime
    clock: Clock = "plain"


def occurrence(day: date, at: time, zone: str) -> Occurrence:
    """The slot of a nominal date and wall time in an IANA zone, with its instant."""
    rules = zone_of(zone)
    clock: Clock = "overlap" if comes_twice(day, at, rules) else "plain"
    if is_leapt_over(day, at, rules):
        clock = "no such day" if is_skipped_day(day, rules) else "gap"
    return Occurrence(Slot(day, at), instant_of(day, at, rules), clock)


def occurrences(rule: Schedule, last_day: date | None, after: datetime) -> Iterator[Occurrence]:
    """The rule's slots that are dated after `last_day` and come after the instant `after`, in order, without end.

    `last_day` is the latest nominal date that was decided, by this rule or an earlier one; None where none was.
    """
    # Nothing earlier can still come: a slot comes when clocks first show its date and time, or have passed them.
    day = wall_time(after, zone_of(rule.zone)).date()
    if last_day:
        day = max(day, last_day + _DAY)
    while True:
        if rule.names(day) and (found := occurrence(day, rule.at, rule.zone)).instant > after:
            yield found
        day += _DAY


def next_slots(rule: Schedule, last_day: date | None, after: datetime, count: int) -> tuple[Occurrence, ...]:
    """The next `count` slots at which something is posted."""
    posted = (found for found in occurrences(rule, last_day, after) if found.clock != "no such day")
    return tuple(islice(posted, count))


def slots_between(rule: Schedule, last_day: date | None, after: datetime, until: datetime) -> tuple[Occurrence, ...]:
    """Every slot dated after `last_day` that came after the instant `after`, up to and with `until`, in order.

    This is what a sweep at `until` has to decide. `after` is when the rule began to hold: made, changed or resumed.
    """
    return tuple(takewhile(lambda found: found.instant <= until, occurrences(rule, last_day, after)))


def slots_on(rule: Schedule, first: date, last: date) -> tuple[Occurrence, ...]:
    """Every slot of the nominal dates from `first` to `last`, both included; none where `last` is earlier."""
    days = (first + _DAY * number for number in range((last - first).days + 1))
    return tuple(occurrence(day, rule.at, rule.zone) for day in days if rule.names(day))


def lost_by_change(old: Schedule, new: Schedule, last_day: date | None, at: datetime) -> tuple[Occurrence, ...]:
    """The slots that a change from `old` to `new` at the instant `at` leaves out: their new instants have passed.

    They are dates that `old` still had before it, and `new` names too. Whoever changes the rule is told, and they are
    recorded as skipped: a date is never left out in silence. What was due under `old` is decided before the change.
    """
    ahead = next(occurrences(old, last_day, at)).slot.day
    resumes = next(occurrences(new, last_day, at)).slot.day
    return tuple(found for found in slots_on(new, ahead, resumes - _DAY) if old.names(found.slot.day))
