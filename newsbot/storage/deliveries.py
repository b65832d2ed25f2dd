"""The outbox: what is to be posted, claimed by one worker at a time, and how each attempt ended.

due -> leased -> sending -> sent | unknown | failed, and back to due where nothing was stored. A worker that dies leaves
its rows to whoever comes after its lease; `sending_since` tells that one whether a request had left.
"""

import zlib
from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from functools import cache
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Integer,
    Row,
    Update,
    and_,
    bindparam,
    func,
    insert,
    literal_column,
    or_,
    select,
    true,
    update,
)
from sqlalchemy.ext.asyncio import AsyncConnection

from newsbot.messages.requests import Place
from newsbot.storage.records import Delivery, DeliveryState, NewDelivery, Settlement
from newsbot.storage.statements import insert_or_ignore_many
from newsbot.storage.tables import deliveries, editions

_columns = deliveries.c
_OPEN: tuple[DeliveryState, ...] = ("due", "leased", "sending")
SHARDS = 5_040  # divides evenly among up to ten workers
# Written into the statements, not bound: so the indexes of what is open serve them, and many rows settle in one.
_OPEN_WORDS: list[ColumnElement[str]] = [literal_column(f"'{state}'") for state in _OPEN]


class DeliveryRepository:
    """Editions and their deliveries."""

    def __init__(self, connection: AsyncConnection) -> None:
        self._connection = connection

    async def add_edition(self, body: str, content_version: str, at: datetime, why: str = "[]") -> int:
        """Keep what is to be posted, and why it says that; returns the edition's id. An empty body is never posted."""
        values = {"body": body, "content_version": content_version, "made_at": at, "why": why}
        made = await self._connection.execute(insert(editions).values(values).returning(editions.c.id))
        return int(made.scalar_one())

    async def add(self, edition_id: int, fresh: Sequence[NewDelivery]) -> int:
        """Put deliveries of an edition into the outbox; returns how many were new by their key."""
        if not fresh:
            return 0
        rows = [_values(edition_id, delivery) for delivery in fresh]
        made = await self._connection.execute(
            insert_or_ignore_many(self._connection, deliveries).returning(_columns.id), rows
        )
        return len(made.all())

    async def bodies(self, edition_ids: Iterable[int]) -> dict[int, str]:
        """What these editions say, by id."""
        query = select(editions.c.id, editions.c.body).where(editions.c.id.in_(set(edition_ids)))
        return {row.id: row.body for row in await self._connection.execute(query)}

    async def claim(
        self,
        worker: str,
        now: datetime,
        lease: timedelta,
        limit: int,
        platforms: Sequence[str],
        part: tuple[int, int] = (0, 1),
    ) -> tuple[Delivery, ...]:
        """Up to `limit` deliveries that are due or were left behind by a dead worker, leased to `worker` from now on.

        Only the first open one of each channel, so a channel's order is kept. Two workers never get the same one.
        `part` is (index, count): only the channels whose shard falls to that one of `count` workers.
        """
        index, count = part
        values = {"worker": worker, "now": now, "until": now + lease, "most": limit, "where": tuple(platforms)}
        taken = _taking(is_divided=count > 1)
        if count > 1:
            values |= {"index": index, "count": count}
        rows = await self._connection.execute(taken, values)
        return tuple(sorted((_record(row) for row in rows), key=lambda delivery: delivery.id))

    async def begin(self, worker: str, ids: Iterable[int], now: datetime) -> frozenset[int]:
        """Note that requests for these leave now; returns those that `worker` still holds: only they may leave."""
        values = {"ids": tuple(ids), "worker": worker, "now": now}
        return frozenset((await self._connection.execute(_BEGUN, values)).scalars())

    async def settle(self, worker: str, settlements: Sequence[Settlement]) -> None:
        """Note how attempts ended; those that `worker` holds no more stay as the new holder has them."""
        if not settlements:
            return
        unclear = [settlement.id for settlement in settlements if not settlement.is_clear]
        since = await self._sending_since(unclear)
        await self._connection.execute(_SETTLED, [_settled(worker, each, since.get(each.id)) for each in settlements])

    async def _sending_since(self, ids: Sequence[int]) -> dict[int, datetime]:
        if not ids:
            return {}
        query = select(_columns.id, _columns.sending_since).where(_columns.id.in_(ids))
        return {row.id: row.sending_since for row in await self._connection.execute(query)}

    async def next_due(self, platforms: Sequence[str]) -> datetime | None:
        """When the next delivery is to be tried or taken over; None where there is none."""
        instant = func.coalesce(_columns.lease_until, _columns.retry_at)
        query = select(func.min(instant)).where(_columns.state.in_(_OPEN_WORDS), _columns.platform.in_(platforms))
        found: datetime | None = (await self._connection.execute(query)).scalar_one()
        return found

    async def by_key(self, key: str) -> Delivery | None:
        """The delivery of that key."""
        row = (await self._connection.execute(select(deliveries).where(_columns.key == key))).one_or_none()
        return _record(row) if row else None

    async def get(self, number: int) -> Delivery | None:
        """The delivery of that id."""
        row = (await self._connection.execute(select(deliveries).where(_columns.id == number))).one_or_none()
        return _record(row) if row else None

    async def of_ids(self, ids: Sequence[int]) -> tuple[Delivery, ...]:
        """The deliveries of these ids, in order."""
        query = select(deliveries).where(_columns.id.in_(ids)).order_by(_columns.id)
        return tuple(_record(row) for row in await self._connection.execute(query))

    async def of_subscription(self, subscription: int, limit: int) -> tuple[Delivery, ...]:
        """The newest deliveries of a subscription, the newest first."""
        query = select(deliveries).where(_columns.subscription == subscription)
        found = await self._connection.execute(query.order_by(_columns.id.desc()).limit(limit))
        return tuple(_record(row) for row in found)

    async def last_edition_of(self, subscription: int) -> tuple[Delivery, str] | None:
        """The newest delivery of a subscription, with why its edition says what it says (JSON)."""
        newest = await self.of_subscription(subscription, 1)
        if not newest:
            return None
        query = select(editions.c.why).where(editions.c.id == newest[0].edition_id)
        return newest[0], str((await self._connection.execute(query)).scalar_one())

    async def send_again(self, number: int, now: datetime, reason: str) -> bool:
        """Let an unknown or failed delivery leave once more; whether it was one."""
        again = (
            update(deliveries)
            .where(_columns.id == number, _columns.state.in_(("unknown", "failed")))
            .values(state="due", retry_at=now, attempts=0, sending_since=None, reason=reason, fix="", settled_at=None)
        )
        return (await self._connection.execute(again)).rowcount == 1

    async def call_off(self, keys: Sequence[str], now: datetime, reason: str) -> int:
        """Skip those of these that did not leave yet; returns how many."""
        off = (
            update(deliveries)
            .where(_columns.key.in_(keys), _columns.state == "due", _columns.sending_since.is_(None))
            .values(state="skipped", reason=reason, settled_at=now)
        )
        return (await self._connection.execute(off)).rowcount

    async def call_off_all(self, subscription: int, now: datetime, reason: str) -> int:
        """Skip what of a subscription did not leave yet; returns how many."""
        off = (
            update(deliveries)
            .where(_columns.subscription == subscription, _columns.state == "due", _columns.sending_since.is_(None))
            .values(state="skipped", reason=reason, settled_at=now)
        )
        return (await self._connection.execute(off)).rowcount

    async def in_states(self, states: Sequence[DeliveryState], limit: int) -> tuple[Delivery, ...]:
        """The newest deliveries in these states, the newest first."""
        query = select(deliveries).where(_columns.state.in_(states)).order_by(_columns.id.desc()).limit(limit)
        return tuple(_record(row) for row in await self._connection.execute(query))

    async def counts(self) -> dict[str, int]:
        """How many deliveries there are in each state."""
        query = select(_columns.state, func.count()).group_by(_columns.state)
        return {row[0]: row[1] for row in await self._connection.execute(query)}


