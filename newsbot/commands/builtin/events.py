"""`/events [topic] [since]`: dated events, the newest first, with a timeline."""

import re
from collections.abc import Iterator
from datetime import date

from newsbot.commands.answers import HELP, Unclear, find_topic
from newsbot.commands.button_args import arguments, damaged_button
from newsbot.commands.registry import ButtonHandler, Command, Context, Option
from newsbot.content.actions import MORE_EVENTS, OPEN_EVENT
from newsbot.content.cards import event_card
from newsbot.content.library import Library
from newsbot.content.models import Event, first_day
from newsbot.content.overviews import events_card
from newsbot.messages.cards import Reply
from newsbot.messages.markup import outside_text
from newsbot.messages.requests import Ask, Click

TOPIC = Option("topic", "topic", "Only events of this topic")
SINCE = Option("since", "text", "Only events since this day, month or year: 2025-01-27, 2025-01, 2025")
PAGE = 10
_DATE = re.compile(r"(?:19|20)\d\d(?:-\d\d(?:-\d\d)?)?\Z")


def commands(library: Library) -> Iterator[Command]:
    """`/events`."""
    first = next(iter(library.topics))
    examples = ("/events", f"/events {first}", f"/events {first} 2025-06")
    yield Command(("events",), "What happened and when, the newest first", events, (TOPIC, SINCE), ("event",), examples)


async def events(context: Context, ask: Ask) -> Reply:
    """The newest events that the options ask for."""
    topic, since = ask.options.get("topic", "").strip(), ask.options.get("since", "").strip()
    if _DATE.match(topic) and not since:  # `/events 2025`
        topic, since = "", topic
    if topic:
        topic = find_topic(context.library, topic).id
    return _page(context, topic, since, 0)


async def more_events(context: Context, click: Click) -> Reply:
    """Older events than a card shows."""
    topic, since, start = arguments(click, 3)
    if not start.isdecimal() or len(start) > 6 or (topic and topic not in context.library.topics):
        raise damaged_button()
    reply = _page(context, topic, since, int(start))
    return Reply(reply.card, replaces=True)


async def open_event(context: Context, click: Click) -> Reply:
    """A press of a button to an event, or a pick from a list of them."""
    name = click.values[0] if click.values else next(iter(click.action.arguments), "")
    if name not in context.library.events:
        sentence = context.library.withdrawn.get(name, "This event is not listed any more.")
        raise Unclear(sentence, (HELP,), "Gone")
    return Reply(event_card(context.library, name), replaces=True)


def _page(context: Context, topic: str, since: str, start: int) -> Reply:
    library = context.library
    day = _day(since)
    found = [each for each in library.events.values() if _is_wanted(each, topic, day)]
    if not found[start:]:
        told = f" since {since}" if since else ""
        raise Unclear(f"No event is listed{told}.", (HELP,), "No events")
    return Reply(events_card(library, found[start : start + PAGE], topic, since, start, len(found)))


def _day(since: str) -> date | None:
    if not since:
        return None
    try:
        if not _DATE.match(since):
            raise ValueError
        return first_day(since)
    except ValueError:
        said = outside_text(since, 40)
        raise Unclear(
            f"“{said}” isn't a valid date. Write a year, month or day: 2025, 2025-01, 2025-01-27.", (HELP,)
        ) from None


def _is_wanted(event: Event, topic: str, day: date | None) -> bool:
    return (not topic or topic in event.topics) and (day is None or event.date >= day)


BUTTONS = {OPEN_EVENT: ButtonHandler(open_event), MORE_EVENTS: ButtonHandler(more_events)}
