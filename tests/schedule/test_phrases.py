"""How people say when."""

from datetime import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from newsbot.errors import RequestError
from newsbot.schedule.phrases import (
    DAILY,
    WEEKDAYS,
    WEEKENDS,
    days_text,
    days_words,
    is_monthly,
    parse_days,
    parse_time,
)


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        *(("9", time(9)), ("9:00", time(9)), ("09.30", time(9, 30)), ("0930", time(9, 30)), ("930", time(9, 30))),
        *(("9am", time(9)), ("9 a.m.", time(9)), ("9:15 PM", time(21, 15)), ("12am", time(0)), ("12 pm", time(12))),
        *(("21:15", time(21, 15)), ("9h30", time(9, 30)), ("9h", time(9)), ("9 Uhr", time(9)), ("9 o’clock", time(9))),
        *(
            ("noon", time(12)),
            ("Midnight", time(0)),
            (" 0:00 ", time(0)),
            ("９：３０", time(9, 30)),
            ("09:30h", time(9, 30)),
            ("8 in the morning", time(8)),
            ("8:30 in the evening", time(20, 30)),
            ("10 at night", time(22)),
            ("9am in the morning", time(9)),
        ),
        *(("half past 8", time(8, 30)), ("Half past eight", time(8, 30)), ("quarter to 9 pm", time(20, 45))),
        *(("quarter past twelve", time(12, 15)), ("ten to 1 pm", time(12, 50)), ("8.30", time(8, 30))),
        *(
            ("at 8", time(8)),
            ("nine", time(9)),
            ("nine in the morning", time(9)),
            ("8:15 in the evening", time(20, 15)),
        ),
        *(("eleven at night", time(23)), ("one at night", time(1)), ("twenty-five past 7", time(7, 25))),
        *(("9 Uhr 30", time(9, 30)), ("a quarter past 6", time(6, 15)), ("half past 8 in the evening", time(20, 30))),
        *(("20 to 12", time(11, 40)), ("five to 12 am", time(23, 55)), ("noon ", time(12))),
    ],
)
def test_a_time_of_day_is_read_as_people_write_it(typed: str, meant: time) -> None:
    assert parse_time(typed) == meant


@pytest.mark.parametrize(
    ("typed", "why"),
    [
        *(("24:00", "midnight is 0:00"), ("25", "0 to 23"), ("9:60", "60 minutes"), ("13pm", "1 to 12")),
        *(("0 am", "1 to 12"), ("", "Which time"), ("half past", "isn't a time of day")),
        *(("9:5", "isn't a time of day"), ("half 8", "isn't a time of day"), ("75 past 8", "75 minutes")),
        *(("-9", "isn't a time of day"), ("9:00:00", "isn't a time of day"), ("9" * 5_000, "isn't a time of day")),
    ],
)
def test_what_is_no_time_of_day_is_refused_with_how_to_say_it(typed: str, why: str) -> None:
    with pytest.raises(RequestError, match=why) as refused:
        parse_time(typed)
    assert "Say it like 9:00" in str(refused.value)
    assert len(str(refused.value)) < 200


@given(st.times())
def test_a_time_as_written_by_clocks_is_read_back(at: time) -> None:
    meant = time(at.hour, at.minute)
    assert parse_time(f"{meant:%H:%M}") == parse_time(f"{meant:%I:%M %p}") == meant


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        *(
            ("daily", DAILY),
            ("Every day", DAILY),
            ("weekdays", WEEKDAYS),
            ("mon-fri", WEEKDAYS),
            ("weekends", WEEKENDS),
        ),
        *(("mon,wed", {0, 2}), ("Mon Wed", {0, 2}), ("monday and thursday", {0, 3}), ("tue–thu", {1, 2, 3})),
        *(("fri-mon", {4, 5, 6, 0}), ("mon-wed, fri", {0, 1, 2, 4}), ("Sundays", {6}), ("tues, thurs", {1, 3})),
        *(("weekly", {0}), ("weekly on fridays", {4}), ("Fridays, weekly", {4}), ("once a week on thursday", {3})),
        *(("weekday mornings", WEEKDAYS), ("every morning", DAILY), ("first Monday of the month", {0})),
        *(("daily except sunday", {0, 1, 2, 3, 4, 5}), ("weekdays but not friday", {0, 1, 2, 3})),
        *(("every day but weekends", WEEKDAYS), ("monthly on the 1st fri", {4})),
        *(("Mon. to Fri.", WEEKDAYS), ("weekends, wed", {2, 5, 6}), ("mo;tu", {0, 1})),
    ],
)
def test_days_are_read_as_people_write_them(typed: str, meant: set[int]) -> None:
    assert parse_days(typed) == meant


@pytest.mark.parametrize("typed", ["", "never", "m", "mon-wed-fri", "mon,foo", "1", "-", "mon-", ",", "x" * 5_000])
def test_what_is_no_day_is_refused_with_how_to_say_it(typed: str) -> None:
    with pytest.raises(RequestError, match="Say daily, weekdays") as refused:
        parse_days(typed)
    assert len(str(refused.value)) < 200


@given(st.frozensets(st.integers(0, 6), min_size=1))
def test_days_as_they_are_kept_and_as_people_read_them_are_read_back(days: frozenset[int]) -> None:
    assert parse_days(days_text(days)) == days
    assert parse_days(days_words(days)) == days


def test_days_read_well() -> None:
    assert days_words(WEEKDAYS) == "Monday to Friday"
    assert days_words(frozenset({0, 2, 4})) == "Monday, Wednesday and Friday"
    assert days_text(WEEKENDS) == "sat,sun"


@given(st.text(max_size=40))
def test_any_text_is_read_or_refused_with_a_sentence(typed: str) -> None:
    for read in (parse_time, parse_days):
        refused = "None."
        try:
            read(typed)
        except RequestError as error:
            refused = str(error)
        assert refused.endswith(".")


@pytest.mark.parametrize(
    ("typed", "why"),
    [
        *(("hourly", "at most once a day"), ("every 2 hours", "at most once a day"), ("twice a day", "at most once")),
        *(("every other week", "every other"), ("biweekly", "every other"), ("every two days", "every other")),
        *(("twice a week", "Name the days"), ("2x per week", "Name the days"), ("weekdays except mon-fri", "no day")),
        *(("last friday of the month", "first weekday"), ("the 15th of every month", "first weekday")),
    ],
)
def test_how_often_no_digest_comes_is_refused_with_what_there_is(typed: str, why: str) -> None:
    with pytest.raises(RequestError, match=why) as refused:
        parse_days(typed)
    assert "Say daily, weekdays" in str(refused.value)


@pytest.mark.parametrize("typed", ["monthly", "the first friday of every month", "monthly on the first working day"])
def test_monthly_is_read_as_people_write_it(typed: str) -> None:
    assert is_monthly(typed)
    assert parse_days(typed)
