"""Clocks of tests: one stands still until the test moves it, one is the real time and more."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta


@dataclass
class Clock:
    """Called, it tells the instant at which it stands."""

    at: datetime = datetime(2026, 1, 27, 9, tzinfo=UTC)

    def __call__(self) -> datetime:
        return self.at

    def advance(self, span: timedelta) -> None:
        """Let time pass."""
        self.at += span


@dataclass
class ShiftedClock:
    """The real time, and as much more as a test lets pass."""

    passed: timedelta = timedelta(0)

    def __call__(self) -> datetime:
        return datetime.now(UTC) + self.passed
