"""Results of the question of the day: asked for when a digest with a new one leaves, for many channels together.

While one batch is under way the next deliveries gather, and go together in the next one: a thousand channels that get
their digest in one minute cost few transactions, and a single one waits for nothing.
"""

import asyncio
import logging
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

from newsbot.errors import StorageError
from newsbot.messages.cards import Block
from newsbot.storage.records import Delivery

log = logging.getLogger(__name__)

_MOST = 200  # deliveries in one transaction
PAUSES = (0.25, 1.0)  # seconds between tries where the database does not do it; every try waits for it, too


class DailyResults(Protocol):
    """Who knows the questions of the day of channels."""

    async def of(self, leaving: Sequence[tuple[Delivery, str]]) -> Mapping[int, tuple[Block, ...]]:
        """Open a question in the channel of each of these deliveries, which are about to leave, and close the one
        before; returns the results of that one by the id of the delivery, where there are any.

        A delivery that leaves again finds the same results. Raises StorageError, and then nothing was done.
        """


@dataclass(frozen=True, slots=True, eq=False)
class _Request:
    """A delivery about to leave, with the question that it asks."""

    delivery: Delivery
    daily: str
    found: asyncio.Future[tuple[Block, ...]]


class GatheredResults:
    """Results for one outbox worker. Safe to share between the tasks of one event loop."""

    def __init__(self, results: DailyResults, pauses: Sequence[float] = PAUSES) -> None:
        self._results = results
        self._pauses = pauses
        self._wanted: list[_Request] = []
        self._looking: asyncio.Task[None] | None = None

    async def of(self, delivery: Delivery, daily: str) -> tuple[Block, ...]:
        """The results that stand above the question `daily` of a delivery; none where they cannot be had."""
        wanted = _Request(delivery, daily, asyncio.get_running_loop().create_future())
        self._wanted.append(wanted)
        if self._looking is None:
            self._looking = asyncio.create_task(self._look(), name="results")
        return await wanted.found

    async def _look(self) -> None:
        batch: list[_Request] = []
        try:
            while self._wanted:
                batch, self._wanted = self._wanted[:_MOST], self._wanted[_MOST:]
                await self._look_up(batch)
        finally:
            self._looking = None
            for wanted in (*batch, *self._wanted):  # only where this task is ended from outside
                wanted.found.cancel()
            self._wanted = []

    async def _look_up(self, batch: Sequence[_Request]) -> None:
        """Together; one by one where one of them spoils it for the rest. A digest leaves without, if need be."""
        try:
            found = await self._patiently([(wanted.delivery, wanted.daily) for wanted in batch])
        except Exception:
            log.exception("the results of %s questions cannot be told as they are", len(batch))
            if len(batch) > 1:
                for wanted in batch:
                    await self._look_up([wanted])
                return
            found = {}
        for wanted in batch:
            if not wanted.found.done():  # one that was ended meanwhile waits no more
                wanted.found.set_result(found.get(wanted.delivery.id, ()))

    async def _patiently(self, leaving: Sequence[tuple[Delivery, str]]) -> Mapping[int, tuple[Block, ...]]:
        for pause in self._pauses:
            try:
                return await self._results.of(leaving)
            except StorageError as error:  # away, or two transactions that waited for each other
                log.info("the results of %s questions wait: %s", len(leaving), error)
                await asyncio.sleep(pause)
        return await self._results.of(leaving)
