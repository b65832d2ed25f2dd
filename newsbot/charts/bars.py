"""Bars and dots in rows: one a point, from zero to its value, with the value at its end; losses go left."""

from collections.abc import Callable, Sequence
from functools import partial

from matplotlib.axes import Axes

from newsbot.charts import style
from newsbot.charts.canvas import Canvas, Plot
from newsbot.charts.rows import Row, Rows, stacked
from newsbot.charts.scales import Scale
from newsbot.charts.style import Density, Font
from newsbot.charts.typeset import measure
from newsbot.messages.charts import Chart

_GAP = 10  # between a bar and its value
_FADING = (0.5, 0.3, 0.15)  # beyond the end of a bar that may reach farther
_FADE, _FADE_GAP = 7, 3  # how long each part of it is, and how far apart
_STEM = 3  # how thick the line to a dot is

PaintMark = Callable[[Canvas, Axes, Scale, Row, str, float, Density], None]


def ranked_bars(chart: Chart) -> Plot:
    """One bar a point, in the order given."""
    rows = stacked(chart, widest_value(chart))
    return Plot(rows.height, partial(_paint, rows=rows, mark=paint_bar))


def dots_in_order(chart: Chart) -> Plot:
    """One dot a point, in the order given, each with its date: for days between which nothing is known."""
    rows = stacked(chart, widest_value(chart), dated=True)
    return Plot(rows.height, partial(_paint, rows=rows, mark=_paint_dot))


def widest_value(chart: Chart) -> float:
    """How wide a value may be and leave room for the bars: less where values stand on either side of zero."""
    both_ways = any(each.low < 0 for each in chart.points) and any(each.high > 0 for each in chart.points)
    return style.VALUES_BOTH_WAYS if both_ways else style.VALUES


def _paint(canvas: Canvas, top: float, rows: Rows, mark: PaintMark) -> None:
    left, right = float(style.MARGIN), float(style.WIDTH - style.MARGIN)
    # Where every bar goes left, the labels stand at its root: right of zero.
    only_losses = all(_is_loss(row) for row in rows.rows)
    text, ends = left, (left + rows.labels + style.COLUMN_GAP, right)
    if only_losses:
        text, ends = right - rows.labels, (left, right - rows.labels - style.COLUMN_GAP)
    scale = bar_scale(rows.rows, *ends, rows.roomy.value)
    axes = bar_axes(canvas, scale, top, top + rows.height)
    for row in rows.rows:
        canvas.block(text, top + row.middle - row.label.height / 2, row.label, role=f"label:{row.number}")
        colour = style.LOSS if _is_loss(row) else style.GAIN
        mark(canvas, axes, scale, row, colour, top + row.middle, rows.roomy)


def _is_loss(row: Row) -> bool:
    return row.point.low < 0 >= row.point.high


def bar_scale(rows: Sequence[Row], left: float, right: float, font: Font) -> Scale:
    """A scale from zero to the longest bar either way, with room for the words at the ends of the bars."""
    lowest = min(0.0, *(row.point.low for row in rows))
    highest = max(0.0, *(row.point.high for row in rows))
    losses = [measure(row.value, font) + _GAP + beyond(row) for row in rows if row.reach < 0]
    gains = [measure(row.value, font) + _GAP + beyond(row) for row in rows if row.reach >= 0]
    highest = highest if highest > lowest else 1.0
    return Scale(lowest, highest, left + max(losses, default=0), right - max(gains, default=0))


def beyond(row: Row) -> float:
    """How far a mark goes on beyond its value."""
    return len(_FADING) * (_FADE + _FADE_GAP) if row.is_open else 0.0


def bar_axes(canvas: Canvas, scale: Scale, top: float, bottom: float) -> Axes:
    """Axes whose values run over `scale` and whose heights are pixels of the canvas, with a line at zero."""
    canvas.line((scale.at(0), top), (scale.at(0), bottom), style.AXIS, 1.2)
    return canvas.axes((scale.start, top, scale.end, bottom), (scale.low, scale.high), (bottom, top))


def paint_bar(canvas: Canvas, axes: Axes, scale: Scale, row: Row, colour: str, middle: float, roomy: Density) -> None:
    """The bar of a row around the pixel `middle`, and its value at the end.

    A range is full up to its end nearer to zero, and pale from one end to the other; a ceiling is pale altogether. A
    floor goes on beyond its value and fades.
    """
    low, high = row.point.low, row.point.high
    if row.is_ceiling:
        low, high = sorted((0.0, high))
    full = 0.0 if low < 0 < high else min(low, high, key=abs)
    for name, left, width, alpha in (("bar", 0.0, full, 1.0), ("span", low, high - low, 0.4)):
        if name == "bar" or width:
            (bar,) = axes.barh(middle, width, roomy.bar, left, color=colour, linewidth=0, alpha=alpha)
            bar.set_gid(f"{name}:{row.number}")
    paint_fading(axes, scale, row, colour, middle, roomy.bar)
    _paint_value(canvas, scale, row, middle, roomy, 0)


def paint_fading(axes: Axes, scale: Scale, row: Row, colour: str, middle: float, thick: float) -> None:
    """What follows the end of a floor: it may be more."""
    if not row.is_open:
        return
    pixel = (scale.high - scale.low) / (scale.end - scale.start) * (-1 if row.reach < 0 else 1)
    for place, alpha in enumerate(_FADING):
        start = row.reach + pixel * (_FADE_GAP + place * (_FADE + _FADE_GAP))
        (part,) = axes.barh(middle, pixel * _FADE, thick, start, color=colour, linewidth=0, alpha=alpha, clip_on=False)
        part.set_gid(f"open:{row.number}")


def _paint_value(canvas: Canvas, scale: Scale, row: Row, middle: float, roomy: Density, radius: float) -> None:
    baseline = middle + 0.36 * roomy.value.size
    role = f"value:{row.number}"
    away = _GAP + beyond(row) + radius
    if row.reach < 0:
        canvas.text(scale.at(row.reach) - away, baseline, row.value, roomy.value, "right", role=role)
    else:
        canvas.text(scale.at(row.reach) + away, baseline, row.value, roomy.value, role=role)


def _paint_dot(canvas: Canvas, axes: Axes, scale: Scale, row: Row, colour: str, middle: float, roomy: Density) -> None:
    low, high = row.point.low, row.point.high
    axes.barh(middle, row.reach, _STEM, color=colour, linewidth=0, alpha=0.35)
    if low == high:
        (dot,) = axes.plot([low], [middle], "o", color=colour, markersize=8, clip_on=False)
        dot.set_gid(f"dot:{row.number}")
    else:
        (span,) = axes.barh(middle, high - low, roomy.bar / 2, low, color=colour, linewidth=0, clip_on=False)
        span.set_gid(f"span:{row.number}")
    paint_fading(axes, scale, row, colour, middle, _STEM)
    _paint_value(canvas, scale, row, middle, roomy, 2)
