"""A courier killed by SIGKILL between any two steps loses nothing and posts nothing twice."""

import asyncio
import json
import sys
from collections import Counter

import pytest

from newsbot.storage.database import Database
from tests.discord.conftest import Town

STEPS = {"claimed": 5, "sending": 5, "sent": 50, "settled": 5}


async def drill(town: Town, url: str, step: str, runs: int) -> dict[str, object]:
    """The drill's own account, from a process that forks every courier."""
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "tests.digests.drill", "--database", url, "--api", town.server.api_url),
        *("--token", town.server.token, "--channel", str(town.news.id), "--runs", str(runs), "--step", step),
        stdout=asyncio.subprocess.PIPE,
    )
    out, _ = await asyncio.wait_for(process.communicate(), 300)
    assert process.returncode == 0
    account: dict[str, object] = json.loads(out)
    return account


@pytest.mark.parametrize("step", STEPS)
async def test_a_courier_killed_at_a_step_leaves_exactly_one_message_each(
    town: Town, database: Database, empty_url: str, step: str
) -> None:
    runs = STEPS[step] if database.is_sqlite else 4
    account = await drill(town, empty_url, step, runs)
    assert account == {"runs": runs, "kills": runs, "step": step}
    titles = Counter(
        message["components"][0]["components"][0]["content"] for message in town.server.messages(town.news)
    )
    assert len(titles) == runs
    assert set(titles.values()) == {1}
    async with database.transaction() as tx:
        assert await tx.deliveries.counts() == {"sent": runs}
