"""The dead-man's switch: one alert when an edition is not confirmed in time, and one when that is over."""

from collections.abc import Callable
from datetime import datetime, timedelta

from newsbot.digests.alerts import Alerts, unconfirmed_key
from newsbot.storage.database import Database
from newsbot.storage.records import Delivery, Subscription
from newsbot.storage.transaction import Transaction

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
        """Send alerts for what became overdue and for what was settled since."""
        now = self._now()

        def look(tx: Transaction) -> None:
            self._open_incidents(tx, now)
            self._close_incidents(tx, now)
            self._tell_operator(tx, now)

        await self._database.write(look)
        return None

    # -- what others notice -------------------------------------------------------------------------------------------

    def pause_refused(self, tx: Transaction, delivery: Delivery, reason: str, fix: str) -> None:
        """A channel refuses a digest: its subscription is paused, with one alert that names the fix."""
        if delivery.subscription is not None:
            self._pause(tx, delivery.subscription, reason, fix)

    def pause_gone(self, tx: Transaction, delivery: Delivery, reason: str, fix: str) -> None:
        """newsbot was removed from a workspace: its digest waits there until newsbot is installed again.

        Nobody there can be told. Whoever installs it lets the digests go on; they are found by `fix`.
        """
        if delivery.subscription is not None:
            self._pause(tx, delivery.subscription, reason, fix, is_gone=True)

    def cannot_plan(self, tx: Transaction, subscription: Subscription, reason: str) -> None:
        """A digest cannot be planned at all: it is paused with one alert, so that it holds up no other."""
        self._pause(tx, subscription.id, reason, "")

    def cannot_compose(self, tx: Transaction, subscription: Subscription, slot: str) -> None:
        """An edition was left out because it could not be composed."""
        self._alerts.notify_uncomposed(tx, subscription, slot, self._now())

    def _pause(self, tx: Transaction, number: int, reason: str, fix: str, *, is_gone: bool = False) -> None:
        if not tx.subscriptions.pause(number, reason, fix):
            return
        now = self._now()
        tx.deliveries.call_off_all(number, now, "the digest was paused")
        subscription = tx.subscriptions.get(number)
        if subscription is None:
            return
        if is_gone:
            self._alerts.notify_gone(tx, subscription, reason, now)
        else:
            self._alerts.notify_paused(tx, subscription, reason, fix, now)

    # -- editions -----------------------------------------------------------------------------------------------------

    def _open_incidents(self, tx: Transaction, now: datetime) -> None:
        overdue = tx.deliveries.of_ids(tx.watches.unconfirmed(now - self._patience, _AT_ONCE))
        opened = tx.watches.open_incidents(overdue, now)
        for each in overdue:
            if each.id in opened and (subscription := tx.subscriptions.get(each.subscription or 0)):
                self._alerts.notify_unconfirmed(tx, subscription, each, now)

    def _close_incidents(self, tx: Transaction, now: datetime) -> None:
        for incident in tx.watches.close_settled(now, _AT_ONCE):
            if tx.deliveries.call_off([unconfirmed_key(incident.delivery)], now, _CALLED_OFF):
                continue
            delivery = tx.deliveries.get(incident.delivery)
            subscription = tx.subscriptions.get(incident.subscription)
            # A refusal pauses the subscription, and that was told with its fix; what somebody ended, they know of.
            if delivery and subscription and subscription.state != "ended" and not delivery.fix:
                self._alerts.notify_recovered(tx, subscription, delivery, now)

    # -- the operator -------------------------------------------------------------------------------------------------

    def _tell_operator(self, tx: Transaction, now: datetime) -> None:
        """One notice when editions of a platform begin to wait, one when none does any more; the same for planning."""
        waiting = tx.watches.waiting()
        if undecided := tx.subscriptions.late(now - self._patience):
            waiting[_PLANNING] = undecided
        told = tx.watches.episodes()
        for name in sorted(waiting.keys() - told):
            tx.watches.begin_episode(name, now)
            self._alerts.notify_backlog(tx, name, waiting[name], now)
        for name in sorted(told - waiting.keys()):
            if tx.watches.end_episode(name):
                self._alerts.notify_backlog_cleared(tx, name, now)
