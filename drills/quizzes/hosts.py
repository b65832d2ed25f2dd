"""A host: one process that plays games, as `newsbot run` does, and dies at the step for which it is armed.

It is told what to do, and tells what came of it, in lines of JSON over a connection to the stage.
"""

import asyncio
import json
import os
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from random import Random
from typing import Any

from drills.actors import Drawing, Scene, Shelf, die, library
from drills.clock import Pace, instant
from newsbot.commands.dispatcher import Dispatcher
from newsbot.errors import NewsbotError, StorageError
from newsbot.messages.cards import Reply
from newsbot.messages.platform import Platform
from newsbot.messages.requests import Person, Place
from newsbot.outbox.worker import OutboxWorker
from newsbot.platforms.discord._library import use_server
from newsbot.platforms.discord.adapter import DiscordPlatform
from newsbot.platforms.discord.login import Login
from newsbot.platforms.discord.renderer import MessageRenderer
from newsbot.platforms.slack.config import SlackConfig
from newsbot.platforms.slack.service import SlackNeeds, slack_service
from newsbot.quizzes.daily import DailyQuestions
from newsbot.quizzes.engine import GameEngine
from newsbot.quizzes.service import QuizService
from newsbot.quizzes.values import GameOptions
from newsbot.storage.database import Database

COURIER = (
    "outbox worker "  # before the names of the outbox worker's steps: it and the games both know one called "claimed"
)
_LONGEST_REST, _SHORTEST_REST = 0.4, 0.02  # seconds of the wall between two looks at what is due


@dataclass(frozen=True, slots=True)
class Order:
    """Which host this is, where the stage listens, its clock, and the file in which it notes at which step it died."""

    number: int
    port: int
    speed: float
    moved: float
    note: str


class Armed:
    """Ends this process by SIGKILL at a step, when that is reached for the nth time from the arming on."""

    def __init__(self, note: str) -> None:
        self._note = note
        self._left: dict[str, int] = {}

    def arm(self, steps: dict[str, int]) -> None:
        """From now on die at any of these, each when it is reached so many times more."""
        self._left = dict(steps)

    def __call__(self, step: str) -> None:
        """Note a step."""
        if step in self._left:
            self._left[step] -= 1
            if not self._left[step]:
                with open(self._note, "w", encoding="utf-8") as file:
                    file.write(step)
                die()


async def hosted(scene: Scene, order: Order) -> None:
    """Play games until the stage hangs up."""
    pace = Pace(order.speed, order.moved)
    use_server(scene.discord_url, None)
    database, login, shelf = Database(scene.database), Login(scene.discord_token), Shelf(library())
    armed, woken, random = Armed(order.note), asyncio.Event(), Random(order.number)  # noqa: S311 (no secret)
    platforms: dict[str, Platform] = {}
    dailies = DailyQuestions(database, library, pace.now, random)
    quizzes = QuizService(database, platforms, library, dailies, pace.now, random, woken.set)
    dispatcher = Dispatcher(shelf, pace.now, lambda: "incident", quizzes=quizzes)
    values = SlackConfig(bot_token=scene.slack_token, api_url=scene.slack_url, per_channel=0)
    platforms["discord"] = DiscordPlatform(login.http, MessageRenderer(Drawing()), _not_published, now=pace.now)
    needs = SlackNeeds(values, dispatcher, shelf, database, Drawing(), pace.now)
    try:
        async with slack_service(needs, with_events=False) as slack:
            platforms["slack"] = slack.platform
            outbox_worker = OutboxWorker(
                database, platforms, f"host {order.number}", pace.now, random, lambda step: armed(COURIER + step)
            )
            games = GameEngine(database, platforms, library, pace.now, outbox_worker.wake, armed)
            began = pace.seconds()
            await games.run_once()
            looked = pace.seconds()
            moving = [
                asyncio.create_task(outbox_worker.run(asyncio.Event())),
                asyncio.create_task(_moved_on(games, pace, woken)),
            ]
            await Line(order, quizzes, dispatcher, armed).serve(began, looked)
            for task in moving:
                task.cancel()
            await asyncio.gather(*moving, games.close(), return_exceptions=True)
    finally:
        await login.close()
        await database.close()


async def _moved_on(games: GameEngine, pace: Pace, woken: asyncio.Event) -> None:
    """Sweep when something is due, and often all the same: other hosts start games too."""
    while True:
        woken.clear()
        at: datetime | None = None
        with suppress(StorageError):
            at = await games.run_once()
        rest = (at.timestamp() - pace.seconds()) / pace.speed if at else _LONGEST_REST
        with suppress(TimeoutError):
            await asyncio.wait_for(woken.wait(), min(max(rest, _SHORTEST_REST), _LONGEST_REST))


class Line:
    """The connection to the stage."""

    def __init__(self, order: Order, quizzes: QuizService, dispatcher: Dispatcher, armed: Armed) -> None:
        self._order = order
        self._quizzes = quizzes
        self._dispatcher = dispatcher
        self._armed = armed
        self._tasks: set[asyncio.Task[None]] = set()

    async def serve(self, began: float, looked: float) -> None:
        """Do what is told until the stage hangs up; the first look at the games was between `began` and `looked`."""
        reader, writer = await asyncio.open_connection("127.0.0.1", self._order.port)
        self._tell(writer, {"host": self._order.number, "pid": os.getpid(), "began": began, "looked": looked})
        while line := await reader.readline():
            task = asyncio.create_task(self._do(writer, json.loads(line)))
            self._tasks.add(task)
            task.add_done_callback(self._tasks.discard)
        writer.close()

    async def _do(self, writer: asyncio.StreamWriter, told: dict[str, Any]) -> None:
        match told["do"]:
            case "arm":
                self._armed.arm(told["steps"])
                done = "armed"
            case "start":
                done = await self._start(told)
            case _:
                done = await self._press(told)
        self._tell(writer, {"id": told["id"], "done": done})

    async def _start(self, told: dict[str, Any]) -> str:
        who, where = Person(**told["who"]), Place(**told["where"])
        try:
            await self._quizzes.start(where, who, GameOptions(**told["wishes"]))
        except NewsbotError as error:
            return str(error)
        return "started"

    async def _press(self, told: dict[str, Any]) -> str:
        """The title of the receipt."""
        who, where, at = Person(**told["who"]), Place(**told["where"]), instant(told["at"])
        reply = await self._dispatcher.click_token(told["token"], who, where, told["message"], "", (), at)
        assert isinstance(reply, Reply)
        assert reply.private, "a receipt is for whoever pressed alone"
        return reply.card.title

    def _tell(self, writer: asyncio.StreamWriter, what: dict[str, Any]) -> None:
        writer.write(json.dumps(what).encode() + b"\n")


async def _not_published(place: Place) -> bool:
    del place
    return False
