"""Polling: 300 sources that answer 304, the processor time that takes, how long the event loop is held, and the memory.

The hosts are in a process of their own. Run as a program this module is either side:
`python -m benchmarks.polling hosts`, or `… poller DATABASE PORT`, which prints its figures as JSON.
"""

import asyncio
import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from typing import Any

from benchmarks.measure import Row

SOURCES = 300
_POLLS_SECONDS, _CPU_SECONDS = 60.0, 5.0
_P99_MS, _LONGEST_MS, _MEGABYTES = 5.0, 20.0, 25.0
_CALIBRATION_MS = 5.0  # what the calibration takes on the machine that the budgets were set for
_LOOPS = 100_000


def rows() -> Iterator[Row]:
    """The lines of the table."""
    found = _measured()
    scale = found["calibration"] / _CALIBRATION_MS
    yield Row("calibration: a fixed piece of work", found["calibration"], "ms", float("inf"))
    yield Row(f"{SOURCES} sources answer 304, until all are read", found["seconds"], "s", _POLLS_SECONDS)
    yield Row("its processor time, against 5 s by the calibration", found["cpu"], "s", _CPU_SECONDS * max(scale, 1.0))
    yield Row("a turn of the event loop, p99, by the calibration", found["p99"], "ms", _P99_MS * max(scale, 1.0))
    yield Row("its longest turn, first fetch included", found["longest"], "ms", _LONGEST_MS * max(scale, 1.0))
    yield Row("what reading news adds to the main process", found["megabytes"], "MB", _MEGABYTES)


def _measured() -> dict[str, float]:
    with tempfile.TemporaryDirectory() as folder:
        command = [sys.executable, "-m", "benchmarks.polling"]
        with subprocess.Popen([*command, "hosts"], stdout=subprocess.PIPE, text=True) as hosts:
            try:
                assert hosts.stdout
                port = hosts.stdout.readline().strip()
                poller = [*command, "poller", f"sqlite:///{folder}/news.db", port]
                done = subprocess.run(poller, stdout=subprocess.PIPE, text=True, check=True)
            finally:
                hosts.kill()
    found: dict[str, float] = json.loads(done.stdout)
    return found


# -- the hosts --------------------------------------------------------------------------------------------------------


async def _serve() -> None:
    """Answer 304 to whoever has the validator, and a feed of twenty entries to everybody else."""
    from aiohttp import web

    from tests.news.house import rss

    body = rss(*(str(number) for number in range(20)))

    async def answer(request: web.BaseRequest) -> web.StreamResponse:
        if request.headers.get("If-None-Match") == '"1"':
            return web.Response(status=304)
        return web.Response(body=body, headers={"ETag": '"1"', "Content-Type": "application/rss+xml"})

    runner = web.ServerRunner(web.Server(answer))
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    sys.stdout.write(f"{runner.addresses[0][1]}\n")
    sys.stdout.flush()
    await asyncio.Event().wait()


# -- the poller -------------------------------------------------------------------------------------------------------


class _Turns:
    """The processor time of each turn of an event loop: what others on the machine take is not counted."""

    def __init__(self) -> None:
        self.took: list[float] = []

    def watch(self, loop: Any) -> None:
        """Measure from now on."""
        inner: Callable[[], None] = loop._run_once

        def timed() -> None:
            start = time.thread_time()
            inner()
            self.took.append((time.thread_time() - start) * 1_000)

        loop._run_once = timed


def _calibration() -> float:
    """Milliseconds of processor time of a fixed piece of work, the median of several."""
    found = []
    for _ in range(15):
        start = time.process_time()
        sum(number * number for number in range(_LOOPS))
        found.append((time.process_time() - start) * 1_000)
    return statistics.median(found)


async def _poll(database_url: str, port: int) -> dict[str, float]:
    import psutil

    import newsbot.app.runner  # noqa: F401 (what the main process holds without news)
    from newsbot.storage.database import Database
    from newsbot.storage.migrate import migrate

    database, this = Database(database_url), psutil.Process(os.getpid())
    await migrate(database)
    ids = [f"source-{number}" for number in range(SOURCES)]
    before = this.memory_info().rss
    turns = _Turns()
    async with _poller(database, port, ids) as poller:
        turns.watch(asyncio.get_running_loop())
        await poller.run_once()  # everything is fetched and parsed once
        now = datetime.now(UTC)
        await database.write(lambda tx: tx.sources.make_due(ids, now))
        first, cpu, clock = len(turns.took), time.process_time(), time.perf_counter()
        await poller.run_once()
        seconds, cpu = time.perf_counter() - clock, time.process_time() - cpu
        megabytes = (this.memory_info().rss - before) / 1e6
    await database.close()
    later = sorted(turns.took[first:])
    return {
        "seconds": seconds,
        "cpu": cpu,
        "p99": later[len(later) * 99 // 100],
        "longest": max(turns.took),
        "megabytes": megabytes,
        "calibration": _calibration(),
    }


def _poller(database: Any, port: int, ids: list[str]) -> Any:
    from contextlib import asynccontextmanager
    from random import Random

    from newsbot.news.fetch.fetcher import Fetcher
    from newsbot.news.fetch.network import Network
    from newsbot.news.intake import Intake
    from newsbot.news.pace import SharedPace
    from newsbot.news.parse.parser import FeedParser
    from newsbot.news.poll import Polling
    from newsbot.news.poller import NewsPoller
    from newsbot.news.sources import Source
    from tests.news.house import Listed, Told
    from tests.news.web import Web

    names = Web(hosts=dict.fromkeys((f"{id_}.test" for id_ in ids), _nobody), port=port)
    network = Network(resolver=names.network().resolver, may_connect=lambda address: address == "127.0.0.1")
    sources = tuple(Source(id_, id_, f"http://{id_}.test/feed", agent="newsbot/1") for id_ in ids)

    def now() -> datetime:
        return datetime.now(UTC)

    @asynccontextmanager
    async def opened() -> Any:
        parser = FeedParser()
        try:
            async with Fetcher(network, SharedPace(database, now)) as fetcher:
                polling = Polling(database, fetcher, Intake(database, parser), Told(), "bench", now, Random(1))
                yield NewsPoller(polling, Listed(sources))
        finally:
            await parser.close()

    return opened()


async def _nobody(request: Any) -> Any:
    raise AssertionError("the hosts are in another process")


if __name__ == "__main__":
    if sys.argv[1] == "hosts":
        asyncio.run(_serve())
    else:
        sys.stdout.write(json.dumps(asyncio.run(_poll(sys.argv[2], int(sys.argv[3])))))
