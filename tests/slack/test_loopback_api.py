"""The loopback Slack's Web API against a real AsyncWebClient: refusals, faults, uploads, response URLs, tokens."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Any

import pytest
from aiohttp import ClientError, ClientSession
from slack_sdk.errors import SlackApiError
from slack_sdk.http_retry.builtin_async_handlers import AsyncRateLimitErrorRetryHandler
from slack_sdk.web.async_client import AsyncWebClient
from slack_sdk.webhook.async_client import AsyncWebhookClient

from tests.patience import PATIENCE
from tests.slack.loopback import LoopbackSlack
from tests.slack.loopback_blocks import faults_in
from tests.slack.loopback_faults import Fault
from tests.slack.loopback_records import Channel, ManualClock

Json = dict[str, Any]
MODAL: Json = {"type": "modal", "title": {"type": "plain_text", "text": "Ask"}, "blocks": [{"type": "divider"}]}
PNG = b"\x89PNG not really"


@pytest.fixture
def clock() -> ManualClock:
    return ManualClock()


@pytest.fixture
async def slack(clock: ManualClock) -> AsyncIterator[LoopbackSlack]:
    async with LoopbackSlack(clock=clock) as server:
        yield server


@pytest.fixture
def client(slack: LoopbackSlack) -> AsyncWebClient:
    """The SDK with its retries off: by itself it sends a dropped post twice."""
    return AsyncWebClient(token=slack.workspace.token, base_url=slack.api_url, retry_handlers=[])


def place(slack: LoopbackSlack, name: str) -> Channel:
    return slack.workspace.channel(name)


async def refusal(work: Awaitable[Any]) -> Json:
    with pytest.raises(SlackApiError) as caught:
        await work
    body: Json = caught.value.response.data
    return body


def section(text: str = "x", **fields: Any) -> Json:
    return {"type": "section", "text": {"type": "mrkdwn", "text": text}, **fields}


async def test_a_post_is_stored_as_sent_and_can_be_edited_and_deleted(
    slack: LoopbackSlack, client: AsyncWebClient
) -> None:
    metadata = {"event_type": "delivery", "event_payload": {"id": "7"}}
    news = place(slack, "news").id
    posted = await client.chat_postMessage(channel=news, text="one", blocks=[section()], metadata=metadata)
    (message,) = slack.messages("news")
    assert (message.ts, message.metadata, message.blocks) == (posted["ts"], metadata, [section()])
    assert posted.headers["X-OAuth-Scopes"].split(",")[0] == "app_mentions:read"
    await client.chat_update(channel=news, ts=posted["ts"], text="two")
    assert (message.text, message.blocks, message.former) == ("two", [], [("one", [section()])])
    await client.chat_delete(channel=news, ts=posted["ts"])
    assert slack.messages("news") == []
    assert (await refusal(client.chat_delete(channel=news, ts=posted["ts"])))["error"] == "message_not_found"


@pytest.mark.parametrize(
    ("channel", "error"),
    [("quiet", "not_in_channel"), ("secret", "channel_not_found"), ("old", "is_archived"), ("board", "")],
)
async def test_a_channel_that_cannot_be_posted_in_says_why(
    slack: LoopbackSlack, client: AsyncWebClient, channel: str, error: str
) -> None:
    if error:
        assert (await refusal(client.chat_postMessage(channel=place(slack, channel).id, text="x")))["error"] == error
        return
    await client.chat_postMessage(channel=place(slack, channel).id, text="x")
    place(slack, channel).restricted = True
    body = await refusal(client.chat_postMessage(channel=place(slack, channel).id, text="x"))
    assert body["error"] == "restricted_action"


async def test_a_public_channel_needs_membership_or_its_scope(slack: LoopbackSlack, client: AsyncWebClient) -> None:
    grant = slack.world.grant(slack.workspace, ["chat:write", "chat:write.public"])
    await client.chat_postMessage(channel=place(slack, "quiet").id, text="x", token=grant.token)
    assert len(slack.messages("quiet")) == 1
    await client.conversations_join(channel=place(slack, "general").id)
    info = await client.conversations_info(channel=place(slack, "general").id)
    assert (info["channel"]["is_member"], info["channel"]["is_general"]) == (True, True)


async def test_a_missing_scope_is_named(slack: LoopbackSlack, client: AsyncWebClient) -> None:
    news = place(slack, "news").id
    body = await refusal(client.conversations_history(channel=news))
    assert (body["error"], body["needed"]) == ("missing_scope", "channels:history")
    assert "chat:write" in body["provided"].split(",")
    reader = slack.world.grant(slack.workspace, ["channels:history"]).token
    posted = await client.chat_postMessage(
        channel=news, text="x", metadata={"event_type": "delivery", "event_payload": {"id": "7"}}
    )
    await client.chat_postMessage(channel=news, text="y", thread_ts=posted["ts"])
    page = await client.conversations_history(channel=news, include_all_metadata=True, token=reader)
    assert [message["metadata"]["event_payload"] for message in page["messages"]] == [{"id": "7"}]
    thread = await client.conversations_replies(channel=news, ts=posted["ts"], token=reader)
    assert [message["text"] for message in thread["messages"]] == ["x", "y"]


async def test_dead_tokens_answer_with_their_documented_error(
    slack: LoopbackSlack, client: AsyncWebClient, clock: ManualClock
) -> None:
    revoked = slack.world.grant(slack.workspace, ["chat:write"]).token
    slack.world.revoke(revoked)
    expiring = slack.world.grant(slack.workspace, ["chat:write"], expires_in=60).token
    await client.auth_test(token=expiring)
    clock.advance(60)
    tokens = {revoked: "token_revoked", expiring: "token_expired", "xoxb-made-up": "invalid_auth"}
    for token, error in tokens.items():
        assert (await refusal(client.auth_test(token=token)))["error"] == error
    slack.world.uninstall(slack.workspace)
    assert (await refusal(client.auth_test()))["error"] == "account_inactive"
    anonymous = AsyncWebClient(base_url=slack.api_url)
    assert (await refusal(anonymous.auth_test()))["error"] == "not_authed"
    assert (await refusal(client.apps_connections_open(app_token="xapp-wrong")))["error"] == "invalid_auth"


@pytest.mark.filterwarnings("ignore:BasicAuth is deprecated:DeprecationWarning")  # the SDK uses it
async def test_a_refresh_token_works_once(slack: LoopbackSlack, client: AsyncWebClient) -> None:
    old = slack.world.grant(slack.workspace, ["chat:write"], expires_in=60)
    secrets = {"client_id": slack.app.client_id, "client_secret": slack.app.client_secret}

    async def refresh(token: str, **change: str) -> Any:
        return await client.oauth_v2_access(**{**secrets, **change}, grant_type="refresh_token", refresh_token=token)

    first = old.refresh_token
    assert (await refusal(refresh(first, client_secret="wrong")))["error"] == "bad_client_secret"
    answer = await refresh(first)
    assert (answer["token_type"], answer["expires_in"]) == ("bot", 43_200)
    assert answer["access_token"] == slack.workspace.token != old.token
    assert (await refusal(refresh(first)))["error"] == "invalid_refresh_token"
    assert (await refresh(answer["refresh_token"]))["ok"]


async def test_a_drop_after_processing_stores_the_message_and_one_before_does_not(
    slack: LoopbackSlack, client: AsyncWebClient
) -> None:
    for drop, stored in (("before", 0), ("after", 1)):
        fault = slack.faults.add("chat.postMessage", Fault(drop="after" if stored else "before"))
        with pytest.raises(ClientError):
            await client.chat_postMessage(channel=place(slack, "news").id, text=drop)
        assert (fault.hits, len(slack.messages("news"))) == (1, stored)


async def test_a_rate_limit_is_met_with_a_retry(slack: LoopbackSlack, client: AsyncWebClient) -> None:
    fault = slack.faults.add("chat.*", Fault.rate_limited(0))
    client.retry_handlers.append(AsyncRateLimitErrorRetryHandler())
    await client.chat_postMessage(channel=place(slack, "news").id, text="x")
    assert fault.hits == 1
    assert [call.answer is None for call in slack.called("chat.postMessage")] == [True, False]


async def test_server_errors_refusals_and_garbage_come_as_asked(slack: LoopbackSlack, client: AsyncWebClient) -> None:
    slack.faults.add("auth.test", Fault.broken(503))
    slack.faults.add("auth.test", Fault.refused("fatal_error"))
    slack.faults.add("auth.test", Fault(body="<html>"), times=2)
    assert (await caught_status(client.auth_test)) == 503
    assert (await refusal(client.auth_test()))["error"] == "fatal_error"
    assert [await caught_status(client.auth_test) for _ in range(2)] == [200, 200]
    assert (await client.auth_test())["ok"]


async def caught_status(work: Callable[[], Awaitable[Any]]) -> int:
    with pytest.raises(SlackApiError) as caught:
        await work()
    return int(caught.value.response.status_code)


async def test_a_request_can_be_held_before_and_after_its_processing(
    slack: LoopbackSlack, client: AsyncWebClient
) -> None:
    news = place(slack, "news").id
    before, after = asyncio.Event(), asyncio.Event()
    fault = slack.faults.add("chat.postMessage", Fault(wait=before, hold=after))
    post = asyncio.create_task(client.chat_postMessage(channel=news, text="x"))
    await asyncio.wait_for(fault.reached.wait(), PATIENCE)
    assert slack.messages("news") == []
    before.set()
    await slack.wait_for(lambda: slack.called("chat.postMessage")[0].answer)
    assert not post.done()
    after.set()
    assert (await post)["ok"]


async def test_the_channel_limiter_lets_one_message_through_an_interval(
    slack: LoopbackSlack, client: AsyncWebClient, clock: ManualClock
) -> None:
    slack.world.channel_interval = 1.0
    news, board = place(slack, "news").id, place(slack, "board").id
    await client.chat_postMessage(channel=news, text="1")
    await client.chat_postMessage(channel=board, text="1")
    with pytest.raises(SlackApiError) as caught:
        await client.chat_postMessage(channel=news, text="2")
    assert (caught.value.response.status_code, caught.value.response.headers["Retry-After"]) == (429, "1")
    clock.advance(1)
    await client.chat_postMessage(channel=news, text="2")
    assert [message.text for message in slack.messages("news")] == ["1", "2"]


async def test_an_upload_is_usable_only_once_it_is_processed(slack: LoopbackSlack, client: AsyncWebClient) -> None:
    uploaded = await client.files_upload_v2(content=PNG, filename="chart.png", title="Chart", alt_txt="A line")
    file = uploaded["file"]["id"]
    image = {"type": "image", "alt_text": "A line", "slack_file": {"id": file}}
    post: Json = {"channel": place(slack, "news").id, "text": "x", "blocks": [image]}
    body = await refusal(client.chat_postMessage(**post))
    assert body["error"] == "invalid_blocks"
    assert body["response_metadata"]["messages"] == ["[ERROR] invalid slack file [json-pointer:/blocks/0/slack_file]"]
    assert (await client.files_info(file=file))["file"]["mimetype"] == ""
    assert (await client.files_info(file=file))["file"]["mimetype"] == "image/png"
    assert (await client.chat_postMessage(**post))["ok"]
    assert [upload.content for upload in slack.uploads] == [PNG]


async def test_a_trigger_opens_one_view_within_three_seconds(
    slack: LoopbackSlack, client: AsyncWebClient, clock: ManualClock
) -> None:
    alice = slack.workspace.user("alice").id
    trigger, late = (slack.world.new_trigger(slack.workspace, alice) for _ in range(2))
    view = (await client.views_open(trigger_id=trigger, view=MODAL))["view"]
    assert (await refusal(client.views_open(trigger_id=trigger, view=MODAL)))["error"] == "exchanged_trigger_id"
    await client.views_update(view_id=view["id"], hash=view["hash"], view={**MODAL, "callback_id": "second"})
    body = await refusal(client.views_update(view_id=view["id"], hash=view["hash"], view=MODAL))
    assert body["error"] == "hash_conflict"
    assert slack.views[0].body["callback_id"] == "second"
    clock.advance(3)
    assert (await refusal(client.views_open(trigger_id=late, view=MODAL)))["error"] == "expired_trigger_id"


async def test_a_response_url_works_five_times_within_half_an_hour(slack: LoopbackSlack, clock: ManualClock) -> None:
    alice, channel = slack.workspace.user("alice").id, place(slack, "secret")
    hook = AsyncWebhookClient(slack.world.new_response_url(channel, alice))
    assert (await hook.send(text="private")).body == "ok"
    for number in range(4):
        assert (await hook.send(text=str(number), response_type="in_channel")).status_code == 200
    assert [message.text for message in slack.messages(channel)] == ["0", "1", "2", "3"]
    spent = await hook.send(text="one more")
    assert (spent.status_code, spent.body) == (404, '{"ok": false, "error": "used_url"}')
    late = AsyncWebhookClient(slack.world.new_response_url(channel, alice))
    clock.advance(30 * 60)
    assert "expired_url" in (await late.send(text="too late")).body


async def test_an_ephemeral_message_changes_only_by_response_url(slack: LoopbackSlack, client: AsyncWebClient) -> None:
    alice, news = slack.workspace.user("alice").id, place(slack, "news")
    posted = await client.chat_postEphemeral(channel=news.id, user=alice, text="psst")
    body = await refusal(client.chat_update(channel=news.id, ts=posted["message_ts"], text="x"))
    assert body["error"] == "message_not_found"
    (message,) = slack.ephemerals
    hook = AsyncWebhookClient(slack.world.new_response_url(news, alice, message))
    await hook.send(text="changed", replace_original=True)
    assert message.text == "changed"
    await hook.send(delete_original=True)
    assert slack.ephemerals == []


async def test_edits_are_of_own_messages_and_stop_when_the_window_closes(
    slack: LoopbackSlack, client: AsyncWebClient, clock: ManualClock
) -> None:
    slack.world.edit_window = 60
    posted = await client.chat_postMessage(channel=place(slack, "news").id, text="x")
    said = slack.world.say(place(slack, "news"), slack.workspace.user("bob").id, "mine")
    body = await refusal(client.chat_update(channel=said.channel, ts=said.ts, text="yours"))
    assert body["error"] == "cant_update_message"
    clock.advance(60)
    body = await refusal(client.chat_update(channel=posted["channel"], ts=posted["ts"], text="y"))
    assert body["error"] == "edit_window_closed"


async def test_people_and_direct_conversations_can_be_looked_up(slack: LoopbackSlack, client: AsyncWebClient) -> None:
    alice = slack.workspace.user("alice").id
    user = (await client.users_info(user=alice))["user"]
    assert (user["tz"], user["is_owner"]) == ("Europe/Berlin", True)
    room = (await client.conversations_open(users=alice))["channel"]["id"]
    assert (await client.chat_postMessage(channel=alice, text="x"))["channel"] == room
    assert (await client.bots_info(bot=slack.workspace.bot_id))["bot"]["app_id"] == slack.app.id
    assert (await refusal(client.api_call("no.such.method")))["error"] == "unknown_method"


async def test_forms_are_read_like_json(slack: LoopbackSlack) -> None:
    form = {"token": slack.workspace.token, "channel": "#news", "text": "x", "blocks": '[{"type": "divider"}]'}
    async with ClientSession() as session, session.post(f"{slack.api_url}chat.postMessage", data=form) as response:
        assert (await response.json())["ok"]
    assert slack.messages("news")[0].blocks == [{"type": "divider"}]


@pytest.mark.parametrize(("body", "error"), [("{", "invalid_json"), ("[]", "json_not_object")])
async def test_a_body_that_is_no_json_object_is_refused(slack: LoopbackSlack, body: str, error: str) -> None:
    headers = {"Content-Type": "application/json; charset=utf-8"}
    url = f"{slack.api_url}chat.postMessage"
    async with ClientSession() as session, session.post(url, data=body, headers=headers) as response:
        assert await response.json() == {"ok": False, "error": error}


@pytest.mark.parametrize(
    ("content", "error"),
    [
        ({}, "no_text"),
        ({"text": "x" * 40_001}, "msg_too_long"),
        ({"text": "x", "blocks": [section("y" * 3_000) for _ in range(5)]}, "msg_blocks_too_long"),
        ({"text": "x", "blocks": "not json"}, "invalid_blocks_format"),
        ({"text": "x", "metadata": {"event_type": "x"}}, "invalid_metadata_format"),
    ],
    ids=["nothing", "text", "blocks", "format", "metadata"],
)
async def test_messages_beyond_the_rules_are_refused(
    slack: LoopbackSlack, client: AsyncWebClient, content: Json, error: str
) -> None:
    args = {"channel": place(slack, "news").id, **content}
    assert (await refusal(client.api_call("chat.postMessage", json=args)))["error"] == error
    assert slack.messages("news") == []


def press(action: str, **fields: Any) -> Json:
    return {"type": "button", "action_id": action, "text": {"type": "plain_text", "text": "Go"}, **fields}


@pytest.mark.parametrize(
    ("blocks", "where"),
    [
        ([{"type": "divider"}] * 51, "/blocks"),
        ([{"type": "marquee"}], "/blocks/0/type"),
        ([section("y" * 3_001)], "/blocks/0/text/text"),
        ([{"type": "section"}], "/blocks/0"),
        ([section(fields=[{"type": "mrkdwn", "text": "f"}] * 11)], "/blocks/0/fields"),
        ([{"type": "header", "text": {"type": "mrkdwn", "text": "h"}}], "/blocks/0/text"),
        ([{"type": "image", "image_url": "https://example.com/a.png"}], "/blocks/0"),
        ([{"type": "image", "alt_text": "a"}], "/blocks/0"),
        ([{"type": "divider", "block_id": "b"}, {"type": "divider", "block_id": "b"}], "/blocks/1/block_id"),
        ([{"type": "actions", "elements": [press("a"), press("a")]}], "/blocks/0/elements/1/action_id"),
        ([{"type": "actions", "elements": [press("a", value="v" * 2_001)]}], "/blocks/0/elements/0/value"),
        ([{"type": "actions", "elements": [press("a", style="blue")]}], "/blocks/0/elements/0/style"),
        (
            [section(accessory={"type": "static_select", "action_id": "a", "options": []})],
            "/blocks/0/accessory/options",
        ),
        ([{"type": "context", "elements": [{"type": "mrkdwn", "text": ""}]}], "/blocks/0/elements/0/text"),
        ([{"type": "table", "rows": [[{"type": "raw_text", "text": "1"}] * 21]}], "/blocks/0/rows/0"),
    ],
)
def test_each_broken_block_rule_is_pointed_at(blocks: list[Json], where: str) -> None:
    (found,) = faults_in(blocks)
    assert found.endswith(f"[json-pointer:{where}]")


def test_blocks_in_order_break_no_rule() -> None:
    picture = {"type": "image", "image_url": "https://example.com/a.png", "alt_text": "A line"}
    blocks = [
        {"type": "header", "text": {"type": "plain_text", "text": "Cost"}},
        section(fields=[{"type": "mrkdwn", "text": "f"}] * 10, accessory=picture),
        {"type": "context", "elements": [picture, {"type": "mrkdwn", "text": "note"}]},
        {"type": "actions", "elements": [press("a"), press("b", style="primary", url="https://example.com")]},
        {"type": "table", "rows": [[{"type": "raw_text", "text": "1"}]] * 100},
    ]
    assert faults_in(blocks) == []
