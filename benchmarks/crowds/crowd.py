"""A crowd, on any platform: what it can do, and what became of each press."""

import asyncio
import math
from abc import ABC, abstractmethod
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from typing import Any

from drills.quizzes.tables import Kind, Standing
from newsbot.messages.requests import Place
from tests.patience import PATIENCE

EMPTY = "nb1:quiz.answer:0:0:0"  # of no game: it is answered by the same way, and without the database
LAST = PATIENCE  # seconds for whatever is still to come
QUESTION_SECONDS = "300"


@dataclass(slots=True)
class Press:
    """One press: seconds until its receipt stood, how many receipts there are, and whether it was answered in time."""

    seconds: float = math.inf
    receipts: int = 0
    is_in_time: bool = False


@dataclass(frozen=True, slots=True)
class Question:
    """A question that stands, with the message it is and the channel of it."""

    place: Place
    message: Any
    tokens: tuple[str, ...]

    @property
    def game(self) -> int:
        """The number of its game."""
        return int(self.tokens[0].split(":")[2])


class Crowd(ABC):
    """People of one platform; `span` is within how many seconds the presses of the last crowd left."""

    def __init__(self, people: int) -> None:
        self.people = people
        self.span = 0.0
        self.process = 0  # newsbot's

    def cpu(self) -> float:
        """Seconds of processor time that newsbot has used."""
        import psutil

        used = psutil.Process(self.process).cpu_times()
        return float(used.user + used.system)

    @abstractmethod
    async def question(self, name: str) -> Question:
        """A game in a channel of that name, with its first question."""

    @abstractmethod
    def empty(self) -> Question:
        """A message with a button that newsbot answers without the database."""

    @abstractmethod
    async def handle_press(self, question: Question, choices: Sequence[int]) -> list[Press]:
        """Everybody presses, each once, evenly within a second: what became of each."""

    @abstractmethod
    async def reveal(self, question: Question) -> Standing:
        """The answer to a question, once its game was stopped."""

    async def _evenly(self, press: Callable[[int], Awaitable[None]]) -> None:
        loop = asyncio.get_running_loop()
        begin, left = loop.time(), [0.0]

        async def one(number: int) -> None:
            await asyncio.sleep(begin + number / self.people - loop.time())
            left[0] = max(left[0], loop.time() - begin)
            await press(number)

        await asyncio.gather(*(one(number) for number in range(self.people)))
        self.span = left[0]


def all_of(standing: Sequence[Standing], kind: Kind) -> list[Standing]:
    """The messages of one kind."""
    return [each for each in standing if each.kind == kind]
