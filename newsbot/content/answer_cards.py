"""The small cards of `/ask` and `/check`: the passage that matched, with its date and numbered sources."""

from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import date

from newsbot.content.cards import open_brief
from newsbot.content.comparing import begun
from newsbot.content.library import Library, distinct_sources
from newsbot.content.models import Claim, Event, Figure, Source, Term, date_words, first_day
from newsbot.content.numbers import display_text, in_words, items, with_bound
from newsbot.content.passages import Passage, sentences_of
from newsbot.content.search import Hit
from newsbot.content.short_cards import source_line
from newsbot.messages.actions import Action
from newsbot.messages.cards import Block, Button, Buttons, Card, Fact, Facts, Text, Tone, text
from newsbot.messages.short import VISIBLE, visible_characters

MOST = 420  # characters of an answer: a paragraph
LABEL = 25  # characters of a button's name
VERDICTS = {
    "true": "True",
    "false": "False",
    "misattributed": "Misattributed",
    "outdated": "Outdated",
    "unproven": "Unproven",
    "depends": "It depends",
}
_TONES: dict[str, Tone] = {"true": "good", "false": "warning"}
_NUMBERS, _SOURCES = 3, 5
_NEAR = 2  # numbers beside the one that was asked for
_SPARE = 40  # characters for the signs that platforms set between facts
_BUTTONS, _ALSO = 5, 3  # and those of them that lead to what else comes close


def shortened(label: str) -> str:
    """A label as it fits on a button."""
    if len(label) <= LABEL:
        return label
    cut = label[: LABEL - 1].rsplit(" ", 1)[0].rstrip(" ,;:")
    return f"{cut}…"


def window(sentences: Sequence[str], best: int, most: int = MOST) -> str:
    """The best sentence with as many of those after it, then before it, as fit."""
    first, last = best, best + 1
    while last < len(sentences) and len(" ".join(sentences[first : last + 1])) <= most:
        last += 1
    while first and len(" ".join(sentences[first - 1 : last])) <= most:
        first -= 1
    return " ".join(sentences[first:last])


def hit_card(library: Library, hit: Hit, others: Iterable[Hit] = ()) -> Card:
    """The passage that answers, small, with its entry and what else comes close one press away."""
    passage = hit.passage
    match passage.kind:
        case "brief":
            return brief_answer(library, passage, hit.sentence, others)
        case "figure":
            return figure_answer(library, passage, others)
        case "event":
            return event_answer(library, library.events[passage.key], others)
        case "claim":
            return claim_card(library, library.claims[passage.key], is_checked=False)
        case "term":
            return term_card(library, library.terms[passage.key], others)


def brief_answer(library: Library, passage: Passage, sentence: int, others: Iterable[Hit] = ()) -> Card:
    """A passage of a brief: one or two sentences, the numbers that belong to them, sources."""
    topic, _, name = passage.key.partition("/")
    brief = library.briefs[topic, name]
    said, others = window(passage.sentences, sentence), list(others)
    own = (*([brief.chart] if brief.chart else []), *(figure.id for figure in library.figures_of(brief)))
    asked_for = [hit.key for hit in others if hit.kind == "figure"][:_NEAR]
    wanted = (*asked_for, *passage.figures, *(() if passage.place else own))
    figures = [library.figures[each] for each in dict.fromkeys(wanted)]
    told = [figure for figure in figures if display_text(figure) not in said and figure.display not in said][:_NUMBERS]
    sources = _sources([*(figure.sources[0] for figure in (*told, *_within(figures, said))), *brief.sources])
    facts = tuple(_fact(figure, sources) for figure in told)
    blocks: list[Block] = [text(said, "lede")]
    blocks += [Facts("Numbers", facts)] if facts else _as_of(_within(figures, said), brief.sources)
    actions = [("Read the brief", Action("brief.open", (topic, name)))]
    return _card(library, passage.heading, blocks, sources, [*actions, *_also(library, others)], topic)


def _within(figures: Iterable[Figure], said: str) -> list[Figure]:
    return [figure for figure in figures if figure.display in said]


def _as_of(figures: Sequence[Figure], sources: Sequence[Source]) -> list[Block]:
    """The line that dates a passage: by its newest figure, else by its newest source."""
    days = [figure.as_of for figure in figures] or [source.date for source in sources if source.date]
    newest = max(days, key=lambda day: (first_day(day) or date.min, day), default="")
    return [Facts("", (Fact("As of", date_words(newest)),))] if newest else []