def _instant(name: str) -> ColumnElement[datetime]:
    return bindparam(name, type_=_columns.due_at.type)


def _claimable() -> ColumnElement[bool]:
    is_free = or_(_columns.state == literal_column("'due'"), _columns.lease_until <= _instant("now"))
    return and_(_columns.state.in_(_OPEN_WORDS), _columns.retry_at <= _instant("now"), is_free)


# Statements that run for each batch are made once: making them takes longer than running them.


@cache
def _taking(*, is_divided: bool) -> Update:
    earlier = deliveries.alias("earlier")
    is_first = ~(
        select(earlier.c.id)
        .where(
            earlier.c.platform == _columns.platform,
            earlier.c.channel == _columns.channel,
            earlier.c.id < _columns.id,
            earlier.c.state.in_(_OPEN_WORDS),
        )
        .exists()
    )
    # As an expression no index serves it: what is open is gone through in its order, not a whole platform sorted.
    is_there = func.trim(_columns.platform).in_(bindparam("where", expanding=True))
    is_mine = _columns.shard % bindparam("count", type_=Integer) == bindparam("index", type_=Integer)
    chosen = (
        select(_columns.id)
        .where(_claimable(), is_there, is_first)
        .where(is_mine if is_divided else true())
        .order_by(_columns.retry_at, _columns.id)
        .limit(bindparam("most", type_=Integer))
        .with_for_update(skip_locked=True)
    )
    return (
        update(deliveries)
        # Asked again: another worker may have taken the row between the choice and the lock.
        .where(_columns.id.in_(chosen.scalar_subquery()), _claimable())
        .values(
            state="leased",
            lease_by=bindparam("worker"),
            lease_until=_instant("until"),
            attempts=_columns.attempts + 1,
        )
        .returning(*deliveries.c)
    )


