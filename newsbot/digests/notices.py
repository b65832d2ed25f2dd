"""Who is told when a digest cannot be posted, is not confirmed, or is well again: once each, through the outbox."""

import json
from collections.abc import Sequence
from datetime import datetime

from newsbot.messages.cards import Block, Card, Reply, Text, text
from newsbot.messages.codec import reply_to_json
from newsbot.messages.markup import Code, Inline, Mention, Moment, Plain
from newsbot.messages.requests import Place, direct
from newsbot.storage.database import Transaction
from newsbot.storage.records import Delivery, NewDelivery, Subscription

_STATES = {
    "sent": "It was posted after all.",
    "failed": "It could not be posted and will not be tried again.",
    "skipped": "It will not be posted any more.",
}


class Notices:
    """Puts notices into the outbox, for whoever set a digest up and for the operator, if there is one."""

    def __init__(self, operator: Place | None) -> None:
        self._operator = operator

    async def paused(
        self, tx: Transaction, subscription: Subscription, delivery: Delivery, reason: str, fix: str
    ) -> None:
        """A digest was paused because its channel refuses it: with the one thing that mends it."""
        card = Card("A digest is paused", _refused(subscription, reason, fix), "warning")
        await self._both(tx, subscription, f"paused:{delivery.id}:{delivery.attempts}", card, delivery.due_at)

    async def unconfirmed(self, tx: Transaction, subscription: Subscription, delivery: Delivery, now: datetime) -> None:
        """An edition is not known to stand in its channel, to whoever set it up."""
        is_unknown = delivery.state == "unknown"
        why = delivery.reason or "It waits in the outbox."
        what_now = (
            Text((Plain("Look there; if it is missing, send it again with "), Code("/digest log"), Plain(".")))
            if is_unknown
            else text("I go on trying, and tell you when it is there.")
        )
        blocks = (_about(subscription, delivery), text(why), what_now)
        await self._owner(
            tx, subscription, unconfirmed_key(delivery.id), Card("A digest is not confirmed", blocks, "warning"), now
        )

    async def recovered(self, tx: Transaction, subscription: Subscription, delivery: Delivery, now: datetime) -> None:
        """What became of an edition that was not confirmed, to whoever set it up."""
        is_sent = delivery.state == "sent"
        said = _STATES.get(delivery.state, "")
        blocks: tuple[Block, ...] = (_about(subscription, delivery), text(said))
        if delivery.reason and not is_sent:
            blocks = (*blocks, text(delivery.reason))
        card = Card(
            "A digest is there" if is_sent else "A digest was not posted", blocks, "good" if is_sent else "warning"
        )
        await self._owner(tx, subscription, f"alert:{delivery.id}:closed", card, now)

    async def operator_alert(self, tx: Transaction, platform: str, fresh: Sequence[Delivery], now: datetime) -> None:
        """Editions on a platform are not confirmed, to the operator: the first of an episode only."""
        reasons = ", ".join(sorted({each.reason for each in fresh if each.reason})[:3]) or "They wait in the outbox."
        count = "One digest is" if len(fresh) == 1 else f"{len(fresh)} digests are"
        lines = text(f"{count} due on {platform} and not confirmed. {reasons}")
        how = Text((Plain("See "), Code("newsbot deliveries"), Plain(". You are told when all of them are settled.")))
        await self._tell_operator(
            tx, f"alert:{platform}:{fresh[0].id}:open", Card("Digests are not confirmed", (lines, how), "problem"), now
        )

    async def operator_recovery(self, tx: Transaction, platform: str, last: int, now: datetime) -> None:
        """Every edition on a platform is settled again, to the operator."""
        card = Card(
            "Digests are settled again", (text(f"Nothing on {platform} waits to be confirmed any more."),), "good"
        )
        await self._tell_operator(tx, f"alert:{platform}:{last}:closed", card, now)

    async def _both(self, tx: Transaction, subscription: Subscription, key: str, card: Card, now: datetime) -> None:
        await self._owner(tx, subscription, key, card, now)
        await self._tell_operator(tx, f"{key}:operator", card, now)

    async def _owner(self, tx: Transaction, subscription: Subscription, key: str, card: Card, now: datetime) -> None:
        place = subscription.place
        await _put(tx, direct(place.platform, place.workspace, subscription.made_by), key, card, now)

    async def _tell_operator(self, tx: Transaction, key: str, card: Card, now: datetime) -> None:
        if self._operator is not None:
            await _put(tx, self._operator, key, card, now)


def unconfirmed_key(delivery: int) -> str:
    """The key of the notice that a delivery is not confirmed."""
    return f"alert:{delivery}:open"


async def _put(tx: Transaction, place: Place, key: str, card: Card, now: datetime) -> None:
    edition = await tx.deliveries.add_edition(json.dumps(reply_to_json(Reply(card)), ensure_ascii=False), "", now)
    await tx.deliveries.add(edition, [NewDelivery(key, place, now)])


def _channel(subscription: Subscription) -> tuple[Inline, ...]:
    channel = subscription.place.channel
    return Plain(f"Digest {subscription.number} in "), Mention("channel", channel, f"channel {channel}")


def _about(subscription: Subscription, delivery: Delivery) -> Text:
    return Text((*_channel(subscription), Plain(", due "), Moment(delivery.due_at), Plain(".")))


def _refused(subscription: Subscription, reason: str, fix: str) -> tuple[Block, ...]:
    what = Text((*_channel(subscription), Plain(" is paused, because it cannot be posted.")))
    how = Text(
        (Plain(f"{fix} Then say " if fix else "Once that is mended, say "), Code("/digest resume"), Plain(" there."))
    )
    return what, text(reason), how
