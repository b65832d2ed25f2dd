"""Which of several terminals at one database shows what comes by itself: the one whose process holds a lease.

All of them are the same place, and a message stands in one place: without turns a question asked at one terminal would
be printed at another. Whoever comes second still answers whoever types there.
"""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Coroutine
from contextlib import suppress
from datetime import datetime, timedelta

from newsbot.errors import StorageError
from newsbot.storage.database import Database
from newsbot.tasks import end_tasks

log = logging.getLogger(__name__)

LEASE = "terminal"
HELD = timedelta(seconds=15)  # how long the others wait for a process that was killed
_RENEWED_SECONDS = 5.0


class TerminalLease:
    """One process's claim to be the terminal."""

    def __init__(
        self,
        database: Database,
        holder: str,
        now: Callable[[], datetime],
        pause: Callable[[float], Awaitable[None]] = asyncio.sleep,
    ) -> None:
        """`holder` names this process among all; `pause` waits for so many seconds between two looks."""
        self._database = database
        self._holder = holder
        self._now = now
        self._pause = pause
        self._until: datetime | None = None

    async def run(self, work: Callable[[], Coroutine[None, None, None]]) -> None:
        """Do `work` as long as it is this process's turn, until cancelled. Raises what `work` raises."""
        working: asyncio.Task[None] | None = None
        try:
            while True:
                is_ours = await self._is_ours()
                if is_ours and working is None:
                    working = asyncio.create_task(work())
                elif not is_ours and working is not None:
                    await end_tasks((working,))
                    working = None
                if working is not None and working.done():
                    working.result()
                await self._pause(_RENEWED_SECONDS)
        finally:
            if working is not None:
                await end_tasks((working,))
            await self._give_back()

    async def _is_ours(self) -> bool:
        """Take the lease, or renew it; where the database is away, what was held is held until it runs out."""
        now = self._now()
        try:
            is_ours = await self._database.write(lambda tx: tx.leases.take(LEASE, self._holder, now, HELD))
        except StorageError as error:
            log.warning("whose turn it is at the terminal cannot be looked up: %s", error)
            return self._until is not None and now < self._until
        self._until = now + HELD if is_ours else None
        return is_ours

    async def _give_back(self) -> None:
        if self._until is None:
            return
        self._until = None
        with suppress(StorageError):
            await self._database.write(lambda tx: tx.leases.give_back(LEASE, self._holder))
