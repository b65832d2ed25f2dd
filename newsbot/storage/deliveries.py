"""The outbox: what is to be posted, claimed by one worker at a time, and how each attempt ended.

due -> leased -> sending -> sent | unknown | failed, and back to due where nothing was stored. A worker that dies leaves
its rows to whoever comes after its lease; `sending_since` tells that one whether a request had left.
"""

from collections.abc import Collection, Iterable, Sequence
from datetime import datetime, timedelta
from operator import itemgetter
from typing import Any

from sqlalchemy import Connection, Row, case, delete, func, insert, literal_column, select, text, update

from newsbot.messages.requests import Place
from newsbot.storage.outbox import (
    ENDED,
    OPEN_STATES,
    PUT,
    TROUBLED_STATES,
    StoredEdition,
    beginning,
    claimed_delivery,
    claiming,
    is_open,
    put_row,
    settled_row,
    settling,
)
from newsbot.storage.records import AWAITED, ON_REQUEST, ORDINARY, Delivery, DeliveryState, NewDelivery, Settlement
from newsbot.storage.statements import (
    bound_list,
    given_values,
    insert_or_ignore_rows,
    raw_rows,
    reader_of,
    scan_in_order,
    unordered,
)
from newsbot.storage.tables import OPEN, TROUBLED, deliveries, editions

_columns = deliveries.c
_CHUNK = 500  # values of one IN


