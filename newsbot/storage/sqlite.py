"""SQLite: one thread that writes, a few that read, and jobs that can be given up as long as they did not commit."""

import asyncio
import os
import sqlite3
import threading
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from pathlib import Path
from typing import Generic, TypeVar

from sqlalchemy import Connection, Engine, create_engine
from sqlalchemy.engine import URL
from sqlalchemy.pool import NullPool

from newsbot.errors import StorageUnavailable
from newsbot.storage.addresses import connect, file_of, in_memory
from newsbot.storage.errors import DATABASE_ERRORS, TOO_SLOW, is_busy, sqlite_error
from newsbot.storage.statements import READING
from newsbot.storage.tables import metadata

_Result = TypeVar("_Result")

_READERS = 3
_SMALL = 1_000  # rows
_STEPS = 100_000  # of SQLite's machine: about a millisecond
_BUSY_STEP = 0.025  # a lock is waited for in steps of that many seconds: between two a job may be given up


class _GivenUp(Exception):
    """Nobody waits for this job any more, so nobody sees this."""


class _Job(Generic[_Result]):
    """One piece of work in a transaction. Whether it commits or is given up is decided once, under a lock."""

    def __init__(self, work: Callable[[Connection], _Result], give_up_at: float) -> None:
        self.work = work
        self.give_up_at = give_up_at  # by time.monotonic: how long a lock is waited for
        self._lock = threading.Lock()
        self._is_given_up = False
        self._is_committing = False
        self._driver: sqlite3.Connection | None = None

    def begin(self, driver: sqlite3.Connection) -> bool:
        """Note on which connection it runs; False where it was given up before."""
        with self._lock:
            self._driver = driver
            return not self._is_given_up

    def may_commit(self) -> bool:
        """Whether it commits now; from then on it cannot be given up any more."""
        with self._lock:
            self._is_committing = not self._is_given_up
            return self._is_committing

    def end(self) -> None:
        """Nothing of it runs on its connection any more: what is interrupted later is not the next job."""
        with self._lock:
            self._driver = None

    def give_up(self) -> bool:
        """Whether it will never commit. A statement of it that runs is interrupted."""
        with self._lock:
            if self._is_committing:
                return False
            self._is_given_up = True
            if self._driver is not None:
                with suppress(sqlite3.ProgrammingError):  # closed, as it could not be rolled back
                    self._driver.interrupt()
            return True

    @property
    def is_given_up(self) -> bool:
        """Whether nobody waits for it any more."""
        return self._is_given_up


class Sqlite:
    """A SQLite database in a file or in memory. Nothing is opened before the first job."""

    def __init__(self, url: URL, busy_seconds: float) -> None:
        """A job waits `busy_seconds` for a lock that another connection holds before it is refused."""
        self.file = file_of(url)
        self.name = str(self.file) if self.file else in_memory()
        self._busy_seconds = busy_seconds
        self.on_open: list[Callable[[sqlite3.Connection], None]] = []
        self._anchor: sqlite3.Connection | None = None  # what is in memory lasts as long as one connection to it
        self._opened: tuple[int, int] | None = None  # device and number of the file as it was at first
        self._opening = threading.Lock()
        self._writer = _Lane(1, self._engine(is_reading=False), "newsbot-writer")
        self._readers = _Lane(_READERS, self._engine(is_reading=True), "newsbot-reader")

    async def write(self, work: Callable[[Connection], _Result], within: float | None) -> _Result:
        """The result of `work` in a transaction that is alone in writing."""
        return await self._run(self._writer, work, within)

    async def read(self, work: Callable[[Connection], _Result], within: float | None) -> _Result:
        """The result of `work`, which sees one state of the database and cannot write. It waits for no writer."""
        return await self._run(self._readers, work, within)

    async def _run(self, lane: "_Lane", work: Callable[[Connection], _Result], within: float | None) -> _Result:
        wait = self._busy_seconds if within is None else min(within, self._busy_seconds)
        job = _Job(work, time.monotonic() + wait)
        loop = asyncio.get_running_loop()
        future = loop.run_in_executor(lane.threads, lane.do, job)
        try:
            if within is not None:
                done, _ = await asyncio.wait((future,), timeout=within)
                if not done and job.give_up():
                    future.cancel()  # drops it where it did not begin
                    raise StorageUnavailable(TOO_SLOW)
            return await future
        except asyncio.CancelledError:
            job.give_up()
            future.cancel()
            raise
        except DATABASE_ERRORS as error:
            raise sqlite_error(error, self.name) from error

    async def optimize(self) -> None:
        """Let SQLite look at a sample of the tables that changed much, for its plans."""
        await self._run(self._writer, _optimize, None)

    def is_same_file(self) -> bool:
        """Whether the file is the one that was opened at first: not deleted, not another one in its place."""
        return self.file is None or self._opened is None or _identity(self.file) == self._opened

    def make_file(self) -> None:
        """Make the file and its folder where there is none, which happens once: later it would hide a loss.

        Only its owner may read it. Raises StorageUnavailable where it cannot be made.
        """
        with self._opening:
            if self.file is None:
                self._anchor = self._anchor or connect(None, self.name, 0)
                return
            if self._opened is not None:
                return
            try:
                self.file.parent.mkdir(parents=True, exist_ok=True)
            except OSError as error:
                sentence = f"The folder of the database cannot be made: {error.strerror} ({self.file.parent})."
                raise StorageUnavailable(sentence) from error
            with suppress(OSError):  # there already, or not allowed: opening it says what is wrong
                os.close(os.open(self.file, os.O_CREAT | os.O_EXCL, 0o600))
            self._opened = _identity(self.file)

    def _engine(self, *, is_reading: bool) -> Engine:
        def open_connection() -> sqlite3.Connection:
            self.make_file()
            driver = connect(self.file, self.name, _BUSY_STEP)
            try:
                prepare(driver)
                driver.execute(f"PRAGMA query_only={'ON' if is_reading else 'OFF'}")
                for each in self.on_open:
                    each(driver)
            except BaseException:
                driver.close()
                raise
            return driver

        # Autocommit, as SQLAlchemy calls it: transactions are begun and ended by the lane.
        engine = create_engine(
            "sqlite://",
            creator=open_connection,
            poolclass=NullPool,
            hide_parameters=True,
            isolation_level="AUTOCOMMIT",
        )
        return engine.execution_options(**{READING: is_reading})

    async def close(self) -> None:
        """End the threads, once what they do has ended, and give back every connection."""
        await asyncio.get_running_loop().run_in_executor(None, self._close)

    def _close(self) -> None:
        self._writer.close()
        self._readers.close()
        if self._anchor is not None:
            self._anchor.close()


