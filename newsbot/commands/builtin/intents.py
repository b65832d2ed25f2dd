"""What people say that is no question of content: greetings, thanks, help, commands in words, advice, who are you."""

import re
from collections.abc import Callable, Iterable

from newsbot.commands.answers import Offer, offer_buttons, run_action
from newsbot.commands.builtin.intent_words import intent_of
from newsbot.commands.forms import open_action
from newsbot.commands.registry import Context
from newsbot.content.words import flat
from newsbot.messages.actions import Action
from newsbot.messages.cards import Block, Card, Reply, text


def intent_reply(context: Context, said: str) -> Reply | None:
    """The answer to what is no question of content; None where it is one."""
    intent = intent_of(_plain(said))
    return Reply(_ANSWERS[intent](context), private=True) if intent else None


def _plain(said: str) -> str:
    """What was said in small letters, without punctuation, pleasantries and the bot's own name."""
    words = re.sub(r"[^\w\s'/%$.-]", " ", flat(said).replace("’", "'")).strip(" .")
    words = re.sub(r"\s+", " ", words)
    kept = re.sub(r"\b(?:please|pls|plz|newsbot|dear bot|there|everyone|all)\b", " ", words)
    kept = re.sub(r"\s+", " ", kept).strip()
    return kept or words


def _card(title: str, sentence: str, offers: Iterable[Offer] = ()) -> Card:
    blocks: list[Block] = [text(sentence)]
    if buttons := offer_buttons(offers):
        blocks.append(buttons)
    return Card(title, tuple(blocks))


def _examples(context: Context) -> list[Offer]:
    """Three things to try, each one press away."""
    offers = []
    if claim := context.library.claims.get("deepseek-six-million"):
        offers.append(Offer("Check a claim", Action("claim.open", (claim.id,))))
    topics = [topic for topic in context.library.topics.values() if topic.command]
    offers += [Offer(topic.title[:25], run_action((topic.id,))) for topic in topics if topic.id == "deepseek"]
    offers += [Offer("Latest events", run_action(("events",))), _HELP]
    return offers


def _greeting(context: Context) -> Card:
    said = "I explain AI market events, with sources. Ask me a question, or try one of these."
    return _card("Hello!", said, _examples(context))


def _thanks(context: Context) -> Card:
    return _card("You’re welcome!", "Ask me anything else about AI and the markets.")


def _bye(context: Context) -> Card:
    return _card("Goodbye!", "See you. I’ll be here when you have another question.")


def _help(context: Context) -> Card:
    said = (
        "Ask me a question in plain words: “What did R1 cost?”, “What’s new with Nvidia?”, “Is it true that …?”. "
        "Or type /ask, /deepseek, /events, /check, /quiz or /digest. /help shows every command."
    )
    return _card("What I can do", said, [_HELP, *_examples(context)[:2]])


def _about(context: Context) -> Card:
    said = (
        "I’m newsbot, a program that answers with passages people wrote and checked. No language model writes my "
        "answers: every number has its source and date. Where I have none, I say so."
    )
    return _card("About newsbot", said, [Offer("Where numbers come from", run_action(("sources",))), _HELP])


def _no_advice_about(context: Context) -> Card:
    return _card(
        "Not financial advice", "No. newsbot explains what happened, with sources. It gives no investment advice."
    )


def _subscribe(context: Context) -> Card:
    said = "Type /digest subscribe 9:00 Berlin weekdays, with your own time and city, or fill in the form."
    return _card("A digest for this channel", said, [*_form(context, ("digest", "subscribe"), "Set up a digest")])


def _unsubscribe(context: Context) -> Card:
    said = "/digest shows this channel’s digests, each with Pause and Remove. /digest unsubscribe removes one."
    return _card("Stop a digest", said, [Offer("Show the digests", run_action(("digest",))), _HELP])


def _quiz(context: Context) -> Card:
    return _card(
        "Quiz",
        "Start the quiz with /quiz start, or press the button.",
        [*_form(context, ("quiz", "start"), "Start a quiz")],
    )


def _stop(context: Context) -> Card:
    said = "To stop a quiz, type /quiz stop. To stop a digest, type /digest pause or /digest unsubscribe."
    return _card("What would you like to stop?", said, [Offer("Show the digests", run_action(("digest",))), _HELP])


def _language(context: Context) -> Card:
    return _card("English only", "I answer in English only, for now. Ask me in English, please.")


def _smalltalk(context: Context) -> Card:
    return _card("I have no sourced answer to that", "I only answer questions about AI and the markets.", [_HELP])


def _advice(context: Context) -> Card:
    said = (
        "newsbot gives no investment advice and makes no forecasts. It can show what happened, "
        "what moved a share and what the sources say."
    )
    return _card("No advice here", said, [Offer("Latest events", run_action(("events",))), _HELP])


def _form(context: Context, path: tuple[str, ...], label: str) -> list[Offer]:
    command = context.menu.find(path)
    return [Offer(label, open_action(command) if command.options else run_action(path))] if command else []


_HELP = Offer("What can you do?", run_action(("newsbot",)))
_ANSWERS: dict[str, Callable[[Context], Card]] = {
    "greeting": _greeting,
    "thanks": _thanks,
    "bye": _bye,
    "about": _about,
    "no-advice": _no_advice_about,
    "help": _help,
    "unsubscribe": _unsubscribe,
    "stop": _stop,
    "stop-quiz": _stop,
    "subscribe": _subscribe,
    "quiz": _quiz,
    "language": _language,
    "smalltalk": _smalltalk,
    "advice": _advice,
}
