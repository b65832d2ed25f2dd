"""The drill in short: the same processes, kills, faults, full disk and locked database as `make drill`."""

import json
from collections import Counter
from collections.abc import AsyncIterator
from datetime import UTC, date, datetime
from pathlib import Path
from random import Random

import pytest

from drills.account import Account, Slot
from drills.runs import STEPS, Counts, drill, killed
from drills.stage import CHANNELS, Stage, staged
from newsbot.messages.codec import posted_to_json
from newsbot.messages.platform import Posted
from newsbot.messages.requests import Place
from newsbot.storage.records import Delivery, DeliveryState


@pytest.fixture
async def stage(empty_url: str) -> AsyncIterator[Stage]:
    """A stage on a database of each kind."""
    async with staged(empty_url) as made:
        yield made


def quiet(line: str) -> None:
    """Tells nobody."""
    del line


async def test_a_kill_between_send_and_record_leaves_one_message_and_nothing_unknown_in_discord(tmp_path: Path) -> None:
    account = Account()
    async with staged(f"sqlite:///{tmp_path / 'newsbot.db'}") as stage:
        await killed(stage, account, "sent", Random(3), spoilt=False)
        slots = await stage.slots()
    assert account.kills == {"sent": 1}
    assert not any(each.is_lost or len(each.standing) > 1 for each in slots)
    states = {each.delivery.state for each in slots if each.delivery and each.platform == "discord"}
    assert states == {"sent"}


@pytest.mark.drill
async def test_nothing_is_lost_and_nothing_stands_twice(stage: Stage) -> None:
    account = Account()
    counts = Counts(len(STEPS), 2, 1, alone=True) if stage.kind == "sqlite" else Counts(3, 0, 1, alone=False)
    await drill(stage, account, counts, quiet)
    told = account.to_json()
    assert told["runs"] == counts.kills + counts.disks + counts.locks
    assert (told["lost"], told["duplicated"]) == (0, 0)
    assert account.unknown["discord"] == {"sqlite": 0, "postgresql": 0}
    assert account.is_good
    if counts.alone:
        assert account.kills == dict.fromkeys(STEPS, 1)
        assert account.gave_up["outbox worker"] + account.gave_up["planner"] > 0


# Slack has no guard against a second post: what was under way when an outbox worker died is for a person to look at.
UNCLEAR = ("sending", "sent", "settled")


@pytest.mark.drill
async def test_a_kill_alone_leaves_unknown_only_what_was_under_way_in_slack(stage: Stage) -> None:
    account, random = Account(), Random(1)
    for step in STEPS:
        await killed(stage, account, step, random, spoilt=False)
        slots = [each for each in await stage.slots() if each.day == stage.days[-1]]
        states = Counter((each.platform, each.delivery.state) for each in slots if each.delivery)
        assert states["discord", "sent"] == CHANNELS
        assert states["slack", "sent"] + (states["slack", "unknown"] if step in UNCLEAR else 0) == CHANNELS
        assert not any(each.is_lost or len(each.standing) > 1 for each in slots)
    assert account.kills == dict.fromkeys(STEPS, 1)


@pytest.mark.drill
async def test_fifty_kills_between_send_and_record_each_leave_one_message(tmp_path: Path) -> None:
    account, random = Account(), Random(2)
    async with staged(f"sqlite:///{tmp_path / 'newsbot.db'}") as stage:
        for _ in range(50):
            await killed(stage, account, "sent", random, spoilt=False)
        slots = await stage.slots()
    assert account.kills == {"sent": 50}
    discord = [each for each in slots if each.platform == "discord"]
    assert {(len(each.standing), each.delivery.state) for each in discord if each.delivery} == {(1, "sent")}
    assert len(discord) == 50 * CHANNELS
    slack = {(len(each.standing), each.delivery.state) for each in slots if each.platform == "slack" and each.delivery}
    assert slack <= {(1, "sent"), (1, "unknown"), (0, "unknown")}


def delivery(state: DeliveryState, message: str = "", reason: str = "") -> Delivery:
    """A delivery that ended so."""
    at = datetime(2026, 1, 5, 9, tzinfo=UTC)
    place = Place("slack", "T1", "C1")
    posted = json.dumps(posted_to_json(Posted(place, message))) if message else None
    return Delivery(1, "k", 1, place, state, at, at, 1, "", None, posted, reason, "", at)


@pytest.mark.parametrize(
    ("found", "standing", "is_lost"),
    [
        (None, (), True),
        (delivery("sent", "7"), ("7",), False),
        (delivery("sent", "7"), ("8",), True),
        (delivery("due"), (), True),
        (delivery("sending"), ("7",), True),
        (delivery("unknown"), (), False),
        (delivery("skipped"), (), True),
        (delivery("skipped", reason="skipped: late"), (), False),
        (delivery("failed", reason="The channel is gone."), (), False),
    ],
)
def test_the_account_knows_what_is_lost(found: Delivery | None, standing: tuple[str, ...], is_lost: bool) -> None:
    account = Account()
    account.add("sqlite", [Slot("slack", date(2026, 1, 5), found, standing)])
    assert account.to_json()["lost"] == is_lost
    assert account.is_good is not is_lost


def test_the_account_counts_what_stands_twice() -> None:
    account = Account()
    account.add("postgresql", [Slot("slack", date(2026, 1, 5), delivery("sent", "7"), ("6", "7"))])
    assert account.to_json()["duplicated"] == 1
    assert not account.is_good
