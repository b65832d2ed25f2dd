"""Fan-out: 2,000 messages to 500 channels through the outbox, beside the bare libraries that send the same bytes.

The servers run in this process, each client in one of its own: `python -m benchmarks.fanout discord newsbot`, or
`slack bare`, with what it needs to know on its first line of input; each further line is one round.
"""

import asyncio
import json
import math
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from datetime import UTC, datetime
from pathlib import Path
from random import Random
from typing import Any

from benchmarks.measure import Row
from newsbot.app import gc_tuning
from newsbot.messages.actions import Action
from newsbot.messages.cards import Button, Buttons, Card, Reply, Rule, text
from newsbot.messages.charts import Chart

MESSAGES, CHANNELS, AT_ONCE = 2_000, 500, 32
ROUNDS = 7
_ROOT = Path(__file__).resolve().parent.parent
_BUDGET = 2.0  # at least half as fast as the library alone
_LINES = (
    "Nvidia reported revenue of 57.0 billion US dollars for the quarter, 62 percent more than a year before.",
    "The price of a GPU hour on the spot market fell for the third month in a row, to 1.98 US dollars.",
    "Two laboratories opened the weights of their models this week; both ask for attribution.",
)
CARD = Card(
    "What happened on Monday",
    (
        *(text(line) for line in _LINES),
        Rule(),
        text("Not investment advice.", "small"),
        Buttons((Button("Manage", Action("help.open", ())),)),
    ),
)


class NoPictures:
    """Nothing is drawn here."""

    def key(self, chart: Chart) -> str:
        """No chart has a name."""
        del chart
        return ""

    async def png(self, chart: Chart) -> bytes:
        """No bytes at all."""
        del chart
        return b""


# -- the clients --------------------------------------------------------------------------------------------------

Round = Callable[[int], Awaitable[None]]


async def _rounds(one: Round) -> None:
    """One round a line of input; prints what it took, in seconds of the clock and of the processor."""
    number = 0
    while await asyncio.to_thread(sys.stdin.readline):
        number += 1
        began, used = time.perf_counter(), time.process_time()
        await one(number)
        took = time.perf_counter() - began, time.process_time() - used
        print(json.dumps(took), flush=True)


async def _at_once(send: Callable[[str], Awaitable[Any]], channels: Sequence[str]) -> None:
    """`MESSAGES` calls of `send`, always `AT_ONCE` under way."""
    ahead = iter(channels[number % CHANNELS] for number in range(MESSAGES))

    async def work() -> None:
        for channel in ahead:
            await send(channel)

    await asyncio.gather(*(work() for _ in range(AT_ONCE)))


class _Rounds:
    """The checkpoint of an outbox worker: sets `is_over` whenever a whole round is settled."""

    def __init__(self) -> None:
        self.is_over = asyncio.Event()
        self._settled = 0

    def __call__(self, step: str) -> None:
        if step == "settled":
            self._settled += 1
            if self._settled % MESSAGES == 0:
                self.is_over.set()


async def _through_the_outbox(platform: Any, place: Callable[[str], Any], channels: Sequence[str]) -> None:
    """Rounds of newsbot: everything is put into the outbox, and the round is over once all of it is settled."""
    from newsbot.outbox.enqueue import encode_reply, enqueue_edition, store_edition
    from newsbot.outbox.worker import OutboxWorker
    from newsbot.storage.database import Database
    from newsbot.storage.migrate import migrate
    from newsbot.storage.records import NewDelivery

    body = encode_reply(Reply(CARD))
    with tempfile.TemporaryDirectory() as folder:
        database = Database(f"sqlite:///{folder}/newsbot.db")
        await migrate(database)
        stop, rounds, platforms = asyncio.Event(), _Rounds(), {platform.name: platform}
        outbox_worker = OutboxWorker(database, platforms, "w", lambda: datetime.now(UTC), Random(1), rounds)
        running = asyncio.create_task(outbox_worker.run(stop))
        gc_tuning.apply()  # as `newsbot run` does

        async def one(number: int) -> None:
            rounds.is_over.clear()
            now = datetime.now(UTC)
            places = [place(channels[each % CHANNELS]) for each in range(MESSAGES)]
            fresh = [NewDelivery(f"{number}:{each}", where, now) for each, where in enumerate(places)]
            await database.write(lambda tx: enqueue_edition(tx, store_edition(tx, body, now), fresh))
            outbox_worker.wake()
            await rounds.is_over.wait()
            assert await database.read(lambda tx: tx.deliveries.counts()) == {"sent": number * MESSAGES}

        await _rounds(one)
        stop.set()
        await running
        await database.close()


