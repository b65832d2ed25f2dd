"""The database: work in a transaction that writes or one that reads, on SQLite or PostgreSQL, with errors as ours."""

import sqlite3
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, TypeVar

from sqlalchemy.engine import URL

from newsbot.errors import StorageUnavailable
from newsbot.messages.requests import Place
from newsbot.storage.addresses import parse
from newsbot.storage.records import NumberReport
from newsbot.storage.sqlite import Sqlite
from newsbot.storage.transaction import Transaction

if TYPE_CHECKING:
    from newsbot.storage.postgresql import Postgresql

_Result = TypeVar("_Result")

_CHECK = "health"  # the sign of life that `check` writes
_MOVED = "The file of the database was deleted or replaced while newsbot runs: restore it, or restart newsbot."


class Database:
    """A database at an address. Nothing is opened before the first transaction."""

    def __init__(self, url: str, busy_seconds: float = 10.0) -> None:
        """`url` as in DATABASE_URL: `sqlite:///file.db` or `postgresql://user:password@host/name`.

        On SQLite a writer waits `busy_seconds` for one of another process before it gives up.

        Raises SettingsError where it is none.
        """
        parsed = parse(url)
        self.is_sqlite = parsed.get_backend_name() == "sqlite"
        self._backend = Sqlite(parsed, busy_seconds) if self.is_sqlite else _postgresql(parsed)

    async def write(self, work: Callable[[Transaction], _Result], *, within: float | None = None) -> _Result:
        """The result of `work` in a transaction: committed when it returns, rolled back when an error leaves it.

        `work` runs in a thread or beside the event loop. It does nothing but read and write here: no other I/O, no
        waiting, and what it changes outside may happen although the transaction does not.

        `within` is a limit in seconds, whoever holds a lock. At the limit, and when the caller is cancelled, the work
        is given up and nothing of it is ever stored; where it is being committed at that moment, its result counts.

        Raises StorageUnavailable where the database cannot be reached, is locked, its disk is full or the limit is
        over, StorageError for anything else it refuses.
        """
        return await self._backend.write(lambda connection: work(Transaction(connection)), within)

    async def read(self, work: Callable[[Transaction], _Result], *, within: float | None = None) -> _Result:
        """As `write`, of `work` that only reads: it sees one state of the database and waits for no writer.

        What writes within `work` raises StorageError. Rows that a repository holds are not held here.
        """
        return await self._backend.read(lambda connection: work(Transaction(connection)), within)

    async def check(self, at: datetime, *, within: float = 5.0) -> None:
        """Do nothing where the database can be read and written, and is the one that was opened at first.

        Raises StorageError, in whose sentence the reason stands.
        """
        if isinstance(self._backend, Sqlite) and not self._backend.is_same_file():
            raise StorageUnavailable(_MOVED)
        await self.write(lambda tx: tx.watches.beat(_CHECK, at), within=within)

    async def optimize(self) -> None:
        """Let SQLite look anew at how its tables are filled: after the start, then daily. PostgreSQL does so itself."""
        if isinstance(self._backend, Sqlite):
            await self._backend.optimize()

    def on_open(self, prepare: Callable[[sqlite3.Connection], None]) -> None:
        """Let `prepare` see each connection to SQLite that is opened from now on: so drills fill a disk."""
        if isinstance(self._backend, Sqlite):
            self._backend.on_open.append(prepare)

    async def close(self) -> None:
        """Give back every connection."""
        await self._backend.close()


def _postgresql(url: URL) -> "Postgresql":
    from newsbot.storage.postgresql import Postgresql  # its driver is not needed for SQLite

    return Postgresql(url)


class DurableEvents:
    """The dispatcher's memory of handled events, one transaction a claim."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def claim(self, platform: str, event_id: str, at: datetime) -> bool:
        """Whether this event is new; see `EventRepository.claim`."""
        return await self._database.write(lambda tx: tx.events.claim(platform, event_id, at))


class DurableChoices:
    """What places chose, one transaction a look or a change."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def get(self, place: Place, name: str) -> str | None:
        """The choice that holds in `place`; see `SettingRepository.get`."""
        found = await self._database.read(lambda tx: tx.settings.get(place, name))
        return found.value if found else None

    async def put(self, place: Place, name: str, value: str, at: datetime, by: str) -> None:
        """Keep a choice for the channel of `place`."""
        await self._database.write(lambda tx: tx.settings.put(place, name, value, at, by))


class DurableReports:
    """What people say is wrong with numbers: at most so many a day from a server or workspace, each stored for good."""

    def __init__(self, database: Database, most_a_day: int = 50) -> None:
        self._database = database
        self._most_a_day = most_a_day

    async def add(self, place: Place, figure: str, shown: str, content_version: str, words: str, at: datetime) -> bool:
        """Keep a report; False, and nothing is kept, where too many came from there within a day."""
        report = NumberReport(place.platform, place.workspace, figure, shown, content_version, words, at)

        def store(tx: Transaction) -> bool:
            since = at - timedelta(days=1)
            if tx.reports.count_since(place.platform, place.workspace, since) >= self._most_a_day:
                return False
            tx.reports.add(report)
            return True

        return await self._database.write(store)
