"""The process that reads news: it starts without account, serves its health, tells the operator, and stops cleanly."""

import asyncio
import os
import re
import signal
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from aiohttp import ClientSession

from newsbot.app.news import SourceAlerts, network_of
from newsbot.messages.requests import Place
from newsbot.news.fetch.guard import is_public
from newsbot.news.sources import Source
from newsbot.news.states import SourceStatus, status_from_json
from newsbot.settings import load_settings
from newsbot.storage.database import Database
from tests.patience import PATIENCE, eventually

NOW = datetime(2026, 11, 30, 12, 0, tzinfo=UTC)
SOURCE = Source("lab", "A lab", "https://lab.test/")
BLOCKED = SourceStatus("blocked", "It refuses newsbot (403). \u202e@everyone", "Set another agent.", since=NOW)


async def test_the_operator_gets_one_message_for_each_time_that_a_state_is_entered(database: Database) -> None:
    woken: list[int] = []
    alerts = SourceAlerts(Place("discord", "", "7"), lambda: woken.append(1))
    for _ in range(2):
        await database.write(lambda tx: alerts.tell(tx, SOURCE, BLOCKED, NOW))
    later = replace(BLOCKED, since=NOW + timedelta(days=1))
    await database.write(lambda tx: alerts.tell(tx, SOURCE, later, NOW))
    found = await database.read(lambda tx: tx.deliveries.in_states(("due",), 10))
    assert [each.place for each in found] == [Place("discord", "", "7")] * 2
    assert woken


async def test_without_an_operator_nobody_is_told(database: Database) -> None:
    alerts = SourceAlerts(None, lambda: None)
    await database.write(lambda tx: alerts.tell(tx, SOURCE, BLOCKED, NOW))
    assert await database.read(lambda tx: tx.deliveries.in_states(("due",), 10)) == ()


def test_no_setting_changes_which_addresses_are_allowed() -> None:
    """Only the proxy comes from the settings; resolver and rule are those of the public internet."""
    settings = load_settings({"NEWSBOT_PROXY": "http://user:hunter2@127.0.0.1:3128", "NEWSBOT_NEWS": "on"})
    network = network_of(settings)
    assert network.may_connect is is_public
    assert network.proxy == "http://user:hunter2@127.0.0.1:3128"
    assert "hunter2" not in repr(settings)
    assert settings.news.on
    assert not load_settings({}).news.on


@asynccontextmanager
async def running(folder: Path, *arguments: str) -> AsyncIterator[tuple[asyncio.subprocess.Process, list[str]]]:
    """A newsbot in a process of its own, with its log."""
    own = {name: value for name, value in os.environ.items() if not name.startswith(("NEWSBOT_", "DISCORD_", "SLACK_"))}
    environment = {**own, "NEWSBOT_CONFIG": str(folder), "NEWSBOT_SOURCES": str(folder / "sources.yaml"), "PORT": "0"}
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "newsbot", "run", *arguments),
        env=environment,
        stdin=asyncio.subprocess.DEVNULL,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.STDOUT,
    )
    lines: list[str] = []

    async def read() -> None:
        assert process.stdout
        async for line in process.stdout:
            lines.append(line.decode())  # noqa: PERF401 (each at once: others look at them)

    reading = asyncio.create_task(read())
    try:
        yield process, lines
    finally:
        if process.returncode is None:
            process.kill()
        await process.wait()
        await reading


@pytest.fixture
def folder(data_folder: Path) -> Path:
    """Settings and one source that leads into this machine."""
    (data_folder / "newsbot.yaml").write_text(f"data: {data_folder}\n", encoding="utf-8")
    source = "sources:\n  inside:\n    name: Inside\n    url: http://127.0.0.1:1/feed\n    tier: press\n"
    (data_folder / "sources.yaml").write_text(source, encoding="utf-8")
    return data_folder


@pytest.mark.parametrize("arguments", [("--only", "news"), ("--only", "web", "--news")])
async def test_newsbot_reads_news_in_a_process_of_its_own_or_beside_others(
    folder: Path, arguments: tuple[str, ...]
) -> None:
    database = Database(f"sqlite:///{folder / 'newsbot.db'}")

    async def is_refused() -> bool:
        stored = await database.read(lambda tx: tx.sources.all())
        return [status_from_json(each.body).state for each in stored] == ["refused"]

    async with running(folder, *arguments) as (process, lines):
        await eventually(is_refused)
        if "web" in arguments:
            await eventually(lambda: bool(_address(lines)))
            async with ClientSession() as session, session.get(f"{_address(lines)}/healthz") as answer:
                assert '"news": "ok"' in await answer.text()
        process.send_signal(signal.SIGTERM)
        assert await asyncio.wait_for(process.wait(), PATIENCE) == 0
    await database.close()
    assert "Traceback" not in "".join(lines)


def _address(lines: list[str]) -> str:
    found = re.search(r"http://127\.0\.0\.1:\d+", "".join(line for line in lines if "feed" not in line))
    return found[0] if found else ""


async def test_a_newsbot_whose_sources_have_mistakes_does_not_read_news_and_says_where(folder: Path) -> None:
    (folder / "sources.yaml").write_text("sources:\n  a:\n    nam: A\n", encoding="utf-8")
    async with running(folder, "--only", "news") as (process, lines):
        assert await asyncio.wait_for(process.wait(), PATIENCE) == 2
    assert "sources.yaml:3: 'sources.a.nam' isn't a known key" in "".join(lines)
    assert "Traceback" not in "".join(lines)
