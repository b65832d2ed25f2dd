"""The outbox worker on both databases: slow messages hold up nobody, notes go in groups, workers share the channels."""

import asyncio
import json
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from random import Random

import pytest

from newsbot.errors import PostLater, PostRefused, PostUnclear, StorageUnavailable
from newsbot.messages.actions import Action
from newsbot.messages.budgets import DISCORD
from newsbot.messages.cards import Block, Button, Buttons, Card, Reply, Rule, text
from newsbot.messages.codec import reply_to_json
from newsbot.messages.platform import Capabilities, Posted
from newsbot.messages.requests import Place
from newsbot.outbox.membership import ALIVE, RENEWED, WorkerMembership
from newsbot.outbox.rate_limit import Rate, RateLimiter
from newsbot.outbox.settlements import SettlementWriter
from newsbot.outbox.worker import NewPost, OnRefused, OutboxWorker
from newsbot.storage.database import Database, Transaction
from newsbot.storage.records import Delivery, NewDelivery, Settlement
from tests.discord.loopback import LoopbackDiscord

START = datetime(2026, 1, 27, 9, 0, tzinfo=UTC)
LEASE = timedelta(seconds=90)
REPLY = Reply(Card("Hello", (text("A post."),)))
DEADLINE = 20.0


class Clock:
    """A clock that a test moves."""

    def __init__(self) -> None:
        self.at = START

    def now(self) -> datetime:
        return self.at


class Wall:
    """A platform in memory: posts stand on it in the order they came; what is said to go wrong does."""

    name = "wall"
    budget = DISCORD

    def __init__(self) -> None:
        self.posts: list[tuple[str, str, Reply]] = []
        self.entered = 0
        self.changed = asyncio.Condition()
        self.hanging: dict[str, asyncio.Event] = {}
        self.failing: dict[str, list[Exception]] = {}
        self.window = timedelta(minutes=3)
        self.settle_unclear: list[str] = []

    async def post(self, place: Place, reply: Reply, key: str) -> Posted:
        async with self.changed:
            self.entered += 1
            self.changed.notify_all()
        if key in self.hanging:
            await self.hanging[key].wait()
        await asyncio.sleep(0)
        if self.failing.get(key):
            raise self.failing[key].pop(0)
        async with self.changed:
            self.posts.append((place.channel, key, reply))
            self.changed.notify_all()
        return Posted(place, key)

    async def dedupe_window(self, place: Place) -> timedelta:
        del place
        return self.window

    async def find_posted(self, place: Place, key: str, since: datetime) -> Posted | None:
        del place, since
        self.settle_unclear.append(key)
        return None

    async def edit(self, posted: Posted, reply: Reply) -> Posted:
        del reply
        return posted

    async def delete(self, posted: Posted) -> None:
        del posted

    async def thread(self, posted: Posted, title: str) -> Place | None:
        del posted, title
        return None

    async def capabilities(self, place: Place) -> Capabilities:
        del place
        return Capabilities(post=True, pictures=True, edit=True, threads=True)

    @property
    def keys(self) -> list[str]:
        return [key for _, key, _ in self.posts]

    async def count(self, wanted: int, counted: Callable[[], int] | None = None) -> None:
        """Wait until so many posts stand here, or `counted` counts so many."""
        async with asyncio.timeout(DEADLINE), self.changed:
            await self.changed.wait_for(lambda: (counted() if counted else len(self.posts)) >= wanted)


def new(
    key: str, channel: str = "", subscription: int | None = None, mention: str = "", label: str = ""
) -> NewDelivery:
    """A delivery for the wall; each in a channel of its own unless one is named."""
    return NewDelivery(key, Place("wall", "", channel or key), START, subscription, mention=mention, label=label)


async def put(database: Database, *fresh: NewDelivery) -> None:

    async with database.transaction() as tx:
        await tx.deliveries.add(await tx.deliveries.add_edition(json.dumps(reply_to_json(REPLY)), "v", START), fresh)


async def found(database: Database, key: str) -> Delivery:
    async with database.transaction() as tx:
        delivery = await tx.deliveries.by_key(key)
    assert delivery is not None
    return delivery


async def counts(database: Database) -> dict[str, int]:
    async with database.transaction() as tx:
        return await tx.deliveries.counts()


