"""Which questions an edition must not ask: those whose answer stands in it."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache

from newsbot.content.library import Library
from newsbot.content.models import Question
from newsbot.content.numbers import numbers_in
from newsbot.content.prose import DATES
from newsbot.digests.composer.sources import CHOICE_ON_BUTTON

_WORD = re.compile(r"[a-z]+")
_SHORTEST = 4  # letters of a word that tells something
_ENOUGH = 2 / 3  # of an answer's words; a sentence is known by fewer than all of them
_EMPTY = frozenset(
    """about after because been does from have into only over than that their them then they this were what when which
    with would year years""".split()  # noqa: SIM905 (shorter)
)
_NAMED = re.compile(r"[a-z$]*-?\d[\w.,%-]*")  # a number or a name with one, such as H200 or 2.4x


@dataclass(frozen=True, slots=True)
class Said:
    """What an edition says, taken apart once."""

    text: str
    words: frozenset[str]
    numbers: frozenset[float]
    named: frozenset[str]

    @classmethod
    def of(cls, text: str) -> "Said":
        """The words and numbers of a text."""
        return cls(text.casefold(), frozenset(_words(text)), frozenset(numbers_in(text)), _named(text))


@dataclass(frozen=True, slots=True)
class _Answer:
    """The right choice of a question, whole and in parts: numbers, names with one, dates and years, its own words."""

    name: str
    rests_on: str
    size: int
    whole: str
    numbers: frozenset[float]
    named: frozenset[str]
    dates: tuple[str, ...]
    words: frozenset[str]

    def is_in(self, said: Said) -> bool:
        """Whether a reader of the text would know the answer."""
        if not self.numbers.isdisjoint(said.numbers) or not self.named.isdisjoint(said.named):
            return True
        if self.words and len(self.words & said.words) >= _ENOUGH * len(self.words):
            return True
        if any(day in said.text for day in self.dates):
            return True
        return self.whole in said.text and bool(re.search(rf"(?<!\w){re.escape(self.whole)}(?!\w)", said.text))


def given_away(library: Library, text: str, told: frozenset[str], most: int) -> frozenset[str]:
    """The questions, as histories name them, that a text answers.

    So does whatever rests on one of the events or figures in `told`. Longer ones than `most` characters are left out
    as well.
    """
    said = Said.of(text)
    return frozenset(
        each.name for each in _answers(_Same(library)) if each.size > most or each.rests_on in told or each.is_in(said)
    )


class _Same:
    """A library by identity: equal content may stand in two of them, with other questions."""

    def __init__(self, library: Library) -> None:
        self.library = library

    def __hash__(self) -> int:
        return id(self.library)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _Same) and other.library is self.library


@lru_cache(maxsize=4)
def _answers(held: _Same) -> tuple[_Answer, ...]:
    return tuple(
        _answer(held.library, f"{topic}/{name}", each) for (topic, name), each in held.library.questions.items()
    )


def _answer(library: Library, name: str, question: Question) -> _Answer:
    right, asked = library.filled_text(question.answer), library.filled_text(question.question)
    choices = [library.filled_text(choice) for choice in question.choices]
    own = frozenset(_words(right))
    lines = 0 if all(len(each) <= CHOICE_ON_BUTTON for each in choices) else sum(len(each) + 4 for each in choices)
    return _Answer(
        name,
        question.rests_on,
        len(asked) + lines,
        right.casefold(),
        frozenset(numbers_in(right)),
        _named(right),
        tuple(day.casefold() for day in DATES.findall(right)),
        own - frozenset(_words(asked)) or own,
    )


def _named(text: str) -> frozenset[str]:
    """The numbers and the names with one; dates give none, nor do single digits."""
    found = (each.strip(".,-") for each in _NAMED.findall(DATES.sub(" ", text).casefold()))
    return frozenset(each for each in found if len(each) > 1)


def _words(text: str) -> Iterator[str]:
    """The words that tell something, one form for singular and plural."""
    for word in _WORD.findall(text.casefold().replace("’", "'")):
        if len(word) >= _SHORTEST and word not in _EMPTY:
            yield word.removesuffix("s")
