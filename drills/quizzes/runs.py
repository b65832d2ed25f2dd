"""The runs of a drill of quizzes: a batch of games, whose processes die one after the other."""

import asyncio
import json
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from random import Random
from typing import Any

from sqlalchemy import text

from drills.quizzes.account import QuizAccount
from drills.quizzes.hosts import COURIER
from drills.quizzes.people import Party, Wanted
from drills.quizzes.record import Closed, Played
from drills.quizzes.stage import SPEED, QuizStage, seen
from drills.quizzes.tables import standing
from newsbot.storage.transaction import Transaction
from tests.patience import PATIENCE, eventually

GAME_STEPS = ("claimed", "put", "confirmed", "closed", "edited", "revealed", "scored", "finished", "kept")
COURIER_STEPS = tuple(COURIER + step for step in ("claimed", "sending", "sent", "settled"))
FINISHED = "finished"  # there is but one in a game, so it is waited for beside every other
POWER_CUT = "power cut"  # those who die together with one that is killed at a step
OPEN = "open"  # a kill from outside, at any instant
STEPS = (*GAME_STEPS, *COURIER_STEPS, OPEN)
WANTED = Wanted(3, 4)
# Seconds without a process: shorter than the silence that stops the clocks; longer than a dead process holds a game;
# longer than it holds a message, for which all others would have to wait.
_DOWN = (1.0, 12.0, 100.0, 100.0)
_LONG_DOWN = 100.0
_LONGEST_GAME = 5 * PATIENCE  # seconds of the wall
_OPEN_SECONDS, _QUICK = 60, 12.0  # of a question during which everybody dies; how fast the clock goes from then on
_LOOK_SECONDS = 0.1
_MOST_BATCHES = 5
_SOON = 4.0  # seconds of the wall in which a step is reached; else the next one is tried
_ASKING = text("SELECT channel FROM quiz_games WHERE phase = 'asking'")
_BODY = text("SELECT body FROM quiz_games WHERE channel = :channel")
_ENDED = text("SELECT channel FROM quiz_games WHERE phase = 'ended'")
_WAITS = text("SELECT count(*) FROM deliveries WHERE state IN ('due', 'leased', 'sending')")
_UNKNOWN = text(
    "SELECT key FROM deliveries WHERE state = 'unknown' AND key LIKE 'quiz:%' "
    "AND channel IN (SELECT played_in FROM quiz_games WHERE channel = :channel)"
)


@dataclass(frozen=True, slots=True)
class Batch:
    """So many games on each platform, and the steps at which processes are killed, in this order."""

    each: int
    steps: tuple[str, ...]
    wanted: Wanted = WANTED


async def batch(stage: QuizStage, account: QuizAccount, number: int, what: Batch, random: Random) -> None:
    """Play games while processes die, let them end, and count."""
    tables = stage.tables(number, what.each)
    parties = [Party(stage, table, what.wanted, random) for table in tables]
    playing = [asyncio.create_task(_after(index * 0.15, party)) for index, party in enumerate(parties)]
    everyone = asyncio.gather(*playing)
    hosts = 1 if stage.kind == "sqlite" else 2
    for step in what.steps:
        await _manned(stage, hosts)
        if everyone.done():
            break
        await _killed(stage, account, step, random, everyone)
    account.kills[stage.kind][POWER_CUT] += await stage.darkness(_LONG_DOWN)  # nobody waits for what the dead hold
    await _manned(stage, hosts)
    await _ended(stage, parties, everyone)
    for party in parties:
        await _counted(stage, account, party.played, what.wanted)
    await _left(stage)


async def time_left(stage: QuizStage, account: QuizAccount, number: int, down: float) -> None:
    """Everybody dies while questions are open, and comes back: these close at their end plus the time without them.

    Until everybody is dead the clock goes no faster than the wall's: no machine is so busy that a question ends before.
    """
    stage.clock.quicken(1.0)
    random, wanted = Random(number), Wanted(1, _OPEN_SECONDS)  # noqa: S311 (no secret)
    habits = ("once", "after a kill", "late")
    parties = [Party(stage, table, wanted, random, habits) for table in stage.tables(number, 1)]
    everyone = asyncio.gather(*(asyncio.create_task(party.play()) for party in parties))
    await _manned(stage, 1)
    await seen(lambda: all(party.played.questions for party in parties))
    await eventually(lambda: _are_asking(stage, parties))
    account.kills[stage.kind][OPEN] += await stage.darkness(down)
    stage.clock.quicken(_QUICK)
    dark = await stage.dawn()
    await _ended(stage, parties, everyone)
    for party in parties:
        await _counted(stage, account, party.played, wanted)
        account.closed(party.played, await stage.database.read(_closed(party.played)), wanted.seconds, dark)
    await _left(stage)
    stage.clock.quicken(SPEED)


async def _left(stage: QuizStage) -> None:
    """Nobody is there any more, for so long that nobody waits for a part of the outbox that fell to the dead."""
    await stage.empty()
    stage.clock.advance(_LONG_DOWN)


