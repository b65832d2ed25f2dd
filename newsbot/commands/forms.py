"""Forms made from commands: every command that needs options can be filled in instead of written."""

from collections.abc import Callable, Container, Iterable, Mapping
from dataclasses import replace
from typing import Any

from newsbot.commands.answers import MAX_OFFERS, Offer, Unclear
from newsbot.commands.button_args import damaged_button
from newsbot.commands.registry import PRIVATE, ButtonHandler, Command, Context, Option
from newsbot.errors import RequestError, TokenError
from newsbot.messages.actions import Action
from newsbot.messages.forms import Field, Form
from newsbot.messages.requests import Ask, Click

OPEN, RUN = "form.open", "form.run"
_MAX_CHOICES = 25  # Discord's limit for a select
_LONGEST = 300
_ADMINS_ALONE = {
    "discord": "Only people who can manage this server can do that.",
    "slack": "Only an admin of this workspace can do that.",
}
_YES_NO = (("Yes", "yes"), ("No", "no"))

Reader = Callable[[Context, Ask, str], Any]


class WrongValues(Unclear):
    """Options that cannot be accepted: for each by name, the sentence to show beside its field."""

    def __init__(
        self, by_option: Mapping[str, str], offers: Iterable[Offer] = (), title: str = "One more thing"
    ) -> None:
        super().__init__(" ".join(by_option.values()), offers, title)
        self.by_option = dict(by_option)


def read_values(
    context: Context, ask: Ask, readers: Mapping[str, tuple[str, Reader]], keeps: Container[str] = ()
) -> dict[str, Any]:
    """What each option says, under the name that its reader stands with; nothing for an option that was not given.

    Raises WrongValues with a sentence for each option that its reader refuses. Where only one is refused, the reader's
    own offers come first. The last offer opens the form with what was typed; of what was refused, only options in
    `keeps` are filled in.
    """
    values: dict[str, Any] = {}
    wrong: dict[str, str] = {}
    offers: list[Offer] = []
    for option, (name, read) in readers.items():
        typed = ask.options.get(option, "").strip()
        if not typed:
            continue
        try:
            values[name] = read(context, ask, typed)
        except RequestError as error:
            wrong[option] = str(error)
            offers += error.offers if isinstance(error, Unclear) else ()
    if wrong:
        mending = offers[: MAX_OFFERS - 1] if len(wrong) == 1 else []  # a button mends one of them
        again = {name: said for name, said in ask.options.items() if name not in wrong or name in keeps}
        raise WrongValues(wrong, [*mending, Offer("Fill in", open_path("/".join(ask.path), again))])
    return values


def form_for(context: Context, command: Command, presets: Mapping[str, str] | None = None) -> Form:
    """The form of a command: a field for each option, a pick from a list where the names are few.

    `presets` are what its fields hold at first; those of options without a field come back when the form is sent.
    """
    given = presets or {}
    fields = (_prefill(_field(context, option), given) for option in command.options if has_field(option))
    kept = {name: value for name, value in given.items() if (option := command.option(name)) and not has_field(option)}
    action = Action(RUN, ("/".join(command.path), *_option_pairs(kept)))
    sends = command.sends or ("Save" if command.effects else "Ask")
    return Form(command.summary, action, tuple(fields), sends)


def has_field(option: Option) -> bool:
    """Whether the form of a command asks for this option."""
    return option.form and option != PRIVATE


def open_action(command: Command, presets: Mapping[str, str] | None = None) -> Action:
    """What a button does that opens the form of a command with these values in it."""
    return open_path("/".join(command.path), presets or {})


def open_path(path: str, presets: Mapping[str, str]) -> Action:
    """What a button does that opens a form; the last presets are left out where there is no room for them."""
    written = list(_option_pairs(presets))
    while written and not _fits(Action(OPEN, (path, *written))):
        written.pop()
    return Action(OPEN, (path, *written))


def again_action(action: Action, values: Mapping[str, str]) -> Action:
    """What a button does that opens a form once more, with what was typed into it."""
    path, *kept = action.arguments or ("",)
    return open_path(path, {**read_options(kept), **{name: value for name, value in values.items() if value}})


def read_options(written: Iterable[str]) -> dict[str, str]:
    """The options behind a button, each written as name=value."""
    return dict(option.split("=", 1) for option in written if "=" in option)


async def open_form(context: Context, click: Click) -> Form:
    """A press of a button that opens a form."""
    if not click.action.arguments:
        raise damaged_button()
    path, *written = click.action.arguments
    command = form_command(context, path)
    require_admin(command, click)
    given = read_options(written)
    if command.filled is not None:
        ask = Ask(click.who, click.where, command.path, given, click.event_id, click.at)
        given = {**await command.filled(context, ask), **given}
    return form_for(context, command, given)


def form_command(context: Context, path: str) -> Command:
    """The command of a form. Raises Unclear where it is gone."""
    command = context.menu.find(tuple(path.split("/")))
    if command is None:
        raise damaged_button()
    return command


def require_admin(command: Command, request: Ask | Click) -> None:
    """Raises Unclear where the command is for administrators and whoever asks is none."""
    if command.for_admins(request.who.platform) and not request.who.is_admin:
        raise Unclear(_ADMINS_ALONE.get(request.who.platform, "Only an admin can do that."), title="Not allowed")


def _fits(action: Action) -> bool:
    try:
        action.token()
    except TokenError:
        return False
    return True


def _option_pairs(options: Mapping[str, str]) -> Iterable[str]:
    return (f"{name}={value}" for name, value in options.items())


def _prefill(field: Field, given: Mapping[str, str]) -> Field:
    """The field with what it holds at first. It may not be emptied then: what is left out of a form is not changed."""
    value = given.get(field.name, "")
    if not value or (field.kind == "choice" and value not in {choice for _, choice in field.choices}):
        return field
    return replace(field, value=value, required=True)


def _field(context: Context, option: Option) -> Field:
    choices = option.choices
    if option.kind == "yes-no":
        choices = _YES_NO
    if option.kind == "topic" and len(context.library.topics) <= _MAX_CHOICES:
        choices = tuple((topic.title, topic.id) for topic in context.library.topics.values())
    if choices:
        return Field(option.name, option.help, "choice", required=option.required, choices=choices)
    return Field(option.name, option.help, required=option.required, limit=_LONGEST)


BUTTONS = {OPEN: ButtonHandler(open_form, needs_person=True)}
