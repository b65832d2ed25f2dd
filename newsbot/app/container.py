"""The container: every object of one process, built once when it is first asked for, closed in the opposite order."""

import os
import secrets
from collections import ChainMap
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import AsyncExitStack, asynccontextmanager
from datetime import time, timedelta
from functools import cached_property
from random import Random, SystemRandom
from typing import TYPE_CHECKING, TypeVar

from newsbot.app.answering import build_dispatcher, build_library, build_renderer, now
from newsbot.app.news import Progress, SourceAlerts, open_poller
from newsbot.app.platforms import discord_target, operator_place, slack_config
from newsbot.charts.renderer import ChartRenderer
from newsbot.commands.dispatcher import Dispatcher
from newsbot.commands.registry import Menu
from newsbot.content.live import LiveLibrary
from newsbot.digests.alerts import Alerts
from newsbot.digests.composer.sources import ContentNews
from newsbot.digests.late_policy import LatePolicy
from newsbot.digests.planner import Planner
from newsbot.digests.readers import Readers
from newsbot.digests.service import DigestService
from newsbot.digests.watchdog import Watchdog
from newsbot.messages.cards import Reply
from newsbot.messages.platform import Platform
from newsbot.messages.requests import Place
from newsbot.news.book import SourceBook
from newsbot.news.service import NewsService
from newsbot.operations.health import WELL, DatabaseHealth, Health, Ping
from newsbot.operations.retention import Retention
from newsbot.outbox.enqueue import enqueue
from newsbot.outbox.rate_limit import Rate
from newsbot.outbox.worker import OutboxWorker
from newsbot.quizzes.closing import DailyCloser
from newsbot.quizzes.daily import DailyQuestions
from newsbot.quizzes.engine import GameEngine
from newsbot.quizzes.service import QuizService
from newsbot.scheduler import AfterSweep, Alarm, Scheduler
from newsbot.settings import Settings
from newsbot.storage.database import Database, DurableChoices, DurableEvents, DurableReports
from newsbot.storage.migrate import migrate

if TYPE_CHECKING:  # each platform's library is loaded where its platform is
    from newsbot.news.poller import NewsPoller
    from newsbot.platforms.diagnostics import Check
    from newsbot.platforms.discord.service import DiscordService
    from newsbot.platforms.slack.service import SlackNeeds, SlackService
    from newsbot.platforms.web.adapter import WebChat

_Made = TypeVar("_Made")

# Messages a second to a whole platform, all workers together. Discord's global limit is 50 requests a second; Slack's
# is one a second in a channel, and several hundred a minute in a workspace.
_PER_SECOND = {"discord": 40.0, "slack": 20.0}
# Nobody may foresee a salt, and so the right choice.
_RANDOM = SystemRandom()
_RETENTION_AT, _OPTIMIZE_AT = time(3, 30), time(4, 30)  # UTC; few people are awake where most of newsbot's are


class WakeUp:
    """Tells whatever waits in this process that something may be due sooner."""

    def __init__(self) -> None:
        self._sleepers: list[Callable[[], None]] = []

    def add(self, *sleepers: Callable[[], None]) -> None:
        """Wake these from now on."""
        self._sleepers += sleepers

    def __call__(self) -> None:
        """Wake them all."""
        for wake in self._sleepers:
            wake()


