"""The outbox worker: takes messages from the outbox to their platforms, each once, whatever dies in between."""

import asyncio
import logging
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from datetime import datetime, timedelta
from random import Random

from newsbot.errors import StorageError
from newsbot.messages.cards import Block
from newsbot.messages.platform import Platform
from newsbot.outbox.attempts import AttemptResult, Sender
from newsbot.outbox.before_send import GatheredResults
from newsbot.outbox.decorate import ReplyCache
from newsbot.outbox.hooks import BeforeSend, DecideLate, Lateness, OnRefused
from newsbot.outbox.lane import AT_ONCE, Claimed, Lane
from newsbot.outbox.membership import Partition, WorkerMembership
from newsbot.outbox.rate_limit import Rate, RateLimiter
from newsbot.outbox.settlements import Also, SettlementWriter
from newsbot.schedule.clock import duration_words
from newsbot.storage.database import Database
from newsbot.storage.outbox import StoredEdition
from newsbot.storage.records import Delivery, Settlement
from newsbot.storage.transaction import Transaction
from newsbot.tasks import Checkpoint, no_checkpoint

log = logging.getLogger(__name__)

LEASE = timedelta(seconds=90)  # longer than any platform takes over one message, or gives up on it
_MARGIN = timedelta(seconds=25)  # longer than a request takes
_BATCH = 100
_EVERYTHING: Partition = (0, 1)
_BEHIND = timedelta(minutes=10)  # longer than ten thousand messages take that are due in one minute
_LOOK_EVERY = timedelta(seconds=5)  # at what is due, for `health`
_LOOK_SECONDS = 1.0  # that such a look may take


