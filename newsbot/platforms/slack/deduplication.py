"""What was handled already: Slack delivers some events and interactions twice, on any connection, to any process."""

import logging
from collections.abc import Callable
from datetime import datetime

from cachetools import FIFOCache

from newsbot.errors import StorageError
from newsbot.platforms.slack.payloads import PLATFORM
from newsbot.storage.database import Database

log = logging.getLogger(__name__)

_MOST = 20_000
_SECONDS = 1.0  # a trigger to open a form lives three


class Deduplicator:
    """Claims by the id that Slack gave. This process remembers the newest, the database all of them."""

    def __init__(self, database: Database, now: Callable[[], datetime]) -> None:
        self._database = database
        self._now = now
        self._seen: FIFOCache[str, None] = FIFOCache(_MOST)

    def is_new_here(self, event_id: str) -> bool:
        """Whether this process sees this id for the first time; an empty id is always new."""
        if not event_id:
            return True
        if event_id in self._seen:
            return False
        self._seen[event_id] = None
        return True

    async def is_new_anywhere(self, event_id: str) -> bool:
        """Whether no process has seen this id; where the database cannot be asked, what is known here decides."""
        if not self.is_new_here(event_id):
            return False
        return True if not event_id else await self.is_first_claim(event_id, unknown=True)

    async def is_first_claim(self, event_id: str, *, unknown: bool) -> bool:
        """Whether the claim of this id is the first; `unknown` where the database cannot be asked in time."""
        try:
            # Under a name of its own: the dispatcher claims the same id for commands that have an effect.
            name, now = f"answered:{event_id}", self._now()
            return await self._database.write(lambda tx: tx.events.claim(PLATFORM, name, now), within=_SECONDS)
        except StorageError as error:
            log.warning("whether %s was handled before cannot be looked up: %s", event_id, error)
            return unknown
