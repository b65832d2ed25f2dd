"""newsbot as a process on a loopback Discord: `run`, its health and its end, and the command line's Discord verbs."""

import asyncio
import io
import json
import os
import sys
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from pathlib import Path
from random import Random

import aiohttp
import pytest

from newsbot.cli.main import main
from newsbot.messages.requests import Place
from newsbot.outbox.worker import OutboxWorker
from newsbot.platforms.discord.adapter import DiscordPlatform
from newsbot.platforms.discord.login import Login
from newsbot.platforms.discord.renderer import MessageRenderer
from newsbot.storage.database import Database
from tests.cli.test_cli import kept_logging
from tests.discord.conftest import Town
from tests.discord.limits import problems
from tests.discord.loopback_faults import Fault
from tests.discord.test_bot import LATER, MESSAGE
from tests.discord.test_posting import SHORT, Drawn, no_pause
from tests.outbox.posting import post
from tests.patience import PATIENCE

OURS = ("NEWSBOT_", "DISCORD_", "SLACK_", "LOG_", "DATABASE_", "HOST", "PORT", "PUBLIC_URL")


def environment(town: Town, folder: Path) -> dict[str, str]:
    """What points a process at the loopback Discord, with everything it keeps in `folder`."""
    clean = {name: value for name, value in os.environ.items() if not name.startswith(OURS)}
    return clean | {
        "DISCORD_TOKEN": town.server.token,
        "DISCORD_API_URL": town.server.api_url,
        "DISCORD_GATEWAY_URL": town.server.gateway_url,
        "DATABASE_URL": f"sqlite:///{folder / 'newsbot.db'}",
        "NEWSBOT_CONFIG": str(_config(folder)),
        "PORT": "0",
    }


def _config(folder: Path) -> Path:
    path = folder / "newsbot.yaml"
    path.write_text(f"data: {folder}\n")
    return path


async def newsbot(town: Town, folder: Path, *arguments: str, **changed: str) -> tuple[int, str, str]:
    """Run one verb in this process, `run` in one of its own; its exit code, output and log."""
    if arguments[0] != "run":
        out, err = io.StringIO(), io.StringIO()
        values = environment(town, folder) | changed
        with kept_logging():
            code = await asyncio.to_thread(main, arguments, environment=values, stdout=out, stderr=err)
        return code, out.getvalue(), err.getvalue()
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "newsbot", *arguments),
        env=environment(town, folder) | changed,
        stdin=asyncio.subprocess.DEVNULL,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
    )
    shown, log = await asyncio.wait_for(process.communicate(), PATIENCE)
    return process.returncode or 0, shown.decode(), log.decode()


@asynccontextmanager
async def running(
    town: Town, folder: Path, program: Sequence[str] = ("newsbot",), **changed: str
) -> AsyncIterator[asyncio.subprocess.Process]:
    """`newsbot run --only discord` until the block ends; `program` is the module that is run, and its own words."""
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", *program, "run", "--only", "discord"),
        env=environment(town, folder) | changed,
        stdin=asyncio.subprocess.DEVNULL,
    )
    try:
        yield process
    finally:
        if process.returncode is None:
            process.terminate()
        assert await asyncio.wait_for(process.wait(), PATIENCE) == 0


async def test_the_process_answers_and_tells_its_health(town: Town, data_folder: Path, unused_tcp_port: int) -> None:
    async with running(town, data_folder, PORT=str(unused_tcp_port)):
        await town.server.wait_for(lambda: bool(town.server.gateway.live and town.server.application.commands))
        answer = await (await town.server.command(town.anna, town.news, ("events",))).answer()
        assert answer.type in {MESSAGE, LATER}
        async with (
            aiohttp.ClientSession() as session,
            session.get(f"http://127.0.0.1:{unused_tcp_port}/healthz") as health,
        ):
            assert (await health.json())["discord"] == "ok"
            assert health.status == 200


