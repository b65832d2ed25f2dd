"""A game says the same on every platform: each choice, count, seal, salt, source with its date, name and points."""

import re
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from random import Random

import pytest

from newsbot.content.library import Library
from newsbot.content.models import Source
from newsbot.messages.cards import Card
from newsbot.messages.requests import Place
from newsbot.quizzes.cards.daily_cards import daily_answer_card, daily_card, daily_note
from newsbot.quizzes.cards.game_cards import opening_card, podium_card, question_card, receipt_card
from newsbot.quizzes.cards.reveal_cards import reveal_card, seal_card, why_card
from newsbot.quizzes.cards.score_cards import leaderboard_card
from newsbot.quizzes.rules.answering import Verdict
from newsbot.quizzes.rules.asking import AskedQuestion, ask_question
from newsbot.quizzes.rules.game import Game, new_game, with_question_posted
from newsbot.quizzes.rules.scoring import Answer, ranked_scores, results, totals
from newsbot.quizzes.values import SeenQuestion
from tests.platforms.test_parity import (
    in_the_terminal,
    letters,
    on_discord,
    on_slack,
    on_slack_without_pictures,
    on_the_web,
    said,
)
from tests.shipped import shipped_library

AT = datetime(2026, 11, 24, 12, 0, tzinfo=UTC)
WHERE = Place("web", "local", "quiz")
NAMES = ("Anna-Lena O'Neill", "bert", "Карла", "丁一", "d_e_f *g*")


@pytest.fixture(scope="module")
def library() -> Library:
    """The content that ships."""
    return shipped_library()


def games(library: Library) -> Iterator[tuple[Game, list[Answer]]]:
    """A game over each question of the content, and what five people answered."""
    for number, question in enumerate(library.questions.values()):
        shown = ask_question(library, question, Random(number))
        answers = [Answer(str(n), name, n % 4, AT + timedelta(seconds=n)) for n, name in enumerate(NAMES)]
        yield (
            with_question_posted(replace(new_game(WHERE, "0", [shown, shown], 30, AT), id=7 + number), AT, AT),
            answers,
        )


def cards(library: Library) -> Iterator[Card]:
    """Every card that people see in a game, and of the question of a day."""
    for game, answers in games(library):
        question = game.question
        rows = results(question, answers, WHERE)
        board = ranked_scores(totals(rows))
        yield from (opening_card(game), question_card(game, AT), reveal_card(library, game, 0, answers))
        seen = SeenQuestion(question, True, answers[0], 20)
        yield from (why_card(library, seen), seal_card(seen), daily_answer_card(question, "0123456789abcdef", answers))
        yield from (podium_card(library, game, rows), leaderboard_card(board, len(board), "week", "server"))
        yield receipt_card(question, Verdict("counted", answers[0]))
        yield daily_card(question, "0123456789abcdef", "24 November 2026", daily_note(AT, (question, answers)))


@pytest.mark.parametrize("platform", [on_discord, on_slack, on_slack_without_pictures, on_the_web])
def test_nothing_of_any_card_of_a_game_is_missing(library: Library, platform: Callable[[Card], str]) -> None:
    with_alt = platform is not on_slack_without_pictures
    for card in cards(library):
        shown = letters(platform(card))
        assert [piece for piece in said(card, with_alt=with_alt) if letters(piece) not in shown] == [], card.title


async def test_nothing_of_any_card_of_a_game_is_missing_in_the_terminal(library: Library) -> None:
    for card in cards(library):
        shown = letters(await in_the_terminal(card))
        assert [piece for piece in said(card, with_alt=False) if letters(piece) not in shown] == [], card.title


@pytest.mark.parametrize("platform", [on_discord, on_slack, on_slack_without_pictures, on_the_web])
def test_the_facts_of_a_game_are_on_its_cards(library: Library, platform: Callable[[Card], str]) -> None:
    """Not what the cards hold is asked here, but what a game is: so a fact that no card tells is found as well."""
    for game, answers in games(library):
        question = game.question
        open_card, answer = platform(question_card(game, AT)), letters(platform(reveal_card(library, game, 0, answers)))
        for fact in (question.text, *question.choices, "Closes ", "Question 1 of 2"):
            assert letters(fact) in letters(open_card)
        assert question.salt not in open_card
        first = next(sources(library, question), None)
        told = (question.choices[question.right], question.explanation, "(fastest)", "After 1 of 2: ")
        for fact in (*told, *([first.publisher, first.dated] if first else [])):
            assert letters(fact) in answer
        assert letters(f"{'ABCD'[answers[0].choice]} 2") in answer
        why = letters(platform(why_card(library, SeenQuestion(question, True, answers[0]))))
        for source in sources(library, question):
            for fact in (*question.choices, source.title, source.publisher, source.dated):
                assert letters(fact) in why
        seal = letters(platform(seal_card(SeenQuestion(question, True))))
        assert letters(question.seal) in seal
        assert letters(question.salt) in seal
        scores = letters(platform(podium_card(library, game, results(question, answers, WHERE))))
        for score in totals(results(question, answers, WHERE)):
            won = letters(f"{score.points} points {score.right} of {score.answered} right")
            # Slack's own names of pieces of text may stand between.
            assert re.search(f"{letters(score.name)}(text)*{won}", scores)


def sources(library: Library, question: AskedQuestion) -> Iterator[Source]:
    """What a question rests on."""
    rests_on = library.figures.get(question.rests_on) or library.events.get(question.rests_on)
    yield from rests_on.sources if rests_on else ()
