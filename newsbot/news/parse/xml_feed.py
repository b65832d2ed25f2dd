"""RSS, Atom and RDF, read by feedparser; and what feedparser leaves unsaid: whether it is a feed at all."""

import codecs
import re
from collections.abc import Mapping, Sequence
from io import BytesIO
from typing import Any

import feedparser

from newsbot.news.entries import Body, Entry, FeedHints, Format
from newsbot.news.errors import BrokenFeed, NotAFeed
from newsbot.news.parse.dates import parsed_dates
from newsbot.news.parse.edgar import filing, is_edgar
from newsbot.news.parse.links import absolute_link
from newsbot.news.parse.text import plain_id, plain_text, text_of_html

_NO_MARKUP = ((b"<!--", b"-->"), (b"<![CDATA[", b"]]>"))
_ROOT = re.compile(rb"<(?:[\w.-]+:)?(rss|rdf|feed|html|head|body)[\s>/]", re.IGNORECASE)
_ENTRY = re.compile(rb"<(?:[\w.-]+:)?(?:item|entry)[\s>/]", re.IGNORECASE)
_ENTRY_END = re.compile(rb"</(?:[\w.-]+:)?(?:item|entry)\s*>", re.IGNORECASE)
_ROOT_END = re.compile(rb"</(?:[\w.-]+:)?(?:rss|rdf|feed)\s*>", re.IGNORECASE)
_TAIL = 1_000  # bytes at the end of a body, in which a whole feed ends
_CHARSET = re.compile(r"charset\s*=\s*[\"']?([\w.:-]+)", re.IGNORECASE)
_MARKS = (codecs.BOM_UTF8, codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)  # those of UTF-32 begin like them
_ROOTS: Mapping[bytes, Format] = {b"rss": "rss", b"rdf": "rdf", b"feed": "atom"}
_VERSIONS: Sequence[tuple[str, Format]] = (("atom", "atom"), ("rss090", "rdf"), ("rss10", "rdf"), ("", "rss"))

_SKIP = {
    name: re.compile(rb"<skip%s>(.{0,2000}?)</skip%s>" % (name, name), re.DOTALL | re.IGNORECASE)
    for name in (b"Hours", b"Days")
}
_SKIPPED = re.compile(rb"<(?:hour|day)>\s*(\w+)\s*</", re.IGNORECASE)
_WEEKDAYS = (b"monday", b"tuesday", b"wednesday", b"thursday", b"friday", b"saturday", b"sunday")
_LONGEST_TTL = 60 * 24 * 7  # minutes; what is longer is a mistake
_LABEL, _LABELS = 80, 20

XmlFeed = tuple[Format, tuple[Entry, ...], Mapping[str, Any], FeedHints]


def read_xml(body: Body) -> XmlFeed:
    """Format, entries, feedparser's own words on the feed, and hints. Raises NotAFeed or BrokenFeed.

    It is a feed where its root is one's or feedparser finds entries; a page is none, whatever stands in it.
    """
    found = feedparser.parse(
        BytesIO(body.content),
        response_headers={"content-type": _xml_type(body), "content-location": body.url},
        resolve_relative_uris=False,
        sanitize_html=False,
    )
    markup = _markup(body.content.replace(b"\0", b""))  # of UTF-16 and UTF-32 this leaves what is ASCII
    kind = _format(markup, found)
    raws = found.entries
    if _is_cut_off(markup):
        raws = raws[:-1]  # what is left of the last one would pass for an entry of its own
    if not raws and _ENTRY.search(markup):
        raise BrokenFeed("The feed has entries, but they cannot be read.")
    base = dict.get(found.feed, "link") or ""
    entries = tuple(_entry(raw, body.url, str(base)) for raw in raws)
    if kind == "atom" and is_edgar(found.feed, raws):
        kind = "edgar"
        entries = tuple(filing(found.feed, raw, entry) for raw, entry in zip(raws, entries, strict=True))
    return kind, entries, found.feed, _hints(found.feed, markup)


def _markup(content: bytes) -> bytes:
    """A body without comments and CDATA, in time linear in its length; what has no end is left as it is."""
    pieces, position, start = [], 0, content.find(b"<!")
    while start >= 0:
        end = next((end for begin, end in _NO_MARKUP if content.startswith(begin, start)), None)
        if end is not None:
            stop = content.find(end, start)
            if stop < 0:
                break
            pieces.append(content[position:start])
            position = stop + len(end)
        start = content.find(b"<!", max(position, start + 2))
    pieces.append(content[position:])
    return b"".join(pieces)


