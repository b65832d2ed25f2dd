"""Alerts that a digest cannot be posted, is not confirmed, or works again: one message each, through the outbox."""

import hashlib
from datetime import datetime

from newsbot.digests.values import KEEP, WEEKLY
from newsbot.messages.actions import Action
from newsbot.messages.cards import Block, Button, Buttons, Card, Reply, Text, text
from newsbot.messages.markup import Code, Inline, Mention, Moment, Plain
from newsbot.messages.requests import Place, direct
from newsbot.outbox.enqueue import enqueue
from newsbot.storage.records import Delivery, Subscription
from newsbot.storage.transaction import Transaction

_ENDS = {
    "sent": "It was posted after all.",
    "failed": "It couldn't be posted and won't be retried automatically.",
    "skipped": "It won't be posted any more.",
}


class Alerts:
    """Sends alerts to the person who set a digest up, and to the operator if there is one."""

    def __init__(self, operator: Place | None) -> None:
        self._operator = operator

    # -- to the person who set the digest up --------------------------------------------------------------------------

    def notify_paused(self, tx: Transaction, of: Subscription, reason: str, fix: str, now: datetime) -> None:
        """A digest is paused, with the one thing that mends it; to the operator as well.

        A reason that holds for many channels at once, such as a revoked token, is told once an hour to each.
        """
        card = Card("A digest is paused", _paused_blocks(of, reason, fix), "warning")
        place = of.place
        digest = hashlib.sha256(reason.encode()).hexdigest()[:12]
        key = f"paused:{place.platform}:{place.workspace}:{digest}:{now:%Y-%m-%dT%H}"
        self._tell_owner(tx, of, f"{key}:{of.made_by}", card, now)
        self._tell_operator(tx, f"{key}:operator", card, now)

    def notify_gone(self, tx: Transaction, of: Subscription, reason: str, now: datetime) -> None:
        """newsbot was removed from a workspace; to the operator once a day, unless that is where they are told."""
        place = of.place
        if self._operator is not None and _realm(self._operator) == _realm(place):
            return
        what = f"Digests wait in the workspace {place.workspace} on {place.platform}. {reason}"
        after = text("They resume once newsbot is installed there again. Nobody there could be told.")
        key = f"gone:{place.platform}:{place.workspace}:{now.date().isoformat()}:operator"
        self._tell_operator(tx, key, Card("newsbot was removed from a workspace", (text(what), after)), now)

    def notify_unconfirmed(self, tx: Transaction, of: Subscription, delivery: Delivery, now: datetime) -> None:
        """An edition is not known to stand in its channel."""
        is_over = delivery.state in {"unknown", "failed"}
        by_hand = (Plain("Look there; if it is missing, send it again with "), Code("/digest log"), Plain("."))
        blocks = (
            _about_delivery(of, delivery),
            text(delivery.reason or "It's waiting in the outbox."),
            Text(by_hand) if is_over else text("I'll keep trying and tell you how it ends."),
        )
        title = "A digest was not posted" if delivery.state == "failed" else "A digest isn't confirmed"
        self._tell_owner(tx, of, unconfirmed_key(delivery.id), Card(title, blocks, "warning"), now)

    def notify_recovered(self, tx: Transaction, of: Subscription, delivery: Delivery, now: datetime) -> None:
        """What became of an edition that was not confirmed."""
        is_sent = delivery.state == "sent"
        blocks: tuple[Block, ...] = (_about_delivery(of, delivery), text(_ENDS.get(delivery.state, "")))
        if delivery.reason and not is_sent:
            blocks = (*blocks, text(delivery.reason))
        title = "A digest has arrived" if is_sent else "A digest was not posted"
        self._tell_owner(
            tx, of, f"alert:{delivery.id}:closed", Card(title, blocks, "good" if is_sent else "warning"), now
        )

    def notify_uncomposed(self, tx: Transaction, of: Subscription, slot: str, now: datetime) -> None:
        """An edition was left out because it could not be composed; to the operator once a day."""
        what = Text((*_channel_words(of), Plain(f" was left out on {slot}: something broke while it was being made.")))
        after = text("The next one comes at its time. Whoever runs newsbot was told.")
        self._tell_owner(tx, of, f"broken:{of.id}:{slot}", Card("A digest was left out", (what, after), "warning"), now)
        card = Card("A digest can't be made", (what, text("The log says why.")), "problem")
        self._tell_operator(tx, f"broken:{now.date().isoformat()}:operator", card, now)

    def ask_weekly(self, tx: Transaction, of: Subscription, now: datetime) -> None:
        """Ask whoever set a digest up, once, whether it should come less often: nobody presses anything in it."""
        what = Plain("Nobody pressed anything in the last three editions. Would once a week be better?")
        number = (str(of.id),)
        buttons = Button("Weekly instead", Action(WEEKLY, number), "primary"), Button("Keep it", Action(KEEP, number))
        card = Card("Is this digest too much?", (Text((*_channel_words(of), Plain(": "), what)), Buttons(buttons)))
        self._tell_owner(tx, of, f"weekly:{of.id}", card, now)

    # -- to the operator ----------------------------------------------------------------------------------------------

    def notify_backlog(self, tx: Transaction, name: str, count: int, now: datetime) -> None:
        """Editions on a platform are not confirmed, or slots are not decided (`planning`)."""
        digests = "One digest is" if count == 1 else f"{count} digests are"
        what = "due and not decided" if name == "planning" else f"due on {name} and not confirmed"
        how = Text((Plain("See "), Code("newsbot deliveries"), Plain(" and the log. You'll be told when it's over.")))
        card = Card("Digests aren't confirmed", (text(f"{digests} {what}."), how), "problem")
        self._tell_operator(tx, f"episode:{name}:{now.timestamp():.0f}", card, now)

    def notify_backlog_cleared(self, tx: Transaction, name: str, now: datetime) -> None:
        """Nothing waits any more."""
        what = "to be decided" if name == "planning" else f"on {name} to be posted"
        left = Text((Plain("What stayed unknown or failed is in "), Code("newsbot deliveries"), Plain(".")))
        card = Card("Digests are working again", (text(f"No digest waits {what} any more."), left), "good")
        self._tell_operator(tx, f"episode:{name}:{now.timestamp():.0f}:over", card, now)

    def _tell_owner(self, tx: Transaction, of: Subscription, key: str, card: Card, now: datetime) -> None:
        enqueue(tx, key, direct(of.place.platform, of.place.workspace, of.made_by), Reply(card), now)

    def _tell_operator(self, tx: Transaction, key: str, card: Card, now: datetime) -> None:
        if self._operator is not None:
            enqueue(tx, key, self._operator, Reply(card), now)


def _realm(place: Place) -> tuple[str, str]:
    return place.platform, place.workspace


def unconfirmed_key(delivery: int) -> str:
    """The key of the notice that a delivery is not confirmed."""
    return f"alert:{delivery}:open"


def _channel_words(of: Subscription) -> tuple[Inline, ...]:
    return Plain(f"Digest {of.number} in "), Mention("channel", of.place.channel, of.place.channel)


def _about_delivery(of: Subscription, delivery: Delivery) -> Text:
    return Text((*_channel_words(of), Plain(", due "), Moment(delivery.due_at), Plain(".")))


def _paused_blocks(of: Subscription, reason: str, fix: str) -> tuple[Block, ...]:
    what = Text((*_channel_words(of), Plain(" is paused, because it cannot be posted.")))
    first = f"{fix} Then say " if fix else "Once that's fixed, type "
    return what, text(reason), Text((Plain(first), Code("/digest resume"), Plain(" there.")))
