"""Cards of the quiz: nothing tells the right choice early, everything fits one message of every platform."""

import json
import re
import subprocess
from collections.abc import Iterator
from dataclasses import replace
from random import Random
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from newsbot.commands.forms import open_path
from newsbot.content.library import Library
from newsbot.content.review import overlong_cards
from newsbot.digests.composer.sections import visible_text
from newsbot.messages.actions import read_token
from newsbot.messages.budgets import BUDGETS
from newsbot.messages.cards import Buttons, Card, Facts, Text, text
from newsbot.messages.fitting import fit
from newsbot.messages.markup import Code, Mention
from newsbot.messages.plain import plain_block, plain_card
from newsbot.platforms.discord.render import render_messages as discord_messages
from newsbot.platforms.slack.render import render_messages as slack_messages
from newsbot.quizzes.cards.daily_cards import (
    daily_answer_card,
    daily_blocks,
    daily_card,
    daily_note,
    with_daily_answer,
)
from newsbot.quizzes.cards.exports import export_card, mark
from newsbot.quizzes.cards.game_cards import opening_card, podium_card, question_card, receipt_card
from newsbot.quizzes.cards.reveal_cards import no_question_card, reveal_card, seal_card, why_card
from newsbot.quizzes.cards.review import question_cards
from newsbot.quizzes.cards.score_cards import export_text, leaderboard_card, me_card
from newsbot.quizzes.rules.answering import Press, Verdict, VerdictKind, judge
from newsbot.quizzes.rules.asking import AskedQuestion, ask_question
from newsbot.quizzes.rules.game import Game, with_question_posted
from newsbot.quizzes.rules.scoring import Answer, Result, Score, ranked_scores, results, totals
from newsbot.quizzes.values import SeenQuestion
from newsbot.schedule.streaks import Streak
from newsbot.storage.records import Player, ReportRecord
from tests.messages.strategies import NASTY
from tests.quizzes.samples import PLACE, after, answer, asking, question, result

rights = st.integers(0, 3)
# A name as long and as costly as a platform may hand over.
LONG_NAME = "*<&_`[]" * 40


def game_of(*questions: AskedQuestion) -> Game:
    return replace(asking(), questions=questions, id=2**62)


def every_question(library: Library) -> Iterator[AskedQuestion]:
    for number, found in enumerate(library.questions.values()):
        yield ask_question(library, found, Random(number))


def assert_fits(card: Card) -> None:
    for budget in BUDGETS:
        fitted = fit(card, budget)
        assert len(fitted.parts) == 1, (budget.name, card.title)
        assert fitted.losses == (), (budget.name, fitted.losses)


@given(rights, rights, st.sampled_from([None, 20]))
def test_a_question_looks_the_same_whichever_choice_is_right(one: int, other: int, seconds: int | None) -> None:
    """The seal alone depends on it, and that tells nothing without the salt."""
    first, second = question(right=one), replace(question(right=other), seal=question(right=one).seal)
    cards = [question_card(replace(game_of(each), seconds=seconds)) for each in (first, second)]
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
        card = question_card(game_of(found))
        assert found.seal not in plain_card(card)
        assert found.salt not in plain_card(card) + str([a.token() for a in card.actions()])
        assert found.explanation not in plain_card(card)


def labels(card: Card) -> list[str]:
    return [button.label for block in card.blocks if isinstance(block, Buttons) for button in block.items]


def test_a_question_has_a_button_for_each_choice_that_reads_well_aloud_and_a_vote() -> None:
    card = question_card(asking())
    tokens = [action.token() for action in card.actions()]
    answers = [f"nb1:quiz.answer:7:0:{choice}" for choice in range(4)]
    assert tokens == [*answers, "nb1:quiz.skip:7:0", "nb1:quiz.seal:7:0"]
    assert [read_token(token).token() for token in tokens] == tokens
    assert labels(card) == ["A · north", "B · east", "C · south", "D · west", "Vote to skip", "Sealed"]
    assert "- A: north\n- B: east" in plain_card(card)


