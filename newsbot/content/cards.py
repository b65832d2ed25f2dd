"""Long cards of one entry of content, with all there is: a brief, a figure, an event; a question and its answer."""

from collections.abc import Iterable, Sequence
from dataclasses import replace

from newsbot.content.actions import (
    answer_action,
    brief_action,
    figure_action,
    question_action,
    report_action,
    topic_action,
)
from newsbot.content.comparing import comparison_words
from newsbot.content.library import Library, distinct_sources
from newsbot.content.models import (
    Brief,
    Disagreement,
    Event,
    Figure,
    Question,
    SeriesItem,
    Source,
    date_words,
    first_day,
)
from newsbot.content.numbers import decimals_of, display_text, ends, in_words, items, with_bound
from newsbot.messages.actions import Action
from newsbot.messages.cards import (
    Block,
    Button,
    Buttons,
    Card,
    Fact,
    Facts,
    LinkItem,
    Links,
    Picture,
    Rule,
    Text,
    text,
)
from newsbot.messages.charts import Chart, Point
from newsbot.messages.markup import Plain, Strong

FOOTER = "Explanation, not investment advice."
CHOICE_LETTERS = "ABCD"
_FIGURE_BUTTONS = 4


def brief_card(library: Library, topic: str, name: str) -> Card:
    """A brief: answer, explanation, figures with dates and caveats, sources, a question, what to read next."""
    key = ("brief", topic, name)
    if key not in library.cards:
        library.cards[key] = _brief(library, library.briefs[topic, name])
    return library.cards[key]


def _brief(library: Library, brief: Brief) -> Card:
    figures = library.figures_of(brief)
    sources = distinct_sources([*brief.sources, *(figure.sources[0] for figure in figures)])
    charted = charted_figure(library, brief)
    blocks: list[Block] = [Text(library.filled(brief.lede), "lede")]
    blocks += [picture(charted)] if charted else []
    blocks += [Text(library.filled(paragraph)) for paragraph in brief.body]
    blocks += [Facts("Figures", tuple(figure_fact(figure, sources, library) for figure in figures))] if figures else []
    blocks += [Text((Strong("Misreported: "), *library.filled(correction))) for correction in brief.corrects]
    blocks += [source_links(sources), Rule(), *_self_check(library, library.questions_of(brief.topic, brief.id)[0])]
    blocks += _read_next(library, brief)
    return content_card(library, library.filled_text(brief.title), blocks, brief.topic)


def charted_figure(library: Library, brief: Brief) -> Figure | None:
    """The figure whose chart a brief shows: the newest that has one."""
    if not brief.chart:
        return None
    newest = library.newest(brief.chart)
    return newest if newest.chart else library.figures[brief.chart]


def content_card(library: Library, title: str, blocks: list[Block], topic: str) -> Card:
    """A card of content: in its topic's colour, with the note that it is no advice."""
    return Card(title, tuple(blocks), footer=FOOTER, colour=library.topics[topic].colour)


def _read_next(library: Library, brief: Brief) -> list[Block]:
    related = [related_brief(library, brief.topic, name) for name in brief.related]
    buttons = tuple(Button(library.filled_text(each.title), open_brief(each)) for each in related)
    return [text("Read next", "small"), Buttons(buttons)] if buttons else []


def related_brief(library: Library, topic: str, name: str) -> Brief:
    """The brief that a brief of a topic names: one of the same topic, or "topic/brief"."""
    owner, _, other = name.rpartition("/")
    return library.briefs[owner or topic, other]


def open_brief(brief: Brief) -> Action:
    """What a button to a brief does."""
    return brief_action(brief.topic, brief.id)


def figure_card(library: Library, name: str) -> Card:
    """A figure: its value, date, caveat, series, who disagrees, what it was before, sources, the briefs that use it.

    Where a newer figure has taken its place, the card is the newer one's.
    """
    newest = library.newest(name)
    key = ("figure", newest.id)
    if key not in library.cards:
        library.cards[key] = _figure(library, newest)
    return library.cards[key]


def _figure(library: Library, figure: Figure) -> Card:
    blocks: list[Block] = [text(display_text(figure), "lede")]
    blocks += [picture(figure)] if figure.chart else []
    if isinstance(figure.value, tuple):
        blocks.append(Facts("Values", values_of(figure)))
    blocks += [Facts("How to read it", tuple(reading_facts(figure)))]
    if figure.disagree:
        others = (Fact(other.by, other_value(other, figure), optional(other.why)) for other in figure.disagree)
        blocks.append(Facts("Where sources disagree", tuple(others)))
    if earlier := library.earlier(figure.id):
        blocks.append(
            Facts("What it was", tuple(Fact(_dated(old), display_text(old), (old.caveat,)) for old in earlier))
        )
    blocks.append(source_links(figure.sources))
    blocks.append(Buttons((Button("Report this number", report_action(figure.id)),)))
    briefs = library.briefs_with(figure.id)[:_FIGURE_BUTTONS]
    if briefs:
        buttons = tuple(Button(library.filled_text(brief.title), open_brief(brief)) for brief in briefs)
        blocks += [text("Where it matters", "small"), Buttons(buttons)]
    return content_card(library, figure.label, blocks, figure.topic)


