"""When a source is polled next: by how often it brings something, and never sooner than its host and feed ask."""

from datetime import UTC, datetime, timedelta
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from newsbot.news.intervals import (
    Wishes,
    failure_interval,
    interval,
    next_poll,
    wish_of_max_age,
    wish_of_retry_after,
    wish_of_ttl,
)
from newsbot.news.sources import LEAST_INTERVAL, LONGEST_INTERVAL

NOW = datetime(2026, 11, 30, 12, 0, tzinfo=UTC)  # a Monday
HOUR, DAY = timedelta(hours=1), timedelta(days=1)
gaps = st.lists(st.timedeltas(min_value=timedelta(seconds=1), max_value=timedelta(days=60)), max_size=20)


def news(*ago: timedelta) -> list[datetime]:
    return [NOW - each for each in ago]


@given(gaps, st.timedeltas(min_value=LEAST_INTERVAL, max_value=LONGEST_INTERVAL), st.integers(0, 3))
def test_an_interval_is_between_five_minutes_and_a_day_and_at_least_what_the_operator_wants(
    between: list[timedelta], least: timedelta, hurry: int
) -> None:
    at = NOW
    came: list[datetime] = []
    for gap in between:
        came.insert(0, at)
        at -= gap
    found = interval(came, NOW, least, LONGEST_INTERVAL, hurry)
    assert max(least, LEAST_INTERVAL) <= found <= LONGEST_INTERVAL


def test_a_busy_source_is_polled_more_often_than_a_quiet_one() -> None:
    hourly = news(*(HOUR * back for back in range(20, -1, -1)))
    daily = news(*(DAY * back for back in range(20, -1, -1)))
    monthly = news(*(30 * DAY * back for back in range(20, -1, -1)))
    found = [interval(each, NOW, LEAST_INTERVAL, LONGEST_INTERVAL) for each in (hourly, daily, monthly)]
    assert found == [timedelta(minutes=7.5), 3 * HOUR, 24 * HOUR]


def test_a_source_that_falls_silent_is_polled_less_and_less() -> None:
    came = news(*(10 * DAY + HOUR * back for back in range(20, -1, -1)))
    assert interval(came, NOW, LEAST_INTERVAL, LONGEST_INTERVAL) == 15 * HOUR


def test_a_gap_quarters_the_interval_and_the_operators_bounds_hold() -> None:
    daily = news(*(DAY * back for back in range(20, -1, -1)))
    assert interval(daily, NOW, LEAST_INTERVAL, LONGEST_INTERVAL, 1) == 45 * timedelta(minutes=1)
    assert interval(daily, NOW, HOUR, LONGEST_INTERVAL, 1) == HOUR
    assert interval(daily, NOW, LEAST_INTERVAL, HOUR) == HOUR
    assert interval((), NOW, LEAST_INTERVAL, LONGEST_INTERVAL) == timedelta(minutes=30)


def test_failures_back_off_to_six_hours_and_no_further_than_the_operator_wants() -> None:
    found = [failure_interval(count, LEAST_INTERVAL) for count in (0, 1, 2, 3, 7, 8, 1_000)]
    minutes = [5, 5, 10, 20, 320, 360, 360]
    assert found == [timedelta(minutes=each) for each in minutes]
    assert failure_interval(1, HOUR) == HOUR


@given(st.integers(), st.timedeltas(min_value=LEAST_INTERVAL, max_value=LONGEST_INTERVAL))
def test_jitter_is_a_tenth_and_comes_from_the_random_numbers_that_are_given(seed: int, after: timedelta) -> None:
    found = next_poll(NOW, after, Wishes(), Random(seed))
    assert 0.9 * after <= found - NOW <= 1.1 * after
    assert found == next_poll(NOW, after, Wishes(), Random(seed))


def test_polls_of_many_sources_are_spread() -> None:
    random = Random(1)
    assert len({next_poll(NOW, HOUR, Wishes(), random) for _ in range(100)}) > 90


@given(
    st.integers(0, 2**32),
    st.timedeltas(min_value=LEAST_INTERVAL, max_value=LONGEST_INTERVAL),
    st.timedeltas(min_value=timedelta(0), max_value=DAY),
    st.frozensets(st.integers(0, 23), max_size=23),
    st.frozensets(st.integers(0, 6), max_size=6),
)
def test_no_poll_comes_sooner_than_asked_or_at_a_skipped_hour_or_day(
    seed: int, after: timedelta, wanted: timedelta, hours: frozenset[int], days: frozenset[int]
) -> None:
    found = next_poll(NOW, after, Wishes(NOW + wanted, hours, days), Random(seed))
    assert found >= NOW + wanted
    assert found.hour not in hours
    assert found.weekday() not in days


def test_a_weekend_is_passed_over_and_a_feed_that_skips_everything_skips_nothing() -> None:
    friday = datetime(2026, 12, 4, 23, 30, tzinfo=UTC)
    found = next_poll(friday, HOUR, Wishes(skip_days=frozenset({5, 6})), Random(1))
    assert (found.weekday(), found.date().isoformat()) == (0, "2026-12-07")
    everything = Wishes(skip_days=frozenset(range(7)))
    assert next_poll(NOW, HOUR, everything, Random(1)) - NOW <= 1.1 * HOUR


@pytest.mark.parametrize(
    ("value", "seconds"),
    [
        ("120", 120),
        (" 0 ", None),
        ("Mon, 30 Nov 2026 12:30:00 GMT", 1_800),
        ("Mon, 30 Nov 2026 13:30:00 +0100", 1_800),
        ("Mon, 30 Nov 2026 11:30:00 GMT", None),
        ("31536000", 86_400),
        ("9" * 400, 86_400),
        ("Sat, 01 Jan 2050 00:00:00 GMT", 86_400),
        ("", None),
        ("soon", None),
        ("-5", None),
        ("1.5", None),
        ("²", None),
    ],
)
def test_retry_after_is_read_in_both_forms_and_holds_for_a_day_at_most(value: str, seconds: int | None) -> None:
    expected = None if seconds is None else NOW + timedelta(seconds=seconds)
    assert wish_of_retry_after(value, NOW) == expected


@pytest.mark.parametrize(
    ("control", "age", "seconds"),
    [
        ("max-age=600", "", 600),
        ("public, MAX-AGE = 600", "100", 500),
        ('max-age="600"', "", 600),
        ("max-age=600, no-cache", "", None),
        ("no-store, max-age=600", "", None),
        ("max-age=100", "200", None),
        ("max-age=31536000, immutable", "", 86_400),
        ("s-maxage=600", "", None),
        ("max-age=", "", None),
        ("max-age=a", "b", None),
        ("", "", None),
    ],
)
def test_max_age_is_honoured_less_the_age_and_for_a_day_at_most(control: str, age: str, seconds: int | None) -> None:
    expected = None if seconds is None else NOW + timedelta(seconds=seconds)
    assert wish_of_max_age(control, age, NOW) == expected


def test_a_ttl_counts_minutes() -> None:
    assert wish_of_ttl(60, NOW) == NOW + HOUR
    assert wish_of_ttl(100_000, NOW) == NOW + DAY
    assert (wish_of_ttl(0, NOW), wish_of_ttl(None, NOW)) == (None, None)
