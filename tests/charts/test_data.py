"""Golden data: what is drawn and written is what the chart holds, no more and no less."""

from dataclasses import replace
from datetime import date, timedelta

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from matplotlib.lines import Line2D
from matplotlib.patches import Rectangle

from newsbot.charts.draw import arranged, figure
from newsbot.charts.lines import is_series
from newsbot.charts.rows import CEILINGS
from newsbot.charts.style import MOST_POINTS
from newsbot.charts.words import clean, value_words
from newsbot.messages.charts import Chart
from tests.charts.samples import (
    BOUNDED,
    GRID,
    GROUPED,
    LINE,
    LOSSES,
    NUMBER,
    RANGE,
    RANKED,
    RECEIPT,
    SAMPLES,
    TABLE,
    TIMELINE,
    YEARLY,
    YEARS,
    charts,
    exact,
    marks,
    texts,
)


def drawn(chart: Chart) -> dict[str, tuple[float, ...]]:
    """The data of each mark: a bar's start and end, a dot's value, a line's heights."""
    found: dict[str, tuple[float, ...]] = {}
    for role, artist in marks(figure(chart)):
        match artist:
            case Rectangle():
                found[role] = (float(artist.get_x()), float(artist.get_x() + artist.get_width()))
            case Line2D() if role == "line":
                found[role] = tuple(np.asarray(artist.get_ydata(), dtype=float).tolist())
            case Line2D():
                found[role] = tuple(np.asarray(artist.get_xdata(), dtype=float).tolist())
    return found


def written(chart: Chart) -> dict[str, str]:
    """The words of a figure, without those of the axis."""
    return {role: words for role, words in texts(figure(chart)).items() if role != "tick"}


def test_ranked_bars_go_from_zero_to_their_values_the_largest_first() -> None:
    assert drawn(RANKED) == {"bar:0": (0, 2_664_000), "bar:1": (0, 119_000), "bar:2": (0, 5_000)}
    assert written(RANKED) == {
        "title": "V3 GPU time by phase",
        "unit": "H800 GPU-hours",
        "label:0": "Pre-training",
        "value:0": "2,664,000",
        "label:1": "Context extension",
        "value:1": "119,000",
        "label:2": "Post-training",
        "value:2": "5,000",
        "footer": "As of 27 December 2024 · Source: arXiv (DeepSeek-AI)",
    }


def test_losses_go_left_of_zero_and_say_minus() -> None:
    assert drawn(LOSSES) == {"bar:0": (0, -21), "bar:1": (0, -16.97), "bar:2": (0, -6.37)}
    assert written(LOSSES) == {
        "title": "Closing moves on 27 January 2025",
        "unit": "Percent",
        "label:0": "Constellation some outlets say 20%",
        "value:0": "−21%",
        "label:1": "Nvidia",
        "value:1": "−16.97%",
        "label:2": "AMD",
        "value:2": "about −6.37%",
        "footer": "As of 27 January 2025 · Source: Reuters and Techzine",
    }
    for role, bar in marks(figure(LOSSES)):
        assert isinstance(bar, Rectangle), role
        axes = bar.axes
        assert axes is not None
        left, right = (axes.transData.transform((x, 0))[0] for x in (bar.get_x() + bar.get_width(), bar.get_x()))
        assert left < right, role


def test_grouped_bars_name_each_member_and_each_group_once() -> None:
    assert drawn(GROUPED) == {"bar:0": (0, 79.8), "bar:1": (0, 79.2), "bar:2": (0, 53.3), "bar:3": (0, 61.7)}
    assert written(GROUPED) == {
        "title": "R1 and o1-1217",
        "unit": "Percent",
        "group:0": "AIME 2024",
        "label:0": "R1",
        "value:0": "79.8%",
        "label:1": "o1",
        "value:1": "79.2%",
        "group:2": "Aider",
        "label:2": "R1",
        "value:2": "53.3%",
        "label:3": "o1",
        "value:3": "61.7%",
        "footer": "As of 20 January 2025 · Source: Nature",
    }


def test_groups_that_differ_more_than_twentyfold_are_a_table_and_share_no_crooked_scale() -> None:
    assert drawn(GRID) == {}
    assert written(GRID) == {
        "title": "List price",
        "unit": "USD per million tokens",
        "column:0": "R1",
        "column:1": "o1",
        "label:0": "Cached input",
        "value:0": "$0.14",
        "value:1": "$7.5",
        "label:2": "Output",
        "value:2": "$2.19",
        "value:3": "$60 list price",
        "footer": "As of February 2025 · Source: DeepSeek",
    }


