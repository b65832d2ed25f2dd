"""The recount: what each answer and each game must have come to, by the rules as people are told them.

Written anew, from nothing but the record of the drill: newsbot's own rules are not asked. Where a process died before
it told somebody what became of a press, that press may count or not; both are followed up.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby, permutations, product

from drills.quizzes.record import Asked, Closed, Dark, Lives, Played, Pressed

SETTLE = 2.0  # seconds for which a question stays open for presses that are on their way
_PAUSE = 5.0  # seconds after a reveal in which it surely still is this question's turn
_SILENCE = 5.0  # seconds without a process after which its clock surely stood still
_SAME = 0.001  # seconds between two records of one instant
_UNSURE = 0.3  # seconds between a request and the stamp that the platform gives it
_MOST_WAYS = 2_000
_RIGHT = {"easy": 10, "medium": 15, "hard": 20}
_SPEED = {1: 5, 2: 3, 3: 2, 4: 1}
_TIE = 0.5


@dataclass(frozen=True, slots=True)
class Given:
    """Somebody's answer as it may stand."""

    choice: int
    at: float
    is_changed: bool = False


State = Given | None  # None: no answer stands


def end_of(asked: Asked, seconds: float, lives: Lives) -> float:
    """Until when a question is surely open: the time that nobody lived is not counted."""
    start = asked.message.at
    end = start + seconds
    for began, ended in lives.gaps:
        if ended - began >= _SILENCE and began < end and ended > start:
            end += ended - max(began, start)
    return end


def is_dark(outage: tuple[float, float], dark: Dark, platform: str) -> bool:
    """Whether an outage is that time: from the last sign of life to the first look at the games after it."""
    start, end = outage
    return abs(start - dark.beats[platform]) <= _SAME and dark.began - _SAME <= end <= dark.looked + _SAME


def closed_wrongly(asked: Asked, closed: Closed, seconds: int, dark: Dark, platform: str) -> str:
    """What is wrong with when a question closed; empty where nothing is.

    It closes after its seconds, those of outages not counted. The dark time is one of them; others are there where a
    busy machine let no process give a sign of life. No matter how late anything was done: only instants that the
    processes recorded themselves are compared.
    """
    if sum(is_dark(outage, dark, platform) for outage in closed.outages) != 1:
        return f"took {closed.outages} for {dark}"
    end = end_of(asked, seconds, Lives(gaps=sorted(closed.outages)))
    if abs(closed.at - end) > _SAME:
        return f"closed {closed.at - end:.3f} s after its end"
    if asked.revealed_at and asked.revealed_at < closed.at:
        return "was revealed before it closed"
    return ""


def in_time(pressed: Pressed, asked: Asked, end: float) -> bool | None:
    """Whether a press was made in time; None where that hangs on less than can be known here."""
    if asked.revealed_at and pressed.at > asked.revealed_at:
        return False
    is_its_turn = pressed.told_at <= max(asked.revealed_at, end + SETTLE) + _PAUSE
    return True if pressed.at <= end - _UNSURE and is_its_turn else None


def after(state: State, pressed: Pressed, asked: Asked, end: float) -> Iterator[State]:
    """What may stand after a press, by what its receipt says; nothing where that receipt cannot be."""
    timely = in_time(pressed, asked, end)
    if pressed.receipt in ("", "Too late", "Game over") and (timely is not True or not pressed.receipt):
        yield state
    if timely is False:
        return
    told, counted = _counted(state, pressed, asked)
    if pressed.receipt in ("", told):
        yield counted


def _counted(state: State, pressed: Pressed, asked: Asked) -> tuple[str, State]:
    """What somebody is told whose press counts, and what stands then."""
    at = max(pressed.at, asked.message.at)
    if state is None:
        return "Answer noted", Given(pressed.choice, at)
    if state.choice == pressed.choice:
        return "Noted before", state
    if state.is_changed:
        return "Not changed", state
    return "Answer changed", Given(pressed.choice, at, is_changed=True)


def answers(presses: Iterable[Pressed], asked: Asked, end: float) -> frozenset[State]:
    """What may stand after all presses of one person on one question; nothing where a receipt cannot be."""
    states: frozenset[State] = frozenset({None})
    for _, grouped in groupby(presses, key=lambda each: each.group):
        states = frozenset(_through(states, list(grouped), asked, end))
    return states


def _through(states: Iterable[State], group: Sequence[Pressed], asked: Asked, end: float) -> Iterator[State]:
    """What may stand after presses that were made at once, in any order."""
    for order in permutations(group):
        standing = set(states)
        for pressed in order:
            standing = {new for state in standing for new in after(state, pressed, asked, end)}
        yield from standing


Ways = list[dict[str, Given]]  # each way in which a question may have been answered: who chose what


def ways(played: Played, number: int, seconds: float, lives: Lives) -> Ways:
    """Every way in which a question may have been answered; none where a receipt cannot be."""
    asked = played.questions[number]
    end = end_of(asked, seconds, lives)
    mine: dict[str, list[Pressed]] = {}
    for pressed in played.presses:
        if pressed.number == number:
            mine.setdefault(pressed.person, []).append(pressed)
    found = [[(person, state) for state in answers(presses, asked, end)] for person, presses in mine.items()]
    return [{person: state for person, state in way if state is not None} for way in product(*found)]


def counts(way: Mapping[str, Given], choices: int) -> tuple[int, ...]:
    """How many chose each choice; empty where nobody chose any."""
    if not way:
        return ()
    return tuple(sum(each.choice == choice for each in way.values()) for choice in range(choices))


def points(way: Mapping[str, Given], right: int, difficulty: str) -> dict[str, int]:
    """What each answer is worth: for being right, and for its rank among the right ones by time."""
    worth = dict.fromkeys(way, 0)
    ordered = sorted((each.at, person) for person, each in way.items() if each.choice == right)
    rank, first = 0, 0.0
    for before, (at, person) in enumerate(ordered):
        if not rank or at - first > _TIE + 1e-6:
            rank, first = before + 1, at
        worth[person] = _RIGHT[difficulty] + _SPEED.get(rank, 0)
    return worth


def totals(questions: Iterable[Sequence[Mapping[str, int]]]) -> list[dict[str, int]]:
    """Everyone's points of a game, for every way in which its questions may have been answered."""
    found: list[dict[str, int]] = [{}]
    for each in questions:
        added = (_sum(total, worth) for total in found for worth in each)
        found = list({tuple(sorted(total.items())): total for total in added}.values())[:_MOST_WAYS]
    return found


def _sum(total: Mapping[str, int], worth: Mapping[str, int]) -> dict[str, int]:
    return {person: total.get(person, 0) + worth.get(person, 0) for person in {*total, *worth}}
