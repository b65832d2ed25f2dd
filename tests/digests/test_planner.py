"""The planner and what leaves late, over real databases of both kinds."""

import asyncio
from collections.abc import Collection, Sequence
from dataclasses import replace
from datetime import date, datetime, timedelta

import pytest

from newsbot.content.library import Library
from newsbot.digests.composer.sources import ContentNews, SelfCheckQuestion, StandInQuestion
from newsbot.digests.composer.values import EditionQuestion
from newsbot.errors import PostLater, StorageUnavailable
from newsbot.messages.plain import plain_card
from newsbot.storage.database import Database
from newsbot.storage.records import CatchUp
from newsbot.storage.transaction import Transaction
from tests.databases import ON_SQLITE
from tests.digests.house import MONDAY, Bot, nine


async def test_a_due_slot_is_posted_once_however_often_it_is_swept(bot: Bot) -> None:
    made = await bot.subscribed()
    await bot.at(nine(9) - timedelta(seconds=1))
    assert bot.platform.messages == []
    for _ in range(3):
        await bot.at(nine(9))
    assert len(bot.platform.titles("news")) == 1
    assert (await bot.digests.get(made.id)).next_at == nine(10)  # type: ignore[union-attr]


async def test_two_planners_at_once_make_one_delivery(bot: Bot) -> None:
    for number in range(20):
        await bot.subscribed(f"channel {number}")
    bot.clock.at = nine(9)
    others = [bot.planner_with(ContentNews) for _ in range(3)]
    await asyncio.gather(*(planner.run_once() for planner in others))
    assert await bot.database.read(lambda tx: tx.deliveries.counts()) == {"due": 20}


async def test_channels_with_one_selection_share_one_edition_whatever_their_mention(bot: Bot) -> None:
    for number in range(5):
        await bot.subscribed(f"channel {number}", mention=str(number))
    await bot.subscribed("other", topics=("nvidia",))
    bot.clock.at = nine(9)
    await bot.planner.run_once()
    found = await bot.database.read(lambda tx: tx.deliveries.in_states(["due"], 10))
    assert len({each.edition_id for each in found}) == 2
    assert sorted(each.mention for each in found) == ["", "0", "1", "2", "3", "4"]


class Numbered(SelfCheckQuestion):
    """Asks what the self-check asks, as a question that is kept, and notes what it was told to keep."""

    def __init__(self) -> None:
        self.posed: list[EditionQuestion] = []
        self.breaks = False

    def question(
        self,
        library: Library,
        topics: frozenset[str],
        asked: Sequence[str],
        without: Collection[str] = (),
    ) -> EditionQuestion | None:
        found = super().question(library, topics, asked, without)
        return StandInQuestion(found.id, found.blocks, f"d-{found.id}", "{}") if found else None

    def pose(self, tx: Transaction, asked: Sequence[EditionQuestion], at: datetime) -> None:
        if self.breaks:
            raise StorageUnavailable("locked")
        self.posed += asked


async def _dailies(bot: Bot) -> list[str]:
    """The questions that the editions of what waits or was sent ask, in the order of the deliveries."""

    def read(tx: Transaction) -> list[str]:
        found = sorted(tx.deliveries.in_states(["due", "sent"], 100), key=lambda each: each.id)
        stored = tx.deliveries.editions([each.edition_id for each in found])
        return [stored[each.edition_id].daily for each in found]

    return await bot.database.read(read)


async def test_what_an_edition_asks_is_kept_with_it_once_for_all_its_channels(database: Database) -> None:
    numbered = Numbered()
    bot = Bot(database, question=numbered)
    for number in range(3):
        await bot.subscribed(f"channel {number}")
    await bot.subscribed("other", topics=("nvidia",))
    bot.clock.at = nine(9)
    numbered.breaks = True
    with pytest.raises(StorageUnavailable):
        await bot.planner.run_once()
    assert await _dailies(bot) == []
    numbered.breaks = False
    await bot.planner.run_once()
    all_topics, nvidia = [each.daily for each in numbered.posed]
    assert await _dailies(bot) == [all_topics] * 3 + [nvidia]


async def test_an_edition_on_request_poses_its_question_and_a_preview_does_not(database: Database) -> None:
    numbered = Numbered()
    bot = Bot(database, question=numbered)
    made = await bot.subscribed()
    await bot.digests.preview(made)
    assert numbered.posed == []
    await bot.digests.send_now(made)
    assert await _dailies(bot) == [each.daily for each in numbered.posed] != []


