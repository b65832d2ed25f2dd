"""The second door: time. Jobs at their hours, and alarms that wake whatever does what is due.

APScheduler runs both. A job is one for all processes that share the database: whoever has its lease runs it. What is
due is in the database, so an alarm that comes late or twice changes nothing.
"""

import asyncio
import logging
from collections.abc import Awaitable, Callable
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from typing import Any, Protocol

from apscheduler.schedulers.asyncio import AsyncIOScheduler

from newsbot.errors import NewsbotError
from newsbot.tasks import end_tasks

log = logging.getLogger(__name__)

LOOK = timedelta(seconds=30)  # other processes add rows, and clocks jump
_SILENT = timedelta(minutes=2)
_GRACE_SECONDS = 3.0
_SOONEST = timedelta(milliseconds=200)  # between two wake-ups for what another process is about to do
_DAY = timedelta(days=1)
_AFTER_START = timedelta(seconds=20)  # what was missed while newsbot was off begins when its start is over
# The library drops a job that is a second late unless it is told never to, and may run one beside itself.
_EACH = {"misfire_grace_time": None, "coalesce": True, "max_instances": 1, "replace_existing": True}
_BROKEN = "something broke here; see the log"

Job = Callable[[], Awaitable[object]]


class Sweep(Protocol):
    """Something that does everything which is due."""

    async def run_once(self) -> datetime | None:
        """Do what is due; returns when to be woken again, None where the usual look is soon enough."""


class Lease(Protocol):
    """Turns that processes take: `newsbot.storage`'s leases, in a transaction of their own."""

    async def take(self, name: str, length: timedelta) -> bool:
        """Whether this process has the lease of that name from now on, for so long. Raises NewsbotError."""


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


class Alarm:
    """Wakes sweeps, one after the other: at the next due instant, every 30 seconds, and when it is told to."""

    def __init__(self, name: str, sweeps: tuple[Sweep, ...], now: Callable[[], datetime], timer: Any) -> None:
        self._name = name
        self._sweeps = sweeps
        self._now = now
        self._timer = timer
        self._woken = asyncio.Event()
        self._looked_at = now()
        self._waits = ""

    async def run(self) -> None:
        """Sweep until cancelled, the first time at once."""
        while True:
            self._woken.clear()
            await self._look_whole()
            # By the loop's own clock, which goes on evenly whatever the wall clock does.
            with suppress(TimeoutError):
                await asyncio.wait_for(self._woken.wait(), LOOK.total_seconds())

    def wake(self) -> None:
        """Sweep as soon as may be: something was added that may be due before the next look."""
        self._woken.set()

    def health(self) -> str:
        """The word “ok”, or since when nothing was looked at, or what waits and why."""
        if self._now() - self._looked_at > _SILENT:
            return f"nothing was looked at since {self._looked_at:%Y-%m-%d %H:%M:%S} UTC"
        return self._waits or "ok"

    async def _look_whole(self) -> None:
        """A look that gets a moment to end when newsbot stops: cut in the middle, it may leave the database locked."""
        look = asyncio.create_task(self._look(), name=f"look at {self._name}")
        try:
            await asyncio.shield(look)
        except asyncio.CancelledError:
            await end_tasks([look], _GRACE_SECONDS)
            raise

    async def _look(self) -> None:
        self._waits = ""
        found = [await self._run_sweep(sweep) for sweep in self._sweeps]
        self._looked_at = self._now()
        if due := [instant for instant in found if instant is not None]:
            wait = max(min(due) - self._looked_at, _SOONEST)
            self._timer.add_job(self._wake_up, "date", run_date=_in(wait), id=f"due: {self._name}", **_EACH)

    async def _wake_up(self) -> None:
        """As `wake`, on the event loop: the library runs what is no coroutine in a thread."""
        self._woken.set()

    async def _run_sweep(self, sweep: Sweep) -> datetime | None:
        try:
            return await sweep.run_once()
        except NewsbotError as error:
            self._waits = f"waits: {error}"
            log.warning("%s %s", type(sweep).__name__, self._waits)
        except Exception:
            self._waits = f"waits: {_BROKEN}"
            log.exception("%s %s", type(sweep).__name__, self._waits)
        return None


