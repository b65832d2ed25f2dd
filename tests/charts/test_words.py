"""The words of a chart: no unit twice, no date more exact than known, no number cut short without saying so."""

from datetime import date, timedelta
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from newsbot.charts.scales import date_ticks, drawn_apart, limits, number_ticks
from newsbot.charts.style import Font
from newsbot.charts.typeset import measure, shorten, wrap
from newsbot.charts.words import (
    axis_words,
    bare,
    capital,
    clean,
    date_words,
    merge_units,
    note_words,
    short,
    unit_words,
    value_words,
)
from newsbot.messages.charts import Point
from tests.charts.samples import exact

FONT = Font(18)


@pytest.mark.parametrize(
    ("display", "unit", "expected"),
    [
        ("2,664,000 H800 GPU-hours", "H800 GPU-hours", "2,664,000"),
        ("$0.55 per million tokens", "USD per million tokens", "$0.55"),
        ("$191 million", "USD million", "$191 million"),
        ("$589 billion to $593 billion", "USD billion", "$589 to $593 billion"),
        ("1 CNY per million tokens to 2 CNY per million tokens", "CNY per million tokens", "1 to 2"),
        ("1,600 billion parameters", "billion parameters", "1,600 billion"),
        ("21% of revenue", "% of revenue", "21%"),
        ("−16.97%", "%", "−16.97%"),
        ("5 Hopper", "H", "5 Hopper"),
        ("a dozen", "dozen", "a"),
    ],
)
def test_a_value_loses_the_unit_that_the_subtitle_says(display: str, unit: str, expected: str) -> None:
    assert short(display, unit) == expected


def test_a_qualifier_stands_before_the_value_and_not_in_small_print() -> None:
    point = exact("AP", "$590 billion", 590, note="about; early edition")
    assert value_words(point, "USD billion") == "about $590 billion"
    assert note_words(point) == "early edition"
    other = exact("AP", "$590 billion", 590, note="about the same day")
    assert value_words(other, "USD billion") == "$590 billion"
    assert note_words(other) == "about the same day"


@pytest.mark.parametrize(
    ("display", "expected"),
    [
        ("$47 per share to $55 per share", "$47 to $55 per share"),
        ("90% to 95%", "90% to 95%"),
        ("$1 to $1.3 trillion", "$1 to $1.3 trillion"),
        ("30 days to 40 hours", "30 days to 40 hours"),
        ("5", "5"),
    ],
)
def test_a_range_says_its_unit_once(display: str, expected: str) -> None:
    assert merge_units(display) == expected


def test_a_value_short_of_room_loses_only_the_scale_that_the_unit_says() -> None:
    assert bare("−$120.5 billion", "USD billion") == "−$120.5"
    assert bare("−$120.5 billion", "USD") == "−$120.5 billion"


@pytest.mark.parametrize(
    ("unit", "expected"),
    [("%", "Percent"), ("% of revenue", "Percent of revenue"), ("hours", "Hours"), ("H800 hours", "H800 hours")],
)
def test_a_unit_reads_as_a_subtitle(unit: str, expected: str) -> None:
    assert unit_words(unit) == expected


def test_names_keep_their_small_letter() -> None:
    assert [capital(name) for name in ("cached input", "o1 input", "iPhone", "")] == [
        "Cached input",
        "o1 input",
        "iPhone",
        "",
    ]


@pytest.mark.parametrize(
    ("label", "display", "dated", "expected"),
    [
        ("Close", "$118.42", "27 January 2025", "27 Jan 2025"),
        ("Value", "$1", "June 2024", "Jun 2024"),
        ("Value", "$1", "May 2024", "May 2024"),
        ("Value", "$1", "2024", "2024"),
        ("Close of 2025", "$1", "27 January 2025", ""),
        ("DeepSeek shock", "27 January 2025", "27 January 2025", ""),
    ],
)
def test_a_date_is_as_exact_as_it_is_known_and_said_once(label: str, display: str, dated: str, expected: str) -> None:
    assert date_words(Point(label, display, 1, 1, date(2025, 1, 27), dated=dated)) == expected
    assert date_words(Point(label, display, 1, 1)) == ""


