"""`/compare figure figure`: two numbers side by side, with their ratio only where they measure the same thing."""

from collections.abc import Iterator

from newsbot.commands.answers import find_figure
from newsbot.commands.registry import Command, Context, Option
from newsbot.content.library import Library
from newsbot.content.overviews import comparison_card
from newsbot.messages.cards import Reply
from newsbot.messages.requests import Ask

FIRST = Option("first", "figure", "The first figure", required=True)
SECOND = Option("second", "figure", "The figure to set against it", required=True)


def commands(library: Library) -> Iterator[Command]:
    """`/compare`."""
    known = [name for name in ("v3-run-cost", "r1-added-cost") if name in library.figures]
    examples = (f"/compare {' '.join(known)}",) if len(known) == 2 else ()
    yield Command(("compare",), "Two numbers side by side, if they are alike", compare, (FIRST, SECOND), (), examples)


async def compare(context: Context, ask: Ask) -> Reply:
    """Both figures, and their ratio or why there is none."""
    first = find_figure(context.library, ask.options.get("first", ""))
    second = find_figure(context.library, ask.options.get("second", ""))
    return Reply(comparison_card(context.library, first, second))
