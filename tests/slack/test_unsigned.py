"""Requests over HTTP that Slack did not send, or could not have: refused at once, and nobody waits for that."""

import asyncio
import json
import time
from collections.abc import AsyncIterator
from contextlib import suppress
from dataclasses import replace

import aiohttp
import pytest
from slack_bolt.request import async_request, internals

from tests.patience import PATIENCE
from tests.slack.loopback import LoopbackSlack
from tests.slack.service import Running, oauth_values, running
from tests.slack.turns import checking_costs, turns

FORM, JSON = "application/x-www-form-urlencoded", "application/json"
MEGABYTE = 1024 * 1024
# What takes a second to parse, or cannot be parsed at all.
BODIES = {
    "many fields": (FORM, "=&" * (MEGABYTE // 2 - 10)),
    "many escapes": (FORM, "a=%41&" * (MEGABYTE // 6 - 10)),
    "one escaped field": (FORM, "payload=" + "%5B" * (MEGABYTE // 3 - 10)),
    "deep JSON": (JSON, '{"a":' * 100_000),
    "deep lists": (JSON, "[" * 100_000),
    "deep JSON in a form": (FORM, "payload=" + '{"a":' * 100_000),
    "wide JSON": (JSON, '{"a":[' + "[]," * 300_000 + "[]]}"),
    "nested JSON": (JSON, '{"a":[' + ("[" * 400 + "]" * 400 + ",") * 1_200 + "0]}"),
    "many numbers": (JSON, '{"a":[' + "1," * 500_000 + "1]}"),
    "one long number": (JSON, '{"a":' + "1" * 1_000_000 + "}"),
    "wide JSON that is short enough": (JSON, '{"a":[' + "[]," * 19_900 + "[]]}"),
    "nested JSON that is short enough": (JSON, '{"a":[' + ("[" * 400 + "]" * 400 + ",") * 49 + "0]}"),
    "as many numbers as are read": (JSON, '{"a":[' + "1," * 131_000 + "1]}"),
    "a form as long as is read": (FORM, "payload=" + "%7B" + "%20" * 260_000 + "%7D"),
    "no JSON": (JSON, "{"),
    "a list": (JSON, "[1]"),
    "odd shapes": (JSON, '{"authorizations": 5, "user": [], "event": {"user": 7}}'),
    "authorizations all the way down": (JSON, '{"authorizations":[' * 450 + "]}" * 450),
    "another type": ("multipart/form-data; boundary=x", "--x\r\n\r\n--x--"),
    "no type at all": ("nonsense", "a" * 1_000),
    "a lot of nothing": ("text/plain", "a" * (MEGABYTE - 10)),
}


@pytest.fixture
async def slack() -> AsyncIterator[LoopbackSlack]:
    async with LoopbackSlack() as server:
        yield server


@pytest.fixture
async def bot(slack: LoopbackSlack) -> AsyncIterator[Running]:
    async with running(slack, "http") as started:
        yield started


@pytest.fixture
def parsed(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """What each parsing by Bolt cost, in seconds of CPU time: JSON is read in one go, which holds up every thread."""
    costs: list[float] = []
    parse = internals.parse_body

    def noted(body: str, content_type: str | None) -> object:
        began = time.thread_time()
        try:
            return parse(body, content_type)
        finally:
            costs.append(time.thread_time() - began)

    monkeypatch.setattr(async_request, "parse_body", noted)
    return costs


@pytest.mark.parametrize("name", BODIES)
async def test_what_slack_did_not_sign_is_refused_unread_at_every_address(
    slack: LoopbackSlack, parsed: list[float], caplog: pytest.LogCaptureFixture, name: str
) -> None:
    kind, body = BODIES[name]
    values = replace(oauth_values(slack, "http"), public_url="https://newsbot.example.org")
    async with running(slack, "http", values) as bot, aiohttp.ClientSession() as session:
        for path in ("/slack/events", "/slack/install", "/slack/oauth_redirect", "/charts/12345678.png"):
            with turns() as seen:
                async with session.post(
                    bot.base_url + path, data=body.encode(), headers={"Content-Type": kind}
                ) as answer:
                    assert answer.status == (401 if path == "/slack/events" else 405)
            assert seen.longest < 10 * checking_costs("x" * MEGABYTE)
    assert parsed == []
    assert "Traceback" not in caplog.text


@pytest.mark.parametrize("name", BODIES)
async def test_what_is_signed_with_another_secret_costs_no_more_than_to_find_that_out(
    slack: LoopbackSlack, bot: Running, parsed: list[float], caplog: pytest.LogCaptureFixture, name: str
) -> None:
    kind, body = BODIES[name]
    with turns() as seen:
        answer = await slack.http(bot.base_url, "another secret").send(body, kind)
    assert answer.status == 401
    assert parsed == []
    assert seen.longest < 10 * checking_costs("x" * MEGABYTE)
    assert "Traceback" not in caplog.text


@pytest.mark.parametrize("name", BODIES)
async def test_even_what_is_signed_holds_up_nobody(
    slack: LoopbackSlack, bot: Running, parsed: list[float], caplog: pytest.LogCaptureFixture, name: str
) -> None:
    kind, body = BODIES[name]
    with turns() as seen:
        answer = await slack.http(bot.base_url).send(body, kind)
    assert answer.status in {400, 404, 413}
    assert max(parsed, default=0.0) < 20 * checking_costs("x" * MEGABYTE)
    assert seen.longest < 20 * checking_costs("x" * MEGABYTE)
    assert "Traceback" not in caplog.text


async def test_the_longest_words_that_people_could_send_hold_up_nobody(slack: LoopbackSlack, bot: Running) -> None:
    people = bot.people()
    with turns() as seen:
        assert (await people.command("alice", "news", "/newsbot", "deepseek cost " * 10_000)).status in {200, 413}
        await people.mention("alice", "news", "what does it cost " * 10_000)
        await slack.wait_for(lambda: slack.called("chat.postEphemeral"))
    assert seen.longest < 20 * checking_costs("x" * MEGABYTE)


@pytest.mark.parametrize(
    "stamp", ["", "0", "-1", "yesterday", "9" * 400, "1e9", "1_000", "1764500000.5", "١٧٦٤٥٠٠٠٠٠", " ", "nan"]
)
async def test_odd_timestamps_are_refused_without_a_traceback(
    slack: LoopbackSlack, bot: Running, caplog: pytest.LogCaptureFixture, stamp: str
) -> None:
    answer = await slack.http(bot.base_url).send("{}", JSON, X_Slack_Request_Timestamp=stamp)
    assert answer.status == 401
    assert "Traceback" not in caplog.text


@pytest.mark.parametrize(
    "signature", ["", "v0=", "v0=é", "v0=" + "é" * 64, "v1=" + "0" * 64, "v0=" + "0" * 64, "=", "0"]
)
async def test_odd_signatures_are_refused_without_a_traceback(
    slack: LoopbackSlack, bot: Running, caplog: pytest.LogCaptureFixture, signature: str
) -> None:
    answer = await slack.http(bot.base_url).send("{}", JSON, X_Slack_Signature=signature)
    assert answer.status == 401
    assert "Traceback" not in caplog.text


async def asked(bot: Running, headers: dict[str, str], body: bytes = b"") -> str:
    """The first line of the answer to a request that announces more than it sends."""
    host, _, port = bot.base_url.removeprefix("http://").partition(":")
    reader, writer = await asyncio.open_connection(host, int(port))
    lines = ["POST /slack/events HTTP/1.1", f"Host: {host}", *(f"{name}: {value}" for name, value in headers.items())]
    try:
        writer.write("\r\n".join([*lines, "", ""]).encode() + body)
        async with asyncio.timeout(PATIENCE):
            return (await reader.readline()).decode()
    finally:
        writer.close()
        with suppress(ConnectionError):
            await writer.wait_closed()


async def test_what_is_too_long_or_unsigned_is_refused_before_it_has_come(slack: LoopbackSlack, bot: Running) -> None:
    signed = slack.http(bot.base_url).signed("{}")
    assert "413" in await asked(bot, {**signed, "Content-Type": JSON, "Content-Length": str(10**10)})
    assert "401" in await asked(bot, {"Content-Type": JSON, "Content-Length": str(10**10)})
    chunk = b"100000\r\n" + b"x" * MEGABYTE + b"\r\n"
    assert "413" in await asked(bot, {**signed, "Content-Type": JSON, "Transfer-Encoding": "chunked"}, chunk * 2)


async def test_a_signed_body_that_is_no_text_is_refused(slack: LoopbackSlack, bot: Running) -> None:
    signed = slack.http(bot.base_url).signed("{}")
    assert "400" in await asked(bot, {**signed, "Content-Type": JSON, "Content-Length": "2"}, b"\xff\xfe")


async def test_slack_may_look_at_the_certificate_without_a_signature(bot: Running) -> None:
    async with aiohttp.ClientSession() as session:
        async with session.post(f"{bot.base_url}/slack/events", data={"ssl_check": "1", "token": "x"}) as answer:
            assert (answer.status, await answer.text()) == (200, "")
        async with session.post(f"{bot.base_url}/slack/events", data={"ssl_check": "1", "x": "x" * 1_000}) as answer:
            assert answer.status == 401


async def test_a_command_that_is_signed_is_answered_while_strangers_flood_the_address(
    slack: LoopbackSlack, bot: Running, parsed: list[float]
) -> None:
    kind, body = BODIES["many escapes"]
    stranger = slack.http(bot.base_url, "another secret")
    flood = [asyncio.create_task(stranger.send(body, kind)) for _ in range(20)]
    answer = await bot.people().command("alice", "news", "/deepseek", "cost")
    assert "$5.576 million" in json.dumps(answer.ack_body, ensure_ascii=False)
    assert {each.status for each in await asyncio.gather(*flood)} == {401}
    assert len(parsed) == 1
