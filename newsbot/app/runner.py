"""Runs the parts of newsbot in one process: started in order, stopped in the opposite one."""

import asyncio
import logging
import os
import secrets
import signal
import webbrowser
from collections import ChainMap
from collections.abc import AsyncIterator, Callable, Coroutine
from contextlib import AsyncExitStack, asynccontextmanager, suppress
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from newsbot.app import gc_tuning
from newsbot.app.alerts import tell_troubles
from newsbot.app.container import App, build, chart_renderer, health, now, open_database
from newsbot.app.digests import WakeUp, digests_of, operator_of, outbox_worker_of, planner_of, scheduler_of, watchdog_of
from newsbot.app.discord import LiveMenus, discord_where
from newsbot.app.drawing import DrawingProgress, draw_ahead
from newsbot.app.previews import previews
from newsbot.app.quizzes import dailies_of, games_of, quizzes_of, scheduler_of_games
from newsbot.app.slack import slack_over_http, slack_values
from newsbot.content.live import LiveLibrary
from newsbot.errors import NewsbotError, SettingsError
from newsbot.messages.cards import Reply
from newsbot.messages.platform import Platform
from newsbot.messages.requests import Place
from newsbot.settings import Settings

if TYPE_CHECKING:
    from newsbot.digests.watchdog import Watchdog
    from newsbot.platforms.terminal.adapter import Screen
    from newsbot.quizzes.engine import GameEngine
    from newsbot.storage.database import Database


log = logging.getLogger(__name__)


async def run(settings: Settings, screen: "Screen", parts: frozenset[str]) -> None:
    """Run these parts of newsbot until it is told to stop (SIGINT, SIGTERM), or the person at the terminal leaves.

    Raises SettingsError where a part may not start, PlatformRefused where the only platform does not let newsbot in.
    """
    require_tokens(settings, parts)
    stop = asyncio.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(number, stop.set)
    async with AsyncExitStack() as stack:
        running = await stack.enter_async_context(_running(settings, screen, parts))
        await _until_stopped(running, screen, stop, with_terminal="terminal" in parts)


def require_tokens(settings: Settings, parts: frozenset[str]) -> None:
    """Raises SettingsError where a part has not what it needs to come in."""
    if "discord" in parts:
        discord_where(settings)
    if "slack" in parts and (problem := slack_values(settings).problem()):
        raise SettingsError(problem)
    if "worker" in parts and not settings.has_tokens:
        raise SettingsError("A worker has nothing to deliver to: set DISCORD_TOKEN, or Slack's tokens.")


@dataclass
class Running:
    """What runs: the app, what tells of its drawing, and each service's task by its name."""

    app: App
    drawing: DrawingProgress
    services: dict[str, asyncio.Task[None]] = field(default_factory=dict)


@asynccontextmanager
async def _running(settings: Settings, screen: "Screen", parts: frozenset[str]) -> AsyncIterator[Running]:
    """Every part built and started; stopped in the opposite order."""
    from newsbot.storage.database import DurableChoices, DurableEvents

    async with AsyncExitStack() as stack:
        database = await stack.enter_async_context(open_database(settings))
        homes: dict[str, Platform] = {}  # where digests come: a terminal is closed most of the time
        platforms: ChainMap[str, Platform] = ChainMap({}, homes)  # and the terminal, while it is there
        wakings = WakeUps()
        app = build(
            settings,
            DurableEvents(database),
            DurableChoices(database),
            lambda live: digests_of(database, homes, live, wakings.digests, question=dailies_of(database, live)),
            lambda live: quizzes_of(database, platforms, live, wakings.games),
        )
        if settings.content.watch:
            await stack.enter_async_context(_watch_content(app.live))
        running = Running(app, DrawingProgress())
        building = _Building(stack, app, database, screen, running, platforms, homes, wakings)
        await building.start(parts)
        gc_tuning.apply()
        yield running


@dataclass(frozen=True)
class WakeUps:
    """What is woken when there is something to do sooner: what plans digests, what moves games on, what posts."""

    digests: WakeUp = field(default_factory=WakeUp)
    games: WakeUp = field(default_factory=WakeUp)
    posts: WakeUp = field(default_factory=WakeUp)


