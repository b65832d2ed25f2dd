"""The clock of a drill: one for servers, people and processes, quicker or slower than the wall's, and movable."""

import time
from dataclasses import dataclass
from datetime import UTC, datetime


@dataclass(frozen=True, slots=True)
class Pace:
    """How a drill's clock follows the wall's: `speed` times as fast, and `moved` seconds ahead of that."""

    speed: float
    moved: float

    def seconds(self) -> float:
        """This instant, in seconds since 1970."""
        return time.time() * self.speed + self.moved

    def now(self) -> datetime:
        """This instant."""
        return instant(self.seconds())


def instant(seconds: float) -> datetime:
    """An instant in seconds since 1970."""
    return datetime.fromtimestamp(seconds, UTC)
