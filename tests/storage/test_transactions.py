"""Work that writes and work that reads: what it sees, what limits and cancellations promise, what is left behind."""

import asyncio
import shutil
import sqlite3
import threading
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, closing
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import asyncpg
import pytest
from sqlalchemy import text

from newsbot.errors import StorageError, StorageUnavailable
from newsbot.storage.database import Database
from newsbot.storage.migrate import migrate
from newsbot.storage.sqlite import _Job
from newsbot.storage.transaction import Transaction
from tests.patience import PATIENCE

NOW = datetime(2026, 11, 23, tzinfo=UTC)
_BUSY = """
    SELECT count(*) FROM pg_stat_activity
    WHERE datname = current_database() AND state <> 'idle' AND pid <> pg_backend_pid()
"""


@pytest.fixture
async def file(tmp_path: Path, migrated_file: Path) -> AsyncIterator[Database]:
    """A migrated SQLite file: there work runs in threads, which a test can hold up."""
    database = Database(f"sqlite:///{await asyncio.to_thread(shutil.copyfile, migrated_file, tmp_path / 'n.db')}")
    yield database
    await database.close()


def claim(event: str) -> Any:
    return lambda tx: tx.events.claim("test", event, NOW)


async def stored(database: Database) -> set[str]:
    def work(tx: Transaction) -> set[str]:
        return set(tx._connection.execute(text("SELECT event_id FROM handled_events")).scalars())

    return await asyncio.wait_for(database.read(work), PATIENCE)


@asynccontextmanager
async def foreign_lock(url: str) -> AsyncIterator[None]:
    """Somebody else keeps everybody from writing."""
    if url.startswith("sqlite"):
        with closing(sqlite3.connect(url.removeprefix("sqlite:///"), isolation_level=None)) as other:
            other.execute("BEGIN IMMEDIATE")
            yield
            other.execute("ROLLBACK")
        return
    connection = await asyncpg.connect(url)
    async with connection.transaction():
        await connection.execute("LOCK TABLE handled_events IN ACCESS EXCLUSIVE MODE")
        yield
    await connection.close()


async def assert_free(database: Database, url: str) -> None:
    """No lock and no connection is left behind: everybody can write at once."""
    if url.startswith("sqlite"):
        with closing(sqlite3.connect(url.removeprefix("sqlite:///"), timeout=PATIENCE, isolation_level=None)) as other:
            other.execute("BEGIN IMMEDIATE")
            other.execute("ROLLBACK")
    else:
        connection = await asyncpg.connect(url)
        async with asyncio.timeout(PATIENCE):
            while await connection.fetchval(_BUSY):  # noqa: ASYNC110  # what was cancelled rolls back by itself
                await asyncio.sleep(0.01)
        await connection.close()
        pool: Any = database._backend.engine.pool  # type: ignore[union-attr] # PostgreSQL's
        assert pool.checkedout() == 0
    assert await asyncio.wait_for(database.write(claim("last")), PATIENCE)


async def test_what_is_written_is_there_for_whoever_reads_and_nothing_of_what_failed(database: Database) -> None:
    def broken(tx: Transaction) -> None:
        assert tx.events.claim("test", "broken", NOW)
        raise RuntimeError

    assert await database.write(claim("one"))
    with pytest.raises(RuntimeError):
        await database.write(broken)
    assert await stored(database) == {"one"}


async def test_a_read_cannot_write(database: Database) -> None:
    with pytest.raises(StorageError):
        await database.read(claim("one"))
    assert await stored(database) == set()
    assert await database.write(claim("one"))


async def test_a_read_waits_for_no_writer(file: Database) -> None:
    has_written, may_end = threading.Event(), threading.Event()

    def long(tx: Transaction) -> None:
        tx.events.claim("test", "slow", NOW)
        has_written.set()
        may_end.wait(PATIENCE)

    writing = asyncio.create_task(file.write(long))
    await asyncio.to_thread(has_written.wait, PATIENCE)
    assert await stored(file) == set()
    may_end.set()
    await writing
    assert await stored(file) == {"slow"}


async def test_a_read_goes_on_while_another_process_holds_the_lock(database_url: str) -> None:
    database = Database(database_url)
    async with foreign_lock(database_url):
        assert await asyncio.wait_for(database.read(lambda tx: tx.subscriptions.next_due()), PATIENCE) is None
    await database.close()


async def test_a_read_sees_one_state_of_the_database(file: Database) -> None:
    has_begun, may_look = threading.Event(), threading.Event()

    def look(tx: Transaction) -> int:
        has_begun.set()
        may_look.wait(PATIENCE)
        return int(tx._connection.execute(text("SELECT count(*) FROM handled_events")).scalar_one())

    reading = asyncio.create_task(file.read(look))
    await asyncio.to_thread(has_begun.wait, PATIENCE)
    await file.write(claim("later"))
    may_look.set()
    assert await reading == 0


