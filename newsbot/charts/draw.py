"""Draws a chart: the card with title and unit above, as-of date and source below, and the plot of its kind between."""

import io
import math
import warnings
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace

import matplotlib.style
from matplotlib.figure import Figure

from newsbot.charts import style
from newsbot.charts.bars import ranked_bars
from newsbot.charts.canvas import Canvas, Plot
from newsbot.charts.errors import ChartError
from newsbot.charts.groups import grouped_bars
from newsbot.charts.lines import line
from newsbot.charts.number_cards import number_card
from newsbot.charts.ranges import ranges
from newsbot.charts.receipts import receipt
from newsbot.charts.tables import table
from newsbot.charts.timelines import IS_TIME, timeline
from newsbot.charts.typeset import TextBlock, block
from newsbot.charts.words import clean, unit_words
from newsbot.messages.charts import Chart, ChartKind

_PLOTS: dict[ChartKind, Callable[[Chart], Plot]] = {
    "ranked-bar": ranked_bars,
    "grouped-bar": grouped_bars,
    "line": line,
    "range": ranges,
    "timeline": timeline,
    "receipt": receipt,
    "table": table,
    "number": number_card,
}
_LARGEST = 1e250  # beyond it, the differences of two numbers are none


def draw(chart: Chart) -> bytes:
    """The chart as a PNG, two pixels to a logical one. The same chart gives the same bytes. Raises ChartError."""
    with _plainly():
        png = io.BytesIO()
        figure(chart).savefig(png, format="png", dpi="figure", metadata={"Software": None})
    return png.getvalue()


def figure(chart: Chart) -> Figure:
    """The chart as matplotlib's own objects; every text, bar and dot has its role as `gid`. Raises ChartError."""
    with _plainly():
        shown = arranged(chart)
        _check(shown)
        return _compose(shown).figure


def arranged(chart: Chart) -> Chart:
    """The chart with its points in the order they are drawn, and no more of them than one picture holds.

    Ranked bars go by size, the largest first; lines and timelines by date where every point has one.
    """
    points = chart.points
    if chart.kind == "ranked-bar":
        points = tuple(sorted(points, key=lambda point: -max(abs(point.low), abs(point.high))))
    days = {point.on for point in points}
    if chart.kind in ("line", "timeline") and None not in days:
        points = tuple(sorted(points, key=lambda point: point.on or min(filter(None, days))))
    return replace(chart, points=points[: style.MOST_POINTS])


@contextmanager
def _plainly() -> Iterator[None]:
    """Matplotlib as it comes, whatever this machine's own style is, and silent."""
    with warnings.catch_warnings(), matplotlib.style.context("default"):
        warnings.simplefilter("ignore")
        yield


def _check(chart: Chart) -> None:
    if not chart.points:
        raise ChartError(f"The chart “{chart.title}” has nothing to show.")
    values = [value for point in chart.points for value in (point.low, point.high)]
    if not all(math.isfinite(value) and abs(value) <= _LARGEST for value in values):
        raise ChartError(f"The chart “{chart.title}” has a value too large to draw.")


def _compose(chart: Chart) -> Canvas:
    plot = _PLOTS[chart.kind](chart)
    title, unit, footer = _title(chart.title), _unit(chart, plot) + _note(chart), _footer(chart)
    fixed = style.ABOVE_TITLE + style.ABOVE_PLOT + style.ABOVE_FOOTER + style.BELOW_FOOTER
    height = fixed + title.height + unit.height + plot.height + footer.height
    canvas = Canvas(max(style.LEAST_HEIGHT, height))
    below = canvas.block(style.MARGIN, style.ABOVE_TITLE, title, role="title")
    below = canvas.block(style.MARGIN, below + 2, unit, role="unit") + style.ABOVE_PLOT
    bottom = canvas.height - style.BELOW_FOOTER - footer.height
    # What a small plot leaves of the least height stands above and below it alike.
    spare = bottom - style.ABOVE_FOOTER - below - plot.height
    plot.paint(canvas, below + max(0, spare / 2))
    rule = bottom - style.ABOVE_FOOTER / 2
    canvas.line((style.MARGIN, rule), (style.WIDTH - style.MARGIN, rule), style.GRID)
    canvas.block(style.MARGIN, bottom, footer, role="footer")
    return canvas


def _title(words: str) -> TextBlock:
    """The whole title, smaller where it is long: a title is never cut."""
    sizes = [block(clean(words), font, style.INNER) for font in style.TITLES]
    return next((title for title in sizes if len(title.lines) <= 2), sizes[-1])


def _unit(chart: Chart, plot: Plot) -> TextBlock:
    """What is shown, in which unit, and what the plot has to say of itself."""
    is_number = chart.kind == "number" or (chart.kind == "range" and len(chart.points) == 1)
    is_said = is_number or (chart.kind == "timeline" and IS_TIME.match(chart.unit) is not None)
    unit = "" if is_said else unit_words(chart.unit)  # a number says its unit itself, an axis of dates its own
    subject = clean(chart.subject)
    parts = [subject, unit[:1].lower() + unit[1:] if subject and unit[1:2].islower() else unit, plot.remark]
    return block(" · ".join(part for part in parts if part), style.UNIT, style.INNER)


def _note(chart: Chart) -> TextBlock:
    """What is missing from the picture, where nobody can overlook it."""
    return block(clean(chart.note), style.REMARK, style.INNER)


def _footer(chart: Chart) -> TextBlock:
    return block(clean(f"As of {chart.as_of} · Source: {chart.source}"), style.FOOTER, style.INNER)