async def _after(seconds: float, party: Party) -> None:
    await asyncio.sleep(seconds)
    await party.play()


async def _manned(stage: QuizStage, hosts: int) -> None:
    """As many processes as there should be."""
    while len(stage.hosts) < hosts:
        await stage.host()


async def _killed(
    stage: QuizStage, account: QuizAccount, step: str, random: Random, everyone: "asyncio.Future[list[None]]"
) -> None:
    """Let one process die at a step, and perhaps all the others with it; then nobody lives for a while."""
    victim = random.choice(stage.hosts)
    if step == OPEN:
        await asyncio.sleep(random.uniform(0.3, 1.5))
        account.kills[stage.kind][OPEN] += await stage.darkness(random.choice(_DOWN))
        return
    also = {} if account.kills[stage.kind][FINISHED] > account.kills[stage.kind][step] else {FINISHED: 1}
    await victim.ask("arm", steps=also | {step: random.choice((1, 1, 2, 3))})
    dying = asyncio.create_task(victim.is_dead.wait())
    until: set[asyncio.Future[Any]] = {dying, everyone}
    await asyncio.wait(until, timeout=_SOON, return_when=asyncio.FIRST_COMPLETED)
    if not victim.is_dead.is_set():
        dying.cancel()
        await victim.ask("arm", steps={})
        if not victim.is_dead.is_set():
            return
    if victim.died_at:
        account.kills[stage.kind][victim.died_at] += 1
    # The messages that a dead outbox worker holds are its own for a while: the others with it, or it is a long wait.
    if step.startswith(COURIER) or random.random() < 0.5:
        down = _LONG_DOWN if step.startswith(COURIER) else random.choice(_DOWN)
        account.kills[stage.kind][POWER_CUT] += await stage.darkness(down)


async def _ended(stage: QuizStage, parties: list[Party], everyone: "asyncio.Future[list[None]]") -> None:
    """Wait until newsbot says that all of these games have ended and nothing is to be posted; then all go home."""
    channels = {party.played.table.place.channel for party in parties}
    until = time.monotonic() + _LONGEST_GAME
    while time.monotonic() < until:
        await asyncio.sleep(_LOOK_SECONDS)
        ended, waits = await stage.database.read(_look)
        if channels <= ended and not waits:
            break
    for party in parties:
        party.go_home()
    await everyone


def _look(tx: Transaction) -> tuple[set[str], int]:
    """The channels whose games have ended, and how many messages wait, by newsbot's own rows."""
    ended = set(tx._connection.execute(_ENDED).scalars())
    return ended, tx._connection.execute(_WAITS).scalar_one()


async def _are_asking(stage: QuizStage, parties: list[Party]) -> bool:
    """Whether newsbot knows itself that a question of each of these games stands."""
    asking = await stage.database.read(lambda tx: set(tx._connection.execute(_ASKING).scalars()))
    return {party.played.table.place.channel for party in parties} <= asking


def _closed(played: Played) -> Callable[[Transaction], Closed | None]:
    """How newsbot's own row says that the last question of a game closed."""

    def look(tx: Transaction) -> Closed | None:
        body = json.loads(tx._connection.execute(_BODY, {"channel": played.table.place.channel}).scalar_one())
        outages = [(_seconds(start), _seconds(end)) for start, end in body["outages"]]
        return Closed(_seconds(body["closed_at"]), outages) if body["closed_at"] else None

    return look


def _seconds(instant: str) -> float:
    return datetime.fromisoformat(instant).timestamp()


async def _counted(stage: QuizStage, account: QuizAccount, played: Played, wanted: Wanted) -> None:
    """Count one game, beside what newsbot says of its messages."""
    place = played.table.place

    def look_up(tx: Transaction) -> list[str]:
        return list(tx._connection.execute(_UNKNOWN, {"channel": place.channel}).scalars())

    keys = await stage.database.read(look_up)
    unknown = {key.split(":")[2] for key in keys}
    account.add(played, standing(stage.discord, stage.slack, played.table), unknown, stage.lives, wanted.seconds)


async def drill(stage: QuizStage, account: QuizAccount, batches: int, told: Callable[[str], None]) -> None:
    """All games of one database: so many batches, and more where a step was never reached."""
    random = Random(20261124)  # noqa: S311 (no secret)
    for number, down in enumerate((12.0, 60.0)):
        await time_left(stage, account, 1_000 + number, down)
    kills, number = account.kills[stage.kind], 0
    while number < batches or (number < _MOST_BATCHES and not all(kills[step] for step in STEPS)):
        steps = random.sample(STEPS, len(STEPS))
        steps.sort(key=lambda step: kills[step])  # those that were not reached before come first
        await batch(stage, account, number, Batch(4, tuple(steps)), random)
        told(f"{stage.kind}: {account.games} games of the quiz, {kills.total()} kills")
        number += 1
