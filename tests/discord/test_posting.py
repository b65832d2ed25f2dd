"""Posting on Discord: each message once whatever breaks on the way, and a clear fix where it is refused."""

from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from random import Random

import discord
import pytest

from newsbot.errors import NewsbotError, PostLater, PostRefused, PostUnclear
from newsbot.messages.cards import Card, Picture, Reply, Rule, text
from newsbot.messages.charts import Chart
from newsbot.messages.requests import Place
from newsbot.outbox.worker import OutboxWorker
from newsbot.platforms.discord.adapter import DiscordPlatform, nonce
from newsbot.platforms.discord.login import Login
from newsbot.platforms.discord.permissions import FEATURES, NEEDED, invite_url
from newsbot.platforms.discord.renderer import MessageRenderer
from newsbot.storage.database import Database
from newsbot.storage.records import Delivery
from tests.charts.samples import RANKED
from tests.clock import Clock
from tests.discord.conftest import Town
from tests.discord.loopback_faults import Fault
from tests.discord.loopback_objects import Channel
from tests.outbox.posting import post

MESSAGES = "/channels/*/messages"
SHORT = Reply(Card("Hello", (text("A post."),)))
LONG = Reply(Card("A long one", tuple(text(f"{number}. " + "words and more words " * 60) for number in range(9))))


class Drawn:
    """Pictures that are drawn at once."""

    async def png(self, chart: Chart) -> bytes:
        """The signature of a PNG; a loopback looks no deeper."""
        del chart
        return b"\x89PNG\r\n\x1a\n"


async def no_pause(seconds: float) -> None:
    """Retries without waiting."""
    assert seconds < 30


@pytest.fixture
async def platform(town: Town) -> AsyncIterator[DiscordPlatform]:
    login = Login(town.server.token)

    async def publishes(place: Place) -> bool:
        del place
        return True

    yield DiscordPlatform(login.http, MessageRenderer(Drawn()), publishes, no_pause)
    await login.close()


def place(channel: Channel) -> Place:
    return Place("discord", str(channel.guild_id or ""), str(channel.id))


async def test_a_post_works_without_any_gateway(town: Town, platform: DiscordPlatform) -> None:
    posted = await platform.post(place(town.news), SHORT, "one")
    assert [message["id"] for message in town.server.messages(town.news)] == [posted.message_id]
    assert not town.server.gateway.identifies


@pytest.mark.parametrize(
    "fault", [Fault.drop_after(), Fault.drop_before(), Fault.status(503), Fault.status(599), Fault.garbage(502)]
)
async def test_whatever_breaks_once_the_message_stands_once(
    town: Town, platform: DiscordPlatform, fault: Fault
) -> None:
    town.server.faults.add("POST", MESSAGES, fault)
    await platform.post(place(town.news), SHORT, "one")
    assert len(town.server.messages(town.news)) == 1


async def test_the_same_key_makes_no_second_message(town: Town, platform: DiscordPlatform) -> None:
    first = await platform.post(place(town.news), LONG, "one")
    second = await platform.post(place(town.news), LONG, "one")
    assert first == second
    assert len(town.server.messages(town.news)) == 1


async def test_a_post_has_the_time_in_its_id_also_where_it_was_sent_again(
    town: Town, platform: DiscordPlatform
) -> None:
    town.server.faults.add("POST", MESSAGES, Fault.drop_after())
    posted = await platform.post(place(town.news), LONG, "one")
    (message,) = town.server.messages(town.news)
    assert posted.at == discord.utils.snowflake_time(int(message["id"]))
    assert (await platform.post(place(town.news), LONG, "one")).at == posted.at
    assert all(part.at == discord.utils.snowflake_time(int(part.message_id)) for part in posted.rest)
    assert (await platform.edit(posted, SHORT)).at == posted.at


async def test_a_time_that_cannot_be_is_not_told(town: Town) -> None:
    """A server of another make may count its ids from one."""
    login = Login(town.server.token)

    async def publishes(place: Place) -> bool:
        return False

    late = DiscordPlatform(
        login.http, MessageRenderer(Drawn()), publishes, no_pause, lambda: datetime.now(UTC) + timedelta(days=2)
    )
    posted = await late.post(place(town.news), SHORT, "one")
    await login.close()
    assert (bool(posted.message_id), posted.at) == (True, None)


