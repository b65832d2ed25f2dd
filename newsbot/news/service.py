"""What people see of the sources of news: each with its state, and what to do about it."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Protocol

from newsbot.news.sources import Source
from newsbot.news.states import of_source, status_from_json
from newsbot.news.views import NewestItem, SourcesView, SourceView
from newsbot.storage.database import Database

POLLED = "news"  # the sign of life that a poller gives
_SILENT = timedelta(minutes=5)


class Sources(Protocol):
    """What knows the sources."""

    async def current(self) -> Sequence[Source]:
        """All of them, those included that are off."""


class NewsService:
    """The sources of news with what the pollers of all processes know of them."""

    def __init__(self, database: Database, sources: Sources, now: Callable[[], datetime]) -> None:
        self._database = database
        self._sources = sources
        self._now = now

    async def sources(self) -> SourcesView:
        """Every source of the book. Raises StorageError, or SourceMistakes where the file was never without any."""
        sources = await self._sources.current()
        stored, polled_at = await self._database.read(lambda tx: (tx.sources.all(), tx.watches.last_beat(POLLED)))
        by_id = {each.id: each for each in stored}
        views = []
        for source in sources:
            found = by_id.get(source.id)
            status = of_source(source, status_from_json(found.body if found else ""))
            if source.off:
                status = replace(status, state="off", reason=source.off, fix=source.off_fix, since=None)
            views.append(SourceView(source, status, found.next_at if found and not source.off else None))
        is_polled = polled_at is not None and self._now() - polled_at < _SILENT
        return SourcesView(tuple(sorted(views, key=_rank)), is_polled)

    async def newest(self, source: str) -> NewestItem | None:
        """The newest item of a source. Raises StorageError."""
        found = await self._database.read(lambda tx: tx.news.newest_of(source))
        return NewestItem(found.title, found.first_seen) if found else None


def _rank(view: SourceView) -> tuple[int, str]:
    return (2 if view.source.off else int(view.is_well), view.source.name.lower())
