"""Rows of labelled marks, one a point, from top to bottom: the roomiest kind that a chat shows without shrinking."""

from dataclasses import dataclass

from newsbot.charts import style
from newsbot.charts.style import Density, Font
from newsbot.charts.typeset import TextBlock, block, measure, shorten
from newsbot.charts.words import bare, capital, clean, date_words, note_words, value_words
from newsbot.messages.charts import Chart, Point

# What a source says in front of a number that the value is not below, or not above.
FLOORS = frozenset({"more than", "at least", "well above"})
CEILINGS = frozenset({"less than", "at most", "up to"})


@dataclass(frozen=True, slots=True)
class Row:
    """One mark: the number of its point, the point, what is written beside it, and its middle below the top."""

    number: int
    point: Point
    label: TextBlock
    value: str
    middle: float

    @property
    def reach(self) -> float:
        """The end farther from zero."""
        return max(self.point.low, self.point.high, key=abs)

    @property
    def is_open(self) -> bool:
        """Whether the value is a floor, and what it stands for may reach farther."""
        return self.point.bound in FLOORS and self.point.low == self.point.high

    @property
    def is_ceiling(self) -> bool:
        """Whether the value is a ceiling, and what it stands for may not reach it."""
        return self.point.bound in CEILINGS and self.point.low == self.point.high


@dataclass(frozen=True, slots=True)
class Rows:
    """All rows of a chart, how roomy they are, and how high they are together."""

    rows: tuple[Row, ...]
    roomy: Density
    height: float

    @property
    def labels(self) -> float:
        """How wide the column of labels is."""
        return max(row.label.width for row in self.rows)


def stacked(chart: Chart, values: float, dated: bool = False) -> Rows:
    """A row for every point of `chart`, no value wider than `values`; where `dated`, with its date below its label."""
    for roomy in style.densities(len(chart.points)):
        rows = _stack(chart, values, roomy, dated)
        if rows.height <= style.HIGHEST_ROWS:
            break
    return rows


def _stack(chart: Chart, values: float, roomy: Density, dated: bool) -> Rows:
    words = value_column(chart, roomy.value, values)
    rows: list[Row] = []
    edge = 0.0
    for number, point in enumerate(chart.points):
        label = block(capital(clean(point.label)), roomy.label, roomy.width, roomy.lines)
        if dated:
            label += block(date_words(point), style.DATE, roomy.width)
        if roomy.notes:
            label += block(note_words(point), roomy.note, roomy.width, roomy.notes)
        height = max(roomy.bar, label.height) + roomy.gap
        rows.append(Row(number, point, label, words[number], edge + height / 2))
        edge += height
    return Rows(tuple(rows), roomy, edge)


def value_column(chart: Chart, font: Font, width: float) -> list[str]:
    """The values of all points, none wider than `width`; where one is, all lose the scale that the unit says."""
    values = [value_words(point, chart.unit) for point in chart.points]
    if max(measure(value, font) for value in values) > width:
        values = [bare(value, chart.unit) for value in values]
    return [shorten(value, font, width) for value in values]
