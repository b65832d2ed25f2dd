"""Receipts: what adds up to a sum, line by line, the total below, and what the bill leaves out."""

from dataclasses import dataclass
from functools import partial

from newsbot.charts import style
from newsbot.charts.canvas import Canvas, Plot
from newsbot.charts.style import Font
from newsbot.charts.typeset import TextBlock, block
from newsbot.charts.words import capital, clean, note_words, value_words
from newsbot.messages.charts import Chart, Point

_LABEL, _VALUE, _NOTE = Font(18), Font(18), Font(14, colour=style.MUTED)
_TOTAL = Font(21, bold=True)
_OUTSIDE = Font(15.5, colour=style.MUTED)
_PAD = 7  # above and below a line of the bill
_BEFORE_TOTAL = 12
_SIDES = 22  # from the edge of the paper to its words
_TOOTH = 10  # how wide and high the torn edge's teeth are
_DASH = 6


@dataclass(frozen=True, slots=True)
class _BillLine:
    number: int
    name: TextBlock
    value: TextBlock

    @property
    def height(self) -> float:
        return max(self.name.height, self.value.height) + 2 * _PAD


def receipt(chart: Chart) -> Plot:
    """The points in the order given; the last one is the total, and its note is what the bill leaves out."""
    *rows, total = chart.points
    lines = [_line(number, point, chart.unit, _LABEL, _VALUE) for number, point in enumerate(rows)]
    last = _line(len(rows), Point(total.label, total.display, total.low, total.high), chart.unit, _TOTAL, _TOTAL)
    missing = block(clean(total.note), _OUTSIDE, style.INNER - 2 * _SIDES, 4)
    height = _TOOTH + sum(line.height for line in lines) + _BEFORE_TOTAL + last.height
    height += missing.height + (_PAD if missing.lines else 0) + 2 * _TOOTH
    return Plot(height, partial(_paint, lines=lines, last=last, missing=missing, height=height))


def _line(number: int, point: Point, unit: str, label: Font, font: Font) -> _BillLine:
    room = style.INNER - 2 * _SIDES
    value = block(value_words(point, unit), font, room * 0.5, 2)
    left = room - value.width - 14
    return _BillLine(
        number, block(capital(clean(point.label)), label, left, 2) + block(note_words(point), _NOTE, left, 2), value
    )


def _paint(
    canvas: Canvas, top: float, lines: list[_BillLine], last: _BillLine, missing: TextBlock, height: float
) -> None:
    _paint_paper(canvas, top, height)
    below = top + _TOOTH
    for line in lines:
        below = _paint_line(canvas, line, below)
    below += _BEFORE_TOTAL
    _paint_dashes(canvas, below - _BEFORE_TOTAL / 2)
    below = _paint_line(canvas, last, below)
    canvas.block(style.MARGIN + _SIDES, below + _PAD, missing, role=f"note:{last.number}")


def _paint_line(canvas: Canvas, line: _BillLine, top: float) -> float:
    left, right = style.MARGIN + _SIDES, style.WIDTH - style.MARGIN - _SIDES
    canvas.block(left, top + _PAD, line.name, role=f"label:{line.number}")
    canvas.block(right, top + _PAD, line.value, "right", role=f"value:{line.number}")
    return top + line.height


def _paint_dashes(canvas: Canvas, y: float) -> None:
    x = float(style.MARGIN + _SIDES)
    while x < style.WIDTH - style.MARGIN - _SIDES:
        canvas.line((x, y), (min(x + _DASH, style.WIDTH - style.MARGIN - _SIDES), y), style.AXIS, 1.2)
        x += 2 * _DASH


def _paint_paper(canvas: Canvas, top: float, height: float) -> None:
    """The edge of a slip of paper, torn off below."""
    left, right, bottom = float(style.MARGIN), float(style.WIDTH - style.MARGIN), top + height - _TOOTH
    for start, end in (((left, top), (right, top)), ((left, top), (left, bottom)), ((right, top), (right, bottom))):
        canvas.line(start, end, style.EDGE)
    teeth = int((right - left) / _TOOTH)
    wide = (right - left) / teeth
    for tooth in range(teeth):
        x = left + tooth * wide
        tip = (x + wide / 2, bottom + _TOOTH * 0.6)
        canvas.line((x, bottom), tip, style.EDGE)
        canvas.line(tip, (x + wide, bottom), style.EDGE)
