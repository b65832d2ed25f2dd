"""Cards over several entries: a page of events, the sources of a topic or brief."""

import itertools
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from newsbot.content.actions import Subject, events_action, more_action, view_action
from newsbot.content.cards import source_links
from newsbot.content.library import Library, distinct_sources
from newsbot.content.materials import brief_name, short_name
from newsbot.content.models import Brief, Event, Source, Topic, date_words
from newsbot.content.numbers import display_text
from newsbot.content.short_cards import NO_ADVICE, usable_buttons
from newsbot.messages.cards import Block, Button, Card, Choice, ChoiceOption, Fact, Facts
from newsbot.messages.short import VISIBLE

_MOST_EVENTS = 8
_MOST_MONTHS = 4  # a month is a block of Slack, which should hold nine in all
_FRAME = 120  # characters of a list's title, footer and prompt
_DETAIL = 75  # characters of what stands below an option
_SOURCES_ROOM = 700  # characters of the sources on the card itself
_SOURCES_PAGE = 10


@dataclass(frozen=True, slots=True)
class Period:
    """The days of a list of events, both included; None is open."""

    first: date | None = None
    last: date | None = None

    def __contains__(self, day: date) -> bool:
        return (self.first is None or day >= self.first) and (self.last is None or day <= self.last)

    def token(self) -> str:
        """The period for a button: "2025-01-01..2025-12-31"."""
        if self == Period():
            return ""
        return f"{self.first.isoformat() if self.first else ''}..{self.last.isoformat() if self.last else ''}"

    def words(self) -> str:
        """The period as a headline names it: "2025", "January 2025", "since 1 May 2025"."""
        if self.first is None or self.last is None:
            until = f"until {date_words(self.last.isoformat())}" if self.last else ""
            return f"since {date_words(self.first.isoformat())}" if self.first else until
        after = self.last + timedelta(days=1)
        if (self.first.month, self.first.day, after) == (1, 1, date(self.first.year + 1, 1, 1)):
            return str(self.first.year)
        if self.first.day == after.day == 1 and (self.last - self.first).days < 31:
            return date_words(self.first.isoformat()[:7])
        first, last = date_words(self.first.isoformat()), date_words(self.last.isoformat())
        return first if first == last else f"{first} to {last}"


def events_card(library: Library, events: Sequence[Event], topic: str, period: Period, start: int) -> Card:
    """A page of events, the newest first and by month: each once, with the number that says how far things moved."""
    pages = list(_pages(library, events))
    at = max(number for number, (begin, _) in enumerate(pages) if begin <= start)
    begin, shown = pages[at]
    about = library.topics[topic].title if topic else "AI market events"
    title = ", ".join(words for words in (about, period.words()) if words)
    blocks: list[Block] = []
    for month, group in itertools.groupby(shown, key=lambda event: date_words(event.date.isoformat()[:7])):
        blocks.append(Facts(month, tuple(_line(library, event) for event in group)))
    options = tuple(ChoiceOption(short_name(name := library.filled_text(e.title)), e.id, name[:_DETAIL]) for e in shown)
    subject = Subject("events", f"{topic},{period.token()},{begin}")
    blocks.append(Choice("Open an event", more_action(subject), options))
    ways = [("Newer", pages[at - 1][0])] if at else []
    ways += [("Older", pages[at + 1][0])] if at + 1 < len(pages) else []
    blocks += usable_buttons(*(Button(words, events_action(topic, period.token(), to)) for words, to in ways))
    footer = f"{begin + 1} to {begin + len(shown)} of {len(events)} · {NO_ADVICE}"
    return Card(title, tuple(blocks), footer=footer, colour=library.topics[topic].colour if topic else "")


def _pages(library: Library, events: Sequence[Event]) -> Iterator[tuple[int, Sequence[Event]]]:
    """Where each page begins, and what it shows."""
    begin = 0
    while begin < len(events):
        room, months, end = VISIBLE - _FRAME, set[str](), begin
        for event in events[begin : begin + _MOST_EVENTS]:
            fact = _line(library, event)
            month = date_words(event.date.isoformat()[:7])
            months.add(month)
            room -= sum(map(len, (fact.label, fact.value, *fact.notes))) + 8 + len(month)
            if end > begin and (room < 0 or len(months) > _MOST_MONTHS):
                break
            end += 1
        yield begin, events[begin:end]
        begin = end


def _line(library: Library, event: Event) -> Fact:
    title, figure = library.filled_text(event.title), library.headline_figure(event)
    day = date_words(event.date.isoformat()).rpartition(" ")[0]
    if figure is None:
        return Fact(day, title)
    differ = ["sources differ"] if figure.disagree else []
    return Fact(day, f"{title}: {display_text(figure)}", (" · ".join((figure.short or figure.label, *differ)),))


def sources_card(library: Library, topic: Topic, brief: Brief | None) -> Card:
    """The first sources of a brief or topic; a button opens all of them."""
    found = _all_sources(library, topic, brief)
    subject = sources_subject(topic, brief)
    sizes = itertools.accumulate(len(each.title) + len(each.publisher) + len(each.dated) + 8 for each in found)
    count = max(sum(size <= _SOURCES_ROOM for size in sizes), 1)
    blocks: list[Block] = [source_links(found[:count], title="")]
    if count < len(found):
        blocks += usable_buttons(Button(f"All {len(found)} sources", view_action("sources", subject)))
    if brief is None:
        options = tuple(
            ChoiceOption(brief_name(library, each), f"{topic.id}/{each.id}") for each in library.briefs_of(topic.id)
        )
        blocks.append(Choice("Sources of one brief", more_action(subject), options))
    return _sources_page(library, topic, brief, blocks)


def sources_view_card(library: Library, topic: Topic, brief: Brief | None, start: int) -> Card:
    """All sources of a brief or topic, in pages."""
    found = _all_sources(library, topic, brief)
    begin = min(start, len(found) - 1) // _SOURCES_PAGE * _SOURCES_PAGE
    blocks: list[Block] = [source_links(found[begin : begin + _SOURCES_PAGE], title="", first=begin + 1)]
    ways = [("Earlier", begin - _SOURCES_PAGE)] if begin else []
    ways += [("More", begin + _SOURCES_PAGE)] if begin + _SOURCES_PAGE < len(found) else []
    subjects = [(words, sources_subject(topic, brief, at)) for words, at in ways]
    blocks += usable_buttons(*(Button(words, view_action("sources", each)) for words, each in subjects))
    return _sources_page(library, topic, brief, blocks)


def sources_subject(topic: Topic, brief: Brief | None, start: int = 0) -> Subject:
    """The sources of a topic or brief as a subject, from the one numbered `start` on."""
    return Subject("topic", f"{topic.id}/{brief.id if brief else ''},{start}")


def _sources_page(library: Library, topic: Topic, brief: Brief | None, blocks: list[Block]) -> Card:
    name = library.filled_text(brief.title) if brief else topic.title
    return Card(f"Sources: {name}", tuple(blocks), colour=topic.colour)


def _all_sources(library: Library, topic: Topic, brief: Brief | None) -> tuple[Source, ...]:
    briefs = (brief,) if brief else library.briefs_of(topic.id)
    figures = [figure for each in briefs for figure in library.figures_of(each)]
    found = [source for each in briefs for source in each.sources]
    return distinct_sources([*found, *(source for figure in figures for source in figure.sources)])
