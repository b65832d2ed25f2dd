"""The composition root: settings in, every object built once and handed to whoever needs it; nothing is global."""

import asyncio
import logging
import secrets
import signal
import webbrowser
from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack, asynccontextmanager, suppress
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import TYPE_CHECKING

from newsbot.commands.desk import Desk, HandledEvents
from newsbot.content.live import LiveLibrary
from newsbot.settings import Settings

if TYPE_CHECKING:
    from newsbot.charts.renderer import ChartRenderer
    from newsbot.platforms.terminal.screen import Screen
    from newsbot.storage.database import Database

log = logging.getLogger(__name__)

_REMEMBER_EVENTS = timedelta(days=2)  # no platform repeats an event after a day


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


def chart_renderer(settings: Settings) -> "ChartRenderer":
    """What draws charts, with its cache in the data folder."""
    from newsbot.charts.renderer import ChartRenderer  # its first picture starts a process

    return ChartRenderer(settings.data_folder / "charts")


async def run(settings: Settings, screen: "Screen", *, with_web: bool, with_terminal: bool) -> None:
    """Run newsbot until it is told to stop (SIGINT, SIGTERM), or the person at the terminal leaves.

    Raises SettingsError where the web chat may not start.
    """
    from newsbot.charts.progress import progress_bar
    from newsbot.storage.database import DurableEvents

    stop = asyncio.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(number, stop.set)
    async with AsyncExitStack() as stack:
        database = await stack.enter_async_context(_open_database(settings))
        app = build(settings, DurableEvents(database))
        if settings.content.watch:
            await stack.enter_async_context(_watched(app.live))
        drawing = Drawing()
        if with_web:
            # Where nobody has a prompt to show it below, the progress is a line of its own.
            progress = drawing if with_terminal else progress_bar("Drawing charts")
            url = await stack.enter_async_context(_web_chat(app, database, progress))
            screen.tell(f"Web chat: {url}")
            if with_terminal and screen.is_terminal and settings.opens_browser:
                await asyncio.to_thread(webbrowser.open, url)
        await _serve(app, screen, drawing, stop, with_terminal)


async def _serve(app: App, screen: "Screen", drawing: "Drawing", stop: asyncio.Event, with_terminal: bool) -> None:
    """Wait until `stop` is set, or the person at the terminal leaves."""
    from newsbot.platforms.terminal.chat import Chat

    stopped = asyncio.create_task(stop.wait())
    if not with_terminal:
        await stopped
        return
    chat = Chat(app.desk, screen, app.settings.data_folder / "history", drawing.words)
    talking = asyncio.create_task(chat.run())
    await asyncio.wait((stopped, talking), return_when=asyncio.FIRST_COMPLETED)
    if talking.done() and not talking.result():
        await stopped  # nobody was there who could leave: newsbot goes on serving
    talking.cancel()
    stopped.cancel()
    with suppress(asyncio.CancelledError):
        await talking


@asynccontextmanager
async def _open_database(settings: Settings) -> "AsyncIterator[Database]":
    """The database, migrated and without what it need not remember."""
    from newsbot.storage.database import Database  # heavy: a single answer needs none of it
    from newsbot.storage.migrate import migrate

    database = Database(settings.database_url)
    try:
        await migrate(database)
        async with database.transaction() as transaction:
            await transaction.events.forget_before(now() - _REMEMBER_EVENTS)
        yield database
    finally:
        await database.close()


@asynccontextmanager
async def _watched(live: LiveLibrary) -> AsyncIterator[None]:
    """The content watched; where that fails, newsbot goes on with what it has and the log says so."""
    stop = asyncio.Event()

    async def watch() -> None:
        try:
            await live.watch(stop)
        except Exception:
            log.exception("the content is not watched any more: a saved file takes effect at the next start")

    task = asyncio.create_task(watch())
    try:
        yield
    finally:
        stop.set()
        await task


class Drawing:
    """How many charts are drawn, for the line below the terminal's prompt."""

    def __init__(self) -> None:
        self._done = 0
        self._total = 0

    def __call__(self, done: int, total: int) -> None:
        """Note how far it is."""
        self._done, self._total = done, total

    def words(self) -> str:
        """A short bar; empty once everything is drawn."""
        if self._done >= self._total:
            return ""
        filled = 20 * self._done // self._total
        return f"Drawing charts {'█' * filled}{'░' * (20 - filled)} {self._done} of {self._total}"


async def _draw_ahead(live: LiveLibrary, renderer: "ChartRenderer", progress: Callable[[int, int], None]) -> None:
    """Draw the charts of the content before anybody asks for them, and again whenever the content changes."""
    from newsbot.content.cards import charts

    while True:
        library = live.current
        await renderer.warm(charts(library), progress)
        await renderer.keep(charts(library))
        if live.current is library:
            await live.changed()


@asynccontextmanager
async def _web_chat(app: App, database: "Database", progress: Callable[[int, int], None]) -> AsyncIterator[str]:
    """The web chat at its address, with its charts drawn in the background."""
    from newsbot.http import HttpServer
    from newsbot.platforms.web.chat import WebChat
    from newsbot.platforms.web.guard import require_loopback
    from newsbot.platforms.web.routes import WebRoutes

    http = app.settings.http
    require_loopback(http.host, http.public_url)
    renderer = chart_renderer(app.settings)
    routes = WebRoutes(WebChat(app.desk, database, now), app.desk, renderer, {})
    server = HttpServer(http.host, http.port, routes.routes(), lambda: health(app, database))
    url = await server.start()
    drawing = asyncio.create_task(_draw_ahead(app.live, renderer, progress))
    try:
        yield url
    finally:
        drawing.cancel()
        with suppress(asyncio.CancelledError):
            await drawing
        routes.stop()
        await server.stop()
        await renderer.close()


async def health(app: App, database: "Database") -> dict[str, str]:
    """Each part with "ok", or what is wrong with it."""
    from newsbot.errors import StorageError

    try:
        async with database.transaction() as transaction:
            await transaction.web_messages.last_change()
        state = "ok"
    except StorageError as error:
        state = str(error)
    return {"database": state, "content": "ok" if app.live.is_current else "the last edit has mistakes; see the log"}
