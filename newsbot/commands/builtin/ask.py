"""`/ask question` and free text: an answer out of the content with its sources, what comes close, or honestly none."""

import re
from collections.abc import Iterator, Sequence
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
from newsbot.content.asked import WEIGHTY, Asked
from newsbot.content.languages import foreign_language
from newsbot.content.library import Library
from newsbot.content.models import Claim
from newsbot.content.naming import Named, framed, named
from newsbot.content.phrase_match import LIKELY, SURE, PhraseMatch
from newsbot.content.question_fit import asks_for_a_role
from newsbot.content.search import ANSWERS, Hit
from newsbot.content.times import AskedTime, asked_time
from newsbot.content.words import is_version, question_kind, tokens
from newsbot.messages.actions import Action
from newsbot.messages.cards import Block, Button, Card, Reply, text
from newsbot.messages.requests import Ask
from newsbot.names import normalised

QUESTION = Option("question", "text", "What you want to know", required=True, rest=True)
NO_ANSWER = "I have no sourced answer to that"
_CLAIMED = 0.05  # how much more alike a phrasing must be than a claim to come before it
_AHEAD, _AGREED = 0.36, 0.3  # how far a phrasing is ahead of what search finds, and what it gains where both agree
_ROLE = 0.85  # how alike a question who holds an office must be to a phrasing: the name alone tells nothing
_SAME_NAME = 0.9  # how alike a question that holds only a name must be
_SAME = 0.95  # how alike a question must be to a phrasing to be just that
_OTHERS = 8  # how much of what else answers a card may choose from
_CLOSE = 3  # as many buttons as "Not sure" has
_PRICED = r"(?:price|worth|value|valuation|market cap|stock|shares?|trading|quote|ticker)"
_NOW = r"(?:today|now|right now|currently|tonight|at the moment|live|yesterday)"
_LIVE = re.compile(
    rf"\b{_PRICED}\b.*\b{_NOW}\b|\b{_NOW}\b.*\b(?:price|worth|trading at)\b"
    r"|\b(?:today'?s|current|live|latest) (?:\w+ ){0,2}(?:price|market cap|valuation|value|quote)\b"
)


_TO_COME = re.compile(r"^\W*(?:when|what (?:day|date|time))\b.*\b(?:next|upcoming|future)\b(?! (?:day|morning|week)\b)")
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
    if _TO_COME.search(question.casefold()):
        return _none(library, question, None, "I know what has happened, not what is to come.")
    if how := _WORKS.match(question):
        question = f"what is {how[1]}"
    time = asked_time(question, today, library.days)
    read = _read(library, question, time)
    found = [each for each in named(library, question) if _is_timely(library, read, each)]
    phrased = library.phrase_index.matches(read)
    likeness = phrased[0].likeness if phrased else 0.0
    if len(found) == 1 and framed(question)[1]:  # "what is …" comes before what is claimed about it
        is_overview = library.briefs_of(found[0].topic)[0].id == found[0].brief if found[0].topic else True
        is_better_said = likeness >= (_SAME if is_overview else SURE) and not found[0].term
        return Reply(
            _phrased_card(library, read, phrased, _hits(library, read))
            if is_better_said
            else _named_card(library, found[0], read)
        )
    if time is not None and (card := time_card(library, question, time, today)):
        return Reply(card)
    if not library.search.is_ranking(question) and (match := _claim(library, question, read, likeness - _CLAIMED)):
        is_checked = question_kind(question) in ("is", "")
        share = share_claim(match) if is_alone and is_checked else None
        return Reply(claim_card(library, match, share, is_checked))
    if likeness < _SAME and (card := happened_card(library, question, today)):
        return Reply(card)
    if asks_for_a_role(question) and likeness < _ROLE:
        return _none(library, question, None)
    hits = _hits(library, read)
    if likeness >= _needed(read) and _is_better(phrased[0], hits):
        return Reply(_phrased_card(library, read, phrased, hits))
    if len(found) == 1 and not read.kind:  # what is asked about a name is more than the name
        return Reply(_named_card(library, found[0], read))
    if len(found) > 1:
        return _not_sure(library, [_lede(library, each) for each in found])
    if _asks_for_a_name(library, question):
        if hit := library.search.define(framed(question)[0]):
            return Reply(hit_card(library, hit))
        return _not_sure_or_none(library, question)
    return _searched(library, question, read, phrased, hits)


