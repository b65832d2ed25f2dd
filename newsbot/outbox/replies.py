"""What is to be posted, read from the database once for however many channels it goes to."""

import json
import logging
from collections import OrderedDict
from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import datetime, timedelta

from newsbot.errors import ContentError
from newsbot.messages.cards import Block, Reply
from newsbot.messages.codec import reply_from_json
from newsbot.outbox.decorate import with_lead, with_results
from newsbot.schedule.clock import duration_words
from newsbot.storage.outbox import StoredEdition
from newsbot.storage.records import Delivery

log = logging.getLogger(__name__)

_MOST = 200  # of each; a batch brings at most a hundred editions
LATE = timedelta(minutes=5)  # a digest that leaves later than this says so


class ReplyCache:
    """The latest editions as replies, the same object each time: platforms render an object once."""

    def __init__(self) -> None:
        self._read: OrderedDict[int, tuple[Reply | None, str]] = OrderedDict()
        self._decorated: OrderedDict[tuple[int, str, str, tuple[Block, ...]], Reply] = OrderedDict()

    def known(self) -> frozenset[int]:
        """The editions that are at hand."""
        return frozenset(self._read)

    def keep(self, editions: Mapping[int, StoredEdition], used: Iterable[int]) -> None:
        """Read editions from their JSON; of all that are at hand, those `used` now are let go last."""
        for number, stored in editions.items():
            self._read[number] = _parse_reply(stored.body), stored.daily
        for edition in used:
            if edition in self._read:
                self._read.move_to_end(edition)
        while len(self._read) > _MOST:
            self._read.popitem(last=False)

    def get(self, edition: int) -> tuple[Reply | None, str]:
        """What an edition says, None where it is not at hand or cannot be read; and the question that it asks."""
        return self._read.get(edition, (None, ""))

    def decorated(
        self, delivery: Delivery, reply: Reply, now: datetime, daily: str = "", results: tuple[Block, ...] = ()
    ) -> Reply:
        """What leaves for a delivery at `now`: with the role it mentions, and why it is late, in front.

        Above its question of the day, `daily`, stand the results of the one before.
        """
        label = delivery.label or _late_label(delivery, now)
        if not delivery.mention and not label and not results:
            return reply
        key = (delivery.edition_id, delivery.mention, label, results)
        known = self._decorated.get(key)
        if known is None:
            led = with_lead(_add_results(reply, daily, results).card, delivery.mention, label)
            known = self._decorated[key] = replace(reply, card=led)
            if len(self._decorated) > _MOST:
                self._decorated.popitem(last=False)
        else:
            self._decorated.move_to_end(key)
        return known


def _parse_reply(body: str) -> Reply | None:
    try:
        return reply_from_json(json.loads(body))
    except (ValueError, ContentError):
        return None


def _add_results(reply: Reply, daily: str, results: tuple[Block, ...]) -> Reply:
    try:
        return replace(reply, card=with_results(reply.card, daily, results))
    except ValueError as error:  # a digest must not stay away for them
        log.error("the results of a question are left out: %s", error)
        return reply


def _late_label(delivery: Delivery, now: datetime) -> str:
    """Why a digest is late that was not known to be when it was made; empty where it is on time, or no digest."""
    if delivery.subscription is None or now - delivery.due_at <= LATE:
        return ""
    return f"late: posted {duration_words(now - delivery.due_at)} after its time"
