"""How long news is kept: items as they read, that they were seen, and keys that tell nothing any more."""

from collections.abc import Iterable, Sequence
from typing import Any

from sqlalchemy import ColumnElement, Connection, Table, and_, func, select

from newsbot.storage.news import AMBIGUOUS, MEMORY, SourceMemory
from newsbot.storage.retention.rules import PAGE, Counted, Cutoffs, Page, next_after
from newsbot.storage.tables import news_aliases, news_identities, news_items, news_memories, news_revisions


class NewsItems:
    """Items that were first seen long ago, with their earlier titles. That they were seen is kept apart, and longer."""

    def find(self, connection: Connection, cutoffs: Cutoffs, after: Any, gone: Counted) -> Page:
        del gone
        columns = news_items.c
        newest = connection.execute(select(func.max(columns.id))).scalar_one()
        query = select(columns.id, columns.first_seen).where(columns.id > (after or 0)).order_by(columns.id).limit(PAGE)
        found = connection.execute(query).all()
        old = [row for row in found if row.first_seen < cutoffs.news]
        return Page(tuple(row.id for row in old if row.id != newest), next_after(found, old))

    def rows(self, cutoffs: Cutoffs, keys: Sequence[Any]) -> Iterable[tuple[Table, ColumnElement[bool]]]:
        yield news_revisions, news_revisions.c.item.in_(keys)
        yield news_items, and_(news_items.c.id.in_(keys), news_items.c.first_seen < cutoffs.news)


class NewsIdentities:
    """What was last seen longer ago than memory lasts, with its keys.

    A source that is read and shows nothing, for however long, may fill again: of it only that goes which was gone for
    so long when it last showed anything.
    """

    def find(self, connection: Connection, cutoffs: Cutoffs, after: Any, gone: Counted) -> Page:
        del gone
        columns = news_identities.c
        newest = connection.execute(select(func.max(columns.id))).scalar_one()
        query = select(columns.id, columns.source, columns.first_seen, columns.last_seen)
        found = connection.execute(query.where(columns.id > (after or 0)).order_by(columns.id).limit(PAGE)).all()
        old = [row for row in found if row.first_seen < cutoffs.now - MEMORY]
        memories = _memories(connection) if old else {}
        keys = [row.id for row in old if row.id != newest and _is_over(row, memories.get(row.source), cutoffs)]
        return Page(tuple(keys), next_after(found, old))

    def rows(self, cutoffs: Cutoffs, keys: Sequence[Any]) -> Iterable[tuple[Table, ColumnElement[bool]]]:
        is_over = and_(news_identities.c.id.in_(keys), news_identities.c.last_seen < cutoffs.now - MEMORY)
        yield news_aliases, news_aliases.c.item.in_(select(news_identities.c.id).where(is_over))
        yield news_identities, is_over


class AmbiguousKeys:
    """Notes that a key is of several items; where it still is, the next poll notes it again."""

    def find(self, connection: Connection, cutoffs: Cutoffs, after: Any, gone: Counted) -> Page:
        del after, gone
        return Page(
            tuple(connection.execute(select(news_aliases.c.key).where(self._is_old(cutoffs)).limit(PAGE)).scalars())
        )

    def rows(self, cutoffs: Cutoffs, keys: Sequence[Any]) -> Iterable[tuple[Table, ColumnElement[bool]]]:
        yield news_aliases, and_(self._is_old(cutoffs), news_aliases.c.key.in_(keys))

    @staticmethod
    def _is_old(cutoffs: Cutoffs) -> ColumnElement[bool]:
        return and_(news_aliases.c.item == AMBIGUOUS, news_aliases.c.made_at < cutoffs.now - MEMORY)


def _memories(connection: Connection) -> dict[str, SourceMemory]:
    return {row.source: SourceMemory(**row._mapping) for row in connection.execute(select(news_memories))}


def _is_over(row: Any, memory: SourceMemory | None, cutoffs: Cutoffs) -> bool:
    """Whether an item is forgotten: by its source's own time, as long as that is read."""
    before = cutoffs.now - MEMORY
    if memory is None:
        return bool(row.last_seen < before)
    shown = memory.shown_until(row.last_seen)
    is_read = memory.checked_at is not None and memory.checked_at >= before
    return shown < before and (not is_read or memory.read_at is None or shown < memory.read_at - MEMORY)
