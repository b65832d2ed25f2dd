"""Turns: one question of the day takes the place of another one in its channel, whose results are told then.

A turn may be taken again: after a crash, after an attempt that was unclear, by another process. The row of the channel
tells what stood there before, and a question that was closed stays as it was closed.
"""

import logging
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from newsbot.errors import ContentError, StorageError
from newsbot.messages.cards import Block
from newsbot.messages.requests import Place
from newsbot.quizzes.cards.daily_cards import daily_results
from newsbot.quizzes.rules.asking import AskedQuestion
from newsbot.quizzes.rules.game import OVER
from newsbot.quizzes.rules.scoring import results
from newsbot.quizzes.serialization import answer_of, game_of, question_from_json, record_of, result_record
from newsbot.storage.dailies import DailyName
from newsbot.storage.records import AnswerRecord, DailyChannel, GameRecord, ResultRecord
from newsbot.storage.transaction import Transaction

log = logging.getLogger(__name__)

Blocks = tuple[Block, ...]


@dataclass(frozen=True, slots=True)
class Rotation:
    """A question of the day that comes to a channel; `delivery` is the key of what brings it there."""

    place: Place
    daily: str
    delivery: str


@dataclass(frozen=True, slots=True)
class OpenChannels:
    """What was open in channels before a turn, and which of the deliveries that brought it never got there."""

    rows: Mapping[Place, DailyChannel]
    lost: frozenset[str]

    def standing(self, place: Place) -> DailyChannel | None:
        """What is open in a channel and was seen there, as far as that is known."""
        row = self.rows.get(place)
        return row if row is not None and row.delivery not in self.lost else None


def home_of(place: Place) -> Place:
    """The channel of a place: a thread has no question of the day of its own."""
    return replace(place, thread=None)


def open_channels(tx: Transaction, places: Collection[Place]) -> OpenChannels:
    """What is open in these channels. Until the transaction ends nobody else takes a turn."""
    rows = tx.dailies.hold_channels(places)
    return OpenChannels(rows, tx.deliveries.keys_not_posted({row.delivery for row in rows.values()}))


def rotate(tx: Transaction, rotations: Sequence[Rotation], now: datetime) -> list[Blocks]:
    """Open each question in its channel and close the one before; returns the results of that one for each turn.

    None where there was no question before, or where the new one was closed there already.
    """
    channels = open_channels(tx, {rotation.place for rotation in rotations})
    played = tx.dailies.games([(rotation.daily, rotation.place) for rotation in rotations])
    rows, opened = dict(channels.rows), dict[Place, DailyChannel]()
    befores: list[DailyName] = []
    for rotation in rotations:
        row, game = rows.get(rotation.place), played.get((rotation.daily, rotation.place))
        if _is_over(game, row, rotation):
            befores.append(("", rotation.place))
            continue
        after = rotated_channel(row, rotation, now, is_lost=row is not None and row.delivery in channels.lost)
        if after != row:
            rows[rotation.place] = opened[rotation.place] = after
        befores.append((after.before, rotation.place))
    # Before the games are read: a first press waits for this, or this for the press.
    tx.dailies.put_channels(list(opened.values()))
    questions = questions_of(tx, {*(row.daily for row in opened.values()), *(daily for daily, _ in befores)})
    asked = [(place, questions[row.daily].id) for place, row in opened.items() if row.daily in questions]
    tx.dailies.note_asked(asked, now)
    told = _close_all(tx, {before for before in befores if before[0]}, questions, now)
    return [told.get(before, ()) for before in befores]


def rotated_channel(row: DailyChannel | None, rotation: Rotation, now: datetime, *, is_lost: bool) -> DailyChannel:
    """The row of a channel after a turn. `is_lost`: what brought the question of the row never got there.

    A lost question is dropped: the one before it is still the one that people saw last.
    """
    if row is None:
        return DailyChannel(rotation.place, rotation.daily, "", rotation.delivery, now)
    if row.daily == rotation.daily:
        return replace(row, delivery=rotation.delivery, since=now) if is_lost else row
    return DailyChannel(rotation.place, rotation.daily, row.before if is_lost else row.daily, rotation.delivery, now)


def _is_over(game: GameRecord | None, row: DailyChannel | None, rotation: Rotation) -> bool:
    """Whether a question that comes again, as its message was sent again, was closed in the meantime."""
    return game is not None and game.phase in OVER and (row is None or row.daily != rotation.daily)


def open_question(tx: Transaction, where: Place) -> frozenset[str]:
    """The name of the question of the day that is open in a channel, where there is one."""
    rows = tx.dailies.channels((where,))
    return frozenset(each.id for each in (questions_of(tx, {row.daily for row in rows.values()})).values())


def questions_of(tx: Transaction, dailies: Collection[str]) -> dict[str, AskedQuestion]:
    """Questions of days by id, those left out that cannot be read."""
    found = {}
    for daily, kept in (tx.dailies.questions(dailies)).items():
        try:
            found[daily] = question_from_json(kept)
        except ContentError as error:
            log.error("the question of a day %s: %s", daily, error)
    return found


def _close_all(
    tx: Transaction, names: Collection[DailyName], questions: Mapping[str, AskedQuestion], now: datetime
) -> dict[DailyName, Blocks]:
    """The results of these questions, which are closed with that where they are open; none where one is damaged."""
    played = tx.dailies.games(names)
    answers = tx.dailies.answers([record.id for record in played.values()])
    quiet = {daily: daily_results(question, ()) for daily, question in questions.items()}
    told: dict[DailyName, Blocks] = {name: quiet.get(name[0], ()) for name in names}
    rows: list[ResultRecord] = []
    for name, record in played.items():
        try:
            told[name], fresh = _close_game(tx, record, answers[record.id], now)
            rows += fresh
        except ContentError as error:
            log.error("the results of the question of a day cannot be told: %s", error)
            told[name] = ()
    if rows:
        tx.games.add_results(rows)
    return told


def _close_game(
    tx: Transaction, record: GameRecord, answers: Sequence[AnswerRecord], now: datetime
) -> tuple[Blocks, list[ResultRecord]]:
    """The results of one game as blocks, and as rows where it is closed only now."""
    game, chosen = game_of(record), [answer_of(each) for each in answers]
    told = daily_results(game.question, chosen)
    if game.phase in OVER:
        return told, []
    ended = replace(game, phase="ended", since=now, closed_at=now, shown=len(chosen), ending="finished")
    if not tx.games.save(record_of(ended, record.version)):
        raise StorageError("A question of the day was changed while it was closed.")
    fresh = results(game.question, chosen, game.home, with_speed=False)
    return told, [result_record(each, game.id, 0) for each in fresh]
