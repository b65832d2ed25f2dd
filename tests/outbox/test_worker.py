"""The outbox worker on both databases: slow messages hold up nobody, notes go in groups, workers share the channels."""

import asyncio
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from functools import partial
from random import Random

import pytest

from newsbot.digests.late_policy import LatePolicy
from newsbot.errors import PostLater, PostRefused, PostUnclear, StorageUnavailable
from newsbot.messages.actions import Action
from newsbot.messages.budgets import DISCORD
from newsbot.messages.cards import Block, Button, Buttons, Card, Reply, Rule, text
from newsbot.messages.plain import plain_card
from newsbot.messages.requests import Place
from newsbot.outbox.attempts import AttemptResult
from newsbot.outbox.enqueue import encode_reply, enqueue_edition, store_edition
from newsbot.outbox.hooks import OnRefused
from newsbot.outbox.lane import Claimed, Lane
from newsbot.outbox.membership import ALIVE, RENEWED, Partition, WorkerMembership
from newsbot.outbox.rate_limit import Rate, RateLimiter
from newsbot.outbox.settlements import SettlementWriter
from newsbot.outbox.worker import OutboxWorker
from newsbot.platforms.memory.adapter import MemoryPlatform
from newsbot.storage.database import Database
from newsbot.storage.records import Delivery, NewDelivery, Settlement
from newsbot.storage.transaction import Transaction
from tests.clock import Clock
from tests.discord.loopback import LoopbackDiscord
from tests.outbox.posting import post
from tests.patience import PATIENCE

START = datetime(2026, 1, 27, 9, 0, tzinfo=UTC)
LEASE = timedelta(seconds=90)
REPLY = Reply(Card("Hello", (text("A post."),)))


class Wall(MemoryPlatform):
    """A platform whose messages a test waits for."""

    def __init__(self, name: str = "wall") -> None:
        super().__init__(name, lambda: START, budget=DISCORD, window=timedelta(minutes=3))

    async def wait_posts(self, wanted: int) -> None:
        """Wait until so many posts stand here."""
        async with asyncio.timeout(PATIENCE):
            await self.wait_for(lambda: len(self.messages) >= wanted)

    async def wait_attempts(self, wanted: int) -> None:
        """Wait until so many posts were tried."""
        async with asyncio.timeout(PATIENCE):
            await self.wait_for(lambda: len(self.attempts) >= wanted)


def new(
    key: str, channel: str = "", subscription: int | None = None, mention: str = "", label: str = ""
) -> NewDelivery:
    """A delivery for the wall; each in a channel of its own unless one is named."""
    return NewDelivery(key, Place("wall", "", channel or key), START, subscription, mention=mention, label=label)


async def put(database: Database, *fresh: NewDelivery) -> None:
    await put_reply(database, encode_reply(REPLY), "", *fresh)


async def put_reply(database: Database, body: str, anchor: str, *fresh: NewDelivery) -> None:
    def write(tx: Transaction) -> None:
        enqueue_edition(tx, store_edition(tx, body, START, anchor=anchor), fresh)

    await database.write(write)


async def found(database: Database, key: str) -> Delivery:
    delivery = await database.read(lambda tx: tx.deliveries.by_key(key))
    assert delivery is not None
    return delivery


async def counts(database: Database) -> dict[str, int]:
    return await database.read(lambda tx: tx.deliveries.counts())


@asynccontextmanager
async def running(*outbox_workers: OutboxWorker) -> AsyncIterator[None]:
    """Outbox workers at work, told to stop at the end."""
    stop = asyncio.Event()
    tasks = [asyncio.create_task(outbox_worker.run(stop)) for outbox_worker in outbox_workers]
    try:
        yield
    finally:
        stop.set()
        async with asyncio.timeout(PATIENCE):
            await asyncio.gather(*tasks)


def outbox_worker_of(
    database: Database,
    wall: Wall,
    worker: str = "w",
    now: Callable[[], datetime] = lambda: START,
    on_refused: OnRefused | None = None,
) -> OutboxWorker:
    return OutboxWorker(database, {"wall": wall}, worker, now, Random(1), on_refused=on_refused)


# -- the pipeline -------------------------------------------------------------------------------------------------


