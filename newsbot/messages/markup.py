"""The markup subset of our own YAML, and the inline pieces that every text is made of.

    **strong**  *emphasis*  `code`  [label](https://example.org)  {figure-id}  and a backslash before any sign

Text from outside never goes through `parse_markup`: it becomes one `Plain`, which can neither format, nor link,
nor mention. `Moment` and `Mention` have no markup at all, so no text, not even our own, can make one.
"""

import re
import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache

from newsbot.errors import ContentError


@dataclass(frozen=True, slots=True)
class Plain:
    """Text that means only itself."""

    text: str


@dataclass(frozen=True, slots=True)
class Strong:
    """Text that stands out."""

    text: str


@dataclass(frozen=True, slots=True)
class Emphasis:
    """Text with a slight stress."""

    text: str


@dataclass(frozen=True, slots=True)
class Code:
    """Text a person types or a machine reads."""

    text: str


@dataclass(frozen=True, slots=True)
class Link:
    """A label that opens an http or https address."""

    text: str
    url: str


@dataclass(frozen=True, slots=True)
class Placeholder:
    """The place of a figure's display in prose; content fills it in before a card is made."""

    name: str


@dataclass(frozen=True, slots=True)
class Moment:
    """An instant (timezone-aware), shown in the reader's own zone where the platform can.

    A `countdown` reads well after a verb: "in 20 seconds" where the platform counts down by itself, else
    "at 12:00:20". A `deadline` is as `minute`, with the platform's own countdown behind it where it has one.
    """

    at: datetime
    style: str = "minute"  # minute | day | countdown | deadline

    def __post_init__(self) -> None:
        if self.at.tzinfo is None:
            raise ValueError("a Moment needs an aware datetime")


@dataclass(frozen=True, slots=True)
class Mention:
    """A person or role that is to be notified, or a channel; made by code that was asked to, never from text."""

    whom: str  # person | role | channel
    target_id: str
    name: str


Markup = Plain | Strong | Emphasis | Code | Link | Placeholder
Inline = Markup | Moment | Mention

_SPECIAL = re.compile(r"[\\*`\[\]{}]")
_TOKEN = re.compile(
    r"""
      \\(?P<escaped>.)
    | \*\*(?P<strong>(?:\\.|[^*\\])+)\*\*
    | \*(?P<emphasis>(?:\\.|[^*\\])+)\*
    | `(?P<code>(?:\\.|[^`\\])+)`
    | \[(?P<label>(?:\\.|[^\[\]\\])+)\]\((?P<url>[^\s()]*(?:\([^\s()]*\)[^\s()]*)*)\)
    | \{(?P<placeholder>[a-z0-9][a-z0-9-]*)\}
    | (?P<stray>[*`\[\]{}\\])
    | (?P<plain>[^\\*`\[\]{}]+)
    """,
    re.VERBOSE | re.DOTALL,
)
_MOMENTS = {"minute": "%d %B %Y %H:%M %Z", "day": "%d %B %Y", "countdown": "at %H:%M:%S %Z"}
_ESCAPED = re.compile(r"\\(.)", re.DOTALL)
_ADDRESS = re.compile(r"https?://[^\s<>\"'`\\\[\]{}|^]+\Z", re.IGNORECASE)
_LINE_BREAKS = re.compile(r"[\r\n\u2028\u2029\x0b\x0c\x85]+")


def is_web_address(url: str) -> bool:
    """Whether `url` is an absolute http or https address with nothing in it that could end a link early."""
    return _ADDRESS.match(url) is not None and url.isprintable()


@lru_cache(maxsize=8_192)
def parse_markup(source: str) -> tuple[Markup, ...]:
    """The pieces of trusted markup, neighbouring plain text joined.

    Raises ContentError where a sign is left open or a link has no web address.
    """
    if not _SPECIAL.search(source):
        return (Plain(source),) if source else ()
    pieces: list[Markup] = []
    for match in _TOKEN.finditer(source):
        kind = match.lastgroup
        if kind == "stray":
            raise ContentError(f"'{match[0]}' opens nothing: close it, or write '\\{match[0]}' for the sign itself")
        pieces.append(_piece(kind, match))
    return join_pieces(pieces)


def _piece(kind: str | None, match: re.Match[str]) -> Markup:
    match kind:
        case "strong":
            return Strong(_unescape(match["strong"]))
        case "emphasis":
            return Emphasis(_unescape(match["emphasis"]))
        case "code":
            return Code(_unescape(match["code"]))
        case "url":
            if not is_web_address(match["url"]):
                raise ContentError(f"'{match['url']}' is not a web address: a link needs https://…")
            return Link(_unescape(match["label"]), match["url"])
        case "placeholder":
            return Placeholder(match["placeholder"])
        case "escaped":
            return Plain(match["escaped"])
    return Plain(match[0])


def to_markup(pieces: Iterable[Markup]) -> str:
    """Markup that `parse_markup` reads back as the same pieces (neighbouring plain text joined)."""
    return "".join(_escape_piece(piece) for piece in pieces)


def _escape_piece(piece: Markup) -> str:
    match piece:
        case Plain(text):
            return escape(text)
        case Strong(text):
            return f"**{escape(text)}**"
        case Emphasis(text):
            return f"*{escape(text)}*"
        case Code(text):
            return f"`{escape(text)}`"
        case Link(text, url):
            return f"[{escape(text)}]({url})"
        case Placeholder(name):
            return f"{{{name}}}"


def escape(text: str) -> str:
    """Markup that stands for exactly this text and nothing else."""
    return _SPECIAL.sub(lambda sign: "\\" + sign[0], text)


def _unescape(text: str) -> str:
    return _ESCAPED.sub(r"\1", text)


def join_pieces(pieces: Sequence[Markup]) -> tuple[Markup, ...]:
    """The same pieces with neighbouring plain text joined and empty text left out."""
    result: list[Markup] = []
    for piece in pieces:
        if isinstance(piece, Plain):
            if not piece.text:
                continue
            if result and isinstance(last := result[-1], Plain):
                result[-1] = Plain(last.text + piece.text)
                continue
        result.append(piece)
    return tuple(result)


def plain_text(pieces: Iterable[Inline]) -> str:
    """What a reader without any formatting sees; a link keeps its address."""
    return "".join(_plain(piece) for piece in pieces)


def _plain(piece: Inline) -> str:
    match piece:
        case Link(text, url):
            return text if text == url else f"{text} ({url})"
        case Placeholder(name):
            return f"{{{name}}}"
        case Moment(at, style):
            return at.strftime(_MOMENTS.get(style, _MOMENTS["minute"])).lstrip("0")
        case Mention(whom, _, name):
            return f"{'#' if whom == 'channel' else '@'}{outside_text(name)}"
    return piece.text


def outside_text(text: str, limit: int = 500) -> str:
    """Text from a person or a feed made safe to stand in a card: one line, printable, balanced, at most `limit` long.

    Control characters, escape sequences' lead-ins, invisible characters and direction overrides are dropped, so it
    cannot move a cursor, hide a word or turn the line around it.
    """
    flat = _LINE_BREAKS.sub(" ", text.replace("\t", " "))
    kept = "".join(char for char in flat if unicodedata.category(char) not in _UNSEEN or char in _JOINERS)
    kept = kept.strip()
    return kept if len(kept) <= limit else kept[: limit - 1].rstrip() + "…"


_UNSEEN = frozenset({"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"})
_JOINERS = frozenset("\u200c\u200d")  # they shape Persian, Indic scripts and emoji
