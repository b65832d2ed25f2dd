"""The real discord.py pointed at the loopback Discord: a client that remembers what it saw, and requests in short."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import Any

import discord
import yarl
from discord.gateway import DiscordWebSocket
from discord.http import Route

from tests.discord.loopback import LoopbackDiscord
from tests.discord.loopback_interactions import Interaction
from tests.discord.loopback_objects import Channel
from tests.discord.loopback_wire import Waiters
from tests.patience import PATIENCE


@asynccontextmanager
async def running() -> AsyncIterator[LoopbackDiscord]:
    """A server, and discord.py pointed at it while it runs."""
    base, gateway = Route.BASE, DiscordWebSocket.DEFAULT_GATEWAY
    async with LoopbackDiscord() as server:
        Route.BASE, DiscordWebSocket.DEFAULT_GATEWAY = server.api_url, yarl.URL(server.gateway_url)
        try:
            yield server
        finally:
            Route.BASE, DiscordWebSocket.DEFAULT_GATEWAY = base, gateway


class Hasty:
    """No pause before IDENTIFY, which the library makes for Discord's sake."""

    async def before_identify_hook(self, shard_id: int | None, *, initial: bool = False) -> None:
        """Identify at once."""


class Sharded(Hasty, discord.AutoShardedClient):
    """As many shards as the server advises."""


class Recorder(Hasty, discord.Client):
    """A client that answers every interaction with the same text and remembers the events it saw."""

    def __init__(self) -> None:
        super().__init__(intents=discord.Intents.default(), guild_ready_timeout=0.05)
        self.seen: list[str] = []
        self.texts: list[str] = []
        self._waiters = Waiters()

    async def until(self, condition: Callable[[], bool]) -> None:
        """Wait until the events seen fulfil a condition."""
        await self._waiters.wait_for(condition)

    def see(self, event: str) -> None:
        """Remember an event."""
        self.seen.append(event)
        self._waiters.changed()

    async def on_ready(self) -> None:
        self.see("ready")

    async def on_resumed(self) -> None:
        self.see("resumed")

    async def on_guild_join(self, guild: discord.Guild) -> None:
        self.see(f"joined {guild.name}")

    async def on_guild_remove(self, guild: discord.Guild) -> None:
        self.see(f"left {guild.name}")

    async def on_message(self, message: discord.Message) -> None:
        self.texts.append(message.content)
        self._waiters.changed()

    async def on_interaction(self, interaction: discord.Interaction) -> None:
        self.see(f"interaction {interaction.type.name}")
        await interaction.response.send_message("as asked", ephemeral=True)


@asynccontextmanager
async def connected(server: LoopbackDiscord, client: discord.Client | None = None) -> AsyncIterator[Recorder]:
    """A client on the gateway, ready."""
    recorder = client if isinstance(client, Recorder) else Recorder()
    async with recorder:
        task = asyncio.create_task(recorder.start(server.token))
        await server.ready()
        await asyncio.wait_for(recorder.wait_until_ready(), PATIENCE)
        yield recorder
    await asyncio.wait_for(task, PATIENCE)


async def send(client: discord.Client, channel: Channel, **body: Any) -> Any:
    """Post a message by the REST half of discord.py."""
    route = Route("POST", "/channels/{channel_id}/messages", channel_id=channel.id)
    return await client.http.request(route, json=body)


async def call(client: discord.Client, method: str, path: str, **body: Any) -> Any:
    """Any other request."""
    if body:
        return await client.http.request(Route(method, path), json=body)
    return await client.http.request(Route(method, path))


async def respond(rest: discord.Client, interaction: Interaction, kind: int, **data: Any) -> None:
    """Answer an interaction by REST."""
    path = f"/interactions/{interaction.id}/{interaction.token}/callback"
    await call(rest, "POST", path, type=kind, data=data)
