"""What people do with games: start, answer, vote, stop. Methods raise a NewsbotError with a sentence for the person."""

import asyncio
from collections.abc import Callable, Mapping
from datetime import datetime
from random import Random

from newsbot.content.library import Library
from newsbot.errors import RequestError
from newsbot.messages.cards import Card
from newsbot.messages.markup import outside_text
from newsbot.messages.platform import Capabilities, Platform
from newsbot.messages.requests import Click, Person, Place
from newsbot.quizzes.answers import AnswerCounter
from newsbot.quizzes.daily import DailyQuestions
from newsbot.quizzes.daily_rotation import open_question
from newsbot.quizzes.game_messages import opening_key, question_key
from newsbot.quizzes.people import PeopleService, zone_of
from newsbot.quizzes.rules.answering import Press
from newsbot.quizzes.rules.asking import QuestionFilter, pick
from newsbot.quizzes.rules.game import OVER, Game, is_played_in, may_vote, new_game, skip_by_vote, stop, votes_needed
from newsbot.quizzes.seen import seen_daily, seen_in_game
from newsbot.quizzes.serialization import game_of, record_of
from newsbot.quizzes.values import CannotPost, Counted, GameOn, GameOptions, SeenQuestion, Vote
from newsbot.storage.database import Database
from newsbot.storage.records import GameRecord
from newsbot.storage.transaction import Transaction

_LONGEST_NAME = 80
# For a message that nobody can tell beforehand whether it may be posted: a command waits about two seconds at most.
_LOOKS, _LOOK_SECONDS = 15, 0.1
_NOT_STARTED = "newsbot cannot post in this channel, so no game was started."
_NONE_HERE = "No game is played in this channel. /quiz start begins one."


