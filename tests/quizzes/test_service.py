"""Whole games over real databases of both kinds and the real web chat: the rules as people meet them."""

import asyncio
import json
import re
from collections import defaultdict
from dataclasses import replace
from datetime import timedelta
from random import Random

import pytest

from newsbot.content.library import Library
from newsbot.errors import RequestError
from newsbot.messages.cards import Reply
from newsbot.messages.plain import plain_card
from newsbot.messages.platform import Posted
from newsbot.messages.requests import Person
from newsbot.platforms.web.people import place
from newsbot.quizzes.cards.reveal_cards import seal_card, why_card
from newsbot.quizzes.engine import GameEngine
from newsbot.quizzes.rules.answering import Press
from newsbot.quizzes.rules.game import Game, ends_at, pause_for_outage
from newsbot.quizzes.serialization import record_of
from newsbot.quizzes.values import CannotPost, GameOn, GameOptions
from newsbot.storage.database import Database
from newsbot.storage.records import OutageRecord
from tests.databases import ON_SQLITE, run_sql
from tests.patience import PATIENCE
from tests.quizzes.house import ADA, BEN, CHLOE, QUIZ, Clock, Process, another


@pytest.fixture
def house(database: Database, shipped: Library) -> Process:
    return Process(database, shipped, Clock())


def recount(presses: list[tuple[str, int, int, float]], game: Game) -> dict[str, int]:
    """Points by the words of the rules; a press is a person, a number, a choice, and seconds after the question."""
    points: dict[str, int] = defaultdict(int)
    for number, question in enumerate(game.questions):
        last: dict[str, tuple[int, float]] = {}
        for person, asked, choice, seconds in presses:
            if asked == number:
                last[person] = (choice, seconds)
        right = sorted((seconds, person) for person, (choice, seconds) in last.items() if choice == question.right)
        taken = 0
        while right:
            first = right[0][0]
            group = [person for seconds, person in right if seconds - first <= 0.5]
            for person in group:
                worth = {"easy": 10, "medium": 15, "hard": 20}[question.difficulty]
                points[person] += worth + ([5, 3, 2, 1] + [0] * 100)[taken]
            taken += len(group)
            right = right[len(group) :]
        for person in last:
            points[person] += 0
    return dict(points)


async def scores(house: Process, game: Game) -> dict[str, int]:
    """The points of each person as they are kept."""
    rows = await house.database.read(lambda tx: tx.games.results(game.id))
    totals: dict[str, int] = defaultdict(int)
    for row in rows:
        totals[row.person] += row.points
    return dict(totals)


async def test_three_people_play_a_game_to_its_final_scores(house: Process) -> None:
    game = await house.start(count=3, seconds=20)
    presses: list[tuple[str, int, int, float]] = []
    random = Random(1)
    for number in range(3):
        game = await house.game(game.id)
        assert (game.phase, game.number) == ("asking", number)
        for who in (ADA, BEN, CHLOE):
            await house.run(random.choice((0.2, 0.4, 1.5)))
            choice = random.choice((game.question.right, 0, 1))
            assert (await house.answer(game, who, choice)).kind == "counted"
            assert game.asked_at is not None
            presses.append((who.id, number, choice, (house.clock.at - game.asked_at).total_seconds()))
        await house.run(28)
    ended = await house.game(game.id)
    assert (ended.phase, ended.ending) == ("ended", "finished")
    assert await scores(house, ended) == recount(presses, ended)
    titles = await house.titles()
    assert titles == [f"Question {n} of 3: the answer" for n in (1, 2, 3)] + ["Final scores"]
    podium = (await house.words())[-1]
    for person, points in recount(presses, ended).items():
        assert f"{points} points" in podium
        assert person.title() in podium


@ON_SQLITE
async def test_the_message_of_an_open_question_gives_nothing_away(house: Process) -> None:
    """Who opens the seal sees it at any time, and the salt once the answer is told."""
    rights = set()
    for _ in range(8):
        game = await house.start(count=1, seconds=20)
        open_one = await house.quizzes.seen(game.id, 0, house.click(ADA))
        await house.answer_wrong(game, ADA)
        messages, _ = await house.chat.newest(ADA, "quiz")
        assert not any(game.question.salt in message.body or game.question.seal in message.body for message in messages)
        assert open_one is not None
        assert not open_one.is_closed
        assert game.question.seal in plain_card(seal_card(open_one))
        assert game.question.salt not in plain_card(seal_card(open_one)) + plain_card(why_card(house.library, open_one))
        rights.add(game.question.right)
        await house.run(60)
        closed = await house.quizzes.seen(game.id, 0, house.click(ADA))
        assert closed is not None
        assert game.question.salt in plain_card(seal_card(closed))
    assert len(rights) > 1


