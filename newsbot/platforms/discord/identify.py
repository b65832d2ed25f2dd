"""Turns at the gateway: so many shards may identify in five seconds, over all processes of one bot.

The rule (`max_concurrency`): https://docs.discord.com/developers/events/gateway#sharding.
"""

import asyncio
import logging
import secrets
from collections.abc import Awaitable, Callable
from datetime import datetime, timedelta

from newsbot.errors import StorageError
from newsbot.storage.database import Database

log = logging.getLogger(__name__)

PERIOD = timedelta(seconds=5)
_LOOK = 0.5  # seconds between two looks for a free turn


class IdentifyGate:
    """Gives turns by leases in the database, so that processes that know nothing of each other keep the rule."""

    def __init__(
        self,
        database: Database,
        application_id: str,
        now: Callable[[], datetime],
        sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
    ) -> None:
        self._database = database
        self._application_id = application_id
        self._now = now
        self._sleep = sleep
        self.max_concurrency = 1

    async def wait(self, shard_id: int) -> None:
        """Return when this shard may identify."""
        name = f"discord-identify:{self._application_id}:{shard_id % self.max_concurrency}"
        holder = secrets.token_hex(8)  # a turn is used once, also by the same process
        while not await self._takes(name, holder):
            await self._sleep(_LOOK)

    async def _takes(self, name: str, holder: str) -> bool:
        try:
            now = self._now()
            return await self._database.write(lambda tx: tx.leases.take(name, holder, now, PERIOD))
        except StorageError as error:
            # Without the database nobody can be asked: a full period is the careful way.
            log.warning("identifying without turns: %s", error)
            await self._sleep(PERIOD.total_seconds())
            return True