async def test_an_edition_that_asks_nothing_that_is_kept_has_no_question(bot: Bot) -> None:
    await bot.subscribed()
    bot.clock.at = nine(9)
    await bot.planner.run_once()
    assert await _dailies(bot) == [""]


async def test_what_was_shown_is_not_shown_again(bot: Bot) -> None:
    await bot.subscribed()
    for day in range(9, 20):
        await bot.at(nine(day))
    figures = [str(message.card) for message in bot.platform.messages]
    assert len(set(figures)) == 11


async def test_an_outage_is_noticed_and_said(bot: Bot) -> None:
    latest, every, none = [await bot.subscribed(policy, catch_up=policy) for policy in ("latest", "all", "skip")]
    await bot.at(nine(9))
    await bot.database.write(lambda tx: tx.watches.beat("planner", nine(10) - timedelta(minutes=50)))
    bot.clock.at = nine(12) + timedelta(minutes=40)
    await bot.planner.run_once()
    states = {
        each.place.channel: [(row.state, row.label or row.reason) for row in await bot.digests.log(each)][:3][::-1]
        for each in [latest, every, none]
    }
    down = "the bot was down 10 November 08:10 – 12 November 09:40"
    assert states["latest"] == [
        ("skipped", f"skipped: {down}; a newer one came after it"),
        ("skipped", f"skipped: {down}; a newer one came after it"),
        ("due", f"late: {down}"),
    ]
    assert states["all"] == [("due", f"late: {down}")] * 3
    assert [state for state, _ in states["skip"]] == ["skipped"] * 3


async def test_a_digest_that_cannot_be_composed_holds_up_nobody(database: Database) -> None:
    bot = Bot(database)

    class Broken(ContentNews):
        def items(self, since: date, until: date, topics: frozenset[str]):  # type: ignore[no-untyped-def]
            if "nvidia" in topics:
                raise ValueError("a broken wire")
            return super().items(since, until, topics)

    bot.planner = bot.planner_with(Broken)
    broken = await bot.subscribed("broken", topics=("nvidia",))
    await bot.subscribed("well")
    await bot.at(nine(9))
    assert len(bot.platform.titles("well")) == 1
    assert await bot.digests.log(broken) == ()  # it is tried again for a while
    for minutes in (5, 16, 17):
        await bot.at(nine(9) + timedelta(minutes=minutes))
    (only,) = await bot.digests.log(broken)
    assert (only.state, "broke" in only.reason) == ("skipped", True)
    assert sorted(bot.channels) == ["@anna", "operators", "well"]


async def test_a_digest_whose_composing_is_mended_in_time_comes_late_and_says_so(bot: Bot) -> None:
    class Broken(ContentNews):
        def items(self, since: date, until: date, topics: frozenset[str]):  # type: ignore[no-untyped-def]
            raise ValueError("a broken wire")

    mended = bot.planner
    bot.planner = bot.planner_with(Broken)
    await bot.subscribed()
    await bot.at(nine(9))
    bot.planner = mended
    await bot.at(nine(9) + timedelta(minutes=5))
    (message,) = bot.platform.messages
    assert (message.place.channel, "late: 5 minutes after its time" in plain_card(message.card)) == ("news", True)


async def test_a_damaged_subscription_is_paused_and_told_and_holds_up_nobody(bot: Bot) -> None:
    bot.planner = bot.planner_with(ContentNews)
    damaged, _ = await bot.subscribed("damaged"), await bot.subscribed("well")
    await bot.database.write(lambda tx: tx.subscriptions.update(replace(damaged, zone="Atlantis/Nowhere")))
    await bot.at(nine(9))
    assert len(bot.platform.titles("well")) == 1
    paused = await bot.digests.get(damaged.id)
    assert paused is not None
    assert paused.state == "paused"
    assert sorted(bot.channels) == ["@anna", "operators", "well"]


async def test_a_clock_that_was_a_year_ahead_silences_nobody(bot: Bot) -> None:
    made = await bot.subscribed()
    await bot.at(nine(9) + timedelta(days=365))
    bot.platform.clear()
    await bot.at(nine(9) - timedelta(minutes=1))
    await bot.at(nine(10))
    assert len(bot.platform.titles("news")) == 1
    assert (await bot.digests.get(made.id)).next_at == nine(11)  # type: ignore[union-attr]


