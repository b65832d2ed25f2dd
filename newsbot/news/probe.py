"""Tries one address: what it answers, whether that can be read, and whether its host answers a repeat with 304."""

from dataclasses import dataclass
from typing import Protocol

from newsbot.news.answers import failure_of_answer
from newsbot.news.entries import Body, DocumentFilter, ParsedFeed
from newsbot.news.errors import FeedError
from newsbot.news.fetch.errors import FetchError
from newsbot.news.fetch.values import FetchAnswer, FetchRequest
from newsbot.news.poll import Fetches
from newsbot.news.sources import Source


class Parses(Protocol):
    """What reads bodies."""

    async def parse(self, body: Body, wanted: DocumentFilter) -> ParsedFeed:
        """The feed in a body. Raises FeedError."""


@dataclass(frozen=True, slots=True)
class Probe:
    """What came of trying an address.

    `newest` is the latest instant that an entry claims. `not_modified`: whether a repeat with the validators was
    answered with 304; None where there are none. `url` is the address at the end of all redirects.
    """

    path: str
    format: str | None = None
    entries: int = 0
    newest: str | None = None
    error: str | None = None
    status: int | None = None
    url: str | None = None
    etag: str | None = None
    last_modified: str | None = None
    not_modified: bool | None = None
    agent: str | None = None


async def probe(source: Source, fetcher: Fetches, parser: Parses) -> Probe:
    """Ask for the address of a source twice, the second time with the validators of the first."""
    if source.off_fix:  # something that newsbot needs before it may ask
        return Probe(source.url, error=f"{source.off} {source.off_fix}")
    try:
        answer = await fetcher.fetch(FetchRequest(source.url, source.agent))
    except FetchError as error:
        return Probe(source.url, error=f"{error} {error.fix}".strip(), agent=source.agent)
    kind, count, newest, error_words = await _read(source, answer, parser)
    return Probe(
        source.url,
        kind,
        count,
        newest,
        error_words,
        answer.status,
        answer.url,
        answer.etag or None,
        answer.last_modified or None,
        await _is_not_modified(source, answer, fetcher),
        source.agent,
    )


async def _read(source: Source, answer: FetchAnswer, parser: Parses) -> tuple[str | None, int, str | None, str | None]:
    if failure := failure_of_answer(source, answer):
        return None, 0, None, failure.reason or f"{source.host} says that it is gone for good (410)."
    try:
        feed = await parser.parse(Body(answer.body, answer.content_type, answer.url), source.documents)
    except FeedError as error:
        return None, 0, None, str(error)
    return feed.format, len(feed.entries), feed.newest.isoformat() if feed.newest else None, None


async def _is_not_modified(source: Source, answer: FetchAnswer, fetcher: Fetches) -> bool | None:
    if answer.status != 200 or not (answer.etag or answer.last_modified):
        return None
    repeat = FetchRequest(source.url, source.agent, answer.etag, answer.last_modified)
    try:
        return (await fetcher.fetch(repeat)).status == 304
    except FetchError:
        return None
