"""The rules of content: what must hold between entries, and in our own prose, before a topic may be shown."""

import re
import unicodedata
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date

from pydantic import BaseModel

from newsbot.content.loader import Draft
from newsbot.content.models import ID_PATTERN, Brief, Event, Figure, Question, Topic, first_day
from newsbot.content.numbers import display_agrees
from newsbot.content.prose import filled_text, names_pattern, placeholders, stray_numbers
from newsbot.errors import ContentError
from newsbot.messages.markup import parse_markup
from newsbot.validation import Finding, Mistake, mistakes
from newsbot.yamlfiles import Location

LEDE_LIMIT = 240
# What a person may type instead of a topic: a topic or its alias must not hide it.
RESERVED = frozenset(
    [
        "about",
        "admin",
        "ask",
        "brief",
        "briefs",
        "digest",
        "events",
        "compare",
        "figure",
        "figures",
        "help",
        "newsbot",
        "quiz",
        "settings",
        "sources",
    ]
)
_ALIAS = re.compile(rf"{ID_PATTERN}\Z")

# What looks like a figure's name or like markup; the words of a figure itself are shown as they are.
_MARKS = re.compile(r"\{[\w-]+\}|\*\*|`|\]\(")

Findings = Iterator[Finding]


@dataclass(frozen=True, slots=True)
class _Groups:
    """The draft's entries by topic, which briefs questions are about, and how often a topic's name is taken."""

    briefs: dict[str, dict[str, Brief]]
    asked: set[tuple[str, str]]
    retired: set[tuple[str, str]]
    names: Counter[str]
    aliases: dict[str, Counter[str]]

    @classmethod
    def of(cls, draft: Draft) -> "_Groups":
        briefs: dict[str, dict[str, Brief]] = {}
        for (topic, name), brief in draft.briefs.items():
            briefs.setdefault(topic, {})[name] = brief
        return cls(
            briefs,
            {(question.topic, question.brief) for question in draft.questions.values() if not question.retired},
            {(question.topic, question.brief) for question in draft.questions.values() if question.retired},
            Counter(name for topic in draft.topics.values() for name in {topic.id, *topic.aliases}),
            {
                topic: Counter(name for brief in group.values() for name in {brief.id, *brief.aliases})
                for topic, group in briefs.items()
            },
        )


def check(draft: Draft, today: date) -> list[Mistake]:
    """Every mistake of the draft, the loader's included, by file and line. `today` bounds what may have happened."""
    found = list(draft.mistakes)
    groups = _Groups.of(draft)
    rules: list[tuple[Iterable[BaseModel], Callable[[BaseModel], Findings]]] = [
        (draft.topics.values(), lambda topic: _topic(topic, draft, groups)),
        (draft.briefs.values(), lambda brief: _brief(brief, draft, groups)),
        (draft.figures.values(), lambda figure: _figure(figure, today)),
        (draft.questions.values(), lambda question: _question(question, draft)),
        (draft.events.values(), lambda event: _event(event, draft, today)),
    ]
    for entries, rule in rules:
        for entry in entries:
            if problems := list(rule(entry)):
                file, location = draft.origins[id(entry)]
                found += mistakes(problems, file, draft.texts[file], location)
    return sorted(set(found))


def _topic(topic: BaseModel, draft: Draft, groups: _Groups) -> Findings:
    assert isinstance(topic, Topic)
    yield from _prose(draft, (("title",), topic.title), (("summary",), topic.summary))
    yield from _once("aliases", topic.aliases)
    for location, name in ((("id",), topic.id), *_at("aliases", topic.aliases)):
        if name in RESERVED:
            yield Finding(location, f"'{name}' is a command of newsbot", "take another name")
        elif not _ALIAS.match(name):
            yield Finding(location, f"'{name}' cannot be typed as a name", "lower case, digits and hyphens")
        elif groups.names[name] > 1:
            yield Finding(location, f"two topics are called '{name}'", "let only one have this name")
    if topic.id not in groups.briefs and not _is_damaged(draft, "Brief"):
        yield Finding((), "the topic has no brief", "write one in briefs.yaml")


