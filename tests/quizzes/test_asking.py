"""Asking: which questions a game gets, and how the content's questions become a game's own."""

from collections import Counter
from pathlib import Path
from random import Random

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from newsbot.content.cards import brief_card, question_card
from newsbot.content.library import Library
from newsbot.content.rotation import question_id
from newsbot.quizzes.rules.asking import Difficulty, QuestionFilter, ask_question, pick
from newsbot.quizzes.rules.sealing import is_genuine
from tests.content.conftest import Folder

seeds = st.integers(0, 2**32)
difficulties: st.SearchStrategy[Difficulty | None] = st.sampled_from([None, "easy", "medium", "hard"])
TEA = "tea/quiz.yaml"


def test_a_question_is_asked_as_it_is_written_whatever_the_order_of_its_choices(shipped: Library) -> None:
    for number, question in enumerate(shipped.questions.values()):
        shown = ask_question(shipped, question, Random(number))
        assert sorted(shown.choices) == sorted(map(shipped.filled_text, question.choices))
        assert shown.choices[shown.right] == shipped.filled_text(question.answer)
        assert is_genuine(shown.seal, shown.text, shown.choices[shown.right], shown.salt)
        assert "{" not in f"{shown.text}{shown.explanation}"


def test_the_same_random_numbers_ask_the_same_and_others_shuffle_anew(shipped: Library) -> None:
    question = shipped.questions["deepseek", "r1-date"]
    assert ask_question(shipped, question, Random(5)) == ask_question(shipped, question, Random(5))
    places = Counter(ask_question(shipped, question, Random(seed)).right for seed in range(2_000))
    assert all(400 < places[index] < 600 for index in range(4))


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])
@given(seeds, st.integers(1, 12), st.sampled_from([None, "deepseek", "nvidia"]), difficulties)
def test_no_question_comes_again_before_all_of_its_kind_were_asked(
    shipped: Library, seed: int, count: int, topic: str | None, difficulty: Difficulty | None
) -> None:
    random, wanted = Random(seed), QuestionFilter(count, topic, difficulty)
    pool = {q.id for q in pick(shipped, QuestionFilter(10_000, topic, difficulty), (), random)}
    history: list[str] = []
    while len(history) < len(pool):
        history += [q.id for q in pick(shipped, wanted, history, random)]
    assert set(history[: len(pool)]) == pool


def test_a_game_asks_only_what_is_wanted_and_nothing_twice(shipped: Library) -> None:
    picked = pick(shipped, QuestionFilter(50, "deepseek", "easy"), (), Random(1))
    assert {(q.topic, q.difficulty) for q in picked} == {("deepseek", "easy")}
    assert len({q.id for q in picked}) == len(picked) < 50
    assert pick(shipped, QuestionFilter(5, "no-such-topic"), (), Random(1)) == ()


def test_once_all_were_asked_the_one_asked_longest_ago_comes_first(shipped: Library) -> None:
    every = [q.id for q in pick(shipped, QuestionFilter(10_000), (), Random(2))]
    again = [q.id for q in pick(shipped, QuestionFilter(3), ["gone/from-content", *every], Random(3))]
    assert again == every[:3]


def test_an_editor_retires_a_question_with_one_key(tmp_path: Path) -> None:
    folder = Folder(tmp_path / "content")
    entry = (tmp_path / "content" / TEA).read_text().split("next:")[0]
    folder.write(TEA, f"{entry.replace('price:', 'old:')}  retired: true\n{(tmp_path / 'content' / TEA).read_text()}")
    library = folder.library()
    assert set(library.retired) == {("tea", "old")}
    assert ("tea", "old") not in library.questions
    assert {q.id for q in pick(library, QuestionFilter(10), (), Random(1))} == {
        *("tea/price", "tea/next", "tea/cause", "tea/traders")
    }
    actions = [*brief_card(library, "tea", "overview").actions(), *question_card(library, "tea", "price").actions()]
    assert not any("old" in action.arguments for action in actions)


def test_a_brief_needs_a_question_that_is_not_retired(tmp_path: Path) -> None:
    folder = Folder(tmp_path / "content")
    folder.change(TEA, "difficulty: hard", "difficulty: hard\n  retired: true")
    found = folder.mistakes()
    assert len(found) == 1
    assert "only one question is about the brief 'future', without those that are retired" in found[0]
    folder.change(TEA, "retired: true", "retired: perhaps")
    assert any("'retired' is 'perhaps' (allowed: true, false)" in mistake for mistake in folder.mistakes())


def test_the_id_of_a_question_names_its_topic_and_itself(shipped: Library) -> None:
    key, question = next(iter(shipped.questions.items()))
    assert ask_question(shipped, question, Random(1)).id == question_id(*key)
