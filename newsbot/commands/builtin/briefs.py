"""`/topic [brief]`, one command for each topic, and `/brief topic [brief]` for all of them."""

from collections.abc import Iterator

from newsbot.commands.answers import find_brief, find_topic
from newsbot.commands.button_args import arguments
from newsbot.commands.registry import ButtonHandler, Command, Context, Option
from newsbot.content.actions import OPEN_BRIEF, OPEN_TOPIC
from newsbot.content.cards import brief_card
from newsbot.content.library import Library
from newsbot.content.models import Topic
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
    library = context.library
    return Reply(brief_card(library, topic, name[0] if name else library.briefs_of(topic)[0].id))


async def brief(context: Context, ask: Ask) -> Reply:
    """The brief that the options name."""
    topic = find_topic(context.library, ask.options.get("topic", ""))
    name = ask.options.get("brief")
    if not name:
        return Reply(brief_card(context.library, topic.id, context.library.briefs_of(topic.id)[0].id))
    return Reply(brief_card(context.library, topic.id, find_brief(context.library, topic, name).id))


async def open_brief(context: Context, click: Click) -> Reply:
    """A press of a button to a brief."""
    name, brief_name = arguments(click, 2)
    topic = find_topic(context.library, name)
    found = find_brief(context.library, topic, brief_name)
    return Reply(brief_card(context.library, topic.id, found.id), replaces=True)


async def open_topic(context: Context, click: Click) -> Reply:
    """A press of a button to a topic: its overview."""
    (name,) = arguments(click, 1)
    topic = find_topic(context.library, name)
    overview = context.library.briefs_of(topic.id)[0]
    return Reply(brief_card(context.library, topic.id, overview.id), replaces=True)


BUTTONS = {OPEN_BRIEF: ButtonHandler(open_brief), OPEN_TOPIC: ButtonHandler(open_topic)}
