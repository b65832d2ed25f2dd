"""Signs of life, the outages that their absence tells of, and incidents: editions that were not confirmed in time."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Row, delete, exists, func, insert, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from newsbot.storage.records import Delivery, Incident, OutageRecord
from newsbot.storage.statements import insert_or_ignore_all, insert_or_update
from newsbot.storage.tables import deliveries, editions, heartbeats, incidents, outages

_UNCONFIRMED = ("due", "leased", "sending", "unknown")


class WatchRepository:
    """Heartbeats, outages and incidents."""

    def __init__(self, connection: AsyncConnection) -> None:
        self._connection = connection

    async def last_beat(self, name: str) -> datetime | None:
        """The last sign of life of `name`. Nobody else writes one until this transaction ends."""
        query = select(heartbeats.c.at).where(heartbeats.c.name == name).with_for_update()
        found: datetime | None = (await self._connection.execute(query)).scalar_one_or_none()
        return found

    async def beat(self, name: str, at: datetime) -> None:
        """Note a sign of life."""
        await self._connection.execute(insert_or_update(self._connection, heartbeats, {"name": name, "at": at}))

    async def add_outage(self, outage: OutageRecord) -> None:
        """Note that newsbot was down."""
        await self._connection.execute(insert(outages).values(start=outage.start, end=outage.end))

    async def outages_since(self, at: datetime) -> tuple[OutageRecord, ...]:
        """The outages that ended after `at`, the earliest first."""
        query = select(outages).where(outages.c.end > at).order_by(outages.c.start)
        return tuple(OutageRecord(row.start, row.end) for row in await self._connection.execute(query))

    async def forget_outages_before(self, at: datetime) -> None:
        """Forget outages that ended before `at`."""
        await self._connection.execute(delete(outages).where(outages.c.end < at))

    async def unconfirmed(self, before: datetime, limit: int) -> tuple[int, ...]:
        """Ids of digests, due and made before an instant, that are neither posted nor given up, and no incident yet."""
        query = (
            select(deliveries.c.id)
            .join(editions, editions.c.id == deliveries.c.edition_id)
            .where(
                deliveries.c.subscription.is_not(None),
                deliveries.c.state.in_(_UNCONFIRMED),
                deliveries.c.due_at < before,
                editions.c.made_at < before,
                ~exists().where(incidents.c.delivery == deliveries.c.id),
            )
            .order_by(deliveries.c.id)
            .limit(limit)
        )
        return tuple((await self._connection.execute(query)).scalars())

    async def open_incidents(self, fresh: Sequence[Delivery], at: datetime) -> frozenset[int]:
        """Note that these were not confirmed in time; returns the ids of those that nobody had noted before."""
        rows = [
            {
                "delivery": each.id,
                "subscription": each.subscription,
                "platform": each.place.platform,
                "opened_at": at,
            }
            for each in fresh
        ]
        if not rows:
            return frozenset()
        noted = insert_or_ignore_all(self._connection, incidents, rows).returning(incidents.c.delivery)
        return frozenset((await self._connection.execute(noted)).scalars())

    async def open_on(self, platform: str) -> int:
        """How many incidents of a platform are open."""
        query = select(func.count()).where(incidents.c.platform == platform, incidents.c.closed_at.is_(None))
        return int((await self._connection.execute(query)).scalar_one())

    async def close_settled(self, at: datetime, limit: int) -> tuple[Incident, ...]:
        """Close up to `limit` incidents whose edition was posted or decided otherwise; returns them."""
        settled = (
            select(incidents.c.delivery)
            .join(deliveries, deliveries.c.id == incidents.c.delivery)
            .where(incidents.c.closed_at.is_(None), deliveries.c.state.not_in(_UNCONFIRMED))
            .order_by(incidents.c.delivery)
            .limit(limit)
        )
        closed = (
            update(incidents)
            .where(incidents.c.delivery.in_(settled.scalar_subquery()), incidents.c.closed_at.is_(None))
            .values(closed_at=at)
            .returning(*incidents.c)
        )
        return tuple(_record(row) for row in await self._connection.execute(closed))


def _record(row: Row[tuple[Any, ...]]) -> Incident:
    return Incident(row.delivery, row.subscription, row.platform, row.opened_at, row.closed_at)
