"""Whoever set a digest up is asked once whether it comes too often, after three editions that nobody pressed."""

from datetime import timedelta

import pytest

from newsbot.digests.alerts import Alerts
from newsbot.digests.readers import Readers
from newsbot.digests.values import KEEP, WEEKLY
from newsbot.errors import RequestError
from newsbot.messages.actions import Action
from newsbot.messages.plain import plain_card
from newsbot.storage.database import Database
from newsbot.storage.records import Subscription
from tests.databases import ON_SQLITE
from tests.digests.house import PLACE, Bot, nine

OWNER = "@anna"
HALF_A_DAY = timedelta(hours=12)


class Newspaper:
    """A newsbot whose digest came on three days, and who asks."""

    def __init__(self, database: Database) -> None:
        self.bot = Bot(database)
        self.readers = Readers(database, Alerts(None), self.bot.clock)

    async def asks(self, day: int) -> list[str]:
        """What the owner was asked by the evening of a day."""
        self.bot.clock.at = nine(day) + HALF_A_DAY
        await self.readers.run_once()
        await self.bot.deliver()
        return [plain_card(message.card) for message in self.bot.platform.in_channel(OWNER)]

    async def come(self, *days: int) -> None:
        for day in days:
            await self.bot.at(nine(day))

    async def press(self, at: int = -1, channel: str = "news") -> None:
        """Somebody presses a button of a message of a channel."""
        message = self.bot.platform.in_channel(channel)[at]
        await self.bot.digests.note_pressed(message.place, message.posted.message_id)


@pytest.fixture
async def paper(database: Database) -> Newspaper:
    made = Newspaper(database)
    await made.readers.run_once()
    return made


async def test_the_owner_is_asked_once_after_three_editions_that_nobody_pressed(paper: Newspaper) -> None:
    made = await paper.bot.subscribed()
    await paper.come(9, 10)
    assert await paper.asks(10) == []
    await paper.come(11)
    (asked,) = await paper.asks(11)
    assert "Digest 1 in #news: Nobody pressed anything in the last three editions." in asked
    actions = list(paper.bot.platform.in_channel(OWNER)[0].card.actions())
    assert actions == [Action(WEEKLY, (str(made.id),)), Action(KEEP, (str(made.id),))]
    await paper.come(12, 13, 14, 15)
    assert len(await paper.asks(15)) == 1


async def test_one_press_in_three_editions_is_enough_not_to_ask(paper: Newspaper) -> None:
    await paper.bot.subscribed()
    await paper.come(9)
    await paper.press()
    await paper.press()
    await paper.come(10, 11)
    assert await paper.asks(11) == []
    await paper.come(12)
    assert len(await paper.asks(12)) == 1  # the last three are others


@ON_SQLITE
async def test_people_have_half_a_day_to_press_the_last_edition(paper: Newspaper) -> None:
    await paper.bot.subscribed()
    await paper.come(9, 10, 11)
    paper.bot.clock.at = nine(11) + HALF_A_DAY - timedelta(minutes=1)
    await paper.readers.run_once()
    await paper.bot.deliver()
    assert paper.bot.platform.in_channel(OWNER) == []


@ON_SQLITE
async def test_a_weekly_or_monthly_digest_and_one_that_paused_is_never_asked_about(paper: Newspaper) -> None:
    for number, days in enumerate(("mon", "monthly")):
        await paper.bot.subscribed(f"c{number}", days=days)
    paused = await paper.bot.subscribed("c9")
    await paper.come(9, 10, 11)
    await paper.bot.digests.pause(paused, "anna")
    await paper.come(16, 23)
    assert await paper.asks(23) == []


@ON_SQLITE
async def test_editions_from_before_presses_were_noted_do_not_count(database: Database) -> None:
    paper = Newspaper(database)
    await paper.bot.subscribed()
    await paper.come(9, 10, 11)
    assert await paper.asks(11) == []
    await paper.come(12, 13)
    assert await paper.asks(13) == []
    await paper.come(14)
    assert len(await paper.asks(14)) == 1


@ON_SQLITE
async def test_a_press_in_another_channel_is_none_of_this_digest(paper: Newspaper) -> None:
    for channel in ("news", "other"):
        await paper.bot.subscribed(channel)
    await paper.come(9, 10, 11)
    await paper.press(channel="other")
    (asked,) = await paper.asks(11)
    assert "in #news" in asked


async def test_whoever_set_it_up_makes_it_weekly_and_nobody_else_does(paper: Newspaper) -> None:
    made: Subscription = await paper.bot.subscribed()
    with pytest.raises(RequestError, match="not yours"):
        await paper.bot.digests.make_weekly(made.id, "ben")
    assert (await paper.bot.digests.make_weekly(made.id, "anna")).days == "mon"
    with pytest.raises(RequestError):
        await paper.bot.digests.make_weekly(999, "anna")


@ON_SQLITE
async def test_presses_are_noted_only_where_a_digest_comes_and_forgotten_after_two_months(paper: Newspaper) -> None:
    await paper.bot.subscribed()
    await paper.bot.digests.note_pressed(PLACE, "m1")
    assert await _pressed(paper) == {("news", "m1")}
    paper.bot.clock.at += timedelta(days=61)
    await paper.readers.run_once()
    assert await _pressed(paper) == set()


async def _pressed(paper: Newspaper) -> set[tuple[str, str]]:
    found = await paper.bot.database.read(
        lambda tx: tx.subscriptions.pressed("memory", [("news", "m1"), ("news", "m2")])
    )
    return set(found)
