"""Runs the parts of newsbot in one process: started in order, stopped in the opposite one."""

import asyncio
import logging
import signal
import webbrowser
from collections.abc import AsyncIterator, Callable, Coroutine
from contextlib import asynccontextmanager
from typing import Any

from newsbot.app import gc_tuning
from newsbot.app.alerts import tell_troubles
from newsbot.app.answering import now
from newsbot.app.container import Container, open_container
from newsbot.app.platforms import is_slack_over_http, operator_place, previews, require_tokens
from newsbot.charts.renderer import ChartRenderer
from newsbot.content.cards import charts
from newsbot.content.live import LiveLibrary
from newsbot.errors import SettingsError
from newsbot.http import HttpServer
from newsbot.messages.platform import Platform
from newsbot.operations.health import WELL
from newsbot.platforms.terminal.adapter import Screen
from newsbot.platforms.terminal.inbound import TerminalChat
from newsbot.platforms.terminal.lease import TerminalLease
from newsbot.progress import progress_bar
from newsbot.schedule.timezone_names import complete_zone
from newsbot.settings import Settings
from newsbot.tasks import end_tasks

log = logging.getLogger(__name__)

_UNWATCHED = "the content is not watched any more: a saved file takes effect at the next start"


async def run(settings: Settings, screen: Screen, parts: frozenset[str], greeting: tuple[str, ...] = ()) -> None:
    """Run these parts of newsbot until it is told to stop (SIGINT, SIGTERM), or the person at the terminal leaves.

    The lines of `greeting` are told once it serves, below the web chat's address. Raises SettingsError where a part may
    not start, PlatformRefused where the only platform does not let newsbot in.
    """
    require_tokens(settings, parts)
    stop = asyncio.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(number, stop.set)
    async with open_container(settings) as container:
        process = Process(container, screen, parts)
        await process.start()
        for line in greeting:
            screen.tell(line)
        gc_tuning.apply()
        await process.run_until(stop)