def test_days_at_uneven_distances_are_dots_from_zero_in_the_order_of_their_days() -> None:
    assert drawn(LINE) == {f"dot:{n}": (value,) for n, value in enumerate((149.43, 142.62, 118.42, 128.99, 154.31))}
    assert all(axes.get_xlim()[0] == 0 for axes in figure(LINE).axes)
    words = written(LINE)
    assert words["label:0"] == "Record before 6 Jan 2025"
    assert words["value:2"] == "$118.42"
    assert words["unit"] == "USD per share"


def test_a_line_goes_through_values_at_even_distances_and_says_where_its_axis_is_cut() -> None:
    assert drawn(YEARS) == {"line": tuple(value for _, value in YEARLY)}
    assert written(YEARS)["unit"] == "Thousand 2022 is missing."
    high = replace(YEARS, points=tuple(replace(p, low=p.low + 1000, high=p.high + 1000) for p in YEARS.points))
    assert written(high)["unit"] == "Thousand · the axis does not start at zero 2022 is missing."


@given(st.lists(st.integers(1, 400), min_size=1, max_size=8))
def test_days_with_a_gap_or_few_days_are_no_series(steps: list[int]) -> None:
    days = [date(2024, 1, 1) + timedelta(sum(steps[:n])) for n in range(len(steps) + 1)]
    assert is_series(days) is (len(days) >= 5 and max(steps) <= max(5, 1.2 * min(steps)))


def test_a_floor_goes_on_beyond_its_bar_and_a_ceiling_is_pale() -> None:
    found = [(role, artist) for role, artist in marks(figure(BOUNDED)) if isinstance(artist, Rectangle)]
    data = {role: (bar.get_x(), bar.get_x() + bar.get_width(), bar.get_alpha()) for role, bar in found}
    assert data["bar:0"] == (0, 100, 1)
    assert data["bar:1"] == (0, 40, 1)
    assert "open:1" not in data
    assert "open:2" not in data
    opened = [bar for role, bar in found if role == "open:0"]
    assert len(opened) == 3
    assert [bar.get_alpha() for bar in opened] == sorted((bar.get_alpha() or 0 for bar in opened), reverse=True)
    assert all(bar.get_x() > 100 for bar in opened)
    assert data["span:2"] == (0, 5.576, 0.4)
    words = written(BOUNDED)
    assert words["value:0"] == "more than $100 million"
    assert words["value:2"] == "up to $5.576 million"


def test_a_title_that_tells_the_finding_leaves_the_subject_and_what_is_missing_on_the_picture() -> None:
    words = written(BOUNDED)
    assert words["title"] == "GPT-4 cost far more than V3's published run"
    assert words["unit"] == "Training runs · USD million Three runs of dozens; methods differ."


def test_a_receipt_ends_in_its_total_and_what_it_leaves_out() -> None:
    words = written(RECEIPT)
    assert words["label:0"] == "Pre-training 2,664,000 hours"
    assert [words[f"value:{number}"] for number in range(4)] == [
        "$5.328 million",
        "$0.238 million",
        "$0.01 million",
        "$5.576 million",
    ]
    assert (words["label:3"], words["note:3"]) == ("Total", "Not on this receipt: research, staff, data")


def test_a_table_gives_each_row_its_value_as_it_is() -> None:
    words = written(TABLE)
    assert (words["label:0"], words["value:0"]) == ("GPUs H800", "512")
    assert (words["label:1"], words["value:1"]) == ("Hours of R1-Zero 1 Jan 2025", "198")


def test_a_number_stands_large_with_its_bound_and_what_others_give_below() -> None:
    assert drawn(NUMBER) == {}
    words = written(NUMBER)
    assert words["value:0"] == "About $1.6 billion"
    assert words["value:1"] == "Others say well above $0.5 billion stocks.news: hardware only"
    assert words["unit"] == "Servers behind DeepSeek"


def test_a_lone_value_or_range_is_a_number_and_no_mark_on_an_axis() -> None:
    lone = replace(RANGE, points=RANGE.points[:1])
    assert drawn(lone) == {}
    assert written(lone)["value:0"] == "$589 to $593 billion"


