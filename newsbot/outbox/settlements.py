"""What an outbox worker notes about single deliveries, written to the outbox in groups."""

import logging
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from newsbot.errors import StorageUnavailable
from newsbot.storage.database import Database
from newsbot.storage.records import Settlement
from newsbot.storage.transaction import Transaction
from newsbot.tasks import GroupCommitter

log = logging.getLogger(__name__)

_MOST = 500  # notes in one transaction
_MANY = 100  # worth a transaction; where they come fast, so many are waited for
_GATHER_SECONDS = 0.008
PAUSES = (0.25, 1.0, 4.0)  # seconds between tries while the database is away; every try waits for it, too

Also = Callable[[Transaction], None]  # what is to happen together with a settlement


@dataclass(frozen=True, slots=True, eq=False)
class _Note:
    """A settlement with what happens together with it, or the id of a delivery whose request is about to leave."""

    what: Settlement | int
    also: Also | None = None


class SettlementWriter:
    """One worker's notes. Safe to share between the tasks of one event loop."""

    def __init__(
        self, database: Database, worker: str, now: Callable[[], datetime], pauses: Sequence[float] = PAUSES
    ) -> None:
        """`pauses` are the seconds between tries while the database is away."""
        self._database = database
        self._worker = worker
        self._now = now
        self._committer = GroupCommitter(
            self._commit, most=_MOST, name="settlements", pauses=pauses, gather=(_MANY, _GATHER_SECONDS)
        )

    async def begin(self, delivery: int) -> bool:
        """Whether the request for a delivery may leave now: that it does is noted, and the lease still holds."""
        return await self._submit(_Note(delivery))

    async def settle(self, settlement: Settlement, also: Also | None = None) -> bool:
        """Note how an attempt ended, together with `also`; whether that is written.

        It is not where the database is away: then the lease runs out, and the delivery's key guards the repeat. Where
        `also` breaks, how the attempt ended is written without it.
        """
        return await self._submit(_Note(settlement, also))

    async def flush(self) -> None:
        """Return when every note was written or given up."""
        await self._committer.flush()

    async def _submit(self, note: _Note) -> bool:
        try:
            return await self._committer.submit(note)
        except StorageUnavailable as error:
            log.warning("a note about a delivery is lost: %s", error)
        except Exception:
            log.exception("a note about a delivery cannot be written as it is")
            if note.also is not None:
                return await self._submit(replace(note, also=None))
        return False

    async def _commit(self, notes: Sequence[_Note]) -> list[bool]:
        settled = [note.what for note in notes if isinstance(note.what, Settlement)]
        leaving = [note.what for note in notes if isinstance(note.what, int)]
        now = self._now()

        def write(tx: Transaction) -> frozenset[int]:
            begun = tx.deliveries.settle_and_begin(self._worker, settled, leaving, now)
            for note in notes:
                if note.also is not None:
                    note.also(tx)
            return begun

        begun = await self._database.write(write)
        return [note.what in begun if isinstance(note.what, int) else True for note in notes]
