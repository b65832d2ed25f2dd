"""Fitting a card into a platform's messages: split without loss where possible, and say what was lost where not."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace

from newsbot.messages.actions import Action, Url
from newsbot.messages.budgets import Budget, cost, excesses, fact_size, frame_cost, inline_size, link_size, row_size
from newsbot.messages.cards import (
    Block,
    Button,
    Buttons,
    Card,
    Choice,
    ChoiceOption,
    Fact,
    Facts,
    LinkItem,
    Links,
    Picture,
    Rule,
    Table,
    Text,
)
from newsbot.messages.charts import Chart
from newsbot.messages.markup import Code, Emphasis, Inline, Link, Mention, Plain, Strong
from newsbot.messages.plain import plain_card

CONTINUED = " (continued)"
_HEAD = 40  # room that a block's own title and signs take


@dataclass(frozen=True, slots=True)
class Loss:
    """Something of a card that a platform cannot hold: what it was, and its beginning."""

    what: str
    text: str


@dataclass(frozen=True, slots=True)
class Fitted:
    """The messages a card becomes, in order, and everything that none of them shows."""

    parts: tuple[Card, ...]
    losses: tuple[Loss, ...]


def fit(card: Card, budget: Budget) -> Fitted:
    """`card` as messages that each keep to `budget`: the first for the channel, the rest for its thread.

    Text, facts, links and rows move whole into the next message; only what is too large for any message is cut, and
    then it is in `losses`.
    """
    if not excesses(card, budget):
        return Fitted((card,), ())
    return _Fitter(budget).fit(card)


class _Fitter:
    """One run of `fit`: collects the losses while blocks are cut and packed."""

    def __init__(self, budget: Budget) -> None:
        self._budget = budget
        self._losses: list[Loss] = []
        # What every message can hold of one block, whatever its title and footer.
        self._footer = budget.characters // 8
        self._room = min(budget.text, budget.characters - budget.title - self._footer - 12)

    def fit(self, card: Card) -> Fitted:
        title = self._cut(card.title, self._budget.title - len(CONTINUED), "title")
        footer = self._cut(card.footer, self._footer, "footer")
        atoms = [atom for block in card.blocks for whole in self._degrade(block) for atom in self._atoms(whole)]
        parts: list[Card] = []
        current = Card(title, (), card.tone, "", card.colour)
        for atom in atoms:
            grown = replace(current, blocks=_append(current.blocks, atom))
            if current.blocks and not self._holds(replace(grown, footer=footer)):
                parts.append(current)
                # A line that would open a message has nothing to divide.
                blocks = () if isinstance(atom, Rule) else (atom,)
                grown = Card(title + CONTINUED, blocks, card.tone, "", card.colour)
            current = grown
        parts.append(replace(current, footer=footer))
        return Fitted(tuple(parts), tuple(self._losses))

    def _holds(self, card: Card) -> bool:
        budget = self._budget
        costs = [frame_cost(card, budget), *(cost(block, budget) for block in card.blocks)]
        return (
            sum(item.characters for item in costs) <= budget.characters
            and sum(item.pieces for item in costs) <= budget.pieces
            and max(item.longest for item in costs) <= budget.text
            and all(len(block.rows) <= budget.rows for block in card.blocks if isinstance(block, Table))
        )

    def _degrade(self, block: Block) -> Iterator[Block]:
        """The block as the platform can show it, by the rule that its budget names."""
        match self._budget.degrades.get(type(block)), block:
            case "list", Table(title, columns, rows):
                yield Facts(f"{title} ({', '.join(columns)})", tuple(_as_fact(row) for row in rows))
            case "list", Picture():
                yield picture_as_facts(block)
            case "list", Choice(prompt, _, options):
                yield Facts(prompt, tuple(Fact(option.label, option.description) for option in options))
            case "link", Buttons(items):
                yield from self._degrade_links(items)
            case (("list" | "link" | "plain"), _):
                yield Text((Plain(plain_card(Card("", (block,)))),))
            case _:
                yield block

    def _degrade_links(self, items: tuple[Button, ...]) -> Iterator[Block]:
        addresses = [(button.label, button.does.address) for button in items if isinstance(button.does, Url)]
        if addresses:
            links = Links("", tuple(LinkItem(label, address) for label, address in addresses))
            yield from self._degrade(links)
        self._losses += [Loss("button", button.label) for button in items if not isinstance(button.does, Url)]

    def _atoms(self, block: Block) -> Iterator[Block]:
        """The block in pieces that each fit an empty message."""
        match block:
            case Text(pieces, style):
                yield from (Text(part, style) for part in self._lines(pieces))
            case Facts(title, ()) | Links(title, ()) | Table(title, _, ()):
                yield from self._atoms(Text((Plain(title),), "heading"))
            case Facts(title, items):
                title = self._cut(title, self._room // 4, "heading")
                yield from (Facts(title, (self._fact(fact, title),)) for fact in items)
            case Links(title, items, first):
                title = self._cut(title, self._room // 4, "heading")
                yield from self._link_atoms(title, items, first)
            case Table(title, columns, rows):
                yield from self._table_atoms(title, columns, rows)
            case Picture(chart, alt):
                chart = replace(chart, title=self._cut(chart.title, self._room // 4, "picture title"))
                alt = self._cut(alt, min(self._budget.alt, self._room // 2), "alt text")
                yield replace(block, chart=chart, alt=alt)
            case Buttons(items):
                yield from (Buttons((button,)) for button in self._buttons(items))
            case Choice(prompt, action, options):
                yield self._choice(prompt, action, options)
            case Rule():
                yield block

    def _link_atoms(self, title: str, items: tuple[LinkItem, ...], first: int) -> Iterator[Block]:
        room = self._room - self._budget.size(title) - _HEAD
        for number, item in enumerate(items, start=first):
            if len(item.url) > min(self._budget.url, room // 2):
                self._losses.append(Loss("address", item.url))
                continue
            spare = room - len(item.url)
            label = self._cut(item.label, spare // 2, "link title")
            detail = self._cut(item.detail, spare // 2 - _HEAD, "link detail")
            cut = LinkItem(label, item.url, detail)
            assert link_size(cut, self._budget) <= room
            yield Links(title, (cut,), number)

    def _table_atoms(self, title: str, columns: tuple[str, ...], rows: tuple[tuple[str, ...], ...]) -> Iterator[Block]:
        title = self._cut(title, self._room // 4, "heading")
        each = (self._room - self._budget.size(title) - _HEAD) // (2 * len(columns)) - 4
        columns = tuple(self._cut(column, each, "column name") for column in columns)
        for row in rows:
            cells = tuple(self._cut(cell, each, "cell") for cell in row)
            assert row_size(cells, self._budget) <= self._room
            yield Table(title, columns, (cells,))

    def _buttons(self, items: tuple[Button, ...]) -> Iterator[Button]:
        for button in items:
            if isinstance(button.does, Url) and len(button.does.address) > self._budget.url:
                self._losses.append(Loss("button", button.label))
                continue
            yield replace(button, label=self._cut(button.label, min(self._budget.label, self._room), "button label"))

    def _choice(self, prompt: str, action: Action, options: tuple[ChoiceOption, ...]) -> Block:
        limit = min(self._budget.option, self._room // 4)
        kept: list[ChoiceOption] = []
        room = self._room - limit
        for option in options:
            label = self._cut(option.label, limit, "choice")
            description = self._cut(option.description, limit, "choice")
            room -= self._budget.size(label) + self._budget.size(description)
            if len(kept) == self._budget.options or room < 0:
                self._losses.append(Loss("choice", option.label))
                continue
            kept.append(ChoiceOption(label, option.value, description))
        return Choice(self._cut(prompt, limit, "prompt"), action, tuple(kept))

    def _fact(self, fact: Fact, title: str) -> Fact:
        room = self._room - self._budget.size(title) - _HEAD
        if fact_size(fact, self._budget) <= room:
            return fact
        label = self._cut(fact.label, room // 4, "label")
        value = self._cut(fact.value, room // 4, "value")
        spare = room - self._budget.size(label) - self._budget.size(value) - 8
        notes: list[str] = []
        for note in fact.notes:
            if spare < _HEAD:
                self._losses.append(Loss("note", note))
                continue
            notes.append(self._cut(note, spare - 6, "note"))
            spare -= self._budget.size(notes[-1]) + 6
        return Fact(label, value, tuple(notes))

    def _cut(self, text: str, limit: int, what: str) -> str:
        """`text` within `limit`, ending in an ellipsis and reported where it had to be cut."""
        if self._budget.size(text) <= limit:
            return text
        self._losses.append(Loss(what, text))
        head = _longest(text, limit - 1, self._budget.size)
        return f"{head.rstrip()}…" if self._budget.size(head) < limit else ""

    def _lines(self, pieces: tuple[Inline, ...]) -> Iterator[tuple[Inline, ...]]:
        """A paragraph in parts that each fit one text, broken between words where it can be."""
        if inline_size(pieces, self._budget) <= self._room:
            yield pieces
            return
        line: list[Inline] = []
        spare = self._room
        for piece in (part for whole in pieces for part in self._breakable(whole)):
            size = inline_size((piece,), self._budget)
            if size > spare and line:
                yield tuple(line)
                line, spare = [], self._room
            line.append(piece)
            spare -= size
        if line:
            yield tuple(line)

    def _breakable(self, piece: Inline) -> Iterator[Inline]:
        room = self._room // 2
        if inline_size((piece,), self._budget) <= room:
            yield piece
            return
        match piece:
            case Link(text, url):
                if len(url) > room // 2:
                    self._losses.append(Loss("address", url))
                    yield from self._breakable(Plain(text))
                else:
                    yield Link(self._cut(text, room // 2 - 4, "link title"), url)
            case Plain() | Strong() | Emphasis() | Code():
                rest = piece.text
                while rest:
                    head = _longest(rest, room - 4, self._budget.size)
                    head = _at_a_space(head, rest)
                    yield replace(piece, text=head)
                    rest = rest[len(head) :]
            case Mention(name=name):
                yield replace(piece, name=_longest(name, room - 1, self._budget.size))
            case _:
                yield piece


def picture_as_facts(picture: Picture) -> Facts:
    """What stands in the place of a picture where none can be shown."""
    return picture.instead or chart_as_facts(picture.chart)


def chart_as_facts(chart: Chart) -> Facts:
    """The data of a chart as lines of text, for where no picture can be shown."""
    items = [Fact(point.label, point.display, (point.note,) if point.note else ()) for point in chart.points]
    note = f" {chart.note}" if chart.note else ""
    return Facts(f"{chart.title} ({chart.about}; {chart.source}){note}", tuple(items))


def _as_fact(row: tuple[str, ...]) -> Fact:
    label, *cells = row
    return Fact(label, ", ".join(cells))


def _longest(text: str, limit: int, size: Callable[[str], int]) -> str:
    """The longest beginning of `text` that costs at most `limit`, and at least one character."""
    low, high = 1, len(text)
    while low < high:
        middle = (low + high + 1) // 2
        low, high = (middle, high) if size(text[:middle]) <= limit else (low, middle - 1)
    return text[:low]


def _at_a_space(head: str, whole: str) -> str:
    if len(head) == len(whole):
        return head
    at = head.rfind(" ")
    return head[: at + 1] if at > len(head) // 2 else head


def _append(blocks: tuple[Block, ...], atom: Block) -> tuple[Block, ...]:
    """`blocks` with `atom` at the end, joined to the last block where both came from the same one."""
    match blocks[-1] if blocks else None, atom:
        case Facts(title, items), Facts(same, (fact,)) if title == same:
            return (*blocks[:-1], Facts(title, (*items, fact)))
        case Links(title, items, first), Links(same, (item,), number) if (title, first + len(items)) == (
            same,
            number,
        ):
            return (*blocks[:-1], Links(title, (*items, item), first))
        case Table(title, columns, rows), Table(same, also, (row,)) if (title, columns) == (same, also):
            return (*blocks[:-1], Table(title, columns, (*rows, row)))
        case Buttons(items), Buttons((button,)):
            return (*blocks[:-1], Buttons((*items, button)))
    return (*blocks, atom)
