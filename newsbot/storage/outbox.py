"""What outbox workers do to the outbox again and again: put, claim, begin and settle many deliveries in few statements.

All of it works on a plain connection, so that `Database.run` can do a whole transaction in one turn of a thread.
"""

import zlib
from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from functools import cache
from typing import Any, NamedTuple

from sqlalchemy import (
    ColumnElement,
    Connection,
    Integer,
    Update,
    and_,
    bindparam,
    case,
    func,
    literal_column,
    null,
    or_,
    select,
    true,
    update,
)

from newsbot.messages.requests import Place
from newsbot.storage.records import Delivery, DeliveryState, NewDelivery, Settlement
from newsbot.storage.statements import given_rows, given_values, insert_or_ignore_rows, one_of, scan_in_order
from newsbot.storage.tables import deliveries, editions

_columns = deliveries.c
_OPEN: tuple[DeliveryState, ...] = ("due", "leased", "sending")
_AHEAD = timedelta(days=1)  # what people wait for goes before everything that became due since yesterday
SHARDS = 5_040  # divides evenly among up to ten workers
# Written into the statements, not bound: so the indexes of what is open serve them, and many rows settle in one.
OPEN_WORDS: list[ColumnElement[str]] = [literal_column(f"'{state}'") for state in _OPEN]
_PUT = [
    *(_columns.key, _columns.platform, _columns.workspace, _columns.channel, _columns.thread),
    *(_columns.state, _columns.due_at, _columns.retry_at, _columns.reason, _columns.settled_at),
    *(_columns.subscription, _columns.slot, _columns.mention, _columns.label, _columns.shard),
]
# What a claim alone has to read: the rest of a claimed row is known, and each column of each row costs.
_READ = [
    *(_columns.id, _columns.key, _columns.edition_id),
    *(_columns.platform, _columns.workspace, _columns.channel, _columns.thread),
    *(_columns.due_at, _columns.retry_at, _columns.attempts, _columns.sending_since, _columns.posted),
    *(_columns.reason, _columns.fix),
    *(_columns.subscription, _columns.slot, _columns.mention, _columns.label, _columns.shard),
]


class StoredEdition(NamedTuple):
    """What an edition says, as JSON, and the question of the day that it asks; empty where it asks none."""

    body: str
    daily: str


def put_deliveries(connection: Connection, edition_id: int, fresh: Sequence[NewDelivery]) -> None:
    """Put deliveries of an edition into the outbox, but for those whose key is there already."""
    shared = {_columns.edition_id: edition_id, _columns.attempts: 0, _columns.lease_by: "", _columns.fix: ""}
    insert_or_ignore_rows(connection, deliveries, _PUT, [_values(delivery) for delivery in fresh], shared)


def stored_editions(connection: Connection, edition_ids: Iterable[int]) -> dict[int, StoredEdition]:
    """These editions, by id."""
    query = select(editions.c.id, editions.c.body, editions.c.daily).where(editions.c.id.in_(set(edition_ids)))
    return {row.id: StoredEdition(row.body, row.daily) for row in connection.execute(query)}


def claim_deliveries(
    connection: Connection,
    worker: str,
    now: datetime,
    lease: timedelta,
    limit: int,
    platforms: Sequence[str],
    part: tuple[int, int] = (0, 1),
) -> tuple[Delivery, ...]:
    """Up to `limit` deliveries that are due or were left behind by a dead worker, leased to `worker` from now on.

    Only the first open one of each channel, so a channel's order is kept. Two workers never get the same one.
    `part` is (index, count): only the channels whose shard falls to that one of `count` workers, and what people wait
    for at this moment.
    """
    index, count = part
    values = {"worker": worker, "now": now, "until": now + lease, "most": limit, "where": tuple(platforms)}
    if count > 1:
        values |= {"index": index, "count": count}
    # PostgreSQL takes what is open for a few rows, and would sort all of it for each claim.
    scan_in_order(connection)
    rows = connection.execute(_taking(is_divided=count > 1), values)
    return tuple(sorted((_claimed(row, worker) for row in rows), key=lambda delivery: delivery.id))


def begin_deliveries(connection: Connection, worker: str, ids: Iterable[int], now: datetime) -> frozenset[int]:
    """Note that requests for these leave now; returns those that `worker` still holds: only they may leave."""
    values = {"ids": list(ids), "worker": worker, "now": now}
    return frozenset(connection.execute(_beginning(connection.dialect.name), values).scalars())


def settle_deliveries(connection: Connection, worker: str, settlements: Sequence[Settlement]) -> None:
    """Note how attempts ended; those that `worker` holds no more stay as the new holder has them."""
    if not settlements:
        return
    # One statement changes a row once: of two about one delivery the first holds, as if each had its own statement.
    first = {settlement.id: settlement for settlement in reversed(settlements)}
    rows = [_settled(settlement) for settlement in first.values()]
    values = given_values(connection, _ENDED, rows)
    connection.execute(_settling(connection.dialect.name), {"worker": worker, **values})


def shard_of(place: Place) -> int:
    """A number that is the same for a channel in every process; workers divide the channels by it."""
    return zlib.crc32(f"{place.platform}:{place.channel}".encode()) % SHARDS


# -- the statements: made once, as making one takes longer than running it ------------------------------------------


def _instant(name: str) -> ColumnElement[datetime]:
    return bindparam(name, type_=_columns.due_at.type)


def _claimable() -> ColumnElement[bool]:
    is_free = or_(_columns.state == literal_column("'due'"), _columns.lease_until <= _instant("now"))
    return and_(_columns.state.in_(OPEN_WORDS), _columns.retry_at <= _instant("now"), is_free)


