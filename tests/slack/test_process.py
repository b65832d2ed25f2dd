"""newsbot as a process on a loopback Slack: `run` on both transports, and the command line's Slack verbs."""

import asyncio
import io
import json
import logging
import os
import sys
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from pathlib import Path

import aiohttp
import pytest

from newsbot.cli.main import main
from tests.cli.test_cli import kept_logging
from tests.patience import PATIENCE
from tests.slack.limits import manifest_problems, problems
from tests.slack.loopback import LoopbackSlack
from tests.slack.service import running as in_process

OURS = ("NEWSBOT_", "DISCORD_", "SLACK_", "LOG_", "DATABASE_", "HOST", "PORT", "PUBLIC_URL")


@pytest.fixture
async def slack() -> AsyncIterator[LoopbackSlack]:
    async with LoopbackSlack() as server:
        yield server


def environment(slack: LoopbackSlack, folder: Path) -> dict[str, str]:
    """What points a process at the loopback Slack, with everything it keeps in `folder`."""
    clean = {name: value for name, value in os.environ.items() if not name.startswith(OURS)}
    config = folder / "newsbot.yaml"
    config.write_text(f"data: {folder}\n")
    return clean | {
        "SLACK_API_URL": slack.api_url,
        "SLACK_BOT_TOKEN": slack.workspace.token,
        "DATABASE_URL": f"sqlite:///{folder / 'newsbot.db'}",
        "NEWSBOT_CONFIG": str(config),
        "PORT": "0",
    }


async def newsbot(slack: LoopbackSlack, folder: Path, *arguments: str, **changed: str) -> tuple[int, str, str]:
    """Run one verb in this process, `run` in one of its own; its exit code, output and log."""
    if arguments[0] != "run":
        out, err = io.StringIO(), io.StringIO()
        values = environment(slack, folder) | changed
        with kept_logging():
            code = await asyncio.to_thread(main, arguments, environment=values, stdout=out, stderr=err)
        return code, out.getvalue(), err.getvalue()
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "newsbot", *arguments),
        env=environment(slack, folder) | changed,
        stdin=asyncio.subprocess.DEVNULL,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
    )
    shown, log = await asyncio.wait_for(process.communicate(), PATIENCE)
    return process.returncode or 0, shown.decode(), log.decode()


@asynccontextmanager
async def running(
    slack: LoopbackSlack, folder: Path, *arguments: str, program: Sequence[str] = ("newsbot",), **changed: str
) -> AsyncIterator[None]:
    """`newsbot run` until the block ends; `program` is the module that is run, and its own words."""
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", *program, "run", *arguments),
        env=environment(slack, folder) | changed,
        stdin=asyncio.subprocess.DEVNULL,
        stdout=asyncio.subprocess.DEVNULL,
    )
    try:
        yield
    finally:
        process.terminate()
        assert await asyncio.wait_for(process.wait(), PATIENCE) == 0


async def healthy(port: int) -> dict[str, str]:
    """The health of the process, once it serves it."""
    async with asyncio.timeout(PATIENCE), aiohttp.ClientSession() as session:
        while True:
            try:
                async with session.get(f"http://127.0.0.1:{port}/healthz") as answer:
                    told: dict[str, str] = await answer.json()
                    return told
            except aiohttp.ClientConnectorError:
                await asyncio.sleep(0.05)  # it is starting


@pytest.mark.parametrize("arguments", [("--only", "slack"), ("--only", "web"), ()])
async def test_a_signed_command_over_http_is_answered_by_each_part_that_serves_it(
    slack: LoopbackSlack, data_folder: Path, unused_tcp_port: int, arguments: tuple[str, ...]
) -> None:
    secret = slack.app.signing_secret
    port = str(unused_tcp_port)
    async with running(slack, data_folder, *arguments, SLACK_SIGNING_SECRET=secret, PORT=port):
        assert (await healthy(unused_tcp_port))["slack"] == "ok"
        answer = await slack.http(f"http://127.0.0.1:{port}").command("alice", "news", "/deepseek", "cost")
    assert answer.status == 200
    assert "$5.576 million" in json.dumps(answer.ack_body, ensure_ascii=False)


