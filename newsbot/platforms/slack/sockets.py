"""Socket Mode: connections to Slack that newsbot opens itself, each replaced when it ends, drops or goes deaf.

Two are held, so that one hears while the other is exchanged. aiohttp's heartbeat is the watchdog: a connection on which
nothing was heard for a while is asked for a pong, and closed where none comes. The SDK's own client was not taken: it
opens a session for each connection, answers over whichever connection is newest rather than the one that asked, and
cancels its tasks without waiting for them. https://docs.slack.dev/apis/events-api/using-socket-mode/
"""

import asyncio
import json
import logging
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

from aiohttp import ClientError, ClientWebSocketResponse, WSMsgType
from slack_bolt.adapter.socket_mode.internals import build_headers
from slack_bolt.async_app import AsyncApp
from slack_bolt.request.async_request import AsyncBoltRequest
from slack_sdk.socket_mode.request import SocketModeRequest

from newsbot.errors import NewsbotError, PostLater, PostUnclear
from newsbot.platforms.slack.client import SlackCalls
from newsbot.tasks import BackgroundTasks, Backoff, end_tasks

log = logging.getLogger(__name__)

CONNECTIONS = 2
_HEARTBEAT = 10.0  # seconds of silence before a ping; the pong must come within half of it
_LONGEST_PAUSE = 30.0
_MAX_MESSAGE = 16 * 2**20


@dataclass(frozen=True, slots=True)
class Timing:
    """How long things may take, in seconds."""

    heartbeat: float = _HEARTBEAT
    hello: float = 30.0
    first_pause: float = 0.5
    linger: float = 3.0  # for what is under way when a connection ends


class SocketMode:
    """Holds the connections from `start` to `close`."""

    def __init__(self, app: AsyncApp, calls: SlackCalls, app_token: str, timing: Timing | None = None) -> None:
        self._app = app
        self._calls = calls
        self._token = app_token
        self._timing = timing or Timing()
        self._holders: list[asyncio.Task[None]] = []
        self._states: dict[int, str] = {}
        self._first = asyncio.Event()
        self._answers = BackgroundTasks("slack")
        self._retiring = BackgroundTasks("slack")

    def start(self) -> None:
        """Begin to connect; it goes on until `close`, whatever happens."""
        self._states = dict.fromkeys(range(CONNECTIONS), "connecting")
        self._holders = [asyncio.create_task(self._hold(number)) for number in range(CONNECTIONS)]

    async def connected(self) -> None:
        """Wait for the first connection."""
        await self._first.wait()

    @property
    def health(self) -> str:
        """ "ok" while one connection stands; else why none does."""
        states = list(self._states.values())
        return "ok" if "ok" in states else next(iter(states), "not started")

    async def close(self) -> None:
        """End every connection, once what was asked on them is acknowledged."""
        await end_tasks(self._holders)
        await self._answers.close(self._timing.linger)
        await self._retiring.close(0)

    async def _hold(self, number: int) -> None:
        """Keep one connection standing."""
        backoff = Backoff(self._timing.first_pause, _LONGEST_PAUSE)
        waits, pause = backoff.waits(), self._timing.first_pause
        clock = asyncio.get_running_loop().time
        while True:
            began = clock()
            try:
                await self._connect(number)
                if clock() - began >= pause:
                    waits, pause = backoff.waits(), self._timing.first_pause
                    continue
                self._states[number] = "Socket Mode is not connected: Slack ended the connection at once"
            except (PostLater, PostUnclear, ClientError, TimeoutError, OSError) as error:
                self._states[number] = f"Socket Mode is not connected: {error or 'no answer'}"
            except NewsbotError as error:
                self._states[number] = f"Slack does not accept SLACK_APP_TOKEN: {error}"
                waits = Backoff(_LONGEST_PAUSE, _LONGEST_PAUSE).waits()
            pause = next(waits)
            log.warning("%s; it is tried again in %.0f seconds", self._states[number], pause)
            await asyncio.sleep(pause)

    async def _connect(self, number: int) -> None:
        """One connection from its opening to its end. Raises where it never stood."""
        url = str((await self._calls.call(self._token, "apps.connections.open"))["url"])
        heartbeat = self._timing.heartbeat
        socket = await self._calls.session.ws_connect(url, heartbeat=heartbeat, max_msg_size=_MAX_MESSAGE)
        answers: set[asyncio.Task[None]] = set()
        try:
            await self._expect_hello(socket)
            self._states[number] = "ok"
            self._first.set()
            await self._listen(socket, answers)
        finally:
            self._states[number] = "reconnecting"
            self._retiring.start(self._retire(socket, answers), "a connection that ends")

    async def _retire(self, socket: ClientWebSocketResponse, answers: set[asyncio.Task[None]]) -> None:
        """Hear what still comes on a connection that is about to end, acknowledge it, and close."""
        try:
            with suppress(TimeoutError):
                async with asyncio.timeout(self._timing.linger):
                    while await self._listen(socket, answers):
                        pass
            if answers:
                await asyncio.wait(set(answers), timeout=self._timing.linger)
        finally:
            await socket.close()

    async def _expect_hello(self, socket: ClientWebSocketResponse) -> None:
        async with asyncio.timeout(self._timing.hello):
            message = await socket.receive()
        envelope = _read(message.data) if message.type is WSMsgType.TEXT else {}
        if envelope.get("type") != "hello":
            raise PostLater(f"Slack ended the connection ({envelope.get('reason') or 'without a word'}).")

    async def _listen(self, socket: ClientWebSocketResponse, answers: set[asyncio.Task[None]]) -> bool:
        """Answer what comes; True where Slack announces the connection's end, False once it has ended."""
        async for message in socket:
            if message.type is not WSMsgType.TEXT:
                continue
            envelope = _read(message.data)
            if envelope.get("type") == "disconnect":
                log.info("Slack exchanges a connection (%s)", envelope.get("reason"))
                return True
            if "envelope_id" in envelope:
                task = self._answers.start(self._answer(socket, envelope), "an envelope")
                answers.add(task)
                task.add_done_callback(answers.discard)
        return False

    async def _answer(self, socket: ClientWebSocketResponse, envelope: Mapping[str, Any]) -> None:
        """Let Bolt answer an envelope, and acknowledge it on the connection that it came by."""
        request = SocketModeRequest.from_dict(dict(envelope))
        if request is None:
            return
        asked = AsyncBoltRequest(mode="socket_mode", body=request.payload, headers=build_headers(request))
        response = await self._app.async_dispatch(asked)
        if response.status != 200:
            log.error("an envelope of Slack was not handled (%s)", response.status)
            return
        body = response.body if response.body.startswith("{") else ""
        payload = f', "payload": {body}' if body and envelope.get("accepts_response_payload", True) else ""
        with suppress(ClientError, ConnectionError):  # Slack will ask again, by another connection
            await socket.send_str(f'{{"envelope_id": {json.dumps(request.envelope_id)}{payload}}}')


def _read(text: str) -> Mapping[str, Any]:
    try:
        data = json.loads(text)
    except ValueError:
        return {}
    return data if isinstance(data, dict) else {}
