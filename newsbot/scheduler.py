"""The second door: time. Wakes every sweep at its next due instant, and every 30 seconds all the same.

APScheduler is the timer only: what is due is in the database, and a wake-up that comes late or twice changes nothing.
"""

import asyncio
import logging
from collections.abc import Callable, Sequence
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from typing import Protocol

from apscheduler.schedulers.asyncio import AsyncIOScheduler

from newsbot.errors import NewsbotError

log = logging.getLogger(__name__)

LOOK = timedelta(seconds=30)  # other processes add rows, and clocks jump
_SILENT = timedelta(minutes=2)
_GRACE_SECONDS = 3.0
_SOONEST = timedelta(milliseconds=200)  # between two wake-ups for what another process is about to do


class Sweep(Protocol):
    """Something that does everything which is due."""

    async def run_once(self) -> datetime | None:
        """Do what is due; returns when to be woken again, None where the usual look is soon enough."""


class AfterSweep:
    """A sweep, after which somebody is told."""

    def __init__(self, sweep: Sweep, told: Callable[[], None]) -> None:
        self._sweep = sweep
        self._told = told

    async def run_once(self) -> datetime | None:
        """As the sweep does."""
        found = await self._sweep.run_once()
        self._told()
        return found


class Scheduler:
    """Runs sweeps one after the other, never two at a time in this process."""

    def __init__(self, sweeps: Sequence[Sweep], now: Callable[[], datetime]) -> None:
        self._sweeps = sweeps
        self._now = now
        self._timer = AsyncIOScheduler(timezone=UTC)
        self._woken = asyncio.Event()
        self._looked_at = now()
        self._waits = ""

    async def run(self) -> None:
        """Sweep until cancelled, the first time at once."""
        self._timer.start()
        try:
            while True:
                self._woken.clear()
                await self._whole_look()
                # By the loop's own clock, which goes on evenly whatever the wall clock does.
                with suppress(TimeoutError):
                    await asyncio.wait_for(self._woken.wait(), LOOK.total_seconds())
        finally:
            self._timer.shutdown(wait=False)

    def wake(self) -> None:
        """Sweep as soon as may be: something was added that may be due before the next look."""
        self._woken.set()

    def health(self) -> str:
        """The word “ok”, or since when nothing was looked at, or what waits and why."""
        if self._now() - self._looked_at > _SILENT:
            return f"nothing was looked at since {self._looked_at:%Y-%m-%d %H:%M:%S} UTC"
        return self._waits or "ok"

    async def _whole_look(self) -> None:
        """A look that gets a moment to end when newsbot stops: cut in the middle, it may leave the database locked."""
        look = asyncio.create_task(self._look())
        try:
            await asyncio.shield(look)
        except asyncio.CancelledError:
            await asyncio.wait({look}, timeout=_GRACE_SECONDS)
            look.cancel()
            raise

    async def _look(self) -> None:
        self._waits = ""
        found = [await self._swept(sweep) for sweep in self._sweeps]
        self._looked_at = self._now()
        if due := [instant for instant in found if instant is not None]:
            # The library drops a job that is a second late unless it is told never to.
            forever = {"replace_existing": True, "misfire_grace_time": None}
            soonest = max(min(due), self._looked_at + _SOONEST)
            self._timer.add_job(self._wake_up, "date", run_date=soonest, id="due", **forever)

    async def _wake_up(self) -> None:
        """As `wake`, on the event loop: the library runs what is no coroutine in a thread."""
        self._woken.set()

    async def _swept(self, sweep: Sweep) -> datetime | None:
        try:
            return await sweep.run_once()
        except NewsbotError as error:
            self._waits = f"waits: {error}"
            log.warning("%s %s", type(sweep).__name__, self._waits)
        except Exception:
            self._waits = "waits: something broke here; see the log"
            log.exception("%s %s", type(sweep).__name__, self._waits)
        return None
