"""The simulated day: two workers poll what is due, look by look, one of them is killed; then all is counted."""

import asyncio
import signal
import sys
from asyncio import FIRST_COMPLETED
from collections import Counter
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from random import Random
from typing import Any

from aiohttp import web

from drills.news.faults import hosts
from drills.news.hosts import START, Asked, Host, Said
from drills.news.worker import Order
from newsbot.news.poller import LEASE
from newsbot.news.states import status_from_json
from newsbot.storage.database import Database
from newsbot.storage.migrate import migrate
from newsbot.storage.transaction import Transaction
from tests.patience import PATIENCE

STEPS = ("claimed", "fetched", "taken in", "kept")
# The hours of the day at which is looked. What has a time of its own is seen in both: a trouble from the sixth to the
# twelfth hour, the end of an address after the twelfth, everything asked for after a day, bursts after 28 hours.
WHOLE = range(32)
SHORT = (0, 7, 13, 25, 29, 31)
_WORKERS = ("one", "two")
_HANG_SECONDS = 30.0


@dataclass
class NewsAccount:
    """What the drill of news counts. Late: a source that was due and was not read, though nobody held it."""

    polls: int = 0
    items: int = 0
    lost: list[str] = field(default_factory=list)
    doubled: list[str] = field(default_factory=list)
    late: list[str] = field(default_factory=list)
    states: list[str] = field(default_factory=list)  # hosts that ended in another state than theirs
    kills: Counter[str] = field(default_factory=Counter)

    @property
    def is_good(self) -> bool:
        """Nothing lost, nothing twice, nobody late, every host in its state."""
        return not (self.lost or self.doubled or self.late or self.states)

    def to_json(self) -> Mapping[str, Any]:
        """The figures."""
        counted = {name: len(getattr(self, name)) for name in ("lost", "doubled", "late")}
        found = {"troubles": [*self.lost, *self.doubled, *self.late, *self.states][:20]}
        kills = dict(sorted(self.kills.items()))
        return {
            "polls": self.polls,
            "items": self.items,
            **counted,
            "wrong_states": len(self.states),
            "kills": kills,
            **found,
        }


class DrillWeb:
    """The hosts of the drill on one port, by the clock of the day."""

    def __init__(self, found: list[Host]) -> None:
        self._hosts = {host.name: host for host in found}
        self._counts: Counter[str] = Counter()
        self.now = START
        self.port = 0
        self.is_asked = asyncio.Event()

    def begin(self, at: datetime) -> None:
        """Let it be this time, at which nobody asked yet."""
        self.now = at
        self.is_asked.clear()

    async def answer(self, request: web.BaseRequest) -> web.StreamResponse:
        """What a host says, or does."""
        self.is_asked.set()
        name = request.host.partition(":")[0]
        headers = {key.lower(): value for key, value in request.headers.items()}
        host = self._hosts[name.removeprefix("www.")]
        said = host.behave(host, Asked(request.path, headers, self.now, self._counts[name]))
        self._counts[name] += 1
        if said.wire:
            return await _misbehave(request, said)
        return web.Response(status=said.status, body=said.body, headers=dict(said.headers))

    @property
    def asked(self) -> int:
        """How many requests there were."""
        return sum(self._counts.values())


