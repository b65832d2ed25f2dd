"""Composing one edition of a digest: a pure function from content, news and what was shown before to a card."""

from collections.abc import Iterator
from dataclasses import dataclass

from newsbot.content.actions import PICK_EVENT, brief_action
from newsbot.content.cards import FOOTER
from newsbot.content.library import Library, distinct_sources
from newsbot.content.models import Brief, Figure
from newsbot.digests.composer.news import Picked, pick
from newsbot.digests.composer.sections import (
    brief_blocks,
    brief_id,
    brief_of_the_day,
    brief_sources,
    day_words,
    event_blocks,
    figure_blocks,
    figure_of_the_day,
    numbered_sources,
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
from newsbot.messages.actions import Action
from newsbot.messages.cards import Block, Button, Buttons, Card, Rule
from newsbot.messages.plain import plain_block
from newsbot.schedule.phrases import DAY_NAMES

__all__ = [
    "Edition",
    "History",
    "Selection",
    "Stage",
    "compose",
    "stages_from_json",
    "stages_to_json",
]

_MANAGE = Action("digest.manage")
_QUESTION, _ASKED = "question of the day", "Question of the day: "
_SKIPPED = Stage("edition", "left out", "the whole digest", "no news, and this digest is set to skip such days")


@dataclass(frozen=True, slots=True)
class _Contents:
    """What was chosen for an edition."""

    picked: Picked
    figure: Figure | None
    brief: Brief | None
    question: EditionQuestion | None
    stages: tuple[Stage, ...]


def compose(library: Library, news_source: NewsSource, question: DailyQuestion, selection: Selection) -> Edition:
    """The edition of a selection: equal selections over equal content give equal editions, but for what the question
    of the day leaves to chance.

    No event or figure in it is dated after the selection's day, and no event is in the selection's history.
    """
    picked = pick(news_source, selection)
    if not picked.news and selection.when_empty == "skip":
        nothing = tuple(stage for stage in picked.stages if stage.section == "events")
        return Edition(None, selection.history, (*nothing, _SKIPPED), selection.day)
    contents = _contents(library, picked, question, selection)
    return Edition(
        _card(library, contents, selection),
        _history(contents, selection.history),
        contents.stages,
        selection.day,
        contents.question,
    )


def _contents(library: Library, picked: Picked, port: DailyQuestion, selection: Selection) -> _Contents:
    figure, figure_reason = figure_of_the_day(library, selection)
    brief, brief_reason = brief_of_the_day(library, selection)
    asked = port.question(library, frozenset(selection.topics), selection.history.questions, selection.day)
    question_reason = "its turn" if asked else "there is none to ask"
    if asked and not _used_actions(brief).isdisjoint(Card("", asked.blocks).actions()):
        asked, question_reason = None, "one of its buttons would do the same as another one of the digest"
    stages = (
        *picked.stages,
        _turn("figure of the day", figure.label if figure else "", figure_reason),
        _turn(
            "from the archive" if picked.is_exhausted else "brief",
            library.filled_text(brief.title) if brief else "",
            brief_reason,
        ),
        _turn(_QUESTION, plain_block(asked.blocks[0]).removeprefix(_ASKED) if asked else "", question_reason),
    )
    return _Contents(picked, figure, brief, asked, stages)


def _used_actions(brief: Brief | None) -> frozenset[Action]:
    """What the digest's own controls do, and so no button of a question may."""
    return frozenset({_MANAGE, PICK_EVENT, *([brief_action(brief.topic, brief.id)] if brief else [])})


def _turn(section: str, chosen: str, reason: str) -> Stage:
    return Stage(section, "chosen", chosen, reason) if chosen else Stage(section, "left out", section, reason)


def _history(contents: _Contents, before: History) -> History:
    after = before.with_events(contents.picked.covered)
    if contents.figure:
        after = after.with_turn("figures", contents.figure.id)
    if contents.brief:
        after = after.with_turn("briefs", brief_id(contents.brief))
    if contents.question:
        after = after.with_turn("questions", contents.question.id)
    return after


def _card(library: Library, contents: _Contents, selection: Selection) -> Card:
    day = selection.day
    title = f"AI market digest · {DAY_NAMES[day.weekday()]} {day_words(day)}"
    only = library.topics.get(selection.topics[0]) if len(selection.topics) == 1 else None
    blocks = tuple(_blocks(library, contents, selection))
    return Card(title, blocks, footer=FOOTER, colour=only.colour if only else "")


def _blocks(library: Library, contents: _Contents, selection: Selection) -> Iterator[Block]:
    figure, brief = contents.figure, contents.brief
    cited = [*(figure.sources[:1] if figure else ()), *(brief_sources(library, brief) if brief else ())]
    sources = distinct_sources(cited)
    yield from event_blocks(library, selection, contents.picked)
    if brief and contents.picked.is_exhausted:
        yield from brief_blocks(library, brief, "From the archive", sources)
    if figure:
        yield from figure_blocks(figure, sources)
    if brief and not contents.picked.is_exhausted:
        yield from brief_blocks(library, brief, "A brief worth reading", sources)
    if contents.question:
        yield Rule()
        yield from contents.question.blocks
    yield from numbered_sources(sources)
    yield Buttons((Button("Manage", _MANAGE),))
