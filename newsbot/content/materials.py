"""What there is to say about a subject, before it is laid out: its answer, numbers, picture, sources, and what is near.

`short_cards` makes the card in the channel and the views behind its buttons from it.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass

from newsbot.content.actions import Subject, SubjectKind
from newsbot.content.cards import charted_figure, reading_facts, related_brief, values_of
from newsbot.content.comparing import comparison_words, why_not
from newsbot.content.library import Library, distinct_sources
from newsbot.content.models import Brief, Event, Figure, Question, Source, date_words
from newsbot.content.numbers import display_text
from newsbot.content.prose import placeholders
from newsbot.messages.cards import Block, ChoiceOption, Fact, Facts, Text, text
from newsbot.messages.markup import Inline, Plain, Strong
from newsbot.messages.short import LABEL

_MOST_MORE = 4


@dataclass(frozen=True, slots=True)
class Material:
    """What there is to say about a subject.

    `quoted` are figures whose numbers the answer or the title says, `figures` all of them, the most telling first.
    `explained` is what *Explain* opens, `listed` what *Numbers* shows beside the figures. All figures have to stand on
    the card itself where `shows_all`.
    """

    subject: Subject
    title: str
    answer: tuple[Inline, ...]
    topic: str
    figures: tuple[Figure, ...]
    sources: tuple[Source, ...]
    quoted: tuple[Figure, ...] = ()
    charted: Figure | None = None
    above: str = ""
    explained: tuple[Block, ...] = ()
    listed: tuple[Block, ...] = ()
    question: Question | None = None
    more: tuple[ChoiceOption, ...] = ()
    prompt: str = "More"
    shows_all: bool = False


def material(library: Library, subject: Subject) -> Material:
    """What there is to say about a brief, a figure, an event or a pair of figures."""
    return _MAKERS[subject.kind](library, subject.key)


def _brief(library: Library, key: str) -> Material:
    topic, _, name = key.partition("/")
    brief = library.briefs[topic, name]
    figures = library.figures_of(brief)
    charted = charted_figure(library, brief)
    return Material(
        brief_subject(brief),
        library.filled_text(brief.title),
        library.filled(brief.lede),
        topic,
        figures,
        distinct_sources([*brief.sources, *(figure.sources[0] for figure in figures)]),
        quoted=tuple(library.figures[each] for each in placeholders(f"{brief.title} {brief.lede}")),
        charted=charted,
        explained=tuple(_explained(library, brief)),
        listed=tuple(_values(charted)) if charted else (),
        question=next(iter(library.questions_of(topic, name)), None),
        more=_options(library, topic, (related_brief(library, topic, each) for each in brief.related)),
        prompt=_prompt(library, topic),
    )


def brief_subject(brief: Brief) -> Subject:
    """A brief as a subject."""
    return Subject("brief", f"{brief.topic}/{brief.id}")


def _explained(library: Library, brief: Brief) -> Iterator[Block]:
    yield Text(library.filled(brief.lede), "lede")
    yield from (Text(library.filled(paragraph)) for paragraph in brief.body)
    yield from (Text((Strong("Misreported: "), *library.filled(each))) for each in brief.corrects)


def _figure(library: Library, key: str) -> Material:
    figure = library.newest(key)
    briefs = library.briefs_with(figure.id)
    before = tuple(
        Fact(f"As of {date_words(old.as_of)}", display_text(old), (old.caveat,)) for old in library.earlier(figure.id)
    )
    return Material(
        Subject("figure", figure.id),
        figure.label,
        (Plain(display_text(figure)),),
        figure.topic,
        (figure,),
        figure.sources,
        quoted=(figure,),
        charted=figure if figure.chart else None,
        explained=(Facts("How to read it", tuple(reading_facts(figure))),),
        listed=(*_values(figure), *([Facts("What it was", before)] if before else [])),
        question=_question_on(library, (figure.id,), briefs),
        more=_options(library, figure.topic, briefs),
        prompt="Where it matters",
    )


def _event(library: Library, key: str) -> Material:
    event = library.events[key]
    figures = event_figures(library, event)
    briefs = _briefs_of_event(library, event)
    day = date_words(event.date.isoformat())
    overview = library.briefs_of(event.topics[0])[0]
    behind = briefs[0] if briefs else overview
    background = (Strong(f"{library.filled_text(behind.title)}. "), *library.filled(behind.lede))
    topics = f"On {', '.join(library.topics[topic].title for topic in event.topics)}."
    return Material(
        Subject("event", event.id),
        library.filled_text(event.title),
        library.filled(event.summary),
        event.topics[0],
        figures,
        distinct_sources([*event.sources, *(figure.sources[0] for figure in figures)]),
        quoted=tuple(library.figures[each] for each in placeholders(f"{event.title} {event.summary}")),
        above=" · ".join((day, *([", ".join(event.tickers)] if event.tickers else []))),
        explained=(
            Text(library.filled(event.summary), "lede"),
            text("Background", "heading"),
            Text(background),
            text(topics),
        ),
        question=_question_on(library, (event.id, *event.figures), briefs),
        more=_options(library, "", (*briefs[:1], *(library.briefs_of(topic)[0] for topic in event.topics))),
        prompt="More on this",
    )


def event_figures(library: Library, event: Event) -> tuple[Figure, ...]:
    """The figures of an event, that of its headline first; the others keep their order."""
    return tuple(
        library.figures[name] for name in sorted(event.figures, key=lambda name: name != event.headline_figure)
    )


def _briefs_of_event(library: Library, event: Event) -> tuple[Brief, ...]:
    """The briefs that show a figure of an event, those of its own topics first."""
    shown = [brief for name in event.figures for brief in library.briefs_with(library.newest(name).id)]
    return tuple(sorted(dict.fromkeys(shown), key=lambda brief: brief.topic not in event.topics))


def pair_subject(first: Figure, second: Figure) -> Subject:
    """Two figures as a subject."""
    return Subject("pair", f"{first.id},{second.id}")


def _pair(library: Library, key: str) -> Material:
    first, second = (library.figures[name] for name in key.split(","))
    figures = tuple(dict.fromkeys((first, second)))
    title, said = comparison_words(first, second)
    alike = comparable(library, first)
    return Material(
        pair_subject(first, second),
        title,
        (Plain(said),),
        first.topic,
        figures,
        distinct_sources([figure.sources[0] for figure in figures]),
        explained=(text(said), *(Facts(figure.label, tuple(reading_facts(figure))) for figure in figures)),
        question=_question_on(library, tuple(figure.id for figure in figures), ()),
        more=tuple(
            ChoiceOption(short_name(_short(each)), each.id, f"{_short(first)} / {_short(each)}"[:75])
            for each in alike
            if each != second
        )[:10],
        prompt="Compare it with",
        shows_all=True,
    )


def comparable(library: Library, figure: Figure) -> tuple[Figure, ...]:
    """The figures that can be set against this one, those of its own topic first."""
    found = (each for each in library.figures.values() if not each.superseded_by and why_not(figure, each) is None)
    return tuple(sorted(found, key=lambda each: each.topic != figure.topic))


_MAKERS: Mapping[SubjectKind, Callable[[Library, str], Material]] = {
    "brief": _brief,
    "figure": _figure,
    "event": _event,
    "pair": _pair,
}


def _values(figure: Figure) -> Iterator[Facts]:
    """The values of a series."""
    if isinstance(figure.value, tuple):
        yield Facts(figure.chart_title or figure.label, values_of(figure))


def _question_on(library: Library, names: tuple[str, ...], briefs: Iterable[Brief]) -> Question | None:
    """A question that rests on one of these figures or events; else one about the first brief that has any."""
    exact = (question for question in library.questions.values() if question.rests_on in names)
    about = (question for brief in briefs for question in library.questions_of(brief.topic, brief.id))
    return next(exact, None) or next(about, None)


def _options(library: Library, topic: str, briefs: Iterable[Brief]) -> tuple[ChoiceOption, ...]:
    """Briefs to go on to: their short names, and with them the topic where it is another."""
    shown: dict[str, ChoiceOption] = {}
    for brief in briefs:
        key = f"{brief.topic}/{brief.id}"
        shown.setdefault(key, ChoiceOption(_name(library, brief, topic), key, library.filled_text(brief.title)))
    return tuple(shown.values())[:_MOST_MORE]


def _name(library: Library, brief: Brief, topic: str) -> str:
    name, title = brief_name(library, brief), library.topics[brief.topic].title
    if brief.topic == topic:
        return name
    if len(full := f"{title}: {name}") <= LABEL:
        return full
    return short_name(title) if brief == library.briefs_of(brief.topic)[0] else name


def brief_name(library: Library, brief: Brief) -> str:
    """A brief's name where there is little room."""
    return brief.short or short_name(library.filled_text(brief.title))


def short_name(title: str) -> str:
    """A title within the length of a label, cut between words."""
    if len(title) <= LABEL:
        return title
    head = title[:LABEL].rpartition(" ")[0] or title[: LABEL - 1]
    return f"{head}…"


def _short(figure: Figure) -> str:
    return figure.short or figure.label


def _prompt(library: Library, topic: str) -> str:
    full = f"More on {library.topics[topic].title}"
    return full if len(full) <= LABEL else "More"