_BEGUN = (
    update(deliveries)
    .where(
        _columns.id.in_(bindparam("ids", expanding=True)),
        _columns.lease_by == bindparam("worker"),
        _columns.state == "leased",
        _columns.lease_until > _instant("now"),
    )
    .values(state="sending", sending_since=func.coalesce(_columns.sending_since, _instant("now")))
    .returning(_columns.id)
)

_SETTLED = (
    update(deliveries)
    .where(_columns.id == bindparam("the_id"), _columns.lease_by == bindparam("worker"))
    .where(_columns.state.in_(_OPEN_WORDS))
    .values(
        state=bindparam("new_state"),
        retry_at=func.coalesce(_instant("new_retry_at"), _columns.retry_at),
        sending_since=_instant("new_sending_since"),
        posted=bindparam("new_posted"),
        reason=bindparam("new_reason"),
        fix=bindparam("new_fix"),
        settled_at=_instant("new_settled_at"),
        lease_by="",
        lease_until=None,
    )
)


def _values(edition_id: int, delivery: NewDelivery) -> dict[str, object]:
    place = delivery.place
    return {
        "key": delivery.key,
        "edition_id": edition_id,
        "platform": place.platform,
        "workspace": place.workspace,
        "channel": place.channel,
        "thread": place.thread or "",
        "state": "skipped" if delivery.skipped else "due",
        "due_at": delivery.due_at,
        "retry_at": delivery.due_at,
        "attempts": 0,
        "lease_by": "",
        "reason": delivery.skipped,
        "fix": "",
        "settled_at": delivery.due_at if delivery.skipped else None,
        "subscription": delivery.subscription,
        "slot": delivery.slot,
        "mention": delivery.mention,
        "label": delivery.label,
        "shard": shard_of(place),
    }


def shard_of(place: Place) -> int:
    """A number that is the same for a channel in every process; workers divide the channels by it."""
    return zlib.crc32(f"{place.platform}:{place.channel}".encode()) % SHARDS


def _settled(worker: str, settlement: Settlement, sending_since: datetime | None) -> dict[str, object]:
    is_final = settlement.state not in _OPEN
    return {
        "the_id": settlement.id,
        "worker": worker,
        "new_state": settlement.state,
        "new_retry_at": settlement.retry_at,
        "new_sending_since": sending_since,
        "new_posted": settlement.posted,
        "new_reason": settlement.reason,
        "new_fix": settlement.fix,
        "new_settled_at": settlement.at if is_final else None,
    }


def _record(row: Row[tuple[Any, ...]]) -> Delivery:
    place = Place(row.platform, row.workspace, row.channel, row.thread or None)
    return Delivery(
        row.id,
        row.key,
        row.edition_id,
        place,
        row.state,
        row.due_at,
        row.retry_at,
        row.attempts,
        row.lease_by,
        row.sending_since,
        row.posted,
        row.reason,
        row.fix,
        row.settled_at,
        row.subscription,
        row.slot,
        row.mention,
        row.label,
        row.shard,
    )
