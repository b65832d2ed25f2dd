"""The sections of a digest as blocks: lines of events, the figure of the day, a brief, sources."""

from collections.abc import Iterator, Sequence
from datetime import date

from newsbot.content.actions import OPEN_EVENT, PICK_EVENT, brief_action
from newsbot.content.cards import figure_fact, picture, source_links
from newsbot.content.library import Library, distinct_sources
from newsbot.content.models import Brief, Figure, Source, date_words, first_day
from newsbot.content.prose import placeholders
from newsbot.content.rotation import next_in_turn
from newsbot.digests.composer.news import Picked, days_after
from newsbot.digests.composer.sources import NewsItem
from newsbot.digests.composer.values import Selection
from newsbot.messages.cards import Block, Button, Buttons, Choice, ChoiceOption, Facts, Text, text
from newsbot.messages.markup import Inline, Link, Plain, Strong, is_web_address, outside_text

_TITLE = 200
_LABEL = 60  # of a button or an option, on every platform
_VALUE = 100  # of an option's value, on every platform


def day_words(day: date) -> str:
    """A day as people read it: "23 November 2026"."""
    return date_words(day.isoformat())


def event_blocks(library: Library, selection: Selection, picked: Picked) -> Iterator[Block]:
    """The news, or that there is none and what the archive has; these days in an earlier year; how to read more."""
    if picked.news:
        since = min(selection.cursor, *(date.fromordinal(item.day.toordinal() - 1) for item in picked.news))
        yield text(f"Events since {day_words(since)}", "heading")
        yield from map(event_line, picked.news)
    else:
        yield text(quiet_words(library, selection), "lede")
    if picked.archive:
        yield text("From the archive", "heading")
        yield event_line(picked.archive)
    if picked.anniversary:
        happened = picked.anniversary.day
        said = "On this day" if days_after(happened, selection.day) == 0 else "This week"
        yield text(f"{said} in {happened.year}", "heading")
        yield event_line(picked.anniversary)
    others = (item for item in (picked.archive, picked.anniversary) if item)
    yield from _reading([*picked.news, *others])


def quiet_words(library: Library, selection: Selection) -> str:
    """One honest line for a day without news."""
    titles = [library.topics[name].title if name in library.topics else name for name in selection.topics]
    *others, last = titles or ["our topics"]
    about = f"{', '.join(others)} or {last}" if others else last
    when = f"since {day_words(selection.cursor)}" if selection.cursor < selection.day else "today"
    return f"No new event on {about} {when}."


def event_line(item: NewsItem) -> Text:
    """One event in one line: its date, what happened, a figure, and who says so."""
    figure = f" — {outside_text(item.figure, _TITLE)}" if item.figure else ""
    source = outside_text(item.source, _LABEL)
    cited: Inline = Link(source, item.url) if is_web_address(item.url) else Plain(source)
    title = Strong(outside_text(item.title, _TITLE))
    return Text((Plain(f"{day_words(item.day)} · "), title, Plain(f"{figure} · "), cited))


def _reading(items: Sequence[NewsItem]) -> Iterator[Block]:
    names = [(item, item.opens.arguments[0]) for item in items if item.opens and item.opens.name == OPEN_EVENT]
    options = tuple(ChoiceOption(short(item.title), name) for item, name in names if len(name) <= _VALUE)
    if options:
        yield Choice("Read more about", PICK_EVENT, options)


def short(title: str, limit: int = _LABEL) -> str:
    """A title that fits a button or an option, cut between words where it is too long."""
    whole = outside_text(title, 2 * _TITLE)
    if len(whole) <= limit:
        return whole
    head = whole[: limit - 1]
    return f"{head.rpartition(' ')[0] or head}…"


def figure_of_the_day(library: Library, selection: Selection) -> tuple[Figure | None, str]:
    """The figure whose turn it is, and why. A chart is preferred; nothing is dated after the edition."""
    known = [each for each in library.figures.values() if (first_day(each.as_of) or date.max) <= selection.day]
    pools = (
        ("figures with a chart", [each for each in known if each.chart and _is_on(each.topic, selection)]),
        ("figures on these topics", [each for each in known if _is_on(each.topic, selection)]),
        ("figures on any topic", known),
    )
    name, pool = next(((name, pool) for name, pool in pools if pool), ("figures", []))
    chosen = next_in_turn((each.id for each in pool), selection.history.figures)
    shown = selection.history.figures
    return (library.figures[chosen] if chosen else None), turn_words([each.id for each in pool], shown, name)


def brief_of_the_day(library: Library, selection: Selection) -> tuple[Brief | None, str]:
    """The brief whose turn it is, and why."""
    pool = {brief_id(each): each for each in library.briefs.values() if _is_on(each.topic, selection)}
    pool = pool or {brief_id(each): each for each in library.briefs.values()}
    chosen = next_in_turn(pool, selection.history.briefs)
    return (pool[chosen] if chosen else None), turn_words(list(pool), selection.history.briefs, "briefs")


def brief_id(brief: Brief) -> str:
    """How a history names a brief."""
    return f"{brief.topic}/{brief.id}"


def _is_on(topic: str, selection: Selection) -> bool:
    return not selection.topics or topic in selection.topics


def turn_words(pool: Sequence[str], shown: Sequence[str], name: str) -> str:
    """Why something has its turn: how many of its pool were shown before."""
    if not pool:
        return "there is none to show"
    if len(pool) == 1:
        return f"it is the only one of the {name}"
    seen = len(set(pool) & set(shown))
    if seen < len(pool):
        return f"its turn: {seen or 'none'} of the {len(pool)} {name} {'was' if seen < 2 else 'were'} shown before"
    return f"its turn: all {len(pool)} {name} were shown, this one the longest time ago"


def brief_sources(library: Library, brief: Brief) -> tuple[Source, ...]:
    """What the lede of a brief rests on: the first source of each figure it names, else the brief's first."""
    named = [library.figures[name].sources[0] for name in placeholders(brief.lede)]
    return distinct_sources(named or brief.sources[:1])


def figure_blocks(figure: Figure, sources: Sequence[Source]) -> Iterator[Block]:
    """The figure of the day with its chart, date, caveat and the number of its source."""
    heading = "Figure of the day"
    if figure.chart:
        yield text(heading, "heading")
        yield picture(figure)
    yield Facts("" if figure.chart else heading, (figure_fact(figure, sources),))


def brief_blocks(library: Library, brief: Brief, heading: str, sources: Sequence[Source]) -> Iterator[Block]:
    """A brief's title and its answer in a sentence or two, with the numbers of its sources, and the way to the rest."""
    title = library.filled_text(brief.title)
    cited = {source.url for source in brief_sources(library, brief)}
    numbers = [str(number) for number, source in enumerate(sources, start=1) if source.url in cited]
    *others, last = numbers
    said = f" (sources {', '.join(others)} and {last})" if others else f" (source {last})"
    ends = "" if title.endswith(("?", "!", ".")) else "."
    yield text(heading, "heading")
    yield Text((Strong(f"{title}{ends}"), Plain(" "), *library.filled(brief.lede), Plain(said)))
    yield Buttons((Button(f"Read: {short(title)}", brief_action(brief.topic, brief.id)),))


def numbered_sources(sources: Sequence[Source]) -> Iterator[Block]:
    """The sources that facts and briefs refer to by number; each event names its own in its line."""
    if sources:
        yield source_links(sources)
