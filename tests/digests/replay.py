"""Replays the life of one digest through the real planner and outbox worker, by a clock that leaps over idle time."""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from random import Random

from newsbot.digests.composer.sources import ContentNews, SelfCheckQuestion
from newsbot.digests.planner import HEARTBEAT, HEARTBEAT_EVERY, Planner
from newsbot.digests.simulate import SimulatedSlot, SimulationPlan
from newsbot.messages.cards import Card
from newsbot.messages.requests import Place
from newsbot.outbox.worker import OutboxWorker
from newsbot.platforms.memory.adapter import MemoryPlatform
from newsbot.schedule.phrases import days_text
from newsbot.schedule.slots import Occurrence, next_slots, slots_on
from newsbot.storage.database import Database
from newsbot.storage.records import Delivery, NewSubscription, OutageRecord, Subscription
from newsbot.storage.transaction import Transaction
from tests.clock import Clock
from tests.digests.house import LIBRARY

_PLACE = Place("memory", "simulation", "digest")
_BEFORE = timedelta(minutes=1)  # the digest is subscribed to so long before anything happens
_DAY = timedelta(days=1)


@dataclass
class _Newsbot:
    """A planner and an outbox worker, with one subscription."""

    database: Database
    platform: MemoryPlatform
    clock: Clock
    down: tuple[OutageRecord, ...]
    beat_at: datetime = field(default=datetime.min.replace(tzinfo=UTC))

    def __post_init__(self) -> None:
        news = ContentNews(LIBRARY)
        self.planner = Planner(self.database, lambda: LIBRARY, lambda _: news, SelfCheckQuestion(), self.clock)
        platforms = {self.platform.name: self.platform}
        self.worker = OutboxWorker(self.database, platforms, "replay", self.clock, Random(0))

    async def live(self, due: datetime | None, until: datetime) -> None:
        """Wake whenever something is due by `until`; what comes in an outage waits for its end."""
        while due is not None and due <= until:
            outage = next((each for each in self.down if each.start <= due < each.end), None)
            # As if it had beaten all the time that was leapt over: no outage is to be seen where there was none.
            await self._beat(outage.start if outage else due - HEARTBEAT_EVERY)
            self.clock.at = outage.end if outage else due
            due = await self.planner.run_once()
            self.beat_at = self.clock.at
            while await self.worker.run_once():
                pass

    async def _beat(self, at: datetime) -> None:
        if at > self.beat_at:
            self.beat_at = at
            await self.database.write(lambda tx: tx.watches.beat(HEARTBEAT, at))


async def replay(database: Database, plan: SimulationPlan) -> tuple[list[SimulatedSlot], list[Card]]:
    """What becomes of every slot of the span, in order, and the cards that were posted."""
    slots = slots_on(plan.rule, plan.first, plan.last)
    start = min([slots[0].instant, *(each.start for each in plan.down)]) - _BEFORE
    clock = Clock(start)
    platform = MemoryPlatform("memory", clock, window=timedelta.max)
    made = await database.write(lambda tx: _subscribe(tx, plan, start))
    # Nothing wakes a scheduler for a date that does not exist: it is decided with the slot after it.
    last = next_slots(plan.rule, slots[-1].slot.day - _DAY, start, 1)[0]
    await _Newsbot(database, platform, clock, plan.down).live(made.next_at, last.instant)
    deliveries = await database.read(lambda tx: tx.deliveries.of_subscription(made.id, 10_000))
    return _in_order(slots, deliveries, platform), [message.card for message in platform.messages]


def _subscribe(tx: Transaction, plan: SimulationPlan, at: datetime) -> Subscription:
    """The digest, made at `at`; no date before the span is to be posted."""
    rule, before = plan.rule, plan.first - _DAY
    new = NewSubscription(_PLACE, rule.at, rule.zone, days_text(rule.days), "simulation", at, catch_up=plan.catch_up)
    first = next_slots(rule, before, at, 1)[0]
    made = replace(tx.subscriptions.add(new, at, first.instant, before), last_day=before)
    tx.subscriptions.advance([made])
    return made


def _in_order(
    slots: Sequence[Occurrence], deliveries: Sequence[Delivery], platform: MemoryPlatform
) -> list[SimulatedSlot]:
    by_slot = {each.slot: each for each in deliveries}
    return [_simulated(by_slot[str(each.slot)], platform) for each in slots if str(each.slot) in by_slot]


def _simulated(of: Delivery, platform: MemoryPlatform) -> SimulatedSlot:
    sent = platform.sent_at(of.key)
    if sent is None:
        return SimulatedSlot(of.slot, of.due_at, None, "skipped", of.reason)
    return SimulatedSlot(of.slot, of.due_at, sent, "late" if of.label else "sent", of.label)