# -- limits -----------------------------------------------------------------------------------------------------------


async def test_a_limit_holds_while_somebody_else_has_the_lock_and_nothing_comes_of_it(database_url: str) -> None:
    database = Database(database_url, busy_seconds=10 * PATIENCE)  # so it is the limit that ends the wait
    async with foreign_lock(database_url):
        with pytest.raises(StorageUnavailable):
            await asyncio.wait_for(database.write(claim("late"), within=0.3), PATIENCE)
    await assert_free(database, database_url)
    assert await stored(database) == {"last"}
    await database.close()


async def test_a_statement_that_lasts_is_ended_at_the_limit(database: Database, database_url: str) -> None:
    endless = (
        "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT count(*) FROM n"
        if database.is_sqlite
        else "SELECT pg_sleep(600)"
    )

    def work(tx: Transaction) -> None:
        tx.events.claim("test", "late", NOW)
        tx._connection.execute(text(endless))

    for ask in (database.write, database.read):
        with pytest.raises(StorageError):
            await ask(work if ask == database.write else lambda tx: tx._connection.execute(text(endless)), within=0.3)
    await assert_free(database, database_url)
    assert await stored(database) == {"last"}


async def test_work_that_still_runs_at_the_limit_does_not_commit(file: Database) -> None:
    may_end = threading.Event()

    def slow(tx: Transaction) -> None:
        tx.events.claim("test", "slow", NOW)
        may_end.wait(PATIENCE)

    with pytest.raises(StorageUnavailable):
        await file.write(slow, within=0.1)
    did_run = []
    with pytest.raises(StorageUnavailable):  # the thread is still busy, so this one waits in its queue
        await file.write(lambda tx: did_run.append(claim("queued")(tx)), within=0.1)
    may_end.set()
    assert await file.write(claim("next"))
    assert await stored(file) == {"next"}
    assert not did_run


def test_a_job_is_committed_or_given_up_and_never_both() -> None:
    first = _Job[None](lambda _: None, 0)
    assert first.may_commit()
    assert not first.give_up()
    second = _Job[None](lambda _: None, 0)
    assert second.give_up()
    assert not second.may_commit()


async def test_a_limit_that_is_not_reached_changes_nothing(database: Database) -> None:
    assert await database.write(claim("one"), within=PATIENCE)
    assert await database.read(lambda tx: tx.leases.holders("x", NOW), within=PATIENCE) == ()
    with pytest.raises(ZeroDivisionError):
        await database.write(lambda _: 1 // 0, within=PATIENCE)


# -- cancellations ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("number", [1, 5, 20, 40])
async def test_a_storm_of_cancellations_leaves_no_lock_and_no_connection(
    database: Database, database_url: str, number: int
) -> None:
    kept: set[str] = set()

    async def one(name: str) -> None:
        await database.write(claim(name), within=None if int(name) % 2 else PATIENCE)
        kept.add(name)

    await database.write(lambda _: None)
    for turns in range(6):
        tasks = [asyncio.create_task(one(str(turns * 100 + each))) for each in range(number)]
        for _ in range(turns * 2):
            await asyncio.sleep(0)
        for task in tasks:
            task.cancel()
        await asyncio.wait(tasks, timeout=PATIENCE)
        assert all(task.done() for task in tasks)
    await assert_free(database, database_url)
    assert kept <= await stored(database)


async def test_one_who_is_cancelled_while_another_process_holds_the_lock_leaves_at_once(database_url: str) -> None:
    database = Database(database_url)
    async with foreign_lock(database_url):
        tasks = [asyncio.create_task(database.write(claim(str(each)))) for each in range(10)]
        await asyncio.sleep(0.1)
        for task in tasks:
            task.cancel()
        await asyncio.wait_for(asyncio.wait(tasks), PATIENCE)
    await assert_free(database, database_url)
    assert await stored(database) == {"last"}
    await database.close()


# -- in memory --------------------------------------------------------------------------------------------------------


async def test_a_database_in_memory_is_one_for_all_who_read_and_write() -> None:
    database = Database("sqlite:///:memory:")
    await migrate(database)
    await asyncio.gather(*(database.write(claim(str(each))) for each in range(10)))
    found = await asyncio.gather(*(stored(database) for _ in range(10)))
    assert all(len(each) == 10 for each in found)
    other = Database("sqlite://")
    with pytest.raises(StorageError):
        await stored(other)
    await database.close()
    await other.close()
