"""Whether the right answers of the quiz can be guessed from their place, their length, or their rank among numbers."""

import math
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass

from newsbot.content.library import Library
from newsbot.content.models import Question
from newsbot.content.numbers import numbers_in

CHOICES = 4
_UNLIKELY = 0.01  # how improbable by chance a count must be to be told
_LETTERS = "ABCD"
_RANKS = ("largest", "second largest", "third largest", "smallest")


@dataclass(frozen=True, slots=True)
class Statistics:
    """Counts over the questions with four choices; `ranks` over those of them whose choices are numbers alone."""

    asked: int
    four: int
    places: tuple[int, ...]
    longest: int
    shortest: int
    ranks: tuple[int, ...]

    @classmethod
    def of(cls, library: Library) -> "Statistics":
        """The statistics of every question that may be asked."""
        told = [_told(library, question) for question in library.questions.values()]
        four = [(right, choices) for right, choices in told if len(choices) == CHOICES]
        places = Counter(right for right, _ in four)
        ranks = Counter(rank for right, choices in four if (rank := _rank(right, choices)) is not None)
        return cls(
            len(told),
            len(four),
            tuple(places[place] for place in range(CHOICES)),
            sum(all(len(choices[right]) > len(other) for other in _others(right, choices)) for right, choices in four),
            sum(all(len(choices[right]) < len(other) for other in _others(right, choices)) for right, choices in four),
            tuple(ranks[rank] for rank in range(CHOICES)),
        )

    def lines(self) -> list[str]:
        """The counts as people read them."""
        numeric = sum(self.ranks)
        return [
            f"Of {self.asked} questions {self.four} have four choices. The right one is "
            f"{_listed(self.places, _LETTERS)}; strictly the longest {self.longest} times, the shortest "
            f"{self.shortest} times.",
            f"In {numeric} of them the choices are numbers. The right one is the {_listed(self.ranks, _RANKS)}.",
        ]

    def warnings(self) -> list[str]:
        """What the right choice is too often for chance, a sentence each."""
        numeric = sum(self.ranks)
        looked_at = [
            *((f"stands at {letter}", count, self.four) for letter, count in zip(_LETTERS, self.places, strict=True)),
            ("is strictly the longest", self.longest, self.four),
            ("is strictly the shortest", self.shortest, self.four),
            *((f"is the {rank} number", count, numeric) for rank, count in zip(_RANKS, self.ranks, strict=True)),
        ]
        return [
            f"the right choice {what} in {count} of {total} questions, and chance would make it about {total / 4:.0f}"
            for what, count, total in looked_at
            if count * CHOICES > total and probability(count, total) < _UNLIKELY
        ]


def probability(count: int, total: int, share: float = 1 / CHOICES) -> float:
    """How probable a count at least as unusual is, where each of `total` counts with this `share`: exact, two-sided."""
    odds = [math.comb(total, k) * share**k * (1 - share) ** (total - k) for k in range(total + 1)]
    return min(1.0, sum(each for each in odds if each <= odds[count] * (1 + 1e-9)))


def _told(library: Library, question: Question) -> tuple[int, list[str]]:
    choices = [library.filled_text(choice) for choice in question.choices]
    return question.choices.index(question.answer), choices


def _others(right: int, choices: list[str]) -> list[str]:
    return [choice for number, choice in enumerate(choices) if number != right]


def _rank(right: int, choices: list[str]) -> int | None:
    """How many of the choices are larger than the right one; None where they are not one number each, all different."""
    numbers = [numbers_in(choice) for choice in choices]
    if any(len(found) != 1 for found in numbers):
        return None
    values = [found[0] for found in numbers]
    return sum(value > values[right] for value in values) if len(set(values)) == len(values) else None


def _listed(counts: Iterable[int], names: Iterable[str]) -> str:
    return ", ".join(f"{name} {count}" for name, count in zip(names, counts, strict=True))
