"""The courier: takes messages from the outbox to their platforms, each once, whatever dies in between."""

import asyncio
import json
import logging
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial
from random import Random

from newsbot.errors import NewsbotError, PostLater, PostRefused, PostUnclear, StorageError
from newsbot.messages.cards import Reply
from newsbot.messages.codec import posted_to_json, reply_from_json, reply_to_json
from newsbot.messages.platform import Platform
from newsbot.messages.requests import Place
from newsbot.storage.database import Database
from newsbot.storage.records import Delivery, NewDelivery, Settlement

log = logging.getLogger(__name__)

LEASE = timedelta(seconds=90)  # longer than any platform takes over one message, or gives up on it
_AT_ONCE = 32  # messages on their way at a time
_BATCH = 100
_LOOK_SECONDS = 5.0  # how often the outbox is looked at for what other processes put there
_FIRST_WAIT, _LONGEST_WAIT = 2.0, 300.0  # seconds before another attempt
_GIVE_UP = timedelta(hours=6)  # a message that could not be posted for so long is old news
_UNCLEAR = "The connection broke while this was being sent: it may stand there or not."

Checkpoint = Callable[[str], None]


def _no_checkpoint(step: str) -> None:
    """Where nothing watches the steps."""


@dataclass(frozen=True)
class Post:
    """A message for the outbox: `reply` in `place` from `due_at` on; one with a known `key` is not made again."""

    key: str
    place: Place
    reply: Reply
    due_at: datetime