def _brief(brief: BaseModel, draft: Draft, groups: _Groups) -> Findings:
    assert isinstance(brief, Brief)
    prose = [
        (("title",), brief.title),
        (("lede",), brief.lede),
        *_at("body", brief.body),
        *_at("corrects", brief.corrects),
    ]
    yield from _prose(draft, *prose)
    for key in ("aliases", "figures", "related"):
        yield from _once(key, getattr(brief, key))
    lede = _filled(brief.lede, draft)
    if len(lede) > LEDE_LIMIT:
        yield Finding(("lede",), f"the lede has {len(lede)} characters", f"at most {LEDE_LIMIT}")
    yield from _known(Figure, _at("figures", brief.figures), draft)
    if brief.chart is not None:
        yield from _known(Figure, [(("chart",), brief.chart)], draft)
        if (figure := draft.figures.get(brief.chart)) and figure.chart is None:
            yield Finding(("chart",), f"the figure '{brief.chart}' has no chart", "give it one in figures.yaml")
    yield from _related(brief, draft, groups.briefs[brief.topic])
    yield from _aliases(brief, groups.aliases[brief.topic])
    if (brief.topic, brief.id) not in groups.asked and not _is_damaged(draft, "Question"):
        if (brief.topic, brief.id) in groups.retired:
            yield Finding((), f"every question about the brief '{brief.id}' is retired", "write another in quiz.yaml")
        else:
            yield Finding((), f"no question is about the brief '{brief.id}'", "write one in quiz.yaml")


def _aliases(brief: Brief, names: Counter[str]) -> Findings:
    for location, alias in _at("aliases", brief.aliases):
        if not _ALIAS.match(alias):
            yield Finding(location, f"'{alias}' cannot be typed as a name", "lower case, digits and hyphens")
        elif names[alias] > 1 or alias == brief.id:
            yield Finding(location, f"two names of this topic are '{alias}'", "let only one brief have it")
        elif alias in {"help", "private"}:
            yield Finding(location, f"'{alias}' is a word of newsbot", "take another name")


def _related(brief: Brief, draft: Draft, siblings: dict[str, Brief]) -> Findings:
    for location, name in _at("related", brief.related):
        topic, slash, other = name.rpartition("/")
        known = (topic, other) in draft.briefs if slash else other in siblings
        known = known or ("Brief", other) in draft.broken or "Brief" in draft.unread
        if not known:
            yield Finding(location, f"there is no brief '{name}'", f"one of {', '.join(siblings)}, or topic/brief")
        elif name in {brief.id, f"{brief.topic}/{brief.id}"}:
            yield Finding(location, "a brief is not related to itself", "remove it")


def _figure(figure: BaseModel, today: date) -> Findings:
    assert isinstance(figure, Figure)
    for location, day in [(("as_of",), figure.as_of), *_at("sources", tuple(s.date or "" for s in figure.sources))]:
        if (first := first_day(day or None)) and first > today:
            yield Finding(location, f"{day} is in the future", "correct the date")
    for key in ("label", "display", "caveat", "basis"):
        if found := _MARKS.search(getattr(figure, key) or ""):
            yield Finding((key,), f"'{found[0]}' has no meaning here", "a figure's own words are plain text")
    if not display_agrees(figure):
        yield Finding(("display",), f"the display '{figure.display}' does not show the value", "correct one of the two")
    if figure.chart and isinstance(figure.value, float):
        yield Finding(("chart",), "one number is no chart", "give a series or a range as the value")
    if figure.chart == "timeline" and not (isinstance(figure.value, tuple) and all(item.date for item in figure.value)):
        yield Finding(("chart",), "a timeline needs a date for each value", "add 'date' to each entry of the series")
    if isinstance(figure.value, tuple):
        for label in _doubles([item.label for item in figure.value]):
            yield Finding(("value",), f"two values of the series are called '{label}'", "label each differently")


