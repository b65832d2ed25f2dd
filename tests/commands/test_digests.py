"""`/digest`: set up in words or a form, looked at, changed and ended; by whom; and the truth about each."""

from collections.abc import AsyncIterator
from contextlib import suppress
from dataclasses import replace
from datetime import UTC, datetime, time, timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from newsbot.commands.answers import Unclear
from newsbot.commands.dispatcher import Dispatcher, build_menu
from newsbot.commands.parser import understand
from newsbot.commands.registry import Context
from newsbot.commands.welcome import welcome_card
from newsbot.content.live import LiveLibrary
from newsbot.errors import PostRefused, PostUnclear
from newsbot.messages.actions import Action
from newsbot.messages.cards import Buttons, Card, Reply, Text
from newsbot.messages.forms import Form, Problems
from newsbot.messages.markup import Moment
from newsbot.messages.plain import plain_block, plain_card
from newsbot.messages.requests import Click, Suggest
from newsbot.storage.database import Database
from newsbot.storage.records import Subscription
from tests.commands.digest_house import DISCORD_PLACE, PLACES, SERVER, House, checked, labelled, someone
from tests.databases import copy_migrated

PARTS = (
    *(
        "9:00",
        "9",
        "pm",
        "25:99",
        "noon",
        "Berlin",
        "New",
        "York",
        "PST",
        "UTC+2",
        "mon,wed",
        "mon-",
        "weekdays",
        "all",
    ),
    *(
        "deepseek,",
        "nvidia",
        "and",
        "at",
        "time:",
        "zone:New",
        "--first",
        "first:no",
        "which:2",
        "#2",
        "mention",
        "=",
        ":",
    ),
)
ROLE = "123456789012345678"
HOUR = timedelta(hours=1)


@pytest.fixture
async def house(live: LiveLibrary, tmp_path: Path) -> AsyncIterator[House]:
    """A newsbot with digests on SQLite."""
    copy_migrated(tmp_path / "newsbot.db")
    database = Database(f"sqlite:///{tmp_path / 'newsbot.db'}")
    yield House(database, live)
    await database.close()


async def held(house: House, platform: str = "discord") -> tuple[Subscription, ...]:
    """The digests of the channel."""
    return await house.digests.of_channel(PLACES[platform])


async def only(house: House, platform: str = "discord") -> Subscription:
    """The one digest of the channel."""
    (found,) = await held(house, platform)
    return found


def moments(card: Card) -> list[datetime]:
    """The instants of a card that are shown in the reader's own zone."""
    texts = (block for block in card.blocks if isinstance(block, Text))
    return [piece.at for block in texts for piece in block.pieces if isinstance(piece, Moment)]


# -- setting up -------------------------------------------------------------------------------------------------------


async def test_a_channel_without_a_digest_is_told_how_to_set_one_up(house: House) -> None:
    for words in ("/digest", "/digest list", "/newsbot digest", "digests"):
        card = await house.say(words)
        assert card.title == "No digest here"
        assert "/digest subscribe 9:00 Berlin weekdays" in plain_card(card)
    opened = await house.press(labelled(card, "Set up a digest"))
    assert isinstance(opened, Form)


@pytest.mark.parametrize(
    "words",
    [
        "/digest subscribe 9:30 New York mon,wed deepseek, nvidia",
        "/digest subscribe time:9:30 zone:“New York” days:mon,wed topics:deepseek,nvidia",
        'digest subscribe topics:"DeepSeek and Nvidia" days: mon wed zone:New York time:9.30 am',
        "/newsbot digest add at 09:30 on mon and wed in NYC about nvidia deepseek",
        "/digest subscribe deepseek nvidia mon wed America/New_York 0930",
        "/digest subscribe --zone=america/new_york --time 9:30am --days=mon,wed topics deepseek nvidia",
    ],
)
async def test_a_digest_is_set_up_in_words_in_any_order(house: House, words: str) -> None:
    card = await house.say(words)
    assert card.title == "The digest is set up"
    found = await only(house)
    assert (found.at, found.zone, found.days) == (time(9, 30), "America/New_York", "mon,wed")
    assert found.topics == ("deepseek", "nvidia")
    assert (found.when_empty, found.catch_up, found.mention) == ("short", "latest", "")
    assert "DeepSeek and Nvidia, every Monday and Wednesday at 09:30 New York time (America/New_York)" in plain_card(
        card
    )
    assert moments(card) == [datetime(2026, 11, 23, 14, 30, tzinfo=UTC)]
    assert "(Monday 23 November 2026, 09:30 New York time)" in plain_card(card)


async def test_it_comes_on_weekdays_at_nine_where_nothing_else_is_said(house: House) -> None:
    await house.ask("subscribe", zone="Berlin")
    found = await only(house)
    assert (found.at, found.days, found.topics) == (time(9), "mon-fri", ())
    assert (found.made_by, found.made_at, found.place) == ("anna", house.now, DISCORD_PLACE)


async def test_the_zone_is_asked_for_once_in_a_server(house: House) -> None:
    asked = await house.say("/digest subscribe 8:15 daily deepseek")
    assert asked.title == "Which time zone?"
    assert await held(house) == ()
    form = await house.press(labelled(asked, "Fill in"))
    assert isinstance(form, Form)
    values = {field.name: field.value for field in form.fields}
    assert values == {"time": "8:15", "zone": "", "days": "daily", "topics": "deepseek", "first": "no"}
    still = await house.send(form)
    assert isinstance(still, Problems)
    assert list(still.by_field) == ["zone"]
    assert isinstance(await house.send(form, zone="Tokyo"), Card)
    assert (await only(house)).zone == "Asia/Tokyo"
    assert (await house.say("/digest subscribe 18:00")).title == "Digest 2 is set up"
    assert [each.zone for each in await held(house)] == ["Asia/Tokyo", "Asia/Tokyo"]
    assert {field.name: field.value for field in (await house.form("digest/subscribe")).fields}["zone"] == "Asia/Tokyo"


