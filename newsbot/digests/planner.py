"""The planner: decides every slot that is due, composes what is to be posted, and puts it into the outbox.

A batch is read, planned without a lock, and written in one transaction in which only subscriptions that nobody changed
meanwhile are kept. So any number of planners may run, and one that dies has either written a batch or nothing of it.
"""

import asyncio
import logging
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, timedelta
from functools import cache
from typing import Protocol

from newsbot.content.library import Library
from newsbot.digests.composer.compose import Edition, History, Selection, Stage, compose, stages_to_json
from newsbot.digests.composer.sources import DailyQuestion, NewsSource
from newsbot.messages.cards import Reply
from newsbot.outbox.enqueue import encode_reply, enqueue_edition, store_edition
from newsbot.schedule.catchup import Decision, decide
from newsbot.schedule.clock import wall_time as shown_at
from newsbot.schedule.phrases import is_monthly, parse_days
from newsbot.schedule.slots import Occurrence, Schedule, next_slots, slots_between
from newsbot.schedule.timezones import zone_of
from newsbot.storage.database import Database
from newsbot.storage.records import NewDelivery, OutageRecord, Subscription
from newsbot.storage.transaction import Transaction
from newsbot.tasks import Checkpoint, no_checkpoint

log = logging.getLogger(__name__)

HEARTBEAT_EVERY = timedelta(seconds=30)  # how often a planner shows that it lives
SILENCE = timedelta(seconds=60)  # without a sign of life for so long, newsbot was down
_JUMP = timedelta(minutes=10)  # a clock that is so far behind the last sign of life was put back
_PATIENCE = timedelta(minutes=15)  # how long composing is tried again before an edition is left out
HEARTBEAT = "planner"
_REMEMBER = timedelta(days=40)  # outages; a weekly digest is never later than that. Streaks go further back.
_BATCH = 500
_KEPT = 200  # editions of one sweep
_NOTHING = "nothing new happened, and this digest is skipped on such days"
_UNPLANNED = "Something broke here while this digest was planned; whoever runs newsbot finds it in the log."
BROKEN = "something broke while it was composed; the log says what"
_LEFT_OUT = f"skipped: {BROKEN}"
_DAY = timedelta(days=1)


@cache
def parse_schedule(at: str, zone: str, days: str) -> Schedule:
    """The schedule of a wall time, zone and days as they are stored."""
    hour, minute = at.split(":")
    wall = datetime(2000, 1, 1, int(hour), int(minute), tzinfo=UTC).time()
    return Schedule(wall, zone, parse_days(days), is_monthly(days))


def schedule_of(subscription: Subscription) -> Schedule:
    """When a subscription's digest comes."""
    return parse_schedule(f"{subscription.at:%H:%M}", subscription.zone, subscription.days)


@dataclass(frozen=True, slots=True)
class ComposedEdition:
    """An edition as it is stored."""

    edition: Edition
    body: str
    why: str


@dataclass(frozen=True, slots=True)
class Plan:
    """The plan for one subscription: before and after, and its deliveries, each with what its edition is composed from.

    A delivery without an edition is skipped. `waits`: nothing of it is stored, and it is planned again later;
    `trouble` is why it cannot be planned at all.
    """

    before: Subscription
    after: Subscription
    deliveries: tuple[tuple[NewDelivery, Selection | None], ...] = ()
    waits: bool = False
    is_rewound: bool = False  # it was planned by a clock that was ahead
    trouble: str = ""

    @property
    def replaces(self) -> bool:
        """Whether what still waits from before gives way to a newer edition."""
        is_posted = any(not delivery.skipped for delivery, _ in self.deliveries)
        return is_posted and self.before.catch_up != "all"


class PlanningAlerts(Protocol):
    """Where the planner reports what it cannot do."""

    def cannot_plan(self, tx: Transaction, subscription: Subscription, reason: str) -> None:
        """A subscription cannot be planned at all."""

    def cannot_compose(self, tx: Transaction, subscription: Subscription, slot: str) -> None:
        """An edition is left out because it cannot be composed."""


