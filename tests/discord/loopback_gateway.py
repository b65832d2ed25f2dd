"""The loopback Discord's gateway: sessions that outlive their connections, dispatches in order, and its bad days."""

import asyncio
import json
import time
from collections import Counter, deque
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from secrets import token_hex
from typing import Any

from aiohttp import WSMsgType, web

from tests.discord.loopback_objects import Channel, Payload
from tests.discord.loopback_sessions import GUILDS, Connection, Session
from tests.discord.loopback_world import World

HEARTBEAT, IDENTIFY, RESUME, RECONNECT, INVALID_SESSION, HELLO, HEARTBEAT_ACK = 1, 2, 6, 7, 9, 10, 11
OTHER_SENDS = frozenset({3, 4, 8, 31, 43})  # presence, voice, members, soundboard, channel info: taken, not acted on

MESSAGE_CONTENT = 1 << 15
PRIVILEGED = 1 << 1 | 1 << 8 | MESSAGE_CONTENT
KNOWN_INTENTS = (1 << 26) - 1
MAX_PAYLOAD = 4096
IDENTIFY_PAUSE = 5.0  # seconds between two identifies in one bucket of max_concurrency


@dataclass(frozen=True, slots=True)
class Identify:
    """An IDENTIFY as it came; `at` is monotonic seconds."""

    shard: tuple[int, int]
    intents: int
    data: Payload
    at: float


