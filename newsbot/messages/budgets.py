"""Budgets: how much one message of a platform may hold, and what a card costs there.

Sizes are UTF-16 code units, the larger of the two ways in which platforms count. A budget is on the safe side of the
documented limit, because a renderer adds signs of its own.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from types import MappingProxyType
from typing import Literal

from newsbot.messages.actions import Url
from newsbot.messages.cards import (
    Block,
    Buttons,
    Card,
    Choice,
    Fact,
    Facts,
    LinkItem,
    Links,
    Picture,
    Rule,
    Table,
    Text,
)
from newsbot.messages.markup import Code, Emphasis, Inline, Link, Mention, Moment, Strong, plain_text

# How a block that a platform cannot show is put instead: a table or choice as a `list` of lines, a picture as its
# data in `list` form, an address button as a `link` in text, anything as `plain` words.
Degradation = Literal["list", "link", "plain"]


@dataclass(frozen=True, slots=True)
class Budget:
    """The limits of one message on one platform."""

    name: str
    characters: int  # all text of a message, addresses and labels included
    pieces: int  # blocks or components, the nested ones included
    text: int  # one piece of text
    title: int
    label: int  # a button's label
    url: int
    row: int  # buttons that stand in one row
    options: int  # entries of a choice
    option: int  # one entry's label or description
    alt: int
    rows: int  # rows of a table
    frame: int = 0  # pieces that the message's own frame takes
    counts_alt: bool = True  # whether alt text is part of the message's characters
    button_pieces: int = 1  # pieces that one button takes beside its row
    widened: Mapping[str, int] = field(default_factory=dict)  # what escaping adds for a sign
    degrades: Mapping[type, Degradation] = field(default_factory=dict)

    def size(self, text: str) -> int:
        """What `text` costs once the platform's own signs in it are escaped."""
        size = len(text) if text.isascii() else len(text.encode("utf-16-le", "surrogatepass")) // 2
        return size + sum(extra * text.count(sign) for sign, extra in self.widened.items())


# Discord: Components V2, https://docs.discord.com/developers/components/reference (4,000 as discord.py states it). What
# is kept back of the 4,000 is for the signs of headings, bold and small paragraphs and the lines between them.
DISCORD = Budget(
    name="discord",
    characters=3_800,
    pieces=40,
    text=3_800,
    title=256,
    label=80,
    url=512,
    row=5,
    options=25,
    option=100,
    alt=1_024,
    rows=30,
    frame=4,  # the container, and below it a row with up to two buttons of the platform's own
    counts_alt=False,
    widened=MappingProxyType(dict.fromkeys("\\*_~`|>#[]<@", 1)),
    degrades=MappingProxyType({Table: "list"}),
)
# Slack: https://docs.slack.dev/reference/block-kit/blocks and the unwritten total of about 13,200 characters.
SLACK = Budget(
    name="slack",
    characters=12_000,
    pieces=50,
    text=3_000,
    title=150,
    label=75,
    url=3_000,
    row=25,
    options=100,
    option=75,
    alt=2_000,
    rows=99,
    frame=1,  # the heading above the one table that a message may hold
    button_pieces=0,
    widened=MappingProxyType({"&": 4, "<": 3, ">": 3}),
)
# A page or a terminal has no limit of its own; these keep one answer readable and one message storable.
WEB = Budget(
    name="web",
    characters=40_000,
    pieces=200,
    text=20_000,
    title=300,
    label=120,
    url=3_000,
    row=25,
    options=200,
    option=200,
    alt=4_000,
    rows=400,
)
TERMINAL = replace(WEB, name="terminal", degrades=MappingProxyType({Picture: "list"}))
BUDGETS = (DISCORD, SLACK, WEB, TERMINAL)


@dataclass(frozen=True, slots=True)
class Cost:
    """What a block takes from a message: characters in all, pieces, and its longest single text."""

    characters: int
    pieces: int
    longest: int


def inline_size(pieces: Iterable[Inline], budget: Budget) -> int:
    """What inline text costs, with the signs that formatting adds."""
    return sum(_inline(piece, budget) for piece in pieces)


