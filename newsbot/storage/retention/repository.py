"""Retention: rows that nobody needs any more, looked for page by page in the order of a key and deleted by it.

What may go is told by `RetentionRule.find`, which only reads; `RetentionRule.rows` names the rows of a page's keys,
with all that may have changed since they were found. The newest row of a table whose ids are given in order never goes:
SQLite would give its id again, and keys, buttons and readers of changes go by it.
"""

from collections.abc import Mapping, Sequence
from typing import Any, Literal

from sqlalchemy import Connection, delete, func, select

from newsbot.storage.retention.deliveries import Deliveries, Editions, Histories
from newsbot.storage.retention.news import AmbiguousKeys, NewsIdentities, NewsItems
from newsbot.storage.retention.platforms import Events, WebMessages
from newsbot.storage.retention.processes import Leases, Outages
from newsbot.storage.retention.quizzes import Answers, Dailies, Games
from newsbot.storage.retention.rules import Counted, Cutoffs, Page, RetentionRule
from newsbot.storage.statements import lock_writers
from newsbot.storage.tables import digest_histories

Kind = Literal[
    "events",
    "games",
    "answers",
    "dailies",
    "deliveries",
    "editions",
    "histories",
    "outages",
    "leases",
    "web messages",
    "news items",
    "news identities",
    "ambiguous keys",
]
_RULES: Mapping[Kind, RetentionRule] = {
    "events": Events(),
    "games": Games(),
    "answers": Answers(),
    "dailies": Dailies(),
    "deliveries": Deliveries(),
    "editions": Editions(),
    "histories": Histories(),
    "outages": Outages(),
    "leases": Leases(),
    "web messages": WebMessages(),
    "news items": NewsItems(),
    "news identities": NewsIdentities(),
    "ambiguous keys": AmbiguousKeys(),
}
# In an order in which each finds gone what it goes by: a question of a day by its games, an edition by its deliveries.
KINDS: tuple[Kind, ...] = tuple(_RULES)


class RetentionRepository:
    """What may go, and its going."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def find(self, kind: Kind, cutoffs: Cutoffs, after: Any = None, gone: Counted | None = None) -> Page:
        """The next page of what may go, after that of `after`; `gone` counts as deleted already."""
        return _RULES[kind].find(self._connection, cutoffs, after, gone or Counted())

    def count(self, kind: Kind, cutoffs: Cutoffs, keys: Sequence[Any]) -> dict[str, int]:
        """How many rows of each table would go with these keys."""
        rows = list(_RULES[kind].rows(cutoffs, keys))
        if kind in ("dailies", "editions"):  # by what is only counted as gone
            return {rows[0][0].name: len(keys)}
        return {
            table.name: int(self._connection.execute(select(func.count()).select_from(table).where(meant)).scalar_one())
            for table, meant in rows
        }

    def delete(self, kind: Kind, cutoffs: Cutoffs, keys: Sequence[Any]) -> dict[str, int]:
        """Delete what is meant by these keys, unless it is needed again; how many rows of each table went."""
        if kind == "histories":  # a planner that takes one up again writes it first: it waits, or we see that it did
            lock_writers(self._connection, digest_histories)
        gone: dict[str, int] = {}
        for table, is_meant in _RULES[kind].rows(cutoffs, keys):
            gone[table.name] = (
                gone.get(table.name, 0) + self._connection.execute(delete(table).where(is_meant)).rowcount
            )
        return gone
