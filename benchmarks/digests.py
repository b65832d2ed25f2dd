"""Digests: how long it takes from waking up to every row in the outbox, beside raw inserts; a year simulated."""

import asyncio
import gc
import math
import statistics
import tempfile
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import asynccontextmanager
from datetime import UTC, date, datetime, timedelta
from functools import partial
from pathlib import Path
from typing import Any

from benchmarks.measure import Row
from drills.__main__ import postgresql

COUNTS = (1_000, 10_000)  # subscriptions due in one minute
ROUNDS = 3
FIRST = datetime(2026, 1, 5, 9, tzinfo=UTC)
_CONTENT = Path(__file__).resolve().parent.parent / "content"
_TODAY = date(2026, 11, 23)  # of the content
_DAY = timedelta(days=1)
_SELECTIONS = 20  # distinct choices of topics among them
_YEAR = ("09:00", "daily", "Europe/Berlin", "2025-01-01", "2025-12-31")
_FOR_INFORMATION = math.inf


class Minute:
    """A database with subscriptions that are all due at nine every day, and a clock."""

    def __init__(self, database: Any, count: int) -> None:
        from newsbot.content.library import load_library
        from newsbot.digests.composer.sources import ContentNews, SelfCheckQuestion
        from newsbot.digests.planner import Planner

        library = load_library(_CONTENT, _TODAY)
        self._topics = [*library.topics]
        self._database = database
        self._count = count
        self._day = 0
        self._planner = Planner(database, lambda: library, ContentNews, SelfCheckQuestion(), self._now)

    def _now(self) -> datetime:
        return FIRST + _DAY * self._day

    async def subscribe(self) -> None:
        """Make the subscriptions."""
        from sqlalchemy import insert

        from newsbot.storage.tables import subscriptions

        rows = [self._subscription(number) for number in range(self._count)]
        await self._database.write(lambda tx: tx._connection.execute(insert(subscriptions), rows))

    def _subscription(self, number: int) -> dict[str, Any]:
        topics = self._topics[number % _SELECTIONS : number % _SELECTIONS + number % 3]
        return {
            "platform": "discord",
            "workspace": "1",
            "channel": str(number),
            "thread": "",
            "number": 1,
            "at": "09:00",
            "zone": "UTC",
            "days": "daily",
            "topics": ",".join(topics),
            "when_empty": "short",
            "catch_up": "latest",
            "mention": "",
            "made_by": "1",
            "made_at": FIRST - _DAY,
            "state": "active",
            "since": FIRST - _DAY,
            "last_day": None,
            "next_at": FIRST,
            "history": "",
            "cursor": date(2026, 1, 1),
            "paused_reason": "",
            "paused_fix": "",
            "paused_by": "",
        }

    async def planned(self) -> None:
        """Wake up on the next day, and put everything into the outbox."""
        await self._planner.run_once()
        self._day += 1

    async def inserted(self) -> None:
        """The same number of rows straight into the outbox, in one transaction."""
        from sqlalchemy import insert

        from newsbot.storage.tables import deliveries

        def write(tx: Any) -> None:
            edition = tx.deliveries.add_edition("{}", "", FIRST)
            rows = [self._delivery(edition, number) for number in range(self._count)]
            tx._connection.execute(insert(deliveries), rows)

        await self._database.write(write)

    def _delivery(self, edition: int, number: int) -> dict[str, Any]:
        return {
            "key": f"floor:{edition}:{number}",
            "edition_id": edition,
            "platform": "discord",
            "workspace": "1",
            "channel": str(number),
            "thread": "",
            "state": "due",
            "due_at": FIRST,
            "retry_at": FIRST,
            "attempts": 0,
            "lease_by": "",
            "reason": "",
            "fix": "",
            "subscription": number,
            "slot": "2026-01-05 09:00",
            "mention": "",
            "label": "",
            "shard": number % 5_040,
        }

    async def rows(self) -> int:
        """How many deliveries of digests there are."""
        counts: dict[str, int] = await self._database.read(lambda tx: tx.deliveries.counts())
        return sum(counts.values())


def _execute(statement: str, tx: Any) -> None:
    tx._connection.exec_driver_sql(statement)


@asynccontextmanager
async def _minute(url: str, count: int) -> AsyncIterator[Minute]:
    from newsbot.storage.database import Database
    from newsbot.storage.migrate import migrate

    database = Database(url)
    try:
        if not database.is_sqlite:
            for statement in ("DROP SCHEMA public CASCADE", "CREATE SCHEMA public"):
                await database.write(partial(_execute, statement))
        await migrate(database)
        minute = Minute(database, count)
        await minute.subscribe()
        yield minute
    finally:
        await database.close()


async def _seconds(work: Callable[[], Awaitable[None]]) -> float:
    gc.collect()
    start = time.perf_counter()
    await work()
    return time.perf_counter() - start


async def _in_turns(url: str, count: int) -> tuple[float, float]:
    """Median seconds of the planner and of the raw inserts, in turns."""
    async with _minute(url, count) as minute:
        times = [(await _seconds(minute.planned), await _seconds(minute.inserted)) for _ in range(ROUNDS)]
        assert await minute.rows() == 2 * ROUNDS * count, "every digest is in the outbox"
    ours, floor = zip(*times, strict=True)
    return statistics.median(ours), statistics.median(floor)


def _of(name: str, url_of: Callable[[int], str]) -> Iterator[Row]:
    found = {count: asyncio.run(_in_turns(url_of(count), count)) for count in COUNTS}
    for count, (ours, floor) in found.items():
        what = f"digests: {count:,} due, wake-up to outbox, {name} (floor: inserts)"
        yield Row(what, ours * 1_000, "ms", 12, floor * 1_000)
    (few, low), (many, high) = (found[count] for count in COUNTS)
    more = COUNTS[1] - COUNTS[0]
    slope, floor_slope = (many - few) * 1e6 / more, (high - low) * 1e6 / more
    yield Row(f"digests: each one more, {name} (floor: inserts)", slope, "us", _FOR_INFORMATION, floor_slope)


def _year() -> float:
    """Seconds that a simulated year takes."""
    from newsbot.digests.simulate import parse_plan, simulate

    start = time.perf_counter()
    found = simulate(parse_plan(*_YEAR))
    assert len(found) == 365, "a year has so many days"
    return time.perf_counter() - start


def rows() -> Iterator[Row]:
    """The measured lines."""
    with tempfile.TemporaryDirectory(prefix="newsbot-bench-") as folder:
        yield from _of("SQLite", lambda count: f"sqlite:///{folder}/{count}.db")
    with postgresql() as url:
        yield from _of("PostgreSQL", lambda _: url)
    yield Row("digests: a year simulated, daily", _year(), "s", 10)
