"""Signs of life, the outages that their absence tells of, and incidents: editions that were not confirmed in time."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, and_, delete, exists, func, insert, or_, select, text, update

from newsbot.storage.records import Delivery, Incident, OutageRecord
from newsbot.storage.statements import begins_with, insert_or_ignore_all, insert_or_update, unordered, with_row_locks
from newsbot.storage.tables import OPEN, TROUBLED, deliveries, editions, heartbeats, incidents, outages, subscriptions

_WAITING = ("due", "leased", "sending")
_SETTLED = ("sent", "skipped", "failed")
_EPISODE = "told:"


class WatchRepository:
    """Heartbeats, outages and incidents."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def last_beat(self, name: str) -> datetime | None:
        """The last sign of life of `name`. Nobody else writes one until this transaction ends."""
        query = with_row_locks(self._connection, select(heartbeats.c.at).where(heartbeats.c.name == name))
        found: datetime | None = (self._connection.execute(query)).scalar_one_or_none()
        return found

    def beat(self, name: str, at: datetime) -> None:
        """Note a sign of life."""
        self._connection.execute(insert_or_update(self._connection, heartbeats, {"name": name, "at": at}))

    def add_outage(self, outage: OutageRecord) -> None:
        """Note that newsbot was down."""
        self._connection.execute(insert(outages).values(start=outage.start, end=outage.end))

    def outages_since(self, at: datetime) -> tuple[OutageRecord, ...]:
        """The outages that ended after `at`, the earliest first."""
        query = select(outages).where(outages.c.end > at).order_by(outages.c.start)
        return tuple(OutageRecord(row.start, row.end) for row in self._connection.execute(query))

    def unconfirmed(self, before: datetime, limit: int) -> tuple[int, ...]:
        """Ids of digests, due and made before an instant, that were not posted, and are no incident yet.

        One that its channel refused is none: its subscription is paused, and that was told.
        """
        # The states are written out, so that each half is found by the index made for it, in the order of that.
        columns = deliveries.c
        halves = ((OPEN, (columns.priority, columns.retry_at, columns.id)), (TROUBLED, (columns.id,)))
        found: list[int] = []
        for states, order in halves:
            query = (
                select(columns.id)
                .join(editions, editions.c.id == columns.edition_id)
                .where(
                    text(f"deliveries.{states}"),
                    unordered(columns.subscription).is_not(None),
                    columns.due_at < before,
                    editions.c.made_at < before,
                    ~and_(columns.state == "failed", columns.fix != ""),
                    ~exists().where(incidents.c.delivery == columns.id),
                )
                .order_by(*order)
                .limit(limit)
            )
            found += self._connection.execute(query).scalars()
        return tuple(found)

    def open_incidents(self, fresh: Sequence[Delivery], at: datetime) -> frozenset[int]:
        """Note that these were not confirmed in time; returns the ids of those that nobody had noted before.

        One that failed is over with that: nothing more comes of it.
        """
        rows = [
            {
                "delivery": each.id,
                "subscription": each.subscription,
                "platform": each.place.platform,
                "opened_at": at,
                "closed_at": at if each.state == "failed" else None,
            }
            for each in fresh
        ]
        if not rows:
            return frozenset()
        noted = insert_or_ignore_all(self._connection, incidents, rows).returning(incidents.c.delivery)
        return frozenset((self._connection.execute(noted)).scalars())

    def waiting(self) -> dict[str, int]:
        """How many editions of open incidents still wait to be posted, by platform; unknown ones wait for a person."""
        query = (
            select(incidents.c.platform, func.count())
            .join(deliveries, deliveries.c.id == incidents.c.delivery)
            .where(incidents.c.closed_at.is_(None), deliveries.c.state.in_(_WAITING))
            .group_by(incidents.c.platform)
        )
        return {row[0]: row[1] for row in self._connection.execute(query)}

    def episodes(self) -> frozenset[str]:
        """What the operator was told of and is not over."""
        is_told = begins_with(self._connection, heartbeats.c.name, _EPISODE)
        query = with_row_locks(self._connection, select(heartbeats.c.name).where(is_told))
        names = (self._connection.execute(query)).scalars()
        return frozenset(name.removeprefix(_EPISODE) for name in names)

    def begin_episode(self, name: str, at: datetime) -> None:
        """Note that the operator is told of something."""
        self.beat(_EPISODE + name, at)

    def end_episode(self, name: str) -> bool:
        """Note that it is over; whether nobody else noted that before."""
        ended = self._connection.execute(delete(heartbeats).where(heartbeats.c.name == _EPISODE + name))
        return ended.rowcount == 1

    def close_settled(self, at: datetime, limit: int) -> tuple[Incident, ...]:
        """Close up to `limit` incidents whose edition was posted or called off, or its digest ended; returns them."""
        settled = (
            select(incidents.c.delivery)
            .join(deliveries, deliveries.c.id == incidents.c.delivery)
            .join(subscriptions, subscriptions.c.id == incidents.c.subscription)
            .where(
                incidents.c.closed_at.is_(None),
                or_(deliveries.c.state.in_(_SETTLED), subscriptions.c.state == "ended"),
            )
            .order_by(unordered(incidents.c.delivery))
            .limit(limit)
        )
        closed = (
            update(incidents)
            .where(incidents.c.delivery.in_(settled.scalar_subquery()), incidents.c.closed_at.is_(None))
            .values(closed_at=at)
            .returning(*incidents.c)
        )
        return tuple(_record(row) for row in self._connection.execute(closed))


def _record(row: Row[tuple[Any, ...]]) -> Incident:
    return Incident(row.delivery, row.subscription, row.platform, row.opened_at, row.closed_at)
