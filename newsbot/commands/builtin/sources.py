"""`/sources [topic] [brief]`: every address a brief or a topic rests on."""

from collections.abc import Iterator

from newsbot.commands.answers import find_brief, find_topic
from newsbot.commands.builtin.briefs import BRIEF
from newsbot.commands.registry import ButtonHandler, Command, Context, Option
from newsbot.content.actions import OPEN_SOURCES, PICK_TOPIC
from newsbot.content.library import Library
from newsbot.content.materials import short_name
from newsbot.content.overviews import sources_card
from newsbot.messages.cards import Card, Choice, ChoiceOption, Reply, text
from newsbot.messages.requests import Ask, Click

TOPIC = Option("topic", "topic", "Which topic; how newsbot picks sources without one")
_ABOUT = (
    "Every number has a source, a date, and a note of what it leaves out. Papers, filings, regulators and the company "
    "itself come first, then the press. Where good sources disagree, the card shows each value with who gives it."
)


def commands(library: Library) -> Iterator[Command]:
    """`/sources`."""
    examples = tuple(f"/sources {topic}" for topic in list(library.topics)[:1])
    yield Command(("sources",), "Where the numbers come from", sources, (TOPIC, BRIEF), ("source",), examples)


async def sources(context: Context, ask: Ask) -> Reply:
    """The sources of a brief or topic; how sources are picked where none is named."""
    library = context.library
    if not (typed := ask.options.get("topic")):
        options = tuple(ChoiceOption(short_name(each.title), each.id) for each in library.topics.values())[:20]
        return Reply(
            Card("Where the numbers come from", (text(_ABOUT), Choice("Sources of a topic", PICK_TOPIC, options)))
        )
    topic = find_topic(library, typed)
    name = ask.options.get("brief")
    return Reply(sources_card(library, topic, find_brief(library, topic, name) if name else None))


async def open_sources(context: Context, click: Click) -> Reply:
    """A press of a button to the sources of a topic."""
    name = click.values[0] if click.values else next(iter(click.action.arguments), "")
    return Reply(sources_card(context.library, find_topic(context.library, name), None), private=True)


BUTTONS = {OPEN_SOURCES: ButtonHandler(open_sources)}
