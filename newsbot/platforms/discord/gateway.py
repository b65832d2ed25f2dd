"""The gateway clients: discord.py connected, its events handed on, and how well the connection stands.

One shard is a plain client; several are one client of shards. Only events that need no privileged intent are asked for.
"""

import logging
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, cast

import discord

from newsbot.platforms.discord._library import Parser, event_parsers
from newsbot.platforms.discord.identify import IdentifyGate

log = logging.getLogger(__name__)

AWAY_AFTER = timedelta(seconds=15)  # a reconnect takes less; what takes longer is told


@dataclass(frozen=True)
class Handlers:
    """What is done with what happens in Discord."""

    interaction: Callable[[discord.Interaction], Awaitable[None]]
    message: Callable[[discord.Message], Awaitable[None]]
    joined: Callable[[discord.Guild], Awaitable[None]]


class GatewayConnections:
    """How well the gateway stands, shard by shard."""

    def __init__(self, now: Callable[[], datetime]) -> None:
        self._now = now
        self._away_since: dict[int, datetime] = {0: now()}
        self.was_there = False
        self.refused = ""  # why Discord does not let newsbot in, until it does

    def expect(self, shards: list[int]) -> None:
        """These shards are to be connected."""
        since = min(self._away_since.values(), default=self._now())
        self._away_since = dict.fromkeys(shards, since)

    def mark_connected(self, shard: int) -> None:
        """A shard is connected."""
        self._away_since.pop(shard, None)
        self.was_there, self.refused = True, ""

    def mark_lost(self, shard: int) -> None:
        """A shard lost its connection."""
        self._away_since.setdefault(shard, self._now())

    @property
    def away(self) -> frozenset[int]:
        """The shards without a connection at this moment."""
        return frozenset(self._away_since)

    def health(self) -> str:
        """ "ok", why Discord does not let newsbot in, or since when the gateway is away."""
        if self.refused:
            return self.refused
        long_away = [since for since in self._away_since.values() if self._now() - since > AWAY_AFTER]
        if not long_away:
            return "ok"
        return f"no connection to Discord's gateway since {min(long_away):%H:%M} UTC"


def intents() -> discord.Intents:
    """Servers and their channels, and messages that name newsbot or are written to it: nothing privileged."""
    return discord.Intents(guilds=True, guild_messages=True, dm_messages=True)


class _Listening:
    """What both kinds of client share."""

    def listen_with(self, handlers: Handlers, connection: GatewayConnections, gate: IdentifyGate) -> None:
        """Hand events to `handlers`. To be called before the client connects."""
        self.handlers = handlers
        self.connection = connection
        self.gate = gate
        self.known_guilds: set[int] = set()
        client = cast(discord.Client, self)
        parsers = event_parsers(client)
        for name, parse in list(parsers.items()):
            parsers[name] = _guard(name, parse, client)

    async def before_identify_hook(self, shard_id: int | None, *, initial: bool = False) -> None:
        """Wait for this shard's turn to identify."""
        del initial
        await self.gate.wait(shard_id or 0)

    def dispatch(self, event: str, /, *args: Any, **kwargs: Any) -> None:
        """Note what says how the connection stands, before discord.py hands the event on."""
        if event == "connect":
            # READY names the servers newsbot is in: whatever comes later is a new one.
            self.known_guilds.update(guild.id for guild in self.guilds)  # type: ignore[attr-defined]
        shard = args[0] if args and event.startswith("shard_") else 0
        if event in {"connect", "resumed", "shard_connect", "shard_resumed"}:
            self.note_connected(event, shard)
        elif event in {"disconnect", "shard_disconnect"}:
            self.note_lost(event, shard)
        super().dispatch(event, *args, **kwargs)  # type: ignore[misc]

    def note_connected(self, event: str, shard: int) -> None:
        """A connection stands; clients of shards listen to the events of each."""
        if event.startswith("shard_") == self.is_sharded:
            self.connection.mark_connected(shard)

    def note_lost(self, event: str, shard: int) -> None:
        """A connection broke."""
        if event.startswith("shard_") == self.is_sharded:
            self.connection.mark_lost(shard)

    is_sharded = False

    async def on_interaction(self, interaction: discord.Interaction) -> None:
        """Somebody used a command, a button or a form."""
        await self.handlers.interaction(interaction)

    async def on_message(self, message: discord.Message) -> None:
        """Somebody wrote a message."""
        await self.handlers.message(message)

    async def on_guild_join(self, guild: discord.Guild) -> None:
        """Somebody added newsbot to a server."""
        await self._note_server(guild)

    async def on_guild_available(self, guild: discord.Guild) -> None:
        """A server is there. discord.py tells in this way also of one that newsbot was added to while it started."""
        await self._note_server(guild)

    async def _note_server(self, guild: discord.Guild) -> None:
        if guild.id not in self.known_guilds:
            self.known_guilds.add(guild.id)
            await self.handlers.joined(guild)

    async def on_guild_remove(self, guild: discord.Guild) -> None:
        """newsbot was removed from a server."""
        self.known_guilds.discard(guild.id)

    async def on_error(self, event_method: str, /, *args: Any, **kwargs: Any) -> None:
        """Something broke in a handler; the connection goes on."""
        del args, kwargs
        log.exception("%s broke", event_method)


class SingleClient(_Listening, discord.Client):
    """One connection for all servers."""


class ShardedClient(_Listening, discord.AutoShardedClient):
    """Several connections, each for a part of the servers."""

    is_sharded = True


Client = SingleClient | ShardedClient


def make_client(
    shards: list[int] | None, count: int, handlers: Handlers, connection: GatewayConnections, gate: IdentifyGate
) -> Client:
    """A client for these shards of `count`; None for all of them."""
    options: dict[str, Any] = {
        "intents": intents(),
        "max_messages": None,
        "chunk_guilds_at_startup": False,
        "member_cache_flags": discord.MemberCacheFlags.none(),
        "guild_ready_timeout": 0.5,
        "allowed_mentions": discord.AllowedMentions.none(),
    }
    client: Client
    if shards is None and count == 1:
        client = SingleClient(**options)
        connection.expect([0])
    else:
        wanted = shards if shards is not None else list(range(count))
        client = ShardedClient(shard_ids=wanted, shard_count=count, **options)
        connection.expect(wanted)
    client.listen_with(handlers, connection, gate)
    return client


def _guard(name: str, parse: Parser, client: discord.Client) -> Parser:
    """One event of a shape that discord.py cannot read must not cost the connection and everyone's answers."""

    def parse_guarded(data: Any) -> None:
        try:
            parse(_with_optional_fields(name, data, client))
        except Exception:
            log.exception("an event %s could not be read", name)

    return parse_guarded


def _with_optional_fields(name: str, data: Any, client: discord.Client) -> Any:
    """An event with what Discord documents as optional and newsbot or discord.py cannot do without.

    https://docs.discord.com/developers/interactions/receiving-and-responding: `channel?`, beside which stands the
    `channel_id?` that newsbot answers in. https://docs.discord.com/developers/events/gateway-events#ready: `shard?`.
    """
    if name == "INTERACTION_CREATE" and not data.get("channel") and data.get("channel_id"):
        kind = discord.ChannelType.text if data.get("guild_id") else discord.ChannelType.private
        channel = {"id": data["channel_id"], "type": kind.value, "name": "", "position": 0, "recipients": []}
        return {**data, "channel": channel}
    if name == "READY" and "shard" not in data:
        shards = getattr(client, "shard_ids", None) or [0]
        return {**data, "shard": [shards[0], client.shard_count or 1]}
    return data