class _Building:
    """Starts the parts of one process, each where its settings and the wish for it allow."""

    def __init__(
        self,
        stack: AsyncExitStack,
        app: App,
        database: "Database",
        screen: "Screen",
        running: Running,
        platforms: ChainMap[str, Platform],
        homes: dict[str, Platform],
        wakings: WakeUps,
    ) -> None:
        self._stack = stack
        self._app = app
        self._settings = app.settings
        self._database = database
        self._screen = screen
        self._running = running
        self._worker = f"{os.uname().nodename[:24]}:{os.getpid()}:{secrets.token_hex(4)}"
        self._renderer = chart_renderer(app.settings)
        self._platforms = platforms
        self._homes = homes
        self._wakings = wakings
        self._dailies = dailies_of(database, app.live)
        self._healths: dict[str, Callable[[], str]] = {}
        self._troubles: dict[str, Callable[[], str]] = {}  # what only the operator can mend, by platform
        self._is_alone = False  # whether one platform is all there is: then its refused token ends the start
        self._routes: list[Any] = []

    async def start(self, parts: frozenset[str]) -> None:
        """Start `parts`."""
        self._stack.push_async_callback(self._renderer.close)
        self._is_alone = len(self._served_platforms(parts)) == 1
        games = games_of(self._database, self._platforms, self._app.live, self._wakings.posts)
        await games.resume(self._served_platforms(parts))
        watch = watchdog_of(self._settings, self._database)
        self._outbox_worker = outbox_worker_of(
            self._database, self._homes, self._worker, watch, before_send=self._dailies.of
        )
        self._wakings.posts.sleepers.append(self._outbox_worker.wake)
        if "discord" in parts or ("worker" in parts and self._settings.has_discord):
            await self._discord(with_gateway="discord" in parts)
        serves_slack = "web" in parts and slack_over_http(self._settings)
        if parts & {"slack"} or serves_slack or ("worker" in parts and self._settings.has_slack):
            await self._slack(with_events="slack" in parts or serves_slack)
        with_chat = "web" in parts and self._has_web_chat(parts)
        if with_chat:
            self._web_chat()
        if with_chat or self._routes or parts & {"discord", "slack", "worker"}:
            await self._listen(with_chat=with_chat, with_terminal="terminal" in parts)
        if "terminal" in parts:
            self._terminal(watch)
        if self._homes:
            self._service("outbox worker", self._outbox_worker.run(asyncio.Event()))
            planner = planner_of(self._database, self._app.live, watch, question=self._dailies)
            scheduler = scheduler_of(planner, watch, self._outbox_worker, self._wakings.digests)
            self._healths["digests"] = scheduler.health
            self._service("scheduler", scheduler.run())
            operator = operator_of(self._settings)
            self._service("troubles", tell_troubles(self._troubles, operator, self._post_once))
            self._service("zones", asyncio.to_thread(_warm_zones))
        if self._homes or "terminal" in parts:
            self._games(games)

    def _served_platforms(self, parts: frozenset[str]) -> frozenset[str]:
        """The platforms that these parts serve."""
        worker = {"discord": self._settings.has_discord, "slack": self._settings.has_slack}
        more = {name for name, is_set in worker.items() if is_set and "worker" in parts}
        return (
            (parts - {"worker"}) | more | ({"slack"} if slack_over_http(self._settings) and "web" in parts else set())
        )

    def _games(self, games: "GameEngine") -> None:
        """Move games on, by a timer of their own: people wait for them, whatever digests are planned."""
        self._stack.push_async_callback(games.close)
        scheduler = scheduler_of_games(games, self._wakings.games)
        self._healths["games"] = scheduler.health
        self._service("games", scheduler.run())

    def _service(self, name: str, work: Coroutine[Any, Any, None]) -> None:
        task = asyncio.create_task(work, name=name)
        self._running.services[name] = task

        async def ended() -> None:
            task.cancel()
            with suppress(asyncio.CancelledError, NewsbotError):
                await task

        self._stack.push_async_callback(ended)

    async def _discord(self, *, with_gateway: bool) -> None:
        from newsbot.platforms.discord._library import use_server
        from newsbot.platforms.discord.service import DiscordService
        from newsbot.storage.database import DurableEvents

        use_server(self._settings.discord.api_url, self._settings.discord.gateway_url)
        menus = LiveMenus(self._app)
        service = DiscordService(
            discord_where(self._settings),
            self._app.dispatcher,
            menus,
            self._database,
            DurableEvents(self._database),
            self._renderer,
            self._post_once,
            self._worker,
            now,
            fails_fast=self._is_alone,
        )
        self._stack.push_async_callback(service.close)
        self._homes["discord"] = service.platform
        self._troubles["discord"] = service.trouble
        if with_gateway:
            self._healths["discord"] = service.health
            self._service("discord", service.run())
        else:
            self._healths["discord"] = lambda: service.trouble() or "ok"

    async def _post_once(self, key: str, place: Place, reply: Reply) -> None:
        from newsbot.outbox.enqueue import enqueue

        await self._database.write(lambda tx: enqueue(tx, key, place, reply, now()))
        self._outbox_worker.wake()

    async def _slack(self, *, with_events: bool) -> None:
        from newsbot.platforms.slack.service import slack_service

        app = self._app
        values = slack_values(self._settings)
        parts = (values, app.dispatcher, app.live, self._database, self._renderer, now)
        slack = slack_service(*parts, with_events=with_events, fails_fast=self._is_alone)
        service = await self._stack.enter_async_context(slack)
        self._homes["slack"] = service.platform
        self._routes += service.routes
        self._troubles["slack"] = service.trouble
        self._healths["slack"] = service.health if with_events else lambda: service.trouble() or "ok"

    def _has_web_chat(self, parts: frozenset[str]) -> bool:
        """Whether the web chat may run: it is for this machine alone, and gives way where newsbot is public."""
        from newsbot.platforms.web.guard import require_loopback

        http = self._settings.http
        try:
            require_loopback(http.host, http.public_url)
        except SettingsError:
            if not self._homes:
                raise
            self._screen.tell("The web chat is off: it is for this machine alone, and HOST or PUBLIC_URL is public.")
            return False
        return True

    def _web_chat(self) -> None:
        from newsbot.platforms.web.adapter import WebChat
        from newsbot.platforms.web.http import WebRoutes

        chat = WebChat(self._app.dispatcher, self._database, now)
        shown = previews(self._settings.http.public_url)
        routes = WebRoutes(chat, self._app.dispatcher, self._renderer, shown)
        self._homes["web"] = chat
        self._routes += routes.routes()

        async def stopped() -> None:
            routes.stop()

        self._stack.push_async_callback(stopped)

    def _terminal(self, watch: "Watchdog") -> None:
        """Let newsbot post at this terminal, as long as no other one at the same database is the terminal."""
        from newsbot.platforms.terminal.lease import TerminalLease

        outbox_worker = outbox_worker_of(self._database, {self._screen.name: self._screen}, self._worker, watch)
        self._wakings.posts.sleepers.append(outbox_worker.wake)

        async def posting() -> None:
            self._platforms[self._screen.name] = self._screen
            try:
                await outbox_worker.run(asyncio.Event())
            finally:
                del self._platforms[self._screen.name]

        self._service("terminal", TerminalLease(self._database, self._worker, now).run(posting))

    async def _listen(self, *, with_chat: bool, with_terminal: bool) -> None:
        """Serve what there is over HTTP: at least the health of this process."""
        from newsbot.charts.progress import progress_bar
        from newsbot.http import HttpServer

        http = self._settings.http
        server = HttpServer(http.host, http.port, self._routes, self._health)
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
        progress = self._running.drawing if with_terminal else progress_bar("DrawingProgress charts")
        self._service("drawing", draw_ahead(self._app.live, self._renderer, progress))

    async def _health(self) -> dict[str, str]:
        parts = await health(self._app, self._database)
        if self._homes:
            parts["outbox"] = await self._outbox_worker.health()
        return {**parts, **{name: state() for name, state in self._healths.items()}}