class QuizService(PeopleService):
    """The quiz of every channel."""

    def __init__(
        self,
        database: Database,
        platforms: Mapping[str, Platform],
        library: Callable[[], Library],
        dailies: DailyQuestions,
        now: Callable[[], datetime],
        random: Random,
        wake: Callable[[], None] = lambda: None,
    ) -> None:
        """`wake` tells what moves games on that one is due sooner. `random` mixes questions and makes salts."""
        super().__init__(database, library, now, wake)
        self._platforms = platforms
        self._dailies = dailies
        self._random = random
        self._answer_counter = AnswerCounter(database)

    # -- games --------------------------------------------------------------------------------------------------------

    async def start(self, where: Place, who: Person, wishes: GameOptions) -> Game:
        """A new game in this channel. Raises GameOn where one is played there, CannotPost where newsbot may not post.

        Where there are no threads it is played in the channel itself, as its phase tells.
        """
        if game := await self.current(where):
            raise GameOn(game)
        abilities = await self._abilities(where)
        in_thread = wishes.in_thread and abilities.threads and where.thread is None
        wanted = QuestionFilter(wishes.count, wishes.topic, wishes.difficulty)

        def add(tx: Transaction) -> tuple[GameRecord | None, GameRecord | None]:
            questions = pick(self._library(), wanted, tx.games.history(where), self._random, open_question(tx, where))
            fresh = new_game(where, who.id, questions, wishes.seconds, self._now(), in_thread=in_thread)
            made = tx.games.add(record_of(fresh))
            return made, None if made else tx.games.open_in(where)

        made, known = await self._database.write(add)
        if made is None:
            raise GameOn(game_of(known)) if known else RequestError("A game has just ended here. Try again.")
        self._wake()
        if not abilities.is_sure:
            await self._look_for(made)
        return game_of(made)

    async def _look_for(self, made: GameRecord) -> None:
        """Wait a moment for the first message of a new game. Raises CannotPost where the platform refuses it."""
        game = game_of(made)
        key = opening_key(game) if game.phase == "opening" else question_key(game)
        for _ in range(_LOOKS):
            delivery = await self._database.read(lambda tx: tx.deliveries.by_key(key))
            if delivery is not None and delivery.state == "failed":
                raise CannotPost(f"{_NOT_STARTED} {delivery.fix or delivery.reason}".strip())
            if delivery is not None and delivery.state in ("sent", "unknown"):
                return
            await asyncio.sleep(_LOOK_SECONDS)

    async def _abilities(self, where: Place) -> Capabilities:
        """What newsbot may do in a channel. Raises CannotPost."""
        platform = self._platforms.get(where.platform)
        if platform is None:
            raise CannotPost(
                "newsbot posts nothing here while it only answers single lines. Start it with newsbot run."
            )
        abilities = await platform.capabilities(where)
        if not abilities.post:
            raise CannotPost(f"{_NOT_STARTED} {abilities.fix}".strip())
        return abilities

    async def current(self, where: Place) -> Game | None:
        """The game that is played in this channel."""
        record = await self._database.read(lambda tx: tx.games.open_in(where))
        return game_of(record) if record else None

    async def stop(self, where: Place, who: Person) -> Game:
        """The game of this channel, stopped. Raises RequestError where there is none, or it is not theirs to stop."""
        now = self._now()

        def end(tx: Transaction) -> Game:
            found = tx.games.open_in(where)
            record = tx.games.get(found.id) if found else None
            if record is None:
                raise RequestError(_NONE_HERE)
            game = stop(game_of(record), who.id, now, is_admin=who.is_admin)
            tx.games.save(record_of(game, record.version))
            return game

        game = await self._database.write(end)
        self._wake()
        return game

    # -- answers and votes --------------------------------------------------------------------------------------------

    async def answer(self, game: int, number: int, choice: int, click: Click) -> Counted:
        """What becomes of a press of a choice, and the question it is of; None where there is none."""
        return await self._answer_counter.submit(game, self._press(number, choice, click))

    async def answer_daily(self, daily: str, choice: int, click: Click) -> Counted:
        """What becomes of a press of a choice of the question of a day."""
        return await self._answer_counter.submit(daily, self._press(0, choice, click))

    def _press(self, number: int, choice: int, click: Click) -> Press:
        name = outside_text(click.who.name, _LONGEST_NAME) or "Somebody"
        return Press(click.who.id, name, click.where, number, choice, click.at or self._now())

    async def vote(self, game: int, number: int, click: Click) -> Vote:
        """What becomes of a vote to skip a question; enough of them reveal it at once."""

        def count(tx: Transaction) -> Vote:
            record = tx.games.get(game) if 0 < game < 2**31 else None
            return Vote("forged") if record is None else self._count_vote(tx, record, number, click)

        vote = await self._database.write(count)
        if vote.kind == "skipped":
            self._wake()
        return vote

    def _count_vote(self, tx: Transaction, record: GameRecord, number: int, click: Click) -> Vote:
        game = game_of(record)
        if refusal := _no_vote(game, number, click.where):
            return refusal
        players = tx.games.players(game.id)
        if not may_vote(game, click.who.id, players):
            return Vote("not yours")
        votes = tx.games.vote(game.id, number, click.who.id)
        now = self._now()
        after = skip_by_vote(game, click.at or now, now, votes, players)
        if after != game:
            tx.games.save(record_of(after, record.version))
        counted = sum(may_vote(game, person, players) for person in votes)
        return Vote("skipped" if after != game else "counted", counted, votes_needed(game, players))

    async def seen(self, game: int, number: int, click: Click) -> SeenQuestion | None:
        """A question of a game that was asked in this channel, and what whoever pressed chose; None for no such one."""

        return await self._database.read(lambda tx: seen_in_game(tx, game, number, click))

    async def seen_daily(self, daily: str, click: Click) -> SeenQuestion | None:
        """As `seen`, of a question of the day."""
        now = click.at or self._now()
        return await self._database.write(lambda tx: seen_daily(tx, daily, click, now))  # it holds what it reads

    # -- the question of the day --------------------------------------------------------------------------------------

    async def daily(self, where: Place, who: Person) -> Card:
        """The open question of the day of this channel, to be shown to everybody."""
        del who
        zone = await self._database.read(lambda tx: zone_of(tx, where))
        return await self._dailies.card(where, self._now(), zone)


def _no_vote(game: Game, number: int, where: Place) -> Vote | None:
    """Why a vote cannot count; None where it can."""
    if not is_played_in(game, where):
        return Vote("foreign")
    if game.daily or not 0 <= number <= game.number:
        return Vote("forged")
    if game.phase in OVER or game.phase == "finishing":
        return Vote("over")
    return Vote("late") if number < game.number or game.phase != "asking" else None