def test_a_question_counts_down_where_the_platform_does_and_else_names_its_end() -> None:
    card = question_card(asking(), after(20))
    assert "Closes at 12:00:20 UTC." in plain_card(card)
    (discord,) = discord_messages(card)
    assert f"Closes <t:{int(after(20).timestamp())}:R>." in "".join(texts_of(discord.payload["components"]))
    (slack,) = slack_messages(card, lambda chart: None)
    assert "at {time_secs}" in str(slack.payload["blocks"])
    assert "No time limit" in plain_card(question_card(asking(seconds=None)))


def test_a_choice_that_is_too_long_for_a_button_stands_whole_above_it() -> None:
    long = replace(question(), choices=("a" * 90, "b", "c", "d"))
    card = question_card(game_of(long))
    assert labels(card)[0] == f"A · {'a' * 65}…"
    assert "a" * 90 in plain_card(card)
    assert_fits(card)


def test_every_question_fits_one_message_of_every_platform(shipped: Library) -> None:
    for found in every_question(shipped):
        game = with_question_posted(game_of(found), after(0), after(0))
        assert_fits(question_card(game, after(20)))
        crowd = [Answer(str(n), LONG_NAME, n % len(found.choices), after(1)) for n in range(1_000)]
        rows = results(found, crowd, PLACE)
        assert_fits(reveal_card(shipped, game, 0, crowd, rows))
        for is_closed in (True, False):
            assert_fits(why_card(shipped, SeenQuestion(found, is_closed, crowd[0], 25)))
            assert_fits(seal_card(SeenQuestion(found, is_closed)))
        assert_fits(receipt_card(found, Verdict("changed", crowd[0])))
        assert_fits(daily_card(found, "f" * 16, "24 November 2026", daily_note(after(0), (found, crowd))))
        assert_fits(daily_answer_card(found, "f" * 16, crowd))


def test_final_scores_fit_one_message_of_every_platform(shipped: Library) -> None:
    questions = sorted(every_question(shipped), key=lambda each: -len(each.text + each.choices[each.right]))[:5]
    game = replace(game_of(*questions), ending="nobody")
    people = [Answer(str(n), LONG_NAME, 0, after(n)) for n in range(40)]
    rows = [row for each in questions for row in results(each, people, PLACE)]
    assert_fits(podium_card(shipped, game, rows))
    assert_fits(leaderboard_card(ranked_scores(totals(rows))[:10], 40, "month", "server"))
    assert_fits(opening_card(game))
    assert_fits(me_card(totals(rows)[0], Streak(10_000, 10_000), True, "America/Argentina/Buenos_Aires"))


def test_a_reveal_tells_who_was_right_who_was_fastest_and_how_everybody_stands(shipped: Library) -> None:
    found = ask_question(shipped, shipped.questions["deepseek", "r1-base"], Random(1))
    game = replace(game_of(found, found, found), number=1)
    answers = [answer("ben", found.right, 3), answer("ada", found.right, 1), answer("cy", (found.right + 1) % 4)]
    before = [result("ben", 15), result("dan", 40)]
    shown = plain_card(reveal_card(shipped, game, 1, answers, before))
    worth = {"easy": 10, "medium": 15, "hard": 20}[found.difficulty]
    assert f"Right: Ada +{worth + 5} (fastest) · Ben +{worth + 3}\n" in shown
    assert f"After 2 of 3: Dan 40 · Ben {worth + 18} · Ada {worth + 5}\n" in shown
    assert "Cy" not in shown
    assert f"The right answer is {'ABCD'[found.right]} · {found.choices[found.right]}" in shown
    assert f"{found.explanation} [" in shown
    assert "https://" in shown


def test_a_reveal_counts_who_chose_what_in_one_line(shipped: Library) -> None:
    crowd = [answer(f"p{n}", 0) for n in range(999)] + [answer("x", 1)]
    assert "Answers: A 999 · B 1 · C 0 · D 0\n" in plain_card(reveal_card(shipped, asking(), 0, crowd))


