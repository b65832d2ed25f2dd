"""When, as people type it after a topic: a year, a month, a span, with and without “since”."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from newsbot.commands.builtin.periods import split_period
from newsbot.commands.dispatcher import Dispatcher
from newsbot.content.overviews import Period
from newsbot.messages.plain import plain_card
from tests.commands.conftest import ANNA, HERE

TODAY = date(2026, 11, 23)  # a Monday


def days(first: str, last: str) -> Period:
    return Period(date.fromisoformat(first) if first else None, date.fromisoformat(last) if last else None)


@pytest.mark.parametrize(
    ("words", "before", "period"),
    [
        ("nvidia 2025", "nvidia", days("2025-01-01", "2025-12-31")),
        ("2023", "", days("2023-01-01", "2023-12-31")),
        ("2025-06", "", days("2025-06-01", "2025-06-30")),
        ("since 2025-06", "", days("2025-06-01", "")),
        ("nvidia since January 2025", "nvidia", days("2025-01-01", "")),
        ("before 2024", "", days("", "2023-12-31")),
        ("until June 2025", "", days("", "2025-06-30")),
        ("last week", "", days("2026-11-16", "2026-11-22")),
        ("nvidia in the last week", "nvidia", days("2026-11-16", "2026-11-22")),
        ("last month", "", days("2026-10-01", "2026-10-31")),
        ("last 30 days", "", days("2026-10-24", "2026-11-23")),
        ("past 3 months", "", days("2026-08-23", "2026-11-23")),
        ("last 2 years", "", days("2024-11-23", "2026-11-23")),
        ("this quarter", "", days("2026-10-01", "2026-12-31")),
        ("last quarter", "", days("2026-07-01", "2026-09-30")),
        ("q1 2025", "", days("2025-01-01", "2025-03-31")),
        ("deepseek january", "deepseek", days("2026-01-01", "2026-01-31")),
        ("deepseek december", "deepseek", days("2025-12-01", "2025-12-31")),
        ("export controls in jan 2025", "export controls", days("2025-01-01", "2025-01-31")),
        ("27 January 2025", "", days("2025-01-27", "2025-01-27")),
        ("January 27, 2025", "", days("2025-01-27", "2025-01-27")),
        ("27th of january 2025", "", days("2025-01-27", "2025-01-27")),
        ("January to March 2025", "", days("2025-01-01", "2025-03-31")),
        ("nvidia between 2024 and 2025", "nvidia", days("2024-01-01", "2025-12-31")),
        ("2024-2025", "", days("2024-01-01", "2025-12-31")),
        ("sept 2025", "", days("2025-09-01", "2025-09-30")),
        ("nvidia", "nvidia", None),
        ("training costs", "training costs", None),
    ],
)
def test_a_period_is_read_as_people_type_it(words: str, before: str, period: Period | None) -> None:
    assert split_period(words, TODAY) == (before, period)


@pytest.mark.parametrize("words", ["2025-02-30", "30 February 2025", "2025-13", "March 2025 to January 2025"])
def test_a_day_that_no_calendar_has_is_an_error(words: str) -> None:
    with pytest.raises(ValueError):  # noqa: PT011 (its only word is what was typed)
        split_period(words, TODAY)


@given(st.text(max_size=60), st.dates(date(1970, 1, 1), date(2100, 1, 1)))
def test_no_words_break_it(words: str, today: date) -> None:
    try:
        split_period(words, today)
    except ValueError:
        return


@pytest.mark.parametrize(
    ("said", "told"),
    [
        ("/events last week", "There are no events from 16 November 2026 to 22 November 2026."),
        ("/events in 1999", "There are no events in 1999."),
        ("/events today", "There are no events on 23 November 2026."),
        ("/events before 1999", "There are no events until 31 December 1998."),
    ],
)
async def test_a_period_without_events_is_said_in_a_sentence(dispatcher: Dispatcher, said: str, told: str) -> None:
    assert told in plain_card((await dispatcher.say(said, ANNA, HERE)).card)
