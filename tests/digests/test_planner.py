"""The planner, the service behind /digest, and the watch, over real databases of both kinds."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path
from random import Random

import pytest

from newsbot.content.library import Library, load_library
from newsbot.digests.alerts import Alerts
from newsbot.digests.composer.sources import ContentNews, DailyQuestion, SelfCheckQuestion, StandInQuestion
from newsbot.digests.composer.values import EditionQuestion
from newsbot.digests.late_policy import LatePolicy
from newsbot.digests.planner import Planner
from newsbot.digests.service import MOST, DigestService
from newsbot.digests.watchdog import Watchdog
from newsbot.errors import PlatformRefused, PostLater, PostRefused, PostUnclear, RequestError, StorageUnavailable
from newsbot.messages.budgets import WEB
from newsbot.messages.cards import Reply
from newsbot.messages.platform import Capabilities, Posted
from newsbot.messages.requests import Place
from newsbot.outbox.before_send import DailyResults
from newsbot.outbox.worker import OutboxWorker
from newsbot.scheduler import Scheduler
from newsbot.storage.database import Database, Transaction
from newsbot.storage.outbox import stored_editions
from newsbot.storage.records import NewSubscription, Subscription

CONTENT = Path(__file__).resolve().parents[2] / "content"
LIBRARY = load_library(CONTENT, date(2026, 11, 23))
MONDAY = datetime(2026, 11, 9, 6, tzinfo=UTC)
PLACE = Place("paper", "town", "news")
OPERATOR = Place("paper", "", "operators")


@dataclass
class Clock:
    """The time of a test."""

    at: datetime = MONDAY

    def __call__(self) -> datetime:
        return self.at


@dataclass
class Paper:
    """A platform on paper: it keeps what is posted, and refuses or waits where it is told to."""

    posted: list[tuple[Place, Reply, str]] = field(default_factory=list)
    alerts: dict[str, Exception] = field(default_factory=dict)
    name: str = "paper"
    window: timedelta = timedelta(0)
    budget = WEB

    async def post(self, place: Place, reply: Reply, key: str) -> Posted:
        if trouble := self.alerts.get(place.channel):
            raise trouble
        self.posted.append((place, reply, key))
        return Posted(place, str(len(self.posted)))

    async def dedupe_window(self, place: Place) -> timedelta:
        return self.window

    async def find_posted(self, place: Place, key: str, since: datetime) -> Posted | None:
        return None

    async def edit(self, posted: Posted, reply: Reply) -> Posted:
        return posted

    async def delete(self, posted: Posted) -> None:
        """Nothing is taken away on paper."""

    async def thread(self, posted: Posted, title: str) -> Place | None:
        del posted, title
        return None

    async def capabilities(self, place: Place) -> Capabilities:
        return Capabilities(post=True, pictures=True, edit=True, threads=True)

    def titles(self, channel: str) -> list[str]:
        return [reply.card.title for place, reply, _ in self.posted if place.channel == channel]


@dataclass
class Bot:
    """Everything that posts digests, by the clock of a test."""

    database: Database
    clock: Clock = field(default_factory=Clock)
    paper: Paper = field(default_factory=Paper)
    question: DailyQuestion = field(default_factory=SelfCheckQuestion)
    results: DailyResults | None = None

    def __post_init__(self) -> None:
        platforms = {"paper": self.paper}
        self.planner = Planner(self.database, lambda: LIBRARY, ContentNews, self.question, self.clock)
        self.digests = DigestService(self.database, platforms, lambda: LIBRARY, ContentNews, self.question, self.clock)
        self.watch = Watchdog(self.database, Alerts(OPERATOR), self.clock, timedelta(minutes=15))
        self.outbox_worker = self.worker("one")

    def worker(self, name: str) -> OutboxWorker:
        """An outbox worker of that name."""
        late = LatePolicy(self.database, self.clock)
        told = self.watch.refused
        return OutboxWorker(
            self.database,
            {"paper": self.paper},
            name,
            self.clock,
            Random(1),
            on_refused=told,
            judge=late.judge,
            results=self.results,
        )

    async def at(self, instant: datetime) -> None:
        """Everything a process does at an instant, having lived until then."""
        async with self.database.transaction() as tx:
            await tx.watches.beat("planner", instant - timedelta(seconds=30))
        self.clock.at = instant
        await self.planner.run_once()
        await self.watch.run_once()
        while await self.outbox_worker.run_once():
            pass
        await self.watch.run_once()
        while await self.outbox_worker.run_once():
            pass

    async def subscribed(self, channel: str = "news", **wishes: object) -> Subscription:
        new = NewSubscription(replace(PLACE, channel=channel), time(9), "Europe/Berlin", "daily", "anna", self.clock.at)
        return await self.digests.subscribe(replace(new, **wishes))  # type: ignore[arg-type]


@pytest.fixture
def bot(database: Database) -> Bot:
    return Bot(database)


def nine(day: int) -> datetime:
    """Nine o'clock in Berlin, in November 2026."""
    return datetime(2026, 11, day, 8, tzinfo=UTC)


