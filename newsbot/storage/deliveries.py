"""The outbox: what is to be posted, claimed by one worker at a time, and how each attempt ended.

due -> leased -> sending -> sent | unknown | failed, and back to due where nothing was stored. A worker that dies leaves
its rows to whoever comes after its lease; `sending_since` tells that one whether a request had left.
"""

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Row, case, delete, func, insert, select, text, update
from sqlalchemy.ext.asyncio import AsyncConnection

from newsbot.messages.requests import Place
from newsbot.storage.outbox import (
    OPEN_WORDS,
    begin_deliveries,
    claim_deliveries,
    put_deliveries,
    settle_deliveries,
)
from newsbot.storage.records import ON_REQUEST, Delivery, DeliveryState, NewDelivery, Settlement
from newsbot.storage.tables import OPEN, deliveries, editions

_columns = deliveries.c
_CHUNK = 500  # values of one IN


class DeliveryRepository:
    """Editions and their deliveries."""

    def __init__(self, connection: AsyncConnection) -> None:
        self._connection = connection

    async def add_edition(self, body: str, content_version: str, at: datetime, why: str = "[]", daily: str = "") -> int:
        """Keep what is to be posted, and why it says that; returns the edition's id. An empty body is never posted.

        `daily` is the question of the day that it asks.
        """
        values = {"body": body, "content_version": content_version, "made_at": at, "why": why, "daily": daily}
        made = await self._connection.execute(insert(editions).values(values).returning(editions.c.id))
        return int(made.scalar_one())

    async def rewrite(self, key: str, body: str) -> None:
        """Let what the delivery of that key posted be kept in other words."""
        edition = select(_columns.edition_id).where(_columns.key == key).scalar_subquery()
        await self._connection.execute(update(editions).where(editions.c.id == edition).values(body=body))

    async def add(self, edition_id: int, fresh: Sequence[NewDelivery]) -> None:
        """As `put_deliveries`, within this transaction."""
        await self._connection.run_sync(put_deliveries, edition_id, fresh)

    async def claim(
        self,
        worker: str,
        now: datetime,
        lease: timedelta,
        limit: int,
        platforms: Sequence[str],
        part: tuple[int, int] = (0, 1),
    ) -> tuple[Delivery, ...]:
        """As `claim_deliveries`, within this transaction."""
        return await self._connection.run_sync(claim_deliveries, worker, now, lease, limit, platforms, part)

    async def begin(self, worker: str, ids: Iterable[int], now: datetime) -> frozenset[int]:
        """As `begin_deliveries`, within this transaction."""
        return await self._connection.run_sync(begin_deliveries, worker, ids, now)

    async def settle(self, worker: str, settlements: Sequence[Settlement]) -> None:
        """As `settle_deliveries`, within this transaction."""
        await self._connection.run_sync(settle_deliveries, worker, settlements)

    async def next_due(self, platforms: Sequence[str]) -> datetime | None:
        """When the next delivery is to be tried or taken over; None where there is none."""
        instant = func.coalesce(_columns.lease_until, _columns.retry_at)
        query = select(func.min(instant)).where(_columns.state.in_(OPEN_WORDS), _columns.platform.in_(platforms))
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
            .values(
                state="due",
                retry_at=now,
                attempts=0,
                sending_since=None,
                reason=reason,
                label=case((_columns.label == "", f"late: {reason}"), else_=_columns.label),
                fix="",
                settled_at=None,
            )
        )
        return (await self._connection.execute(again)).rowcount == 1

    async def put_label(self, number: int, label: str) -> None:
        """Keep why a delivery is late."""
        await self._connection.execute(update(deliveries).where(_columns.id == number).values(label=label))

    async def supersede(self, subscriptions: Sequence[int], now: datetime) -> None:
        """Skip what these subscriptions still wait to post: a newer edition comes. What may have left stays."""
        for start in range(0, len(subscriptions), _CHUNK):
            waiting = (
                text(f"deliveries.{OPEN}"),  # written out, so that the index of what is open is used
                _columns.state == "due",
                _columns.sending_since.is_(None),
                _columns.slot != ON_REQUEST,
                _columns.subscription.in_(subscriptions[start : start + _CHUNK]),
            )
            reason = "skipped: a newer one came before this could be posted"
            older = update(deliveries).where(*waiting).values(state="skipped", reason=reason, settled_at=now)
            await self._connection.execute(older)

    async def call_off(self, keys: Sequence[str], now: datetime, reason: str) -> int:
        """Skip those of these that did not leave yet; returns how many."""
        off = (
            update(deliveries)
            .where(_columns.key.in_(keys), _columns.state == "due", _columns.sending_since.is_(None))
            .values(state="skipped", reason=reason, settled_at=now)
        )
        return (await self._connection.execute(off)).rowcount

    async def call_off_all(self, subscription: int, now: datetime, reason: str) -> int:
        """Skip what of a subscription did not leave yet; returns how many. What may have left becomes unknown."""
        waiting = update(deliveries).where(_columns.subscription == subscription, _columns.state == "due")
        unclear = waiting.where(_columns.sending_since.is_not(None))
        may_stand = f"{reason}, while it was being sent: it may stand there"
        await self._connection.execute(unclear.values(state="unknown", reason=may_stand, settled_at=now))
        off = waiting.where(_columns.sending_since.is_(None)).values(state="skipped", reason=reason, settled_at=now)
        return (await self._connection.execute(off)).rowcount

    async def forget_skipped_after(self, subscription: int, at: datetime) -> None:
        """Forget slots of a subscription that were skipped before they came: a clock was ahead."""
        ahead = _columns.due_at > at
        skipped = delete(deliveries).where(_columns.subscription == subscription, _columns.state == "skipped", ahead)
        await self._connection.execute(skipped)

    async def in_states(self, states: Sequence[DeliveryState], limit: int) -> tuple[Delivery, ...]:
        """The newest deliveries in these states, the newest first."""
        query = select(deliveries).where(_columns.state.in_(states)).order_by(_columns.id.desc()).limit(limit)
        return tuple(_record(row) for row in await self._connection.execute(query))

    async def counts(self) -> dict[str, int]:
        """How many deliveries there are in each state."""
        query = select(_columns.state, func.count()).group_by(_columns.state)
        return {row[0]: row[1] for row in await self._connection.execute(query)}


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