async def test_one_slow_message_holds_up_no_other(database: Database) -> None:
    wall = Wall()
    release = wall.hold("slow")
    await put(database, new("slow"), *(new(f"quick-{number}") for number in range(250)))
    async with running(outbox_worker_of(database, wall)):
        await wall.wait_posts(250)
        assert "slow" not in wall.keys
        release.set()
        await wall.wait_posts(251)
    assert await counts(database) == {"sent": 251}


async def test_what_is_put_there_while_it_runs_leaves_at_once(database: Database) -> None:
    wall = Wall()
    outbox_worker = outbox_worker_of(database, wall)
    async with running(outbox_worker):
        await post(database, outbox_worker, "first", Place("wall", "", "news"), REPLY, START)
        await wall.wait_posts(1)
        await post(database, outbox_worker, "second", Place("wall", "", "news"), REPLY, START)
        await wall.wait_posts(2)
    assert wall.keys == ["first", "second"]


async def test_a_full_lane_on_one_platform_is_not_in_the_way_of_another(database: Database) -> None:
    slow, quick = Wall("slow"), Wall()
    keys = [f"s-{number}" for number in range(300)]
    release = slow.hold(*keys)
    await put(database, *(NewDelivery(key, Place("slow", "", key), START) for key in keys), new("quick"))
    outbox_worker = OutboxWorker(database, {"slow": slow, "wall": quick}, "w", lambda: START, Random(1))
    async with running(outbox_worker):
        await quick.wait_posts(1)
        release.set()
        await slow.wait_posts(300)
    assert (quick.keys, sorted(slow.keys)) == (["quick"], sorted(keys))


async def test_what_was_not_begun_when_it_ends_is_free_at_once(database: Database) -> None:
    wall = Wall()
    keys = [f"k-{number}" for number in range(300)]
    release = wall.hold(*keys)
    await put(database, *map(new, keys))
    gone = asyncio.create_task(outbox_worker_of(database, wall, "gone").run(asyncio.Event()))
    await wall.wait_attempts(32)
    gone.cancel()
    release.set()
    await asyncio.gather(gone, return_exceptions=True)
    left = await counts(database)
    assert left == {"sent": len(wall.messages), "due": 300 - len(wall.messages)}
    assert left["due"] > 0


async def test_an_edition_that_cannot_be_read_fails_alone(database: Database) -> None:
    wall = Wall()
    await put_reply(database, "{", "", new("broken"))
    await put(database, new("good"))
    assert await outbox_worker_of(database, wall).run_once() == 2
    assert (wall.keys, (await found(database, "broken")).state) == (["good"], "failed")


async def test_a_limit_after_an_unclear_attempt_does_not_make_it_clear(database: Database) -> None:
    """The first attempt may stand there: what nothing remembers in ten minutes must not be sent again."""
    wall, clock = Wall(), Clock(START)
    wall.fail(PostUnclear("It broke."), key="k", times=1)
    wall.fail(PostLater("Slow down.", 600.0), key="k", times=1)
    await put(database, new("k"))
    outbox_worker = outbox_worker_of(database, wall, now=clock)
    await outbox_worker.run_once()
    clock.at += timedelta(seconds=5)
    await outbox_worker.run_once()
    assert ((await found(database, "k")).state, wall.looked_up, wall.messages) == ("unknown", ["k"], [])


# -- what nobody foresaw, and what waits ---------------------------------------------------------------------------


class Breaking(RateLimiter):
    """A pace that breaks the first time it is asked."""

    def __init__(self) -> None:
        super().__init__(None)
        self.turns = 0

    async def turn(self) -> None:
        self.turns += 1
        if self.turns == 1:
            raise ZeroDivisionError("nobody foresaw this")


class Delivering:
    """Steps that note what was delivered, and set `is_over` at the third."""

    def __init__(self) -> None:
        self.keys: list[str] = []
        self.is_over = asyncio.Event()

    async def attempt(self, claimed: Claimed, gate: asyncio.Semaphore) -> AttemptResult | None:
        self.keys.append(claimed.delivery.key)
        if len(self.keys) == 3:
            self.is_over.set()
        return None

    async def record(self, claimed: Claimed, ended: AttemptResult) -> None:
        raise AssertionError("nothing ended")

    async def give_back(self, claimed: Claimed) -> None:
        raise AssertionError("everything was begun")