async def test_a_due_slot_is_posted_once_however_often_it_is_swept(bot: Bot) -> None:
    made = await bot.subscribed()
    await bot.at(nine(9) - timedelta(seconds=1))
    assert bot.paper.posted == []
    for _ in range(3):
        await bot.at(nine(9))
    assert len(bot.paper.titles("news")) == 1
    assert (await bot.digests.get(made.id)).next_at == nine(10)  # type: ignore[union-attr]


async def test_two_planners_at_once_make_one_delivery(bot: Bot) -> None:
    for number in range(20):
        await bot.subscribed(f"channel {number}")
    bot.clock.at = nine(9)
    others = [Planner(bot.database, lambda: LIBRARY, ContentNews, SelfCheckQuestion(), bot.clock) for _ in range(3)]
    await asyncio.gather(*(planner.run_once() for planner in others))
    async with bot.database.transaction() as tx:
        assert await tx.deliveries.counts() == {"due": 20}


async def test_channels_with_one_selection_share_one_edition_whatever_their_mention(bot: Bot) -> None:
    for number in range(5):
        await bot.subscribed(f"channel {number}", mention=str(number))
    await bot.subscribed("other", topics=("nvidia",))
    bot.clock.at = nine(9)
    await bot.planner.run_once()
    async with bot.database.transaction() as tx:
        found = await tx.deliveries.in_states(["due"], 10)
    assert len({each.edition_id for each in found}) == 2
    assert sorted(each.mention for each in found) == ["", "0", "1", "2", "3", "4"]


class Numbered(SelfCheckQuestion):
    """Asks what the self-check asks, as a question that is kept, and notes what it was told to keep."""

    def __init__(self) -> None:
        self.posed: list[EditionQuestion] = []
        self.breaks = False

    def question(
        self, library: Library, topics: frozenset[str], asked: Sequence[str], day: date
    ) -> EditionQuestion | None:
        found = super().question(library, topics, asked, day)
        return StandInQuestion(found.id, found.blocks, f"d-{found.id}", "{}") if found else None

    async def pose(self, tx: Transaction, asked: Sequence[EditionQuestion], at: datetime) -> None:
        if self.breaks:
            raise StorageUnavailable("locked")
        self.posed += asked


async def _dailies(bot: Bot) -> list[str]:
    """The questions that the editions of what waits or was sent ask, in the order of the deliveries."""
    async with bot.database.transaction() as tx:
        found = sorted(await tx.deliveries.in_states(["due", "sent"], 100), key=lambda each: each.id)
        stored = await tx.connection.run_sync(stored_editions, [each.edition_id for each in found])
    return [stored[each.edition_id].daily for each in found]


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
    figures = [str(reply.card) for _, reply, _ in bot.paper.posted]
    assert len(set(figures)) == 11


async def test_an_outage_is_noticed_and_said(bot: Bot) -> None:
    latest, every, none = [await bot.subscribed(policy, catch_up=policy) for policy in ("latest", "all", "skip")]
    await bot.at(nine(9))
    async with bot.database.transaction() as tx:
        await tx.watches.beat("planner", nine(10) - timedelta(minutes=50))
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


async def test_a_skipped_digest_without_news_says_why(bot: Bot) -> None:
    made = await bot.subscribed(when_empty="skip", topics=("export-controls",))
    await bot.at(nine(9))
    await bot.at(nine(10))
    (newest, *_) = await bot.digests.log(made)
    assert newest.state == "skipped"
    assert "nothing new happened" in newest.reason
    why = await bot.digests.why(made)
    assert why is not None
    assert why.stages
    assert "Nothing would be posted now" in (await bot.digests.preview(made)).title


