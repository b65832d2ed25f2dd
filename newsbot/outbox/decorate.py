"""What leaves for a delivery: its edition, read once for however many channels, and what is added as it leaves.

Added are the role that it notifies, why it is late, and what goes below some of its controls.
"""

import json
import logging
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace

from cachetools import LRUCache

from newsbot.errors import ContentError
from newsbot.messages.cards import Block, Card, Reply, Text, text
from newsbot.messages.codec import reply_from_json
from newsbot.messages.markup import Mention
from newsbot.storage.outbox import StoredEdition
from newsbot.storage.records import Delivery

log = logging.getLogger(__name__)

_MOST = 200  # of each; a batch brings at most a hundred editions


class ReplyCache:
    """The latest editions as replies, the same object each time: platforms render an object once."""

    def __init__(self) -> None:
        self._replies: LRUCache[int, tuple[Reply | None, str]] = LRUCache(_MOST)
        self._decorated: LRUCache[tuple[int, str, str, tuple[Block, ...]], Reply] = LRUCache(_MOST)

    def edition_ids(self) -> frozenset[int]:
        """The editions that are at hand."""
        return frozenset(self._replies)

    def store(self, editions: Mapping[int, StoredEdition], used: Iterable[int]) -> None:
        """Read editions from their JSON; of all that are at hand, those `used` now are dropped last."""
        for edition in used:
            self._replies.get(edition)
        for number, stored in editions.items():
            self._replies[number] = _parse_reply(stored.body), stored.daily

    def get(self, edition: int) -> tuple[Reply | None, str]:
        """What an edition says, None where it is not at hand or cannot be read; and its anchor."""
        return self._replies.get(edition, (None, ""))

    def decorate(
        self, delivery: Delivery, reply: Reply, label: str, anchor: str = "", results: tuple[Block, ...] = ()
    ) -> Reply:
        """What leaves for a delivery: with the role that it mentions and `label` in front, `results` below `anchor`."""
        if not delivery.mention and not label and not results:
            return reply
        key = (delivery.edition_id, delivery.mention, label, results)
        decorated = self._decorated.get(key)
        if decorated is None:
            card = with_lead(_add_results(reply, anchor, results).card, delivery.mention, label)
            decorated = self._decorated[key] = replace(reply, card=card)
        return decorated


def _parse_reply(body: str) -> Reply | None:
    try:
        return reply_from_json(json.loads(body))
    except (ValueError, ContentError):
        return None


def _add_results(reply: Reply, anchor: str, results: tuple[Block, ...]) -> Reply:
    try:
        return replace(reply, card=with_results(reply.card, anchor, results))
    except ValueError as error:  # a message must not stay away for them
        log.error("what belongs below %s is left out: %s", anchor, error)
        return reply


def with_lead(card: Card, mention: str, label: str) -> Card:
    """The card as one delivery sends it: first the role that it notifies, then why it is late; each may be empty."""
    lead: list[Block] = [Text((Mention("role", mention, "role"),))] if mention else []
    lead += [text(label, "small")] if label else []
    return replace(card, blocks=(*lead, *card.blocks)) if lead else card


def with_results(card: Card, anchor: str, results: Sequence[Block]) -> Card:
    """The card with `results` below the last of its controls that name `anchor`, at the end where none does.

    Raises ValueError where two controls of the card would do the same.
    """
    named = [at for at, block in enumerate(card.blocks) if anchor and _names(block, anchor)]
    at = named[-1] + 1 if named else len(card.blocks)
    return replace(card, blocks=(*card.blocks[:at], *results, *card.blocks[at:])) if results else card


def _names(block: Block, anchor: str) -> bool:
    return any(anchor in action.arguments for action in Card("", (block,)).actions())