@dataclass
class EditionCache:
    """Composes each distinct selection once for one version of the content."""

    library: Library
    news_source: NewsSource
    question: DailyQuestion
    made: dict[Selection, ComposedEdition] = field(default_factory=dict)

    def forget(self) -> None:
        """Drop the oldest editions: memory stays flat however many different ones are due."""
        for selection in list(self.made)[:-_KEPT]:
            del self.made[selection]

    def edition(self, selection: Selection) -> ComposedEdition:
        """The edition of a selection."""
        found = self.made.get(selection)
        if found is None:
            edition = self._compose(selection)
            body = encode_reply(Reply(edition.card) if edition.card else None)
            found = ComposedEdition(edition, body, stages_to_json(edition.why))
            self.made[selection] = found
        return found

    def _compose(self, selection: Selection) -> Edition:
        """The edition, or an empty one that says so where composing breaks: others must not wait for it for ever."""
        try:
            return compose(self.library, self.news_source, self.question, selection)
        except Exception:
            log.exception("the digest of %s on %s cannot be composed", selection.topics or "all topics", selection.day)
            stage = Stage("Digest", "left out", "everything", BROKEN)
            return Edition(None, selection.history, (stage,), selection.cursor)


class Planner:
    """Turns due slots into deliveries."""

    def __init__(
        self,
        database: Database,
        library: Callable[[], Library],
        news_source: Callable[[Library], NewsSource],
        question: DailyQuestion,
        now: Callable[[], datetime],
        checkpoint: Checkpoint = no_checkpoint,
        alerts: PlanningAlerts | None = None,
    ) -> None:
        """`checkpoint` is called at each step: decided, composed, written, planned; drills end the process there.

        `alerts` gets what cannot be planned or composed.
        """
        self._database = database
        self._library = library
        self._news = news_source
        self._question = question
        self._now = now
        self._checkpoint = checkpoint
        self._alerts = alerts

    async def run_once(self) -> datetime | None:
        """Decide every slot that is due; returns when the next one is due, or None."""
        now = self._now()
        outages = await self._database.write(lambda tx: _note_heartbeat(tx, now))
        library = self._library()
        composer = EditionCache(library, self._news(library), self._question)
        editions: dict[Selection, int] = {}
        held = 0  # subscriptions that stay due for now
        while (done := await self._batch(composer, editions, now, outages, held)) is not None:
            held += done
            composer.forget()
        return await self._database.read(lambda tx: tx.subscriptions.next_due())

    async def _batch(
        self,
        composer: EditionCache,
        editions: dict[Selection, int],
        now: datetime,
        outages: Sequence[OutageRecord],
        held: int,
    ) -> int | None:
        """Plan the next ones that are due; how many of them stay so for now, None where there is nothing to do."""
        due, histories = await self._database.read(lambda tx: _read_due(tx, now, held))
        if not due:
            return None
        self._checkpoint("decided")
        # In a thread: hundreds of them would hold the event loop for longer than a person should wait.
        plans = await asyncio.to_thread(plan_all, due, histories, now, outages, composer)
        self._checkpoint("composed")

        def write(tx: Transaction) -> tuple[frozenset[int], dict[Selection, int]]:
            unchanged = tx.subscriptions.unchanged(due)
            current = [each for each in plans if each.before.id in unchanged]
            stored = _store(tx, [each for each in current if not each.waits], composer, editions, now)
            self._raise_alerts(tx, current)
            self._checkpoint("written")
            return unchanged, stored

        unchanged, stored = await self._database.write(write)
        editions |= stored
        self._checkpoint("planned")
        if not unchanged:
            return None  # another planner was faster with all of them
        gone = self._alerts is not None  # paused: not due any more
        return sum(each.waits and not (each.trouble and gone) for each in plans)

    def _raise_alerts(self, tx: Transaction, plans: Sequence[Plan]) -> None:
        if self._alerts is None:
            return
        for each in plans:
            if each.trouble:
                self._alerts.cannot_plan(tx, each.before, each.trouble)
            for delivery, _ in each.deliveries:
                if delivery.skipped == _LEFT_OUT and not each.waits:
                    self._alerts.cannot_compose(tx, each.before, delivery.slot)


