"""The question of the day as blocks of a digest or of a card of its own, when it closes, and its answer."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime

from newsbot.content.cards import CHOICE_LETTERS
from newsbot.messages.actions import Action
from newsbot.messages.cards import Block, Button, Buttons, Card, Text, text
from newsbot.messages.markup import Inline, Moment, Plain, Strong
from newsbot.quizzes.cards.choices import (
    DAILY_SEAL,
    DAILY_WHY,
    choice_buttons,
    choice_lines,
    choice_with_letter,
    seal_button,
)
from newsbot.quizzes.rules.asking import AskedQuestion
from newsbot.quizzes.rules.scoring import Answer

DAILY = "quiz.daily"
TITLE = "Question of the day"
_ON_BUTTON = 21  # characters of a choice whose button says it all: with its letter, a label of 25
_LONGEST = 60  # characters of the right choice in the line of results


def daily_blocks(question: AskedQuestion, daily: str) -> tuple[Block, ...]:
    """The question, its choices, and a button for each; the first block asks it, the last one has all its buttons.

    `daily` is the id under which the question is kept. Nothing tells the right choice. Short choices stand on their
    buttons alone, longer ones on lines above their letters.
    """

    def act(choice: int) -> Action:
        return Action(DAILY, (daily, str(choice)))

    asks = Text((Strong(f"{TITLE}: "), Plain(question.text)))
    sealed = seal_button(Action(DAILY_SEAL, (daily,)))
    if all(len(choice) <= _ON_BUTTON for choice in question.choices):
        choices = choice_buttons(question, act)
        return asks, replace(choices, items=(*choices.items, sealed))
    letters = CHOICE_LETTERS[: len(question.choices)]
    buttons = (Button(letter, act(choice)) for choice, letter in enumerate(letters))
    return asks, choice_lines(question), Buttons((*buttons, sealed))


def daily_note(closes_at: datetime | None, last: tuple[AskedQuestion, Sequence[Answer]] | None) -> tuple[Block, ...]:
    """The small line below an open question: when it closes, and how the last one went; each where there is one."""
    pieces: list[Inline] = []
    if closes_at is not None:
        pieces += [Plain("Closes "), Moment(closes_at, "deadline"), Plain(".")]
    if last is not None:
        question, answers = last
        words = question.choices[question.right]
        told = words if len(words) <= _LONGEST else f"{words[: _LONGEST - 1].rstrip()}…"
        lead = f"{' ' if pieces else ''}Last question: “"
        pieces += [Plain(lead), Strong(told), Plain(f"”{_knew(question, answers)}")]
    return (Text(tuple(pieces), "small"),) if pieces else ()


def _knew(question: AskedQuestion, answers: Sequence[Answer]) -> str:
    right = sum(answer.choice == question.right for answer in answers)
    return f", {right} of {len(answers)} right." if answers else ". Nobody answered."


def daily_answer(question: AskedQuestion, daily: str, answers: Sequence[Answer]) -> tuple[Block, ...]:
    """What takes the place of the buttons once the question is closed: the answer, how many knew it, and why."""
    right = Strong(choice_with_letter(question, question.right))
    told = Text((Plain("The answer is "), right, Plain(_knew(question, answers))))
    buttons = Button("Why?", Action(DAILY_WHY, (daily,))), seal_button(Action(DAILY_SEAL, (daily,)))
    return told, text(question.explanation), Buttons(buttons)


def daily_card(question: AskedQuestion, daily: str, day: str, note: Sequence[Block] = ()) -> Card:
    """The question of the day in an answer of its own; `day` is its date in words, `note` that of `daily_note`."""
    _, *rest = daily_blocks(question, daily)
    return Card(f"{TITLE} · {day}", (Text((Strong(question.text),), "lede"), *rest, *note))


def daily_answer_card(question: AskedQuestion, daily: str, answers: Sequence[Answer]) -> Card:
    """The answer as a message of its own, where the question's message cannot be changed."""
    asked = Text((Strong(question.text),))
    return Card(f"{TITLE}: the answer", (asked, *daily_answer(question, daily, answers)))


def with_daily_answer(card: Card, question: AskedQuestion, daily: str, answers: Sequence[Answer]) -> Card:
    """A card that asks a question of the day, with its answer in the place of the buttons.

    Raises ValueError where two controls of the card would do the same.
    """
    blocks: list[Block] = []
    is_told = False
    for block in card.blocks:
        if not any(action.name == DAILY and daily in action.arguments for action in Card("", (block,)).actions()):
            blocks.append(block)
        elif not is_told:
            blocks += daily_answer(question, daily, answers)
            is_told = True
    return replace(card, blocks=tuple(blocks))
