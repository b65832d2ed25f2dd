"""When a source is polled next: by how often it brings something, and by what its host and its feed ask for."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from itertools import pairwise
from random import Random

from newsbot.news.sources import LEAST_INTERVAL, LONGEST_INTERVAL

REMEMBERED = 20  # times at which news came
_FIRST = timedelta(minutes=30)  # until it is known how often a source brings something
_LOOKS_A_GAP = 8  # polls between two times at which something new came
_JITTER = 0.1
_HOUR = timedelta(hours=1)
_FAILURE, _LONGEST_FAILURE = timedelta(minutes=5), timedelta(hours=6)


@dataclass(frozen=True, slots=True)
class Wishes:
    """What a host and its feed ask for: not to come again before `not_before`, and not in these hours and days of UTC.

    Days count from 0, Monday.
    """

    not_before: datetime | None = None
    skip_hours: frozenset[int] = frozenset()
    skip_days: frozenset[int] = frozenset()


def usual_gap(news_at: Sequence[datetime]) -> timedelta | None:
    """How long it usually takes until something new comes; None where too little came to know."""
    gaps = sorted(later - earlier for earlier, later in pairwise(news_at))
    return gaps[len(gaps) // 2] if len(gaps) >= 3 else None


def interval(
    news_at: Sequence[datetime], now: datetime, least: timedelta, longest: timedelta, hurry: int = 0
) -> timedelta:
    """The time between two polls that go well. Each step of `hurry` makes it a quarter.

    A source that is silent for longer than usual is looked at as if its present silence were one of its gaps.
    """
    gap = usual_gap(news_at)
    found = _FIRST if gap is None else max(gap, (now - news_at[-1]) / 2) / _LOOKS_A_GAP
    found = min(max(found, least), longest) / 4.0**hurry
    return min(max(found, least, LEAST_INTERVAL), LONGEST_INTERVAL)


def failure_interval(failures: int, least: timedelta) -> timedelta:
    """The time to the next try after so many failures in a row: twice as long each time."""
    return max(min(_FAILURE * 2.0 ** min(max(failures, 1) - 1, 12), _LONGEST_FAILURE), least)


def next_poll(now: datetime, after: timedelta, wishes: Wishes, random: Random) -> datetime:
    """When to poll again: the interval spread by a tenth, but never sooner than was asked for."""
    found = now + after * (1 + _JITTER * (2 * random.random() - 1))
    if wishes.not_before is not None and found < wishes.not_before:
        # Later by a little that differs, so that not everybody comes back at the same second.
        found = wishes.not_before + after * _JITTER * random.random()
    return _outside_skipped(found, wishes)


def _outside_skipped(at: datetime, wishes: Wishes) -> datetime:
    """The first instant from `at` on that is in no skipped hour and day; `at` itself where all are skipped."""
    found = at.astimezone(UTC)
    for _ in range(8 * 24):
        if found.hour not in wishes.skip_hours and found.weekday() not in wishes.skip_days:
            return found
        found += _HOUR
    return at


# -- what was asked for -----------------------------------------------------------------------------------------------


def wish_of_retry_after(value: str, now: datetime) -> datetime | None:
    """The instant of a `Retry-After`, in seconds or as a date; at most a day ahead, None where it says nothing."""
    text = value.strip()
    if text.isdecimal():
        return _capped(now, int(text[:9]))
    try:
        instant = parsedate_to_datetime(text)
    except ValueError:
        return None
    instant = instant if instant.tzinfo else instant.replace(tzinfo=UTC)
    return min(instant, now + LONGEST_INTERVAL) if instant > now else None


def wish_of_max_age(cache_control: str, age: str, now: datetime) -> datetime | None:
    """Until when a copy is fresh by `Cache-Control: max-age`, less its `Age`; at most a day ahead."""
    parts = (part.lower().partition("=") for part in cache_control.split(","))
    named = {name.strip(): value.strip('" ') for name, _, value in parts}
    seconds = named.get("max-age", "")
    if not seconds.isdecimal() or {"no-cache", "no-store"} & named.keys():
        return None
    older = int(age.strip()[:9]) if age.strip().isdecimal() else 0
    return _capped(now, int(seconds[:9]) - older)


def wish_of_ttl(minutes: int | None, now: datetime) -> datetime | None:
    """The instant of a feed's `ttl`, which counts minutes; at most a day ahead."""
    return _capped(now, minutes * 60) if minutes else None


def _capped(now: datetime, seconds: int) -> datetime | None:
    return now + min(timedelta(seconds=seconds), LONGEST_INTERVAL) if seconds > 0 else None


def latest(*instants: datetime | None) -> datetime | None:
    """The latest of those that there are."""
    return max((each for each in instants if each is not None), default=None)
