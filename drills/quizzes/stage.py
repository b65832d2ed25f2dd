"""The stage of a drill of quizzes: both platforms on loopback, one quick clock, a database, and the hosts that live."""

import asyncio
import json
import os
import signal
import sys
from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack, asynccontextmanager, suppress
from dataclasses import asdict
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, TypeVar

from drills.actors import Scene
from drills.quizzes.hosts import Order
from drills.quizzes.record import Dark, Lives
from drills.quizzes.tables import Table
from drills.stage import RIGHTS
from newsbot.messages.requests import Person, Place
from newsbot.quizzes.engine import HEARTBEAT
from newsbot.storage.database import Database
from newsbot.storage.migrate import migrate
from newsbot.storage.transaction import Transaction
from tests.discord.loopback import LoopbackDiscord
from tests.patience import PATIENCE
from tests.slack.loopback import LoopbackSlack

NAMES = ("anna", "ben", "chloe")
SPEED = 4.0  # how fast the clock of the drill goes
LOOK_SECONDS = 0.02  # of the wall, between two looks at what stands there
Found = TypeVar("Found")


async def seen(found: Callable[[], Found]) -> Found:
    """What `found` gives once it is true: what stands on a platform tells nobody that it has come."""
    while True:
        if value := found():
            return value
        await asyncio.sleep(LOOK_SECONDS)


