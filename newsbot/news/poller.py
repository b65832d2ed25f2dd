"""The poller: polls every source when it is due, many at once, in a loop of its own that nothing else waits for.

Any number of processes may do so over one database: a source is leased to one of them at a time, and so is its host.
"""

import asyncio
import logging
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from datetime import datetime, timedelta
from functools import partial

from newsbot.errors import NewsbotError
from newsbot.news.poll import LeaseLost, Polling, poll
from newsbot.news.service import POLLED, Sources
from newsbot.news.sources import Source
from newsbot.news.states import of_source, status_from_json
from newsbot.storage.records import StoredSource
from newsbot.storage.transaction import Transaction
from newsbot.tasks import BackgroundTasks

log = logging.getLogger(__name__)

LEASE = timedelta(seconds=90)
_KEEP_SECONDS = 30.0  # between two renewals of the leases of polls that are under way
LOOK = timedelta(seconds=15)  # other processes change what is due, and files change
_SOONEST = 0.05  # seconds between two looks
_SILENT = timedelta(minutes=5)
_LIFE = timedelta(minutes=1)
# How many polls are under way at once. Sources whose last poll failed have places of their own: a host that is silent
# for 20 seconds takes none from those that answer.
WELL, TROUBLED = 32, 16

Progress = Callable[[int, int], None]


def no_progress(done: int, total: int) -> None:
    """The progress that nobody watches."""