@asynccontextmanager
async def running(*outbox_workers: OutboxWorker) -> AsyncIterator[None]:
    """Outbox workers at work, told to stop at the end."""
    stop = asyncio.Event()
    tasks = [asyncio.create_task(outbox_worker.run(stop)) for outbox_worker in outbox_workers]
    try:
        yield
    finally:
        stop.set()
        async with asyncio.timeout(DEADLINE):
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
    wall.hanging["slow"] = asyncio.Event()
    await put(database, new("slow"), *(new(f"quick-{number}") for number in range(250)))
    async with running(outbox_worker_of(database, wall)):
        await wall.count(250)
        assert "slow" not in wall.keys
        wall.hanging["slow"].set()
        await wall.count(251)
    assert await counts(database) == {"sent": 251}


async def test_what_is_put_there_while_it_runs_leaves_at_once(database: Database) -> None:
    wall = Wall()
    outbox_worker = outbox_worker_of(database, wall)
    async with running(outbox_worker):
        await outbox_worker.post(NewPost("first", Place("wall", "", "news"), REPLY, START))
        await wall.count(1)
        await outbox_worker.post(NewPost("second", Place("wall", "", "news"), REPLY, START))
        await wall.count(2)
    assert wall.keys == ["first", "second"]


async def test_a_full_lane_on_one_platform_is_not_in_the_way_of_another(database: Database) -> None:
    slow, quick = Wall(), Wall()
    slow.name = "slow"
    keys = [f"s-{number}" for number in range(300)]
    slow.hanging = dict.fromkeys(keys, asyncio.Event())
    await put(database, *(NewDelivery(key, Place("slow", "", key), START) for key in keys), new("quick"))
    outbox_worker = OutboxWorker(database, {"slow": slow, "wall": quick}, "w", lambda: START, Random(1))
    async with running(outbox_worker):
        await quick.count(1)
        next(iter(slow.hanging.values())).set()
        await slow.count(300)


async def test_what_was_not_begun_when_it_ends_is_free_at_once(database: Database) -> None:
    wall = Wall()
    keys = [f"k-{number}" for number in range(300)]
    release = asyncio.Event()
    wall.hanging = dict.fromkeys(keys, release)
    await put(database, *map(new, keys))
    gone = asyncio.create_task(outbox_worker_of(database, wall, "gone").run(asyncio.Event()))
    await wall.count(32, lambda: wall.entered)
    gone.cancel()
    release.set()
    await asyncio.gather(gone, return_exceptions=True)
    left = await counts(database)
    assert left == {"sent": len(wall.posts), "due": 300 - len(wall.posts)}
    assert left["due"] > 0


async def test_an_edition_that_cannot_be_read_fails_alone(database: Database) -> None:
    wall = Wall()
    async with database.transaction() as tx:
        await tx.deliveries.add(await tx.deliveries.add_edition("{", "v", START), [new("broken")])
    await put(database, new("good"))
    assert await outbox_worker_of(database, wall).run_once() == 2
    assert (wall.keys, (await found(database, "broken")).state) == (["good"], "failed")


async def test_a_limit_after_an_unclear_attempt_does_not_make_it_clear(database: Database) -> None:
    """The first attempt may stand there: what nothing remembers in ten minutes must not be sent again."""
    wall, clock = Wall(), Clock()
    wall.failing["k"] = [PostUnclear("It broke."), PostLater("Slow down.", 600.0)]
    await put(database, new("k"))
    outbox_worker = outbox_worker_of(database, wall, now=clock.now)
    await outbox_worker.run_once()
    clock.at += timedelta(seconds=5)
    await outbox_worker.run_once()
    assert ((await found(database, "k")).state, wall.settle_unclear, wall.posts) == ("unknown", ["k"], [])


# -- notes in groups ----------------------------------------------------------------------------------------------


async def _held(database: Database, *keys: str) -> Sequence[Delivery]:
    await put(database, *map(new, keys))
    async with database.transaction() as tx:
        return await tx.deliveries.claim("w", START, LEASE, 100, ("wall",))


async def test_a_note_that_breaks_leaves_the_others_right(database: Database) -> None:
    held = await _held(database, "a", "b", "c", "d")
    ledger = SettlementWriter(database, "w", lambda: START)

    async def breaks(tx: Transaction) -> None:
        await tx.deliveries.add_edition("{}", "v", datetime(2026, 1, 1))  # it takes none without a zone

    settled = [Settlement(each.id, "failed" if each.key == "b" else "sent", START) for each in held[:3]]
    written = await asyncio.gather(
        *(ledger.settle(each, breaks if each.state == "failed" else None) for each in settled), ledger.begin(held[3].id)
    )
    assert written == [True, True, True, True]
    assert [(await found(database, key)).state for key in "abcd"] == ["sent", "failed", "sent", "sending"]


