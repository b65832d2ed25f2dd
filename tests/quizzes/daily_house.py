"""A house for questions of the day: digests that ask them, people who press, what closes them; by a test's clock."""

from dataclasses import dataclass, field, replace
from datetime import datetime
from random import Random
from zoneinfo import ZoneInfo

from newsbot.content.library import Library
from newsbot.digests.composer.sources import DailyQuestion
from newsbot.messages.actions import Action
from newsbot.messages.cards import Card
from newsbot.messages.plain import plain_card
from newsbot.quizzes.answers import AnswerCounter
from newsbot.quizzes.cards.daily_cards import DAILY
from newsbot.quizzes.closing import DailyCloser
from newsbot.quizzes.daily import DailyQuestions
from newsbot.quizzes.rules.answering import Press, VerdictKind
from newsbot.quizzes.rules.asking import AskedQuestion
from newsbot.quizzes.serialization import question_from_json
from newsbot.storage.database import Database
from newsbot.storage.records import DailyChannel, Delivery, ResultRecord
from tests.clock import Clock
from tests.digests.house import LIBRARY, MONDAY, PLACE, Bot

BERLIN = ZoneInfo("Europe/Berlin")
LAST = "Last question: "


@dataclass
class House:
    """A newsbot with digests and the question of the day, and people who press."""

    database: Database
    clock: Clock = field(default_factory=lambda: Clock(MONDAY))
    library: Library = LIBRARY

    def __post_init__(self) -> None:
        self.dailies = DailyQuestions(self.database, lambda: self.library, self.clock, Random(7))
        # The two ports, as the composition root hands them over.
        question: DailyQuestion = self.dailies
        self.bot = Bot(self.database, self.clock, question=question, before_send=self.dailies.of)
        self.answer_counter = AnswerCounter(self.database)
        self.closer = DailyCloser(self.database, {"memory": self.bot.platform}, self.clock)

    async def close(self, instant: datetime) -> datetime | None:
        """What closes questions looks at an instant; returns when it is to look again."""
        self.clock.at = instant
        again = await self.closer.run_once()
        await self.bot.deliver()
        return again

    def card(self, channel: str, at: int = -1) -> Card:
        """What was posted in a channel, the latest unless told."""
        return self.bot.platform.in_channel(channel)[at].card

    async def press(
        self,
        channel: str,
        who: str,
        choice: int,
        daily: str = "",
        at: datetime | None = None,
        by: AnswerCounter | None = None,
    ) -> VerdictKind:
        """What becomes of a press of a choice, of the newest question in the channel unless one is named."""
        daily = daily or daily_of(self.card(channel))
        press = Press(who, who.title(), replace(PLACE, channel=channel), 0, choice, at or self.clock.at)
        _, verdict = await (by or self.answer_counter).submit(daily, press)
        return verdict.kind

    async def kept(self, daily: str) -> AskedQuestion:
        """A question as it is kept."""
        return question_from_json((await self.database.write(lambda tx: tx.dailies.questions({daily})))[daily])

    async def row(self, channel: str) -> DailyChannel:
        """What is open in a channel."""
        place = replace(PLACE, channel=channel)
        return (await self.database.write(lambda tx: tx.dailies.channels((place,))))[place]

    async def results(self, daily: str, channel: str) -> tuple[ResultRecord, ...]:
        """What the answers to a question in a channel were worth."""
        game = await self.database.write(lambda tx: tx.dailies.game(daily, replace(PLACE, channel=channel)))
        return await self.database.read(lambda tx: tx.games.results(game.id)) if game else ()

    async def deliveries(self, key: str) -> Delivery:
        """The delivery of that key."""
        found = await self.database.read(lambda tx: tx.deliveries.by_key(key))
        assert found is not None
        return found

    async def asked(self, channel: str, at: datetime) -> Card:
        """What `/quiz daily` answers in a channel."""
        return await self.dailies.card(replace(PLACE, channel=channel), at, BERLIN)


def daily_of(card: Card) -> str:
    """The question that a card asks."""
    (daily,) = {action.arguments[0] for action in presses(card)}
    return daily


def presses(card: Card) -> list[Action]:
    """The choices of a card's question."""
    return [action for action in card.actions() if action.name == DAILY]


def told(card: Card) -> str:
    """What a card says of the last question; nothing where it says nothing."""
    _, found, after = plain_card(card).partition(LAST)
    return after.partition("\n")[0].strip() if found else ""