class _Lane:
    """Threads that do jobs, each with a connection of its own."""

    def __init__(self, threads: int, engine: Engine, name: str) -> None:
        self.threads = ThreadPoolExecutor(threads, name)
        self._engine = engine
        self._begin = "BEGIN" if engine.get_execution_options()[READING] else "BEGIN IMMEDIATE"
        self._own = threading.local()
        self._connections: set[Connection] = set()

    def do(self, job: _Job[_Result]) -> _Result:
        """The result of a job, whose transaction is over with that; of one that was given up whatever it raises."""
        if job.is_given_up:
            raise _GivenUp
        connection, driver = self._connection()
        self._own.job = job
        try:
            if not job.begin(driver):
                raise _GivenUp
            self._begin_transaction(driver, job)
            result = job.work(connection)
            if not job.may_commit():
                raise _GivenUp
            self._commit(driver)
            connection.commit()  # tells SQLAlchemy that its transaction, too, is over
        except BaseException:
            self._roll_back(connection)
            raise
        finally:
            job.end()
        return result

    def _connection(self) -> tuple[Connection, sqlite3.Connection]:
        connection: Connection | None = getattr(self._own, "connection", None)
        if connection is None:
            connection = self._engine.connect()
            self._own.connection = connection
            self._connections.add(connection)
            # An interruption between two statements is lost: so the next one asks now and then.
            self._driver_of(connection).set_progress_handler(self._is_given_up, _STEPS)
        return connection, self._driver_of(connection)

    @staticmethod
    def _driver_of(connection: Connection) -> sqlite3.Connection:
        driver = connection.connection.driver_connection
        assert isinstance(driver, sqlite3.Connection)
        return driver

    def _is_given_up(self) -> bool:
        """Whether nobody waits for what this thread does."""
        job: _Job[object] = self._own.job
        return job.is_given_up

    def _begin_transaction(self, driver: sqlite3.Connection, job: "_Job[_Result]") -> None:
        while True:
            try:
                driver.execute(self._begin)
                if self._begin == "BEGIN":  # which takes nothing by itself: what is seen is settled here
                    driver.execute("SELECT 1 FROM sqlite_schema LIMIT 1").fetchone()
            except sqlite3.OperationalError as error:
                if driver.in_transaction:
                    driver.execute("ROLLBACK")
                if not is_busy(error) or job.is_given_up or time.monotonic() >= job.give_up_at:
                    raise
            else:
                return

    @staticmethod
    def _commit(driver: sqlite3.Connection) -> None:
        while driver.in_transaction:
            try:
                driver.execute("COMMIT")
            except sqlite3.OperationalError as error:
                if not is_busy(error):  # readers of a database without a journal of its own are waited for
                    raise

    def _roll_back(self, connection: Connection) -> None:
        """End the transaction; a connection that cannot is closed, which ends it too."""
        try:
            connection.rollback()
            driver = self._driver_of(connection)
            if driver.in_transaction:
                driver.rollback()
        except Exception:  # noqa: BLE001  # whatever it is: the next job gets a fresh one
            self._own.connection = None
            self._connections.discard(connection)
            connection.invalidate()
            connection.close()

    def close(self) -> None:
        """End the threads and close their connections."""
        self.threads.shutdown()
        for connection in self._connections:
            connection.close()
        self._connections.clear()
        self._engine.dispose()


def prepare(driver: sqlite3.Connection) -> None:
    """Set what newsbot expects of a connection; also for one of another driver with the same methods."""
    # The journal's kind stays with the file. While another process writes it cannot be changed, and is not waited for;
    # that one changed it when it opened the file.
    with suppress(sqlite3.OperationalError):
        driver.execute("PRAGMA journal_mode=WAL")
    # A checkpoint after 16 MB in the place of 4: each one waits for the disk.
    for pragma in ("synchronous=NORMAL", "foreign_keys=ON", "wal_autocheckpoint=4000"):
        driver.execute(f"PRAGMA {pragma}")


def _optimize(connection: Connection) -> None:
    """Let SQLite look at a sample of each table that is not small.

    What it finds in a small one would be wrong soon: it would read all of a table because it once had three rows.
    """
    connection.exec_driver_sql("PRAGMA analysis_limit=400")  # rows looked at in each index
    for table in metadata.tables:
        some = f'SELECT count(*) FROM (SELECT 1 FROM "{table}" LIMIT {_SMALL})'  # noqa: S608  # no input
        if connection.exec_driver_sql(some).scalar_one() == _SMALL:
            connection.exec_driver_sql(f'ANALYZE "{table}"')


def _identity(file: Path) -> tuple[int, int] | None:
    try:
        found = file.stat()
    except OSError:
        return None
    return found.st_dev, found.st_ino
