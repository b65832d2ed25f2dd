"""Where a digest's events and its question come from: two ports, and what fills them from our own content."""

import re
from collections import Counter
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Protocol

from newsbot.content.actions import answer_action, event_action
from newsbot.content.cards import CHOICE_LETTERS
from newsbot.content.library import Library
from newsbot.content.models import Brief, Event, Figure, Question, Source, first_day
from newsbot.content.numbers import display_text
from newsbot.content.rotation import next_question, question_id
from newsbot.digests.composer.values import EditionQuestion
from newsbot.messages.actions import Action
from newsbot.messages.cards import Block, Button, Buttons, Fact, Facts, Text
from newsbot.messages.markup import Strong
from newsbot.storage.transaction import Transaction

_MOST_COUNTED = 3
_MOVED = 4  # what the main number of an event adds to its weight where it says how a market moved
CHOICE_ON_BUTTON = 21  # characters: with its letter, a label of 25
# Labels of figures that say how the market moved.
_MOVES = re.compile(r"\b(?:falls?|rises?|drop|jump|loss(?: of (?:market )?value)?|lost|gained)\b", re.IGNORECASE)
_CHART_SPAN = timedelta(days=31)
_WORD = re.compile(r"[a-z0-9]{3,}")


@dataclass(frozen=True, slots=True)
class Move:
    """How something moved on a market: a number, what it is, and who says so."""

    label: str
    number: str
    source: str
    url: str
    dated: str


@dataclass(frozen=True, slots=True)
class NewsItem:
    """One event. `day` is when it happened; `source` is the publisher of what is at `url`, of the day `dated`.

    `number` is its headline number with its bound, `label` what that is. `move` is how the market moved, where that
    is another number. `chart` is the id of a figure whose chart shows it, `brief` the brief that explains it, as
    `topic/brief`. A higher `weight` is more important. `opens` shows all of it.
    """

    id: str
    day: date
    title: str
    topics: tuple[str, ...]
    source: str
    url: str
    weight: float
    opens: Action | None
    summary: str = ""
    number: str = ""
    label: str = ""
    move: Move | None = None
    chart: str = ""
    brief: str = ""
    dated: str = ""


class NewsSource(Protocol):
    """Where dated events come from: our own files, or a live feed."""

    def items(self, since: date, until: date, topics: frozenset[str]) -> tuple[NewsItem, ...]:
        """Everything dated after `since`, up to and with `until`, on any of `topics`; no topics are all."""


class DailyQuestion(Protocol):
    """Where the question of the day comes from."""

    def question(
        self,
        library: Library,
        topics: frozenset[str],
        asked: Sequence[str],
        without: Collection[str] = (),
    ) -> EditionQuestion | None:
        """The question on any of `topics` (none are all), given those asked so far, the latest last.

        None of `without`, which names questions as histories do; None where no other is left on any topic. Called in
        any thread. Nothing of it is stored before it is posed.
        """

    def pose(self, tx: Transaction, asked: Sequence[EditionQuestion], at: datetime) -> None:
        """Store what editions ask, each question once, in the transaction that stores the editions."""


class ContentNews:
    """The events of one library. Build one for each library: it reads every event once.

    The weight of an event is 2 for each of its figures and 1 for each ticker, topic and source, where no more than
    three of a kind count, and 4 where its main number is a move of a market: what moved something, is measured, touches
    much and is well attested comes first.
    """

    def __init__(self, library: Library) -> None:
        briefs = _explaining(library)
        self._items = tuple(_item(library, event, briefs) for event in library.events.values())

    def items(self, since: date, until: date, topics: frozenset[str]) -> tuple[NewsItem, ...]:
        """See `NewsSource`."""
        return tuple(
            item
            for item in self._items
            if since < item.day <= until and (not topics or not topics.isdisjoint(item.topics))
        )


def _item(library: Library, event: Event, briefs: Sequence["_Explaining"]) -> NewsItem:
    figure = library.headline_figure(event)
    summary = library.filled_text(event.summary)
    source = _source(event, figure)
    return NewsItem(
        id=event.id,
        day=event.date,
        title=library.filled_text(event.title),
        topics=event.topics,
        source=source.publisher,
        url=source.url,
        weight=_weight(event, figure),
        opens=event_action(event.id),
        summary=summary,
        number=display_text(figure) if figure else "",
        label=_label(figure) if figure else "",
        move=_move(library, event, summary),
        chart=next((each.id for each in _figures(library, event) if each.chart and _is_of_then(each, event)), ""),
        brief=_brief(library, event, briefs),
        dated=source.dated if source.date else "",
    )


def _label(figure: Figure) -> str:
    """What a number is, in few words; of a move all of them, as the short ones do not say which way."""
    return figure.label if _MOVES.search(figure.label) else figure.short or figure.label


def _figures(library: Library, event: Event) -> list[Figure]:
    """The figures of an event, the headline's first."""
    return [library.figures[name] for name in sorted(event.figures, key=lambda name: name != event.headline_figure)]