async def test_the_zone_that_a_platform_tells_is_offered_and_not_taken(house: House) -> None:
    who = someone("slack", zone="Europe/Lisbon")
    asked = await house.say("/digest subscribe 8:15", "slack", who)
    assert asked.title == "Which time zone?"
    assert await held(house, "slack") == ()
    form = await house.press(labelled(asked, "Fill in"), "slack", who)
    assert isinstance(form, Form)
    assert {field.name: field.value for field in form.fields}["zone"] == "Europe/Lisbon"
    await house.press(labelled(asked, "Lisbon, Portugal (Europe/Lisbon)"), "slack", who)
    assert ((await only(house, "slack")).zone, (await only(house, "slack")).at) == ("Europe/Lisbon", time(8, 15))


async def test_what_the_form_sends_is_what_is_set_up(house: House) -> None:
    form = await house.form("digest/subscribe", "time=9:00", "catch-up=all", "quiet=skip")
    assert [field.name for field in form.fields] == ["time", "zone", "days", "topics", "first"]
    answered = await house.send(form, zone="Wien", topics="Nvidia and DeepSeek", days="weekends", first="yes")
    assert isinstance(answered, Card)
    assert "The first edition is on its way." in plain_card(answered)
    found = await only(house)
    assert (found.zone, found.topics, found.days) == ("Europe/Vienna", ("deepseek", "nvidia"), "sat,sun")
    assert (found.catch_up, found.when_empty) == ("all", "skip")
    await house.outbox_worker.run_once()
    (posted,) = house.platforms["discord"].messages
    assert posted.card.title.startswith("AI market digest")


async def test_everything_wrong_in_a_form_is_said_beside_its_field(house: House) -> None:
    form = await house.form("digest/subscribe")
    wrong = await house.send(form, time="25:99", zone="PST", days="funday", topics="teapots")
    assert isinstance(wrong, Problems)
    assert {name: sentence.split(".")[0] for name, sentence in wrong.by_field.items()} == {
        "time": "“25:99” has 99 minutes, and an hour has only 60",
        "zone": "“PST” doesn't say which clock to follow through the year",
        "days": "“funday” isn't a day of the week",
        "topics": "There is no topic called “teapots”",
    }
    assert await held(house) == ()


async def test_a_wrong_zone_comes_with_buttons_that_mend_it(house: House) -> None:
    card = await house.say("/digest subscribe 7:00 PST daily nvidia")
    assert "Los Angeles or Vancouver?" in plain_card(card)
    await house.press(labelled(card, "Los Angeles, United States (America/Los_Angeles)"))
    found = await only(house)
    assert (found.zone, found.at, found.days, found.topics) == ("America/Los_Angeles", time(7), "daily", ("nvidia",))


@pytest.mark.parametrize(
    ("words", "zone", "days"),
    [
        *(("9:00 London on weekdays", "Europe/London", "mon-fri"), ("9:00 Paris fr", "Europe/Paris", "fri")),
        *(("9:00 London, ON daily", "America/Toronto", "daily"), ("9:00 Portland ME mon", "America/New_York", "mon")),
        *(
            ("9:00 mon San Jose Costa Rica", "America/Costa_Rica", "mon"),
            ("sat,sun 9:00 Bonn", "Europe/Berlin", "sat,sun"),
        ),
        ("to 9:00 of mon Berlin time", "Europe/Berlin", "mon"),
    ],
)
async def test_a_town_among_other_words_is_read_with_where_it_lies(
    house: House, words: str, zone: str, days: str
) -> None:
    await house.say(f"/digest subscribe {words}")
    found = await only(house)
    assert (found.at, found.zone, found.days) == (time(9), zone, days)


async def test_namesakes_come_with_buttons_to_choose_from(house: House) -> None:
    card = await house.say("/digest subscribe 7:00 Portland daily nvidia")
    assert "Which Portland? Portland, Oregon (Los Angeles time) or Portland, Maine (New York time)?" in plain_card(card)
    await house.press(labelled(card, "Portland, Maine (America/New_York)"))
    assert ((await only(house)).zone, (await only(house)).days) == ("America/New_York", "daily")


async def test_a_wrong_topic_comes_with_buttons_that_mend_it(house: House) -> None:
    card = await house.say("/digest subscribe 7:00 Berlin topics:nvidai")
    assert "There is no topic called “nvidai”." in plain_card(card)
    await house.press(labelled(card, "Nvidia"))
    assert (await only(house)).topics == ("nvidia",)


