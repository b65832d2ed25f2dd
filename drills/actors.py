"""What the processes of a drill do: planners and outbox workers, each for one act, and perhaps killed within it."""

import asyncio
import os
import signal
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from datetime import date, datetime
from functools import cache
from pathlib import Path
from random import Random
from typing import Literal

from drills.clock import Pace
from newsbot.commands.dispatcher import Dispatcher
from newsbot.content.library import Library, load_library
from newsbot.digests.composer.sources import ContentNews, SelfCheckQuestion
from newsbot.digests.planner import Planner
from newsbot.errors import StorageError
from newsbot.messages.charts import Chart
from newsbot.messages.platform import Platform
from newsbot.messages.requests import Place
from newsbot.outbox.worker import OutboxWorker
from newsbot.platforms.discord._library import use_server
from newsbot.platforms.discord.adapter import DiscordPlatform
from newsbot.platforms.discord.login import Login
from newsbot.platforms.discord.renderer import MessageRenderer
from newsbot.platforms.slack.config import SlackConfig
from newsbot.platforms.slack.service import SlackNeeds, slack_service
from newsbot.storage.database import Database
from newsbot.storage.transaction import Transaction
from tests.patience import PATIENCE

CONTENT = Path(__file__).resolve().parent.parent / "content"
PLATFORMS = ("discord", "slack")
GAVE_UP = 3  # the exit code of a process that the database refused, or that was out of patience
_LOOK_SECONDS = 0.03
_LONGEST_PAUSE = 0.05  # seconds that newsbot's own pauses between tries take here


@dataclass(frozen=True)
class Act:
    """What one process does.

    Its clock goes `speed` times as fast as the wall's, and `moved` seconds ahead. It is killed when it reaches `step`
    for the `nth` time. After `patience` seconds of the wall with something still to do, or still to be planned where it
    `awaits` that, it gives up and ends at once. `disk` is the size in bytes that no file may outgrow, 0 for none;
    `pages`: the database may not grow by a page. A writer waits `busy` seconds for SQLite's lock.
    """

    role: Literal["planner", "outbox worker"]
    step: str = ""
    nth: int = 1
    speed: float = 1.0
    moved: float = 0.0
    patience: float = PATIENCE
    awaits: bool = False
    disk: int = 0
    pages: bool = False
    busy: float = 10.0


@dataclass(frozen=True)
class Scene:
    """Where the acts happen."""

    database: str
    discord_url: str
    discord_token: str
    slack_url: str
    slack_token: str


class Drawing:
    """Draws every chart as the same few bytes."""

    def key(self, chart: Chart) -> str:
        """A name for the picture."""
        return f"{hash(chart.title):x}"

    async def png(self, chart: Chart) -> bytes:
        """The picture."""
        return b"\x89PNG\r\n\x1a\n" + chart.title.encode()


class Shelf:
    """Holds the content."""

    def __init__(self, library: Library) -> None:
        self.current = library


@cache
def library() -> Library:
    """The content that ships, read once for all processes."""
    return load_library(CONTENT, date(2026, 11, 23))


@cache
def wire() -> ContentNews:
    """Its events as news."""
    return ContentNews(library())


@dataclass
class Killer:
    """Ends this process by SIGKILL when a step is reached for the nth time."""

    step: str
    nth: int

    def __call__(self, reached: str) -> None:
        """Note a step."""
        if reached == self.step:
            self.nth -= 1
            if self.nth == 0:
                die()


def die() -> None:
    """End this process at once, as a power cut does."""
    os.kill(os.getpid(), signal.SIGKILL)


async def played(scene: Scene, act: Act) -> None:
    """Play one act in this process. Raises StorageError where the database refuses a planner."""
    database = Database(scene.database, act.busy)
    if act.pages:
        await database.write(_stop_growth)

    now = Pace(act.speed, act.moved).now
    killer = Killer(act.step, act.nth)
    try:
        if act.role == "planner":
            planner = Planner(database, library, lambda _: wire(), SelfCheckQuestion(), now, killer)
            await planner.run_once()
        else:
            await _delivered(scene, act, database, now, killer)
    finally:
        await database.close()


async def _delivered(
    scene: Scene, act: Act, database: Database, now: Callable[[], datetime], killer: Callable[[str], None]
) -> None:
    """Everything that is due; whoever has the patience for it."""
    use_server(scene.discord_url, None)
    login = Login(scene.discord_token)
    values = SlackConfig(bot_token=scene.slack_token, api_url=scene.slack_url, per_channel=0)
    shelf = Shelf(library())
    dispatcher = Dispatcher(shelf, now, lambda: "incident")
    discord = DiscordPlatform(login.http, MessageRenderer(Drawing()), _not_published, _briefly)
    needs = SlackNeeds(values, dispatcher, shelf, database, Drawing(), now)
    try:
        async with slack_service(needs, with_events=False) as slack:
            platforms: dict[str, Platform] = {"discord": discord, "slack": slack.platform}
            random = Random(os.getpid())  # noqa: S311 (no secret)
            outbox_worker = OutboxWorker(database, platforms, f"worker-{os.getpid()}", now, random, killer)
            stop = asyncio.Event()
            running = asyncio.create_task(outbox_worker.run(stop))
            if not await _emptied(database, outbox_worker, now, act):
                os._exit(GAVE_UP)
            stop.set()
            await running
    finally:
        await login.close()


async def _emptied(database: Database, outbox_worker: OutboxWorker, now: Callable[[], datetime], act: Act) -> bool:
    """Whether nothing is due any more, before patience ends."""
    until = time.monotonic() + act.patience
    while time.monotonic() < until:
        outbox_worker.wake()
        await asyncio.sleep(_LOOK_SECONDS)
        with suppress(StorageError):
            next_message = await database.read(lambda tx: tx.deliveries.next_due(PLATFORMS))
            next_slot = await database.read(lambda tx: tx.subscriptions.next_due()) if act.awaits else None
            if all(instant is None or instant > now() for instant in (next_message, next_slot)):
                return True
    return False


async def _not_published(place: Place) -> bool:
    del place
    return False


async def _briefly(seconds: float) -> None:
    await asyncio.sleep(min(seconds, _LONGEST_PAUSE))


def _stop_growth(tx: Transaction) -> None:
    """Let SQLite say that the disk is full as soon as the file would grow, on the one connection that writes."""
    connection = tx._connection  # nothing but a drill needs it
    pages = connection.exec_driver_sql("PRAGMA page_count").scalar_one()
    connection.exec_driver_sql(f"PRAGMA max_page_count={pages}")
