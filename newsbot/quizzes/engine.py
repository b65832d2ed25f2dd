"""What moves games on: takes those whose time has come, does what each has to do, and keeps every step as a row.

A step is: do what is to be done on the platform, then keep that it was done. What a process leaves half done when it
dies is done again by the next one; keys and edits make that harmless.
"""

import asyncio
import logging
from collections.abc import Callable, Collection, Mapping
from dataclasses import replace
from datetime import datetime, timedelta
from functools import partial

from newsbot.content.library import Library
from newsbot.errors import ContentError, NewsbotError, PostLater, PostUnclear, StorageError
from newsbot.messages.platform import Platform
from newsbot.quizzes.rules.game import LONGEST, Game, advance, due, end_as_refused, pause_for_outage, postpone
from newsbot.quizzes.serialization import game_of, readable, record_of
from newsbot.quizzes.steps import HOLD, GameSteps
from newsbot.storage.database import Database
from newsbot.storage.records import GameRecord, OutageRecord
from newsbot.storage.transaction import Transaction
from newsbot.tasks import GRACE_SECONDS, end_tasks

log = logging.getLogger(__name__)

Checkpoint = Callable[[str], None]

HEARTBEAT = "quizzes:"  # with the name of a platform
HEARTBEAT_EVERY = timedelta(seconds=2)  # how often a sign of life is given while a game is played
SILENCE = timedelta(seconds=5)  # without one for so long, newsbot was down
_SOON = timedelta(minutes=10)  # a game that is due so soon is one that somebody waits for
_MOVED = timedelta(milliseconds=250)  # in which a step is mostly done
_AT_ONCE = 32
_BATCH = 200
_AGAIN = timedelta(seconds=2)  # before what broke is tried again
_MEND_AGAIN = timedelta(minutes=1)  # nobody waits for that, and it is tried until it is done
_APART = timedelta(minutes=10)  # how far the clocks of processes may be from each other


def _no_checkpoint(step: str) -> None:
    """Where nothing watches the steps."""


