"""`/events [topic] [when]`: dated events, the newest first."""

import re
from collections.abc import Iterator
from datetime import UTC, date, datetime

from newsbot.commands.answers import HELP, Unclear, find_event, find_topic
from newsbot.commands.builtin.periods import split_period
from newsbot.commands.button_args import arguments, damaged_button
from newsbot.commands.registry import ButtonHandler, Command, Context, Option
from newsbot.content.actions import MORE_EVENTS, OPEN_EVENT, Subject
from newsbot.content.cards import event_card
from newsbot.content.library import Library
from newsbot.content.models import Event, date_words, first_day
from newsbot.content.overviews import Period, events_card
from newsbot.content.short_cards import short_card
from newsbot.messages.cards import Card, Reply
from newsbot.messages.markup import outside_text
from newsbot.messages.requests import Ask, Click

TOPIC = Option("topic", "topic", "Only events of this topic")
WHEN = Option("when", "text", "When: 2025, 2025-01, “since 2025”, “January 2025”, “last month”", rest=True)
_OLD_SINCE = "since"  # what the option was called; buttons of then hold it
_DATE = re.compile(r"(?:19|20)\d\d(?:-\d\d(?:-\d\d)?)?\Z")


def commands(library: Library) -> Iterator[Command]:
    """`/events`."""
    first = next(iter(library.topics))
    examples = ("/events", f"/events {first} 2025", f"/events {first} since 2025-06")
    yield Command(("events",), "What happened and when, the newest first", events, (TOPIC, WHEN), ("event",), examples)


async def events(context: Context, ask: Ask) -> Reply:
    """The newest events that the options ask for."""
    today = (ask.at or datetime.now(UTC)).date()
    since = ask.options.get(_OLD_SINCE, "").strip()
    typed = f"{ask.options.get('topic', '')} {ask.options.get('when', '')} {f'since {since}' if since else ''}"
    try:
        topic, period = split_period(typed, today)
    except ValueError:
        raise _no_date(typed) from None
    if period is None and ask.options.get("when"):
        raise _no_date(ask.options["when"])
    found = find_topic(context.library, topic).id if topic else ""
    return Reply(events_page(context, found, period or Period(), 0, today))


async def more_events(context: Context, click: Click) -> Reply:
    """Older events than a card shows."""
    topic, period, start = arguments(click, 3)
    return Reply(read_page(context, f"{topic},{period},{start}", click.at), replaces=True)


async def open_event(context: Context, click: Click) -> Reply:
    """A press of a button to an event, or a pick from a list of them."""
    name = click.values[0] if click.values else next(iter(click.action.arguments), "")
    event = find_event(context.library, name)
    short = short_card(context.library, Subject("event", event.id))
    return Reply(short, replaces=True, full=event_card(context.library, event.id))


def read_page(context: Context, key: str, at: datetime | None) -> Card:
    """The page of events that a button names. Raises Unclear where it names none."""
    topic, period, start = key.split(",") if key.count(",") == 2 else ("", "", "")
    if not start.isdecimal() or len(start) > 6 or (topic and topic not in context.library.topics):
        raise damaged_button()
    return events_page(context, topic, _read_period(period), int(start), (at or datetime.now(UTC)).date())


def _read_period(written: str) -> Period:
    """The period behind a button; before there were periods, buttons held the first day alone."""
    try:
        if ".." not in written:
            return Period(first_day(written) if _DATE.match(written) else None)
        first, last = (date.fromisoformat(day) if day else None for day in written.split(".."))
    except ValueError:
        raise damaged_button() from None
    return Period(first, last)


def events_page(context: Context, topic: str, period: Period, start: int, today: date) -> Card:
    """A page of events. Raises Unclear where there is none."""
    library = context.library
    found = [each for each in library.events.values() if _is_wanted(each, topic, period) and each.date <= today]
    if not found[start:]:
        raise Unclear(_none_found(library, topic, period), (HELP,), "No events")
    return events_card(library, found, topic, period, start)


def _none_found(library: Library, topic: str, period: Period) -> str:
    about = f" on {library.topics[topic].title}" if topic else ""
    newest = next((each for each in library.events.values() if _is_wanted(each, topic, Period())), None)
    words = period.words()
    when = (
        f" {words}" if words.startswith(("since", "until")) else f" from {words}" if " to " in words else f" in {words}"
    )
    when = f" on {words}" if period.first is not None and period.first == period.last else when if words else ""
    also = (
        f" The newest is of {date_words(newest.date.isoformat())}: {library.filled_text(newest.title)}."
        if newest
        else ""
    )
    return f"There are no events{about}{when}.{also}"


def _no_date(typed: str) -> Unclear:
    said = outside_text(typed.strip(), 40)
    example = "Write a year, month or day, such as 2025, January 2025 or 2025-01-27, or “since 2025”."
    return Unclear(f"“{said}” isn’t a date I can read. {example}", (HELP,))


def _is_wanted(event: Event, topic: str, period: Period) -> bool:
    return (not topic or topic in event.topics) and event.date in period


BUTTONS = {OPEN_EVENT: ButtonHandler(open_event), MORE_EVENTS: ButtonHandler(more_events)}
