"""A simulated week with a clock change, an outage and a restart: every channel gets its digest at its minute."""

from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from random import Random

from newsbot.commands.dispatcher import Dispatcher
from newsbot.content.library import Library
from newsbot.content.live import LiveLibrary
from newsbot.digests.composer.sources import ContentNews, SelfCheckQuestion
from newsbot.digests.planner import Planner
from newsbot.digests.service import DigestService
from newsbot.messages.charts import Chart
from newsbot.messages.platform import Platform
from newsbot.messages.requests import Place
from newsbot.outbox.worker import OutboxWorker
from newsbot.platforms.discord.adapter import DiscordPlatform
from newsbot.platforms.discord.login import Login
from newsbot.platforms.discord.renderer import MessageRenderer
from newsbot.platforms.slack.config import SlackConfig
from newsbot.platforms.slack.service import SlackNeeds, slack_service
from newsbot.platforms.web.adapter import WebChat
from newsbot.platforms.web.people import place as web_place
from newsbot.storage.database import Database
from newsbot.storage.records import NewSubscription, Subscription
from tests.clock import Clock
from tests.discord.conftest import NEEDED
from tests.discord.loopback_client import running as discord_running
from tests.shipped import CONTENT, read_once, shipped_library
from tests.slack.loopback import LoopbackSlack
from tests.slack.service import Drawing, Shelf

FRIDAY = datetime(2026, 10, 23, 12, tzinfo=UTC)  # Berlin's clocks go back on Sunday, 25 October
DOWN = (datetime(2026, 10, 27, 5, 10, tzinfo=UTC), datetime(2026, 10, 27, 8, 40, tzinfo=UTC))


@dataclass
class Newsbot:
    """The parts of one process that post digests, by a simulated clock."""

    planner: Planner
    outbox_worker: OutboxWorker
    digests: DigestService
    clock: Clock

    async def works(self) -> datetime | None:
        """Do what is due now; when the next slot is."""
        found = await self.planner.run_once()
        while await self.outbox_worker.run_once():
            pass
        return found

    async def until(self, end: datetime) -> None:
        """Live until `end`: a sweep every 30 seconds, those in which nothing can be due left out."""
        due = await self.works()
        while due is not None and due <= end:
            self.clock.at = max(self.clock.at, due - timedelta(seconds=30))
            await self.planner.run_once()
            self.clock.at = due
            due = await self.works()
        self.clock.at = end - timedelta(seconds=30)
        await self.planner.run_once()
        self.clock.at = end
        await self.works()


def newsbot(database: Database, platforms: Mapping[str, Platform], library: Library, clock: Clock) -> Newsbot:
    """A newsbot that was just started."""
    planner = Planner(database, lambda: library, ContentNews, SelfCheckQuestion(), clock)
    outbox_worker = OutboxWorker(database, platforms, f"worker {clock.at}", clock, Random(1))
    return Newsbot(
        planner,
        outbox_worker,
        DigestService(database, platforms, lambda: library, ContentNews, SelfCheckQuestion(), clock),
        clock,
    )


@dataclass
class World:
    """Three platforms, each with a channel, and what a reader of it sees."""

    platforms: dict[str, Platform]
    places: dict[str, Place]
    seen: dict[str, Callable[[], list[str]]]


class Drawn:
    """Pictures that are drawn at once."""

    async def png(self, chart: Chart) -> bytes:
        """The signature of a PNG."""
        del chart
        return b"\x89PNG\r\n\x1a\n"


async def _quiet(place: Place) -> bool:
    del place
    return False


@asynccontextmanager
async def world(database: Database, library: Library, clock: Clock) -> AsyncIterator[World]:
    """Loopback Discord and Slack, and the web chat."""
    live = LiveLibrary(CONTENT, lambda: date(2026, 11, 23), read_once)
    dispatcher = Dispatcher(live, clock, lambda: "incident")
    async with discord_running() as server, LoopbackSlack() as slack:
        guild = server.world.add_guild(permissions=NEEDED)
        channel = server.world.add_channel(guild, "ai-news")
        login = Login(server.token)
        space = slack.workspace
        values = SlackConfig(bot_token=space.token, api_url=slack.api_url, per_channel=0)
        shelf = Shelf(library)
        needs = SlackNeeds(values, dispatcher, shelf, database, Drawing(), clock)
        async with slack_service(needs, with_events=False) as service:
            web = WebChat(dispatcher, database, clock)
            platforms: dict[str, Platform] = {
                "discord": DiscordPlatform(login.http, MessageRenderer(Drawn()), _quiet),
                "slack": service.platform,
                "web": web,
            }
            places = {
                "discord": Place("discord", str(guild.id), str(channel.id)),
                "slack": Place("slack", space.id, space.channel("news").id),
                "web": web_place("ai-news"),
            }
            seen: dict[str, Callable[[], list[str]]] = {
                "discord": lambda: [str(message) for message in server.messages(channel)],
                "slack": lambda: [str(message.blocks) for message in slack.messages("news") if not message.thread_ts],
            }
            try:
                yield World(platforms, places, seen)
            finally:
                await login.close()


ZONES = {
    "discord": ("Europe/Berlin", time(9)),
    "slack": ("America/New_York", time(9)),
    "web": ("Pacific/Auckland", time(7, 30)),
}


async def test_a_week_with_a_clock_change_an_outage_and_a_restart_posts_each_digest_once_at_its_minute(
    database: Database,
) -> None:
    clock, library = Clock(FRIDAY), shipped_library()
    async with world(database, library, clock) as here:
        bot = newsbot(database, here.platforms, library, clock)
        made: dict[str, Subscription] = {}
        for name, place in here.places.items():
            zone, at = ZONES[name]
            made[name] = await bot.digests.subscribe(NewSubscription(place, at, zone, "daily", "ada", clock.at))
        await bot.until(DOWN[0])
        clock.at = DOWN[1]
        bot = newsbot(database, here.platforms, library, clock)  # gone at one instant, started again at another
        await bot.until(FRIDAY + timedelta(days=7))

        logs = {name: [*reversed(await bot.digests.log(each, 20))] for name, each in made.items()}
        for name, log in logs.items():
            assert [each.state for each in log] == ["sent"] * 7, name
            days = [date.fromisoformat(each.slot[:10]) for each in log]
            assert days == [days[0] + timedelta(days=n) for n in range(7)], name
            for each in log:
                is_late = DOWN[0] <= each.due_at < DOWN[1]
                assert each.settled_at == (DOWN[1] if is_late else each.due_at)
                assert bool(each.label) == is_late
        assert [each.due_at.hour for each in logs["discord"]] == [7, 8, 8, 8, 8, 8, 8]
        assert [each.label for each in logs["discord"] if each.label] == ["late: the bot was down 06:10–09:40"]
        assert [len(seen()) for seen in here.seen.values()] == [7, 7]
        assert [sum("the bot was down" in message for message in seen()) for seen in here.seen.values()] == [1, 0]
        kept = await database.read(lambda tx: tx.web_messages.changed_since(0))
        assert sum(not message.seen_by for message in kept) == 7

        why = await bot.digests.why(made["discord"])
        assert why is not None
        assert any(stage.outcome == "chosen" for stage in why.stages)
        assert bot.digests.next(made["discord"])[0].slot.day == date(2026, 10, 31)
        assert (await bot.digests.preview(made["slack"])).title.startswith("AI market digest")
