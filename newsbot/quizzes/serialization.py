"""Games, questions and answers as they are kept, and back."""

import dataclasses
import functools
import json
import logging
from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime
from typing import Any, cast

from newsbot.errors import ContentError
from newsbot.messages.requests import Place
from newsbot.quizzes.rules.asking import AskedQuestion
from newsbot.quizzes.rules.game import Game, Phase, due
from newsbot.quizzes.rules.scoring import Answer, Result, Score
from newsbot.storage.records import AnswerRecord, GameRecord, OutageRecord, ResultRecord, StandingRecord

log = logging.getLogger(__name__)

_INSTANTS = ("created_at", "since", "asked_at", "stood_at", "closed_at", "told_at")
# What stands in columns of its own.
_APART = ("id", "phase", "daily", "starter")


def question_to_json(question: AskedQuestion) -> str:
    """The question with its right choice and its salt, as JSON."""
    return json.dumps(dataclasses.asdict(question), ensure_ascii=False)


def question_from_json(written: str) -> AskedQuestion:
    """What `question_to_json` wrote. Raises ContentError where it is none."""
    try:
        return _question(json.loads(written))
    except (KeyError, TypeError, ValueError) as error:
        raise ContentError(f"not a question as newsbot writes it: {error}") from error


def _question(data: Mapping[str, Any]) -> AskedQuestion:
    return AskedQuestion(**{**data, "choices": tuple(data["choices"])})


def record_of(game: Game, version: int = 0) -> GameRecord:
    """The game as it is kept, read as `version`."""
    data = {name: value for name, value in _parts(game).items() if name not in _APART}
    body = json.dumps(data, ensure_ascii=False, default=_to_plain)
    home = dataclasses.replace(game.home, thread=None)
    return GameRecord(game.id, home, game.place.channel, game.daily, game.phase, due(game), version, body, game.starter)


def _to_plain(value: Any) -> object:
    if isinstance(value, datetime):
        return value.isoformat()
    if isinstance(value, OutageRecord):
        return [value.start, value.end]
    return _parts(value)


def _parts(value: Any) -> dict[str, object]:
    """The fields of a dataclass by name, as they are: `asdict` copies all that is in them, which takes far longer."""
    return {field.name: getattr(value, field.name) for field in dataclasses.fields(value)}


@functools.lru_cache(maxsize=2_000)
def game_of(record: GameRecord) -> Game:
    """The game of a record. Raises ContentError where another newsbot wrote it in a way that this one cannot read."""
    try:
        data = json.loads(record.body)
        for name in _INSTANTS:
            data[name] = datetime.fromisoformat(data[name]) if data.get(name) else None  # an older game has not all
        data["home"], data["place"] = Place(**data["home"]), Place(**data["place"])
        data["questions"] = tuple(map(_question, data["questions"]))
        data["outages"] = tuple(OutageRecord(*map(datetime.fromisoformat, span)) for span in data["outages"])
        columns: dict[str, Any] = {"id": record.id, "daily": record.daily, "starter": record.starter}
        return Game(**data, **columns, phase=cast(Phase, record.phase))
    except (KeyError, TypeError, ValueError) as error:
        raise ContentError(f"game {record.id} cannot be read: {error}") from error


def readable(records: Iterable[GameRecord]) -> Iterator[tuple[GameRecord, Game]]:
    """These records with their games, those left out that cannot be read: the log tells of them."""
    for record in records:
        try:
            yield record, game_of(record)
        except ContentError as error:
            log.error("%s", error)


def answer_of(record: AnswerRecord) -> Answer:
    """An answer as the rules see it."""
    return Answer(record.person, record.name, record.choice, record.at, record.is_changed)


def answer_record(answer: Answer, game: int, number: int) -> AnswerRecord:
    """An answer as it is kept."""
    return AnswerRecord(game, number, answer.person, answer.name, answer.choice, answer.at, answer.is_changed)


def result_of(record: ResultRecord) -> Result:
    """A result as the rules see it."""
    what = (record.question, record.chosen, record.is_right, record.points, record.at)
    return Result(record.person, record.name, record.place, *what)


def result_record(result: Result, game: int, number: int) -> ResultRecord:
    """A result as it is kept."""
    what = (result.question, result.chosen, result.is_right, result.points, result.at)
    return ResultRecord(game, number, result.person, result.name, result.place, *what)


def score_of(record: StandingRecord) -> Score:
    """A person's score as the rules see it."""
    return Score(record.person, record.name, record.points, record.right, record.answered)
