"""How long is kept what came from platforms and what the web chat shows: handled events, messages of the web chat."""

from collections.abc import Iterable, Sequence
from typing import Any

from sqlalchemy import ColumnElement, Connection, Table, func, select, text

from newsbot.storage.retention.rules import PAGE, Counted, Cutoffs, Page, next_after
from newsbot.storage.tables import OPEN, deliveries, handled_events, web_messages

_COUNTED_UP = web_messages.c.id, web_messages.c.change


class Events:
    """Events that no platform repeats any more; the keys of a page are its first instant and its last."""

    def find(self, connection: Connection, cutoffs: Cutoffs, after: Any, gone: Counted) -> Page:
        del gone
        at = handled_events.c.handled_at
        query = select(at).where(at < cutoffs.events).order_by(at).limit(PAGE)
        if after is not None:
            query = query.where(at > after)
        found = connection.execute(query).scalars().all()
        return Page((found[0], found[-1]), found[-1] if len(found) == PAGE else None) if found else Page()

    def rows(self, cutoffs: Cutoffs, keys: Sequence[Any]) -> Iterable[tuple[Table, ColumnElement[bool]]]:
        del cutoffs
        yield handled_events, handled_events.c.handled_at.between(*keys)


class WebMessages:
    """Old messages of the web chat, but for those whose key guards a delivery that may leave again."""

    def find(self, connection: Connection, cutoffs: Cutoffs, after: Any, gone: Counted) -> Page:
        del gone
        columns = web_messages.c
        newest, changed = (connection.execute(select(func.max(each))).scalar_one() for each in _COUNTED_UP)
        beyond = (newest or 0) - cutoffs.web_messages  # ids count up by one, nearly always
        query = select(columns.id, columns.at, columns.change, columns.post_key).where(columns.id > (after or 0))
        found = connection.execute(query.order_by(columns.id).limit(PAGE)).all()
        old = [row for row in found if row.id <= beyond or row.at < cutoffs.web]
        open_keys = _open_keys(connection, "web") if any(row.post_key for row in old) else frozenset()
        keys = [
            row.id
            for row in old
            if row.id != newest
            and row.change != changed
            and (row.post_key is None or row.post_key.rpartition(".")[0] not in open_keys)
        ]
        return Page(tuple(keys), next_after(found, old))

    def rows(self, cutoffs: Cutoffs, keys: Sequence[Any]) -> Iterable[tuple[Table, ColumnElement[bool]]]:
        del cutoffs
        yield web_messages, web_messages.c.id.in_(keys)


def _open_keys(connection: Connection, platform: str) -> frozenset[str]:
    """The keys of what is to be posted on a platform, or may have been posted at this moment."""
    query = select(deliveries.c.key).where(text(f"deliveries.{OPEN}"), deliveries.c.platform == platform)
    return frozenset(connection.execute(query).scalars())