class GameEngine:
    """Moves the games of this process's platforms on. Any number of processes may share the games."""

    def __init__(
        self,
        database: Database,
        platforms: Mapping[str, Platform],
        library: Callable[[], Library],
        now: Callable[[], datetime],
        wake: Callable[[], None] = lambda: None,
        checkpoint: Checkpoint = _no_checkpoint,
    ) -> None:
        """`wake` tells the outbox worker that something is to be posted.

        `checkpoint` is told each step: claimed, put, confirmed, closed, edited, revealed, scored, finished; drills end
        the process there.
        """
        self._database = database
        self._platforms = platforms
        self._now = now
        self._checkpoint = checkpoint
        self._steps = GameSteps(database, platforms, library, now, wake, checkpoint)
        self._gate = asyncio.Semaphore(_AT_ONCE)
        self._moving: dict[int, asyncio.Task[None]] = {}

    async def resume(self, platforms: Collection[str]) -> None:
        """Stop the clocks of these platforms' games for as long as nobody served them.

        To be done before anybody can press a button: their press would be judged as if newsbot had not been away.
        """
        now = self._now()
        await self._database.write(lambda tx: self._beat(tx, now, tuple(platforms)))

    async def run_once(self) -> datetime | None:
        """Begin to move every game that is due; returns when to look again, None where none is played."""
        now = self._now()
        platforms = tuple(self._platforms)
        mine = tuple(self._moving)

        def claim(tx: Transaction) -> tuple[GameRecord, ...]:
            self._beat(tx, now, platforms)
            return tx.games.claim(now, HOLD, _BATCH, platforms, mine)

        claimed = await self._database.write(claim)
        if claimed:
            self._checkpoint("claimed")
        for record in claimed:
            task = asyncio.create_task(self._move(record), name=f"game {record.id}")
            self._moving[record.id] = task
            task.add_done_callback(partial(self._left, record.id))
        return await self._next(now, platforms)

    def _left(self, number: int, task: asyncio.Task[None]) -> None:
        if self._moving.get(number) is task:
            del self._moving[number]

    async def wait_idle(self) -> None:
        """Return when every game that was due has been moved on."""
        while self._moving:
            await asyncio.wait(set(self._moving.values()))

    async def close(self) -> None:
        """Leave the games to whoever comes next, after a moment for the steps that are under way."""
        await end_tasks(tuple(self._moving.values()), GRACE_SECONDS)

    async def _next(self, now: datetime, platforms: tuple[str, ...]) -> datetime | None:
        found = await self._database.read(lambda tx: tx.games.next_due(platforms))
        if found and self._moving:  # as they are moved, when they are due next changes
            return min(found, now + _MOVED)
        return min(found, now + HEARTBEAT_EVERY) if found and found < now + _SOON else found

    def _beat(self, tx: Transaction, now: datetime, platforms: tuple[str, ...]) -> None:
        """Show that newsbot lives; where nobody did, the clocks of the games that are played stood still.

        On each platform by itself: others may be served by other processes, which live on.
        """
        for platform in sorted(tx.games.platforms(platforms)):
            last = tx.watches.last_beat(HEARTBEAT + platform)
            if last is not None and now - last >= SILENCE:
                _stop_clocks(tx, platform, OutageRecord(last, now))
            # Never back by a little: a process whose clock is behind would hide that one lives whose clock is ahead,
            # and that one would take the difference for an outage each time it looks.
            if last is None or not -_APART <= now - last < HEARTBEAT_EVERY / 2:
                # Not the instant this began: where it takes long, that is no outage again.
                tx.watches.beat(HEARTBEAT + platform, max(now, self._now()))

    # -- one game -----------------------------------------------------------------------------------------------------

    async def _move(self, record: GameRecord) -> None:
        async with self._gate:
            try:
                await self._move_on(game_of(record), record)
            except ContentError as error:
                log.error("%s It is ended.", error)
                await self._give_up(replace(record, phase="ended", due_at=None))
            except NewsbotError as error:
                log.warning("game %s waits: %s", record.id, error)
            except Exception:
                log.exception("game %s waits: something broke here", record.id)
                await self._end_if_old(record)

    async def _give_up(self, record: GameRecord) -> None:
        try:
            await self._database.write(lambda tx: tx.games.save(record))
        except StorageError as error:
            log.warning("game %s waits: %s", record.id, error)

    async def _end_if_old(self, record: GameRecord) -> None:
        """No game lasts for more than 24 hours, also where a step of it breaks each time: its channel plays again."""
        game = game_of(record)
        if self._now() < game.created_at + LONGEST:
            return
        try:
            await self._steps.save(game, end_as_refused(game, self._now()), record.version)
        except StorageError as error:
            log.warning("game %s waits: %s", record.id, error)

    async def _move_on(self, game: Game, record: GameRecord) -> None:
        """Step by step, until it waits for a later instant or somebody else has changed it."""
        version = record.version
        while (at := due(game)) is not None and at <= self._now():
            after = await self._step(game)
            if not await self._steps.save(game, after, version):
                return
            game, version = after, version + 1
        if version == record.version:  # it was not its time yet
            await self._steps.save(game, game, version)

    async def _step(self, game: Game) -> Game:
        """The game after what is to be done now."""
        try:
            return await self._steps.carry_out(game) if game.to_do else await self._advance(game)
        except PostLater as error:
            wait = timedelta(seconds=error.after) if error.after else _AGAIN
            return postpone(game, self._now() + max(wait, _retry_after(game)))
        except PostUnclear:
            return postpone(game, self._now() + _retry_after(game))

    async def _advance(self, game: Game) -> Game:
        answers = await self._database.read(lambda tx: tx.games.count(game.id, game.number))
        return advance(game, self._now(), answers)


def _stop_clocks(tx: Transaction, platform: str, outage: OutageRecord) -> None:
    """The clocks of a platform's games stood still for an outage."""
    page = tx.games.played(platform)
    while page:
        stopped = [(record, game, pause_for_outage(game, outage)) for record, game in readable(page)]
        tx.games.save_locked([record_of(after, record.version) for record, game, after in stopped if after != game])
        page = tx.games.played(platform, after=page[-1].id)


def _retry_after(game: Game) -> timedelta:
    """How long to wait before what could not be done is tried again."""
    return _MEND_AGAIN if game.phase == "mending" else _AGAIN