@pytest.mark.parametrize("days", [1, 3, 14])
@pytest.mark.parametrize("catch_up", ["skip", "latest", "all"])
async def test_a_clock_that_was_ahead_for_half_a_minute_costs_no_digest(bot: Bot, days: int, catch_up: CatchUp) -> None:
    made = await bot.subscribed(catch_up=catch_up)
    before = nine(9) - timedelta(hours=1)
    await bot.at(before)
    await bot.at(before + timedelta(days=days))
    bot.clock.at = before + timedelta(seconds=30)
    await bot.planner.run_once()
    assert (await bot.digests.get(made.id)).next_at == nine(9)  # type: ignore[union-attr]
    for day in range(9, 24):
        await bot.at(nine(day) - timedelta(seconds=30))
        await bot.at(nine(day))
    said = bot.platform.titles("news")
    assert len(set(said)) == len(said) == 15  # some ahead of their time, each day once
    assert (await bot.digests.get(made.id)).next_at == nine(24)  # type: ignore[union-attr]


async def test_of_two_machines_whose_clocks_differ_neither_says_that_the_other_was_down(bot: Bot) -> None:
    for turn in range(10):
        for ahead in (89, 0):
            bot.clock.at = MONDAY + timedelta(seconds=30 * turn + ahead)
            await bot.planner.run_once()
    assert await bot.database.read(lambda tx: tx.watches.outages_since(MONDAY - timedelta(days=1))) == ()


async def test_after_hours_of_outage_one_refusal_for_now_does_not_lose_the_edition(bot: Bot) -> None:
    made = await bot.subscribed()
    await bot.at(nine(9) - timedelta(minutes=1))
    bot.clock.at = nine(9) + timedelta(hours=7)
    bot.platform.fail(PostLater("Slow down.", 5), channel="news")
    await bot.planner.run_once()
    await bot.outbox_worker.run_once()
    bot.platform.mend()
    await bot.at(bot.clock.at + timedelta(minutes=1))
    assert [each.state for each in await bot.digests.log(made)] == ["sent"]


async def test_an_edition_that_was_decided_before_an_outage_keeps_to_the_wish_of_its_subscription(bot: Bot) -> None:
    wishes = [await bot.subscribed(policy, catch_up=policy) for policy in ("latest", "all", "skip")]
    await bot.at(nine(9) - timedelta(seconds=30))
    bot.clock.at = nine(9)
    await bot.planner.run_once()  # and killed right after it
    bot.clock.at = nine(9) + timedelta(hours=3, minutes=30)
    await bot.planner.run_once()
    await bot.deliver()
    assert sorted(bot.channels) == ["all", "latest"]
    assert all("late: the bot was down 09:00–12:30" in plain_card(message.card) for message in bot.platform.messages)
    (skipped,) = await bot.digests.log(wishes[2])
    assert (skipped.state, skipped.reason) == (
        "skipped",
        "skipped: the bot was down 09:00–12:30; missed editions aren't posted later here",
    )


async def test_a_platform_that_was_away_for_days_gets_the_newest_edition_and_no_flood(bot: Bot) -> None:
    made = await bot.subscribed()
    for day in range(9, 14):
        bot.clock.at = nine(day) - timedelta(seconds=30)
        await bot.planner.run_once()
        bot.clock.at = nine(day)
        await bot.planner.run_once()  # in a process of another platform
    await bot.at(nine(13) + timedelta(minutes=1))
    assert len(bot.platform.titles("news")) == 1
    states = [each.state for each in await bot.digests.log(made)]
    assert states == ["sent", "skipped", "skipped", "skipped", "skipped"]


async def test_a_process_that_was_suspended_after_its_lease_posts_nothing_that_another_took_over(bot: Bot) -> None:
    made = await bot.subscribed()
    bot.platform.window = timedelta(hours=1)
    await bot.at(nine(9) - timedelta(seconds=30))
    bot.clock.at = nine(9)
    await bot.planner.run_once()
    (claimed,) = await bot.outbox_worker._claim(["memory"], 10, (0, 1))
    gate = asyncio.Semaphore(0)
    suspended = asyncio.create_task(bot.outbox_worker.attempt(claimed, gate))
    while (await bot.digests.log(made))[0].state != "sending":
        pass  # each look lets the outbox worker go on
    bot.clock.at = nine(9) + timedelta(seconds=91)
    await bot.worker("two").run_once()
    bot.clock.at = nine(9) + timedelta(minutes=10)
    gate.release()
    assert await suspended is None
    assert len(bot.platform.messages) == 1


@ON_SQLITE
async def test_a_monthly_digest_comes_once_a_month_and_is_left_alone_in_between(database: Database) -> None:
    bot = Bot(database)
    await bot.subscribed(days="monthly")
    for day in (9, 10, 30):
        await bot.at(nine(day))
    assert bot.channels == []
    await bot.at(nine(30) + timedelta(days=1))
    assert bot.channels == ["news"]
