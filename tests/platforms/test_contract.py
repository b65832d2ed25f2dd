"""One contract, every platform: what `Platform` promises holds on Discord, Slack, the web, a terminal and in memory."""

import io
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest

from newsbot.commands.dispatcher import Dispatcher
from newsbot.content.live import LiveLibrary
from newsbot.errors import PostRefused
from newsbot.messages.actions import Action
from newsbot.messages.cards import Button, Buttons, Card, Picture, Reply, text
from newsbot.messages.charts import Chart
from newsbot.messages.plain import plain_card
from newsbot.messages.platform import Platform
from newsbot.messages.requests import Place
from newsbot.platforms.discord.adapter import DiscordPlatform
from newsbot.platforms.discord.login import Login
from newsbot.platforms.discord.renderer import MessageRenderer
from newsbot.platforms.memory.adapter import MemoryPlatform
from newsbot.platforms.terminal.adapter import Screen
from newsbot.platforms.terminal.inbound import HERE
from newsbot.platforms.web.adapter import WebChat
from newsbot.platforms.web.people import PEOPLE, place
from newsbot.storage.database import Database
from newsbot.storage.migrate import migrate
from tests.charts.samples import RANKED
from tests.discord.conftest import NEEDED
from tests.discord.loopback_client import running as discord_running
from tests.slack.loopback import LoopbackSlack
from tests.slack.service import running as slack_running

CONTENT = Path(__file__).resolve().parents[2] / "content"
SHORT = Reply(Card("Hello", (text("A first post."), Buttons((Button("More", Action("topic.open", ("deepseek",))),)))))
OTHER = Reply(Card("Hello again", (text("Another text."),)))
LONG = Reply(Card("A long one", tuple(text(f"Paragraph {n}. " + "words and more words " * 100) for n in range(12))))
CHART = Reply(Card("A chart", (Picture(RANKED, RANKED.alt_text()),)))


def now() -> datetime:
    """This instant."""
    return datetime.now(UTC)


@dataclass(frozen=True)
class Stage:
    """A platform with a place where it may post, one where it may not, and what a reader of the first sees."""

    platform: Platform
    place: Place
    closed: Place | None
    seen: Callable[[], Awaitable[Sequence[str]]]


class Drawn:
    """Pictures that are drawn at once."""

    async def png(self, chart: Chart) -> bytes:
        """The signature of a PNG."""
        del chart
        return b"\x89PNG\r\n\x1a\n"


@asynccontextmanager
async def discord() -> AsyncIterator[Stage]:
    async with discord_running() as server:
        guild = server.world.add_guild(permissions=NEEDED)
        news, closed = server.world.add_channel(guild, "news"), server.world.add_channel(guild, "closed")
        server.world.set_permissions(closed, 0)
        login = Login(server.token)

        async def publishes(place: Place) -> bool:
            return False

        async def seen() -> list[str]:
            threads = [channel for channel in server.world.channels.values() if channel.parent is news]
            return [str(m) for channel in (news, *threads) for m in server.messages(channel)]

        platform = DiscordPlatform(login.http, MessageRenderer(Drawn()), publishes)
        where, shut = (Place("discord", str(guild.id), str(channel.id)) for channel in (news, closed))
        yield Stage(platform, where, shut, seen)
        await login.close()


@asynccontextmanager
async def slack() -> AsyncIterator[Stage]:
    async with LoopbackSlack() as server, slack_running(server, "http") as running:
        space = server.workspace
        where, shut = (Place("slack", space.id, space.channel(name).id) for name in ("news", "quiet"))

        async def seen() -> list[str]:
            return [f"{message.text} {message.blocks}" for message in server.messages(channel="news")]

        yield Stage(running.service.platform, where, shut, seen)


@asynccontextmanager
async def web() -> AsyncIterator[Stage]:
    with TemporaryDirectory() as folder:
        database = Database(f"sqlite:///{folder}/newsbot.db")
        await migrate(database)
        live = LiveLibrary(CONTENT, lambda: date(2026, 11, 23))
        chat = WebChat(Dispatcher(live, now, lambda: "incident"), database, now)

        async def seen() -> list[str]:
            found, _ = await chat.newest(PEOPLE["ada"], "general")
            return [message.body for message in found]

        yield Stage(chat, place("general"), None, seen)
        await database.close()


