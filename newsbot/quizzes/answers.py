"""AnswerCounter: what people press, counted in groups and each exactly once.

While one transaction is under way the next presses gather, and go together in the next one: a thousand people within a
second cost few commits, and a single one waits for nothing. The rows' keys are unique, and a game is held while presses
of it are judged: neither a repeat nor another process can count one twice.
"""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime

from newsbot.messages.requests import Place
from newsbot.quizzes.rules.answering import Press, Verdict, judge
from newsbot.quizzes.rules.game import Game, daily_game
from newsbot.quizzes.serialization import (
    answer_of,
    answer_record,
    game_of,
    question_from_json,
    readable,
    record_of,
)
from newsbot.quizzes.values import Counted
from newsbot.storage.dailies import DailyName
from newsbot.storage.database import Database
from newsbot.storage.games import AnswerKey
from newsbot.storage.records import AnswerRecord, DailyChannel
from newsbot.storage.transaction import Transaction
from newsbot.tasks import GroupCommitter

_MOST = 500  # presses in one transaction
_LARGEST_ID = 2**31 - 1  # what the databases take as a number of a game
_FORGED = Verdict("forged")


class AnswerCounter:
    """Counts presses. Safe to share between the tasks of one event loop."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._group: GroupCommitter[tuple[int | str, Press], Counted] = GroupCommitter(
            self._count, most=_MOST, name="answers"
        )

    async def submit(self, game: int | str, press: Press) -> Counted:
        """What becomes of a press of a game, or of the question of a day; and the question that it answers.

        Where it is new, it is kept. Raises StorageError where it could not be.
        """
        if isinstance(game, int) and not 0 < game <= _LARGEST_ID:
            return None, _FORGED
        return await self._group.submit((game, press))

    async def _count(self, presses: Sequence[tuple[int | str, Press]]) -> Sequence[Counted]:
        return await self._database.write(lambda tx: count_presses(tx, presses))


def count_presses(tx: Transaction, presses: Sequence[tuple[int | str, Press]]) -> list[Counted]:
    """Judge presses in this order and keep those that are new; within one transaction."""
    games = _games(tx, presses)
    held = tx.games.answers_of(_keys(games, presses))
    known = dict(held)
    counted: list[Counted] = []
    for name, press in presses:
        game = games.get(_name(name, press))
        counted.append((None, _FORGED) if game is None else _judge_press(game, press, known))
    tx.games.put_answers(
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


def _keys(games: Mapping[_Name, Game], presses: Sequence[tuple[int | str, Press]]) -> set[AnswerKey]:
    """Whose answers are to be looked up; a number that was forged is none of any question."""
    pressed = ((games.get(_name(game, press)), press) for game, press in presses)
    return {
        (game.id, press.number, press.person)
        for game, press in pressed
        if game is not None and 0 <= press.number < len(game.questions)
    }


def _games(tx: Transaction, presses: Sequence[tuple[int | str, Press]]) -> dict[_Name, Game]:
    """The games that are pressed, held until the transaction ends; those that are none are left out.

    Held in one order, the channels of questions of a day first: two that hold the same in different orders would wait
    for each other for ever.
    """
    numbers = {game for game, _ in presses if isinstance(game, int)}
    dailies = {(game, replace(press.where, thread=None)): press.at for game, press in presses if isinstance(game, str)}
    channels = tx.dailies.channels({place for _, place in dailies}) if dailies else {}
    wanted = numbers | set(tx.dailies.game_numbers(dailies))
    held = tx.games.get_locked(wanted).values() if wanted else ()
    games: dict[_Name, Game] = {}
    for record, game in readable(held):
        games[(record.daily, record.place) if record.daily else record.id] = game
    begun = _start_dailies(tx, {name: at for name, at in dailies.items() if name not in games}, channels)
    return {**games, **begun}


def _start_dailies(
    tx: Transaction, fresh: Mapping[DailyName, datetime], channels: Mapping[Place, DailyChannel]
) -> dict[_Name, Game]:
    """Questions of a day that nobody in a channel has pressed before, as games; those that are none are left out."""
    kept = tx.dailies.questions({daily for daily, _ in fresh}) if fresh else {}
    begun: dict[_Name, Game] = {}
    for daily, place in sorted(fresh, key=str):
        if daily not in kept:
            continue
        name = daily, place
        current = channels.get(place)
        closes_at = current.closes_at if current else None
        game = daily_game(daily, place, question_from_json(kept[daily]), fresh[name], closes_at)
        if current is not None and current.daily != daily:
            begun[name] = replace(game, phase="ended")  # another one has taken its place
        elif record := tx.games.add(record_of(game)) or tx.dailies.game(daily, place):
            begun[name] = game_of(record)
    return begun
