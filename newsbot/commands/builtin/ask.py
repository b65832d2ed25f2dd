"""`/ask question` and free text: an answer out of the content with its sources, what comes close, or honestly none."""

import re
from collections.abc import Iterator
from datetime import UTC, date, datetime

from newsbot.commands.answers import HELP, Offer, offer_buttons, share_button
from newsbot.commands.builtin.intents import intent_reply
from newsbot.commands.builtin.timely import happened_card, time_card
from newsbot.commands.registry import Command, Context, Option
from newsbot.content.answer_cards import (
    brief_answer,
    claim_card,
    hit_card,
    label_of,
    open_action,
    shortened,
    term_card,
)
from newsbot.content.languages import foreign_language
from newsbot.content.library import Library
from newsbot.content.models import Claim
from newsbot.content.naming import Named, framed, named
from newsbot.content.search import Hit
from newsbot.content.times import AskedTime, asked_time
from newsbot.content.words import is_version, question_kind, tokens
from newsbot.messages.actions import Action
from newsbot.messages.cards import Block, Button, Card, Reply, text
from newsbot.messages.requests import Ask
from newsbot.names import normalised

QUESTION = Option("question", "text", "What you want to know", required=True, rest=True)
NO_ANSWER = "I have no sourced answer to that"
_CLOSE = 3  # as many buttons as "Not sure" has
_PRICED = r"(?:price|worth|value|valuation|market cap|stock|shares?|trading|quote|ticker)"
_NOW = r"(?:today|now|right now|currently|tonight|at the moment|live|yesterday)"
_LIVE = re.compile(
    rf"\b{_PRICED}\b.*\b{_NOW}\b|\b{_NOW}\b.*\b(?:price|worth|trading at)\b"
    r"|\b(?:today'?s|current|live|latest) (?:\w+ ){0,2}(?:price|market cap|valuation|value|quote)\b"
)


_WORKS = re.compile(r"\W*how (?:do|does|did) (?:an? |the )?(.+?) work\W*$", re.IGNORECASE)
_OPINION = re.compile(
    r"\b(?:best|smartest|greatest|coolest|favou?rite) (?:\w+ )?"
    r"(?:models?|llms?|chatbots?|ais?|assistants?|compan(?:y|ies)|chips?)\b\W*$"
    r"|\bwhich (?:\w+ )?(?:model|llm|chatbot|ai|assistant) (?:should|is best|is better)\b",
    re.IGNORECASE,
)


def commands(library: Library) -> Iterator[Command]:
    """`/ask`."""
    examples = ("/ask what did R1 cost",)
    yield Command(("ask",), "An answer from the briefs, with its source", ask, (QUESTION,), (), examples)


async def ask(context: Context, ask: Ask) -> Reply:
    """What answers the question."""
    return answer(context, ask.options.get("question", "").strip(), today_of(ask), is_alone=not ask.where.workspace)


def today_of(ask: Ask) -> date:
    """The day on which something is asked."""
    return (ask.at or datetime.now(UTC)).date()


def answer(context: Context, question: str, today: date, is_alone: bool = False) -> Reply:
    """The answer to a question: what it wants decides where to look, and search is the last resort.

    `is_alone`: nobody else reads along, so what is answered may be shared.
    """
    library = context.library
    if reply := intent_reply(context, question):
        return reply
    if language := foreign_language(question):
        return _none(library, question, None, f"That looks like {language}. I answer in English only, for now.")
    if _LIVE.search(question.casefold()):
        return _none(library, question, None, "I have no live prices.")
    if _OPINION.search(question):
        return _none(library, question, None, "That is a matter of opinion, and I only quote what has a source.")
    if how := _WORKS.match(question):
        question = f"what is {how[1]}"
    time = asked_time(question, today)
    found = named(library, question)
    if len(found) == 1 and framed(question)[1]:  # "what is …" comes before what is claimed about it
        return Reply(_named_card(library, found[0]))
    if not library.search.is_ranking(question) and (claim := library.claim_index.same(question)):
        is_checked = question_kind(question) in ("is", "")
        return Reply(claim_card(library, claim, share_claim(claim) if is_alone and is_checked else None, is_checked))
    if time is not None and (card := time_card(library, question, time, today)):
        return Reply(card)
    if card := happened_card(library, question, today):
        return Reply(card)
    if len(found) == 1:
        return Reply(_named_card(library, found[0]))
    if len(found) > 1:
        return _not_sure(library, [_lede(library, each) for each in found])
    if _asks_for_a_name(library, question):
        if hit := library.search.define(framed(question)[0]):
            return Reply(hit_card(library, hit))
        return _not_sure_or_none(library, question)
    return _searched(library, question, time)


