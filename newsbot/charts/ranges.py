"""Ranges: the figure's own value or range as a thick mark, and what others say below it, so that the spread shows."""

from functools import partial

from matplotlib.axes import Axes

from newsbot.charts import style
from newsbot.charts.bars import beyond, paint_fading
from newsbot.charts.canvas import Canvas, Plot
from newsbot.charts.number_cards import number_card
from newsbot.charts.rows import Row, Rows, stacked
from newsbot.charts.scales import Scale, limits, number_ticks
from newsbot.charts.style import TICK
from newsbot.charts.typeset import measure
from newsbot.charts.words import axis_words
from newsbot.messages.charts import Chart, Point

_GAP = 14  # between a mark and its value
_AXIS = 34  # below the rows, for the numbers of the axis
_EDGE = 8  # from the edge of the picture to the words of the axis
_INSET = 12  # from the start of the axis to the first mark
_FROM_ZERO = 1.0  # whatever the spread is: a cut axis would make it look large


def ranges(chart: Chart) -> Plot:
    """One row a point. Where the first is the figure's own, it is thick, and a pale band leads down past the others.

    A single value needs no axis: it is drawn as a number.
    """
    if len(chart.points) == 1:
        return number_card(chart)
    rows = stacked(chart, style.VALUES)
    return Plot(rows.height + _AXIS, partial(_paint, rows=rows, own=0 if chart.own else None, unit=chart.unit))


def _paint(canvas: Canvas, top: float, rows: Rows, own: int | None, unit: str) -> None:
    bottom = top + rows.height
    scale = _scale(rows)
    axes = canvas.axes((scale.start, top, scale.end, bottom), (scale.low, scale.high), (bottom, top))
    if own is not None and len(rows.rows) > 1:
        _paint_band(axes, rows.rows[own].point)
    _paint_axis(canvas, scale, top, bottom, unit)
    for row in rows.rows:
        middle = top + row.middle
        canvas.block(style.MARGIN, middle - row.label.height / 2, row.label, role=f"label:{row.number}")
        leads = own in (None, row.number)
        _paint_mark(axes, row, middle, rows.roomy.bar, leads)
        paint_fading(axes, scale, row, style.GAIN if leads else style.LOSS, middle, rows.roomy.bar / 4)
        x, baseline = scale.at(row.point.high) + _GAP + beyond(row), middle + 0.36 * rows.roomy.value.size
        value = canvas.text(x, baseline, row.value, rows.roomy.value, role=f"value:{row.number}")
        # A line of the axis may pass behind a value: a veil keeps the value readable.
        value.set_bbox({"facecolor": style.PANEL, "edgecolor": "none", "alpha": 0.85, "pad": 1})


def _scale(rows: Rows) -> Scale:
    """The widest scale that leaves room for each value right of its mark."""
    low, high = limits([row.point for row in rows.rows], _FROM_ZERO)
    start = style.MARGIN + rows.labels + style.COLUMN_GAP + _INSET
    length = room = style.WIDTH - style.MARGIN - start
    for row in rows.rows:
        share = (row.point.high - low) / (high - low)
        if share > 0:
            length = min(length, (room - _GAP - beyond(row) - measure(row.value, rows.roomy.value)) / share)
    return Scale(low, high, start, start + length)


def _paint_axis(canvas: Canvas, scale: Scale, top: float, bottom: float, unit: str) -> None:
    for number, words in _ticks(scale, unit):
        x, half = scale.at(number), measure(words, TICK) / 2
        canvas.line((x, top), (x, bottom), style.AXIS if number == 0 else style.GRID)
        inside = min(max(x, half + _EDGE), style.WIDTH - _EDGE - half)
        canvas.text(inside, bottom + 22, words, TICK, "center", role="tick")


def _ticks(scale: Scale, unit: str) -> list[tuple[float, str]]:
    """As many numbers of the axis as have room, up to five, and their words."""
    for most in range(5, 0, -1):
        numbers, step = number_ticks(scale.low, scale.high, most)
        ticks = [(number, axis_words(number, step, unit)) for number in numbers]
        widest = max(measure(words, TICK) for _, words in ticks)
        if scale.at(step) - scale.at(0) >= 1.5 * widest:
            break
    return ticks


def _paint_band(axes: Axes, own: Point) -> None:
    # A line of its own width shows even a single value.
    axes.axvspan(own.low, own.high, facecolor=style.BAND, edgecolor=style.BAND, linewidth=2, zorder=-1)


def _paint_mark(axes: Axes, row: Row, middle: float, bar: float, leads: bool) -> None:
    low, high = row.point.low, row.point.high
    colour = style.GAIN if leads else style.LOSS
    if low == high:
        (dot,) = axes.plot([low], [middle], "o", color=colour, markersize=10 if leads else 8, clip_on=False)
        dot.set_gid(f"dot:{row.number}")
        return
    thick = bar * (0.7 if leads else 0.35)
    (span,) = axes.barh(middle, high - low, thick, low, color=colour, linewidth=2, clip_on=False)
    span.set_gid(f"span:{row.number}")
