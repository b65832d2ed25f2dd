"""`/figure name`: one number with its date, source, caveat and who disagrees."""

from collections.abc import Iterator

from newsbot.commands.answers import find_figure
from newsbot.commands.button_args import arguments
from newsbot.commands.registry import ButtonHandler, Command, Context, Option
from newsbot.content.actions import OPEN_FIGURE, Subject
from newsbot.content.cards import figure_card
from newsbot.content.library import Library
from newsbot.content.short_cards import short_card
from newsbot.messages.cards import Reply
from newsbot.messages.requests import Ask, Click

NAME = Option("name", "figure", "Which figure", required=True, rest=True)


def commands(library: Library) -> Iterator[Command]:
    """`/figure`."""
    examples = tuple(f"/figure {name}" for name in list(library.figures)[:2])
    yield Command(
        ("figure",),
        "One number: its date, source and what it leaves out",
        figure,
        (NAME,),
        ("figures",),
        examples,
    )


async def figure(context: Context, ask: Ask) -> Reply:
    """The figure that the option names."""
    found = find_figure(context.library, ask.options.get("name", ""))
    return _reply(context.library, found.id)


async def open_figure(context: Context, click: Click) -> Reply:
    """A press of a button to a figure."""
    (name,) = arguments(click, 1)
    return _reply(context.library, find_figure(context.library, name).id, replaces=True)


def _reply(library: Library, name: str, *, replaces: bool = False) -> Reply:
    short = short_card(library, Subject("figure", library.newest(name).id))
    return Reply(short, replaces=replaces, full=figure_card(library, name))


BUTTONS = {OPEN_FIGURE: ButtonHandler(open_figure)}
