"""Connections and sessions of the loopback gateway: what is sent, in which order, and what a resume brings back."""

import asyncio
import contextlib
import json
import zlib
from collections import deque
from dataclasses import dataclass, field
from typing import Any

from aiohttp import web

DISPATCH = 0
GUILDS, GUILD_MESSAGES, DIRECT_MESSAGES = 1 << 0, 1 << 9, 1 << 12
REPLAYABLE = 5000  # dispatches a session keeps for a resume


class Connection:
    """One WebSocket, with the compression its URL asked for."""

    def __init__(self, socket: web.WebSocketResponse, raw: web.Request) -> None:
        self.socket = socket
        self.session: Session | None = None
        self.compresses_payloads = False
        self._raw = raw
        self._deflate = zlib.compressobj() if raw.query.get("compress") == "zlib-stream" else None
        self._order = asyncio.Lock()

    async def send(self, *texts: str) -> None:
        """Send payloads one behind the other, in the order of the calls. A connection that is gone takes nothing."""
        async with self._order:
            with contextlib.suppress(ConnectionError, RuntimeError):
                for text in texts:
                    await self._write(text)

    async def _write(self, text: str) -> None:
        if self._deflate:
            data = self._deflate.compress(text.encode()) + self._deflate.flush(zlib.Z_SYNC_FLUSH)
            await self.socket.send_bytes(data)
        elif self.compresses_payloads:
            await self.socket.send_bytes(zlib.compress(text.encode()))
        else:
            await self.socket.send_str(text)

    def abort(self) -> None:
        """Cut the TCP connection without a word."""
        if self._raw.transport:
            self._raw.transport.abort()

    async def close(self, code: int) -> None:
        """Close with one of Discord's codes."""
        await self.socket.close(code=code)


@dataclass(eq=False)
class Session:
    """What an IDENTIFY starts and a RESUME takes up again."""

    id: str
    shard: tuple[int, int]
    intents: int
    connection: Connection | None = None
    sequence: int = 0
    log: deque[tuple[int, str]] = field(default_factory=lambda: deque(maxlen=REPLAYABLE))

    def serves(self, guild_id: int | None) -> bool:
        """Whether events of a guild go to this shard; what has no guild goes to shard 0."""
        index, count = self.shard
        return (guild_id >> 22) % count == index if guild_id else index == 0

    def wants(self, event: str, *, in_guild: bool) -> bool:
        """Whether the intents ask for an event."""
        if event.startswith("MESSAGE_"):
            return bool(self.intents & (GUILD_MESSAGES if in_guild else DIRECT_MESSAGES))
        if event.startswith(("GUILD_", "CHANNEL_", "THREAD_")):
            return bool(self.intents & GUILDS)
        return True

    def entry(self, event: str, data: Any) -> str:
        """The next dispatch of this session, numbered and kept for a resume."""
        self.sequence += 1
        text = json.dumps({"op": DISPATCH, "t": event, "s": self.sequence, "d": data}, separators=(",", ":"))
        self.log.append((self.sequence, text))
        return text

    async def send(self, event: str, data: Any) -> None:
        """Dispatch now, or on the next resume."""
        text = self.entry(event, data)
        if self.connection:
            await self.connection.send(text)

    def missed(self, since: int) -> list[str] | None:
        """What was dispatched after `since`, None where that reaches back too far."""
        if self.log and self.log[0][0] > since + 1:
            return None
        return [text for sequence, text in self.log if sequence > since]