class NewsPoller:
    """Polls sources. One event loop only."""

    def __init__(self, polling: Polling, sources: Sources, progress: Progress = no_progress) -> None:
        """`progress` is told of the first fetch: how many of the sources that were never polled are done."""
        self._with = polling
        self._sources = sources
        self._progress = progress
        self._polls = BackgroundTasks("poll")
        self._under_way: dict[str, bool] = {}  # whether it is in trouble, by source
        self._woken = asyncio.Event()
        self._has_more = False  # whether something is due that has no place yet, or whose host is busy
        self._known: tuple[Source, ...] = ()
        self._new: set[str] = set()
        self._new_total = 0
        self._looked_at = polling.now()
        self._trouble = ""
        self._shown_at: datetime | None = None

    async def run(self) -> None:
        """Poll until cancelled; leases of polls that are cut off are given back."""
        keeping = asyncio.create_task(self._keep_leases(), name="leases of polls")
        try:
            while True:
                self._woken.clear()
                wait = await self._look_safely()
                with suppress(TimeoutError):
                    await asyncio.wait_for(self._woken.wait(), wait)
                await asyncio.sleep(_SOONEST)
        finally:
            keeping.cancel()
            await asyncio.shield(self._stop())

    async def run_once(self) -> datetime | None:
        """Poll everything that is due, and return when the next source is; None where none ever is.

        Raises StorageError.
        """
        while await self._start_due():
            await self._polls.wait_idle()
        return await self._next_due()

    def wake(self) -> None:
        """Look at once for what is due."""
        self._woken.set()

    def health(self) -> str:
        """The word “ok”, or what keeps sources from being polled."""
        if self._with.now() - self._looked_at > _SILENT:
            return f"no source was polled since {self._looked_at:%Y-%m-%d %H:%M:%S} UTC"
        return self._trouble or "ok"

    # -- looking ------------------------------------------------------------------------------------------------------

    async def _look_safely(self) -> float:
        """Start what is due; for how many seconds to wait then."""
        try:
            await self._start_due()
            next_at = await self._next_due()
            await self._show_life()
        except NewsbotError as error:
            self._trouble = f"waits: {error}"
            log.warning("sources wait to be polled: %s", error)
            return LOOK.total_seconds()
        except Exception:
            self._trouble = "something broke here; see the log"
            log.exception("sources wait to be polled")
            return LOOK.total_seconds()
        self._trouble = ""
        self._looked_at = self._with.now()
        if next_at is None:
            return LOOK.total_seconds()
        wait = (next_at - self._looked_at).total_seconds()
        self._has_more = wait <= 0
        return min(max(wait, 1.0), LOOK.total_seconds())

    async def _start_due(self) -> int:
        """Start polls of what is due, as many as there are places for; how many."""
        sources = {source.id: source for source in await self._sources.current() if not source.off}
        await self._introduce(tuple(sources.values()))
        well, troubled = (places - self._places_taken(is_troubled) for is_troubled, places in _PLACES)
        if not sources or (well <= 0 and troubled <= 0):
            return 0
        now = self._with.now()
        # What this process reads itself is not taken twice, even where a lease ran out because a clock jumped.
        hosts = {id_: source.pace_host for id_, source in sources.items() if id_ not in self._under_way}
        claim = (hosts, self._with.holder, now, now + LEASE, well, troubled)
        taken = await self._with.database.write(lambda tx: tx.sources.claim(*claim))
        self._with.checkpoint("claimed")
        for stored in taken:
            self._under_way[stored.id] = stored.is_troubled
            self._polls.start(self._poll(sources[stored.id], stored), stored.id)
            await asyncio.sleep(0)  # that many begin in as many turns of the loop, and hold it for none
        return len(taken)

    async def _show_life(self) -> None:
        """Once in a minute, so that people are told whether anybody polls."""
        now = self._with.now()
        if self._shown_at is None or not timedelta(0) <= now - self._shown_at < _LIFE:
            await self._with.database.write(lambda tx: tx.watches.beat(POLLED, now))
            self._shown_at = now

    def _places_taken(self, is_troubled: bool) -> int:
        return sum(each == is_troubled for each in self._under_way.values())

    async def _introduce(self, sources: tuple[Source, ...]) -> None:
        """Let the database know sources that are new, or whose address or agent was changed: they are due at once."""
        if sources == self._known:
            return
        now = self._with.now()
        new = await self._with.database.write(lambda tx: _introduce(tx, sources, now))
        self._known, self._new, self._new_total = sources, new, len(new)

    async def _next_due(self) -> datetime | None:
        ids = [source.id for source in self._known]
        return await self._with.database.read(lambda tx: tx.sources.next_due(ids))

    # -- polling ------------------------------------------------------------------------------------------------------

    async def _poll(self, source: Source, stored: StoredSource) -> None:
        try:
            before = status_from_json(stored.body).state
            status = await poll(self._with, source, stored)
            if status.state != before:
                log.info("the source %s is %s now. %s", source.id, status.state, status.reason)
        except LeaseLost:
            log.warning("the source %s was polled elsewhere meanwhile", source.id)
        finally:
            del self._under_way[source.id]
            self._count(source.id)
            if self._has_more:
                self._woken.set()

    def _count(self, id_: str) -> None:
        if id_ in self._new:
            self._new.discard(id_)
            self._progress(self._new_total - len(self._new), self._new_total)

    async def _keep_leases(self) -> None:
        while True:
            await asyncio.sleep(_KEEP_SECONDS)
            extended = partial(_extend, tuple(self._under_way), self._with.holder, self._with.now() + LEASE)
            try:
                await self._with.database.write(extended)
            except NewsbotError as error:  # they run out, and what is found is kept all the same if nobody else came
                log.warning("leases of sources could not be kept: %s", error)

    async def _stop(self) -> None:
        await self._polls.close(0.0)
        with suppress(NewsbotError):  # they run out by themselves
            await self._with.database.write(lambda tx: tx.sources.release(self._with.holder))


_PLACES = ((False, WELL), (True, TROUBLED))


def _extend(ids: Sequence[str], holder: str, until: datetime, tx: Transaction) -> None:
    if ids:
        tx.sources.extend(ids, holder, until)


def _introduce(tx: Transaction, sources: Sequence[Source], now: datetime) -> set[str]:
    """Add sources; returns those that were never polled."""
    by_id: Mapping[str, Source] = {source.id: source for source in sources}
    tx.sources.add(by_id, now)
    stored = [each for each in tx.sources.all() if each.id in by_id]
    changed = [each.id for each in stored if each.body and _is_changed(by_id[each.id], each)]
    if changed:
        tx.sources.make_due(changed, now)
    return {each.id for each in stored if not each.body}


def _is_changed(source: Source, stored: StoredSource) -> bool:
    status = status_from_json(stored.body)
    return of_source(source, status) != status
