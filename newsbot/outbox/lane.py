"""The lane of one platform: claims what is due there and keeps many messages on their way, slow ones beside quick."""

import asyncio
import logging
from collections import deque
from collections.abc import Awaitable, Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from newsbot.errors import NewsbotError
from newsbot.messages.cards import Reply
from newsbot.outbox.attempts import AttemptResult
from newsbot.outbox.rate_limit import RateLimiter
from newsbot.storage.records import Delivery

log = logging.getLogger(__name__)

AT_ONCE = 32  # messages on their way to a platform at a time
_READY = 96  # further ones that are noted as leaving, so that nobody waits for the database; with a pace hardly one
_QUEUED = 200  # claimed, and begun soon: their leases run
_LOW = 100
_SOON = 30.0  # seconds within which what is claimed has to leave, where a pace bounds it: a lease lasts for 90
_LOOK_SECONDS = 5.0  # how often the outbox is looked at for what other processes put there
_GRACE_SECONDS = 3.0  # for what is on its way when this ends


@dataclass(frozen=True, slots=True)
class Claimed:
    """A delivery that this worker holds since `at`, with what it says; None where that cannot be read.

    `daily` is the question of the day that it asks, empty where it asks none.
    """

    delivery: Delivery
    reply: Reply | None
    at: datetime
    daily: str = ""


class DeliverySteps(Protocol):
    """What becomes of a claimed delivery, step by step."""

    async def attempt(self, claimed: Claimed, gate: asyncio.Semaphore) -> AttemptResult | None:
        """How the attempt ended, made within `gate`; None where it may not be made by this worker."""

    async def record(self, claimed: Claimed, ended: AttemptResult) -> None:
        """Note how it ended."""

    async def give_back(self, claimed: Claimed) -> None:
        """Leave what was not begun to whoever comes next."""


class Lane:
    """Delivers to one platform until it is told to stop."""

    def __init__(
        self, claim: Callable[[int], Awaitable[Sequence[Claimed]]], steps: DeliverySteps, limiter: RateLimiter
    ) -> None:
        """`claim` gives up to so many deliveries of this lane; it is called again and again, also where all is full."""
        self._claim = claim
        self._steps = steps
        self._limiter = limiter
        self._queue: deque[Claimed] = deque()
        self._is_queued = asyncio.Event()
        self._news = asyncio.Event()  # there is room, or something to claim
        self._gate = asyncio.Semaphore(AT_ONCE)
        self._ready = asyncio.Semaphore(AT_ONCE + _READY)
        self._tasks: set[asyncio.Task[None]] = set()

    def wake(self) -> None:
        """Look into the outbox now."""
        self._news.set()

    async def run(self, stop: asyncio.Event) -> None:
        """Deliver until `stop` is set. A database that is away for a while is waited for."""
        feeding = asyncio.create_task(self._feed())
        stopping = asyncio.create_task(stop.wait())
        stopping.add_done_callback(lambda _: self._news.set())
        try:
            while not stop.is_set():
                self._news.clear()
                if not await self._is_more():
                    await self._rest()
        finally:
            feeding.cancel()
            stopping.cancel()
            await self._end()

    async def _is_more(self) -> bool:
        """Claim as much as there is room for; whether there may be more of it, and room."""
        room = 0 if len(self._queue) > _LOW else _QUEUED - len(self._queue)
        limit = min(room, self._limiter.within(_SOON) or room)
        try:
            claimed = await self._claim(limit)
        except NewsbotError as error:
            log.warning("the outbox waits: %s", error)
            return False
        except Exception:
            log.exception("the outbox waits: something broke here")
            return False
        self._queue.extend(each for each in claimed if not each.delivery.is_awaited)
        self._queue.extendleft(each for each in reversed(claimed) if each.delivery.is_awaited)
        if claimed:
            self._is_queued.set()
        return 0 < limit == len(claimed)

    async def _rest(self) -> None:
        with suppress(TimeoutError):
            async with asyncio.timeout(_LOOK_SECONDS):
                await self._news.wait()

    async def _feed(self) -> None:
        """Let the queue's messages leave in order, as the pace and the number of them on their way allow."""
        while True:
            while not self._queue:
                self._is_queued.clear()
                await self._is_queued.wait()
            await self._ready.acquire()
            await self._limiter.turn()
            task = asyncio.create_task(self._deliver(self._queue.popleft()))
            self._tasks.add(task)
            task.add_done_callback(self._tasks.discard)
            if len(self._queue) == _LOW:
                self._news.set()

    async def _deliver(self, claimed: Claimed) -> None:
        try:
            try:
                ended = await self._steps.attempt(claimed, self._gate)
            finally:
                self._ready.release()
            if ended is not None:
                await self._steps.record(claimed, ended)
        except Exception:
            log.exception("delivery %s waits: something broke here", claimed.delivery.key)
        self._news.set()

    async def _end(self) -> None:
        """Give back what was not begun; what is on its way has a moment to arrive."""
        given_back = [asyncio.create_task(self._steps.give_back(claimed)) for claimed in self._queue]
        self._queue.clear()
        waited = [*self._tasks, *given_back]
        if not waited:
            return
        _, late = await asyncio.wait(waited, timeout=_GRACE_SECONDS)
        for task in late:
            task.cancel()
        await asyncio.gather(*late, return_exceptions=True)
