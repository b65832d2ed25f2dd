"""Whether an edition that was decided in time but leaves late is posted with the reason, or left out."""

from collections.abc import Callable
from datetime import datetime, timedelta

from newsbot.outbox.hooks import Lateness
from newsbot.schedule.catchup import STALE, cause
from newsbot.schedule.clock import duration_words
from newsbot.schedule.slots import Occurrence, Slot
from newsbot.schedule.timezones import zone_of
from newsbot.storage.database import Database
from newsbot.storage.records import ON_REQUEST, Delivery
from newsbot.storage.transaction import Transaction

LATE = timedelta(minutes=5)  # a digest that leaves later than this says so


class LatePolicy:
    """Decides by each subscription's own wish, as for slots that were missed altogether."""

    def __init__(self, database: Database, now: Callable[[], datetime]) -> None:
        self._database = database
        self._now = now

    async def decide(self, delivery: Delivery) -> Lateness:
        """Whether a delivery that leaves now is late, and still wanted. What is not a digest is never late."""
        now = self._now()
        if delivery.subscription is None or now - delivery.due_at <= LATE:
            return Lateness()
        if delivery.label:
            return Lateness(delivery.label)
        if delivery.slot == ON_REQUEST or delivery.sending_since is not None:
            return _plainly_late(delivery, now)
        return await self._database.write(lambda tx: _decide_slot(tx, delivery, now))


def _decide_slot(tx: Transaction, delivery: Delivery, now: datetime) -> Lateness:
    """The same for a slot of which nothing has left yet. Its label is stored."""
    subscription = tx.subscriptions.get(delivery.subscription or 0)
    if subscription is None:
        return _plainly_late(delivery, now)
    outages = tx.watches.outages_since(delivery.due_at)
    local = delivery.due_at.astimezone(zone_of(subscription.zone))
    occurrence = Occurrence(Slot(local.date(), subscription.at), delivery.due_at)
    why = cause(occurrence, now, subscription.zone, outages)
    if subscription.catch_up == "skip":
        return Lateness(skipped=f"skipped: {why}; missed editions aren't posted later here")
    if subscription.catch_up == "latest" and now - delivery.due_at > STALE:
        return Lateness(skipped=f"skipped: {why}; it's too old to be posted now")
    tx.deliveries.put_label(delivery.id, f"late: {why}")
    return Lateness(f"late: {why}")


def _plainly_late(delivery: Delivery, now: datetime) -> Lateness:
    return Lateness(f"late: posted {duration_words(now - delivery.due_at)} after its time")
