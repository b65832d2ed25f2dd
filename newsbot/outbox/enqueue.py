"""The one way into the outbox: what is to be posted, where, when, and under which key."""

import json
from collections.abc import Sequence
from datetime import datetime
from typing import Literal

from newsbot.messages.cards import Reply
from newsbot.messages.codec import reply_to_json
from newsbot.messages.requests import Place
from newsbot.storage.records import NewDelivery
from newsbot.storage.transaction import Transaction

# Somebody waits for an awaited message at this moment: it leaves before what fills a queue.
Priority = Literal["ordinary", "awaited"]


def encode_reply(reply: Reply | None) -> str:
    """A reply as the outbox keeps it; empty for what is never posted."""
    return json.dumps(reply_to_json(reply), ensure_ascii=False) if reply is not None else ""


def store_edition(
    tx: Transaction, body: str, at: datetime, *, content_version: str = "", why: str = "[]", anchor: str = ""
) -> int:
    """Store what goes to any number of places, as `encode_reply` wrote it; returns its id.

    `why` tells as JSON why it says that. `anchor` is the word for `newsbot.outbox.hooks.BeforeSend`; empty where
    nothing is put into it.
    """
    return tx.deliveries.add_edition(body, content_version, at, why, anchor)


def enqueue_edition(tx: Transaction, edition: int, deliveries: Sequence[NewDelivery]) -> None:
    """Send a stored edition to places; one whose key is known is not made again."""
    tx.deliveries.add(edition, deliveries)


def enqueue(
    tx: Transaction, key: str, place: Place, reply: Reply, due: datetime, priority: Priority = "ordinary"
) -> bool:
    """Post `reply` in `place` from `due` on; whether that is new. A known `key` changes nothing."""
    if tx.deliveries.by_key(key) is not None:
        return False
    edition = store_edition(tx, encode_reply(reply), due)
    enqueue_edition(tx, edition, [NewDelivery(key, place, due, is_awaited=priority == "awaited")])
    kept = tx.deliveries.by_key(key)
    return kept is not None and kept.edition_id == edition  # else another process was quicker


def rewrite(tx: Transaction, key: str, reply: Reply) -> None:
    """Replace what the delivery of that key posted, or will post, in the outbox."""
    tx.deliveries.rewrite(key, encode_reply(reply))
