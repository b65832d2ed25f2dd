"""The loopback Slack against a bare, real slack-bolt: HTTP and Socket Mode, interactions, views, installs."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, AsyncExitStack
from pathlib import Path
from typing import Any

import pytest
from aiohttp import ClientSession
from slack_bolt.async_app import AsyncAck, AsyncApp
from slack_sdk.web.async_client import AsyncWebClient

from tests.patience import PATIENCE
from tests.slack.loopback import LoopbackSlack
from tests.slack.loopback_bolt import bare_app, connected, oauth_app, over_http, over_socket, served
from tests.slack.loopback_drivers import Driver, Retry

# The SDK's own oauth.v2.access uses what this aiohttp deprecates.
pytestmark = pytest.mark.filterwarnings("ignore:BasicAuth is deprecated:DeprecationWarning")

Json = dict[str, Any]
Transport = Callable[[LoopbackSlack, AsyncApp], AbstractAsyncContextManager[Driver]]


@pytest.fixture
async def slack() -> AsyncIterator[LoopbackSlack]:
    async with LoopbackSlack() as server:
        yield server


@pytest.fixture(params=[over_http, over_socket], ids=["http", "socket"])
async def people(request: pytest.FixtureRequest, slack: LoopbackSlack) -> AsyncIterator[Driver]:
    """People who use the bare app, over each transport."""
    transport: Transport = request.param
    async with transport(slack, bare_app(slack)) as driver:
        yield driver


async def test_a_command_is_acknowledged_and_its_lazy_listener_answers_by_response_url(
    slack: LoopbackSlack, people: Driver
) -> None:
    answer = await people.command("alice", "news", "/slow", "cost")
    assert answer.ok
    assert answer.ack_body is None
    message = (await slack.wait_for(lambda: slack.ephemerals))[0]
    assert (message.text, message.ephemeral_to) == ("slowly cost", slack.workspace.user("alice").id)
    assert slack.messages("news") == []


async def test_the_body_of_an_ack_becomes_a_message(slack: LoopbackSlack, people: Driver) -> None:
    private = await people.command("bob", "quiet", "/card")
    public = await people.command("bob", "quiet", "/card", "in_channel")
    assert slack.ephemerals == [private.message]
    assert slack.messages("quiet") == [public.message]
    assert public.seconds > 0


@pytest.mark.parametrize("visible", ["in_channel", "ephemeral"])
async def test_a_button_replaces_its_message_by_response_url(
    slack: LoopbackSlack, people: Driver, visible: str
) -> None:
    message = (await people.command("alice", "news", "/card", visible)).message
    assert message is not None
    answer = await people.click("bob", message, "More")
    assert answer.ok
    await slack.wait_for(lambda: message.former)
    assert (message.text, message.former[0][0]) == ("Another", "A card")
    assert message.payload()["blocks"][1]["elements"][0]["action_id"] == "again"
    with pytest.raises(LookupError, match="again"):
        await people.click("bob", message, "more")


async def test_a_form_opens_stays_with_errors_and_closes(slack: LoopbackSlack, people: Driver) -> None:
    await people.command("alice", "news", "/form")
    (view,) = await slack.wait_for(lambda: slack.views)
    refused = await people.submit(view, {"question": ""})
    assert refused.ack_body == {"response_action": "errors", "errors": {"question": "Say something."}}
    assert refused.ok
    assert view.open
    assert (await people.submit(view, {"text": "Why?"})).ok
    assert not view.open


async def test_a_form_closed_unsent_is_told(slack: LoopbackSlack, people: Driver) -> None:
    await people.command("alice", "news", "/form")
    (view,) = await slack.wait_for(lambda: slack.views)
    assert (await people.close_view(view)).status == 200
    assert not view.open


async def test_an_option_is_picked_by_its_value_or_its_label(slack: LoopbackSlack, people: Driver) -> None:
    message = (await people.command("alice", "news", "/card")).message
    assert message is not None
    for option in ("chips", "Chips"):
        await people.click("alice", message, "topic", option)
    await slack.wait_for(lambda: len(slack.ephemerals) == 3)
    assert [said.text for said in slack.ephemerals[1:]] == ["picked chips"] * 2


async def test_an_invited_bot_may_post(slack: LoopbackSlack, people: Driver) -> None:
    await people.bot_joins("secret", "alice")
    (message,) = await slack.wait_for(lambda: slack.messages("secret"))
    assert message.text == f"Invited by {slack.workspace.user('alice').id}"


async def test_mentions_and_direct_messages_are_answered(slack: LoopbackSlack, people: Driver) -> None:
    await people.mention("alice", "news", "cost")
    (reply,) = await slack.wait_for(lambda: slack.messages("news"))
    assert reply.text == f"You said <@{slack.workspace.bot_user}> cost"
    assert reply.thread_ts in slack.workspace.channel("news").messages
    await people.direct_message("bob", "hello")
    room = slack.world.dm(slack.workspace, slack.workspace.user("bob").id)
    assert [message.text for message in await slack.wait_for(lambda: slack.messages(room))] == ["Heard hello"]


async def test_an_opened_home_tab_is_published_and_its_buttons_work(slack: LoopbackSlack, people: Driver) -> None:
    await people.open_home("bob")
    view = await slack.wait_for(lambda: slack.home("bob"))
    assert view is not None
    answer = await people.click("bob", view, "noted")
    assert answer.ok
    assert answer.payload["container"] == {"type": "view", "view_id": view.id}
    assert "response_url" not in answer.payload


async def test_many_people_at_once_are_all_answered(slack: LoopbackSlack, people: Driver) -> None:
    answers = await asyncio.gather(*(people.command("alice", "news", "/card", "in_channel") for _ in range(50)))
    assert all(answer.ok for answer in answers)
    assert len(slack.messages("news")) == 50


async def test_requests_with_a_wrong_or_old_signature_are_refused(slack: LoopbackSlack) -> None:
    async with served(bare_app(slack)) as base_url:
        wrong = await slack.http(base_url, "another secret").command("alice", "news", "/card")
        old = await slack.http(base_url, age=301).command("alice", "news", "/card")
        assert [wrong.status, old.status] == [401, 401]
        assert (await slack.http(base_url).verify_url("abc")).ack_body == {"challenge": "abc"}


async def test_a_retried_event_carries_its_number_and_the_same_id(slack: LoopbackSlack, people: Driver) -> None:
    first = await people.mention("alice", "news", "cost")
    second = await people.again(first, Retry(1, "http_timeout"))
    assert second.ok
    assert second.payload["event_id"] == first.payload["event_id"]
    assert len(await slack.wait_for(lambda: slack.messages("news")[1:])) == 1


async def test_nobody_at_home_is_a_failed_dispatch_and_a_slow_ack_a_timeout(slack: LoopbackSlack) -> None:
    assert (await slack.http("http://127.0.0.1:9").command("alice", "news", "/card")).error == "dispatch_failed"
    assert (await slack.socket().command("alice", "news", "/card")).error == "dispatch_failed"
    app = bare_app(slack)
    release = asyncio.Event()

    @app.command("/stuck")
    async def stuck(ack: AsyncAck) -> None:
        await release.wait()
        await ack()

    for transport in (over_http, over_socket):
        async with transport(slack, app) as people:
            people.patience = 0.1
            assert (await people.command("alice", "news", "/stuck")).error == "operation_timeout"
            release.set()
            release.clear()
    assert slack.messages("news") == []


async def test_each_payload_goes_to_one_of_the_connections(slack: LoopbackSlack) -> None:
    app = bare_app(slack)
    async with connected(slack, app), connected(slack, app):
        people = slack.socket()
        for _ in range(20):
            assert (await people.command("alice", "news", "/card")).ok
        first, second = (len(connection.acks) for connection in slack.sockets.live)
        assert first + second == 20
        assert first > 0
        assert second > 0


async def test_an_eleventh_connection_is_turned_away(slack: LoopbackSlack) -> None:
    client = AsyncWebClient(base_url=slack.api_url)
    async with ClientSession() as session, AsyncExitStack() as stack:
        first: list[Json] = []
        for _ in range(11):
            url = (await client.apps_connections_open(app_token=slack.app.app_token))["url"]
            socket = await stack.enter_async_context(session.ws_connect(url))
            first.append(await socket.receive_json(timeout=PATIENCE))
    assert [hello["type"] for hello in first] == ["hello"] * 10 + ["disconnect"]
    assert (first[9]["num_connections"], first[10]["reason"]) == (10, "too_many_websockets")


@pytest.mark.parametrize("end", ["refresh", "drop", "deaf"])
async def test_a_socket_that_ends_drops_or_goes_deaf_is_replaced(slack: LoopbackSlack, end: str) -> None:
    async with connected(slack, bare_app(slack), ping_interval=0.2):
        (connection,) = slack.sockets.live
        await slack.wait_for(lambda: connection.pings)
        if end == "refresh":
            await connection.disconnect("refresh_requested")
        elif end == "drop":
            connection.drop()
        else:
            connection.go_deaf()
        await slack.wait_for(lambda: slack.sockets.opened > 1 and slack.sockets.live)
        assert (await slack.socket().command("alice", "news", "/card")).ok


async def test_an_uninstalled_app_is_told_and_its_token_is_dead(slack: LoopbackSlack) -> None:
    app = bare_app(slack)
    heard: list[str] = []

    async def hear(event: Json) -> None:
        heard.append(event["type"])
        slack.touch()

    app.event("app_uninstalled")(hear)
    app.event("tokens_revoked")(hear)
    async with over_socket(slack, app) as people:
        await people.command("alice", "news", "/card")
        await people.uninstall()
        await slack.wait_for(lambda: len(heard) == 2)
    assert slack.world.grants[slack.workspace.token].error == "account_inactive"


async def test_a_second_workspace_installs_and_is_answered_with_its_own_token(
    slack: LoopbackSlack, tmp_path: Path
) -> None:
    other = slack.world.add_workspace("Globex", scopes=None)
    async with served(oauth_app(slack, tmp_path)) as base_url:
        installed = await slack.install(base_url, other)
        assert (installed.status, installed.scopes) == (200, ("chat:write", "commands"))
        await slack.http(base_url, space=other).command("alice", "news", "/who")
        (message,) = await slack.wait_for(lambda: slack.messages(other.channel("news")))
    assert message.text == f"{other.id} here"
    assert slack.called("chat.postMessage")[0].token == other.token


@pytest.mark.parametrize(
    ("wrong", "status"),
    [({"state": "made-up"}, 400), ({"cookie": False}, 400), ({"denied": True}, 200), ({"code": "made-up"}, 401)],
    ids=["state", "cookie", "denied", "code"],
)
async def test_an_install_that_goes_wrong_grants_nothing(
    slack: LoopbackSlack, tmp_path: Path, wrong: dict[str, Any], status: int
) -> None:
    other = slack.world.add_workspace("Globex", scopes=None)
    async with served(oauth_app(slack, tmp_path)) as base_url:
        installed = await slack.install(base_url, other, **wrong)
    assert installed.status == status
    assert other.token == ""


async def test_waiting_in_vain_names_the_last_calls(slack: LoopbackSlack) -> None:
    await AsyncWebClient(base_url=slack.api_url).api_test()
    with pytest.raises(TimeoutError, match=r"api\.test"):
        await slack.wait_for(lambda: slack.messages("news"), timeout=0.01)
