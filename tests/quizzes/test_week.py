"""On Fridays a digest carries the week of its channel: winner, most missed, all together, the shared streak."""

from dataclasses import replace
from datetime import datetime, timedelta

import pytest

from newsbot.messages.plain import plain_block, plain_card
from newsbot.messages.requests import Place
from newsbot.quizzes.cards.week_cards import Week, week_blocks
from newsbot.quizzes.rules.scoring import Score
from newsbot.quizzes.week import is_of_friday, week_of
from newsbot.storage.database import Database
from newsbot.storage.records import Player, ResultRecord
from tests.databases import ON_SQLITE
from tests.digests.house import LIBRARY, PLACE, nine
from tests.quizzes.daily_house import House, daily_of

NAMES = [f"{topic}/{name}" for topic, name in LIBRARY.questions]
QUESTION = LIBRARY.filled_text(LIBRARY.questions["deepseek", "r1-base"].question)


def said(week: Week) -> str:
    return "\n".join(plain_block(block) for block in week_blocks(LIBRARY, week))


def score(name: str, points: int) -> Score:
    return Score(name, name.title(), points, 1 if points else 0, 2)


def test_a_week_names_the_winner_what_most_missed_the_week_before_and_the_streak() -> None:
    people = (score("ada", 95), score("ben", 80), score("cy", 15), score("dan", 5), score("eve", 0))
    assert said(Week(people, ("deepseek/r1-base", 2, 7), (18, 25), (11, 18), 12)) == (
        "The week in questions\n"
        "Ada wins the week with 95 points. Then Ben 80 · Cy 15 · 1 more.\n"
        f"Most missed: “{QUESTION}” 2 of 7 right.\n"
        "Together: 18 of 25 right (72%), last week 61%. 12 questions in a row answered here."
    )


def test_winners_share_a_week_and_nobody_wins_one_without_points() -> None:
    tied = (score("ada", 20), score("ben", 20), score("cy", 5))
    assert "Ada and Ben win the week with 20 points each. Then Cy 5." in said(Week(tied, None, (3, 6), (0, 0), 1))
    nothing = said(Week((score("ada", 0),), None, (0, 1), (0, 0), 1))
    assert nothing == "The week in questions\nTogether: 0 of 1 right (0%)."
    assert said(Week((), None, (0, 0), (3, 4), 0)) == ""


def test_a_friday_is_known_by_the_nominal_date_of_the_slot() -> None:
    assert is_of_friday("2026-11-13 09:00")
    assert not is_of_friday("2026-11-12 09:00")
    assert not is_of_friday("now")


async def put(database: Database, *rows: tuple[str, str, bool, datetime], place: Place = PLACE, game: int = 1) -> None:
    """Results of people: who, which question, whether right, when."""
    records = [
        ResultRecord(game, number, who, who.title(), place, name, "x", is_right, 10 if is_right else 0, at)
        for number, (who, name, is_right, at) in enumerate(rows)
    ]
    await database.write(lambda tx: tx.games.add_results(records))


async def test_the_week_is_that_of_its_own_channel_up_to_the_digest(database: Database) -> None:
    until = nine(13)
    hour = timedelta(hours=1)
    await put(
        database,
        ("ada", NAMES[0], True, until - hour),
        ("ben", NAMES[0], False, until - hour),
        ("ada", NAMES[1], True, until - 100 * hour),
        ("ada", NAMES[2], True, until - timedelta(days=8)),
        ("ben", NAMES[2], False, until - timedelta(days=9)),
        ("ada", NAMES[3], True, until),
    )
    await put(database, ("zoe", NAMES[0], False, until - hour), place=replace(PLACE, channel="other"), game=2)
    week = await database.read(lambda tx: week_of(tx, PLACE, until))
    assert [(each.person, each.points) for each in week.standing] == [("ada", 20), ("ben", 0)]
    assert (week.missed, week.together, week.before) == ((NAMES[0], 1, 2), (2, 3), (1, 2))


async def test_who_hides_is_not_named_in_the_week_and_still_counts_with_all(database: Database) -> None:
    until = nine(13)
    await put(database, ("ada", NAMES[0], True, until - timedelta(hours=1)))
    await database.write(lambda tx: tx.players.hide(Player(PLACE.platform, "", "ada"), until))
    week = await database.read(lambda tx: week_of(tx, PLACE, until))
    assert "Ada" not in said(week)
    assert "1 of 1 right" in said(week)


async def _note_asked(database: Database, name: str, at: datetime) -> None:
    await database.write(lambda tx: tx.games.note_asked(PLACE, name, at))


async def test_the_shared_streak_goes_back_to_the_last_question_that_nobody_answered(database: Database) -> None:
    asked = [nine(day) for day in range(1, 7)]
    for name, at in zip(NAMES, asked, strict=False):
        await _note_asked(database, name, at)
    given = [0, 2, 3, 4]  # the second was left alone, and the last is open
    await put(database, *((f"p{number}", NAMES[number], False, asked[number] + timedelta(hours=3)) for number in given))
    week = await database.read(lambda tx: week_of(tx, PLACE, asked[5]))
    assert week.in_a_row == 3
    later = await database.read(lambda tx: week_of(tx, PLACE, asked[5] + timedelta(hours=1)))
    assert later.in_a_row == 0


@pytest.fixture
def house(database: Database) -> House:
    return House(database)


@ON_SQLITE
async def test_the_digest_of_a_friday_carries_the_week_and_no_other_does(house: House) -> None:
    await house.bot.subscribed("news")
    await house.bot.subscribed("quiet")
    for day in range(9, 15):
        await house.bot.at(nine(day))
        card = plain_card(house.card("news"))
        assert ("The week in questions" in card) == (day == 13)
        await house.press("news", "ada", (await house.kept(daily_of(house.card("news")))).right)
    friday = plain_card(house.card("news", 4))
    assert "Ada wins the week with " in friday
    assert "Together: 4 of 4 right (100%). 4 questions in a row answered here." in friday
    assert "The week in questions" not in plain_card(house.card("quiet", 4))
