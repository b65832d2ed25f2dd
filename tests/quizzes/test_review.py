"""Promises that are easily broken: clocks that disagree, platforms that are busy for long, people who leave."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

import pytest

from newsbot.commands.dispatcher import build_menu
from newsbot.content.library import Library
from newsbot.content.rotation import question_id
from newsbot.errors import PostLater, PostRefused
from newsbot.messages.platform import Posted
from newsbot.messages.requests import Person, Place
from newsbot.quizzes.cards.daily_cards import DAILY
from newsbot.quizzes.rules.game import LONGEST, new_game
from newsbot.quizzes.serialization import question_from_json, record_of
from newsbot.quizzes.values import GameOptions
from newsbot.storage.database import Database
from newsbot.storage.records import ResultRecord
from tests.databases import ON_SQLITE
from tests.quizzes.house import ADA, BEN, CHLOE, NOON, QUIZ, Clock, Process
from tests.quizzes.samples import question

DAY = timedelta(days=1)
ANSWER = "Question 1 of 1: the answer"
ZOE = Person("web", "zoe-4711", "Zoe Quinn")


@pytest.fixture
def house(database: Database, shipped: Library) -> Process:
    return Process(database, shipped, Clock())


@dataclass
class Off:
    """A clock that is ahead of another one."""

    clock: Clock
    by: timedelta

    def __call__(self) -> datetime:
        return self.clock() + self.by


# -- clocks ----------------------------------------------------------------------------------------------------------


@ON_SQLITE
async def test_a_game_without_a_time_limit_does_not_grow_while_it_waits(house: Process) -> None:
    """Nothing is due for hours, so newsbot looks every half minute: that is no outage."""
    game = await house.start(count=2, seconds=None)
    for _ in range(20):
        house.clock.at += timedelta(seconds=30)
        await house.games.run_once()
    assert (await house.game(game.id)).outages == ()


async def test_two_processes_whose_clocks_differ_do_not_hold_a_question_open_for_ever(house: Process) -> None:
    ahead = Process(house.database, house.library, Off(house.clock, timedelta(seconds=20)), "two")  # type: ignore[arg-type]
    game = await house.start(count=1, seconds=10)
    await house.answer_right(game, BEN)
    for _ in range(90):
        house.clock.at += timedelta(seconds=1)
        for process in (house, ahead):
            await process.games.run_once()
            await process.games.wait_idle()
            await process.outbox_worker.run_once()
    assert (await house.game(game.id)).phase == "ended"


async def test_nobody_learns_the_answer_and_then_gives_it_after_a_stop_where_clocks_differ(
    database: Database, shipped: Library
) -> None:
    """The platform's clock is a minute behind: what is pressed after the reveal is late all the same."""
    clock = Clock()
    behind = Process(database, shipped, clock)
    behind.chat._now = Off(clock, -timedelta(minutes=1))
    game = await behind.start(count=2, seconds=300)
    await behind.answer_wrong(game, BEN)
    await behind.run(10)
    await behind.quizzes.stop(QUIZ, ADA)
    await behind.run(2)
    assert (await behind.game(game.id)).phase == "pausing"
    verdict = await behind.answer(game, CHLOE, game.question.right, at=behind.chat._now())
    assert verdict.kind == "late"


@ON_SQLITE
@pytest.mark.parametrize("apart", [-60, 0, 60])
async def test_an_outage_gives_its_time_back_whatever_the_platforms_clock_says(
    database: Database, shipped: Library, apart: int
) -> None:
    clock = Clock()
    house = Process(database, shipped, clock)
    off = Off(clock, timedelta(seconds=apart))
    house.chat._now = off
    game = await house.start(count=2, seconds=20)
    await house.run(5)
    clock.at += timedelta(minutes=1)  # killed, and started again
    await house.run(5)
    assert (await house.answer(game, BEN, 0, at=off())).kind == "counted"
    await house.run(14)
    assert (await house.game(game.id)).phase == "pausing"
    assert (await house.answer(game, CHLOE, 0, at=off())).kind == "late"


