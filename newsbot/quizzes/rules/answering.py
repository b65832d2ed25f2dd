"""Answering: whether a press of a choice counts, by timestamps and the buttons' own words alone."""

from dataclasses import dataclass, replace
from datetime import datetime
from typing import Literal

from newsbot.messages.requests import Place
from newsbot.quizzes.rules.game import OVER, Game, ends_at, is_played_in
from newsbot.quizzes.rules.scoring import Answer

VerdictKind = Literal["counted", "changed", "same", "spent", "late", "over", "foreign", "forged"]


@dataclass(frozen=True, slots=True)
class Press:
    """Somebody pressed a choice: which, of which question of the game, where, and when by the platform's timestamp."""

    person: str
    name: str
    where: Place
    number: int
    choice: int
    at: datetime


@dataclass(frozen=True, slots=True)
class Verdict:
    """What becomes of a press; `answer` is the person's answer from now on, None where there is none.

    counted, changed: to be kept. same: chosen before. spent: the one change was made before. late: the question is
    closed. over: the game is. foreign: of another channel. forged: no button of this game.
    """

    kind: VerdictKind
    answer: Answer | None = None

    @property
    def is_new(self) -> bool:
        """Whether the answer is to be kept."""
        return self.kind in ("counted", "changed")


def judge(game: Game, before: Answer | None, press: Press) -> Verdict:
    """What becomes of a press; `before` is what this person chose for the same question so far.

    A change counts from the time of the change, so nobody gains by a quick guess. A press cannot be earlier than its
    question, whatever the clocks say. A press that was made in time counts also where it comes after the reveal, until
    the next question: whoever presses cannot make its timestamp, and nobody loses by a slow bot.
    """
    refusal = _refusal(game, press)
    if refusal is not None:
        return Verdict(refusal, before)
    at = max(press.at, game.asked_at or press.at)
    if before is None:
        return Verdict("counted", Answer(press.person, press.name, press.choice, at))
    if before.choice == press.choice:
        return Verdict("same", before)
    if before.is_changed:
        return Verdict("spent", before)
    return Verdict("changed", replace(before, name=press.name, choice=press.choice, at=at, is_changed=True))


def _refusal(game: Game, press: Press) -> VerdictKind | None:
    """Why a press cannot count, None where it can."""
    if not is_played_in(game, press.where):
        return "foreign"
    if not 0 <= press.number <= game.number or not 0 <= press.choice < len(game.questions[press.number].choices):
        return "forged"
    if game.phase == "finishing" or game.phase in OVER:
        return "over"
    if game.phase == "opening":
        return "forged"
    if press.number < game.number:
        return "late"
    end = ends_at(game)
    return "late" if end is not None and press.at > end else None
