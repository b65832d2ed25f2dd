"""Answering: one answer and one change each, by the platform's clock; all else gets a verdict and counts nothing."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from newsbot.messages.requests import Place
from newsbot.quizzes.rules.answering import Press, judge
from newsbot.quizzes.rules.game import (
    daily_game,
    pause_for_outage,
    skip_by_vote,
    stop,
    with_answer_revealed,
    with_question_posted,
    with_thread_opened,
)
from newsbot.quizzes.rules.scoring import Answer
from tests.quizzes.samples import PLACE, after, asking, game, outage, question


def press(choice: int = 1, seconds: float = 1.0, number: int = 0, where: Place = PLACE) -> Press:
    return Press("ada", "Ada", where, number, choice, after(seconds))


def test_the_first_press_counts_and_so_does_one_change_with_its_own_time() -> None:
    first = judge(asking(), None, press(1, 2))
    assert (first.kind, first.answer) == ("counted", Answer("ada", "Ada", 1, after(2)))
    second = judge(asking(), first.answer, press(3, 5))
    assert (second.kind, second.answer) == ("changed", Answer("ada", "Ada", 3, after(5), True))
    third = judge(asking(), second.answer, press(1, 6))
    assert (third.kind, third.answer, third.is_new) == ("spent", second.answer, False)
    assert judge(asking(), first.answer, press(1, 6)).kind == "same"


@given(st.lists(st.tuples(st.integers(0, 3), st.integers(0, 30)), max_size=12))
def test_however_often_somebody_presses_one_answer_stands_and_it_changed_at_most_once(
    presses: list[tuple[int, int]],
) -> None:
    standing, changes = None, 0
    for choice, seconds in presses:
        verdict = judge(asking(), standing, press(choice, seconds))
        changes += verdict.kind == "changed"
        assert verdict.is_new == (verdict.answer != standing)
        standing = verdict.answer
    assert changes <= 1
    in_time = [choice for choice, seconds in presses if seconds <= 20]
    different = [choice for choice in in_time if choice != in_time[0]]
    assert (standing.choice if standing else None) == next(iter([*different, *in_time]), None)


def test_time_is_up_by_the_press_and_not_by_when_it_was_read() -> None:
    assert judge(asking(seconds=20), None, press(seconds=20)).kind == "counted"
    assert judge(asking(seconds=20), None, press(seconds=20.001)).kind == "late"
    down = pause_for_outage(asking(seconds=20), outage(10, 3_605))
    assert judge(down, None, press(seconds=3_600)).kind == "counted"
    assert judge(asking(seconds=None), None, press(seconds=3_600)).kind == "counted"


def test_a_press_is_not_earlier_than_its_question_whatever_the_clocks_say() -> None:
    answer = judge(asking(), None, press(seconds=-5)).answer
    assert answer is not None
    assert answer.at == after(0)


@pytest.mark.parametrize(
    ("where", "expected"),
    [
        (replace(PLACE, channel="other"), "foreign"),
        (replace(PLACE, platform="slack"), "foreign"),
        (replace(PLACE, workspace="other"), "foreign"),
        (replace(PLACE, thread="7"), "counted"),
    ],
)
def test_a_press_from_another_channel_counts_nothing(where: Place, expected: str) -> None:
    assert judge(asking(), None, press(where=where)).kind == expected


@given(st.integers(-5, 9), st.integers(-5, 9))
def test_no_invented_number_is_counted(number: int, choice: int) -> None:
    verdict = judge(asking(number=1), None, press(choice, number=number))
    is_there = 0 <= number <= 1 and 0 <= choice <= 3
    assert verdict.kind == ("forged" if not is_there else "counted" if number == 1 else "late")


@pytest.mark.parametrize(
    ("phase", "expected"),
    [
        ("opening", "forged"),
        ("posting", "counted"),
        ("asking", "counted"),
        ("revealing", "counted"),
        ("pausing", "counted"),
        ("finishing", "over"),
        ("ended", "over"),
        ("mending", "over"),
    ],
)
def test_a_press_in_time_counts_until_the_next_question_or_the_final_scores(phase: str, expected: str) -> None:
    standing = Answer("ada", "Ada", 2, after(1))
    verdict = judge(replace(asking(), phase=phase), None, press())  # type: ignore[arg-type]
    assert verdict.kind == expected
    refused = judge(replace(asking(), phase=phase), standing, press(2))  # type: ignore[arg-type]
    assert refused.answer == standing


def test_a_question_before_the_one_being_posted_is_closed() -> None:
    assert judge(replace(game(), number=1), None, press(number=0)).kind == "late"


def test_a_press_while_the_message_is_being_confirmed_counts_from_when_the_message_stood() -> None:
    """The button was there, so the message was; how long newsbot took to learn that is nobody's fault."""
    first = judge(game(seconds=20), None, press(seconds=1)).answer
    assert first == Answer("ada", "Ada", 1, after(1))
    confirmed = with_question_posted(game(seconds=20), after(0), after(40))
    assert judge(confirmed, first, press(2, 19)).kind == "changed"
    assert judge(confirmed, None, press(seconds=21)).kind == "late"


@pytest.mark.parametrize("end", ["reveal", "skip", "stop"])
def test_a_press_in_time_that_comes_after_the_end_counts_and_a_later_one_does_not(end: str) -> None:
    closed = asking(seconds=20)
    if end == "skip":
        closed = skip_by_vote(closed, after(10), after(13), {"ada"}, ())
    if end == "stop":
        closed = stop(closed, "ada", after(10), is_admin=False)
    limit = 20 if end == "reveal" else 10
    for of in (closed, with_answer_revealed(replace(closed, phase="revealing"), after(22), 0)):
        assert judge(of, None, press(seconds=limit)).kind == "counted"
        assert judge(of, None, press(seconds=limit + 0.001)).kind == "late"


def test_a_press_counts_where_the_game_was_started_and_in_its_thread_or_channel_of_its_own() -> None:
    thread = replace(PLACE, channel="thread-9")
    of = replace(asking(), place=with_thread_opened(replace(game(), phase="opening"), thread, after(0)).place)
    assert judge(of, None, press(where=thread)).kind == "counted"
    assert judge(of, None, press(where=PLACE)).kind == "counted"
    assert judge(of, None, press(where=replace(PLACE, channel="other"))).kind == "foreign"


def test_a_question_of_the_day_is_open_for_weeks_and_over_once_another_took_its_place() -> None:
    of = daily_game("ab12", PLACE, question(), after(0))
    assert judge(of, None, press(seconds=2_000_000)).kind == "counted"
    assert judge(of, None, press(number=1)).kind == "forged"
    assert judge(replace(of, phase="ended"), None, press()).kind == "over"
