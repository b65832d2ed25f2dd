"""Scoring: points by difficulty and by speed, against an independent reading of the rule, and shared places."""

from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from newsbot.quizzes.rules.scoring import POINTS, Answer, Score, ranked_scores, results, speed_ranks, totals
from tests.quizzes.samples import PLACE, after, answer, question, result

# Tenths of a second, so that many are within half a second, and some exactly that far apart.
tenths = st.integers(0, 60)
times = st.lists(tenths, min_size=1, max_size=12)


def crowd(at: list[int]) -> list[Answer]:
    return [Answer(f"p{number}", "x", 1, after(0) + timedelta(milliseconds=100 * t)) for number, t in enumerate(at)]


def ranks_by_the_rule(at: list[int]) -> dict[int, int]:
    """The rank of each time, by taking away one group after the other."""
    ranks: dict[int, int] = {}
    rest, before = sorted(at), 0
    while rest:
        group = [t for t in rest if t <= rest[0] + 5]
        ranks.update(dict.fromkeys(group, before + 1))
        rest, before = rest[len(group) :], before + len(group)
    return ranks


@given(times)
def test_ranks_are_those_of_the_rule(at: list[int]) -> None:
    expected = ranks_by_the_rule(at)
    assert speed_ranks(crowd(at)) == {f"p{number}": expected[t] for number, t in enumerate(at)}


@given(times.map(crowd).flatmap(lambda answers: st.tuples(st.just(answers), st.permutations(answers))))
def test_points_do_not_depend_on_the_order_in_which_answers_were_read(both: tuple[list[Answer], list[Answer]]) -> None:
    answers, mixed = both
    assert set(results(question(), mixed, PLACE)) == set(results(question(), answers, PLACE))


@given(times)
def test_who_is_faster_never_has_a_worse_rank(at: list[int]) -> None:
    ranks = speed_ranks(crowd(at))
    in_time = sorted(range(len(at)), key=lambda number: at[number])
    ordered = [ranks[f"p{number}"] for number in in_time]
    assert ordered == sorted(ordered)
    assert ordered[0] == 1


@given(times, tenths)
def test_to_answer_sooner_never_costs_a_rank(at: list[int], sooner: int) -> None:
    faster = [max(at[0] - sooner, 0), *at[1:]]
    assert speed_ranks(crowd(faster))["p0"] <= speed_ranks(crowd(at))["p0"]


@pytest.mark.parametrize(
    ("seconds", "expected"),
    [
        ((1.0, 1.5), (1, 1)),
        ((1.0, 1.500001), (1, 2)),
        ((1.0, 1.4, 1.8), (1, 1, 3)),
        ((1.0, 1.4, 1.8, 2.3), (1, 1, 3, 3)),
        ((3.0, 1.0, 2.0), (3, 1, 2)),
    ],
)
def test_half_a_second_is_counted_from_the_first_of_a_group(
    seconds: tuple[float, ...], expected: tuple[int, ...]
) -> None:
    answers = [answer(f"p{number}", seconds=s) for number, s in enumerate(seconds)]
    assert tuple(speed_ranks(answers)[each.person] for each in answers) == expected


def test_points_are_for_right_answers_by_difficulty_and_speed() -> None:
    answers = [answer("ada", 1, 1), answer("bob", 0, 0.1), answer("cy", 1, 3), answer("di", 1, 5), answer("ed", 1, 7)]
    answers += [answer("flo", 1, 9)]
    rows = results(question(), answers, PLACE)
    assert [row.points for row in rows] == [20, 0, 18, 17, 16, 15]
    assert [row.is_right for row in rows] == [True, False, True, True, True, True]
    assert rows[1].chosen == "north"


@pytest.mark.parametrize("difficulty", ["easy", "medium", "hard"])
def test_without_a_time_limit_speed_is_worth_nothing(difficulty: str) -> None:
    asked = replace(question(), difficulty=difficulty)  # type: ignore[arg-type]
    rows = results(asked, [answer("ada", 1, 1), answer("bob", 1, 500)], PLACE, with_speed=False)
    assert {row.points for row in rows} == {POINTS[difficulty]}


def test_harder_is_worth_more_even_to_the_slowest() -> None:
    assert POINTS["easy"] < POINTS["medium"] < POINTS["hard"]


def test_scores_add_up_points_right_answers_and_accuracy_under_the_latest_name() -> None:
    renamed = replace(result("ada", 0, after(60)), name="Ada L.")
    assert totals([renamed, result("ada", 20), result("bob", 15)]) == (
        Score("ada", "Ada L.", 20, 1, 2),
        Score("bob", "Bob", 15, 1, 1),
    )
    assert totals([renamed, result("ada", 20)])[0].accuracy == 0.5


@given(st.lists(st.integers(0, 5), max_size=10))
def test_as_many_points_share_a_place_and_the_next_place_counts_them_all(points: list[int]) -> None:
    standing = ranked_scores(totals(result(f"p{number}", each) for number, each in enumerate(points)))
    assert [score.points for _, score in standing] == sorted(points, reverse=True)
    for place, score in standing:
        assert place == 1 + sum(other > score.points for other in points)