def _xml_type(body: Body) -> str:
    """The media type to read by: of what was sent only the charset counts, and a mark at the beginning before that.

    feedparser still takes `text/xml` without a charset for ASCII, as RFC 3023 did; by RFC 7303 the body itself tells.
    """
    charset = _CHARSET.search(body.content_type)
    if charset is None or body.content.startswith(_MARKS):
        return "application/xml"
    return f"application/xml; charset={charset[1]}"


def _format(markup: bytes, found: Any) -> Format:
    root = _ROOT.search(markup)
    name = root[1].lower() if root else b""
    if name in _ROOTS:
        return _ROOTS[name]
    version = str(found.get("version") or "")
    is_page = name in (b"html", b"head", b"body")
    # A namespace alone gives a version too, so a version without entries counts only where it is an element's.
    if not is_page and (found.entries or version.startswith(("rss", "cdf"))):
        return next(kind for start, kind in _VERSIONS if version.startswith(start))
    if not markup.strip():
        raise NotAFeed("The answer is empty.")
    raise NotAFeed("The answer is a web page, not a feed." if is_page else "The answer is not a feed.")


def _is_cut_off(markup: bytes) -> bool:
    """Whether the last entry has a beginning and no end, in a feed whose others have one, and which has none itself."""
    if _ROOT_END.search(markup, max(0, len(markup) - _TAIL)):
        return False
    begins = [match.start() for match in _ENTRY.finditer(markup) if not _is_empty(markup, match.end())]
    ends = [match.start() for match in _ENTRY_END.finditer(markup)]
    return bool(begins) and (begins[-1] > ends[-1] if ends else len(begins) == 1)


def _is_empty(markup: bytes, position: int) -> bool:
    """Whether a start tag, of which the beginning ends at a position, is its own end."""
    return markup[markup.find(b">", position - 1) - 1 :][:1] == b"/"


def _entry(raw: Any, url: str, base: str) -> Entry:
    published, dated = _dates(raw)
    # Read past feedparser's aliases, which answer "updated" where only "published" is said.
    summary = _text(raw, "summary") or _content(raw)
    return Entry(
        id=plain_id(str(dict.get(raw, "id") or "")),
        link=absolute_link(str(dict.get(raw, "link") or ""), url, base),
        title=_text(raw, "title"),
        summary=summary,
        published=published,
        dated=dated,
        labels=_labels(raw),
    )


def _dates(raw: Any) -> Any:
    for name in ("published", "created", "updated"):
        at, day = parsed_dates(str(dict.get(raw, name) or ""), dict.get(raw, f"{name}_parsed"))
        if day:
            return at, day
    return None, None


def _text(raw: Any, name: str) -> str:
    value = str(dict.get(raw, name) or "")
    kind = str((dict.get(raw, f"{name}_detail") or {}).get("type", "text/html"))
    return plain_text(value) if kind == "text/plain" else text_of_html(value)


def _content(raw: Any) -> str:
    texts = [each for each in dict.get(raw, "content") or () if str(each.get("value", "")).strip()]
    if not texts:
        return ""
    value = str(texts[0]["value"])
    return plain_text(value) if texts[0].get("type") == "text/plain" else text_of_html(value)


def _labels(raw: Any) -> tuple[str, ...]:
    words = (plain_text(str(tag.get("label") or tag.get("term") or ""), _LABEL) for tag in dict.get(raw, "tags") or ())
    return tuple(dict.fromkeys(filter(None, words)))[:_LABELS]


def _hints(feed: Mapping[str, Any], markup: bytes) -> FeedHints:
    typed = str(feed.get("ttl", "")).strip()
    ttl = int(typed) if typed.isdecimal() and 0 < int(typed) <= _LONGEST_TTL else None
    hours = {int(hour) % 24 for hour in _skipped(b"Hours", markup) if hour.isdigit()}
    days = {_WEEKDAYS.index(day.lower()) for day in _skipped(b"Days", markup) if day.lower() in _WEEKDAYS}
    # A feed that rules out every hour or day says nothing.
    return FeedHints(
        ttl,
        frozenset(hours) if len(hours) < 24 else frozenset(),
        frozenset(days) if len(days) < 7 else frozenset(),
    )


def _skipped(name: bytes, markup: bytes) -> Sequence[bytes]:
    found = _SKIP[name].search(markup)
    return _SKIPPED.findall(found[1]) if found else ()