def test_a_reveal_has_three_buttons_and_no_hexadecimal_digits(shipped: Library) -> None:
    for found in every_question(shipped):
        card = reveal_card(shipped, game_of(found), 0, [answer("ada", found.right)])
        assert labels(card) == ["Why?", "Report", "Sealed"]
        assert not re.search(r"[0-9a-f]{16}", visible_text(card))
        assert len(visible_text(card)) <= 900


def test_people_who_were_equally_fast_are_all_said_to_be(shipped: Library) -> None:
    shown = plain_card(reveal_card(shipped, asking(), 0, [answer("ada", 1, 1.0), answer("ben", 1, 1.4)]))
    assert "Right: Ada +20 (equally fast) · Ben +20 (equally fast)\n" in shown


def test_without_a_time_limit_nobody_is_fastest(shipped: Library) -> None:
    shown = plain_card(reveal_card(shipped, asking(seconds=None), 0, [answer("ada", 1, 1.0), answer("ben", 1, 9.0)]))
    assert "Right: Ada +15 · Ben +15\n" in shown
    assert "fast" not in shown


def test_a_reveal_that_nobody_got_right_says_so_and_lists_nobody_without_points(shipped: Library) -> None:
    shown = plain_card(reveal_card(shipped, asking(), 0, [answer("ada", 0)]))
    assert "Nobody was right.\nAfter 1 of 3: nobody has points yet." in shown.replace("\n\n", "\n")
    assert "Ada" not in shown


def test_who_hides_has_no_name_in_a_reveal(shipped: Library) -> None:
    before = [result("cy", 30), result("ada", 10)]
    answers = [answer("ada", 1, 1.0), answer("ben", 1, 3.0)]
    shown = plain_card(reveal_card(shipped, asking(number=1), 1, answers, before, {"ada", "cy"}))
    assert "Right: Somebody +20 (fastest) · Ben +18" in shown
    assert "After 2 of 3: Somebody 30 · Somebody 30 · Ben 18" in shown
    assert "Ada" not in shown
    assert "Cy" not in shown


def test_a_crowd_is_named_by_its_first_five(shipped: Library) -> None:
    crowd = [answer(f"p{n}", 1, n + 1.0) for n in range(12)]
    shown = plain_card(reveal_card(shipped, asking(seconds=60), 0, crowd))
    assert shown.count("and 7 more") == 2
    assert "Right: P0 +20 (fastest) · P1 +18 · P2 +17 · P3 +16 · P4 +15 · and 7 more" in shown


def test_a_reveal_opens_the_very_form_in_which_its_question_is_reported(shipped: Library) -> None:
    """Cards stand below commands, so the button writes the action down by name."""
    for found in every_question(shipped):
        _, report, _ = reveal_card(shipped, game_of(found), 0, ()).actions()
        assert report == open_path("quiz/report", {"question": found.id})
        assert report.arguments[1:] == (f"question={found.id}",)
        report.token()


def test_anybody_can_copy_the_check_of_a_seal_once_the_answer_is_told(shipped: Library) -> None:
    for found in [*every_question(shipped)][::10]:
        card = seal_card(SeenQuestion(found, True))
        pieces = [piece for block in card.blocks if isinstance(block, Text) for piece in block.pieces]
        line = next(piece.text for piece in pieces if isinstance(piece, Code) and "sha256sum" in piece.text)
        printed = subprocess.run(["sh", "-c", line], capture_output=True, check=True).stdout.decode()
        assert printed.split()[0] == found.seal


def test_a_reveal_stands_without_the_figure_and_the_brief_that_were_taken_away(shipped: Library) -> None:
    card = reveal_card(shipped, asking(), 0, ())
    assert "Nobody answered." in plain_card(card)
    assert [action.name for action in card.actions()] == ["quiz.why", "form.open", "quiz.seal"]


