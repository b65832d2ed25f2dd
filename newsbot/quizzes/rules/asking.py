"""Asking: questions of the content as one game asks them, and which ones come next in a channel."""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from random import Random
from typing import Literal

from newsbot.content.library import Library
from newsbot.content.models import Question
from newsbot.content.rotation import question_id
from newsbot.quizzes.rules.sealing import new_salt, one_line, seal

Difficulty = Literal["easy", "medium", "hard"]


@dataclass(frozen=True, slots=True)
class AskedQuestion:
    """A question as one game asks it: choices in this game's order, figures filled in. Edits no longer touch it.

    `right` is the index of the right choice. `salt` stays secret until the reveal; `seal` is shown with the question.
    """

    topic: str
    name: str
    text: str
    choices: tuple[str, ...]
    right: int
    explanation: str
    difficulty: Difficulty
    brief: str
    rests_on: str
    salt: str
    seal: str

    @property
    def id(self) -> str:
        """How a channel's history and statistics name the question."""
        return question_id(self.topic, self.name)


@dataclass(frozen=True, slots=True)
class QuestionFilter:
    """What a game is to ask: how many questions, of which topic and difficulty; None is any."""

    count: int
    topic: str | None = None
    difficulty: Difficulty | None = None


def ask_question(library: Library, question: Question, random: Random) -> AskedQuestion:
    """The question with shuffled choices and a fresh salt."""
    choices = [one_line(library.filled_text(choice)) for choice in question.choices]
    right = choices[question.choices.index(question.answer)]
    random.shuffle(choices)
    text, salt = one_line(library.filled_text(question.question)), new_salt(random)
    return AskedQuestion(
        topic=question.topic,
        name=question.id,
        text=text,
        choices=tuple(choices),
        right=choices.index(right),
        explanation=library.filled_text(question.explanation),
        difficulty=question.difficulty,
        brief=question.brief,
        rests_on=question.rests_on,
        salt=salt,
        seal=seal(text, right, salt),
    )


def pick(
    library: Library, wanted: QuestionFilter, history: Sequence[str], random: Random, without: Collection[str] = ()
) -> tuple[AskedQuestion, ...]:
    """The questions of a new game; fewer than wanted where there are no more. Retired ones are never among them.

    `history` names the questions that the channel was asked, the latest last. None comes again before all that fit
    what is wanted were asked; after that, those asked the longest ago come first. Those `without` are open there at
    this moment, and never among them: the answer of the one would tell that of the other.
    """
    pool = {question_id(*key): question for key, question in library.questions.items() if _fits(question, wanted)}
    pool = {name: question for name, question in pool.items() if name not in without}
    chosen = _in_turn(pool, history, random)[: wanted.count]
    return tuple(ask_question(library, pool[name], random) for name in chosen)


def _fits(question: Question, wanted: QuestionFilter) -> bool:
    return wanted.topic in (None, question.topic) and wanted.difficulty in (None, question.difficulty)


def _in_turn(pool: Iterable[str], history: Sequence[str], random: Random) -> list[str]:
    last = {name: at for at, name in enumerate(history)}
    mixed = sorted(pool)
    random.shuffle(mixed)
    return sorted(mixed, key=lambda name: last.get(name, -1))