@pytest.mark.parametrize(
    ("value", "step", "unit", "expected"),
    [
        (140, 20, "USD per share", "$140"),
        (-2.5, 0.5, "%", "−2.5%"),
        (0, 0.5, "USD", "$0"),
        (1_500_000, 500_000, "GPU-hours", "1.5 M"),
        (2_664_100, 100, "GPU-hours", "2,664,100"),
        (1e200, 1e199, "x", "1e+200"),
    ],
)
def test_numbers_of_an_axis_are_as_exact_as_their_step(value: float, step: float, unit: str, expected: str) -> None:
    assert axis_words(value, step, unit) == expected


@given(st.text())
def test_cleaned_words_are_one_line_without_control_signs(text: str) -> None:
    words = clean(text)
    assert "\n" not in words
    assert words.isprintable()
    assert words == clean(words) == words.strip()


def test_what_the_typeface_lacks_is_a_box_and_never_a_warning() -> None:
    assert clean("训练 cost 😀🌕 שלום") == "□□ cost 😀□ שלום"
    assert clean("n\u0303\u0303\u0303\u0303") == "ñ\u0303\u0303"


@given(st.text(max_size=80).map(clean), st.floats(40, 400))
def test_wrapping_loses_nothing_and_no_line_is_too_wide(words: str, width: float) -> None:
    lines = wrap(words, FONT, width)
    assert "".join("".join(lines).split()) == "".join(words.split())
    assert all(measure(line, FONT) <= width or len(line) == 1 for line in lines)


def test_a_cut_says_that_it_is_one() -> None:
    assert wrap("one two three four five", FONT, measure("one two", FONT) + 20, most=2) == ["one two", "three fo…"]
    assert shorten("one", FONT, 400) == "one"


@given(st.floats(-1e15, 1e15), st.floats(1e-3, 1e15), st.integers(1, 8))
def test_axis_numbers_are_few_and_within_the_axis(low: float, span: float, most: int) -> None:
    high = low + span
    if high - low < abs(low) * 1e-9:
        return
    numbers, step = number_ticks(low, high, most)
    assert len(numbers) <= most + 1
    assert all(low - step * 1e-3 <= number <= high + step * 1e-3 for number in numbers)


def test_an_axis_has_a_zero_where_that_costs_little() -> None:
    assert limits([exact("", "", 10), exact("", "", 100)], 0.45) == (0, 100)
    assert limits([exact("", "", -10), exact("", "", -100)], 0.45) == (-100, 0)
    assert limits([exact("", "", 90), exact("", "", 100)], 0.45) == (89, 101)
    assert limits([exact("", "", 5), exact("", "", 5)], 0.45) == (0, 5)
    assert limits([exact("", "", 5), exact("", "", 5.000000000001)], 0.45) == (0, 5.000000000001)
    assert limits([exact("", "", 0), exact("", "", 5e-324)], 0.45) == (0, 1)


@given(st.dates(), st.integers(0, 40_000), st.integers(2, 9))
def test_axis_dates_are_few_and_within_the_axis(first: date, days: int, most: int) -> None:
    last = min(date.max.toordinal(), first.toordinal() + days)
    ticks = date_ticks(first, date.fromordinal(last), most)
    assert len(ticks) <= most
    assert all(first <= day <= date.fromordinal(last) for day, _ in ticks)
    assert len({words for _, words in ticks}) == len(ticks)


def test_days_are_named_by_year_month_or_day_as_the_span_asks() -> None:
    start = date(2024, 12, 30)
    named = {span: date_ticks(start, start + timedelta(span), 6)[0][1] for span in (3, 100, 3000)}
    assert named == {3: "30 Dec", 100: "Jan 2025", 3000: "2026"}


@given(st.lists(st.floats(0, 600), min_size=1, max_size=20).map(sorted), st.floats(1, 30))
def test_marks_drawn_apart_keep_their_order_and_their_distance(places: list[float], least: float) -> None:
    apart = drawn_apart(places, least, 600)
    assert all(after - before >= least - 1e-6 for before, after in pairwise(apart))
    assert apart[-1] <= 600


def test_marks_far_enough_apart_stay_where_they_are() -> None:
    assert drawn_apart([0, 100, 300], 50, 300) == [0, 100, 300]