async def test_the_web_chat_stays_off_where_newsbot_is_public(
    slack: LoopbackSlack, data_folder: Path, unused_tcp_port: int
) -> None:
    public = {"PUBLIC_URL": "https://newsbot.example.org", "SLACK_SIGNING_SECRET": slack.app.signing_secret}
    async with running(slack, data_folder, "--only", "web", PORT=str(unused_tcp_port), **public):
        await healthy(unused_tcp_port)
        base = f"http://127.0.0.1:{unused_tcp_port}"
        async with aiohttp.ClientSession() as session, session.get(base) as page:
            assert page.status == 404
        answer = await slack.http(base).command("alice", "news", "/deepseek", "cost")
    assert f"{public['PUBLIC_URL']}/charts/" in json.dumps(answer.ack_body)


async def test_socket_mode_answers_from_the_first_start(slack: LoopbackSlack, tmp_path: Path) -> None:
    async with running(slack, tmp_path, "--only", "slack", SLACK_APP_TOKEN=slack.app.app_token):
        await slack.wait_for(lambda: len(slack.sockets.live) == 2)
        answer = await slack.socket().command("alice", "news", "/deepseek", "cost")
    assert "$5.576 million" in json.dumps(answer.ack_body, ensure_ascii=False)


@pytest.mark.parametrize(
    ("changed", "words"),
    [
        ({}, "SLACK_APP_TOKEN"),
        ({"SLACK_BOT_TOKEN": ""}, "SLACK_BOT_TOKEN"),
        ({"SLACK_BOT_TOKEN": "xoxb-wrong", "SLACK_APP_TOKEN": "xapp-x"}, "SLACK_BOT_TOKEN"),
    ],
)
async def test_what_is_missing_or_refused_is_one_sentence(
    slack: LoopbackSlack, data_folder: Path, changed: dict[str, str], words: str
) -> None:
    code, _, log = await newsbot(slack, data_folder, "run", "--only", "slack", **changed)
    assert code == 2
    assert words in log.strip().splitlines()[-1]
    assert "Traceback" not in log
    assert "xoxb-wrong" not in log


async def test_the_manifest_is_printed_and_a_stale_copy_is_told(slack: LoopbackSlack, data_folder: Path) -> None:
    code, out, _ = await newsbot(slack, data_folder, "slack", "manifest")
    made = json.loads(out)
    assert code == 0
    assert manifest_problems(made) == []
    copy = data_folder / "manifest.json"
    copy.write_text(out)
    assert (await newsbot(slack, data_folder, "slack", "manifest", "--check", str(copy)))[0] == 0
    made["features"]["slash_commands"].pop()
    copy.write_text(json.dumps(made))
    code, out, _ = await newsbot(slack, data_folder, "slack", "manifest", "--check", str(copy))
    assert (code, "is not the manifest" in out) == (1, True)


async def test_the_doctor_says_what_is_well_and_what_to_change(slack: LoopbackSlack, data_folder: Path) -> None:
    tokens = {"SLACK_APP_TOKEN": slack.app.app_token}
    news = slack.workspace.channel("news").id
    code, out, _ = await newsbot(slack, data_folder, "doctor", "slack", "--channel", news, "--post", **tokens)
    assert code == 0, out
    quiet = slack.workspace.channel("quiet").id
    code, out, _ = await newsbot(slack, data_folder, "doctor", "slack", "--channel", quiet, "--post", **tokens)
    assert code == 1
    assert "/invite @newsbot" in out


async def test_a_line_is_shown_as_slacks_own_payload(slack: LoopbackSlack, data_folder: Path) -> None:
    code, out, _ = await newsbot(slack, data_folder, "say", "/deepseek cost", "--as", "slack")
    assert code == 0
    assert [problems(payload) for payload in map(json.loads, out.splitlines())] == [[]]


async def test_newsbots_own_log_goes_on_beside_bolt(slack: LoopbackSlack) -> None:
    async with in_process(slack, "http"):
        assert logging.getLogger("newsbot").level == logging.NOTSET
