"""A question that was sealed as people see it: its lettered choices, their buttons, its seal, and how to check that."""

from collections.abc import Callable

from newsbot.content.cards import CHOICE_LETTERS
from newsbot.messages.actions import Action
from newsbot.messages.cards import Button, Buttons, Fact, Facts, Text
from newsbot.messages.markup import Code, Plain
from newsbot.quizzes.rules.asking import AskedQuestion

# Slack takes 75 characters in a label, Discord 80; some signs count for more than one. The whole choice stands above.
_LABEL = 70


def choice_with_letter(question: AskedQuestion, choice: int) -> str:
    """A choice with its letter: "B · east"."""
    return f"{CHOICE_LETTERS[choice]} · {question.choices[choice]}"


def choice_lines(question: AskedQuestion) -> Facts:
    """The choices as lines, in the order of their buttons."""
    return Facts("", tuple(Fact(*pair) for pair in zip(CHOICE_LETTERS, question.choices, strict=False)))


def choice_buttons(question: AskedQuestion, action: Callable[[int], Action]) -> Buttons:
    """A button for each choice, with its words, as a letter alone says nothing to those who hear it read aloud."""
    labels = (choice_with_letter(question, choice) for choice in range(len(question.choices)))
    return Buttons(tuple(Button(_cut(label), action(choice)) for choice, label in enumerate(labels)))


def seal_line(question: AskedQuestion) -> Text:
    """The seal of a question that is open."""
    return Text((Plain("Sealed with SHA-256: "), Code(question.seal)), "small")


def _cut(label: str) -> str:
    return label if len(label) <= _LABEL else f"{label[: _LABEL - 1].rstrip()}…"