def _asks_for_a_name(library: Library, question: str) -> bool:
    """Whether a question asks who or what a name is, and nothing more."""
    rest, defines = framed(question)
    words = [library.search.reader.mended(word) for word in tokens(rest)]
    return defines and bool(words) and all(library.search.reader.is_name(word) for word in words)


def _not_sure_or_none(library: Library, question: str) -> Reply:
    read = library.search.reader.read(question)
    close = library.search.answers(read) or library.search.close_to(question, _CLOSE)
    if close and close[0].kind == "event" and any(is_version(name) for name in read.names):
        return Reply(hit_card(library, close[0], close[1:]))  # what came out on a day is that event
    return _not_sure(library, close) if close and not read.unknown else _none(library, question, close[:1])


def _searched(library: Library, question: str, time: AskedTime | None) -> Reply:
    """What search makes of a question: an answer, what comes close, or none."""
    wanted = time if time is not None and not time.latest and not time.is_now else None
    asked = time.rest if wanted and time else question
    read = library.search.reader.read(asked, wanted)
    hits = library.search.answers(read)
    if hits and read.is_specific and (len(read.words) > 1 or wanted or read.amounts):
        return Reply(hit_card(library, hits[0], hits[1:]))
    close = hits or library.search.close_to(asked, _CLOSE, wanted)
    if close and not read.unknown:
        return _not_sure(library, close)
    return _none(library, question, close[:1])


def _named_card(library: Library, found: Named) -> Card:
    """The term, or the brief: its beginning, or the passage that holds what it was called by."""
    if found.term:
        return term_card(library, library.terms[found.term])
    lede, key = _lede(library, found), f"{found.topic}/{found.brief}"
    topic = library.topics[found.topic]
    is_overview = normalised(found.rest) in (normalised(topic.id), normalised(topic.title))
    read = library.search.reader.read(found.rest)
    if is_overview or not read.words or library.search.holds(lede.passage, read):
        return brief_answer(library, lede.passage, 0)
    best = next((hit for hit in library.search.rank(read) if (hit.kind, hit.key) == ("brief", key)), lede)
    return brief_answer(library, best.passage, best.sentence)


def _lede(library: Library, found: Named) -> Hit:
    return Hit(library.search.passage("brief", f"{found.topic}/{found.brief}"), 1.0, 1.0, 0)


def _not_sure(library: Library, hits: list[Hit]) -> Reply:
    offers = [Offer(shortened(label_of(library, hit)), open_action(hit)) for hit in hits[:_CLOSE]]
    sentence = "Nothing I have answers exactly that. These come closest."
    return Reply(offering("Not sure. Closest:", sentence, offers), private=True)


def _none(library: Library, question: str, close: list[Hit] | None, because: str = "") -> Reply:
    """That there is no answer, with the nearest topic."""
    near = close if close is not None else library.search.close_to(question, 1)
    topics = [library.topics[topic] for hit in near for topic in hit.passage.topics[:1]]
    offers = [Offer(shortened(topic.title), Action("topic.open", (topic.id,))) for topic in topics]
    said = because or "I answer from sourced passages only, and none of them holds this."
    nearest = f" The nearest topic is {topics[0].title}." if topics else ""
    return Reply(offering(NO_ANSWER, said + nearest, [*offers, HELP]), private=True)


def offering(title: str, sentence: str, offers: list[Offer]) -> Card:
    """A sentence with what to press next."""
    blocks: list[Block] = [text(sentence)]
    if buttons := offer_buttons(offers):
        blocks.append(buttons)
    return Card(title, tuple(blocks))


def share_claim(claim: Claim) -> Button | None:
    """The button that puts a checked claim where everyone sees it."""
    return share_button(Action("claim.open", (claim.id,)), "Share as reply")