class Gateway:
    """Every session and connection. Its public attributes are the switches of a test."""

    def __init__(self, world: World, token: Callable[[], str], changed: Callable[[], None]) -> None:
        self._world = world
        self._token = token
        self._changed = changed
        self._connections: set[Connection] = set()
        self._answers: dict[int, Callable[[Connection, Any], Awaitable[None]]] = {
            HEARTBEAT: self._heartbeat,
            IDENTIFY: self._identify,
            RESUME: self._resume,
        }
        self._close_identify: deque[int] = deque()
        self._invalidate_next: deque[bool] = deque()
        self.resume_url = ""
        self.sessions: dict[str, Session] = {}
        self.identifies: list[Identify] = []
        self.received: Counter[int] = Counter()  # payloads from the bot by opcode
        self.heartbeat_interval = 41.25  # seconds
        self.privileged_intents = 0  # those switched on in the developer portal
        self.max_concurrency = 1
        self.enforces_concurrency = False
        self.is_away = False  # answers every new connection with 503
        self.mutes_acks = False
        self.echoes = True  # sends the bot events about its own messages, as Discord does

    @property
    def live(self) -> list[Session]:
        """The sessions with a connection."""
        return [session for session in self.sessions.values() if session.connection]

    def refuse_identify(self, code: int, times: int = 1) -> None:
        """Close the next connections that identify, e.g. with 4011 (sharding required)."""
        self._close_identify.extend([code] * times)

    def refuse_session(self, *, resumable: bool = False, times: int = 1) -> None:
        """Answer the next IDENTIFY or RESUME with Invalid Session."""
        self._invalidate_next.extend([resumable] * times)

    def drop(self) -> None:
        """Cut every connection without a close frame; sessions stay resumable."""
        for connection in list(self._connections):
            self._detach(connection)
            connection.abort()

    async def close(self, code: int) -> None:
        """Close every connection with a code."""
        await asyncio.gather(*(self._leave(connection, code) for connection in list(self._connections)))

    async def reconnect(self) -> None:
        """Ask every connection to reconnect and resume (opcode 7)."""
        await self._tell_all({"op": RECONNECT, "d": None})

    async def invalidate(self, *, resumable: bool = False) -> None:
        """Tell every connection that its session is invalid (opcode 9)."""
        if not resumable:
            self.sessions.clear()
        await self._tell_all({"op": INVALID_SESSION, "d": resumable})

    async def dispatch(self, event: str, data: Any, guild_id: int | None = None) -> int:
        """Send an event to whoever serves the guild and wants it; returns how many sessions that were."""
        sessions = [s for s in self.sessions.values() if s.serves(guild_id) and s.wants(event, in_guild=bool(guild_id))]
        for session in sessions:
            await session.send(event, data)
        return len(sessions)

    async def dispatch_in(self, event: str, channel: Channel, data: Payload) -> None:
        """Send an event of a channel."""
        guild_id = channel.guild_id
        await self.dispatch(event, {**data, "guild_id": str(guild_id)} if guild_id else data, guild_id)

    async def dispatch_message(self, event: str, channel: Channel, message: Payload) -> None:
        """Send a message event; its content is empty where neither intent nor mention lets the bot read it."""
        guild, author = channel.guild, int(message["author"]["id"])
        if (guild and not guild.has_bot) or (author == self._world.bot.id and not self.echoes):
            return
        guild_id = guild.id if guild else None
        for session in list(self.sessions.values()):
            if not session.serves(guild_id) or not session.wants(event, in_guild=guild is not None):
                continue
            data = message if guild is None or self._readable(session, message) else {**message, **_HIDDEN}
            if guild:
                member = guild.members[author].payload() if author in guild.members else {}
                data = {**data, "guild_id": str(guild.id), "member": member}
            await session.send(event, data)

    def _readable(self, session: Session, message: Payload) -> bool:
        bot = str(self._world.bot.id)
        is_addressed = any(user["id"] == bot for user in message["mentions"])
        return bool(session.intents & MESSAGE_CONTENT) or is_addressed or message["author"]["id"] == bot

    async def serve(self, raw: web.Request) -> web.StreamResponse:
        """One connection from HELLO to its end."""
        if self.is_away or raw.query.get("compress") not in (None, "zlib-stream"):
            return web.Response(status=503 if self.is_away else 400)
        socket = web.WebSocketResponse(compress=False, timeout=1)
        await socket.prepare(raw)
        connection = Connection(socket, raw)
        self._connections.add(connection)
        try:
            await self._converse(connection, raw)
        finally:
            self._connections.discard(connection)
            self._end(connection)
            self._changed()
        return socket

    async def _converse(self, connection: Connection, raw: web.Request) -> None:
        if raw.query.get("v", "10") not in ("9", "10") or raw.query.get("encoding", "json") != "json":
            await connection.close(4012)
            return
        interval = round(self.heartbeat_interval * 1000)
        await connection.send(json.dumps({"op": HELLO, "d": {"heartbeat_interval": interval}, "s": None, "t": None}))
        async for message in connection.socket:
            if message.type in (WSMsgType.TEXT, WSMsgType.BINARY):
                await self._receive(connection, message.data)
                self._changed()

    async def _receive(self, connection: Connection, data: str | bytes) -> None:
        try:
            payload = json.loads(data)
            opcode = payload["op"]
        except (ValueError, KeyError, TypeError):
            await connection.close(4002)
            return
        self.received[opcode] += 1
        if len(data) > MAX_PAYLOAD:
            await connection.close(4002)
        elif answer := self._answers.get(opcode):
            await answer(connection, payload.get("d"))
        elif opcode not in OTHER_SENDS:
            await connection.close(4001)
        elif connection.session is None:
            await connection.close(4003)

    async def _heartbeat(self, connection: Connection, _: Any) -> None:
        if not self.mutes_acks:
            await connection.send(json.dumps({"op": HEARTBEAT_ACK, "d": None}))

    async def _identify(self, connection: Connection, data: Payload) -> None:
        identify = Identify(tuple(data.get("shard") or (0, 1)), data.get("intents", -1), data, time.perf_counter())
        crowded = self._is_crowded(identify)
        self.identifies.append(identify)
        if code := self._close_code(connection, identify):
            await connection.close(code)
        elif crowded or self._invalidate_next:
            resumable = self._invalidate_next.popleft() if self._invalidate_next else False
            await connection.send(json.dumps({"op": INVALID_SESSION, "d": resumable}))
        else:
            await self._start(connection, identify)

    def _close_code(self, connection: Connection, identify: Identify) -> int:
        """The close code for an IDENTIFY that cannot be taken, 0 otherwise."""
        if connection.session:
            return 4005
        if identify.data.get("token") != self._token():
            return 4004
        if self._close_identify:
            return self._close_identify.popleft()
        index, count = identify.shard
        if not 0 <= index < count:
            return 4010
        if not 0 <= identify.intents <= KNOWN_INTENTS:
            return 4013
        return 4014 if identify.intents & PRIVILEGED & ~self.privileged_intents else 0

    def _is_crowded(self, identify: Identify) -> bool:
        """Whether another shard of the same bucket identified less than five seconds ago."""
        if not self.enforces_concurrency:
            return False
        bucket, since = identify.shard[0] % self.max_concurrency, identify.at - IDENTIFY_PAUSE
        return any(past.shard[0] % self.max_concurrency == bucket and past.at > since for past in self.identifies)

    async def _start(self, connection: Connection, identify: Identify) -> None:
        session = Session(token_hex(16), identify.shard, identify.intents, connection)
        connection.session = session
        connection.compresses_payloads = bool(identify.data.get("compress"))
        guilds = [g for g in self._world.guilds.values() if g.has_bot and session.serves(g.id)]
        ready = {
            "v": 10,
            "user": self._world.bot.payload() | {"verified": True, "email": None, "mfa_enabled": True},
            "guilds": [{"id": str(guild.id), "unavailable": True} for guild in guilds],
            "session_id": session.id,
            "session_type": "normal",
            "resume_gateway_url": self.resume_url,
            "shard": list(identify.shard),
            "application": {"id": str(self._world.application_id), "flags": 0},
            "private_channels": [],
            "presences": [],
            "relationships": [],
            "_trace": ["loopback"],
        }
        entries = [session.entry("READY", ready)]
        if session.intents & GUILDS:
            created = ({**g.create_payload(self._world.bot.id), "unavailable": False} for g in guilds)
            entries.extend(session.entry("GUILD_CREATE", data) for data in created)
        self.sessions[session.id] = session
        await connection.send(*entries)

    async def _resume(self, connection: Connection, data: Payload) -> None:
        session, since = self.sessions.get(data["session_id"]), int(data.get("seq") or 0)
        missed = session.missed(since) if session else None
        if data.get("token") != self._token():
            await connection.close(4004)
        elif self._invalidate_next or session is None or missed is None:
            resumable = self._invalidate_next.popleft() if self._invalidate_next else False
            await connection.send(json.dumps({"op": INVALID_SESSION, "d": resumable}))
        elif since > session.sequence:
            await connection.close(4007)
        else:
            connection.session, session.connection = session, connection
            await connection.send(*missed, session.entry("RESUMED", {"_trace": ["loopback"]}))

    async def _tell_all(self, payload: Payload) -> None:
        text = json.dumps(payload)
        await asyncio.gather(*(connection.send(text) for connection in list(self._connections)))

    async def _leave(self, connection: Connection, code: int) -> None:
        self._detach(connection)
        await connection.close(code)

    def _detach(self, connection: Connection) -> None:
        if connection.session and connection.session.connection is connection:
            connection.session.connection = None

    def _end(self, connection: Connection) -> None:
        """After the end: a client that closed with 1000 or 1001 has given its session up."""
        was_attached = connection.session is not None and connection.session.connection is connection
        self._detach(connection)
        if was_attached and connection.session and connection.socket.close_code in (1000, 1001):
            self.sessions.pop(connection.session.id, None)


_HIDDEN: Payload = {"content": "", "embeds": [], "attachments": [], "components": []}