async def test_whoever_asks_why_is_told_their_own_choice_before_and_after_the_question_is_scored(
    house: Process,
) -> None:
    game = await house.start(count=2, seconds=20)
    await house.answer_right(game, ADA)
    await house.answer_wrong(game, BEN)
    await house.run(23)
    assert (await house.game(game.id)).phase == "pausing"
    for _ in range(2):
        mine = [await house.quizzes.seen(game.id, 0, house.click(who)) for who in (ADA, BEN, CHLOE)]
        assert [each and (each.is_closed, each.mine is not None, each.points > 0) for each in mine] == [
            (True, True, True),
            (True, True, False),
            (True, False, False),
        ]
        await house.run(8)
    assert await house.quizzes.seen(game.id, 0, house.click(ADA, place("general"))) is None
    for number in (-1, 2, 9):
        assert await house.quizzes.seen(game.id, number, house.click(ADA)) is None
    for unknown in (0, -4, 999, 2**31, 2**70):
        assert await house.quizzes.seen(unknown, 0, house.click(ADA)) is None


async def test_each_reveal_tells_the_standing_so_far_and_hides_who_hides(house: Process) -> None:
    await house.quizzes.hide(BEN, QUIZ)
    game = await house.start(count=2, seconds=20)
    for _ in range(2):
        game = await house.game(game.id)
        await house.answer_right(game, ADA)
        await house.run(1)
        await house.answer_right(game, BEN)
        await house.run(29)
    first, second, _ = await house.words()
    one, two = (each.difficulty for each in game.questions)
    worth = {"easy": 10, "medium": 15, "hard": 20}
    assert f"Right: Ada +{worth[one] + 5} (fastest) · Somebody +{worth[one] + 3}" in first
    assert f"After 1 of 2: Ada {worth[one] + 5} · Somebody {worth[one] + 3}" in first
    both = worth[one] + worth[two]
    assert f"After 2 of 2: Ada {both + 10} · Somebody {both + 6}" in second


async def test_a_question_that_was_held_up_is_changed_to_name_its_true_end(house: Process) -> None:
    game = await house.start(count=1, seconds=20)
    (before,) = await house.words()
    outage = OutageRecord(house.clock.at, house.clock.at + timedelta(seconds=60))
    record = await house.database.read(lambda tx: tx.games.get(game.id))
    assert record is not None
    held = record_of(pause_for_outage(game, outage), record.version)
    await house.database.write(lambda tx: tx.games.save(held))
    await house.run(2)
    (after,) = await house.words()
    end = ends_at(await house.game(game.id))
    assert end is not None
    assert f"Closes at {end:%H:%M:%S} UTC." in after
    assert after != before
    assert (await house.game(game.id)).phase == "asking"


async def test_a_change_of_mind_counts_once_and_a_repeat_not_at_all(house: Process) -> None:
    game = await house.start(count=1, seconds=20)
    kinds = [(await house.answer(game, BEN, choice)).kind for choice in (0, 0, 1, 1, 2, 0)]
    assert kinds == ["counted", "same", "changed", "same", "spent", "spent"]
    (kept,) = await house.database.read(lambda tx: tx.games.answers(game.id, 0))
    assert (kept.choice, kept.is_changed) == (1, True)


async def test_late_foreign_and_forged_presses_are_answered_and_never_counted(house: Process) -> None:
    game = await house.start(count=2, seconds=20)
    first = await house.answer_right(game, ADA)
    assert first.kind == "counted"
    elsewhere = house.click(BEN, place("general"))
    kinds = []
    for number, choice, click in ((0, 0, elsewhere), (0, 9, None), (0, -1, None), (1, 0, None), (7, 0, None)):
        _, verdict = await house.quizzes.answer(game.id, number, choice, click or house.click(BEN))
        kinds.append(verdict.kind)
    assert kinds == ["foreign", "forged", "forged", "forged", "forged"]
    for unknown in (0, -4, 999, 2**31, 2**70):
        assert (await house.quizzes.answer(unknown, 0, 0, house.click(BEN)))[1].kind == "forged"
    await house.run(23)
    game = await house.game(game.id)
    assert game.phase == "pausing"
    assert (await house.answer(game, BEN, 0)).kind == "late"
    await house.run(8)
    assert (await house.answer(game, BEN, 0, number=0)).kind == "late"
    assert [each.person for each in await house.database.read(lambda tx: tx.games.answers(game.id, 0))] == ["ada"]


