"""A whole newsbot on a loopback Discord: the real content, a real database, real charts, the real gateway."""

import asyncio
import atexit
import secrets
import shutil
import tempfile
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path
from random import Random
from typing import Any

from newsbot.charts.renderer import ChartRenderer
from newsbot.commands.dispatcher import Dispatcher, build_menu
from newsbot.commands.registry import Menu
from newsbot.content.cards import charts
from newsbot.content.library import Library
from newsbot.content.live import LiveLibrary
from newsbot.digests.composer.sources import ContentNews, SelfCheckQuestion
from newsbot.digests.service import DigestService
from newsbot.messages.cards import Reply
from newsbot.messages.platform import Platform
from newsbot.messages.requests import Place
from newsbot.outbox.worker import OutboxWorker
from newsbot.platforms.discord.service import DiscordService, DiscordTarget
from newsbot.storage.database import Database, DurableChoices, DurableEvents
from tests.databases import copy_migrated
from tests.discord.loopback import LoopbackDiscord
from tests.outbox.posting import post
from tests.patience import PATIENCE
from tests.shipped import CONTENT, read_once

CHARTS = Path(tempfile.mkdtemp(prefix="newsbot-charts-"))  # drawn once for all tests of a process
atexit.register(shutil.rmtree, CHARTS, ignore_errors=True)


def now() -> datetime:
    """This instant."""
    return datetime.now(UTC)


@dataclass
class Menus:
    """The dispatcher's menu, and the live library's word of changes."""

    dispatcher: Dispatcher
    live: LiveLibrary

    def current(self) -> Menu:
        """The newest menu."""
        return self.dispatcher.context.menu

    async def changed(self) -> None:
        """Return when the content changed."""
        await self.live.changed()


@dataclass
class House:
    """What a test may look at."""

    service: DiscordService
    dispatcher: Dispatcher
    live: LiveLibrary
    database: Database
    outbox_worker: OutboxWorker
    running: asyncio.Task[None]


@asynccontextmanager
async def house(
    server: LoopbackDiscord,
    folder: Path,
    *,
    content: Path = CONTENT,
    shards: tuple[range, int] | None = None,
    token: str | None = None,
    waits: bool = True,
    pictures: Any = None,
    menu_of: Callable[[Library], Menu] = build_menu,
    defer_after: float = PATIENCE,
) -> AsyncIterator[House]:
    """newsbot, connected (where `waits`), with everything it keeps in `folder`: the same folder is a restart.

    `pictures` draws charts in the place of the real renderer; `menu_of` makes the commands. An answer is promised after
    `defer_after` seconds: by itself a busy machine promises none.
    """
    if not (file := folder / "newsbot.db").exists():
        copy_migrated(file)
    database = Database(f"sqlite:///{file}")
    live = LiveLibrary(content, lambda: date(2026, 11, 23), read_once)
    events = DurableEvents(database)
    platforms: dict[str, Platform] = {}
    digests = DigestService(database, platforms, lambda: live.current, ContentNews, SelfCheckQuestion(), now)
    choices = DurableChoices(database)
    dispatcher = Dispatcher(
        live, now, lambda: secrets.token_hex(4), events, choices=choices, digests=digests, menu_of=menu_of
    )
    renderer = pictures or ChartRenderer(CHARTS)
    if pictures is None:
        await renderer.warm([chart for chart in charts(live.current) if "GPU time by phase" in chart.title])
    worker = secrets.token_hex(4)
    where = DiscordTarget(token or server.token, server.gateway_url, shards)

    async def post_once(key: str, place: Place, reply: Reply) -> None:
        await post(database, outbox_worker, key, place, reply, now())

    service = DiscordService(
        where,
        dispatcher,
        Menus(dispatcher, live),
        database,
        events,
        renderer,
        post_once,
        worker,
        now,
        defer_after=defer_after,
    )
    platforms["discord"] = service.platform
    outbox_worker = OutboxWorker(database, platforms, worker, now, Random(1))
    running = asyncio.create_task(service.run())
    delivering = asyncio.create_task(outbox_worker.run(asyncio.Event()))
    try:
        if waits:
            await server.ready(len(shards[0]) if shards else 1)
            await server.wait_for(lambda: bool(server.application.commands) or running.done())
        yield House(service, dispatcher, live, database, outbox_worker, running)
    finally:
        for task in (running, delivering):
            task.cancel()
            with suppress(asyncio.CancelledError, Exception):
                await task
        await service.close()
        if pictures is None:
            await renderer.close()
        await database.close()