def figure_answer(library: Library, passage: Passage, others: Iterable[Hit] = ()) -> Card:
    """A figure, or one row of it: the number, what it leaves out, who disagrees."""
    figure, others = library.figures[passage.key], list(others)
    near = [library.figures[hit.key] for hit in others if hit.kind == "figure" and hit.key != figure.id][:_NEAR]
    sources = _sources([*figure.sources[:2], *(each.sources[0] for each in near), *figure.sources[2:]])
    label, value = figure.label, display_text(figure)
    if passage.row:
        row = next(item for item in items(figure) if item.label == passage.row)
        label, value = row.label, with_bound(in_words(row.value, figure.unit), row.bound)
    said = [
        f"{other.by}: {with_bound(in_words(other.value, figure.unit), other.bound)}" for other in figure.disagree[:2]
    ]
    facts = (
        Fact("As of", f"{date_words(passage.day)}, source 1", (figure.caveat, *said)),
        *(_fact(each, sources) for each in near),
    )
    blocks: list[Block] = [text(f"{label}: {value}" if passage.row else value, "lede"), Facts("", facts)]
    if passage.row and len(display_text(figure)) <= MOST:
        blocks.insert(1, text(f"All: {display_text(figure)}.", "small"))
    actions = [("Open the figure", Action("figure.open", (figure.id,)))]
    actions += [(brief.short or "Read the brief", open_brief(brief)) for brief in library.briefs_with(figure.id)[:1]]
    return _card(library, figure.label, blocks, sources, [*actions, *_also(library, others)], figure.topic)


def event_answer(library: Library, event: Event, others: Iterable[Hit] = ()) -> Card:
    """An event: its day, what happened, its number."""
    day = date_words(event.date.isoformat())
    summary = sentences_of(library.filled_text(event.summary))
    said = " ".join(summary)
    blocks: list[Block] = [text(said, "lede")]
    headline = library.headline_figure(event)
    sources = _sources([*event.sources, *(headline.sources[:1] if headline else ())])
    facts = [Fact("Date", day)]
    named = [headline] if headline else []
    named += [library.newest(name) for name in event.figures if name != event.headline_figure]
    facts += [_fact(figure, sources) for figure in named if figure.display not in said][:_NEAR]
    blocks.append(Facts("", tuple(facts)))
    actions = [("Open the event", Action("event.open", (event.id,)))]
    briefs = {brief.id: brief for name in event.figures for brief in library.briefs_with(name)}
    actions += [(brief.short or "Read the brief", open_brief(brief)) for brief in list(briefs.values())[:1]]
    title = library.filled_text(event.title)
    return _card(library, title, blocks, sources, [*actions, *_also(library, others)], event.topics[0])


def claim_card(library: Library, claim: Claim, share: Button | None = None, is_checked: bool = True) -> Card:
    """A claim, its verdict, one or two sentences, its sources; one that only answers a question has no verdict."""
    answer = library.filled_text(claim.answer)
    figures = [library.newest(name) for name in claim.figures]
    told = [figure for figure in figures if figure.display not in answer][:2]
    sources = _sources([*claim.sources, *(figure.sources[0] for figure in told)])
    facts = (Fact("Verdict", VERDICTS[claim.verdict]), *(_fact(figure, sources) for figure in told))
    blocks: list[Block] = [text(answer, "lede"), Facts("", facts)]
    actions = [("Explain", open_brief(library.briefs[_pair(name)])) for name in claim.briefs[:1]]
    actions += [("The event", Action("event.open", (name,))) for name in claim.events[:1]]
    actions += [("The number", Action("figure.open", (library.newest(name).id,))) for name in claim.figures[:1]]
    briefs = [library.briefs[_pair(name)] for name in claim.briefs[1:2]]
    actions += [(brief.short or "Read the brief", open_brief(brief)) for brief in briefs]
    topic = claim.briefs[0].partition("/")[0] if claim.briefs else ""
    title = f"“{claim.claim.rstrip('.')}” — {VERDICTS[claim.verdict].lower()}"
    if not is_checked and claim.briefs:
        title = library.filled_text(library.briefs[_pair(claim.briefs[0])].title)
        blocks[1] = Facts("", (Fact("Checked", date_words(claim.checked.isoformat())), *facts[1:]))
    card = _card(library, title, blocks, sources, actions, topic, share)
    return Card(card.title, card.blocks, _TONES.get(claim.verdict, "neutral"), card.footer, card.colour)


