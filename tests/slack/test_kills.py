"""A courier killed by SIGKILL between any two steps posts nothing twice in Slack; what is unclear stays unknown."""

import asyncio
import json
import sys
from collections import Counter

import pytest

from newsbot.storage.database import Database
from tests.slack.loopback import LoopbackSlack

# Slack has no guard against a second post: what was under way when a courier died is for a person to look at.
STEPS = {
    "claimed": (5, "sent", 1),
    "sending": (5, "unknown", 0),
    "sent": (50, "unknown", 1),
    "settled": (5, "sent", 1),
}


@pytest.mark.parametrize("step", STEPS)
async def test_a_courier_killed_at_a_step_leaves_one_message_or_an_unknown(
    database: Database, empty_url: str, step: str
) -> None:
    runs, state, messages = STEPS[step]
    runs = runs if database.is_sqlite else 4
    async with LoopbackSlack() as slack:
        space = slack.workspace
        process = await asyncio.create_subprocess_exec(
            *(sys.executable, "-m", "tests.slack.drill", "--database", empty_url, "--api", slack.api_url),
            *("--token", space.token, "--team", space.id, "--channel", space.channel("news").id),
            *("--runs", str(runs), "--step", step),
            stdout=asyncio.subprocess.PIPE,
        )
        out, _ = await asyncio.wait_for(process.communicate(), 300)
        assert json.loads(out) == {"runs": runs, "kills": runs}
        keys = Counter((message.metadata or {})["event_payload"]["key"] for message in slack.messages("news"))
    assert len(keys) == runs * messages
    assert set(keys.values()) <= {1}
    async with database.transaction() as tx:
        assert await tx.deliveries.counts() == {state: runs}
