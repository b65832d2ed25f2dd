"""The question of the day: sealed, answered in private, and open in its channel until the next one comes there."""

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from random import Random
from typing import Protocol
from zoneinfo import ZoneInfo

from newsbot.content.library import Library
from newsbot.content.models import date_words
from newsbot.content.rotation import next_question, question_id
from newsbot.errors import RequestError
from newsbot.messages.cards import Block, Card
from newsbot.messages.requests import Place
from newsbot.quizzes.cards.daily_cards import daily_blocks, daily_card
from newsbot.quizzes.daily_rotation import Rotation, home_of, open_channels, questions_of, rotate
from newsbot.quizzes.rules import asking
from newsbot.quizzes.serialization import question_to_json, readable
from newsbot.schedule.streaks import local_day
from newsbot.storage.database import Database
from newsbot.storage.records import DailyChannel, Delivery
from newsbot.storage.transaction import Transaction

_ID_BYTES = 8


class QuestionToStore(Protocol):
    """What is kept of a question of the day."""

    @property
    def daily(self) -> str:
        """Its id."""

    @property
    def kept(self) -> str:
        """The question with its right choice and its salt, as JSON."""


@dataclass(frozen=True, slots=True)
class DailyEdition:
    """A question of the day as a digest asks it: histories name it by `id`; `daily`, `kept` as in `QuestionToStore`."""

    id: str
    blocks: tuple[Block, ...]
    daily: str
    kept: str


class DailyQuestions:
    """The questions of the day of every channel. Any number of processes may share them."""

    def __init__(
        self, database: Database, library: Callable[[], Library], now: Callable[[], datetime], random: Random
    ) -> None:
        """`random` shuffles and salts, in any thread: outside of tests a `SystemRandom`."""
        self._database = database
        self._library = library
        self._now = now
        self._random = random

    # -- in digests ---------------------------------------------------------------------------------------------------

    def question(
        self,
        library: Library,
        topics: frozenset[str],
        asked: Sequence[str],
        without: Collection[str] = (),
    ) -> DailyEdition | None:
        """The question for an edition on any of `topics` (none are all): never asked, or the longest time ago.

        `asked` names questions, the latest last, and `without` those that must not come now. Which one comes does not
        depend on chance, nor on the day; the order of its choices, its salt and its id do on chance.
        """
        chosen = next_question(library, topics, asked, without)
        if chosen is None:
            return None
        question, daily = asking.ask_question(library, library.questions[chosen], self._random), self._new_id()
        return DailyEdition(question_id(*chosen), daily_blocks(question, daily), daily, question_to_json(question))

    def pose(self, tx: Transaction, asked: Sequence[QuestionToStore], at: datetime) -> None:
        """Keep questions, so that they can be answered."""
        for each in asked:
            tx.dailies.add(each.daily, each.kept, at)

    async def of(self, leaving: Sequence[tuple[Delivery, str]]) -> Mapping[int, tuple[Block, ...]]:
        """Open a question in the channel of each of these deliveries and close the one before.

        Returns the results of that one by the id of the delivery, where there are any. A delivery that leaves again
        finds the same. Raises StorageError, and then nothing was done.
        """
        rotations = [Rotation(home_of(delivery.place), daily, delivery.key) for delivery, daily in leaving]
        now = self._now()
        told = await self._database.write(lambda tx: rotate(tx, rotations, now))
        return {delivery.id: blocks for (delivery, _), blocks in zip(leaving, told, strict=True) if blocks}

    # -- on request ---------------------------------------------------------------------------------------------------

    async def card(self, where: Place, now: datetime, zone: ZoneInfo) -> Card:
        """The question that is open in the channel, where it came today, else a new one with the results of the last.

        Today is the day of the channel's zone, until 03:00. Raises RequestError where there is nothing to ask.
        """
        home, today = home_of(where), local_day(now, zone)

        def find_or_ask(tx: Transaction) -> Card:
            row = open_channels(tx, {home}).standing(home)
            if row is not None and local_day(row.since, zone) == today:
                question = questions_of(tx, {row.daily}).get(row.daily)
                if question is not None:
                    _mark_seen(tx, row)
                    return daily_card(question, row.daily, _date_words(today))
            return self._new_card(tx, home, now, today)

        return await self._database.write(find_or_ask)

    def _new_card(self, tx: Transaction, home: Place, now: datetime, today: date) -> Card:
        history, played = tx.games.history(home), _questions_in_play(tx, home)
        found = asking.pick(self._library(), asking.QuestionFilter(1), history, self._random, played)
        if not found:
            raise RequestError("There is no question to ask.")
        question, daily = found[0], self._new_id()
        tx.dailies.add(daily, question_to_json(question), now)
        (told,) = rotate(tx, [Rotation(home, daily, _on_request_key(daily))], now)
        return daily_card(question, daily, _date_words(today), told)

    def _new_id(self) -> str:
        return self._random.randbytes(_ID_BYTES).hex()


def _questions_in_play(tx: Transaction, home: Place) -> frozenset[str]:
    """The questions of the game that is played in a channel, asked already or not."""
    record = tx.games.open_in(home)
    games = (game for _, game in readable([record] if record else []))
    return frozenset(question.id for game in games for question in game.questions)


def _mark_seen(tx: Transaction, row: DailyChannel) -> None:
    """The question stands in the channel from now on, whatever becomes of the delivery that brought it."""
    seen = replace(row, delivery=_on_request_key(row.daily))
    if seen != row:
        tx.dailies.put_channels([seen])


def _on_request_key(daily: str) -> str:
    """What stands for the key of a delivery where somebody asked for the question."""
    return f"asked:{daily}"


def _date_words(day: date) -> str:
    return date_words(day.isoformat())
