"""What the quiz is asked and what it answers, as plain values: nothing here needs a database."""

from dataclasses import dataclass
from typing import Literal

from newsbot.errors import RequestError
from newsbot.quizzes.rules.answering import Verdict
from newsbot.quizzes.rules.asking import AskedQuestion, Difficulty
from newsbot.quizzes.rules.game import Game
from newsbot.quizzes.rules.scoring import Answer, Score
from newsbot.schedule.streaks import Streak

Counted = tuple[AskedQuestion | None, Verdict]  # the question that was answered, None for none; and what it came to


@dataclass(frozen=True, slots=True)
class GameOptions:
    """What game somebody wants; no topic or difficulty are any, no seconds no time limit."""

    topic: str | None = None
    count: int = 5
    seconds: int | None = 30
    difficulty: Difficulty | None = None
    in_thread: bool = False


@dataclass(frozen=True, slots=True)
class Vote:
    """What became of a vote to skip, and how many count of how many it takes.

    not yours: of somebody who does not play. late: the question is closed, or is not posted yet.
    """

    kind: Literal["counted", "skipped", "not yours", "late", "over", "foreign", "forged"]
    votes: int = 0
    needed: int = 0


class GameOn(RequestError):
    """Somebody plays in this channel already."""

    def __init__(self, game: Game) -> None:
        super().__init__("A game is on in this channel already.")
        self.game = game


class CannotPost(RequestError):
    """newsbot may not post here; the sentence says what to change."""


@dataclass(frozen=True, slots=True)
class Board:
    """The first ten of a board with their places, and how many people are on it."""

    standing: tuple[tuple[int, Score], ...]
    people: int


@dataclass(frozen=True, slots=True)
class MyScore:
    """A person's own figures in a server; no score where they never played there. `zone` is whose days count."""

    score: Score | None
    streak: Streak
    is_hidden: bool
    zone: str


@dataclass(frozen=True, slots=True)
class SeenQuestion:
    """A question that was asked, to somebody who wants to know more of it: what they chose, and what it was worth.

    `is_closed`: its answer is told.
    """

    question: AskedQuestion
    is_closed: bool
    mine: Answer | None = None
    points: int = 0
