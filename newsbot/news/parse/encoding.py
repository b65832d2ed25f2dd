"""What goes to the parsing process and comes back: a body with its headers in front, and a feed or an error as JSON."""

import json
import struct
from dataclasses import fields
from datetime import date, datetime
from typing import Any

from newsbot.news.entries import Body, DocumentFilter, Entry, FeedHints, ParsedFeed
from newsbot.news.errors import BrokenFeed, FeedError, NotAFeed

_FEED = [each.name for each in fields(ParsedFeed)]
_ENTRY = [each.name for each in fields(Entry)]
_SIZE = struct.Struct(">I")
_ERRORS = {"not-a-feed": NotAFeed, "broken-feed": BrokenFeed}


def encode_job(body: Body, wanted: DocumentFilter) -> bytes:
    """A body, and what is wanted of it, as a job."""
    about = {"content_type": body.content_type, "url": body.url, "agencies": wanted.agencies, "types": wanted.types}
    head = json.dumps(about).encode()
    return _SIZE.pack(len(head)) + head + body.content


def decode_job(job: bytes) -> tuple[Body, DocumentFilter]:
    """What `encode_job` wrote."""
    (size,) = _SIZE.unpack_from(job)
    about = json.loads(job[_SIZE.size : _SIZE.size + size])
    body = Body(job[_SIZE.size + size :], about["content_type"], about["url"])
    return body, DocumentFilter(tuple(about["agencies"]), tuple(about["types"]))


def encode_feed(feed: ParsedFeed) -> bytes:
    """A feed as the result of a job."""
    values = {name: getattr(feed, name) for name in _FEED}
    values["entries"] = [_plain(entry) for entry in feed.entries]
    hints = feed.hints
    values["hints"] = [hints.ttl_minutes, sorted(hints.skip_hours), sorted(hints.skip_days)]
    return json.dumps(values).encode()


def encode_error(error: FeedError) -> bytes:
    """What is wrong with a body, as the result of a job."""
    kind = next(kind for kind, of in _ERRORS.items() if isinstance(error, of))
    return json.dumps({"error": kind, "sentence": str(error)}).encode()


def decode_result(result: bytes) -> ParsedFeed:
    """The feed of a result; raises NotAFeed or BrokenFeed where that is what it says."""
    values = json.loads(result)
    if kind := values.get("error"):
        raise _ERRORS[kind](values["sentence"])
    ttl, hours, days = values.pop("hints")
    entries = tuple(_entry(each) for each in values.pop("entries"))
    return ParsedFeed(**values, entries=entries, hints=FeedHints(ttl, frozenset(hours), frozenset(days)))


def _plain(entry: Entry) -> dict[str, Any]:
    values = {name: getattr(entry, name) for name in _ENTRY}
    values["published"] = entry.published.isoformat() if entry.published else None
    values["dated"] = entry.dated.isoformat() if entry.dated else None
    return values


def _entry(values: dict[str, Any]) -> Entry:
    published, dated = values.pop("published"), values.pop("dated")
    return Entry(
        **{**values, "labels": tuple(values["labels"])},
        published=datetime.fromisoformat(published) if published else None,
        dated=date.fromisoformat(dated) if dated else None,
    )
