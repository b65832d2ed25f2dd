"""What the buttons of a short card open: a view of its subject, something near it, and the way back."""

from collections.abc import Iterator
from dataclasses import replace

from newsbot.commands.answers import Unclear, find_brief, find_event, find_figure, find_topic, run_action, share_button
from newsbot.commands.builtin import about
from newsbot.commands.builtin.compare import compare_action
from newsbot.commands.builtin.events import read_page
from newsbot.commands.button_args import arguments, damaged_button
from newsbot.commands.registry import ButtonHandler, ButtonWork, Context
from newsbot.content.actions import (
    CLOSE_VIEW,
    OPEN_MORE,
    VIEWS,
    Subject,
    View,
    back_action,
    brief_action,
    event_action,
    events_action,
    figure_action,
    share_view_action,
    sources_action,
    view_action,
)
from newsbot.content.library import Library
from newsbot.content.materials import brief_subject, pair_subject
from newsbot.content.models import Brief, Topic
from newsbot.content.overviews import sources_card, sources_subject, sources_view_card
from newsbot.content.short_cards import open_view_card, short_card, usable_buttons, view_card
from newsbot.messages.actions import Action
from newsbot.messages.cards import Button, Card, Reply
from newsbot.messages.forms import Form
from newsbot.messages.requests import Click


def _open(view: View) -> ButtonWork:
    async def open_view(context: Context, click: Click) -> Reply | Form:
        library, subject = context.library, _subject(context, click)
        if subject.kind == "topic":
            card = _with_ways(_all_sources(library, subject), subject, _share_button("sources", subject))
            return Reply(card, replaces=True)
        card = _found(open_view_card(library, view, subject))
        return Reply(card, private=view == "question", replaces=True)  # what one answers is one's own

    return open_view


def _share(view: View) -> ButtonWork:
    async def share_view(context: Context, click: Click) -> Reply | Form:
        library, subject = context.library, _subject(context, click)
        if subject.kind == "topic":
            return Reply(_all_sources(library, subject))
        return Reply(_found(view_card(library, view, subject)))

    return share_view


async def close_view(context: Context, click: Click) -> Reply:
    """The card again, for whoever looked at one of its views."""
    subject = _subject(context, click)
    if subject.kind == "help":
        return replace(about.overview(context), replaces=True)
    card = _card(context, subject, click)
    share = share_button(_open_action(subject))
    row = usable_buttons(share) if share else []
    return Reply(replace(card, blocks=(*card.blocks, *row)), replaces=True)


async def open_more(context: Context, click: Click) -> Reply:
    """What was picked from a card's choice, for whoever picked it; with the way back."""
    subject = _subject(context, click)
    if not click.values:
        raise damaged_button()
    picked = _picked(context.library, subject, click.values[0])
    if picked.kind == "topic":
        topic, brief, start = _sources_of(context.library, picked.key)
        card = sources_view_card(context.library, topic, brief, start)
        share: Button | None = _share_button("sources", picked)
    else:
        card, share = short_card(context.library, picked), share_button(_open_action(picked))
    return Reply(_with_ways(card, subject, share), replaces=True)


def _share_button(view: View, subject: Subject) -> Button:
    return Button("Share here", share_view_action(view, subject))


def _with_ways(card: Card, subject: Subject, share: Button | None) -> Card:
    """The card with the way back to where it was opened, and what shows it to everyone."""
    row = usable_buttons(Button("Back", back_action(subject)), *([share] if share else []))
    return replace(card, blocks=(*card.blocks, *row))


def _subject(context: Context, click: Click) -> Subject:
    """The subject behind a button. Raises Unclear where it is not there any more."""
    kind, key = arguments(click, 2)
    library = context.library
    match kind:
        case "brief":
            return _brief_subject(library, key)
        case "figure":
            return Subject("figure", library.newest(find_figure(library, key).id).id)
        case "event":
            return Subject("event", find_event(library, key).id)
        case "pair" if key.count(",") == 1:
            first, second = key.split(",")
            return pair_subject(find_figure(library, first), find_figure(library, second))
        case "topic":
            topic, brief, start = _sources_of(library, key)
            return sources_subject(topic, brief, start)
        case "events":
            return Subject("events", key)
        case "help":
            return Subject("help", "all")
    raise damaged_button()


def _brief_subject(library: Library, key: str) -> Subject:
    topic, _, name = key.partition("/")
    return brief_subject(find_brief(library, find_topic(library, topic), name))


def _sources_of(library: Library, key: str) -> tuple[Topic, Brief | None, int]:
    """Whose sources a key names, and the number of the first: "deepseek/cost,0", "deepseek/,15"."""
    names, _, start = key.partition(",")
    topic_name, _, name = names.partition("/")
    if not start.isdecimal() or len(start) > 6:
        raise damaged_button()
    topic = find_topic(library, topic_name)
    return topic, find_brief(library, topic, name) if name else None, int(start)


def _picked(library: Library, subject: Subject, value: str) -> Subject:
    """What a pick from the choice of a subject's card means."""
    match subject.kind:
        case "topic":
            topic, _, name = value.partition("/")
            return sources_subject(found := find_topic(library, topic), find_brief(library, found, name))
        case "events":
            return Subject("event", find_event(library, value).id)
        case "pair":
            first = find_figure(library, subject.key.partition(",")[0])
            return pair_subject(first, find_figure(library, value))
    return _brief_subject(library, value)


def _card(context: Context, subject: Subject, click: Click) -> Card:
    match subject.kind:
        case "topic":
            topic, brief, _ = _sources_of(context.library, subject.key)
            return sources_card(context.library, topic, brief)
        case "events":
            return read_page(context, subject.key, click.at)
    return short_card(context.library, subject)


def _open_action(subject: Subject) -> Action:
    """What opens the card of a subject, from any message."""
    key = subject.key
    match subject.kind:
        case "brief":
            return brief_action(*key.split("/"))
        case "figure":
            return figure_action(key)
        case "event":
            return event_action(key)
        case "pair":
            return compare_action(*key.split(","))
        case "topic":
            return sources_action(key.partition("/")[0])
        case "events":
            topic, period, start = key.split(",")
            return events_action(topic, period, int(start))
        case "help":
            return run_action(("newsbot",))


def _all_sources(library: Library, subject: Subject) -> Card:
    return sources_view_card(library, *_sources_of(library, subject.key))


def _found(card: Card | None) -> Card:
    if card is None:
        raise Unclear("There is nothing of that kind any more. Open the card again.", title="Gone")
    return card


def _handlers() -> Iterator[tuple[str, ButtonHandler]]:
    any_subject = Subject("topic", "")
    for view in VIEWS:
        yield view_action(view, any_subject).name, ButtonHandler(_open(view))
        yield share_view_action(view, any_subject).name, ButtonHandler(_share(view))
    yield CLOSE_VIEW, ButtonHandler(close_view)
    yield OPEN_MORE, ButtonHandler(open_more)


BUTTONS = dict(_handlers())
