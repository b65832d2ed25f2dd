"""`newsbot sources`: whether what a source answers can be read."""

import argparse
import asyncio
import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from newsbot.cli.verbs import add_group, print_lines
from newsbot.settings import Settings

if TYPE_CHECKING:
    from newsbot.news.parse.parser import FeedParser


@dataclass(frozen=True, slots=True)
class Tested:
    """What came of reading one file. `newest` is the latest instant that an entry claims; `error` why it is no feed."""

    path: str
    format: str | None = None
    entries: int = 0
    newest: str | None = None
    error: str | None = None

    def words(self) -> str:
        """The same on a line for a person."""
        if self.error:
            return f"{self.path}: {self.error}"
        newest = f", the newest of {self.newest}" if self.newest else ""
        return f"{self.path}: {self.format}, {self.entries} {'entry' if self.entries == 1 else 'entries'}{newest}"


def add_verb(verbs: Any) -> None:
    """Add `newsbot sources`."""
    sources = add_group(verbs, "sources", "where news comes from")
    test = sources.add_parser("test", help="read files as answers of sources, and say what is in them")
    test.add_argument("paths", nargs="+", metavar="PATH", help="a file that holds the body of an answer")
    test.add_argument("--json", action="store_true", help="print one JSON object a line")
    test.set_defaults(verb=test_sources)


def test_sources(settings: Settings, options: argparse.Namespace) -> int:
    """Print what is in each file; 1 where one of them is no feed."""
    del settings
    return asyncio.run(_test_all(options.paths, is_json=options.json))


async def _test_all(paths: Sequence[str], *, is_json: bool) -> int:
    from newsbot.news.parse.parser import FeedParser

    parser, has_errors = FeedParser(), False
    try:
        for path in paths:
            tested = await _test_file(path, parser)
            has_errors |= tested.error is not None
            print_lines([json.dumps(asdict(tested), ensure_ascii=False) if is_json else tested.words()])
    finally:
        await parser.close()
    return 1 if has_errors else 0


async def _test_file(path: str, parser: "FeedParser") -> Tested:
    from newsbot.news.entries import Body
    from newsbot.news.errors import FeedError

    try:
        content = await asyncio.to_thread(Path(path).read_bytes)
        feed = await parser.parse(Body(content))
    except OSError as error:
        return Tested(path, error=f"The file cannot be read: {error.strerror or error}.")
    except FeedError as error:
        return Tested(path, error=str(error))
    newest = feed.newest.isoformat() if feed.newest else None
    return Tested(path, feed.format, len(feed.entries), newest)
