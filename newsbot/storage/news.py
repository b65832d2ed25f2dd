"""News that was seen: what is remembered of each source and item, under which keys, and the items themselves."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any, Literal, cast

from sqlalchemy import Connection, Row, insert, select, update

from newsbot.storage.statements import (
    bound_list,
    insert_or_ignore,
    insert_or_ignore_rows,
    insert_or_update,
    lock_writers,
    one_of,
    with_row_locks,
)
from newsbot.storage.tables import news_aliases, news_identities, news_items, news_memories, news_revisions

Arrival = Literal["new", "baseline", "late", "burst"]
AMBIGUOUS = 0  # the item of a key that is of several
MEMORY = timedelta(days=400)  # how long it is remembered that something was seen
_SHOWN = timedelta(days=7)  # how far before it was first seen a claimed date may lie and be shown


@dataclass(frozen=True, slots=True)
class SourceMemory:
    """What is remembered of a source as a whole; see the table."""

    source: str
    scope: str
    baseline_at: datetime | None = None
    taken_at: datetime | None = None
    read_at: datetime | None = None
    checked_at: datetime | None = None
    polls: int = 0
    most_new: int = 0
    gaps: int = 0
    entries: int = 0
    body_hash: str = ""
    entries_hash: str = ""

    def is_empty(self, at: datetime) -> bool:
        """Whether nothing was seen yet, or so long ago that it is forgotten: the next entries are its first."""
        return self.baseline_at is None or self.checked_at is None or at - self.checked_at > MEMORY

    def shown_until(self, last_seen: datetime) -> datetime:
        """Until when an item of the source stood there for certain: what was not read again did not change."""
        is_shown_now = self.taken_at is not None and last_seen >= self.taken_at
        return max(last_seen, self.read_at or last_seen) if is_shown_now else last_seen


@dataclass(frozen=True, slots=True)
class Alias:
    """One key of an item. `title` is what the item is called now, empty where it is not kept any more."""

    key: str
    item: int
    host: str
    shown_at: datetime
    title: str


@dataclass(frozen=True, slots=True)
class NewsItem:
    """An item of news. `published` is what its source claims, UTC."""

    id: int
    source: str
    entry_id: str
    link: str
    title: str
    summary: str
    published: datetime | None
    first_seen: datetime
    arrival: Arrival
    form: str
    labels: tuple[str, ...]
    is_update: bool
    amends: str
    revisions: int

    @property
    def shown_at(self) -> datetime:
        """The instant to show: the claimed one where it lies in the week before the item was first seen, else that."""
        claimed = self.published
        is_likely = claimed is not None and self.first_seen - _SHOWN <= claimed <= self.first_seen
        return claimed if claimed is not None and is_likely else self.first_seen


@dataclass(frozen=True, slots=True)
class NewItem:
    """An item before it has an id, with the keys and hosts under which it is to be known."""

    item: NewsItem
    dated: date | None
    aliases: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class ItemChange:
    """An item as it reads now. `title_before` is the title that it lost to one that it never had; else empty."""

    item: NewsItem
    title_before: str


@dataclass(frozen=True, slots=True)
class TakenIn:
    """What one poll changes: items to be added, changed, or only seen; further aliases as (key, item, host)."""

    new: Sequence[NewItem] = ()
    changed: Sequence[ItemChange] = ()
    seen: Sequence[int] = ()
    aliases: Sequence[tuple[str, int, str]] = ()


class NewsRepository:
    """What was seen of the world."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    # -- sources ------------------------------------------------------------------------------------------------------

    def lock(self) -> None:
        """Until the transaction ends nobody else takes anything in, and nothing is forgotten."""
        lock_writers(self._connection, news_aliases)

    def memory(self, source: str, scope: str) -> SourceMemory:
        """What is remembered of a source; of one that was never read, nothing. Nobody else changes it meanwhile."""
        query = with_row_locks(self._connection, select(news_memories).where(news_memories.c.source == source))
        row = self._connection.execute(query).one_or_none()
        return SourceMemory(**{**row._mapping, "scope": scope}) if row else SourceMemory(source, scope)

    def memories(self) -> tuple[SourceMemory, ...]:
        """What is remembered of every source, in the order of their names."""
        query = select(news_memories).order_by(news_memories.c.source)
        return tuple(SourceMemory(**row._mapping) for row in self._connection.execute(query))

    def remember(self, memory: SourceMemory) -> None:
        """Keep what is remembered of a source; it must have been read (`checked_at`)."""
        values = {column.name: getattr(memory, column.name) for column in news_memories.c}
        self._connection.execute(insert_or_update(self._connection, news_memories, values))

    # -- what was seen ------------------------------------------------------------------------------------------------

    def aliases(self, scope: str, keys: Sequence[str]) -> tuple[Alias, ...]:
        """Which items have these keys, and when they were last seen."""
        if not keys:
            return ()
        columns = news_aliases.c
        query = (
            select(columns.key, columns.item, columns.host, columns.made_at)
            .add_columns(news_identities.c.last_seen, news_items.c.title)
            .select_from(news_aliases)
            .outerjoin(news_identities, news_identities.c.id == columns.item)
            .outerjoin(news_items, news_items.c.id == columns.item)
            .where(columns.scope == scope, one_of(self._connection.dialect.name, columns.key, "keys"))
        )
        found = self._connection.execute(query, {"keys": bound_list(self._connection, keys)})
        return tuple(
            Alias(row.key, row.item, row.host, row.last_seen or row.made_at, row.title or "")
            for row in found
            if row.item == AMBIGUOUS or row.last_seen is not None  # else it is being forgotten
        )

    def recent_days(self, source: str, limit: int) -> tuple[date | None, ...]:
        """The days that the newest items of a source claim, the newest item first."""
        columns = news_identities.c
        query = select(columns.dated).where(columns.source == source).order_by(columns.id.desc()).limit(limit)
        return tuple(self._connection.execute(query).scalars())

    def take_in(self, scope: str, taken: TakenIn, at: datetime) -> tuple[int, ...]:
        """Store what a poll changes; the ids of the new items, in their order."""
        ids = self._add_identities(taken.new, at)
        self._add_items(taken.new, ids)
        rows = [(key, item, host[:255]) for key, item, host in taken.aliases]
        for new, number in zip(taken.new, ids, strict=True):
            rows += [(key, number, host[:255]) for key, host in new.aliases.items()]
        columns = [news_aliases.c[name] for name in ("key", "item", "host")]
        shared = {news_aliases.c.scope: scope, news_aliases.c.made_at: at}
        insert_or_ignore_rows(self._connection, news_aliases, columns, rows, shared)
        self._see(taken.seen, at)
        for change in taken.changed:
            self._change(change, at)
        return ids

    def _add_identities(self, new: Sequence[NewItem], at: datetime) -> tuple[int, ...]:
        if not new:
            return ()
        rows = [{"source": each.item.source, "first_seen": at, "last_seen": at, "dated": each.dated} for each in new]
        statement = insert(news_identities).returning(news_identities.c.id, sort_by_parameter_order=True)
        return tuple(self._connection.execute(statement, rows).scalars())

    def _add_items(self, new: Sequence[NewItem], ids: Sequence[int]) -> None:
        if new:
            rows = [{**_values(each.item), "id": number} for each, number in zip(new, ids, strict=True)]
            self._connection.execute(insert(news_items), rows)

    def _see(self, items: Sequence[int], at: datetime) -> None:
        if not items:
            return
        is_seen = one_of(self._connection.dialect.name, news_identities.c.id, "seen")
        statement = update(news_identities).where(is_seen).values(last_seen=at)
        self._connection.execute(statement, {"seen": bound_list(self._connection, items)})

    def _change(self, change: ItemChange, at: datetime) -> None:
        item = change.item
        values = {name: getattr(item, name) for name in ("link", "title", "summary", "revisions")}
        self._connection.execute(update(news_items).where(news_items.c.id == item.id).values(values))
        if change.title_before:
            values = {"item": item.id, "number": item.revisions, "title": change.title_before, "at": at}
            self._connection.execute(insert_or_ignore(self._connection, news_revisions, values))

    # -- items --------------------------------------------------------------------------------------------------------

    def items_of(self, ids: Sequence[int]) -> tuple[NewsItem, ...]:
        """Those of these items that are kept, in any order."""
        if not ids:
            return ()
        is_wanted = one_of(self._connection.dialect.name, news_items.c.id, "wanted")
        found = self._connection.execute(
            select(news_items).where(is_wanted), {"wanted": bound_list(self._connection, ids)}
        )
        return tuple(_item(row) for row in found)

    def items_after(self, number: int, limit: int) -> tuple[NewsItem, ...]:
        """The items that were first seen after one, the oldest first."""
        query = select(news_items).where(news_items.c.id > number).order_by(news_items.c.id).limit(limit)
        return tuple(_item(row) for row in self._connection.execute(query))

    def newest_of(self, source: str) -> NewsItem | None:
        """The item that a source brought last."""
        columns = news_items.c
        query = select(news_items).where(columns.source == source).order_by(columns.id.desc()).limit(1)
        row = self._connection.execute(query).one_or_none()
        return _item(row) if row else None

    def earlier_titles(self, number: int) -> tuple[str, ...]:
        """The titles that an item had before, the first one first."""
        columns = news_revisions.c
        query = select(columns.title).where(columns.item == number).order_by(columns.number)
        return tuple(self._connection.execute(query).scalars())


def _values(item: NewsItem) -> dict[str, Any]:
    values = {column.name: getattr(item, column.name) for column in news_items.c}
    return {**values, "labels": json.dumps(item.labels, ensure_ascii=False)}


def _item(row: Row[Any]) -> NewsItem:
    return NewsItem(**{**row._mapping, "labels": tuple(json.loads(row.labels)), "arrival": cast(Arrival, row.arrival)})
