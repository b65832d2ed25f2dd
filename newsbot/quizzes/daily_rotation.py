"""Turns: one question of the day takes the place of another one in its channel, which closes with that.

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
from newsbot.quizzes.cards.daily_cards import daily_note
from newsbot.quizzes.rules.asking import AskedQuestion
from newsbot.quizzes.rules.game import OVER
from newsbot.quizzes.rules.scoring import Answer, results
from newsbot.quizzes.serialization import answer_of, game_of, question_from_json, record_of, result_record
from newsbot.storage.dailies import DailyName
from newsbot.storage.records import AnswerRecord, DailyChannel, DailyClosing, GameRecord, ResultRecord
from newsbot.storage.transaction import Transaction

log = logging.getLogger(__name__)

Blocks = tuple[Block, ...]
Went = tuple[AskedQuestion, tuple[Answer, ...]]  # a question, and what people answered to it


@dataclass(frozen=True, slots=True)
class Rotation:
    """A question of the day that comes to a channel; `delivery` is the key of what brings it, `closes_at` its end."""

    place: Place
    daily: str
    delivery: str
    closes_at: datetime


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


ASKED = "asked:"


def on_request_key(daily: str) -> str:
    """What stands for the key of a delivery where somebody asked for the question."""
    return f"{ASKED}{daily}"


def open_channels(tx: Transaction, places: Collection[Place]) -> OpenChannels:
    """What is open in these channels. Until the transaction ends nobody else takes a turn."""
    rows = tx.dailies.hold_channels(places)
    return OpenChannels(rows, tx.deliveries.keys_not_posted({row.delivery for row in rows.values()}))


def rotate(tx: Transaction, rotations: Sequence[Rotation], now: datetime) -> list[Blocks]:
    """Open each question in its channel and close the one before; returns the note below each that leaves now.

    It tells when the question closes, and how the one before went; nothing where it was closed there already.
    """
    channels = open_channels(tx, {rotation.place for rotation in rotations})
    played = tx.dailies.games([(rotation.daily, rotation.place) for rotation in rotations])
    rows, opened = dict(channels.rows), dict[Place, DailyChannel]()
    turns: list[DailyChannel | None] = []
    for rotation in rotations:
        row, game = rows.get(rotation.place), played.get((rotation.daily, rotation.place))
        if _is_over(game, row, rotation):
            turns.append(None)
            continue
        after = rotated_channel(row, rotation, now, is_lost=row is not None and row.delivery in channels.lost)
        if after != row:
            rows[rotation.place] = opened[rotation.place] = after
        turns.append(after)
    # Before the games are read: a first press waits for this, or this for the press.
    tx.dailies.put_channels(list(opened.values()))
    _note_closings(tx, rotations, turns, channels, now)
    befores = {(turn.before, turn.place) for turn in turns if turn and turn.before}
    questions = questions_of(tx, {*(row.daily for row in opened.values()), *(daily for daily, _ in befores)})
    asked = [(place, questions[row.daily].id) for place, row in opened.items() if row.daily in questions]
    tx.dailies.note_asked(asked, now)
    told = close_questions(tx, befores, questions, now)
    return [daily_note(turn.closes_at, told.get((turn.before, turn.place))) if turn else () for turn in turns]


def _note_closings(
    tx: Transaction,
    rotations: Sequence[Rotation],
    turns: Sequence[DailyChannel | None],
    channels: OpenChannels,
    now: datetime,
) -> None:
    """Note when each message is to tell its answer: at its end; at once where another question took its place."""
    fresh = [
        DailyClosing(rotation.delivery, turn.daily, turn.place, turn.before, turn.closes_at, turn.closes_at)
        for rotation, turn in zip(rotations, turns, strict=True)
        if turn is not None and turn.closes_at is not None
    ]
    tx.dailies.add_closings(fresh)
    places = {turn.place: turn.daily for turn in turns if turn}
    replaced = {row.delivery for row in channels.rows.values() if places.get(row.place, row.daily) != row.daily}
    tx.dailies.tell_now(replaced - channels.lost, now)


def rotated_channel(row: DailyChannel | None, rotation: Rotation, now: datetime, *, is_lost: bool) -> DailyChannel:
    """The row of a channel after a turn. `is_lost`: what brought the question of the row never got there.

    A lost question is dropped: the one before it is still the one that people saw last.
    """
    if row is None:
        return DailyChannel(rotation.place, rotation.daily, "", rotation.delivery, now, rotation.closes_at)
    if row.daily == rotation.daily:
        again = replace(row, delivery=rotation.delivery, since=now, closes_at=rotation.closes_at)
        return again if is_lost else row
    before = row.before if is_lost else row.daily
    return DailyChannel(rotation.place, rotation.daily, before, rotation.delivery, now, rotation.closes_at)


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


def close_questions(
    tx: Transaction, names: Collection[DailyName], questions: Mapping[str, AskedQuestion], now: datetime
) -> dict[DailyName, Went]:
    """How these questions went, each closed with that where it is open; one that is damaged is left out."""
    played = tx.dailies.games(names)
    answers = tx.dailies.answers([record.id for record in played.values()])
    went: dict[DailyName, Went] = {name: (questions[name[0]], ()) for name in names if name[0] in questions}
    rows: list[ResultRecord] = []
    for name, record in played.items():
        try:
            went[name], fresh = _close_game(tx, record, answers[record.id], now)
            rows += fresh
        except ContentError as error:
            log.error("the results of the question of a day cannot be told: %s", error)
            went.pop(name, None)
    if rows:
        tx.games.add_results(rows)
    return went


def _close_game(
    tx: Transaction, record: GameRecord, answers: Sequence[AnswerRecord], now: datetime
) -> tuple[Went, list[ResultRecord]]:
    """How one game went, and its results as rows where it is closed only now."""
    game, chosen = game_of(record), tuple(answer_of(each) for each in answers)
    went = game.question, chosen
    if game.phase in OVER:
        return went, []
    closed_at = min(now, game.closed_at or now)
    ended = replace(game, phase="ended", since=now, closed_at=closed_at, shown=len(chosen), ending="finished")
    if not tx.games.save(record_of(ended, record.version)):
        raise StorageError("A question of the day was changed while it was closed.")
    fresh = results(game.question, chosen, game.home, with_speed=False)
    return went, [result_record(each, game.id, 0) for each in fresh]
