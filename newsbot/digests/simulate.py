"""Replays the life of one digest through the real planner and outbox worker, by a clock that leaps over idle time.

The database is a temporary SQLite file and the platform is paper: it takes every message and notes when it came.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from random import Random
from tempfile import TemporaryDirectory

from newsbot.content.library import Library
from newsbot.digests.composer.sources import ContentNews, SelfCheckQuestion
from newsbot.digests.planner import HEARTBEAT, HEARTBEAT_EVERY, Planner
from newsbot.digests.simulate_args import SimulationPlan
from newsbot.messages.budgets import TERMINAL
from newsbot.messages.cards import Reply
from newsbot.messages.platform import Capabilities, Posted
from newsbot.messages.requests import Place
from newsbot.outbox.worker import OutboxWorker
from newsbot.schedule.catchup import Outage
from newsbot.schedule.phrases import days_text
from newsbot.schedule.slots import Occurrence, next_slots, slots_on
from newsbot.storage.database import Database
from newsbot.storage.inplace import InPlaceDatabase
from newsbot.storage.migrate import migrate
from newsbot.storage.records import Delivery, NewSubscription, Subscription

PLACE = Place("paper", "simulation", "digest")
_BEFORE = timedelta(minutes=1)  # the digest is subscribed to so long before anything happens
_DAY = timedelta(days=1)
_ALL = 1_000_000  # deliveries; more than twenty years have slots


@dataclass(frozen=True, slots=True)
class SimulatedSlot:
    """What became of a slot; `sent` is None where it never was, `reason` is empty where it came on time."""

    slot: str
    due: datetime
    sent: datetime | None
    state: str
    reason: str

    def to_json(self) -> dict[str, str | None]:
        """The slot as one line of `newsbot digest simulate --json`."""
        sent = instant_text(self.sent) if self.sent else None
        return {
            "slot": self.slot,
            "due": instant_text(self.due),
            "sent": sent,
            "state": self.state,
            "reason": self.reason,
        }


def instant_text(instant: datetime) -> str:
    """An instant in ISO 8601, in UTC and ending in Z: `2026-03-29T07:00:00Z`."""
    return instant.astimezone(UTC).isoformat().replace("+00:00", "Z")


class Paper:
    """A platform that takes every message and notes the instant at which it came, by its key."""

    name = PLACE.platform
    budget = TERMINAL

    def __init__(self, now: Callable[[], datetime]) -> None:
        self._now = now
        self.came: dict[str, datetime] = {}

    async def post(self, place: Place, reply: Reply, key: str) -> Posted:
        """Take a message, each key once."""
        del reply
        self.came.setdefault(key, self._now())
        return Posted(place, key)

    async def dedupe_window(self, place: Place) -> timedelta:
        """For ever: a key is noted once."""
        del place
        return timedelta.max

    async def find_posted(self, place: Place, key: str, since: datetime) -> Posted | None:
        """Paper keeps what it took."""
        del since
        return Posted(place, key) if key in self.came else None

    async def edit(self, posted: Posted, reply: Reply) -> Posted:
        """What was said is not kept, so nothing changes."""
        del reply
        return posted

    async def delete(self, posted: Posted) -> None:
        """Forget a message."""
        self.came.pop(posted.message_id, None)

    async def thread(self, posted: Posted, title: str) -> Place | None:
        """Paper has no threads."""
        del posted, title
        return None

    async def capabilities(self, place: Place) -> Capabilities:
        """Everything."""
        del place
        return Capabilities(post=True, pictures=True, edit=True, threads=True)


@dataclass
class _Clock:
    """The time that the replay is at."""

    at: datetime

    def __call__(self) -> datetime:
        return self.at


@dataclass
class _Replay:
    """A newsbot of a planner and an outbox worker, with one subscription."""

    database: Database
    planner: Planner
    outbox_worker: OutboxWorker
    clock: _Clock
    down: tuple[Outage, ...]
    beat_at: datetime = field(default=datetime.min.replace(tzinfo=UTC))

    async def live(self, due: datetime | None, until: datetime) -> None:
        """Wake whenever something is due by `until`; what comes in an outage waits for its end."""
        while due is not None and due <= until:
            outage = next((each for each in self.down if each.start <= due < each.end), None)
            # As if it had beaten all the time that was leapt over: no outage is to be seen where there was none.
            await self._beat(outage.start if outage else due - HEARTBEAT_EVERY)
            self.clock.at = outage.end if outage else due
            due = await self.planner.run_once()
            self.beat_at = self.clock.at
            while await self.outbox_worker.run_once() and outage:  # a single slot is a single message
                pass

    async def _beat(self, at: datetime) -> None:
        if at <= self.beat_at:
            return
        self.beat_at = at
        async with self.database.transaction() as tx:
            await tx.watches.beat(HEARTBEAT, at)


async def replay(plan: SimulationPlan, library: Library) -> tuple[SimulatedSlot, ...]:
    """What becomes of every slot of the span, in order."""
    slots = slots_on(plan.rule, plan.first, plan.last)
    if not slots:
        return ()
    with TemporaryDirectory(prefix="newsbot-replay-") as folder:
        database = InPlaceDatabase(f"sqlite:///{Path(folder) / 'replay.db'}")
        try:
            await migrate(database)
            return await _replayed(database, plan, library, slots)
        finally:
            await database.close()


async def _replayed(
    database: Database, plan: SimulationPlan, library: Library, slots: Sequence[Occurrence]
) -> tuple[SimulatedSlot, ...]:
    start = min([slots[0].instant, *(each.start for each in plan.down)]) - _BEFORE
    clock = _Clock(start)
    paper = Paper(clock)
    news_source = ContentNews(library)
    planner = Planner(database, lambda: library, lambda _: news_source, SelfCheckQuestion(), clock)
    outbox_worker = OutboxWorker(database, {paper.name: paper}, "replay", clock, Random(0))  # noqa: S311 (no secret)
    subscription = await _subscribed(database, plan, start)
    # Nothing wakes a scheduler for a date that does not exist: it is decided with the slot after it.
    last = next_slots(plan.rule, slots[-1].slot.day - _DAY, start, 1)[0]
    await _Replay(database, planner, outbox_worker, clock, plan.down).live(subscription.next_at, last.instant)
    async with database.transaction() as tx:
        decided = await tx.deliveries.of_subscription(subscription.id, _ALL)
    by_slot = {each.slot: each for each in decided}
    return tuple(_told(by_slot[str(each.slot)], paper) for each in slots if str(each.slot) in by_slot)


async def _subscribed(database: Database, plan: SimulationPlan, at: datetime) -> Subscription:
    """The digest, made at `at`; no date before the span is to be posted."""
    rule, before = plan.rule, plan.first - _DAY
    new = NewSubscription(PLACE, rule.at, rule.zone, days_text(rule.days), "simulation", at, catch_up=plan.catch_up)
    first = next_slots(rule, before, at, 1)[0]
    async with database.transaction() as tx:
        made = replace(await tx.subscriptions.add(new, at, first.instant, before), last_day=before)
        await tx.subscriptions.advance([made])
    return made


def _told(delivery: Delivery, paper: Paper) -> SimulatedSlot:
    sent = paper.came.get(delivery.key)
    if sent is None:
        return SimulatedSlot(delivery.slot, delivery.due_at, None, "skipped", delivery.reason)
    state = "late" if delivery.label else "sent"
    return SimulatedSlot(delivery.slot, delivery.due_at, sent, state, delivery.label)
