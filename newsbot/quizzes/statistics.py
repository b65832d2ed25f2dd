"""How questions do: how many answered each, how many were right, and how often it was reported."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass

from newsbot.content.library import Library
from newsbot.quizzes.asking import question_id
from newsbot.quizzes.scoring import Result


@dataclass(frozen=True, slots=True)
class QuestionStatistics:
    """One question's figures; `is_asked` is False where it was retired or is no longer in the content."""

    question: str
    is_asked: bool
    answers: int
    right: int
    reports: int

    @property
    def share_right(self) -> float | None:
        """The share of right answers, from 0 to 1; None where nobody answered."""
        return self.right / self.answers if self.answers else None


def statistics(library: Library, rows: Iterable[Result], reported: Iterable[str]) -> tuple[QuestionStatistics, ...]:
    """Every question of the content, and every other one with answers or reports: what needs care comes first.

    That is the most reports, then the lowest share of right answers; `reported` names a question once a report.
    """
    answers, right, reports = Counter[str](), Counter[str](), Counter(reported)
    for row in rows:
        answers[row.question] += 1
        right[row.question] += row.is_right
    asked = {question_id(*key) for key in library.questions}
    known = asked | {question_id(*key) for key in library.retired} | set(answers) | set(reports)
    found = [QuestionStatistics(name, name in asked, answers[name], right[name], reports[name]) for name in known]
    return tuple(sorted(found, key=_care))


def _care(found: QuestionStatistics) -> tuple[int, float, str]:
    share = found.share_right
    return -found.reports, 2.0 if share is None else share, found.question
