"""The loopback Discord proved with the real discord.py: what the bot's own tests rest on."""

import asyncio
import io
import json
from collections.abc import AsyncIterator
from typing import Any

import aiohttp
import discord
import pytest
from discord.http import Route, handle_message_parameters

from tests.discord.loopback import LoopbackDiscord
from tests.discord.loopback_client import call, connected, respond, running, send
from tests.discord.loopback_faults import Fault
from tests.discord.loopback_objects import ANNOUNCEMENT, FORUM, Channel, Permission

V2 = 1 << 15
ROW = [{"type": 1, "components": [{"type": 2, "style": 1, "label": "More", "custom_id": "more"}]}]


@pytest.fixture
async def server() -> AsyncIterator[LoopbackDiscord]:
    """A server to which discord.py is pointed for one test."""
    async with running() as started:
        yield started


@pytest.fixture
def channel(server: LoopbackDiscord) -> Channel:
    """A text channel of a guild the bot is in."""
    return server.world.add_channel(server.world.add_guild())


@pytest.fixture
async def rest(server: LoopbackDiscord) -> AsyncIterator[discord.Client]:
    """A client that has logged in and opens no gateway connection."""
    async with discord.Client(intents=discord.Intents.none()) as client:
        await client.login(server.token)
        yield client


async def test_a_wrong_token_is_refused_by_rest_and_gateway(server: LoopbackDiscord) -> None:
    async with discord.Client(intents=discord.Intents.none()) as client:
        with pytest.raises(discord.LoginFailure):
            await client.login("another")
    async with discord.Client(intents=discord.Intents.none()) as client:
        await client.login(server.token)
        server.token = "reset meanwhile"
        with pytest.raises(discord.ConnectionClosed) as caught:
            await client.connect()
        assert caught.value.code == 4004


async def test_a_command_is_answered_and_timed(server: LoopbackDiscord, channel: Channel) -> None:
    user = server.world.add_user("ada", locale="de")
    server.world.add_member(channel.guild or server.world.add_guild(), user)
    async with connected(server) as client:
        interaction = await server.command(user, channel, ("deepseek", "cost"), {"private": True})
        answer = await server.answered(interaction)
        assert (answer.type, answer.data["content"]) == (4, "as asked")
        assert answer.seconds > 0
        assert interaction.original is not None
        assert interaction.original["flags"] == 64
        assert interaction.original["interaction_metadata"]["user"]["id"] == str(user.id)
        assert server.messages(channel) == [], "an ephemeral message stands in no channel"
        assert client.seen == ["ready", "interaction application_command"]
    assert interaction.payload["locale"] == "de"
    assert interaction.payload["authorizing_integration_owners"] == {"0": str(channel.guild_id)}


async def test_a_nonce_makes_one_message(server: LoopbackDiscord, channel: Channel, rest: discord.Client) -> None:
    first = await send(rest, channel, content="a", nonce="n1", enforce_nonce=True)
    again = await send(rest, channel, content="b", nonce="n1", enforce_nonce=True)
    assert (again["id"], again["content"]) == (first["id"], "a")
    await send(rest, channel, content="c", nonce="n1")
    assert [message["content"] for message in server.messages(channel)] == ["a", "c"]
    await rest.http.delete_message(channel.id, int(server.messages(channel)[1]["id"]))
    with pytest.raises(discord.NotFound) as caught:
        await send(rest, channel, content="d", nonce="n1", enforce_nonce=True)
    assert caught.value.code == 10008
    server.clock.advance(600)
    assert (await send(rest, channel, content="e", nonce="n1", enforce_nonce=True))["content"] == "e"


async def test_a_drop_after_processing_has_stored_the_message(
    server: LoopbackDiscord, channel: Channel, rest: discord.Client
) -> None:
    path = "/channels/*/messages"
    server.faults.add("POST", path, Fault.drop_before())
    server.faults.add("POST", path, Fault.drop_after())
    for stored in (0, 1):
        with pytest.raises((aiohttp.ClientError, OSError)):
            await send(rest, channel, content="once", nonce="n", enforce_nonce=True)
        assert len(server.messages(channel)) == stored
    await send(rest, channel, content="once", nonce="n", enforce_nonce=True)
    assert len(server.messages(channel)) == 1
    assert len(server.requests_to("POST", f"/channels/{channel.id}/messages")) == 3


