"""The passages that can answer: each paragraph, figure, row of a series, event, claim and term, with its date."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from newsbot.content.models import Figure, date_words
from newsbot.content.numbers import display_text, in_words, items, with_bound
from newsbot.content.prose import placeholders

if TYPE_CHECKING:
    from newsbot.content.library import Library

CORRECTIONS = 90  # the place of the first correction of a brief
PassageKind = Literal["brief", "figure", "event", "claim", "term"]
_SENTENCE_END = re.compile(r"(?<=[.!?])[\"”’)]?\s+(?=[A-Z“\"0-9$])")


@dataclass(frozen=True, slots=True)
class Passage:
    """Something that is quoted whole or in part.

    `key` finds its entry again (`topic/brief`, the id of a figure, event, claim or term). `heading` stands above it,
    `names` are what else its entry is called, `topics` what it belongs to. `place` orders the passages of an entry:
    0 is its beginning. `row` is the label of one row of a series. `day` is a date, month or year.
    """

    kind: PassageKind
    key: str
    heading: str
    sentences: tuple[str, ...]
    names: str = ""
    topics: tuple[str, ...] = ()
    figures: tuple[str, ...] = ()
    day: str = ""
    place: int = 0
    row: str = ""

    @property
    def text(self) -> str:
        """Its sentences together."""
        return " ".join(self.sentences)


def sentences_of(text: str) -> tuple[str, ...]:
    """The sentences of a text."""
    return tuple(part.strip() for part in _SENTENCE_END.split(text) if part.strip())


def passages_of(library: "Library") -> Iterator[Passage]:
    """All passages of a library."""
    yield from _of_briefs(library)
    for figure in library.figures.values():
        if not figure.superseded_by:
            yield from _of_figure(library, figure)
    for event in library.events.values():
        yield Passage(
            "event",
            event.id,
            library.filled_text(event.title),
            sentences_of(library.filled_text(event.summary)),
            topics=event.topics,
            names=" ".join(event.tickers),
            figures=event.figures,
            day=event.date.isoformat(),
        )
    for claim in library.claims.values():
        answer = sentences_of(library.filled_text(claim.answer))
        topics = tuple(dict.fromkeys(name.partition("/")[0] for name in claim.briefs))
        names = " ".join(claim.aliases)
        yield Passage("claim", claim.id, claim.claim, answer, names, topics, claim.figures)
    for term in library.terms.values():
        names = " ".join((term.id.replace("-", " "), *term.aliases))
        topics = (term.brief.partition("/")[0],) if term.brief else ()
        yield Passage("term", term.id, term.term, sentences_of(library.filled_text(term.answer)), names, topics)


def _of_briefs(library: "Library") -> Iterator[Passage]:
    for (topic, name), brief in library.briefs.items():
        heading = library.filled_text(brief.title)
        names = " ".join((name, *brief.aliases)).replace("-", " ")
        sources = [*enumerate((brief.lede, *brief.body)), *enumerate(brief.corrects, CORRECTIONS)]
        for place, source in sources:
            text = sentences_of(library.filled_text(source))
            figures = tuple(library.newest(each).id for each in placeholders(source))
            yield Passage("brief", f"{topic}/{name}", heading, text, names, (topic,), figures, place=place)


def _of_figure(library: "Library", figure: Figure) -> Iterator[Passage]:
    said = f"{figure.label}: {display_text(figure)}."
    others = "; ".join(
        f"{other.by}: {with_bound(in_words(other.value, figure.unit), other.bound)}" for other in figure.disagree
    )
    texts = (said, *sentences_of(figure.caveat), *([f"Others: {others}."] if others else []))
    names = figure.short or ""
    briefs = library.briefs_with(figure.id)
    topics = tuple(dict.fromkeys((figure.topic, *(brief.topic for brief in briefs))))
    yield Passage("figure", figure.id, figure.label, texts, names, topics, (figure.id,), figure.as_of)
    if isinstance(figure.value, tuple):
        for item in items(figure):
            value = with_bound(in_words(item.value, figure.unit), item.bound)
            dated = f", {date_words(item.date)}" if item.date else ""
            row = (f"{item.label}{dated}: {value}.", *([f"{item.note}."] if item.note else ()))
            day = item.date or figure.as_of
            yield Passage("figure", figure.id, figure.label, row, names, topics, (figure.id,), day, 1, item.label)