async def test_a_lane_goes_on_after_something_unforeseen_and_says_so(
    database: Database, caplog: pytest.LogCaptureFixture
) -> None:
    waiting = [Claimed(each, REPLY, START) for each in await _held(database, "a", "b", "c")]

    async def claim(limit: int) -> list[Claimed]:
        given, waiting[:] = waiting[:limit], waiting[limit:]
        return given

    steps, stop = Delivering(), asyncio.Event()
    lane = asyncio.create_task(Lane("wall", claim, steps, Breaking(), Random(1)).run(stop))
    async with asyncio.timeout(PATIENCE):
        await steps.is_over.wait()
        stop.set()
        await lane
    assert steps.keys == ["a", "b", "c"]
    assert "the lane of wall goes on" in caplog.text


async def test_the_health_of_the_outbox_tells_how_long_the_oldest_message_waits(database: Database) -> None:
    wall, clock = Wall(), Clock(START)
    outbox_worker = outbox_worker_of(database, wall, now=clock)
    await put(database, new("old"), NewDelivery("elsewhere", Place("other", "", "c"), START - timedelta(hours=1)))
    assert await outbox_worker.health() == "ok"
    clock.advance(timedelta(minutes=12))
    await put(database, replace(new("fresh"), due_at=clock.at, is_awaited=True))
    assert await outbox_worker.health() == "the oldest message that could leave has waited for 12 minutes"
    await outbox_worker.run_once()
    assert "12 minutes" in await outbox_worker.health()  # it looked a moment ago
    clock.advance(timedelta(seconds=5))
    assert await outbox_worker.health() == "ok"


# -- notes in groups ----------------------------------------------------------------------------------------------


async def _held(database: Database, *keys: str) -> Sequence[Delivery]:
    await put(database, *map(new, keys))
    return await database.write(lambda tx: tx.deliveries.claim("w", START, LEASE, 100, ("wall",)))


async def test_a_note_that_breaks_leaves_the_others_right(database: Database) -> None:
    held = await _held(database, "a", "b", "c", "d")
    ledger = SettlementWriter(database, "w", lambda: START)

    def breaks(tx: Transaction) -> None:
        tx.deliveries.add_edition("{}", "v", datetime(2026, 1, 1))  # it takes none without a zone

    settled = [Settlement(each.id, "failed" if each.key == "b" else "sent", START) for each in held[:3]]
    written = await asyncio.gather(
        *(ledger.settle(each, breaks if each.state == "failed" else None) for each in settled), ledger.begin(held[3].id)
    )
    assert written == [True, True, True, True]
    assert [(await found(database, key)).state for key in "abcd"] == ["sent", "failed", "sent", "sending"]


async def test_while_the_database_is_away_notes_are_tried_again(database: Database) -> None:
    (delivery,) = await _held(database, "a")
    away = [StorageUnavailable("locked"), StorageUnavailable("locked")]

    def with_it(tx: Transaction) -> None:
        del tx
        if away:
            raise away.pop()

    assert await SettlementWriter(database, "w", lambda: START, (0.0, 0.0)).settle(
        Settlement(delivery.id, "sent", START), with_it
    )
    assert (await found(database, "a")).state == "sent"


async def test_notes_that_cannot_be_written_let_nobody_wait_for_ever(database: Database) -> None:
    held = await _held(database, "a", "b")

    def away(tx: Transaction) -> None:
        del tx
        raise StorageUnavailable("The disk is full.")

    ledger = SettlementWriter(database, "w", lambda: START, (0.0,))
    notes = ledger.settle(Settlement(held[0].id, "sent", START), away), ledger.begin(held[1].id)
    assert list(await asyncio.gather(*notes)) == [False, False]
    assert {(await found(database, key)).state for key in "ab"} == {"leased"}


# -- several workers ----------------------------------------------------------------------------------------------


async def test_four_outbox_workers_at_once_keep_the_order_of_each_channel(database: Database) -> None:
    wall = Wall()
    await put(database, *(new(f"{number:03}", f"channel-{number % 12}") for number in range(120)))
    async with running(*(outbox_worker_of(database, wall, f"w{number}") for number in range(4))):
        await wall.wait_posts(120)
    assert len(set(wall.keys)) == len(wall.keys) == 120
    for channel in {message.place.channel for message in wall.messages}:
        keys = [message.key for message in wall.in_channel(channel)]
        assert keys == sorted(keys)