class Courier:
    """Empties the outbox. Any number of couriers, in any number of processes, may share one."""

    def __init__(
        self,
        database: Database,
        platforms: Mapping[str, Platform],
        worker: str,
        now: Callable[[], datetime],
        random: Random,
        checkpoint: Checkpoint = _no_checkpoint,
    ) -> None:
        """`worker` names this courier among all. `checkpoint` is told each step; drills end the process there."""
        self._database = database
        self._platforms = platforms
        self._worker = worker
        self._now = now
        self._random = random
        self._checkpoint = checkpoint
        self._wake = asyncio.Event()

    async def post(self, post: Post) -> bool:
        """Put one message into the outbox; whether it is new. It leaves at once where it is due."""
        body = json.dumps(reply_to_json(post.reply), ensure_ascii=False)
        async with self._database.transaction() as tx:
            if await tx.deliveries.by_key(post.key):
                return False
            edition = await tx.deliveries.add_edition(body, "", self._now())
            is_new = await tx.deliveries.add(edition, [NewDelivery(post.key, post.place, post.due_at)]) == 1
        self._wake.set()
        return is_new

    async def run(self, stop: asyncio.Event) -> None:
        """Deliver what is due until `stop` is set. A database that is away for a while is waited for."""
        while not stop.is_set():
            self._wake.clear()
            try:
                delivered = await self.sweep()
            except NewsbotError as error:
                log.warning("the outbox waits: %s", error)
                delivered = 0
            except Exception:
                log.exception("the outbox waits: something broke here")
                delivered = 0
            if not delivered:
                await self._rest(stop)

    async def _rest(self, stop: asyncio.Event) -> None:
        waits = [asyncio.create_task(event.wait()) for event in (stop, self._wake)]
        try:
            await asyncio.wait(waits, timeout=_LOOK_SECONDS, return_when=asyncio.FIRST_COMPLETED)
        finally:
            for wait in waits:
                wait.cancel()

    async def sweep(self) -> int:
        """Attempt everything that is due now, one batch; returns how many there were."""
        async with self._database.transaction() as tx:
            claimed = await tx.deliveries.claim(self._worker, self._now(), LEASE, _BATCH, tuple(self._platforms))
            bodies = await tx.deliveries.bodies({delivery.edition_id for delivery in claimed})
        if not claimed:
            return 0
        self._checkpoint("claimed")
        replies = {edition: reply_from_json(json.loads(body)) for edition, body in bodies.items()}
        leaving = await self._begin(claimed)
        gate = asyncio.Semaphore(_AT_ONCE)

        async def attempted(delivery: Delivery) -> None:
            async with gate:
                settlement = await self._attempt(delivery, replies[delivery.edition_id])
            # At once, one by one: what is known must not wait for a slow neighbour.
            await self._settle([settlement])

        await asyncio.gather(*(attempted(delivery) for delivery in leaving))
        return len(claimed)

    async def _begin(self, claimed: Sequence[Delivery]) -> list[Delivery]:
        """Those that may leave: the request of each is noted as on its way before it is."""
        fit: list[Delivery] = []
        unclear: list[Settlement] = []
        for delivery in claimed:
            if await self._may_be_sent(delivery):
                fit.append(delivery)
            else:
                unclear.append(await self._looked_for(delivery, _UNCLEAR))
        async with self._database.transaction() as tx:
            await tx.deliveries.settle(self._worker, unclear)
            begun = await tx.deliveries.begin(self._worker, [delivery.id for delivery in fit], self._now())
        self._checkpoint("sending")
        return [delivery for delivery in fit if delivery.id in begun]

    async def _may_be_sent(self, delivery: Delivery) -> bool:
        """Whether sending cannot make a second message: nothing left before, or the platform still knows the key."""
        if delivery.sending_since is None:
            return True
        window = await self._platforms[delivery.place.platform].repeats_safely_for(delivery.place)
        return self._now() - delivery.sending_since < window

    async def _attempt(self, delivery: Delivery, reply: Reply) -> Settlement:
        platform = self._platforms[delivery.place.platform]
        settled = partial(Settlement, delivery.id)
        try:
            posted = await platform.post(delivery.place, reply, delivery.key)
        except PostRefused as error:
            log.warning("delivery %s is refused: %s %s", delivery.key, error, error.fix)
            return settled("failed", self._now(), str(error), error.fix)
        except PostLater as error:
            return self._later(delivery, str(error), error.after)
        except PostUnclear as error:
            return await self._unclear(delivery, str(error), error.after)
        except NewsbotError as error:
            return settled("failed", self._now(), str(error))
        except Exception:
            log.exception("delivery %s broke", delivery.key)
            return await self._unclear(delivery, "Something broke here while this was being sent.")
        self._checkpoint("sent")
        where = json.dumps(posted_to_json(posted), ensure_ascii=False)
        return settled("sent", self._now(), fix=posted.fix, posted=where)

    def _later(self, delivery: Delivery, reason: str, after: float | None) -> Settlement:
        """Nothing was stored: another attempt follows, unless it has been tried for hours."""
        now = self._now()
        if now - delivery.due_at > _GIVE_UP:
            return Settlement(delivery.id, "failed", now, f"Tried for hours. {reason}")
        wait = timedelta(seconds=max(after or 0.0, self._wait(delivery.attempts)))
        return Settlement(delivery.id, "due", now, reason, retry_at=now + wait)

    async def _unclear(self, delivery: Delivery, reason: str, after: float | None = None) -> Settlement:
        """It may stand there: tried again while the platform still knows the key, else left for a person to look."""
        now = self._now()
        wait = timedelta(seconds=max(after or 0.0, self._wait(delivery.attempts)))
        window = await self._platforms[delivery.place.platform].repeats_safely_for(delivery.place)
        if now + wait - (delivery.sending_since or now) < window:
            return Settlement(delivery.id, "due", now, reason, retry_at=now + wait, is_clear=False)
        return await self._looked_for(delivery, reason)

    async def _looked_for(self, delivery: Delivery, reason: str) -> Settlement:
        """An unclear message that must not be sent again: `sent` where the platform finds it, else `unknown`."""
        since = delivery.sending_since or delivery.due_at
        try:
            found = await self._platforms[delivery.place.platform].stands(delivery.place, delivery.key, since)
        except NewsbotError as error:
            log.info("whether delivery %s stands cannot be looked up: %s", delivery.key, error)
            found = None
        if found is not None:
            where = json.dumps(posted_to_json(found), ensure_ascii=False)
            return Settlement(delivery.id, "sent", self._now(), posted=where)
        log.warning("delivery %s is unknown: %s", delivery.key, reason)
        return Settlement(delivery.id, "unknown", self._now(), reason, is_clear=False)

    def _wait(self, attempts: int) -> float:
        """Seconds before the next attempt: twice as long each time, spread so that not all come back at once."""
        longest = min(_LONGEST_WAIT, _FIRST_WAIT * 2.0 ** min(attempts - 1, 10))
        return longest * (0.5 + self._random.random() / 2)

    async def _settle(self, settlements: Sequence[Settlement]) -> None:
        """Note how attempts ended. Where the database is away, the lease runs out and the key guards the repeat."""
        with suppress(StorageError):
            async with self._database.transaction() as tx:
                await tx.deliveries.settle(self._worker, settlements)
        self._checkpoint("settled")
