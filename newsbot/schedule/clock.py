"""Clock arithmetic: which instant a wall time is in a zone, and when a zone's clocks are changed.

Every function but `utc_now` is of values alone. Instants are in UTC; a wall time is a datetime or time without a zone.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

_SECOND = timedelta(seconds=1)
_STEP = timedelta(hours=12)  # no zone changes its clocks and changes them back within half a day


def utc_now() -> datetime:
    """This instant, in UTC: what everything that takes a clock is given where no test gives another."""
    return datetime.now(UTC)


@dataclass(frozen=True, slots=True)
class ClockChange:
    """Clocks are changed at `at`, an instant in UTC: they would show `old` and show `new` instead."""

    at: datetime
    old: datetime
    new: datetime

    @property
    def by(self) -> timedelta:
        """How far clocks go forward; negative where they go back."""
        return self.new - self.old

    def sentence(self, zone: str) -> str:
        """The change for people: "Clocks in Europe/Berlin go forward by 1 hour on Sunday, 29 March 2026, at 02:00."""
        way = "forward" if self.by > timedelta(0) else "back"
        on = f"{self.old:%A}, {self.old.day} {self.old:%B %Y}, at {self.old:%H:%M}"
        return f"Clocks in {zone} go {way} by {duration_words(abs(self.by))} on {on}."


def wall_time(instant: datetime, zone: ZoneInfo) -> datetime:
    """The wall time that clocks of `zone` show at `instant`."""
    return instant.astimezone(zone).replace(tzinfo=None, fold=0)


def instant_of(day: date, at: time, zone: ZoneInfo) -> datetime:
    """The first instant at which clocks of `zone` show the wall time `at` of `day`, or have passed it; in UTC.

    A wall time that clocks leap over is thus the first valid instant after the gap, be it on the next date; of a
    wall time that they show twice it is the first.
    """
    first, second = _readings(day, at, zone)
    return first if first <= second else _turn(zone, second, first)


def is_leapt_over(day: date, at: time, zone: ZoneInfo) -> bool:
    """Whether clocks of `zone` never show this wall time, as they are put forward over it."""
    first, second = _readings(day, at, zone)
    return first > second


def comes_twice(day: date, at: time, zone: ZoneInfo) -> bool:
    """Whether clocks of `zone` show this wall time twice, as they are put back."""
    first, second = _readings(day, at, zone)
    return first < second


def _readings(day: date, at: time, zone: ZoneInfo) -> tuple[datetime, datetime]:
    """The instants a wall time may be read as, in UTC: the same twice, as a rule.

    By PEP 495, fold=0 reckons with the offset before a change and fold=1 with the one after it. So in an overlap the
    first is the earlier; in a gap it is the later, and the change is between them.
    """
    local = datetime.combine(day, at, zone)
    return local.astimezone(UTC), local.replace(fold=1).astimezone(UTC)


def is_skipped_day(day: date, zone: ZoneInfo) -> bool:
    """Whether the zone leapt over the whole date: Samoa crossed the date line and had no 30 December 2011."""
    return wall_time(instant_of(day, time(0), zone), zone).date() != day


def changes_within(zone: ZoneInfo, start: datetime, end: datetime) -> tuple[ClockChange, ...]:
    """Every change of the clocks of `zone` after `start`, up to and with `end`, in order."""
    return tuple(_changes(zone, start.astimezone(UTC).replace(microsecond=0), end.astimezone(UTC)))


def _changes(zone: ZoneInfo, start: datetime, end: datetime) -> Iterator[ClockChange]:
    old = _offset(start, zone)
    while start < end:
        until = min(start + _STEP, end)
        if (new := _offset(until, zone)) != old:
            at = _turn(zone, start, until)
            wall = at.replace(tzinfo=None)
            yield ClockChange(at, wall + old, wall + new)
        start, old = until, new


def _turn(zone: ZoneInfo, before: datetime, until: datetime) -> datetime:
    """The instant, to the second, from which clocks no longer go as at `before`; they are known not to at `until`."""
    offset = _offset(before, zone)
    while until - before > _SECOND:
        middle = before + timedelta(seconds=(until - before) // _SECOND // 2)
        if _offset(middle, zone) == offset:
            before = middle
        else:
            until = middle
    return until


def _offset(instant: datetime, zone: ZoneInfo) -> timedelta:
    return instant.astimezone(zone).utcoffset() or timedelta(0)


def duration_words(span: timedelta) -> str:
    """A span of time in words, in its two largest units: "2 hours 40 minutes"; "less than a minute" where it is."""
    minutes = span // timedelta(minutes=1)
    counts = {"day": minutes // 1440, "hour": minutes // 60 % 24, "minute": minutes % 60}
    words = [f"{count} {unit}{'' if count == 1 else 's'}" for unit, count in counts.items() if count]
    return " ".join(words[:2]) or "less than a minute"
