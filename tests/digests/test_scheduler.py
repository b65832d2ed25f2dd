"""The timer that wakes what is due."""

import asyncio
from datetime import UTC, datetime, timedelta

import pytest

from newsbot.scheduler import Scheduler
from tests.patience import PATIENCE


class Counted:
    """A sweep that counts its turns and wants to be woken at an instant."""

    def __init__(self, due: datetime | None = None, breaks: bool = False) -> None:
        self.turns = 0
        self.due = due
        self.breaks = breaks
        self.turned = asyncio.Event()

    async def run_once(self) -> datetime | None:
        self.turns += 1
        self.turned.set()
        if self.breaks:
            raise RuntimeError("a broken sweep")
        due, self.due = self.due, None
        return due


async def test_an_alarm_wakes_at_the_next_due_instant_and_whenever_it_is_told() -> None:
    def now() -> datetime:
        return datetime.now(UTC)

    broken = Counted(breaks=True)
    sweep = Counted(now() + timedelta(seconds=0.4))
    scheduler = Scheduler(now)
    alarm = scheduler.alarm("digests", broken, sweep)
    running = asyncio.create_task(scheduler.run())
    try:
        for turns in (1, 2):
            await asyncio.wait_for(sweep.turned.wait(), PATIENCE)
            sweep.turned.clear()
            assert sweep.turns == turns
        alarm.wake()
        await asyncio.wait_for(sweep.turned.wait(), PATIENCE)
        assert broken.turns == 3
        assert alarm.health() == "waits: something broke here; see the log"
    finally:
        running.cancel()
        with pytest.raises(asyncio.CancelledError):
            await running
