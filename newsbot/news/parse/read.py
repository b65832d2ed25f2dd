"""From a body to a feed: which format it is, told by its bytes, and who reads that."""

import hashlib
import json
from typing import Any

from newsbot.news.entries import Body, DocumentFilter, Entry, FeedHints, Format, ParsedFeed
from newsbot.news.errors import NotAFeed
from newsbot.news.parse import PARSER_VERSION
from newsbot.news.parse.federal_register import documents, is_federal_register
from newsbot.news.parse.json_feed import is_json_feed, items
from newsbot.news.parse.links import absolute_link
from newsbot.news.parse.text import plain_text
from newsbot.news.parse.xml_feed import read_xml

_EVERYTHING = DocumentFilter()


def read_feed(body: Body, wanted: DocumentFilter = _EVERYTHING) -> ParsedFeed:
    """The feed in a body; of the Federal Register the documents that are wanted.

    Raises NotAFeed where it has no format that newsbot knows, BrokenFeed where it has one and cannot be read.
    """
    start = body.content.lstrip(b"\xef\xbb\xbf \t\r\n")[:1]
    if start in (b"{", b"["):
        return _read_json(body, wanted)
    kind, entries, feed, hints = read_xml(body)
    link = absolute_link(str(feed.get("link", "")), body.url)
    return _feed(kind, entries, str(feed.get("title", "")), link, hints)


def _read_json(body: Body, wanted: DocumentFilter) -> ParsedFeed:
    try:
        data: Any = json.loads(body.content)
    except (ValueError, RecursionError):
        raise NotAFeed("The answer begins as JSON and cannot be read as such.") from None
    if is_json_feed(data):
        link = absolute_link(str(data.get("home_page_url", "")), body.url)
        return _feed("json-feed", items(data, body.url), str(data.get("title", "")), link)
    if is_federal_register(data):
        return _feed("federal-register", documents(data, wanted), "Federal Register")
    raise NotAFeed("The answer is JSON, but neither a JSON Feed nor a list of the Federal Register's documents.")


def _feed(
    kind: Format, entries: tuple[Entry, ...], title: str = "", link: str = "", hints: FeedHints | None = None
) -> ParsedFeed:
    return ParsedFeed(kind, entries, entries_hash(entries), plain_text(title), link, hints or FeedHints())


def entries_hash(entries: tuple[Entry, ...]) -> str:
    """The hash of all that is taken of entries, in any order, and of the parser's version."""
    each = sorted(map(repr, entries))
    return hashlib.sha256("\n".join((str(PARSER_VERSION), *each)).encode(errors="replace")).hexdigest()
