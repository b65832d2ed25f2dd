"""The messages of the web chat, and the number by which a reader knows what changed since."""

from collections.abc import Iterator
from typing import Any

from sqlalchemy import ColumnElement, Connection, Integer, Row, bindparam, func, insert, or_, select, update

from newsbot.storage.records import NewWebMessage, WebMessage
from newsbot.storage.statements import lock_writers
from newsbot.storage.tables import web_messages

_columns = web_messages.c
_SHOWN = [column for column in _columns if column.name != "post_key"]
# Writers take turns, so numbers become visible in their order: no reader sees 8 before 7.
_LAST_CHANGE = select(func.coalesce(func.max(_columns.change), 0)).scalar_subquery()
_INSERT = (
    insert(web_messages)
    .values(change=_LAST_CHANGE + bindparam("place", type_=Integer))
    .returning(_columns.id, _columns.change)
)


class WebMessageRepository:
    """Messages by channel, for one reader at a time: what another person alone may see stays unseen."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def add(self, *messages: NewWebMessage) -> tuple[WebMessage, ...]:
        """New messages, in this order; one whose `key` was used before is the message that was made then."""
        known = _by_key(self._connection, [message.key for message in messages if message.key is not None])
        fresh = [message for message in messages if message.key not in known]
        made: Iterator[WebMessage] = iter(())
        if fresh:
            lock_writers(self._connection, web_messages)
            values = [_values(message, place) for place, message in enumerate(fresh, 1)]
            rows = self._connection.execute(_INSERT, values)
            # Sorted here: asked to sort, SQLAlchemy would insert one row at a time on SQLite.
            numbers = sorted((row.change, row.id) for row in rows)
            made = iter([_made(message, *number) for message, number in zip(fresh, numbers, strict=True)])
        return tuple(known[message.key] if message.key in known else next(made) for message in messages)

    def change(self, message_id: int, body: str) -> WebMessage | None:
        """Give an answer another body; None where there is no such message, or it was taken away."""
        held = self.get(message_id)
        if held is None or held.is_deleted:
            return None
        return self._update(message_id, body=body, is_card=True)

    def delete(self, message_id: int) -> WebMessage | None:
        """Take a message away; it stays as a row without its words, so that readers learn of it."""
        return self._update(message_id, body="", is_card=False, is_deleted=True)

    def get(self, message_id: int) -> WebMessage | None:
        """The message of that id."""
        row = (self._connection.execute(select(*_SHOWN).where(_columns.id == message_id))).one_or_none()
        return _record(row) if row else None

    def newest(self, channel: str, reader: str, limit: int) -> tuple[WebMessage, ...]:
        """The newest messages of a channel that `reader` may see, the oldest of them first."""
        query = select(*_SHOWN).where(_visible(channel, reader), ~_columns.is_deleted)
        found = self._connection.execute(query.order_by(_columns.id.desc()).limit(limit))
        return tuple(_record(row) for row in found)[::-1]

    def changed_since(self, change: int, limit: int = 500) -> tuple[WebMessage, ...]:
        """Everything, in every channel, that was made, edited or deleted after the change of that number."""
        query = select(*_SHOWN).where(_columns.change > change).order_by(_columns.change).limit(limit)
        return tuple(_record(row) for row in self._connection.execute(query))

    def last_change(self) -> int:
        """The number of the newest change; 0 where there was none."""
        newest = self._connection.execute(select(_LAST_CHANGE))
        return int(newest.scalar_one())

    def _update(self, message_id: int, **values: object) -> WebMessage | None:
        lock_writers(self._connection, web_messages)
        statement = update(web_messages).where(_columns.id == message_id)
        changed = statement.values(change=_LAST_CHANGE + 1, **values).returning(*_SHOWN)
        row = (self._connection.execute(changed)).one_or_none()
        return _record(row) if row else None


def _by_key(connection: Connection, keys: list[str]) -> dict[str | None, WebMessage]:
    if not keys:
        return {}
    query = select(*_SHOWN, _columns.post_key).where(_columns.post_key.in_(keys))
    return {row.post_key: WebMessage(*row[:-1]) for row in connection.execute(query)}


def _made(message: NewWebMessage, change: int, message_id: int) -> WebMessage:
    return WebMessage(
        message_id,
        change,
        message.channel,
        *message.author,
        message.asked_by,
        message.seen_by,
        message.body,
        message.is_card,
        False,
        message.at,
    )


def _values(message: NewWebMessage, place: int) -> dict[str, object]:
    return {
        "place": place,
        "channel": message.channel,
        "author_id": message.author[0],
        "author_name": message.author[1],
        "asked_by": message.asked_by,
        "seen_by": message.seen_by,
        "body": message.body,
        "is_card": message.is_card,
        "is_deleted": False,
        "post_key": message.key,
        "at": message.at,
    }


def visible_to(message: WebMessage, channel: str, reader: str) -> bool:
    """Whether a reader in a channel sees this message."""
    return message.channel == channel and message.seen_by in {"", reader}


def _visible(channel: str, reader: str) -> ColumnElement[bool]:
    return (_columns.channel == channel) & or_(_columns.seen_by == "", _columns.seen_by == reader)


def _record(row: Row[tuple[Any, ...]]) -> WebMessage:
    return WebMessage(**row._mapping)
