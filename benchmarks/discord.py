"""Discord: newsbot beside a bare discord.py client that sends the same bytes, each on a loopback Discord of its own.

The servers run in this process and take the time, from the event on the gateway to the arrival of the answer. Run as a
program this module is one of the clients: `python -m benchmarks.discord newsbot`, or `… bare` with a folder of answers.
"""

import asyncio
import io
import json
import math
import os
import signal
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any

from benchmarks.measure import Row

# What only one side needs is imported where it is used: the two clients' memory is measured.
if TYPE_CHECKING:
    from discord import Interaction

    from tests.discord.loopback import LoopbackDiscord
    from tests.discord.loopback_interactions import Callback
    from tests.discord.loopback_objects import Channel, User

COST, LAYOUT = ("deepseek", "cost"), ("deepseek", "layout")  # the bare client answers the second by a LayoutView
ROUNDS, CROWDS, CROWD, WARM_UP = 300, 20, 32, 20
_CONTENT = Path(__file__).resolve().parent.parent / "content"
_TICK = 0.001  # seconds between two looks at whether the event loop is busy
_FOR_INFORMATION = math.inf
_STACK = "import asyncpg, discord, pydantic, slack_bolt.async_app, sqlalchemy.ext.asyncio, yaml"
_FLOOR_MB = 79.0  # FLOORS.md: the whole stack with Discord and Slack imported, on its machine


@dataclass
class Side:
    """One client's process with the server it is connected to, and somebody there who asks."""

    server: "LoopbackDiscord"
    process: asyncio.subprocess.Process
    anna: "User"
    channel: "Channel"

    async def ask(self, path: Sequence[str] = COST) -> "Callback":
        """The answer to a command."""
        return await (await self.server.command(self.anna, self.channel, path)).answer()

    async def type(self) -> "Callback":
        """The answer to half a word in the option of `/brief`."""
        opened = await self.server.autocomplete(self.anna, self.channel, ("brief",), "topic", "dee")
        return await opened.answer()

    async def crowd(self) -> tuple[float, int]:
        """Milliseconds for each of many commands at once, until the last answer, and how many had none."""
        start = time.perf_counter()
        commands = (self.server.command(self.anna, self.channel, COST) for _ in range(CROWD))
        opened = await asyncio.gather(*commands)
        await asyncio.gather(*(each.answer(10) for each in opened), return_exceptions=True)
        arrived = [each.sent_at + each.callback.seconds for each in opened if each.callback]
        return (max(arrived, default=math.inf) - start) * 1_000 / CROWD, CROWD - len(arrived)

    async def blocked(self) -> float:
        """Milliseconds of the longest turn of the client's event loop while it answers a crowd."""
        assert self.process.stdout is not None
        self.process.send_signal(signal.SIGUSR1)
        await self.process.stdout.readline()  # it watches now
        await self.crowd()
        self.process.send_signal(signal.SIGUSR1)
        return float(await self.process.stdout.readline())

    def megabytes(self) -> float:
        """The client's resident memory."""
        import psutil

        return psutil.Process(self.process.pid).memory_info().rss / 1e6

    def cpu(self) -> float:
        """Seconds of processor time that the client has used."""
        import psutil

        used = psutil.Process(self.process.pid).cpu_times()
        return used.user + used.system


@asynccontextmanager
async def _side(data: Path, *command: str) -> AsyncIterator[Side]:
    """A client connected to a server that looks at nothing twice: no checks, no echoes, no records."""
    from tests.discord.loopback import LoopbackDiscord

    async with LoopbackDiscord(strict=False, echo=False, keeps_requests=False) as server:
        guild, anna = server.world.add_guild("readers"), server.world.add_user("anna")
        server.world.add_member(guild, anna)
        channel = server.world.add_channel(guild, "ai-news")
        there = {
            "DISCORD_API_URL": server.api_url,
            "DISCORD_GATEWAY_URL": server.gateway_url,
            "DISCORD_TOKEN": server.token,
        }
        environment = {**os.environ, **there, "NEWSBOT_CONFIG": str(data), "PORT": "0", "LOG_LEVEL": "warning"}
        process = await asyncio.create_subprocess_exec(
            *(sys.executable, "-m", "benchmarks.discord", *command), stdout=subprocess.PIPE, env=environment
        )
        try:
            await server.ready()
            yield Side(server, process, anna, channel)
        finally:
            if process.returncode is None:
                process.terminate()
            await process.wait()


# -- measuring ----------------------------------------------------------------------------------------------------


async def _draw_charts(data: Path) -> None:
    """Fill the cache of charts, so that nobody draws while time is taken."""
    from newsbot.charts.renderer import ChartRenderer
    from newsbot.content.cards import charts
    from newsbot.content.library import load_library

    renderer = ChartRenderer(data / "charts")
    await renderer.warm(charts(load_library(_CONTENT, date.today())))  # noqa: DTZ011 (events up to today)
    await renderer.close()


