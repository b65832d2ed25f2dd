"""`/report figure [what]`: somebody says that a number is wrong; it is kept for whoever looks after the content."""

from collections.abc import Iterator
from datetime import UTC, datetime

from newsbot.commands.answers import Offer, Unclear, find_figure
from newsbot.commands.button_args import arguments
from newsbot.commands.forms import form_for, open_path
from newsbot.commands.registry import ButtonHandler, Command, Context, Option
from newsbot.content.actions import REPORT_NUMBER, figure_action
from newsbot.content.library import Library
from newsbot.messages.cards import Button, Buttons, Card, Reply, text
from newsbot.messages.forms import Form
from newsbot.messages.requests import Ask, Click

FIGURE = Option("figure", "figure", "Which number", required=True)
WHAT = Option("what", "text", "What's wrong with it? A source helps", required=True, rest=True)
_LONGEST = 500


def commands(library: Library) -> Iterator[Command]:
    """`/report`."""
    examples = tuple(f"/report {name} the source now says otherwise" for name in list(library.figures)[:1])
    yield Command(
        ("report",),
        "Report a number that is wrong or out of date",
        report,
        (FIGURE, WHAT),
        examples=examples,
        private=True,
        effects=True,
        sends="Report",
    )


async def report(context: Context, ask: Ask) -> Reply:
    """Keep what somebody says about a number, with what it showed."""
    if context.reports is None:
        raise Unclear(
            "This command answers one line and stores nothing. Start newsbot run to report a number.", (), "Not here"
        )
    figure = find_figure(context.library, ask.options.get(FIGURE.name, ""))
    words = ask.options.get(WHAT.name, "").strip()[:_LONGEST]
    shown = f"{figure.label}: {figure.display}"
    at = ask.at or datetime.now(UTC)
    if not await context.reports.add(ask.where, figure.id, shown, context.library.version, words, at):
        again = Offer("Try again", open_path("report", {FIGURE.name: figure.id}))
        raise Unclear("Too many reports came from here today. Please try again tomorrow.", (again,), "Not stored")
    said = f"“{shown}” and what you wrote are stored for the people who look after newsbot's content. Your name isn't."
    back = Buttons((Button("Back to the number", figure_action(figure.id)),))
    return Reply(Card("Thank you", (text(said), back), "good"), private=True)


async def open_report(context: Context, click: Click) -> Form:
    """A press of *Report this number*, or a pick from a list of numbers: the form with that number in it."""
    (name,) = click.values if click.values else arguments(click, 1)
    figure = find_figure(context.library, name)
    return form_for(context, context.menu.commands["report",], {FIGURE.name: figure.id})


BUTTONS = {REPORT_NUMBER: ButtonHandler(open_report)}
