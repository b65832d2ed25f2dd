"""The stage of a drill: both platforms on loopback, a database with subscriptions, the process that forks actors."""

import asyncio
import json
import sys
from collections import defaultdict
from collections.abc import AsyncIterator, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import asdict
from datetime import UTC, date, datetime, timedelta
from datetime import time as wall_time
from random import Random
from typing import Any

import discord

from drills.account import Slot
from drills.actors import Act, Scene
from newsbot.messages.requests import Place
from newsbot.storage.database import Database
from newsbot.storage.migrate import migrate
from newsbot.storage.records import NewSubscription
from newsbot.storage.transaction import Transaction
from tests.discord.loopback import LoopbackDiscord
from tests.discord.loopback_faults import Fault as DiscordFault
from tests.patience import PATIENCE
from tests.slack.loopback import LoopbackSlack
from tests.slack.loopback_faults import Fault as SlackFault

# How fast the clock of the drill goes: leases, nonces and signs of life last for as many minutes of the wall as a busy
# machine may take over an act.
SPEED = 0.05
CHANNELS = 3  # of each platform, with one digest each
FAULTS = ("429", "503", "drop before", "drop after")
FIRST_DAY = date(2026, 1, 5)
_AT = wall_time(9)
_LEAST = timedelta(seconds=1)
_OPEN = ("due", "leased", "sending")
RIGHTS = discord.Permissions(
    view_channel=True,
    send_messages=True,
    attach_files=True,
    create_public_threads=True,
    send_messages_in_threads=True,
    read_message_history=True,
).value


class Stage:
    """Everything that a run of a drill needs. Each run is one day later than the last."""

    def __init__(
        self,
        url: str,
        town: LoopbackDiscord,
        slack: LoopbackSlack,
        database: Database,
        actors: asyncio.subprocess.Process,
    ) -> None:
        self.url = url
        self.discord = town
        self.slack = slack
        self.database = database
        self.places: dict[int, Place] = {}  # by the id of the subscription
        self.days: list[date] = []
        self._actors = actors

    @property
    def kind(self) -> str:
        """ "sqlite" or "postgresql"."""
        return "sqlite" if self.database.is_sqlite else "postgresql"

    async def subscribe(self) -> None:
        """A digest in every channel, every day at nine."""
        guild = self.discord.world.add_guild("readers", permissions=RIGHTS)
        space = self.slack.workspace
        places = []
        for number in range(CHANNELS):
            channel = self.discord.world.add_channel(guild, f"news-{number}")
            places.append(Place("discord", str(guild.id), str(channel.id)))
            places.append(Place("slack", space.id, self.slack.world.add_channel(space, f"news-{number}").id))
        first = datetime.combine(FIRST_DAY, _AT, UTC)
        at = first - _LEAST

        def add(tx: Transaction) -> dict[int, Place]:
            day = FIRST_DAY - timedelta(days=1)
            wanted = [NewSubscription(place, _AT, "UTC", "daily", "drill", at, catch_up="all") for place in places]
            return {tx.subscriptions.add(new, at, first, day).id: new.place for new in wanted}

        self.places = await self.database.write(add)

    def begin(self) -> None:
        """The next day, at which every digest is due."""
        self.days.append(FIRST_DAY + timedelta(days=len(self.days)))
        self.discord.requests.clear()
        self.slack.calls.clear()

    async def play(self, after: float, *acts: Act) -> list[int]:
        """Play these at once, `after` seconds behind the instant at which the digests of the day are due."""
        due = datetime.combine(self.days[-1], _AT, UTC)
        clock = self.discord.clock  # Discord forgets nonces by the same clock
        clock.advance(due.timestamp() + after - clock.now())
        orders = [asdict(act) | {"speed": clock.speed, "moved": clock.moved} for act in acts]
        assert self._actors.stdin is not None
        assert self._actors.stdout is not None
        self._actors.stdin.write(json.dumps(orders).encode() + b"\n")
        answer = await asyncio.wait_for(self._actors.stdout.readline(), 2 * PATIENCE)
        if not answer:
            raise RuntimeError("the actors of the drill broke")
        ends: list[int] = json.loads(answer)
        return ends

    def spoil(self, random: Random) -> None:
        """Let something go wrong with a few of the next messages of each platform."""
        for fault in random.sample(FAULTS, random.choice((0, 1, 1, 2))):
            self.discord.faults.add("POST", "/channels/*/messages", _of_discord(fault))
        for fault in random.sample(FAULTS, random.choice((0, 1, 1, 2))):
            self.slack.faults.add("chat.postMessage", _of_slack(fault))

    def mend(self) -> None:
        """Let nothing more go wrong."""
        self.discord.faults.release()
        self.slack.faults.clear()

    async def is_over(self) -> bool:
        """Whether every slot up to this day is decided and nothing waits in the outbox."""
        tomorrow = datetime.combine(self.days[-1] + timedelta(days=1), _AT, UTC)
        counts = await self.database.read(lambda tx: tx.deliveries.counts())
        due = await self.database.read(lambda tx: tx.subscriptions.next_due())
        return due is not None and due >= tomorrow and not any(counts.get(state) for state in _OPEN)

    # -- what stands there --------------------------------------------------------------------------------------------

    async def slots(self) -> list[Slot]:
        """Every slot of every day so far, with what stands for it."""
        posted = self._posted()
        found = []
        by_number = await self.database.read(
            lambda tx: {number: tx.deliveries.of_subscription(number, 10_000) for number in self.places}
        )
        for number, place in self.places.items():
            deliveries = {each.key: each for each in by_number[number]}
            for day in self.days:
                key = f"digest:{number}:{day.isoformat()}"
                name = key if place.platform == "slack" else f"{place.channel} {_title(day)}"
                found.append(Slot(place.platform, day, deliveries.get(key), tuple(posted[name])))
        return found

    def _posted(self) -> dict[str, list[str]]:
        """Ids of messages: Slack's by the delivery in their metadata, Discord's by channel and title."""
        found: dict[str, list[str]] = defaultdict(list)
        titles = [_title(day) for day in self.days]
        for place in self.places.values():
            if place.platform == "discord":
                for message in self.discord.messages(int(place.channel)):
                    words = json.dumps(message["components"], ensure_ascii=False)
                    for title in titles:
                        if title in words:
                            found[f"{place.channel} {title}"].append(message["id"])
            else:
                for posted in self.slack.messages(self.slack.workspace.channels[place.channel]):
                    if posted.metadata:
                        found[posted.metadata["event_payload"]["key"]].append(posted.ts)
        return found


