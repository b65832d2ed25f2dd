"""An independent recount of a game: points by the words of the rules, from what a platform itself has recorded."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

WORTH = {"easy": 10, "medium": 15, "hard": 20}
FASTEST = (5, 3, 2, 1)
_SCORE = re.compile(r"(?:(\d+)(?: \(shared\))? · )?([^*:\n]+):?\**\s+(\d+) points · (\d+) of (\d+) right")


@dataclass(frozen=True, slots=True)
class Pressed:
    """A press as the platform saw it: who, which letter, and when, in seconds since 1970."""

    who: str
    letter: str
    at: float


@dataclass(frozen=True, slots=True)
class Asked:
    """A question as people saw it: the right letter, its difficulty, and from when to when it was open."""

    right: str
    difficulty: str
    since: float
    until: float


def recount(questions: Sequence[tuple[Asked, Sequence[Pressed]]]) -> dict[str, tuple[int, int, int]]:
    """Points, right answers and answers of each person."""
    totals: dict[str, tuple[int, int, int]] = {}
    for asked, presses in questions:
        chosen = _chosen(asked, presses)
        fast = _fast(pressed for pressed in chosen.values() if pressed.letter == asked.right)
        for who, pressed in chosen.items():
            is_right = pressed.letter == asked.right
            points, right, answered = totals.get(who, (0, 0, 0))
            won = WORTH[asked.difficulty] + fast[who] if is_right else 0
            totals[who] = (points + won, right + is_right, answered + 1)
    return totals


def _chosen(asked: Asked, presses: Iterable[Pressed]) -> dict[str, Pressed]:
    """What each person chose in the end: the first choice, or the one it was changed to, once and in time."""
    chosen: dict[str, Pressed] = {}
    changed: set[str] = set()
    for pressed in sorted(presses, key=lambda each: each.at):
        before = chosen.get(pressed.who)
        if pressed.at > asked.until or (before and (before.letter == pressed.letter or pressed.who in changed)):
            continue
        if before:
            changed.add(pressed.who)
        chosen[pressed.who] = pressed
    return chosen


def _fast(right: Iterable[Pressed]) -> dict[str, int]:
    """Points for speed: who is within half a second of the first of a group shares its rank."""
    left = sorted(right, key=lambda each: each.at)
    points: dict[str, int] = {}
    while left:
        group = [each for each in left if each.at - left[0].at <= 0.5]
        points |= {each.who: (FASTEST[len(points)] if len(points) < len(FASTEST) else 0) for each in group[:1]}
        points |= {each.who: points[group[0].who] for each in group}
        left = left[len(group) :]
    return points


def scores(shown: str) -> dict[str, tuple[int, int, int]]:
    """Points, right answers and answers of each person as the final scores tell them."""
    return {name.strip(): (int(points), int(right), int(of)) for _, name, points, right, of in _SCORE.findall(shown)}


def right_letter(shown: str) -> str:
    """The letter of the right choice, from the message of the answer."""
    found = re.search(r"The right answer is\W+([A-D]) · ", shown)
    assert found, shown
    return found[1]


def difficulty(shown: str) -> str:
    """How difficult a question is, from its message."""
    found = re.search(r"Question \d+ of \d+ · (easy|medium|hard)", shown)
    assert found, shown
    return found[1]


def salt(shown: str) -> str:
    """The salt of a question, from what *Sealed* opens."""
    found = re.search(r"Salt: `?([0-9a-f]{32})", shown)
    assert found, shown
    return found[1]
