"""The outbox on both databases: nothing is claimed twice, nothing is lost, a channel's order holds."""

import asyncio
from datetime import UTC, datetime, timedelta

import pytest

from newsbot.messages.requests import Place
from newsbot.storage.database import Database
from newsbot.storage.records import Delivery, NewDelivery, Settlement
from newsbot.storage.transaction import Transaction

NOW = datetime(2026, 1, 27, 9, 0, tzinfo=UTC)
LEASE = timedelta(seconds=60)
DISCORD = ("discord",)


async def _put(database: Database, *keys: str, channel: str | None = None, due_at: datetime = NOW) -> None:
    edition = await database.write(lambda tx: tx.deliveries.add_edition("{}", "v1", NOW))
    places = [Place("discord", "guild", channel or key) for key in keys]
    fresh = [NewDelivery(key, place, due_at) for key, place in zip(keys, places, strict=True)]
    await database.write(lambda tx: tx.deliveries.add(edition, fresh))


async def _claim(database: Database, worker: str, now: datetime = NOW, limit: int = 100) -> tuple[Delivery, ...]:
    return await database.write(lambda tx: tx.deliveries.claim(worker, now, LEASE, limit, DISCORD))


async def _settle(database: Database, worker: str, *settlements: Settlement) -> None:
    await database.write(lambda tx: tx.deliveries.settle(worker, settlements))


async def _state(database: Database, key: str) -> Delivery:
    found = await database.read(lambda tx: tx.deliveries.by_key(key))
    assert found is not None
    return found


async def test_a_key_is_put_into_the_outbox_once(database: Database) -> None:
    await _put(database, "a", "b")
    await _put(database, "b", "c")
    assert await database.read(lambda tx: tx.deliveries.counts()) == {"due": 3}


async def test_many_deliveries_are_put_at_once(database: Database) -> None:
    await _put(database, *(f"key-{number}" for number in range(1_203)))
    assert await database.read(lambda tx: tx.deliveries.counts()) == {"due": 1_203}


async def test_of_four_workers_each_delivery_goes_to_one(database: Database) -> None:
    await _put(database, *(f"key-{number}" for number in range(40)))
    rounds = [await asyncio.gather(*(_claim(database, f"w{n}", limit=5) for n in range(4))) for _ in range(4)]
    claimed = [delivery.key for batch in rounds for each in batch for delivery in each]
    assert len(claimed) == len(set(claimed)) == 40


async def test_nothing_is_claimed_before_it_is_due(database: Database) -> None:
    await _put(database, "later", due_at=NOW + timedelta(minutes=1))
    assert await _claim(database, "w") == ()
    assert await database.read(lambda tx: tx.deliveries.next_due(DISCORD)) == NOW + timedelta(minutes=1)
    assert [each.key for each in await _claim(database, "w", NOW + timedelta(minutes=1))] == ["later"]


async def test_another_platforms_deliveries_stay(database: Database) -> None:
    await _put(database, "a")
    assert await database.write(lambda tx: tx.deliveries.claim("w", NOW, LEASE, 10, ("slack",))) == ()


async def test_a_channel_gets_its_messages_in_order(database: Database) -> None:
    await _put(database, "first", "second", channel="news")
    (first,) = await _claim(database, "w")
    assert first.key == "first"
    assert await _claim(database, "w") == ()
    await _settle(database, "w", Settlement(first.id, "sent", NOW, posted="{}"))
    assert [each.key for each in await _claim(database, "w")] == ["second"]


async def test_a_dead_workers_delivery_is_taken_over_when_its_lease_is_over(database: Database) -> None:
    await _put(database, "a")
    await _claim(database, "dead")
    assert await _claim(database, "heir", NOW + LEASE - timedelta(seconds=1)) == ()
    (heir,) = await _claim(database, "heir", NOW + LEASE)
    assert (heir.lease_by, heir.sending_since, heir.attempts) == ("heir", None, 2)


async def test_the_heir_learns_that_a_request_had_left(database: Database) -> None:
    await _put(database, "a")
    (claimed,) = await _claim(database, "dead")
    assert await database.write(lambda tx: tx.deliveries.begin("dead", [claimed.id], NOW)) == {claimed.id}
    (heir,) = await _claim(database, "heir", NOW + LEASE)
    assert heir.sending_since == NOW
    await database.write(lambda tx: tx.deliveries.begin("heir", [heir.id], NOW + LEASE))
    assert (await _state(database, "a")).sending_since == NOW


