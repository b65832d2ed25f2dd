"""Where a digest's events and its question come from: two ports, and what fills them from our own content."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Protocol

from newsbot.content.actions import event_action
from newsbot.content.cards import question_card
from newsbot.content.library import Library
from newsbot.content.models import Event, Figure, Source, first_day
from newsbot.content.numbers import display_text
from newsbot.content.rotation import next_in_turn
from newsbot.digests.composer.values import EditionQuestion
from newsbot.messages.actions import Action
from newsbot.messages.cards import Block, Text
from newsbot.messages.markup import Strong
from newsbot.storage.transaction import Transaction

# A figure stands in an event's line only where it is one short number of about that day.
_FIGURE_LENGTH = 60
_FIGURE_SPAN = timedelta(days=31)
_MOST_COUNTED = 3


@dataclass(frozen=True, slots=True)
class NewsItem:
    """One event in one line. `day` is when it happened; `figure` a number with its label, or nothing.

    `source` is the publisher of what is at `url`. A higher `weight` is more important. `opens` shows all of it.
    """

    id: str
    day: date
    title: str
    figure: str
    topics: tuple[str, ...]
    source: str
    url: str
    weight: float
    opens: Action | None


class NewsSource(Protocol):
    """Where dated events come from: our own files, or a live feed."""

    def items(self, since: date, until: date, topics: frozenset[str]) -> tuple[NewsItem, ...]:
        """Everything dated after `since`, up to and with `until`, on any of `topics`; no topics are all."""


class DailyQuestion(Protocol):
    """Where the question of the day comes from."""

    def question(
        self, library: Library, topics: frozenset[str], asked: Sequence[str], day: date
    ) -> EditionQuestion | None:
        """The question for `day` on any of `topics` (none are all), given those asked so far, the latest last.

        Called in any thread. Nothing of it is stored before it is posed.
        """

    def pose(self, tx: Transaction, asked: Sequence[EditionQuestion], at: datetime) -> None:
        """Store what editions ask, each question once, in the transaction that stores the editions."""


class ContentNews:
    """The events of one library. Build one for each library: it reads every event once.

    The weight of an event is 2 for each of its figures and 1 for each ticker, topic and source, where no more than
    three of a kind count: what is measured, touches much and is well attested comes first.
    """

    def __init__(self, library: Library) -> None:
        self._items = tuple(_item(library, event) for event in library.events.values())

    def items(self, since: date, until: date, topics: frozenset[str]) -> tuple[NewsItem, ...]:
        """See `NewsSource`."""
        return tuple(
            item
            for item in self._items
            if since < item.day <= until and (not topics or not topics.isdisjoint(item.topics))
        )


def _item(library: Library, event: Event) -> NewsItem:
    figure = library.figures.get(event.headline_figure or "")
    if figure is not None and not _fits(event, figure):
        figure = None
    source = _source(event, figure)
    return NewsItem(
        id=event.id,
        day=event.date,
        title=library.filled_text(event.title),
        figure=f"{display_text(figure)} ({figure.label})" if figure else "",
        topics=event.topics,
        source=source.publisher,
        url=source.url,
        weight=_weight(event),
        opens=event_action(event.id),
    )


def _fits(event: Event, figure: Figure) -> bool:
    dated = first_day(figure.as_of)
    return (
        not isinstance(figure.value, tuple)
        and len(figure.display) <= _FIGURE_LENGTH
        and dated is not None
        and abs(dated - event.date) <= _FIGURE_SPAN
    )


def _source(event: Event, figure: Figure | None) -> Source:
    """The source that stands in the line: one that gives the figure, and of those one that the event names."""
    if figure is None:
        return event.sources[0]
    given = {source.url for source in figure.sources}
    return next((source for source in event.sources if source.url in given), figure.sources[0])


def _weight(event: Event) -> float:
    counts = [2 * min(len(event.figures), _MOST_COUNTED)]
    counts += [min(len(each), _MOST_COUNTED) for each in (event.tickers, event.topics, event.sources)]
    return float(sum(counts))


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
        self, library: Library, topics: frozenset[str], asked: Sequence[str], day: date
    ) -> EditionQuestion | None:
        """See `DailyQuestion`. The order does not depend on the day."""
        pool = {f"{topic}/{name}": (topic, name) for topic, name in library.questions if topic in topics}
        pool = pool or {f"{topic}/{name}": (topic, name) for topic, name in library.questions}
        chosen = next_in_turn(pool, asked)
        if chosen is None:
            return None
        _, *choices = question_card(library, *pool[chosen]).blocks
        asks = Text((Strong("Question of the day: "), *library.filled(library.questions[pool[chosen]].question)))
        return StandInQuestion(chosen, (asks, *choices))

    def pose(self, tx: Transaction, asked: Sequence[EditionQuestion], at: datetime) -> None:
        """See `DailyQuestion`."""
