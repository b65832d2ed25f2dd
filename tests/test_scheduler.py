"""The scheduler: jobs run by one process at their time, again after they broke; alarms ring when something is due."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from datetime import UTC, datetime, time, timedelta

from newsbot.errors import StorageUnavailable
from newsbot.scheduler import Scheduler
from tests.patience import PATIENCE


def now() -> datetime:
    """This instant."""
    return datetime.now(UTC)


def soon() -> time:
    """A wall time of UTC that never comes while a test runs."""
    return (now() + timedelta(hours=12)).time().replace(second=0, microsecond=0)


class Job:
    """A job that counts its runs and may break."""

    def __init__(self, *outcomes: Exception | None) -> None:
        self.runs = 0
        self.ran = asyncio.Event()
        self._outcomes = list(outcomes)

    async def __call__(self) -> None:
        """Run once."""
        self.runs += 1
        outcome = self._outcomes.pop(0) if self._outcomes else None
        self.ran.set()
        if outcome is not None:
            raise outcome

    async def wait(self) -> None:
        """Return once it ran again."""
        async with asyncio.timeout(PATIENCE):
            await self.ran.wait()
        self.ran.clear()


class Turns:
    """Leases of several processes, by a clock that stands still: who comes first has one for good."""

    def __init__(self) -> None:
        self.taken: dict[str, timedelta] = {}
        self.asked = asyncio.Event()

    async def take(self, name: str, length: timedelta) -> bool:
        """Whether nobody has it."""
        is_free = name not in self.taken
        self.taken.setdefault(name, length)
        if not is_free:
            self.asked.set()
        return is_free


@asynccontextmanager
async def running(*schedulers: Scheduler) -> AsyncIterator[None]:
    """These schedulers, running."""
    tasks = [asyncio.create_task(each.run()) for each in schedulers]
    try:
        yield
    finally:
        for task in tasks:
            task.cancel()
            with suppress(asyncio.CancelledError):
                await task


def early(at: datetime) -> datetime:
    """The clock of a scheduler whose start was a while ago, so that what it missed begins at once."""
    return at - timedelta(seconds=20)


async def test_a_job_that_breaks_is_tried_at_its_next_time_and_tells_until_it_is_well() -> None:
    job = Job(StorageUnavailable("The disk is full."), RuntimeError("odd"), None)
    scheduler = Scheduler(lambda: early(now()))
    scheduler.every("backup", job, timedelta(seconds=0.3))
    async with running(scheduler):
        seen = []
        while job.runs < 3:
            await job.wait()
            await asyncio.sleep(0)
            seen.append(scheduler.health())
    assert seen[:2] == ["backup failed: The disk is full.", "backup failed: something broke here; see the log"]
    assert seen[2] == "ok"


async def test_of_two_processes_one_runs_a_job() -> None:
    turns = Turns()
    first, second = Job(), Job()
    schedulers = []
    for job in (first, second):
        scheduler = Scheduler(lambda: early(now()), turns)
        scheduler.every_day("retention", job, soon())
        schedulers.append(scheduler)
    async with running(*schedulers):
        async with asyncio.timeout(PATIENCE):
            await turns.asked.wait()
    assert first.runs + second.runs == 1
    assert turns.taken == {"job:retention": timedelta(hours=20)}


async def test_a_job_that_takes_long_holds_up_no_alarm_and_is_not_run_twice_at_once() -> None:
    begun, let_go = asyncio.Event(), asyncio.Event()
    runs = 0

    async def slow() -> None:
        nonlocal runs
        runs += 1
        begun.set()
        await let_go.wait()

    swept = asyncio.Event()

    class Counting:
        async def run_once(self) -> datetime | None:
            swept.set()
            return None

    scheduler = Scheduler(lambda: early(now()))
    scheduler.every("slow", slow, timedelta(seconds=0.2))
    alarm = scheduler.alarm("digests", Counting())
    async with running(scheduler), asyncio.timeout(PATIENCE):
        await begun.wait()
        swept.clear()
        alarm.wake()
        await swept.wait()
        assert runs == 1
        let_go.set()


async def test_one_alarm_does_not_wait_for_another() -> None:
    let_go, swept = asyncio.Event(), asyncio.Event()

    class Stuck:
        async def run_once(self) -> datetime | None:
            await let_go.wait()
            return None

    class Quick:
        async def run_once(self) -> datetime | None:
            swept.set()
            return None

    scheduler = Scheduler(now)
    scheduler.alarm("digests", Stuck())
    scheduler.alarm("games", Quick())
    async with running(scheduler), asyncio.timeout(PATIENCE):
        await swept.wait()
        let_go.set()
    assert scheduler.health() == "ok"
