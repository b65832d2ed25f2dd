"""Which events an edition shows: the news, one of these days in an earlier year, and on a quiet day one old one."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta

from newsbot.content.models import date_words
from newsbot.digests.composer.sources import NewsItem, NewsSource
from newsbot.digests.composer.values import Selection, Stage

MOST_NEWS = 5
# An event may be written down days after it happened: it is still shown, with its date.
GRACE = timedelta(days=7)
_WEEK = 7


@dataclass(frozen=True, slots=True)
class Picked:
    """The events of an edition, those that it thereby covers (duplicates included), and why."""

    news: tuple[NewsItem, ...]
    anniversary: NewsItem | None
    archive: NewsItem | None
    covered: tuple[str, ...]
    stages: tuple[Stage, ...]

    @property
    def is_exhausted(self) -> bool:
        """Whether there is neither news nor an old event to lead with."""
        return not self.news and not self.archive


@dataclass(slots=True)
class _Sifted:
    """Events without duplicates, the most important first, and what each one stands for."""

    kept: list[NewsItem] = field(default_factory=list)
    same: dict[str, list[str]] = field(default_factory=dict)
    repeats: list[str] = field(default_factory=list)  # told before under another id
    stages: list[Stage] = field(default_factory=list)


def pick(news_source: NewsSource, selection: Selection) -> Picked:
    """The events to show, none of which this subscription has seen."""
    items = news_source.items(date.min, selection.day, frozenset(selection.topics))
    start = _window(selection)
    sifted = _sift(items, frozenset(selection.history.events))
    recent = [item for item in sifted.kept if item.day > start]
    old = [item for item in sifted.kept if item.day <= start]
    news = tuple(recent[:MOST_NEWS])
    anniversary = _anniversary(old, selection.day)
    archive = None if news else next((item for item in old if item is not anniversary), None)
    shown = [*news, *(item for item in (archive, anniversary) if item)]
    seen = [item for item in items if item.day > start and item.id in selection.history.events]
    return Picked(
        news,
        anniversary,
        archive,
        (*(name for item in shown for name in (item.id, *sifted.same.get(item.id, ()))), *sifted.repeats),
        (
            *_news_stages(recent, sifted, selection),
            *(Stage("events", "left out", item.title, "shown in an earlier digest") for item in seen),
            *_other_stages(archive, anniversary, is_quiet=not news),
        ),
    )


def _window(selection: Selection) -> date:
    """The day after which events are news."""
    newest = min(selection.cursor, selection.day)
    return date.fromordinal(max(newest.toordinal() - GRACE.days, 1))


def _sift(items: Iterable[NewsItem], shown: frozenset[str]) -> _Sifted:
    """Events that were not shown, ranked by weight, then the newest first; duplicates only once."""
    sifted = _Sifted()
    told: dict[str, list[NewsItem]] = {}
    for item in sorted(items, key=lambda each: (each.id not in shown, -each.weight, -each.day.toordinal(), each.id)):
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


def _anniversary(old: Sequence[NewsItem], day: date) -> NewsItem | None:
    """The event of an earlier year whose day of the calendar is today, else within the last seven days."""
    gaps = [(gap, item) for item in old if (gap := days_after(item.day, day)) is not None]
    # `old` is ranked, and a minimum is the first of its equals.
    return min(gaps, key=lambda each: each[0] != 0, default=(0, None))[1]


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


def _news_stages(recent: Sequence[NewsItem], sifted: _Sifted, selection: Selection) -> Iterable[Stage]:
    since = date_words(_window(selection).isoformat())
    if not recent:
        yield Stage("events", "left out", "news", f"no event dated after {since} that was not shown before")
    for rank, item in enumerate(recent, start=1):
        weight = f"weight {item.weight:g}, {date_words(item.day.isoformat())}"
        if rank <= MOST_NEWS:
            yield Stage("events", "chosen", item.title, f"ranked {rank} of {len(recent)}: {weight}")
        else:
            yield Stage("events", "left out", item.title, f"ranked below the first five: {weight}")
    yield from sifted.stages


def _other_stages(archive: NewsItem | None, anniversary: NewsItem | None, *, is_quiet: bool) -> Iterable[Stage]:
    if archive:
        reason = f"no news, and the most important old event not shown yet: weight {archive.weight:g}"
        yield Stage("from the archive", "chosen", archive.title, reason)
    elif is_quiet:
        yield Stage("from the archive", "left out", "an old event", "all of them were shown before")
    if anniversary:
        reason = f"it happened in these days of {anniversary.day.year}, and was not shown yet"
        yield Stage("on this day", "chosen", anniversary.title, reason)
    else:
        reason = "no event of the last seven days of the calendar that was not shown before"
        yield Stage("on this day", "left out", "an event of an earlier year", reason)
