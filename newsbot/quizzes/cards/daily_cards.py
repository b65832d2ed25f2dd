"""The question of the day as blocks of a digest or of a card of its own, and the results of the one before."""

from collections.abc import Sequence

from newsbot.messages.actions import Action
from newsbot.messages.cards import Block, Card, Rule, Text
from newsbot.messages.markup import Code, Inline, Plain, Strong
from newsbot.quizzes.cards.choices import choice_buttons, choice_lines, choice_with_letter, seal_line
from newsbot.quizzes.rules.asking import AskedQuestion
from newsbot.quizzes.rules.scoring import Answer

DAILY = "quiz.daily"
TITLE = "Question of the day"
_SHORT = 120  # characters of an explanation that a digest has room for


def daily_blocks(question: AskedQuestion, daily: str) -> tuple[Block, ...]:
    """The question, its choices, a button for each, and its seal; the first block asks it.

    `daily` is the id under which the question is kept. Nothing tells the right choice.
    """
    return (
        Text((Strong(f"{TITLE}: "), Plain(question.text))),
        choice_lines(question),
        choice_buttons(question, lambda choice: Action(DAILY, (daily, str(choice)))),
        seal_line(question),
    )


def daily_results(question: AskedQuestion, answers: Sequence[Answer]) -> tuple[Block, ...]:
    """How the last question went, in three short lines: what was asked, what was right, and the salt of its seal."""
    return (
        Text((Strong("Last question: "), Plain(question.text))),
        Text(tuple(_outcome(question, answers))),
        Text((Plain("The salt of its seal was "), Code(question.salt)), "small"),
    )


def _outcome(question: AskedQuestion, answers: Sequence[Answer]) -> list[Inline]:
    right = sum(answer.choice == question.right for answer in answers)
    counted = f": {right} of {len(answers)} {'was' if right == 1 else 'were'} right." if answers else "."
    told = "" if answers else " Nobody answered."
    why = f" {question.explanation}" if len(question.explanation) <= _SHORT else ""
    return [
        Plain("The right answer was "),
        Strong(choice_with_letter(question, question.right)),
        Plain(f"{counted}{told}{why}"),
    ]


def daily_card(question: AskedQuestion, daily: str, day: str, results: Sequence[Block] = ()) -> Card:
    """The question of the day in an answer of its own; `day` is its date in words, `results` those of the last one."""
    asks, *rest = daily_blocks(question, daily)
    above = (*results, Rule(), asks) if results else (Text((Strong(question.text),), "lede"),)
    return Card(f"{TITLE} · {day}", (*above, *rest))
