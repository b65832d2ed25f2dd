"""The rules of what is of no single topic: claims, the glossary, how people ask, the names that are withdrawn."""

import re
from collections import Counter
from collections.abc import Iterable
from datetime import date

from newsbot.content.findings import (
    Findings,
    future_dates,
    is_damaged,
    markup_findings,
    overlong_texts,
    places_of,
    prose_findings,
    repeated_values,
    unknown_names,
)
from newsbot.content.loader import Draft
from newsbot.content.models import ID_PATTERN, Brief, Claim, Event, Figure, Phrasing, Term, Withdrawn
from newsbot.names import normalised
from newsbot.validation import Finding

ANSWER_LIMIT = 400
_KINDS = re.compile(rf"figure:{ID_PATTERN}|brief:{ID_PATTERN}/{ID_PATTERN}|\d{{4}}-\d\d-\d\d(?:-[a-z0-9]+)+")


def claim_findings(claim: Claim, draft: Draft, today: date, wordings: Counter[str]) -> Findings:
    """Everything that is wrong with a claim; `wordings` counts what all claims are called."""
    for location, words in ((("claim",), claim.claim), *places_of("aliases", claim.aliases)):
        yield from markup_findings(location, words)
    yield from _called("claim", claim.claim, claim.aliases, wordings)
    yield from _answer(claim.answer, draft)
    for key in ("figures", "briefs", "events"):
        yield from repeated_values(key, getattr(claim, key))
    yield from unknown_names(Figure, places_of("figures", claim.figures), draft)
    yield from unknown_names(Brief, places_of("briefs", claim.briefs), draft)
    yield from unknown_names(Event, places_of("events", claim.events), draft)
    yield from future_dates(claim.sources, today)


def term_findings(term: Term, draft: Draft, today: date, wordings: Counter[str]) -> Findings:
    """Everything that is wrong with a term; `wordings` counts what all terms are called."""
    for location, words in ((("term",), term.term), *places_of("aliases", term.aliases)):
        yield from markup_findings(location, words)
    yield from _called("term", term.term, term.aliases, wordings)
    yield from _answer(term.answer, draft)
    if term.brief is not None:
        yield from unknown_names(Brief, [(("brief",), term.brief)], draft)
    yield from future_dates(term.sources, today)


def withdrawn_findings(entry: Withdrawn, draft: Draft) -> Findings:
    """Everything that is wrong with a withdrawn name."""
    kind, _, name = entry.id.rpartition(":")
    there = {"figure": draft.figures, "brief": {f"{topic}/{brief}" for topic, brief in draft.briefs}, "": draft.events}
    if not _KINDS.fullmatch(entry.id):
        mend = "an event's name, figure:NAME, or brief:TOPIC/NAME"
        yield Finding((), f"'{entry.id}' can't be withdrawn", mend)
    elif name in there[kind]:
        yield Finding((), f"'{entry.id}' is still there", "remove one of the two")
    yield from prose_findings(draft, ((), entry.sentence))


def phrasing_findings(phrasing: Phrasing, draft: Draft, taken: Counter[str]) -> Findings:
    """Everything that is wrong with how people ask for something; `taken` counts all questions of the file."""
    name, hash_sign, paragraph = phrasing.id.partition("#")
    if "/" in name:
        yield from unknown_names(Brief, [((), name)], draft)
        brief = draft.briefs.get(tuple(name.split("/", 1)))  # type: ignore[arg-type]
        if brief and hash_sign and paragraph not in map(str, range(1, len(brief.body) + 1)):
            yield Finding((), f"the brief '{name}' has no paragraph '{paragraph}'", f"1 to {len(brief.body)}")
    elif name not in draft.figures and name not in draft.events and not is_damaged(draft, "Figure", "Event"):
        mend = "a figure's name, an event's id, topic/brief or topic/brief#2"
        yield Finding((), f"there is no figure and no event '{phrasing.id}'", mend)
    if (figure := draft.figures.get(name)) and figure.superseded_by:
        mend = f"move its questions to '{figure.superseded_by}'"
        yield Finding((), f"the figure '{name}' has been superseded", mend)
    for index, question in enumerate(phrasing.questions):
        location = (index,)  # the file has no key above the list
        yield from markup_findings(location, question)
        if not normalised(question):
            yield Finding(location, f"'{question}' has no letter and no digit", "write words")
        elif taken[normalised(question)] > 1:
            yield Finding(location, f"'{question}' appears twice", "keep it in one entry")


def questions_asked(phrasings: Iterable[Phrasing]) -> Counter[str]:
    """How often each question stands among the phrasings."""
    return Counter(normalised(question) for each in phrasings for question in each.questions)


def wordings(entries: Iterable[Claim | Term]) -> Counter[str]:
    """How often each way to call a claim or term is taken."""
    return Counter(name for entry in entries for name in _names(entry))


def _names(entry: Claim | Term) -> set[str]:
    called = entry.claim if isinstance(entry, Claim) else entry.term
    return {normalised(name) for name in (called, *entry.aliases)}


def _called(key: str, name: str, aliases: tuple[str, ...], taken: Counter[str]) -> Findings:
    own: set[str] = {normalised(name)}
    for location, alias in places_of("aliases", aliases):
        if normalised(alias) in own:
            yield Finding(location, f"'{alias}' appears twice", "name it once")
        own.add(normalised(alias))
    for location, words in (((key,), name), *places_of("aliases", aliases)):
        if not normalised(words):
            yield Finding(location, f"'{words}' has no letter and no digit", "write words")
        elif taken[normalised(words)] > 1:
            yield Finding(location, f"two {key}s are called '{words}'", "keep this name for only one of them")


def _answer(answer: str, draft: Draft) -> Findings:
    yield from prose_findings(draft, (("answer",), answer))
    yield from overlong_texts(draft, ANSWER_LIMIT, (("answer",), answer))
