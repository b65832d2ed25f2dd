"""Text of cards as Discord markdown, in which text can do nothing but be read.

Discord's grammar: https://support.discord.com/hc/en-us/articles/210298617, mentions and timestamps:
https://docs.discord.com/developers/reference#message-formatting. A backslash takes the meaning of a sign when a message
is shown, but not the power of `@everyone` or `<@id>` when it is sent; there a zero-width space stands after the `@`.
"""

import re
from collections.abc import Iterable
from urllib.parse import quote

from newsbot.messages.cards import Fact, Facts, LinkItem, Links, Table, Text, TextStyle
from newsbot.messages.markup import Code, Emphasis, Inline, Link, Mention, Moment, Plain, Strong, plain_text

ZERO_WIDTH = "\u200b"
_CONTROLS = re.compile("[\x00-\x08\x0e-\x1f\x7f\u202a-\u202e\ud800-\udfff]")
_BREAKS = re.compile("\r\n|[\r\x0b\x0c\x85\u2028\u2029]")
_PARAGRAPHS = re.compile(r"\n\s*\n")
# `:` opens an emoji (`:name:`) or stands in a bare address (`https://`); the rest always has a meaning.
_SIGNS = re.compile(r"[\\*_~`|\[\]<]|:(?=//|:*[^\s:]+:)")
_ANY_SIGN = re.compile(r"[\\*_~`|\[\]<:@]")
_PINGS = re.compile(r"@(?=everyone|here|[!&]?\d)")
# Quote, heading, small print, list, numbered list: all of them only where a line begins.
_LINE_STARTS = re.compile(r"^([^\S\n]*)(?:(?=>|#{1,3}(?:\s|\Z)|-(?:[\s#]|\Z))|(\d+)(?=\.(?:\s|\Z)))", re.MULTILINE)
_OPENERS = tuple(" \t>#-0123456789")
_BALANCED = re.compile(r"[^\[\]]*(?:\[[^\[\]]*\][^\[\]]*)*\Z")
_PARENTHESES = str.maketrans("[]", "()")
_UNSAFE_IN_URLS = re.compile(r"[\s()<>\\\"`*|\[\]]|@(?=everyone|here)")
_BACKTICKS = re.compile("`+")
_FORMATS = ("*", "`")


def escape(text: str) -> str:
    """Markdown that shows exactly `text`: no formatting, mention, emoji, timestamp or link; its lines stay lines."""
    if not text.isprintable():
        text = _PARAGRAPHS.sub("\n\n", clean_text(text))
    if _ANY_SIGN.search(text):  # in most texts there is none
        text = _PINGS.sub("@" + ZERO_WIDTH, _SIGNS.sub(r"\\\g<0>", text))
    if text[:1] in _OPENERS or "\n" in text:
        text = _LINE_STARTS.sub(r"\1\2\\", text)
    return text


def escape_line(text: str) -> str:
    """As `escape`, on one line, without white space at its ends."""
    return escape(" ".join(text.split()))


def clean_text(text: str) -> str:
    """`text` without control characters and direction overrides, every kind of line break as a newline."""
    return _CONTROLS.sub("", _BREAKS.sub("\n", text))


def inline(pieces: Iterable[Inline]) -> str:
    """Inline pieces as markdown; plain text keeps its line breaks."""
    return _render_pieces(pieces).strip()


def inline_line(pieces: Iterable[Inline]) -> str:
    """As `inline`, on one line."""
    return " ".join(_render_pieces(pieces).split())


def bold_line(pieces: Iterable[Inline]) -> str:
    """Inline pieces on one line, all of it bold: what else would stand out there does so no more than the rest."""
    line = inline_line(Plain(piece.text) if isinstance(piece, Strong | Emphasis) else piece for piece in pieces)
    return f"**{line}**" if line else ""


def link(label: str, url: str) -> str:
    """An address behind its label; an address that is its own label stands alone, without a preview."""
    address = _UNSAFE_IN_URLS.sub(lambda sign: quote(sign[0], safe=""), url)
    shown = label if _BALANCED.match(label) else label.translate(_PARENTHESES)
    words = escape_line(shown)
    return f"[{words}]({address})" if words and label.strip() != url else f"<{address}>"


