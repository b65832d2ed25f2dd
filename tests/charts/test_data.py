"""Golden data: what is drawn and written is what the chart holds, no more and no less."""

from datetime import date

import numpy as np
import pytest
from hypothesis import given, settings
from matplotlib.lines import Line2D
from matplotlib.patches import Rectangle

from newsbot.charts.draw import arranged, figure
from newsbot.charts.style import MOST_POINTS
from newsbot.messages.charts import Chart
from tests.charts.samples import (
    GROUPED,
    LINE,
    LOSSES,
    RANGE,
    RANKED,
    SAMPLES,
    TIMELINE,
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


def test_groups_that_differ_more_than_twentyfold_have_their_own_scales_and_say_so() -> None:
    prices = Chart(
        "grouped-bar",
        "List price",
        "USD per million tokens",
        "February 2025",
        "DeepSeek",
        (
            exact("R1 cached input", "$0.14 per million tokens", 0.14),
            exact("o1 cached input", "$7.5 per million tokens", 7.5),
            exact("R1 output", "$2.19 per million tokens", 2.19),
            exact("o1 output", "$60 per million tokens", 60),
        ),
    )
    shown = figure(prices)
    assert [axes.get_xlim() for axes in shown.axes] == [(0, 7.5), (0, 60)]
    assert texts(shown)["unit"] == "USD per million tokens · each group drawn to its own scale"
    assert texts(shown)["value:0"] == "$0.14"


def test_a_line_goes_through_its_values_in_the_order_of_their_days() -> None:
    assert drawn(LINE) == {"line": (149.43, 142.62, 118.42, 128.99, 154.31)}
    words = written(LINE)
    assert words["label:0"] == "Record before 6 Jan 2025"
    assert words["value:2"] == "$118.42"
    assert words["unit"] == "USD per share · days close together are drawn apart"


def test_a_range_is_a_span_and_each_disagreement_stands_below_with_who_says_it() -> None:
    assert drawn(RANGE) == {"span:0": (589, 593), "dot:1": (590,), "dot:2": (600,), "span:3": (560, 595)}
    words = written(RANGE)
    assert words["label:0"] == "What we give"
    assert [words[f"value:{number}"] for number in range(4)] == [
        "$589 to $593 billion",
        "about $590 billion",
        "nearly $600 billion",
        "$560 to $595 billion",
    ]
    assert words["label:3"] == "Others two outlets"


def test_a_timeline_has_a_dot_at_each_day() -> None:
    days = [date(2023, 5, 30), date(2024, 2, 23), date(2024, 6, 5)]
    assert drawn(TIMELINE) == {f"dot:{number}": (day.toordinal(),) for number, day in enumerate(days)}
    assert written(TIMELINE)["flag:0"] == "First $1 trillion 30 May 2023 lower again by the close"


@pytest.mark.parametrize("chart", SAMPLES, ids=lambda chart: chart.title)
def test_title_unit_date_and_source_are_inside_the_picture(chart: Chart) -> None:
    words = written(chart)
    assert words["title"] == chart.title
    assert words["unit"].casefold().startswith(chart.unit.replace("%", "percent").casefold())
    assert words["footer"] == f"As of {chart.as_of} · Source: {chart.source}"


@settings(max_examples=25)
@given(charts())
def test_every_point_is_drawn_at_its_value(chart: Chart) -> None:
    found, shown = drawn(chart), arranged(chart)
    for number, point in enumerate(shown.points):
        match shown.kind:
            case "ranked-bar" | "grouped-bar" if point.low == point.high:
                assert found[f"bar:{number}"] == (0, point.low)
            case "range" if point.low == point.high:
                assert found[f"dot:{number}"] == (point.low,)
            case "line":
                assert found["line"][number] == point.low / 2 + point.high / 2
            case "timeline":
                assert found[f"dot:{number}"] == (point.on.toordinal() if point.on else number,)
            case _:
                start, end = found[f"span:{number}"]
                assert start == point.low
                # A bar is kept as start and width, so its end is as exact as their sum.
                assert end == pytest.approx(point.high, abs=1e-9 * max(abs(point.low), abs(point.high)))


def test_a_chart_of_too_many_points_shows_the_first_of_them() -> None:
    many = tuple(exact(f"Company {number}", f"{number} %", number) for number in range(50))
    chart = Chart("ranked-bar", "Fifty", "%", "2025", "somebody", many)
    shown = drawn(chart)
    assert len(shown) == MOST_POINTS
    assert shown["bar:0"] == (0, 49)
