"""One worker of the drill, a process of its own: polls what is due at the time that it is told, and may be killed.

It reads orders from its input, one JSON object a line, and prints how many sources it read after each.
"""

import argparse
import asyncio
import json
import logging
import socket
import sys
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from random import Random

from aiohttp.abc import AbstractResolver, ResolveResult

from drills.actors import Killer
from drills.news.faults import hosts
from drills.news.hosts import START, Host
from newsbot.news.fetch.fetcher import Fetcher
from newsbot.news.fetch.guard import is_public
from newsbot.news.fetch.network import Network
from newsbot.news.fetch.values import Limits
from newsbot.news.intake import Intake
from newsbot.news.pace import SharedPace
from newsbot.news.parse.parser import FeedParser
from newsbot.news.poll import Polling
from newsbot.news.poller import NewsPoller
from newsbot.news.sources import Source
from newsbot.news.states import SourceStatus
from newsbot.storage.database import Database
from newsbot.storage.transaction import Transaction

LOOPBACK = "127.0.0.1"
_CLOSED = 1  # a port at which nobody listens
_SECONDS = 1.0  # that one fetch may take here


@dataclass(frozen=True)
class Order:
    """Poll what is due at `at`; die when `step` is reached for the `nth` time."""

    at: str
    step: str = ""
    nth: int = 1

    def line(self) -> str:
        """The order as a line of input."""
        return json.dumps(asdict(self)) + "\n"


class DrillNames(AbstractResolver):
    """Every name is a host of the drill's web, but for those that have a fault of their own."""

    def __init__(self, port: int) -> None:
        self._port = port

    async def resolve(
        self, host: str, port: int = 0, family: socket.AddressFamily = socket.AF_UNSPEC
    ) -> list[ResolveResult]:
        """The one address of a name."""
        if host.startswith("noname") or not host.endswith(".test"):
            raise socket.gaierror(socket.EAI_NONAME, "Name or service not known")
        address = "10.0.0.1" if host.startswith("inside") else LOOPBACK
        where = _CLOSED if host.startswith("closed") else self._port
        flags = socket.AI_NUMERICHOST | socket.AI_NUMERICSERV
        return [ResolveResult(hostname=host, host=address, port=where, family=socket.AF_INET, proto=0, flags=flags)]

    async def close(self) -> None:
        """Nothing is held."""


class DrillSources:
    """The sources of the drill."""

    def __init__(self, found: Sequence[Host]) -> None:
        hour = timedelta(hours=1)
        self._sources = tuple(
            Source(host.id, host.id, f"http://{host.name}/feed", host.kind, agent="newsbot/1", longest_interval=hour)
            for host in found
        )

    async def current(self) -> Sequence[Source]:
        """All of them."""
        return self._sources


class Silent:
    """Tells nobody."""

    def tell(self, tx: Transaction, source: Source, status: SourceStatus, now: datetime) -> None:
        """Nothing."""


async def _work(database_url: str, port: int, holder: str) -> None:
    database, parser = Database(database_url), FeedParser()
    now = [START]
    killer = Killer("", 1)
    network = Network(
        resolver=lambda: DrillNames(port), may_connect=lambda address: address == LOOPBACK or is_public(address)
    )
    pace = SharedPace(database, lambda: now[0])
    async with Fetcher(network, pace, Limits(seconds=_SECONDS)) as fetcher:
        intake = Intake(database, parser)
        random = Random(holder)  # noqa: S311 (no secret)
        polling = Polling(
            database, fetcher, intake, Silent(), holder, lambda: now[0], random, lambda step: killer(step)
        )
        poller = NewsPoller(polling, DrillSources(hosts()))
        for line in iter(sys.stdin.readline, ""):
            order = Order(**json.loads(line))
            now[:] = [datetime.fromisoformat(order.at)]
            killer.step, killer.nth = order.step, order.nth
            await poller.run_once()
            sys.stdout.write("done\n")
            sys.stdout.flush()
    await parser.close()
    await database.close()


def main() -> None:
    """Work until the input ends."""
    logging.disable()
    parser = argparse.ArgumentParser()
    for name in ("database", "port", "holder"):
        parser.add_argument(f"--{name}", required=True)
    options = parser.parse_args()
    asyncio.run(_work(options.database, int(options.port), options.holder))


if __name__ == "__main__":
    main()
