"""The database: one engine for SQLite or PostgreSQL, transactions with repositories, errors as ours."""

import asyncio
import logging
import sqlite3
from collections.abc import AsyncIterator, Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from pathlib import Path
from typing import Any, TypeVar

from sqlalchemy import Connection, Engine, create_engine, event
from sqlalchemy.engine import URL, make_url
from sqlalchemy.exc import ArgumentError, DBAPIError, SQLAlchemyError
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine, create_async_engine

from newsbot.errors import SettingsError, StorageError, StorageUnavailable
from newsbot.messages.requests import Place
from newsbot.storage.deliveries import DeliveryRepository
from newsbot.storage.events import EventRepository
from newsbot.storage.games import GameRepository
from newsbot.storage.installations import InstallationRepository
from newsbot.storage.leases import LeaseRepository
from newsbot.storage.players import PlayerRepository
from newsbot.storage.settings import SettingRepository
from newsbot.storage.subscriptions import SubscriptionRepository
from newsbot.storage.watches import WatchRepository
from newsbot.storage.webmessages import WebMessageRepository

log = logging.getLogger(__name__)
_Result = TypeVar("_Result")
Turn = Connection  # what the work of `Database.run` is done with; its callers hand it on to this package's functions

_REFUSED = "The database refused what newsbot wanted to store."
_UNAVAILABLE = (
    *(
        "locked",
        "busy",
        "disk is full",
        "disk i/o",
        "readonly",
        "unable to open",
        "connect",
        "closed",
        "timeout",
    ),
    *("no space left", "too many clients", "shutting down", "starting up", "recovery mode"),
)


@dataclass(frozen=True)
class Transaction:
    """One transaction; what its repositories do happens together or not at all."""

    connection: AsyncConnection

    @cached_property
    def events(self) -> EventRepository:
        """Handled events."""
        return EventRepository(self.connection)

    @cached_property
    def deliveries(self) -> DeliveryRepository:
        """The outbox."""
        return DeliveryRepository(self.connection)

    @cached_property
    def installations(self) -> InstallationRepository:
        """Slack workspaces that installed newsbot."""
        return InstallationRepository(self.connection)

    @cached_property
    def leases(self) -> LeaseRepository:
        """Claims by which processes take turns."""
        return LeaseRepository(self.connection)

    @cached_property
    def games(self) -> GameRepository:
        """Games of the quiz."""
        return GameRepository(self.connection)

    @cached_property
    def players(self) -> PlayerRepository:
        """People who play."""
        return PlayerRepository(self.connection)

    @cached_property
    def subscriptions(self) -> SubscriptionRepository:
        """Digests that come by themselves."""
        return SubscriptionRepository(self.connection)

    @cached_property
    def watches(self) -> WatchRepository:
        """Signs of life, outages, incidents."""
        return WatchRepository(self.connection)

    @cached_property
    def web_messages(self) -> WebMessageRepository:
        """Messages of the web chat."""
        return WebMessageRepository(self.connection)

    @cached_property
    def settings(self) -> SettingRepository:
        """Settings of places."""
        return SettingRepository(self.connection)


class Database:
    """A database at an address. Nothing is opened before the first transaction."""

    def __init__(self, url: str, busy_seconds: float = 10.0) -> None:
        """`url` as in DATABASE_URL: `sqlite:///file.db` or `postgresql://user:password@host/name`.

        On SQLite a writer waits `busy_seconds` for another one before it gives up.

        Raises SettingsError where it is none.
        """
        self.url = _driver_url(url)
        self.is_sqlite = self.url.get_backend_name() == "sqlite"
        self.engine = _engine(self.url, self.is_sqlite, busy_seconds)
        self._thread = ThreadPoolExecutor(1, "newsbot-database")
        self._quick = _quick_engine(self.url, busy_seconds) if self.is_sqlite and _is_file(self.url) else None

    @asynccontextmanager
    async def transaction(self) -> AsyncIterator[Transaction]:
        """A transaction: committed at the end, rolled back when an error leaves it.

        Raises StorageUnavailable where the database cannot be reached, is locked or its disk is full, StorageError for
        anything else it refuses.
        """
        is_open = False
        try:
            async with self.engine.begin() as connection:
                is_open = True
                yield Transaction(connection)
        except (DBAPIError, sqlite3.Error, OSError) as error:
            if is_open and isinstance(error, OSError):
                raise  # the caller's own, not the connection's
            raise _as_ours(error) from error
        except SQLAlchemyError as error:
            raise StorageError(_REFUSED) from error

    async def run(self, work: Callable[[Connection], _Result]) -> _Result:
        """The result of `work` in a transaction of its own: for a short write whose latency a person feels.

        On SQLite the whole of it takes one turn of a thread, where `transaction` takes a turn for each step. Raises as
        `transaction` does.
        """
        if self._quick is None:
            async with self.transaction() as transaction:
                return await transaction.connection.run_sync(work)
        try:
            return await asyncio.get_running_loop().run_in_executor(self._thread, self._run_quick, work)
        except (DBAPIError, sqlite3.Error) as error:
            raise _as_ours(error) from error
        except SQLAlchemyError as error:
            raise StorageError(_REFUSED) from error

    def _run_quick(self, work: Callable[[Connection], _Result]) -> _Result:
        assert self._quick is not None
        with self._quick.begin() as connection:
            return work(connection)

    async def close(self) -> None:
        """Give back every connection."""
        await self.engine.dispose()
        if self._quick is not None:
            await asyncio.get_running_loop().run_in_executor(self._thread, self._quick.dispose)
        self._thread.shutdown()


