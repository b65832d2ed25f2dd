"""A card as plain text, without any formatting: what a terminal, a notification or a screen reader gets."""

from newsbot.messages.actions import Url
from newsbot.messages.cards import Block, Buttons, Card, Choice, Facts, Links, Picture, Rule, Table, Text
from newsbot.messages.markup import plain_text


def plain_card(card: Card) -> str:
    """Every word, number, address and caveat of the card, block by block, an empty line between two."""
    parts = [card.title, *(plain_block(block) for block in card.blocks), card.footer]
    return "\n\n".join(part for part in parts if part)


def plain_block(block: Block) -> str:
    """One block as lines of text."""
    match block:
        case Text(pieces):
            return plain_text(pieces)
        case Facts(title, items):
            return _with_title(title, [_fact(fact.label, fact.value, fact.notes) for fact in items])
        case Picture(alt=alt):
            return alt
        case Table(title, columns, rows):
            return _with_title(title, [_row(columns, row) for row in rows])
        case Rule():
            return "---"
        case Links(title, items, first):
            numbered = enumerate(items, start=first)
            return _with_title(
                title, [_link(number, item.label, item.detail, item.url) for number, item in numbered], ""
            )
        case Buttons(items):
            return "  ".join(_button(button.label, button.does) for button in items)
        case Choice(prompt, _, options):
            return _with_title(prompt, [_option(option.label, option.description) for option in options])


def _with_title(title: str, lines: list[str], mark: str = "- ") -> str:
    return "\n".join([*([f"{title}:"] if title else []), *(f"{mark}{line}" for line in lines)])


def _fact(label: str, value: str, notes: tuple[str, ...]) -> str:
    first = f"{label}: {value}" if value else label
    return "\n  ".join([first, *notes])


def _row(columns: tuple[str, ...], row: tuple[str, ...]) -> str:
    return ", ".join(f"{column}: {cell}" for column, cell in zip(columns, row, strict=True))


def _link(number: int, label: str, detail: str, url: str) -> str:
    return f"{number}. {label}{f', {detail}' if detail else ''}: {url}"


def _button(label: str, does: object) -> str:
    return f"[{label}: {does.address}]" if isinstance(does, Url) else f"[{label}]"


def _option(label: str, description: str) -> str:
    return f"{label} — {description}" if description else label