async def _discord_newsbot(given: dict[str, Any]) -> None:
    from newsbot.messages.requests import Place
    from newsbot.platforms.discord._library import use_server
    from newsbot.platforms.discord.adapter import DiscordPlatform
    from newsbot.platforms.discord.login import Login
    from newsbot.platforms.discord.renderer import MessageRenderer

    async def not_published(place: Place) -> bool:
        del place
        return False

    use_server(given["url"], None)
    login = Login(given["token"])
    platform = DiscordPlatform(login.http, MessageRenderer(NoPictures()), not_published)
    await _through_the_outbox(platform, lambda channel: Place("discord", "", channel), given["channels"])
    await login.close()


async def _discord_bare(given: dict[str, Any]) -> None:
    from discord.http import MultipartParameters

    from newsbot.platforms.discord._library import use_server
    from newsbot.platforms.discord.login import Login
    from newsbot.platforms.discord.render import render_messages

    use_server(given["url"], None)
    login = Login(given["token"])
    http, _ = await login.http()
    (message,) = render_messages(CARD)
    sent = 0

    async def send(channel: str) -> None:
        nonlocal sent
        sent += 1
        payload = {**message.payload, "nonce": f"{sent:025}", "enforce_nonce": True}
        await http.send_message(channel, params=MultipartParameters(payload, None, None))

    await _rounds(lambda _: _at_once(send, given["channels"]))
    await login.close()


async def _slack_newsbot(given: dict[str, Any]) -> None:
    from newsbot.messages.requests import Place
    from newsbot.platforms.slack.adapter import SlackPlatform
    from newsbot.platforms.slack.client import SlackCalls
    from newsbot.platforms.slack.installations import Workspaces
    from newsbot.platforms.slack.pictures import UploadedPictures
    from newsbot.platforms.slack.renderer import CardRenderer
    from newsbot.platforms.slack.responses import ChannelPace, Responder
    from newsbot.platforms.slack.workspace import Workspace
    from newsbot.storage.database import Database
    from newsbot.tasks import BackgroundTasks

    calls = SlackCalls(given["url"])
    workspaces = Workspaces(calls, Database("sqlite://"), lambda: datetime.now(UTC), "w")
    workspaces.use_single(Workspace(given["team"], "Acme", given["token"]))
    shelf: Any = None  # only pictures at a public address look there
    pictures = UploadedPictures(NoPictures(), shelf, workspaces, None)
    platform = SlackPlatform(
        workspaces,
        Responder(workspaces, CardRenderer(pictures), pictures, BackgroundTasks(), ChannelPace(0)),
        pictures,
        False,
    )
    await _through_the_outbox(platform, lambda channel: Place("slack", given["team"], channel), given["channels"])
    await calls.close()


async def _slack_bare(given: dict[str, Any]) -> None:
    from aiohttp import ClientSession, DummyCookieJar, TCPConnector
    from slack_sdk.web.async_client import AsyncWebClient

    from newsbot.platforms.slack.render import render_messages
    from newsbot.platforms.slack.responses import EVENT_TYPE

    (message,) = render_messages(CARD, lambda _: None)
    sent = 0
    async with ClientSession(connector=TCPConnector(limit=0), cookie_jar=DummyCookieJar()) as session:
        client = AsyncWebClient(given["token"], base_url=given["url"], session=session)

        async def send(channel: str) -> None:
            nonlocal sent
            sent += 1
            metadata = {"event_type": EVENT_TYPE, "event_payload": {"key": str(sent)}}
            await client.chat_postMessage(channel=channel, metadata=metadata, **message.payload)

        await _rounds(lambda _: _at_once(send, given["channels"]))