async def test_a_worker_whose_lease_is_over_may_neither_send_nor_settle(database: Database) -> None:
    await _put(database, "a")
    (claimed,) = await _claim(database, "slow")
    assert await database.write(lambda tx: tx.deliveries.begin("slow", [claimed.id], NOW + LEASE)) == frozenset()
    await _claim(database, "heir", NOW + LEASE)
    await _settle(database, "slow", Settlement(claimed.id, "failed", NOW + LEASE, "too late"))
    assert (await _state(database, "a")).lease_by == "heir"


@pytest.mark.parametrize(("is_clear", "since"), [(True, None), (False, NOW)])
async def test_an_attempt_that_stored_nothing_did_not_happen(
    database: Database, is_clear: bool, since: datetime | None
) -> None:
    await _put(database, "a")
    (claimed,) = await _claim(database, "w")
    await database.write(lambda tx: tx.deliveries.begin("w", [claimed.id], NOW))
    again = NOW + timedelta(seconds=5)
    await _settle(database, "w", Settlement(claimed.id, "due", NOW, "busy", retry_at=again, is_clear=is_clear))
    found = await _state(database, "a")
    assert (found.state, found.retry_at, found.sending_since, found.settled_at) == ("due", again, since, None)
    assert [each.sending_since for each in await _claim(database, "w", again)] == [since]


async def test_a_failure_keeps_its_reason_and_fix(database: Database) -> None:
    await _put(database, "a")
    (claimed,) = await _claim(database, "w")
    await _settle(database, "w", Settlement(claimed.id, "failed", NOW, "No.", "Allow Send Messages in #news."))
    found = await _state(database, "a")
    assert (found.state, found.reason, found.fix, found.settled_at) == (
        "failed",
        "No.",
        "Allow Send Messages in #news.",
        NOW,
    )
    assert await _claim(database, "w", NOW + timedelta(days=1)) == ()


async def test_a_lease_has_one_holder_until_it_runs_out(database: Database) -> None:
    length = timedelta(seconds=5)

    async def take(holder: str, at: datetime) -> bool:
        return await database.write(lambda tx: tx.leases.take("push", holder, at, length))

    assert sorted(await asyncio.gather(*(take(f"p{n}", NOW) for n in range(5)))) == [False] * 4 + [True]
    assert await take("late", NOW + length)
    assert await take("late", NOW + length)
    assert not await take("p0", NOW + length)
    await database.write(lambda tx: tx.leases.give_back("push", "late"))
    assert await take("p0", NOW + length)


async def test_an_awaited_message_leaves_first_also_after_it_was_put_off(database: Database) -> None:
    def work(tx: Transaction) -> None:
        edition = tx.deliveries.add_edition("{}", "v", NOW)
        tx.deliveries.add(edition, [NewDelivery(f"q{n}", Place("p", "w", f"c{n}"), NOW) for n in range(5)])
        tx.deliveries.add(edition, [NewDelivery("now", Place("p", "w", "x"), NOW + timedelta(1), is_awaited=True)])
        later = NOW + timedelta(days=1, seconds=1)
        (first,) = tx.deliveries.claim("w", later, timedelta(minutes=1), 1, ("p",))
        assert first.key == "now"
        again = later + timedelta(seconds=5)
        tx.deliveries.settle("w", [Settlement(first.id, "due", later, "busy", retry_at=again)])
        assert tx.deliveries.claim("w", later, timedelta(minutes=1), 1, ("p",))[0].key == "q0"
        assert tx.deliveries.claim("w", again, timedelta(minutes=1), 1, ("p",))[0].key == "now"

    await database.write(work)


async def test_a_channel_keeps_its_order_whatever_is_awaited(database: Database) -> None:
    def work(tx: Transaction) -> None:
        edition, place = tx.deliveries.add_edition("{}", "v", NOW), Place("p", "w", "c")
        tx.deliveries.add(edition, [NewDelivery("first", place, NOW)])
        tx.deliveries.add(edition, [NewDelivery("second", place, NOW, is_awaited=True)])
        claimed = tx.deliveries.claim("w", NOW, timedelta(minutes=1), 9, ("p",))
        assert [each.key for each in claimed] == ["first"]

    await database.write(work)
