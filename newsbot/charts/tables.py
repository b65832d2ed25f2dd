"""Tables: values side by side that no common scale fits, in rows, or in a grid where each row has every column."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial

from newsbot.charts import style
from newsbot.charts.canvas import Canvas, Plot
from newsbot.charts.style import Density, Font
from newsbot.charts.typeset import TextBlock, block, shorten
from newsbot.charts.words import capital, clean, date_words, note_words, value_words
from newsbot.messages.charts import Chart, Point

_WIDEST_ROW = 230  # the names of the rows of a grid
_HEAD = Font(15, bold=True, colour=style.MUTED)
_PAD = 9  # above and below the words of a row
_GAP = 16  # between columns


@dataclass(frozen=True, slots=True)
class _TableRow:
    """One row: its name, its cells with their numbers of point, and where it starts and ends."""

    name: TextBlock
    cells: tuple[tuple[int, TextBlock], ...]
    height: float


def table(chart: Chart) -> Plot:
    """The points in the order given, a row each, or in a grid where every row has the same two or more columns.

    Labels such as "R1 input" and "o1 input" make a grid: the first word is the column, the rest the row.
    """
    grid = _grid(chart)
    columns, lines = grid or ([], _rows(chart))
    head = max((block(name, _HEAD, 100).height for name in columns), default=0)
    height = head + (_PAD if columns else 0) + sum(line.height for line in lines)
    return Plot(height, partial(_paint, columns=columns, lines=lines, head=head))


def _rows(chart: Chart) -> list[_TableRow]:
    roomy = _roomy(len(chart.points))
    lines: list[_TableRow] = []
    for number, point in enumerate(chart.points):
        value = block(value_words(point, chart.unit), roomy.value, style.INNER * 0.45, roomy.lines)
        room = style.INNER - value.width - _GAP
        name = block(capital(clean(point.label)), roomy.label, room, roomy.lines)
        if roomy.notes:
            name += block(_small(point), roomy.note, room, roomy.notes + 1)
        lines.append(_TableRow(name, ((number, value),), max(name.height, value.height) + 2 * _PAD))
    return lines


def _small(point: Point) -> str:
    return " · ".join(words for words in (date_words(point), note_words(point)) if words)


def _roomy(rows: int) -> Density:
    return style.densities(rows)[0]


def _grid(chart: Chart) -> tuple[list[str], list[_TableRow]] | None:
    """The names of the columns and the rows, where the labels make a whole grid."""
    named: dict[str, dict[str, tuple[int, Point]]] = {}
    for number, point in enumerate(chart.points):
        column, _, row = clean(point.label).partition(" ")
        if not row or column in named.get(row, {}):
            return None
        named.setdefault(row, {})[column] = (number, point)
    columns = list(next(iter(named.values())))
    if not 2 <= len(columns) <= 4 or len(named) < 2 or any(list(cells) != columns for cells in named.values()):
        return None
    roomy = _roomy(len(named))
    wide = _column_width(len(columns))
    lines: list[_TableRow] = []
    for row, cells in named.items():
        name = block(capital(row), roomy.label, _WIDEST_ROW, 3)
        values = tuple((number, _cell(point, chart.unit, roomy, wide)) for number, point in cells.values())
        height = max(name.height, *(cell.height for _, cell in values)) + 2 * _PAD
        lines.append(_TableRow(name, values, height))
    return columns, lines


def _column_width(columns: int) -> float:
    return (style.INNER - _WIDEST_ROW - _GAP * columns) / columns


def _cell(point: Point, unit: str, roomy: Density, width: float) -> TextBlock:
    value = block(value_words(point, unit), roomy.value, width, 3)
    return value + block(note_words(point), roomy.note, width, 2)


def _paint(canvas: Canvas, top: float, columns: Sequence[str], lines: Sequence[_TableRow], head: float) -> None:
    left, right = float(style.MARGIN), float(style.WIDTH - style.MARGIN)
    wide = _column_width(len(columns)) if columns else 0.0
    for place, name in enumerate(reversed(columns)):
        words = block(shorten(name, _HEAD, wide), _HEAD, wide)
        canvas.block(right - place * (wide + _GAP), top, words, "right", role=f"column:{len(columns) - place - 1}")
    top += head + (_PAD if columns else 0)
    for line in lines:
        canvas.line((left, top), (right, top), style.GRID)
        middle = top + line.height / 2
        canvas.block(left, middle - line.name.height / 2, line.name, role=f"label:{line.cells[0][0]}")
        for place, (number, cell) in enumerate(reversed(line.cells)):
            x = right - place * (wide + _GAP)
            canvas.block(x, middle - cell.height / 2, cell, "right", role=f"value:{number}")
        top += line.height