async def test_a_press_in_time_that_arrives_late_counts_and_the_reveal_is_shown_anew(house: Process) -> None:
    game = await house.start(count=2, seconds=20)
    in_time = house.clock.at + timedelta(seconds=15)
    await house.run(23)
    assert "Nobody answered" in (await house.words())[0]
    assert (await house.answer(game, CHLOE, game.question.right, at=in_time)).kind == "counted"
    await house.run(8)
    assert "Right: Chloe +" in (await house.words())[0]
    assert (await house.game(game.id)).number == 0 or "Question 2 of 2" in (await house.titles())[1]


async def test_a_second_start_is_offered_the_game_that_is_on(house: Process) -> None:
    game = await house.start(count=2)
    with pytest.raises(GameOn) as found:
        await house.quizzes.start(QUIZ, BEN, GameOptions())
    assert found.value.game.id == game.id
    elsewhere = await house.quizzes.start(place("general"), BEN, GameOptions(count=1))
    assert elsewhere.id != game.id


async def test_of_many_starts_at_once_one_becomes_a_game(house: Process) -> None:
    processes = [house, another(house, "two")]
    starts = [processes[n % 2].quizzes.start(QUIZ, BEN, GameOptions(count=1)) for n in range(8)]
    ended = await asyncio.gather(*starts, return_exceptions=True)
    assert len([each for each in ended if isinstance(each, Game)]) == 1
    assert len([each for each in ended if isinstance(each, GameOn)]) == 7


@ON_SQLITE
async def test_a_game_is_refused_where_newsbot_cannot_post_or_has_no_question(house: Process) -> None:
    with pytest.raises(CannotPost, match="Pick one of"):
        await house.quizzes.start(place("nowhere"), ADA, GameOptions())
    with pytest.raises(RequestError, match="no question of that kind"):
        await house.quizzes.start(QUIZ, ADA, GameOptions(topic="cooking"))


async def test_the_starter_or_an_admin_stops_a_game_and_what_was_answered_counts(house: Process) -> None:
    game = await house.start(BEN, count=3)
    await house.answer_right(game, CHLOE)
    with pytest.raises(RequestError, match="Only the person who started"):
        await house.quizzes.stop(QUIZ, CHLOE)
    await house.quizzes.stop(QUIZ, ADA)
    await house.run(8)
    ended = await house.game(game.id)
    assert (ended.phase, ended.ending, ended.starter) == ("ended", "stopped", "")
    assert (await scores(house, ended))["chloe"] > 0
    assert "stopped" in (await house.words())[-1]
    with pytest.raises(RequestError, match="No game is played"):
        await house.quizzes.stop(QUIZ, ADA)


async def test_a_game_that_is_stopped_while_its_question_is_posted_shows_the_answer_and_ends(house: Process) -> None:
    game = await house.quizzes.start(QUIZ, BEN, GameOptions(count=3))
    await house.games.run_once()
    await house.games.wait_idle()
    assert (await house.game(game.id)).phase == "posting"
    await house.quizzes.stop(QUIZ, BEN)
    await house.run(10)
    assert (await house.game(game.id)).ending == "stopped"
    assert await house.titles() == ["Question 1 of 3: the answer", "Final scores"]


@ON_SQLITE
async def test_two_questions_that_nobody_answers_end_a_game(house: Process) -> None:
    game = await house.start(count=5, seconds=10)
    await house.run(60)
    assert (await house.game(game.id)).ending == "nobody"
    assert "Two questions in a row had no answer" in (await house.words())[-1]


async def test_a_game_without_a_time_limit_goes_on_by_votes(house: Process) -> None:
    game = await house.start(BEN, count=2, seconds=None)
    await house.run(3_600)
    assert (await house.game(game.id)).phase == "asking"
    assert await house.vote(game, CHLOE) == "not yours"
    await house.answer_right(game, CHLOE)
    await house.answer_wrong(game, ADA)
    assert [await house.vote(game, who) for who in (CHLOE, CHLOE)] == ["counted", "counted"]
    assert await house.vote(game, ADA, place("general")) == "foreign"
    assert await house.vote(game, ADA) == "skipped"
    await house.run(8)
    game = await house.game(game.id)
    assert (game.phase, game.number) == ("asking", 1)
    assert await house.vote(replace(game, number=0), ADA) == "late"