@cache
def _taking(*, is_divided: bool) -> Update:
    earlier = deliveries.alias("earlier")
    is_first = ~(
        select(earlier.c.id)
        .where(
            earlier.c.platform == _columns.platform,
            earlier.c.channel == _columns.channel,
            earlier.c.id < _columns.id,
            earlier.c.state.in_(OPEN_WORDS),
        )
        .exists()
    )
    # As an expression no index serves it: what is open is gone through in its order, not a whole platform sorted.
    is_there = func.trim(_columns.platform).in_(bindparam("where", expanding=True))
    is_in_part = _columns.shard % bindparam("count", type_=Integer) == bindparam("index", type_=Integer)
    # What people wait for is anyone's: a worker that died keeps its part until its last sign of life is old.
    is_mine = or_(is_in_part, _columns.retry_at < _columns.due_at)
    chosen = (
        select(_columns.id)
        .where(_claimable(), is_there, is_first)
        .where(is_mine if is_divided else true())
        .order_by(_columns.retry_at, _columns.id)
        .limit(bindparam("most", type_=Integer))
        .with_for_update(skip_locked=True)
        # Chosen once: as a plain subquery PostgreSQL may run it again and again, and take more than the limit.
        .cte("chosen")
        .prefix_with("MATERIALIZED", dialect="postgresql")
    )
    return (
        update(deliveries)
        # Asked again: another worker may have taken the row between the choice and the lock.
        .where(_columns.id.in_(select(chosen.c.id)), _claimable())
        .values(
            state="leased",
            lease_by=bindparam("worker"),
            lease_until=_instant("until"),
            attempts=_columns.attempts + 1,
        )
        .returning(*_READ)
    )


@cache
def _beginning(dialect: str) -> Update:
    return (
        update(deliveries)
        .where(
            one_of(dialect, _columns.id, "ids"),
            _columns.lease_by == bindparam("worker"),
            _columns.state == literal_column("'leased'"),
            _columns.lease_until > _instant("now"),
        )
        .values(state="sending", sending_since=func.coalesce(_columns.sending_since, _instant("now")))
        .returning(_columns.id)
    )


# How attempts ended: names in the statement, and the columns whose types they have.
_ENDED = {
    "the_id": _columns.id,
    "new_state": _columns.state,
    "new_retry_at": _columns.retry_at,
    "is_clear": _columns.attempts,
    "new_posted": _columns.posted,
    "new_reason": _columns.reason,
    "new_fix": _columns.fix,
    "new_settled_at": _columns.settled_at,
}


@cache
def _settling(dialect: str) -> Update:
    new = given_rows(dialect, _ENDED).c
    return (
        update(deliveries)
        .where(_columns.id == new.the_id, _columns.lease_by == bindparam("worker"))
        .where(_columns.state.in_(OPEN_WORDS))
        .values(
            state=new.new_state,
            retry_at=func.coalesce(new.new_retry_at, _columns.retry_at),
            sending_since=case((new.is_clear == literal_column("1"), null()), else_=_columns.sending_since),
            posted=new.new_posted,
            reason=new.new_reason,
            fix=new.new_fix,
            settled_at=new.new_settled_at,
            lease_by="",
            lease_until=None,
        )
    )


# -- rows and records ----------------------------------------------------------------------------------------------


def _values(delivery: NewDelivery) -> tuple[object, ...]:
    place, due_at, skipped = delivery.place, delivery.due_at, delivery.skipped
    retry_at = due_at - _AHEAD if delivery.is_awaited else due_at
    return (
        *(delivery.key, place.platform, place.workspace, place.channel, place.thread or ""),
        *("skipped" if skipped else "due", due_at, retry_at, skipped, due_at if skipped else None),
        *(delivery.subscription, delivery.slot, delivery.mention, delivery.label, shard_of(place)),
    )


def _settled(settlement: Settlement) -> tuple[object, ...]:
    return (
        settlement.id,
        settlement.state,
        settlement.retry_at,
        int(settlement.is_clear),
        settlement.posted,
        settlement.reason,
        settlement.fix,
        settlement.at if settlement.state not in _OPEN else None,
    )


def _claimed(row: Sequence[Any], worker: str) -> Delivery:
    # By position: a look-up by name costs as much as the rest of it.
    number, key, edition, platform, workspace, channel, thread, *others = row
    due_at, retry_at, attempts, since, posted, reason, fix, *digest = others
    place = Place(platform, workspace, channel, thread or None)
    of_attempt = (due_at, retry_at, attempts, worker, since, posted, reason, fix, None)
    return Delivery(number, key, edition, place, "leased", *of_attempt, *digest)


def claim_editions(
    connection: Connection,
    worker: str,
    now: datetime,
    lease: timedelta,
    limit: int,
    platforms: Sequence[str],
    part: tuple[int, int],
    known: Iterable[int],
) -> tuple[tuple[Delivery, ...], dict[int, StoredEdition]]:
    """As `claim_deliveries`, with their editions, those left out that are `known`."""
    held = claim_deliveries(connection, worker, now, lease, limit, platforms, part)
    new = {delivery.edition_id for delivery in held} - set(known)
    return held, stored_editions(connection, new) if new else {}


def settle_and_begin(
    connection: Connection, worker: str, settled: Sequence[Settlement], leaving: Sequence[int], now: datetime
) -> frozenset[int]:
    """As `settle_deliveries`, then `begin_deliveries`."""
    settle_deliveries(connection, worker, settled)
    return begin_deliveries(connection, worker, leaving, now) if leaving else frozenset()
