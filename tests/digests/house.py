"""Everything that posts digests, over a platform in memory and by a clock that the test moves."""

from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, time, timedelta
from random import Random

from newsbot.digests.alerts import Alerts
from newsbot.digests.composer.sources import ContentNews, DailyQuestion, SelfCheckQuestion
from newsbot.digests.late_policy import LatePolicy
from newsbot.digests.planner import Planner
from newsbot.digests.service import DigestService
from newsbot.digests.watchdog import Watchdog
from newsbot.messages.requests import Place
from newsbot.outbox.hooks import BeforeSend
from newsbot.outbox.worker import OutboxWorker
from newsbot.platforms.memory.adapter import MemoryPlatform
from newsbot.storage.database import Database
from newsbot.storage.records import NewSubscription, Subscription
from tests.clock import Clock
from tests.shipped import shipped_library

LIBRARY = shipped_library()
MONDAY = datetime(2026, 11, 9, 6, tzinfo=UTC)
PLACE = Place("memory", "town", "news")
OPERATOR = Place("memory", "", "operators")


def nine(day: int) -> datetime:
    """Nine o'clock in Berlin, in November 2026."""
    return datetime(2026, 11, day, 8, tzinfo=UTC)


@dataclass
class Bot:
    """A newsbot with one platform. What people and the operator were told stands there, too."""

    database: Database
    clock: Clock = field(default_factory=lambda: Clock(MONDAY))
    question: DailyQuestion = field(default_factory=SelfCheckQuestion)
    before_send: BeforeSend | None = None

    def __post_init__(self) -> None:
        self.platform = MemoryPlatform("memory", self.clock)
        platforms = {"memory": self.platform}
        self.digests = DigestService(self.database, platforms, lambda: LIBRARY, ContentNews, self.question, self.clock)
        self.watch = Watchdog(self.database, Alerts(OPERATOR), self.clock, timedelta(minutes=15))
        self.planner = self.planner_with(ContentNews, with_alerts=False)
        self.outbox_worker = self.worker("one")

    def planner_with(self, news: type[ContentNews], *, with_alerts: bool = True) -> Planner:
        """A planner whose news come from there."""
        alerts = self.watch if with_alerts else None
        return Planner(self.database, lambda: LIBRARY, news, self.question, self.clock, alerts=alerts)

    def worker(self, name: str) -> OutboxWorker:
        """An outbox worker of that name."""
        return OutboxWorker(
            self.database,
            {"memory": self.platform},
            name,
            self.clock,
            Random(1),
            on_refused=self.watch.pause_refused,
            decide_late=LatePolicy(self.database, self.clock).decide,
            before_send=self.before_send,
        )

    async def at(self, instant: datetime) -> None:
        """Everything a process does at an instant, having lived until then."""
        await self.database.write(lambda tx: tx.watches.beat("planner", instant - timedelta(seconds=30)))
        self.clock.at = instant
        await self.planner.run_once()
        for _ in range(2):
            await self.watch.run_once()
            await self.deliver()

    async def deliver(self) -> None:
        """Let everything leave that is due."""
        while await self.outbox_worker.run_once():
            pass

    async def subscribed(self, channel: str = "news", **wishes: object) -> Subscription:
        """A daily digest at nine in Berlin, but for these wishes."""
        new = NewSubscription(replace(PLACE, channel=channel), time(9), "Europe/Berlin", "daily", "anna", self.clock.at)
        return await self.digests.subscribe(replace(new, **wishes))  # type: ignore[arg-type]

    @property
    def channels(self) -> list[str]:
        """Where something was posted, in order."""
        return [message.place.channel for message in self.platform.messages]
