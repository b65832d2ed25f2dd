"""The gateway as it is: resumes, refusals, shards over processes, commands pushed once, a bot that stays away."""

import asyncio
import shutil
from datetime import timedelta
from pathlib import Path

import pytest

from newsbot.commands.dispatcher import build_menu
from newsbot.errors import PlatformRefused
from newsbot.messages.charts import Chart
from newsbot.platforms.discord import gateway, sync
from newsbot.platforms.discord.commands import command_list
from newsbot.platforms.discord.identify import IdentifyGate
from newsbot.platforms.discord.login import Login
from newsbot.storage.database import Database
from tests.discord.conftest import Town
from tests.discord.house import house, now
from tests.discord.loopback_faults import Fault
from tests.discord.test_bot import EPHEMERAL, LATER, MESSAGE
from tests.patience import PATIENCE, eventually
from tests.shipped import CONTENT, shipped_library


async def test_a_dropped_gateway_is_resumed(town: Town, tmp_path: Path) -> None:
    async with house(town.server, tmp_path) as home:
        town.server.gateway.drop()
        await town.server.wait_for(lambda: len(town.server.gateway.live) == 1)
        answer = await (await town.server.command(town.anna, town.news, ("deepseek", "cost"))).answer()
        assert answer.type == MESSAGE
        assert home.service.health() == "ok"


async def test_an_invalid_session_is_begun_anew(town: Town, tmp_path: Path) -> None:
    async with house(town.server, tmp_path):
        await town.server.gateway.invalidate(resumable=False)
        await town.server.wait_for(lambda: len(town.server.gateway.identifies) == 2)
        await town.server.ready()
        answer = await (await town.server.command(town.anna, town.news, ("deepseek", "cost"))).answer()
        assert answer.type == MESSAGE


@pytest.mark.parametrize("code", [4004, 4013, 4014])
async def test_a_refusal_that_no_reconnect_mends_ends_in_one_sentence(town: Town, tmp_path: Path, code: int) -> None:
    town.server.gateway.refuse_identify(code)
    async with house(town.server, tmp_path, waits=False) as home:
        with pytest.raises(PlatformRefused) as caught:
            await asyncio.wait_for(home.running, PATIENCE)
    assert str(caught.value).count("\n") == 0
    assert ("DISCORD_TOKEN" in str(caught.value)) == (code == 4004)


async def test_a_wrong_token_ends_in_one_sentence(town: Town, tmp_path: Path) -> None:
    async with house(town.server, tmp_path, token="wrong", waits=False) as home:
        with pytest.raises(PlatformRefused, match="DISCORD_TOKEN"):
            await asyncio.wait_for(home.running, PATIENCE)


async def test_a_gateway_that_went_away_is_missed(town: Town, tmp_path: Path) -> None:
    async with house(town.server, tmp_path) as home:
        town.server.gateway.is_away = True
        town.server.gateway.drop()
        await town.server.wait_for(lambda: not town.server.gateway.live)
        await eventually(lambda: bool(home.service.connection.away))
        assert town.server.gateway.live == []


def test_only_a_gateway_that_stays_away_shows_in_the_health() -> None:
    clock = [now()]
    connection = gateway.GatewayConnections(lambda: clock[0])
    connection.expect([0, 1])
    assert connection.health() == "ok"
    clock[0] += gateway.AWAY_AFTER + timedelta(seconds=1)
    assert "no connection to Discord's gateway since" in connection.health()
    connection.mark_connected(0)
    assert connection.health() != "ok"
    connection.mark_connected(1)
    assert connection.health() == "ok"
    connection.mark_lost(1)
    assert connection.health() == "ok"


async def test_discord_that_is_away_at_the_start_is_waited_for(town: Town, tmp_path: Path) -> None:
    town.server.faults.add("GET", "/users/@me", Fault.status(503))
    async with house(town.server, tmp_path):
        answer = await (await town.server.command(town.anna, town.news, ("deepseek", "cost"))).answer()
        assert answer.type == MESSAGE


async def test_a_range_of_shards_runs_in_one_process(town: Town, tmp_path: Path) -> None:
    town.server.gateway.max_concurrency = 2
    async with house(town.server, tmp_path, shards=(range(2), 4)):
        assert sorted(each.shard for each in town.server.gateway.identifies) == [(0, 4), (1, 4)]


