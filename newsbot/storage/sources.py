"""Sources of news: when each is polled next, who polls it now, and what is known of it; and the pace of hosts."""

from collections.abc import Collection, Mapping
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, Row, func, or_, select, update

from newsbot.storage.records import StoredSource
from newsbot.storage.statements import insert_or_ignore, insert_or_ignore_all, lock_writers, with_row_locks
from newsbot.storage.tables import news_hosts, news_sources

_columns = news_sources.c


class SourceRepository:
    """Sources by the id that the operator gave them. `body` is what is known of one, as text."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def add(self, ids: Collection[str], now: datetime) -> None:
        """Let these be known; one that is new is due at once."""
        known = set(self._connection.execute(select(_columns.id).where(_columns.id.in_(ids))).scalars())
        rows = [
            {
                "id": id_,
                "host": "",
                "next_at": now,
                "is_troubled": False,
                "lease_by": "",
                "lease_until": None,
                "body": "",
            }
            for id_ in ids
            if id_ not in known
        ]
        if rows:
            self._connection.execute(insert_or_ignore_all(self._connection, news_sources, rows))

    def claim(
        self, hosts: Mapping[str, str], holder: str, now: datetime, until: datetime, well: int, troubled: int
    ) -> tuple[StoredSource, ...]:
        """Lease sources that are due: of those that go well, and of those in trouble, up to so many each.

        `hosts` holds the host of each source that may be polled. Of one host there is at most one under way in all
        processes, and none of a host that wants to be left alone until later.
        """
        lock_writers(self._connection, news_sources)  # else two processes could take two sources of one host at once
        is_free = or_(_columns.lease_until.is_(None), _columns.lease_until <= now)
        query = select(news_sources).where(_columns.id.in_(hosts), _columns.next_at <= now, is_free)
        due = self._connection.execute(query.order_by(_columns.next_at, _columns.id)).all()
        busy, paused, left = self._busy_hosts(now), self._paused_hosts(now), {False: well, True: troubled}
        taken = []
        for row in due:
            host = hosts[row.id]
            if host in paused:  # it is due when the host is free: until then nobody needs to look
                self._connection.execute(update(news_sources).where(_columns.id == row.id).values(next_at=paused[host]))
                continue
            if host in busy or not left[row.is_troubled]:
                continue
            busy.add(host)
            left[row.is_troubled] -= 1
            taken.append(row)
            values = {"lease_by": holder, "lease_until": until, "host": host}
            self._connection.execute(update(news_sources).where(_columns.id == row.id).values(values))
        return tuple(_record(row) for row in taken)

    def _busy_hosts(self, now: datetime) -> set[str]:
        leased = select(_columns.host).where(_columns.lease_until > now)
        return set(self._connection.execute(leased).scalars())

    def _paused_hosts(self, now: datetime) -> dict[str, datetime]:
        """The hosts that nobody may ask now, and until when."""
        query = select(news_hosts.c.host, news_hosts.c.free_at).where(news_hosts.c.free_at > now)
        return {row.host: row.free_at for row in self._connection.execute(query)}

    def settle(self, id_: str, holder: str, body: str, next_at: datetime | None, *, is_troubled: bool) -> bool:
        """Keep what a poll found and end its lease; whether it was still `holder`'s.

        It is polled no more where `next_at` is None.
        """
        values = {
            "body": body,
            "next_at": next_at,
            "is_troubled": is_troubled,
            "lease_by": "",
            "lease_until": None,
        }
        is_ours = (_columns.id == id_) & (_columns.lease_by == holder)
        return self._connection.execute(update(news_sources).where(is_ours).values(values)).rowcount == 1

    def extend(self, ids: Collection[str], holder: str, until: datetime) -> None:
        """Keep those leases of these that are still `holder`'s longer."""
        is_ours = _columns.id.in_(ids) & (_columns.lease_by == holder)
        self._connection.execute(update(news_sources).where(is_ours).values(lease_until=until))

    def release(self, holder: str) -> None:
        """Give every lease of `holder` back, with nothing found: whoever comes next polls those sources."""
        is_ours = _columns.lease_by == holder
        self._connection.execute(update(news_sources).where(is_ours).values(lease_by="", lease_until=None))

    def make_due(self, ids: Collection[str], now: datetime) -> None:
        """Let these be polled as soon as may be."""
        self._connection.execute(update(news_sources).where(_columns.id.in_(ids)).values(next_at=now))

    def next_due(self, ids: Collection[str]) -> datetime | None:
        """When the next of these is due that nobody polls now."""
        query = select(func.min(_columns.next_at)).where(_columns.id.in_(ids), _columns.lease_until.is_(None))
        found: datetime | None = self._connection.execute(query).scalar_one()
        return found

    def all(self) -> tuple[StoredSource, ...]:
        """Every source that was ever known, by id."""
        return tuple(_record(row) for row in self._connection.execute(select(news_sources).order_by(_columns.id)))

    # -- the pace of hosts --------------------------------------------------------------------------------------------

    def reserve(self, host: str, now: datetime, gap: timedelta) -> datetime:
        """When the next request to a host may leave; the one after it `gap` later, whichever process sends it."""
        turn = max(now, self._free_at(host, now))
        self._keep_free_at(host, turn + gap)
        return turn

    def pause(self, host: str, now: datetime, until: datetime) -> None:
        """Let nobody ask a host before an instant."""
        if until > self._free_at(host, now):
            self._keep_free_at(host, until)

    def _free_at(self, host: str, now: datetime) -> datetime:
        """When a host may be asked. Nobody else changes that until this transaction ends."""
        self._connection.execute(insert_or_ignore(self._connection, news_hosts, {"host": host, "free_at": now}))
        query = with_row_locks(self._connection, select(news_hosts.c.free_at).where(news_hosts.c.host == host))
        found: datetime = self._connection.execute(query).scalar_one()
        return found

    def _keep_free_at(self, host: str, at: datetime) -> None:
        self._connection.execute(update(news_hosts).where(news_hosts.c.host == host).values(free_at=at))


def _record(row: Row[Any]) -> StoredSource:
    return StoredSource(**{name: row._mapping[name] for name in StoredSource.__dataclass_fields__})
