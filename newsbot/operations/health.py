"""Health: each part of a process with "ok" or what is wrong, asked no more often than it can change."""

import asyncio
import logging
from collections.abc import Awaitable, Callable
from datetime import datetime, timedelta

from newsbot.errors import StorageError
from newsbot.storage.database import Database

log = logging.getLogger(__name__)

FRESH = timedelta(seconds=5)  # for how long one look at the database holds, whoever asks
WELL = "ok"
_BROKEN = "its health cannot be told; see the log"

Ping = Callable[[], Awaitable[str]]


class Health:
    """The health of parts by name. A part that cannot tell is not well, and keeps the others from nothing."""

    def __init__(self) -> None:
        self._pings: dict[str, Ping] = {}

    def add(self, name: str, ping: Ping) -> None:
        """Ask `ping` for the part of that name: "ok", or a sentence."""
        self._pings[name] = ping

    async def report(self) -> dict[str, str]:
        """Every part with what it says, in the order in which they were added."""
        said = await asyncio.gather(*(_ask(name, ping) for name, ping in self._pings.items()))
        return dict(zip(self._pings, said, strict=True))


async def _ask(name: str, ping: Ping) -> str:
    try:
        return await ping()
    except Exception:
        log.exception("the health of %s cannot be told", name)
        return _BROKEN


class DatabaseHealth:
    """Whether the database can be read and written: looked at once in some seconds, however many ask."""

    def __init__(self, database: Database, now: Callable[[], datetime]) -> None:
        self._database = database
        self._now = now
        self._looked_at: datetime | None = None
        self._said = WELL
        self._turn = asyncio.Lock()

    async def ping(self) -> str:
        """The word “ok”, or why nothing can be stored."""
        async with self._turn:  # who asks meanwhile hears what is being found out
            now = self._now()
            if self._looked_at is None or not timedelta(0) <= now - self._looked_at < FRESH:
                self._said = await self._look(now)
                self._looked_at = now
        return self._said

    async def _look(self, now: datetime) -> str:
        try:
            await self._database.check(now)
        except StorageError as error:
            return str(error)
        return WELL