class OutboxWorker:
    """Empties the outbox. Any number of workers, in any number of processes, may share one."""

    def __init__(
        self,
        database: Database,
        platforms: Mapping[str, Platform],
        worker: str,
        now: Callable[[], datetime],
        random: Random,
        checkpoint: Checkpoint = no_checkpoint,
        *,
        paces: Mapping[str, Rate] | None = None,
        on_refused: OnRefused | None = None,
        on_gone: OnRefused | None = None,
        decide_late: DecideLate | None = None,
        before_send: BeforeSend | None = None,
    ) -> None:
        """`worker` names this one among all. `checkpoint` is called at each step; drills end the process there.

        `paces` limit how fast all workers together post to a platform. The other four are hooks: see
        `newsbot.outbox.hooks`.
        """
        self._database = database
        self._platforms = platforms
        self._worker = worker
        self._now = now
        self._random = random
        self._checkpoint = checkpoint
        self._paces = paces or {}
        self._on_refused = on_refused
        self._on_gone = on_gone or on_refused
        self._decide_late = decide_late
        self._results = GatheredResults(before_send) if before_send else None
        self._sender = Sender(platforms, now, random)
        self._settlements = SettlementWriter(database, worker, now)
        self._replies = ReplyCache()
        self._lanes: list[Lane] = []
        self._health = "ok"
        self._looked_at: datetime | None = None

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
            partition = await workers.partition()
            limiter.divide(partition[1])
            return await self._claim((platform,), limit, partition) if limit else []

        return Lane(platform, claim, self, limiter, self._random)

    async def health(self) -> str:
        """ "ok", or since when a message to one of this worker's platforms waits that could leave.

        It looks at the outbox at most every few seconds.
        """
        now = self._now()
        if self._looked_at is None or not timedelta(0) <= now - self._looked_at < _LOOK_EVERY:
            self._looked_at = now
            self._health = await self._look_for_oldest(now)
        return self._health

    async def _look_for_oldest(self, now: datetime) -> str:
        platforms = tuple(self._platforms)
        try:
            oldest = await self._database.read(
                lambda tx: tx.deliveries.oldest_due(platforms, now), within=_LOOK_SECONDS
            )
        except StorageError as error:
            return str(error)
        if oldest is None or now - oldest <= _BEHIND:
            return "ok"
        return f"the oldest message that could leave has waited for {duration_words(now - oldest)}"

    async def run_once(self) -> int:
        """Attempt everything that is due now, one batch; returns how many there were."""
        batch = await self._claim(tuple(self._platforms), _BATCH, _EVERYTHING)
        gate = asyncio.Semaphore(AT_ONCE)

        async def deliver(claimed: Claimed) -> None:
            ended = await self.attempt(claimed, gate)
            if ended is not None:
                await self.record(claimed, ended)

        await asyncio.gather(*map(deliver, batch))
        return len(batch)

    async def _claim(self, platforms: Sequence[str], limit: int, partition: Partition) -> list[Claimed]:
        now, known = self._now(), self._replies.edition_ids()

        def claim(tx: Transaction) -> tuple[tuple[Delivery, ...], dict[int, StoredEdition]]:
            return tx.deliveries.claim_with_editions(self._worker, now, LEASE, limit, platforms, partition, known)

        leased, editions = await self._database.write(claim)
        self._replies.store(editions, {delivery.edition_id for delivery in leased})
        if leased:
            self._checkpoint("claimed")
        return [self._with_reply(delivery, now) for delivery in leased]

    def _with_reply(self, delivery: Delivery, now: datetime) -> Claimed:
        reply, anchor = self._replies.get(delivery.edition_id)
        return Claimed(delivery, reply, now, anchor)

    # -- the steps of one delivery ------------------------------------------------------------------------------------

    async def attempt(self, claimed: Claimed, gate: asyncio.Semaphore) -> AttemptResult | None:
        """How the attempt ended; None where it may not be made, as another worker has taken over."""
        delivery = claimed.delivery
        if claimed.reply is None:
            reason = "What was to be posted cannot be read: it was written by another version of newsbot."
            return AttemptResult(Settlement(delivery.id, "failed", self._now(), reason))
        if not await self._sender.may_send(delivery):
            return AttemptResult(await self._sender.settle_unclear(delivery))
        late = await self._decide_late(delivery) if self._decide_late else Lateness()
        if late.skipped:
            return AttemptResult(Settlement(delivery.id, "skipped", self._now(), late.skipped))
        results: tuple[Block, ...] = ()
        is_digest = delivery.subscription is not None
        if self._results is not None and (claimed.anchor or is_digest):
            results = await self._results.of(delivery, claimed.anchor)
            self._checkpoint("asked")
        if not await self._settlements.begin(delivery.id):
            return None
        self._checkpoint("sending")
        async with gate:
            # A process that was suspended meanwhile has lost its lease, and another worker may have sent it.
            if self._now() - claimed.at > LEASE - _MARGIN:
                return None
            label = delivery.label or late.label
            reply = self._replies.decorate(delivery, claimed.reply, label, claimed.anchor, results)
            ended = await self._sender.send(delivery, reply)
        if ended.settlement.state == "sent":
            self._checkpoint("sent")
        return ended

    async def record(self, claimed: Claimed, ended: AttemptResult) -> None:
        """Note how an attempt ended. Where the database is away, the lease runs out and the key guards the repeat."""
        await self._settlements.settle(ended.settlement, self._after_refusal(claimed.delivery, ended))
        self._checkpoint("settled")

    def _after_refusal(self, delivery: Delivery, ended: AttemptResult) -> Also | None:
        """What else is to happen where a platform refuses a message."""
        hook, settlement = self._on_gone if ended.is_gone else self._on_refused, ended.settlement
        if hook is None or not ended.is_refused:
            return None
        return lambda tx: hook(tx, delivery, settlement.reason, settlement.fix)

    async def give_back(self, claimed: Claimed) -> None:
        """End the lease early, so that another worker need not wait for it."""
        delivery = claimed.delivery
        is_clear = delivery.sending_since is None
        again = Settlement(
            delivery.id, "due", self._now(), delivery.reason, retry_at=delivery.retry_at, is_clear=is_clear
        )
        await self._settlements.settle(again)