@ON_SQLITE
async def test_a_game_ends_after_a_day(house: Process) -> None:
    game = await house.start(count=2, seconds=None)
    await house.run(3)
    house.clock.at += timedelta(hours=24)
    await house.run(20)
    assert (await house.game(game.id)).ending == "day"
    assert "24 hours" in (await house.words())[-1]


async def test_after_a_kill_a_game_goes_on_with_the_time_that_was_left(house: Process) -> None:
    """Killed 8 seconds into a question of 20, back after 5 minutes: 12 seconds are left, and what was chosen holds."""
    game = await house.start(count=1, seconds=20)
    await house.answer_right(game, ADA)
    await house.run(7)
    house.clock.at += timedelta(minutes=5)
    fresh = another(house, "two")
    await fresh.run(9)
    assert (await fresh.game(game.id)).phase == "asking"
    assert (await fresh.answer_right(game, BEN)).kind == "counted"
    await fresh.run(30)
    ended = await fresh.game(game.id)
    assert ended.ending == "finished"
    assert await fresh.titles() == ["Question 1 of 1: the answer", "Final scores"]
    assert set(await scores(fresh, ended)) == {"ada", "ben"}


async def test_idle_time_before_a_game_is_no_outage_of_it(house: Process) -> None:
    await house.start(count=1, seconds=10)
    await house.run(40)
    house.clock.at += timedelta(hours=3)
    game = await house.start(count=1, seconds=10)
    await house.run(14)
    assert (await house.game(game.id)).phase in ("pausing", "ended")


async def test_two_processes_serve_one_game(house: Process) -> None:
    """Presses at both, sweeps at both: every press counts once, every message stands once."""
    other = another(house, "two")
    game = await house.start(count=2, seconds=10)
    crowd = [Person("web", f"p{n}", f"P {n}") for n in range(40)]
    verdicts = await asyncio.gather(*(process.answer(game, who, 1) for who in crowd for process in (house, other)))
    assert sorted(verdict.kind for verdict in verdicts) == ["counted"] * 40 + ["same"] * 40
    for _ in range(60):
        await asyncio.gather(house.settle(), other.settle())
        house.clock.at += timedelta(milliseconds=500)
    assert (await house.game(game.id)).number == 1
    titles = await house.titles()
    assert len(titles) == len(set(titles))
    assert "Answers: A 0 · B 40 · C 0 · D 0" in (await house.words())[0]


async def test_a_thousand_presses_at_once_are_counted_once_each(house: Process) -> None:
    game = await house.start(count=1, seconds=20)
    crowd = [Person("web", f"p{n}", f"P {n}") for n in range(1_000)]
    verdicts = await asyncio.gather(*(house.answer(game, who, n % 4) for n, who in enumerate(crowd)))
    assert {verdict.kind for verdict in verdicts} == {"counted"}
    assert await house.database.read(lambda tx: tx.games.count(game.id, 0)) == 1_000


@ON_SQLITE
async def test_no_question_comes_again_in_a_channel_before_all_were_asked(house: Process) -> None:
    few = dict(list(house.library.questions.items())[:45])
    house.library = replace(house.library, questions=few)
    pool = {f"{topic}/{name}" for topic, name in few}
    asked: list[str] = []
    while len(asked) < len(pool):
        game = await house.start(count=min(20, len(pool) - len(asked)), seconds=None)
        for _ in game.questions:
            game = await house.game(game.id)
            asked.append(game.question.id)
            await house.vote(game, ADA)
            await house.run(9)
    assert sorted(asked) == sorted(pool)


async def test_whoever_has_themselves_erased_is_nowhere_any_more(house: Process) -> None:
    """No table holds their id or name, the edition of the final scores included; the message in the channel neither."""
    zoe = Person("web", "zoe-4711", "Zoe Quinn")
    game = await house.start(zoe, count=1, seconds=10)
    await house.answer_right(game, zoe)
    await house.answer_right(game, BEN)
    await house.vote(game, zoe)
    await house.quizzes.hide(zoe, QUIZ)
    await house.quizzes.report(zoe, QUIZ, game.question.id, "unclear", "what is meant?")
    await house.quizzes.show(zoe, QUIZ)
    await house.run(30)
    assert "Zoe Quinn" in (await house.words())[-1]
    running = await house.start(zoe, count=2, seconds=30)
    await house.answer_wrong(running, zoe)
    erased = await house.quizzes.forget(zoe, QUIZ)
    assert (erased.answers, erased.results, erased.reports) == (2, 1, 1)
    await house.run(5)
    assert not await traces(house, "zoe-4711")
    assert not await traces(house, "Zoe Quinn")
    assert "Zoe Quinn" not in " ".join(await house.words())
    assert "Ben" in " ".join(await house.words())
    assert (await house.quizzes.me(zoe, QUIZ)).score is None


