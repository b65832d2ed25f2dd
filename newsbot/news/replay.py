"""Replays recorded polls of a source, in order and without network, through what reads and remembers real ones."""

import json
import lzma
from collections.abc import AsyncIterator, Callable, Iterator
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from io import BufferedReader
from pathlib import Path
from time import perf_counter
from typing import Any

from newsbot.errors import RequestError
from newsbot.news.entries import Body
from newsbot.news.errors import FeedError
from newsbot.news.intake import FeedSource, Intake
from newsbot.news.parse.parser import FeedParser
from newsbot.storage.database import Database
from newsbot.storage.news import NewsItem

_XZ = b"\xfd7zXZ\x00"
_PAGE = 500

Progress = Callable[[int, int], None]


@dataclass(frozen=True, slots=True)
class RecordedPoll:
    """One recorded answer: when it was given, and its whole body."""

    at: datetime
    body: str


@dataclass(slots=True)
class ReplayReport:
    """What a replay came to. `parsed` are polls that were not known unparsed to say nothing new.

    `items` are `baseline` (of the first poll with entries) and `new`; `revised` of them changed their titles. `gaps`
    are polls of which nothing was known; `errors` polls that could not be read.
    """

    polls: int = 0
    parsed: int = 0
    items: int = 0
    baseline: int = 0
    new: int = 0
    revised: int = 0
    gaps: int = 0
    errors: int = 0
    seconds: float = 0.0

    def to_json(self) -> dict[str, Any]:
        """The report in the words of the command line."""
        return {**asdict(self), "seconds": round(self.seconds, 3)}


async def replay(path: Path, database: Database, parser: FeedParser, progress: Progress) -> ReplayReport:
    """Take the polls of a file in, in order, into an empty database; `progress` is told bytes done, and of how many.

    Raises RequestError where the file is not what it should be, naming the line; StorageError; WorkerUnavailable.
    """
    intake, source = Intake(database, parser), FeedSource("replay")
    report, parsed_before, began = ReplayReport(), parser.parsed, perf_counter()
    for poll in recorded_polls(path, progress):
        report.polls += 1
        try:
            reading = await intake.read(source, Body(poll.body.encode(errors="replace")), poll.at)
        except FeedError:
            report.errors += 1
        else:
            report.gaps += reading.is_gap
    async for item in replayed_items(database):
        report.items += 1
        report.baseline += item.arrival == "baseline"
        report.revised += item.revisions > 0
    report.parsed = parser.parsed - parsed_before
    report.new = report.items - report.baseline
    report.seconds = perf_counter() - began
    return report


async def replayed_items(database: Database) -> AsyncIterator[NewsItem]:
    """Every item of the database, the oldest first."""
    last = 0
    while page := await database.read(lambda tx, after=last: tx.news.items_after(after, _PAGE)):  # type: ignore[misc]
        for item in page:
            yield item
        last = page[-1].id


def item_json(item: NewsItem) -> dict[str, Any]:
    """An item in the words of the command line."""
    return {
        "id": item.id,
        "link": item.link,
        "title": item.title,
        "first_seen": item.first_seen.isoformat(),
        "revisions": item.revisions,
        "is_baseline": item.arrival == "baseline",
        "arrival": item.arrival,
    }


def recorded_polls(path: Path, progress: Progress) -> Iterator[RecordedPoll]:
    """The polls of a file of lines as `{"at": …, "body": …}`, packed by xz or not. Raises RequestError."""
    try:
        with path.open("rb") as packed:
            size = path.stat().st_size
            for number, line in enumerate(_lines(packed), 1):
                progress(min(packed.tell(), size - 1), size)
                if line.strip():
                    yield _poll(path, number, line)
            progress(size, size)
    except OSError as error:
        raise RequestError(f"{path} cannot be read: {error.strerror or error}.") from None
    except (lzma.LZMAError, EOFError):
        raise RequestError(f"{path} is damaged: it cannot be unpacked.") from None


def _lines(packed: BufferedReader) -> Iterator[bytes]:
    if packed.peek(len(_XZ))[: len(_XZ)] != _XZ:
        yield from packed
        return
    with lzma.open(packed) as unpacked:
        yield from unpacked


def _poll(path: Path, number: int, line: bytes) -> RecordedPoll:
    try:
        fields = json.loads(line)
        at, body = datetime.fromisoformat(fields["at"]), fields["body"]
    except (ValueError, KeyError, TypeError):
        raise RequestError(f'{path}:{number}: a line reads {{"at": "2026-01-31T12:00:00Z", "body": "…"}}.') from None
    if not isinstance(body, str):
        raise RequestError(f"{path}:{number}: body isn't text.")
    return RecordedPoll(at if at.tzinfo else at.replace(tzinfo=UTC), body)