@pytest.mark.parametrize(
    ("words", "said"),
    [
        ("25:99 Berlin", "has 99 minutes"),
        ("Berlin 24:30", "hours go from 0 to 23"),
        ("9:00 UTC+2", "is an offset"),
        ("9:00 Berln", "“Berln” isn't a time zone that newsbot knows"),
        ("9:00 Berlin days:funday", "“funday” isn't a day of the week"),
        ("9:00 Berlin weekdays teapots", "There is no topic called “teapots”"),
        ("9:00 Berlin catch-up:never", "“never” isn't an option here. Choose latest, all or skip"),
        ("9:00 Berlin mention:@everyone", "newsbot never mentions @everyone"),
        ("9:00 Berlin mention @here", "newsbot never mentions @here"),
        (f"9:00 Berlin mention:<@&{SERVER}>", "newsbot never mentions @everyone"),
        ("9:00 Berlin mention:moderators", "“moderators” isn't a role"),
        ("9:00 Berlin mention:<@123456789012345678>", "isn't a role"),
        ("\u202e\x00[x](https://x)", "isn't a time of day"),
    ],
)
async def test_nasty_input_is_refused_in_plain_words_and_changes_nothing(house: House, words: str, said: str) -> None:
    card = await house.say(f"/digest subscribe {words}")
    assert said in plain_card(card)
    assert await held(house) == ()


async def test_a_role_is_mentioned_where_an_administrator_asks_for_it_and_nothing_else_is(house: House) -> None:
    await house.say(f"/digest subscribe 13:00 UTC daily mention:<@&{ROLE}> first")
    assert (await only(house)).mention == ROLE
    await house.say("/digest edit mention:none")
    assert (await only(house)).mention == ""
    await house.say(f"/digest edit mention {ROLE}")
    assert (await only(house)).mention == ROLE
    bob = someone("slack", "bob", admin=False)
    group = "/digest subscribe 9:00 Berlin mention:<!subteam^S0123ABCD>"
    refused = await house.say(group, "slack", bob)
    assert "Only an admin can set a role to mention." in plain_card(refused)
    assert (await house.say(group, "slack")).title == "The digest is set up"
    assert (await only(house, "slack")).mention == "S0123ABCD"
    assert "There are no roles" in plain_card(await house.say("/digest subscribe Berlin mention:x", "web"))
    for shown in (await house.say("/digest"), await house.ask("preview"), await house.ask("doctor")):
        assert f"<@&{ROLE}>" not in plain_card(shown)


async def test_nothing_is_set_up_where_newsbot_cannot_post(house: House) -> None:
    platform = house.platforms["discord"]
    platform.allowed = replace(platform.allowed, post=False, fix="Allow Send Messages in #news.")
    card = await house.say("/digest subscribe 9:00 Berlin nvidia")
    assert card.title == "newsbot can't post here"
    assert "Allow Send Messages in #news." in plain_card(card)
    assert await held(house) == ()
    platform.allowed = replace(platform.allowed, post=True, fix="")
    assert (await house.card(labelled(card, "Try again"))).title == "The digest is set up"
    assert (await only(house)).topics == ("nvidia",)


async def test_a_request_that_arrives_twice_sets_up_one_digest(house: House) -> None:
    await house.say("/digest subscribe 9:00 Berlin", event_id="e1")
    assert (await house.say("/digest subscribe 9:00 Berlin", event_id="e1")).title == "Done already"
    form = await house.form("digest/subscribe")
    await house.send(form, event_id="e2", days="daily")
    await house.send(form, event_id="e2", days="daily")
    assert [each.number for each in await held(house)] == [1, 2]


async def test_a_channel_has_ten_digests_at_most(house: House) -> None:
    for days in ("mon", "tue", "wed", "thu", "fri", "sat", "sun", "daily", "weekdays", "weekends"):
        await house.say(f"/digest subscribe 9:00 Berlin {days}")
    assert "10 digests already" in plain_card(await house.say("/digest subscribe 9:00 Berlin mon,tue"))
    assert len((await house.say("/digest")).blocks) == 11
    which = await house.say("/digest next")
    assert len(list(which.actions())) == 10


# -- looking ----------------------------------------------------------------------------------------------------------


async def test_the_next_five_times_are_shown_with_a_clock_change_between(house: House) -> None:
    house.now = datetime(2027, 3, 25, 12, tzinfo=UTC)
    await house.say("/digest subscribe 2:30 Berlin daily")
    card = await house.say("/digest next")
    assert [at.isoformat()[5:16] for at in moments(card)] == [
        "03-26T01:30", "03-27T01:30", "03-28T01:00", "03-29T00:30", "03-30T00:30",
    ]  # fmt: skip
    shown = plain_card(card)
    assert "(Sunday 28 March 2027, 02:30 Berlin time; clocks skip that time, so it comes at 03:00)" in shown
    assert "Note: Clocks in Europe/Berlin go forward by 1 hour on Sunday, 28 March 2027, at 02:00." in shown
    assert card.tone == "warning"
    house.now = datetime(2027, 10, 29, 12, tzinfo=UTC)
    assert "clocks show that time twice, so it comes the first time" in plain_card(await house.say("/digest next"))


async def test_which_digest_is_meant_is_asked_only_where_there_are_several(house: House) -> None:
    await house.say("/digest subscribe 9:00 Berlin nvidia")
    assert (await house.say("/digest next")).title == "When digest 1 comes next"
    await house.say("/digest subscribe 18:00 Tokyo daily")
    for name in ("next", "why", "log", "preview", "pause", "unsubscribe", "edit time:10:00"):
        card = await house.say(f"/digest {name}")
        assert card.title == "Which digest?"
    assert (await held(house))[1].at == time(18)
    assert (
        await house.card(labelled(card, "2: Every day at 18:00 Tokyo time, all topics"))
    ).title == "Digest 2 is changed"
    assert [each.at for each in await held(house)] == [time(9), time(10)]
    assert (await house.say("/newsbot digest next 2")).title == "When digest 2 comes next"
    assert (await house.ask("next", which="#1")).title == "When digest 1 comes next"
    wrong = await house.ask("next", which="7")
    assert "has no digest 7" in plain_card(wrong)


