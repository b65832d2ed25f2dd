"""What is put into messages just before they leave, asked for many of them together."""

import logging
from collections.abc import Sequence

from newsbot.messages.cards import Block
from newsbot.outbox.hooks import BeforeSend
from newsbot.storage.records import Delivery
from newsbot.tasks import GroupCommitter

log = logging.getLogger(__name__)

_MOST = 200  # deliveries in one call
PAUSES = (0.25, 1.0)  # seconds between tries while the database is away; every try waits for it, too


class GatheredResults:
    """Asks a `before_send` hook for one outbox worker. Safe to share between the tasks of one event loop.

    A thousand channels that get their digest in one minute cost few calls, and a single one waits for nothing.
    """

    def __init__(self, before_send: BeforeSend, pauses: Sequence[float] = PAUSES) -> None:
        """`pauses` are the seconds between tries while the database is away."""
        self._before_send = before_send
        self._committer = GroupCommitter(self._ask, most=_MOST, name="results", pauses=pauses)

    async def of(self, delivery: Delivery, anchor: str) -> tuple[Block, ...]:
        """What is put below `anchor` in a delivery; nothing where it cannot be had, since the message must leave."""
        try:
            return await self._committer.submit((delivery, anchor))
        except Exception:
            log.exception("delivery %s leaves without what belongs below %s", delivery.key, anchor)
            return ()

    async def _ask(self, leaving: Sequence[tuple[Delivery, str]]) -> list[tuple[Block, ...]]:
        found = await self._before_send(leaving)
        return [found.get(delivery.id, ()) for delivery, _ in leaving]
