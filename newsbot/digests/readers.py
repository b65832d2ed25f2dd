"""Readers: asks whoever set a digest up, once, whether it comes too often where nobody presses anything in it."""

import json
from collections.abc import Callable, Sequence
from datetime import datetime, timedelta

from newsbot.digests.alerts import Alerts
from newsbot.messages.codec import posted_from_json
from newsbot.messages.platform import Posted
from newsbot.schedule.phrases import is_monthly, parse_days
from newsbot.storage.database import Database
from newsbot.storage.records import Delivery, Subscription
from newsbot.storage.transaction import Transaction

EDITIONS = 3  # that nobody pressed, before whoever set the digest up is asked
_TIME_TO_PRESS = timedelta(hours=12)  # that people have with the last one
_REMEMBER = timedelta(days=60)
_SINCE = "presses"  # the heartbeat that tells since when presses are noted
_LOOKED_AT = EDITIONS + 5  # deliveries: among the last ones there are skipped ones
_BATCH = 100


class Readers:
    """Looks at every digest that comes more often than once a week. Any number of processes may do it."""

    def __init__(self, database: Database, alerts: Alerts, now: Callable[[], datetime]) -> None:
        self._database = database
        self._alerts = alerts
        self._now = now

    async def run_once(self) -> None:
        """Ask whom there is to ask. Editions count from the first look on: presses before it are not known."""
        now = self._now()
        since = await self._database.write(lambda tx: _noted_since(tx, now))
        after = 0
        while (last := await self._database.write(self._asking(after, since, now))) is not None:
            after = last

    def _asking(self, after: int, since: datetime, now: datetime) -> Callable[[Transaction], int | None]:
        """Work that looks at the next digests; it returns the id of the last of them, None after all."""

        def ask_some(tx: Transaction) -> int | None:
            found = tx.subscriptions.not_asked(after, _BATCH)
            for each in found:
                is_often = len(parse_days(each.days)) > 1 and not is_monthly(each.days)
                if is_often and _is_unread(tx, each, since, now) and tx.subscriptions.note_owner_asked(each.id, now):
                    self._alerts.ask_weekly(tx, each, now)
            return found[-1].id if found else None

        return ask_some


def _noted_since(tx: Transaction, now: datetime) -> datetime:
    tx.subscriptions.forget_pressed(now - _REMEMBER)
    since = tx.watches.last_beat(_SINCE)
    if since is None:
        tx.watches.beat(_SINCE, now)
    return since or now


def _is_unread(tx: Transaction, of: Subscription, since: datetime, now: datetime) -> bool:
    """Whether nobody pressed anything in the last editions, and had time to."""
    sent = [each for each in tx.deliveries.of_subscription(of.id, _LOOKED_AT) if each.state == "sent"][:EDITIONS]
    times = [each.settled_at for each in sent if each.settled_at is not None and each.settled_at >= since]
    if len(times) < EDITIONS or now - max(times) < _TIME_TO_PRESS:
        return False
    return not tx.subscriptions.pressed(of.place.platform, _messages(sent))


def _messages(sent: Sequence[Delivery]) -> list[tuple[str, str]]:
    """The channels and ids of all messages of these editions."""
    posted: list[Posted] = []
    for each in sent:
        if each.posted:
            first = posted_from_json(json.loads(each.posted))
            posted += [first, *first.rest]
    return [(each.place.channel, each.message_id) for each in posted]
