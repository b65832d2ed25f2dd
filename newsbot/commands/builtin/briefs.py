"""`/topic [brief]`, one command for each topic, and `/brief topic [brief]` for all of them."""

from collections.abc import Iterator

from newsbot.commands.answers import find_brief, find_topic
from newsbot.commands.button_args import arguments
from newsbot.commands.registry import ButtonHandler, Command, Context, Option
from newsbot.content.actions import OPEN_BRIEF, OPEN_TOPIC
from newsbot.content.cards import brief_card
from newsbot.content.library import Library
from newsbot.content.materials import brief_subject
from newsbot.content.models import Brief, Topic
from newsbot.content.short_cards import short_card
from newsbot.messages.cards import Reply
from newsbot.messages.requests import Ask, Click

TOPIC = Option("topic", "topic", "Which topic", required=True)
BRIEF = Option("brief", "brief", "Which brief; the overview without one")


def commands(library: Library) -> Iterator[Command]:
    """A command for each topic that has one, each of its briefs as a subcommand, and `/brief`."""
    for topic in library.topics.values():
        if topic.command:
            yield from _topic_commands(library, topic)
    yield Command(("brief",), "A brief of any topic", brief, (TOPIC, BRIEF), ("briefs",), ("/brief deepseek cost",))


def _topic_commands(library: Library, topic: Topic) -> Iterator[Command]:
    examples = tuple(f"/{topic.id} {each.id}" for each in library.briefs_of(topic.id)[:3])
    yield Command((topic.id,), topic.summary, topic_brief, (), topic.aliases, examples)
    for each in library.briefs_of(topic.id):
        summary = library.filled_text(each.title)
        yield Command((topic.id, each.id), summary, topic_brief, (), each.aliases, (f"/{topic.id} {each.id}",))


async def topic_brief(context: Context, ask: Ask) -> Reply:
    """The brief that the path names; the topic's overview where it names none."""
    topic, *name = ask.path
    return _reply(
        context.library, _overview(context.library, topic) if not name else context.library.briefs[topic, name[0]]
    )


async def brief(context: Context, ask: Ask) -> Reply:
    """The brief that the options name."""
    topic = find_topic(context.library, ask.options.get("topic", ""))
    name = ask.options.get("brief")
    found = find_brief(context.library, topic, name) if name else _overview(context.library, topic.id)
    return _reply(context.library, found)


def _overview(library: Library, topic: str) -> Brief:
    return library.briefs_of(topic)[0]


def _reply(library: Library, found: Brief, *, replaces: bool = False) -> Reply:
    full = brief_card(library, found.topic, found.id)
    return Reply(short_card(library, brief_subject(found)), replaces=replaces, full=full)


async def open_brief(context: Context, click: Click) -> Reply:
    """A press of a button to a brief."""
    name, brief_name = arguments(click, 2)
    topic = find_topic(context.library, name)
    return _reply(context.library, find_brief(context.library, topic, brief_name), replaces=True)


async def open_topic(context: Context, click: Click) -> Reply:
    """A press of a button to a topic: its overview."""
    (name,) = arguments(click, 1)
    topic = find_topic(context.library, name)
    return _reply(context.library, _overview(context.library, topic.id), replaces=True)


BUTTONS = {OPEN_BRIEF: ButtonHandler(open_brief), OPEN_TOPIC: ButtonHandler(open_topic)}