def _claim(library: Library, question: str, read: Asked, rival: float) -> Claim | None:
    """The claim that a question is about, where nothing is more like it and the claim is of the time that it names."""
    claim = library.claim_index.surest(question, rival) if _is_said(read) else None
    return claim if claim and library.search.is_told(read, read.amounts, ("claim", claim.id, 0)) else None


def _read(library: Library, question: str, time: AskedTime | None) -> Asked:
    """The question as search reads it: its time apart, where it names one."""
    if time is None or time.latest or time.is_now:
        return library.search.reader.read(question)
    return library.search.reader.read(time.rest, None if time.is_loose else time)


def _is_timely(library: Library, read: Asked, found: Named) -> bool:
    """Whether what is named tells of the time that the question names, if it names one."""
    if found.term or read.time is None:
        return True
    key, brief = f"{found.topic}/{found.brief}", library.briefs[found.topic, found.brief]
    return any(library.search.is_told(read, (), ("brief", key, place)) for place in range(len(brief.body) + 1))


def _needed(read: Asked) -> float:
    """How alike a question must be to a phrasing: where it holds little but a name, just the same."""
    if read.kind:
        return SURE if _is_said(read) else _SAME_NAME
    return SURE if len(read.words) > 1 else _SAME


def _is_said(read: Asked) -> bool:
    """Whether a question says more than one name."""
    is_weighty = any(weight >= WEIGHTY for word, weight in read.weights.items() if word not in read.names)
    return is_weighty or len(read.names) > 1 or bool(read.amounts)


def _is_better(match: PhraseMatch, hits: Sequence[Hit]) -> bool:
    """Whether what people ask for in such words answers better than what search finds first."""
    own = next((hit.score for hit in hits if (hit.kind, hit.key) == (match.kind, match.key)), ANSWERS)
    return not hits or match.likeness + _AHEAD + _AGREED * (own - ANSWERS) >= hits[0].score


def _asked_for(library: Library, read: Asked, match: PhraseMatch) -> Hit:
    """The passage that a phrasing asks for; where it lacks a name of the question, the one of its entry that has it."""
    if not match.names_all:
        for hit in library.search.rank(read):
            if (hit.kind, hit.key) == (match.kind, match.key):
                return hit
    return library.search.within(match.kind, match.key, match.place, read)


def _phrased_card(library: Library, read: Asked, phrased: Sequence[PhraseMatch], hits: Sequence[Hit]) -> Card:
    """What people ask for in words like these, and what else search finds."""
    first, *more = [_asked_for(library, read, each) for each in phrased]
    others = [hit for hit in (*more, *hits) if (hit.kind, hit.key) != (first.kind, first.key)]
    return hit_card(library, first, others)


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


def _hits(library: Library, read: Asked) -> list[Hit]:
    """The passages that answer a question."""
    hits = library.search.answers(read, _OTHERS)
    if read.kind or read.names or read.amounts:
        return hits
    return [hit for hit in hits if library.search.is_headed(hit, read)]  # bare words may stand anywhere


def _searched(library: Library, question: str, read: Asked, phrased: Sequence[PhraseMatch], hits: list[Hit]) -> Reply:
    """What search makes of a question: an answer, what comes close, or none."""
    if hits and read.is_specific and (len(read.words) > 1 or read.time or read.amounts):
        return Reply(hit_card(library, hits[0], hits[1:]))
    if phrased and phrased[0].likeness >= LIKELY and _is_said(read):
        return Reply(_phrased_card(library, read, phrased, hits))
    close = hits or library.search.rank(read, strict=False)[:_CLOSE]
    if close and not read.unknown:
        return _not_sure(library, close)
    return _none(library, question, close[:1])


def _named_card(library: Library, found: Named, asked: Asked) -> Card:
    """The term, or the brief: its beginning, or the passage that holds what it was called by."""
    others = library.search.answers(asked, _OTHERS)
    if found.term:
        return term_card(library, library.terms[found.term], [hit for hit in others if hit.kind != "term"])
    lede, key = _lede(library, found), f"{found.topic}/{found.brief}"
    topic = library.topics[found.topic]
    is_overview = normalised(found.rest) in (normalised(topic.id), normalised(topic.title))
    read = library.search.reader.read(found.rest)
    if is_overview or not read.words or library.search.holds(lede.passage, read):
        return brief_answer(library, lede.passage, 0, others)
    best = next((hit for hit in library.search.rank(read) if (hit.kind, hit.key) == ("brief", key)), lede)
    return brief_answer(library, best.passage, best.sentence, others)


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