def test_a_podium_shares_places_and_names_what_most_people_missed(shipped: Library) -> None:
    questions = [
        ask_question(shipped, each, Random(1)) for each in shipped.questions.values() if each.topic == "deepseek"
    ][:4]
    game = replace(game_of(*questions), ending="finished")
    sure, lucky, wrong = questions[0].right, questions[1].right, (questions[1].right + 1) % 4
    rows = list(results(questions[0], [answer("ada", sure), answer("bob", sure)], PLACE))
    rows += results(questions[1], [answer("ada", wrong, 2), answer("bob", wrong, 2), answer("cy", lucky, 3)], PLACE)
    card = podium_card(shipped, game, rows)
    shown = plain_card(card)
    assert "1 (shared) · Ada: " in shown
    assert "1 of 2 right (50%)" in shown
    assert "Missed by 2 of 3." in shown
    nothing = plain_card(podium_card(shipped, game, [result("ada", 20), result("zoe", 0)]))
    assert "- Zoe: 0 points" in nothing
    assert questions[0].text not in shown
    assert [action.name for action in card.actions()] == ["brief.open"]
    nobody = plain_card(podium_card(shipped, replace(game, ending="stopped"), ()))
    assert "The game was stopped." in nobody
    assert "Nobody answered" in nobody


def test_who_hides_from_boards_has_no_name_on_a_podium_but_keeps_the_place(shipped: Library) -> None:
    rows = [result("ada", 20), result("bob", 15), result("cy", 15)]
    shown = plain_card(podium_card(shipped, asking(), rows, hidden={"ada", "cy"}))
    assert "- 1 · Somebody: 20 points" in shown
    assert "- 2 (shared) · Bob: 15 points" in shown
    assert "- 2 (shared) · Somebody: 15 points" in shown
    assert "Ada" not in shown


# -- receipts --------------------------------------------------------------------------------------------------------

KINDS: tuple[VerdictKind, ...] = ("counted", "changed", "same", "spent", "late", "over", "foreign", "forged")


@pytest.mark.parametrize(
    ("verdict", "words"),
    [
        (
            Verdict("counted", answer("ada")),
            "You chose B · east. You can change it once, until the question closes.",
        ),
        (Verdict("changed", answer("ada", 2)), "You chose C · south now."),
        (Verdict("same", answer("ada")), "You had chosen B · east already. It counts once."),
        (Verdict("spent", answer("ada")), "It stays B · east."),
        (Verdict("late", answer("ada")), "closed before you pressed. Your answer B · east stays."),
        (Verdict("late"), "closed before you pressed."),
        (Verdict("over"), "This game has ended."),
        (Verdict("foreign"), "a game in another channel"),
        (Verdict("forged"), "Nothing was counted."),
    ],
)
def test_every_press_gets_a_polite_receipt(verdict: Verdict, words: str) -> None:
    assert words in plain_card(receipt_card(question() if verdict.answer else None, verdict))


@pytest.mark.parametrize(
    ("verdict", "words"),
    [
        (Verdict("counted", answer("ada")), "You can change it once, until the question closes."),
        (Verdict("over"), "This question of the day is closed."),
        (Verdict("late", answer("ada")), "is closed. Your answer B · east stays."),
        (Verdict("foreign"), "a question in another channel"),
        (Verdict("forged"), "one that is shown in a preview is not"),
    ],
)
def test_a_press_of_the_question_of_the_day_is_told_what_holds_for_it(verdict: Verdict, words: str) -> None:
    card = receipt_card(question() if verdict.answer else None, verdict, daily="ab12")
    assert words in plain_card(card)
    assert "game" not in plain_card(card).lower()


@given(st.sampled_from(KINDS), st.booleans(), st.booleans())
def test_every_receipt_is_short_and_whole(kind: VerdictKind, is_daily: bool, has_answer: bool) -> None:
    has_answer = has_answer or kind in ("counted", "changed", "same", "spent")
    daily = "ab12" if is_daily else ""
    card = receipt_card(question(), Verdict(kind, answer("ada") if has_answer else None), daily=daily)
    assert len(plain_card(card)) < 200
    assert "  " not in plain_card(card)
    opens = [action.token() for action in card.actions()]
    assert opens == (["nb1:quiz.daily-why:ab12"] if is_daily and kind in ("late", "over") else [])


