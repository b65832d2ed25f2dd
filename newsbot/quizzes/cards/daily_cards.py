"""The question of the day as blocks of a digest or of a card of its own, and the results of the one before."""

from collections.abc import Sequence

from newsbot.content.cards import CHOICE_LETTERS
from newsbot.messages.actions import Action
from newsbot.messages.cards import Block, Button, Buttons, Card, Rule, Text, text
from newsbot.messages.markup import Plain, Strong
from newsbot.quizzes.cards.choices import choice_buttons, choice_lines, seal_line
from newsbot.quizzes.rules.asking import AskedQuestion
from newsbot.quizzes.rules.scoring import Answer

DAILY = "quiz.daily"
TITLE = "Question of the day"
_ON_BUTTON = 21  # characters of a choice whose button says it all: with its letter, a label of 25
_LONGEST = 60  # characters of the right choice in the line of results


def daily_blocks(question: AskedQuestion, daily: str) -> tuple[Block, ...]:
    """The question, its choices, a button for each, and that it is sealed; the first block asks it.

    `daily` is the id under which the question is kept. Nothing tells the right choice. Short choices stand on their
    buttons alone, longer ones on lines above their letters.
    """

    def act(choice: int) -> Action:
        return Action(DAILY, (daily, str(choice)))

    asks = Text((Strong(f"{TITLE}: "), Plain(question.text)))
    sealed = text("Sealed. The answer comes with the next question.", "small")
    if all(len(choice) <= _ON_BUTTON for choice in question.choices):
        return asks, choice_buttons(question, act), sealed
    letters = CHOICE_LETTERS[: len(question.choices)]
    buttons = Buttons(tuple(Button(letter, act(choice)) for choice, letter in enumerate(letters)))
    return asks, choice_lines(question), buttons, sealed


def daily_results(question: AskedQuestion, answers: Sequence[Answer]) -> tuple[Block, ...]:
    """How the last question went, in one line: what was right, and how many knew."""
    right = sum(answer.choice == question.right for answer in answers)
    knew = f", {right} of {len(answers)} right." if answers else ". Nobody answered."
    words = question.choices[question.right]
    told = words if len(words) <= _LONGEST else f"{words[: _LONGEST - 1].rstrip()}…"
    return (Text((Plain("Last question: “"), Strong(told), Plain(f"”{knew}")), "small"),)


def daily_card(question: AskedQuestion, daily: str, day: str, results: Sequence[Block] = ()) -> Card:
    """The question of the day in an answer of its own; `day` is its date in words, `results` those of the last one."""
    asks, *rest, _ = daily_blocks(question, daily)
    above = (*results, Rule(), asks) if results else (Text((Strong(question.text),), "lede"),)
    return Card(f"{TITLE} · {day}", (*above, *rest, seal_line(question)))
