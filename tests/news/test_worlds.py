"""Months of a feed that does to its entries all that real ones were seen to do: each article becomes one item."""

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import timedelta
from random import Random

import pytest

from newsbot.news.entries import Entry
from newsbot.storage.database import Database
from tests.databases import ON_SQLITE
from tests.news.feeds import DAY, HOUR, START, Watched, entry

pytestmark = ON_SQLITE

Habit = Callable[[Random, Entry, int], Entry]


def as_it_is(random: Random, found: Entry, number: int) -> Entry:
    return found


def without_id(random: Random, found: Entry, number: int) -> Entry:
    return replace(found, id="")


def with_one_id_of_two(random: Random, found: Entry, number: int) -> Entry:
    return replace(found, id=random.choice(("", "N/A")))


def by_two_generators(random: Random, found: Entry, number: int) -> Entry:
    """One gives links as ids, the other hashes and other words."""
    return found if number % 2 else replace(found, id=f"sha-{hash(found.link)}", title=f"{found.title} | Lab")


def dressed_up(random: Random, found: Entry, number: int) -> Entry:
    scheme, www = random.choice(("http", "https")), random.choice(("", "www."))
    tail = random.choice(("", "/", "?utm_source=rss", "/#top", "/amp/"))
    return replace(found, link=f"{scheme}://{www}{found.link.removeprefix('https://')}{tail}")


def on_other_hosts(random: Random, found: Entry, number: int) -> Entry:
    host = random.choice(("lab.example", "blog.lab.example"))
    moved = found.link.replace("lab.example", host)
    return replace(found, id=moved, link=moved)


def dated_anew(random: Random, found: Entry, number: int) -> Entry:
    at = START - random.randrange(-3, 900) * DAY
    return replace(found, published=at, dated=at.date())


def edited(random: Random, found: Entry, number: int) -> Entry:
    return replace(found, title=f"{found.title}{random.choice(('', '', ' (updated)', ' again'))}", summary=str(number))


HABITS: dict[str, tuple[Habit, ...]] = {
    "well-behaved": (as_it_is,),
    "no ids": (without_id, edited),
    "one id for all": (with_one_id_of_two, dated_anew),
    "two generators": (by_two_generators, edited),
    "dressed up links": (dressed_up, dated_anew),
    "hosts that alternate": (on_other_hosts, edited),
    "all at once": (without_id, dressed_up, dated_anew, edited),
}


@dataclass
class Feed:
    """A feed with a window of articles, of which some leave and return; now and then it is empty."""

    random: Random
    habits: tuple[Habit, ...]
    window: int
    written: int = 0
    shown: set[int] = field(default_factory=set)
    first: set[int] = field(default_factory=set)

    def poll(self, number: int) -> list[Entry]:
        self.written += self.random.choice((0, 0, 0, 1, 1, 2)) if number else self.window
        if self.random.random() < 0.1:
            return []
        newest = range(self.written, max(0, self.written - self.window), -1)
        here = [each for each in newest if self.random.random() > 0.15]
        if self.shown and self.random.random() < 0.1:  # and old ones come back
            here += self.random.sample(sorted(self.shown - set(here)), min(3, len(self.shown - set(here))))
        self.shown |= set(here)
        self.first = self.first or set(here)
        return [self._entry(each, number) for each in here]

    def _entry(self, article: int, number: int) -> Entry:
        # Every tenth title is of a series, and several articles carry it.
        title = f"Weekly notes {article % 20 // 10}" if article % 10 == 0 else f"The {article}th thing that happened"
        found = entry(f"news/{article}", title=title, at=START + article * HOUR)
        for habit in self.habits:
            found = habit(self.random, found, number)
        return found


@pytest.mark.parametrize("habits", HABITS.values(), ids=HABITS)
@pytest.mark.parametrize("window", [3, 20])
async def test_each_article_becomes_one_item(database: Database, habits: tuple[Habit, ...], window: int) -> None:
    feed, lab = Feed(Random(window), habits, window), Watched(database)
    brought = baseline = 0
    for number in range(80):
        reading = await lab.poll(feed.poll(number), timedelta(hours=5))
        brought += len(reading.new)
        baseline += reading.baseline
    assert brought == len(feed.shown)
    assert baseline == len(feed.first)
    assert len(await lab.items()) == len(feed.shown)