async def test_a_message_that_was_deleted_meanwhile_counts_as_sent(town: Town, platform: DiscordPlatform) -> None:
    town.server.faults.add("POST", MESSAGES, Fault.drop_after())
    town.server.faults.add("POST", MESSAGES, Fault.error(10_008))
    assert (await platform.post(place(town.news), SHORT, "one")).message_id == ""


async def test_a_connection_that_stays_broken_is_unclear(town: Town, platform: DiscordPlatform) -> None:
    town.server.faults.add("POST", MESSAGES, Fault.drop_before(), times=20)
    with pytest.raises(PostUnclear):
        await platform.post(place(town.news), SHORT, "one")


async def test_being_told_to_slow_down_is_obeyed(town: Town, platform: DiscordPlatform) -> None:
    town.server.faults.add("POST", MESSAGES, Fault.too_many(0.2))
    await platform.post(place(town.news), SHORT, "one")
    times = [request.at for request in town.server.requests if request.path.endswith("/messages")]
    assert times[1] - times[0] >= 0.2


async def test_a_long_wait_is_left_to_a_later_attempt(town: Town, platform: DiscordPlatform) -> None:
    town.server.faults.add("POST", MESSAGES, Fault.too_many(600))
    with pytest.raises(PostLater) as caught:
        await platform.post(place(town.news), SHORT, "one")
    assert caught.value.after == 600


async def test_a_long_post_goes_on_in_its_thread(town: Town, platform: DiscordPlatform) -> None:
    posted = await platform.post(place(town.news), LONG, "one")
    (first,) = town.server.messages(town.news)
    thread = town.server.world.channels[int(first["id"])]
    assert len(town.server.messages(thread)) == len(posted.rest) > 0
    assert {part.place.channel for part in posted.rest} == {first["id"]}


async def test_a_forum_gets_a_post_of_its_own(town: Town, platform: DiscordPlatform) -> None:
    forum = town.server.world.add_channel(town.guild, "forum", 15)
    posted = await platform.post(place(forum), LONG, "one")
    thread = town.server.world.channels[int(posted.place.channel)]
    assert thread.name == "A long one"
    assert len(town.server.messages(thread)) == 1 + len(posted.rest)
    assert await platform.dedupe_window(place(forum)) == timedelta(0)
    assert await platform.dedupe_window(place(town.news)) > timedelta(minutes=1)


@pytest.mark.parametrize("kind", [0, 5], ids=["text", "announcements"])
async def test_a_message_has_one_thread_that_can_be_written_in(
    town: Town, platform: DiscordPlatform, kind: int
) -> None:
    channel = town.server.world.add_channel(town.guild, "games", kind)
    posted = await platform.post(place(channel), SHORT, "one")
    town.server.faults.add("POST", f"{MESSAGES}/*/threads", Fault.drop_after())
    thread = await platform.thread(posted, "A game, " + "with a long name " * 10)
    assert thread == Place("discord", str(town.guild.id), posted.message_id)
    assert await platform.thread(posted, "A game") == thread
    assert len(town.server.world.channels[int(posted.message_id)].name) <= 100
    assert (await platform.post(thread, SHORT, "two")).place == thread


async def test_what_is_no_channel_of_a_server_has_no_threads(town: Town, platform: DiscordPlatform) -> None:
    world = town.server.world
    open_thread = world.add_thread(town.news, "talk", world.ids.next(), owner=town.anna, auto_archive=1440)
    private, forum = world.dm(town.anna), world.add_channel(town.guild, "forum", 15)
    for number, channel in enumerate((open_thread, private, forum)):
        posted = await platform.post(place(channel), SHORT, str(number))
        assert await platform.thread(posted, "A game") is None
    assert not [
        request for request in town.server.requests if request.path.endswith("/threads") and "messages" in request.path
    ]


async def test_where_newsbot_may_make_no_thread_there_is_none(town: Town, platform: DiscordPlatform) -> None:
    posted = await platform.post(place(town.news), SHORT, "one")
    town.server.world.set_permissions(town.news, ALL & ~discord.Permissions(create_public_threads=True).value)
    assert await platform.thread(posted, "A game") is None
    town.server.world.set_permissions(town.news, ALL)
    town.server.faults.add("POST", f"{MESSAGES}/*/threads", Fault.status(400, 160_006))
    assert await platform.thread(posted, "A game") is None


