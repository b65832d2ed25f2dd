"""Kills a real courier at a labelled step, over and over, and lets the next one take over.

Each run is two processes: the first posts a message, starts to deliver it and ends by SIGKILL at the step; the second
comes two minutes later by its clock, when the lease is over, and delivers what it finds. Prints one JSON object.
"""

import argparse
import asyncio
import json
import os
import signal
import sys
from collections.abc import Callable, Coroutine
from datetime import UTC, datetime, timedelta
from functools import partial
from random import Random
from typing import Any

from newsbot.digests.courier import Courier, Post
from newsbot.messages.cards import Card, Reply, text
from newsbot.messages.charts import Chart
from newsbot.messages.platform import Platform
from newsbot.messages.requests import Place
from newsbot.platforms.discord.login import Login, use_server
from newsbot.platforms.discord.painting import Painter
from newsbot.platforms.discord.platform import DiscordPlatform
from newsbot.storage.database import Database

STEPS = ("claimed", "sending", "sent", "settled")
LATER = timedelta(minutes=2)


class NoPictures:
    """Nothing is drawn in a drill."""

    async def png(self, chart: Chart) -> bytes:
        """No bytes at all."""
        del chart
        return b""


async def _not_published(place: Place) -> bool:
    del place
    return False


async def _attempt(options: argparse.Namespace, number: int, step: str | None) -> None:
    """One courier, killed at `step`, or left to finish where it is None."""
    database = Database(options.database)
    login = Login(options.token)
    platform: Platform = DiscordPlatform(login.http, Painter(NoPictures()), _not_published)

    def killed_at(reached: str) -> None:
        if reached == step:
            os.kill(os.getpid(), signal.SIGKILL)

    moved = timedelta(0) if step else LATER

    def now() -> datetime:
        return datetime.now(UTC) + moved

    courier = Courier(database, {"discord": platform}, f"{os.getpid()}", now, Random(number), killed_at)
    try:
        if step:
            card = Card(f"Message {number}", (text("It must stand exactly once."),))
            await courier.post(Post(f"drill:{number}", Place("discord", "", options.channel), Reply(card), now()))
        while await courier.sweep():
            pass
    finally:
        await login.close()
        await database.close()


def in_process(work: Callable[[], Coroutine[Any, Any, None]]) -> int:
    """Run `work` in a process of its own; the signal that ended it, 0 where it ended well."""
    child = os.fork()
    if child == 0:
        code = 1
        try:
            asyncio.run(work())
            code = 0
        finally:
            sys.stderr.flush()
            os._exit(code)
    _, status = os.waitpid(child, 0)
    if os.WIFEXITED(status) and os.WEXITSTATUS(status):
        raise RuntimeError("a courier of the drill broke")
    return os.WTERMSIG(status) if os.WIFSIGNALED(status) else 0


def main() -> None:
    """Run the drill that the arguments describe."""
    parser = argparse.ArgumentParser()
    for name in ("--database", "--api", "--token", "--channel"):
        parser.add_argument(name, required=True)
    parser.add_argument("--runs", type=int, required=True)
    parser.add_argument("--first", type=int, default=0)
    parser.add_argument("--step", choices=STEPS, required=True)
    options = parser.parse_args()
    use_server(options.api, None)
    kills = 0
    for number in range(options.first, options.first + options.runs):
        kills += in_process(partial(_attempt, options, number, options.step)) == signal.SIGKILL
        in_process(partial(_attempt, options, number, None))
    sys.stdout.write(json.dumps({"runs": options.runs, "kills": kills, "step": options.step}))


if __name__ == "__main__":
    main()