async def test_shards_of_several_processes_take_turns_at_the_gateway(database: Database) -> None:
    clock = [now()]
    waited: list[float] = []

    async def sleep(seconds: float) -> None:
        waited.append(seconds)
        clock[0] += timedelta(seconds=seconds)

    one, two = (IdentifyGate(database, "1", lambda: clock[0], sleep) for _ in range(2))
    start = clock[0]
    await one.wait(0)
    assert waited == []
    await two.wait(1)
    assert clock[0] - start >= timedelta(seconds=5)
    one.max_concurrency = two.max_concurrency = 16
    begun = clock[0]
    for shard in range(1, 16):
        await (one if shard % 2 else two).wait(shard)
    assert clock[0] == begun


async def test_commands_are_pushed_once_and_again_when_the_content_changes(town: Town, tmp_path: Path) -> None:
    content = tmp_path / "content"
    shutil.copytree(CONTENT, content)
    async with house(town.server, tmp_path, content=content) as home:
        wanted = command_list(home.dispatcher.context.menu)
        await _pushed(home.database, town, wanted.hash)
        assert len(_pushes(town)) == 1
        assert await home.service.sync.push_if_changed(wanted)
        assert len(_pushes(town)) == 1
        briefs = content / "deepseek" / "briefs.yaml"
        briefs.write_text(briefs.read_text().replace("title: The famous", "title: The very famous", 1))
        assert await home.live.reload()
        await _pushed(home.database, town, command_list(home.dispatcher.context.menu).hash)
        assert len(_pushes(town)) == 2
    async with house(town.server, tmp_path, content=CONTENT, waits=False) as home:
        lines = await home.service.sync.difference(command_list(home.dispatcher.context.menu))
        assert lines == ["~ /deepseek is different"]


async def _pushed(database: Database, town: Town, wanted: str) -> None:
    """Wait until the hash of these commands is stored."""
    application = f"application:{town.server.world.application_id}"

    async def is_stored() -> bool:
        stored = await database.write(lambda tx: tx.settings.all_of("discord", application))
        return any(each.value == wanted for each in stored)

    await eventually(is_stored)


def _pushes(town: Town) -> list[str]:
    return [r.path for r in town.server.requests if r.method == "PUT" and r.path.endswith("/commands")]


def test_differences_name_what_is_missing_beside_and_changed() -> None:
    ours = [{"name": "a", "description": "A"}, {"name": "b", "description": "B"}]
    theirs = [{"name": "b", "description": "other"}, {"name": "c", "description": "C"}]
    assert list(sync.differences(ours, theirs, in_guild=True)) == [
        "+ /a is missing there",
        "- /c is there and not in the menu",
        "~ /b is different",
    ]


class Slow:
    """Pictures that are drawn when the test says so."""

    def __init__(self) -> None:
        self.may = asyncio.Event()

    async def png(self, chart: Chart) -> bytes:
        """A picture, late."""
        del chart
        await self.may.wait()
        return b"\x89PNG\r\n\x1a\n"


@pytest.mark.parametrize("private", [False, True])
async def test_a_slow_answer_is_promised_in_time_and_comes_with_its_privacy(
    town: Town, tmp_path: Path, private: bool
) -> None:
    pictures = Slow()
    async with house(town.server, tmp_path, pictures=pictures, defer_after=0.1):
        asked = await town.server.command(town.anna, town.news, ("deepseek", "cost"), {"private": private})
        promise = await asked.answer()
        assert promise.type == LATER
        assert bool(promise.data.get("flags", 0) & EPHEMERAL) is private
        pictures.may.set()
        await town.server.wait_for(lambda: "$5.576" in str(asked.original))
        assert bool((asked.original or {})["flags"] & EPHEMERAL) is private


async def test_of_several_processes_one_pushes_the_commands(town: Town, database: Database, tmp_path: Path) -> None:
    wanted = command_list(build_menu(shipped_library(now().date())))
    logins = [Login(town.server.token) for _ in range(3)]
    workers = [sync.CommandSync(login, database, f"worker-{n}", now) for n, login in enumerate(logins)]
    await asyncio.gather(*(worker.push_if_changed(wanted) for worker in workers))
    assert [await worker.push_if_changed(wanted) for worker in workers] == [True, True, True]
    assert len(_pushes(town)) == 1
    for login in logins:
        await login.close()


def test_only_events_that_need_no_privilege_are_asked_for() -> None:
    asked = gateway.intents()
    assert not asked.message_content
    assert not asked.members
    assert not asked.presences
