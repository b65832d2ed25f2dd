"""The dead-man's switch: an edition that is not confirmed in time is told once, and so is how it ended."""

from collections.abc import Callable
from datetime import datetime, timedelta

from newsbot.digests.notices import Notices, unconfirmed_key
from newsbot.storage.database import Database, Transaction
from newsbot.storage.records import Delivery

_AT_ONCE = 200
_CALLED_OFF = "skipped: it was settled before this could be told"


class Watch:
    """Looks for editions that are overdue. Any number of them, in any number of processes, may share the outbox."""

    def __init__(self, database: Database, notices: Notices, now: Callable[[], datetime], patience: timedelta) -> None:
        """An edition is overdue once `patience` has passed since it was due and made."""
        self._database = database
        self._notices = notices
        self._now = now
        self._patience = patience

    async def sweep(self) -> datetime | None:
        """Tell of what became overdue or was settled since; what waits for its time is none of its business."""
        now = self._now()
        async with self._database.transaction() as tx:
            await self._open(tx, now)
            await self._close(tx, now)
        return None

    async def refused(self, tx: Transaction, delivery: Delivery, reason: str, fix: str) -> None:
        """A channel refuses a digest: its subscription is paused, with the fix, and that is told once."""
        if delivery.subscription is None or not await tx.subscriptions.pause(delivery.subscription, reason, fix):
            return
        await tx.deliveries.call_off_all(delivery.subscription, self._now(), "skipped: the digest was paused")
        subscription = await tx.subscriptions.get(delivery.subscription)
        if subscription is not None:
            await self._notices.paused(tx, subscription, delivery, reason, fix)

    async def _open(self, tx: Transaction, now: datetime) -> None:
        overdue = await tx.deliveries.of_ids(await tx.watches.unconfirmed(now - self._patience, _AT_ONCE))
        for platform in sorted({each.place.platform for each in overdue}):
            fresh = [each for each in overdue if each.place.platform == platform]
            is_first = await tx.watches.open_on(platform) == 0
            if is_first:
                await self._notices.operator_alert(tx, platform, fresh, now)
            opened = await tx.watches.open_incidents(fresh, now)
            for each in fresh:
                if each.id in opened and (subscription := await tx.subscriptions.get(each.subscription or 0)):
                    await self._notices.unconfirmed(tx, subscription, each, now)

    async def _close(self, tx: Transaction, now: datetime) -> None:
        closed = await tx.watches.close_settled(now, _AT_ONCE)
        for incident in closed:
            if await tx.deliveries.call_off([unconfirmed_key(incident.delivery)], now, _CALLED_OFF):
                continue
            delivery = await tx.deliveries.get(incident.delivery)
            subscription = await tx.subscriptions.get(incident.subscription)
            # A refusal pauses the subscription, and that was told with its fix.
            if delivery and subscription and not (delivery.state == "failed" and subscription.state == "paused"):
                await self._notices.recovered(tx, subscription, delivery, now)
        for platform in sorted({incident.platform for incident in closed}):
            if await tx.watches.open_on(platform) == 0:
                last = max(each.delivery for each in closed if each.platform == platform)
                await self._notices.operator_recovery(tx, platform, last, now)
