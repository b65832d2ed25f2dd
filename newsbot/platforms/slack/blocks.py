"""One card's blocks as Block Kit blocks: each kind of block by its own rule, nothing left out.

The card must fit Slack's budget already; see `cards.messages`. Limits: https://docs.slack.dev/reference/block-kit/blocks.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

from newsbot.messages.actions import Url
from newsbot.messages.cards import (
    Block,
    Button,
    Buttons,
    Card,
    Choice,
    ChoiceOption,
    Fact,
    Facts,
    Links,
    Picture,
    Rule,
    Table,
    Text,
)
from newsbot.messages.charts import Chart
from newsbot.messages.markup import Inline, Link, Plain, Strong, plain_text
from newsbot.platforms.slack.markup import SlackBlock, fits_mrkdwn, mrkdwn, mrkdwn_object, paragraph, plain, small

_COLUMNS = 20
_ROW = 25  # elements of an actions block
_FIELDS = 10
_SHORT = 60  # characters of a label with its value that read well in half the width, or of a lede that is bold
_OPTION_VALUE = 150  # https://docs.slack.dev/reference/block-kit/composition-objects/option-object
_OPTIONS = 100
_INDENT = "\n      "
_EMPTY = "–"  # a cell, a label or a button of nothing is refused
_STYLES = {"primary": "primary", "danger": "danger"}


def card_blocks(card: Card, shown: Callable[[Chart], Mapping[str, Any] | None], tables: bool) -> list[SlackBlock]:
    """The blocks of a card. A message may hold one table, so the first is a table and any further one is text."""
    made: list[SlackBlock] = []
    if title := " ".join(card.title.split()):
        made.append({"type": "header", "text": plain(title)})
    links = 0
    for block in card.blocks:
        match block:
            case Table() if tables and len(block.columns) <= _COLUMNS and block.rows:
                made += [*paragraph(_heading(block.title)), _table(block)]
                tables = False
            case Buttons(items):
                made += _rows(_button(button, links + number) for number, button in enumerate(items))
                links += len(items)
            case Picture():
                made += _picture(block, shown(block.chart))
            case _:
                made += _block(block)
    return made + small((Plain(card.footer),))


def _block(block: Block) -> list[SlackBlock]:
    match block:
        case Text(pieces, "small"):
            return small(pieces)
        case Text(pieces, style):
            stands_out = style == "heading" or (style == "lede" and len(plain_text(pieces)) <= _SHORT)
            return paragraph(_strong(pieces) if stands_out else pieces)
        case Facts():
            return _facts(block)
        case Table():
            return paragraph(_without_leading_blank(_table_text(block)))
        case Links():
            return paragraph(_links(block))
        case Choice():
            return _choice(block)
        case Rule():
            return [{"type": "divider"}]
    return []


def _heading(title: str) -> list[Inline]:
    return [Strong(title.strip())] if title.strip() else []


def _strong(pieces: Sequence[Inline]) -> list[Inline]:
    return [Strong(piece.text) if isinstance(piece, Plain) else piece for piece in pieces]


def _list(lines: Iterator[list[Inline]]) -> list[Inline]:
    """Lines with a bullet each, below a heading or alone."""
    return [piece for line in lines for piece in (Plain("\n• "), *line)]


def _facts(facts: Facts) -> list[SlackBlock]:
    """Short values side by side; anything longer, or with notes, as a list: each note on a line below its value."""
    fields = [_fact(fact, "\n") for fact in facts.items]
    if all(_is_short(fact) for fact in facts.items) and 2 <= len(fields) <= _FIELDS and all(map(fits_mrkdwn, fields)):
        title = _heading(facts.title)
        if fits_mrkdwn(title):
            above = {"text": mrkdwn_object(mrkdwn(title))} if title else {}
            return [{"type": "section", **above, "fields": [mrkdwn_object(mrkdwn(field)) for field in fields]}]
    return paragraph(_without_leading_blank([*_heading(facts.title), *_list(_fact(fact, " ") for fact in facts.items)]))


def _is_short(fact: Fact) -> bool:
    words = bool(fact.value.strip()) and len(fact.label.strip()) > 1
    return words and not fact.notes and len(fact.label) + len(fact.value) <= _SHORT


def _fact(fact: Fact, between: str) -> list[Inline]:
    label = fact.label.strip()
    if not fact.value:
        return [Strong(label), *(Plain(_INDENT + note) for note in fact.notes)]
    first: list[Inline] = [Strong(f"{label}:" if between == " " else label), Plain(between)] if label else []
    return [*first, Plain(fact.value), *(Plain(_INDENT + note) for note in fact.notes)]


def _table_text(table: Table) -> list[Inline]:
    """A table as a list: its columns named once, each row's first cell as the label of the others."""
    rows = (_fact(Fact(first, ", ".join(rest)), " ") for first, *rest in table.rows)
    return [*_heading(table.title), Plain(f"\n({', '.join(table.columns)})"), *_list(rows)]


