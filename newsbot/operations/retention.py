"""Retention: the daily job that deletes what nobody needs any more, a little at a time."""

import asyncio
import logging
from collections import Counter
from collections.abc import Awaitable, Callable, Mapping, Sequence
from datetime import datetime, timedelta
from functools import partial

from newsbot.settings import RetentionSettings
from newsbot.storage.database import Database
from newsbot.storage.retention.repository import KINDS, Kind
from newsbot.storage.retention.rules import Counted, Cutoffs, Page
from newsbot.storage.transaction import Transaction

log = logging.getLogger(__name__)

PAUSE_SECONDS = 0.05  # after each batch, in which whoever waits to write does so


class Retention:
    """Deletes rows that are older than the settings say. Any number of processes may do so at once."""

    def __init__(
        self,
        database: Database,
        settings: RetentionSettings,
        now: Callable[[], datetime],
        pause: Callable[[float], Awaitable[None]] = asyncio.sleep,
    ) -> None:
        self._database = database
        self._settings = settings
        self._now = now
        self._pause = pause

    async def prune(self) -> Mapping[str, int]:
        """Delete what may go; how many rows of each table did. Raises StorageError; what went until then is gone."""
        gone: Counter[str] = Counter()
        cutoffs = self._cutoffs()
        try:
            for kind in KINDS:
                await self._prune_kind(kind, cutoffs, gone)
        finally:
            if told := ", ".join(f"{number} of {table}" for table, number in gone.items()):
                log.info("old rows were deleted: %s", told)
        return gone

    async def preview(self) -> Mapping[str, int]:
        """How many rows of each table `prune` would delete now."""
        found: Counter[str] = Counter()
        cutoffs, counted = self._cutoffs(), Counted()
        for kind in KINDS:
            await self._preview_kind(kind, cutoffs, counted, found)
        return +found

    async def _prune_kind(self, kind: Kind, cutoffs: Cutoffs, gone: Counter[str]) -> None:
        after: object = None
        while True:
            page = await self._database.read(partial(_find, kind, cutoffs, after))
            if page.keys:
                deleted = await self._database.write(partial(_delete, kind, cutoffs, page.keys))
                gone.update({table: number for table, number in deleted.items() if number})
                await self._pause(PAUSE_SECONDS)
            if page.next is None:
                return
            after = page.next

    async def _preview_kind(self, kind: Kind, cutoffs: Cutoffs, counted: Counted, found: Counter[str]) -> None:
        after: object = None
        while True:
            page = await self._database.read(partial(_find, kind, cutoffs, after, gone=counted))
            if page.keys:
                found.update(await self._database.read(partial(_count, kind, cutoffs, page.keys)))
            if page.next is None:
                return
            after = page.next

    def _cutoffs(self) -> Cutoffs:
        now, settings = self._now(), self._settings

        def before(days: int) -> datetime:
            return now - timedelta(days=days)

        return Cutoffs(
            now,
            events=before(settings.events_days),
            deliveries=before(settings.deliveries_days),
            quiz=before(settings.quiz_days),
            games=before(max(settings.games_days, settings.quiz_days)),
            web=before(settings.web_days),
            web_messages=settings.web_messages,
            news=before(settings.news_days),
        )


def _find(kind: Kind, cutoffs: Cutoffs, after: object, tx: Transaction, gone: Counted | None = None) -> Page:
    return tx.retention.find(kind, cutoffs, after, gone)


def _count(kind: Kind, cutoffs: Cutoffs, keys: Sequence[object], tx: Transaction) -> dict[str, int]:
    return tx.retention.count(kind, cutoffs, keys)


def _delete(kind: Kind, cutoffs: Cutoffs, keys: Sequence[object], tx: Transaction) -> dict[str, int]:
    return tx.retention.delete(kind, cutoffs, keys)
