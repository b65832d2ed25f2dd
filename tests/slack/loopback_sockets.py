"""Socket Mode as Slack serves it: https://docs.slack.dev/apis/events-api/using-socket-mode."""

import asyncio
import json
import random
from collections.abc import Callable
from typing import Any

from aiohttp import WSMsgType, web

from tests.slack.loopback_records import Json

MOST_CONNECTIONS = 10
CONNECTION_SECONDS = 18_060  # about five hours, as hello announces it


class Connection:
    """One open WebSocket: what it acknowledged, and ways to make it fail."""

    def __init__(self, number: int, socket: web.WebSocketResponse, request: web.Request) -> None:
        self.number = number
        self.deaf = False
        self.acks: list[Json] = []
        self.pings = 0
        self.pongs = 0
        self.sent: list[Json] = []
        self._socket = socket
        self._request = request

    @property
    def closed(self) -> bool:
        """Whether the connection is gone."""
        return self._socket.closed

    async def send(self, body: Json) -> None:
        """Send one JSON message, unless deaf."""
        if not self.deaf:
            self.sent.append(body)
            await self._socket.send_str(json.dumps(body))

    async def disconnect(self, reason: str = "refresh_requested") -> None:
        """Announce the end as Slack does: warning, refresh_requested, link_disabled or too_many_websockets."""
        await self.send({"type": "disconnect", "reason": reason, "debug_info": {"host": f"applink-{self.number}"}})

    async def ping(self) -> None:
        """Ask the app for a pong; `pongs` counts the answers."""
        if not self.deaf:
            await self._socket.ping()

    def go_deaf(self) -> None:
        """Stay open, but from now on send nothing and answer no ping."""
        self.deaf = True

    def drop(self) -> None:
        """Abort the TCP connection without a word."""
        if self._request.transport is not None:
            self._request.transport.abort()

    async def close(self) -> None:
        """End the connection properly."""
        await self._socket.close()

    async def pong(self, data: Any) -> None:
        """Answer a ping, unless deaf."""
        self.pings += 1
        if not self.deaf:
            await self._socket.pong(data)


class Sockets:
    """All connections of the app, and the envelopes under way."""

    def __init__(self, changed: Callable[[], None], app_id: str) -> None:
        self.connections: list[Connection] = []
        self.opened = 0
        self.random = random.Random(0)
        self._changed = changed
        self._app_id = app_id
        self._tickets: set[str] = set()
        self._waiting: dict[str, asyncio.Future[Json | None]] = {}

    @property
    def live(self) -> list[Connection]:
        """The connections that are open and hear."""
        return [connection for connection in self.connections if not connection.closed and not connection.deaf]

    def ticket(self) -> str:
        """The query of a fresh WebSocket address; good for one connection."""
        ticket = f"{self.random.getrandbits(64):016x}"
        self._tickets.add(ticket)
        return f"ticket={ticket}&app_id={self._app_id}"

    async def serve(self, request: web.Request) -> web.StreamResponse:
        """Hold one connection from hello to its end."""
        if request.query.get("ticket") not in self._tickets:
            return web.Response(status=401)
        self._tickets.remove(request.query["ticket"])
        socket = web.WebSocketResponse(autoping=False, compress=False)
        await socket.prepare(request)
        connection = Connection(self.opened, socket, request)
        self.opened += 1
        if len(self.live) >= MOST_CONNECTIONS:
            await connection.disconnect("too_many_websockets")
            await socket.close()
            return socket
        self.connections.append(connection)
        try:
            await connection.send(self._hello(connection))
            self._changed()
            await self._listen(connection, socket)
        finally:
            self.connections.remove(connection)
            self._changed()
        return socket

    def _hello(self, connection: Connection) -> Json:
        debug = {"host": f"applink-{connection.number}", "approximate_connection_time": CONNECTION_SECONDS}
        return {
            "type": "hello",
            "num_connections": len(self.live),
            "debug_info": debug,
            "connection_info": {"app_id": self._app_id},
        }

    async def _listen(self, connection: Connection, socket: web.WebSocketResponse) -> None:
        async for message in socket:
            if message.type is WSMsgType.TEXT:
                self._acknowledged(connection, json.loads(message.data))
            elif message.type is WSMsgType.PING:
                await connection.pong(message.data)
            elif message.type is WSMsgType.PONG:
                connection.pongs += 1
            self._changed()

    def _acknowledged(self, connection: Connection, ack: Json) -> None:
        connection.acks.append(ack)
        waiting = self._waiting.pop(str(ack.get("envelope_id")), None)
        if waiting is not None and not waiting.done():
            waiting.set_result(ack.get("payload"))

    async def deliver(self, envelope: Json, patience: float) -> Json | None:
        """Give `envelope` to any one connection; the payload of its ack.

        LookupError where no connection is open, TimeoutError where nobody answers within `patience` seconds.
        """
        if not self.live:
            raise LookupError("no connection")
        waiting: asyncio.Future[Json | None] = asyncio.get_running_loop().create_future()
        self._waiting[envelope["envelope_id"]] = waiting
        await self.random.choice(self.live).send(envelope)
        try:
            return await asyncio.wait_for(waiting, patience)
        finally:
            self._waiting.pop(envelope["envelope_id"], None)

    async def close(self) -> None:
        """End every connection."""
        for connection in list(self.connections):
            connection.drop()