async def _record(ours: Side, folder: Path) -> None:
    """Keep newsbot's answers for the bare client to give."""
    answer, choices = await ours.ask(), await ours.type()
    assert len(answer.files) == 1, "/deepseek cost has a chart"
    (folder / "answer.json").write_text(json.dumps(answer.data), encoding="utf-8")
    (folder / "choices.json").write_text(json.dumps(choices.data), encoding="utf-8")
    (folder / "chart.png").write_bytes(answer.files[0].data)


async def _measured(folder: Path) -> list[Row]:
    (folder / "newsbot.yaml").write_text(f"data: {folder}\n", encoding="utf-8")
    await _draw_charts(folder)
    async with _side(folder, "newsbot") as ours:
        await ours.server.wait_for(lambda: bool(ours.server.application.commands), timeout=15)
        await _record(ours, folder)
        async with _side(folder, "bare", str(folder)) as bare:
            memory = [_memory("connected", ours, bare.megabytes(), _FOR_INFORMATION, "a bare client")]
            for _ in range(WARM_UP):
                await asyncio.gather(ours.ask(), ours.type(), bare.ask(), bare.ask(LAYOUT), bare.type())
            rows = [*await _one_at_a_time(ours, bare), *await _at_once(ours, bare), *await _blocks(ours, bare)]
            memory += [
                _memory("after them", ours, bare.megabytes(), _FOR_INFORMATION, "a bare client"),
                _memory("after them", ours, _imported(), 1.4, "the stack's imports"),
                _memory("after them", ours, _FLOOR_MB, 1.4, "FLOORS.md"),
            ]
            return [*rows, *memory]


async def _one_at_a_time(ours: Side, bare: Side) -> list[Row]:
    """Commands and completions, newsbot and the bare client in turns; the medians."""
    cost, same = await _in_turns(ours.ask, bare.ask)
    beside, layout = await _in_turns(ours.ask, lambda: bare.ask(LAYOUT))
    typed, given = await _in_turns(ours.type, bare.type)
    return [
        Row(f"discord: /deepseek cost, p50 of {ROUNDS} (floor: same bytes)", cost, "ms", 1.6, same),
        Row("discord: the same (floor: LayoutView and send_message)", beside, "ms", _FOR_INFORMATION, layout),
        Row(f"discord: autocomplete, p50 of {ROUNDS}", typed, "ms", 50),
        Row("discord: autocomplete (floor: same bytes)", typed, "ms", _FOR_INFORMATION, given),
    ]


async def _in_turns(*asked: Callable[[], Awaitable["Callback"]]) -> list[float]:
    times = [[(await ask()).seconds * 1_000 for ask in asked] for _ in range(ROUNDS)]
    return [statistics.median(found) for found in zip(*times, strict=True)]


async def _at_once(ours: Side, bare: Side) -> list[Row]:
    """Crowds in turns: the median of each one's pace, and the processor time of all."""
    paces: tuple[list[float], list[float]] = ([], [])
    before = [side.cpu() for side in (ours, bare)]
    lost = 0
    for _ in range(CROWDS):
        for found, side in zip(paces, (ours, bare), strict=True):
            pace, missing = await side.crowd()
            found.append(pace)
            lost += missing if side is ours else 0
    cpu = [(side.cpu() - used) * 1e6 / (CROWDS * CROWD) for side, used in zip((ours, bare), before, strict=True)]
    value, floor = map(statistics.median, paces)
    return [
        Row(f"discord: unanswered of {CROWDS * CROWD}, {CROWD} at once", lost, "", 0),
        Row(f"discord: time per answer, {CROWD} at once (floor: same bytes)", value, "ms", 1.6, floor),
        Row(f"discord: CPU of one, {CROWD} at once (floor: same bytes)", cpu[0], "us", _FOR_INFORMATION, cpu[1]),
    ]


async def _blocks(ours: Side, bare: Side) -> list[Row]:
    blocks = [(await ours.blocked(), await bare.blocked()) for _ in range(CROWDS)]
    turns = list(zip(*blocks, strict=True))
    value, floor = map(statistics.median, turns)
    worst, floor_worst = map(max, turns)
    return [
        Row(f"discord: event loop's longest turn, {CROWD} at once, median", value, "ms", _FOR_INFORMATION, floor),
        Row(f"discord: the same, worst of {CROWDS} crowds", worst, "ms", _FOR_INFORMATION, floor_worst),
    ]