async def test_a_refused_token_ends_the_process_with_one_sentence(town: Town, data_folder: Path) -> None:
    town.server.gateway.refuse_identify(4004)
    code, _, log = await newsbot(town, data_folder, "run", "--only", "discord")
    assert code == 2
    assert "DISCORD_TOKEN" in log.strip().splitlines()[-1]
    assert "Traceback" not in log
    code, _, log = await newsbot(town, data_folder, "run", "--only", "discord", DISCORD_TOKEN="another")
    assert (code, "Traceback" in log) == (2, False)
    assert "another" not in log


async def test_the_commands_are_printed_compared_and_pushed(town: Town, data_folder: Path) -> None:
    code, out, _ = await newsbot(town, data_folder, "discord", "commands")
    assert code == 0
    assert "deepseek" in {command["name"] for command in json.loads(out)}
    code, out, _ = await newsbot(town, data_folder, "discord", "commands", "diff")
    assert (code, "+ /deepseek is missing there" in out) == (1, True)
    assert (await newsbot(town, data_folder, "discord", "commands", "push"))[0] == 0
    assert (await newsbot(town, data_folder, "discord", "commands", "diff"))[0] == 0
    guild = str(town.guild.id)
    assert (await newsbot(town, data_folder, "discord", "commands", "push", "--guild", guild))[0] == 0
    assert (await newsbot(town, data_folder, "discord", "commands", "diff", "--guild", guild))[0] == 0


async def test_the_invitation_names_the_application(town: Town, data_folder: Path) -> None:
    code, out, _ = await newsbot(town, data_folder, "discord", "invite")
    assert code == 0
    assert f"client_id={town.server.world.application_id}" in out


async def test_the_doctor_says_what_is_well_and_what_to_change(town: Town, data_folder: Path) -> None:
    await newsbot(town, data_folder, "discord", "commands", "push")
    channel = str(town.news.id)
    code, out, _ = await newsbot(town, data_folder, "doctor", "discord", "--channel", channel, "--post")
    assert code == 0, out
    assert "test message was posted" in out
    assert town.server.messages(town.news) == []
    town.server.world.set_permissions(town.news, town.guild.default_permissions & ~(1 << 15))
    code, out, _ = await newsbot(town, data_folder, "doctor", "discord", "--channel", channel)
    assert code == 1
    assert "Allow Attach Files in #ai-news." in out
    town.server.faults.add("GET", "/users/@me", Fault.status(401))
    code, out, _ = await newsbot(town, data_folder, "doctor", "discord")
    assert (code, "DISCORD_TOKEN" in out) == (1, True)


@pytest.mark.parametrize("line", ["/deepseek cost", "/newsbot help", "/nothing at all"])
async def test_a_line_is_shown_as_discords_own_payload(town: Town, data_folder: Path, line: str) -> None:
    code, out, _ = await newsbot(town, data_folder, "say", line, "--as", "discord")
    assert code == 0
    for payload in map(json.loads, out.splitlines()):
        assert problems(payload) == []


async def test_what_was_not_posted_is_shown_with_the_fix(town: Town, data_folder: Path) -> None:
    database = Database(f"sqlite:///{data_folder / 'newsbot.db'}")
    login = Login(town.server.token)

    async def publishes(place: Place) -> bool:
        del place
        return False

    platform = DiscordPlatform(login.http, MessageRenderer(Drawn()), publishes, no_pause)
    moment = datetime.now(UTC)
    outbox_worker = OutboxWorker(database, {"discord": platform}, "w", lambda: moment, Random(1))
    town.server.world.set_permissions(town.news, 1 << 10)
    await post(database, outbox_worker, "refused", Place("discord", "", str(town.news.id)), SHORT, moment)
    await outbox_worker.run_once()
    await login.close()
    await database.close()
    code, out, _ = await newsbot(town, data_folder, "deliveries")
    assert code == 0
    assert "refused: newsbot may not post in #ai-news. Allow Send Messages" in out
    assert "In all: 1 failed." in out
    assert (await newsbot(town, data_folder, "deliveries", "--state", "sent"))[1] == "In all: 1 failed.\n"
