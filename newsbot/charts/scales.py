"""Axes: which ends and which numbers they have, which dates they name, and how close marks are drawn apart."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from newsbot.messages.charts import Point

_NUMBER_STEPS = (1, 2, 2.5, 5, 10)
_DAY_STEPS = (1, 2, 7, 14)
_MONTH_STEPS = (1, 3, 6, 12, 24, 60, 120, 600, 2400, 12000)
_NOTHING = 1e-250  # a value that differs from zero by rounding only
_ALIKE = 1e-9  # of the largest value: a spread below it is none
_ROOM = 0.1  # of the spread: what an axis that does not start at zero leaves beyond its values


@dataclass(frozen=True, slots=True)
class Scale:
    """Puts data from `low` to `high` on the pixels from `start` to `end`."""

    low: float
    high: float
    start: float
    end: float

    def at(self, value: float) -> float:
        """The pixel of a value."""
        return self.start + (self.end - self.start) * ((value - self.low) / (self.high - self.low))


def limits(points: Sequence[Point], zero_below: float) -> tuple[float, float]:
    """The ends of an axis that shows how values differ.

    Zero is one where the least value is under `zero_below` of the largest, or there is nothing to tell apart.
    """
    low, high = min(point.low for point in points), max(point.high for point in points)
    largest = max(abs(low), abs(high))
    if largest < _NOTHING:
        return 0.0, 1.0
    is_one = len(points) == 1 or high - low <= _ALIKE * largest
    room = _ROOM * (high - low)
    if low >= 0:
        starts_at_zero = is_one or low <= zero_below * high
        return (0.0, high) if starts_at_zero else (low - room, high + room)
    if high <= 0:
        ends_at_zero = is_one or high >= zero_below * low
        return (low, 0.0) if ends_at_zero else (low - room, high + room)
    return low - room, high + room


def number_ticks(low: float, high: float, most: int = 5) -> tuple[list[float], float]:
    """At most about `most` round numbers from `low` to `high`, and how far they are apart."""
    least = (high - low) / most
    power = 10.0 ** math.floor(math.log10(least))
    step = next(factor * power for factor in _NUMBER_STEPS if factor * power >= least * 0.999)
    first, last = math.ceil(low / step - 1e-6), math.floor(high / step + 1e-6)
    return [number * step for number in range(first, last + 1)], step


def date_ticks(first: date, last: date, most: int) -> list[tuple[date, str]]:
    """At most `most` round dates from `first` to `last`, each with its words."""
    for step in _DAY_STEPS:
        if (last - first).days <= step * (most - 1):
            days = range(0, (last - first).days + 1, step)
            return [(day, f"{day.day} {day:%b}") for day in (first + timedelta(number) for number in days)]
    for step in _MONTH_STEPS:
        ticks = _month_ticks(first, last, step)
        if len(ticks) <= most:
            break
    return ticks


def _month_ticks(first: date, last: date, step: int) -> list[tuple[date, str]]:
    start = -(-(first.year * 12 + first.month - (first.day == 1)) // step) * step
    months = range(start, last.year * 12 + last.month, step)
    days = [date(month // 12, month % 12 + 1, 1) for month in months]
    return [(day, f"{day:%Y}" if step >= 12 else f"{day:%b %Y}") for day in days]


def date_shares(days: Sequence[date]) -> list[float]:
    """Where each day stands between the first (0) and the last (1); all are 0 where there is one day only."""
    first, span = min(days), max(1, (max(days) - min(days)).days)
    return [(day - first).days / span for day in days]


def drawn_apart(places: Sequence[float], least: float, end: float) -> list[float]:
    """`places`, in order, moved as little as `least` between neighbours asks for, none of them beyond `end`."""
    apart: list[float] = []
    for place in places:
        apart.append(max(place, apart[-1] + least) if apart else place)
    bound = end
    for number in reversed(range(len(apart))):
        apart[number] = min(apart[number], bound)
        bound = apart[number] - least
    return apart