def _note_heartbeat(tx: Transaction, now: datetime) -> tuple[OutageRecord, ...]:
    """Note that a planner lives, and an outage where none did. Returns the outages that are remembered."""
    last = tx.watches.last_beat(HEARTBEAT)
    if last is not None and now - last >= SILENCE:
        tx.watches.add_outage(OutageRecord(last, now))
    if last is not None and last - now > _JUMP:
        tx.subscriptions.plan_again(after=now + _JUMP, at=now)
    # Of two machines whose clocks differ a little, the one ahead counts.
    if last is None or not timedelta(0) <= last - now <= _JUMP:
        tx.watches.beat(HEARTBEAT, now)
    return tx.watches.outages_since(now - _REMEMBER)


def _read_due(tx: Transaction, now: datetime, held: int) -> tuple[tuple[Subscription, ...], Mapping[str, str]]:
    """The next subscriptions that are due, but for the first `held`, and their histories by id."""
    due = tx.subscriptions.due(now, _BATCH, held)
    return due, tx.subscriptions.histories({each.history for each in due if each.history})


def plan_all(
    due: Sequence[Subscription],
    shown: Mapping[str, str],
    now: datetime,
    outages: Sequence[OutageRecord],
    composer: EditionCache,
) -> list[Plan]:
    """The plan for each of these subscriptions at `now`; `shown` holds their histories by id."""
    slots = _SlotCache(now)
    histories: dict[str, History] = {"": History()}
    planned = []
    for each in due:
        try:
            if each.history not in histories:
                histories[each.history] = History.from_json(shown.get(each.history, ""))
            planned.append(_plan_one(each, histories[each.history], slots, outages, composer))
        except Exception:
            # One that is damaged must not hold up the others.
            log.exception("subscription %s cannot be planned", each.id)
            planned.append(Plan(each, each, waits=True, trouble=_UNPLANNED))
    return planned


def without_future_dates(subscription: Subscription, now: datetime) -> Subscription:
    """The same, without what a clock that was ahead left in it: a date cannot be decided before it comes."""
    here = shown_at(now, zone_of(subscription.zone))
    today = here.date()
    is_decided_ahead = subscription.last_day is not None and subscription.last_day > today + _DAY
    if not is_decided_ahead and subscription.since <= now + _JUMP:
        return subscription
    reached = today if here.time() >= subscription.at else today - _DAY
    last_day = min(subscription.last_day, reached) if subscription.last_day else None
    return replace(subscription, last_day=last_day, since=min(subscription.since, now))


class _SlotCache:
    """The arithmetic of one sweep, done once for all subscriptions with the same rule and past."""

    def __init__(self, now: datetime) -> None:
        self.now = now
        self._due: dict[tuple[object, ...], tuple[Occurrence, ...]] = {}
        self._next: dict[tuple[object, ...], datetime] = {}

    def due(self, of: Subscription) -> tuple[Occurrence, ...]:
        key = (of.at, of.zone, of.days, of.last_day, of.since)
        if key not in self._due:
            self._due[key] = slots_between(schedule_of(of), of.last_day, of.since, self.now)
        return self._due[key]

    def next_at(self, of: Subscription) -> datetime:
        key = (of.at, of.zone, of.days, of.last_day)
        if key not in self._next:
            self._next[key] = next_slots(schedule_of(of), of.last_day, self.now, 1)[0].instant
        return self._next[key]