# -- the question of the day -----------------------------------------------------------------------------------------


def test_the_question_of_the_day_asks_first_and_gives_nothing_away() -> None:
    blocks = [daily_blocks(replace(question(right=right), seal="f" * 64), "ab12") for right in range(4)]
    assert all(each == blocks[0] for each in blocks)
    words = [plain_block(block) for block in blocks[0]]
    assert words[0] == "Question of the day: Where is one?"
    card = Card("x", blocks[0])
    assert labels(card) == ["A · north", "B · east", "C · south", "D · west", "Sealed"]
    choices = [f"nb1:quiz.daily:ab12:{choice}" for choice in range(4)]
    assert [a.token() for a in card.actions()] == [*choices, "nb1:quiz.daily-seal:ab12"]
    assert "ffff" not in plain_card(card)


def test_long_choices_stand_on_lines_and_their_buttons_carry_letters() -> None:
    long = replace(question(), choices=("north", "east of the second river", "south", "west"))
    card = Card("x", daily_blocks(long, "ab12"))
    assert labels(card) == ["A", "B", "C", "D", "Sealed"]
    assert "- B: east of the second river" in plain_card(card)


def test_a_note_tells_in_one_line_when_it_closes_what_was_right_and_how_many_knew() -> None:
    answers = [answer("ada"), answer("bob"), answer("cy", 2)]
    (line,) = daily_note(after(0), (question(), answers))
    assert plain_block(line) == "Closes 24 November 2026 12:00 UTC. Last question: “east”, 2 of 3 right."
    assert plain_block(daily_note(None, (question(), ()))[0]) == "Last question: “east”. Nobody answered."
    assert plain_block(daily_note(after(0), None)[0]) == "Closes 24 November 2026 12:00 UTC."
    assert daily_note(None, None) == ()
    long = replace(question(), choices=("a", "It " + "really " * 30, "c", "d"))
    assert len(plain_block(daily_note(after(0), (long, answers))[0])) < 140


def test_a_note_has_discords_own_countdown_beside_the_time() -> None:
    (message,) = discord_messages(Card("x", daily_note(after(0), None)))
    stamp = int(after(0).timestamp())
    assert f"Closes <t:{stamp}:f> (<t:{stamp}:R>)." in "".join(texts_of(message.payload["components"]))


def test_a_question_of_the_day_has_the_note_below_its_buttons() -> None:
    card = daily_card(question("two"), "ab12", "24 November 2026", daily_note(after(0), (question(), ())))
    assert card.title == "Question of the day · 24 November 2026"
    shown = plain_card(card)
    assert shown.index("Where is two?") < shown.index("Closes ") < shown.index("Last question: “east”")


def test_a_closed_question_of_the_day_has_its_answer_in_the_place_of_its_buttons() -> None:
    card = daily_card(question(), "ab12", "24 November 2026", daily_note(after(0), None))
    closed = with_daily_answer(card, question(), "ab12", [answer("ada"), answer("bob", 0)])
    shown = plain_card(closed)
    assert "The answer is B · east, 1 of 2 right.\n" in shown
    assert "It is." in shown
    assert labels(closed) == ["Why?", "Sealed"]
    assert [block for block in closed.blocks if block in card.blocks] == [card.blocks[0], card.blocks[-1]]


# -- what only one person sees ---------------------------------------------------------------------------------------


def test_whoever_asks_why_is_told_what_they_chose_what_it_was_worth_and_the_reason(shipped: Library) -> None:
    found = ask_question(shipped, shipped.questions["deepseek", "r1-base"], Random(1))
    mine = answer("ada", found.right)
    right = plain_card(why_card(shipped, SeenQuestion(found, True, mine, 20)))
    assert f"You chose {'ABCD'[found.right]} · {found.choices[found.right]}, and that is right: 20 points." in right
    assert found.explanation in right
    assert "https://" in right
    wrong = (found.right + 1) % 4
    shown = plain_card(why_card(shipped, SeenQuestion(found, True, answer("ada", wrong))))
    assert f"You chose {'ABCD'[wrong]} · {found.choices[wrong]}. The right answer is" in shown
    assert "You did not answer. The right answer is" in plain_card(why_card(shipped, SeenQuestion(found, True)))


