"""Cards about the sources of news: all of them with what to look at first, and one in full."""

from collections.abc import Iterator, Sequence
from datetime import datetime

from newsbot.messages.actions import Url
from newsbot.messages.cards import Block, Button, Buttons, Card, Fact, Facts, Table, Text, text
from newsbot.messages.markup import Inline, Moment, Plain, outside_text
from newsbot.news.views import NewestItem, SourcesView, SourceView
from newsbot.schedule.clock import duration_words

_MOST_TROUBLES, _MOST_ROWS, _MOST_NAMES = 8, 30, 4
_NOBODY = "Nobody reads them at the moment. Whoever runs newsbot can switch that on: newsbot run --news, or news.on."
_COLUMNS = ("Source", "State", "Last read", "Newest item")


def sources_card(found: SourcesView, now: datetime) -> Card:
    """Every source: those with something to do first, then those that go well, then those that are off, and why."""
    if not found.sources:
        return Card("Sources of news", (text("There are no sources: newsbot sources add makes one."),), "warning")
    on = [view for view in found.sources if not view.source.off]
    troubles = [view for view in on if not view.is_well]
    blocks: list[Block] = [text(_summary(found.sources))]
    if not found.is_polled:
        blocks.append(text(_NOBODY))
    if troubles:
        blocks.append(Facts("To look at", tuple(_trouble_facts(troubles))))
    if well := [view for view in on if view.is_well]:
        rows = tuple(_row(view, now) for view in well[:_MOST_ROWS])
        blocks.append(Table("Going well", _COLUMNS, rows))
        if len(well) > _MOST_ROWS:
            blocks.append(text(f"And {len(well) - _MOST_ROWS} more that go well."))
    if off := [view for view in found.sources if view.source.off]:
        blocks.append(Facts("Off", tuple(_off_facts(off))))
    return Card("Sources of news", tuple(blocks), "warning" if troubles else "neutral")


def _summary(views: Sequence[SourceView]) -> str:
    counts: dict[str, int] = {}
    for view in views:
        counts[view.status.state] = counts.get(view.status.state, 0) + 1
    told = ", ".join(f"{count} {_STATES.get(state, state)}" for state, count in counts.items())
    return f"{len(views)} {'source' if len(views) == 1 else 'sources'}: {told}."


_STATES = {"new": "not read yet"}


def _trouble_facts(views: Sequence[SourceView]) -> Iterator[Fact]:
    for view in views[:_MOST_TROUBLES]:
        notes = (view.status.reason, view.status.fix)
        yield Fact(_name(view), view.status.state, tuple(outside_text(note, 300) for note in notes if note))
    if len(views) > _MOST_TROUBLES:
        yield Fact(f"and {len(views) - _MOST_TROUBLES} more", "", ("/news sources NAME tells of one of them.",))


def _row(view: SourceView, now: datetime) -> tuple[str, ...]:
    status = view.status
    return (
        _name(view),
        _STATES.get(status.state, status.state),
        _ago(status.succeeded_at, now),
        _ago(status.newest_at, now),
    )


def _off_facts(views: Sequence[SourceView]) -> Iterator[Fact]:
    """The sources that are off, by the reason that they share."""
    by_reason: dict[tuple[str, str], list[str]] = {}
    for view in views:
        by_reason.setdefault((view.status.reason, view.status.fix), []).append(_name(view))
    for (reason, fix), names in by_reason.items():
        more = f" and {len(names) - _MOST_NAMES} more" if len(names) > _MOST_NAMES else ""
        yield Fact(f"{', '.join(names[:_MOST_NAMES])}{more}", "", tuple(note for note in (reason, fix) if note))


def source_card(view: SourceView, newest: NewestItem | None, now: datetime) -> Card:
    """One source in full."""
    source, status = view.source, view.status
    blocks: list[Block] = []
    if status.reason:
        blocks.append(text(outside_text(status.reason, 300)))
    if status.fix:
        blocks.append(text(outside_text(status.fix, 300)))
    facts = [
        Fact("State", _STATES.get(status.state, status.state)),
        Fact("Last read", _ago(status.succeeded_at, now)),
        Fact("Newest item", outside_text(newest.title, 200) if newest else "none", _seen(newest, now)),
        Fact("Kind", f"{source.kind}, {source.tier}"),
        Fact("Called by newsbot as", source.agent),
        Fact("Terms", source.terms or "not looked at"),
    ]
    blocks.append(Facts("", tuple(facts)))
    if when := _when(view):
        blocks.append(when)
    blocks.append(Buttons((Button("Open", Url(source.url)),)))
    return Card(source.name, tuple(blocks), "neutral" if view.is_well else "warning")


def _seen(newest: NewestItem | None, now: datetime) -> tuple[str, ...]:
    return (f"first seen {_ago(newest.first_seen, now)}",) if newest else ()


def _when(view: SourceView) -> Text | None:
    since, next_at = view.status.since, view.next_at
    pieces: list[Inline] = []
    if since:
        pieces += [Plain("In this state since "), Moment(since)]
    if next_at is not None:
        pieces += [Plain("; read again at " if since else "Read again at "), Moment(next_at)]
    return Text((*pieces, Plain(".")), "small") if pieces else None


def _name(view: SourceView) -> str:
    return outside_text(view.source.name, 80)


def _ago(at: datetime | None, now: datetime) -> str:
    if at is None:
        return "never"
    past = now - at
    return "just now" if past.total_seconds() < 60 else f"{duration_words(past)} ago"
