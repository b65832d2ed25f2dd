"""The values of composing: what is asked for, what a subscription has seen, what came out, and why."""

import hashlib
import json
from collections.abc import Iterable
from dataclasses import dataclass, fields, replace
from datetime import date
from typing import Literal, Protocol

from newsbot.errors import ContentError
from newsbot.messages.cards import Block, Card

Rotation = Literal["figures", "briefs", "questions"]
Outcome = Literal["chosen", "left out", "merged"]


@dataclass(frozen=True, slots=True)
class History:
    """The ids of all that a subscription has been shown, section by section, the latest last.

    An event is shown once in a subscription's life. The other sections take turns: an id that comes again moves to
    the end.
    """

    events: tuple[str, ...] = ()
    figures: tuple[str, ...] = ()
    briefs: tuple[str, ...] = ()
    questions: tuple[str, ...] = ()

    @property
    def id(self) -> str:
        """The hash of this history, empty for the empty one: subscriptions with the same history share one row."""
        return "" if self == History() else hashlib.sha256(self.to_json().encode()).hexdigest()[:32]

    def to_json(self) -> str:
        """The history as canonical JSON."""
        return json.dumps({field.name: getattr(self, field.name) for field in fields(self)}, separators=(",", ":"))

    @classmethod
    def from_json(cls, written: str) -> "History":
        """The history that `to_json` wrote, the empty one for empty text. Raises ContentError where it is none."""
        try:
            data = json.loads(written) if written else {}
            return cls(**{field.name: tuple(map(str, data.get(field.name, ()))) for field in fields(cls)})
        except (AttributeError, TypeError, ValueError) as error:
            raise ContentError(f"not a history as newsbot writes it: {error}") from error

    def with_events(self, ids: Iterable[str]) -> "History":
        """The history after these events were shown."""
        return replace(self, events=tuple(dict.fromkeys((*self.events, *ids))))

    def with_turn(self, section: Rotation, chosen: str) -> "History":
        """The history after a rotating section showed `chosen`."""
        before: tuple[str, ...] = getattr(self, section)
        after = (*(each for each in before if each != chosen), chosen)
        match section:
            case "figures":
                return replace(self, figures=after)
            case "briefs":
                return replace(self, briefs=after)
            case "questions":
                return replace(self, questions=after)


@dataclass(frozen=True, slots=True)
class Selection:
    """All that decides what an edition says: subscriptions with an equal one share it.

    `day` is the nominal date of the slot; events dated after `cursor` are news; no topics are all topics.
    """

    topics: tuple[str, ...]
    day: date
    cursor: date
    history: History
    when_empty: Literal["short", "skip"]


class EditionQuestion(Protocol):
    """A question of the day as an edition asks it."""

    @property
    def id(self) -> str:
        """By which it is not asked too soon again."""

    @property
    def blocks(self) -> tuple[Block, ...]:
        """The question as blocks of a card, the first of which asks it."""

    @property
    def daily(self) -> str:
        """The id under which it is stored, and which its buttons carry; empty if nothing has to be stored."""

    @property
    def kept(self) -> str:
        """What has to be stored of it, in the words of the part that asks it."""


@dataclass(frozen=True, slots=True)
class Stage:
    """One decision of composing: in which section, what came of what, and the reason in words."""

    section: str
    outcome: Outcome
    what: str
    reason: str


@dataclass(frozen=True, slots=True)
class Edition:
    """What was composed: no card where nothing passed and the subscription skips such days.

    `question` is the question of the day that the card asks.
    """

    card: Card | None
    history: History
    why: tuple[Stage, ...]
    cursor: date
    question: EditionQuestion | None = None

    @property
    def daily(self) -> str:
        """The id of the stored question that it asks; empty without one."""
        return self.question.daily if self.question else ""


def stages_to_json(stages: Iterable[Stage]) -> str:
    """The stages as a JSON list, each a list of section, outcome, what and reason."""
    return json.dumps([[s.section, s.outcome, s.what, s.reason] for s in stages], ensure_ascii=False)


def stages_from_json(written: str) -> tuple[Stage, ...]:
    """The stages that `stages_to_json` wrote, none for empty text. Raises ContentError where they are none."""
    try:
        return tuple(Stage(section, outcome, what, reason) for section, outcome, what, reason in json.loads(written))
    except (TypeError, ValueError) as error:
        if not written:
            return ()
        raise ContentError(f"not stages as newsbot writes them: {error}") from error
