"""What becomes of an edition that was decided in time and leaves late: posted with the reason, or left out."""

from collections.abc import Callable
from datetime import datetime

from newsbot.outbox.hooks import Lateness
from newsbot.schedule.catchup import STALE, Outage, cause
from newsbot.schedule.slots import Occurrence, Slot
from newsbot.schedule.timezones import zone_of
from newsbot.storage.database import Database
from newsbot.storage.records import Delivery


class LatePolicy:
    """Decides by each subscription's own wish, as for slots that were missed altogether."""

    def __init__(self, database: Database, now: Callable[[], datetime]) -> None:
        self._database = database
        self._now = now

    async def judge(self, delivery: Delivery) -> Lateness:
        """What becomes of a delivery that leaves now and was due long ago. Its label is kept."""
        now = self._now()
        async with self._database.transaction() as tx:
            subscription = await tx.subscriptions.get(delivery.subscription or 0)
            if subscription is None:
                return Lateness()
            known = await tx.watches.outages_since(delivery.due_at)
            outages = [Outage(each.start, each.end) for each in known]
            local = delivery.due_at.astimezone(zone_of(subscription.zone))
            occurrence = Occurrence(Slot(local.date(), subscription.at), delivery.due_at)
            why = cause(occurrence, now, subscription.zone, outages)
            if subscription.catch_up == "skip":
                return Lateness(skipped=f"skipped: {why}; what is missed here is not posted later")
            if subscription.catch_up == "latest" and now - delivery.due_at > STALE:
                return Lateness(skipped=f"skipped: {why}; it is too old to be posted now")
            await tx.deliveries.put_label(delivery.id, f"late: {why}")
        return Lateness(f"late: {why}")