async def test_an_answer_can_be_held_back(server: LoopbackDiscord, channel: Channel, rest: discord.Client) -> None:
    before, after = asyncio.Event(), asyncio.Event()
    server.faults.add("POST", "/channels/*/messages", Fault.hold(before))
    server.faults.add("POST", "/channels/*/messages", Fault.hold_answer(after))
    held = asyncio.create_task(send(rest, channel, content="held"))
    await server.wait_for(lambda: server.requests_to("POST", f"/channels/{channel.id}/messages"))
    assert server.messages(channel) == []
    before.set()
    await held
    unanswered = asyncio.create_task(send(rest, channel, content="stored"))
    await server.wait_for(lambda: len(server.messages(channel)) == 2)
    assert not unanswered.done()
    after.set()
    assert (await unanswered)["content"] == "stored"


@pytest.mark.parametrize("is_global", [False, True])
async def test_a_429_is_obeyed_by_the_library(
    server: LoopbackDiscord, channel: Channel, rest: discord.Client, is_global: bool
) -> None:
    server.faults.add("POST", "/channels/*/messages", Fault.too_many(0.01, is_global=is_global))
    await send(rest, channel, content="later")
    assert len(server.requests_to("POST", f"/channels/{channel.id}/messages")) == 2
    assert len(server.messages(channel)) == 1


async def test_a_limited_route_tells_its_bucket(server: LoopbackDiscord, channel: Channel) -> None:
    server.limits.set("GET", "/channels/{channel_id}", 2, per=1000)
    url, bot = f"{server.api_url}/channels/{channel.id}", {"Authorization": f"Bot {server.token}"}
    async with aiohttp.ClientSession(headers=bot) as session:
        answers = [await session.get(url) for _ in range(3)]
        assert [answer.status for answer in answers] == [200, 200, 429]
        assert [answer.headers["X-RateLimit-Remaining"] for answer in answers] == ["1", "0", "0"]
        body = await answers[2].json()
        assert 0 < body["retry_after"] <= 1000
        assert not body["global"]
        assert answers[2].headers["X-RateLimit-Scope"] == "user"
        server.clock.advance(1000)
        assert (await session.get(url)).status == 200


async def test_statuses_and_garbage_come_as_ordered(
    server: LoopbackDiscord, channel: Channel, rest: discord.Client
) -> None:
    server.faults.add("POST", "/channels/*/messages", Fault.status(503))
    with pytest.raises(discord.DiscordServerError):
        await send(rest, channel, content="a")
    server.faults.add("POST", "/channels/*/messages", Fault.error(200000))
    with pytest.raises(discord.HTTPException) as caught:
        await send(rest, channel, content="a")
    assert caught.value.code == 200000
    server.faults.add("GET", "/users/@me", Fault.garbage())
    with pytest.raises(UnicodeDecodeError):
        await call(rest, "GET", "/users/@me")


@pytest.mark.parametrize(
    ("allowed", "code"),
    [(0, 50001), (Permission.VIEW_CHANNEL, 50013), (Permission.VIEW_CHANNEL | Permission.SEND_MESSAGES, 0)],
)
async def test_posting_needs_its_permissions(
    server: LoopbackDiscord, channel: Channel, rest: discord.Client, allowed: int, code: int
) -> None:
    server.world.set_permissions(channel, allowed)
    if code:
        with pytest.raises(discord.Forbidden) as caught:
            await send(rest, channel, content="a")
        assert caught.value.code == code
    else:
        await send(rest, channel, content="a")


async def test_files_need_a_permission_and_keep_their_alt_text(
    server: LoopbackDiscord, channel: Channel, rest: discord.Client
) -> None:
    gallery = {"type": 12, "items": [{"media": {"url": "attachment://chart.png"}, "description": "A rising line"}]}

    async def post() -> Any:
        file = discord.File(io.BytesIO(b"\x89PNG"), "chart.png", description="A rising line")
        with handle_message_parameters(file=file, flags=discord.MessageFlags(components_v2=True)) as parameters:
            assert parameters.multipart is not None
            body = json.loads(parameters.multipart[0]["value"]) | {"components": [gallery]}
            parameters.multipart[0]["value"] = json.dumps(body)
            return await rest.http.send_message(channel.id, params=parameters)

    message = await post()
    (attachment,) = message["attachments"]
    assert (attachment["description"], attachment["content_type"]) == ("A rising line", "image/png")
    assert message["components"][0]["items"][0]["media"]["url"] == attachment["url"]
    async with aiohttp.ClientSession() as session, session.get(attachment["url"]) as answer:
        assert await answer.read() == b"\x89PNG"
    sent = server.requests_to("POST", f"/channels/{channel.id}/messages")[-1]
    assert sent.files[0].data == b"\x89PNG"
    assert sent.json["components"] == [gallery], "the record is what arrived, not what became of it"
    server.world.set_permissions(channel, Permission.VIEW_CHANNEL | Permission.SEND_MESSAGES)
    with pytest.raises(discord.Forbidden):
        await post()