def _question(question: BaseModel, draft: Draft) -> Findings:
    assert isinstance(question, Question)
    yield from _prose(draft, (("question",), question.question), (("explanation",), question.explanation))
    for location, choice in _at("choices", question.choices):
        if choice == question.answer:
            yield from _prose(draft, (location, choice))
        else:  # a wrong choice may hold any number
            yield from _markup(location, choice)
            yield from _known(Figure, [(location, name) for name in placeholders(choice)], draft)
    if question.answer not in question.choices:
        yield Finding(("answer",), "the answer is none of the choices", "repeat one choice word for word")
    for choice in _doubles([_filled(choice, draft) for choice in question.choices]):
        yield Finding(("choices",), f"two choices read '{choice}'", "make each one different")
    is_there = (question.topic, question.brief) in draft.briefs or ("Brief", question.brief) in draft.broken
    if not is_there and "Brief" not in draft.unread:
        yield Finding(("brief",), f"there is no brief '{question.brief}' in this topic", "name one of briefs.yaml")
    is_known = question.rests_on in draft.figures or question.rests_on in draft.events
    if not is_known and not _is_damaged(draft, "Figure", "Event"):
        what = f"there is no figure and no event '{question.rests_on}'"
        yield Finding(("rests_on",), what, "a figure's name, or an event's date and title: 2025-01-27-some-title")


def _event(event: BaseModel, draft: Draft, today: date) -> Findings:
    assert isinstance(event, Event)
    yield from _prose(draft, (("title",), event.title), (("summary",), event.summary))
    for key in ("topics", "tickers", "figures"):
        yield from _once(key, getattr(event, key))
    if f"{event.date.year}.yaml" != event.file:
        yield Finding(
            ("date",),
            f"{event.date} is not of the year of {event.file}",
            f"move it to {event.date.year}.yaml",
        )
    if event.date > today:
        yield Finding(("date",), f"{event.date} is in the future", "events have happened")
    yield from _known(Topic, _at("topics", event.topics), draft)
    yield from _known(Figure, _at("figures", event.figures), draft)


def _prose(draft: Draft, *texts: tuple[Location, str]) -> Findings:
    names = names_pattern(draft.names)
    for location, source in texts:
        yield from _markup(location, source)
        yield from _known(Figure, [(location, name) for name in placeholders(source)], draft)
        for word in stray_numbers(source, names) if "Names" not in draft.unread else ():
            mend = "make it a figure and write {its-name}, or allow the name in names.yaml"
            yield Finding(location, f"the number '{word}' stands in prose", mend)


def _markup(location: Location, source: str) -> Findings:
    if invisible := [
        char for char in source if unicodedata.category(char) in {"Cf", "Cc"} and char not in "\u200c\u200d\n"
    ]:
        yield Finding(location, f"an invisible sign stands in it (U+{ord(invisible[0]):04X})", "remove it")
    try:
        parse_markup(source)
    except ContentError as error:
        yield Finding(location, str(error))


def _known(kind: type[BaseModel], named: Iterable[tuple[Location, str]], draft: Draft) -> Findings:
    names: Mapping[str, BaseModel] = draft.figures if kind is Figure else draft.topics
    for location, name in named:
        if name not in names and (kind.__name__, name) not in draft.broken and kind.__name__ not in draft.unread:
            called = kind.__name__.lower()
            yield Finding(location, f"there is no {called} '{name}'", f"write it, or name another {called}")


def _filled(source: str, draft: Draft) -> str:
    try:
        return filled_text(source, lambda name: draft.figures[name].display if name in draft.figures else name)
    except ContentError:
        return source


def _is_damaged(draft: Draft, *kinds: str) -> bool:
    """Whether an entry of these kinds is misshapen, or a file of them unread: then nothing is said to be missing."""
    return any(kind in draft.unread or any(kind == broken for broken, _ in draft.broken) for kind in kinds)


def _once(key: str, values: tuple[str, ...]) -> Findings:
    seen: set[str] = set()
    for location, value in _at(key, values):
        if value in seen:
            yield Finding(location, f"'{value}' stands twice", "name it once")
        seen.add(value)


def _at(key: str, values: tuple[str, ...]) -> list[tuple[Location, str]]:
    return [((key, index), value) for index, value in enumerate(values)]


def _doubles(values: list[str]) -> list[str]:
    return [value for value, count in Counter(values).items() if count > 1]