async def test_the_preview_is_the_digest_itself_for_the_asker_alone(house: House) -> None:
    await house.say("/digest subscribe 13:00 UTC daily")
    card = await house.say("/digest preview")
    assert "This would be posted now." in plain_card(card)
    await house.run_once(timedelta(hours=1))
    (posted,) = house.platforms["discord"].messages
    first, closes = [block for block in card.blocks if block not in posted.card.blocks]
    assert first == card.blocks[0]
    assert plain_block(closes).startswith("Closes ")  # the quiz adds it as an edition leaves, and none runs here
    assert card.title == posted.card.title
    await house.say("/digest edit quiet:skip")
    nothing = await house.say("/digest preview")
    assert nothing.title == "Nothing would be posted now"
    assert "This would be posted now." not in plain_card(nothing)


async def test_why_and_log_tell_what_was_chosen_and_whether_it_was_on_time(house: House) -> None:
    await house.say("/digest subscribe 13:00 UTC daily")
    assert "Nothing has been posted yet." in plain_card(await house.say("/digest why"))
    assert "Nothing has been due yet." in plain_card(await house.say("/digest log"))
    await house.run_once(HOUR)
    why = plain_card(await house.say("/digest why"))
    assert "23 November 2026, 13:00 was posted 23 November 2026 13:00 UTC." in why
    assert "It was on time." in why
    assert "Chosen:" in why
    await house.run_once(timedelta(days=1, hours=2))
    late = plain_card(await house.say("/digest why"))
    assert "24 November 2026, 13:00 was posted 24 November 2026 15:00 UTC: late: the bot was down" in late
    log = plain_card(await house.say("/digest log"))
    assert log.index("24 November 2026, 13:00") < log.index("23 November 2026, 13:00")


async def test_what_is_unknown_can_be_sent_again_once(house: House) -> None:
    await house.say("/digest subscribe 13:00 UTC daily")
    platform = house.platforms["discord"]
    platform.fail(PostUnclear("The answer was lost."))
    await house.run_once(HOUR)
    log = await house.say("/digest log")
    assert "23 November 2026, 13:00 may or may not have been posted" in plain_card(log)
    again = labelled(log, "Send 23 November 2026, 13:00 again")
    platform.mend()
    twice = [(await house.card(again, event_id="press")).title for _ in range(2)]
    assert twice == ["On its way", "Done already"]
    assert (await house.card(again)).title == "Nothing to send"
    await house.outbox_worker.run_once()
    assert len(platform.messages) == 1
    assert "was posted" in plain_card(await house.say("/digest log"))


async def test_the_doctor_tells_abilities_the_one_fix_and_how_each_digest_is(house: House) -> None:
    await house.say("/digest subscribe 13:00 UTC daily")
    await house.say("/digest subscribe 9:00 Berlin nvidia")
    await house.say("/digest pause 2")
    well = await house.say("/digest doctor")
    assert (well.title, well.tone) == ("All good here", "good")
    tested = await house.card(labelled(well, "Post a test message"))
    assert "A test message was posted and deleted again." in plain_card(tested)
    platform = house.platforms["discord"]
    assert platform.messages == []
    platform.fail(PostRefused("Discord refused.", "Allow Embed Links in #news."))
    failed = plain_card(await house.say("/digest doctor post"))
    assert "The test message failed: Discord refused. Allow Embed Links in #news." in failed
    platform.allowed = replace(platform.allowed, pictures=False, fix="Allow Attach Files in #news.")
    ill = await house.say("/digest doctor")
    assert (ill.title, ill.tone) == ("Something needs fixing here", "warning")
    assert "To mend it: Allow Attach Files in #news." in plain_card(ill)
    assert "Show charts as pictures: no" in plain_card(ill)
    assert "Digest 2 about Nvidia, Monday to Friday at 09:00 Berlin time (Europe/Berlin).\n\nPaused." in plain_card(ill)


async def test_a_digest_that_newsbot_paused_tells_why_and_what_to_change(house: House) -> None:
    await house.say("/digest subscribe 13:00 UTC daily")
    made = await only(house)
    await house.database.write(
        lambda tx: tx.subscriptions.pause(made.id, "newsbot may not post in #news", "Allow Send Messages.")
    )
    for name in ("doctor", "next"):
        assert "Paused by newsbot: newsbot may not post in #news. Allow Send Messages." in plain_card(
            await house.ask(name)
        )
    managed = await house.card(Action("digest.manage"))
    assert (await house.card(labelled(managed, "Resume"))).title == "Digest 1 is resumed"
    assert (await only(house)).state == "active"


# -- changing ---------------------------------------------------------------------------------------------------------


async def test_an_edit_changes_what_was_said_and_nothing_else(house: House) -> None:
    await house.say("/digest subscribe 9:00 Berlin weekdays nvidia quiet:skip")
    before = await only(house)
    card = await house.say("/digest edit time:10:30")
    assert card.title == "Digest 1 is changed"
    after = await only(house)
    assert replace(after, at=before.at, since=before.since, next_at=before.next_at) == before
    assert moments(card) == [datetime(2026, 11, 24, 9, 30, tzinfo=UTC)]
    await house.say("/digest edit topics:all zone:Tokyo days:daily catch-up:all")
    changed = await only(house)
    assert (changed.topics, changed.zone, changed.days, changed.catch_up) == ((), "Asia/Tokyo", "daily", "all")


