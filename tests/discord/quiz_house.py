"""A quiz on a loopback Discord: the real service, outbox worker and games, by two clocks that a test moves."""

import asyncio
import secrets
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from pathlib import Path
from random import Random
from typing import Any

from newsbot.commands.dispatcher import Dispatcher
from newsbot.content.library import Library
from newsbot.content.live import LiveLibrary
from newsbot.digests.composer.sources import ContentNews
from newsbot.digests.planner import Planner
from newsbot.digests.service import DigestService
from newsbot.messages.cards import Reply
from newsbot.messages.platform import Platform
from newsbot.messages.requests import Place
from newsbot.outbox.worker import OutboxWorker
from newsbot.platforms.discord.service import DiscordService, DiscordTarget
from newsbot.quizzes.closing import DailyCloser
from newsbot.quizzes.daily import DailyQuestions
from newsbot.quizzes.engine import GameEngine
from newsbot.quizzes.rules.game import Game
from newsbot.quizzes.serialization import game_of
from newsbot.quizzes.service import QuizService
from newsbot.storage.database import Database, DurableEvents
from tests.clock import ShiftedClock
from tests.databases import copy_migrated
from tests.discord.conftest import Town
from tests.discord.house import Menus
from tests.discord.loopback_interactions import Interaction
from tests.discord.loopback_objects import Channel, Payload, User
from tests.discord.test_bot import buttons, words
from tests.discord.test_posting import Drawn
from tests.outbox.posting import post
from tests.patience import PATIENCE
from tests.shipped import CONTENT, read_once

START = ("quiz", "start")
_STEP = timedelta(milliseconds=50)


@dataclass
class QuizHouse:
    """A running newsbot in a town, whose games and outbox move when a test says so."""

    town: Town
    database: Database
    service: DiscordService
    games: GameEngine
    outbox_worker: OutboxWorker
    planner: Planner
    clock: ShiftedClock
    platforms: dict[str, Platform] = field(default_factory=dict)

    async def settle(self) -> datetime | None:
        """Do all that is due at this instant; returns when to look again."""
        while True:
            again = await self.games.run_once()
            await self.games.wait_idle()
            if not await self.outbox_worker.run_once() and (again is None or again > self.clock()):
                return again

    async def run(self, seconds: float, *, discord_too: bool = True) -> None:
        """Let so many seconds pass here and, unless told, at Discord."""
        until = self.clock() + timedelta(seconds=seconds)
        while True:
            again = await self.settle()
            now = self.clock()
            if now >= until:
                return
            step = min(until, max(again or until, now + _STEP)) - now
            self.clock.passed += step
            if discord_too:
                self.town.server.clock.advance(step.total_seconds())

    async def next_day(self) -> None:
        """A day later, with the digests that come then."""
        await self.planner.run_once()
        self.clock.passed += timedelta(days=1)
        self.town.server.clock.advance(timedelta(days=1).total_seconds())
        await self.planner.run_once()
        await self.settle()
        await DailyCloser(self.database, self.platforms, self.clock).run_once()

    async def command(self, who: User, where: Channel, *path: str, **options: Any) -> Interaction:
        """A command, once it is answered."""
        asked = await self.town.server.command(who, where, path, options)
        await asked.answer()
        return asked

    async def start(self, who: User | None = None, where: Channel | None = None, **options: Any) -> Payload:
        """A game that somebody starts, its first question posted; returns that message."""
        town = self.town
        place = where or town.news
        await self.command(who or town.anna, place, *START, **{"questions": 1, "seconds": "20", **options})
        await self.run(0.5)
        return self.town.server.messages(place)[-1]

    async def press(self, who: User, message: Payload, label: str) -> Interaction:
        """Press the button whose label begins so, once that is answered."""
        return await self.press_token(who, message, token_of(message, label))

    async def press_token(self, who: User, message: Payload, token: str) -> Interaction:
        """Press the button with that custom id."""
        pressed = await self.town.server.click(who, message, token)
        await pressed.answer()
        return pressed

    async def told(self, who: User, message: Payload, label: str) -> str:
        """What a press is answered with, in words, for whoever pressed alone."""
        pressed = await self.press(who, message, label)
        assert pressed.original is not None
        assert pressed.original["flags"] & 64, words(pressed.original)
        return words(pressed.original)

    async def forged(self, token: str, where: Channel | None = None) -> Payload:
        """A message of the bot's in which somebody put a button of their own."""
        button = {"type": 2, "style": 2, "label": "Forged", "custom_id": token}
        body = {"flags": 1 << 15, "components": [{"type": 1, "components": [button]}]}
        return await self.town.server.store.create(where or self.town.news, self.town.server.world.bot, body, {})

    async def game(self, number: int = 1) -> Game:
        """A game as it is kept."""
        record = await self.database.read(lambda tx: tx.games.get(number))
        assert record is not None
        return game_of(record)

    async def right(self, number: int = 1) -> str:
        """The letter of the right choice of the question that a game is at."""
        return "ABCD"[(await self.game(number)).question.right]

    def posted(self, where: Channel | None = None) -> list[str]:
        """What stands in a channel, in words."""
        return [words(message) for message in self.town.server.messages(where or self.town.news)]


def token_of(message: Payload, label: str) -> str:
    """What stands behind the button whose label begins so."""
    return next(token for shown, token in buttons(message["components"]).items() if shown.startswith(label))


@asynccontextmanager
async def quiz_house(town: Town, folder: Path) -> AsyncIterator[QuizHouse]:
    """newsbot with its quiz, connected; its timers are the test's `run`."""
    copy_migrated(folder / "newsbot.db")
    database, clock = Database(f"sqlite:///{folder / 'newsbot.db'}"), ShiftedClock()
    platforms: dict[str, Platform] = {}
    live = LiveLibrary(CONTENT, lambda: date(2026, 11, 23), read_once)

    def library() -> Library:
        return live.current

    dailies = DailyQuestions(database, library, clock, Random(4))
    quizzes = QuizService(database, platforms, library, dailies, clock, Random(5))
    digests = DigestService(database, platforms, library, ContentNews, dailies, clock)
    events, worker = DurableEvents(database), secrets.token_hex(4)
    dispatcher = Dispatcher(live, clock, lambda: secrets.token_hex(4), events, digests=digests, quizzes=quizzes)

    async def post_once(key: str, place: Place, reply: Reply) -> None:
        await post(database, outbox_worker, key, place, reply, clock())

    where = DiscordTarget(town.server.token, town.server.gateway_url, None)
    service = DiscordService(
        where,
        dispatcher,
        Menus(dispatcher, live),
        database,
        events,
        Drawn(),
        post_once,
        worker,
        clock,
        defer_after=PATIENCE,  # a busy machine makes no promise of an answer
    )
    platforms["discord"] = service.platform
    outbox_worker = OutboxWorker(database, platforms, worker, clock, Random(1), before_send=dailies.of)
    games = GameEngine(database, platforms, library, clock)
    planner = Planner(database, library, ContentNews, dailies, clock)
    running = asyncio.create_task(service.run())
    try:
        await town.server.ready()
        await town.server.wait_for(lambda: bool(town.server.application.commands) or running.done())
        yield QuizHouse(town, database, service, games, outbox_worker, planner, clock, platforms)
    finally:
        running.cancel()
        with suppress(asyncio.CancelledError, Exception):
            await running
        await games.close()
        await service.close()
        await database.close()