async def test_the_preview_is_exactly_what_is_posted_next(bot: Bot) -> None:
    made = await bot.subscribed()
    bot.clock.at = nine(9)
    preview = await bot.digests.preview(made)
    await bot.at(nine(9))
    assert bot.paper.posted[0][1].card == preview


async def test_a_first_edition_leaves_at_once_and_is_not_repeated_by_the_next(bot: Bot) -> None:
    new = NewSubscription(PLACE, time(9), "Europe/Berlin", "daily", "anna", bot.clock.at)
    await bot.digests.subscribe(new, first=True)
    await bot.at(MONDAY)
    assert len(bot.paper.posted) == 1
    await bot.at(nine(9))
    assert len(bot.paper.posted) == 2
    assert bot.paper.posted[0][1].card != bot.paper.posted[1][1].card


async def test_an_edition_on_request_is_not_doubled_by_a_second_press(bot: Bot) -> None:
    made = await bot.subscribed()
    await bot.digests.send_now(made)
    with pytest.raises(RequestError, match="on its way"):
        await bot.digests.send_now(made)
    bot.clock.at += timedelta(minutes=1)
    await bot.digests.send_now(made)


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
    assert bot.paper.posted == []
    assert bot.digests.next(await bot.digests.pause(made, "anna")) == ()
    resumed = await bot.digests.resume(made)
    assert resumed.next_at == nine(12)
    await bot.at(nine(12))
    assert len(bot.paper.posted) == 1


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


async def test_a_refusal_pauses_the_digest_and_is_told_once_with_its_fix(bot: Bot) -> None:
    made = await bot.subscribed()
    bot.paper.alerts["news"] = PostRefused("newsbot may not post in #news.", "Allow Send Messages in #news.")
    for day in (9, 10, 11):
        await bot.at(nine(day))
    paused = await bot.digests.get(made.id)
    assert paused is not None
    assert (paused.state, paused.paused_fix) == ("paused", "Allow Send Messages in #news.")
    told = [(place.channel, reply.card.plain()) for place, reply, _ in bot.paper.posted]
    assert [channel for channel, _ in told] == ["@anna", "operators"]
    assert "Allow Send Messages in #news." in told[0][1]
    assert "/digest resume" in told[0][1]


async def test_an_edition_that_is_not_confirmed_is_told_once_and_so_is_its_recovery(bot: Bot) -> None:
    await bot.subscribed()
    bot.paper.alerts["news"] = PostLater("Paper is out.", 60)
    for minutes in (0, 5, 14):
        await bot.at(nine(9) + timedelta(minutes=minutes))
    assert bot.paper.posted == []
    for minutes in (16, 20, 25):
        await bot.at(nine(9) + timedelta(minutes=minutes))
    assert sorted(place.channel for place, _, _ in bot.paper.posted) == ["@anna", "operators"]
    del bot.paper.alerts["news"]
    for minutes in (40, 41):
        await bot.at(nine(9) + timedelta(minutes=minutes))
    told = [place.channel for place, _, _ in bot.paper.posted]
    assert told[2] == "news"
    assert sorted(told[3:]) == ["@anna", "operators"]
    assert "after its time" in bot.paper.posted[2][1].card.plain()


async def test_a_recovery_takes_back_a_notice_that_did_not_leave(bot: Bot) -> None:
    made = await bot.subscribed()
    later = PostLater("Paper is out.", 600)
    bot.paper.alerts |= {"news": later, "@anna": later, "operators": later}
    await bot.at(nine(9))
    await bot.at(nine(9) + timedelta(minutes=16))
    del bot.paper.alerts["news"]
    await bot.at(nine(9) + timedelta(minutes=30))
    del bot.paper.alerts["@anna"]
    await bot.at(nine(9) + timedelta(minutes=60))
    assert [place.channel for place, _, _ in bot.paper.posted] == ["news"]
    assert [each.state for each in await bot.digests.log(made)] == ["sent"]


