"""Feeds for tests: entries as RSS, and what a source becomes when they are taken in one after the other."""

from collections.abc import Iterable, Sequence
from datetime import UTC, datetime, timedelta
from xml.sax.saxutils import escape

from newsbot.news.entries import Entry, ParsedFeed
from newsbot.news.intake import FeedSource, Reading, take_in
from newsbot.news.memory import Poll
from newsbot.news.parse.read import entries_hash
from newsbot.storage.database import Database
from newsbot.storage.news import NewsItem, SourceMemory

START = datetime(2026, 3, 2, 12, tzinfo=UTC)
MINUTE, HOUR, DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)


def entry(
    name: str,
    *,
    title: str | None = None,
    id: str | None = None,  # noqa: A002  # as the field is called
    link: str | None = None,
    at: datetime | None = None,
    summary: str = "",
) -> Entry:
    """An entry with an id and a link of its own, unless told otherwise."""
    return Entry(
        id=f"https://lab.example/{name}" if id is None else id,
        link=f"https://lab.example/{name}" if link is None else link,
        title=f"The title of {name}" if title is None else title,
        summary=summary,
        published=at,
        dated=at.date() if at else None,
    )


def entries(*names: str) -> list[Entry]:
    """Entries of these names, without dates."""
    return [entry(name) for name in names]


def feed_of(found: Sequence[Entry]) -> ParsedFeed:
    """A feed that was read."""
    return ParsedFeed("rss", tuple(found), entries_hash(tuple(found)))


def rss(
    items: Iterable[Entry], built: str = "Mon, 02 Mar 2026 12:00:00 GMT", *, end: str = "</channel></rss>"
) -> bytes:
    """A body of RSS."""
    return "".join(
        (
            f'<?xml version="1.0" encoding="utf-8"?><rss version="2.0"><channel><title>Lab</title>'
            f"<link>https://lab.example/</link><lastBuildDate>{built}</lastBuildDate>",
            *(_item(item) for item in items),
            end,
        )
    ).encode()


def _item(item: Entry) -> str:
    fields = {"title": item.title, "link": item.link, "guid": item.id, "description": item.summary}
    if item.published:
        fields["pubDate"] = f"{item.published:%a, %d %b %Y %H:%M:%S +0000}"
    return f"<item>{''.join(f'<{name}>{escape(value)}</{name}>' for name, value in fields.items() if value)}</item>"


class Watched:
    """A source whose polls are taken in one after the other, without a parser; `at` is when the next one is."""

    def __init__(self, database: Database, name: str = "lab", source: FeedSource | None = None) -> None:
        self.database = database
        self.source = source or FeedSource(name)
        self.at = START

    async def poll(self, found: Sequence[Entry], after: timedelta = HOUR) -> Reading:
        """Take in what the source shows, `after` the poll before."""
        self.at += after
        feed, poll = feed_of(found), Poll(found, self.at)
        return await self.database.write(lambda tx: take_in(tx, self.source, feed, poll, feed.entries_hash))

    async def items(self) -> tuple[NewsItem, ...]:
        """All items of the database, the oldest first."""
        return await self.database.read(lambda tx: tx.news.items_after(0, 10_000))

    async def memory(self) -> SourceMemory:
        """What is remembered of the source as a whole."""
        return await self.database.read(lambda tx: tx.news.memory(self.source.id, self.source.scope))
