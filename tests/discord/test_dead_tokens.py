"""A token of Discord's that is refused: that part of newsbot waits and says so, everything else goes on."""

import asyncio
import sys
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path

import aiohttp

from newsbot.messages.requests import Place
from newsbot.storage.database import Database
from tests.discord.conftest import Town
from tests.discord.house import house
from tests.discord.test_bot import LATER, MESSAGE
from tests.discord.test_posting import SHORT
from tests.discord.test_process import environment, newsbot, running
from tests.patience import PATIENCE
from tests.slack.loopback import LoopbackSlack


@asynccontextmanager
async def everything(town: Town, folder: Path, port: int, **changed: str) -> AsyncIterator[None]:
    """`newsbot run` until the block ends: Discord, the web chat and whatever else is set."""
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "newsbot", "run"),
        env=environment(town, folder) | {"PORT": str(port), "NEWSBOT_OPERATOR": "web:general"} | changed,
        stdin=asyncio.subprocess.DEVNULL,
        stdout=asyncio.subprocess.DEVNULL,
    )
    try:
        yield
        assert process.returncode is None
    finally:
        if process.returncode is None:
            process.terminate()
        assert await asyncio.wait_for(process.wait(), PATIENCE) == 0


@asynccontextmanager
async def kept(folder: Path) -> AsyncIterator[Database]:
    """What the process keeps."""
    database = Database(f"sqlite:///{folder / 'newsbot.db'}")
    try:
        yield database
    finally:
        await database.close()


async def told(port: int, wanted: Callable[[dict[str, str]], bool]) -> dict[str, str]:
    """The health of the process once it is as wanted."""
    last: object = None
    try:
        async with asyncio.timeout(PATIENCE), aiohttp.ClientSession() as session:
            while True:
                try:
                    async with session.get(f"http://127.0.0.1:{port}/healthz") as answer:
                        last = health = await answer.json()
                        if wanted(health):
                            return dict(health)
                except aiohttp.ClientConnectorError:
                    pass  # it is starting
                await asyncio.sleep(0.1)  # nothing tells of a state
    except TimeoutError:
        raise TimeoutError(f"the health stayed {last}") from None


def is_well(health: dict[str, str]) -> bool:
    return health["discord"] == "ok"


def is_refused(health: dict[str, str]) -> bool:
    return "DISCORD_TOKEN" in health["discord"]


async def titles(database: Database, count: int) -> list[str]:
    """What newsbot posted in the web chat by itself, once it is so much."""
    async with asyncio.timeout(PATIENCE):
        while True:
            found = await database.read(lambda tx: tx.deliveries.in_states(["sent"], 100))
            keys = [each.key for each in found if each.place.platform == "web"]
            if len(keys) >= count:
                return sorted(keys)
            await asyncio.sleep(0.1)  # nothing tells of a row


async def said(port: int, words: str) -> None:
    """Say something in the web chat."""
    url = f"http://127.0.0.1:{port}"
    body = {"text": words, "person": "ada", "channel": "general"}
    async with (
        aiohttp.ClientSession() as session,
        session.post(f"{url}/api/say", json=body, headers={"Origin": url}) as answer,
    ):
        assert answer.status == 200, await answer.text()


async def reset(town: Town) -> str:
    """Somebody resets the token; returns the old one."""
    old, town.server.token = town.server.token, "a token that newsbot was not given"
    await town.server.gateway.close(4004)
    return old


async def test_a_token_that_is_reset_ends_nothing_but_discord_which_comes_back_when_it_works_again(
    town: Town, data_folder: Path, unused_tcp_port: int
) -> None:
    async with kept(data_folder) as database, everything(town, data_folder, unused_tcp_port):
        await told(unused_tcp_port, is_well)
        await town.server.wait_for(lambda: bool(town.server.gateway.live))
        old = await reset(town)
        health = await told(unused_tcp_port, is_refused)
        assert health["status"] == "failing"
        others = {name: state for name, state in health.items() if name not in ("discord", "status")}
        assert {"database", "content", "digests", "games", "outbox", "jobs"} <= others.keys()
        assert set(others.values()) == {"ok"}
        assert old not in str(health)
        async with aiohttp.ClientSession() as session, session.get(f"http://127.0.0.1:{unused_tcp_port}/") as page:
            assert page.status == 200
        await said(unused_tcp_port, "/digest subscribe 9:00 Berlin daily first:yes")
        keys = await titles(database, 2)
        assert [key.partition(":")[0] for key in keys] == ["digest", "trouble"]
        town.server.token = old
        await told(unused_tcp_port, is_well)
        assert (await titles(database, 3))[-1].endswith(":over")
        answer = await (await town.server.command(town.anna, town.news, ("events",))).answer()
        assert answer.type in {MESSAGE, LATER}


