"""The drill of quizzes in short: the same processes, people, kills and recount as `make drill`."""

from collections.abc import AsyncIterator
from dataclasses import replace
from random import Random

import pytest

from drills.quizzes import recount
from drills.quizzes.account import QuizAccount
from drills.quizzes.people import Wanted
from drills.quizzes.record import Asked, Closed, Dark, Lives, Played, Pressed
from drills.quizzes.runs import Batch, batch, time_left
from drills.quizzes.stage import QuizStage, staged
from drills.quizzes.tables import Standing, Table
from newsbot.messages.requests import Place

PLACE = Place("slack", "T1", "C1")
TOKENS = tuple(f"nb1:quiz.answer:1:0:{choice}" for choice in range(4))
QUESTION = Standing("m1", PLACE, 100.0, 100.0, "Question 1 of 1 · medium", TOKENS)
ANSWER = "Question 1 of 1: the answer\nThe right answer is B · east"
CHOSEN = "Answers: A 0 · B 1 · C 0 · D 0\nRight: anna +20 (fastest)\nAfter 1 of 1: anna 20"
REVEAL = replace(QUESTION, words=f"{ANSWER}\n{CHOSEN}", changed_at=106.0, tokens=())
PODIUM = replace(QUESTION, id="m2", words="Final scores\n1 · anna: 20 points · 1 of 1 right", tokens=())


@pytest.fixture
async def stage(empty_url: str) -> AsyncIterator[QuizStage]:
    """A stage on a database of each kind."""
    async with staged(empty_url) as made:
        yield made


async def test_games_survive_kills_with_every_answer_counted_once(stage: QuizStage) -> None:
    account = QuizAccount()
    count = 2 if stage.kind == "sqlite" else 1
    await batch(stage, account, 0, Batch(1, ("outbox worker sent", "closed"), Wanted(count, 3)), Random(7))
    told = account.to_json()
    assert told["troubles"] == []
    assert account.is_good
    assert account.games == 2
    assert told["kills"] >= 1


async def test_a_question_keeps_the_time_that_was_left(tmp_path_factory: pytest.TempPathFactory) -> None:
    account = QuizAccount()
    async with staged(f"sqlite:///{tmp_path_factory.mktemp('quiz') / 'newsbot.db'}") as stage:
        await time_left(stage, account, 0, down=60.0)
    assert account.alerts == []
    assert account.kills["sqlite"] == {"open": 1}


# -- the recount itself ---------------------------------------------------------------------------------------------


def pressed(receipt: str, choice: int = 1, at: float = 101.0, person: str = "anna", group: int = 1) -> Pressed:
    """A press of the only question, told at once."""
    return Pressed(person, 0, choice, at, at, group, receipt, at)


def counted(*presses: Pressed, standing: tuple[Standing, ...] = (REVEAL, PODIUM)) -> QuizAccount:
    """The account of a game of four seconds with these presses, which ended so."""
    account = QuizAccount()
    played = Played(Table(PLACE), list(presses), {0: Asked(QUESTION, 106.0)})
    account.add(played, standing, (), Lives(), 4)
    return account


def test_an_answer_that_was_noted_and_shown_is_good() -> None:
    account = counted(pressed("Answer noted"))
    assert (account.is_good, account.answers, account.alerts) == (True, 1, [])


def test_an_answer_that_was_noted_and_is_not_shown_is_miscounted() -> None:
    assert counted(pressed("Answer noted", choice=2)).miscounted == 1


def test_a_press_in_time_that_is_refused_is_miscounted() -> None:
    assert counted(pressed("Answer noted"), pressed("Too late", 1, 102.0, "ben")).miscounted == 1


def test_a_press_after_the_reveal_that_counts_is_miscounted() -> None:
    assert counted(pressed("Answer noted", at=107.0)).miscounted == 1


def test_a_press_whose_process_died_may_count_or_not() -> None:
    assert counted(pressed("", choice=2), pressed("Answer noted", group=2)).is_good
    assert counted(pressed(""), pressed("Noted before", group=2)).is_good
    assert counted(pressed("", choice=2), pressed("Noted before", group=2)).miscounted == 1


def test_other_points_than_the_rules_give_are_wrong() -> None:
    podium = replace(PODIUM, words="Final scores\n1 · anna: 15 points · 1 of 1 right")
    assert counted(pressed("Answer noted"), standing=(REVEAL, podium)).wrong_points == 1


def test_what_stands_twice_or_not_at_all_is_found() -> None:
    twice = (REVEAL, replace(REVEAL, id="m3"), PODIUM)
    assert counted(pressed("Answer noted"), standing=twice).duplicated == 1
    assert counted(pressed("Answer noted"), standing=(REVEAL,)).lost == 1
    assert counted(pressed("Answer noted"), standing=(QUESTION, PODIUM)).lost == 1


def test_answers_within_half_a_second_of_the_first_share_its_rank() -> None:
    given = {name: recount.Given(1, at) for name, at in (("a", 1.0), ("b", 1.5), ("c", 1.6), ("d", 2.2))}
    assert recount.points(given | {"e": recount.Given(0, 0.5)}, 1, "easy") == {
        "a": 15,
        "b": 15,
        "c": 12,
        "d": 11,
        "e": 0,
    }


def test_the_time_without_a_process_is_added_to_a_questions_end() -> None:
    lives = Lives(gaps=[(90.0, 99.0), (102.0, 112.0), (113.0, 114.0), (200.0, 300.0)])
    assert recount.end_of(Asked(QUESTION), 4, lives) == 114.0


# Asked at 100 for four seconds; dark from 102 until somebody looked between 112 and 112.5; revealed at 120.
DARK = Dark({"slack": 102.0}, began=112.0, looked=112.5)
WHEN_IT_CLOSED = {
    "at its end": (Closed(114.2, [(102.0, 112.2)]), True),
    "at its end, with a silence of a busy machine": (Closed(119.2, [(102.0, 112.2), (113.0, 118.0)]), True),
    "with all its seconds anew": (Closed(116.2, [(102.0, 112.2)]), False),
    "as if nobody had died": (Closed(104.0, []), False),
    "with a part of the dark time": (Closed(111.2, [(105.0, 112.2)]), False),
    "with more than the dark time": (Closed(115.0, [(102.0, 113.0)]), False),
    "with the dark time twice": (Closed(124.4, [(102.0, 112.2), (102.0, 112.2)]), False),
    "after it was revealed": (Closed(129.2, [(102.0, 112.2), (113.0, 128.0)]), False),
    "never": (None, False),
}


@pytest.mark.parametrize("when", WHEN_IT_CLOSED)
def test_a_question_closes_at_its_end_by_what_the_processes_recorded(when: str) -> None:
    closed, is_right = WHEN_IT_CLOSED[when]
    account = QuizAccount()
    account.closed(Played(Table(PLACE), [], {0: Asked(QUESTION, 120.0)}), closed, 4, DARK)
    assert (account.wrong_times, account.is_good) == (0 if is_right else 1, is_right)
