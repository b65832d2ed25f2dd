"""The reading of news in one process: who polls, with what, and how the operator hears of it."""

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from datetime import datetime
from random import Random
from typing import TYPE_CHECKING

from newsbot.app.answering import now
from newsbot.messages.cards import Card, Reply, text
from newsbot.messages.markup import outside_text
from newsbot.messages.requests import Place
from newsbot.news.book import SourceBook
from newsbot.news.fetch.network import Network
from newsbot.news.sources import Source
from newsbot.news.states import SourceStatus
from newsbot.outbox.enqueue import enqueue
from newsbot.settings import Settings
from newsbot.storage.database import Database
from newsbot.storage.transaction import Transaction

if TYPE_CHECKING:
    from newsbot.news.poller import NewsPoller


Progress = Callable[[int, int], None]


class SourceAlerts:
    """Puts word of a source's state into the outbox, for the operator; the log has it in any case."""

    def __init__(self, operator: Place | None, wake: Callable[[], None]) -> None:
        self._operator = operator
        self._wake = wake

    def tell(self, tx: Transaction, source: Source, status: SourceStatus, now: datetime) -> None:
        """Tell of a state once, in the transaction that keeps it."""
        if self._operator is None:
            return
        since = status.since or now
        enqueue(tx, f"source:{source.id}:{since:%Y-%m-%dT%H:%M:%S}", self._operator, Reply(_card(source, status)), now)
        self._wake()


def _card(source: Source, status: SourceStatus) -> Card:
    notes = (status.reason, status.fix)
    blocks = tuple(text(outside_text(note, 300)) for note in notes if note)
    return Card(f"A source of news: {source.name} is {status.state}", blocks, "warning")


def network_of(settings: Settings) -> Network:
    """How sources are reached: the public internet alone, through a proxy where one is set."""
    proxy = settings.news.proxy
    return Network(proxy=proxy.get_secret_value() if proxy else "")


@asynccontextmanager
async def open_poller(
    settings: Settings, database: Database, book: SourceBook, alerts: SourceAlerts, holder: str, progress: Progress
) -> AsyncIterator["NewsPoller"]:
    """What polls the sources of these settings; `progress` is told of the first fetch."""
    from newsbot.news.fetch.fetcher import Fetcher
    from newsbot.news.intake import Intake
    from newsbot.news.pace import SharedPace
    from newsbot.news.parse.parser import FeedParser
    from newsbot.news.poll import Polling
    from newsbot.news.poller import NewsPoller

    parser = FeedParser()
    try:
        async with Fetcher(network_of(settings), SharedPace(database, now)) as fetcher:
            intake = Intake(database, parser)
            polling = Polling(database, fetcher, intake, alerts, holder, now, Random())  # noqa: S311 (no secret)
            yield NewsPoller(polling, book, progress)
    finally:
        await parser.close()
