"""Puts single messages into the outbox, as the app does for what is posted once."""

from datetime import datetime

from newsbot.messages.cards import Reply
from newsbot.messages.requests import Place
from newsbot.outbox.enqueue import enqueue
from newsbot.outbox.worker import OutboxWorker
from newsbot.storage.database import Database


async def post(database: Database, worker: OutboxWorker, key: str, place: Place, reply: Reply, due: datetime) -> bool:
    """Let `reply` leave for `place` from `due` on; whether it is new. The worker looks at once."""
    is_new = await database.write(lambda tx: enqueue(tx, key, place, reply, due))
    worker.wake()
    return is_new
