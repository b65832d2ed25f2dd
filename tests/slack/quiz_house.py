"""A quiz on a loopback Slack: the real service, outbox worker and games, by two clocks that a test moves."""

import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from random import Random
from typing import Any

from newsbot.commands.dispatcher import Dispatcher
from newsbot.digests.composer.sources import ContentNews
from newsbot.digests.planner import Planner
from newsbot.digests.service import DigestService
from newsbot.messages.platform import Platform
from newsbot.outbox.worker import OutboxWorker
from newsbot.quizzes.closing import DailyCloser
from newsbot.quizzes.daily import DailyQuestions
from newsbot.quizzes.engine import GameEngine
from newsbot.quizzes.rules.game import Game
from newsbot.quizzes.serialization import game_of
from newsbot.quizzes.service import QuizService
from newsbot.storage.database import Database, DurableEvents
from tests.clock import ShiftedClock
from tests.slack.loopback import LoopbackSlack
from tests.slack.loopback_drivers import Driver
from tests.slack.loopback_records import Channel, Message
from tests.slack.service import Running, Shelf, Transport, running
from tests.slack.test_conversation import buttons

_STEP = timedelta(milliseconds=50)


@dataclass
class SlackClock:
    """Slack's time, likewise, in seconds since 1970."""

    passed: float = 0.0

    def __call__(self) -> float:
        return time.time() + self.passed


@dataclass
class QuizHouse:
    """A running newsbot in a workspace, whose games and outbox move when a test says so."""

    slack: LoopbackSlack
    bot: Running
    people: Driver
    games: GameEngine
    outbox_worker: OutboxWorker
    planner: Planner
    clock: ShiftedClock
    slack_clock: SlackClock

    async def settle(self) -> datetime | None:
        """Do all that is due at this instant; returns when to look again."""
        while True:
            again = await self.games.run_once()
            await self.games.wait_idle()
            if not await self.outbox_worker.run_once() and (again is None or again > self.clock()):
                return again

    async def run(self, seconds: float, *, slack_too: bool = True) -> None:
        """Let so many seconds pass here and, unless told, at Slack."""
        until = self.clock() + timedelta(seconds=seconds)
        while True:
            again = await self.settle()
            now = self.clock()
            if now >= until:
                return
            step = min(until, max(again or until, now + _STEP)) - now
            self.clock.passed += step
            self.slack_clock.passed += step.total_seconds() if slack_too else 0.0

    async def next_day(self) -> None:
        """A day later, with the digests that come then."""
        await self.planner.run_once()
        self.clock.passed += timedelta(days=1)
        self.slack_clock.passed += timedelta(days=1).total_seconds()
        await self.planner.run_once()
        await self.settle()
        await DailyCloser(self.bot.database, self.games._platforms, self.clock).run_once()

    async def start(self, who: str = "alice", where: str = "news", words: str = "1 20") -> Message:
        """A game that somebody starts, its first question posted; returns that message."""
        answer = await self.people.command(who, where, "/quiz", f"start {words}")
        assert answer.ok, answer.error
        await self.run(0.5)
        return self.slack.messages(where)[-1]

    async def press(self, who: str, message: Message, label: str) -> None:
        """Press the button whose label begins so."""
        token = next((token for shown, token in buttons(message).items() if shown.startswith(label)), label)
        answer = await self.people.click(who, message, token)
        assert answer.ok, answer.error

    async def told(self, who: str, message: Message, label: str) -> str:
        """What a press is answered with, in words, for whoever pressed alone."""
        before = len(self.slack.ephemerals)
        await self.press(who, message, label)
        await self.slack.wait_for(lambda: len(self.slack.ephemerals) > before)
        (receipt,) = self.slack.ephemerals[before:]
        assert receipt.ephemeral_to == self.people.user(who).id
        return shown(receipt)

    def forged(self, token: str, where: str | Channel = "news") -> Message:
        """A message of the bot's in which somebody put a button of their own."""
        button = {
            "type": "button",
            "text": {"type": "plain_text", "text": "Forged"},
            "action_id": token,
            "value": token,
        }
        blocks = [{"type": "actions", "elements": [button]}]
        return self.slack.world.bot_message(self.people.channel(where), {"text": "forged"}, blocks)

    async def game(self, number: int = 1) -> Game:
        """A game as it is kept."""
        record = await self.bot.database.read(lambda tx: tx.games.get(number))
        assert record is not None
        return game_of(record)

    async def right(self, number: int = 1) -> str:
        """The letter of the right choice of the question that a game is at."""
        return "ABCD"[(await self.game(number)).question.right]

    def posted(self, where: str | Channel = "news") -> list[str]:
        """What stands in a channel, in words."""
        return [shown(message) for message in self.slack.messages(where)]


def shown(message: Message) -> str:
    """Everything a person reads in a message, its notification first."""
    return f"{message.text}\n{message.blocks}"


@asynccontextmanager
async def quiz_house(
    slack: LoopbackSlack, slack_clock: SlackClock, transport: Transport = "http"
) -> AsyncIterator[QuizHouse]:
    """newsbot with its quiz; its timers are the test's `run`. `slack` goes by `slack_clock`."""
    clock = ShiftedClock()
    platforms: dict[str, Platform] = {}
    made: list[Any] = []

    def dispatcher_of(shelf: Shelf, database: Database) -> Dispatcher:
        def library() -> Any:
            return shelf.current

        dailies = DailyQuestions(database, library, clock, Random(4))
        quizzes = QuizService(database, platforms, library, dailies, clock, Random(5))
        digests = DigestService(database, platforms, library, ContentNews, dailies, clock)
        made.extend(
            (
                GameEngine(database, platforms, library, clock),
                OutboxWorker(database, platforms, "test", clock, Random(1), before_send=dailies.of),
                Planner(database, library, ContentNews, dailies, clock),
            )
        )
        return Dispatcher(shelf, clock, lambda: "incident", DurableEvents(database), digests=digests, quizzes=quizzes)

    async with running(slack, transport, dispatcher_of=dispatcher_of, now=clock) as bot:
        platforms["slack"] = bot.service.platform
        games, outbox_worker, planner = made
        yield QuizHouse(slack, bot, bot.people(), games, outbox_worker, planner, clock, slack_clock)
