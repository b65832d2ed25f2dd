"""The question of the day from the planner to the results, over real databases of both kinds."""

import asyncio
from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from random import Random

import pytest

from newsbot.errors import PostLater, PostRefused, RequestError
from newsbot.messages.actions import Action
from newsbot.messages.plain import plain_card
from newsbot.messages.requests import Place
from newsbot.outbox.before_send import GatheredResults
from newsbot.outbox.worker import LEASE, OutboxWorker
from newsbot.quizzes.answers import AnswerCounter
from newsbot.quizzes.cards.daily_cards import DAILY
from newsbot.quizzes.daily import DailyQuestions
from newsbot.quizzes.rules.answering import VerdictKind
from newsbot.quizzes.rules.asking import AskedQuestion
from newsbot.quizzes.rules.scoring import POINTS
from newsbot.quizzes.rules.sealing import is_genuine
from newsbot.storage.database import Database
from newsbot.storage.records import Delivery
from tests.databases import ON_SQLITE
from tests.digests.house import LIBRARY, MONDAY, PLACE, nine
from tests.quizzes.daily_house import BERLIN, LAST, House, daily_of, presses, told


@pytest.fixture
def house(database: Database) -> House:
    return House(database)


async def test_an_edition_that_goes_to_three_channels_is_one_sealed_question(house: House) -> None:
    for channel in "abc":
        await house.bot.subscribed(channel)
    await house.bot.at(nine(9))
    (daily,) = {daily_of(house.card(channel)) for channel in "abc"}
    question = await house.kept(daily)
    assert presses(house.card("a")) == [Action(DAILY, (daily, str(choice))) for choice in range(len(question.choices))]
    assert is_genuine(question.seal, question.text, question.choices[question.right], question.salt)
    shown = plain_card(house.card("a"))
    assert "[Sealed]" in shown
    assert question.seal not in shown
    assert question.salt not in shown
    assert "Closes 10 November 2026 08:00 UTC.\n" in shown
    assert house.card("a") is house.card("b") is house.card("c")
    assert {told(house.card(channel)) for channel in "abc"} == {""}


async def test_answers_of_a_channel_are_told_in_its_own_next_digest_alone(house: House) -> None:
    for channel in "abc":
        await house.bot.subscribed(channel)
    await house.bot.at(nine(9))
    daily = daily_of(house.card("a"))
    right = (await house.kept(daily)).right
    assert await house.press("a", "ada", right) == "counted"
    assert await house.press("a", "bob", (right + 1) % 4) == "counted"
    assert await house.press("b", "ada", right) == "counted"
    await house.bot.at(nine(10))
    question = await house.kept(daily)
    assert "1 of 2 right." in told(house.card("a"))
    assert "1 of 1 right." in told(house.card("b"))
    assert "Nobody answered." in told(house.card("c"))
    for channel in "abc":
        assert f"“{question.choices[question.right]}”" in told(house.card(channel))
        assert plain_card(house.card(channel)).count(LAST) == 1
    assert daily_of(house.card("a")) != daily


async def test_a_press_after_the_next_question_came_is_late_and_changes_nothing(house: House) -> None:
    for channel in ("played", "silent"):
        await house.bot.subscribed(channel)
    await house.bot.at(nine(9))
    daily = daily_of(house.card("played"))
    await house.press("played", "ada", 0)
    await house.bot.at(nine(10))
    before = await house.results(daily, "played")
    for channel in ("played", "silent"):
        assert await house.press(channel, "bob", 0, daily) in ("late", "over")
        assert await house.press(channel, "ada", 1, daily, at=nine(9)) in ("late", "over")
        assert await house.press(channel, "bob", 0) == "counted"
    assert await house.results(daily, "played") == before != ()
    assert await house.results(daily, "silent") == ()


@ON_SQLITE
async def test_a_preview_says_when_the_question_would_close_as_the_edition_does(house: House) -> None:
    made = await house.bot.subscribed("news", days="mon-fri")
    house.clock.at = nine(13)
    preview = plain_card(await house.bot.digests.preview(made))
    await house.bot.at(nine(13))
    for shown in (preview, plain_card(house.card("news"))):
        assert "Closes 16 November 2026 08:00 UTC." in shown


@ON_SQLITE
async def test_a_question_of_a_preview_cannot_be_answered(house: House) -> None:
    made = await house.bot.subscribed("news")
    daily = daily_of(await house.bot.digests.preview(made))
    assert await house.press("news", "ada", 0, daily) == "forged"