_CLIENTS = {
    ("discord", "newsbot"): _discord_newsbot,
    ("discord", "bare"): _discord_bare,
    ("slack", "newsbot"): _slack_newsbot,
    ("slack", "bare"): _slack_bare,
}


# -- measuring ----------------------------------------------------------------------------------------------------


class _Client:
    """A client's process."""

    def __init__(self, process: asyncio.subprocess.Process) -> None:
        self._process = process

    async def round(self) -> tuple[float, float]:
        """One round: microseconds a message, by the clock and by the client's processor."""
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.write(b"go\n")
        took, used = json.loads(await asyncio.wait_for(self._process.stdout.readline(), 120))
        return took * 1e6 / MESSAGES, used * 1e6 / MESSAGES


@asynccontextmanager
async def _client(platform: str, side: str, given: dict[str, Any]) -> AsyncIterator[_Client]:
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "benchmarks.fanout", platform, side),
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        cwd=_ROOT,
        limit=2**20,
    )
    assert process.stdin is not None
    process.stdin.write(f"{json.dumps(given)}\n".encode())
    try:
        yield _Client(process)
        process.stdin.close()
        await process.wait()
    finally:
        if process.returncode is None:
            process.kill()
            await process.wait()


@asynccontextmanager
async def _discord() -> AsyncIterator[tuple[dict[str, Any], Callable[[], int]]]:
    """What a client of a loopback Discord is given, and how many messages arrived there."""
    from tests.discord.loopback import LoopbackDiscord

    async with LoopbackDiscord(strict=False, echo=False, keeps_requests=False) as server:
        guild = server.world.add_guild("readers")
        channels = [server.world.add_channel(guild, f"news-{number}") for number in range(CHANNELS)]
        given = {"url": server.api_url, "token": server.token, "channels": [str(each.id) for each in channels]}
        yield given, lambda: sum(len(each.messages) for each in channels)


@asynccontextmanager
async def _slack() -> AsyncIterator[tuple[dict[str, Any], Callable[[], int]]]:
    """What a client of a loopback Slack is given, and how many messages arrived there."""
    from tests.slack.loopback import LoopbackSlack

    async with LoopbackSlack(strict=False, record=False) as server:
        space = server.workspace
        channels = [server.world.add_channel(space, f"news-{number}") for number in range(CHANNELS)]
        given = {"url": server.api_url, "token": space.token, "team": space.id}
        yield {**given, "channels": [each.id for each in channels]}, lambda: sum(len(c.messages) for c in channels)


async def _measured(platform: str) -> list[Row]:
    """Rounds in turns, after one that warms up; the medians. Each client has a server of its own."""
    served = {"discord": _discord, "slack": _slack}[platform]
    async with AsyncExitStack() as stack:
        servers = [await stack.enter_async_context(served()) for _ in range(2)]
        clients = [
            await stack.enter_async_context(_client(platform, side, given))
            for side, (given, _) in zip(("newsbot", "bare"), servers, strict=True)
        ]
        for client in clients:
            await client.round()
        took = [[await client.round() for client in clients] for _ in range(ROUNDS)]
        counts = [count() for _, count in servers]
    times = [[statistics.median(each) for each in zip(*side, strict=True)] for side in zip(*took, strict=True)]
    (ours, our_cpu), (bare, bare_cpu) = times
    missing = abs(counts[0] - (ROUNDS + 1) * MESSAGES)
    name = f"{platform}: {MESSAGES} messages to {CHANNELS} channels"
    return [
        Row(f"{name}, each (floor: bare)", ours, "us", _BUDGET, bare),
        Row(f"{platform}: processor time of each (floor: bare)", our_cpu, "us", math.inf, bare_cpu),
        Row(f"{platform}: lost or doubled", missing, "", 0),
    ]


def rows() -> Iterator[Row]:
    """The measured lines."""
    for platform in ("discord", "slack"):
        yield from asyncio.run(_measured(platform))


if __name__ == "__main__":
    asyncio.run(_CLIENTS[sys.argv[1], sys.argv[2]](json.loads(sys.stdin.readline())))