async def test_beside_others_discord_may_be_refused_at_the_start(
    town: Town, data_folder: Path, unused_tcp_port: int
) -> None:
    async with LoopbackSlack() as slack:
        tokens = {
            "SLACK_API_URL": slack.api_url,
            "SLACK_BOT_TOKEN": slack.workspace.token,
            "SLACK_SIGNING_SECRET": slack.app.signing_secret,
        }
        async with everything(town, data_folder, unused_tcp_port, DISCORD_TOKEN="another", **tokens):
            health = await told(unused_tcp_port, is_refused)
            assert health["slack"] == "ok"
            people = slack.http(f"http://127.0.0.1:{unused_tcp_port}")
            assert (await people.command("alice", "news", "/deepseek", "cost")).ok


async def test_beside_others_slack_may_be_refused_at_the_start(
    town: Town, data_folder: Path, unused_tcp_port: int
) -> None:
    async with LoopbackSlack() as slack:
        slack.world.revoke(slack.workspace.token)
        tokens = {
            "SLACK_API_URL": slack.api_url,
            "SLACK_BOT_TOKEN": slack.workspace.token,
            "SLACK_SIGNING_SECRET": slack.app.signing_secret,
        }
        async with everything(town, data_folder, unused_tcp_port, **tokens):
            health = await told(unused_tcp_port, is_well)
            assert "token_revoked" in health["slack"]
            slack.world.revoke(slack.workspace.token, "")
            health = await told(unused_tcp_port, lambda health: health["slack"] == "ok")
            assert is_well(health)


async def test_discord_alone_ends_at_a_start_that_is_refused_and_stays_when_it_is_refused_later(
    town: Town, data_folder: Path, unused_tcp_port: int
) -> None:
    code, _, log = await newsbot(town, data_folder, "run", "--only", "discord", DISCORD_TOKEN="another")
    assert (code, "DISCORD_TOKEN" in log.strip().splitlines()[-1]) == (2, True)
    async with running(town, data_folder, PORT=str(unused_tcp_port)):
        await told(unused_tcp_port, is_well)
        await town.server.wait_for(lambda: bool(town.server.gateway.live))
        old = await reset(town)
        assert "DISCORD_TOKEN" in (await told(unused_tcp_port, is_refused))["discord"]
        town.server.token = old
        assert is_well(await told(unused_tcp_port, is_well))


async def test_one_request_tries_a_refused_token_for_all_that_wait(town: Town, tmp_path: Path) -> None:
    async with house(town.server, tmp_path) as home:
        place = Place("discord", str(town.guild.id), str(town.news.id))
        await home.service.platform.post(place, SHORT, "first")
        old, town.server.token = town.server.token, "another"
        before = len(town.server.requests)
        posts = (home.service.platform.post(place, SHORT, f"post {number}") for number in range(50))
        for post in posts:
            (error,) = await asyncio.gather(post, return_exceptions=True)
            assert getattr(error, "scope", "") == "app"
        assert len(town.server.requests) - before == 1
        assert "DISCORD_TOKEN" in home.service.trouble()
        town.server.token = old


async def test_too_few_shards_by_discords_own_advice_are_asked_for_anew(town: Town, tmp_path: Path) -> None:
    town.server.gateway.refuse_identify(4011)
    async with house(town.server, tmp_path) as home:
        answer = await (await town.server.command(town.anna, town.news, ("events",))).answer()
        assert answer.type in {MESSAGE, LATER}
        assert home.service.health() == "ok"
