"""What a rule of retention is: it finds rows that nobody needs any more, page by page, and all that goes with them."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Protocol

from sqlalchemy import ColumnElement, Connection, Table

PAGE = 300  # rows that are looked at, and at most deleted, in one transaction


@dataclass(frozen=True, slots=True)
class Cutoffs:
    """Rows that were over before these instants may go; of the web chat also those beyond its newest `web_messages`.

    `quiz` is for what details there are of games, and for questions of a day; `games` for games and their final scores.
    """

    now: datetime
    events: datetime
    deliveries: datetime
    quiz: datetime
    games: datetime
    web: datetime
    web_messages: int
    news: datetime


@dataclass(frozen=True, slots=True)
class Page:
    """Keys of rows that may go, and where the next page begins; None after the last."""

    keys: tuple[Any, ...] = ()
    next: Any = None


@dataclass(slots=True)
class Counted:
    """What a look that deletes nothing counts as gone: ids of games and deliveries."""

    games: set[int] = field(default_factory=set)
    deliveries: set[int] = field(default_factory=set)


class RetentionRule(Protocol):
    """How long one kind of rows is kept that go together."""

    def find(self, connection: Connection, cutoffs: Cutoffs, after: Any, gone: Counted) -> Page:
        """The next page of those that may go."""

    def rows(self, cutoffs: Cutoffs, keys: Sequence[Any]) -> Iterable[tuple[Table, ColumnElement[bool]]]:
        """The rows of these keys, in the order in which they can be deleted."""


def next_after(found: Sequence[Any], old: Sequence[Any]) -> int | None:
    """Where the next page begins: rows come in the order of time, so after a page without an old one there is none."""
    return int(found[-1].id) if len(found) == PAGE and old else None