class Container:
    """The objects of one process over one database. Each is entered with how its health is asked and how it is closed.

    `homes` are the platforms that digests come to; `platforms` are these and the terminal, while it is one.
    """

    def __init__(self, settings: Settings, database: Database, stack: AsyncExitStack) -> None:
        """What is built is closed with `stack`."""
        self.settings = settings
        self.database = database
        self.stack = stack
        self.worker = f"{os.uname().nodename[:24]}:{os.getpid()}:{secrets.token_hex(4)}"
        self.homes: dict[str, Platform] = {}
        self.platforms: ChainMap[str, Platform] = ChainMap({}, self.homes)
        self.is_alone = False  # whether one platform is all there is: then its refused token ends the start
        self.health = Health()
        self.health.add("database", DatabaseHealth(database, now).ping)
        self._digests_due, self._games_due, self._posts_due = WakeUp(), WakeUp(), WakeUp()

    def _enter(
        self, made: _Made, *, close: Callable[[], Awaitable[None]] | None = None, **pings: Callable[[], str]
    ) -> _Made:
        if close is not None:
            self.stack.push_async_callback(close)
        for name, state in pings.items():
            self.add_ping(name, state)
        return made

    def add_ping(self, name: str, state: Callable[[], str]) -> None:
        """Ask `state` for the health of the part of that name: "ok", or a sentence."""
        self.health.add(name, _as_ping(state))

    # -- answering ----------------------------------------------------------------------------------------------------

    @cached_property
    def live(self) -> LiveLibrary:
        """The newest content."""
        live = build_library(self.settings)
        return self._enter(live, content=lambda: WELL if live.is_current else "the last edit has mistakes; see the log")

    @cached_property
    def dispatcher(self) -> Dispatcher:
        """What answers every request."""
        kept = self.events, self.choices, self.digest_service, self.quiz_service, self.reports, self.news_service
        return build_dispatcher(self.live, *kept)

    @cached_property
    def events(self) -> DurableEvents:
        """Which events were handled."""
        return DurableEvents(self.database)

    @cached_property
    def choices(self) -> DurableChoices:
        """What places chose."""
        return DurableChoices(self.database)

    @cached_property
    def reports(self) -> DurableReports:
        """What people say is wrong with numbers."""
        return DurableReports(self.database)

    @cached_property
    def renderer(self) -> ChartRenderer:
        """What draws charts."""
        renderer = build_renderer(self.settings)
        return self._enter(renderer, close=renderer.close)

    # -- digests ------------------------------------------------------------------------------------------------------

    @cached_property
    def digest_service(self) -> DigestService:
        """What people do with digests."""
        sources = lambda: self.live.current, ContentNews, self.dailies
        return DigestService(self.database, self.homes, *sources, now, self._digests_due)

    @cached_property
    def planner(self) -> Planner:
        """What decides and composes digests."""
        sources = lambda: self.live.current, ContentNews, self.dailies
        return Planner(self.database, *sources, now, alerts=self.watchdog)

    @cached_property
    def watchdog(self) -> Watchdog:
        """What notices that a digest is not confirmed."""
        patience = timedelta(minutes=self.settings.alerts.minutes)
        return Watchdog(self.database, Alerts(operator_place(self.settings)), now, patience)

    @cached_property
    def readers(self) -> Readers:
        """What notices that nobody presses anything in a digest."""
        return Readers(self.database, Alerts(operator_place(self.settings)), now)

    @cached_property
    def digests_alarm(self) -> Alarm:
        """What wakes planner and watchdog in time."""
        alarm = self.scheduler.alarm("digests", AfterSweep(self.planner, self.outbox_worker.wake), self.watchdog)
        self._digests_due.add(alarm.wake, self.outbox_worker.wake)
        return self._enter(alarm, digests=alarm.health)

    # -- quizzes ------------------------------------------------------------------------------------------------------

    @cached_property
    def dailies(self) -> DailyQuestions:
        """The question of the day."""
        return DailyQuestions(self.database, lambda: self.live.current, now, _RANDOM)

    @cached_property
    def quiz_service(self) -> QuizService:
        """What people do with quizzes."""
        library = lambda: self.live.current  # noqa: E731
        return QuizService(self.database, self.platforms, library, self.dailies, now, _RANDOM, self._games_due)

    @cached_property
    def engine(self) -> GameEngine:
        """What moves games on."""
        engine = GameEngine(self.database, self.platforms, lambda: self.live.current, now, self._posts_due)
        return self._enter(engine, close=engine.close)

    @cached_property
    def games_alarm(self) -> Alarm:
        """What wakes the games' engine, by itself: people wait for it, whatever digests are planned."""
        alarm = self.scheduler.alarm("games", self.engine)
        self._games_due.add(alarm.wake)
        return self._enter(alarm, games=alarm.health)

    @cached_property
    def dailies_alarm(self) -> Alarm:
        """What closes questions of the day, by itself: a thousand channels may close theirs in one minute."""
        closer = DailyCloser(self.database, self.homes, now, self._posts_due)
        return self._enter(self.scheduler.alarm("dailies", closer))

    # -- news ---------------------------------------------------------------------------------------------------------

    @cached_property
    def source_book(self) -> SourceBook:
        """The sources of news."""
        return SourceBook(self.settings.sources_file, self.settings.news.contact or "")

    @cached_property
    def news_service(self) -> NewsService:
        """What people see of the sources of news."""
        return NewsService(self.database, self.source_book, now)

    async def enter_poller(self, progress: Progress) -> "NewsPoller":
        """What polls the sources of news. Raises SourceMistakes where their file has any."""
        alerts = SourceAlerts(operator_place(self.settings), self._posts_due)
        await self.source_book.load()
        entered = open_poller(self.settings, self.database, self.source_book, alerts, self.worker, progress)
        poller = await self.stack.enter_async_context(entered)
        return self._enter(poller, news=poller.health)

    # -- posting ------------------------------------------------------------------------------------------------------

    @cached_property
    def outbox_worker(self) -> OutboxWorker:
        """What delivers to the homes."""
        worker = self.build_outbox_worker(self.homes, is_home=True)
        self.health.add("outbox", worker.health)
        return worker

    def build_outbox_worker(self, platforms: Mapping[str, Platform], *, is_home: bool = False) -> OutboxWorker:
        """A worker for platforms, at the pace that they ask for. Questions of the day come to homes alone."""
        worker = OutboxWorker(
            self.database,
            platforms,
            self.worker,
            now,
            Random(),  # noqa: S311 (no secret)
            paces={name: Rate(rate) for name, rate in _PER_SECOND.items()},
            on_refused=self.watchdog.pause_refused,
            on_gone=self.watchdog.pause_gone,
            decide_late=self._late_policy.decide,
            before_send=self.dailies.of if is_home else None,
        )
        self._posts_due.add(worker.wake)
        return worker

    @cached_property
    def _late_policy(self) -> LatePolicy:
        return LatePolicy(self.database, now)

    async def post_once(self, key: str, place: Place, reply: Reply) -> None:
        """Put a message into the outbox, unless one of that key was put there before."""
        await self.database.write(lambda tx: enqueue(tx, key, place, reply, now()))
        self._posts_due()

    # -- platforms ----------------------------------------------------------------------------------------------------

    @cached_property
    def discord(self) -> "DiscordService":
        """Discord. Raises SettingsError without a token."""
        from newsbot.platforms.discord._library import use_server
        from newsbot.platforms.discord.service import DiscordService

        target = discord_target(self.settings)
        use_server(self.settings.discord.api_url, self.settings.discord.gateway_url)
        service = DiscordService(
            target,
            self.dispatcher,
            LiveMenus(self.live, self.dispatcher),
            self.database,
            self.events,
            self.renderer,
            self.post_once,
            self.worker,
            now,
            fails_fast=self.is_alone,
        )
        return self._enter(service, close=service.close)

    async def enter_slack(self, *, with_events: bool) -> "SlackService":
        """Slack, connected where it is to hear of events. Raises PlatformRefused where it may not start."""
        from newsbot.platforms.slack.service import slack_service

        entered = slack_service(self._slack_needs(), with_events=with_events, fails_fast=self.is_alone)
        return await self.stack.enter_async_context(entered)

    async def examine_slack(self, channel: str, *, posts: bool) -> "list[Check]":
        """What is well and what is not with newsbot in Slack."""
        from newsbot.platforms.slack.service import examine

        return await examine(self._slack_needs(), channel, posts=posts)

    def _slack_needs(self) -> "SlackNeeds":
        from newsbot.platforms.slack.service import SlackNeeds

        config = slack_config(self.settings)
        return SlackNeeds(config, self.dispatcher, self.live, self.database, self.renderer, now)

    @cached_property
    def web_chat(self) -> "WebChat":
        """The web chat."""
        from newsbot.platforms.web.adapter import WebChat

        return WebChat(self.dispatcher, self.database, now)

    # -- operations ---------------------------------------------------------------------------------------------------

    @cached_property
    def scheduler(self) -> Scheduler:
        """Periodic jobs, and the alarms for what is due."""
        scheduler = Scheduler(now, self)
        scheduler.every("readers", self.readers.run_once, timedelta(hours=1))
        scheduler.every_day("retention", self.retention.prune, _RETENTION_AT)
        scheduler.every_day("optimize", self.database.optimize, _OPTIMIZE_AT)
        return self._enter(scheduler, jobs=scheduler.health)

    @cached_property
    def retention(self) -> Retention:
        """What deletes old rows."""
        return Retention(self.database, self.settings.retention, now)

    async def take(self, name: str, length: timedelta) -> bool:
        """Whether a lease is this process's from now on, for so long."""
        return await self.database.write(lambda tx: tx.leases.take(name, self.worker, now(), length))


class LiveMenus:
    """The dispatcher's menu, and word of a newer one."""

    def __init__(self, live: LiveLibrary, dispatcher: Dispatcher) -> None:
        self._live = live
        self._dispatcher = dispatcher

    def current(self) -> Menu:
        """The newest menu."""
        return self._dispatcher.context.menu

    async def changed(self) -> None:
        """Return when the content changed."""
        await self._live.changed()


def _as_ping(state: Callable[[], str]) -> Ping:
    async def ping() -> str:
        return state()

    return ping


@asynccontextmanager
async def open_database(settings: Settings) -> AsyncIterator[Database]:
    """The database, with the tables of this newsbot."""
    database = Database(settings.database_url)
    try:
        await migrate(database)
        yield database
    finally:
        await database.close()


@asynccontextmanager
async def open_container(settings: Settings) -> AsyncIterator[Container]:
    """A container over the database of these settings; what it built is closed at the end, the newest first."""
    async with open_database(settings) as database, AsyncExitStack() as stack:
        yield Container(settings, database, stack)
