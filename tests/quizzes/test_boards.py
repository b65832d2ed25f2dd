"""Boards and statistics: from when on points count, and which questions need care."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from newsbot.content.library import Library
from newsbot.quizzes.rules.boards import Period, first_instant
from newsbot.quizzes.rules.statistics import statistics
from newsbot.schedule.streaks import local_day
from newsbot.schedule.timezones import zone_names, zone_of

BERLIN = zone_of("Europe/Berlin")
zones = st.sampled_from(sorted(zone_names())).map(zone_of)
instants = st.datetimes(datetime(2021, 1, 1), datetime(2030, 1, 1), timezones=st.just(UTC))


def berlin(day: int, hour: int = 12, minute: int = 0) -> datetime:
    return datetime(2026, 11, day, hour, minute, tzinfo=BERLIN)


@pytest.mark.parametrize(
    ("period", "now", "expected"),
    [
        ("week", berlin(25), berlin(23, 3)),
        ("week", berlin(23, 3), berlin(23, 3)),
        ("week", berlin(23, 2, 59), berlin(16, 3)),
        ("month", berlin(25), berlin(1, 3)),
        ("month", berlin(1, 2, 59), datetime(2026, 10, 1, 3, tzinfo=BERLIN)),
    ],
)
def test_a_week_begins_on_monday_and_a_month_on_its_first_at_three_in_the_channels_zone(
    period: Period, now: datetime, expected: datetime
) -> None:
    assert first_instant(period, now, BERLIN) == expected


def test_of_all_time_is_from_no_instant_on() -> None:
    assert first_instant("all", berlin(25), BERLIN) is None


@given(zones, instants, st.sampled_from(["week", "month"]))
def test_a_period_begins_at_most_as_long_ago_as_it_lasts_and_never_later_than_now(
    zone: object, now: datetime, period: Period
) -> None:
    assert hasattr(zone, "key")
    rules = zone_of(zone.key)
    first = first_instant(period, now, rules)
    assert first is not None
    today, day = local_day(now, rules), local_day(first, rules)
    assert day <= today
    assert today - day < timedelta(days=7 if period == "week" else 31)
    assert day.weekday() == 0 if period == "week" else day.day == 1


def test_statistics_begin_with_what_needs_care_and_forget_no_question(shipped: Library) -> None:
    (first, second, third, *_) = ("/".join(key) for key in shipped.questions)
    answers = {first: (2, 1), second: (1, 0), "gone/question": (1, 1)}
    found = statistics(shipped, answers, {third: 2, first: 1})
    assert [each.question for each in found[:4]] == [third, first, second, "gone/question"]
    assert [(each.answers, each.share_right, each.reports) for each in found[:3]] == [
        (0, None, 2),
        (2, 0.5, 1),
        (1, 0.0, 0),
    ]
    assert not found[3].is_asked
    assert len(found) == len(shipped.questions) + len(shipped.retired) + 1