async def test_an_edit_without_a_wish_opens_the_form_with_what_holds(house: House) -> None:
    await house.say("/digest subscribe 9:00 Berlin weekdays nvidia")
    await house.say("/digest subscribe 18:00 Tokyo daily")
    card = await house.say("/digest edit 1")
    form = await house.press(labelled(card, "Fill in"))
    assert isinstance(form, Form)
    values = {field.name: field.value for field in form.fields}
    assert values == {
        "time": "09:00",
        "zone": "Europe/Berlin",
        "days": "mon-fri",
        "topics": "nvidia",
        "quiet": "question",
    }
    assert all(field.required for field in form.fields)
    assert isinstance(await house.send(form, topics="all", quiet="skip"), Card)
    first, second = await held(house)
    assert (first.topics, first.when_empty, first.at) == ((), "skip", time(9))
    assert (second.topics, second.when_empty, second.at) == ((), "short", time(18))


async def test_the_editions_that_a_new_time_leaves_out_are_told(house: House) -> None:
    await house.say("/digest subscribe 18:00 UTC daily")
    card = await house.say("/digest edit time:8:00")
    assert "There's no edition on Monday 23 November 2026, 08:00 UTC: that time has already passed." in plain_card(card)
    assert moments(card) == [datetime(2026, 11, 24, 8, tzinfo=UTC)]
    assert "23 November 2026, 08:00 was not posted" in plain_card(await house.say("/digest log"))


async def test_a_paused_digest_posts_nothing_until_it_is_resumed(house: House) -> None:
    await house.say("/digest subscribe 13:00 UTC daily")
    assert (await house.say("/digest pause")).title == "Digest 1 is paused"
    assert (await house.say("/digest pause")).title == "Digest 1 is paused"
    await house.run_once(timedelta(days=1, hours=2))
    assert house.platforms["discord"].messages == []
    assert (await house.say("/digest next")).title == "No next time"
    assert (await house.say("/digest resume")).title == "Digest 1 is resumed"
    assert (await house.say("/digest resume")).title == "Digest 1 is not paused"
    await house.run_once(timedelta(days=1))
    assert len(house.platforms["discord"].messages) == 1


async def test_a_digest_ends_after_a_question_and_can_be_set_up_again(house: House) -> None:
    await house.say("/digest subscribe 9:15 Berlin mon,fri nvidia")
    managed = await house.card(Action("digest.manage"))
    question = await house.card(labelled(managed, "Unsubscribe"))
    assert question.title == "End digest 1?"
    assert len(await held(house)) == 1
    end = labelled(question, "Yes, end it")
    ended = await house.card(end)
    assert ended.title == "Digest 1 ended"
    assert await held(house) == ()
    assert (await house.card(end)).title == "No digest here"
    form = await house.press(labelled(ended, "Set it up again"))
    assert isinstance(form, Form)
    assert {field.name: field.value for field in form.fields if field.name != "first"} == {
        "time": "0915", "zone": "Europe/Berlin", "days": "mon,fri", "topics": "nvidia",
    }  # fmt: skip
    await house.send(form)
    assert [(each.number, each.at, each.topics) for each in await held(house)] == [(2, time(9, 15), ("nvidia",))]
    assert (await house.say("/digest unsubscribe")).title == "Digest 2 ended"


async def test_an_edition_on_request_leaves_once_for_each_press(house: House) -> None:
    card = await house.say("/digest subscribe 9:00 Berlin")
    post = labelled(card, "Post one now")
    assert [(await house.card(post, event_id="p")).title for _ in range(2)] == ["On its way", "Done already"]
    await house.outbox_worker.run_once()
    assert len(house.platforms["discord"].messages) == 1
    assert "An edition on request was posted" in plain_card(await house.say("/digest log"))


# -- who may ----------------------------------------------------------------------------------------------------------

READS = ("list", "preview", "next", "why", "log", "doctor")
CHANGES = ("edit time:10:00", "pause", "resume", "unsubscribe")
REFUSED = {"Not allowed"}


@pytest.mark.parametrize("platform", ["discord", "slack", "web"])
async def test_who_may_do_what(house: House, platform: str) -> None:
    """On Discord administrators alone; elsewhere everybody reads and subscribes, and the owner changes."""
    boss, owner, other = (someone(platform, name, admin=name == "boss") for name in ("boss", "owner", "other"))
    subscribed = await house.say("/digest subscribe 9:00 Berlin", platform, owner)
    if platform == "discord":
        assert subscribed.title in REFUSED
        await house.say("/digest subscribe 9:00 Berlin", platform, boss)
    for who, may_read, may_change in (
        (boss, True, True),
        (other, platform != "discord", False),
        (owner, platform != "discord", platform != "discord"),
    ):
        for words in READS:
            title = (await house.say(f"/digest {words}", platform, who)).title
            assert (title not in REFUSED) == may_read, (who.name, words)
        for words in CHANGES[:-1]:
            title = (await house.say(f"/digest {words}", platform, who)).title
            assert (title not in REFUSED) == may_change, (who.name, words)
        for name in ("digest.first", "digest.leave"):
            title = (await house.card(Action(name, ("1",)), platform, who)).title
            assert (title not in REFUSED) == may_change, (who.name, name)
        opened = await house.press(Action("form.open", ("digest/edit", "which=1")), platform, who)
        assert isinstance(opened, Form) == may_change
        managed = await house.card(Action("digest.manage"), platform, who)
        assert (managed.title == "Digest 1") == may_read
        assert ("[Edit]" in plain_card(managed)) == may_change
    assert (await house.card(Action("digest.end", ("1",)), platform, other)).title in REFUSED
    assert len(await held(house, platform)) == 1
    assert (await house.say("/digest unsubscribe", platform, boss)).title == "Digest 1 ended"