class DeliveryRepository:
    """Editions and their deliveries."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def add_edition(self, body: str, content_version: str, at: datetime, why: str = "[]", daily: str = "") -> int:
        """Keep what is to be posted, and why it says that; returns the edition's id. An empty body is never posted.

        `daily` is the question of the day that it asks.
        """
        values = {"body": body, "content_version": content_version, "made_at": at, "why": why, "daily": daily}
        made = self._connection.execute(insert(editions).values(values).returning(editions.c.id))
        return int(made.scalar_one())

    def rewrite(self, key: str, body: str) -> None:
        """Let what the delivery of that key posted be kept in other words."""
        edition = select(_columns.edition_id).where(_columns.key == key).scalar_subquery()
        self._connection.execute(update(editions).where(editions.c.id == edition).values(body=body))

    def add(self, edition_id: int, fresh: Sequence[NewDelivery]) -> None:
        """Put deliveries of an edition into the outbox, but for those whose key is there already."""
        shared = {_columns.edition_id: edition_id, _columns.attempts: 0, _columns.lease_by: "", _columns.fix: ""}
        rows = [put_row(delivery) for delivery in fresh]
        insert_or_ignore_rows(self._connection, deliveries, PUT, rows, shared)

    def editions(self, ids: Iterable[int]) -> dict[int, StoredEdition]:
        """These editions, by id."""
        query = select(editions.c.id, editions.c.body, editions.c.daily).where(editions.c.id.in_(set(ids)))
        return {row.id: StoredEdition(row.body, row.daily) for row in self._connection.execute(query)}

    def claim(
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
        `part` is (index, count): only the channels whose shard falls to that one of `count` workers, and what people
        wait for at this moment, which comes first.
        """
        index, count = part
        values = {"worker": worker, "now": now, "until": now + lease, "most": limit, "where": tuple(platforms)}
        if count > 1:
            values |= {"index": index, "count": count}
        # PostgreSQL takes what is open for a few rows, and would sort all of it for each claim.
        scan_in_order(self._connection)
        rows = raw_rows(self._connection.execute(claiming(is_divided=count > 1), values))
        instant = reader_of(self._connection, _columns.due_at)
        return tuple(claimed_delivery(row, worker, instant) for row in sorted(rows, key=itemgetter(0)))

    def claim_with_editions(
        self,
        worker: str,
        now: datetime,
        lease: timedelta,
        limit: int,
        platforms: Sequence[str],
        part: tuple[int, int],
        known: Iterable[int],
    ) -> tuple[tuple[Delivery, ...], dict[int, StoredEdition]]:
        """As `claim`, with their editions, those left out that are `known`."""
        leased = self.claim(worker, now, lease, limit, platforms, part)
        new = {delivery.edition_id for delivery in leased} - set(known)
        return leased, self.editions(new) if new else {}

    def begin(self, worker: str, ids: Iterable[int], now: datetime) -> frozenset[int]:
        """Note that requests for these leave now; returns those that `worker` still holds: only they may leave."""
        values = {"ids": bound_list(self._connection, ids), "worker": worker, "now": now}
        begun = self._connection.execute(beginning(self._connection.dialect.name), values)
        return frozenset(row[0] for row in raw_rows(begun))

    def settle(self, worker: str, settlements: Sequence[Settlement]) -> None:
        """Note how attempts ended; those that `worker` holds no more stay as the new holder has them."""
        if not settlements:
            return
        # One statement changes a row once: of two about one delivery the first holds, as if each had its own statement.
        first = {settlement.id: settlement for settlement in reversed(settlements)}
        values = given_values(self._connection, ENDED, [settled_row(settlement) for settlement in first.values()])
        self._connection.execute(settling(self._connection.dialect.name), {"worker": worker, **values})

    def settle_and_begin(
        self, worker: str, settled: Sequence[Settlement], leaving: Sequence[int], now: datetime
    ) -> frozenset[int]:
        """As `settle`, then `begin`."""
        self.settle(worker, settled)
        return self.begin(worker, leaving, now) if leaving else frozenset()

    def keys_not_posted(self, keys: Collection[str]) -> frozenset[str]:
        """Those of these deliveries that never stood where they were to stand."""
        is_lost = _columns.key.in_(keys), _columns.state.in_(("failed", "skipped"))
        return frozenset(self._connection.execute(select(_columns.key).where(*is_lost)).scalars())

    def next_due(self, platforms: Sequence[str]) -> datetime | None:
        """When the next delivery is to be tried or taken over; None where there is none."""
        instant = func.coalesce(_columns.lease_until, _columns.retry_at)
        query = select(func.min(instant)).where(is_open(), _columns.platform.in_(platforms))
        found: datetime | None = (self._connection.execute(query)).scalar_one()
        return found

    def oldest_due(self, platforms: Sequence[str], now: datetime) -> datetime | None:
        """Since when the longest waiting of what could leave for these platforms is due; None where nothing waits."""
        found: list[datetime] = []
        for priority in (AWAITED, ORDINARY):  # the index of what is open begins with it
            waiting = (
                select(_columns.retry_at)
                .where(text(f"deliveries.{OPEN}"), _columns.priority == literal_column(str(priority)))
                .where(_columns.retry_at <= now)
                .where(func.trim(_columns.platform).in_(platforms))  # an expression: no other index serves it
                .order_by(_columns.retry_at, _columns.id)
                .limit(1)
            )
            found += self._connection.execute(waiting).scalars()
        return min(found, default=None)

    def by_key(self, key: str) -> Delivery | None:
        """The delivery of that key."""
        row = (self._connection.execute(select(deliveries).where(_columns.key == key))).one_or_none()
        return _record(row) if row else None

    def get(self, number: int) -> Delivery | None:
        """The delivery of that id."""
        row = (self._connection.execute(select(deliveries).where(_columns.id == number))).one_or_none()
        return _record(row) if row else None

    def of_ids(self, ids: Sequence[int]) -> tuple[Delivery, ...]:
        """The deliveries of these ids, in order."""
        query = select(deliveries).where(_columns.id.in_(ids)).order_by(_columns.id)
        return tuple(_record(row) for row in self._connection.execute(query))

    def of_subscription(self, subscription: int, limit: int) -> tuple[Delivery, ...]:
        """The newest deliveries of a subscription, the newest first."""
        query = select(deliveries).where(_columns.subscription == subscription)
        found = self._connection.execute(query.order_by(_columns.id.desc()).limit(limit))
        return tuple(_record(row) for row in found)

    def last_edition_of(self, subscription: int) -> tuple[Delivery, str] | None:
        """The newest delivery of a subscription, with why its edition says what it says (JSON)."""
        newest = self.of_subscription(subscription, 1)
        if not newest:
            return None
        query = select(editions.c.why).where(editions.c.id == newest[0].edition_id)
        return newest[0], str((self._connection.execute(query)).scalar_one())

    def send_again(self, number: int, now: datetime, reason: str) -> bool:
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
        return (self._connection.execute(again)).rowcount == 1

    def put_label(self, number: int, label: str) -> None:
        """Keep why a delivery is late."""
        self._connection.execute(update(deliveries).where(_columns.id == number).values(label=label))

    def supersede(self, subscriptions: Sequence[int], now: datetime) -> None:
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
            self._connection.execute(older)

    def call_off(self, keys: Sequence[str], now: datetime, reason: str) -> int:
        """Skip those of these that did not leave yet; returns how many."""
        off = (
            update(deliveries)
            .where(_columns.key.in_(keys), _columns.state == "due", _columns.sending_since.is_(None))
            .values(state="skipped", reason=reason, settled_at=now)
        )
        return (self._connection.execute(off)).rowcount

    def call_off_all(self, subscription: int, now: datetime, reason: str) -> int:
        """Skip what of a subscription did not leave yet; returns how many. What may have left becomes unknown."""
        waiting = update(deliveries).where(_columns.subscription == subscription, _columns.state == "due")
        unclear = waiting.where(_columns.sending_since.is_not(None))
        may_stand = f"{reason}, while it was being sent: it may have been posted"
        self._connection.execute(unclear.values(state="unknown", reason=may_stand, settled_at=now))
        off = waiting.where(_columns.sending_since.is_(None)).values(state="skipped", reason=reason, settled_at=now)
        return (self._connection.execute(off)).rowcount

    def forget_skipped_after(self, subscription: int, at: datetime) -> None:
        """Forget slots of a subscription that were skipped before they came: a clock was ahead."""
        ahead = _columns.due_at > at
        skipped = delete(deliveries).where(_columns.subscription == subscription, _columns.state == "skipped", ahead)
        self._connection.execute(skipped)

    def unsettled_counts(self) -> dict[DeliveryState, int]:
        """How many deliveries there are in each state in which something is still to be done: for metrics."""
        found: dict[DeliveryState, int] = {}
        for states in (OPEN, TROUBLED):
            query = select(_columns.state, func.count()).where(text(states)).group_by(_columns.state)
            found |= {row[0]: row[1] for row in self._connection.execute(query)}
        return found

    def in_states(self, states: Sequence[DeliveryState], limit: int) -> tuple[Delivery, ...]:
        """The newest deliveries in these states, the newest first."""
        query = select(deliveries).where(_columns.state.in_(states)).limit(limit)
        # Written out, so that the index of those is used; few are sorted.
        if set(states) <= set(OPEN_STATES):
            query = query.where(text(f"deliveries.{OPEN}")).order_by(unordered(_columns.id).desc())
        elif set(states) <= set(TROUBLED_STATES):
            query = query.where(text(f"deliveries.{TROUBLED}")).order_by(_columns.id.desc())
        else:
            query = query.order_by(_columns.id.desc())
        return tuple(_record(row) for row in self._connection.execute(query))

    def counts(self) -> dict[str, int]:
        """How many deliveries there are in each state. It reads all of them: for the command line alone."""
        query = select(_columns.state, func.count()).group_by(_columns.state)
        return {row[0]: row[1] for row in self._connection.execute(query)}


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
        row.priority,
    )
