"""Scoring: what an answer is worth, and who stands where.

A right answer is worth 10 (easy), 15 (medium) or 20 points (hard). In a game with a time limit, right answers have a
rank by speed as well: the first rank is worth 5 points more, the second 3, the third 2, the fourth 1. A wrong answer is
worth nothing and has no rank.

Speed is measured by the platform's timestamps of the presses, never by when newsbot read them. The right answers to a
question are grouped from the earliest on: a group begins with the earliest answer that is in no group yet, and takes in
every answer at most 0.5 seconds after that one. A group has one rank: one more than the answers before the group.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from newsbot.messages.requests import Place
from newsbot.quizzes.rules.asking import AskedQuestion

POINTS = {"easy": 10, "medium": 15, "hard": 20}
SPEED_POINTS = (5, 3, 2, 1)  # of the ranks, the first first
TIE = timedelta(seconds=0.5)


@dataclass(frozen=True, slots=True)
class Answer:
    """What one person chose; `at` is the platform's timestamp of the press that counts."""

    person: str
    name: str
    choice: int
    at: datetime
    is_changed: bool = False


@dataclass(frozen=True, slots=True)
class Result:
    """What became of one answer once its question was closed; `chosen` is the choice in words."""

    person: str
    name: str
    place: Place
    question: str
    chosen: str
    is_right: bool
    points: int
    at: datetime


@dataclass(frozen=True, slots=True)
class Score:
    """One person's results added up; `answered` is at least 1."""

    person: str
    name: str
    points: int
    right: int
    answered: int

    @property
    def accuracy(self) -> float:
        """The share of right answers, from 0 to 1."""
        return self.right / self.answered


def speed_ranks(right: Iterable[Answer]) -> dict[str, int]:
    """The rank of each of the right answers, by person."""
    ranks: dict[str, int] = {}
    rank, first = 0, None
    for before, answer in enumerate(sorted(right, key=lambda each: each.at)):
        if first is None or answer.at - first > TIE:
            rank, first = before + 1, answer.at
        ranks[answer.person] = rank
    return ranks


def results(
    question: AskedQuestion, answers: Sequence[Answer], place: Place, with_speed: bool = True
) -> tuple[Result, ...]:
    """What each answer to a question is worth, in the order given; there is at most one answer a person."""
    ranks = speed_ranks(answer for answer in answers if answer.choice == question.right) if with_speed else {}
    return tuple(_result(question, answer, place, ranks.get(answer.person)) for answer in answers)


def _result(question: AskedQuestion, answer: Answer, place: Place, rank: int | None) -> Result:
    is_right = answer.choice == question.right
    points = POINTS[question.difficulty] + _speed_points(rank) if is_right else 0
    chosen = question.choices[answer.choice]
    return Result(answer.person, answer.name, place, question.id, chosen, is_right, points, answer.at)


def _speed_points(rank: int | None) -> int:
    return SPEED_POINTS[rank - 1] if rank is not None and rank <= len(SPEED_POINTS) else 0


def totals(rows: Iterable[Result]) -> tuple[Score, ...]:
    """A score for each person, the most points first; with as many points, by name. The latest name counts."""
    by_person: dict[str, list[Result]] = {}
    for row in rows:
        by_person.setdefault(row.person, []).append(row)
    scores = [_total(person, theirs) for person, theirs in by_person.items()]
    return tuple(sorted(scores, key=lambda score: (-score.points, score.name, score.person)))


def _total(person: str, theirs: Sequence[Result]) -> Score:
    name = max((row.at, row.name) for row in theirs)[1]
    return Score(person, name, sum(row.points for row in theirs), sum(row.is_right for row in theirs), len(theirs))


def ranked_scores(scores: Sequence[Score]) -> tuple[tuple[int, Score], ...]:
    """Each score with its place, one more than the people with more points: as many points share a place."""
    points = [score.points for score in scores]
    return tuple((1 + sum(other > score.points for other in points), score) for score in scores)
