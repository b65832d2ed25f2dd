"""AnswerCounter: what people press, counted in groups and each exactly once.

While one transaction is under way the next presses gather, and go together in the next one: a thousand people within a
second cost few commits, and a single one waits for nothing. The rows' keys are unique, and a game is held while presses
of it are judged: neither a repeat nor another process can count one twice.
"""

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from newsbot.errors import StorageUnavailable
from newsbot.messages.requests import Place
from newsbot.quizzes.rules.answering import Press, Verdict, judge
from newsbot.quizzes.rules.asking import AskedQuestion
from newsbot.quizzes.rules.game import Game, daily_game
from newsbot.quizzes.serialization import (
    answer_of,
    answer_record,
    game_of,
    question_from_json,
    readable,
    record_of,
)
from newsbot.storage.dailies import DailyName, daily_numbers
from newsbot.storage.database import Database, Turn
from newsbot.storage.games import (
    AnswerKey,
    add_game,
    answers_of,
    daily_channels,
    daily_questions,
    game_of_daily,
    held_games,
    put_answers,
)
from newsbot.storage.records import AnswerRecord, DailyChannel

_MOST = 500  # presses in one transaction
_LARGEST_ID = 2**31 - 1  # what the databases take as a number of a game
_FORGED = Verdict("forged")

Counted = tuple[AskedQuestion | None, Verdict]


@dataclass(frozen=True, slots=True, eq=False)
class _Pending:
    """A press of a game, by its number, or of a question of the day, by its id."""

    game: int | str
    press: Press
    counted: asyncio.Future[Counted]


class AnswerCounter:
    """Counts presses. Safe to share between the tasks of one event loop."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._casts: list[_Pending] = []
        self._counting: asyncio.Task[None] | None = None

    async def submit(self, game: int | str, press: Press) -> Counted:
        """What becomes of a press of a game, or of the question of a day; and the question that it answers.

        Where it is new, it is kept. Raises StorageError where it could not be.
        """
        if isinstance(game, int) and not 0 < game <= _LARGEST_ID:
            return None, _FORGED
        cast = _Pending(game, press, asyncio.get_running_loop().create_future())
        self._casts.append(cast)
        if self._counting is None:
            self._counting = asyncio.create_task(self._count_all(), name="presses")
        return await cast.counted

    async def _count_all(self) -> None:
        casts: list[_Pending] = []
        try:
            while self._casts:
                casts, self._casts = self._casts[:_MOST], self._casts[_MOST:]
                await self._count(casts)
        finally:
            self._counting = None
            for cast in (*casts, *self._casts):  # only where this task is ended from outside
                cast.counted.cancel()
            self._casts = []

    async def _count(self, casts: list[_Pending]) -> None:
        """Together; one by one where one of them spoils it for the rest."""
        named = [(cast.game, cast.press) for cast in casts]
        try:
            counted: Sequence[Counted] = await self._database.run(lambda connection: count_presses(connection, named))
        except Exception as error:  # noqa: BLE001 (whoever pressed has to be told; the dispatcher logs it)
            if len(casts) > 1 and not isinstance(error, StorageUnavailable):
                for cast in casts:
                    await self._count([cast])
                return
            for cast in casts:
                if not cast.counted.done():
                    cast.counted.set_exception(error)
            return
        for cast, each in zip(casts, counted, strict=True):
            if not cast.counted.done():  # one who was cancelled waits no more; the press counts all the same
                cast.counted.set_result(each)


def count_presses(connection: Turn, casts: Sequence[tuple[int | str, Press]]) -> list[Counted]:
    """Judge presses in this order and keep those that are new; within one transaction."""
    games = _games(connection, casts)
    held = answers_of(connection, _keys(games, casts))
    known = dict(held)
    counted: list[Counted] = []
    for name, press in casts:
        game = games.get(_name(name, press))
        counted.append((None, _FORGED) if game is None else _judge_press(game, press, known))
    put_answers(
        connection,
        [known[key] for key in known if key not in held],
        [known[key] for key, before in held.items() if known[key] != before],
    )
    return counted


def _judge_press(game: Game, press: Press, known: dict[AnswerKey, AnswerRecord]) -> Counted:
    key = (game.id, press.number, press.person)
    before = known.get(key)
    verdict = judge(game, answer_of(before) if before else None, press)
    if verdict.is_new and verdict.answer:
        known[key] = answer_record(verdict.answer, game.id, press.number)
    question = game.questions[press.number] if 0 <= press.number < len(game.questions) else None
    return question, verdict


_Name = int | DailyName  # of a game; of the question of a day in a channel


def _name(game: int | str, press: Press) -> _Name:
    return game if isinstance(game, int) else (game, replace(press.where, thread=None))


def _keys(games: Mapping[_Name, Game], casts: Sequence[tuple[int | str, Press]]) -> set[AnswerKey]:
    """Whose answers are to be looked up; a number that was forged is none of any question."""
    pressed = ((games.get(_name(game, press)), press) for game, press in casts)
    return {
        (game.id, press.number, press.person)
        for game, press in pressed
        if game is not None and 0 <= press.number < len(game.questions)
    }


def _games(connection: Turn, casts: Sequence[tuple[int | str, Press]]) -> dict[_Name, Game]:
    """The games that are pressed, held until the transaction ends; those that are none are left out.

    Held in one order, the channels of questions of a day first: two that hold the same in different orders would wait
    for each other for ever.
    """
    numbers = {game for game, _ in casts if isinstance(game, int)}
    dailies = {(game, replace(press.where, thread=None)): press.at for game, press in casts if isinstance(game, str)}
    channels = daily_channels(connection, tuple({place for _, place in dailies})) if dailies else {}
    wanted = numbers | set(daily_numbers(connection, dailies))
    held = held_games(connection, wanted).values() if wanted else ()
    games: dict[_Name, Game] = {}
    for record, game in readable(held):
        games[(record.daily, record.place) if record.daily else record.id] = game
    begun = _start_dailies(connection, {name: at for name, at in dailies.items() if name not in games}, channels)
    return {**games, **begun}


def _start_dailies(
    connection: Turn, fresh: Mapping[DailyName, datetime], channels: Mapping[Place, DailyChannel]
) -> dict[_Name, Game]:
    """Questions of a day that nobody in a channel has pressed before, as games; those that are none are left out."""
    kept = daily_questions(connection, {daily for daily, _ in fresh}) if fresh else {}
    begun: dict[_Name, Game] = {}
    for daily, place in sorted(fresh, key=str):
        if daily not in kept:
            continue
        name = daily, place
        game = daily_game(daily, place, question_from_json(kept[daily]), fresh[name])
        current = channels.get(place)
        if current is not None and current.daily != daily:
            begun[name] = replace(game, phase="ended")  # another one has taken its place
        elif record := add_game(connection, record_of(game)) or game_of_daily(connection, daily, place):
            begun[name] = game_of(record)
    return begun
