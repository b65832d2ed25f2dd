"""The outbox worker: takes messages from the outbox to their platforms, each once, whatever dies in between."""

import asyncio
import json
import logging
from collections.abc import Awaitable, Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from functools import partial
from random import Random

from newsbot.errors import StorageError
from newsbot.messages.cards import Block, Reply
from newsbot.messages.codec import reply_to_json
from newsbot.messages.platform import Platform
from newsbot.messages.requests import Place
from newsbot.outbox.attempts import AttemptResult, Sender
from newsbot.outbox.before_send import DailyResults, GatheredResults
from newsbot.outbox.hooks import Lateness
from newsbot.outbox.lane import AT_ONCE, Claimed, Lane
from newsbot.outbox.membership import Partition, WorkerMembership
from newsbot.outbox.rate_limit import Rate, RateLimiter
from newsbot.outbox.replies import LATE, ReplyCache
from newsbot.outbox.settlements import Also, SettlementWriter
from newsbot.storage.database import Database, Transaction
from newsbot.storage.outbox import claim_editions
from newsbot.storage.records import ON_REQUEST, Delivery, NewDelivery, Settlement

log = logging.getLogger(__name__)

LEASE = timedelta(seconds=90)  # longer than any platform takes over one message, or gives up on it
_MARGIN = timedelta(seconds=25)  # longer than a request takes
_BATCH = 100
_EVERYTHING: Partition = (0, 1)

Checkpoint = Callable[[str], None]
DecideLate = Callable[[Delivery], Awaitable[Lateness]]
OnRefused = Callable[[Transaction, Delivery, str, str], Awaitable[None]]


def _no_checkpoint(step: str) -> None:
    """Where nothing watches the steps."""


@dataclass(frozen=True)
class NewPost:
    """A message for the outbox: `reply` in `place` from `due_at` on; one with a known `key` is not made again."""

    key: str
    place: Place
    reply: Reply
    due_at: datetime


