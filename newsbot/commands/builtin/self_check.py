"""The self-check at the end of each brief: stateless, the choice is in the button."""

from newsbot.commands.answers import Unclear
from newsbot.commands.button_args import arguments, damaged_button
from newsbot.commands.registry import ButtonHandler, Context
from newsbot.content.actions import ASK_QUESTION, GIVE_ANSWER
from newsbot.content.cards import answer_card, question_card
from newsbot.messages.cards import Reply
from newsbot.messages.requests import Click


async def answer(context: Context, click: Click) -> Reply:
    """Whether the choice behind the button is right; for the one who pressed it only."""
    topic, name, choice = arguments(click, 3)
    question = context.library.questions.get((topic, name))
    if question is None:
        raise Unclear("This question is no longer used. Open the brief again for another one.", title="Gone")
    if not choice.isdecimal() or int(choice) >= len(question.choices):
        raise damaged_button()
    return Reply(answer_card(context.library, question, int(choice)), private=True)


async def ask_another(context: Context, click: Click) -> Reply:
    """Another question, for the one who pressed the button only."""
    topic, name = arguments(click, 2)
    if (topic, name) not in context.library.questions:
        raise Unclear("This question is no longer used. Open the brief again for another one.", title="Gone")
    return Reply(question_card(context.library, topic, name), private=True, replaces=True)


BUTTONS = {GIVE_ANSWER: ButtonHandler(answer), ASK_QUESTION: ButtonHandler(ask_another)}
