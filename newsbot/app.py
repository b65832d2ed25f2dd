"""The composition root: settings in, every object built once and handed to whoever needs it; nothing is global."""

import asyncio
import contextlib
import logging
import secrets
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import TYPE_CHECKING

from newsbot.commands.desk import Desk, HandledEvents
from newsbot.content.live import LiveLibrary
from newsbot.settings import Settings

if TYPE_CHECKING:
    from newsbot.platforms.terminal.screen import Screen

log = logging.getLogger(__name__)


def now() -> datetime:
    """This instant, in UTC."""
    return datetime.now(UTC)


def today() -> date:
    """Today in UTC."""
    return now().date()


@dataclass(frozen=True)
class App:
    """A newsbot that can answer: the live content and the desk over it."""

    settings: Settings
    live: LiveLibrary
    desk: Desk


def build(settings: Settings, handled: HandledEvents | None = None) -> App:
    """The app of these settings. Raises ContentMistakes where the content has any.

    Without `handled` it remembers no events: enough to answer a single line.
    """
    live = LiveLibrary(settings.content_folder, today)
    desk = Desk(live, now, lambda: secrets.token_hex(4), handled)
    return App(settings, live, desk)


@asynccontextmanager
async def running(settings: Settings) -> AsyncIterator[App]:
    """The app with its database open and its content watched, until the block ends."""
    from newsbot.storage.database import Database, DurableEvents  # heavy: a single answer needs none of it
    from newsbot.storage.migrate import migrate

    database = Database(settings.database_url)
    try:
        await migrate(database)
        app = build(settings, DurableEvents(database))
        stop = asyncio.Event()
        watch = asyncio.create_task(_watched(app.live, stop)) if settings.content.watch else None
        try:
            yield app
        finally:
            stop.set()
            if watch:
                await watch
    finally:
        await database.close()


async def _watched(live: LiveLibrary, stop: asyncio.Event) -> None:
    """Watch the content; where that fails, newsbot goes on with what it has and the log says so."""
    try:
        await live.watch(stop)
    except Exception:
        log.exception("the content is not watched any more: a saved file takes effect at the next start")


async def run(settings: Settings, screen: "Screen") -> None:
    """Run newsbot in this terminal until the person leaves."""
    from newsbot.platforms.terminal.chat import Chat

    async with running(settings) as app:
        chat = Chat(app.desk, screen, settings.data_folder / "history")
        with contextlib.suppress(asyncio.CancelledError):
            await chat.run()
