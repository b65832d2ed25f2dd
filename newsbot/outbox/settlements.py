"""Notes of outbox workers about single deliveries, written to the outbox in groups.

While one transaction is under way the next notes gather, and go together in the next one: many messages at once cost
few commits, and a single one waits for nothing.
"""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from functools import partial

from newsbot.errors import StorageUnavailable
from newsbot.storage.database import Database, Transaction
from newsbot.storage.outbox import settle_and_begin
from newsbot.storage.records import Settlement

log = logging.getLogger(__name__)

_MOST = 500  # notes in one transaction
_MANY = 100  # worth a transaction; where they come fast, so many are waited for
_GATHER_SECONDS = 0.008
PAUSES = (0.25, 1.0, 4.0)  # seconds between tries while the database is away; every try waits for it, too

Also = Callable[[Transaction], Awaitable[None]]  # what is to happen together with a settlement


@dataclass(frozen=True, slots=True, eq=False)
class _Note:
    """A settlement with what happens together with it, or the id of a delivery whose request is about to leave."""

    what: Settlement | int
    done: asyncio.Future[bool]
    also: Also | None = None


class SettlementWriter:
    """One worker's notes. Safe to share between the tasks of one event loop."""

    def __init__(
        self, database: Database, worker: str, now: Callable[[], datetime], pauses: Sequence[float] = PAUSES
    ) -> None:
        self._database = database
        self._worker = worker
        self._now = now
        self._pauses = pauses
        self._notes: list[_Note] = []
        self._writing: asyncio.Task[None] | None = None

    async def begin(self, delivery: int) -> bool:
        """Whether the request for a delivery may leave now: that it does is noted, and the lease still holds."""
        return await self._note(delivery)

    async def settle(self, settlement: Settlement, also: Also | None = None) -> bool:
        """Note how an attempt ended, together with `also`; whether it is written.

        It is not where the database is away: then the lease runs out, and the delivery's key guards the repeat.
        """
        return await self._note(settlement, also)

    async def flush(self) -> None:
        """Return when every note was written or given up."""
        while self._writing is not None:
            await asyncio.wait({self._writing})

    async def _note(self, what: Settlement | int, also: Also | None = None) -> bool:
        note = _Note(what, asyncio.get_running_loop().create_future(), also)
        self._notes.append(note)
        if self._writing is None:
            self._writing = asyncio.create_task(self._write(), name="ledger")
        return await note.done

    async def _write(self) -> None:
        notes: list[_Note] = []
        try:
            while self._notes:
                if notes and len(self._notes) < _MANY:  # they come while others are written: more will follow
                    await asyncio.sleep(_GATHER_SECONDS)
                notes, self._notes = self._notes[:_MOST], self._notes[_MOST:]
                await self._write_all(notes)
        finally:
            self._writing = None
            for note in (*notes, *self._notes):  # only where this task is ended from outside
                note.done.cancel()
            self._notes = []

    async def _write_all(self, notes: list[_Note]) -> None:
        """Together; one by one where one of them spoils it for the rest."""
        try:
            await self._patiently(notes)
        except StorageUnavailable as error:
            log.warning("%s notes about deliveries are lost: %s", len(notes), error)
            _tell(notes, frozenset())
        except Exception:
            log.exception("%s notes about deliveries cannot be written as they are", len(notes))
            await self._one_by_one(notes)

    async def _patiently(self, notes: list[_Note]) -> None:
        for pause in self._pauses:
            with suppress(StorageUnavailable):
                return await self._commit(notes)
            await asyncio.sleep(pause)
        return await self._commit(notes)

    async def _one_by_one(self, notes: list[_Note]) -> None:
        """How an attempt ended is kept even if what belongs to it breaks."""
        if len(notes) > 1:
            for note in notes:
                await self._write_all([note])
        elif notes[0].also is not None:
            await self._write_all([_Note(notes[0].what, notes[0].done)])
        else:
            _tell(notes, frozenset())

    async def _commit(self, notes: list[_Note]) -> None:
        settled = [note.what for note in notes if isinstance(note.what, Settlement)]
        leaving = [note.what for note in notes if isinstance(note.what, int)]
        also = [note.also for note in notes if note.also is not None]
        now = self._now()
        work = partial(settle_and_begin, worker=self._worker, settled=settled, leaving=leaving, now=now)
        if also:
            async with self._database.transaction() as tx:
                begun = await tx.connection.run_sync(work)
                for each in also:
                    await each(tx)
        else:
            begun = await self._database.run(work)  # a turn of a thread, where each step above takes several
        _tell(notes, begun, is_settled=True)


def _tell(notes: Sequence[_Note], begun: frozenset[int], *, is_settled: bool = False) -> None:
    """Let those who wait for these go on; one who was ended meanwhile waits no more."""
    for note in notes:
        if not note.done.done():
            note.done.set_result(note.what in begun if isinstance(note.what, int) else is_settled)