def _links(links: Links) -> list[Inline]:
    lines: list[Inline] = [*_heading(links.title)]
    for number, item in enumerate(links.items, start=links.first):
        lines.append(Plain(f"\n{number}. "))
        lines.append(Link(item.label.strip() or item.url, item.url))
        lines += [Plain(f", {item.detail}")] if item.detail else []
    return _without_leading_blank(lines)


def _without_leading_blank(pieces: list[Inline]) -> list[Inline]:
    """The pieces without an empty line at their beginning."""
    if pieces and isinstance(first := pieces[0], Plain):
        return [Plain(first.text.removeprefix("\n")), *pieces[1:]]
    return pieces


def _table(table: Table) -> SlackBlock:
    head = [_cell(column, bold=True) for column in table.columns]
    rows = [head, *([_cell(cell) for cell in row] for row in table.rows)]
    return {"type": "table", "rows": rows, "column_settings": [{"is_wrapped": True} for _ in table.columns]}


def _cell(words: str, bold: bool = False) -> SlackBlock:
    """A cell as rich text: in it words are literal, and servers have been reported to refuse `raw_text` cells."""
    element: SlackBlock = {"type": "text", "text": words if words.strip() else _EMPTY}
    if bold:
        element["style"] = {"bold": True}
    return {"type": "rich_text", "elements": [{"type": "rich_text_section", "elements": [element]}]}


def _picture(picture: Picture, shown: Mapping[str, Any] | None) -> list[SlackBlock]:
    if shown is None:  # its data stands in the card already
        return []
    title = " ".join(picture.chart.title.split())
    named = {"title": plain(title)} if title else {}
    return [{"type": "image", **shown, "alt_text": picture.alt.strip() or title or _EMPTY, **named}]


def _rows(elements: Iterator[SlackBlock]) -> list[SlackBlock]:
    every = list(elements)
    rows = [every[start : start + _ROW] for start in range(0, len(every), _ROW)]
    return [{"type": "actions", "elements": row} for row in rows]


def _button(button: Button, number: int) -> SlackBlock:
    made: SlackBlock = {"type": "button", "text": plain(button.label.strip() or _EMPTY)}
    match button.does:
        case Url(address):
            made |= {"action_id": f"nb-url-{number}", "url": address}
        case action:
            made |= {"action_id": action.token(), "value": action.token()}
    return made | ({"style": _STYLES[button.style]} if button.style in _STYLES else {})


def _choice(choice: Choice) -> list[SlackBlock]:
    """A section with a select; an option that Slack could not hand back is a line of text below it."""
    usable = [option for option in choice.options if 0 < len(option.value) <= _OPTION_VALUE][:_OPTIONS]
    others = [option for option in choice.options if option not in usable]
    prompt = choice.prompt.strip() or _EMPTY
    made: list[SlackBlock] = []
    if usable:
        select = {
            "type": "static_select",
            "action_id": choice.action.token(),
            "placeholder": plain("Pick one"),
            "options": [option_object(option) for option in usable],
        }
        made.append({"type": "section", "text": plain(prompt), "accessory": select})
    else:
        made += paragraph([Plain(prompt)])
    lines = [Plain(f"{option.label} {option.description}".strip()) for option in others]
    return made + paragraph(_without_leading_blank(_list([line] for line in lines)))


def option_object(option: ChoiceOption) -> SlackBlock:
    """An entry of a select."""
    described = {"description": plain(option.description)} if option.description.strip() else {}
    return {"text": plain(option.label.strip() or _EMPTY), "value": option.value, **described}
