"""Kills a real courier at a labelled step, over and over, and lets the next one take over.

Each run is two processes: the first posts a message to Slack and ends by SIGKILL at the step; the second comes two
minutes later by its clock, when the lease is over, and deals with what it finds. Prints one JSON object.
"""

import argparse
import json
import os
import signal
import sys
from datetime import UTC, datetime, timedelta
from functools import partial
from random import Random

from newsbot.commands.desk import Desk
from newsbot.digests.courier import Courier, Post
from newsbot.messages.cards import Card, Reply, text
from newsbot.messages.requests import Place
from newsbot.platforms.slack.connect import slack_service
from newsbot.platforms.slack.values import SlackValues
from newsbot.storage.database import Database
from tests.digests.drill import in_process
from tests.slack.service import Drawing, Shelf, library

LATER = timedelta(minutes=2)


async def _attempt(options: argparse.Namespace, number: int, step: str | None) -> None:
    """One courier, killed at `step`, or left to finish where it is None."""
    moved = timedelta(0) if step else LATER

    def now() -> datetime:
        return datetime.now(UTC) + moved

    def killed_at(reached: str) -> None:
        if reached == step:
            os.kill(os.getpid(), signal.SIGKILL)

    database, shelf = Database(options.database), Shelf(library())
    values = SlackValues(bot_token=options.token, api_url=options.api, per_channel=0)
    desk = Desk(shelf, now, lambda: "incident")
    async with slack_service(values, desk, shelf, database, Drawing(), now, with_events=False) as service:
        courier = Courier(database, {"slack": service.platform}, f"{os.getpid()}", now, Random(number), killed_at)
        if step:
            card = Card(f"Message {number}", (text("It must not stand twice."),))
            place = Place("slack", options.team, options.channel)
            await courier.post(Post(f"drill:{number}", place, Reply(card), now()))
        while await courier.sweep():
            pass
    await database.close()


def main() -> None:
    """Run the drill that the arguments describe."""
    parser = argparse.ArgumentParser()
    for name in ("--database", "--api", "--token", "--team", "--channel", "--step"):
        parser.add_argument(name, required=True)
    parser.add_argument("--runs", type=int, required=True)
    options = parser.parse_args()
    library()
    kills = 0
    for number in range(options.runs):
        kills += in_process(partial(_attempt, options, number, options.step)) == signal.SIGKILL
        in_process(partial(_attempt, options, number, None))
    sys.stdout.write(json.dumps({"runs": options.runs, "kills": kills}))


if __name__ == "__main__":
    main()