async def test_a_test_message_is_for_those_who_have_to_do_with_the_digests(house: House) -> None:
    owner, other = (someone("slack", name, admin=False) for name in ("owner", "other"))
    await house.say("/digest subscribe 9:00 Berlin", "slack", owner)
    assert (await house.say("/digest doctor post", "slack", other)).title == "Not allowed"
    assert "deleted again" in plain_card(await house.say("/digest doctor post", "slack", owner))


async def test_the_manage_button_of_a_digest_refuses_politely_on_discord(house: House) -> None:
    await house.say("/digest subscribe 9:00 Berlin")
    card = await house.card(Action("digest.manage"), who=someone("discord", "bob", admin=False))
    assert "Ask one of them." in plain_card(card)


async def test_a_digest_belongs_to_the_channel_and_not_to_the_thread_it_was_asked_in(house: House) -> None:
    thread = replace(PLACES["slack"], thread="1700000000.000100")
    await house.dispatcher.say("/digest subscribe 9:00 Berlin", someone("slack"), thread)
    assert (await only(house, "slack")).place == PLACES["slack"]
    nowhere = await house.dispatcher.say("/digest", someone("slack"), replace(PLACES["slack"], channel=""))
    assert nowhere.card.title == "Which channel?"


async def test_a_private_conversation_has_digests_and_a_zone_of_its_own(house: House) -> None:
    place = replace(DISCORD_PLACE, workspace="", channel="42")
    await house.dispatcher.say("/digest subscribe 9:00 Tokyo", someone("discord"), place)
    (found,) = await house.digests.of_channel(place)
    assert found.zone == "Asia/Tokyo"
    assert await house.digests.zone_of_place(place) == "Asia/Tokyo"
    assert await house.digests.zone_of_place(replace(place, channel="43")) is None
    assert await house.digests.zone_of_place(DISCORD_PLACE) is None


# -- buttons and words ------------------------------------------------------------------------------------------------


async def test_every_button_that_can_be_reached_answers_and_none_is_damaged(house: House) -> None:
    await house.say("/digest subscribe 9:00 Berlin first")
    await house.say("/digest subscribe 18:00 Tokyo daily nvidia")
    cards = [await house.say(f"/digest {name}") for name in ("list", "doctor", "next", "edit 1", "subscribe 9:00 PST")]
    todo = [action for card in cards for action in card.actions()]
    pressed: set[Action] = set()
    ending = {"digest.end", "digest.first"}
    while todo:
        action = todo.pop()
        if action in pressed or action.name in ending or "unsubscribe" in action.arguments[:1]:
            continue
        pressed.add(action)
        if action.arguments[:1] == ("digest/subscribe",) and action.name == "ask.run":
            continue  # each makes another digest
        answered = await house.press(action, event_id=f"e{len(pressed)}") if action.name != "event.open" else None
        if isinstance(answered, Card) and action.name.startswith(("digest.", "ask.run")):
            assert answered.title != "That button doesn't work", action
            todo += [each for each in answered.actions() if each.name.startswith(("digest.", "ask.run", "form.open"))]
    assert {action.name for action in pressed} >= {"digest.manage", "digest.leave", "ask.run", "form.open"}
    assert len(await held(house)) == 2


@pytest.mark.parametrize(
    "action",
    [
        Action("digest.manage", ("1", "2")),
        Action("digest.manage", ("99",)),
        Action("digest.manage", ("x" * 40,)),
        Action("digest.first"),
        Action("digest.first", ("",)),
        Action("digest.again", ("1",)),
        Action("digest.again", ("1", "x")),
        Action("digest.again", ("1", "99999")),
        Action("digest.end", ("2",)),
        Action("form.open", ("digest/edit", "which=9")),
        Action("form.open", ("digest/none",)),
        Action("ask.run", ("digest/pause", "which=٣")),
        Action("form.run", ("digest/edit", "which=1")),
    ],
)
async def test_a_forged_button_does_no_harm(house: House, action: Action) -> None:
    await house.say("/digest subscribe 9:00 Berlin")
    before = await only(house)
    answered = await house.dispatcher.click(Click(someone("discord"), DISCORD_PLACE, action, at=house.now))
    assert not isinstance(answered, Form)
    assert answered.private
    assert await only(house) == before


async def test_half_a_word_is_completed_in_options_and_in_free_text(house: House) -> None:
    def offered(option: str, typed: str, path: tuple[str, ...] = ("digest", "subscribe")) -> list[str]:
        suggest = Suggest(someone("discord"), DISCORD_PLACE, path, option, typed)
        return [each.value for each in house.dispatcher.suggest(suggest)]

    assert offered("zone", "berl")[0] == "Europe/Berlin"
    assert offered("zone", "new y")[0] == "America/New_York"
    assert len(offered("zone", "")) == 25
    assert offered("days", "week") == ["weekdays", "weekends", "weekly", "monthly"]
    assert offered("topics", "deepseek, nv") == ["deepseek,nvidia"]
    assert offered("topics", "")[0] == "all"
    assert offered("quiet", "nothing", ("digest", "edit")) == ["skip"]
    texts = [each.value for each in house.dispatcher.complete("/digest su")]
    assert texts[0] == "/digest subscribe"
    assert (
        house.dispatcher.complete("/digest subscribe 9:00 zone:Berl")[0].value
        == "/digest subscribe 9:00 zone:Europe/Berlin"
    )
    assert "/digest subscribe time:" in [each.value for each in house.dispatcher.complete("/digest subscribe ti")]
    assert house.dispatcher.complete("/digest nonsense x") == ()