@ON_SQLITE
async def test_answers_in_the_channel_are_shown_anew_without_whoever_is_erased_while_the_game_goes_on(
    house: Process,
) -> None:
    zoe = Person("web", "zoe-4711", "Zoe Quinn")
    game = await house.start(BEN, count=2, seconds=20)
    await house.answer_right(game, zoe)
    await house.run(1)
    await house.answer_right(game, BEN)
    await house.run(30)
    assert "Right: Zoe Quinn +" in (await house.words())[0]
    await house.quizzes.forget(zoe, QUIZ)
    await house.run(60)
    first = (await house.words())[0]
    assert "Zoe" not in " ".join(await house.words())
    assert re.search(r"Answers: .*\b1\b", first)
    assert re.search(r"Right: Ben \+\d+ \(fastest\)\nAfter 1 of 2: Ben \d+", first.replace("\n\n", "\n"))
    ended = await house.game(game.id)
    assert (ended.phase, ended.must_correct) == ("ended", False)


@ON_SQLITE
async def test_answers_are_shown_anew_also_when_only_what_they_were_worth_is_kept(house: Process) -> None:
    zoe = Person("web", "zoe-4711", "Zoe Quinn")
    game = await house.start(BEN, count=1, seconds=20)
    for who in (zoe, BEN):
        await house.answer_right(game, who)
    await house.run(60)
    await run_sql(house.database, "DELETE FROM quiz_answers")
    await house.quizzes.forget(zoe, QUIZ)
    await house.run(5)
    first = (await house.words())[0]
    assert "Zoe" not in first
    assert "Right: Ben +" in first


async def traces(house: Process, words: str) -> list[str]:
    """The tables in which these words stand."""
    found = []
    listed = (
        "SELECT name FROM sqlite_master WHERE type = 'table'"
        if house.database.is_sqlite
        else "SELECT tablename FROM pg_tables WHERE schemaname = 'public'"
    )
    for (table,) in await run_sql(house.database, listed):
        rows = await run_sql(house.database, f'SELECT * FROM "{table}"')
        found += [table for row in rows if words in str(row)]
    return found


async def test_what_is_exported_is_all_of_it_and_tells_no_right_answer_too_soon(house: Process) -> None:
    """Results, reports, votes, and the answer to a question that is still open, without whether it is right."""
    game = await house.start(count=2, seconds=10)
    await house.answer_right(game, BEN)
    await house.run(20)
    game = await house.game(game.id)
    await house.answer_wrong(game, BEN)
    await house.vote(game, BEN)
    await house.quizzes.report(BEN, QUIZ, game.question.id, "typo", "a “word” is missing")
    kept = json.loads(await house.quizzes.export(BEN, QUIZ))
    assert (kept["person"], kept["hidden"]) == ("ben", False)
    (group,) = kept["answers"]
    assert [each["right"] for each in group["given"]] == [True]
    (waiting,) = kept["waiting"]
    assert (waiting["question"], set(waiting) & {"right", "points"}) == (game.question.id, set())
    assert [each["question"] for each in kept["votes"]] == [game.question.id]
    assert kept["reports"][0]["words"] == "a “word” is missing"


async def test_boards_leave_out_who_hides_and_share_places(house: Process) -> None:
    game = await house.start(count=1, seconds=20)
    for who in (ADA, BEN, CHLOE):
        await house.answer_right(game, who)
    await house.run(40)
    board = await house.quizzes.board(QUIZ, "week", "channel")
    assert [(rank, score.person) for rank, score in board.standing] == [(1, "ada"), (1, "ben"), (1, "chloe")]
    await house.quizzes.hide(BEN, QUIZ)
    board = await house.quizzes.board(QUIZ, "all", "server")
    assert ([score.person for _, score in board.standing], board.people) == (["ada", "chloe"], 2)
    assert (await house.quizzes.board(place("general"), "all", "channel")).people == 0
    assert (await house.quizzes.board(place("general"), "all", "server")).people == 2
    mine = await house.quizzes.me(BEN, QUIZ)
    assert (mine.is_hidden, mine.streak.current) == (True, 1)


