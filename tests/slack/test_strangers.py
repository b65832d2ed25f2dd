"""Servers that leave out what Slack always sends, and requests that fail: everybody still gets an answer."""

from collections.abc import AsyncIterator

import pytest

from tests.patience import eventually
from tests.slack import loopback_payloads as payloads
from tests.slack.loopback import LoopbackSlack
from tests.slack.loopback_faults import Fault
from tests.slack.service import Running, oauth_values, running

SCOPES = "app_mentions:read,chat:write,commands,im:history,users:read"


@pytest.fixture
async def slack() -> AsyncIterator[LoopbackSlack]:
    async with LoopbackSlack(scopes=SCOPES) as server:
        yield server


@pytest.fixture
async def bot(slack: LoopbackSlack) -> AsyncIterator[Running]:
    async with running(slack, "http") as started:
        yield started


async def test_a_press_that_comes_without_its_message_changes_the_answer_in_place(
    slack: LoopbackSlack, bot: Running
) -> None:
    people = bot.people()
    message = (await people.command("alice", "news", "/events", "nvidia 2025")).message
    assert message is not None
    elements = [each for block in message.blocks if block["type"] == "actions" for each in block["elements"]]
    target = next(each["action_id"] for each in elements if each.get("text", {}).get("text") == "Older")
    payload = payloads.block_actions(slack.world, slack.workspace, people.user("alice"), message, target)
    payload.pop("message")
    await people.deliver("interactive", payload)
    assert len(await slack.wait_for(lambda: message.former)) == 1


@pytest.mark.parametrize("waits", [(1, 1), (4,)])
async def test_a_rate_limit_delays_an_answer_and_never_loses_it(
    slack: LoopbackSlack, bot: Running, waits: tuple[int, ...]
) -> None:
    for seconds in waits:
        slack.faults.add("chat.postMessage", Fault.rate_limited(seconds))
    await bot.people().mention("alice", "news", "deepseek cost")
    (answer,) = await slack.wait_for(lambda: slack.messages("news"))
    assert "$5.576 million" in str(answer.blocks)


async def test_a_home_tab_that_is_told_of_twice_is_filled_once(slack: LoopbackSlack, bot: Running) -> None:
    people = bot.people()
    opened = await people.open_home("alice")
    await slack.wait_for(lambda: len(slack.called("views.publish")) == 1)
    await people.again(opened)
    await people.direct_message("alice", "deepseek cost")
    await slack.wait_for(lambda: len(slack.called("chat.postMessage")) == 1)
    assert len(slack.called("views.publish")) == 1


async def test_a_direct_message_is_known_by_its_channel(slack: LoopbackSlack, bot: Running) -> None:
    user = slack.workspace.user("alice")
    channel = slack.world.dm(slack.workspace, user.id).id
    event = {"type": "message", "channel": channel, "user": user.id, "text": "deepseek cost", "ts": "1700000000.1"}
    await bot.people().event(event)
    (posted,) = await slack.wait_for(lambda: slack.called("chat.postMessage"))
    assert posted.args["channel"] == channel


async def test_a_server_that_tells_little_is_enough_to_be_well_and_to_notice_the_end(slack: LoopbackSlack) -> None:
    little = {"ok": True, "user_id": slack.workspace.bot_user}
    slack.faults.add("auth.test", Fault(error="none", extra=little, status=200))
    async with running(slack, "http") as bot:
        assert bot.service.health() == "ok"
        await bot.people().uninstall()
        await eventually(lambda: bot.service.health() != "ok")
        assert "SLACK_BOT_TOKEN" in bot.service.health()


async def test_an_uninstall_with_an_old_time_is_believed_when_the_token_is_dead(slack: LoopbackSlack) -> None:
    other = slack.world.add_workspace("Globex", scopes=None)
    async with running(slack, "http", oauth_values(slack, "http")) as bot:
        await slack.install(bot.base_url, other)
        slack.world.uninstall(other)
        payload = payloads.event_callback(slack.world, other, {"type": "app_uninstalled"})
        await bot.people(other).deliver("events_api", {**payload, "event_time": 1_700_000_000})

        async def is_gone() -> bool:
            return await bot.service.workspaces.get(other.id) is None

        await eventually(is_gone)
        assert slack.called("auth.test")
