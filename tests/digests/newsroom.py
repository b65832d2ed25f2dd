"""Everything that posts digests, over the real platforms of a test and by a clock that it moves."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from functools import cache
from pathlib import Path
from random import Random

from newsbot.content.library import Library, load_library
from newsbot.digests.alerts import Alerts
from newsbot.digests.composer.sources import ContentNews, SelfCheckQuestion
from newsbot.digests.late_policy import LatePolicy
from newsbot.digests.planner import Planner
from newsbot.digests.service import DigestService
from newsbot.digests.watchdog import Watchdog
from newsbot.messages.platform import Platform
from newsbot.messages.requests import Place
from newsbot.outbox.worker import OutboxWorker
from newsbot.storage.database import Database
from newsbot.storage.records import Delivery, DeliveryState, NewSubscription, Subscription
from tests.clock import ShiftedClock

CONTENT = Path(__file__).resolve().parents[2] / "content"


@cache
def library() -> Library:
    """The content that ships, read once."""
    return load_library(CONTENT, date(2026, 11, 23))


@dataclass
class Newsroom:
    """Planner, watch and outbox worker; the operator is told at `operator`, if anywhere."""

    database: Database
    platforms: Mapping[str, Platform]
    clock: ShiftedClock = field(default_factory=ShiftedClock)
    operator: Place | None = None

    def __post_init__(self) -> None:
        self.planner = Planner(self.database, library, ContentNews, SelfCheckQuestion(), self.clock)
        self.digests = DigestService(
            self.database, self.platforms, library, ContentNews, SelfCheckQuestion(), self.clock
        )
        self.watch = Watchdog(self.database, Alerts(self.operator), self.clock, timedelta(minutes=15))
        self.outbox_worker = OutboxWorker(
            self.database,
            self.platforms,
            "test",
            self.clock,
            Random(1),
            on_refused=self.watch.pause_refused,
            on_gone=self.watch.pause_gone,
            decide_late=LatePolicy(self.database, self.clock).decide,
        )

    async def subscribed(self, place: Place, owner: str) -> Subscription:
        """A daily digest in a place, due within two minutes."""
        now = self.clock()
        at = (now + timedelta(minutes=2)).time().replace(second=0, microsecond=0)
        return await self.digests.subscribe(_new(place, at, owner, now))

    async def let_pass(self, *, minutes: float, step: float = 1.0) -> None:
        """Let so many minutes pass, a process at work every `step` of them."""
        until = self.clock() + timedelta(minutes=minutes)
        while self.clock() < until:
            self.clock.passed += timedelta(minutes=step)
            await self.work()

    async def work(self) -> None:
        """All that is due at this instant."""
        beat = self.clock() - timedelta(seconds=30)
        await self.database.write(lambda tx: tx.watches.beat("planner", beat))
        await self.planner.run_once()
        for _ in range(2):
            await self.watch.run_once()
            while await self.outbox_worker.run_once():
                pass

    async def state(self, of: Subscription) -> str:
        """Whether a digest is active or paused."""
        found = await self.digests.get(of.id)
        assert found is not None
        return found.state

    async def all_deliveries(self) -> list[Delivery]:
        """The whole outbox."""
        states: list[DeliveryState] = ["due", "leased", "sending", "sent", "unknown", "failed"]
        return list(await self.database.read(lambda tx: tx.deliveries.in_states(states, 100)))


def _new(place: Place, at: time, owner: str, now: datetime) -> NewSubscription:
    return NewSubscription(place, at, "UTC", "daily", owner, now)
