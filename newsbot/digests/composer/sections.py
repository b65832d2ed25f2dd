"""The parts of an edition as blocks: the lead, further events in one line each, the newest date, numbered sources."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime

from newsbot.content.actions import OPEN_EVENT, PICK_EVENT, brief_action
from newsbot.content.cards import picture
from newsbot.content.library import Library
from newsbot.content.models import Brief, Figure, date_words, first_day
from newsbot.digests.composer.news import Picked, days_after
from newsbot.digests.composer.sources import NewsItem
from newsbot.digests.composer.values import Edition, Selection
from newsbot.messages.actions import Action
from newsbot.messages.cards import (
    Block,
    Button,
    Buttons,
    Card,
    Choice,
    ChoiceOption,
    Facts,
    Links,
    Picture,
    Table,
    Text,
)
from newsbot.messages.cards import text as plain
from newsbot.messages.markup import Inline, Link, Moment, Plain, Strong, is_web_address, outside_text, plain_text
from newsbot.messages.plain import plain_block
from newsbot.schedule.phrases import DAY_NAMES

MANAGE = Action("digest.manage")
FOOTER = "Not investment advice"
_TITLE = 200
_SUMMARY = 500
_PUBLISHER = 40
_LABEL = 60  # of a button or an option, on every platform
_NAME = 40
_VALUE = 100  # of an option's value, on every platform
_WORD = re.compile(r"[a-z0-9]{3,}")
_SAME = 0.6  # so much of a label in a title, and the label says nothing new
_WEEK, _MONTH = range(6, 9), range(27, 36)


@dataclass(slots=True)
class SourceList:
    """The sources of an edition in the order in which they are referred to."""

    found: dict[str, tuple[str, str]] = field(default_factory=dict)

    def cite(self, publisher: str, url: str, dated: str) -> str:
        """The mark behind what a source says: " [2]"."""
        self.found.setdefault(url, (publisher, dated))
        return f" [{list(self.found).index(url) + 1}]"

    def line(self, today: date) -> Iterator[Text]:
        """All of them in one line, dates without this year; nothing where there are none."""
        pieces: list[Inline] = []
        for number, (url, (publisher, dated)) in enumerate(self.found.items(), start=1):
            said = outside_text(publisher, _PUBLISHER)
            pieces.append(Plain(f"{' · ' if pieces else ''}{number} "))
            pieces.append(Link(said, url) if is_web_address(url) else Plain(said))
            pieces += [Plain(f", {dated.removesuffix(f' {today.year}')}")] if dated else []
        if pieces:
            yield Text(tuple(pieces), "small")


def day_words(day: date) -> str:
    """A day as people read it: "23 November 2026"."""
    return date_words(day.isoformat())


def short_day(day: date, today: date) -> str:
    """A day without the year where that is this one: "23 November"."""
    return day_words(day).removesuffix(f" {today.year}")


def weekday_words(day: date) -> str:
    """A day with its name: "Monday 23 November 2026"."""
    return f"{DAY_NAMES[day.weekday()]} {day_words(day)}"


def edition_title(picked: Picked, selection: Selection, *, is_asking: bool) -> str:
    """What an edition is, and its day."""
    day = weekday_words(selection.day)
    match picked.kind:
        case "quiet" if is_asking:
            return f"Question of the day · {day}"
        case "round-up":
            gap = (selection.day - selection.cursor).days
            span = "Week to " if gap in _WEEK else "Month to " if gap in _MONTH else ""
            return f"AI market digest · {span}{day}"
    return f"AI market digest · {day}"


def lead_blocks(library: Library, picked: Picked, selection: Selection, sources: SourceList) -> Iterator[Block]:
    """The first event: when, its headline, what happened with its number, how the market moved, its chart."""
    lead = picked.events[0]
    yield from (plain(when, "small") for when in [_when(picked, lead, selection)] if when)
    yield plain(_title(lead.title), "heading")
    mark = sources.cite(lead.source, lead.url, lead.dated)
    number, summary = outside_text(lead.number, _TITLE), outside_text(lead.summary, _SUMMARY)
    if number and not _has_number(lead, summary) and _is_known(library, lead, selection.day):
        yield Text((Strong(number), Plain(f" · {outside_text(lead.label, _TITLE)}{'' if summary else mark}")))
    if summary:
        yield Text((*_stressed(summary, number), Plain(mark)))
    elif not number:
        yield Text((Plain(f"Source:{mark}"),), "small")
    if move := lead.move:
        said = (
            Plain(f"On the market: {outside_text(move.label, _TITLE)}, "),
            Strong(outside_text(move.number, _LABEL)),
        )
        yield Text((*said, Plain(f".{sources.cite(move.source, move.url, move.dated)}")))
    if (figure := library.figures.get(lead.chart)) and is_dated_by(figure, selection.day):
        yield picture(figure)


def _when(picked: Picked, lead: NewsItem, selection: Selection) -> str:
    day = weekday_words(lead.day)
    if picked.kind == "latest":
        return "The latest" if lead.day == selection.day else f"The latest · {day}"
    if picked.kind != "archive":
        return "" if lead.day == selection.day else day  # the title says it
    match days_after(lead.day, selection.day):
        case None:
            return f"From the archive · {day}"
        case 0:
            return f"From the archive · on this day in {lead.day.year}"
    return f"From the archive · this week in {lead.day.year}, on {lead.day.day} {lead.day:%B}"


def _title(title: str) -> str:
    return outside_text(title, _TITLE)


def _has_number(item: NewsItem, words: str) -> bool:
    return bool(item.number) and (item.number in words or _bare(item.number) in words)


def _bare(number: str) -> str:
    """A number without the bound in front of it: "16 million" of "more than 16 million"."""
    found = re.search(r"\S*\d", number)
    return number[found.start() :] if found else number


def _stressed(summary: str, number: str) -> Iterator[Inline]:
    """The summary with its headline number in bold, after its bound."""
    shown = next((each for each in (number, _bare(number)) if each and each in summary), "")
    before, found, after = summary.partition(shown) if shown else (summary, "", "")
    yield from (Plain(before),) if before else ()
    yield from (Strong(found),) if found else ()
    yield from (Plain(after),) if after else ()


def is_dated_by(figure: Figure, day: date) -> bool:
    """Whether nothing of a figure is dated after a day."""
    values = figure.value if isinstance(figure.value, tuple) else ()
    dates = (figure.as_of, *(each.date for each in values if each.date))
    return all((first_day(each) or date.max) <= day for each in dates)


def _is_known(library: Library, item: NewsItem, day: date) -> bool:
    """Whether the headline number of an event of our own was known on a day; what a wire tells always was."""
    event = library.events.get(item.id)
    figure = library.headline_figure(event) if event else None
    return figure is None or is_dated_by(figure, day)


def further_blocks(library: Library, picked: Picked, selection: Selection, sources: SourceList) -> Iterator[Block]:
    """The other events, a line each: the day, what happened, its own number, its source."""
    if picked.events[1:]:
        yield plain(_further_heading(picked, selection), "heading")
    for item in picked.events[1:]:
        when = "" if item.day == picked.events[0].day else f"{short_day(item.day, selection.day)} · "
        pieces: list[Inline] = [Plain(f"• {when}{_title(item.title)}")]
        number = outside_text(item.number)
        if (
            number
            and len(number) <= _LABEL
            and not _has_number(item, item.title)
            and _is_known(library, item, selection.day)
        ):
            pieces += [Plain(_number_lead(item)), Strong(number)]
        pieces.append(Plain(f".{sources.cite(item.source, item.url, item.dated)}"))
        yield Text(tuple(pieces))


def _further_heading(picked: Picked, selection: Selection) -> str:
    if picked.kind == "latest":
        return "Before that"
    gap = (selection.day - selection.cursor).days
    if picked.kind != "round-up":
        return "Also"
    return "Also this week" if gap in _WEEK else "Also this month" if gap in _MONTH else "Also"


def _number_lead(item: NewsItem) -> str:
    """What stands between a title and its number: what the number is, unless the title says so."""
    label = outside_text(item.label, _TITLE)
    for dated in (day_words(item.day), date_words(f"{item.day:%Y-%m}")):
        label = re.sub(rf",?\s*(?:\b(?:on|of|in)\s)?{re.escape(dated)}\Z", "", label)
    words, title = set(_WORD.findall(label.casefold())), set(_WORD.findall(item.title.casefold()))
    if not label or len(words & title) >= _SAME * len(words):
        return ": "
    return f". {label[:1].upper()}{label[1:]}: "


def newest_line(picked: Picked, today: date) -> Iterator[Block]:
    """Latest events on these topics, and when; that nothing did where there is no event at all."""
    if newest := picked.newest:
        yield plain(f"Newest on your topics: {_title(newest.title)}, {short_day(newest.day, today)}.", "small")
    else:
        yield plain("Nothing happened on these topics yet.")


def brief_of(library: Library, picked: Picked) -> Brief | None:
    """The brief that explains the lead."""
    if not picked.events:
        return None
    topic, _, name = picked.events[0].brief.partition("/")
    return library.briefs.get((topic, name))


def brief_id(brief: Brief) -> str:
    """How a history names a brief."""
    return f"{brief.topic}/{brief.id}"


def controls(library: Library, picked: Picked, brief: Brief | None) -> Iterator[Block]:
    """What one press opens: each event, the background, the digest itself."""
    options, buttons = tuple(_options(picked.events)), []
    if len(options) > 1:
        yield Choice("Read more about", PICK_EVENT, options)
    elif options and (opens := picked.events[0].opens):
        buttons.append(Button("Details", opens))
    if brief:
        is_overview = library.briefs_of(brief.topic)[:1] == (brief,)
        topic = library.topics[brief.topic].title
        name = short(topic if is_overview else brief.short or library.filled_text(brief.title), _NAME)
        buttons.append(Button(f"Background: {name}", brief_action(brief.topic, brief.id)))
    yield Buttons((*buttons, Button("Manage", MANAGE)))


def _options(items: Sequence[NewsItem]) -> Iterator[ChoiceOption]:
    for item in items:
        if item.opens and item.opens.name == OPEN_EVENT and len(name := item.opens.arguments[0]) <= _VALUE:
            yield ChoiceOption(short(item.title), name)


def short(title: str, limit: int = _LABEL) -> str:
    """A title that fits a button or an option, cut between words where it is too long."""
    whole = outside_text(title, 2 * _TITLE)
    if len(whole) <= limit:
        return whole
    head = whole[: limit - 1]
    return f"{head.rpartition(' ')[0] or head}…"


def visible_text(card: Card) -> str:
    """What a card shows without a press: no addresses, alt texts, buttons and choices."""
    parts = [card.title, *map(_visible, card.blocks), card.footer]
    return "\n".join(part for part in parts if part)


def _visible(block: Block) -> str:
    match block:
        case Text(pieces):
            return plain_text(tuple(Plain(each.text) if isinstance(each, Link) else each for each in pieces))
        case Facts() | Table():
            return plain_block(block)
        case Links(title, items):
            return "\n".join([title, *(f"{item.label}, {item.detail}" for item in items)])
        case Picture() | Buttons() | Choice():
            return ""
    return ""


def with_closing_time(edition: Edition, at: datetime) -> Edition:
    """An edition to look at, with the line that its question gets as it leaves: when that closes."""
    if edition.card is None or edition.question is None:
        return edition
    line = Text((Plain("Closes "), Moment(at, "deadline"), Plain(".")), "small")
    blocks, last = edition.card.blocks, edition.question.blocks[-1]
    found = blocks.index(last) + 1 if last in blocks else len(blocks)
    return replace(edition, card=replace(edition.card, blocks=(*blocks[:found], line, *blocks[found:])))


def without_addresses(card: Card) -> Card:
    """The same with the names of its links and pictures alone, to be read through."""
    return replace(card, blocks=tuple(_unlinked(block) for block in card.blocks))


def _unlinked(block: Block) -> Block:
    if isinstance(block, Picture):
        return plain(f"[Picture: {block.chart.title}]")
    if not isinstance(block, Text):
        return block
    return replace(block, pieces=tuple(Plain(each.text) if isinstance(each, Link) else each for each in block.pieces))
