"""What people see of the sources of news, as values."""

from dataclasses import dataclass
from datetime import datetime

from newsbot.news.sources import Source
from newsbot.news.states import WELL, SourceStatus


@dataclass(frozen=True, slots=True)
class SourceView:
    """A source as people see it. `next_at` is when it is polled next, None where it never is."""

    source: Source
    status: SourceStatus
    next_at: datetime | None

    @property
    def is_well(self) -> bool:
        """Whether there is nothing to do about it."""
        return self.status.state in WELL


@dataclass(frozen=True, slots=True)
class SourcesView:
    """All sources, those in trouble first and those that are off last; and whether anybody polls them now."""

    sources: tuple[SourceView, ...]
    is_polled: bool


@dataclass(frozen=True, slots=True)
class NewestItem:
    """The item of a source that came last: its title, from outside, and when it was first seen."""

    title: str
    first_seen: datetime
