"""Chart data: what a picture shows, as plain values, so that a table and alt text say the same."""

from dataclasses import dataclass
from datetime import date
from typing import Literal, Protocol

ChartKind = Literal["ranked-bar", "grouped-bar", "line", "range", "timeline", "receipt", "table", "number"]


_MOST_WITH_NOTES = 14  # points: a fuller picture has no room for notes, and its description none either


@dataclass(frozen=True, slots=True)
class Point:
    """One mark: a value, or a span from `low` to `high`, in the chart's unit; `display` is how a person reads it.

    `on` places it on an axis of dates; `dated` is that date in words, no more exact than it is known. `bound` is what
    `display` says in front of the number where that is one end of what the value may be: "at least", "up to".
    """

    label: str
    display: str
    low: float
    high: float
    on: date | None = None
    note: str = ""
    dated: str = ""
    bound: str = ""


@dataclass(frozen=True, slots=True)
class Chart:
    """A titled set of points with its unit, as-of date and source, ready to draw or to read as a table.

    Where the title says the finding, `subject` says what is shown. `note` says what is missing. The last point of a
    receipt is its total. Where `own`, the first point is the figure's own value, the others are what others say.
    """

    kind: ChartKind
    title: str
    unit: str
    as_of: str
    source: str
    points: tuple[Point, ...]
    subject: str = ""
    note: str = ""
    own: bool = False

    @property
    def about(self) -> str:
        """What is shown where the title does not say it, its unit and its date."""
        return (
            f"{self.subject}; {self.unit}, as of {self.as_of}" if self.subject else f"{self.unit}, as of {self.as_of}"
        )

    def alt_text(self) -> str:
        """What the picture shows, in words, for someone who cannot see it."""
        with_notes = len(self.points) <= _MOST_WITH_NOTES
        shown = "; ".join(
            f"{point.label}: {point.display}{f' ({point.note})' if point.note and with_notes else ''}"
            for point in self.points
        )
        parts = [f"{self.title} ({self.about})", shown]
        parts += [self.note.rstrip(".")] if self.note else []
        return f"{'. '.join(parts)}. Source: {self.source}."


class ChartPictures(Protocol):
    """Where charts become pictures."""

    async def png(self, chart: Chart) -> bytes:
        """The chart as a PNG. Raises NewsbotError where it cannot be drawn."""


class NamedChartPictures(ChartPictures, Protocol):
    """Where charts become pictures that have names."""

    def key(self, chart: Chart) -> str:
        """The stable name of a chart's picture."""
