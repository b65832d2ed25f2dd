"""What the rules of content share: findings about prose, markup, names that must exist, and names given twice."""

import re
import unicodedata
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from datetime import date

from pydantic import BaseModel

from newsbot.content.loader import Draft
from newsbot.content.models import Brief, Event, Figure, Source, Topic, first_day
from newsbot.content.prose import FigureText, filled_text, names_pattern, placeholders, stray_numbers
from newsbot.errors import ContentError
from newsbot.messages.markup import parse_markup
from newsbot.validation import Finding
from newsbot.yamlfiles import Location

Findings = Iterator[Finding]
# What looks like a figure's name or like markup; the words of a figure itself are shown as they are.
_MARKS = re.compile(r"\{[\w-]+\}|\*\*|`|\]\(")


def prose_findings(draft: Draft, *texts: tuple[Location, str]) -> Findings:
    """What is wrong with our own prose: its markup, the figures it names, numbers that are none."""
    names = names_pattern(draft.names)
    for location, source in texts:
        yield from markup_findings(location, source)
        yield from unknown_names(Figure, [(location, name) for name in placeholders(source)], draft)
        for word in stray_numbers(source, names) if "Names" not in draft.unread else ():
            mend = "make it a figure and write {its-name}, or allow the name in names.yaml"
            yield Finding(location, f"the number '{word}' is written in prose", mend)


def plain_findings(location: Location, source: str) -> Findings:
    """What is wrong with words that are shown as they are: markup and names of figures mean nothing there."""
    if found := _MARKS.search(source):
        yield Finding(location, f"'{found[0]}' has no meaning here", "these words are shown as they are")


def markup_findings(location: Location, source: str) -> Findings:
    """Signs that nobody sees, and markup that cannot be read."""
    # Most of what is written is printable: that is seen at once.
    if not source.isprintable() and (invisible := _invisible_signs(source)):
        yield Finding(location, f"it contains an invisible character (U+{ord(invisible[0]):04X})", "remove it")
    try:
        parse_markup(source)
    except ContentError as error:
        yield Finding(location, str(error))


def _invisible_signs(source: str) -> list[str]:
    return [char for char in source if unicodedata.category(char) in {"Cf", "Cc"} and char not in "\u200c\u200d\n"]


def missing_keys(entry: BaseModel, *keys: str) -> Findings:
    """Keys that an entry lacks though each has them."""
    for key in keys:
        if getattr(entry, key) is None:
            yield Finding((), f"'{key}' is missing", "add it")


def overlong_texts(draft: Draft, limit: int, *texts: tuple[Location, str]) -> Findings:
    """Texts that are longer than a card has room for, counted with their figures filled in."""
    for location, source in texts:
        if (length := len(fill_from_draft(source, draft))) > limit:
            yield Finding(location, f"'{location[0]}' has {length} characters", f"at most {limit}")


def unknown_names(kind: type[BaseModel], named: Iterable[tuple[Location, str]], draft: Draft) -> Findings:
    """Names of figures, events, topics or briefs (as topic/brief) that nothing has."""
    names = _names(kind, draft)
    if kind in {Event, Brief} and is_damaged(draft, kind.__name__):
        return
    for location, name in named:
        if name not in names and (kind.__name__, name) not in draft.broken and kind.__name__ not in draft.unread:
            called = kind.__name__.lower()
            yield Finding(location, f"there is no {called} '{name}'", f"write it, or name another {called}")


def _names(kind: type[BaseModel], draft: Draft) -> Mapping[str, BaseModel]:
    if kind is Brief:
        return {f"{topic}/{name}": brief for (topic, name), brief in draft.briefs.items()}
    by_kind: dict[type[BaseModel], Mapping[str, BaseModel]] = {
        Figure: draft.figures,
        Topic: draft.topics,
        Event: draft.events,
    }
    return by_kind[kind]


def future_dates(sources: Iterable[Source], today: date) -> Findings:
    """Sources of a day that has not come yet."""
    for index, source in enumerate(sources):
        if (first := first_day(source.date)) and first > today:
            yield Finding(("sources", index), f"{source.date} is in the future", "correct the date")


def fill_from_draft(source: str, draft: Draft) -> str:
    """Prose with its figures as far as they are there."""
    try:
        return filled_text(source, lambda name: _shown(name, draft))
    except ContentError:
        return source


def _shown(name: str, draft: Draft) -> FigureText:
    figure = draft.figures.get(name)
    return FigureText(figure.display, figure.bound or "") if figure else FigureText(name)


def is_damaged(draft: Draft, *kinds: str) -> bool:
    """Whether an entry of these kinds is misshapen, or a file of them unread: then nothing is said to be missing."""
    return any(kind in draft.unread or any(kind == broken for broken, _ in draft.broken) for kind in kinds)


def repeated_values(key: str, values: tuple[str, ...]) -> Findings:
    """Values that a list holds twice."""
    seen: set[str] = set()
    for location, value in places_of(key, values):
        if value in seen:
            yield Finding(location, f"'{value}' appears twice", "name it once")
        seen.add(value)


def places_of(key: str, values: tuple[str, ...]) -> list[tuple[Location, str]]:
    """Each value of a list with its place in the entry."""
    return [((key, index), value) for index, value in enumerate(values)]


def duplicates(values: list[str]) -> list[str]:
    """The values that are there more than once."""
    return [value for value, count in Counter(values).items() if count > 1]