async def test_a_digest_that_never_came_neither_hides_the_last_results_nor_tells_its_own(house: House) -> None:
    await house.bot.subscribed("news")
    await house.bot.at(nine(9))
    first = daily_of(house.card("news"))
    await house.press("news", "ada", (await house.kept(first)).right)
    house.bot.platform.fail(PostRefused("Too long.", scope="message"), channel="news")
    await house.bot.at(nine(10))
    lost = (await house.row("news")).daily
    house.bot.platform.mend("news")
    await house.bot.at(nine(11))
    assert "1 of 1 right." in told(house.card("news"))
    row = await house.row("news")
    assert (row.daily, row.before) == (daily_of(house.card("news")), first)
    assert lost not in (row.daily, row.before)


async def test_a_digest_that_is_tried_again_tells_the_same_results(house: House) -> None:
    await house.bot.subscribed("news")
    await house.bot.at(nine(9))
    first = daily_of(house.card("news"))
    await house.press("news", "ada", (await house.kept(first)).right)
    house.bot.platform.fail(PostLater("Paper is out.", 60), channel="news")
    await house.bot.at(nine(10))
    row, results = await house.row("news"), await house.results(first, "news")
    assert await house.press("news", "bob", 0, first) in ("late", "over")
    house.bot.platform.mend("news")
    await house.bot.at(nine(10) + timedelta(minutes=2))
    assert "1 of 1 right." in told(house.card("news"))
    assert await house.row("news") == row
    assert await house.results(first, "news") == results


class Killed(BaseException):
    """A process ends at once: nothing of ours may catch it."""


@pytest.mark.parametrize("step", ["asked", "sending"])
async def test_a_process_that_dies_before_it_sends_leaves_the_results_to_the_next_one(house: House, step: str) -> None:
    await house.bot.subscribed("news")
    await house.bot.at(nine(9))
    first = daily_of(house.card("news"))
    await house.press("news", "ada", (await house.kept(first)).right)
    house.bot.platform.window = timedelta(hours=1)

    def dies(reached: str) -> None:
        if reached == step:
            raise Killed

    platforms = {"memory": house.bot.platform}
    dying = OutboxWorker(house.database, platforms, "dying", house.clock, Random(1), dies, before_send=house.dailies.of)
    house.clock.at = nine(10)
    await house.bot.planner.run_once()
    with pytest.raises(Killed):
        await dying.run_once()
    row, results = await house.row("news"), await house.results(first, "news")
    assert (row.before, len(results)) == (first, 1)
    assert await house.press("news", "bob", 0, first) in ("late", "over")
    await house.bot.at(nine(10) + LEASE)
    assert "1 of 1 right." in told(house.card("news"))
    assert (await house.row("news"), await house.results(first, "news")) == (row, results)


async def _leaving(house: House, day: int) -> list[tuple[Delivery, str]]:
    """What leaves on a day, as an outbox worker that is about to send it holds it."""
    house.clock.at = nine(day)
    await house.bot.planner.run_once()
    found = await house.database.read(lambda tx: tx.deliveries.in_states(["due"], 100))
    stored = await house.database.read(lambda tx: tx.deliveries.editions([each.edition_id for each in found]))
    return [(each, stored[each.edition_id].daily) for each in found]


async def test_four_processes_that_close_one_question_at_once_tell_the_same_and_count_once(house: House) -> None:
    for number in range(12):
        await house.bot.subscribed(f"c{number}")
    await house.bot.at(nine(9))
    first = daily_of(house.card("c0"))
    for number in range(12):
        await asyncio.gather(*(house.press(f"c{number}", f"p{who}", who % 4) for who in range(number)))
    leaving = await _leaving(house, 10)
    others = [DailyQuestions(house.database, lambda: LIBRARY, house.clock, Random(1)) for _ in range(4)]
    found = await asyncio.gather(*(each.of(leaving[at:] + leaving[:at]) for at, each in enumerate(others)))
    assert all(each == found[0] for each in found)
    assert len(found[0]) == 12
    for number in range(12):
        assert len(await house.results(first, f"c{number}")) == number


