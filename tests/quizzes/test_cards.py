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
from newsbot.messages.actions import read_token
from newsbot.messages.budgets import BUDGETS
from newsbot.messages.cards import Buttons, Card, Facts, Text, text
from newsbot.messages.fitting import fit
from newsbot.messages.markup import Code, Mention
from newsbot.messages.plain import plain_block, plain_card
from newsbot.platforms.discord.render import render_messages as discord_messages
from newsbot.platforms.slack.render import render_messages as slack_messages
from newsbot.quizzes.cards.daily_cards import daily_blocks, daily_card, daily_results
from newsbot.quizzes.cards.exports import export_card, mark
from newsbot.quizzes.cards.game_cards import opening_card, podium_card, question_card, receipt_card, reveal_card
from newsbot.quizzes.cards.review import question_cards
from newsbot.quizzes.cards.score_cards import export_text, leaderboard_card, me_card
from newsbot.quizzes.rules.answering import Press, Verdict, VerdictKind, judge
from newsbot.quizzes.rules.asking import AskedQuestion, ask_question
from newsbot.quizzes.rules.game import Game, with_question_posted
from newsbot.quizzes.rules.scoring import Answer, Result, Score, ranked_scores, results, totals
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
        assert found.seal in plain_card(card)
        assert found.salt not in plain_card(card) + str([a.token() for a in card.actions()])
        assert found.explanation not in plain_card(card)


def labels(card: Card) -> list[str]:
    return [button.label for block in card.blocks if isinstance(block, Buttons) for button in block.items]


def test_a_question_has_a_button_for_each_choice_that_reads_well_aloud_and_a_vote() -> None:
    card = question_card(asking())
    tokens = [action.token() for action in card.actions()]
    assert tokens == [*(f"nb1:quiz.answer:7:0:{choice}" for choice in range(4)), "nb1:quiz.skip:7:0"]
    assert [read_token(token).token() for token in tokens] == tokens
    assert labels(card) == ["A · north", "B · east", "C · south", "D · west", "Vote to skip"]
    assert "- A: north\n- B: east" in plain_card(card)


def test_a_question_tells_how_long_it_takes_and_names_no_end_that_it_cannot_know() -> None:
    assert "20 seconds, from when this message was posted." in plain_card(question_card(asking()))
    assert "from when the question was posted in the channel." in plain_card(question_card(asking(), is_copy=True))
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
        assert_fits(question_card(game))
        crowd = [Answer(str(n), LONG_NAME, n % len(found.choices), after(1)) for n in range(1_000)]
        assert_fits(reveal_card(shipped, game, 0, crowd))
        assert_fits(receipt_card(found, Verdict("changed", crowd[0])))
        assert_fits(daily_card(found, "f" * 16, "24 November 2026", daily_results(found, crowd)))


def test_final_scores_fit_one_message_of_every_platform(shipped: Library) -> None:
    questions = sorted(every_question(shipped), key=lambda each: -len(each.text + each.choices[each.right]))[:5]
    game = replace(game_of(*questions), ending="nobody")
    people = [Answer(str(n), LONG_NAME, 0, after(n)) for n in range(40)]
    rows = [row for each in questions for row in results(each, people, PLACE)]
    assert_fits(podium_card(shipped, game, rows))
    assert_fits(leaderboard_card(ranked_scores(totals(rows))[:10], 40, "month", "server"))
    assert_fits(opening_card(game))
    assert_fits(me_card(totals(rows)[0], Streak(10_000, 10_000), True))


def test_a_reveal_says_in_words_who_chose_what_and_why(shipped: Library) -> None:
    found = ask_question(shipped, shipped.questions["deepseek", "r1-base"], Random(1))
    wrong = (found.right + 1) % 4
    answers = [answer(f"p{n}", found.right) for n in range(5)] + [answer("x", wrong), answer("y", wrong)]
    answers.append(answer("z", (wrong + 1) % 4))
    card = reveal_card(shipped, game_of(found), 0, answers)
    bars = next(block for block in card.blocks if isinstance(block, Facts) and block.title == "Answers")
    assert bars.items[found.right].value == "█████░░░ 5 of 8 · right"
    assert bars.items[wrong].value == "██░░░░░░ 2 of 8"
    assert bars.items[(wrong + 2) % 4].value == "░░░░░░░░ 0 of 8"
    shown = plain_card(card)
    assert found.explanation in shown
    assert "Based on:" in shown
    assert "https://" in shown
    assert [a.token() for a in card.actions()] == [
        "nb1:brief.open:deepseek:overview",
        "nb1:form.open:quiz/report:question=deepseek/r1-base",
    ]


def test_a_reveal_opens_the_very_form_in_which_its_question_is_reported(shipped: Library) -> None:
    """Cards stand below commands, so the button writes the action down by name."""
    for found in every_question(shipped):
        *_, report = reveal_card(shipped, game_of(found), 0, ()).actions()
        assert report == open_path("quiz/report", {"question": found.id})
        assert report.arguments[1:] == (f"question={found.id}",)
        report.token()