async def test_a_time_before_the_game_is_not_added_to_it_where_the_platforms_clock_is_behind(
    database: Database, shipped: Library
) -> None:
    clock = Clock()
    house = Process(database, shipped, clock)
    off = Off(clock, -timedelta(seconds=30))
    house.chat._now = off
    await house.start(count=1, seconds=10)
    await house.run(30)
    clock.at += timedelta(hours=1)
    game = await house.start(count=1, seconds=10)
    await house.run(13)
    assert (await house.game(game.id)).phase == "pausing"
    assert (await house.answer(game, CHLOE, 0, at=off())).kind == "late"


# -- platforms that are busy, broken, or refuse ----------------------------------------------------------------------


class Failing:
    """Lets one deed of a process's web chat fail, for as long as `error` is set, and `left` times at most."""

    def __init__(self, process: Process, deed: str) -> None:
        self.error: Callable[[], Exception] | None = None
        self.left = 1_000_000
        self._deed = getattr(process.chat, deed)
        setattr(process.chat, deed, self)

    async def __call__(self, *arguments: object) -> Posted:
        if self.error is not None and self.left:
            self.left -= 1
            raise self.error()
        done: Posted = await self._deed(*arguments)
        return done


@ON_SQLITE
async def test_final_scores_are_shown_anew_also_where_the_platform_is_busy_for_minutes(house: Process) -> None:
    game = await house.start(ZOE, count=1, seconds=10)
    await house.answer_right(game, ZOE)
    await house.run(30)
    house.clock.at += timedelta(hours=2)
    edits = Failing(house, "edit")
    edits.error = lambda: PostLater("slow down", 5)
    await house.quizzes.forget(ZOE, QUIZ)
    await house.run(200)
    assert "Zoe Quinn" in (await house.words())[-1]
    edits.error = None
    await house.run(70)
    assert "Zoe Quinn" not in " ".join(await house.words())
    assert (await house.game(game.id)).phase == "ended"


async def test_whoever_is_erased_while_final_scores_are_on_their_way_is_not_in_them(house: Process) -> None:
    """newsbot dies after it put the scores into the outbox; somebody is erased; it comes back."""

    def die_at_the_end(step: str) -> None:
        house.steps.append(step)
        if step == "put" and house.steps.count("put") == 2:
            raise RuntimeError("killed")

    house.games._checkpoint = house.games._steps._checkpoint = die_at_the_end
    game = await house.start(ZOE, count=1, seconds=10)
    await house.answer_right(game, ZOE)
    await house.run(18)
    assert (await house.game(game.id)).phase == "finishing"
    await house.quizzes.forget(ZOE, QUIZ)
    await house.run(40)
    assert (await house.game(game.id)).phase == "ended"
    assert (await house.titles())[-1] == "Final scores"
    assert "Zoe Quinn" not in " ".join(await house.words())


@ON_SQLITE
async def test_a_question_that_cannot_be_posted_for_a_day_is_called_off(house: Process) -> None:
    posts = Failing(house, "post")
    posts.error = lambda: PostLater("slow down", 5)
    game = await house.start(count=2, seconds=10)
    house.clock.at += LONGEST
    await house.run(10)
    assert ((await house.game(game.id)).phase, (await house.game(game.id)).ending) == ("ended", "day")
    posts.error = None
    house.clock.at += timedelta(minutes=10)
    await house.run(10)
    assert await house.titles() == ["Final scores"]


async def test_a_step_that_breaks_each_time_blocks_its_channel_for_a_day_at_most(house: Process) -> None:
    edits = Failing(house, "edit")
    edits.error = lambda: RuntimeError("a bug")
    game = await house.start(count=2, seconds=10)
    await house.answer_right(game, BEN)
    await house.run(60)
    assert (await house.game(game.id)).phase == "revealing"
    house.clock.at += LONGEST
    await house.run(15)
    assert (await house.game(game.id)).phase == "ended"
    assert (await house.quizzes.board(QUIZ, "all", "channel")).people == 1
    assert (await house.quizzes.start(QUIZ, BEN, GameOptions())).phase == "posting"