class Process:
    """Some parts of newsbot: discord, news, slack, terminal, web, worker."""

    def __init__(self, container: Container, screen: Screen, parts: frozenset[str]) -> None:
        self._container = container
        self._settings = container.settings
        self._screen = screen
        self._parts = parts
        self._stack = container.stack
        self._services: set[asyncio.Task[None]] = set()
        self._troubles: dict[str, Callable[[], str]] = {}  # what only the operator can mend, by platform
        self._routes: list[Any] = []
        self._drawing, self._reading = PromptProgress("Drawing charts"), PromptProgress("Reading sources")
        self._knows_turn = asyncio.Event()  # whether this terminal is the one that is posted to was looked up

    async def start(self) -> None:
        """Start every part that is wished for, and that the settings allow."""
        container, parts, settings = self._container, self._parts, self._settings
        if settings.content.watch:
            await self._stack.enter_async_context(_watched(container.live))
        served = self._served_platforms()
        container.is_alone = len(served) == 1
        # Before anybody can press a button: their press would be judged as if newsbot had not been away.
        await container.engine.resume(served)
        if "discord" in parts or ("worker" in parts and settings.has_discord):
            self._start_discord()
        serves_slack = "web" in parts and is_slack_over_http(settings)
        if "slack" in parts or serves_slack or ("worker" in parts and settings.has_slack):
            await self._start_slack(with_events="slack" in parts or serves_slack)
        with_chat = "web" in parts and self._may_chat()
        if with_chat:
            self._mount_web_chat()
        if "news" in parts:
            progress = self._reading if "terminal" in parts else progress_bar("Reading sources")
            self._serve("news", (await container.enter_poller(progress)).run())
        if with_chat or self._routes or parts & {"discord", "slack", "worker", "news"}:
            await self._listen(with_chat=with_chat)
        if "terminal" in parts:
            self._start_terminal()
        self._start_schedule()

    async def run_until(self, stop: asyncio.Event) -> None:
        """Wait until `stop` is set, or the person at the terminal leaves. Raises what ends a service."""
        stopping = asyncio.create_task(stop.wait(), name="stop")
        talking = asyncio.create_task(self._talk(), name="talk") if "terminal" in self._parts else None
        try:
            while not stop.is_set():
                waited_for = {stopping, *self._services, *([talking] if talking else [])}
                await asyncio.wait(waited_for, return_when=asyncio.FIRST_COMPLETED)
                for task in [task for task in self._services if task.done()]:
                    task.result()
                    self._services.remove(task)
                if talking is not None and talking.done():
                    if talking.result():
                        return
                    talking = None  # nobody was there who could leave: newsbot goes on serving
        finally:
            await end_tasks([stopping, *([talking] if talking else [])])

    def _serve(self, name: str, work: Coroutine[Any, Any, None]) -> None:
        """Run a service beside the others, until the process ends; where it breaks, the process does."""
        task = asyncio.create_task(work, name=name)
        self._services.add(task)
        self._stack.push_async_callback(end_tasks, [task])

    def _served_platforms(self) -> frozenset[str]:
        """The platforms that these parts serve."""
        settings = self._settings
        posted_to = {"discord": settings.has_discord, "slack": settings.has_slack}
        more = {name for name, is_set in posted_to.items() if is_set and "worker" in self._parts}
        if "web" in self._parts and is_slack_over_http(settings):
            more.add("slack")
        return (self._parts - {"worker", "news"}) | more

    # -- platforms ----------------------------------------------------------------------------------------------------

    def _start_discord(self) -> None:
        service = self._container.discord
        is_inside = "discord" in self._parts
        self._add_home("discord", service.platform, service.trouble, service.health if is_inside else None)
        if is_inside:
            self._serve("discord", service.run())

    async def _start_slack(self, *, with_events: bool) -> None:
        service = await self._container.enter_slack(with_events=with_events)
        self._add_home("slack", service.platform, service.trouble, service.health if with_events else None)
        self._routes += service.routes

    def _add_home(
        self, name: str, platform: Platform, trouble: Callable[[], str], health: Callable[[], str] | None
    ) -> None:
        """Post on a platform. Where this process is not connected to it, only its trouble says how it is."""
        self._container.homes[name] = platform
        self._troubles[name] = trouble
        self._container.add_ping(name, health or (lambda: trouble() or WELL))

    def _may_chat(self) -> bool:
        """Whether the web chat may run: it is for this machine alone, and gives way where newsbot is public."""
        from newsbot.platforms.web.guard import require_loopback

        http = self._settings.http
        try:
            require_loopback(http.host, http.public_url)
        except SettingsError:
            if not self._container.homes:
                raise
            self._screen.tell("The web chat is off: it is for this machine alone, and HOST or PUBLIC_URL is public.")
            return False
        return True

    def _mount_web_chat(self) -> None:
        from newsbot.platforms.web.http import WebRoutes

        container, chat = self._container, self._container.web_chat
        shown_as = previews(self._settings.http.public_url, uploads=True)
        routes = WebRoutes(chat, container.dispatcher, container.renderer, shown_as)
        container.homes["web"] = chat
        self._routes += routes.routes()
        self._stack.callback(routes.stop)

    def _start_terminal(self) -> None:
        """Let newsbot post at this terminal, as long as no other one at the same database is the terminal."""
        container, screen = self._container, self._screen
        worker = container.build_outbox_worker({screen.name: screen})

        async def post_here() -> None:
            container.platforms[screen.name] = screen
            try:
                await worker.run(asyncio.Event())
            finally:
                del container.platforms[screen.name]

        async def pause_between_looks(seconds: float) -> None:
            self._knows_turn.set()
            await asyncio.sleep(seconds)

        lease = TerminalLease(container.database, container.worker, now, pause_between_looks)
        self._serve("terminal", lease.run(post_here))

    # -- what runs by itself ------------------------------------------------------------------------------------------

    def _start_schedule(self) -> None:
        """Run jobs, and do what is due: digests where they have a home, games wherever somebody plays."""
        container = self._container
        if container.homes:
            self._serve("outbox worker", container.outbox_worker.run(asyncio.Event()))
            _ = container.digests_alarm
            _ = container.dailies_alarm
            operator = operator_place(self._settings)
            self._serve("troubles", tell_troubles(self._troubles, operator, container.post_once))
            self._serve("zones", asyncio.to_thread(_warm_zones))
        if container.homes or "terminal" in self._parts:
            _ = container.games_alarm
        self._serve("scheduler", container.scheduler.run())

    async def _listen(self, *, with_chat: bool) -> None:
        """Serve what there is over HTTP: at least the health of this process."""
        http, with_terminal = self._settings.http, "terminal" in self._parts
        server = HttpServer(http.host, http.port, self._routes, self._container.health.report)
        try:
            url = await server.start()
        except SettingsError as error:
            if self._routes:
                raise
            log.warning("this process tells nobody its health: %s", error)
            return
        self._stack.push_async_callback(server.stop)
        if with_chat:
            # The address counts as told only once the page can be opened.
            self._screen.tell(f"Web chat: {url}")
            if with_terminal and self._screen.is_terminal and self._settings.opens_browser:
                await asyncio.to_thread(webbrowser.open, url)
        # Where nobody has a prompt to show it below, the progress is a line of its own.
        progress = self._drawing if with_terminal else progress_bar("Drawing charts")
        self._serve("drawing", draw_ahead(self._container.live, self._container.renderer, progress))

    def _progress_words(self) -> str:
        return "   ".join(filter(None, (self._drawing.words(), self._reading.words())))

    async def _talk(self) -> bool:
        """Talk with the person at the terminal; whether there was one."""
        await self._knows_turn.wait()  # else a game that somebody starts at once would be refused
        history = self._settings.data_folder / "history"
        chat = TerminalChat(self._container.dispatcher, self._screen, history, self._progress_words, now)
        return await chat.run()


class PromptProgress:
    """How far something is, for the line below the terminal's prompt."""

    def __init__(self, about: str) -> None:
        self._about = about
        self._done = 0
        self._total = 0

    def __call__(self, done: int, total: int) -> None:
        """Note how far it is."""
        self._done, self._total = done, total

    def words(self) -> str:
        """A short bar; empty once everything is done."""
        if self._done >= self._total:
            return ""
        filled = 20 * self._done // self._total
        return f"{self._about} {'█' * filled}{'░' * (20 - filled)} {self._done} of {self._total}"


async def draw_ahead(live: LiveLibrary, renderer: ChartRenderer, progress: Callable[[int, int], None]) -> None:
    """Draw the charts of the content before anybody asks for them, and again whenever the content changes."""
    while True:
        library = live.current
        await renderer.warm(charts(library), progress)
        await renderer.keep(charts(library))
        if live.current is library:
            await live.changed()


def _warm_zones() -> None:
    """Read the names of time zones before anybody types one: it takes longer than a person's keystroke."""
    complete_zone("Berlin")


@asynccontextmanager
async def _watched(live: LiveLibrary) -> AsyncIterator[None]:
    """The content watched; where that fails, newsbot goes on with what it has and the log says so."""
    stop = asyncio.Event()
    task = asyncio.create_task(_watch(live, stop), name="watch content")
    try:
        yield
    finally:
        stop.set()
        await task


async def _watch(live: LiveLibrary, stop: asyncio.Event) -> None:
    try:
        await live.watch(stop)
    except Exception:
        log.exception(_UNWATCHED)