class DurableEvents:
    """The dispatcher's memory of handled events, one transaction a claim."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def claim(self, platform: str, event_id: str, at: Any) -> bool:
        """Whether this event is new; see `EventRepository.claim`."""
        async with self._database.transaction() as transaction:
            return await transaction.events.claim(platform, event_id, at)


class DurableChoices:
    """What places chose, one transaction a look or a change."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def get(self, place: Place, name: str) -> str | None:
        """The choice that holds in `place`; see `SettingRepository.get`."""
        async with self._database.transaction() as transaction:
            found = await transaction.settings.get(place, name)
        return found.value if found else None

    async def put(self, place: Place, name: str, value: str, at: datetime, by: str) -> None:
        """Keep a choice for the channel of `place`."""
        async with self._database.transaction() as transaction:
            await transaction.settings.put(place, name, value, at, by)


def _driver_url(url: str) -> URL:
    try:
        parsed = make_url(url)
    except ArgumentError:
        raise SettingsError("DATABASE_URL is no address of a database (sqlite:///file.db or postgresql://…)") from None
    backend = {"postgres": "postgresql"}.get(parsed.get_backend_name(), parsed.get_backend_name())
    if backend == "sqlite":
        return parsed.set(drivername="sqlite+aiosqlite")
    # asyncpg calls libpq's `sslmode` `ssl`; hosting companies hand out addresses with `sslmode`.
    query = {("ssl" if name == "sslmode" else name): value for name, value in parsed.query.items()}
    return parsed.set(drivername=f"{backend}+asyncpg", query=query)


def _is_file(url: URL) -> bool:
    """Whether a SQLite address is a file, which every connection sees; one in memory is each connection's own."""
    return bool(url.database) and url.database != ":memory:"


def _engine(url: URL, is_sqlite: bool, busy_seconds: float) -> AsyncEngine:
    if not is_sqlite:
        return create_async_engine(url, pool_pre_ping=True, hide_parameters=True)
    if _is_file(url):
        try:
            Path(str(url.database)).parent.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            sentence = (
                f"The folder of the database cannot be made: {error.strerror} ({Path(str(url.database)).parent})."
            )
            raise StorageUnavailable(sentence) from error
    engine = create_async_engine(url, connect_args={"timeout": busy_seconds}, hide_parameters=True)
    event.listen(engine.sync_engine, "connect", _prepare_sqlite)
    event.listen(engine.sync_engine, "begin", _begin_immediate)
    return engine


def _quick_engine(url: URL, busy_seconds: float) -> Engine:
    """The same SQLite file by the driver of the standard library, for one thread."""
    engine = create_engine(url.set(drivername="sqlite"), connect_args={"timeout": busy_seconds}, hide_parameters=True)
    event.listen(engine, "connect", _prepare_sqlite)
    event.listen(engine, "begin", _begin_at_once)
    return engine


def _begin_at_once(connection: Connection) -> None:
    driver: Any = connection.connection.driver_connection
    driver.execute("BEGIN IMMEDIATE")


def _prepare_sqlite(connection: Any, _record: object) -> None:
    connection.isolation_level = None  # transactions are begun below, not by the driver in its own way
    cursor = connection.cursor()
    # The journal's kind stays with the file. While another process writes it cannot be changed, and is not waited for;
    # that one changed it when it opened the file.
    with suppress(sqlite3.OperationalError):
        cursor.execute("PRAGMA journal_mode=WAL")
    # A checkpoint after 16 MB in the place of 4: each one waits for the disk.
    for pragma in ("synchronous=NORMAL", "foreign_keys=ON", "wal_autocheckpoint=4000"):
        cursor.execute(f"PRAGMA {pragma}")
    cursor.close()


def _begin_immediate(connection: Any) -> None:
    # A transaction that reads first and writes later could otherwise not be retried when another one wrote in between.
    # Straight to the driver: a cursor of SQLAlchemy's would cost three more turns of the driver's thread.
    connection.connection.dbapi_connection.run_async(lambda driver: driver.execute("BEGIN IMMEDIATE"))


def _as_ours(error: Exception) -> StorageError:
    log.error("the database: %s", getattr(error, "orig", error))  # the driver's words, which hold no password
    words = str(getattr(error, "orig", error)).lower()
    is_passing = isinstance(error, OSError) or getattr(error, "connection_invalidated", False)
    if is_passing or any(sign in words for sign in _UNAVAILABLE):
        return StorageUnavailable("The database cannot be used at the moment. Try again in a minute.")
    return StorageError(_REFUSED)