def _is_of_then(figure: Figure, event: Event) -> bool:
    """Whether a figure with all it shows belongs to the days of an event."""
    values = figure.value if isinstance(figure.value, tuple) else ()
    days = [first_day(figure.as_of), *(first_day(each.date) for each in values if each.date)]
    return all(day is not None and day - event.date <= _CHART_SPAN for day in days) and (
        abs((days[0] or date.min) - event.date) <= _CHART_SPAN
    )


def _move(library: Library, event: Event, summary: str) -> Move | None:
    """The first figure of an event beside its headline's that says how something moved, if its summary does not."""
    for figure in _figures(library, event):
        is_told = figure.id == event.headline_figure or figure.display in summary
        if not is_told and not isinstance(figure.value, tuple) and _MOVES.search(figure.label):
            source = _source(event, figure)
            dated = source.dated if source.date else ""
            return Move(figure.label, display_text(figure), source.publisher, source.url, dated)
    return None


@dataclass(frozen=True, slots=True)
class _Explaining:
    """A brief with the figures that it shows and the words of its names, each with its weight: the rarer, the more."""

    brief: Brief
    figures: frozenset[str]
    words: Mapping[str, float]


def _explaining(library: Library) -> tuple[_Explaining, ...]:
    words = {
        brief: _words(" ".join((library.filled_text(brief.title), brief.short or "", *brief.aliases)))
        for brief in library.briefs.values()
    }
    named = Counter(word for each in words.values() for word in each)
    return tuple(
        _Explaining(
            brief,
            frozenset(figure.id for figure in library.figures_of(brief)),
            {word: 1 / named[word] for word in each},
        )
        for brief, each in words.items()
    )


def _words(words: str) -> frozenset[str]:
    return frozenset(_WORD.findall(words.casefold()))


def _brief(library: Library, event: Event, briefs: Sequence[_Explaining]) -> str:
    """The brief on a topic of the event that shares most with it: its number first, then figures, then words."""
    figures, title = frozenset(event.figures), _words(library.filled_text(event.title))

    def rank(each: _Explaining) -> tuple[bool, int, float, int]:
        shared = len(figures & each.figures)
        return (
            event.headline_figure in each.figures,
            shared,
            sum(weight for word, weight in each.words.items() if word in title),
            -event.topics.index(each.brief.topic),
        )

    fitting = [each for each in briefs if each.brief.topic in event.topics]
    best = max(fitting, key=rank, default=None)
    return f"{best.brief.topic}/{best.brief.id}" if best else ""


def _source(event: Event, figure: Figure | None) -> Source:
    """The source that stands beside the number: one that gives it, and of those one that the event names."""
    if figure is None:
        return event.sources[0]
    given = {source.url for source in figure.sources}
    return next((source for source in event.sources if source.url in given), figure.sources[0])


def _weight(event: Event, figure: Figure | None) -> float:
    counts = [2 * min(len(event.figures), _MOST_COUNTED)]
    counts += [min(len(each), _MOST_COUNTED) for each in (event.tickers, event.topics, event.sources)]
    return float(sum(counts) + (_MOVED if figure and _MOVES.search(figure.label) else 0))


@dataclass(frozen=True, slots=True)
class StandInQuestion:
    """A question of which nothing has to be stored; see `EditionQuestion`."""

    id: str
    blocks: tuple[Block, ...]
    daily: str = ""
    kept: str = ""


class SelfCheckQuestion:
    """The question of the day out of our content: its answer is in the buttons, so nothing has to be remembered."""

    def question(
        self,
        library: Library,
        topics: frozenset[str],
        asked: Sequence[str],
        without: Collection[str] = (),
    ) -> EditionQuestion | None:
        """See `DailyQuestion`."""
        chosen = next_question(library, topics, asked, without)
        if chosen is None:
            return None
        question = library.questions[chosen]
        asks = Text((Strong("Question of the day: "), *library.filled(question.question)))
        choices = tuple(map(library.filled_text, question.choices))
        return StandInQuestion(question_id(*chosen), (asks, *_choice_blocks(question, choices)))

    def pose(self, tx: Transaction, asked: Sequence[EditionQuestion], at: datetime) -> None:
        """See `DailyQuestion`."""


def _choice_blocks(question: Question, choices: Sequence[str]) -> Iterator[Block]:
    """Short choices stand on their buttons; longer ones on lines, and their letters on the buttons."""
    are_short = all(len(choice) <= CHOICE_ON_BUTTON for choice in choices)
    if not are_short:
        yield Facts("", tuple(Fact(*pair) for pair in zip(CHOICE_LETTERS, choices, strict=False)))
    labels = [
        f"{letter} · {words}" if are_short else letter for letter, words in zip(CHOICE_LETTERS, choices, strict=False)
    ]
    actions = (answer_action(question.topic, question.id, number) for number in range(len(choices)))
    yield Buttons(tuple(map(Button, labels, actions)))
