"""The statements with which workers claim, begin and settle many deliveries at once; each is made once."""

import zlib
from collections.abc import Callable, Sequence
from datetime import datetime
from functools import cache
from typing import Any, NamedTuple

from sqlalchemy import (
    CTE,
    Column,
    ColumnElement,
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
    union_all,
    update,
)
from sqlalchemy.sql.base import ReadOnlyColumnCollection

from newsbot.messages.requests import Place
from newsbot.storage.records import AWAITED, ORDINARY, Delivery, DeliveryState, NewDelivery, Settlement
from newsbot.storage.statements import chosen_once, given_rows, one_of
from newsbot.storage.tables import deliveries

_columns = deliveries.c
OPEN_STATES: tuple[DeliveryState, ...] = ("due", "leased", "sending")
TROUBLED_STATES: tuple[DeliveryState, ...] = ("unknown", "failed")
SHARDS = 5_040  # divides evenly among up to ten workers
PUT = [
    *(_columns.key, _columns.platform, _columns.workspace, _columns.channel, _columns.thread),
    *(_columns.state, _columns.due_at, _columns.retry_at, _columns.reason, _columns.settled_at),
    *(_columns.subscription, _columns.slot, _columns.mention, _columns.label, _columns.shard, _columns.priority),
]
# What a claim alone has to read: the rest of a claimed row is known, and each column of each row costs.
_READ = [
    *(_columns.id, _columns.key, _columns.edition_id),
    *(_columns.platform, _columns.workspace, _columns.channel, _columns.thread),
    *(_columns.due_at, _columns.retry_at, _columns.attempts, _columns.sending_since, _columns.posted),
    *(_columns.reason, _columns.fix),
    *(_columns.subscription, _columns.slot, _columns.mention, _columns.label, _columns.shard, _columns.priority),
]


class StoredEdition(NamedTuple):
    """What an edition says, as JSON, and the question of the day that it asks; empty where it asks none."""

    body: str
    daily: str


def shard_of(place: Place) -> int:
    """A number that is the same for a channel in every process; workers divide the channels by it."""
    return zlib.crc32(f"{place.platform}:{place.channel}".encode()) % SHARDS


def _is_unended(columns: ReadOnlyColumnCollection[str, Column[Any]] = _columns) -> ColumnElement[bool]:
    """Whether the state of a delivery is one that is still to be done: asked of rows that are found by their id."""
    states: list[ColumnElement[str]] = [literal_column(f"'{state}'") for state in OPEN_STATES]
    return columns.state.in_(states)


def is_open(columns: ReadOnlyColumnCollection[str, Column[Any]] = _columns) -> ColumnElement[bool]:
    """Whether a delivery is still to be done, in the words of the indexes of those that are."""
    # The states are asked, too: one that an older newsbot ended beside this one may have no instant of its end.
    return and_(columns.settled_at.is_(None), _is_unended(columns))


def _instant(name: str) -> ColumnElement[datetime]:
    return bindparam(name, type_=_columns.due_at.type)


def _claimable() -> ColumnElement[bool]:
    is_free = or_(_columns.state == literal_column("'due'"), _columns.lease_until <= _instant("now"))
    return and_(_is_unended(), _columns.retry_at <= _instant("now"), is_free)


def _chosen(priority: int, is_wanted: ColumnElement[bool], most: ColumnElement[int]) -> CTE:
    """The ids of the claimable deliveries of a priority, the longest due first, each the first of its channel."""
    earlier = deliveries.alias("earlier")
    # Compared with the lowest: PostgreSQL would make a join of "there is no earlier one", and without statistics one
    # that goes through all of what is open again and again.
    of_channel = earlier.c.platform == _columns.platform, earlier.c.channel == _columns.channel, is_open(earlier.c)
    is_first = _columns.id == select(func.min(earlier.c.id)).where(*of_channel).scalar_subquery()
    # As an expression no index serves it: what is open is gone through in its order, not a whole platform sorted.
    is_there = func.trim(_columns.platform).in_(bindparam("where", expanding=True))
    return chosen_once(
        select(_columns.id)
        .where(_columns.priority == literal_column(str(priority)), _columns.settled_at.is_(None), _claimable())
        .where(is_there, is_first, is_wanted)
        .order_by(_columns.retry_at, _columns.id)
        .limit(most),
        f"chosen_{priority}",
    )


@cache
def claiming(*, is_divided: bool) -> Update:
    """Lease what is claimable: first what somebody waits for, whose channel it is in, then what is in this part."""
    is_in_part = _columns.shard % bindparam("count", type_=Integer) == bindparam("index", type_=Integer)
    most = bindparam("most", type_=Integer)
    # What people wait for is anyone's: a worker that died keeps its part until its last sign of life is old.
    awaited = _chosen(AWAITED, true(), most)
    rest = most - select(func.count()).select_from(awaited).scalar_subquery()
    ordinary = _chosen(ORDINARY, is_in_part if is_divided else true(), rest)
    return (
        update(deliveries)
        # Asked again: another worker may have taken the row between the choice and the lock.
        .where(_columns.id.in_(union_all(select(awaited.c.id), select(ordinary.c.id))), _claimable())
        .values(
            state="leased",
            lease_by=bindparam("worker"),
            lease_until=_instant("until"),
            attempts=_columns.attempts + 1,
        )
        .returning(*_READ)
    )


@cache
def beginning(dialect: str) -> Update:
    """Note that requests for the leased deliveries of these ids leave."""
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
ENDED = {
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
def settling(dialect: str) -> Update:
    """Note how attempts at deliveries ended."""
    new = given_rows(dialect, ENDED).c
    return (
        update(deliveries)
        .where(_columns.id == new.the_id, _columns.lease_by == bindparam("worker"))
        .where(_is_unended())
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


def put_row(delivery: NewDelivery) -> tuple[object, ...]:
    """The values of the columns `PUT`."""
    place, due_at, skipped = delivery.place, delivery.due_at, delivery.skipped
    return (
        *(delivery.key, place.platform, place.workspace, place.channel, place.thread or ""),
        *("skipped" if skipped else "due", due_at, due_at, skipped, due_at if skipped else None),
        *(delivery.subscription, delivery.slot, delivery.mention, delivery.label, shard_of(place)),
        AWAITED if delivery.is_awaited else ORDINARY,
    )


def settled_row(settlement: Settlement) -> tuple[object, ...]:
    """The values of `ENDED`."""
    return (
        settlement.id,
        settlement.state,
        settlement.retry_at,
        int(settlement.is_clear),
        settlement.posted,
        settlement.reason,
        settlement.fix,
        settlement.at if settlement.state not in OPEN_STATES else None,
    )


def claimed_delivery(row: Sequence[Any], worker: str, instant: Callable[[Any], datetime]) -> Delivery:
    """A row that `claiming` returned, as the driver has it; `instant` makes an instant of what it has for one."""
    number, key, edition, platform, workspace, channel, thread, *others = row
    due_at, retry_at, attempts, since, posted, reason, fix, *digest = others
    place = Place(platform, workspace, channel, thread or None)
    since = None if since is None else instant(since)
    of_attempt = (instant(due_at), instant(retry_at), attempts, worker, since, posted, reason, fix, None)
    return Delivery(number, key, edition, place, "leased", *of_attempt, *digest)