async def test_the_channels_are_divided_among_the_live_and_a_dead_ones_part_is_taken_over(database: Database) -> None:
    clock = Clock(START)
    workers = {name: WorkerMembership(database, "wall", name, clock) for name in "abc"}
    for worker in workers.values():
        await worker.partition()
    clock.at += RENEWED
    assert [await worker.partition() for worker in workers.values()] == [(0, 3), (1, 3), (2, 3)]
    await workers["a"].leave()
    clock.at += RENEWED
    assert [await workers[name].partition() for name in "bc"] == [(0, 2), (1, 2)]
    clock.at += ALIVE  # b is silent
    assert await workers["c"].partition() == (0, 1)


def _claim_part(tx: Transaction, worker: str, part: Partition, limit: int = 100) -> tuple[Delivery, ...]:
    return tx.deliveries.claim(worker, START, LEASE, limit, ("wall",), part)


async def test_each_part_is_claimed_by_its_worker_alone(database: Database) -> None:
    await put(database, *(new(f"k-{number}") for number in range(60)))
    claimed = []
    for index in range(3):
        claim = partial(_claim_part, worker=f"w{index}", part=(index, 3))
        claimed.append(await database.write(claim))
    assert all({each.shard % 3 for each in part} == {index} for index, part in enumerate(claimed))
    assert sum(map(len, claimed)) == 60


async def test_what_people_wait_for_is_claimed_by_any_worker_and_before_what_fills_the_queue(
    database: Database,
) -> None:
    """The channels of a worker that was just killed are still its own for half a minute: a game cannot wait so long."""
    await put(database, *(new(f"k-{number}") for number in range(20)))
    await put(database, *(replace(new(f"q-{number}"), is_awaited=True) for number in range(9)))
    claimed = await database.write(lambda tx: _claim_part(tx, "w1", (1, 3), 9))
    assert {each.key for each in claimed} == {f"q-{number}" for number in range(9)}
    assert {each.shard % 3 for each in claimed} != {1}


async def test_a_worker_leaves_the_channels_of_another_live_one_alone(database: Database) -> None:
    wall = Wall()
    other = WorkerMembership(database, "wall", "another", lambda: START)
    await other.partition()
    await put(database, *(new(f"k-{number}") for number in range(40)))
    await database.write(lambda tx: tx.leases.take("worker:wall:w", "w", START, ALIVE))
    mine = {key for key in (f"k-{n}" for n in range(40)) if (await found(database, key)).shard % 2 == 1}
    async with running(outbox_worker_of(database, wall)):
        await wall.wait_posts(len(mine))
    assert set(wall.keys) == mine


# -- the pace -----------------------------------------------------------------------------------------------------


class Seconds:
    """Seconds that pass only by sleeping."""

    def __init__(self) -> None:
        self.now = 100.0

    async def sleep(self, seconds: float) -> None:
        self.now += seconds


@pytest.mark.parametrize(("workers", "seconds"), [(1, 10.0), (4, 40.0)])
async def test_each_worker_keeps_its_share_of_the_pace(workers: int, seconds: float) -> None:
    time = Seconds()
    limiter = RateLimiter(Rate(20), lambda: time.now, time.sleep)
    limiter.divide(workers)
    for _ in range(201):
        await limiter.turn()
    assert time.now - 100.0 == pytest.approx(seconds, abs=0.3)
    assert limiter.within(30) == 600 // workers


async def test_after_a_quiet_time_only_a_few_leave_at_once() -> None:
    time = Seconds()
    limiter = RateLimiter(Rate(40), lambda: time.now, time.sleep)
    await limiter.turn()
    time.now += 3_600
    before = time.now
    for _ in range(50):
        await limiter.turn()
    assert time.now - before >= 0.9


async def test_without_a_pace_nobody_waits() -> None:
    limiter = RateLimiter(None)
    await limiter.turn()
    assert limiter.within(30) is None
    with pytest.raises(ValueError, match="no rate"):
        Rate(0)


# -- what stands in front, and what a refusal does ----------------------------------------------------------------


