"""How questions do: how many answered each, how many were right, and how often it was reported."""

from collections.abc import Mapping
from dataclasses import dataclass

from newsbot.content.library import Library
from newsbot.content.rotation import question_id


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


def statistics(
    library: Library, answers: Mapping[str, tuple[int, int]], reports: Mapping[str, int]
) -> tuple[QuestionStatistics, ...]:
    """Every question of the content, and every other one with answers or reports: what needs care comes first.

    That is the most reports, then the lowest share of right answers. `answers` tells for a question how many there are
    and how many of them are right, `reports` how many people reported it.
    """
    asked = {question_id(*key) for key in library.questions}
    known = asked | {question_id(*key) for key in library.retired} | answers.keys() | reports.keys()
    found = (
        QuestionStatistics(name, name in asked, *answers.get(name, (0, 0)), reports.get(name, 0)) for name in known
    )
    return tuple(sorted(found, key=_care))


def _care(found: QuestionStatistics) -> tuple[int, float, str]:
    share = found.share_right
    return -found.reports, 2.0 if share is None else share, found.question