def _in(wait: timedelta) -> datetime:
    """After so long, by the clock that the library goes by: the system's, which need not be the one that is passed."""
    return datetime.now(UTC) + wait


@dataclass(slots=True)
class _Periodic:
    """A job that comes again, and what went wrong with it the last time; empty where nothing did."""

    name: str
    work: Job
    lease_for: timedelta
    failure: str = ""


class Scheduler:
    """Periodic jobs and alarms of one process. Jobs and alarms are added before `run`."""

    def __init__(self, now: Callable[[], datetime], lease: Lease | None = None) -> None:
        """`lease` decides which process runs a job; without it, this one alone is there."""
        self._now = now
        self._lease = lease
        self._timer = AsyncIOScheduler(timezone=UTC)
        self._alarms: list[Alarm] = []
        self._jobs: list[_Periodic] = []
        self._running: set[asyncio.Task[None]] = set()

    def every_day(self, name: str, job: Job, at: time) -> None:
        """Run `job` each day at a time of UTC; soon after the start, too, where its last run is a day ago."""
        # A lease that lasts nearly until the next run is also the note of the last one: a restart runs nothing twice.
        self._add(_Periodic(name, job, _DAY - timedelta(hours=4)), "cron", hour=at.hour, minute=at.minute)

    def every(self, name: str, job: Job, period: timedelta) -> None:
        """Run `job` once in each period, the first time soon after the start."""
        self._add(_Periodic(name, job, period * 0.9), "interval", seconds=period.total_seconds())

    def alarm(self, name: str, *sweeps: Sweep) -> Alarm:
        """Wake these sweeps in time, beside those of other alarms."""
        made = Alarm(name, sweeps, self._now, self._timer)
        self._alarms.append(made)
        return made

    async def run(self) -> None:
        """Ring alarms and run jobs until cancelled."""
        self._timer.start()
        try:
            async with asyncio.TaskGroup() as ringing:
                for alarm in self._alarms:
                    ringing.create_task(alarm.run())
                await asyncio.Event().wait()  # jobs come by the library's own timer
        finally:
            self._timer.shutdown(wait=False)
            await end_tasks(tuple(self._running), _GRACE_SECONDS)

    def health(self) -> str:
        """The word “ok”, or which jobs failed when they last ran."""
        return " ".join(f"{job.name} failed: {job.failure}" for job in self._jobs if job.failure) or "ok"

    def _add(self, job: _Periodic, trigger: str, **when: Any) -> None:
        self._jobs.append(job)
        soon = _in(_AFTER_START)
        if trigger == "interval":
            self._timer.add_job(self._run, trigger, [job], id=job.name, next_run_time=soon, **when, **_EACH)
            return
        self._timer.add_job(self._run, trigger, [job], id=job.name, **when, **_EACH)
        self._timer.add_job(self._run_missed, "date", [job], id=f"{job.name}, missed", run_date=soon, **_EACH)

    async def _run_missed(self, job: _Periodic) -> None:
        if self._lease is not None:  # it knows when the job last ran
            await self._run(job)

    async def _run(self, job: _Periodic) -> None:
        """Run a job where it is this process's turn. What breaks is logged, and tried at its next time."""
        task = asyncio.current_task()
        assert task is not None
        self._running.add(task)
        try:
            if self._lease is None or await self._lease.take(f"job:{job.name}", job.lease_for):
                await job.work()
                job.failure = ""
        except NewsbotError as error:
            job.failure = str(error)
            log.warning("the job %s failed: %s", job.name, error)
        except Exception:
            job.failure = _BROKEN
            log.exception("the job %s failed", job.name)
        finally:
            self._running.discard(task)
