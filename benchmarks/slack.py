"""Slack: `/deepseek cost` beside a bare Bolt app that sends the same bytes, over signed HTTP and Socket Mode."""

import asyncio
import json
import statistics
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import AsyncExitStack, asynccontextmanager

from slack_bolt.async_app import AsyncAck, AsyncApp
from slack_sdk.web.async_client import AsyncWebClient

from benchmarks.measure import Row
from tests.slack.loopback import LoopbackSlack
from tests.slack.loopback_bolt import connected, served
from tests.slack.loopback_drivers import Answer, Driver
from tests.slack.service import running

ONE_AT_A_TIME = 300
AT_ONCE = 32
BATCHES = 25
_BARE_SCOPES = "app_mentions:read,chat:write,commands"  # without pictures: nothing but the answer is measured

Ask = Callable[[], Awaitable[Answer]]


def bare_app(slack: LoopbackSlack, body: dict[str, object], *, is_flagged: bool) -> AsyncApp:
    """Bolt alone, which acknowledges with a body that is ready; with `authorize` from a token, as by default."""
    client = AsyncWebClient(token=slack.workspace.token, base_url=slack.api_url)
    app = AsyncApp(client=client, signing_secret=slack.app.signing_secret, process_before_response=is_flagged)

    @app.command("/deepseek")
    async def answer(ack: AsyncAck) -> None:
        await ack(body)

    return app


@asynccontextmanager
async def _three(transport: str) -> AsyncIterator[tuple[Ask, Ask, Ask]]:
    """newsbot, Bolt with the flag and Bolt as it is by default, each with a loopback Slack of its own."""
    async with AsyncExitStack() as stack:
        slacks = [await stack.enter_async_context(_slack()) for _ in range(3)]
        bot = await stack.enter_async_context(running(slacks[0], "socket" if transport == "socket" else "http"))
        ours = _asking(bot.people())
        body = (await ours()).ack_body
        assert body is not None, "newsbot must answer in its acknowledgement"
        asks = [ours]
        for slack, is_flagged in zip(slacks[1:], (True, False), strict=True):
            app = bare_app(slack, body, is_flagged=is_flagged)
            people: Driver
            if transport == "socket":
                await stack.enter_async_context(connected(slack, app))
                people = slack.socket()
            else:
                people = slack.http(await stack.enter_async_context(served(app)))
            asks.append(_asking(people))
        for ask in asks:
            assert json.dumps((await ask()).ack_body) == json.dumps(body), "the same bytes"
        yield asks[0], asks[1], asks[2]


def _slack() -> LoopbackSlack:
    return LoopbackSlack(scopes=_BARE_SCOPES, strict=False, record=False)


def _asking(people: Driver) -> Ask:
    """A person who asks; the message itself is not made, since that is Slack's work."""
    from tests.slack import loopback_payloads as payloads

    world, space = people.world, people.space
    who, where = people.user("alice"), people.channel("news")

    async def ask() -> Answer:
        payload = payloads.command(world, space, who, where, "/deepseek", "cost")
        answer = await people.deliver("slash_commands", payload)
        assert answer.ok, answer.error
        return answer

    return ask


async def _one_at_a_time(asks: tuple[Ask, ...]) -> list[float]:
    """Median milliseconds of each, in turns."""
    times: list[list[float]] = [[] for _ in asks]
    for _ in range(ONE_AT_A_TIME):
        for found, ask in zip(times, asks, strict=True):
            found.append((await ask()).seconds * 1_000)
    return [statistics.median(found) for found in times]


async def _at_once(asks: tuple[Ask, ...]) -> list[float]:
    """Median answers a second of each with 32 people at once, in turns."""
    rates: list[list[float]] = [[] for _ in asks]
    for _ in range(BATCHES):
        for found, ask in zip(rates, asks, strict=True):
            began = time.perf_counter()
            await asyncio.gather(*(ask() for _ in range(AT_ONCE)))
            found.append(AT_ONCE / (time.perf_counter() - began))
    return [statistics.median(found) for found in rates]


async def _measured(transport: str) -> tuple[list[float], list[float]]:
    async with _three(transport) as asks:
        return await _one_at_a_time(asks), await _at_once(asks[:2])


def rows() -> Iterator[Row]:
    """The measured lines. A rate is shown as milliseconds an answer, so that a smaller ratio is better everywhere."""
    for transport, name in (("http", "signed HTTP"), ("socket", "Socket Mode")):
        (ours, flagged, default), (rate, floor) = asyncio.run(_measured(transport))
        yield Row(f"slack: cost over {name}, p50 (floor: Bolt by default)", ours, "ms", 0.15, default)
        yield Row(f"slack: cost over {name}, p50 (floor: Bolt, flagged)", ours, "ms", 2.0, flagged)
        yield Row(
            f"slack: {name}, {AT_ONCE} at once, each (floor: Bolt, flagged)", 1e3 / rate, "ms", 1 / 0.7, 1e3 / floor
        )
