"""The statistics of the quiz: what can be guessed is told, and what chance may do is not."""

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from newsbot.content.numbers import numbers_in
from newsbot.content.quiz_statistics import Statistics, probability
from tests.content.conftest import FILES, Folder

QUIZ = "tea/quiz.yaml"


def _quiz(folder: Folder, choices: list[list[str]], right: list[int]) -> Statistics:
    """The statistics of a quiz of just these choices, and the place of the right one among them."""
    entries = [
        f"""q{number}:
  question: Which one is it?
  choices: {[*each]!r}
  answer: {each[place]!r}
  explanation: So it is.
  brief: {"future" if number % 2 else "overview"}
  rests_on: tea-price
  difficulty: easy
"""
        for number, (each, place) in enumerate(zip(choices, right, strict=True))
    ]
    folder.write("names.yaml", "\n".join(f"- {word!r}" for each in choices for word in each))
    of_two_choices = FILES[QUIZ][FILES[QUIZ].index("next:") :]
    folder.write(QUIZ, "".join(entries) + of_two_choices)
    return Statistics.of(folder.library())


def test_places_lengths_and_ranks_are_counted(folder: Folder) -> None:
    choices = [["$5 million", "$4 million", "$300 thousand", "$1 billion"], ["aa", "bbb", "cccc", "ddddd"]]
    found = _quiz(folder, choices, [2, 3])
    assert (found.asked, found.four, found.places) == (5, 2, (0, 0, 1, 1))
    assert (found.longest, found.shortest) == (2, 0)
    assert found.ranks == (0, 0, 0, 1)
    assert found.lines()[1] == (
        "In 1 of them the choices are numbers. "
        "The right one is the largest 0, second largest 0, third largest 0, smallest 1."
    )


@pytest.mark.parametrize("choices", [["5", "5", "6", "7"], ["5 to 6", "7", "8", "9"], ["none", "1", "2", "3"]])
def test_choices_that_are_not_four_different_numbers_have_no_rank(folder: Folder, choices: list[str]) -> None:
    different = [f"{choice}{' ' + 'ab'[number % 2] if choice == '5' else ''}" for number, choice in enumerate(choices)]
    assert sum(_quiz(folder, [different] * 2, [1, 2]).ranks) == 0


def test_a_quiz_that_can_be_guessed_is_told(folder: Folder) -> None:
    found = _quiz(folder, [[str(n) for n in (10, 20, 30, 40)]] * 20, [2] * 20)
    assert found.warnings() == [
        "the right choice stands at C in 20 of 20 questions, and chance would make it about 5",
        "the right choice is the second largest number in 20 of 20 questions, and chance would make it about 5",
    ]


def test_an_even_quiz_is_not_told(folder: Folder) -> None:
    found = _quiz(folder, [[str(n) for n in (10, 20, 30, 40)]] * 20, [n % 4 for n in range(20)])
    assert found.warnings() == []


@given(st.integers(min_value=0, max_value=200), st.data())
def test_the_chance_of_a_count_is_one_of_all_counts(total: int, data: st.DataObject) -> None:
    count = data.draw(st.integers(min_value=0, max_value=total))
    assert 0 <= probability(count, total) <= 1
    most_likely = max(range(total + 1), key=lambda k: math.comb(total, k) * 3 ** (total - k))
    assert probability(most_likely, total) == pytest.approx(1)


@pytest.mark.parametrize(
    ("text", "numbers"),
    [
        ("$5.5 million", [5.5e6]),
        ("17%", [17.0]),
        ("2,048 H800s", [2048.0]),
        ("27 January 2025", []),
        ("V3", []),
        ("$1 to $2", [1.0, 2.0]),
        ("nobody", []),
    ],
)
def test_numbers_of_a_text(text: str, numbers: list[float]) -> None:
    assert numbers_in(text) == numbers
