"""Cards: what newsbot says, as a closed set of blocks that every platform renders in its own way."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

from newsbot.messages.actions import Action, Url
from newsbot.messages.charts import Chart
from newsbot.messages.markup import Inline, Plain

Tone = Literal["neutral", "good", "warning", "problem"]
TextStyle = Literal["body", "lede", "heading", "small"]


@dataclass(frozen=True, slots=True)
class Text:
    """One paragraph."""

    pieces: tuple[Inline, ...]
    style: TextStyle = "body"


@dataclass(frozen=True, slots=True)
class Fact:
    """One labelled value; each note is a line of its own: the as-of date, what the value leaves out, who disagrees."""

    label: str
    value: str
    notes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Facts:
    """A titled list of facts."""

    title: str
    items: tuple[Fact, ...]


@dataclass(frozen=True, slots=True)
class Picture:
    """A chart with the words for those who cannot see it.

    `instead` is what stands in its place where no picture can be shown; without it, all of the chart's data.
    """

    chart: Chart
    alt: str
    instead: Facts | None = None


@dataclass(frozen=True, slots=True)
class Table:
    """Rows of plain text under column names; every row has as many cells as there are columns."""

    title: str
    columns: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]


@dataclass(frozen=True, slots=True)
class Rule:
    """A line between parts of a card."""


@dataclass(frozen=True, slots=True)
class LinkItem:
    """One numbered web address with its title and what to know about it (publisher, date)."""

    label: str
    url: str
    detail: str = ""


@dataclass(frozen=True, slots=True)
class Links:
    """A titled, numbered list of addresses; facts refer to them by number, counted from `first`."""

    title: str
    items: tuple[LinkItem, ...]
    first: int = 1


@dataclass(frozen=True, slots=True)
class Button:
    """Something to press: an action of ours or a web address."""

    label: str
    does: Action | Url
    style: Literal["normal", "primary", "danger"] = "normal"


@dataclass(frozen=True, slots=True)
class Buttons:
    """Buttons that stand together."""

    items: tuple[Button, ...]


@dataclass(frozen=True, slots=True)
class ChoiceOption:
    """One entry of a choice."""

    label: str
    value: str
    description: str = ""


@dataclass(frozen=True, slots=True)
class Choice:
    """One pick out of several; picking does `action` with the option's value."""

    prompt: str
    action: Action
    options: tuple[ChoiceOption, ...]


Block = Text | Facts | Picture | Table | Rule | Links | Buttons | Choice


@dataclass(frozen=True, slots=True)
class Card:
    """One answer: a title, its blocks in reading order, a tone, and a small line at the end.

    `colour` is that of its topic (`#RRGGBB`), empty where it has none.

    Raises ValueError where two of its controls would do the same thing: platforms need them to be distinct.
    """

    title: str
    blocks: tuple[Block, ...]
    tone: Tone = "neutral"
    footer: str = ""
    colour: str = ""

    def __post_init__(self) -> None:
        actions = list(self.actions())
        if len(set(actions)) != len(actions):
            raise ValueError(f"two controls of the card {self.title!r} do the same")

    def actions(self) -> Iterator[Action]:
        """Every action a person can take from this card, in reading order."""
        for block in self.blocks:
            match block:
                case Buttons(items):
                    yield from (button.does for button in items if isinstance(button.does, Action))
                case Choice(action=action):
                    yield action


@dataclass(frozen=True, slots=True)
class Reply:
    """What goes back to whoever asked: a card, who may see it, and whether it takes the place of the old message.

    `full` is all of it at once, where the card opens the rest by its buttons: for `newsbot say --full`.
    """

    card: Card
    private: bool = False
    replaces: bool = False
    full: Card | None = None


def text(words: str, style: TextStyle = "body") -> Text:
    """A paragraph of plain words, in which no sign has a meaning."""
    return Text((Plain(words),), style)
