"""How old the newest event or figure of each topic is, and which topics have grown older than they should."""

from dataclasses import dataclass
from datetime import date, timedelta

from newsbot.content.library import Library
from newsbot.content.models import Topic, date_words, first_day


@dataclass(frozen=True, slots=True)
class Freshness:
    """The newest that a topic holds, and how many days ago that was."""

    topic: Topic
    newest: date
    what: str
    days: int

    @property
    def is_stale(self) -> bool:
        """Whether the topic is older than it says it may be."""
        return self.topic.fresh_for is not None and self.days > self.topic.fresh_for

    @property
    def is_state_behind(self) -> bool:
        """Whether something happened after the day of the topic's state."""
        return self.topic.state_as_of is not None and self.topic.state_as_of < self.newest

    def line(self) -> str:
        """The topic's age in a sentence."""
        allowed = f" of {self.topic.fresh_for}" if self.topic.fresh_for else ""
        return f"{self.topic.id}: {self.days}{allowed} days, {self.what} of {date_words(self.newest.isoformat())}"

    def warnings(self) -> list[str]:
        """What an editor should look at, a sentence each."""
        found = []
        if self.is_stale:
            found.append(
                f"the topic {self.topic.id} is {self.days} days old, and fresh_for is {self.topic.fresh_for} "
                f"(its newest is {self.what}, {date_words(self.newest.isoformat())})"
            )
        if self.is_state_behind and self.topic.state_as_of:
            found.append(
                f"the state of the topic {self.topic.id} is of {date_words(self.topic.state_as_of.isoformat())}, "
                f"before {self.what} of {date_words(self.newest.isoformat())}"
            )
        return found


def freshness(library: Library, today: date) -> list[Freshness]:
    """Every topic that has an event or figure, the oldest first. A month or year counts from its first day."""
    found = []
    for topic in library.topics.values():
        figures = (figure for figure in library.figures.values() if figure.topic == topic.id)
        dated = [(event.date, f"the event {event.id}") for event in library.events.values() if topic.id in event.topics]
        dated += [(day, f"the figure {figure.id}") for figure in figures if (day := first_day(figure.as_of))]
        if dated:
            newest, what = max(dated)
            found.append(Freshness(topic, newest, what, (today - newest) // timedelta(days=1)))
    return sorted(found, key=lambda each: (-each.days, each.topic.id))
