"""Messages of a game in the outbox: each is put there once, in the transaction of the step that needs it."""

import json
from dataclasses import dataclass
from datetime import datetime

from newsbot.messages.cards import Card, Reply
from newsbot.messages.codec import posted_from_json
from newsbot.messages.platform import Posted
from newsbot.messages.requests import Place
from newsbot.outbox.enqueue import enqueue
from newsbot.quizzes.rules.game import Game
from newsbot.storage.records import Delivery
from newsbot.storage.transaction import Transaction


@dataclass(frozen=True, slots=True)
class MessageStatus:
    """What became of a message: where it stands, and since when by the platform's clock.

    By our own clock, it was put into the outbox at `put_at`, and is known to stand since `known_at`. `posted` is None
    where it may stand or not, and nobody can tell where.
    """

    posted: Posted | None
    at: datetime
    known_at: datetime
    put_at: datetime


class NotPosted(Exception):
    """A message of a game can never be posted; where `is_place`, nor can another one, until somebody there acts."""

    def __init__(self, *, is_place: bool = False) -> None:
        super().__init__()
        self.is_place = is_place


def opening_key(game: Game) -> str:
    """The key of the message that a game's thread hangs below."""
    return f"quiz:{game.id}:open"


def question_key(game: Game) -> str:
    """The key of the message of the question that a game is at."""
    return f"quiz:{game.id}:{game.number}"


def answer_key(game: Game) -> str:
    """The key of the message with the right answer, where the question's own cannot be changed."""
    return f"quiz:{game.id}:{game.number}:answer"


def ending_key(game: Game) -> str:
    """The key of the message with the final scores."""
    return f"quiz:{game.id}:end"


def enqueue_card(tx: Transaction, key: str, place: Place, card: Card, now: datetime) -> None:
    """Put a message of a new key into the outbox, before everything that waits there."""
    enqueue(tx, key, place, Reply(card), now, "awaited")


def message_status(delivery: Delivery | None, now: datetime) -> MessageStatus | None:
    """What became of a message; None while it is on its way. Raises NotPosted where it never will be."""
    if delivery is None or delivery.state in ("failed", "skipped"):
        raise NotPosted(is_place=delivery is not None and bool(delivery.fix))
    known_at = delivery.settled_at or now
    if delivery.state == "unknown":
        return MessageStatus(None, delivery.sending_since or known_at, known_at, delivery.due_at)
    if delivery.state != "sent":
        return None
    posted = posted_from_json(json.loads(delivery.posted or "null"))
    return MessageStatus(posted, posted.at or known_at, known_at, delivery.due_at)
