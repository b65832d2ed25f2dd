"""The question of the day: sealed, answered in private, and open in its channel until the time that it names."""

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
from newsbot.quizzes.cards.daily_cards import daily_blocks, daily_card, daily_note
from newsbot.quizzes.daily_rotation import (
    Rotation,
    home_of,
    on_request_key,
    open_channels,
    questions_of,
    rotate,
)
from newsbot.quizzes.rules import asking
from newsbot.quizzes.serialization import question_to_json, readable
from newsbot.quizzes.week import is_of_friday, week_blocks_of
from newsbot.schedule.closing import closes_on_request, closes_with_digests
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

        Returns by the id of the delivery when that question closes and how the one before went; on a Friday also the
        table of the week. A delivery that leaves again finds the same. Raises StorageError, and then nothing was done.
        """
        now = self._now()
        asking = [(delivery, daily) for delivery, daily in leaving if daily]
        notes = await self._database.write(lambda tx: _rotate(tx, asking, now)) if asking else []
        told = {delivery.id: note for (delivery, _), note in zip(asking, notes, strict=True)}
        if fridays := [delivery for delivery, _ in leaving if is_of_friday(delivery.slot)]:
            library = self._library()
            tables = await self._database.read(lambda tx: week_blocks_of(tx, library, fridays))
            told |= {each.id: (*told.get(each.id, ()), *tables[each.id]) for each in fridays}
        return {number: blocks for number, blocks in told.items() if blocks}

    # -- on request ---------------------------------------------------------------------------------------------------

    async def card(self, where: Place, now: datetime, zone: ZoneInfo) -> Card:
        """The question that is open in the channel, else a new one with the results of the last.

        Its date is that of the channel's zone. Raises RequestError where there is nothing to ask.
        """
        home = home_of(where)

        def find_or_ask(tx: Transaction) -> Card:
            row = open_channels(tx, {home}).standing(home)
            if row is not None and _still_shown(row, now, zone):
                question = questions_of(tx, {row.daily}).get(row.daily)
                if question is not None:
                    _mark_seen(tx, row)
                    day = _date_words(row.since.astimezone(zone).date())
                    return daily_card(question, row.daily, day, daily_note(row.closes_at, None))
            return self._new_card(tx, home, now, zone)

        return await self._database.write(find_or_ask)

    def _new_card(self, tx: Transaction, home: Place, now: datetime, zone: ZoneInfo) -> Card:
        history, played = tx.games.history(home), _questions_in_play(tx, home)
        found = asking.pick(self._library(), asking.QuestionFilter(1), history, self._random, played)
        if not found:
            raise RequestError("There is no question to ask.")
        question, daily = found[0], self._new_id()
        tx.dailies.add(daily, question_to_json(question), now)
        closes_at = closes_on_request(now, tx.subscriptions.next_in((home,), now).get(home), zone)
        (note,) = rotate(tx, [Rotation(home, daily, on_request_key(daily), closes_at)], now)
        return daily_card(question, daily, _date_words(now.astimezone(zone).date()), note)

    def _new_id(self) -> str:
        return self._random.randbytes(_ID_BYTES).hex()


def _rotate(tx: Transaction, leaving: Sequence[tuple[Delivery, str]], now: datetime) -> list[tuple[Block, ...]]:
    places = [home_of(delivery.place) for delivery, _ in leaving]
    following = tx.subscriptions.next_in(places, now)
    return rotate(
        tx,
        [
            Rotation(place, daily, delivery.key, closes_with_digests(now, following.get(place)))
            for place, (delivery, daily) in zip(places, leaving, strict=True)
        ],
        now,
    )


def _still_shown(row: DailyChannel, now: datetime, zone: ZoneInfo) -> bool:
    """Whether a question is the one to show; one without an end is, on its day."""
    if row.closes_at is None:
        return local_day(row.since, zone) == local_day(now, zone)
    return now < row.closes_at


def _questions_in_play(tx: Transaction, home: Place) -> frozenset[str]:
    """The questions of the game that is played in a channel, asked already or not."""
    record = tx.games.open_in(home)
    games = (game for _, game in readable([record] if record else []))
    return frozenset(question.id for game in games for question in game.questions)


def _mark_seen(tx: Transaction, row: DailyChannel) -> None:
    """The question stands in the channel from now on, whatever becomes of the delivery that brought it."""
    seen = replace(row, delivery=on_request_key(row.daily))
    if seen != row:
        tx.dailies.put_channels([seen])


def _date_words(day: date) -> str:
    return date_words(day.isoformat())