def test_a_range_is_a_span_and_each_disagreement_stands_below_with_who_says_it() -> None:
    assert drawn(RANGE) == {"span:0": (589, 593), "dot:1": (590,), "dot:2": (600,), "span:3": (560, 595)}
    words = written(RANGE)
    assert words["label:0"] == "Reuters, Semafor"
    assert figure(RANGE).axes[0].get_xlim()[0] == 0
    assert [words[f"value:{number}"] for number in range(4)] == [
        "$589 to $593 billion",
        "about $590 billion",
        "nearly $600 billion",
        "$560 to $595 billion",
    ]
    assert words["label:3"] == "Others two outlets"


def test_a_timeline_has_a_dot_at_each_day() -> None:
    assert set(drawn(TIMELINE)) == {"dot:0", "dot:1", "dot:2"}
    words = written(TIMELINE)
    assert words["flag:0"] == "30 May 2023 · $1 trillion First lower again by the close"
    steps = replace(TIMELINE, unit="days after the first")
    assert written(steps)["flag:0"] == "30 May 2023 First lower again by the close"
    assert "unit" not in written(steps)


def test_every_event_of_a_timeline_has_its_date_once() -> None:
    days = (exact("Tea rises", "27 January 2025", 0, date(2025, 1, 27)), exact("3 Apr 2025", "x", 0, date(2025, 4, 3)))
    events = replace(TIMELINE, unit="by day", points=tuple(replace(day, dated=day.display) for day in days))
    words = written(replace(events, points=(events.points[0], replace(days[1], dated="3 April 2025"))))
    assert (words["flag:0"], words["flag:1"]) == ("27 Jan 2025 Tea rises", "3 Apr 2025")


def test_a_timeline_has_its_dots_to_scale_and_its_words_in_order() -> None:
    (axes,) = figure(TIMELINE).axes
    top, bottom = axes.get_ylim()[::-1]
    days = [point.on.toordinal() for point in arranged(TIMELINE).points if point.on]
    heights = [
        float(np.asarray(artist.get_ydata())[0]) for _, artist in marks(figure(TIMELINE)) if isinstance(artist, Line2D)
    ]
    shares = [(day - days[0]) / (days[-1] - days[0]) for day in days]
    assert heights == pytest.approx([top + share * (bottom - top) for share in shares])


@pytest.mark.parametrize("chart", SAMPLES, ids=lambda chart: chart.title)
def test_title_unit_date_and_source_are_inside_the_picture(chart: Chart) -> None:
    words = written(chart)
    assert words["title"] == chart.title
    if chart.kind != "number":
        assert chart.unit.replace("%", "percent").casefold() in words["unit"].casefold()
    assert chart.subject in words.get("unit", "")
    assert chart.note in words.get("unit", "")
    assert words["footer"] == f"As of {chart.as_of} · Source: {chart.source}"


@settings(max_examples=25)
@given(charts())
def test_every_point_is_drawn_at_its_value(chart: Chart) -> None:
    found, shown, words = drawn(chart), arranged(chart), written(chart)
    days = [point.on for point in shown.points if point.on]
    is_line = shown.kind == "line" and (len(days) < len(shown.points) or is_series(days))
    for number, point in enumerate(shown.points):
        is_exact = point.low == point.high
        match shown.kind:
            case "line" if is_line:
                assert found["line"][number] == point.low / 2 + point.high / 2
            case "timeline":
                assert f"dot:{number}" in found
            case "receipt" | "table":
                said = words.get(f"value:{number}", "").replace(" ", "")
                assert said.startswith(value_words(point, shown.unit).replace(" ", "")) or "…" in said
            case "number":
                assert f"value:{number}" in words or not clean(point.display)
            case "grouped-bar" | "range" if not found:
                assert f"value:{number}" in words or not clean(point.display)  # a table, or a number
            case "ranked-bar" | "grouped-bar" if is_exact and point.bound not in CEILINGS:
                assert found[f"bar:{number}"] == (0, point.low)
            case "range" | "line" if is_exact:
                assert found[f"dot:{number}"] == (point.low,)
            case _:
                start, end = found[f"span:{number}"]
                low, high = (min(0, point.low), max(0, point.high)) if is_exact else (point.low, point.high)
                assert start == low
                # A bar is kept as start and width, so its end is as exact as their sum.
                assert end == pytest.approx(high, abs=1e-9 * max(abs(low), abs(high)))


def test_a_chart_of_too_many_points_shows_the_first_of_them() -> None:
    many = tuple(exact(f"Company {number}", f"{number} %", number) for number in range(50))
    chart = Chart("ranked-bar", "Fifty", "%", "2025", "somebody", many)
    shown = drawn(chart)
    assert len(shown) == MOST_POINTS
    assert shown["bar:0"] == (0, 49)
