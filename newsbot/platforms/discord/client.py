"""The gateway clients: discord.py connected, its events handed on, and how well the connection stands.

One shard is a plain client; several are one client of shards. Only events that need no privileged intent are asked for.
"""

import logging
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import discord

from newsbot.platforms.discord.identify import IdentifyGate

log = logging.getLogger(__name__)

AWAY_AFTER = timedelta(seconds=15)  # a reconnect takes less; what takes longer is told
_MAX_UPLOAD = 10 * 1024 * 1024  # Discord's default, for servers that leave the field out


@dataclass(frozen=True)
class Handlers:
    """What is done with what happens in Discord."""

    interaction: Callable[[discord.Interaction], Awaitable[None]]
    message: Callable[[discord.Message], Awaitable[None]]
    joined: Callable[[discord.Guild], Awaitable[None]]


class AnyClient:
    """How well the gateway stands, shard by shard."""

    def __init__(self, now: Callable[[], datetime]) -> None:
        self._now = now
        self._away_since: dict[int, datetime] = {0: now()}
        self.was_there = False
        self.refused = ""  # why Discord does not let newsbot in, until it does

    def expects(self, shards: list[int]) -> None:
        """These shards are to be connected."""
        since = min(self._away_since.values(), default=self._now())
        self._away_since = dict.fromkeys(shards, since)

    def came(self, shard: int) -> None:
        """A shard is connected."""
        self._away_since.pop(shard, None)
        self.was_there, self.refused = True, ""

    def went(self, shard: int) -> None:
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

    def listen_with(self, handlers: Handlers, connection: AnyClient, gate: IdentifyGate) -> None:
        """Hand events to `handlers`. To be called before the client connects."""
        self.handlers = handlers
        self.connection = connection
        self.gate = gate
        self.known_guilds: set[int] = set()
        parsers: dict[str, Callable[[Any], None]] = self._connection.parsers  # type: ignore[attr-defined]
        for name, parse in list(parsers.items()):
            parsers[name] = _guarded(name, parse, self)  # type: ignore[arg-type]

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
            self.came(event, shard)
        elif event in {"disconnect", "shard_disconnect"}:
            self.went(event, shard)
        super().dispatch(event, *args, **kwargs)  # type: ignore[misc]

    def came(self, event: str, shard: int) -> None:
        """A connection stands; clients of shards listen to the events of each."""
        if event.startswith("shard_") == self.is_sharded:
            self.connection.came(shard)

    def went(self, event: str, shard: int) -> None:
        """A connection broke."""
        if event.startswith("shard_") == self.is_sharded:
            self.connection.went(shard)

    is_sharded = False

    async def on_interaction(self, interaction: discord.Interaction) -> None:
        """Somebody used a command, a button or a form."""
        await self.handlers.interaction(interaction)

    async def on_message(self, message: discord.Message) -> None:
        """Somebody wrote a message."""
        await self.handlers.message(message)

    async def on_guild_join(self, guild: discord.Guild) -> None:
        """Somebody added newsbot to a server."""
        await self._joined(guild)

    async def on_guild_available(self, guild: discord.Guild) -> None:
        """A server is there. discord.py tells in this way also of one that newsbot was added to while it started."""
        await self._joined(guild)

    async def _joined(self, guild: discord.Guild) -> None:
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
    shards: list[int] | None, count: int, handlers: Handlers, connection: AnyClient, gate: IdentifyGate
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
        connection.expects([0])
    else:
        wanted = shards if shards is not None else list(range(count))
        client = ShardedClient(shard_ids=wanted, shard_count=count, **options)
        connection.expects(wanted)
    client.listen_with(handlers, connection, gate)
    return client


def _guarded(name: str, parse: Callable[[Any], None], client: discord.Client) -> Callable[[Any], None]:
    """One event of a shape that discord.py cannot read must not cost the connection and everyone's answers."""
    complete = _COMPLETED.get(name)

    def parsed(data: Any) -> None:
        try:
            parse(complete(data, client) if complete else data)
        except Exception:
            log.exception("an event %s could not be read", name)

    return parsed


# -- fields that discord.py insists on and that servers may leave out -------------------------------------------------

_SOMEBODY = {"username": "?", "discriminator": "0", "avatar": None}


def _interaction(data: Mapping[str, Any], client: discord.Client) -> dict[str, Any]:
    whole = {"version": 1, "attachment_size_limit": _MAX_UPLOAD, "application_id": client.application_id, **data}
    if member := data.get("member"):
        whole["member"] = _member(member)
    if data.get("user"):
        whole["user"] = {**_SOMEBODY, **data["user"]}
    elif member and not data.get("guild_id"):
        whole["user"] = whole["member"]["user"]
    if not data.get("channel") and data.get("channel_id"):
        kind = 0 if data.get("guild_id") else 1
        whole["channel"] = {"id": data["channel_id"], "type": kind, "name": "", "position": 0, "recipients": []}
    if data.get("message"):
        whole["message"] = {"content": "", "type": 0, **data["message"]}
    if data.get("type") == discord.InteractionType.component.value:
        whole["data"] = {"component_type": 2, **data["data"]}
    return whole


def _message(data: Mapping[str, Any], client: discord.Client) -> dict[str, Any]:
    del client
    whole = {"type": 0, "content": "", **data, "author": {**_SOMEBODY, **data["author"]}}
    if data.get("member"):
        whole["member"] = {"roles": [], "flags": 0, "joined_at": None, **data["member"]}
    return whole


def _ready(data: Mapping[str, Any], client: discord.Client) -> dict[str, Any]:
    """READY of a client of one shard may leave the shard out."""
    shards = list(getattr(client, "shard_ids", None) or [0])
    return {"shard": [shards[0], client.shard_count or 1], "guilds": [], **data}


def _member(member: Mapping[str, Any]) -> dict[str, Any]:
    user = {**_SOMEBODY, **(member.get("user") or {})}
    return {"roles": [], "flags": 0, "joined_at": None, **member, "user": user}


_COMPLETED: Mapping[str, Callable[[Mapping[str, Any], discord.Client], dict[str, Any]]] = {
    "INTERACTION_CREATE": _interaction,
    "MESSAGE_CREATE": _message,
    "READY": _ready,
}