def _plan_one(
    subscription: Subscription,
    history: History,
    slots: _SlotCache,
    outages: Sequence[OutageRecord],
    composer: EditionCache,
) -> Plan:
    before = subscription
    subscription = without_future_dates(subscription, slots.now)
    due = slots.due(subscription)
    decisions = decide(due, slots.now, subscription.zone, subscription.catch_up, outages)
    deliveries: list[tuple[NewDelivery, Selection | None]] = []
    after = subscription
    for decision in decisions:
        fresh, selection = _plan_slot(after, history, decision, composer)
        if selection is not None:
            edition = composer.edition(selection).edition
            history, after = edition.history, replace(after, cursor=edition.cursor)
        deliveries.append((fresh, selection))
    is_broken = any(fresh.skipped == _LEFT_OUT for fresh, _ in deliveries)
    if is_broken and slots.now - due[-1].instant < _PATIENCE:
        return Plan(before, before, waits=True)
    if due:
        after = replace(after, last_day=due[-1].slot.day, since=max(due[-1].instant, after.since), history=history.id)
    after = replace(after, next_at=slots.next_at(after))
    return Plan(before, after, tuple(deliveries), is_rewound=subscription.last_day != before.last_day)


def _plan_slot(
    subscription: Subscription, history: History, decision: Decision, composer: EditionCache
) -> tuple[NewDelivery, Selection | None]:
    slot = decision.occurrence.slot
    fresh = NewDelivery(
        f"digest:{subscription.id}:{slot.day.isoformat()}",
        subscription.place,
        decision.occurrence.instant,
        subscription.id,
        str(slot),
    )
    if decision.outcome == "skip":
        return replace(fresh, skipped=decision.reason), None
    selection = selection_of(subscription, history, slot.day)
    edition = composer.edition(selection).edition
    if edition.card is None:
        is_broken = any(stage.reason == BROKEN for stage in edition.why)
        return replace(fresh, skipped=_LEFT_OUT if is_broken else f"skipped: {_NOTHING}"), selection
    return replace(fresh, mention=subscription.mention, label=decision.reason), selection


def selection_of(subscription: Subscription, history: History, day: date) -> Selection:
    """What a subscription's edition of a nominal date is composed from."""
    topics = tuple(sorted(subscription.topics))  # the same topics in another order are the same selection
    return Selection(topics, day, subscription.cursor, history, subscription.when_empty)


def add_edition(tx: Transaction, composed: ComposedEdition, content_version: str, now: datetime) -> int:
    """Store an edition; returns its id. The question that it asks is to be posed in the same transaction."""
    return store_edition(
        tx, composed.body, now, content_version=content_version, why=composed.why, anchor=composed.edition.daily
    )


def _store(
    tx: Transaction, plans: Sequence[Plan], composer: EditionCache, editions: Mapping[Selection, int], now: datetime
) -> dict[Selection, int]:
    """Store everything of a batch. Returns the ids of the editions that are new; `editions` are stored already."""
    tx.deliveries.supersede([each.before.id for each in plans if each.replaces], now)
    chosen = {selection: None for each in plans for _, selection in each.deliveries if selection}  # in order
    stored = _store_editions(tx, [each for each in chosen if each not in editions], composer, now)
    nothing = None
    by_edition: dict[int, list[NewDelivery]] = {}
    for each in plans:
        for delivery, selection in each.deliveries:
            if selection is None:
                nothing = nothing or store_edition(tx, "", now, content_version=composer.library.version)
                edition = nothing
            else:
                edition = stored[selection] if selection in stored else editions[selection]
            by_edition.setdefault(edition, []).append(delivery)
    for edition, deliveries in by_edition.items():
        enqueue_edition(tx, edition, deliveries)
    for each in plans:
        if each.is_rewound:
            tx.deliveries.forget_skipped_after(each.before.id, now)
    histories = [composer.edition(selection).edition.history for selection in chosen]
    tx.subscriptions.keep_histories({history.id: history.to_json() for history in histories if history.id})
    tx.subscriptions.advance([each.after for each in plans])
    return stored


def _store_editions(
    tx: Transaction, selections: Sequence[Selection], composer: EditionCache, now: datetime
) -> dict[Selection, int]:
    """Store the editions of these selections, and pose what they ask; returns their ids."""
    composed = {selection: composer.edition(selection) for selection in selections}
    stored = {each: add_edition(tx, composed[each], composer.library.version, now) for each in selections}
    asked = [each.edition.question for each in composed.values() if each.edition.question]
    if asked:
        composer.question.pose(tx, asked, now)
    return stored