async def test_while_the_database_is_away_notes_are_tried_again(database: Database) -> None:
    (delivery,) = await _held(database, "a")
    away = [StorageUnavailable("locked"), StorageUnavailable("locked")]

    async def with_it(tx: Transaction) -> None:
        del tx
        if away:
            raise away.pop()

    assert await SettlementWriter(database, "w", lambda: START, (0.0, 0.0)).settle(
        Settlement(delivery.id, "sent", START), with_it
    )
    assert (await found(database, "a")).state == "sent"


async def test_notes_that_cannot_be_written_let_nobody_wait_for_ever(database: Database) -> None:
    held = await _held(database, "a", "b")

    async def away(tx: Transaction) -> None:
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
        await wall.count(120)
    assert len(set(wall.keys)) == len(wall.keys) == 120
    for channel in {channel for channel, _, _ in wall.posts}:
        keys = [key for where, key, _ in wall.posts if where == channel]
        assert keys == sorted(keys)


async def test_the_channels_are_divided_among_the_live_and_a_dead_ones_part_is_taken_over(database: Database) -> None:
    clock = Clock()
    workers = {name: WorkerMembership(database, "wall", name, clock.now) for name in "abc"}
    for worker in workers.values():
        await worker.part()
    clock.at += RENEWED
    assert [await worker.part() for worker in workers.values()] == [(0, 3), (1, 3), (2, 3)]
    await workers["a"].leave()
    clock.at += RENEWED
    assert [await workers[name].part() for name in "bc"] == [(0, 2), (1, 2)]
    clock.at += ALIVE  # b is silent
    assert await workers["c"].part() == (0, 1)


async def test_each_part_is_claimed_by_its_worker_alone(database: Database) -> None:
    await put(database, *(new(f"k-{number}") for number in range(60)))
    claimed = []
    for index in range(3):
        async with database.transaction() as tx:
            claimed.append(await tx.deliveries.claim(f"w{index}", START, LEASE, 100, ("wall",), (index, 3)))
    assert all({each.shard % 3 for each in part} == {index} for index, part in enumerate(claimed))
    assert sum(map(len, claimed)) == 60


async def test_what_people_wait_for_is_claimed_by_any_worker_and_before_what_fills_the_queue(
    database: Database,
) -> None:
    """The channels of a worker that was just killed are still its own for half a minute: a game cannot wait so long."""
    await put(database, *(new(f"k-{number}") for number in range(20)))
    await put(database, *(replace(new(f"q-{number}"), is_awaited=True) for number in range(9)))
    async with database.transaction() as tx:
        claimed = await tx.deliveries.claim("w1", START, LEASE, 9, ("wall",), (1, 3))
    assert {each.key for each in claimed} == {f"q-{number}" for number in range(9)}
    assert {each.shard % 3 for each in claimed} != {1}


async def test_a_worker_leaves_the_channels_of_another_live_one_alone(database: Database) -> None:
    wall = Wall()
    other = WorkerMembership(database, "wall", "another", lambda: START)
    await other.part()
    await put(database, *(new(f"k-{number}") for number in range(40)))
    async with database.transaction() as tx:
        await tx.leases.take("worker:wall:w", "w", START, ALIVE)
    mine = {key for key in (f"k-{n}" for n in range(40)) if (await found(database, key)).shard % 2 == 1}
    async with running(outbox_worker_of(database, wall)):
        await wall.count(len(mine))
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
    with pytest.raises(ValueError, match="no pace"):
        Rate(0)


# -- what stands in front, and what a refusal does ----------------------------------------------------------------


async def test_an_edition_is_one_object_with_each_lead_made_once(database: Database) -> None:
    wall = Wall()
    leads = [("", ""), ("", ""), ("7", ""), ("7", ""), ("7", "late: the bot was down"), ("", "late: the bot was down")]
    await put(database, *(new(f"k{n}", mention=who, label=why) for n, (who, why) in enumerate(leads)))
    await outbox_worker_of(database, wall).run_once()
    shown = {key: reply.card for _, key, reply in wall.posts}
    assert shown["k0"] is shown["k1"]
    assert shown["k2"] is shown["k3"]
    assert "late: the bot was down" in shown["k4"].plain()
    assert [len(shown[f"k{n}"].blocks) for n in range(6)] == [1, 1, 2, 2, 3, 2]


@pytest.mark.parametrize(("minutes", "says"), [(5, ""), (14, "late: posted 14 minutes after its time")])
async def test_a_digest_that_leaves_late_says_so(database: Database, minutes: int, says: str) -> None:
    wall, clock = Wall(), Clock()
    await put(database, new("digest", subscription=1), new("other"))
    clock.at += timedelta(minutes=minutes)
    await outbox_worker_of(database, wall, now=clock.now).run_once()
    shown = {key: reply.card.plain() for _, key, reply in wall.posts}
    assert says in shown["digest"]
    assert ("late" in shown["digest"], "late" in shown["other"]) == (bool(says), False)


