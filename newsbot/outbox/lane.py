"""The lane of one platform: claims what is due there and keeps many messages on their way, slow ones beside quick."""

import asyncio
import logging
from collections import deque
from collections.abc import Awaitable, Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from random import Random
from typing import Protocol

from newsbot.errors import NewsbotError
from newsbot.messages.cards import Reply
from newsbot.outbox.attempts import AttemptResult
from newsbot.outbox.rate_limit import RateLimiter
from newsbot.storage.records import Delivery
from newsbot.tasks import BackgroundTasks, Backoff

log = logging.getLogger(__name__)

AT_ONCE = 32  # messages on their way to a platform at a time
_READY = 96  # further ones that are noted as leaving, so that nobody waits for the database; with a pace hardly one
_QUEUED = 200  # claimed, and begun soon: their leases run
_LOW = 100
_SOON = 30.0  # seconds within which what is claimed has to leave, where a pace bounds it: a lease lasts for 90
_LOOK_SECONDS = 5.0  # how often the outbox is looked at for what other processes put there
_FIRST_PAUSE, _LONGEST_PAUSE = 0.1, 30.0  # seconds before the feeder goes on after something broke in it


@dataclass(frozen=True, slots=True)
class Claimed:
    """A delivery that this worker holds since `at`, with what it says; None where that cannot be read.

    `anchor` is the word of `newsbot.outbox.hooks.BeforeSend`, empty where nothing is put into it.
    """

    delivery: Delivery
    reply: Reply | None
    at: datetime
    anchor: str = ""


class DeliverySteps(Protocol):
    """The steps of a claimed delivery."""

    async def attempt(self, claimed: Claimed, gate: asyncio.Semaphore) -> AttemptResult | None:
        """How the attempt ended, made within `gate`; None where it may not be made by this worker."""

    async def record(self, claimed: Claimed, ended: AttemptResult) -> None:
        """Store how it ended."""

    async def give_back(self, claimed: Claimed) -> None:
        """Give up the lease of what was not begun."""


class Lane:
    """Delivers to one platform until it is stopped."""

    def __init__(
        self,
        name: str,
        claim: Callable[[int], Awaitable[Sequence[Claimed]]],
        steps: DeliverySteps,
        limiter: RateLimiter,
        random: Random,
    ) -> None:
        """`claim` leases up to that many deliveries; it is also called with 0, to show that this worker is alive."""
        self._name = name
        self._claim = claim
        self._steps = steps
        self._limiter = limiter
        self._backoff = Backoff(_FIRST_PAUSE, _LONGEST_PAUSE, random)
        self._queue: deque[Claimed] = deque()
        self._is_queued = asyncio.Event()
        self._news = asyncio.Event()  # there is room, or something to claim
        self._gate = asyncio.Semaphore(AT_ONCE)
        self._ready = asyncio.Semaphore(AT_ONCE + _READY)
        self._tasks = BackgroundTasks(name)

    def wake(self) -> None:
        """Look into the outbox now."""
        self._news.set()

    async def run(self, stop: asyncio.Event) -> None:
        """Deliver until `stop` is set. A database that is away for a while is waited for."""
        try:
            async with asyncio.TaskGroup() as group:
                beside = [group.create_task(self._feed()), group.create_task(self._wake_at(stop))]
                while not stop.is_set():
                    self._news.clear()
                    if not await self._claim_more():
                        await self._rest()
                for task in beside:
                    task.cancel()
        finally:
            await self._end()

    async def _wake_at(self, stop: asyncio.Event) -> None:
        await stop.wait()
        self._news.set()

    async def _claim_more(self) -> bool:
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
        """Let the queue's messages leave, for ever: what breaks here is logged, and it goes on after a pause."""
        failures = 0
        while True:
            try:
                await self._feed_next()
                failures = 0
            except Exception:
                failures += 1
                pause = self._backoff.wait(failures)
                log.exception("the lane of %s goes on in %.1f s: something broke here", self._name, pause)
                await asyncio.sleep(pause)

    async def _feed_next(self) -> None:
        """Let the next message of the queue leave, as the pace and the number of them on their way allow."""
        while not self._queue:
            self._is_queued.clear()
            await self._is_queued.wait()
        await self._ready.acquire()
        try:
            await self._limiter.turn()
            claimed = self._queue.popleft()
        except BaseException:
            self._ready.release()
            raise
        self._tasks.start(self._deliver(claimed), claimed.delivery.key)
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
        for claimed in self._queue:
            self._tasks.start(self._steps.give_back(claimed), claimed.delivery.key)
        self._queue.clear()
        await self._tasks.close()