def test_anybody_can_copy_the_check_of_a_seal_out_of_a_reveal(shipped: Library) -> None:
    for found in [*every_question(shipped)][::10]:
        card = reveal_card(shipped, game_of(found), 0, ())
        pieces = [piece for block in card.blocks if isinstance(block, Text) for piece in block.pieces]
        line = next(piece.text for piece in pieces if isinstance(piece, Code) and "sha256sum" in piece.text)
        printed = subprocess.run(["sh", "-c", line], capture_output=True, check=True).stdout.decode()
        assert printed.split()[0] == found.seal


def test_a_reveal_stands_without_the_figure_and_the_brief_that_were_taken_away(shipped: Library) -> None:
    card = reveal_card(shipped, asking(), 0, ())
    assert "Nobody answered." in plain_card(card)
    assert [action.name for action in card.actions()] == ["form.open"]


def test_a_few_answers_always_show_in_their_bar(shipped: Library) -> None:
    crowd = [answer(f"p{n}", 0) for n in range(999)] + [answer("x", 1)]
    shown = plain_card(reveal_card(shipped, asking(), 0, crowd))
    assert "A: ███████░ 999 of 1000\n" in shown
    assert "B: █░░░░░░░ 1 of 1000 · right" in shown


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
            "You chose B · east. You can change it once, until the question is closed.",
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
        (Verdict("counted", answer("ada")), "You can change it once, until the next question of the day."),
        (Verdict("over"), "This question of the day is closed. Its answer came with the next one."),
        (Verdict("late", answer("ada")), "came with the next one. Your answer B · east stays."),
        (Verdict("foreign"), "a question in another channel"),
        (Verdict("forged"), "one that is shown in a preview is not"),
    ],
)
def test_a_press_of_the_question_of_the_day_is_told_what_holds_for_it(verdict: Verdict, words: str) -> None:
    card = receipt_card(question() if verdict.answer else None, verdict, is_daily=True)
    assert words in plain_card(card)
    assert "game" not in plain_card(card).lower()


@given(st.sampled_from(KINDS), st.booleans(), st.booleans())
def test_every_receipt_is_short_and_whole(kind: VerdictKind, is_daily: bool, has_answer: bool) -> None:
    has_answer = has_answer or kind in ("counted", "changed", "same", "spent")
    card = receipt_card(question(), Verdict(kind, answer("ada") if has_answer else None), is_daily=is_daily)
    is_proved = is_daily and kind in ("late", "over")  # with the seal and the salt of a question that is closed
    assert len(plain_card(card)) < (300 if is_proved else 160)
    assert "  " not in plain_card(card)
    assert not list(card.actions())


# -- the question of the day -----------------------------------------------------------------------------------------


def test_the_question_of_the_day_asks_first_and_gives_nothing_away() -> None:
    blocks = [daily_blocks(replace(question(right=right), seal="f" * 64), "ab12") for right in range(4)]
    assert all(each == blocks[0] for each in blocks)
    words = [plain_block(block) for block in blocks[0]]
    assert words[0] == "Question of the day: Where is one?"
    card = Card("x", blocks[0])
    assert labels(card) == ["A · north", "B · east", "C · south", "D · west"]
    assert [a.token() for a in card.actions()] == [f"nb1:quiz.daily:ab12:{choice}" for choice in range(4)]
    assert words[-1] == "Sealed. The answer comes with the next question."
    assert "ffff" not in plain_card(card)


def test_long_choices_stand_on_lines_and_their_buttons_carry_letters() -> None:
    long = replace(question(), choices=("north", "east of the second river", "south", "west"))
    card = Card("x", daily_blocks(long, "ab12"))
    assert labels(card) == ["A", "B", "C", "D"]
    assert "- B: east of the second river" in plain_card(card)


def test_results_tell_in_one_line_what_was_right_and_how_many_knew() -> None:
    answers = [answer("ada"), answer("bob"), answer("cy", 2)]
    (line,) = daily_results(question(), answers)
    assert plain_block(line) == "Last question: “east”, 2 of 3 right."
    assert plain_block(daily_results(question(), ())[0]) == "Last question: “east”. Nobody answered."
    long = replace(question(), choices=("a", "It " + "really " * 30, "c", "d"))
    assert len(plain_block(daily_results(long, answers)[0])) < 100


def test_a_question_of_the_day_stands_below_the_results_of_the_one_before() -> None:
    card = daily_card(question("two"), "ab12", "24 November 2026", daily_results(question(), ()))
    assert card.title == "Question of the day · 24 November 2026"
    shown = plain_card(card)
    assert shown.index("Last question: “east”") < shown.index("Question of the day: Where is two?")


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
    shown = plain_card(me_card(Score("ada", "Ada", 35, 2, 3), Streak(1, 4), False))
    assert "Points: 35" in shown
    assert "2 of 3 right (67%)" in shown
    assert "1 day, at best 4 days" in shown
    assert "/quiz forget-me" in shown
    assert "none yet" in plain_card(me_card(None, Streak(0, 0), True))


def test_the_check_looks_at_every_question_and_tells_of_a_card_that_is_too_long(shipped: Library) -> None:
    cards = list(question_cards(shipped))
    assert [found.id for found, _ in cards[::4]] == [found.id for found in shipped.questions.values()]
    assert overlong_cards(shipped, cards) == []
    found, card = cards[0]
    mistakes = overlong_cards(shipped, [(found, replace(card, blocks=(text("long " * 2_000),)))])
    assert any("takes" in str(mistake) and "quiz.yaml" in str(mistake) for mistake in mistakes)
