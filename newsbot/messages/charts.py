"""Chart data: what a picture shows, as plain values, so that a table and alt text say the same."""

from dataclasses import dataclass
from datetime import date
from typing import Literal

ChartKind = Literal["ranked-bar", "grouped-bar", "line", "range", "timeline"]


@dataclass(frozen=True, slots=True)
class Point:
    """One mark: a value, or a span from `low` to `high`, in the chart's unit; `display` is how a person reads it.

    `on` places it on an axis of dates; `dated` is that date in words, no more exact than it is known.
    """

    label: str
    display: str
    low: float
    high: float
    on: date | None = None
    note: str = ""
    dated: str = ""


@dataclass(frozen=True, slots=True)
class Chart:
    """A titled set of points with its unit, as-of date and source, ready to draw or to read as a table."""

    kind: ChartKind
    title: str
    unit: str
    as_of: str
    source: str
    points: tuple[Point, ...]

    def alt_text(self) -> str:
        """What the picture shows, in words, for someone who cannot see it."""
        shown = "; ".join(
            f"{point.label}: {point.display}{f' ({point.note})' if point.note else ''}" for point in self.points
        )
        return f"{self.title} ({self.unit}, as of {self.as_of}). {shown}. Source: {self.source}."
