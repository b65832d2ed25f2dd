"""Which events an edition tells: the news, the latest for somebody new, or after a week without news an old one."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from typing import Literal

from newsbot.content.models import date_words
from newsbot.digests.composer.sources import NewsItem, NewsSource
from newsbot.digests.composer.values import History, Selection, Stage

# What an edition is: news since the last one; the same over a week or longer; the newest events for a digest that told
# nothing yet; an old event after a week without news; a question alone.
Kind = Literal["news", "round-up", "latest", "archive", "quiet"]

MOST_NEWS = 5
MOST_SUMMED_UP = 8
# An event may be written down days after it happened: it is still shown, with its date.
GRACE = timedelta(days=7)
ROUND_UP = timedelta(days=6)  # an edition that comes so long after the one before sums up
_WEEK = 7


@dataclass(frozen=True, slots=True)
class Picked:
    """The events of an edition, the lead first, and why; `ranked` has also those for which there is no room.

    `newest` is the newest event on these topics, told or not.
    """

    kind: Kind
    ranked: tuple[NewsItem, ...]
    count: int
    newest: NewsItem | None
    sifted: "_Sifted"
    stages: tuple[Stage, ...]

    @property
    def events(self) -> tuple[NewsItem, ...]:
        """The events that are told, the newest first."""
        return tuple(sorted(self.ranked[: self.count], key=lambda item: -item.day.toordinal()))

    @property
    def covered(self) -> tuple[str, ...]:
        """The ids of what is told thereby, those of duplicates included."""
        told = (name for item in self.events for name in (item.id, *self.sifted.same.get(item.id, ())))
        return (*told, *self.sifted.repeats)

    @property
    def why(self) -> tuple[Stage, ...]:
        """What was chosen and left out, with the reasons."""
        return (*_rank_stages(self), *self.stages)

    def with_room_for(self, count: int) -> "Picked":
        """The same with so many events at most."""
        return replace(self, count=min(count, self.count))


@dataclass(slots=True)
class _Sifted:
    """Events without duplicates, the newest first, and what each one stands for."""

    kept: list[NewsItem] = field(default_factory=list)
    same: dict[str, list[str]] = field(default_factory=dict)
    repeats: list[str] = field(default_factory=list)  # told before under another id
    stages: list[Stage] = field(default_factory=list)


def pick(news_source: NewsSource, selection: Selection) -> Picked:
    """The events to tell, none of which this subscription has seen."""
    items = news_source.items(date.min, selection.day, frozenset(selection.topics))
    start = _window(selection)
    sifted = _sift(items, frozenset(selection.history.events))
    recent = tuple(item for item in sifted.kept if item.day > start)
    newest = max(items, key=lambda item: (item.day, item.weight, item.id), default=None)
    stages = [
        *sifted.stages,
        *(
            Stage("events", "left out", item.title, "shown in an earlier digest")
            for item in items
            if item.day > start and item.id in selection.history.events
        ),
    ]
    if selection.history == History() and sifted.kept:
        return Picked("latest", tuple(sifted.kept), MOST_NEWS, newest, sifted, tuple(stages))
    if recent:
        is_long = selection.day - selection.cursor >= ROUND_UP
        if is_long:  # the newest leads, and the weightiest of the others stand below it
            first, *others = recent
            recent = (first, *sorted(others, key=lambda item: -item.weight))
        kind: Kind = "round-up" if is_long else "news"
        return Picked(kind, recent, MOST_SUMMED_UP if is_long else MOST_NEWS, newest, sifted, tuple(stages))
    since = date_words(start.isoformat())
    quiet = Stage("events", "left out", "news", f"no event dated after {since} that was not shown before")
    old = _archived(sifted.kept, selection.day)
    if old and _is_week_without_news(items, selection):
        return Picked("archive", (old,), 1, newest, sifted, (quiet, *stages))
    reason = "all old events were shown before" if not old else "one comes once in a week without news"
    left_out = Stage("from the archive", "left out", "an old event", reason)
    return Picked("quiet", (), 0, newest, sifted, (quiet, *stages, left_out))


def _window(selection: Selection) -> date:
    """The day after which events are news."""
    newest = min(selection.cursor, selection.day)
    return date.fromordinal(max(newest.toordinal() - GRACE.days, 1))


def _is_week_without_news(items: Iterable[NewsItem], selection: Selection) -> bool:
    """Whether nothing happened in the last seven days, and this is the first edition of its week."""
    monday = selection.day - timedelta(days=selection.day.weekday())
    return selection.cursor < monday and all(item.day <= selection.day - GRACE for item in items)


def _sift(items: Iterable[NewsItem], shown: frozenset[str]) -> _Sifted:
    """Events that were not shown, the newest first, then by weight; duplicates only once."""
    sifted = _Sifted()
    told: dict[str, list[NewsItem]] = {}
    for item in sorted(items, key=lambda each: (each.id not in shown, -each.day.toordinal(), -each.weight, each.id)):
        alike = told.setdefault(item.title.casefold(), [])
        twin = next((other for other in alike if _is_same(item, other)), None)
        if item.id in shown:
            alike.append(item)
        elif twin is None:
            alike.append(item)
            sifted.kept.append(item)
        elif twin.id in shown:
            sifted.repeats.append(item.id)
            sifted.stages.append(Stage("events", "merged", item.title, "told in an earlier digest"))
        else:
            sifted.same.setdefault(twin.id, []).append(item.id)
            day = date_words(item.day.isoformat())
            sifted.stages.append(
                Stage("events", "merged", item.title, f"the same as the event of {day} from {twin.source}")
            )
    return sifted


def _is_same(one: NewsItem, other: NewsItem) -> bool:
    """Whether two events of one title are one: of one day, or from one address within a week."""
    return one.day == other.day or (one.url == other.url and abs(one.day - other.day) <= GRACE)


def _archived(old: Sequence[NewsItem], day: date) -> NewsItem | None:
    """What happened on this day of an earlier year, else in these seven days of one, else the weightiest."""

    def rank(item: NewsItem) -> tuple[int, float]:
        gap = days_after(item.day, day)
        return (2 if gap is None else int(gap != 0)), -item.weight

    # `old` has the newest first, and a minimum is the first of its equals.
    return min(old, key=rank, default=None)


def days_after(happened: date, day: date) -> int | None:
    """How many days `day` is after a yearly return of `happened`, if fewer than seven.

    29 February returns on the 28th where there is none.
    """
    for year in (day.year, day.year - 1):
        if year > happened.year:
            is_leapt = (happened.month, happened.day) == (2, 29) and not _is_leap(year)
            gap = (day - happened.replace(year=year, day=28 if is_leapt else happened.day)).days
            if 0 <= gap < _WEEK:
                return gap
    return None


def _is_leap(year: int) -> bool:
    return year % 4 == 0 and (year % 100 != 0 or year % 400 == 0)


_REASONS: dict[Kind, str] = {
    "latest": "the first edition tells the newest events",
    "archive": "a week without news brings one old event",
}


def _rank_stages(picked: Picked) -> Iterable[Stage]:
    section = "from the archive" if picked.kind == "archive" else "events"
    why = f"{_REASONS[picked.kind]}; " if picked.kind in _REASONS else ""
    told = picked.ranked if picked.kind in ("news", "round-up") else picked.events
    for rank, item in enumerate(told, start=1):
        weight = f"{date_words(item.day.isoformat())}, weight {item.weight:g}"
        if rank <= picked.count:
            yield Stage(section, "chosen", item.title, f"{why}ranked {rank} of {len(told)}: {weight}")
        else:
            yield Stage(section, "left out", item.title, f"no room beside the newer ones: {weight}")
