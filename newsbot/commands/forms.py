"""Forms made from commands: every command that needs options can be filled in instead of written."""

from newsbot.commands.clicks import arguments, damaged
from newsbot.commands.menu import PRIVATE, Command, Context, Option
from newsbot.messages.actions import Action
from newsbot.messages.forms import Field, Form
from newsbot.messages.requests import Click

_MAX_CHOICES = 25  # Discord's limit for a select
_LONGEST = 300


def form_for(context: Context, command: Command) -> Form:
    """The form of a command: a field for each option, a pick from a list where the names are few."""
    fields = tuple(_field(context, option) for option in command.options if option != PRIVATE)
    return Form(command.summary, Action("form.run", ("/".join(command.path),)), fields, "Ask")


def open_action(command: Command) -> Action:
    """What a button does that opens the form of a command."""
    return Action("form.open", ("/".join(command.path),))


async def open_form(context: Context, click: Click) -> Form:
    """A press of a button that opens a form."""
    (path,) = arguments(click, 1)
    return form_for(context, form_command(context, path))


def form_command(context: Context, path: str) -> Command:
    """The command of a form. Raises Unclear where it is gone."""
    command = context.menu.find(tuple(path.split("/")))
    if command is None:
        raise damaged()
    return command


def _field(context: Context, option: Option) -> Field:
    if option.kind == "topic" and len(context.library.topics) <= _MAX_CHOICES:
        choices = tuple((topic.title, topic.id) for topic in context.library.topics.values())
        return Field(option.name, option.help, "choice", required=option.required, choices=choices)
    return Field(option.name, option.help, required=option.required, limit=_LONGEST)


CLICKS = {"form.open": open_form}
