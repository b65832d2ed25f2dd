"""The rules of content: what must hold between entries, and in our own prose, before a topic may be shown."""

import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

from pydantic import BaseModel

from newsbot.content.figure_rules import figure_findings
from newsbot.content.findings import (
    Findings,
    duplicates,
    fill_from_draft,
    future_dates,
    is_damaged,
    markup_findings,
    missing_keys,
    overlong_texts,
    places_of,
    prose_findings,
    repeated_values,
    unknown_names,
)
from newsbot.content.loader import Draft
from newsbot.content.models import ID_PATTERN, Brief, Event, Figure, Question, Topic
from newsbot.content.prose import placeholders
from newsbot.content.shared_rules import (
    claim_findings,
    phrasing_findings,
    questions_asked,
    term_findings,
    withdrawn_findings,
    wordings,
)
from newsbot.validation import Finding, Mistake, mistakes

LEDE_LIMIT, LEDE_NUMBERS = 240, 2
QUESTIONS = 2  # about each brief, that are asked whatever the day
STATE_LIMIT = 300
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


@dataclass(frozen=True, slots=True)
class _Groups:
    """The draft's entries by topic, how many lasting questions each brief has, and how often a topic's name is taken.

    `over` are the briefs with a question that is not asked any more, or that will not be one day.
    """

    briefs: dict[str, dict[str, Brief]]
    asked: Counter[tuple[str, str]]
    over: set[tuple[str, str]]
    names: Counter[str]
    aliases: dict[str, Counter[str]]

    @classmethod
    def of(cls, draft: Draft) -> "_Groups":
        briefs: dict[str, dict[str, Brief]] = {}
        for (topic, name), brief in draft.briefs.items():
            briefs.setdefault(topic, {})[name] = brief
        return cls(
            briefs,
            Counter((each.topic, each.brief) for each in draft.questions.values() if not (each.retired or each.until)),
            {(each.topic, each.brief) for each in draft.questions.values() if each.retired or each.until},
            Counter(name for topic in draft.topics.values() for name in {topic.id, *topic.aliases}),
            {
                topic: Counter(name for brief in group.values() for name in {brief.id, *brief.aliases})
                for topic, group in briefs.items()
            },
        )


def check(draft: Draft, today: date) -> list[Mistake]:
    """Every mistake of the draft, the loader's included, by file and line. `today` bounds what may have happened."""
    found = list(draft.mistakes)
    for entry, findings in _findings(draft, today):
        if problems := list(findings):
            file, location = draft.origins[id(entry)]
            found += mistakes(problems, file, draft.texts[file], location)
    return sorted(set(found))


def _findings(draft: Draft, today: date) -> Iterator[tuple[BaseModel, Findings]]:
    groups, claims, terms = _Groups.of(draft), wordings(draft.claims.values()), wordings(draft.terms.values())
    yield from ((topic, _topic(topic, draft, groups)) for topic in draft.topics.values())
    yield from ((brief, _brief(brief, draft, groups)) for brief in draft.briefs.values())
    yield from ((figure, figure_findings(figure, draft, today)) for figure in draft.figures.values())
    yield from ((question, _question(question, draft)) for question in draft.questions.values())
    yield from ((event, _event(event, draft, today)) for event in draft.events.values())
    yield from ((claim, claim_findings(claim, draft, today, claims)) for claim in draft.claims.values())
    yield from ((term, term_findings(term, draft, today, terms)) for term in draft.terms.values())
    yield from ((entry, withdrawn_findings(entry, draft)) for entry in draft.withdrawn.values())
    asked = questions_asked(draft.phrasings.values())
    yield from ((phrasing, phrasing_findings(phrasing, draft, asked)) for phrasing in draft.phrasings.values())


