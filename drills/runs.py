"""The runs of a drill. Each is one day: something dies or breaks, and whoever comes after it has to put it right."""

import asyncio
import signal
import sqlite3
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from random import Random

from drills.account import Account
from drills.actors import Act
from drills.stage import Stage
from tests.patience import PATIENCE

PLANNER_STEPS = ("decided", "composed", "written", "planned")
COURIER_STEPS = ("claimed", "sending", "sent", "settled")
STEPS = (*PLANNER_STEPS, *COURIER_STEPS)
# Seconds after the instant at which those who come later look: leases of the dead are over, Discord still knows nonces.
LATER = (120.0, 126.0, 140.0, 168.0, 400.0)
_AT_ONCE = 1.0


@dataclass(frozen=True)
class Counts:
    """How many runs with kills, a full disk and a locked database; `alone`: one planner and one outbox worker."""

    kills: int
    disks: int
    locks: int
    alone: bool


def planner(step: str = "", *, disk: int = 0, pages: bool = False, busy: float = 10.0) -> Act:
    """A planner."""
    return Act("planner", step, disk=disk, pages=pages, busy=busy)


def outbox_worker(
    step: str = "",
    nth: int = 1,
    *,
    patience: float = PATIENCE,
    awaits: bool = False,
    disk: int = 0,
    busy: float = 10.0,
) -> Act:
    """An outbox worker."""
    return Act("outbox worker", step, nth, patience=patience, awaits=awaits, disk=disk, busy=busy)


def _begun(stage: Stage, account: Account) -> None:
    stage.begin()
    account.runs[stage.kind] += 1


async def recovered(stage: Stage, random: Random | None) -> None:
    """Let others come until nothing waits. Their first posts go wrong too, where `random` is given."""
    stage.mend()
    for number, after in enumerate(LATER):
        if number == 0 and random is not None:
            stage.spoil(random)
        elif number == 1:
            stage.mend()
        await stage.play(after, planner())
        await stage.play(after, outbox_worker())
        if await stage.is_over():
            break
    stage.mend()


async def killed(stage: Stage, account: Account, step: str, random: Random, *, spoilt: bool = True) -> None:
    """One planner and one outbox worker, one of which is killed at `step`."""
    _begun(stage, account)
    if spoilt:
        stage.spoil(random)
    await _acted(stage, account, planner(step if step in PLANNER_STEPS else ""))
    nth = random.randint(1, 4) if step in ("sending", "sent") else 1
    await _acted(stage, account, outbox_worker(step if step in COURIER_STEPS else "", nth))
    await recovered(stage, random if spoilt else None)


async def crowded(stage: Stage, account: Account, step: str, random: Random) -> None:
    """Two planners and four outbox workers at once; one or two of them are killed at `step`."""
    _begun(stage, account)
    stage.spoil(random)
    deadly = [step] * random.randint(1, 3)
    planners = [*deadly[:2], ""] if step in PLANNER_STEPS else ["", ""]
    outbox_workers = [*deadly, "", "", "", ""] if step in COURIER_STEPS else [""] * 4
    random.shuffle(planners)
    random.shuffle(outbox_workers)
    acts = [planner(each) for each in planners[:2]]
    acts += [outbox_worker(each, patience=2.0, awaits=True) for each in outbox_workers[:4]]
    await _acted(stage, account, *acts)
    await recovered(stage, random)


async def full_disk(stage: Stage, account: Account, random: Random) -> None:
    """The disk is full at any place: for the database's own file, or for whatever is written beyond some size."""
    _begun(stage, account)
    size = random.randrange(36, 200) * 1_024
    await _acted(stage, account, planner(pages=True) if random.random() < 0.4 else planner(disk=size))
    await _acted(stage, account, planner())
    await _acted(stage, account, outbox_worker(disk=random.randrange(36, 120) * 1_024, patience=1.5))
    await recovered(stage, None)


async def locked(stage: Stage, account: Account, random: Random) -> None:
    """Another process holds the database's lock for longer, or not as long, as newsbot waits for it."""
    _begun(stage, account)
    busy = random.choice((0.2, 10.0))
    async with _lock(stage, 0.8):
        await _acted(stage, account, planner(busy=busy))
    async with _lock(stage, 0.8):
        await _acted(stage, account, outbox_worker(busy=busy))
    await recovered(stage, None)


async def _acted(stage: Stage, account: Account, *acts: Act) -> None:
    """Play these at once, and count how they ended."""
    for act, end in zip(acts, await stage.play(_AT_ONCE, *acts), strict=True):
        if end == signal.SIGKILL and act.step:
            account.kills[act.step] += 1
        elif end:
            account.gave_up[act.role] += 1


@asynccontextmanager
async def _lock(stage: Stage, seconds: float) -> AsyncIterator[None]:
    """Hold the database's lock from here on for some seconds."""
    release = await (_sqlite_lock(stage.url) if stage.kind == "sqlite" else _postgresql_lock(stage.url))
    ending = asyncio.create_task(_released(release, seconds))
    try:
        yield
    finally:
        await ending


async def _released(release: Callable[[], None], seconds: float) -> None:
    await asyncio.sleep(seconds)
    release()


async def _sqlite_lock(url: str) -> Callable[[], None]:
    connection = sqlite3.connect(url.removeprefix("sqlite:///"), isolation_level=None)
    connection.execute("BEGIN IMMEDIATE")
    return connection.close


async def _postgresql_lock(url: str) -> Callable[[], None]:
    import asyncpg

    connection = await asyncpg.connect(url)
    await connection.execute("BEGIN")
    await connection.execute("LOCK TABLE subscriptions, deliveries IN ACCESS EXCLUSIVE MODE")
    return connection.terminate  # type: ignore[no-any-return] # asyncpg has no types


async def drill(stage: Stage, account: Account, counts: Counts, told: Callable[[str], None]) -> None:
    """All runs of one database, and what they left."""
    random = Random(20261124)  # noqa: S311 (no secret)
    for number in range(counts.kills):
        step = STEPS[number % len(STEPS)]
        await (killed(stage, account, step, random) if counts.alone else crowded(stage, account, step, random))
        if number % 20 == 19:
            told(f"{stage.kind}: {number + 1} of {counts.kills} runs with kills")
    for _ in range(counts.disks):
        await full_disk(stage, account, random)
    for _ in range(counts.locks):
        await locked(stage, account, random)
    account.add(stage.kind, await stage.slots())
