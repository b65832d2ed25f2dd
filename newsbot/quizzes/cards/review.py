"""Every card that a question of the content becomes in the quiz, for `newsbot check` to see whether it fits."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from random import Random

from newsbot.content.library import Library
from newsbot.content.models import Question
from newsbot.messages.cards import Card
from newsbot.messages.requests import Place
from newsbot.quizzes.cards.daily_cards import daily_answer_card, daily_card, daily_note
from newsbot.quizzes.cards.game_cards import podium_card, question_card
from newsbot.quizzes.cards.reveal_cards import reveal_card, why_card
from newsbot.quizzes.rules.asking import AskedQuestion, ask_question
from newsbot.quizzes.rules.game import Game, new_game, with_question_posted
from newsbot.quizzes.rules.scoring import Answer, results
from newsbot.quizzes.values import SeenQuestion

_AT = datetime(2026, 11, 24, tzinfo=UTC)
_PLACE = Place("web", "local", "quiz")
_MOST_QUESTIONS = 20
_LARGEST_ID = 2**31 - 1
_CROWD = 12  # people with a name as long as names get


def question_cards(library: Library) -> Iterator[tuple[Question, Card]]:
    """Each question with the cards that show it, as large as they get."""
    for number, question in enumerate(library.questions.values()):
        shown = ask_question(library, question, Random(number))  # noqa: S311 (what is made here is never asked)
        for card in _cards(library, shown):
            yield question, card


def _cards(library: Library, question: AskedQuestion) -> Iterator[Card]:
    game = _game(question)
    answers = [Answer(str(n), "W" * 60, n % len(question.choices), _AT) for n in range(_CROWD)]
    rows = results(question, answers, _PLACE)
    yield question_card(game, _AT)
    yield reveal_card(library, game, game.number, answers, rows)
    yield why_card(library, SeenQuestion(question, True, answers[0], 25))
    yield podium_card(library, game, rows)
    yield daily_card(question, "f" * 16, "30 September 2026", daily_note(_AT, (question, answers)))
    yield daily_answer_card(question, "f" * 16, answers)


def _game(question: AskedQuestion) -> Game:
    game = new_game(_PLACE, "", [question] * _MOST_QUESTIONS, 300, _AT)
    return with_question_posted(replace(game, id=_LARGEST_ID, number=_MOST_QUESTIONS - 1, ending="nobody"), _AT, _AT)