def reading_facts(figure: Figure) -> Iterable[Fact]:
    """How to read a figure: its date, unit, what it measures and what it leaves out."""
    yield Fact("As of", date_words(figure.as_of))
    yield Fact("Unit", figure.unit)
    if figure.basis:
        yield Fact("What it measures", figure.basis)
    yield Fact("What to know", figure.caveat)
    if figure.left_out:
        yield Fact("Left out", ", ".join(figure.left_out))


def other_value(given: SeriesItem | Disagreement, figure: Figure) -> str:
    """One value of a series, or one that others give, with its bound and the figure's unit."""
    return with_bound(in_words(given.value, figure.unit, _decimals(figure)), given.bound)


def _dated(figure: Figure) -> str:
    return f"As of {date_words(figure.as_of)}"


def values_of(figure: Figure) -> tuple[Fact, ...]:
    """The values of a figure, one for each point of its chart."""
    return tuple(Fact(point.label, point.display, optional(point.note)) for point in chart(figure).points)


def event_card(library: Library, name: str) -> Card:
    """An event: its day, what happened, the figures and sources it rests on, and the briefs of its topics."""
    key = ("event", name)
    if key not in library.cards:
        library.cards[key] = _event(library, library.events[name])
    return library.cards[key]


def _event(library: Library, event: Event) -> Card:
    # The headline's figure first; the others keep their order.
    figures = [library.figures[name] for name in sorted(event.figures, key=lambda name: name != event.headline_figure)]
    sources = distinct_sources([*event.sources, *(figure.sources[0] for figure in figures)])
    tickers = f" · {', '.join(event.tickers)}" if event.tickers else ""
    blocks: list[Block] = [text(f"{date_words(event.date.isoformat())}{tickers}", "small")]
    blocks.append(Text(library.filled(event.summary), "lede"))
    blocks += [Facts("Figures", tuple(figure_fact(figure, sources, library) for figure in figures))] if figures else []
    blocks.append(source_links(sources))
    topics = [library.topics[topic] for topic in event.topics]
    blocks.append(Buttons(tuple(Button(topic.title, topic_action(topic.id)) for topic in topics)))
    return content_card(library, library.filled_text(event.title), blocks, event.topics[0])


def comparison_card(library: Library, first: Figure, second: Figure) -> Card:
    """Two figures side by side: their ratio where they measure the same thing, why there is none where not."""
    sources = distinct_sources([first.sources[0], second.sources[0]])
    both = Facts("Figures", (figure_fact(first, sources, library), figure_fact(second, sources, library)))
    buttons = Buttons(tuple(Button(f.label, figure_action(f.id)) for f in dict.fromkeys((first, second))))
    title, said = comparison_words(first, second)
    return content_card(library, title, [text(said, "lede"), both, source_links(sources), buttons], first.topic)


def question_card(library: Library, topic: str, name: str) -> Card:
    """A question to answer for oneself; nothing in the card tells the right choice."""
    question = library.questions[topic, name]
    return Card("Check yourself", tuple(_self_check(library, question)), colour=library.topics[topic].colour)


def _self_check(library: Library, question: Question) -> list[Block]:
    lettered = zip(CHOICE_LETTERS, question.choices, strict=False)
    choices = tuple(Fact(letter, library.filled_text(choice)) for letter, choice in lettered)
    buttons = tuple(Button(choice.label, _answer(question, number)) for number, choice in enumerate(choices))
    return [
        Text((Strong("Check yourself: "), *library.filled(question.question))),
        Facts("", choices),
        Buttons(buttons),
    ]


def _answer(question: Question, number: int) -> Action:
    return answer_action(question.topic, question.id, number)


def answer_card(library: Library, question: Question, number: int) -> Card:
    """Whether a choice was right, the right one, why, and the figure or event that says so."""
    right = question.choices.index(question.answer)
    is_right = number == right
    chosen = library.filled_text(question.choices[number])
    blocks: list[Block] = [Text((Plain("You chose: "), Strong(chosen)))]
    if not is_right:
        blocks.append(Text((Plain("The answer is: "), Strong(library.filled_text(question.answer)))))
    blocks.append(Text(library.filled(question.explanation)))
    blocks += evidence(library, question.rests_on)
    brief = library.briefs[question.topic, question.brief]
    buttons = [Button("Read the brief", open_brief(brief))]
    if other := _next_question(library, question):
        buttons.insert(0, Button("Another question", question_action(other.topic, other.id), "primary"))
    blocks.append(Buttons(tuple(buttons)))
    return Card("Right." if is_right else "Not quite.", tuple(blocks), "good" if is_right else "warning", FOOTER)


