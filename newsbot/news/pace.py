"""How fast requests to one host follow each other, over all processes: kept in the database."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from datetime import datetime, timedelta

from newsbot.news.sources import pace_host
from newsbot.storage.database import Database

# EDGAR allows ten requests a second from all machines of one operator, and blocks for ten minutes whoever goes beyond.
GAPS: Mapping[str, timedelta] = {"sec.gov": timedelta(seconds=0.5)}


class SharedPace:
    """Turns at hosts that limit how fast they are asked; other hosts need none."""

    def __init__(
        self,
        database: Database,
        now: Callable[[], datetime],
        pause: Callable[[float], Awaitable[None]] = asyncio.sleep,
        gaps: Mapping[str, timedelta] = GAPS,
    ) -> None:
        self._database = database
        self._now = now
        self._pause = pause
        self._gaps = gaps

    async def wait_turn(self, host: str) -> None:
        """Return when a request to this host may leave. Raises StorageError."""
        host = pace_host(host)
        gap = self._gaps.get(host)
        if gap is None:
            return
        now = self._now()
        turn = await self._database.write(lambda tx: tx.sources.reserve(host, now, gap))
        if turn > now:
            await self._pause((turn - now).total_seconds())
