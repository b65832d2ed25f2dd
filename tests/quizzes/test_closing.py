"""A question of the day closes at the time that it names, and its message tells the answer, whatever dies meanwhile."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from functools import partial
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from newsbot.errors import PostRefused
from newsbot.messages.actions import Action
from newsbot.messages.plain import plain_card
from newsbot.messages.requests import Click, Person
from newsbot.quizzes.cards.reveal_cards import seal_card
from newsbot.quizzes.closing import HOLD, DailyCloser
from newsbot.quizzes.seen import seen_daily
from newsbot.schedule.closing import closes_on_request, closes_with_digests
from newsbot.storage.database import Database
from tests.databases import ON_SQLITE
from tests.digests.house import PLACE, nine
from tests.quizzes.daily_house import House, daily_of, presses, told

STEPS = ("claimed", "closed", "shown", "told")


@pytest.fixture
def house(database: Database) -> House:
    return House(database)


class Killed(BaseException):
    """A process ends at once: nothing of ours may catch it."""


def shown(house: House, channel: str = "news", at: int = -1) -> str:
    """A message of a channel as it reads now, the latest unless told."""
    return plain_card(house.card(channel, at))


# -- when ------------------------------------------------------------------------------------------------------------


def test_a_question_closes_with_the_next_digest_where_that_comes_within_a_weekend_and_else_after_a_day() -> None:
    friday = nine(13) + timedelta(seconds=3)
    assert closes_with_digests(friday, nine(14)) == nine(14)
    assert closes_with_digests(friday, nine(16)) == nine(16)
    assert closes_with_digests(friday, nine(20)) == nine(14)
    assert closes_with_digests(friday, None) == nine(14)


@given(st.datetimes(datetime(2026, 1, 1), datetime(2027, 12, 31), timezones=st.just(UTC)))
def test_a_question_on_request_closes_at_nine_in_the_morning_and_is_open_for_six_hours_at_least(now: datetime) -> None:
    zone = ZoneInfo("Europe/Berlin")
    end = closes_on_request(now, None, zone)
    assert end.astimezone(zone).strftime("%H:%M:%S") == "09:00:00"
    assert timedelta(hours=6) <= end - now <= timedelta(hours=31)
    assert closes_on_request(now, end - timedelta(hours=1), zone) in (end, end - timedelta(hours=1))


async def test_a_weekly_digest_closes_its_question_after_a_day_and_shows_the_answer_in_place(house: House) -> None:
    await house.bot.subscribed("news", days="mon")
    await house.bot.at(nine(9))
    question = await house.kept(daily_of(house.card("news")))
    assert "Closes 10 November 2026 08:00 UTC." in shown(house)
    assert await house.press("news", "ada", question.right) == "counted"
    assert await house.press("news", "ben", (question.right + 1) % 4) == "counted"
    again = await house.close(nine(10) - timedelta(seconds=1))
    assert again == nine(10)
    assert "[Why?]" not in shown(house)
    assert await house.close(nine(10)) is None
    answer = f"The answer is {'ABCD'[question.right]} · {question.choices[question.right]}, 1 of 2 right."
    assert answer in shown(house)
    assert question.explanation in shown(house)
    assert "Closes " not in shown(house)
    assert presses(house.card("news")) == []
    assert len(house.bot.platform.in_channel("news")) == 1
    assert len(await house.results((await house.row("news")).daily, "news")) == 2


async def test_a_press_after_the_end_is_late_also_before_anything_closed_the_question(house: House) -> None:
    await house.bot.subscribed("news", days="mon")
    await house.bot.at(nine(9))
    daily = daily_of(house.card("news"))
    assert await house.press("news", "ada", 0, at=nine(10) + timedelta(seconds=1)) == "late"
    assert await house.press("news", "ben", 0, at=nine(10)) == "counted"
    await house.close(nine(10))
    assert await house.press("news", "cy", 0, daily) in ("late", "over")
    assert {row.person for row in await house.results(daily, "news")} == {"ben"}


async def test_the_next_edition_closes_a_question_whose_message_then_shows_the_answer(house: House) -> None:
    await house.bot.subscribed("news")
    await house.bot.at(nine(9))
    first = daily_of(house.card("news"))
    await house.press("news", "ada", (await house.kept(first)).right)
    await house.bot.at(nine(10))
    await house.close(nine(10) + timedelta(seconds=5))
    assert "1 of 1 right." in told(house.card("news"))
    assert "The answer is " in shown(house, at=0)
    assert "The answer is " not in shown(house)
    await house.bot.at(nine(11))
    await house.close(nine(11))
    assert "The answer is " in shown(house, at=1)
    assert "1 of 1 right." in told(house.card("news", 1))  # what it told of the one before stays


async def test_the_answer_comes_as_a_message_where_somebody_asked_for_the_question(house: House) -> None:
    daily = daily_of(await house.asked("news", nine(9)))
    question = await house.kept(daily)
    await house.press("news", "ada", question.right, daily)
    await house.close(nine(10))
    assert house.card("news").title == "Question of the day: the answer"
    assert "1 of 1 right." in shown(house)
    await house.close(nine(10) + timedelta(minutes=5))
    assert len(house.bot.platform.in_channel("news")) == 1


@ON_SQLITE
async def test_nobody_is_told_an_answer_that_nobody_gave_where_it_would_take_a_message(house: House) -> None:
    await house.asked("news", nine(9))
    assert await house.close(nine(10)) is None
    assert house.bot.platform.in_channel("news") == []


@ON_SQLITE
async def test_the_answer_is_posted_where_the_message_that_asked_is_gone(house: House) -> None:
    await house.bot.subscribed("news", days="mon")
    await house.bot.at(nine(9))
    await house.press("news", "ada", 0)
    house.bot.platform.clear()
    await house.close(nine(10))
    assert house.card("news").title == "Question of the day: the answer"


@ON_SQLITE
async def test_a_message_that_never_came_tells_no_answer(house: House) -> None:
    await house.bot.subscribed("news", days="mon")
    house.bot.platform.fail(PostRefused("Too long.", scope="message"), channel="news")
    await house.bot.at(nine(9))
    house.bot.platform.mend("news")
    assert await house.close(nine(10)) is None
    assert house.bot.platform.in_channel("news") == []


# -- whatever dies ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("step", STEPS)
async def test_a_process_that_dies_at_any_step_leaves_the_rest_to_the_next_one(house: House, step: str) -> None:
    await house.bot.subscribed("edited", days="mon")
    await house.bot.at(nine(9))
    question = await house.kept(daily_of(house.card("edited")))
    await house.press("edited", "ada", question.right)
    asked = daily_of(await house.asked("posted", nine(9)))
    await house.press("posted", "ada", 0, asked)

    def dies(reached: str) -> None:
        if reached == step:
            raise Killed

    platforms = {"memory": house.bot.platform}
    house.clock.at = nine(10)
    with pytest.raises(Killed):
        await DailyCloser(house.database, platforms, house.clock, checkpoint=dies).run_once()
    await house.close(nine(10) + HOLD)
    assert await house.close(nine(10) + 2 * HOLD) is None
    assert "The answer is " in shown(house, "edited")
    assert [each.card.title for each in house.bot.platform.in_channel("posted")] == ["Question of the day: the answer"]
    assert len(house.bot.platform.in_channel("edited")) == 1
    assert len(await house.results((await house.row("edited")).daily, "edited")) == 1


async def test_a_hundred_channels_close_at_once_each_by_one_of_two_processes(house: House) -> None:
    for number in range(100):
        await house.bot.subscribed(f"c{number}", days="mon")
    await house.bot.at(nine(9))
    house.clock.at = nine(10)
    other = DailyCloser(house.database, {"memory": house.bot.platform}, house.clock)
    await other.run_once()
    assert await house.close(nine(10)) is None
    assert all("Nobody answered." in shown(house, f"c{number}") for number in range(100))


@ON_SQLITE
async def test_only_processes_of_its_platform_close_a_question(house: House) -> None:
    await house.bot.subscribed("news", days="mon")
    await house.bot.at(nine(9))
    house.clock.at = nine(10)
    assert await DailyCloser(house.database, {}, house.clock).run_once() is None
    assert "The answer is " not in shown(house)
    assert (await house.row("news")).place == replace(PLACE, channel="news")


@ON_SQLITE
@pytest.mark.parametrize("is_pressed", [False, True])
async def test_the_seal_tells_no_salt_before_the_end_whether_or_not_anybody_answered(
    house: House, is_pressed: bool
) -> None:
    await house.bot.subscribed("news", days="mon")
    await house.bot.at(nine(9))
    daily = daily_of(house.card("news"))
    if is_pressed:
        await house.press("news", "ada", 0)
    click = Click(Person("memory", "ada", "Ada"), PLACE, Action("quiz.daily-seal", (daily,)))
    for at, is_closed in ((nine(10), False), (nine(10) + timedelta(seconds=1), True)):
        seen = await house.database.write(partial(seen_daily, daily=daily, click=click, now=at))
        assert seen is not None
        assert (seen.is_closed, seen.question.salt in plain_card(seal_card(seen))) == (is_closed, is_closed)
    other = replace(click, where=replace(PLACE, channel="other"))
    assert await house.database.write(lambda tx: seen_daily(tx, daily, other, nine(11))) is None
