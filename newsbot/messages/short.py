"""What a short card may hold: how much of it a person sees without a press, and where a text may be cut."""

import re
from collections.abc import Iterable, Sequence

from newsbot.messages.cards import Block, Card, Choice, Facts, Links, Picture, Table, Text
from newsbot.messages.markup import Code, Emphasis, Inline, Link, Plain, Strong, plain_text

VISIBLE = 900  # characters that show without a press
ANSWER = 220  # characters of the answer, which has at most two sentences
LABEL = 25  # characters of a button or an option
_SENTENCES = 2
# A full stop after these ends no sentence: "Inc.", "vs.", "U.S.", "J. Huang".
_NO_END = re.compile(r"(?:\b(?:Inc|Corp|Co|Ltd|Mr|Mrs|Ms|Dr|St|No|vs|approx|[A-Z])\.|\b(?:[A-Za-z]\.){2,})\Z")
_END = re.compile(r"[.!?][\"”’)]*(?=\s+[\"“‘(]?[A-Z0-9$€£])")


def visible_characters(card: Card) -> int:
    """How many characters of a card show without a press: neither addresses nor alt texts nor what controls say.

    A picture counts as what stands in its place where it cannot be shown.
    """
    return sum(len(words) for words in (card.title, card.footer, *(w for b in card.blocks for w in visible_words(b))))


def visible_words(block: Block) -> Iterable[str]:
    """The words of a block that show without a press."""
    match block:
        case Text(pieces):
            yield bare_text(pieces)
        case Facts(title, items):
            yield title
            yield from (word for fact in items for word in (fact.label, fact.value, *fact.notes))
        case Links(title, items):
            yield from (title, *(word for item in items for word in (item.label, item.detail)))
        case Table(title, columns, rows):
            yield from (title, *columns, *(cell for row in rows for cell in row))
        case Picture(chart, _, instead):
            told = instead or Facts(chart.title, ())
            yield from visible_words(told)
            if instead is None:
                yield from (word for point in chart.points for word in (point.label, point.display, point.note))
        case Choice(prompt):
            yield prompt


def bare_text(pieces: Iterable[Inline]) -> str:
    """What a reader sees of inline text, addresses left out."""
    return "".join(piece.text if isinstance(piece, Link) else plain_text((piece,)) for piece in pieces)


def sentences(text: str) -> list[str]:
    """A text in its sentences, white space at their ends included."""
    found: list[str] = []
    start = 0
    for end in _END.finditer(text):
        if not _NO_END.search(text[start : end.start() + 1]):
            found.append(text[start : end.end()])
            start = end.end()
    return [*found, text[start:]]


def first_sentences(pieces: Sequence[Inline], limit: int = ANSWER) -> tuple[Inline, ...]:
    """The first sentences, two at most, that fit the limit; the first one whatever its length."""
    first, *others = sentences(bare_text(pieces))
    end = len(first)
    for other in others[: _SENTENCES - 1]:
        end += len(other) if end + len(other) <= limit else 0
    return _cut(pieces, end)


def _cut(pieces: Sequence[Inline], end: int) -> tuple[Inline, ...]:
    kept: list[Inline] = []
    for piece in pieces:
        size = len(bare_text((piece,)))
        if size <= end:
            kept.append(piece)
        elif end > 0 and isinstance(piece, Plain | Strong | Emphasis | Code):
            kept.append(type(piece)(piece.text[:end]))
        end = max(end - size, 0)
    return tuple(kept)


def headline(card: Card) -> str:
    """A card in a line, for a notification: its title and the first sentence of its lede, or of its first text."""
    texts = [block for block in card.blocks if isinstance(block, Text) and block.style != "small"]
    texts.sort(key=lambda block: block.style != "lede")
    first = sentences(bare_text(texts[0].pieces))[0] if texts else ""
    return "\n\n".join(words for words in (card.title, first.strip()) if words)