async def test_an_unknown_or_failed_delivery_leaves_once_more_when_asked(bot: Bot) -> None:
    made = await bot.subscribed()
    bot.paper.alerts["news"] = RuntimeError("the paper burns")
    await bot.at(nine(9))
    (unknown, *_) = await bot.digests.log(made)
    assert unknown.state == "unknown"
    bot.paper.alerts.clear()
    other = await bot.subscribed("other")
    assert not await bot.digests.send_again(other, unknown.id)
    assert await bot.digests.send_again(made, unknown.id)
    assert not await bot.digests.send_again(made, unknown.id)
    await bot.at(nine(9) + timedelta(minutes=10))
    assert len(bot.paper.titles("news")) == 1
    assert "late: sent again, as somebody asked" in bot.paper.posted[-1][1].card.plain()


async def test_a_digest_that_cannot_be_composed_holds_up_nobody(database: Database) -> None:
    bot = Bot(database)

    class Broken(ContentNews):
        def items(self, since: date, until: date, topics: frozenset[str]):  # type: ignore[no-untyped-def]
            if "nvidia" in topics:
                raise ValueError("a broken wire")
            return super().items(since, until, topics)

    bot.planner = Planner(database, lambda: LIBRARY, Broken, SelfCheckQuestion(), bot.clock, alerts=bot.watch)
    broken = await bot.subscribed("broken", topics=("nvidia",))
    await bot.subscribed("well")
    await bot.at(nine(9))
    assert len(bot.paper.titles("well")) == 1
    assert await bot.digests.log(broken) == ()  # it is tried again for a while
    for minutes in (5, 16, 17):
        await bot.at(nine(9) + timedelta(minutes=minutes))
    (only,) = await bot.digests.log(broken)
    assert (only.state, "broke" in only.reason) == ("skipped", True)
    assert sorted(place.channel for place, _, _ in bot.paper.posted) == ["@anna", "operators", "well"]


async def test_a_digest_whose_composing_is_mended_in_time_comes_late_and_says_so(bot: Bot) -> None:
    class Broken(ContentNews):
        def items(self, since: date, until: date, topics: frozenset[str]):  # type: ignore[no-untyped-def]
            raise ValueError("a broken wire")

    mended = bot.planner
    bot.planner = Planner(bot.database, lambda: LIBRARY, Broken, SelfCheckQuestion(), bot.clock, alerts=bot.watch)
    await bot.subscribed()
    await bot.at(nine(9))
    bot.planner = mended
    await bot.at(nine(9) + timedelta(minutes=5))
    (place, reply, _) = bot.paper.posted[0]
    assert (place.channel, "late: 5 minutes after its time" in reply.card.plain()) == ("news", True)


async def test_a_damaged_subscription_is_paused_and_told_and_holds_up_nobody(bot: Bot) -> None:
    bot.planner = Planner(bot.database, lambda: LIBRARY, ContentNews, SelfCheckQuestion(), bot.clock, alerts=bot.watch)
    damaged, _ = await bot.subscribed("damaged"), await bot.subscribed("well")
    async with bot.database.transaction() as tx:
        await tx.subscriptions.update(replace(damaged, zone="Atlantis/Nowhere"))
    await bot.at(nine(9))
    assert len(bot.paper.titles("well")) == 1
    paused = await bot.digests.get(damaged.id)
    assert paused is not None
    assert paused.state == "paused"
    assert sorted(place.channel for place, _, _ in bot.paper.posted) == ["@anna", "operators", "well"]


async def test_a_clock_that_was_a_year_ahead_silences_nobody(bot: Bot) -> None:
    made = await bot.subscribed()
    await bot.at(nine(9) + timedelta(days=365))
    bot.paper.posted.clear()
    await bot.at(nine(9) - timedelta(minutes=1))
    await bot.at(nine(10))
    assert len(bot.paper.titles("news")) == 1
    assert (await bot.digests.get(made.id)).next_at == nine(11)  # type: ignore[union-attr]


async def test_of_two_machines_whose_clocks_differ_neither_says_that_the_other_was_down(bot: Bot) -> None:
    for turn in range(10):
        for ahead in (89, 0):
            bot.clock.at = MONDAY + timedelta(seconds=30 * turn + ahead)
            await bot.planner.run_once()
    async with bot.database.transaction() as tx:
        assert await tx.watches.outages_since(MONDAY - timedelta(days=1)) == ()