async def test_an_edition_is_one_object_with_each_lead_made_once(database: Database) -> None:
    wall = Wall()
    leads = [("", ""), ("", ""), ("7", ""), ("7", ""), ("7", "late: the bot was down"), ("", "late: the bot was down")]
    await put(database, *(new(f"k{n}", mention=who, label=why) for n, (who, why) in enumerate(leads)))
    await outbox_worker_of(database, wall).run_once()
    shown = {message.key: message.card for message in wall.messages}
    assert shown["k0"] is shown["k1"]
    assert shown["k2"] is shown["k3"]
    assert "late: the bot was down" in plain_card(shown["k4"])
    assert [len(shown[f"k{n}"].blocks) for n in range(6)] == [1, 1, 2, 2, 3, 2]


@pytest.mark.parametrize(("minutes", "says"), [(5, ""), (14, "late: posted 14 minutes after its time")])
async def test_a_digest_that_leaves_late_says_so(database: Database, minutes: int, says: str) -> None:
    wall, clock = Wall(), Clock(START)
    await put(database, new("digest", subscription=1), new("other"))
    clock.at += timedelta(minutes=minutes)
    late = LatePolicy(database, clock)
    await OutboxWorker(database, {"wall": wall}, "w", clock, Random(1), decide_late=late.decide).run_once()
    shown = {message.key: plain_card(message.card) for message in wall.messages}
    assert says in shown["digest"]
    assert ("late" in shown["digest"], "late" in shown["other"]) == (bool(says), False)


async def test_a_refused_digest_and_what_follows_from_it_are_one_transaction(database: Database) -> None:
    wall = Wall()
    wall.fail(PostRefused("No.", "Allow it."), key="digest")
    told: list[tuple[str, str, str]] = []

    def on_refused(tx: Transaction, delivery: Delivery, reason: str, fix: str) -> None:
        seen = tx.deliveries.get(delivery.id)
        assert seen is not None
        told.append((seen.state, reason, fix))
        enqueue_edition(tx, delivery.edition_id, [new("notice")])

    await put(database, new("digest", subscription=1))
    outbox_worker = outbox_worker_of(database, wall, on_refused=on_refused)
    await outbox_worker.run_once()
    assert told == [("failed", "No.", "Allow it.")]
    assert (await found(database, "notice")).state == "due"
    assert await outbox_worker.run_once() == 1


async def test_where_what_follows_breaks_the_refusal_is_kept_all_the_same(database: Database) -> None:
    wall = Wall()
    wall.fail(PostRefused("No.", "Allow it."), key="digest")

    def on_refused(tx: Transaction, delivery: Delivery, reason: str, fix: str) -> None:
        enqueue_edition(tx, delivery.edition_id, [new("notice")])
        raise ValueError(f"{reason} {fix}")

    await put(database, new("digest", subscription=1))
    await outbox_worker_of(database, wall, on_refused=on_refused).run_once()
    assert await counts(database) == {"failed": 1}


# -- results of an earlier question ------------------------------------------------------------------------------


class Told:
    """Results of earlier questions by channel, with what was asked for at once; it fails as it is told."""

    def __init__(self, **by_channel: str) -> None:
        self.by_channel = by_channel
        self.batches: list[list[tuple[str, str]]] = []
        self.failing: list[Exception] = []
        self.spoilt = ""
        self.entered = asyncio.Event()
        self.release = asyncio.Event()
        self.release.set()

    async def of(self, leaving: Sequence[tuple[Delivery, str]]) -> Mapping[int, tuple[Block, ...]]:
        self.batches.append([(delivery.key, daily) for delivery, daily in leaving])
        self.entered.set()
        await self.release.wait()
        if self.failing:
            raise self.failing.pop(0)
        if self.spoilt in [delivery.key for delivery, _ in leaving]:
            raise ValueError("damaged")
        found = ((delivery.id, self.by_channel.get(delivery.place.channel)) for delivery, _ in leaving)
        return {number: (text(words),) for number, words in found if words}


ASKING = Card("Hello", (text("A post."), Rule(), text("Which?"), Buttons((Button("A", Action("pick", ("d1", "0"))),))))


async def put_asking(database: Database, *fresh: NewDelivery) -> None:
    """Put deliveries of an edition that asks the question d1."""
    await put_reply(database, encode_reply(Reply(ASKING)), "d1", *fresh)


