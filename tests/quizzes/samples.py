"""Values that tests of quizzes share: questions, a game, answers at so many seconds, results."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta

from newsbot.messages.requests import Place
from newsbot.quizzes.rules.asking import AskedQuestion
from newsbot.quizzes.rules.game import Game, new_game, with_question_posted
from newsbot.quizzes.rules.scoring import Answer, Result
from newsbot.quizzes.rules.sealing import seal
from newsbot.storage.records import OutageRecord

NOW = datetime(2026, 11, 24, 12, 0, tzinfo=UTC)
PLACE = Place("web", "local", "quiz")
SALT = "00" * 16


def after(seconds: float) -> datetime:
    """So many seconds after the question was posted."""
    return NOW + timedelta(seconds=seconds)


def question(name: str = "one", right: int = 1) -> AskedQuestion:
    """A medium question with the choices north, east, south, west."""
    choices = ("north", "east", "south", "west")
    text = f"Where is {name}?"
    sealed = seal(text, choices[right], SALT)
    return AskedQuestion("tea", name, text, choices, right, "It is.", "medium", "overview", "tea-price", SALT, sealed)


def game(count: int = 3, seconds: int | None = 20) -> Game:
    """A game of Ada's, the seventh there ever was, whose first question is to be posted."""
    names = ("one", "two", "three", "four", "five", "six")
    return replace(new_game(PLACE, "ada", [question(name) for name in names[:count]], seconds, NOW), id=7)


def asking(count: int = 3, seconds: int | None = 20, number: int = 0) -> Game:
    """A game of Ada's with a question that was posted at NOW."""
    return with_question_posted(replace(game(count, seconds), number=number), NOW, NOW)


def answer(person: str, choice: int = 1, seconds: float = 1.0) -> Answer:
    """A person's answer, east unless told, so many seconds after the question."""
    return Answer(person, person.title(), choice, after(seconds))


def result(person: str, points: int = 15, at: datetime = NOW, place: Place = PLACE, name: str = "one") -> Result:
    """A person's result for a question; it is right where it has points."""
    return Result(person, person.title(), place, f"tea/{name}", "east", points > 0, points, at)


def outage(start: float, end: float) -> OutageRecord:
    """newsbot was down between these seconds after the question."""
    return OutageRecord(after(start), after(end))


def outages(spans: Sequence[tuple[float, float]]) -> tuple[OutageRecord, ...]:
    """An outage for each pair of a start and a length, in seconds."""
    return tuple(outage(start, start + length) for start, length in spans)
