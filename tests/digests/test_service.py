"""The service behind /digest, over real databases of both kinds."""

from dataclasses import replace
from datetime import time, timedelta

import pytest

from newsbot.digests.service import MOST
from newsbot.errors import PostUnclear, RequestError
from newsbot.messages.plain import plain_block, plain_card
from newsbot.messages.requests import Place
from newsbot.storage.records import NewSubscription
from tests.digests.house import MONDAY, PLACE, Bot, nine


async def test_a_skipped_digest_without_news_says_why(bot: Bot) -> None:
    made = await bot.subscribed(when_empty="skip", topics=("export-controls",))
    await bot.at(nine(9))
    assert "The latest" in plain_card(bot.platform.messages[0].card)
    await bot.at(nine(10))
    (newest, *_) = await bot.digests.log(made)
    assert newest.state == "skipped"
    assert "nothing new happened" in newest.reason
    why = await bot.digests.why(made)
    assert why is not None
    assert why.stages
    held = await bot.digests.get(made.id)
    assert held is not None
    assert "Nothing would be posted now" in (await bot.digests.preview(held)).title


async def test_the_preview_is_exactly_what_is_posted_next(bot: Bot) -> None:
    made = await bot.subscribed()
    bot.clock.at = nine(9)
    preview = await bot.digests.preview(made)
    await bot.at(nine(9))
    leaves = bot.platform.messages[0].card
    added = [block for block in preview.blocks if block not in leaves.blocks]
    assert [plain_block(block) for block in added] == ["Closes 10 November 2026 08:00 UTC."]
    assert replace(preview, blocks=tuple(block for block in preview.blocks if block not in added)) == leaves


async def test_a_first_edition_leaves_at_once_and_is_not_repeated_by_the_next(bot: Bot) -> None:
    new = NewSubscription(PLACE, time(9), "Europe/Berlin", "daily", "anna", bot.clock.at)
    await bot.digests.subscribe(new, first=True)
    await bot.at(MONDAY)
    assert len(bot.platform.messages) == 1
    await bot.at(nine(9))
    assert len(bot.platform.messages) == 2
    assert bot.platform.messages[0].card != bot.platform.messages[1].card


async def test_an_edition_on_request_is_not_doubled_by_a_second_press(bot: Bot) -> None:
    made = await bot.subscribed()
    await bot.digests.send_now(made)
    with pytest.raises(RequestError, match="on its way"):
        await bot.digests.send_now(made)
    bot.clock.at += timedelta(minutes=1)
    await bot.digests.send_now(made)
    assert [each.due_at for each in await bot.digests.log(made)] == [bot.clock.at, bot.clock.at - timedelta(minutes=1)]


async def test_a_later_time_on_the_same_day_comes_and_a_passed_one_is_recorded(bot: Bot) -> None:
    made = await bot.subscribed()
    await bot.at(nine(9))
    bot.clock.at = nine(10) - timedelta(hours=1)
    changed, lost = await bot.digests.change(made, at=time(7))
    assert [str(found.slot) for found in lost] == ["2026-11-10 07:00"]
    assert changed.next_at == nine(11) - timedelta(hours=2)
    (newest, *_) = await bot.digests.log(made)
    assert (newest.state, newest.slot) == ("skipped", "2026-11-10 07:00")
    changed, lost = await bot.digests.change(made, at=time(12))
    assert lost == ()
    assert changed.next_at == nine(11) + timedelta(hours=3)


async def test_a_paused_digest_posts_nothing_and_resumes_without_a_flood(bot: Bot) -> None:
    made = await bot.subscribed()
    await bot.digests.pause(made, "anna")
    for day in (9, 10, 11):
        await bot.at(nine(day))
    assert bot.platform.messages == []
    assert bot.digests.next(await bot.digests.pause(made, "anna")) == ()
    resumed = await bot.digests.resume(made)
    assert resumed.next_at == nine(12)
    await bot.at(nine(12))
    assert len(bot.platform.messages) == 1


async def test_an_ended_digest_is_gone_and_its_number_is_not_used_again(bot: Bot) -> None:
    made = await bot.subscribed()
    await bot.digests.end(made)
    assert await bot.digests.of_channel(PLACE) == ()
    with pytest.raises(RequestError):
        await bot.digests.pause(made, "anna")
    assert (await bot.subscribed()).number == 2


async def test_a_channel_has_at_most_ten(bot: Bot) -> None:
    for _ in range(MOST):
        await bot.subscribed()
    with pytest.raises(RequestError, match="10 digests"):
        await bot.subscribed()


async def test_an_unknown_or_failed_delivery_leaves_once_more_when_asked(bot: Bot) -> None:
    made = await bot.subscribed()
    bot.platform.fail(RuntimeError("the platform burns"), channel="news")
    await bot.at(nine(9))
    (unknown, *_) = await bot.digests.log(made)
    assert unknown.state == "unknown"
    bot.platform.mend()
    other = await bot.subscribed("other")
    assert not await bot.digests.send_again(other, unknown.id)
    assert await bot.digests.send_again(made, unknown.id)
    assert not await bot.digests.send_again(made, unknown.id)
    await bot.at(nine(9) + timedelta(minutes=10))
    assert len(bot.platform.titles("news")) == 1
    assert "late: sent again, as somebody asked" in plain_card(bot.platform.messages[-1].card)


async def test_what_is_paused_while_it_may_be_on_its_way_does_not_leave_again(bot: Bot) -> None:
    made = await bot.subscribed()
    bot.platform.window = timedelta(hours=1)
    bot.platform.fail(PostUnclear("The line broke."), channel="news")
    await bot.at(nine(9))
    await bot.digests.pause(made, "anna")
    bot.platform.mend()
    await bot.at(nine(9) + timedelta(minutes=1))
    assert bot.platform.titles("news") == []
    (only,) = await bot.digests.log(made)
    assert (only.state, "it may have been posted" in only.reason) == ("unknown", True)


async def test_the_zone_of_a_private_chat_is_its_own(bot: Bot) -> None:
    alone = Place("slack", "T1", "D1")
    await bot.digests.remember_zone(alone, "Asia/Tokyo", "U1")
    assert await bot.digests.zone_of_place(alone) == "Asia/Tokyo"
    assert await bot.digests.zone_of_place(Place("slack", "T1", "C1")) is None


async def test_the_zone_of_a_server_is_remembered_for_all_its_channels(bot: Bot) -> None:
    assert await bot.digests.zone_of_place(PLACE) is None
    await bot.digests.remember_zone(PLACE, "Europe/Berlin", "anna")
    assert await bot.digests.zone_of_place(replace(PLACE, channel="another")) == "Europe/Berlin"
    assert await bot.digests.zone_of_place(replace(PLACE, workspace="elsewhere")) is None