def _topic(topic: Topic, draft: Draft, groups: _Groups) -> Findings:
    yield from prose_findings(draft, (("title",), topic.title), (("summary",), topic.summary))
    yield from _state(topic, draft)
    yield from repeated_values("aliases", topic.aliases)
    for location, name in ((("id",), topic.id), *places_of("aliases", topic.aliases)):
        if name in RESERVED:
            yield Finding(location, f"'{name}' is a command of newsbot", "choose another name")
        elif not _ALIAS.match(name):
            yield Finding(location, f"'{name}' cannot be typed as a name", "lower case, digits and hyphens")
        elif groups.names[name] > 1:
            yield Finding(location, f"two topics are called '{name}'", "keep this name for only one of them")
    if topic.id not in groups.briefs and not is_damaged(draft, "Brief"):
        yield Finding((), "the topic has no brief", "write one in briefs.yaml")


def _state(topic: Topic, draft: Draft) -> Findings:
    yield from missing_keys(topic, "fresh_for", "state", "state_as_of")
    if topic.state is not None:
        yield from prose_findings(draft, (("state",), topic.state))
        yield from overlong_texts(draft, STATE_LIMIT, (("state",), topic.state))


def _brief(brief: Brief, draft: Draft, groups: _Groups) -> Findings:
    texts = [
        (("title",), brief.title),
        (("lede",), brief.lede),
        *places_of("body", brief.body),
        *places_of("corrects", brief.corrects),
    ]
    yield from prose_findings(draft, *texts)
    for key in ("aliases", "figures", "related"):
        yield from repeated_values(key, getattr(brief, key))
    yield from missing_keys(brief, "short")
    if (count := len(placeholders(brief.lede))) > LEDE_NUMBERS:
        yield Finding(("lede",), f"the lede has {count} numbers", f"at most {LEDE_NUMBERS}: the others go below it")
    yield from overlong_texts(draft, LEDE_LIMIT, (("lede",), brief.lede))
    yield from overlong_texts(draft, 70, (("title",), brief.title))
    yield from overlong_texts(draft, 200, *places_of("corrects", brief.corrects))
    yield from overlong_texts(draft, 900, (("body",), " ".join(brief.body)))
    for key, most in (("figures", 5), ("related", 4), ("sources", 4), ("corrects", 2)):
        if (count := len(getattr(brief, key))) > most:
            yield Finding((key,), f"'{key}' has {count} entries", f"at most {most}")
    yield from unknown_names(Figure, places_of("figures", brief.figures), draft)
    if brief.chart is not None:
        yield from unknown_names(Figure, [(("chart",), brief.chart)], draft)
        if (figure := draft.figures.get(brief.chart)) and figure.chart is None:
            yield Finding(("chart",), f"the figure '{brief.chart}' has no chart", "give it one in figures.yaml")
    yield from _related(brief, draft, groups.briefs[brief.topic])
    yield from _aliases(brief, groups.aliases[brief.topic])
    yield from _asked(brief, draft, groups)
    yield from _outdated(brief, draft)


def _asked(brief: Brief, draft: Draft, groups: _Groups) -> Findings:
    count = groups.asked[brief.topic, brief.id]
    if count >= QUESTIONS or is_damaged(draft, "Question"):
        return
    many = {0: "no question is", 1: "only one question is"}[count]
    over = ", without those that are retired or have a last day" if (brief.topic, brief.id) in groups.over else ""
    yield Finding((), f"{many} about the brief '{brief.id}'{over}", f"write {QUESTIONS - count} more in quiz.yaml")


def _outdated(brief: Brief, draft: Draft) -> Findings:
    """Prose that gives a superseded number and never the newest one."""
    named = {name for words in (brief.lede, *brief.body, *brief.corrects) for name in placeholders(words)}
    for location, words in (
        (("lede",), brief.lede),
        *places_of("body", brief.body),
        *places_of("corrects", brief.corrects),
    ):
        for name in placeholders(words):
            newest = _newest(name, draft)
            if newest not in {name, *named, *brief.figures}:
                yield Finding(location, f"'{name}' has been superseded by '{newest}'", "name the newer one too")


