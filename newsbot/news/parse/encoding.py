"""What goes to the parsing process and comes back: a body with its headers in front, and a feed or an error as JSON."""

import json
import struct
from dataclasses import asdict
from datetime import date, datetime
from typing import Any

from newsbot.news.entries import Body, DocumentFilter, Entry, FeedHints, ParsedFeed
from newsbot.news.errors import BrokenFeed, FeedError, NotAFeed

_SIZE = struct.Struct(">I")
_ERRORS = {"not-a-feed": NotAFeed, "broken-feed": BrokenFeed}


def encode_job(body: Body, wanted: DocumentFilter) -> bytes:
    """A body, and what is wanted of it, as a job."""
    fields = {"content_type": body.content_type, "url": body.url, "agencies": wanted.agencies, "types": wanted.types}
    head = json.dumps(fields).encode()
    return _SIZE.pack(len(head)) + head + body.content


def decode_job(job: bytes) -> tuple[Body, DocumentFilter]:
    """What `encode_job` wrote."""
    (size,) = _SIZE.unpack_from(job)
    fields = json.loads(job[_SIZE.size : _SIZE.size + size])
    body = Body(job[_SIZE.size + size :], fields["content_type"], fields["url"])
    return body, DocumentFilter(tuple(fields["agencies"]), tuple(fields["types"]))


def encode_feed(feed: ParsedFeed) -> bytes:
    """A feed as the result of a job."""
    fields = asdict(feed)
    fields["entries"] = [_plain(entry) for entry in feed.entries]
    hints = feed.hints
    fields["hints"] = [hints.ttl_minutes, sorted(hints.skip_hours), sorted(hints.skip_days)]
    return json.dumps(fields).encode()


def encode_error(error: FeedError) -> bytes:
    """What is wrong with a body, as the result of a job."""
    kind = next(kind for kind, of in _ERRORS.items() if isinstance(error, of))
    return json.dumps({"error": kind, "sentence": str(error)}).encode()


def decode_result(result: bytes) -> ParsedFeed:
    """The feed of a result; raises NotAFeed or BrokenFeed where that is what it says."""
    fields = json.loads(result)
    if kind := fields.get("error"):
        raise _ERRORS[kind](fields["sentence"])
    ttl, hours, days = fields.pop("hints")
    entries = tuple(_entry(each) for each in fields.pop("entries"))
    return ParsedFeed(**fields, entries=entries, hints=FeedHints(ttl, frozenset(hours), frozenset(days)))


def _plain(entry: Entry) -> dict[str, Any]:
    fields = asdict(entry)
    fields["published"] = entry.published.isoformat() if entry.published else None
    fields["dated"] = entry.dated.isoformat() if entry.dated else None
    return fields


def _entry(fields: dict[str, Any]) -> Entry:
    published, dated = fields.pop("published"), fields.pop("dated")
    return Entry(
        **{**fields, "labels": tuple(fields["labels"])},
        published=datetime.fromisoformat(published) if published else None,
        dated=date.fromisoformat(dated) if dated else None,
    )
