"""The loopback gateway proved with the real discord.py: sessions, resumes, shards and what an outsider may not see."""

import asyncio
from collections.abc import AsyncIterator

import aiohttp
import discord
import pytest

from tests.discord.loopback import LoopbackDiscord
from tests.discord.loopback_client import Sharded, connected, running
from tests.discord.loopback_objects import Channel
from tests.patience import PATIENCE


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


async def test_a_client_logs_in_and_sees_its_guilds(server: LoopbackDiscord, channel: Channel) -> None:
    async with connected(server) as client:
        assert client.user is not None
        assert client.user.id == server.world.bot.id
        found = client.get_channel(channel.id)
        assert isinstance(found, discord.TextChannel)
        granted = found.permissions_for(found.guild.me)
        assert granted.attach_files
        assert not granted.manage_channels


async def test_close_codes_on_demand_reach_the_client(server: LoopbackDiscord, rest: discord.Client) -> None:
    server.gateway.refuse_identify(4014)
    with pytest.raises(discord.PrivilegedIntentsRequired):
        await rest.connect()


async def test_a_dropped_connection_is_resumed_with_what_was_missed(server: LoopbackDiscord, channel: Channel) -> None:
    async with connected(server) as client:
        server.gateway.drop()
        interaction = await server.command(server.world.owner, channel, ("deepseek",))
        await server.answered(interaction)
        await client.until(lambda: "resumed" in client.seen)
        assert len(server.gateway.identifies) == 1


@pytest.mark.parametrize("code", [4000, 4009])
async def test_a_closed_connection_is_resumed(server: LoopbackDiscord, channel: Channel, code: int) -> None:
    async with connected(server) as client:
        await server.gateway.close(code)
        await server.ready()
        await client.until(lambda: "resumed" in client.seen)
        assert len(server.gateway.identifies) == 1


async def test_reconnect_is_obeyed_with_a_resume(server: LoopbackDiscord, channel: Channel) -> None:
    async with connected(server) as client:
        await server.gateway.reconnect()
        await client.until(lambda: "resumed" in client.seen)
        assert len(server.gateway.identifies) == 1


async def test_an_invalid_session_is_identified_again(server: LoopbackDiscord, channel: Channel) -> None:
    async with connected(server) as client:
        await server.gateway.invalidate()
        await server.wait_for(lambda: len(server.gateway.identifies) == 2)
        await client.until(lambda: len(client.seen) == 2)
        assert client.seen == ["ready", "ready"]


async def test_a_resume_may_be_refused(server: LoopbackDiscord, channel: Channel) -> None:
    async with connected(server) as client:
        server.gateway.refuse_session()
        server.gateway.drop()
        await server.wait_for(lambda: len(server.gateway.identifies) == 2)
        assert "resumed" not in client.seen


async def test_a_gateway_that_is_away_answers_503(server: LoopbackDiscord) -> None:
    server.gateway.is_away = True
    async with aiohttp.ClientSession() as session:
        with pytest.raises(aiohttp.WSServerHandshakeError, match="503"):
            await session.ws_connect(server.gateway_url)
        server.gateway.is_away = False
        async with session.ws_connect(f"{server.gateway_url}/any?v=10&encoding=json") as socket:
            assert (await socket.receive_json())["op"] == 10
            await socket.send_json({"op": 1, "d": None})
            assert (await socket.receive_json())["op"] == 11
            await socket.send_json({"op": 3, "d": {}})
            await socket.receive()
            assert socket.close_code == 4003


@pytest.mark.parametrize(("code", "sessions"), [(1000, 0), (4000, 1)])
async def test_a_session_outlives_its_connection_unless_it_was_given_up(
    server: LoopbackDiscord, code: int, sessions: int
) -> None:
    identify = {"token": server.token, "intents": 0, "properties": {}}
    async with aiohttp.ClientSession() as session:
        async with session.ws_connect(server.gateway_url) as socket:
            await socket.receive_json()
            await socket.send_json({"op": 2, "d": identify})
            assert (await socket.receive_json())["t"] == "READY"
            await socket.close(code=code)
        await server.wait_for(lambda: not server.gateway.live)
        assert len(server.gateway.sessions) == sessions
        async with session.ws_connect(server.gateway_url) as socket:
            await socket.receive_json()
            await socket.send_json({"op": 6, "d": {"token": server.token, "session_id": "unknown", "seq": 1}})
            assert await socket.receive_json() == {"op": 9, "d": False}


async def test_muted_heartbeats_stay_without_an_ack(server: LoopbackDiscord) -> None:
    server.gateway.mutes_acks = True
    async with aiohttp.ClientSession() as session, session.ws_connect(f"{server.gateway_url}?v=10") as socket:
        await socket.receive_json()
        await socket.send_json({"op": 1, "d": None})
        await socket.send_json({"op": 99})
        await socket.receive()
        assert socket.close_code == 4001, "nothing came before the close"


async def test_shards_get_the_guilds_that_are_theirs(server: LoopbackDiscord) -> None:
    guilds = [server.world.add_guild(f"guild {number}") for number in range(4)]
    server.application.shards = 2
    server.gateway.max_concurrency = 2
    async with Sharded(intents=discord.Intents.default(), guild_ready_timeout=0.05) as client:
        task = asyncio.create_task(client.start(server.token))
        await server.ready(shards=2)
        await asyncio.wait_for(client.wait_until_ready(), PATIENCE)
        assert sorted(identify.shard for identify in server.gateway.identifies) == [(0, 2), (1, 2)]
        assert {guild.id: guild.shard_id for guild in client.guilds} == {g.id: (g.id >> 22) % 2 for g in guilds}
    await task


async def test_joining_and_leaving_a_guild_reaches_the_client(server: LoopbackDiscord, channel: Channel) -> None:
    newcomer = server.world.add_guild("newcomers", has_bot=False)
    async with connected(server) as client:
        await server.join_guild(newcomer)
        await client.until(lambda: "joined newcomers" in client.seen)
        await server.remove_guild(newcomer)
        await client.until(lambda: "left newcomers" in client.seen)
        assert newcomer.id not in {guild.id for guild in client.guilds}


async def test_message_content_is_hidden_unless_the_bot_is_addressed(server: LoopbackDiscord, channel: Channel) -> None:
    owner, bot = server.world.owner, server.world.bot
    async with connected(server) as client:
        await server.say(owner, channel, "among people")
        await server.say(owner, channel, f"{bot.mention} what of DeepSeek?")
        await server.say(owner, server.world.dm(owner), "in private")
        await client.until(lambda: len(client.texts) == 3)
        assert client.texts == ["", f"{bot.mention} what of DeepSeek?", "in private"]
