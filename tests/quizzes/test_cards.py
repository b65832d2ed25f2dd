"""Cards of a game: nothing tells the right choice early, everything fits one message of every platform."""

import json
import subprocess
from collections.abc import Iterator
from dataclasses import replace
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from newsbot.content.library import Library
from newsbot.messages.actions import read_token
from newsbot.messages.budgets import BUDGETS
from newsbot.messages.cards import Card, Facts, Text
from newsbot.messages.fitting import fit
from newsbot.messages.markup import Code, Mention
from newsbot.quizzes.answering import Press, Verdict, judge
from newsbot.quizzes.asking import AskedQuestion, asked
from newsbot.quizzes.game import Game, posted
from newsbot.quizzes.quiz_cards import podium_card, question_card, receipt_card, reveal_card
from newsbot.quizzes.score_cards import export_card, export_text, leaderboard_card, me_card
from newsbot.quizzes.scoring import Answer, Score, placed, results, totals
from newsbot.quizzes.streaks import Streak
from tests.messages.strategies import NASTY
from tests.quizzes.samples import PLACE, after, answer, asking, question, result

rights = st.integers(0, 3)
# A name as long and as costly as a platform may hand over.
LONG_NAME = "*<&_`[]" * 40


def game_of(*questions: AskedQuestion) -> Game:
    return replace(asking(), questions=questions, id=2**62)


def every_question(library: Library) -> Iterator[AskedQuestion]:
    for number, found in enumerate(library.questions.values()):
        yield asked(library, found, Random(number))


def assert_fits(card: Card) -> None:
    for budget in BUDGETS:
        fitted = fit(card, budget)
        assert len(fitted.parts) == 1, (budget.name, card.title)
        assert fitted.losses == (), (budget.name, fitted.losses)


@given(rights, rights, st.sampled_from([None, 20]))
def test_a_question_looks_the_same_whichever_choice_is_right(one: int, other: int, seconds: int | None) -> None:
    """The seal alone depends on it, and that tells nothing without the salt."""
    first, second = question(right=one), replace(question(right=other), seal=question(right=one).seal)
    cards = [question_card(replace(game_of(each), seconds=seconds), after(20)) for each in (first, second)]
    assert cards[0] == cards[1]
    assert [a.token() for a in cards[0].actions()] == [a.token() for a in cards[1].actions()]


@given(rights, rights, rights)
def test_a_receipt_looks_the_same_whichever_choice_is_right(one: int, other: int, choice: int) -> None:
    press = Press("ada", "Ada", PLACE, 0, choice, after(1))
    cards = [
        receipt_card(each, judge(game_of(each), None, press)) for each in (question(right=one), question(right=other))
    ]
    assert cards[0] == cards[1]


def test_the_salt_is_not_shown_before_the_reveal(shipped: Library) -> None:
    for found in every_question(shipped):
        card = question_card(game_of(found), after(20))
        assert found.seal in card.plain()
        assert found.salt not in card.plain() + str([a.token() for a in card.actions()])
        assert found.explanation not in card.plain()


def test_a_question_has_a_lettered_button_for_each_choice_and_a_vote(shipped: Library) -> None:
    card = question_card(asking(), after(20))
    tokens = [action.token() for action in card.actions()]
    assert tokens == [*(f"nb1:quiz.answer:7:0:{choice}" for choice in range(4)), "nb1:quiz.skip:7:0"]
    assert [read_token(token).token() for token in tokens] == tokens
    assert "- A: north\n- B: east" in card.plain()
    assert "20 seconds, from when this message was posted: until 24 November 2026 12:00 UTC." in card.plain()
    assert "until" not in question_card(asking()).plain()
    assert "No time limit" in question_card(asking(seconds=None)).plain()


def test_every_question_fits_one_message_of_every_platform(shipped: Library) -> None:
    for found in every_question(shipped):
        game = posted(game_of(found), after(0))
        assert_fits(question_card(game, after(20)))
        crowd = [Answer(str(n), LONG_NAME, n % len(found.choices), after(1)) for n in range(1_000)]
        assert_fits(reveal_card(shipped, game, 0, crowd))
        assert_fits(receipt_card(found, Verdict("changed", crowd[0])))


def test_final_scores_fit_one_message_of_every_platform(shipped: Library) -> None:
    questions = sorted(every_question(shipped), key=lambda each: -len(each.text + each.choices[each.right]))[:5]
    game = replace(game_of(*questions), ending="nobody")
    people = [Answer(str(n), LONG_NAME, 0, after(n)) for n in range(40)]
    rows = [row for each in questions for row in results(each, people, PLACE)]
    assert_fits(podium_card(shipped, game, rows))
    assert_fits(leaderboard_card(placed(totals(rows)), "month", "server"))
    assert_fits(me_card(totals(rows)[0], Streak(10_000, 10_000), True))


def test_a_reveal_says_in_words_who_chose_what_and_why(shipped: Library) -> None:
    found = asked(shipped, shipped.questions["deepseek", "r1-base"], Random(1))
    wrong = (found.right + 1) % 4
    answers = [answer(f"p{n}", found.right) for n in range(5)] + [answer("x", wrong), answer("y", wrong)]
    answers.append(answer("z", (wrong + 1) % 4))
    card = reveal_card(shipped, game_of(found), 0, answers)
    bars = next(block for block in card.blocks if isinstance(block, Facts) and block.title == "Answers")
    assert bars.items[found.right].value == "█████░░░ 5 of 8 · right"
    assert bars.items[wrong].value == "██░░░░░░ 2 of 8"
    assert bars.items[(wrong + 2) % 4].value == "░░░░░░░░ 0 of 8"
    shown = card.plain()
    assert found.explanation in shown
    assert "It rests on:" in shown
    assert "https://" in shown
    assert [a.token() for a in card.actions()] == [
        "nb1:brief.open:deepseek:overview",
        "nb1:quiz.report:deepseek:r1-base",
    ]


