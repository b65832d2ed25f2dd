"""Lines through values at even distances in time; days at uneven ones are dots in rows, as nothing is known between."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from functools import partial
from itertools import pairwise

from newsbot.charts import style
from newsbot.charts.bars import dots_in_order
from newsbot.charts.canvas import Canvas, Plot
from newsbot.charts.scales import Scale, date_shares, drawn_apart, limits, number_ticks
from newsbot.charts.style import DATE, TICK, Font
from newsbot.charts.typeset import TextBlock, block, measure, shorten
from newsbot.charts.words import axis_words, bare, clean, date_words, note_words, value_words
from newsbot.messages.charts import Chart, Point

_LABEL = Font(15)
_VALUE = Font(16, bold=True)
_NOTE = Font(13, colour=style.MUTED)
_TURNED_VALUE = Font(14, bold=True)
_TURNED_LABEL = Font(14)
_LONGEST_TURNED = 170
_HEIGHT = 220
_GAP = 12  # from a marker to its value
_ZERO_BELOW = 0.45  # of the highest value: from here down an axis from zero shows the changes well enough
_COLUMN = 118  # as wide as the words of a point need be
_CUT = "the axis does not start at zero"
_UNEVEN = (
    1.2  # times the shortest step in time, as months and quarters differ: a longer one tells that days are missing
)
_LEAST = 5  # days: fewer are single ones
_DAILY = 5  # days: a weekend and holidays between two days of trading


@dataclass(frozen=True, slots=True)
class Mark:
    """One point: where it stands across the picture, its value, and the words below it."""

    x: float
    point: Point
    value: str
    label: TextBlock

    @property
    def middle(self) -> float:
        """The value, or the middle of a range."""
        return self.point.low / 2 + self.point.high / 2


@dataclass(frozen=True, slots=True)
class PlotFrame:
    """The number axis, the room above and below it, and whether words read upwards, for want of room."""

    low: float
    high: float
    unit: str
    left: float
    column: float
    turned: bool

    @property
    def value(self) -> Font:
        """The font of the values."""
        return _TURNED_VALUE if self.turned else _VALUE


def line(chart: Chart) -> Plot:
    """A line where the points are evenly apart in time, or have no dates; dots in rows where they are not."""
    days = [point.on for point in chart.points if point.on]
    if len(days) == len(chart.points) and not is_series(days):
        return dots_in_order(chart)
    low, high = limits(chart.points, _ZERO_BELOW)
    left = style.MARGIN + _axis_width(low, high, chart.unit) + 12
    room = (style.WIDTH - style.MARGIN - left) / len(chart.points)
    values = [value_words(point, chart.unit) for point in chart.points]
    if not (column := _column(chart, values, room)):
        values = [bare(value, chart.unit) for value in values]
        column = _column(chart, values, room)
    frame = PlotFrame(low, high, chart.unit, left, column or room, turned=not column)
    marks = _marks(chart, values, frame)
    above, below = _room_for_values(marks, frame)
    height = above + _HEIGHT + below + max(_depth(mark.label, frame.turned) for mark in marks)
    paint = partial(_paint, marks=marks, frame=frame, above=above, below=below)
    return Plot(height, paint, "" if low <= 0 <= high else _CUT)


def is_series(days: Sequence[date]) -> bool:
    """Whether days, in order, are several and as good as evenly apart, so that a line between them leaves none out."""
    steps = [(after - before).days for before, after in pairwise(days)]
    return len(days) >= _LEAST and max(steps) <= max(_DAILY, _UNEVEN * min(steps))


def _axis_width(low: float, high: float, unit: str) -> float:
    numbers, step = number_ticks(low, high)
    return max(measure(axis_words(number, step, unit), TICK) for number in numbers)


def _column(chart: Chart, values: Sequence[str], room: float) -> float:
    """How wide the words of each point may be; 0 where `room` is too narrow for them to stand side by side."""
    words = [measure(word, _LABEL) for point in chart.points for word in clean(point.label).split(" ")]
    days = [measure(date_words(point), DATE) for point in chart.points]
    needed = max([*(measure(value, _VALUE) for value in values), *words, *days]) + 10
    return max(needed, min(room, _COLUMN)) if needed <= room else 0


def _marks(chart: Chart, values: Sequence[str], frame: PlotFrame) -> list[Mark]:
    """The points in their places."""
    start, end = frame.left + frame.column / 2, style.WIDTH - style.MARGIN - frame.column / 2
    places = drawn_apart(_true_places(chart.points, start, end), frame.column, end)
    listed = zip(chart.points, values, places, strict=True)
    return [_mark(chart, point, value, x, frame) for point, value, x in listed]


def _true_places(points: Sequence[Point], start: float, end: float) -> list[float]:
    days = [point.on for point in points if point.on]
    if len(days) == len(points) and len(set(days)) > 1:
        return [start + share * (end - start) for share in date_shares(days)]
    last = max(1, len(points) - 1)
    return [start + number / last * (end - start) for number in range(len(points))]


def _mark(chart: Chart, point: Point, value: str, x: float, frame: PlotFrame) -> Mark:
    label, day = clean(point.label), date_words(point)
    if frame.turned:
        words = ", ".join(part for part in (label, day) if part)
        upright = TextBlock(((shorten(words, _TURNED_LABEL, _LONGEST_TURNED), _TURNED_LABEL),))
        return Mark(x, point, shorten(value, _TURNED_VALUE, _LONGEST_TURNED), upright)
    width = frame.column - 8
    below = block(label, _LABEL, width, 3) + block(day, DATE, width) + block(note_words(point), _NOTE, width, 2)
    return Mark(x, point, value, below)


def _depth(label: TextBlock, turned: bool) -> float:
    return label.width if turned else label.height


def _room_for_values(marks: Sequence[Mark], frame: PlotFrame) -> tuple[float, float]:
    if frame.turned:
        return max(measure(mark.value, frame.value) for mark in marks) + _GAP, 16
    above = 0 if all(_is_dip(marks, number) for number in range(len(marks))) else frame.value.pitch + _GAP
    below = frame.value.pitch + _GAP if any(_is_dip(marks, number) for number in range(len(marks))) else 0
    return above, below + 16


def _is_dip(marks: Sequence[Mark], number: int) -> bool:
    """Whether the line comes from above and leaves upwards, so that there is room below the marker."""
    beside = [*marks[max(0, number - 1) : number], *marks[number + 1 : number + 2]]
    here = marks[number].middle
    return all(mark.middle >= here for mark in beside) and any(mark.middle > here for mark in beside)


def _paint(canvas: Canvas, top: float, marks: Sequence[Mark], frame: PlotFrame, above: float, below: float) -> None:
    scale = Scale(frame.low, frame.high, top + above + _HEIGHT, top + above)
    _paint_axis(canvas, frame, scale)
    box = (frame.left, scale.end, style.WIDTH - style.MARGIN, scale.start)
    axes = canvas.axes(box, (box[0], box[2]), (frame.low, frame.high))
    (drawn,) = axes.plot([mark.x for mark in marks], [mark.middle for mark in marks], "-o", clip_on=False)
    drawn.set(color=style.GAIN, linewidth=2.2, markersize=7, gid="line")
    for number, mark in enumerate(marks):
        if mark.point.low != mark.point.high:
            span = axes.vlines(mark.x, mark.point.low, mark.point.high, color=style.GAIN, alpha=0.4, linewidth=7)
            span.set_gid(f"span:{number}")
        _paint_value(canvas, number, marks, scale, frame)
        _paint_label(canvas, number, mark, scale.start + below, frame.turned)


def _paint_axis(canvas: Canvas, frame: PlotFrame, scale: Scale) -> None:
    numbers, step = number_ticks(frame.low, frame.high)
    for number in numbers:
        y = scale.at(number)
        colour = style.AXIS if number == 0 else style.GRID
        canvas.line((frame.left, y), (style.WIDTH - style.MARGIN, y), colour)
        words = axis_words(number, step, frame.unit)
        canvas.text(frame.left - 12, y + 0.36 * TICK.size, words, TICK, "right", role="tick")


def _paint_value(canvas: Canvas, number: int, marks: Sequence[Mark], scale: Scale, frame: PlotFrame) -> None:
    mark, role = marks[number], f"value:{number}"
    top = scale.at(mark.point.high) - _GAP
    if frame.turned:
        text = canvas.upright(mark.x, top, mark.value, frame.value, role=role)
    elif _is_dip(marks, number):
        bottom = scale.at(mark.point.low) + _GAP + frame.value.size
        text = canvas.text(mark.x, bottom, mark.value, frame.value, "center", role=role)
    else:
        x = mark.x + _aside(marks, number, frame)
        text = canvas.text(x, top, mark.value, frame.value, "center", role=role)
    # The line may pass behind a value: a veil keeps the value readable.
    text.set_bbox({"facecolor": style.PANEL, "edgecolor": "none", "alpha": 0.85, "pad": 1})


def _aside(marks: Sequence[Mark], number: int, frame: PlotFrame) -> float:
    """How far a value moves out of the way of its line: left where it rises, right where it falls.

    It stays clear of its neighbours: beside a rising point none has moved towards it.
    """
    if not 0 < number < len(marks) - 1:
        return 0.0
    widest = max(measure(mark.value, frame.value) for mark in marks)
    most = min(measure(marks[number].value, frame.value) / 2, frame.column - widest)
    before, here, after = (mark.middle for mark in marks[number - 1 : number + 2])
    return -most if before < here < after else most if before > here > after else 0.0


def _paint_label(canvas: Canvas, number: int, mark: Mark, top: float, turned: bool) -> None:
    role = f"label:{number}"
    if turned:
        ((words, font),) = mark.label.lines
        canvas.upright(mark.x, top, words, font, "right", role=role)
    else:
        canvas.block(mark.x, top, mark.label, "center", role=role)
