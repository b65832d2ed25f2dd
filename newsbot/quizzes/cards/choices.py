"""A question that was sealed as people see it: its lettered choices, their buttons, and the way to its seal."""

from collections.abc import Callable

from newsbot.content.cards import CHOICE_LETTERS
from newsbot.messages.actions import Action
from newsbot.messages.cards import Button, Buttons, Fact, Facts
from newsbot.quizzes.rules.asking import AskedQuestion

# What opens the seal of a question of a game or of a day, and what tells whoever presses why, and what they chose.
SEAL, DAILY_SEAL = "quiz.seal", "quiz.daily-seal"
WHY, DAILY_WHY = "quiz.why", "quiz.daily-why"
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


def seal_button(does: Action) -> Button:
    """The one word that opens the proof that nobody changed the answer."""
    return Button("Sealed", does)


def _cut(label: str) -> str:
    return label if len(label) <= _LABEL else f"{label[: _LABEL - 1].rstrip()}…"
