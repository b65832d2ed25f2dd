"""The dead-man's switch: who is told of what is refused or not confirmed, once each."""

from datetime import timedelta

import pytest

from newsbot.errors import PlatformRefused, PostLater, PostRefused, StorageUnavailable
from newsbot.messages.plain import plain_card
from tests.digests.house import Bot, nine


async def test_a_refusal_pauses_the_digest_and_is_told_once_with_its_fix(bot: Bot) -> None:
    made = await bot.subscribed()
    bot.platform.fail(PostRefused("newsbot may not post in #news.", "Allow Send Messages in #news."), channel="news")
    for day in (9, 10, 11):
        await bot.at(nine(day))
    paused = await bot.digests.get(made.id)
    assert paused is not None
    assert (paused.state, paused.paused_fix) == ("paused", "Allow Send Messages in #news.")
    told = [(message.place.channel, plain_card(message.card)) for message in bot.platform.messages]
    assert [channel for channel, _ in told] == ["@anna", "operators"]
    assert "Allow Send Messages in #news." in told[0][1]
    assert "/digest resume" in told[0][1]


async def test_an_edition_that_is_not_confirmed_is_told_once_and_so_is_its_recovery(bot: Bot) -> None:
    await bot.subscribed()
    bot.platform.fail(PostLater("Not now.", 60), channel="news")
    for minutes in (0, 5, 14):
        await bot.at(nine(9) + timedelta(minutes=minutes))
    assert bot.platform.messages == []
    for minutes in (16, 20, 25):
        await bot.at(nine(9) + timedelta(minutes=minutes))
    assert sorted(bot.channels) == ["@anna", "operators"]
    bot.platform.mend("news")
    for minutes in (40, 41):
        await bot.at(nine(9) + timedelta(minutes=minutes))
    told = bot.channels
    assert told[2] == "news"
    assert sorted(told[3:]) == ["@anna", "operators"]
    assert "after its time" in plain_card(bot.platform.messages[2].card)


async def test_a_recovery_takes_back_a_notice_that_did_not_leave(bot: Bot) -> None:
    made = await bot.subscribed()
    later = PostLater("Not now.", 600)
    for channel in ("news", "@anna", "operators"):
        bot.platform.fail(later, channel=channel)
    await bot.at(nine(9))
    await bot.at(nine(9) + timedelta(minutes=16))
    bot.platform.mend("news")
    await bot.at(nine(9) + timedelta(minutes=30))
    bot.platform.mend("@anna")
    await bot.at(nine(9) + timedelta(minutes=60))
    assert bot.channels == ["news"]
    assert [each.state for each in await bot.digests.log(made)] == ["sent"]


async def test_an_unknown_edition_does_not_hide_a_later_outage_of_its_platform(bot: Bot) -> None:
    await bot.subscribed()
    bot.platform.fail(RuntimeError("the platform burns"), channel="news")
    await bot.at(nine(9))
    await bot.at(nine(9) + timedelta(minutes=16))
    assert bot.channels == ["@anna"]
    bot.platform.fail(PostLater("Not now.", 60), channel="news")
    await bot.at(nine(10))
    await bot.at(nine(10) + timedelta(minutes=16))
    assert bot.platform.titles("operators") == ["Digests aren't confirmed"]
    bot.platform.mend("news")
    await bot.at(nine(10) + timedelta(minutes=30))
    assert bot.platform.titles("operators") == ["Digests aren't confirmed", "Digests are working again"]


async def test_slots_that_nobody_decides_are_told_to_the_operator(bot: Bot) -> None:
    await bot.subscribed()
    bot.clock.at = nine(9) + timedelta(minutes=16)
    for _ in range(2):
        await bot.watch.run_once()
    await bot.outbox_worker.run_once()
    assert bot.platform.titles("operators") == ["Digests aren't confirmed"]
    await bot.at(nine(9) + timedelta(minutes=17))
    assert bot.platform.titles("operators") == ["Digests aren't confirmed", "Digests are working again"]


async def test_many_digests_that_one_revoked_token_stops_are_one_notice_to_each(bot: Bot) -> None:
    for number in range(8):
        await bot.subscribed(f"channel {number}")
        bot.platform.fail(
            PostRefused("newsbot was removed from town.", "Install it again."), channel=f"channel {number}"
        )
    await bot.at(nine(9))
    assert sorted(bot.channels) == ["@anna", "operators"]


async def test_a_message_that_a_platform_does_not_take_pauses_nobody_and_is_told(bot: Bot) -> None:
    made = await bot.subscribed()
    bot.platform.fail(PostRefused("Too long.", scope="message"), channel="news")
    await bot.at(nine(9))
    await bot.at(nine(9) + timedelta(minutes=16))
    assert bot.platform.titles("@anna") == ["A digest was not posted"]
    assert (await bot.digests.get(made.id)).state == "active"  # type: ignore[union-attr]
    bot.platform.mend()
    await bot.at(nine(10))
    assert len(bot.platform.titles("news")) == 1


@pytest.mark.parametrize(
    "trouble", [PostRefused("No token.", "A fresh one.", "app"), PlatformRefused("No."), StorageUnavailable("Away.")]
)
async def test_what_newsbot_as_a_whole_is_refused_pauses_nobody_and_is_tried_again(
    bot: Bot, trouble: Exception
) -> None:
    made = await bot.subscribed()
    bot.platform.window = timedelta(hours=1)
    bot.platform.fail(trouble, channel="news")
    await bot.at(nine(9))
    await bot.at(nine(9) + timedelta(minutes=16))
    assert "operators" in bot.channels
    bot.platform.mend()
    await bot.at(nine(9) + timedelta(minutes=20))
    assert len(bot.platform.titles("news")) == 1
    assert [each.state for each in await bot.digests.log(made)] == ["sent"]