@pytest.mark.parametrize(
    "body",
    [
        {"content": "x" * 2001},
        {"content": "x", "nonce": "n" * 26},
        {"flags": V2, "content": "x", "components": [{"type": 10, "content": "x"}]},
        {"flags": V2, "components": [{"type": 10, "content": "x"}] * 41},
        {"flags": V2, "components": [{"type": 10, "content": "x" * 2001}] * 2},
        {"flags": V2, "components": ROW * 2},
        {"flags": V2, "components": [{"type": 12, "items": [{"media": {"url": "attachment://none.png"}}]}]},
        {"content": "x", "components": [{"type": 10, "content": "needs the flag"}]},
        {"embeds": [{"description": "x" * 4000}, {"description": "x" * 2001}]},
    ],
)
async def test_broken_rules_give_50035_with_the_place(
    server: LoopbackDiscord, channel: Channel, rest: discord.Client, body: dict[str, Any]
) -> None:
    with pytest.raises(discord.HTTPException, match="In ") as caught:
        await send(rest, channel, **body)
    assert (caught.value.status, caught.value.code) == (400, 50035)
    assert server.messages(channel) == []


async def test_an_edit_keeps_the_flag_and_what_it_does_not_name(
    server: LoopbackDiscord, channel: Channel, rest: discord.Client
) -> None:
    message = await send(rest, channel, flags=V2, components=[{"type": 10, "content": "old"}])
    path = f"/channels/{channel.id}/messages/{message['id']}"
    changed = await call(rest, "PATCH", path, components=[{"type": 10, "content": "new"}], flags=0)
    assert (changed["flags"] & V2, changed["components"][0]["content"]) == (V2, "new")
    with pytest.raises(discord.HTTPException):
        await call(rest, "PATCH", path, content="plain text")
    await call(rest, "DELETE", path)
    with pytest.raises(discord.NotFound) as caught:
        await call(rest, "GET", path)
    assert caught.value.code == 10008


async def test_threads_forums_and_crossposts(server: LoopbackDiscord, channel: Channel, rest: discord.Client) -> None:
    assert channel.guild is not None
    news = server.world.add_channel(channel.guild, "news", ANNOUNCEMENT)
    forum = server.world.add_channel(channel.guild, "forum", FORUM)
    message = await send(rest, news, content="breaking")
    path = f"/channels/{news.id}/messages/{message['id']}"
    assert (await call(rest, "POST", f"{path}/crosspost"))["flags"] & 1
    thread = await call(rest, "POST", f"{path}/threads", name="rest of it")
    assert (thread["id"], thread["type"]) == (message["id"], 10)
    with pytest.raises(discord.HTTPException) as caught:
        await call(rest, "POST", f"{path}/threads", name="again")
    assert caught.value.code == 160004
    post = await call(rest, "POST", f"/channels/{forum.id}/threads", name="brief", message={"content": "text"})
    assert post["message"]["id"] == post["id"]
    with pytest.raises(discord.HTTPException):
        await send(rest, forum, content="no text channel")
    with pytest.raises(discord.NotFound) as gone:
        await call(rest, "GET", "/channels/1")
    assert gone.value.code == 10003


async def test_commands_are_checked_stored_and_offered(
    server: LoopbackDiscord, channel: Channel, rest: discord.Client
) -> None:
    application = server.world.application_id
    text = {"type": 3, "name": "topic", "description": "Which", "required": True, "autocomplete": True}
    good: Any = [{"name": "brief", "description": "A brief", "options": [text]}]
    made = await rest.http.bulk_upsert_global_commands(application, good)
    again = await rest.http.bulk_upsert_global_commands(application, good)
    assert made[0]["id"] == again[0]["id"]
    broken: Any = [{"name": "Brief", "description": "x" * 101, "options": [{**text, "name": ""}]}]
    with pytest.raises(discord.HTTPException) as caught:
        await rest.http.bulk_upsert_global_commands(application, broken)
    assert caught.value.code == 50035
    assert "0.description" in caught.value.text
    interaction = await server.command(server.world.owner, channel, ("brief",), {"topic": "deepseek"})
    assert interaction.payload["data"]["id"] == made[0]["id"]
    with pytest.raises(LookupError, match="required"):
        await server.command(server.world.owner, channel, ("brief",))
    with pytest.raises(LookupError, match="no command"):
        await server.command(server.world.owner, channel, ("unknown",))