def _title(day: date) -> str:
    """What the title of that day's digest alone says."""
    return f" · {day:%A} {day.day} {day:%B %Y}"


def _of_discord(fault: str) -> DiscordFault:
    match fault:
        case "429":
            return DiscordFault.too_many(0.05)
        case "503":
            return DiscordFault.status(503)
        case "drop before":
            return DiscordFault.drop_before()
    return DiscordFault.drop_after()


def _of_slack(fault: str) -> SlackFault:
    match fault:
        case "429":
            return SlackFault.rate_limited()
        case "503":
            return SlackFault.broken(503)
        case "drop before":
            return SlackFault(drop="before")
    return SlackFault(drop="after")


@asynccontextmanager
async def staged(url: str) -> AsyncIterator[Stage]:
    """A stage over the empty database at `url`."""
    async with AsyncExitStack() as stack:
        town = await stack.enter_async_context(LoopbackDiscord(echo=False))
        town.clock.quicken(SPEED)
        slack = await stack.enter_async_context(LoopbackSlack())
        database = Database(url)
        stack.push_async_callback(database.close)
        await migrate(database)
        actors = await _actors(Scene(url, town.api_url, town.token, slack.api_url, slack.workspace.token))
        stack.push_async_callback(_dismissed, actors)
        stage = Stage(url, town, slack, database, actors)
        await stage.subscribe()
        yield stage


async def _actors(scene: Scene) -> asyncio.subprocess.Process:
    words: Sequence[Any] = [f"--{name.replace('_', '-')}={value}" for name, value in asdict(scene).items()]
    pipe = asyncio.subprocess.PIPE
    return await asyncio.create_subprocess_exec(
        sys.executable, "-m", "drills.processes", *words, stdin=pipe, stdout=pipe
    )


async def _dismissed(actors: asyncio.subprocess.Process) -> None:
    assert actors.stdin is not None
    actors.stdin.close()
    await actors.wait()
