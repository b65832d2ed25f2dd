"""The dead-man's switch: what is not confirmed in time is told once, and so is how it ended."""

from collections.abc import Callable
from datetime import datetime, timedelta

from newsbot.digests.alerts import Alerts, unconfirmed_key
from newsbot.storage.database import Database, Transaction
from newsbot.storage.records import Delivery, Subscription

_AT_ONCE = 200
_CALLED_OFF = "skipped: it was settled before this could be told"
_PLANNING = "planning"  # the episode of slots that nobody decides


class Watchdog:
    """Looks for editions that are overdue. Any number of them, in any number of processes, may share the outbox."""

    def __init__(self, database: Database, alerts: Alerts, now: Callable[[], datetime], patience: timedelta) -> None:
        """An edition is overdue once `patience` has passed since it was due and made."""
        self._database = database
        self._alerts = alerts
        self._now = now
        self._patience = patience

    async def run_once(self) -> datetime | None:
        """Tell of what became overdue or was settled since; what waits for its time is none of its business."""
        now = self._now()
        async with self._database.transaction() as tx:
            await self._open(tx, now)
            await self._close(tx, now)
            await self._tell_operator(tx, now)
        return None

    # -- what others notice -------------------------------------------------------------------------------------------

    async def refused(self, tx: Transaction, delivery: Delivery, reason: str, fix: str) -> None:
        """A channel refuses a digest: its subscription is paused, with the fix, and that is told once."""
        if delivery.subscription is not None:
            await self._paused(tx, delivery.subscription, reason, fix)

    async def cannot_plan(self, tx: Transaction, subscription: Subscription, reason: str) -> None:
        """A digest cannot be planned at all: it is paused, so that it holds up nobody, and that is told once."""
        await self._paused(tx, subscription.id, reason, "")

    async def cannot_compose(self, tx: Transaction, subscription: Subscription, slot: str) -> None:
        """An edition was left out because it could not be composed."""
        await self._alerts.notify_uncomposed(tx, subscription, slot, self._now())

    async def _paused(self, tx: Transaction, number: int, reason: str, fix: str) -> None:
        if not await tx.subscriptions.pause(number, reason, fix):
            return
        now = self._now()
        await tx.deliveries.call_off_all(number, now, "the digest was paused")
        subscription = await tx.subscriptions.get(number)
        if subscription is not None:
            await self._alerts.notify_paused(tx, subscription, reason, fix, now)

    # -- editions -----------------------------------------------------------------------------------------------------

    async def _open(self, tx: Transaction, now: datetime) -> None:
        overdue = await tx.deliveries.of_ids(await tx.watches.unconfirmed(now - self._patience, _AT_ONCE))
        opened = await tx.watches.open_incidents(overdue, now)
        for each in overdue:
            if each.id in opened and (subscription := await tx.subscriptions.get(each.subscription or 0)):
                await self._alerts.notify_unconfirmed(tx, subscription, each, now)

    async def _close(self, tx: Transaction, now: datetime) -> None:
        for incident in await tx.watches.close_settled(now, _AT_ONCE):
            if await tx.deliveries.call_off([unconfirmed_key(incident.delivery)], now, _CALLED_OFF):
                continue
            delivery = await tx.deliveries.get(incident.delivery)
            subscription = await tx.subscriptions.get(incident.subscription)
            # A refusal pauses the subscription, and that was told with its fix; what somebody ended, they know of.
            if delivery and subscription and subscription.state != "ended" and not delivery.fix:
                await self._alerts.notify_recovered(tx, subscription, delivery, now)

    # -- the operator -------------------------------------------------------------------------------------------------

    async def _tell_operator(self, tx: Transaction, now: datetime) -> None:
        """One notice when editions of a platform begin to wait, one when none does any more; the same for planning."""
        waiting = await tx.watches.waiting()
        if undecided := await tx.subscriptions.late(now - self._patience):
            waiting[_PLANNING] = undecided
        told = await tx.watches.episodes()
        for name in sorted(waiting.keys() - told):
            await tx.watches.begin_episode(name, now)
            await self._alerts.notify_backlog(tx, name, waiting[name], now)
        for name in sorted(told - waiting.keys()):
            if await tx.watches.end_episode(name):
                await self._alerts.notify_backlog_cleared(tx, name, now)
