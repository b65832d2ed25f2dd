"""A newsroom for tests: real fetching, parsing and storing over a web on this machine, by a clock that tests move."""

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from random import Random
from typing import Any

from newsbot.news.fetch.fetcher import Fetcher
from newsbot.news.fetch.values import Limits
from newsbot.news.intake import Intake
from newsbot.news.pace import SharedPace
from newsbot.news.parse.parser import FeedParser
from newsbot.news.poll import Polling
from newsbot.news.poller import NewsPoller
from newsbot.news.sources import Source
from newsbot.news.states import SourceStatus, status_from_json
from newsbot.storage.database import Database
from newsbot.storage.transaction import Transaction
from newsbot.tasks import Checkpoint, no_checkpoint
from tests.news.web import Handler, Web, loopback_web, reply

NOW = datetime(2026, 11, 30, 12, 0, tzinfo=UTC)
SHORT = Limits(seconds=1.0)


@dataclass
class Told:
    """Keeps what the operator is told."""

    states: list[tuple[str, str]] = field(default_factory=list)

    def tell(self, tx: Transaction, source: Source, status: SourceStatus, now: datetime) -> None:
        """Keep it."""
        self.states.append((source.id, status.state))


@dataclass
class Listed:
    """Sources that a test may change."""

    sources: tuple[Source, ...] = ()

    async def current(self) -> Sequence[Source]:
        """All of them."""
        return self.sources


@dataclass
class Newsroom:
    """A web, a database, and who polls."""

    web: Web
    database: Database
    fetcher: Fetcher
    parser: FeedParser
    now: datetime = NOW
    told: Told = field(default_factory=Told)
    listed: Listed = field(default_factory=Listed)
    paused: list[float] = field(default_factory=list)

    def add(self, id_: str, handler: Handler | None = None, **changes: Any) -> Source:
        """A source and the host that serves it."""
        source = Source(id_, id_.title(), f"http://{id_}.test/feed", agent="newsbot/1")
        source = replace(source, **changes)
        self.listed.sources = (*self.listed.sources, source)
        if handler is not None:
            self.web.hosts[source.host] = handler
        return source

    def poller(self, holder: str = "one", checkpoint: Checkpoint = no_checkpoint, **options: Any) -> NewsPoller:
        """Somebody who polls."""
        intake = Intake(self.database, self.parser)
        polling = Polling(
            self.database, self.fetcher, intake, self.told, holder, lambda: self.now, Random(1), checkpoint
        )
        return NewsPoller(polling, self.listed, **options)

    async def status(self, id_: str) -> SourceStatus:
        """What is known of a source."""
        stored = await self.database.read(lambda tx: tx.sources.all())
        return next(status_from_json(each.body) for each in stored if each.id == id_)

    async def next_at(self, id_: str) -> datetime | None:
        """When it is polled next."""
        stored = await self.database.read(lambda tx: tx.sources.all())
        return next(each.next_at for each in stored if each.id == id_)

    async def poll_at(self, after: timedelta) -> None:
        """Let time pass, and poll what is due then."""
        self.now += after
        await self.poller().run_once()

    async def poll_all(self, after: timedelta = timedelta(0)) -> None:
        """Let time pass, and poll every source, due or not."""
        self.now += after
        ids = [source.id for source in self.listed.sources]

        def make_due(tx: Transaction) -> None:
            tx.sources.add(ids, self.now)
            tx.sources.make_due(ids, self.now)

        await self.database.write(make_due)
        await self.poller().run_once()


@asynccontextmanager
async def newsroom(database: Database, limits: Limits = SHORT) -> AsyncIterator[Newsroom]:
    """A newsroom over a migrated database."""
    parser = FeedParser()
    try:
        async with loopback_web() as web:
            room: Newsroom | None = None
            paused: list[float] = []

            async def pause(seconds: float) -> None:
                assert room is not None
                paused.append(seconds)
                room.now += timedelta(seconds=seconds)

            def now() -> datetime:
                assert room is not None
                return room.now

            async with Fetcher(web.network(), SharedPace(database, now, pause), limits) as fetcher:
                room = Newsroom(web, database, fetcher, parser, paused=paused)
                yield room
    finally:
        await parser.close()


def rss(*entries: str, extra: str = "", at: datetime = NOW) -> bytes:
    """A feed with entries of these names."""
    items = "".join(
        f"<item><title>Title {name}</title><link>http://lab.test/{name}</link><guid>{name}</guid>"
        f"<pubDate>{at:%a, %d %b %Y %H:%M:%S} GMT</pubDate></item>"
        for name in entries
    )
    return f"<rss version='2.0'><channel><title>A lab</title>{extra}{items}</channel></rss>".encode()


def feed(*entries: str, etag: str = "") -> Handler:
    """A handler that serves a feed with these entries."""
    return reply(body=rss(*entries), Content_Type="application/rss+xml", **({"ETag": etag} if etag else {}))
