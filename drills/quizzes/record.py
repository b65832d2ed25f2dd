"""The plain record of a drill: what was pressed and what came back, what stood where, and when no process lived."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from drills.quizzes.tables import Standing, Table


@dataclass(slots=True)
class Pressed:
    """A press of a choice, stamped `at` by the platform, handed over at `given_at`, in seconds of the drill's clock.

    `receipt` is the title of what the person was told, empty where the process died before it told anything;
    `told_at` is when that was known. Presses of one `group` were made at once.
    """

    person: str
    number: int
    choice: int
    at: float
    given_at: float
    group: int
    receipt: str = ""
    told_at: float = 0.0


@dataclass(slots=True)
class Asked:
    """A question as people saw it: its message, and when the first reveal stood in its place; 0 where none did."""

    message: Standing
    revealed_at: float = 0.0


@dataclass(slots=True)
class Played:
    """Everything seen of one game."""

    table: Table
    presses: list[Pressed] = field(default_factory=list)
    questions: dict[int, Asked] = field(default_factory=dict)
    is_over: bool = False


@dataclass(frozen=True, slots=True)
class Dark:
    """A time in which no process lived, as the processes themselves recorded it.

    `beats` are the last signs of life before it, by platform. The first process after it looked at the games first
    between `began` and `looked`.
    """

    beats: Mapping[str, float]
    began: float
    looked: float


@dataclass(frozen=True, slots=True)
class Closed:
    """When a question closed, by newsbot's own row, and the outages that it took into account."""

    at: float
    outages: Sequence[tuple[float, float]]


@dataclass(slots=True)
class Lives:
    """When processes died, and the spans of time in which none lived; the last is open while none does."""

    deaths: list[float] = field(default_factory=list)
    gaps: list[tuple[float, float]] = field(default_factory=list)
    since: float | None = None

    def died(self, at: float, living: int) -> None:
        """A process ended; so many go on."""
        self.deaths.append(at)
        if not living and self.since is None:
            self.since = at

    def began(self, at: float) -> None:
        """A process lives, and looked at the games first at this instant."""
        if self.since is not None:
            self.gaps.append((self.since, max(at, self.since)))
            self.since = None
