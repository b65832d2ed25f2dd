"""Cards over several entries: a page of events, two figures compared, the sources of a topic."""

from collections.abc import Sequence

from newsbot.content.actions import PICK_EVENT, events_action, figure_action
from newsbot.content.cards import FOOTER, content_card, figure_fact, open_brief, optional, source_links
from newsbot.content.comparing import compare, why_not
from newsbot.content.library import Library, distinct_sources
from newsbot.content.models import ONE_SIDED, Brief, Event, Figure, Topic, date_words
from newsbot.content.numbers import display_text, in_words, with_bound
from newsbot.messages.cards import Block, Button, Buttons, Card, Choice, ChoiceOption, Fact, Facts, Picture, text
from newsbot.messages.charts import Chart, Point


def events_card(library: Library, events: Sequence[Event], topic: str, since: str, start: int, total: int) -> Card:
    """A page of events, the newest first: a timeline, each with its day and tickers, a list to open one from."""
    about = library.topics[topic].title if topic else "AI market events"
    title = f"{about}: what happened" + (f" since {date_words(since)}" if since else "")
    points = [_event_point(library, event) for event in reversed(events)]
    oldest, newest = (date_words(event.date.isoformat()) for event in (events[-1], events[0]))
    span = f"{about}, {oldest} to {newest}" if oldest != newest else f"{about}, {newest}"
    line = Chart("timeline", span, "by day", newest, "given with each event", tuple(points))
    facts = tuple(
        Fact(library.filled_text(e.title), date_words(e.date.isoformat()), optional(", ".join(e.tickers)))
        for e in events
    )
    options = tuple(ChoiceOption(library.filled_text(e.title), e.id, date_words(e.date.isoformat())) for e in events)
    blocks: list[Block] = [Picture(line, line.alt_text()), Facts("Events", facts)]
    blocks.append(Choice("Open an event", PICK_EVENT, options))
    buttons = [("Newer", max(start - len(events), 0))] if start else []
    buttons += [("Older", start + len(events))] if start + len(events) < total else []
    if buttons:
        blocks.append(Buttons(tuple(Button(w, events_action(topic, since, at)) for w, at in buttons)))
    colour = library.topics[topic].colour if topic else ""
    return Card(
        title, tuple(blocks), footer=f"{start + 1} to {start + len(events)} of {total}. {FOOTER}", colour=colour
    )


def _event_point(library: Library, event: Event) -> Point:
    day = date_words(event.date.isoformat())
    return Point(library.filled_text(event.title), day, 0.0, 0.0, event.date, dated=day)


def comparison_card(library: Library, first: Figure, second: Figure) -> Card:
    """Two figures side by side: their ratio where they measure the same thing, why there is none where not."""
    sources = distinct_sources([first.sources[0], second.sources[0]])
    both = Facts("Figures", (figure_fact(first, sources, library), figure_fact(second, sources, library)))
    buttons = Buttons(tuple(Button(f.label, figure_action(f.id)) for f in dict.fromkeys((first, second))))
    reason = why_not(first, second)
    if reason is not None:
        refusal = f"These two are not set against each other. {reason}"
        return Card("Not alike", (text(refusal, "lede"), both, source_links(sources), buttons), "warning", FOOTER)
    said = _ratio_words(first, second)
    dates = [] if first.as_of == second.as_of else [text("Mind the dates: the two figures are not of the same day.")]
    title = f"{first.label} and {second.label}"
    return content_card(library, title, [text(said, "lede"), both, *dates, source_links(sources), buttons], first.topic)


def _signed(figure: Figure) -> str:
    """The value with its sign, which a display may leave to the words around it."""
    assert not isinstance(figure.value, tuple)
    return with_bound(in_words(figure.value, figure.unit), figure.bound)


def _ratio_words(first: Figure, second: Figure) -> str:
    ratio = compare(first, second)
    if ratio is None:
        return (
            f"{_signed(first)} and {_signed(second)}: one goes up, the other down or not at all, so no ratio is given."
        )
    larger, smaller = (first, second) if ratio.low >= 1 else (second, first)
    ends_of = sorted((ratio.low, ratio.high) if ratio.low >= 1 else (1 / ratio.high, 1 / ratio.low))
    times = " to ".join(
        dict.fromkeys(f"{end:,.1f}".removesuffix(".0") if end < 100 else f"{end:,.0f}" for end in ends_of)
    )
    if times == "1":
        return f"The two are about the same: {display_text(first)} and {display_text(second)}."
    said = f"{display_text(larger)} ({larger.label}) is about {times} times {display_text(smaller)} ({smaller.label})."
    is_open = any(figure.bound in ONE_SIDED for figure in (first, second))
    return f"{said} A bound is all that is known of one of them, so the ratio is one too." if is_open else said


def sources_card(library: Library, topic: Topic, brief: Brief | None) -> Card:
    """Every source of a brief, or of a whole topic, each once."""
    briefs = (brief,) if brief else library.briefs_of(topic.id)
    figures = [figure for each in briefs for figure in library.figures_of(each)]
    found = [source for each in briefs for source in each.sources]
    found += [source for figure in figures for source in figure.sources]
    name = library.filled_text(brief.title) if brief else topic.title
    buttons = Buttons(tuple(Button(library.filled_text(each.title), open_brief(each)) for each in briefs[:5]))
    return content_card(library, f"Sources: {name}", [source_links(distinct_sources(found)), buttons], topic.id)