def term_card(library: Library, term: Term, others: Iterable[Hit] = ()) -> Card:
    """A word of the glossary."""
    sources = _sources(term.sources)
    name = term.term[:1].upper() + term.term[1:]
    blocks: list[Block] = [text(library.filled_text(term.answer), "lede")]
    blocks.append(Facts("", (Fact("Checked", date_words(term.checked.isoformat())),)))
    actions = [("Read the brief", open_brief(library.briefs[_pair(term.brief)]))] if term.brief else []
    topic = term.brief.partition("/")[0] if term.brief else ""
    return _card(library, name, blocks, sources, [*actions, *_also(library, others)], topic)


def _pair(name: str) -> tuple[str, str]:
    topic, _, brief = name.partition("/")
    return topic, brief


def open_action(hit: Hit) -> Action:
    """What opens the entry of a hit."""
    if hit.kind == "brief":
        return Action("brief.open", _pair(hit.key))
    return Action(f"{hit.kind}.open", (hit.key,))


def label_of(library: Library, hit: Hit) -> str:
    """What an entry is called on a button."""
    if hit.kind == "brief":
        brief = library.briefs[_pair(hit.key)]
        return brief.short or hit.passage.heading
    if hit.kind == "figure":
        figure = library.figures[hit.key]
        return figure.short or figure.label
    return hit.passage.heading


def _also(library: Library, others: Iterable[Hit]) -> list[tuple[str, Action]]:
    """What else comes close: the best of each kind first, for they tell most that is new."""
    hits = list(others)
    kinds = {hit.kind: hit for hit in reversed(hits)}
    ordered = dict.fromkeys(open_action(hit) for hit in sorted(hits, key=lambda hit: kinds[hit.kind] is not hit))
    labels = {open_action(hit): label_of(library, hit) for hit in hits}
    return [(labels[action], action) for action in ordered][:_ALSO]


def _sources(sources: Iterable[Source]) -> tuple[Source, ...]:
    return distinct_sources(sources)[:_SOURCES]


def _fact(figure: Figure, sources: Sequence[Source]) -> Fact:
    number = next((place for place, each in enumerate(sources, 1) if each.url == figure.sources[0].url), 0)
    where = f", source {number}" if number else ""
    notes = (f"As of {date_words(figure.as_of)}{where}", *((figure.short_caveat,) if figure.short_caveat else ()))
    return Fact(begun(figure.short or figure.label), display_text(figure), notes)


def _card(
    library: Library,
    title: str,
    blocks: list[Block],
    sources: Sequence[Source],
    actions: Iterable[tuple[str, Action]],
    topic: str,
    extra: Button | None = None,
) -> Card:
    buttons: dict[Action, Button] = {}
    actions = list(actions)
    if topic:
        overview = library.briefs_of(topic)[0]
        actions.insert(_BUTTONS - 1, (overview.short or "Overview", open_brief(overview)))
    for label, action in actions:
        buttons.setdefault(action, Button(shortened(label), action, "normal" if buttons else "primary"))
    shown_buttons = (*list(buttons.values())[: _BUTTONS - (1 if extra else 0)], *([extra] if extra else []))
    cited = Text(source_line(sources), "small")
    blocks = [*_fitting(title, blocks, cited), cited, *([Buttons(shown_buttons)] if shown_buttons else [])]
    return Card(title, tuple(blocks), colour=library.topics[topic].colour if topic else "")


def _fitting(title: str, blocks: Sequence[Block], cited: Text) -> Sequence[Block]:
    """The blocks, with as many of the numbers beside the answer as a short card has room for."""
    if visible_characters(Card(title, (*blocks, cited))) <= VISIBLE - _SPARE:
        return blocks
    last = blocks[-1]
    if not isinstance(last, Facts) or len(last.items) < 2:
        return blocks
    return _fitting(title, [*blocks[:-1], replace(last, items=last.items[:-1])], cited)