def telling(database: Database, wall: Wall, told: Told) -> OutboxWorker:
    """An outbox worker that asks for results."""
    return OutboxWorker(database, {"wall": wall}, "w", lambda: START, Random(1), before_send=told.of)


async def test_results_stand_below_the_question_of_those_editions_alone_that_ask_one(database: Database) -> None:
    wall, told = Wall(), Told(a="Two were right.", plain="Nobody asked.")
    await put_asking(database, new("a"), new("b"), new("c"))
    await put(database, new("plain"))
    await telling(database, wall, told).run_once()
    shown = {message.key: message.card for message in wall.messages}
    assert plain_card(shown["a"]).index("Two were right.") > plain_card(shown["a"]).index("Which?")
    assert shown["b"] is shown["c"]
    assert "right" not in plain_card(shown["b"]) + plain_card(shown["plain"])
    assert {each for batch in told.batches for each in batch} == {("a", "d1"), ("b", "d1"), ("c", "d1")}


async def test_channels_with_the_same_results_share_one_object(database: Database) -> None:
    wall, told = Wall(), Told(a="Nobody answered.", b="Nobody answered.", c="One answered.")
    await put_asking(database, new("a"), new("b"), new("c"))
    await telling(database, wall, told).run_once()
    shown = {message.key: message.card for message in wall.messages}
    assert shown["a"] is shown["b"]
    assert "One answered." in plain_card(shown["c"])


async def test_results_of_many_channels_are_asked_for_together(database: Database) -> None:
    wall, told = Wall(), Told()
    told.release.clear()
    await put_asking(database, *(new(f"k-{number}") for number in range(100)))
    async with asyncio.TaskGroup() as group:
        group.create_task(telling(database, wall, told).run_once())
        async with asyncio.timeout(PATIENCE):
            await told.entered.wait()
        told.release.set()
    assert [len(batch) for batch in told.batches] == [100]
    assert len(wall.messages) == 100


async def test_a_digest_leaves_without_results_that_cannot_be_had_and_the_others_with_theirs(
    database: Database,
) -> None:
    wall, told = Wall(), Told(a="Two were right.", b="Three were right.")
    told.spoilt = "b"
    told.failing = [StorageUnavailable("locked")]
    await put_asking(database, new("a"), new("b"))
    await telling(database, wall, told).run_once()
    shown = {message.key: plain_card(message.card) for message in wall.messages}
    assert "Two were right." in shown["a"]
    assert "right" not in shown["b"]
    assert await counts(database) == {"sent": 2}


async def test_results_whose_buttons_clash_with_the_digest_are_left_out(database: Database) -> None:
    class Clashing(Told):
        async def of(self, leaving: Sequence[tuple[Delivery, str]]) -> Mapping[int, tuple[Block, ...]]:
            return {delivery.id: ASKING.blocks[3:] for delivery, _ in leaving}

    wall = Wall()
    await put_asking(database, new("a"))
    await telling(database, wall, Clashing()).run_once()
    assert [message.card for message in wall.messages] == [ASKING]


# -- through the real client --------------------------------------------------------------------------------------


async def test_a_fan_out_over_discord_stands_once_in_each_channel(database: Database) -> None:
    from newsbot.platforms.discord._library import use_server
    from newsbot.platforms.discord.adapter import DiscordPlatform
    from newsbot.platforms.discord.login import Login
    from newsbot.platforms.discord.renderer import MessageRenderer
    from tests.discord.test_posting import Drawn

    async def not_published(place: Place) -> bool:
        del place
        return False

    async with LoopbackDiscord() as server:
        use_server(server.api_url, server.gateway_url)
        channels = [server.world.add_channel(server.world.add_guild("g"), f"c{number}") for number in range(80)]
        login = Login(server.token)
        platform = DiscordPlatform(login.http, MessageRenderer(Drawn()), not_published)
        fresh = [NewDelivery(f"d-{each.id}", Place("discord", "", str(each.id)), START) for each in channels]
        await put(database, *fresh)
        async with running(OutboxWorker(database, {"discord": platform}, "w", lambda: START, Random(1))):
            await server.wait_for(lambda: all(server.messages(each) for each in channels), timeout=PATIENCE)
        await login.close()
        assert {len(server.messages(each)) for each in channels} == {1}
    assert await counts(database) == {"sent": 80}