def test_anybody_can_copy_the_check_of_a_seal_out_of_a_reveal(shipped: Library) -> None:
    for found in [*every_question(shipped)][::10]:
        card = reveal_card(shipped, game_of(found), 0, ())
        pieces = [piece for block in card.blocks if isinstance(block, Text) for piece in block.pieces]
        line = next(piece.text for piece in pieces if isinstance(piece, Code) and "sha256sum" in piece.text)
        printed = subprocess.run(["sh", "-c", line], capture_output=True, check=True).stdout.decode()
        assert printed.split()[0] == found.seal


def test_a_reveal_stands_without_the_figure_and_the_brief_that_were_taken_away(shipped: Library) -> None:
    card = reveal_card(shipped, asking(), 0, ())
    assert "Nobody answered." in card.plain()
    assert [action.name for action in card.actions()] == ["quiz.report"]


def test_a_few_answers_always_show_in_their_bar(shipped: Library) -> None:
    crowd = [answer(f"p{n}", 0) for n in range(999)] + [answer("x", 1)]
    shown = reveal_card(shipped, asking(), 0, crowd).plain()
    assert "A: ███████░ 999 of 1000\n" in shown
    assert "B: █░░░░░░░ 1 of 1000 · right" in shown


def test_a_podium_shares_places_and_names_what_most_people_missed(shipped: Library) -> None:
    questions = [asked(shipped, each, Random(1)) for each in shipped.questions.values() if each.topic == "deepseek"][:4]
    game = replace(game_of(*questions), ending="finished")
    sure, lucky, wrong = questions[0].right, questions[1].right, (questions[1].right + 1) % 4
    rows = list(results(questions[0], [answer("ada", sure), answer("bob", sure)], PLACE))
    rows += results(questions[1], [answer("ada", wrong, 2), answer("bob", wrong, 2), answer("cy", lucky, 3)], PLACE)
    card = podium_card(shipped, game, rows)
    shown = card.plain()
    assert "1 (shared) · Ada: " in shown
    assert "1 of 2 right (50%)" in shown
    assert "Missed by 2 of 3." in shown
    assert questions[0].text not in shown
    assert [action.name for action in card.actions()] == ["brief.open"]
    nobody = podium_card(shipped, replace(game, ending="stopped"), ()).plain()
    assert "The game was stopped." in nobody
    assert "Nobody answered" in nobody


@pytest.mark.parametrize(
    ("verdict", "words"),
    [
        (Verdict("counted", answer("ada")), "You chose B · east. You can change it once"),
        (Verdict("changed", answer("ada", 2)), "You chose C · south now."),
        (Verdict("same", answer("ada")), "You had chosen B · east already. It counts once."),
        (Verdict("spent", answer("ada")), "It stays B · east."),
        (Verdict("late", answer("ada")), "closed before you pressed. Your answer B · east stays."),
        (Verdict("late"), "closed before you pressed."),
        (Verdict("early"), "Press again in a moment."),
        (Verdict("over"), "This game has ended."),
        (Verdict("foreign"), "a game in another channel"),
        (Verdict("forged"), "Nothing was counted."),
    ],
)
def test_every_press_gets_a_polite_receipt(verdict: Verdict, words: str) -> None:
    assert words in receipt_card(question() if verdict.answer else None, verdict).plain()


@given(st.one_of(NASTY, st.text(max_size=80)))
def test_a_name_on_a_board_is_one_plain_line_and_pings_nobody(name: str) -> None:
    card = leaderboard_card(placed([Score("1", name, 5, 1, 1)]), "week", "channel")
    facts = next(block for block in card.blocks if isinstance(block, Facts))
    assert facts.items[0].label.startswith("1 · ")
    assert len(facts.items[0].label) <= 44
    assert not set(facts.items[0].label) & set("\n\r\x1b\u202e")
    pieces = [piece for block in card.blocks if isinstance(block, Text) for piece in block.pieces]
    assert not any(isinstance(piece, Mention) for piece in pieces)


def test_a_board_says_how_many_more_there_are_and_that_nobody_played() -> None:
    many = placed(totals(result(f"p{n}", n) for n in range(14)))
    assert "And 4 more." in leaderboard_card(many, "all", "channel").plain()
    assert "Nobody has played here this week." in leaderboard_card((), "week", "channel").plain()


def test_an_export_is_json_of_every_answer_and_nothing_of_it_is_lost() -> None:
    exported = export_text("ada", [result("ada", 15, after(n)) for n in range(300)], True)
    data = json.loads(exported)
    assert (data["person"], data["hidden"], len(data["answers"])) == ("ada", True, 300)
    assert data["answers"][0]["chosen"] == "east"
    for budget in BUDGETS:
        fitted = fit(export_card(exported), budget)
        texts = [block for part in fitted.parts for block in part.blocks if isinstance(block, Text)]
        shown = "".join(piece.text for block in texts for piece in block.pieces if isinstance(piece, Code))
        assert (shown, fitted.losses) == (exported, ())


def test_ones_own_figures_name_points_streak_and_the_ways_out() -> None:
    shown = me_card(Score("ada", "Ada", 35, 2, 3), Streak(1, 4), False).plain()
    assert "Points: 35" in shown
    assert "2 of 3 right (67%)" in shown
    assert "1 day, at best 4 days" in shown
    assert "/quiz forget-me" in shown
    assert "none yet" in me_card(None, Streak(0, 0), True).plain()