async def test_a_thread_that_cannot_be_made_now_is_told_as_for_a_post(town: Town, platform: DiscordPlatform) -> None:
    posted = await platform.post(place(town.news), SHORT, "one")
    town.server.faults.add("POST", f"{MESSAGES}/*/threads", Fault.status(503), times=4)
    with pytest.raises(PostUnclear):
        await platform.thread(posted, "A game")
    await platform.delete(posted)
    with pytest.raises(PostRefused, match="gone"):
        await platform.thread(posted, "A game")


async def test_a_thread_takes_the_whole_of_a_long_post(town: Town, platform: DiscordPlatform) -> None:
    thread = town.server.world.add_thread(
        town.news, "talk", town.server.world.ids.next(), owner=town.anna, auto_archive=1440
    )
    posted = await platform.post(place(thread), LONG, "one")
    assert len(town.server.messages(thread)) == 1 + len(posted.rest)


async def test_a_post_is_edited_and_deleted_with_its_further_messages(town: Town, platform: DiscordPlatform) -> None:
    posted = await platform.post(place(town.news), LONG, "one")
    shorter = await platform.edit(posted, SHORT)
    (message,) = town.server.messages(town.news)
    assert "A post." in str(message["components"])
    assert shorter.rest == ()
    longer = await platform.edit(shorter, LONG)
    assert len(longer.rest) == len(posted.rest)
    await platform.delete(longer)
    await platform.delete(longer)
    assert town.server.messages(town.news) == []
    with pytest.raises(NewsbotError, match="gone"):
        await platform.edit(longer, SHORT)


async def test_an_announcement_is_published_where_its_channel_chose_that(town: Town, platform: DiscordPlatform) -> None:
    channel = town.server.world.add_channel(town.guild, "announcements", 5)
    await platform.post(place(channel), SHORT, "one")
    assert [request.path for request in town.server.requests if "crosspost" in request.path]


ALL = NEEDED.value


@pytest.mark.parametrize(
    ("lacks", "fix"),
    [
        ("view_channel", "Allow View Channel in"),
        ("send_messages", "Allow Send Messages in #ai-news."),
    ],
)
async def test_a_refusal_names_the_permission_to_allow(
    town: Town, platform: DiscordPlatform, lacks: str, fix: str
) -> None:
    town.server.world.set_permissions(town.news, ALL & ~discord.Permissions(**{lacks: True}).value)
    with pytest.raises(PostRefused) as caught:
        await platform.post(place(town.news), SHORT, "one")
    assert fix in caught.value.fix
    assert len([r for r in town.server.requests if r.method == "POST" and r.path.endswith("/messages")]) <= 1
    able = await platform.capabilities(place(town.news))
    assert not able.post
    assert fix in able.fix


async def test_without_attach_files_the_data_stands_and_the_fix_is_told(town: Town, platform: DiscordPlatform) -> None:
    town.server.world.set_permissions(town.news, ALL & ~discord.Permissions(attach_files=True).value)
    picture = Picture(RANKED, RANKED.alt_text())
    posted = await platform.post(place(town.news), Reply(Card("A chart", (picture, Rule()))), "one")
    assert posted.fix == "Allow Attach Files in #ai-news."
    (message,) = town.server.messages(town.news)
    assert RANKED.points[0].display in str(message["components"])
    assert not (await platform.capabilities(place(town.news))).pictures


@pytest.mark.parametrize(
    ("code", "words"),
    [
        (10_003, "Choose another channel"),
        (200_000, "AutoMod"),
        (50_001, "View Channel"),
    ],
)
async def test_every_refusal_has_its_fix_and_no_second_attempt(
    town: Town, platform: DiscordPlatform, code: int, words: str
) -> None:
    town.server.faults.add("POST", MESSAGES, Fault.error(code))
    with pytest.raises(PostRefused) as caught:
        await platform.post(place(town.news), SHORT, "one")
    assert words in caught.value.fix


async def test_a_channel_that_is_gone_is_refused(town: Town, platform: DiscordPlatform) -> None:
    with pytest.raises(PostRefused) as caught:
        await platform.post(Place("discord", "1", "123456789012345678"), SHORT, "one")
    assert "gone" in str(caught.value)


