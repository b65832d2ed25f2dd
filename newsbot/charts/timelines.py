"""Timelines: a flag for each event on an axis of dates, staggered so that no flag covers another's pole or words."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import partial

from newsbot.charts import style
from newsbot.charts.canvas import Canvas, Plot
from newsbot.charts.scales import date_shares, date_ticks
from newsbot.charts.style import DATE, TICK, Font
from newsbot.charts.typeset import TextBlock, block, shorten
from newsbot.charts.words import clean, date_words, note_words, value_words
from newsbot.messages.charts import Chart, Point

_LABEL = Font(16, bold=True)
_VALUE = Font(16)
_NOTE = Font(13.5, colour=style.MUTED)
_COMPACT = Font(14.5)
_FLAG = 215  # the widest flag
_COMPACT_FLAG = 520
_HIGHEST = 480  # all flags; beyond it they shrink to one line each
_POLE_GAP = 8  # from a pole to its words
_APART = 12  # between flags of one row, and between rows
_FOOT = 18  # from the lowest flags to the axis
_AXIS = 34  # below the axis, for its dates
_LEFT = style.MARGIN + 8


@dataclass(frozen=True, slots=True)
class Flag:
    """The words of one event, where its pole stands, and in which row it hangs: 0 is next to the axis."""

    number: int
    point: Point
    words: TextBlock
    x: float = 0
    row: int = 0

    @property
    def right(self) -> float:
        """Where the flag ends."""
        return self.x + _POLE_GAP + self.words.width


def timeline(chart: Chart) -> Plot:
    """The points by date, the earliest left; evenly spaced where not all have a date."""
    flags, end = _hung([_flag(chart, number) for number in range(len(chart.points))])
    if sum(_row_heights(flags)) > _HIGHEST:
        flags, end = _hung([_compact_flag(chart, number) for number in range(len(chart.points))])
    height = sum(_row_heights(flags)) + _FOOT + _AXIS
    return Plot(height, partial(_paint, flags=flags, end=end))


def _flag(chart: Chart, number: int) -> Flag:
    point = chart.points[number]
    words = (
        block(clean(point.label), _LABEL, _FLAG, 3)
        + block(_value(point), _VALUE, _FLAG, 2)
        + block(date_words(point), DATE, _FLAG)
        + block(note_words(point), _NOTE, _FLAG, 2)
    )
    return Flag(number, point, words)


def _value(point: Point) -> str:
    # With its unit: a flag is read by itself.
    return value_words(point, "")


def _compact_flag(chart: Chart, number: int) -> Flag:
    point = chart.points[number]
    parts = (date_words(point), _value(point), clean(point.label))
    words = shorten(" · ".join(part for part in parts if part), _COMPACT, _COMPACT_FLAG)
    return Flag(number, point, TextBlock(((words, _COMPACT),)))


def _hung(flags: Sequence[Flag]) -> tuple[list[Flag], float]:
    """The flags in their places, and where the axis ends.

    A flag flies right of its pole. So it hangs above every later flag whose pole stands within it, and no pole
    crosses words. The axis ends early enough for the last flags to end within the picture.
    """
    shares = _shares([flag.point for flag in flags])
    right = style.WIDTH - style.MARGIN
    reaches = [
        (right - _LEFT - _POLE_GAP - flag.words.width) / share
        for flag, share in zip(flags, shares, strict=True)
        if share
    ]
    length = min([right - _LEFT, *reaches])
    hung: list[Flag] = []
    for flag, share in reversed(list(zip(flags, shares, strict=True))):
        placed = replace(flag, x=_LEFT + share * length)
        within = [other.row for other in hung if other.x <= placed.right + _APART]
        hung.append(replace(placed, row=max(within, default=-1) + 1))
    return hung[::-1], _LEFT + length


def _shares(points: Sequence[Point]) -> list[float]:
    days = [point.on for point in points if point.on]
    if len(days) == len(points):
        return date_shares(days)
    return [number / max(1, len(points) - 1) for number in range(len(points))]


def _row_heights(flags: Sequence[Flag]) -> list[float]:
    rows = range(max(flag.row for flag in flags) + 1)
    return [max(flag.words.height for flag in flags if flag.row == row) + _APART for row in rows]


def _paint(canvas: Canvas, top: float, flags: Sequence[Flag], end: float) -> None:
    heights = _row_heights(flags)
    axis = top + sum(heights) + _FOOT
    canvas.line((_LEFT, axis), (max(end, style.WIDTH - style.MARGIN), axis), style.AXIS, 1.6)
    for flag in flags:
        edge = axis - _FOOT - sum(heights[: flag.row + 1])
        canvas.line((flag.x, edge + 3), (flag.x, axis), style.AXIS, 1.2)
        canvas.block(flag.x + _POLE_GAP, edge, flag.words, role=f"flag:{flag.number}")
    _paint_days(canvas, flags, axis, end)


def _paint_days(canvas: Canvas, flags: Sequence[Flag], axis: float, end: float) -> None:
    """The dots on the axis and the dates below it; no dates where not every point has one."""
    days = [flag.point.on for flag in flags if flag.point.on]
    dated = len(days) == len(flags)
    low, high = (min(days).toordinal(), max(days).toordinal()) if dated else (0, len(flags) - 1)
    axes = canvas.axes((_LEFT, axis - 10, end, axis + 10), (low, max(high, low + 1)), (0, 1))
    for place, flag in enumerate(flags):
        x = flag.point.on.toordinal() if dated and flag.point.on else place
        (dot,) = axes.plot([x], [0.5], "o", color=style.GAIN, markersize=8, clip_on=False)
        dot.set_gid(f"dot:{flag.number}")
    if not dated or low == high:
        return
    for day, words in date_ticks(min(days), max(days), int((end - _LEFT) / 84)):
        at = _LEFT + (day.toordinal() - low) / (high - low) * (end - _LEFT)
        canvas.line((at, axis), (at, axis + 6), style.AXIS, 1.2)
        canvas.text(at, axis + 24, words, TICK, "center", role="tick")