def _warm_zones() -> None:
    """Read the names of time zones before anybody types one: it takes longer than a person's keystroke."""
    from newsbot.schedule.timezone_names import complete_zone

    complete_zone("Berlin")


async def _until_stopped(running: Running, screen: "Screen", stop: asyncio.Event, *, with_terminal: bool) -> None:
    """Wait until `stop` is set, or the person at the terminal leaves. Raises what ends a service."""
    stopping = asyncio.create_task(stop.wait())
    services = set(running.services.values())
    talking = asyncio.create_task(_talk(running, screen)) if with_terminal else None
    try:
        while not stop.is_set():
            pending: set[asyncio.Task[Any]] = {stopping, *services, *([talking] if talking else [])}
            await asyncio.wait(pending, return_when=asyncio.FIRST_COMPLETED)
            for task in [task for task in services if task.done()]:
                task.result()
                services.remove(task)
            if talking is not None and talking.done():
                if talking.result():
                    return
                talking = None  # nobody was there who could leave: newsbot goes on serving
    finally:
        for waiting in (stopping, talking):
            if waiting is not None:
                waiting.cancel()
                with suppress(asyncio.CancelledError):
                    await waiting


async def _talk(running: Running, screen: "Screen") -> bool:
    """Talk with the person at the terminal; whether there was one."""
    from newsbot.platforms.terminal.inbound import TerminalChat

    app = running.app
    return await TerminalChat(
        app.dispatcher, screen, app.settings.data_folder / "history", running.drawing.words, now
    ).run()


@asynccontextmanager
async def _watch_content(live: LiveLibrary) -> AsyncIterator[None]:
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
