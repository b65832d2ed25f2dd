"""A house for games: the real web chat, outbox and games over a real database, by a clock of the test's."""

from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from random import Random
from typing import Any, cast

from newsbot.content.library import Library
from newsbot.messages.actions import Action
from newsbot.messages.cards import Card
from newsbot.messages.plain import plain_card
from newsbot.messages.requests import Click, Person, Place
from newsbot.outbox.worker import OutboxWorker
from newsbot.platforms.web.adapter import WebChat
from newsbot.platforms.web.people import PEOPLE, place
from newsbot.platforms.web.render import read_card
from newsbot.quizzes.daily import DailyQuestions
from newsbot.quizzes.engine import GameEngine
from newsbot.quizzes.rules.answering import Verdict
from newsbot.quizzes.rules.game import Game
from newsbot.quizzes.serialization import game_of
from newsbot.quizzes.service import QuizService
from newsbot.quizzes.values import GameOptions
from newsbot.storage.database import Database

NOON = datetime(2026, 11, 24, 12, 0, tzinfo=UTC)
QUIZ = place("quiz")
ADA, BEN, CHLOE = PEOPLE.values()


@dataclass
class Clock:
    """The time of a test."""

    at: datetime = NOON

    def __call__(self) -> datetime:
        return self.at


@dataclass
class Process:
    """What one process of newsbot holds; another one shares only the database and the clock."""

    database: Database
    library: Library
    clock: Clock
    name: str = "one"
    steps: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        # The dispatcher answers people; here they press by the service itself.
        self.chat = WebChat(cast(Any, None), self.database, self.clock)
        platforms = {"web": self.chat}
        self.dailies = DailyQuestions(self.database, lambda: self.library, self.clock, Random(4))
        self.quizzes = QuizService(
            self.database, platforms, lambda: self.library, self.dailies, self.clock, Random(f"{self.name} 5")
        )
        self.games = GameEngine(
            self.database, platforms, lambda: self.library, self.clock, checkpoint=self.steps.append
        )
        self.outbox_worker = OutboxWorker(self.database, platforms, self.name, self.clock, Random(6))

    async def settle(self) -> datetime | None:
        """Do all that is due at this instant; returns when to look again."""
        while True:
            again = await self.games.run_once()
            await self.games.wait_idle()
            if not await self.outbox_worker.run_once() and (again is None or again > self.clock.at):
                return again

    async def run(self, seconds: float) -> None:
        """Live for so many seconds."""
        until = self.clock.at + timedelta(seconds=seconds)
        while True:
            again = await self.settle()
            if self.clock.at >= until:
                return
            self.clock.at = min(until, max(again or until, self.clock.at + timedelta(milliseconds=50)))

    async def start(self, who: Person = ADA, where: Place = QUIZ, **wishes: Any) -> Game:
        """A game of somebody's, its first question posted."""
        game = await self.quizzes.start(where, who, GameOptions(**wishes))
        await self.run(1)
        return await self.game(game.id)

    async def game(self, number: int) -> Game:
        """The game as it is kept."""
        record = await self.database.read(lambda tx: tx.games.get(number))
        assert record is not None
        return game_of(record)

    def click(self, who: Person, where: Place = QUIZ, at: datetime | None = None) -> Click:
        """A press by somebody at this instant."""
        return Click(who, where, Action("quiz"), at=at or self.clock.at)

    async def answer(
        self, game: Game, who: Person, choice: int, number: int | None = None, at: datetime | None = None
    ) -> Verdict:
        """What becomes of a press of a choice of the question that a game is at."""
        asked = game.number if number is None else number
        _, verdict = await self.quizzes.answer(game.id, asked, choice, self.click(who, at=at))
        return verdict

    async def answer_right(self, game: Game, who: Person) -> Verdict:
        """As `answer`, with the right choice."""
        return await self.answer(game, who, game.question.right)

    async def answer_wrong(self, game: Game, who: Person) -> Verdict:
        """As `answer`, with a wrong choice."""
        return await self.answer(game, who, (game.question.right + 1) % len(game.question.choices))

    async def vote(self, game: Game, who: Person, where: Place = QUIZ) -> str:
        """What becomes of a vote to skip the question that a game is at."""
        return (await self.quizzes.vote(game.id, game.number, self.click(who, where))).kind

    async def cards(self, channel: str = "quiz") -> list[Card]:
        """What newsbot posted in a channel, as it reads now."""
        messages, _ = await self.chat.newest(ADA, channel)
        return [read_card(message) for message in messages if message.is_card]

    async def words(self, channel: str = "quiz") -> list[str]:
        """As `cards`, in plain words."""
        return [plain_card(card) for card in await self.cards(channel)]

    async def titles(self, channel: str = "quiz") -> list[str]:
        """The titles of what newsbot posted in a channel."""
        return [card.title for card in await self.cards(channel)]


def another(first: Process, name: str) -> Process:
    """Another process at the same database."""
    return replace(first, name=name, steps=[])
