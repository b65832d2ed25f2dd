"""Timelines: an upright axis of dates to scale, and beside it what happened, each entry joined to its day by a line."""

import itertools
import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from functools import partial

from newsbot.charts import style
from newsbot.charts.canvas import Canvas, Plot
from newsbot.charts.scales import date_shares, date_ticks
from newsbot.charts.style import TICK, Font
from newsbot.charts.typeset import TextBlock, block, measure, shorten
from newsbot.charts.words import clean, note_words, short_date, value_words
from newsbot.messages.charts import Chart, Point

_DATE = Font(14.5, bold=True, colour=style.MUTED)
_LABEL = Font(17)
_NOTE = Font(14, colour=style.MUTED)
_COMPACT = Font(15)
_MOST_ROOMY = 12  # entries; more of them have one line each
_APART = 14  # between entries
_AXIS_GAP = 10  # from the words of the axis to it
_JOIN = 44  # from the axis to the entries
_LEAST_TICK = 60  # between two dates of the axis
_TOUCHING = 26  # an axis has its dates where they stand this far from each other, else beside the entries alone
IS_TIME = re.compile(r"(?:by )?(?:day|week|month|year)s?\b")  # units that say no more than the dates do


@dataclass(frozen=True, slots=True)
class Entry:
    """The words of one event, and where its day stands below the top of the axis (0 to 1)."""

    number: int
    words: TextBlock
    share: float

    @property
    def anchor(self) -> float:
        """Where the line from the axis meets the words, below their top."""
        _, font = self.words.lines[0]
        return font.pitch / 2


def timeline(chart: Chart) -> Plot:
    """The points by date, the earliest on top; evenly spaced, without dates, where not all have one."""
    points = chart.points
    days = [point.on for point in points if point.on]
    is_dated = len(days) == len(points)
    shares = date_shares(days) if is_dated else [n / max(1, len(points) - 1) for n in range(len(points))]
    ticks = _ticks(days) if is_dated else []
    left = style.MARGIN + max((measure(words, TICK) + _AXIS_GAP for _, words in ticks), default=6.0)
    room = style.WIDTH - style.MARGIN - left - _JOIN
    entries = [_entry(number, chart, shares[number], room) for number in range(len(points))]
    height = sum(entry.words.height for entry in entries) + _APART * (len(entries) - 1)
    return Plot(height, partial(_paint, entries=entries, ticks=ticks, left=left, height=height))


def _ticks(days: Sequence[date]) -> list[tuple[float, str]]:
    """The dates of the axis, each with its share of the way from the first day to the last."""
    first, last = min(days), max(days)
    if first == last:
        return []
    span = (last - first).days
    return [((day - first).days / span, words) for day, words in date_ticks(first, last, 6)]


def _entry(number: int, chart: Chart, share: float, room: float) -> Entry:
    point = chart.points[number]
    label = clean(point.label)
    day, value = short_date(point), _value(point, chart.unit)
    day = "" if day in label else day
    if len(chart.points) > _MOST_ROOMY:
        words = shorten(" · ".join(part for part in (day, value, label) if part), _COMPACT, room)
        return Entry(number, block(words or "–", _COMPACT, room, 1), share)
    head = " · ".join(part for part in (day, value) if part)
    lines = block(head, _DATE, room, 2) + block(label, _LABEL, room, 3) + block(note_words(point), _NOTE, room, 2)
    return Entry(number, lines if lines.lines else block("–", _LABEL, room), share)


def _value(point: Point, unit: str) -> str:
    """The value with its unit, as an entry is read by itself; none where the date says it."""
    is_time = IS_TIME.match(unit) is not None or point.display == point.dated
    return "" if is_time else value_words(point, "")


def _tops(entries: Sequence[Entry], height: float) -> tuple[list[float], float]:
    """Where each entry starts: as near to its day as its neighbours let it; and how long the axis is."""
    length = height - entries[0].anchor - (entries[-1].words.height - entries[-1].anchor)
    tops: list[float] = []
    edge = 0.0
    for entry in entries:
        tops.append(max(edge, entry.share * length + entries[0].anchor - entry.anchor))
        edge = tops[-1] + entry.words.height + _APART
    end = height
    for number in reversed(range(len(entries))):
        tops[number] = min(tops[number], end - entries[number].words.height)
        end = tops[number] - _APART
    return tops, length


def _paint(
    canvas: Canvas, top: float, entries: Sequence[Entry], ticks: Sequence[tuple[float, str]], left: float, height: float
) -> None:
    tops, length = _tops(entries, height)
    start = top + entries[0].anchor
    canvas.line((left, start), (left, start + max(length, 1)), style.AXIS, 1.6)
    days = [start + entry.share * length for entry in entries]
    _paint_ticks(canvas, left, [(start + share * length, words) for share, words in ticks])
    axes = canvas.axes((left - 10, start, left + 10, start + max(length, 1)), (0, 1), (max(length, 1), 0))
    for entry, place, day in zip(entries, tops, days, strict=True):
        meets = top + place + entry.anchor
        canvas.line((left, day), (left + _JOIN * 0.75, meets), style.AXIS, 1.1)
        (dot,) = axes.plot([0.5], [entry.share * length], "o", color=style.GAIN, markersize=7, clip_on=False)
        dot.set_gid(f"dot:{entry.number}")
        canvas.block(left + _JOIN, top + place, entry.words, role=f"flag:{entry.number}")


def _paint_ticks(canvas: Canvas, left: float, ticks: Sequence[tuple[float, str]]) -> None:
    """The dates of the axis; every second one where they stand too close."""
    places = [y for y, _ in ticks]
    apart = min((after - before for before, after in itertools.pairwise(places)), default=_TOUCHING)
    step = 1 if apart >= _TOUCHING else 2
    for y, words in ticks[::step]:
        canvas.line((left - 5, y), (left, y), style.AXIS, 1.2)
        canvas.text(left - _AXIS_GAP, y + 0.36 * TICK.size, words, TICK, "right", role="tick")
