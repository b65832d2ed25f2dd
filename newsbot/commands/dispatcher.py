"""The dispatcher: every request of every platform comes here and gets exactly one reply, whatever goes wrong."""

import logging
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import replace
from datetime import datetime
from typing import Protocol, TypeVar

from newsbot.commands import forms
from newsbot.commands.answers import HELP, RUN, SHARE, Offer, Unclear, note, offer_buttons, run_action
from newsbot.commands.builtin import about
from newsbot.commands.button_args import damaged_button
from newsbot.commands.completion import completions, suggestions
from newsbot.commands.modules import BUTTONS, COMMANDS
from newsbot.commands.parser import understand
from newsbot.commands.registry import (
    ButtonHandler,
    Command,
    Context,
    Menu,
    NumberReports,
    PlaceChoices,
    is_yes,
    yes_or_no,
)
from newsbot.commands.services import Digests, News, Quizzes
from newsbot.content.library import Library
from newsbot.errors import NewsbotError, RequestError, TokenError
from newsbot.messages.actions import Action, read_token
from newsbot.messages.cards import Reply
from newsbot.messages.forms import Form, Problems
from newsbot.messages.markup import outside_text
from newsbot.messages.platform import plausible_timestamp
from newsbot.messages.requests import Ask, Click, Person, Place, Submit, Suggest, Suggestion

log = logging.getLogger(__name__)

_TWICE = note("Done already", "This request arrived twice; it was carried out once.")
_Answer = TypeVar("_Answer", Reply, Reply | Form, Reply | Problems)


class LibraryHolder(Protocol):
    """Where the newest library is."""

    @property
    def current(self) -> Library:
        """A snapshot of all content."""


class HandledEvents(Protocol):
    """A durable memory of events that were handled: platforms deliver some of them twice."""

    async def claim(self, platform: str, event_id: str, at: datetime) -> bool:
        """Whether this event is new; from now on it is not."""


def build_menu(library: Library) -> Menu:
    """The menu of a library."""
    return Menu.of(command for module in COMMANDS for command in module.commands(library))