def test_an_open_question_tells_neither_its_answer_nor_its_salt_to_whoever_asks(shipped: Library) -> None:
    for found in every_question(shipped):
        seen = SeenQuestion(found, False, answer("ada", 0))
        asked = plain_card(why_card(shipped, seen)) + plain_card(seal_card(seen))
        assert found.explanation not in asked
        assert found.salt not in asked
        assert found.seal in asked
        other = plain_card(why_card(shipped, replace(seen, question=replace(found, right=(found.right + 1) % 4))))
        assert other == plain_card(why_card(shipped, seen))


def test_a_button_of_a_preview_says_that_there_is_no_question_to_it() -> None:
    assert "preview" in plain_card(no_question_card())


# -- boards and what is kept -----------------------------------------------------------------------------------------


@given(st.one_of(NASTY, st.text(max_size=80)))
def test_a_name_on_a_board_is_one_plain_line_and_pings_nobody(name: str) -> None:
    card = leaderboard_card(ranked_scores([Score("1", name, 5, 1, 1)]), 1, "week", "channel")
    facts = next(block for block in card.blocks if isinstance(block, Facts))
    assert facts.items[0].label.startswith("1 · ")
    assert len(facts.items[0].label) <= 44
    assert not set(facts.items[0].label) & set("\n\r\x1b\u202e")
    pieces = [piece for block in card.blocks if isinstance(block, Text) for piece in block.pieces]
    assert not any(isinstance(piece, Mention) for piece in pieces)


def test_a_board_says_how_many_more_there_are_and_that_nobody_played() -> None:
    many = ranked_scores(totals(result(f"p{n}", n) for n in range(14)))
    assert "And 4 more." in plain_card(leaderboard_card(many[:10], 14, "all", "channel"))
    assert "more." not in plain_card(leaderboard_card(many[:10], 10, "all", "channel"))
    assert "Nobody has played here this week." in plain_card(leaderboard_card((), 0, "week", "channel"))
    assert "Nobody has played here yet." in plain_card(leaderboard_card((), 0, "all", "channel"))


def test_a_board_of_all_channels_is_called_as_the_platform_calls_that() -> None:
    assert leaderboard_card((), 0, "week", "server").title == "Leaderboard of this server, this week"
    assert leaderboard_card((), 0, "all", "server", "workspace").title == "Leaderboard of this workspace, of all time"
    assert leaderboard_card((), 0, "month", "channel").title == "Leaderboard of this channel, this month"