@ON_SQLITE
async def test_a_game_outlasts_a_token_that_is_refused_for_a_while(house: Process) -> None:
    game = await house.start(count=1, seconds=10)
    await house.answer_right(game, BEN)
    edits = Failing(house, "edit")
    edits.error = lambda: PostRefused("the token is refused", "Put a fresh one.", "app")
    await house.run(100)
    assert (await house.game(game.id)).phase == "revealing"
    edits.error = None
    await house.run(80)
    assert await house.titles() == ["Question 1 of 1: the answer", "Final scores"]


@ON_SQLITE
async def test_an_answer_comes_as_a_new_message_where_the_platform_takes_no_change_for_an_hour(house: Process) -> None:
    game = await house.start(count=1, seconds=10)
    await house.answer_right(game, BEN)
    edits = Failing(house, "edit")
    edits.error = lambda: PostLater("this message was changed too often", 3_600)
    await house.run(30)
    assert await house.titles() == ["Question 1 of 1 · " + game.question.difficulty, ANSWER, "Final scores"]


@ON_SQLITE
async def test_a_question_that_is_refused_by_itself_ends_its_game_with_the_final_scores(house: Process) -> None:
    """What a guard of the server blocks is one message: whoever waits for the next one is told."""
    game = await house.start(count=2, seconds=10)
    await house.answer_right(game, BEN)
    await house.run(11)
    posts = Failing(house, "post")
    posts.error, posts.left = lambda: PostRefused("a word in it is blocked", scope="message"), 1
    await house.run(20)
    assert await house.titles() == ["Question 1 of 2: the answer", "Final scores"]
    assert "A question could not be posted, so the game stopped itself." in (await house.words())[-1]
    assert "Ben" in (await house.words())[-1]


@ON_SQLITE
async def test_where_nothing_may_be_posted_any_more_nothing_else_is_tried(house: Process) -> None:
    game = await house.start(count=2, seconds=10)
    await house.answer_right(game, BEN)
    await house.run(11)
    posts = Failing(house, "post")
    posts.error = lambda: PostRefused("newsbot may not post", "Allow Send Messages.")
    await house.run(30)
    posts.error = None
    await house.run(30)
    assert await house.titles() == ["Question 1 of 2: the answer"]
    assert ((await house.game(game.id)).phase, (await house.game(game.id)).ending) == ("ended", "refused")
    assert (await house.quizzes.board(QUIZ, "all", "channel")).people == 1


async def test_one_who_plays_on_alone_can_skip_after_the_starter_had_themselves_erased(house: Process) -> None:
    game = await house.start(ZOE, count=2, seconds=None)
    await house.answer_right(game, BEN)
    await house.quizzes.forget(ZOE, QUIZ)
    assert await house.vote(game, BEN) == "skipped"


# -- the question of the day, and games beside it --------------------------------------------------------------------


async def daily_of(house: Process, who: Person = BEN) -> str:
    """The id of the question of the day that is open now."""
    card = await house.quizzes.daily(QUIZ, who)
    (daily,) = {action.arguments[0] for action in card.actions() if action.name == DAILY}
    return daily


async def asked_by(house: Process, daily: str) -> str:
    """The name of the question that it asks."""
    return question_from_json((await house.database.write(lambda tx: tx.dailies.questions({daily})))[daily]).id


async def test_a_game_does_not_tell_the_answer_of_the_question_of_the_day(house: Process) -> None:
    """Not even where everything else of its kind was asked already: the question is still open."""
    open_one = await asked_by(house, await daily_of(house))
    game = await house.quizzes.start(QUIZ, ADA, GameOptions(count=10_000))
    assert open_one not in {each.id for each in game.questions}
    assert len(game.questions) == len(house.library.questions) - 1


