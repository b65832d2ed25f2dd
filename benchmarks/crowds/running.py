"""Crowds with a newsbot that answers them: a process of its own, while the servers and the people are in this one."""

import asyncio
import os
import subprocess
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from benchmarks.crowds.crowd import LAST, Crowd
from benchmarks.crowds.discord import DiscordCrowd
from benchmarks.crowds.slack import SlackCrowd
from tests.discord.loopback import LoopbackDiscord
from tests.slack.loopback import LoopbackSlack

LIMIT = 3.0  # seconds in which both platforms want an answer
_OURS = ("NEWSBOT_", "DISCORD_", "SLACK_", "LOG_", "DATABASE_", "HOST", "PORT", "PUBLIC_URL")


@asynccontextmanager
async def newsbot(part: str, folder: Path, database: str, there: dict[str, str]) -> AsyncIterator[int]:
    """`newsbot run --only` that part, until the block ends; its process."""
    config = folder / "newsbot.yaml"
    config.write_text(f"data: {folder}\n", encoding="utf-8")
    clean = {name: value for name, value in os.environ.items() if not name.startswith(_OURS)}
    ours = {"DATABASE_URL": database, "NEWSBOT_CONFIG": str(config), "PORT": "0", "LOG_LEVEL": "warning"}
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "newsbot", "run", "--only", part),
        env=clean | ours | there,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
    )
    try:
        yield process.pid
    finally:
        if process.returncode is None:
            process.terminate()
        await asyncio.wait_for(process.wait(), LAST)


@asynccontextmanager
async def discord_crowd(
    people: int, folder: Path, database: str, *, strict: bool, limit: float = LIMIT
) -> AsyncIterator[Crowd]:
    """People of a Discord to which newsbot is connected; it wants each answer within `limit` seconds."""
    async with LoopbackDiscord(strict=strict, echo=False, keeps_requests=False) as server:
        server.world.first_answer = limit
        crowd = DiscordCrowd(people, server)
        there = {
            "DISCORD_TOKEN": server.token,
            "DISCORD_API_URL": server.api_url,
            "DISCORD_GATEWAY_URL": server.gateway_url,
        }
        async with newsbot("discord", folder, database, there) as crowd.process:
            await server.wait_for(lambda: bool(server.gateway.live and server.application.commands), LAST)
            yield crowd


@asynccontextmanager
async def slack_crowd(
    people: int, folder: Path, database: str, *, strict: bool, limit: float = LIMIT
) -> AsyncIterator[Crowd]:
    """People of a Slack to which newsbot is connected; it wants each answer within `limit` seconds."""
    async with LoopbackSlack(strict=strict, record=False) as server:
        crowd = SlackCrowd(people, server, limit)
        there = {
            "SLACK_API_URL": server.api_url,
            "SLACK_BOT_TOKEN": server.workspace.token,
            "SLACK_APP_TOKEN": server.app.app_token,
        }
        async with newsbot("slack", folder, database, there) as crowd.process:
            await server.wait_for(lambda: len(server.sockets.live) > 0, LAST)
            yield crowd


CROWDS = {"discord": discord_crowd, "slack": slack_crowd}