async def test_a_schedule_is_completed_word_by_word_and_sent_as_it_was_typed(house: House) -> None:
    def first(typed: str) -> str:
        return house.dispatcher.complete(f"/digest subscribe {typed}")[0].value.removeprefix("/digest subscribe ")

    assert first("w") == "weekdays"
    assert first("9:00 new yo") == "9:00 America/New_York"
    assert first("9:00 Berl") == "9:00 Europe/Berlin"
    for whole in ("9:00 Berlin", "9am, Berlin, weekdays", "9:00 Buenos Aires", "9:00 Berlin fri", "9:00"):
        assert first(whole) == whole


@pytest.mark.parametrize(
    ("words", "title"),
    [
        ("/digest subscribe help", "Help: /digest subscribe"),
        ("/digest help", "Help: /digest [subcommand]"),
        ("/help digest", "Help: /digest [subcommand]"),
        ("/digest subscrib 9:00", "Not found"),
        ("/digest dance", "Not found"),
        ("/digset next", "Not found"),
    ],
)
async def test_help_and_slips_of_the_pen_are_answered(house: House, words: str, title: str) -> None:
    assert (await house.say(words)).title.startswith(title)


async def test_a_misspelt_subcommand_leads_to_the_right_one_with_its_options(house: House) -> None:
    card = await house.say("/digest subscrib 9:00 Berlin")
    assert (await house.card(labelled(card, "/digest subscribe"))).title == "The digest is set up"


@given(
    st.lists(st.sampled_from(PARTS) | st.text(max_size=12), max_size=8),
    st.sampled_from(["subscribe", "edit", "next", ""]),
)
def test_whatever_is_said_is_understood_or_refused_in_plain_words(
    live: LiveLibrary, parts: list[str], name: str
) -> None:
    library = live.current
    context = Context(library, build_menu(library))
    with suppress(Unclear):
        understood = understand(f"/digest {name} {' '.join(parts)}", context)
        command = context.menu.find(understood.path)
        assert command is not None
        assert set(understood.options) <= {option.name for option in command.options}


async def test_newsbot_without_a_database_says_so(live: LiveLibrary) -> None:
    dispatcher = Dispatcher(live, lambda: datetime(2026, 11, 23, tzinfo=UTC), lambda: "0badcafe")
    for words in ("/digest", "/digest subscribe 9:00 Berlin", "/digest log"):
        assert (await dispatcher.say(words, someone("terminal"), PLACES["web"])).card.title == "Not here"


async def test_a_life_of_a_digest_on_both_databases(database: Database, live: LiveLibrary) -> None:
    """Subscribe, read, change, deliver, ask why, end: the same on SQLite and PostgreSQL."""
    house = House(database, live)
    await house.say("/digest subscribe 13:00 UTC daily nvidia first", event_id="one")
    assert (await house.say("/digest subscribe 13:00 UTC", event_id="one")).title == "Done already"
    await house.outbox_worker.run_once()
    await house.run_once(HOUR)
    assert len(house.platforms["discord"].messages) == 2
    assert "It was on time." in plain_card(await house.say("/digest why"))
    assert "An edition on request was posted" in plain_card(await house.say("/digest log"))
    assert (await house.say("/digest edit 9:00 Tokyo all")).title == "Digest 1 is changed"
    found = await only(house)
    assert (found.at, found.zone, found.topics) == (time(9), "Asia/Tokyo", ())
    assert await house.digests.zone_of_place(DISCORD_PLACE) == "UTC"
    assert (await house.say("/digest pause")).title == "Digest 1 is paused"
    assert (await house.say("/digest resume")).title == "Digest 1 is resumed"
    assert (await house.say("/digest unsubscribe")).title == "Digest 1 ended"
    assert (await house.say("/digest")).title == "No digest here"


# -- before subscribing, once too often, and less of it ----------------------------------------------------------------


@pytest.mark.parametrize(
    ("words", "at", "zone", "days"),
    [
        ("9am, Berlin, weekdays", time(9), "Europe/Berlin", "mon-fri"),
        ("daily 7:30 Tokyo", time(7, 30), "Asia/Tokyo", "daily"),
        ("weekly on fridays, 9:00 Berlin", time(9), "Europe/Berlin", "fri"),
        ("weekly 9:00 Berlin", time(9), "Europe/Berlin", "mon"),
        ("monthly 9:00 Berlin", time(9), "Europe/Berlin", "monthly"),
        ("9:00 Berlin time weekdays", time(9), "Europe/Berlin", "mon-fri"),
        ("Mon & Thu, 7:45 am, Vienna", time(7, 45), "Europe/Vienna", "mon,thu"),
        ("12 noon Berlin mon thru fri", time(12), "Europe/Berlin", "mon-fri"),
        ("Fridays at 9am in New York", time(9), "America/New_York", "fri"),
        ("every morning at 8, Sydney", time(8), "Australia/Sydney", "daily"),
        ("every evening at 8 Berlin", time(20), "Europe/Berlin", "daily"),
        ("weekday mornings at 9 Berlin", time(9), "Europe/Berlin", "mon-fri"),
        ("monthly on the first friday 9:00 London", time(9), "Europe/London", "monthly fri"),
        ("9:00 Berlin every day except sunday", time(9), "Europe/Berlin", "mon,tue,wed,thu,fri,sat"),
        ("9:00, Berlin; weekdays; all topics", time(9), "Europe/Berlin", "mon-fri"),
        ("9:00 Berlin weekly, all", time(9), "Europe/Berlin", "mon"),
        ('weekdays 9:00 zone:"New York"', time(9), "America/New_York", "mon-fri"),
    ],
)
async def test_schedules_are_understood_as_people_type_them(
    house: House, words: str, at: time, zone: str, days: str
) -> None:
    card = await house.say(f"/digest subscribe {words}")
    assert card.title == "The digest is set up", plain_card(card)
    found = await only(house)
    assert (found.at, found.zone, found.days) == (at, zone, days)


