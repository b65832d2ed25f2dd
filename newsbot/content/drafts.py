"""Topics that are not filled in yet: they and what leans on them are left out, and nothing else stops for them."""

from collections.abc import Iterator

from newsbot.content.loader import NOT_FILLED_IN, Draft, Unfinished
from newsbot.content.models import Claim, Event, Phrasing, Term
from newsbot.content.prose import placeholders


def leave_out_drafts(draft: Draft) -> None:
    """Take out events, claims, terms and phrasings that name something of a topic which is a draft.

    An event that also is of finished topics stays with those.
    """
    if not draft.drafts:
        return
    for event in list(draft.events.values()):
        kept = tuple(topic for topic in event.topics if topic not in draft.drafts)
        if not kept or any(_is_drafted_figure(draft, name) for name in _figures(event)):
            del draft.events[event.id]
            draft.left_out.add(event.id)
        elif kept != event.topics:
            changed = event.model_copy(update={"topics": kept})
            draft.origins[id(changed)] = draft.origins[id(event)]
            draft.events[event.id] = changed
    draft.claims = {name: claim for name, claim in draft.claims.items() if not _leans_on_drafts(draft, claim)}
    draft.terms = {name: term for name, term in draft.terms.items() if not _leans_on_drafts(draft, term)}
    draft.phrasings = {name: each for name, each in draft.phrasings.items() if not _is_of_draft(draft, each)}


def draft_sentence(topic: str, unfinished: Unfinished) -> str:
    """What to say about a topic that is left out."""
    count = sum(mistake.what == NOT_FILLED_IN for mistake in unfinished.mistakes)
    places = "1 place is" if count == 1 else f"{count} places are"
    return f"the topic {topic} is a draft: {places} not filled in, so it is left out"


def _figures(entry: Event | Claim | Term) -> Iterator[str]:
    match entry:
        case Event():
            yield from (*entry.figures, *placeholders(entry.title), *placeholders(entry.summary))
        case Claim():
            yield from (*entry.figures, *placeholders(entry.answer))
        case Term():
            yield from placeholders(entry.answer)


def _is_drafted_figure(draft: Draft, name: str) -> bool:
    return name not in draft.figures and any(name in each.figures for each in draft.drafts.values())


def _is_of_draft(draft: Draft, phrasing: Phrasing) -> bool:
    topic, slash, _ = phrasing.id.partition("/")
    if slash:
        return topic in draft.drafts
    return phrasing.id in draft.left_out or _is_drafted_figure(draft, phrasing.id)


def _leans_on_drafts(draft: Draft, entry: Claim | Term) -> bool:
    briefs = entry.briefs if isinstance(entry, Claim) else [entry.brief] if entry.brief else []
    events = entry.events if isinstance(entry, Claim) else ()
    return (
        any(brief.partition("/")[0] in draft.drafts for brief in briefs)
        or any(event in draft.left_out for event in events)
        or any(_is_drafted_figure(draft, name) for name in _figures(entry))
    )
