"""Subscriptions: which digest comes where and when, how far each is, and what it has shown."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import date, datetime, time, timedelta
from functools import cache
from typing import Any

from sqlalchemy import Connection, Row, Select, and_, bindparam, delete, func, insert, or_, select, update

from newsbot.messages.requests import Place
from newsbot.storage.records import NewSubscription, Subscription
from newsbot.storage.statements import (
    given_rows,
    given_values,
    insert_or_ignore,
    insert_or_ignore_all,
    lock_writers,
    with_row_locks,
)
from newsbot.storage.tables import digest_histories, pressed_messages, subscriptions

_columns = subscriptions.c
_CHANNEL = {"platform": _columns.platform, "workspace": _columns.workspace, "channel": _columns.channel}
_CHUNK = 500  # rows a statement: both databases limit its parameters
_FURTHEST = timedelta(days=75)  # a monthly digest whose day a zone leapt over
_ADVANCED = ("since", "last_day", "next_at", "history", "cursor")


class SubscriptionRepository:
    """Subscriptions and their histories."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def add(self, new: NewSubscription, since: datetime, next_at: datetime | None, cursor: date) -> Subscription:
        """Keep a new subscription under the next number of its channel."""
        # Two people who subscribe at once must not get the same number.
        lock_writers(self._connection, subscriptions)
        highest = select(func.coalesce(func.max(_columns.number), 0)).where(*_of_channel(new.place))
        number = (self._connection.execute(highest)).scalar_one() + 1
        place = new.place
        values = {
            "platform": place.platform,
            "workspace": place.workspace,
            "channel": place.channel,
            "thread": place.thread or "",
            "number": number,
            **_wishes(new),
            "made_by": new.made_by,
            "made_at": new.made_at,
            "state": "active",
            "since": since,
            "next_at": next_at,
            "history": "",
            "cursor": cursor,
            "paused_reason": "",
            "paused_fix": "",
            "paused_by": "",
        }
        made = self._connection.execute(insert(subscriptions).values(values).returning(*subscriptions.c))
        return _record(made.one())

    def get(self, number: int) -> Subscription | None:
        """The subscription of that id."""
        row = (self._connection.execute(select(subscriptions).where(_columns.id == number))).one_or_none()
        return _record(row) if row else None

    def locked(self, number: int) -> Subscription | None:
        """The same, which nobody else changes until this transaction ends."""
        query = with_row_locks(self._connection, select(subscriptions).where(_columns.id == number))
        row = (self._connection.execute(query)).one_or_none()
        return _record(row) if row else None

    def of_channel(self, place: Place) -> tuple[Subscription, ...]:
        """The subscriptions of the channel of `place` that did not end, by number."""
        query = select(subscriptions).where(*_of_channel(place), _columns.state != "ended").order_by(_columns.number)
        return tuple(_record(row) for row in self._connection.execute(query))

    def next_in(self, places: Iterable[Place], now: datetime) -> dict[Place, datetime]:
        """When the next digest of these channels comes after an instant, of those that get one."""
        named = {(each.platform, each.workspace, each.channel): replace(each, thread=None) for each in places}
        if not named:
            return {}
        values = given_values(self._connection, _CHANNEL, list(named))
        rows = self._connection.execute(_next_query(self._connection.dialect.name), {**values, "now": now})
        return {named[(row.platform, row.workspace, row.channel)]: row.next_at for row in rows}

    def active(self, limit: int) -> tuple[Subscription, ...]:
        """Those that something will be posted for, the next due first."""
        query = select(subscriptions).where(_columns.state == "active").order_by(_columns.next_at).limit(limit)
        return tuple(_record(row) for row in self._connection.execute(query))

    def due(self, now: datetime, limit: int, offset: int = 0) -> tuple[Subscription, ...]:
        """Up to `limit` active ones with a slot due by `now`, without the first `offset` of them.

        One whose next slot is further away than any can be is due too: a clock was wrong when it was planned.
        """
        is_due = or_(_columns.next_at <= now, _columns.next_at > now + _FURTHEST)
        query = select(subscriptions).where(_columns.state == "active", is_due)
        found = self._connection.execute(query.order_by(_columns.next_at, _columns.id).limit(limit).offset(offset))
        return tuple(_record(row) for row in found)

    def late(self, before: datetime) -> int:
        """How many active ones have a slot that was due before an instant and is not decided."""
        query = select(func.count()).where(_columns.state == "active", _columns.next_at < before)
        return int((self._connection.execute(query)).scalar_one())

    def unchanged(self, of: Sequence[Subscription]) -> frozenset[int]:
        """Ids of those that are still as given; nobody else changes them until this transaction ends."""
        given = {each.id: each for each in of}
        # In one order: two that lock the same rows in different orders would wait for each other for ever.
        query = with_row_locks(
            self._connection, select(subscriptions).where(_columns.id.in_(given)).order_by(_columns.id)
        )
        now = (_record(row) for row in self._connection.execute(query))
        return frozenset(each.id for each in now if each == given[each.id])

    def next_due(self) -> datetime | None:
        """When the next slot of all is due."""
        query = select(func.min(_columns.next_at)).where(_columns.state == "active")
        found: datetime | None = (self._connection.execute(query)).scalar_one()
        return found

    def plan_again(self, after: datetime, at: datetime) -> None:
        """Let those be due `at` once whose last slot came after an instant: a clock that was ahead has decided it."""
        ahead = update(subscriptions).where(_columns.state == "active", _columns.since > after)
        self._connection.execute(ahead.values(next_at=at))

    def advance(self, moved: Sequence[Subscription]) -> None:
        """Keep how far these are: since, last day, next slot, history, cursor."""
        if not moved:
            return
        statement = (
            update(subscriptions)
            .where(_columns.id == bindparam("the_id"))
            .values({name: bindparam(f"new_{name}", type_=_columns[name].type) for name in _ADVANCED})
        )
        rows = [{"the_id": each.id, **{f"new_{name}": getattr(each, name) for name in _ADVANCED}} for each in moved]
        self._connection.execute(statement, rows)

    def update(self, changed: Subscription) -> None:
        """Keep everything of a subscription that can change."""
        values = {
            **_wishes(changed),
            **{name: getattr(changed, name) for name in _ADVANCED},
            "state": changed.state,
            "paused_reason": changed.paused_reason,
            "paused_fix": changed.paused_fix,
            "paused_by": changed.paused_by,
        }
        self._connection.execute(update(subscriptions).where(_columns.id == changed.id).values(values))

    def pause(self, number: int, reason: str, fix: str) -> bool:
        """Pause an active subscription, by newsbot itself; whether it was active."""
        paused = (
            update(subscriptions)
            .where(_columns.id == number, _columns.state == "active")
            .values(state="paused", paused_reason=reason, paused_fix=fix, paused_by="")
        )
        return (self._connection.execute(paused)).rowcount == 1

    def resume_paused(self, platform: str, workspace: str, fix: str, at: datetime) -> int:
        """Let those go on that newsbot itself paused in a workspace until `fix` is done; returns how many.

        What was missed meanwhile is not posted: when each comes next is decided by whoever plans them now.
        """
        fresh = {"state": "active", "since": at, "next_at": at, "paused_reason": "", "paused_fix": ""}
        is_meant = (_columns.workspace == workspace, *_waiting_for(platform, fix))
        return self._connection.execute(update(subscriptions).where(*is_meant).values(fresh)).rowcount

    def waiting_workspaces(self, platform: str, fix: str) -> tuple[str, ...]:
        """The workspaces with digests that newsbot itself paused until `fix` is done."""
        query = select(_columns.workspace).where(*_waiting_for(platform, fix)).distinct()
        return tuple((self._connection.execute(query)).scalars())

    # -- whether anybody reads them -------------------------------------------------------------------------------

    def note_pressed(self, place: Place, message: str, at: datetime) -> None:
        """Note that somebody pressed a button of a message, where it is in a channel that gets a digest."""
        has_digest = select(_columns.id).where(*_of_channel(place), _columns.state == "active").limit(1)
        if self._connection.execute(has_digest).one_or_none() is not None:
            values = {"platform": place.platform, "channel": place.channel, "message": message, "at": at}
            self._connection.execute(insert_or_ignore(self._connection, pressed_messages, values))

    def pressed(self, platform: str, messages: Collection[tuple[str, str]]) -> frozenset[tuple[str, str]]:
        """Those of these messages of a platform that were pressed, each as its channel and its id."""
        pressed = pressed_messages.c
        channels, ids = {channel for channel, _ in messages}, {message for _, message in messages}
        where = pressed.platform == platform, pressed.channel.in_(channels), pressed.message.in_(ids)
        found = self._connection.execute(select(pressed.channel, pressed.message).where(*where))
        return frozenset((row.channel, row.message) for row in found) & frozenset(messages)

    def forget_pressed(self, before: datetime) -> int:
        """Forget messages that were pressed before an instant; returns how many."""
        return self._connection.execute(delete(pressed_messages).where(pressed_messages.c.at < before)).rowcount

    def not_asked(self, after: int, limit: int) -> tuple[Subscription, ...]:
        """Active ones whose owners were not asked yet whether they come too often, with ids greater than `after`."""
        query = select(subscriptions).where(_columns.state == "active", _columns.asked_at.is_(None))
        found = self._connection.execute(query.where(_columns.id > after).order_by(_columns.id).limit(limit))
        return tuple(_record(row) for row in found)

    def note_owner_asked(self, number: int, at: datetime) -> bool:
        """Note that whoever set a digest up is asked whether it comes too often; False where they were before."""
        fresh = update(subscriptions).where(_columns.id == number, _columns.asked_at.is_(None)).values(asked_at=at)
        return self._connection.execute(fresh).rowcount == 1

    def histories(self, ids: Iterable[str]) -> Mapping[str, str]:
        """What these histories say, by id."""
        query = select(digest_histories).where(digest_histories.c.id.in_(set(ids)))
        return {row.id: row.shown for row in self._connection.execute(query)}

    def keep_histories(self, shown: Mapping[str, str]) -> None:
        """Keep histories by id; those that are known stay as they are."""
        rows = [{"id": name, "shown": text} for name, text in shown.items()]
        for start in range(0, len(rows), _CHUNK):
            chunk = rows[start : start + _CHUNK]
            self._connection.execute(insert_or_ignore_all(self._connection, digest_histories, chunk))


