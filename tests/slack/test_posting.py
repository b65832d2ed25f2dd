"""Posting to Slack under faults: nothing is ever posted twice, and every refusal says what to change."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from random import Random

import pytest

from newsbot.errors import NewsbotError, PostLater, PostRefused, PostUnclear
from newsbot.messages.cards import Card, Reply, text
from newsbot.messages.requests import Place
from newsbot.outbox.worker import OutboxWorker
from newsbot.platforms.slack.client import SlackCalls
from newsbot.platforms.slack.timestamps import parse_timestamp
from tests.outbox.posting import post
from tests.slack.loopback import LoopbackSlack
from tests.slack.loopback_faults import Fault
from tests.slack.loopback_world import DEFAULT_SCOPES
from tests.slack.service import Running, running

REPLY = Reply(Card("A card", (text("Words."),)))


@pytest.fixture
async def slack() -> AsyncIterator[LoopbackSlack]:
    async with LoopbackSlack() as server:
        yield server


@pytest.fixture
async def bot(slack: LoopbackSlack) -> AsyncIterator[Running]:
    async with running(slack, "http") as started:
        yield started


def place(slack: LoopbackSlack, channel: str = "news") -> Place:
    return Place("slack", slack.workspace.id, slack.workspace.channel(channel).id)


async def test_a_post_carries_its_key_and_unfurls_nothing(slack: LoopbackSlack, bot: Running) -> None:
    posted = await bot.service.platform.post(place(slack), REPLY, "d-1")
    (message,) = slack.messages("news")
    assert message.ts == posted.message_id
    assert message.metadata == {"event_type": "newsbot_delivery", "event_payload": {"key": "d-1"}}
    assert (message.args["unfurl_links"], message.args["unfurl_media"]) == (False, False)
    assert await bot.service.platform.dedupe_window(place(slack)) == timedelta(0)


@pytest.mark.parametrize(
    "stamp", [None, "", "soon", "-1.5", "1.2.3", "1e9", "1700000000.1234567", "999999999999.0", 1700000000.5, "１７"]
)
def test_what_is_no_stamp_is_no_instant(stamp: object) -> None:
    assert parse_timestamp(stamp) is None


def test_a_stamp_is_read_exactly() -> None:
    assert parse_timestamp("1700000000.000100") == datetime(2023, 11, 14, 22, 13, 20, 100, UTC)
    assert parse_timestamp("1700000000.5") == datetime(2023, 11, 14, 22, 13, 20, 500_000, UTC)
    assert parse_timestamp("1700000000") == datetime(2023, 11, 14, 22, 13, 20, tzinfo=UTC)


async def test_a_post_is_edited_and_deleted_also_when_it_is_gone(slack: LoopbackSlack, bot: Running) -> None:
    platform = bot.service.platform
    posted = await platform.post(place(slack), REPLY, "d-1")
    edited = await platform.edit(posted, Reply(Card("Another", (text("More words."),))))
    assert "Another" in slack.messages("news")[0].text
    await platform.delete(edited)
    await platform.delete(edited)
    assert slack.messages("news") == []


async def test_a_post_has_the_time_of_its_stamp_to_the_microsecond(slack: LoopbackSlack, bot: Running) -> None:
    posted = await bot.service.platform.post(place(slack), REPLY, "d-1")
    assert posted.at is not None
    seconds, _, decimals = slack.messages("news")[0].ts.partition(".")
    assert (int(posted.at.timestamp()), posted.at.microsecond) == (int(seconds), int(decimals))
    edited = await bot.service.platform.edit(posted, Reply(Card("Another", (text("More words."),))))
    assert edited == posted


async def test_a_time_that_cannot_be_is_not_told(slack: LoopbackSlack) -> None:
    async with running(slack, "http", now=lambda: datetime.now(UTC) - timedelta(days=2)) as early:
        posted = await early.service.platform.post(place(slack), REPLY, "d-1")
    assert (bool(posted.message_id), posted.at) == (True, None)


async def test_the_thread_of_a_message_is_below_it_or_that_in_which_it_stands(
    slack: LoopbackSlack, bot: Running
) -> None:
    platform = bot.service.platform
    posted = await platform.post(place(slack), REPLY, "d-1")
    calls = len(slack.calls)
    thread = await platform.thread(posted, "A game")
    assert len(slack.calls) == calls
    assert thread is not None
    assert thread.thread == posted.message_id
    below = await platform.post(thread, REPLY, "d-2")
    assert slack.messages("news")[1].thread_ts == posted.message_id
    assert await platform.thread(below, "A game") == thread


async def test_a_message_to_a_person_is_changed_where_it_stands(slack: LoopbackSlack, bot: Running) -> None:
    bob = slack.workspace.user("bob").id
    posted = await bot.service.platform.post(Place("slack", slack.workspace.id, bob), REPLY, "d-1")
    room = slack.world.dm(slack.workspace, bob)
    assert posted.place.channel == room.id
    await bot.service.platform.edit(posted, Reply(Card("Another", (text("More words."),))))
    assert "Another" in slack.messages(room)[0].text


async def test_the_rest_of_a_long_card_stands_in_its_thread(slack: LoopbackSlack, bot: Running) -> None:
    long = Reply(Card("Long", tuple(text(f"{number} " + "word " * 500) for number in range(12))))
    posted = await bot.service.platform.post(place(slack), long, "d-1")
    first, *rest = slack.messages("news")
    assert rest
    assert {message.thread_ts for message in rest} == {first.ts}
    assert [each.message_id for each in posted.rest] == [message.ts for message in rest]
    shorter = await bot.service.platform.edit(posted, REPLY)
    assert shorter.rest == ()
    assert len(slack.messages("news")) == 1


@pytest.mark.parametrize(
    ("channel", "fix"),
    [("quiet", "/invite @newsbot"), ("secret", "/invite @newsbot"), ("old", "Unarchive")],
)
async def test_a_refusal_names_the_exact_fix(slack: LoopbackSlack, bot: Running, channel: str, fix: str) -> None:
    with pytest.raises(PostRefused) as refused:
        await bot.service.platform.post(place(slack, channel), REPLY, "d-1")
    assert fix in refused.value.fix
    abilities = await bot.service.platform.capabilities(place(slack, channel))
    assert (abilities.post, abilities.fix) == (False, refused.value.fix)


@pytest.mark.parametrize(
    ("error", "more", "fix"),
    [
        ("restricted_action", {}, "administrator"),
        ("restricted_action_read_only_channel", {}, "administrator"),
        ("missing_scope", {"needed": "chat:write"}, "chat:write"),
        ("msg_too_long", {}, ""),
        ("something_new", {}, ""),
    ],
)
async def test_an_error_of_slack_is_a_refusal(
    slack: LoopbackSlack, bot: Running, error: str, more: dict[str, str], fix: str
) -> None:
    slack.faults.add("chat.postMessage", Fault.refused(error, **more))
    with pytest.raises(PostRefused) as refused:
        await bot.service.platform.post(place(slack), REPLY, "d-1")
    assert fix in refused.value.fix
    assert slack.messages("news") == []


async def test_a_long_limit_is_for_later_and_a_short_one_is_waited_out(slack: LoopbackSlack, bot: Running) -> None:
    slack.faults.add("chat.postMessage", Fault.rate_limited(30))
    with pytest.raises(PostLater) as later:
        await bot.service.platform.post(place(slack), REPLY, "d-1")
    assert later.value.after == 30
    assert slack.messages("news") == []
    slack.faults.add("chat.postMessage", Fault.rate_limited(1))
    await bot.service.platform.post(place(slack), REPLY, "d-1")
    assert len(slack.messages("news")) == 1


@pytest.mark.parametrize("fault", [Fault(drop="before"), Fault(drop="after"), Fault.broken(500), Fault.broken(503)])
async def test_a_broken_post_is_unclear_and_is_not_repeated(slack: LoopbackSlack, bot: Running, fault: Fault) -> None:
    slack.faults.add("chat.postMessage", fault)
    with pytest.raises(PostUnclear):
        await bot.service.platform.post(place(slack), REPLY, "d-1")
    assert len(slack.called("chat.postMessage")) == 1


async def test_a_refused_connection_took_nothing_with_it() -> None:
    calls = SlackCalls("http://127.0.0.1:9/api/")
    with pytest.raises(PostLater):
        await calls.call("xoxb-1", "chat.postMessage", channel="C1")
    await calls.close()


async def test_fifty_ends_between_send_and_record_leave_one_message_each(slack: LoopbackSlack, bot: Running) -> None:
    """A worker that ends while the answer is under way: its message stands once, and nobody posts it again."""
    for number in range(50):
        fault = slack.faults.add("chat.postMessage", Fault(hold=asyncio.Event()))
        task = asyncio.create_task(bot.service.platform.post(place(slack), REPLY, f"d-{number}"))
        await fault.reached.wait()
        task.cancel()
        with suppress(asyncio.CancelledError):
            await task
        assert fault.hold is not None
        fault.hold.set()
    await slack.wait_for(lambda: len(slack.messages("news")) == 50)
    keys = [(message.metadata or {})["event_payload"]["key"] for message in slack.messages("news")]
    assert sorted(keys) == sorted(f"d-{number}" for number in range(50))


async def test_an_unclear_post_is_found_where_history_may_be_read() -> None:
    since = datetime.now(UTC)
    async with LoopbackSlack(scopes=f"{DEFAULT_SCOPES},channels:history") as slack, running(slack, "http") as bot:
        slack.faults.add("chat.postMessage", Fault(drop="after"))
        with pytest.raises(PostUnclear):
            await bot.service.platform.post(place(slack), REPLY, "d-1")
        found = await bot.service.platform.find_posted(place(slack), "d-1", since)
        assert found is not None
        assert found.message_id == slack.messages("news")[0].ts
        assert found.at == parse_timestamp(found.message_id)
        assert await bot.service.platform.find_posted(place(slack), "d-2", since) is None


async def test_history_is_not_read_without_the_scope(slack: LoopbackSlack, bot: Running) -> None:
    assert await bot.service.platform.find_posted(place(slack), "d-1", datetime.now(UTC)) is None
    assert slack.called("conversations.history") == []


@pytest.mark.parametrize("error", ["account_inactive", "token_revoked", "invalid_auth"])
async def test_a_dead_token_ends_the_workspace_and_is_told(slack: LoopbackSlack, bot: Running, error: str) -> None:
    assert bot.service.health() == "ok"
    slack.world.revoke(slack.workspace.token, error)
    with pytest.raises(PostRefused):
        await bot.service.platform.post(place(slack), REPLY, "d-1")
    assert error in bot.service.health()
    calls = len(slack.calls)
    with pytest.raises(NewsbotError):
        await bot.service.platform.post(place(slack), REPLY, "d-1")
    assert len(slack.calls) == calls


@pytest.mark.parametrize(
    ("scopes", "state"), [(f"{DEFAULT_SCOPES},channels:history", "sent"), (DEFAULT_SCOPES, "unknown")]
)
async def test_the_outbox_worker_looks_for_an_unclear_post_before_it_calls_it_unknown(scopes: str, state: str) -> None:
    async with LoopbackSlack(scopes=scopes) as slack, running(slack, "http") as bot:
        moment = datetime.now(UTC)
        outbox_worker = OutboxWorker(bot.database, {"slack": bot.service.platform}, "w", lambda: moment, Random(1))
        slack.faults.add("chat.postMessage", Fault(drop="after"))
        await post(bot.database, outbox_worker, "k", place(slack), REPLY, moment)
        await outbox_worker.run_once()
        delivery = await bot.database.read(lambda tx: tx.deliveries.by_key("k"))
        assert delivery is not None
        assert delivery.state == state
        assert bool(delivery.posted) == (state == "sent")
        assert await outbox_worker.run_once() == 0
    assert len(slack.called("chat.postMessage")) == 1