class Host:
    """A process that plays, as the stage sees it."""

    def __init__(self, number: int, note: Path) -> None:
        self.number = number
        self.is_ready = asyncio.Event()
        self.is_dead = asyncio.Event()
        self.is_expected_to_end = False
        self.began = self.looked = 0.0  # between these, by the drill's clock, it looked at the games first
        self._note = note
        self._pid = 0
        self._writer: asyncio.StreamWriter | None = None
        self._waiting: dict[int, asyncio.Future[str | None]] = {}

    @property
    def lives(self) -> bool:
        """Whether it can be told something."""
        return self.is_ready.is_set() and not self.is_dead.is_set()

    @property
    def died_at(self) -> str:
        """The step at which it ended itself; empty where it did not."""
        return self._note.read_text(encoding="utf-8") if self._note.exists() else ""

    async def ask(self, what: str, **more: Any) -> str | None:
        """What it says to that; None where it dies before."""
        if not self.lives or self._writer is None:
            return None
        number = len(self._waiting)
        answer = self._waiting[number] = asyncio.get_running_loop().create_future()
        self._writer.write(json.dumps({"id": number, "do": what, **more}).encode() + b"\n")
        return await asyncio.wait_for(answer, PATIENCE)

    def kill(self) -> None:
        """End it at once, as a power cut does."""
        self.is_expected_to_end = True
        with suppress(ProcessLookupError):  # it has just ended itself
            os.kill(self._pid, signal.SIGKILL)

    def hang_up(self) -> None:
        """Let it end by itself."""
        self.is_expected_to_end = True
        if self._writer is not None:
            self._writer.close()

    async def listen(self, pid: int, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Hear what it says, until it ends."""
        self._pid, self._writer = pid, writer
        self.is_ready.set()
        try:
            while line := await reader.readline():
                told = json.loads(line)
                self._waiting[told["id"]].set_result(told["done"])
        except ConnectionError:
            pass  # it was killed
        self.is_dead.set()
        for answer in self._waiting.values():
            if not answer.done():
                answer.set_result(None)
        writer.close()


class QuizStage:
    """Everything that a drill of quizzes needs."""

    def __init__(
        self,
        database: Database,
        town: LoopbackDiscord,
        slack: LoopbackSlack,
        forks: asyncio.subprocess.Process,
        folder: Path,
    ) -> None:
        self.database = database
        self.discord = town
        self.slack = slack
        self.clock = town.clock
        self.hosts: list[Host] = []
        self.lives = Lives()
        self.port = 0
        self._known: dict[int, Host] = {}
        self._is_broken = False
        self._forks = forks
        self._folder = folder
        self._guild = town.world.add_guild("players", permissions=RIGHTS)
        self.people = {"discord": self._discord_people(), "slack": self._slack_people()}

    @property
    def kind(self) -> str:
        """ "sqlite" or "postgresql"."""
        return "sqlite" if self.database.is_sqlite else "postgresql"

    def _discord_people(self) -> list[Person]:
        users = [self.discord.world.add_user(name) for name in NAMES]
        for user in users:
            self.discord.world.add_member(self._guild, user)
        return [Person("discord", str(user.id), user.name) for user in users]

    def _slack_people(self) -> list[Person]:
        space, world = self.slack.workspace, self.slack.world
        users = [world.add_user(space, name) for name in NAMES]
        return [Person("slack", user.id, name) for user, name in zip(users, NAMES, strict=True)]

    def tables(self, batch: int, each: int) -> list[Table]:
        """Fresh channels, so many of each platform; the game of the first of each is played in a thread."""
        made = []
        for number in range(each):
            name = f"quiz-{batch}-{number}"
            channel = self.discord.world.add_channel(self._guild, name)
            made.append(Table(Place("discord", str(self._guild.id), str(channel.id)), number == 0))
            space = self.slack.workspace
            there = self.slack.world.add_channel(space, name)
            made.append(Table(Place("slack", space.id, there.id), number == 0))
        return made

    # -- hosts --------------------------------------------------------------------------------------------------------

    async def host(self) -> Host:
        """One more process, which plays. Raises RuntimeError where one has ended that was not to."""
        if self._is_broken:
            raise RuntimeError("a host of the drill broke")
        number = len(self._known) + 1
        host = self._known[number] = Host(number, self._folder / f"{self.kind}-{number}")
        order = Order(
            number, self.port, self.clock.speed, self.clock.moved, str(self._folder / f"{self.kind}-{number}")
        )
        assert self._forks.stdin is not None
        self._forks.stdin.write(json.dumps(asdict(order)).encode() + b"\n")
        await asyncio.wait_for(host.is_ready.wait(), PATIENCE)
        return host

    async def met(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """A host has come; it stays until it ends."""
        told = json.loads(await reader.readline())
        host = self._known[told["host"]]
        host.began, host.looked = told["began"], told["looked"]
        self.lives.began(host.began)
        self.hosts.append(host)
        await host.listen(told["pid"], reader, writer)
        self.hosts.remove(host)
        self._is_broken |= not (host.is_expected_to_end or host.died_at)
        self.lives.died(self.clock.now(), len(self.hosts))

    async def darkness(self, seconds: float) -> int:
        """Kill every host at once, and let so much time pass; returns how many were killed."""
        killed = list(self.hosts)
        for host in killed:
            host.kill()
        for host in killed:
            await host.is_dead.wait()
        await seen(lambda: not self.hosts)
        self.clock.advance(seconds)
        return len(killed)

    async def dawn(self) -> Dark:
        """Let a process come after a darkness, and tell how dark it was: since then nobody has given a sign of life."""
        beats = {platform: await self.database.read(_last_beat(platform)) for platform in self.people}
        host = await self.host()
        return Dark(beats, host.began, host.looked)

    async def empty(self) -> None:
        """Let every host end by itself."""
        for host in list(self.hosts):
            host.hang_up()
            await host.is_dead.wait()


def _last_beat(platform: str) -> Callable[[Transaction], float]:
    def look(tx: Transaction) -> float:
        at = tx.watches.last_beat(HEARTBEAT + platform)
        assert at is not None, "no game was played"
        return at.timestamp()

    return look


@asynccontextmanager
async def staged(url: str, speed: float = SPEED) -> AsyncIterator[QuizStage]:
    """A stage over the empty database at `url`."""
    async with AsyncExitStack() as stack:
        folder = Path(stack.enter_context(TemporaryDirectory(prefix="newsbot-drill-")))
        town = await stack.enter_async_context(LoopbackDiscord(echo=False, keeps_requests=False))
        town.clock.quicken(speed)
        slack = await stack.enter_async_context(LoopbackSlack(clock=town.clock.now, record=False))
        database = Database(url)
        stack.push_async_callback(database.close)
        await migrate(database)
        forks = await _forks(Scene(url, town.api_url, town.token, slack.api_url, slack.workspace.token))
        stack.push_async_callback(_dismissed, forks)
        stage = QuizStage(database, town, slack, forks, folder)
        server = await asyncio.start_server(stage.met, "127.0.0.1", 0)
        stage.port = server.sockets[0].getsockname()[1]
        stack.push_async_callback(_closed, server)
        stack.push_async_callback(stage.empty)
        yield stage


async def _forks(scene: Scene) -> asyncio.subprocess.Process:
    words = [f"--{name.replace('_', '-')}={value}" for name, value in asdict(scene).items()]
    pipe = asyncio.subprocess.PIPE
    return await asyncio.create_subprocess_exec(sys.executable, "-m", "drills.quizzes.forks", *words, stdin=pipe)


async def _dismissed(forks: asyncio.subprocess.Process) -> None:
    assert forks.stdin is not None
    forks.stdin.close()
    await forks.wait()


async def _closed(server: asyncio.Server) -> None:
    server.close()
    await server.wait_closed()