async def test_an_unknown_edition_does_not_hide_a_later_outage_of_its_platform(bot: Bot) -> None:
    await bot.subscribed()
    bot.paper.alerts["news"] = RuntimeError("the paper burns")
    await bot.at(nine(9))
    await bot.at(nine(9) + timedelta(minutes=16))
    assert [place.channel for place, _, _ in bot.paper.posted] == ["@anna"]
    bot.paper.alerts["news"] = PostLater("Paper is out.", 60)
    await bot.at(nine(10))
    await bot.at(nine(10) + timedelta(minutes=16))
    assert bot.paper.titles("operators") == ["DigestService are not confirmed"]
    del bot.paper.alerts["news"]
    await bot.at(nine(10) + timedelta(minutes=30))
    assert bot.paper.titles("operators") == ["DigestService are not confirmed", "DigestService are well again"]


async def test_slots_that_nobody_decides_are_told_to_the_operator(bot: Bot) -> None:
    await bot.subscribed()
    bot.clock.at = nine(9) + timedelta(minutes=16)
    for _ in range(2):
        await bot.watch.run_once()
    await bot.outbox_worker.run_once()
    assert bot.paper.titles("operators") == ["DigestService are not confirmed"]
    await bot.at(nine(9) + timedelta(minutes=17))
    assert bot.paper.titles("operators") == ["DigestService are not confirmed", "DigestService are well again"]


async def test_many_digests_that_one_revoked_token_stops_are_one_notice_to_each(bot: Bot) -> None:
    for number in range(8):
        await bot.subscribed(f"channel {number}")
        bot.paper.alerts[f"channel {number}"] = PostRefused("newsbot was removed from town.", "Install it again.")
    await bot.at(nine(9))
    assert sorted(place.channel for place, _, _ in bot.paper.posted) == ["@anna", "operators"]


async def test_a_message_that_a_platform_does_not_take_pauses_nobody_and_is_told(bot: Bot) -> None:
    made = await bot.subscribed()
    bot.paper.alerts["news"] = PostRefused("Paper does not take it.", scope="message")
    await bot.at(nine(9))
    await bot.at(nine(9) + timedelta(minutes=16))
    assert bot.paper.titles("@anna") == ["A digest was not posted"]
    assert (await bot.digests.get(made.id)).state == "active"  # type: ignore[union-attr]
    bot.paper.alerts.clear()
    await bot.at(nine(10))
    assert len(bot.paper.titles("news")) == 1


@pytest.mark.parametrize(
    "trouble", [PostRefused("No token.", "A fresh one.", "app"), PlatformRefused("No."), StorageUnavailable("Away.")]
)
async def test_what_newsbot_as_a_whole_is_refused_pauses_nobody_and_is_tried_again(
    bot: Bot, trouble: Exception
) -> None:
    made = await bot.subscribed()
    bot.paper.window = timedelta(hours=1)
    bot.paper.alerts["news"] = trouble
    await bot.at(nine(9))
    await bot.at(nine(9) + timedelta(minutes=16))
    assert "operators" in {place.channel for place, _, _ in bot.paper.posted}
    bot.paper.alerts.clear()
    await bot.at(nine(9) + timedelta(minutes=20))
    assert len(bot.paper.titles("news")) == 1
    assert [each.state for each in await bot.digests.log(made)] == ["sent"]


async def test_after_hours_of_outage_one_refusal_for_now_does_not_lose_the_edition(bot: Bot) -> None:
    made = await bot.subscribed()
    await bot.at(nine(9) - timedelta(minutes=1))
    bot.clock.at = nine(9) + timedelta(hours=7)
    bot.paper.alerts["news"] = PostLater("Slow down.", 5)
    await bot.planner.run_once()
    await bot.outbox_worker.run_once()
    bot.paper.alerts.clear()
    await bot.at(bot.clock.at + timedelta(minutes=1))
    assert [each.state for each in await bot.digests.log(made)] == ["sent"]