def test_nonces_are_short_steady_and_apart() -> None:
    made = {nonce(key, part) for key in ("a", "b") for part in range(12)}
    assert len(made) == 24
    assert max(map(len, made)) <= 25
    assert nonce("a", 1) == nonce("a", 1)


def test_the_invitation_asks_for_what_the_features_need_and_no_more() -> None:
    named = {name for names in FEATURES.values() for name in names}
    assert discord.Permissions(**dict.fromkeys(named, True)) == NEEDED
    assert f"permissions={NEEDED.value}" in invite_url("123")
    assert "scope=bot+applications.commands" in invite_url("123")


async def test_each_permission_of_the_invitation_is_needed(town: Town, platform: DiscordPlatform) -> None:
    """With all of them everything works; without any one of them something does not."""
    reply = Reply(Card("All", (Picture(RANKED, RANKED.alt_text()), *LONG.card.blocks)))

    async def works(key: str) -> bool:
        try:
            posted = await platform.post(place(town.news), reply, key)
        except PostRefused:
            return False
        in_thread = {part.place.channel for part in posted.rest} == {posted.message_id}
        return posted.fix == "" and in_thread

    town.server.world.set_permissions(town.news, ALL)
    assert await works("all")
    for name in {name for names in FEATURES.values() for name in names}:
        town.server.world.set_permissions(town.news, ALL & ~discord.Permissions(**{name: True}).value)
        assert not await works(f"without {name}"), name


# -- the outbox worker ------------------------------------------------------------------------------------------------

START = datetime(2026, 1, 27, 9, 0, tzinfo=UTC)


async def _state(database: Database, key: str) -> Delivery:
    found = await database.read(lambda tx: tx.deliveries.by_key(key))
    assert found is not None
    return found


async def test_the_outbox_worker_delivers_and_keeps_where_it_stands(
    town: Town, platform: DiscordPlatform, database: Database
) -> None:
    clock = Clock(START)
    outbox_worker = OutboxWorker(database, {"discord": platform}, "w", clock, Random(1))
    assert await post(database, outbox_worker, "k", place(town.news), SHORT, START)
    assert not await post(database, outbox_worker, "k", place(town.news), SHORT, START)
    assert await outbox_worker.run_once() == 1
    assert await outbox_worker.run_once() == 0
    delivery = await _state(database, "k")
    assert delivery.state == "sent"
    assert town.server.messages(town.news)[0]["id"] in str(delivery.posted)


async def test_a_refused_delivery_keeps_its_fix_and_is_not_tried_again(
    town: Town, platform: DiscordPlatform, database: Database
) -> None:
    town.server.world.set_permissions(town.news, 0)
    outbox_worker = OutboxWorker(database, {"discord": platform}, "w", Clock(START), Random(1))
    await post(database, outbox_worker, "k", place(town.news), SHORT, START)
    await outbox_worker.run_once()
    delivery = await _state(database, "k")
    assert (delivery.state, "View Channel" in delivery.fix) == ("failed", True)
    assert await outbox_worker.run_once() == 0


async def test_an_unclear_delivery_is_sent_again_within_the_window_and_left_alone_after_it(
    town: Town, platform: DiscordPlatform, database: Database
) -> None:
    clock = Clock(START)
    outbox_worker = OutboxWorker(database, {"discord": platform}, "w", clock, Random(1))
    await post(database, outbox_worker, "k", place(town.news), SHORT, START)
    town.server.faults.add("POST", MESSAGES, Fault.drop_after(), times=4)
    await outbox_worker.run_once()
    assert (await _state(database, "k")).state == "due"
    clock.at += timedelta(seconds=10)
    await outbox_worker.run_once()
    assert (await _state(database, "k")).state == "sent"
    assert len(town.server.messages(town.news)) == 1

    await post(database, outbox_worker, "late", place(town.news), SHORT, START)
    town.server.faults.add("POST", MESSAGES, Fault.drop_before(), times=4)
    await outbox_worker.run_once()
    clock.at += timedelta(minutes=10)
    await outbox_worker.run_once()
    assert (await _state(database, "late")).state == "unknown"