class OutboxWorker:
    """Empties the outbox. Any number of workers, in any number of processes, may share one."""

    def __init__(
        self,
        database: Database,
        platforms: Mapping[str, Platform],
        worker: str,
        now: Callable[[], datetime],
        random: Random,
        checkpoint: Checkpoint = _no_checkpoint,
        *,
        paces: Mapping[str, Rate] | None = None,
        on_refused: OnRefused | None = None,
        judge: DecideLate | None = None,
        results: DailyResults | None = None,
    ) -> None:
        """`worker` names this one among all. `checkpoint` is told each step; drills end the process there.

        `paces` bound how fast all workers together write to a platform. `on_refused` is told of each digest that a
        platform refuses, with the reason and the fix, in the transaction that notes this. `judge` tells what becomes of
        a digest that was decided in time and leaves late; without it, each is posted and says how late it is. `results`
        closes the question of the day that a digest's own takes the place of.
        """
        self._database = database
        self._platforms = platforms
        self._worker = worker
        self._now = now
        self._checkpoint = checkpoint
        self._paces = paces or {}
        self._on_refused = on_refused
        self._judge = judge
        self._results = GatheredResults(results) if results else None
        self._sender = Sender(platforms, now, random)
        self._settlements = SettlementWriter(database, worker, now)
        self._replies = ReplyCache()
        self._lanes: list[Lane] = []

    async def post(self, post: NewPost) -> bool:
        """Put one message into the outbox; whether it is new. It leaves at once where it is due."""
        body = json.dumps(reply_to_json(post.reply), ensure_ascii=False)
        async with self._database.transaction() as tx:
            if await tx.deliveries.by_key(post.key):
                return False
            edition = await tx.deliveries.add_edition(body, "", self._now())
            await tx.deliveries.add(edition, [NewDelivery(post.key, post.place, post.due_at)])
            kept = await tx.deliveries.by_key(post.key)
            is_new = kept is not None and kept.edition_id == edition  # else another process was quicker
        self.wake()
        return is_new

    def wake(self) -> None:
        """Look into the outbox now: something was put there."""
        for lane in self._lanes:
            lane.wake()

    # -- delivering ---------------------------------------------------------------------------------------------------

    async def run(self, stop: asyncio.Event) -> None:
        """Deliver what is due until `stop` is set, each platform beside the others.

        Where other workers are alive, only what falls to this one. A database that is away for a while is waited for.
        """
        workers = [WorkerMembership(self._database, platform, self._worker, self._now) for platform in self._platforms]
        self._lanes = [self._lane(*each) for each in zip(self._platforms, workers, strict=True)]
        try:
            async with asyncio.TaskGroup() as running:
                for lane in self._lanes:
                    running.create_task(lane.run(stop))
        finally:
            self._lanes = []
            await self._settlements.flush()
            with suppress(StorageError):
                for worker in workers:
                    await worker.leave()

    def _lane(self, platform: str, workers: WorkerMembership) -> Lane:
        limiter = RateLimiter(self._paces.get(platform))

        async def claim(limit: int) -> list[Claimed]:
            part = await workers.part()
            limiter.divide(part[1])
            return await self._claim((platform,), limit, part) if limit else []

        return Lane(claim, self, limiter)

    async def run_once(self) -> int:
        """Attempt everything that is due now, one batch; returns how many there were."""
        batch = await self._claim(tuple(self._platforms), _BATCH, _EVERYTHING)
        gate = asyncio.Semaphore(AT_ONCE)

        async def attempted(claimed: Claimed) -> None:
            ended = await self.attempt(claimed, gate)
            if ended is not None:
                await self.record(claimed, ended)

        await asyncio.gather(*map(attempted, batch))
        return len(batch)

    async def _claim(self, platforms: Sequence[str], limit: int, part: Partition) -> list[Claimed]:
        now = self._now()
        work = partial(
            claim_editions,
            worker=self._worker,
            now=now,
            lease=LEASE,
            limit=limit,
            platforms=platforms,
            part=part,
            known=self._replies.known(),
        )
        held, editions = await self._database.run(work)
        self._replies.keep(editions, {delivery.edition_id for delivery in held})
        if held:
            self._checkpoint("claimed")
        return [self._claimed(delivery, now) for delivery in held]

    def _claimed(self, delivery: Delivery, now: datetime) -> Claimed:
        reply, daily = self._replies.get(delivery.edition_id)
        return Claimed(delivery, reply, now, daily)

    # -- the steps of one delivery ------------------------------------------------------------------------------------

    async def attempt(self, claimed: Claimed, gate: asyncio.Semaphore) -> AttemptResult | None:
        """How the attempt ended; None where it may not be made, as another worker has taken over."""
        delivery = claimed.delivery
        if claimed.reply is None:
            reason = "What was to be posted cannot be read: it was written by another version of newsbot."
            return AttemptResult(Settlement(delivery.id, "failed", self._now(), reason))
        if not await self._sender.may_send(delivery):
            return AttemptResult(await self._sender.settle_unclear(delivery))
        if self._judge is not None and _leaves_late(delivery, self._now()):
            lateness = await self._judge(delivery)
            if lateness.skipped:
                return AttemptResult(Settlement(delivery.id, "skipped", self._now(), lateness.skipped))
            delivery = replace(delivery, label=lateness.label)
        results: tuple[Block, ...] = ()
        if claimed.daily and self._results is not None:
            results = await self._results.of(delivery, claimed.daily)
            self._checkpoint("asked")
        if not await self._settlements.begin(delivery.id):
            return None
        self._checkpoint("sending")
        async with gate:
            # A process that was suspended meanwhile has lost its lease, and another worker may have sent it.
            if self._now() - claimed.at > LEASE - _MARGIN:
                return None
            reply = self._replies.decorated(delivery, claimed.reply, self._now(), claimed.daily, results)
            ended = await self._sender.send(delivery, reply)
        if ended.settlement.state == "sent":
            self._checkpoint("sent")
        return ended

    async def record(self, claimed: Claimed, ended: AttemptResult) -> None:
        """Note how an attempt ended. Where the database is away, the lease runs out and the key guards the repeat."""
        await self._settlements.settle(ended.settlement, self._after_refusal(claimed.delivery, ended))
        self._checkpoint("settled")

    def _after_refusal(self, delivery: Delivery, ended: AttemptResult) -> Also | None:
        """What else is to happen where a platform refuses a digest."""
        if self._on_refused is None or not ended.is_refused or delivery.subscription is None:
            return None
        return partial(self._tell, delivery, ended.settlement)

    async def _tell(self, delivery: Delivery, settlement: Settlement, tx: Transaction) -> None:
        assert self._on_refused is not None
        await self._on_refused(tx, delivery, settlement.reason, settlement.fix)

    async def give_back(self, claimed: Claimed) -> None:
        """Let whoever comes next have it without waiting for the lease."""
        delivery = claimed.delivery
        is_clear = delivery.sending_since is None
        again = Settlement(
            delivery.id, "due", self._now(), delivery.reason, retry_at=delivery.retry_at, is_clear=is_clear
        )
        await self._settlements.settle(again)


def _leaves_late(delivery: Delivery, now: datetime) -> bool:
    """Whether a slot that nothing left for yet, and that is not known to be late, leaves long after its time."""
    is_slot = delivery.subscription is not None and delivery.slot != ON_REQUEST
    return is_slot and not delivery.label and delivery.sending_since is None and now - delivery.due_at > LATE