def evidence(library: Library, name: str) -> list[Block]:
    """The figure or event that a question rests on, with its date and sources."""
    if figure := library.figures.get(name):
        fact = figure_fact(figure, figure.sources, library)
        return [Facts("Based on", (fact,)), source_links(figure.sources)]
    event = library.events[name]
    day = date_words(event.date.isoformat())
    return [Facts("Based on", (Fact(day, library.filled_text(event.title)),)), source_links(event.sources)]


def _next_question(library: Library, question: Question) -> Question | None:
    """The question after this one about the same brief, the first after the last; None where it is the only one."""
    same = library.questions_of(question.topic, question.brief)
    following = same[(same.index(question) + 1) % len(same)]
    return following if following != question else None


def charts(library: Library) -> tuple[Chart, ...]:
    """The chart of every figure that has one."""
    return tuple(chart(figure) for figure in library.figures.values() if figure.chart)


def picture(figure: Figure) -> Picture:
    """The chart of a figure that has one, with its alt text."""
    drawn = chart(figure)
    return Picture(drawn, drawn.alt_text())


def chart(figure: Figure) -> Chart:
    """The data of a figure as a chart: one point for each value, then one for each that disagrees with a single one."""
    points = [
        Point(
            item.label,
            other_value(item, figure),
            *ends(item.value),
            first_day(item.date),
            item.note or "",
            date_words(item.date) if item.date else "",
            item.bound or "",
        )
        for item in items(figure)
    ]
    if not isinstance(figure.value, tuple):
        points += [
            Point(o.by, other_value(o, figure), *ends(o.value), None, o.why or "", bound=o.bound or "")
            for o in figure.disagree
        ]
    publishers = ", ".join(dict.fromkeys(source.publisher for source in figure.sources))
    is_series = isinstance(figure.value, tuple)
    if figure.chart == "receipt":
        points.append(_total(figure))
    if points[1:] and not is_series:  # each row says who gives the value
        points[0] = replace(points[0], label=publishers)
    return Chart(
        figure.chart or "range",
        figure.chart_title or figure.label,
        figure.unit,
        date_words(figure.as_of),
        publishers,
        tuple(points),
        subject=figure.label if figure.chart_title else "",
        note=figure.chart_note or "",
        own=not is_series,
    )


def _total(figure: Figure) -> Point:
    """What the rows of a receipt add up to, without what adding floats leaves behind, and what is not among them."""
    total = round(sum(ends(item.value)[0] for item in items(figure)), 6)
    missing = f"Not on this receipt: {', '.join(figure.left_out)}" if figure.left_out else ""
    is_exact = all(item.bound is None for item in items(figure))
    words = with_bound(in_words(total, figure.unit, _decimals(figure)), None if is_exact else "about")
    return Point("Total", words, total, total, note=missing, bound="" if is_exact else "about")


def _decimals(figure: Figure) -> int:
    """How many decimals the values of a receipt have, so that they stand below one another; of other figures none."""
    if figure.chart != "receipt":
        return 0
    return max(decimals_of(end) for item in items(figure) for end in ends(item.value))


def figure_fact(figure: Figure, sources: Sequence[Source], library: Library | None = None) -> Fact:
    """A figure as a fact: its date and source number, what it leaves out, who gives another value and why.

    With the library it also says what the figure was before, and what it is now where a newer one took its place.
    """
    number = next((n for n, source in enumerate(sources, 1) if source.url == figure.sources[0].url), None)
    cited = f", source {number}" if number else ""
    notes = [f"{_dated(figure)}{cited}.", figure.caveat]
    if figure.disagree:
        notes.append(f"Others say: {'; '.join(_other(other, figure) for other in figure.disagree)}.")
    if library is not None:
        newest = library.newest(figure.id)
        notes += [f"Since then: {display_text(newest)}, as of {date_words(newest.as_of)}."] if newest != figure else []
        notes += [
            f"Before: {display_text(old)}, as of {date_words(old.as_of)}." for old in library.earlier(figure.id)[:1]
        ]
    return Fact(figure.label, display_text(figure), tuple(notes))


def _other(other: Disagreement, figure: Figure) -> str:
    """Another value in one line: "well above $0.5 billion (SemiAnalysis; hardware only)"."""
    who = f"{other.by}; {other.why}" if other.why else other.by
    return f"{other_value(other, figure)} ({who})"


def source_links(sources: Sequence[Source], title: str = "Sources", first: int = 1) -> Links:
    """The sources as a list, numbered from `first` on."""
    items = tuple(LinkItem(source.title, source.url, f"{source.publisher}, {source.dated}") for source in sources)
    return Links(title, items, first)


def optional(words: str | None) -> tuple[str, ...]:
    """The words as the only note of a fact, or no note."""
    return (words,) if words else ()