async def _misbehave(request: web.BaseRequest, said: Said) -> web.StreamResponse:
    response = web.StreamResponse(headers={"Content-Length": str(len(said.body))})
    with suppress(ConnectionError):  # whoever asked waits no longer
        if said.wire == "hang":
            await asyncio.sleep(_HANG_SECONDS)
        await response.prepare(request)
        if said.wire == "cut":
            await response.write(said.body[: len(said.body) // 2])
            assert request.transport is not None
            request.transport.abort()
            return response
        for place in range(len(said.body)):
            await response.write(said.body[place : place + 1])
            await asyncio.sleep(_HANG_SECONDS / 10)
    return response


@asynccontextmanager
async def served(found: list[Host]) -> AsyncIterator[DrillWeb]:
    """The web of the drill."""
    drill_web = DrillWeb(found)
    runner = web.ServerRunner(web.Server(drill_web.answer), shutdown_timeout=0.1)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    drill_web.port = runner.addresses[0][1]
    try:
        yield drill_web
    finally:
        await runner.cleanup()


class Worker:
    """One worker, started anew after each of its deaths."""

    def __init__(self, url: str, port: int, holder: str) -> None:
        self._command = (sys.executable, "-m", "drills.news.worker", "--database", url, "--port", str(port))
        self._holder = holder
        self._lives = 0
        self._process: asyncio.subprocess.Process | None = None

    async def follow(self, order: Order) -> bool:
        """Do as told; whether it lived through it."""
        if self._process is None:
            self._lives += 1
            pipe = asyncio.subprocess.PIPE
            name = f"{self._holder}-{self._lives}"
            self._process = await asyncio.create_subprocess_exec(
                *self._command, "--holder", name, stdin=pipe, stdout=pipe
            )
        process = self._process
        assert process.stdin
        assert process.stdout
        process.stdin.write(order.line().encode())
        async with asyncio.timeout(PATIENCE * 5):
            if await process.stdout.readline():
                return True
            code = await process.wait()
        self._process = None
        if code != -signal.SIGKILL:
            raise RuntimeError(f"a worker of the drill ended with {code}")
        return False

    async def end(self) -> None:
        """End it."""
        if self._process and self._process.stdin:
            self._process.stdin.close()
            await self._process.wait()


async def day(url: str, account: NewsAccount, looks: Sequence[int], random: Random, most_nth: int = 1) -> None:
    """A day on one empty database, looked at in these hours of it.

    At each look but the last two a worker is killed, when it reaches a step for the first time, or for the nth.
    """
    found, database = hosts(), Database(url)
    await migrate(database)
    try:
        async with served(found) as drill_web:
            workers = [Worker(url, drill_web.port, name) for name in _WORKERS]
            try:
                await _live(drill_web, workers, database, account, looks, random, most_nth)
            finally:
                for worker in workers:
                    await worker.end()
            account.polls += drill_web.asked
        await _count(database, found, account)
    finally:
        await database.close()


async def _live(
    drill_web: DrillWeb,
    workers: list[Worker],
    database: Database,
    account: NewsAccount,
    looks: Sequence[int],
    random: Random,
    most_nth: int,
) -> None:
    for number, hour in enumerate(looks):
        at = START + timedelta(hours=hour)
        step = STEPS[number % len(STEPS)] if number < len(looks) - 2 else ""
        doomed, other = random.sample(workers, 2)
        drill_web.begin(at)
        dying = asyncio.create_task(doomed.follow(Order(at.isoformat(), step, random.randint(1, most_nth))))
        # The other comes when the first has claimed something, else it might leave it nothing to die at.
        await asyncio.wait({dying, asyncio.ensure_future(drill_web.is_asked.wait())}, return_when=FIRST_COMPLETED)
        drill_web.is_asked.set()
        await other.follow(Order(at.isoformat()))
        if not await dying:
            account.kills[step] += 1
        await _note_late(database, account, at)
        # Whoever is left takes over what the dead one held, once its leases are over.
        heir = at + LEASE + timedelta(seconds=1)
        drill_web.begin(heir)
        await other.follow(Order(heir.isoformat()))


async def _note_late(database: Database, account: NewsAccount, at: datetime) -> None:
    stored = await database.read(lambda tx: tx.sources.all())
    account.late += [
        f"{each.id} at {at}" for each in stored if each.next_at and each.next_at <= at and each.lease_until is None
    ]


async def _count(database: Database, found: list[Host], account: NewsAccount) -> None:
    stored = {each.id: status_from_json(each.body) for each in await database.read(lambda tx: tx.sources.all())}
    items = await database.read(_titles)
    for host in found:
        titles = Counter(title for source, title in items if source == host.id)
        account.items += titles.total()
        account.lost += sorted(host.wanted() - titles.keys())
        if host.kind == "feed":
            account.doubled += [title for title, count in titles.items() if count > 1]
        status = stored.get(host.id)
        if status is None or status.state != host.ends:
            state = f"{status.state}: {status.reason}" if status else "never read"
            account.states.append(f"{host.id} is {state} and not {host.ends}")


def _titles(tx: Transaction) -> list[tuple[str, str]]:
    found, after = [], 0
    while page := tx.news.items_after(after, 500):
        found += [(item.source, item.title) for item in page]
        after = page[-1].id
    return found