@cache
def _next_query(dialect: str) -> Select[Any]:
    given = given_rows(dialect, _CHANNEL)
    is_it = and_(*(column == given.c[name] for name, column in _CHANNEL.items()))
    soonest = select(*_CHANNEL.values(), func.min(_columns.next_at).label("next_at")).join(given, is_it)
    is_ahead = _columns.state == "active", _columns.next_at > bindparam("now", type_=_columns.next_at.type)
    return soonest.where(*is_ahead).group_by(*_CHANNEL.values())


def _of_channel(place: Place) -> tuple[Any, ...]:
    return (
        _columns.platform == place.platform,
        _columns.workspace == place.workspace,
        _columns.channel == place.channel,
    )


def _waiting_for(platform: str, fix: str) -> tuple[Any, ...]:
    is_ours = (_columns.paused_by == "", _columns.paused_fix == fix)
    return (_columns.state == "paused", _columns.platform == platform, *is_ours)


def _wishes(of: NewSubscription | Subscription) -> dict[str, object]:
    """What people choose."""
    return {
        "at": f"{of.at:%H:%M}",
        "zone": of.zone,
        "days": of.days,
        "topics": ",".join(of.topics),
        "when_empty": of.when_empty,
        "catch_up": of.catch_up,
        "mention": of.mention,
    }


def _record(row: Row[tuple[Any, ...]]) -> Subscription:
    return Subscription(
        id=row.id,
        number=row.number,
        place=Place(row.platform, row.workspace, row.channel, row.thread or None),
        at=time.fromisoformat(row.at),
        zone=row.zone,
        days=row.days,
        made_by=row.made_by,
        made_at=row.made_at,
        topics=tuple(row.topics.split(",")) if row.topics else (),
        when_empty=row.when_empty,
        catch_up=row.catch_up,
        mention=row.mention,
        state=row.state,
        since=row.since,
        last_day=row.last_day,
        next_at=row.next_at,
        history=row.history,
        cursor=row.cursor,
        paused_reason=row.paused_reason,
        paused_fix=row.paused_fix,
        paused_by=row.paused_by,
    )