def much(count: int) -> list[Result]:
    """Results of a person who changed their name to something nasty."""
    names = ("Ada", "`@everyone`  \\ <@1> \u202e\x00\x7f&", "Ada L.")
    return [
        replace(result("ada", 15, after(n)), name=names[n * 3 // count], chosen="$5 & <more>") for n in range(count)
    ]


REPORT = ReportRecord("tea/one", Player("web", "", "ada"), "wrong", 'it says "east"', after(1))


def test_an_export_is_json_of_every_answer_and_report() -> None:
    data = json.loads(export_text("ada", reversed(much(300)), [REPORT], is_hidden=True))
    assert (data["person"], data["hidden"]) == ("ada", True)
    assert [group["name"] for group in data["answers"]] == list(dict.fromkeys(row.name for row in much(300)))
    assert {(group["platform"], group["workspace"], group["channel"]) for group in data["answers"]} == {
        ("web", "local", "quiz")
    }
    given = [each for group in data["answers"] for each in group["given"]]
    assert [each["at"] for each in given] == [row.at.isoformat() for row in much(300)]
    assert given[0] == {
        "at": after(0).isoformat(),
        "question": "tea/one",
        "chosen": "$5 & <more>",
        "right": True,
        "points": 15,
    }
    assert [(each["question"], each["words"]) for each in data["reports"]] == [("tea/one", 'it says "east"')]


def test_an_export_of_nothing_is_json_too() -> None:
    data = json.loads(export_text("ada", [], is_hidden=False))
    nothing: dict[str, object] = {"answers": [], "waiting": [], "votes": [], "reports": []}
    assert data == {"person": "ada", "hidden": False, **nothing}


def parts_of(exported: str, platform: str) -> list[Card]:
    """Every part, by way of the buttons."""
    cards: list[Card] = []
    part: str | None = "1"
    while part is not None:
        card = export_card(exported, platform, int(part))
        assert card is not None
        cards.append(card)
        onward = next(card.actions(), None)
        assert onward is None or onward.arguments[1] == mark(exported)
        part = onward.arguments[0] if onward else None
    return cards


@pytest.mark.parametrize("count", [0, 1, 30, 2_000])
@pytest.mark.parametrize("budget", BUDGETS, ids=lambda budget: budget.name)
def test_nothing_of_an_export_is_lost_and_each_part_is_one_message(budget: Any, count: int) -> None:
    exported = export_text("ada", much(count) if count else [], [REPORT], is_hidden=False)
    cards = parts_of(exported, budget.name)
    for card in cards:
        fitted = fit(card, budget)
        assert (len(fitted.parts), fitted.losses) == (1, ())
    texts = [block for card in cards for block in card.blocks if isinstance(block, Text)]
    shown = "\n".join(piece.text for block in texts for piece in block.pieces if isinstance(piece, Code))
    assert shown == exported
    assert export_card(exported, budget.name, len(cards) + 1) is None
    assert export_card(exported, budget.name, 0) is None


def texts_of(payload: Any) -> Iterator[str]:
    """Every text that is shown of a message's blocks or components, in order."""
    if isinstance(payload, dict):
        for name, value in payload.items():
            yield from (value,) if name in ("text", "content") and isinstance(value, str) else texts_of(value)
    elif isinstance(payload, list | tuple):
        for each in payload:
            yield from texts_of(each)


def test_an_export_can_be_copied_out_of_a_message_as_it_was_kept() -> None:
    """Out of the very payloads: signs that a platform would change in code stand there as their numbers."""
    exported = export_text("ada", much(200), [REPORT], is_hidden=False)
    discord = slack = ""
    for card in parts_of(exported, "discord"):
        (message,) = discord_messages(card)
        discord += "".join(re.findall("`([^`]*)`", "".join(texts_of(message.payload["components"]))))
    for card in parts_of(exported, "slack"):
        (sent,) = slack_messages(card, lambda chart: None)
        code = [each for block in sent.payload["blocks"] for each in texts_of(block) if block["type"] == "rich_text"]
        slack += "".join(code)
    assert json.loads(discord) == json.loads(slack) == json.loads(exported)


def test_ones_own_figures_name_points_streak_and_the_ways_out() -> None:
    shown = plain_card(me_card(Score("ada", "Ada", 35, 2, 3), Streak(1, 4), False, "Europe/Berlin"))
    assert "Points: 35" in shown
    assert "2 of 3 right (67%)" in shown
    assert "1 day, at best 4 days" in shown
    assert "/quiz forget-me" in shown
    assert "A day ends at 03:00 Berlin time (Europe/Berlin)." in shown
    hidden = plain_card(me_card(None, Streak(0, 0), True, "UTC"))
    assert "none yet" in hidden
    assert "A day ends at 03:00 UTC." in hidden


def test_the_check_looks_at_every_question_and_tells_of_a_card_that_is_too_long(shipped: Library) -> None:
    cards = list(question_cards(shipped))
    assert [found.id for found, _ in cards[::6]] == [found.id for found in shipped.questions.values()]
    assert overlong_cards(shipped, cards) == []
    found, card = cards[0]
    mistakes = overlong_cards(shipped, [(found, replace(card, blocks=(text("long " * 2_000),)))])
    assert any("takes" in str(mistake) and "quiz.yaml" in str(mistake) for mistake in mistakes)
