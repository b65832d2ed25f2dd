"""Pixel checks: every text is inside the canvas, none covers another, and all can be read on dark and light chats."""

import io
import struct
from datetime import date
from itertools import combinations
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from matplotlib.colors import to_rgb
from matplotlib.image import imread
from matplotlib.transforms import Bbox
from numpy.typing import NDArray

from newsbot.charts.draw import draw, figure
from newsbot.charts.errors import ChartError
from newsbot.charts.style import PIXELS_PER_LOGICAL, WIDTH
from newsbot.content.cards import chart
from newsbot.content.library import load_library
from newsbot.messages.charts import Chart
from tests.charts.samples import LINE, RANKED, SAMPLES, TIMELINE, charts, exact, extents, marks

Pixels = NDArray[np.float64]
CONTENT = Path(__file__).parents[2] / "content"
DISCORD_DARK, SLACK_DARK, LIGHT = "#313338", "#1a1d21", "#ffffff"
_TOUCH = 1.0  # pixel of 1,600: boxes are rounded outwards


def luminance(colour: Pixels) -> Pixels:
    """Relative luminance, https://www.w3.org/TR/WCAG21/#dfn-relative-luminance."""
    linear = np.where(colour <= 0.04045, colour / 12.92, ((colour + 0.055) / 1.055) ** 2.4)
    return np.asarray(linear @ np.array((0.2126, 0.7152, 0.0722)))


def contrast(one: Pixels, other: Pixels) -> Pixels:
    """Contrast ratio, https://www.w3.org/TR/WCAG21/#dfn-contrast-ratio."""
    lighter, darker = np.maximum(luminance(one), luminance(other)), np.minimum(luminance(one), luminance(other))
    return np.asarray((lighter + 0.05) / (darker + 0.05))


def on_background(png: bytes, background: str) -> Pixels:
    """The picture as it shows in a chat of that colour."""
    pixels = np.asarray(imread(io.BytesIO(png), format="png"), dtype=np.float64)
    alpha = pixels[:, :, 3:]
    return np.asarray(pixels[:, :, :3] * alpha + np.array(to_rgb(background)) * (1 - alpha))


def without_words(chart: Chart) -> bytes:
    """The picture as it would be behind its words."""
    shown = figure(chart)
    for text in shown.texts:
        text.set_alpha(0)
    png = io.BytesIO()
    shown.savefig(png, format="png", dpi="figure")
    return png.getvalue()


def check_places(chart: Chart) -> None:
    """Every text inside the card, none over another, none over a bar."""
    shown = figure(chart)
    width, height = shown.bbox.width, shown.bbox.height
    placed = [(f"{text.get_gid()} {text.get_text()!r}", box) for text, box in extents(shown)]
    for words, box in placed:
        assert box.x0 >= 0, words
        assert box.x1 <= width, words
        assert box.y0 >= 0, words
        assert box.y1 <= height, words
    for (words, box), (others, other) in combinations(placed, 2):
        assert not _cover(box, other), f"{words} covers {others}"
    for role, mark in marks(shown):
        if role.startswith("bar"):
            bar = mark.get_window_extent()  # type: ignore[attr-defined]
            assert not any(_cover(bar, box) for _, box in placed), role


def _cover(one: Bbox, other: Bbox) -> bool:
    across = min(one.x1, other.x1) - max(one.x0, other.x0)
    down = min(one.y1, other.y1) - max(one.y0, other.y0)
    return bool(across > _TOUCH and down > _TOUCH)


@pytest.mark.parametrize("chart", SAMPLES, ids=lambda chart: chart.title)
def test_words_stand_inside_the_picture_and_apart(chart: Chart) -> None:
    check_places(chart)


def test_words_of_every_chart_of_our_content_stand_inside_the_picture_and_apart() -> None:
    library = load_library(CONTENT, date(2100, 1, 1))
    drawn = [chart(figure) for figure in library.figures.values() if figure.chart]
    assert drawn
    for each in drawn:
        check_places(each)


@settings(max_examples=25)
@given(charts())
def test_words_stand_inside_the_picture_and_apart_whatever_they_are(chart: Chart) -> None:
    check_places(chart)
    width, height = struct.unpack(">II", draw(chart)[16:24])
    assert width == PIXELS_PER_LOGICAL * WIDTH
    assert PIXELS_PER_LOGICAL * 200 <= height <= PIXELS_PER_LOGICAL * 2_000


@pytest.mark.parametrize("background", [DISCORD_DARK, SLACK_DARK, LIGHT])
@pytest.mark.parametrize("chart", SAMPLES, ids=lambda chart: chart.title)
def test_words_have_a_contrast_of_four_and_a_half(chart: Chart, background: str) -> None:
    behind = on_background(without_words(chart), background)
    for text, box in extents(figure(chart)):
        top, bottom = behind.shape[0] - int(box.y1), behind.shape[0] - int(box.y0)
        patch = behind[top:bottom, int(box.x0) : int(box.x1)]
        ink = np.array(to_rgb(text.get_color()))
        assert contrast(patch, ink).min() >= 4.5, f"{text.get_gid()} {text.get_text()}"


@pytest.mark.parametrize("background", [DISCORD_DARK, SLACK_DARK, LIGHT])
def test_the_card_can_be_told_from_the_chat_and_only_its_corners_let_it_through(background: str) -> None:
    pixels = on_background(draw(RANKED), background)
    assert np.allclose(pixels[0, 0], to_rgb(background), atol=0.01)
    edge = pixels[pixels.shape[0] // 2, 2]
    assert contrast(edge, np.array(to_rgb(background))) >= 1.3


def test_a_picture_has_two_and_a_half_pixels_for_each_logical_one() -> None:
    shown = figure(LINE)
    width, height = struct.unpack(">II", draw(LINE)[16:24])
    assert (width, height) == (1600, round(shown.bbox.height))
    assert height == PIXELS_PER_LOGICAL * round(shown.get_figheight() * 100)


def test_the_same_chart_gives_the_same_bytes() -> None:
    assert draw(TIMELINE) == draw(TIMELINE)


def test_dollar_signs_are_no_formula() -> None:
    shown = figure(Chart("ranked-bar", "$x$ and $y_2$", "$", "2025", "$", (exact("$a$", "$5$", 5),)))
    assert not any(text.get_parse_math() for text in shown.texts)


@pytest.mark.parametrize("value", [float("nan"), float("inf"), 1e300])
def test_a_value_that_no_axis_holds_is_refused_in_words(value: float) -> None:
    with pytest.raises(ChartError, match="“Impossible” has a value too large"):
        draw(Chart("line", "Impossible", "%", "2025", "nobody", (exact("a", "?", value),)))


def test_a_chart_without_points_is_refused_in_words() -> None:
    with pytest.raises(ChartError, match="“Empty” has nothing to show"):
        draw(Chart("timeline", "Empty", "%", "2025", "nobody", ()))
