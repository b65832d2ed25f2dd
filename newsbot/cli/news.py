"""`newsbot news`: what becomes of recorded polls."""

import argparse
import asyncio
import json
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from newsbot.cli.verbs import add_group, print_lines
from newsbot.settings import Settings


def add_verb(verbs: Any) -> None:
    """Add `newsbot news`."""
    news = add_group(verbs, "news", "what is read from other people's feeds")
    replay = news.add_parser("replay", help="take recorded polls of one source in, without network, and count")
    replay.add_argument("file", type=Path, help='lines of {"at": …, "body": …}, packed by xz or not')
    replay.add_argument("--items", action="store_true", help="print each item, one JSON object a line")
    replay.add_argument("--json", action="store_true", help="print the counts as a JSON object too")
    replay.set_defaults(verb=print_replay)


def print_replay(settings: Settings, options: argparse.Namespace) -> int:
    """Print what the polls of a file come to, from a database of its own that is deleted again."""
    del settings
    asyncio.run(_replay(options.file, is_listing=options.items, is_json=options.json or options.items))
    return 0


async def _replay(path: Path, *, is_listing: bool, is_json: bool) -> None:
    from newsbot.news.parse.parser import FeedParser
    from newsbot.news.replay import item_json, replay, replayed_items
    from newsbot.progress import progress_bar
    from newsbot.storage.database import Database
    from newsbot.storage.migrate import migrate

    with TemporaryDirectory(prefix="newsbot-replay-") as folder:
        database, parser = Database(f"sqlite:///{folder}/replay.db"), FeedParser()
        try:
            await migrate(database)
            report = await replay(path, database, parser, progress_bar("Replaying"))
            if is_listing:
                async for item in replayed_items(database):
                    print_lines([json.dumps(item_json(item), ensure_ascii=False)])
        finally:
            await parser.close()
            await database.close()
    counts = report.to_json()
    print_lines([json.dumps(counts) if is_json else ", ".join(f"{name} {value}" for name, value in counts.items())])
