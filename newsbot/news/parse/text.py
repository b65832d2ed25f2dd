"""Plain text from what others wrote: no markup, one line, nothing unseen, not too long."""

import re
import unicodedata
from html.parser import HTMLParser

from newsbot.news.entries import TEXT_LIMIT

# Control and format characters (bidirectional and zero-width ones among them), surrogates, private and unassigned ones.
_UNSEEN = frozenset({"Cc", "Cf", "Cs", "Co", "Cn"})
# Characters without a width that Unicode counts as letters, marks or symbols.
_WITHOUT_WIDTH = re.compile(
    "[\u034f\u115f\u1160\u17b4\u17b5\u180b-\u180f\u2800\u3164\ufe00-\ufe0f\uffa0\U000e0100-\U000e01ef]"
)
_CUT_OFF = re.compile(r"<[a-zA-Z/!?][^>]*\Z")  # a tag without its end, where a feed shortened a text
_READ = 20_000  # characters of a text that are looked at: what people see stands at its beginning
_STEP = 500
_ID = 1_000  # characters; a longer id is no id but a text
_MOST_KEPT = 20_000  # characters of which it is remembered whether they are seen

_HIDDEN = frozenset({"script", "style", "template", "noscript", "iframe", "svg", "math"})
_INLINE = frozenset(
    {"a", "abbr", "acronym", "b", "bdi", "bdo", "big", "cite", "code", "del", "em", "font", "i", "ins", "kbd", "mark"}
    | {"q", "s", "samp", "small", "span", "strike", "strong", "sub", "sup", "tt", "u", "var", "wbr"}
)


class _Seen(dict[int, int | None]):
    """A table for `str.translate` that leaves out what is not seen: a look a character, and once each."""

    def __missing__(self, code: int) -> int | None:
        char = chr(code)
        is_seen = unicodedata.category(char) not in _UNSEEN and not _WITHOUT_WIDTH.match(char)
        if len(self) >= _MOST_KEPT:
            self.clear()
        self[code] = code if is_seen else None
        return self[code]


_SEEN = _Seen({ord(space): ord(" ") for space in "\t\n\r\v\f\x1c\x1d\x1e\x1f\x85"})


def plain_text(text: str, limit: int = TEXT_LIMIT) -> str:
    """The text on one line of at most `limit` characters, without any that has no shape or turns the line around."""
    flat = " ".join(text[:_READ].translate(_SEEN).split())
    return flat if len(flat) <= limit else flat[: limit - 1].rstrip() + "…"


def plain_id(text: str) -> str:
    """An id as plain text; empty where it is so long that it is none."""
    flat = plain_text(text, _READ)
    return flat if len(flat) <= _ID else ""


def text_of_html(source: str, limit: int = TEXT_LIMIT) -> str:
    """The text that a reader of this HTML sees, made plain."""
    if "<" not in source and "&" not in source:
        return plain_text(source, limit)
    reader, whole = _HtmlText(), _CUT_OFF.sub("", source[:_READ])
    for start in range(0, len(whole), _STEP):
        reader.feed(whole[start : start + _STEP])
        if reader.length > limit:
            break
    else:
        reader.close()
    return plain_text("".join(reader.pieces), limit)


class _HtmlText(HTMLParser):
    """Collects text; elements that start a line of their own part words."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.pieces: list[str] = []
        self.length = 0
        self._hidden: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        del attrs
        if tag in _HIDDEN:
            self._hidden.append(tag)
        elif tag not in _INLINE:
            self.pieces.append(" ")

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        del attrs
        if tag not in _INLINE:
            self.pieces.append(" ")

    def handle_endtag(self, tag: str) -> None:
        if self._hidden and tag == self._hidden[-1]:
            self._hidden.pop()
        elif tag not in _INLINE:
            self.pieces.append(" ")

    def handle_data(self, data: str) -> None:
        if not self._hidden:
            self.pieces.append(data)
            self.length += len(data.strip())