def _newest(name: str, draft: Draft) -> str:
    seen: set[str] = set()
    while (figure := draft.figures.get(name)) and figure.superseded_by in draft.figures and name not in seen:
        seen.add(name)
        name = figure.superseded_by or name
    return name


def _aliases(brief: Brief, names: Counter[str]) -> Findings:
    for location, alias in places_of("aliases", brief.aliases):
        if not _ALIAS.match(alias):
            yield Finding(location, f"'{alias}' cannot be typed as a name", "lower case, digits and hyphens")
        elif names[alias] > 1 or alias == brief.id:
            yield Finding(location, f"two names of this topic are '{alias}'", "keep it for only one brief")
        elif alias in {"help", "private"}:
            yield Finding(location, f"'{alias}' is a word of newsbot", "choose another name")


def _related(brief: Brief, draft: Draft, siblings: dict[str, Brief]) -> Findings:
    for location, name in places_of("related", brief.related):
        topic, slash, other = name.rpartition("/")
        known = (topic, other) in draft.briefs if slash else other in siblings
        known = known or ("Brief", other) in draft.broken or "Brief" in draft.unread
        if not known:
            yield Finding(location, f"there is no brief '{name}'", f"one of {', '.join(siblings)}, or topic/brief")
        elif name in {brief.id, f"{brief.topic}/{brief.id}"}:
            yield Finding(location, "a brief is not related to itself", "remove it")


def _question(question: Question, draft: Draft) -> Findings:
    yield from prose_findings(draft, (("question",), question.question), (("explanation",), question.explanation))
    if not question.retired:
        yield from overlong_texts(draft, 160, (("question",), question.question))
        yield from overlong_texts(draft, 280, (("explanation",), question.explanation))
        yield from overlong_texts(draft, 60, *places_of("choices", question.choices))
    for location, choice in places_of("choices", question.choices):
        if choice == question.answer:
            yield from prose_findings(draft, (location, choice))
        else:  # a wrong choice may hold any number
            yield from markup_findings(location, choice)
            yield from unknown_names(Figure, [(location, name) for name in placeholders(choice)], draft)
    if question.answer not in question.choices:
        yield Finding(("answer",), "the answer isn't one of the choices", "repeat one choice word for word")
    for choice in duplicates([fill_from_draft(choice, draft) for choice in question.choices]):
        yield Finding(("choices",), f"two choices read '{choice}'", "make each one different")
    is_there = (question.topic, question.brief) in draft.briefs or ("Brief", question.brief) in draft.broken
    if not is_there and "Brief" not in draft.unread:
        yield Finding(("brief",), f"there is no brief '{question.brief}' in this topic", "name one of briefs.yaml")
    is_known = question.rests_on in draft.figures or question.rests_on in draft.events
    if not is_known and not is_damaged(draft, "Figure", "Event"):
        what = f"there is no figure and no event '{question.rests_on}'"
        yield Finding(("rests_on",), what, "a figure's name, or an event's id: 2025-01-27-some-title")


def _event(event: Event, draft: Draft, today: date) -> Findings:
    yield from prose_findings(draft, (("title",), event.title), (("summary",), event.summary))
    yield from overlong_texts(draft, 80, (("title",), event.title))
    yield from overlong_texts(draft, 240, (("summary",), event.summary))
    for key in ("topics", "tickers", "figures"):
        yield from repeated_values(key, getattr(event, key))
    if f"{event.date.year}.yaml" != event.file:
        yield Finding(
            ("date",),
            f"{event.date} is not of the year of {event.file}",
            f"move it to {event.date.year}.yaml",
        )
    if event.date > today:
        yield Finding(("date",), f"{event.date} is in the future", "events have happened")
    yield from unknown_names(Topic, places_of("topics", event.topics), draft)
    yield from unknown_names(Figure, places_of("figures", event.figures), draft)
    if event.headline_figure is not None and event.headline_figure not in event.figures:
        what = f"the headline's figure '{event.headline_figure}' isn't one of the event's figures"
        yield Finding(("headline_figure",), what, "name it in 'figures' too")
    yield from future_dates(event.sources, today)