@pytest.mark.parametrize("words", ["9am, Berlin, weekdays", "weekdays 9am Berlin", "Berlin 9:00 weekdays"])
async def test_a_subcommand_that_was_left_out_is_offered_with_what_was_typed(house: House, words: str) -> None:
    card = await house.say(f"/digest {words}")
    assert f"/digest subscribe {words}" in plain_card(card)
    await house.press(labelled(card, f"/digest subscribe {words}"))
    found = await only(house)
    assert (found.at, found.zone, found.days) == (time(9), "Europe/Berlin", "mon-fri")


@pytest.mark.parametrize(
    ("words", "why"),
    [("hourly 9:00 Berlin", "at most once a day"), ("every two weeks 9:00 Berlin", "every other day or week")],
)
async def test_how_often_no_digest_comes_is_said_at_once(house: House, words: str, why: str) -> None:
    assert why in plain_card(await house.say(f"/digest subscribe {words}"))
    assert await held(house) == ()


async def test_a_preview_works_before_there_is_a_digest_and_says_how_often_news_comes(house: House) -> None:
    card = await house.say("/digest preview topics:nvidia")
    shown = plain_card(card)
    assert "A sample. News on these topics has come about " in shown
    assert "The latest" in shown
    assert "Manage" not in shown
    assert isinstance(await house.press(labelled(card, "Set up a digest")), Form)
    assert await held(house) == ()


# -- the first minute ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize("platform", ["discord", "slack", "web"])
async def test_the_welcome_proves_itself_by_three_presses_whoever_presses(house: House, platform: str) -> None:
    welcome = checked(Reply(welcome_card(house.dispatcher.context), private=True))
    member = someone(platform, "bert", admin=False)
    answer = await house.dispatcher.click_token(
        labelled(welcome, "What did DeepSeek cost?").token(), member, PLACES[platform]
    )
    assert isinstance(answer, Reply)
    assert "$5.576 million" in plain_card(answer.card)
    preview = await house.card(labelled(welcome, "Preview tomorrow's digest"), platform, member)
    assert "Tuesday 24 November 2026" in plain_card(preview)
    assert "Nothing is set up yet" in plain_card(preview)
    assert labelled(welcome, "A 3-question quiz") == Action("ask.run", ("quiz/start", "questions=3"))
    assert await held(house) == ()


@pytest.mark.parametrize("platform", ["discord", "slack", "web"])
async def test_a_daily_digest_takes_an_administrator_two_presses(house: House, platform: str) -> None:
    welcome = welcome_card(house.dispatcher.context)
    clocks = await house.card(labelled(welcome, "Set up a daily digest"), platform)
    await house.card(labelled(clocks, "9:00 in Tokyo"), platform)
    (made,) = await house.digests.of_channel(PLACES[platform])
    assert (made.at, made.zone, made.days) == (time(9), "Asia/Tokyo", "daily")


async def test_the_clock_that_a_person_follows_is_offered_first(house: House) -> None:
    welcome = welcome_card(house.dispatcher.context)
    card = await house.card(labelled(welcome, "Set up a daily digest"), "slack", someone("slack", zone="Europe/Rome"))
    row = next(block for block in card.blocks if isinstance(block, Buttons))
    assert row.items[0].label == "9:00 in Rome"


async def test_on_discord_the_way_to_a_digest_is_for_those_who_manage_the_server(house: House) -> None:
    welcome = welcome_card(house.dispatcher.context)
    card = await house.card(labelled(welcome, "Set up a daily digest"), "discord", someone("discord", admin=False))
    assert card.title == "Not allowed"


async def test_a_second_digest_of_the_same_topics_and_days_is_refused_with_manage_of_the_first(house: House) -> None:
    first = plain_card(await house.say("/digest subscribe 9:00 Berlin weekdays nvidia"))
    assert "News on these topics has come about " in first
    card = await house.say("/digest subscribe 18:00 Berlin weekdays nvidia")
    assert "This channel already has this digest" in plain_card(card)
    assert len(await held(house)) == 1
    managed = await house.press(labelled(card, "Manage"))
    assert isinstance(managed, Card)
    assert managed.title == "Digest 1"
    assert (await house.say("/digest subscribe 18:00 Berlin weekly nvidia")).title == "Digest 2 is set up"


async def test_manage_offers_less_of_a_digest(house: House) -> None:
    await house.say("/digest subscribe 9:00 Berlin weekdays")
    card = await house.press(Action("digest.manage"))
    assert isinstance(card, Card)
    await house.press(labelled(card, "Weekly instead"))
    assert (await only(house)).days == "mon"
    await house.press(labelled(card, "Only with news"))
    assert (await only(house)).when_empty == "skip"
    assert isinstance(await house.press(labelled(card, "Fewer topics")), Form)
