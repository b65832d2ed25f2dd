"""What only `newsbot check` looks at: whether every card fits every platform and every chart can be read; warnings."""

from collections.abc import Callable, Iterable, Iterator
from datetime import date
from pathlib import Path

from newsbot.content.actions import Subject
from newsbot.content.cards import answer_card, brief_card, chart, event_card, figure_card, question_card
from newsbot.content.drafts import draft_sentence
from newsbot.content.freshness import freshness
from newsbot.content.library import Library
from newsbot.content.materials import brief_subject
from newsbot.content.models import Brief, Event, Figure, Question
from newsbot.content.quiz_statistics import Statistics
from newsbot.content.short_cards import short_card
from newsbot.messages.budgets import BUDGETS
from newsbot.messages.cards import Card
from newsbot.messages.charts import Chart
from newsbot.messages.fitting import fit
from newsbot.messages.short import ANSWER, sentences
from newsbot.validation import Finding, Mistake, mistakes
from newsbot.yamlfiles import Location

Entry = Brief | Figure | Event | Question


def overlong_cards(library: Library, others: Iterable[tuple[Entry, Card]] = ()) -> list[Mistake]:
    """A mistake for each brief, figure, question and event whose card does not fit one message of a platform.

    `others` are cards that are made elsewhere, each with the entry whose words it shows.
    """
    found: list[Mistake] = []
    for origin, card in (*_all_cards(library), *((library.origins[id(entry)], card) for entry, card in others)):
        file, location = origin
        findings = [Finding(location, problem, "write it shorter") for problem in _problems(card)]
        if findings:
            text = Path(file).read_text(encoding="utf-8")
            found += mistakes(findings, file, text)
    return sorted(set(found))


def unreadable_charts(library: Library, lacking: Callable[[str], str]) -> list[Mistake]:
    """A mistake for each figure whose chart holds signs that cannot be drawn; `lacking` gives those of a text.

    The title of an event may stand on a timeline.
    """
    found: list[Mistake] = []
    texts: list[tuple[Entry, Iterable[str]]] = [(each, _words(chart(each))) for each in library.figures.values()]
    texts = [(entry, words) for entry, words in texts if isinstance(entry, Figure) and entry.chart]
    texts += [(event, (library.filled_text(event.title),)) for event in library.events.values()]
    for entry, words in texts:
        if missing := lacking(" ".join(words)):
            file, location = library.origins[id(entry)]
            told = ", ".join(f"{sign} (U+{ord(sign):04X})" for sign in missing[:5])
            problem = Finding(location, f"the charts' typeface has no {told}", "write it with letters that it has")
            found += mistakes([problem], file, Path(file).read_text(encoding="utf-8"))
    return sorted(set(found))


def _words(drawn: Chart) -> Iterator[str]:
    yield from (drawn.title, drawn.subject, drawn.unit, drawn.note, drawn.as_of, drawn.source)
    for point in drawn.points:
        yield from (point.label, point.display, point.note, point.dated)


def warnings(library: Library, today: date) -> list[str]:
    """What an editor should look at, a sentence each; none of it is a mistake. What a draft lacks comes last."""
    texts = [(f"the brief {brief.topic}/{brief.id}", brief.lede) for brief in library.briefs.values()]
    texts += [(f"the event {event.id}", event.summary) for event in library.events.values()]
    long = [
        f"{name}: its first sentence has {size} characters, more than the {ANSWER} of a card's answer"
        for name, words in texts
        if (size := len(sentences(library.filled_text(words))[0])) > ANSWER
    ]
    aged = [sentence for each in freshness(library, today) for sentence in each.warnings()]
    drafted = [
        sentence
        for topic, unfinished in library.drafts.items()
        for sentence in (draft_sentence(topic, unfinished), *map(str, unfinished.mistakes))
    ]
    return [*long, *aged, *Statistics.of(library).warnings(), *drafted]


def _problems(card: Card) -> Iterator[str]:
    for budget in BUDGETS:
        fitted = fit(card, budget)
        if len(fitted.parts) > 1:
            yield f"on {budget.name} the card “{card.title}” takes {len(fitted.parts)} messages"
        for loss in fitted.losses:
            yield f"on {budget.name} the card “{card.title}” loses its {loss.what} “{loss.text[:60]}”"


def _all_cards(library: Library) -> Iterator[tuple[tuple[str, Location], Card]]:
    origins = library.origins
    for (topic, name), brief in library.briefs.items():
        yield origins[id(brief)], brief_card(library, topic, name)
        yield origins[id(brief)], short_card(library, brief_subject(brief))
    for name, figure in library.figures.items():
        yield origins[id(figure)], figure_card(library, name)
    for name, event in library.events.items():
        yield origins[id(event)], event_card(library, name)
        yield origins[id(event)], short_card(library, Subject("event", name))
    for (topic, name), question in library.questions.items():
        yield origins[id(question)], question_card(library, topic, name)
        for number in range(len(question.choices)):
            yield origins[id(question)], answer_card(library, question, number)
