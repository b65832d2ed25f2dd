"""Answers to "what happened then": the events of a time, or honestly that there are none and what the newest is."""

import re
from collections.abc import Sequence
from datetime import date

from newsbot.content.answer_cards import shortened
from newsbot.content.cards import FOOTER
from newsbot.content.library import Library
from newsbot.content.models import Event, date_words
from newsbot.content.numbers import display_text
from newsbot.content.times import AskedTime
from newsbot.content.word_lists import STOP_WORDS
from newsbot.content.words import stem, tokens
from newsbot.messages.actions import Action
from newsbot.messages.cards import Block, Button, Buttons, Card, Choice, ChoiceOption, Fact, Facts, text

_GENERIC = frozenset(
    stem(word)
    for word in """event events news happen happened happening market markets move moved moves going big new newest
    latest recent update updates headline headlines development developments ai stock stocks wall street
    important major interesting today thing things week month year world tech industry sector day timeline since
    until change changed list story stories last past next report reports topic current currently""".split()  # noqa: SIM905
)
_EVENTS = re.compile(
    r"\b(?:happen\w*|events?|news|new|newest|latest|recent\w*|updates?|timeline|mov(?:ed?|ing)|going on|went on"
    r"|headlines?)\b"
)
_QUESTION = re.compile(r"\b(?:what|how|who|why|when|where|which|is|are|was|were|did|does|do|can|will|has|have)\b")
_HAPPENED = re.compile(
    r"what(?:'s|s|’s| has| is)? (?:happen(?:ed|ing)?|going on|up|went on) (?:to|with|at|on|for|in) (?P<what>.+)"
)
_MOST = 8  # events in a list
_NEWEST = 4
_BUTTONS = 3


def time_card(library: Library, question: str, time: AskedTime, today: date) -> Card | None:
    """The events of the time that the question names; None where it asks for more than what happened."""
    words = [word for word in tokens(time.rest) if word not in STOP_WORDS and stem(word) not in _GENERIC]
    mended = list(dict.fromkeys(library.search.reader.mended(word) for word in words))
    topic, names = _about(library, mended)
    if names is None:
        return None
    if not time.latest and not _asks_for_events(question):
        return None
    about = [
        event for event in library.events.values() if event.date <= today and _is_about(library, event, topic, names)
    ]
    if not about:
        return None
    if time.latest:
        return _list(library, _title("The latest", topic, names, library), about[:_NEWEST])
    found = [event for event in about if time.start <= event.date <= time.end]
    if not found:
        return _quiet(library, time, about[0], topic, names)
    if len(found) == 1 and time.is_day:
        return _list(library, time.words, found)
    return _list(library, _title(_capital(time.words), topic, names, library), _weightiest(library, found), len(found))


def happened_card(library: Library, question: str, today: date) -> Card | None:
    """The newest events about what the question names: "what happened to AMD"; None where it asks something else."""
    found = _HAPPENED.match(question.casefold().strip(" ?!."))
    if found is None:
        return None
    words = [word for word in tokens(found["what"]) if word not in STOP_WORDS and stem(word) not in _GENERIC]
    topic, names = _about(library, [library.search.reader.mended(word) for word in words])
    if not (topic or names):
        return None
    events = [event for event in library.events.values() if event.date <= today]
    about = [event for event in events if _is_about(library, event, topic, names or ())]
    titled = [event for event in about if set(names or ()) <= set(tokens(library.filled_text(event.title)))]
    chosen = (titled or about)[:_NEWEST]
    return _list(library, _title("What happened", topic, names or (), library), chosen) if chosen else None


def _asks_for_events(question: str) -> bool:
    low = question.casefold()
    return bool(_EVENTS.search(low)) or not _QUESTION.search(low)


def _about(library: Library, words: Sequence[str]) -> tuple[str, tuple[str, ...] | None]:
    """The topic and the names that words are about; None for the names where there is more in them."""
    if not words:
        return "", ()
    phrase = " ".join(words)
    if found := library.topic_names.exact(phrase) or library.topic_names.exact(phrase + "s"):
        return found.value, ()
    if all(library.search.reader.is_name(word) for word in words):
        return "", tuple(words)
    return "", None


def _is_about(library: Library, event: Event, topic: str, names: Sequence[str]) -> bool:
    if topic:
        return topic in event.topics
    held = set(
        tokens(f"{library.filled_text(event.title)} {library.filled_text(event.summary)} {' '.join(event.tickers)}")
    )
    return all(name in held for name in names)


def _weightiest(library: Library, events: Sequence[Event]) -> list[Event]:
    """The events that weigh most, in the order of their days, the newest first."""

    kept = sorted(events, key=_weight, reverse=True)[:_MOST]
    return sorted(kept, key=lambda event: event.date, reverse=True)


def _weight(event: Event) -> tuple[int, int]:
    parts = len(event.tickers) + len(event.topics) + len(event.sources)
    return (2 * len(event.figures) + parts, len(event.topics))


def _capital(words: str) -> str:
    return words[:1].upper() + words[1:]


def _title(words: str, topic: str, names: Sequence[str], library: Library) -> str:
    about = library.topics[topic].title if topic else " ".join(_capital(name) for name in names)
    return f"{words}: {about}" if about else words


def _line(library: Library, event: Event) -> Fact:
    headline = library.headline_figure(event)
    title = library.filled_text(event.title)
    value = f"{title} ({display_text(headline)})" if headline and headline.display not in title else title
    return Fact(date_words(event.date.isoformat()), value)


def _short(library: Library, event: Event) -> str:
    return shortened(library.filled_text(event.title))


def _list(library: Library, title: str, events: Sequence[Event], total: int = 0) -> Card:
    facts = Facts("", tuple(_line(library, event) for event in events))
    blocks: list[Block] = []
    if len(events) == 1 or title.startswith("The latest"):
        blocks.append(text(library.filled_text(events[0].summary), "lede"))
    blocks.append(facts)
    if total > len(events):
        blocks.append(text(f"{len(events)} of {total} events; /events has all.", "small"))
    if len(events) <= _NEWEST:
        buttons = (Button(_short(library, each), Action("event.open", (each.id,)), "primary") for each in events)
        return Card(title, (*blocks, Buttons(tuple(buttons))), footer=FOOTER)
    if len(events) > 1:
        options = tuple(
            ChoiceOption(library.filled_text(each.title), each.id, date_words(each.date.isoformat())) for each in events
        )
        blocks.append(Choice("Open an event", Action("event.open", ()), options))
    main = sorted(events, key=_weight, reverse=True)[:_BUTTONS]
    blocks.append(Buttons(tuple(Button(_short(library, each), Action("event.open", (each.id,))) for each in main)))
    return Card(title, tuple(blocks), footer=FOOTER)


def _quiet(library: Library, time: AskedTime, newest: Event, topic: str, names: Sequence[str]) -> Card:
    """That nothing is listed for a time, and the newest event there is."""
    day = date_words(newest.date.isoformat())
    about = f" on {_title('', topic, names, library).removeprefix(': ')}" if topic or names else ""
    said = f"No event{about} is listed for {time.words}. The newest is of {day}: {library.filled_text(newest.title)}."
    button = Button("Open the newest", Action("event.open", (newest.id,)), "primary")
    return Card(
        f"No event for {time.words}",
        (text(said, "lede"), Facts("", (_line(library, newest),)), Buttons((button,))),
        footer=FOOTER,
    )