async def test_an_edition_that_was_decided_before_an_outage_keeps_to_the_wish_of_its_subscription(bot: Bot) -> None:
    wishes = [await bot.subscribed(policy, catch_up=policy) for policy in ("latest", "all", "skip")]
    await bot.at(nine(9) - timedelta(seconds=30))
    bot.clock.at = nine(9)
    await bot.planner.run_once()  # and killed right after it
    bot.clock.at = nine(9) + timedelta(hours=3, minutes=30)
    await bot.planner.run_once()
    while await bot.outbox_worker.run_once():
        pass
    assert sorted(place.channel for place, _, _ in bot.paper.posted) == ["all", "latest"]
    assert all("late: the bot was down 09:00–12:30" in reply.card.plain() for _, reply, _ in bot.paper.posted)
    (skipped,) = await bot.digests.log(wishes[2])
    assert (skipped.state, skipped.reason) == (
        "skipped",
        "skipped: the bot was down 09:00–12:30; what is missed here is not posted later",
    )


async def test_a_platform_that_was_away_for_days_gets_the_newest_edition_and_no_flood(bot: Bot) -> None:
    made = await bot.subscribed()
    for day in range(9, 14):
        async with bot.database.transaction() as tx:
            await tx.watches.beat("planner", nine(day) - timedelta(seconds=30))
        bot.clock.at = nine(day)
        await bot.planner.run_once()  # in a process of another platform
    await bot.at(nine(13) + timedelta(minutes=1))
    assert len(bot.paper.titles("news")) == 1
    states = [each.state for each in await bot.digests.log(made)]
    assert states == ["sent", "skipped", "skipped", "skipped", "skipped"]


async def test_a_process_that_was_suspended_after_its_lease_posts_nothing_that_another_took_over(bot: Bot) -> None:
    made = await bot.subscribed()
    bot.paper.window = timedelta(hours=1)
    await bot.at(nine(9) - timedelta(seconds=30))
    bot.clock.at = nine(9)
    await bot.planner.run_once()
    (claimed,) = await bot.outbox_worker._claim(["paper"], 10, (0, 1))
    gate = asyncio.Semaphore(0)
    suspended = asyncio.create_task(bot.outbox_worker.attempt(claimed, gate))
    while (await bot.digests.log(made))[0].state != "sending":
        pass  # each look lets the outbox worker go on
    bot.clock.at = nine(9) + timedelta(seconds=91)
    await bot.worker("two").run_once()
    bot.clock.at = nine(9) + timedelta(minutes=10)
    gate.release()
    assert await suspended is None
    assert len(bot.paper.posted) == 1


async def test_what_is_paused_while_it_may_be_on_its_way_does_not_leave_again(bot: Bot) -> None:
    made = await bot.subscribed()
    bot.paper.window = timedelta(hours=1)
    bot.paper.alerts["news"] = PostUnclear("The line broke.")
    await bot.at(nine(9))
    await bot.digests.pause(made, "anna")
    bot.paper.alerts.clear()
    await bot.at(nine(9) + timedelta(minutes=1))
    assert bot.paper.titles("news") == []
    (only,) = await bot.digests.log(made)
    assert (only.state, "it may stand there" in only.reason) == ("unknown", True)


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


class Counted:
    """A sweep that counts its turns and wants to be woken at an instant."""

    def __init__(self, due: datetime | None = None, breaks: bool = False) -> None:
        self.turns = 0
        self.due = due
        self.breaks = breaks
        self.turned = asyncio.Event()

    async def run_once(self) -> datetime | None:
        self.turns += 1
        self.turned.set()
        if self.breaks:
            raise RuntimeError("a broken sweep")
        due, self.due = self.due, None
        return due


async def test_an_alarm_wakes_at_the_next_due_instant_and_whenever_it_is_told() -> None:
    def now() -> datetime:
        return datetime.now(UTC)

    broken = Counted(breaks=True)
    sweep = Counted(now() + timedelta(seconds=0.4))
    scheduler = Scheduler(now)
    alarm = scheduler.alarm("digests", broken, sweep)
    running = asyncio.create_task(scheduler.run())
    try:
        for turns in (1, 2):
            await asyncio.wait_for(sweep.turned.wait(), 10)
            sweep.turned.clear()
            assert sweep.turns == turns
        alarm.wake()
        await asyncio.wait_for(sweep.turned.wait(), 10)
        assert broken.turns == 3
        assert alarm.health() == "waits: something broke here; see the log"
    finally:
        running.cancel()
        with pytest.raises(asyncio.CancelledError):
            await running