def _inline(piece: Inline, budget: Budget) -> int:
    match piece:
        case Link(text, url):
            return budget.size(text) + len(url) + 4
        case Strong() | Emphasis() | Code():
            return budget.size(piece.text) + 4
        case Moment() | Mention():
            return max(budget.size(plain_text((piece,))), 40)
    return budget.size(plain_text((piece,)))


def fact_size(fact: Fact, budget: Budget) -> int:
    """What one fact costs as lines of text."""
    return budget.size(fact.label) + budget.size(fact.value) + 8 + sum(budget.size(note) + 6 for note in fact.notes)


def link_size(item: LinkItem, budget: Budget) -> int:
    """What one numbered address costs as a line of text."""
    return budget.size(item.label) + budget.size(item.detail) + len(item.url) + 14


def row_size(row: tuple[str, ...], budget: Budget) -> int:
    """What one row of a table costs as a line of text."""
    return sum(budget.size(cell) + 4 for cell in row)


def cost(block: Block, budget: Budget) -> Cost:
    """What `block` takes from one message of `budget`."""
    match block:
        case Text(pieces):
            return _text(inline_size(pieces, budget))
        case Facts(title, items):
            return _text(budget.size(title) + 8 + sum(fact_size(fact, budget) for fact in items))
        case Links(title, items):
            return _text(budget.size(title) + 8 + sum(link_size(item, budget) for item in items))
        case Table(title, columns, rows):
            lines = sum(row_size(row, budget) for row in (columns, *rows))
            return _text(budget.size(title) + 8 + lines)
        case Picture(alt=alt):
            return Cost(budget.size(alt) if budget.counts_alt else 0, 2, 0)
        case Rule():
            return Cost(0, 1, 0)
        case Buttons(items):
            lines_of_buttons = -(-len(items) // budget.row)
            return Cost(
                sum(budget.size(button.label) for button in items),
                lines_of_buttons + budget.button_pieces * len(items),
                0,
            )
        case Choice(prompt, _, options):
            shown = sum(budget.size(option.label) + budget.size(option.description) for option in options)
            return Cost(budget.size(prompt) + shown, 2, 0)


def _text(size: int) -> Cost:
    return Cost(size, 1, size)


def frame_cost(card: Card, budget: Budget) -> Cost:
    """What the title, the footer and the frame of a card take before any block."""
    ends = [end for end in (card.title, card.footer) if end]
    size = sum(budget.size(end) + 6 for end in ends)
    return Cost(size, budget.frame + len(ends), 0)


def excesses(card: Card, budget: Budget) -> tuple[str, ...]:
    """Every way in which `card` as it stands is too large for one message; empty where it fits."""
    costs = [frame_cost(card, budget), *(cost(block, budget) for block in card.blocks)]
    checks = [
        ("characters", sum(item.characters for item in costs), budget.characters),
        ("pieces", sum(item.pieces for item in costs), budget.pieces),
        ("characters in one text", max(item.longest for item in costs), budget.text),
        ("characters in the title", budget.size(card.title), budget.title),
        *(check for block in card.blocks for check in _parts(block, budget)),
    ]
    over = [f"{found:,} {what} (at most {limit:,})" for what, found, limit in checks if found > limit]
    return (
        *over,
        *(f"a {type(b).__name__.lower()} is not shown there" for b in card.blocks if type(b) in budget.degrades),
    )


def _parts(block: Block, budget: Budget) -> list[tuple[str, int, int]]:
    match block:
        case Buttons(items):
            urls = [len(button.does.address) for button in items if isinstance(button.does, Url)]
            labels = [budget.size(button.label) for button in items]
            return [
                ("characters in a button", max(labels, default=0), budget.label),
                ("characters in an address", max(urls, default=0), budget.url),
            ]
        case Choice(prompt, _, options):
            words = [budget.size(word) for option in options for word in (option.label, option.description)]
            return [
                ("choices", len(options), budget.options),
                ("characters in a choice", max([budget.size(prompt), *words]), budget.option),
            ]
        case Picture(alt=alt):
            return [("characters of alt text", budget.size(alt), budget.alt)]
        case Table(_, _, rows):
            return [("rows", len(rows), budget.rows)]
    return []