async def test_a_deferred_answer_keeps_its_privacy_and_takes_follow_ups(
    server: LoopbackDiscord, channel: Channel, rest: discord.Client
) -> None:
    interaction = await server.command(server.world.owner, channel, ("slow",))
    await respond(rest, interaction, 5, flags=64)
    assert interaction.original is not None
    assert interaction.original["flags"] == 64 | 1 << 7
    hook = f"/webhooks/{server.world.application_id}/{interaction.token}"
    await call(rest, "PATCH", f"{hook}/messages/@original", flags=V2, components=[{"type": 10, "content": "done"}])
    assert interaction.original["flags"] == 64 | V2
    await call(rest, "POST", hook, content="more", flags=64)
    assert [message["content"] for message in interaction.followups] == ["more"]
    await call(rest, "DELETE", f"{hook}/messages/@original")
    assert interaction.original is None
    server.clock.advance(16 * 60)
    with pytest.raises(discord.HTTPException) as caught:
        await call(rest, "POST", hook, content="too late")
    assert caught.value.code == 50027


async def test_answers_come_once_and_in_time(server: LoopbackDiscord, channel: Channel, rest: discord.Client) -> None:
    interaction = await server.command(server.world.owner, channel, ("quick",))
    await respond(rest, interaction, 4, content="first")
    with pytest.raises(discord.HTTPException) as caught:
        await respond(rest, interaction, 4, content="second")
    assert caught.value.code == 40060
    late = await server.command(server.world.owner, channel, ("quick",))
    server.clock.advance(3.5)
    with pytest.raises(discord.NotFound) as missed:
        await respond(rest, late, 4, content="late")
    assert missed.value.code == 10062
    typed = await server.autocomplete(server.world.owner, channel, ("quick",), "topic", "de")
    with pytest.raises(discord.HTTPException):
        await respond(rest, typed, 4, content="not a list of choices")
    await respond(rest, typed, 8, choices=[{"name": "DeepSeek", "value": "deepseek"}])
    assert (await typed.answer()).data["choices"][0]["value"] == "deepseek"


async def test_clicks_update_their_message_and_open_modals(
    server: LoopbackDiscord, channel: Channel, rest: discord.Client
) -> None:
    owner = server.world.owner
    interaction = await server.command(owner, channel, ("brief",))
    await respond(rest, interaction, 4, content="one", components=ROW)
    (message,) = server.messages(channel)
    pressed = await server.click(owner, message, "more")
    assert pressed.payload["message"]["interaction_metadata"]["user"]["id"] == str(owner.id)
    await respond(rest, pressed, 7, content="two", components=ROW)
    assert message["content"] == "two"
    opener = await server.click(owner, message, "more")
    field = {"type": 18, "label": "Zone", "component": {"type": 4, "style": 1, "custom_id": "zone"}}
    await respond(rest, opener, 9, custom_id="form", title="Settings", components=[field])
    submitted = await server.submit_modal(owner, opener, {"zone": "Europe/Berlin"})
    label = submitted.payload["data"]["components"][0]
    assert (label["type"], label["id"]) == (18, 1)
    assert label["component"] == {"type": 4, "id": 2, "custom_id": "zone", "value": "Europe/Berlin"}
    assert submitted.payload["message"]["id"] == message["id"]
    with pytest.raises(LookupError):
        await server.click(owner, message, "gone")


async def test_an_app_of_the_user_alone_has_five_follow_ups(server: LoopbackDiscord, rest: discord.Client) -> None:
    foreign = server.world.add_channel(server.world.add_guild("foreign", has_bot=False))
    owner = server.world.owner
    interaction = await server.command(owner, foreign, ("brief",), as_user_install=True)
    assert interaction.payload["authorizing_integration_owners"] == {"1": str(owner.id)}
    await respond(rest, interaction, 4, content="here")
    hook = f"/webhooks/{server.world.application_id}/{interaction.token}"
    for number in range(5):
        await call(rest, "POST", hook, content=str(number))
    with pytest.raises(discord.HTTPException) as caught:
        await call(rest, "POST", hook, content="one too many")
    assert caught.value.code == 40094
    with pytest.raises(discord.Forbidden):
        await send(rest, foreign, content="not a member")


async def test_direct_messages_open_and_may_be_closed(server: LoopbackDiscord, rest: discord.Client) -> None:
    user = server.world.add_user("ada")
    opened = await rest.http.start_private_message(user.id)
    await rest.http.request(
        Route("POST", "/channels/{channel_id}/messages", channel_id=opened["id"]), json={"content": "hello"}
    )
    user.takes_direct_messages = False
    with pytest.raises(discord.Forbidden) as caught:
        await send(rest, server.world.dm(user), content="again")
    assert caught.value.code == 50007
