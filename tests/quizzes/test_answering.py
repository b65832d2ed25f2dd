"""Answering: one answer and one change each, by the platform's clock; all else gets a verdict and counts nothing."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from newsbot.messages.requests import Place
from newsbot.quizzes.answering import Press, judge
from newsbot.quizzes.scoring import Answer
from tests.quizzes.samples import PLACE, after, asking, game, outage


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
    assert judge(asking(seconds=20), None, press(seconds=3_600), [outage(10, 3_605)]).kind == "counted"
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
        ("posting", "early"),
        ("asking", "counted"),
        ("revealing", "late"),
        ("pausing", "late"),
        ("finishing", "over"),
        ("ended", "over"),
    ],
)
def test_answers_count_only_while_the_question_is_asked(phase: str, expected: str) -> None:
    standing = Answer("ada", "Ada", 2, after(1))
    verdict = judge(replace(asking(), phase=phase), None, press())  # type: ignore[arg-type]
    assert verdict.kind == expected
    refused = judge(replace(asking(), phase=phase), standing, press(2))  # type: ignore[arg-type]
    assert refused.answer == standing


def test_a_question_before_the_one_being_posted_is_closed() -> None:
    assert judge(replace(game(), number=1), None, press(number=0)).kind == "late"
