"""Composing one edition of a digest: a pure function from content, news and what was shown before to a card."""

from collections.abc import Iterator
from dataclasses import dataclass, replace

from newsbot.content.actions import PICK_EVENT
from newsbot.content.library import Library
from newsbot.content.models import Brief
from newsbot.digests.composer.giveaway import given_away
from newsbot.digests.composer.news import Picked, pick
from newsbot.digests.composer.sections import (
    FOOTER,
    MANAGE,
    SourceList,
    brief_id,
    brief_of,
    controls,
    edition_title,
    further_blocks,
    lead_blocks,
    newest_line,
    visible_text,
)
from newsbot.digests.composer.sources import DailyQuestion, NewsSource
from newsbot.digests.composer.values import (
    Edition,
    EditionQuestion,
    History,
    Selection,
    Stage,
    stages_from_json,
    stages_to_json,
)
from newsbot.messages.cards import Block, Card, Picture, Rule, Text
from newsbot.messages.markup import Strong
from newsbot.messages.plain import plain_block, plain_card

__all__ = [
    "Edition",
    "History",
    "Selection",
    "Stage",
    "compose",
    "stages_from_json",
    "stages_to_json",
]

_QUESTION, _ASKED = "question of the day", "Question of the day: "
_SKIPPED = Stage("edition", "left out", "the whole digest", "no news, and this digest is set to skip such days")
MOST, MOST_QUIET = 1_500, 400  # visible characters, the results of the last question included
_RESULTS = 140  # what is kept for these, and for when the question closes
_QUIET_ROOM = 30  # the marks in front of choices, and the ends of lines


@dataclass(frozen=True, slots=True)
class _Contents:
    """What was chosen for an edition."""

    picked: Picked
    brief: Brief | None
    question: EditionQuestion | None
    question_reason: str


def compose(library: Library, news_source: NewsSource, question: DailyQuestion, selection: Selection) -> Edition:
    """The edition of a selection: equal selections over equal content give equal editions, but for what the question
    of the day leaves to chance.

    No event or figure in it is dated after the selection's day, no event is in the selection's history, and nothing in
    it answers its question.
    """
    picked = pick(news_source, selection)
    if selection.when_empty == "skip" and picked.kind in ("archive", "quiet"):
        nothing = tuple(stage for stage in picked.why if stage.section == "events")
        return Edition(None, selection.history, (*nothing, _SKIPPED), selection.day)
    contents = _contents(library, picked, question, selection)
    card = _card(library, contents, selection)
    while contents.picked.count > 1 and len(visible_text(card)) > MOST - _RESULTS:
        contents = replace(contents, picked=contents.picked.with_room_for(len(contents.picked.events) - 1))
        card = _card(library, contents, selection)
    history, why = _history(contents, selection.history), _stages(library, contents)
    return Edition(card, history, why, selection.day, contents.question)


def _contents(library: Library, picked: Picked, port: DailyQuestion, selection: Selection) -> _Contents:
    contents = _Contents(picked, brief_of(library, picked), None, "")
    asked = _question(library, contents, port, selection)
    reason = "its turn" if asked else "there's no question that the edition doesn't already answer"
    used = frozenset({MANAGE, PICK_EVENT, *_card(library, contents, selection).actions()})
    if asked and not used.isdisjoint(Card("", asked.blocks).actions()):
        asked, reason = None, "one of its buttons would do the same as another one of the digest"
    return replace(contents, question=asked, question_reason=reason)


def _question(
    library: Library, contents: _Contents, port: DailyQuestion, selection: Selection
) -> EditionQuestion | None:
    """A question on the lead's topics that was never asked, else the one whose turn it is; never one that is answered.

    What the last question was, and its answer, stand in the edition too.
    """
    bare, before = _card(library, contents, selection), selection.history.questions
    last = library.questions.get(_key(before[-1])) if before else None
    told = [last.question, last.answer, last.explanation] if last else []
    points = (point for block in bare.blocks if isinstance(block, Picture) for point in block.chart.points)
    charts = [f"{point.label} {point.display} {point.note} {point.dated}" for point in points]
    words = "\n".join([plain_card(bare), *charts, *map(library.filled_text, told)])
    shown = frozenset(name for item in contents.picked.events for name in (item.id, item.chart) if name)
    is_quiet = contents.picked.kind == "quiet"
    room = MOST_QUIET - len(visible_text(bare)) - _RESULTS - _QUIET_ROOM if is_quiet else MOST
    answered = given_away(library, words, shown, room)
    topics = frozenset(selection.topics)
    if contents.picked.events:
        theme = frozenset(contents.picked.events[0].topics)
        theme = theme & topics or theme
        fresh = {name for name in map("/".join, library.questions) if name not in before and _key(name)[0] in theme}
        if not fresh <= answered:
            return port.question(library, theme, before, answered | set(before))
    return port.question(library, topics, before, answered)


def _key(name: str) -> tuple[str, str]:
    topic, _, question = name.partition("/")
    return topic, question


def _stages(library: Library, contents: _Contents) -> tuple[Stage, ...]:
    brief, asked = contents.brief, contents.question
    title = plain_block(asked.blocks[0]).removeprefix(_ASKED) if asked else ""
    explained = "it explains the first event" if brief else "no event to explain, or no brief that does"
    return (
        *contents.picked.why,
        _turn("background", library.filled_text(brief.title) if brief else "", explained),
        _turn(_QUESTION, title, contents.question_reason),
    )


def _turn(section: str, chosen: str, reason: str) -> Stage:
    return Stage(section, "chosen", chosen, reason) if chosen else Stage(section, "left out", section, reason)


def _history(contents: _Contents, before: History) -> History:
    after = before.with_events(contents.picked.covered)
    if contents.brief:
        after = after.with_turn("briefs", brief_id(contents.brief))
    if contents.question:
        after = after.with_turn("questions", contents.question.id)
    return after


def _card(library: Library, contents: _Contents, selection: Selection) -> Card:
    only = library.topics.get(selection.topics[0]) if len(selection.topics) == 1 else None
    blocks = tuple(_blocks(library, contents, selection))
    footer = FOOTER if contents.picked.events else ""
    title = edition_title(contents.picked, selection, is_asking=contents.question is not None)
    return Card(title, blocks, footer=footer, colour=only.colour if only else "")


def _blocks(library: Library, contents: _Contents, selection: Selection) -> Iterator[Block]:
    picked, asked, sources = contents.picked, contents.question, SourceList()
    if picked.events:
        yield from lead_blocks(library, picked, selection, sources)
        yield from further_blocks(library, picked, selection, sources)
        if asked:
            yield Rule()
            yield from asked.blocks
        yield from sources.line(selection.day)
    else:
        if asked:
            yield from _untitled(asked.blocks)
        yield from newest_line(picked, selection.day)
    yield from controls(library, picked, contents.brief)


def _untitled(blocks: tuple[Block, ...]) -> Iterator[Block]:
    """The question below a title that says what it is."""
    first, *others = blocks
    if isinstance(first, Text) and first.pieces[0] == Strong(_ASKED):
        first = replace(first, pieces=first.pieces[1:], style="lede")
    yield from (first, *others)