@asynccontextmanager
async def terminal() -> AsyncIterator[Stage]:
    out = io.StringIO()

    async def seen() -> list[str]:
        return [out.getvalue()]

    yield Stage(Screen(out, lambda: 100), HERE, None, seen)


@asynccontextmanager
async def memory() -> AsyncIterator[Stage]:
    platform = MemoryPlatform("memory", now, window=timedelta(minutes=3))
    platform.closed["closed"] = "Open it."

    async def seen() -> list[str]:
        return [plain_card(message.card) for message in platform.messages]

    yield Stage(platform, Place("memory", "", "news"), Place("memory", "", "closed"), seen)


PLATFORMS = {"discord": discord, "slack": slack, "web": web, "terminal": terminal, "memory": memory}


@pytest.fixture(params=PLATFORMS)
async def stage(request: pytest.FixtureRequest) -> AsyncIterator[Stage]:
    async with PLATFORMS[request.param]() as made:
        yield made


async def test_a_post_stands_with_its_words(stage: Stage) -> None:
    posted = await stage.platform.post(stage.place, SHORT, "one")
    assert posted.place == stage.place
    assert "A first post." in str(await stage.seen())


async def test_the_same_key_soon_makes_no_second_message_where_that_is_promised(stage: Stage) -> None:
    first = await stage.platform.post(stage.place, SHORT, "one")
    if await stage.platform.dedupe_window(stage.place) > timedelta(0):
        again = await stage.platform.post(stage.place, SHORT, "one")
        assert again.message_id == first.message_id
        assert len([message for message in await stage.seen() if "A first post." in message]) == 1


async def test_an_edit_takes_the_place_of_what_was_posted(stage: Stage) -> None:
    posted = await stage.platform.post(stage.place, SHORT, "one")
    edited = await stage.platform.edit(posted, OTHER)
    shown = str(await stage.seen())
    assert "Another text." in shown
    if (await stage.platform.capabilities(stage.place)).edit:
        assert "A first post." not in shown
        assert edited.message_id == posted.message_id


async def test_a_post_tells_when_it_was_posted_and_an_edit_keeps_that(stage: Stage) -> None:
    posted = await stage.platform.post(stage.place, SHORT, "one")
    assert posted.at is not None
    assert abs(posted.at - now()) < timedelta(minutes=1)
    assert (await stage.platform.edit(posted, OTHER)).at == posted.at


async def test_the_thread_of_a_message_is_the_same_however_often_it_is_asked_for(stage: Stage) -> None:
    posted = await stage.platform.post(stage.place, SHORT, "one")
    thread = await stage.platform.thread(posted, "A game")
    assert await stage.platform.thread(posted, "A game") == thread
    assert (thread is not None) == (await stage.platform.capabilities(stage.place)).threads
    if thread is not None:
        below = await stage.platform.post(thread, OTHER, "two")
        assert below.place == thread != stage.place
        assert "Another text." in str(await stage.seen())


async def test_a_long_post_arrives_whole_and_goes_whole(stage: Stage) -> None:
    posted = await stage.platform.post(stage.place, LONG, "long")
    shown = str(await stage.seen())
    assert [number for number in range(12) if f"Paragraph {number}." not in shown] == []
    await stage.platform.delete(posted)
    await stage.platform.delete(posted)
    if (await stage.platform.capabilities(stage.place)).edit:
        assert "Paragraph" not in str(await stage.seen())


async def test_a_chart_comes_as_a_picture_with_its_alt_text_or_as_its_data(stage: Stage) -> None:
    await stage.platform.post(stage.place, CHART, "chart")
    shown = str(await stage.seen())
    assert all(point.display in shown for point in RANKED.points)
    assert RANKED.source in shown


async def test_where_it_may_not_post_it_says_what_to_change(stage: Stage) -> None:
    assert (await stage.platform.capabilities(stage.place)).post
    if stage.closed is None:
        return
    with pytest.raises(PostRefused) as caught:
        await stage.platform.post(stage.closed, SHORT, "shut")
    assert caught.value.fix.endswith(".")
