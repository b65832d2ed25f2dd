"""The first words in a new place: what newsbot is, in one sentence, and three presses that prove it."""

from collections.abc import Iterator

from newsbot.commands.answers import Offer, offer_buttons, run_action
from newsbot.commands.digest.first import CHOOSE, TOMORROW
from newsbot.commands.registry import Context
from newsbot.messages.actions import Action
from newsbot.messages.cards import Block, Card, text

_FIRST_BRIEF = ("deepseek", "cost")
_QUESTIONS = "3"
DAILY = "/digest subscribe 9:00 daily"  # the text that sets up a daily digest, once a zone follows


def welcome_card(context: Context, more: str = "") -> Card:
    """A question, a quiz and a digest to try, and for administrators the way to a digest; `more` stands below."""
    blocks: list[Block] = [text("I explain AI market events, with sources. Try one:")]
    if buttons := offer_buttons(_to_try(context)):
        blocks.append(buttons)
    if context.menu.find(("digest", "subscribe")) is not None:
        blocks.append(text("Admins: a daily digest takes two presses."))
        if set_up := offer_buttons([Offer("Set up a daily digest", Action(CHOOSE))]):
            blocks.append(set_up)
    blocks.append(text(f"I post nothing here unless somebody asks for it. {more}".strip(), "small"))
    return Card("Hello!", tuple(blocks))


def _to_try(context: Context) -> Iterator[Offer]:
    yield first_question(context)
    if context.menu.find(("quiz", "start")) is not None:
        yield Offer("A 3-question quiz", run_action(("quiz", "start"), {"questions": _QUESTIONS}))
    if context.menu.find(("digest", "preview")) is not None:
        yield Offer("Preview tomorrow's digest", Action(TOMORROW))


def first_question(context: Context) -> Offer:
    """A question that is answered at once: the best known, else the overview of the first topic, else what there is."""
    if context.menu.find(_FIRST_BRIEF) is not None:
        return Offer("What did DeepSeek cost?", run_action(_FIRST_BRIEF))
    topics = [topic for topic in context.library.topics.values() if topic.command]
    if topics:
        return Offer(topics[0].title[:25], run_action((topics[0].id,)))
    return Offer("What can you do?", run_action(("newsbot",)))


def starters(context: Context) -> list[tuple[str, str]]:
    """What to try first where it is said and not pressed: what the button says, and the text."""
    question = first_question(context)
    path, *_ = question.action.arguments
    found = [(question.label, f"/{path.replace('/', ' ')}")]
    if context.quizzes is not None:
        found.append(("A 3-question quiz", f"/quiz start {_QUESTIONS}"))
    if context.digests is not None:
        found.append(("Preview tomorrow's digest", "/digest preview"))
    return found