async def test_the_question_of_the_day_is_none_of_the_game_that_is_played(house: Process) -> None:
    count = len(house.library.questions) - 1
    game = await house.quizzes.start(QUIZ, ADA, GameOptions(count=count, seconds=None))
    left = {question_id(*key) for key in house.library.questions} - {each.id for each in game.questions}
    assert {await asked_by(house, await daily_of(house))} == left


def test_nobody_can_take_the_question_of_the_day_for_themselves_alone(shipped: Library) -> None:
    """It closes the one before it and tells its results: that is for the whole channel."""
    command = build_menu(shipped).find(("quiz", "daily"))
    assert command is not None
    assert command.option("private") is None


async def test_a_streak_counts_answers_to_questions_that_are_still_open(house: Process) -> None:
    """Yesterday's question of the day stays open until today's comes: until then no streak looks broken."""
    for day in range(3):
        daily = await daily_of(house)
        assert (await house.quizzes.answer_daily(daily, 0, house.click(BEN)))[1].kind == "counted"
        assert (await house.quizzes.me(BEN, QUIZ)).streak.current == day + 1
        house.clock.at += DAY
        assert (await house.quizzes.me(BEN, QUIZ)).streak.current == day + 1


# -- boards ----------------------------------------------------------------------------------------------------------


async def won(house: Process, where: Place, person: str, name: str, day: int) -> None:
    """Somebody won points in a channel."""
    at = NOON + day * DAY
    of = replace(new_game(where, "", [question()], 10, at), phase="ended")
    record = await house.database.write(lambda tx: tx.games.add(record_of(of)))
    assert record is not None
    row = ResultRecord(record.id, 0, person, name, where, "tea/one", "east", True, 10, at)
    await house.database.write(lambda tx: tx.games.add_results([row]))


async def test_a_board_calls_nobody_by_the_name_they_have_elsewhere(house: Process) -> None:
    """In two workspaces of Slack one id may even be two people."""
    here, elsewhere = Place("slack", "T1", "C1"), Place("slack", "T2", "C2")
    await won(house, here, "U1", "Ann", 0)
    await won(house, elsewhere, "U1", "Secret Agent", 1)
    for scope in ("channel", "server"):
        (standing,) = (await house.quizzes.board(here, "all", scope)).standing
        assert standing[1].name == "Ann"


async def test_the_thread_of_a_game_has_the_board_of_its_channel(house: Process) -> None:
    """Where a thread is a channel of its own, what is won in it counts for the channel it belongs to."""
    home, thread = Place("discord", "S1", "100"), Place("discord", "S1", "200")
    of = replace(new_game(home, "", [question()], 10, NOON), place=thread, phase="ended")
    await house.database.write(lambda tx: tx.games.add(record_of(of)))
    await won(house, home, "7", "Ann", 0)
    assert (await house.quizzes.board(thread, "all", "channel")).people == 1
    assert (await house.quizzes.board(home, "all", "channel")).people == 1
    assert (await house.quizzes.board(replace(home, channel="300"), "all", "channel")).people == 0


async def test_an_export_names_what_it_can_where_a_game_cannot_be_read(house: Process) -> None:
    game = await house.start(count=1, seconds=300)
    await house.answer_right(game, BEN)
    await house.vote(game, BEN)
    record = await house.database.read(lambda tx: tx.games.get(game.id))
    assert record is not None
    await house.database.write(lambda tx: tx.games.save(replace(record, body="{}")))
    exported = await house.quizzes.export(BEN, QUIZ)
    assert f"question 1 of game {game.id}" in exported


async def test_many_final_scores_that_are_shown_anew_do_not_come_all_at_once(house: Process) -> None:
    for day in range(3):
        await won(house, QUIZ, ZOE.id, ZOE.name, day)
    await house.quizzes.forget(ZOE, QUIZ)
    games = await house.database.write(lambda tx: tx.games.many({1, 2, 3}))
    assert [game.phase for game in games] == ["mending"] * 3
    assert len({game.due_at for game in games}) == 3
    assert max(games, key=lambda game: game.id).due_at == NOON
