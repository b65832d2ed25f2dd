"""How Slack reaches newsbot: signed HTTP, and Socket Mode whose connections end, drop and go deaf."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import UTC, datetime

import pytest

from newsbot.errors import NewsbotError
from newsbot.platforms.diagnostics import Check
from newsbot.platforms.slack.service import SlackNeeds, examine
from tests.patience import eventually
from tests.slack.loopback import LoopbackSlack
from tests.slack.loopback_faults import Fault
from tests.slack.service import Running, Shelf, library, running, values_for


@pytest.fixture
async def slack() -> AsyncIterator[LoopbackSlack]:
    async with LoopbackSlack() as server:
        yield server


@pytest.fixture
async def http(slack: LoopbackSlack) -> AsyncIterator[Running]:
    async with running(slack, "http") as started:
        yield started


@pytest.fixture
async def socket(slack: LoopbackSlack) -> AsyncIterator[Running]:
    async with running(slack, "socket") as started:
        await slack.wait_for(lambda: len(slack.sockets.live) == 2)
        yield started


async def test_wrong_and_old_signatures_are_refused(slack: LoopbackSlack, http: Running) -> None:
    wrong = await slack.http(http.base_url, "another secret").command("alice", "news", "/deepseek")
    old = await slack.http(http.base_url, age=301).command("alice", "news", "/deepseek")
    assert [wrong.status, old.status] == [401, 401]
    young = await slack.http(http.base_url, age=290).command("alice", "news", "/deepseek")
    assert young.ok


async def test_the_address_is_verified(slack: LoopbackSlack, http: Running) -> None:
    assert (await slack.http(http.base_url).verify_url("abc")).ack_body == {"challenge": "abc"}


async def test_a_press_in_a_long_message_is_taken(slack: LoopbackSlack, http: Running) -> None:
    """It brings the whole message along, more than what other pages may send."""
    message = (await http.people().command("alice", "news", "/deepseek", "cost")).message
    assert message is not None
    message.blocks += [{"type": "section", "text": {"type": "mrkdwn", "text": "&" * 3_000}}] * 20
    token = next(e["action_id"] for b in message.blocks if b["type"] == "actions" for e in b["elements"])
    assert (await http.people().click("alice", message, token)).ok


@pytest.mark.parametrize("end", ["refresh", "drop", "deaf"])
async def test_a_connection_that_ends_drops_or_goes_deaf_is_replaced(
    slack: LoopbackSlack, socket: Running, end: str
) -> None:
    connection = slack.sockets.live[0]
    if end == "refresh":
        await connection.disconnect("refresh_requested")
    elif end == "drop":
        connection.drop()
    else:
        connection.go_deaf()
    await slack.wait_for(lambda: slack.sockets.opened == 3 and len(slack.sockets.live) == 2)
    for _ in range(10):
        assert (await socket.people().command("alice", "news", "/deepseek", "cost")).ok


async def test_a_quiet_connection_stays(slack: LoopbackSlack, socket: Running) -> None:
    first, second = slack.sockets.live
    await slack.wait_for(lambda: first.pings > 3 and second.pings > 3)
    assert slack.sockets.opened == 2
    assert socket.service.health() == "ok"


async def test_an_answer_under_way_is_acknowledged_although_the_connection_is_exchanged(
    slack: LoopbackSlack, socket: Running
) -> None:
    people = socket.people()
    begun = [asyncio.create_task(people.command("alice", "news", "/deepseek", "cost")) for _ in range(20)]
    for connection in list(slack.sockets.live):
        await connection.disconnect("warning")
    answers = await asyncio.gather(*begun)
    assert [answer.error for answer in answers if not answer.ok] == []


async def test_slack_that_refuses_connections_is_tried_again(slack: LoopbackSlack) -> None:
    slack.faults.add("apps.connections.open", Fault.broken(), times=3)
    async with running(slack, "socket") as bot:
        assert bot.service.health() == "ok"
        await slack.wait_for(lambda: len(slack.sockets.live) == 2)
        assert (await bot.people().command("alice", "news", "/deepseek", "cost")).ok


async def test_health_says_why_there_is_no_connection(slack: LoopbackSlack, socket: Running) -> None:
    slack.app.app_token = "xapp-another"
    for connection in list(slack.sockets.live):
        connection.drop()
    await eventually(lambda: "SLACK_APP_TOKEN" in socket.service.health())
    assert slack.sockets.live == []


async def test_slack_that_is_away_at_the_start_is_learnt_later(slack: LoopbackSlack) -> None:
    slack.faults.add("auth.test", Fault.broken())
    async with running(slack, "http") as bot:
        assert (await bot.people().command("alice", "news", "/deepseek", "cost")).ok
        await slack.wait_for(lambda: len(slack.called("auth.test")) == 2)
        await eventually(lambda: bot.service.health() == "ok")
        assert bot.service.workspaces.single is not None


async def examined(bot: Running, channel: str = "", **changed: str | None) -> list[Check]:
    """What the doctor finds for this bot, some of its values changed."""
    values = replace(values_for(bot.slack, bot.transport), **changed)  # type: ignore[arg-type]
    found = bot.slack.workspace.channel(channel).id if channel else ""
    shelf = Shelf(library())
    needs = SlackNeeds(values, bot.dispatcher, shelf, bot.database, bot.drawing, lambda: datetime.now(UTC))
    return await examine(needs, found, posts=True)


async def test_the_doctor_finds_all_well(slack: LoopbackSlack, socket: Running) -> None:
    found = await examined(socket, "news")
    assert [finding for finding in found if not finding.is_well] == []
    assert len(slack.called("chat.postMessage")) == 1
    assert slack.messages("news") == []


async def test_the_doctor_names_what_to_mend(slack: LoopbackSlack, http: Running, socket: Running) -> None:
    wrong = {"bot_token": "xoxb-wrong", "app_token": "xapp-wrong"}
    problems = [finding.sentence for finding in await examined(socket, **wrong) if not finding.is_well]
    assert len(problems) == 2
    assert "SLACK_BOT_TOKEN" in problems[0]
    assert "SLACK_APP_TOKEN" in problems[1]
    (outside,) = [f for f in await examined(http, "quiet") if not f.is_well]
    assert "/invite @newsbot" in outside.sentence
    (deaf,) = [f for f in await examined(http, signing_secret=None) if not f.is_well]
    assert "SLACK_SIGNING_SECRET" in deaf.sentence
    assert all(f.is_well for f in await examined(http, public_url=http.base_url))
    (away,) = [f for f in await examined(http, public_url="http://127.0.0.1:9") if not f.is_well]
    assert "cannot be reached" in away.sentence


async def test_the_doctor_names_a_missing_scope() -> None:
    async with LoopbackSlack(scopes="chat:write,commands") as slack, running(slack, "http") as bot:
        (missing,) = [f for f in await examined(bot) if not f.is_well]
        assert "app_mentions:read" in missing.sentence


async def test_the_doctor_of_many_workspaces_asks_for_a_key(http: Running) -> None:
    (missing,) = [f for f in await examined(http, bot_token=None, client_id="1") if not f.is_well]
    assert "NEWSBOT_SECRET_KEY" in missing.sentence
    assert all(f.is_well for f in await examined(http, bot_token=None, client_id="1", secret_key="a long random text"))


async def test_a_refusal_is_a_newsbot_error(slack: LoopbackSlack, http: Running) -> None:
    with pytest.raises(NewsbotError):
        await http.service.workspaces.call(slack.workspace.id, "no.such.method")