@pytest.mark.parametrize("early", ["", "first"])
async def test_presses_while_a_question_is_closed_are_counted_and_told_or_late(house: House, early: str) -> None:
    """Whoever was told that a press counts is in the results, and nobody else; also where theirs is the first one."""
    channels = [f"c{number}" for number in range(10)]
    for channel in channels:
        await house.bot.subscribed(channel)
    await house.bot.at(nine(9))
    first = daily_of(house.card("c0"))
    for channel in channels if early else ():
        await house.press(channel, early, 0)
    leaving = await _leaving(house, 10)
    others = [AnswerCounter(house.database) for _ in range(4)]
    closing: list[asyncio.Task[object]] = []
    pressed: dict[tuple[str, str], asyncio.Task[VerdictKind]] = {}
    for number in range(200):
        channel, who = channels[number % 10], f"p{number}"
        pressed[channel, who] = asyncio.create_task(house.press(channel, who, 0, first, by=others[number % 4]))
        if number % 20 == 0:
            # As an outbox worker asks: two transactions that wait for each other are tried again.
            closing.append(asyncio.create_task(GatheredResults(house.dailies.of).of(*leaving[number // 20])))
        await asyncio.sleep(0)
    kinds = {key: await task for key, task in pressed.items()}
    await asyncio.gather(*closing)
    for channel in channels:
        counted = {who for (where, who), kind in kinds.items() if where == channel and kind == "counted"}
        assert {row.person for row in await house.results(first, channel)} == counted | ({early} - {""})
    assert set(kinds.values()) <= {"counted", "late", "over"}


def _recount(log: Sequence[tuple[str, int]], question: AskedQuestion) -> dict[str, tuple[bool, int]]:
    """Who is right and for how many points, from every press in order: one change of mind counts, no other press."""
    choices: dict[str, list[int]] = {}
    for who, choice in log:
        mine = choices.setdefault(who, [])
        if not mine or (len(mine) == 1 and mine[0] != choice):
            mine.append(choice)
    points = POINTS[question.difficulty]
    return {who: (mine[-1] == question.right, points * (mine[-1] == question.right)) for who, mine in choices.items()}


async def test_the_results_are_those_of_an_independent_recount(house: House) -> None:
    channels, random = [f"c{number}" for number in range(4)], Random(3)
    for channel in channels:
        await house.bot.subscribed(channel)
    await house.bot.at(nine(9))
    for day in range(10, 15):
        daily = daily_of(house.card("c0"))
        logs: dict[str, list[tuple[str, int]]] = {channel: [] for channel in channels}
        for _ in range(40):
            channel, who, choice = random.choice(channels), f"p{random.randrange(9)}", random.randrange(4)
            house.clock.at += timedelta(seconds=1)
            logs[channel].append((who, choice))
            await house.press(channel, who, choice)
        await house.bot.at(nine(day))
        question = await house.kept(daily)
        for channel in channels:
            expected = _recount(logs[channel], question)
            found = {row.person: (row.is_right, row.points) for row in await house.results(daily, channel)}
            assert found == expected
            right = Counter(is_right for is_right, _ in expected.values())[True]
            assert f"{right} of {len(expected)} " in told(house.card(channel))


@ON_SQLITE
async def test_two_digests_of_one_channel_with_one_edition_leave_its_question_open(house: House) -> None:
    for _ in range(2):
        await house.bot.subscribed("news")
    await house.bot.at(nine(9))
    assert daily_of(house.card("news", 0)) == daily_of(house.card("news", 1))
    assert await house.press("news", "ada", 0) == "counted"
    await house.bot.at(nine(10))
    assert told(house.card("news", 2)) == told(house.card("news", 3)) != ""
    assert await house.press("news", "ada", 0) == "counted"


@ON_SQLITE
async def test_a_message_that_is_sent_again_days_later_does_not_open_what_was_closed(house: House) -> None:
    made = await house.bot.subscribed("news")
    house.bot.platform.fail(RuntimeError("the paper burns"), channel="news")
    await house.bot.at(nine(9))
    first = (await house.row("news")).daily
    house.bot.platform.mend()
    assert await house.press("news", "ada", 0, first) == "counted"  # it stood there after all
    await house.bot.at(nine(10))
    row = await house.row("news")
    (_, unknown) = await house.bot.digests.log(made)
    assert await house.bot.digests.send_again(made, unknown.id)
    await house.bot.at(nine(10) + timedelta(minutes=5))
    assert daily_of(house.card("news")) == first
    assert told(house.card("news")) == ""
    assert await house.row("news") == row
    assert await house.press("news", "bob", 0, first) in ("late", "over")
    assert await house.press("news", "bob", 0, row.daily) == "counted"


async def test_what_is_damaged_keeps_no_digest_from_leaving(house: House) -> None:
    for channel in "ab":
        await house.bot.subscribed(channel)
    await house.bot.at(nine(9))
    first = daily_of(house.card("a"))
    for channel in "ab":
        await house.press(channel, "ada", (await house.kept(first)).right)
    game = await house.database.write(lambda tx: tx.dailies.game(first, replace(PLACE, channel="a")))
    assert game is not None
    await house.database.write(lambda tx: tx.games.save(replace(game, body="{")))
    await house.bot.at(nine(10))
    assert told(house.card("a")) == ""
    assert "1 of 1 right." in told(house.card("b"))
    assert await house.press("a", "ada", 0) == "counted"


# -- on request -----------------------------------------------------------------------------------------------------


async def test_the_question_of_today_is_shown_again_however_often_it_is_asked_for(house: House) -> None:
    card = await house.asked("news", nine(9))
    assert card.title == "Question of the day · 9 November 2026"
    assert told(card) == ""
    assert "Closes 10 November 2026 08:00 UTC." in plain_card(card)
    again = await house.asked("news", nine(9) + timedelta(hours=23, minutes=59))
    assert again == card
    assert await house.press("news", "ada", 0, daily_of(card)) == "counted"


async def test_on_another_day_a_new_question_comes_with_the_results_of_the_last(house: House) -> None:
    first = daily_of(await house.asked("news", nine(9)))
    await house.press("news", "ada", (await house.kept(first)).right, first)
    card = await house.asked("news", nine(10) + timedelta(minutes=1))
    assert card.title == "Question of the day · 10 November 2026"
    assert "1 of 1 right." in told(card)
    assert await house.press("news", "bob", 0, first) in ("late", "over")
    assert len(await house.results(first, "news")) == 1


async def test_people_who_ask_at_once_get_the_same_question(house: House) -> None:
    cards = await asyncio.gather(*(house.asked("news", nine(9)) for _ in range(8)))
    assert len({daily_of(card) for card in cards}) == 1


async def test_a_channel_is_asked_everything_before_anything_comes_again(house: House) -> None:
    names = [await house.kept(daily_of(await house.asked("news", nine(1) + timedelta(days=day)))) for day in range(15)]
    assert len({question.id for question in names}) == 15
    assert await house.database.read(lambda tx: tx.games.history(replace(PLACE, channel="news"))) == tuple(
        question.id for question in names
    )


@ON_SQLITE
async def test_what_a_digest_asked_today_is_what_the_command_shows_and_is_noted_as_asked(house: House) -> None:
    await house.bot.subscribed("news")
    await house.bot.at(nine(9))
    daily = daily_of(house.card("news"))
    assert daily_of(await house.asked("news", nine(9) + timedelta(hours=1))) == daily
    question = await house.kept(daily)
    assert await house.database.read(lambda tx: tx.games.history(replace(PLACE, channel="news"))) == (question.id,)


@ON_SQLITE
async def test_a_digest_closes_what_the_command_opened(house: House) -> None:
    await house.bot.subscribed("news")
    daily = daily_of(await house.asked("news", MONDAY))
    await house.press("news", "ada", (await house.kept(daily)).right, daily)
    await house.bot.at(nine(9))
    assert "1 of 1 right." in told(house.card("news"))
    assert (await house.row("news")).before == daily


@ON_SQLITE
async def test_a_question_that_was_shown_on_request_stands_though_its_digest_never_comes(house: House) -> None:
    await house.bot.subscribed("news")
    house.bot.platform.fail(PostLater("Paper is out.", 60), channel="news")
    await house.bot.at(nine(9))
    daily = daily_of(await house.asked("news", nine(9) + timedelta(minutes=1)))
    await house.press("news", "ada", (await house.kept(daily)).right, daily)
    house.bot.platform.fail(PostRefused("Too long.", scope="message"), channel="news")
    await house.bot.at(nine(9) + timedelta(minutes=3))
    house.bot.platform.mend("news")
    await house.bot.at(nine(10))
    assert "1 of 1 right." in told(house.card("news"))


@ON_SQLITE
async def test_after_a_digest_that_never_came_the_command_poses_another_question(house: House) -> None:
    await house.bot.subscribed("news")
    house.bot.platform.fail(PostRefused("Too long.", scope="message"), channel="news")
    await house.bot.at(nine(9))
    lost = (await house.row("news")).daily
    card = await house.asked("news", nine(9) + timedelta(minutes=1))
    assert daily_of(card) != lost
    assert told(card) == ""


async def test_without_any_question_nothing_is_asked(database: Database) -> None:
    house = House(database, library=replace(LIBRARY, questions={}))
    with pytest.raises(RequestError, match="no question"):
        await house.asked("news", datetime(2026, 11, 9, tzinfo=UTC))


@ON_SQLITE
async def test_a_thread_has_the_question_of_its_channel(house: House) -> None:
    daily = daily_of(await house.asked("news", nine(9)))
    thread = Place(PLACE.platform, PLACE.workspace, "news", "t1")
    assert daily_of(await house.dailies.card(thread, nine(9), BERLIN)) == daily