async def test_a_refused_digest_and_what_follows_from_it_are_one_transaction(database: Database) -> None:
    wall = Wall()
    for key in ("digest", "other"):
        wall.failing[key] = [PostRefused("No.", "Allow it.")]
    told: list[tuple[str, str, str]] = []

    async def on_refused(tx: Transaction, delivery: Delivery, reason: str, fix: str) -> None:
        seen = await tx.deliveries.get(delivery.id)
        assert seen is not None
        told.append((seen.state, reason, fix))
        await tx.deliveries.add(delivery.edition_id, [new("notice")])

    await put(database, new("digest", subscription=1), new("other"))
    outbox_worker = outbox_worker_of(database, wall, on_refused=on_refused)
    await outbox_worker.run_once()
    assert told == [("failed", "No.", "Allow it.")]
    assert (await found(database, "notice")).state == "due"
    assert await outbox_worker.run_once() == 1


async def test_where_what_follows_breaks_the_refusal_is_kept_all_the_same(database: Database) -> None:
    wall = Wall()
    wall.failing["digest"] = [PostRefused("No.", "Allow it.")]

    async def on_refused(tx: Transaction, delivery: Delivery, reason: str, fix: str) -> None:
        await tx.deliveries.add(delivery.edition_id, [new("notice")])
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
    body = json.dumps(reply_to_json(Reply(ASKING)))
    async with database.transaction() as tx:
        await tx.deliveries.add(await tx.deliveries.add_edition(body, "v", START, daily="d1"), fresh)


def telling(database: Database, wall: Wall, told: Told) -> OutboxWorker:
    """An outbox worker that asks for results."""
    return OutboxWorker(database, {"wall": wall}, "w", lambda: START, Random(1), results=told)


async def test_results_stand_above_the_question_of_those_editions_alone_that_ask_one(database: Database) -> None:
    wall, told = Wall(), Told(a="Two were right.", plain="Nobody asked.")
    await put_asking(database, new("a"), new("b"), new("c"))
    await put(database, new("plain"))
    await telling(database, wall, told).run_once()
    shown = {key: reply.card for _, key, reply in wall.posts}
    assert shown["a"].plain().index("Two were right.") < shown["a"].plain().index("Which?")
    assert shown["b"] is shown["c"]
    assert "right" not in shown["b"].plain() + shown["plain"].plain()
    assert {each for batch in told.batches for each in batch} == {("a", "d1"), ("b", "d1"), ("c", "d1")}


async def test_channels_with_the_same_results_share_one_object(database: Database) -> None:
    wall, told = Wall(), Told(a="Nobody answered.", b="Nobody answered.", c="One answered.")
    await put_asking(database, new("a"), new("b"), new("c"))
    await telling(database, wall, told).run_once()
    shown = {key: reply.card for _, key, reply in wall.posts}
    assert shown["a"] is shown["b"]
    assert "One answered." in shown["c"].plain()


async def test_results_of_many_channels_are_asked_for_together(database: Database) -> None:
    wall, told = Wall(), Told()
    told.release.clear()
    await put_asking(database, *(new(f"k-{number}") for number in range(100)))
    async with asyncio.TaskGroup() as group:
        group.create_task(telling(database, wall, told).run_once())
        async with asyncio.timeout(DEADLINE):
            await told.entered.wait()
        told.release.set()
    assert [len(batch) for batch in told.batches] == [100]
    assert len(wall.posts) == 100


async def test_a_digest_leaves_without_results_that_cannot_be_had_and_the_others_with_theirs(
    database: Database,
) -> None:
    wall, told = Wall(), Told(a="Two were right.", b="Three were right.")
    told.spoilt = "b"
    told.failing = [StorageUnavailable("locked")]
    await put_asking(database, new("a"), new("b"))
    await telling(database, wall, told).run_once()
    shown = {key: reply.card.plain() for _, key, reply in wall.posts}
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
    assert [reply.card for _, _, reply in wall.posts] == [ASKING]


# -- through the real client --------------------------------------------------------------------------------------


async def test_a_fan_out_over_discord_stands_once_in_each_channel(database: Database) -> None:
    from newsbot.platforms.discord.adapter import DiscordPlatform
    from newsbot.platforms.discord.login import Login, use_server
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
            await server.wait_for(lambda: all(server.messages(each) for each in channels), timeout=DEADLINE)
        await login.close()
        assert {len(server.messages(each)) for each in channels} == {1}
    assert await counts(database) == {"sent": 80}
