"""People at a table: they see each question, press its buttons by a plan drawn at random, and see how it ends.

A press that gets no receipt, as its process died, is made again: by the same person, a little later.
"""

import asyncio
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from random import Random

from drills.quizzes.record import Asked, Played, Pressed
from drills.quizzes.stage import LOOK_SECONDS, Host, QuizStage, seen
from drills.quizzes.tables import Standing, Table, standing
from newsbot.messages.requests import Person

_TRIES = 8
HABITS = ("once", "once", "twice", "changed", "spent", "at once", "held", "late", "after a kill", "absent")


@dataclass(frozen=True, slots=True)
class Wanted:
    """What game people want: how many questions, so many seconds for each."""

    count: int
    seconds: int


class Party:
    """The three people of one platform at one table, and what they saw and did."""

    def __init__(
        self, stage: QuizStage, table: Table, wanted: Wanted, random: Random, habits: Sequence[str] = ()
    ) -> None:
        """`habits` are those of the three; without them the first answers each question once, and the others as they
        please."""
        self.played = Played(table)
        self._habits = habits
        self._stage = stage
        self._wanted = wanted
        self._random = random
        self._people = stage.people[table.place.platform]
        self._answering: list[asyncio.Task[None]] = []
        self._groups = 0

    async def play(self) -> None:
        """Start a game, and play it until its final scores stand, or everybody is sent home."""
        await self._start()
        try:
            while not self.played.is_over:
                self._look()
                await asyncio.sleep(LOOK_SECONDS)
        finally:
            for task in self._answering:
                task.cancel()
            await asyncio.gather(*self._answering, return_exceptions=True)

    def go_home(self) -> None:
        """The game has ended, whether or not its final scores stand."""
        self.played.is_over = True

    async def _start(self) -> None:
        table, wanted = self.played.table, self._wanted
        wishes = {"count": wanted.count, "seconds": wanted.seconds, "in_thread": table.in_thread}
        who = _written(self._people[0])
        done: str | None = None
        while done is None:  # the process may die while it starts the game
            host = await self._host()
            done = await host.ask("start", who=who, where=asdict(table.place), wishes=wishes)
        if done not in ("started", "A game is on in this channel already."):
            raise RuntimeError(f"no game was started: {done}")

    def _look(self) -> None:
        """See what stands there."""
        for message in standing(self._stage.discord, self._stage.slack, self.played.table):
            match message.kind:
                case "question" if message.number not in self.played.questions:
                    self.played.questions[message.number] = Asked(message)
                    for number, person in enumerate(self._people):
                        habit = self._habit(number)
                        task = asyncio.create_task(self._answer(person, habit, message))
                        self._answering.append(task)
                case "reveal":
                    asked = self.played.questions.get(message.number)
                    if asked and not asked.revealed_at and asked.message.id == message.id:
                        asked.revealed_at = message.changed_at
                case "podium":
                    self.played.is_over = True
                case _:
                    pass

    def _habit(self, number: int) -> str:
        if self._habits:
            return self._habits[number]
        return "once" if number == 0 else self._random.choice(HABITS)

    # -- answering ----------------------------------------------------------------------------------------------------

    async def _answer(self, person: Person, habit: str, message: Standing) -> None:
        """Answer one question as somebody of that habit does."""
        one, other = self._random.sample(range(len(message.choices)), 2)
        if habit not in ("absent", "late", "after a kill"):
            await self._wait(self._random.uniform(0.1, self._wanted.seconds - 0.8))
        match habit:
            case "once":
                await self._press(person, message, one)
            case "twice":
                await self._press(person, message, one)
                await self._press(person, message, one)
            case "changed" | "spent":
                await self._press(person, message, one)
                await self._wait(self._random.uniform(0.05, 0.6))
                await self._press(person, message, other)
                if habit == "spent":
                    await self._press(person, message, one)
            case "at once":
                group, second = self._group(), self._random.choice((one, other))
                both = ((0, one), (1, second))
                await asyncio.gather(*(self._press(person, message, each, group=group, nth=n) for n, each in both))
            case "held":  # the platform hands it over late
                at = self._now()
                await self._wait(self._random.uniform(0.5, 5.0))
                await self._press(person, message, one, at=at)
            case "late":
                await seen(lambda: self.played.questions[message.number].revealed_at)
                await self._press(person, message, one)
            case "after a kill":
                deaths = len(self._stage.lives.deaths)
                await seen(lambda: len(self._stage.lives.deaths) > deaths)
                await self._press(person, message, one)

    async def _press(
        self,
        person: Person,
        message: Standing,
        choice: int,
        *,
        at: float | None = None,
        group: int | None = None,
        nth: int | None = None,
    ) -> None:
        """Press until there is a receipt, at the `nth` process that lives or at any."""
        for _ in range(_TRIES):
            host, mine = await self._host(nth), self._group() if group is None else group
            now = self._now()
            pressed = Pressed(person.name, message.number, choice, now if at is None else at, now, mine)
            self.played.presses.append(pressed)
            receipt = await host.ask(
                "press",
                who=_written(person),
                where=asdict(message.where),
                token=message.choices[choice],
                message=message.id,
                at=pressed.at,
            )
            pressed.told_at = self._now()
            if receipt is not None:
                pressed.receipt = receipt
                return
            at = None  # whoever sees that it failed presses again

    def _group(self) -> int:
        self._groups += 1
        return self._groups

    async def _host(self, nth: int | None = None) -> Host:
        """A process that lives, once there is one: the `nth`, or any."""
        living = await seen(lambda: [host for host in self._stage.hosts if host.lives])
        return self._random.choice(living) if nth is None else living[nth % len(living)]

    async def _wait(self, seconds: float) -> None:
        """Let so much of the drill's time pass, which may go faster from some instant on."""
        while seconds > 0:
            speed = self._stage.clock.speed
            pause = min(seconds / speed, LOOK_SECONDS)
            await asyncio.sleep(pause)
            seconds -= pause * speed

    def _now(self) -> float:
        """The platform's time, to the millisecond as Discord tells it."""
        return round(self._stage.clock.now(), 3)


def _written(person: Person) -> dict[str, object]:
    return {"platform": person.platform, "id": person.id, "name": person.name}