def block_text(block: Text | Facts | Links | Table) -> str:
    """A block that is all text as markdown: each fact, note, address and row on its own line."""
    match block:
        case Text(pieces, style):
            return _paragraph(pieces, style)
        case Facts(title, items):
            between = "\n\n" if any(fact.notes for fact in items) else "\n"
            return _with_title(title, between.join(_fact(fact) for fact in items))
        case Links(title, items, first):
            return _with_title(title, "\n".join(_link(number, item) for number, item in enumerate(items, start=first)))
        case Table(title, columns, rows):
            return _with_title(title, "\n".join(_table_row(columns, row) for row in rows))


_MENTIONS = {"role": "@&", "channel": "#"}
_MOMENTS = {"minute": "<t:{0}:f>", "day": "<t:{0}:D>", "countdown": "<t:{0}:R>", "deadline": "<t:{0}:f> (<t:{0}:R>)"}


def notified_by(pieces: Iterable[Inline]) -> list[Mention]:
    """The people and roles that these pieces notify."""
    people = (piece for piece in pieces if isinstance(piece, Mention) and piece.whom != "channel")
    return [piece for piece in people if _is_snowflake(piece.target_id)]


def _render_pieces(pieces: Iterable[Inline]) -> str:
    written = ""
    plain: list[str] = []  # a run of plain text, since a sign's meaning depends on what stands beside it
    for piece in pieces:
        if isinstance(piece, Plain):
            plain.append(piece.text)
            continue
        written += escape("".join(plain))
        plain.clear()
        part = _render_piece(piece)
        # The closing sign of one piece and the opening sign of the next would be read as one.
        written += f"{ZERO_WIDTH}{part}" if part[:1] in _FORMATS and written.endswith(part[0]) else part
    return written + escape("".join(plain))


def _render_piece(piece: Inline) -> str:
    match piece:
        case Strong(text):
            return _wrap(text, "**")
        case Emphasis(text):
            return _wrap(text, "*")
        case Code(text):
            return _code(text)
        case Link(text, url):
            return link(text, url)
        case Moment(at, style):
            return _MOMENTS.get(style, _MOMENTS["minute"]).format(int(at.timestamp()))
        case Mention(whom, target_id) if _is_snowflake(target_id):
            return f"<{_MENTIONS.get(whom, '@')}{target_id}>"
    return escape(plain_text((piece,)))


def _wrap(text: str, sign: str) -> str:
    """`text` between two signs, the white space at its ends outside of them, where Discord wants it."""
    words = escape_line(text)
    if not words:
        return " " if text else ""
    return f"{' ' * text[0].isspace()}{sign}{words}{sign}{' ' * text[-1].isspace()}"


def _code(text: str) -> str:
    """`text` as code: no escape works in there, so a longer run of backticks encloses the ones within."""
    words = _PINGS.sub("@" + ZERO_WIDTH, " ".join(clean_text(text).split()))
    if not words:
        return " " if text else ""
    fence = "`" * (max(map(len, _BACKTICKS.findall(words)), default=0) + 1)
    pad = " " if len(fence) > 1 else ""
    return f"{fence}{pad}{words}{pad}{fence}"


def _is_snowflake(target_id: str) -> bool:
    return target_id.isascii() and target_id.isdigit()


def _paragraph(pieces: tuple[Inline, ...], style: TextStyle) -> str:
    if style == "body":
        return inline(pieces)
    if style == "lede":
        return bold_line(pieces)
    line = inline_line(pieces)
    return f"{'### ' if style == 'heading' else '-# '}{line}" if line else ""


def _with_title(title: str, lines: str) -> str:
    heading = escape_line(title)
    return "\n".join(part for part in (f"### {heading}" if heading else "", lines) if part)


def _fact(fact: Fact) -> str:
    label, value = escape_line(fact.label), escape_line(fact.value)
    first = f"**{label}:** {value}" if label and value else f"- {label or value or '…'}"
    return "\n".join([first, *(f"-# {words}" for note in fact.notes if (words := escape_line(note)))])


def _link(number: int, item: LinkItem) -> str:
    detail = escape_line(item.detail)
    return f"{number}. {link(item.label, item.url)}{f', {detail}' if detail else ''}"


def _table_row(columns: tuple[str, ...], row: tuple[str, ...]) -> str:
    cells = (f"{escape_line(name)}: {escape_line(cell)}" for name, cell in zip(columns[1:], row[1:], strict=True))
    return " · ".join([f"**{escape_line(row[0]) or '…'}**", *cells])