class Dispatcher:
    """Answers requests over the newest library. Safe to share between platforms of one event loop."""

    def __init__(
        self,
        holder: LibraryHolder,
        now: Callable[[], datetime],
        new_id: Callable[[], str],
        handled: HandledEvents | None = None,
        menu_of: Callable[[Library], Menu] = build_menu,
        choices: PlaceChoices | None = None,
        digests: Digests | None = None,
        quizzes: Quizzes | None = None,
        reports: NumberReports | None = None,
        news: News | None = None,
    ) -> None:
        """`new_id` makes the short id that a person sees and the log holds when something breaks."""
        self._holder = holder
        self._now = now
        self._new_id = new_id
        self._handled = handled
        self._menu_of = menu_of
        self._choices = choices
        self._digests = digests
        self._quizzes = quizzes
        self._reports = reports
        self._news = news
        self._context = self._fresh_context()
        self._buttons: Mapping[str, ButtonHandler] = {
            RUN: ButtonHandler(self._run_again, needs_person=True),
            SHARE: ButtonHandler(self._share, needs_person=True),
            **BUTTONS,
        }

    @property
    def context(self) -> Context:
        """The newest library with its menu."""
        if self._context.library is not self._holder.current:
            self._context = self._fresh_context()
        return self._context

    def _fresh_context(self) -> Context:
        library = self._holder.current
        menu = self._menu_of(library)
        return Context(library, menu, self._choices, self._digests, self._quizzes, self._reports, self._news)

    async def say(self, text: str, who: Person, where: Place, event_id: str = "") -> Reply:
        """Answer a free text, as `answer` does."""
        context = self.context

        async def answered() -> Reply:
            understood = understand(text, context)
            if understood.wants_help:
                return about.help_reply(context, understood.path)
            ask = Ask(who, where, understood.path, understood.options, event_id, self._now())
            return await self._answer_ask(context, ask)

        return await self._guard(answered)

    async def answer(self, ask: Ask) -> Reply:
        """Answer a command; an error becomes a private card with a plain sentence."""
        context = self.context
        return await self._guard(lambda: self._answer_ask(context, ask))

    async def click(self, click: Click) -> Reply | Form:
        """Answer a press of a button or a pick from a choice; a form is to be opened for whoever pressed."""
        context = self.context
        return await self._guard(lambda: self._answer_click(context, click))

    async def click_token(
        self,
        token: str,
        who: Person,
        where: Place,
        message: str = "",
        event_id: str = "",
        values: tuple[str, ...] = (),
        at: datetime | None = None,
    ) -> Reply | Form:
        """Answer a press of the button behind `token`, which may be old, damaged or forged.

        `at` is when it was pressed, by the platform's clock; where that is not told, or cannot be, it is now.
        """

        async def answered() -> Reply | Form:
            now = self._now()
            click = Click(who, where, read_token(token), values, message, event_id, plausible_timestamp(at, now) or now)
            return await self._answer_click(self.context, click)

        return await self._guard(answered)

    async def submit(self, submit: Submit) -> Reply | Problems:
        """Answer a form that was filled in, or say beside which field it cannot be accepted."""
        context = self.context

        async def answered() -> Reply | Problems:
            if submit.action.name != forms.RUN or not submit.action.arguments:
                raise damaged_button()
            path, *kept = submit.action.arguments
            command = forms.form_command(context, path)
            form = forms.form_for(context, command)
            if problems := form.problems(submit.values):
                return Problems(problems)
            typed = {field.name: value for field in form.fields if (value := submit.values.get(field.name, "").strip())}
            options = {**forms.read_options(kept), **typed}
            ask = Ask(submit.who, submit.where, command.path, options, submit.event_id, submit.at)
            try:
                return await self._answer_ask(context, ask)
            except forms.WrongValues as error:
                if not error.by_option.keys() <= {field.name for field in form.fields}:
                    raise  # what is wrong has no field to say so beside
                return Problems(error.by_option)

        return await self._guard(answered)

    def suggest(self, suggest: Suggest) -> tuple[Suggestion, ...]:
        """Values that complete an option; empty where there are none."""
        return suggestions(self.context, suggest)

    def complete(self, text: str) -> tuple[Suggestion, ...]:
        """Whole texts that half a free text may become."""
        return completions(self.context, text)

    def button(self, action: Action) -> ButtonHandler | None:
        """What a press of the button with this action does, and what a platform must do before; None for no button."""
        return self._buttons.get(action.name)

    async def _answer_ask(self, context: Context, ask: Ask) -> Reply:
        command = context.menu.find(ask.path)
        if command is None:
            raise Unclear(f"There is no command “/{' '.join(ask.path)}” any more.", (HELP,))
        if ask.path == ("newsbot",) and (words := ask.options.get("words", "").strip()):
            return await self._answer_words(context, ask, words)
        _require(command, ask)
        _require_yes_or_no(command, ask)
        forms.require_admin(command, ask)
        if command.effects and not await self._is_new(ask):
            return _TWICE
        reply = await command.handler(context, ask)
        return _private(reply, command, ask) if is_yes(ask, "private") else reply

    async def _answer_words(self, context: Context, ask: Ask, words: str) -> Reply:
        """`/newsbot <anything>`: the words are read as a free text."""
        understood = understand(words, context)
        if understood.wants_help:
            return about.help_reply(context, understood.path)
        inner = {name: value for name, value in understood.options.items() if name != "words"}
        return await self._answer_ask(context, replace(ask, path=understood.path, options=inner))

    async def _answer_click(self, context: Context, click: Click) -> Reply | Form:
        handler = self.button(click.action)
        if handler is None:
            raise damaged_button()
        if handler.effects and not await self._is_new(click):
            return _TWICE
        if context.digests is not None and click.message:
            await context.digests.note_pressed(click.where, click.message)
        return await handler.handle(context, click)

    async def _run_again(self, context: Context, click: Click) -> Reply:
        """A button that asks for a command."""
        if not click.action.arguments:
            raise damaged_button()
        path, *written = click.action.arguments
        options = forms.read_options(written)
        ask = Ask(click.who, click.where, tuple(path.split("/")), options, click.event_id, click.at)
        return await self._answer_ask(context, ask)

    async def _share(self, context: Context, click: Click) -> Reply | Form:
        """A button that does what another one did, as a message of its own that everyone sees."""
        name, *arguments = click.action.arguments or ("",)
        if name == SHARE:
            raise damaged_button()
        reply = await self._answer_click(context, replace(click, action=Action(name, tuple(arguments))))
        return replace(reply, replaces=False) if isinstance(reply, Reply) else reply

    async def _is_new(self, asked: Ask | Click) -> bool:
        if self._handled is None or not asked.event_id:
            return True
        return await self._handled.claim(asked.who.platform, asked.event_id, asked.at or self._now())

    async def _guard(self, answered: Callable[[], Awaitable[_Answer]]) -> _Answer | Reply:
        """The reply, or what to say in its place; nothing ever leaves the dispatcher unanswered."""
        try:
            return await answered()
        except Unclear as error:
            return note(error.title, str(error), error.offers)
        except TokenError as error:
            return note("That button doesn't work", str(error), (HELP,))
        except RequestError as error:
            return note("That can't be done", str(error))
        except NewsbotError as error:
            return self._broken(error, str(error))
        except Exception as error:  # noqa: BLE001 (the last guard: a person must get an answer, the log the cause)
            return self._broken(error, "Something broke, and it's not your fault.")

    def _broken(self, error: Exception, sentence: str) -> Reply:
        incident = self._new_id()
        log.error("incident %s: %s", incident, error, exc_info=error)
        return note(
            "That didn't work",
            f"{sentence} If it happens again, give this id to whoever runs newsbot: {incident}",
        )


def _require(command: Command, ask: Ask) -> None:
    """Raises Unclear, with a form to fill in, where an option is missing that the command needs."""
    missing = [option for option in command.options if option.required and not ask.options.get(option.name, "").strip()]
    if missing:
        example = f" For example: {command.examples[0]}" if command.examples else ""
        sentence = f"This command needs {missing[0].name}: {missing[0].help.lower()}.{example}"
        raise Unclear(sentence, (Offer("Fill in", forms.open_action(command, ask.options)), HELP), "One more thing")


def _require_yes_or_no(command: Command, ask: Ask) -> None:
    """Raises WrongValues where an option is neither a yes nor a no: a wish to be private is never guessed at."""
    for option in command.options:
        typed = ask.options.get(option.name, "").strip()
        if option.kind != "yes-no" or not typed or yes_or_no(typed) is not None:
            continue
        said = f"“{outside_text(typed, 40)}” isn't a yes or a no. {option.help}?"
        offers = [
            Offer(label, run_action(command.path, {**ask.options, option.name: value}))
            for label, value in (("Yes", "yes"), ("No", "no"))
        ]
        raise forms.WrongValues({option.name: said}, offers, "Yes or no?")


def _private(reply: Reply, command: Command, ask: Ask) -> Reply:
    """The reply for the asker alone, with a button that puts it where everyone sees it."""
    options = {name: value for name, value in ask.options.items() if name != "private"}
    share = offer_buttons([Offer("Share here", run_action(command.path, options))])
    card = replace(reply.card, blocks=(*reply.card.blocks, *([share] if share else [])))
    return replace(reply, card=card, private=True)
