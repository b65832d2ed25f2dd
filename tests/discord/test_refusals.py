"""What a refusal of Discord means: for one place, for one message, for newsbot as a whole, or nobody knows for whom."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from newsbot.errors import PostError, PostLater, PostRefused, PostUnclear
from newsbot.messages.requests import Place
from newsbot.platforms.discord.adapter import DiscordPlatform
from newsbot.platforms.discord.login import Login
from newsbot.platforms.discord.renderer import MessageRenderer
from newsbot.storage.database import Database
from tests.clock import ShiftedClock
from tests.databases import ON_SQLITE
from tests.digests.newsroom import Newsroom
from tests.discord.conftest import Town
from tests.discord.loopback_faults import Fault
from tests.discord.quiz_house import QuizHouse, quiz_house
from tests.discord.test_bot import words
from tests.discord.test_posting import LONG, MESSAGES, SHORT, Drawn, no_pause, place, platform
from tests.discord.test_quizzes import MESSAGE
from tests.outbox.posting import post

__all__ = ["platform"]
TEMPORARY = [40_333, 40_004, 40_006]
OF_THE_APP = [20_026, 40_001, 40_002]
UNKNOWN = [Fault.status(403, 99_999, "Something new."), Fault.status(404, 10_099), Fault.status(404)]


async def refused(town: Town, platform: DiscordPlatform, fault: Fault) -> PostError:
    """What a post ends with that Discord answers so, once."""
    town.server.faults.add("POST", MESSAGES, fault)
    with pytest.raises(PostError) as caught:
        await platform.post(place(town.news), SHORT, "one")
    town.server.faults.release()
    assert len([each for each in town.server.requests if each.path.endswith("/messages")]) == 1
    return caught.value


@pytest.mark.parametrize("code", TEMPORARY)
async def test_what_discord_turns_away_for_a_while_is_a_later_attempt(
    town: Town, platform: DiscordPlatform, code: int
) -> None:
    error = await refused(town, platform, Fault.error(code))
    assert isinstance(error, PostLater)
    assert error.after is not None


@pytest.mark.parametrize("code", OF_THE_APP)
async def test_what_discord_has_against_newsbot_itself_is_for_its_operator(
    town: Town, platform: DiscordPlatform, code: int
) -> None:
    error = await refused(town, platform, Fault.error(code))
    assert isinstance(error, PostRefused)
    assert error.scope == "app"
    assert error.fix


@pytest.mark.parametrize("fault", UNKNOWN)
async def test_a_refusal_that_nobody_knows_is_of_no_place(town: Town, platform: DiscordPlatform, fault: Fault) -> None:
    error = await refused(town, platform, fault)
    assert isinstance(error, PostRefused)
    assert (error.scope, error.fix) == ("unknown", "")
    assert not str(error).endswith("..")
    assert ".)" not in str(error)


@pytest.mark.parametrize("code", [10_003, 10_004, 50_001, 50_007, 50_013, 50_083, 50_278, 160_005, 200_000])
async def test_every_refusal_of_a_place_has_its_fix(town: Town, platform: DiscordPlatform, code: int) -> None:
    error = await refused(town, platform, Fault.error(code))
    assert isinstance(error, PostRefused)
    assert error.scope == "place"
    assert error.fix


@pytest.mark.parametrize("fault", [*UNKNOWN, Fault.status(401)])
async def test_a_post_whose_beginning_stands_is_not_posted_anew_for_a_refusal_of_its_rest(
    town: Town, platform: DiscordPlatform, fault: Fault
) -> None:
    town.server.faults.add("POST", f"/channels/{town.news.id}/messages", Fault())  # the first part, which stands
    town.server.faults.add("POST", MESSAGES, fault)
    with pytest.raises(PostUnclear):
        await platform.post(place(town.news), LONG, "one")


@pytest.fixture
async def room(town: Town, database: Database) -> AsyncIterator[Newsroom]:
    """Digests in the town, whose operator reads another channel."""
    operators = town.server.world.add_channel(town.guild, "operators")
    login, clock = Login(town.server.token), ShiftedClock()

    async def publishes(place: Place) -> bool:
        del place
        return False

    platform = DiscordPlatform(login.http, MessageRenderer(Drawn()), publishes, no_pause, clock)
    yield Newsroom(database, {"discord": platform}, clock, place(operators))
    await login.close()


@ON_SQLITE
@pytest.mark.parametrize(
    "fault", [*map(Fault.error, [*TEMPORARY, *OF_THE_APP]), *UNKNOWN, Fault.status(403), Fault.status(401)]
)
async def test_a_digest_that_is_refused_for_a_while_is_not_paused_and_comes_by_itself(
    town: Town, room: Newsroom, fault: Fault
) -> None:
    made = await room.subscribed(place(town.news), str(town.anna.id))
    town.server.faults.add("POST", f"/channels/{town.news.id}/messages", fault, times=1_000)
    await room.let_pass(minutes=20)
    assert town.server.messages(town.news) == []
    assert await room.state(made) == "active"
    town.server.faults.release()
    await room.let_pass(minutes=6)
    assert len(town.server.messages(town.news)) == 1
    assert await room.state(made) == "active"


async def test_what_discord_refuses_for_a_day_without_saying_why_is_left_out_and_the_digest_goes_on(
    town: Town, room: Newsroom
) -> None:
    made = await room.subscribed(place(town.news), str(town.anna.id))
    await post(room.database, room.outbox_worker, "news", place(town.news), SHORT, room.clock())
    town.server.faults.add("POST", f"/channels/{town.news.id}/messages", UNKNOWN[0], times=1_000)
    await room.let_pass(minutes=23 * 60, step=15)
    assert [each.state for each in await room.all_deliveries() if each.key == "news"] == ["due"]
    await room.let_pass(minutes=3 * 60, step=15)
    assert [each.state for each in await room.all_deliveries() if each.key == "news"] == ["failed"]
    town.server.faults.release()
    await room.let_pass(minutes=10)
    assert town.server.messages(town.news) != []
    assert await room.state(made) == "active"


# -- the quiz ----------------------------------------------------------------------------------------------------------


@pytest.fixture
async def house(town: Town, tmp_path: Path) -> AsyncIterator[QuizHouse]:
    async with quiz_house(town, tmp_path) as started:
        yield started


@pytest.mark.parametrize("fault", [*map(Fault.error, [*TEMPORARY, *OF_THE_APP]), *UNKNOWN])
async def test_a_game_waits_for_a_question_and_an_answer_that_are_refused_for_a_while(
    town: Town, house: QuizHouse, fault: Fault
) -> None:
    town.server.faults.add("POST", MESSAGES, fault, times=2)
    await house.command(town.anna, town.news, "quiz", "start", questions=1, seconds="20")
    while len(town.server.messages(town.news)) < 2:
        assert (await house.game()).phase == "posting"
        await house.run(5)
    question = town.server.messages(town.news)[1]
    assert "Question 1 of 1" in words(question)
    town.server.faults.add("PATCH", MESSAGE, fault, times=2)
    await house.told(town.bert, question, "A · ")
    await house.run(200)
    game = await house.game()
    assert (game.phase, game.ending) == ("ended", "finished")
    assert "the answer" in house.posted()[1]
    assert "Final scores" in house.posted()[-1]


async def test_a_paused_digest_says_why_with_one_full_stop(town: Town, house: QuizHouse) -> None:
    options = {"time": "9:00", "zone": "UTC", "days": "daily"}
    await house.command(town.server.world.owner, town.news, "digest", "subscribe", **options)
    reason, fix = "newsbot may not post in #ai-news.", "Allow Send Messages in #ai-news."
    await house.database.write(lambda tx: tx.subscriptions.pause(1, reason, fix))
    listed = await house.command(town.server.world.owner, town.news, "digest", "list")
    assert "Paused: newsbot may not post in #ai-news." in words(listed.original or {})
    assert ".." not in words(listed.original or {})