async def test_a_press_while_the_message_is_being_confirmed_counts(house: Process) -> None:
    game = await house.quizzes.start(QUIZ, ADA, GameOptions(count=1, seconds=20))
    await house.games.run_once()
    await house.games.wait_idle()
    await house.outbox_worker.run_once()
    assert (await house.game(game.id)).phase == "posting"
    assert (await house.answer(game, BEN, 0)).kind == "counted"


async def test_the_same_person_at_two_processes_is_counted_once(house: Process) -> None:
    other = another(house, "two")
    game = await house.start(count=1, seconds=20)
    press = [Press("ben", "Ben", QUIZ, 0, choice, house.clock.at) for choice in (0, 1, 2, 3)] * 5
    casts = [(house, other)[n % 2].quizzes._answer_counter.submit(game.id, each) for n, each in enumerate(press)]
    kinds = sorted(verdict.kind for _, verdict in await asyncio.gather(*casts))
    assert (kinds.count("counted"), kinds.count("changed")) == (1, 1)


async def test_a_slow_edit_keeps_its_game_and_nobody_else_takes_it(house: Process) -> None:
    """The platform takes half a minute over one edit: it is made once, and the game goes on."""
    other = another(house, "two")
    game = await house.start(count=1, seconds=10)
    await house.answer_right(game, ADA)
    slow = Slow(house)
    for _ in range(12):
        house.clock.at += timedelta(seconds=1)
        await house.games.run_once()
    await asyncio.wait_for(slow.begun.wait(), PATIENCE)
    for _ in range(15):
        house.clock.at += timedelta(seconds=2)
        await house.games.run_once()
        await other.games.run_once()
        await other.games.wait_idle()
    slow.may_end.set()
    await asyncio.wait_for(house.games.wait_idle(), PATIENCE)
    assert (slow.edits, (await house.game(game.id)).phase) == (1, "pausing")
    await house.run(10)
    assert await house.titles() == ["Question 1 of 1: the answer", "Final scores"]


class Slow:
    """Lets every edit of a process's web chat wait."""

    def __init__(self, process: Process) -> None:
        self.begun, self.may_end, self.edits = asyncio.Event(), asyncio.Event(), 0
        self._edit = process.chat.edit
        process.chat.edit = self.edit  # type: ignore[method-assign]

    async def edit(self, posted: Posted, reply: Reply) -> Posted:
        self.edits += 1
        self.begun.set()
        await self.may_end.wait()
        return await self._edit(posted, reply)


@ON_SQLITE
async def test_a_question_that_was_deleted_gets_its_answer_as_a_new_message(house: Process) -> None:
    game = await house.start(count=1, seconds=10)
    await house.answer_right(game, BEN)
    (asked, *_), _ = await house.chat.newest(ADA, "quiz")
    assert await house.chat.take_back(ADA, asked.id)
    await house.run(30)
    assert await house.titles() == ["Question 1 of 1: the answer", "Final scores"]
    assert (await house.game(game.id)).ending == "finished"


async def test_what_somebody_does_while_a_step_is_under_way_is_not_undone_by_it(house: Process) -> None:
    """The game is stopped while its answer is being shown: the step does not write the game it knew over that."""
    game = await house.start(count=3, seconds=10)
    await house.answer_right(game, BEN)
    slow = Slow(house)
    for _ in range(12):
        house.clock.at += timedelta(seconds=1)
        await house.games.run_once()
    await asyncio.wait_for(slow.begun.wait(), PATIENCE)
    await house.quizzes.stop(QUIZ, ADA)
    slow.may_end.set()
    await asyncio.wait_for(house.games.wait_idle(), PATIENCE)
    await house.run(20)
    ended = await house.game(game.id)
    assert (ended.phase, ended.ending, ended.number) == ("ended", "stopped", 0)


async def test_a_process_of_another_platform_that_lives_on_hides_no_outage(house: Process) -> None:
    """The web's process is down for a minute while another one goes on sweeping for a platform of its own."""
    game = await house.start(count=1, seconds=20)
    await house.answer_right(game, ADA)
    other = another(house, "two")
    elsewhere = GameEngine(house.database, {"paper": other.chat}, lambda: house.library, house.clock)
    for _ in range(60):
        house.clock.at += timedelta(seconds=1)
        await elsewhere.run_once()
    await house.run(10)
    assert (await house.game(game.id)).phase == "asking"
