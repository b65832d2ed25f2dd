"""What is to be posted, read from the database once for however many channels it goes to."""

import json
from collections import OrderedDict
from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import datetime, timedelta

from newsbot.digests.editions.composing import with_lead
from newsbot.digests.schedule.clock import length
from newsbot.errors import ContentError
from newsbot.messages.cards import Reply
from newsbot.messages.codec import reply_from_json
from newsbot.storage.records import Delivery

_MOST = 200  # of each; a batch brings at most a hundred editions
LATE = timedelta(minutes=5)  # a digest that leaves later than this says so


class Replies:
    """The latest editions as replies, the same object each time: platforms render an object once."""

    def __init__(self) -> None:
        self._read: OrderedDict[int, Reply | None] = OrderedDict()
        self._led: OrderedDict[tuple[int, str, str], Reply] = OrderedDict()

    def known(self) -> frozenset[int]:
        """The editions that are at hand."""
        return frozenset(self._read)

    def keep(self, bodies: Mapping[int, str], used: Iterable[int]) -> None:
        """Read editions from their JSON; of all that are at hand, those `used` now are let go last."""
        for edition, body in bodies.items():
            self._read[edition] = _reply(body)
        for edition in used:
            if edition in self._read:
                self._read.move_to_end(edition)
        while len(self._read) > _MOST:
            self._read.popitem(last=False)

    def get(self, edition: int) -> Reply | None:
        """What an edition says; None where it is not at hand, or cannot be read."""
        return self._read.get(edition)

    def led(self, delivery: Delivery, reply: Reply, now: datetime) -> Reply:
        """What leaves for a delivery at `now`: with the role it mentions, and why it is late, in front."""
        label = delivery.label or _late(delivery, now)
        if not delivery.mention and not label:
            return reply
        key = (delivery.edition_id, delivery.mention, label)
        known = self._led.get(key)
        if known is None:
            known = self._led[key] = replace(reply, card=with_lead(reply.card, delivery.mention, label))
            if len(self._led) > _MOST:
                self._led.popitem(last=False)
        else:
            self._led.move_to_end(key)
        return known


def _reply(body: str) -> Reply | None:
    try:
        return reply_from_json(json.loads(body))
    except (ValueError, ContentError):
        return None


def _late(delivery: Delivery, now: datetime) -> str:
    """Why a digest is late that was not known to be when it was made; empty where it is on time, or no digest."""
    if delivery.subscription is None or now - delivery.due_at <= LATE:
        return ""
    return f"late: posted {length(now - delivery.due_at)} after its time"