def _memory(when: str, ours: Side, floor: float, budget: float, what: str) -> Row:
    return Row(f"discord: resident, {when} (floor: {what})", ours.megabytes(), "MB", budget, floor)


def _imported() -> float:
    program = f"{_STACK}; import psutil; print(psutil.Process().memory_info().rss)"
    ran = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    return int(ran.stdout) / 1e6


def rows() -> Iterator[Row]:
    """The measured lines."""
    with tempfile.TemporaryDirectory() as folder:
        yield from asyncio.run(_measured(Path(folder)))


# -- the clients --------------------------------------------------------------------------------------------------


def _watch_blocks() -> None:
    """At every other SIGUSR1 begin to watch the event loop, at the next print its longest turn in milliseconds."""
    loop = asyncio.get_running_loop()
    watching: list[asyncio.Task[None]] = []
    longest = 0.0

    async def watch() -> None:
        nonlocal longest
        longest = 0.0
        while True:
            start = time.perf_counter()
            await asyncio.sleep(_TICK)
            longest = max(longest, time.perf_counter() - start - _TICK)

    def turn() -> None:
        if watching:
            watching.pop().cancel()
            print(longest * 1_000, flush=True)
        else:
            watching.append(loop.create_task(watch()))
            print("watching", flush=True)

    loop.add_signal_handler(signal.SIGUSR1, turn)


async def _newsbot() -> None:
    """newsbot with Discord alone, as `newsbot run --only discord`."""
    from newsbot import logs
    from newsbot.app.runner import run
    from newsbot.platforms.terminal.adapter import Screen
    from newsbot.settings import load_settings

    settings = load_settings()
    logs.set_up(settings.log.level, settings.log.format)
    _watch_blocks()
    await run(settings, Screen(), frozenset({"discord"}))


class _Recorded:
    """The answers that the bare client gives."""

    def __init__(self, folder: Path) -> None:
        from discord.webhook.async_ import AsyncWebhookAdapter

        self._answer = {"type": 4, "data": json.loads((folder / "answer.json").read_bytes())}
        self._choices = {"type": 8, "data": json.loads((folder / "choices.json").read_bytes())}
        self._png = (folder / "chart.png").read_bytes()
        self._adapter = AsyncWebhookAdapter()  # type: ignore[no-untyped-call] # the library's own gap

    async def give(self, to: "Interaction") -> None:
        """Answer by the request that `interaction.response` makes, without its `with_response`, whose answer costs."""
        from discord import InteractionType, utils
        from discord.http import Route

        path = "/interactions/{webhook_id}/{webhook_token}/callback"
        route = Route("POST", path, webhook_id=to.id, webhook_token=to.token)
        if to.type is InteractionType.autocomplete:
            await self._adapter.request(route, to._session, payload=self._choices)
            return
        chart: Any = {"name": "files[0]", "value": self._png, "filename": "chart-1.png", "content_type": "image/png"}
        form = [{"name": "payload_json", "value": utils._to_json(self._answer)}, chart]
        await self._adapter.request(route, to._session, multipart=form)

    async def give_as_view(self, to: "Interaction") -> None:
        """Answer as discord.py's own examples do: components as objects, a file, `send_message`."""
        from discord import File
        from discord.components import _component_factory
        from discord.ui import LayoutView
        from discord.ui.view import _component_to_item

        view = LayoutView()
        for each in self._answer["data"]["components"]:
            component = _component_factory(each)
            assert component is not None
            view.add_item(_component_to_item(component))
        alt = self._answer["data"]["attachments"][0]["description"]
        await to.response.send_message(view=view, file=File(io.BytesIO(self._png), "chart-1.png", description=alt))
        view.stop()  # nobody presses here; it would wait for that in memory


async def _bare(folder: Path) -> None:
    """A client of nothing but discord.py."""
    import discord
    import yarl
    from discord.gateway import DiscordWebSocket
    from discord.http import Route

    Route.BASE = os.environ["DISCORD_API_URL"]
    DiscordWebSocket.DEFAULT_GATEWAY = yarl.URL(os.environ["DISCORD_GATEWAY_URL"])
    recorded = _Recorded(folder)
    intents = discord.Intents(guilds=True, guild_messages=True, dm_messages=True)
    client = discord.Client(intents=intents, max_messages=None)

    async def on_interaction(interaction: discord.Interaction) -> None:
        data: Any = interaction.data
        is_layout = data["options"][0]["name"] == LAYOUT[1]
        await (recorded.give_as_view(interaction) if is_layout else recorded.give(interaction))

    client.event(on_interaction)
    _watch_blocks()
    async with client:
        await client.start(os.environ["DISCORD_TOKEN"])


if __name__ == "__main__":
    asyncio.run(_newsbot() if sys.argv[1] == "newsbot" else _bare(Path(sys.argv[2])))
