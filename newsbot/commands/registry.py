"""The menu: each command declared once, with its options, privacy, help and handler.

Platforms' command lists, completion and help are made from it. It is rebuilt with the library, so a new topic is there
at once.
"""

from collections.abc import Awaitable, Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from functools import cached_property
from typing import Literal, Protocol

from newsbot.commands.services import Digests, News, Quizzes
from newsbot.content.library import Library
from newsbot.messages.cards import Reply
from newsbot.messages.forms import Form
from newsbot.messages.requests import Ask, Click, Place
from newsbot.names import Name, NameIndex, normalised

_Known = Literal["text", "topic", "brief", "figure", "yes-no", "topics", "time", "zone", "days", "number", "choice"]
OptionKind = _Known | Literal["seconds", "question"]
# What people write for yes and no, also in the languages that most of them speak at home.
YES = frozenset(
    {"yes", "y", "yeah", "yep", "yup", "true", "t", "on", "1", "ok", "sure", "ja", "si", "oui", "sim", "tak"}
)
NO = frozenset({"no", "n", "nope", "nah", "false", "f", "off", "0", "nein", "non", "nao", "nee", "nej"})
# Words of these kinds tell by themselves which option they are of, so in a free text they may stand in any order.
TELLING: frozenset[OptionKind] = frozenset({"topics", "time", "zone", "days", "number", "seconds", "question"})


@dataclass(frozen=True, slots=True)
class Option:
    """One option of a command. `rest` takes all remaining words of a free text.

    `choices` holds (label, value) pairs where the kind is "choice", `synonyms` (word, value) pairs that people write as
    well. `form`: it has a field in the command's form. `tells`: its words tell by themselves that they are of this
    option, though those of its kind do not always.
    """

    name: str
    kind: OptionKind
    help: str
    required: bool = False
    rest: bool = False
    choices: tuple[tuple[str, str], ...] = ()
    form: bool = True
    tells: bool = False
    synonyms: tuple[tuple[str, str], ...] = ()

    @property
    def is_telling(self) -> bool:
        """Whether a word tells by itself that it is of this option."""
        return self.tells or self.kind in TELLING


class PlaceChoices(Protocol):
    """What servers, workspaces and channels chose, kept for good."""

    async def get(self, place: Place, name: str) -> str | None:
        """The choice that holds in `place`; None where nothing was chosen."""

    async def put(self, place: Place, name: str, value: str, at: datetime, by: str) -> None:
        """Keep a choice for the channel of `place`."""


class NumberReports(Protocol):
    """What people say is wrong with numbers, kept for good."""

    async def add(self, place: Place, figure: str, shown: str, content_version: str, words: str, at: datetime) -> bool:
        """Keep a report; False, and nothing is kept, where too many came from there within a day."""


@dataclass(frozen=True, slots=True)
class Context:
    """What a handler may use: one snapshot of the content, the menu made from it, and what is kept, where it is."""

    library: Library
    menu: "Menu"
    choices: PlaceChoices | None = None
    digests: Digests | None = None
    quizzes: Quizzes | None = None
    reports: NumberReports | None = None
    news: News | None = None


Handler = Callable[[Context, Ask], Awaitable[Reply]]
Filler = Callable[[Context, Ask], Awaitable[Mapping[str, str]]]

ButtonWork = Callable[[Context, Click], Awaitable[Reply | Form]]


@dataclass(frozen=True, slots=True)
class ButtonHandler:
    """What a press of a button does.

    `effects`: it changes something, so an event that a platform delivers twice is handled once. `needs_person`: the
    answer depends on who presses, such as on their rights, so a platform that was only told an id looks them up first.
    `counts_itself`: presses come by the hundred, and its own table counts each once, so no platform claims the event.
    """

    handle: ButtonWork
    effects: bool = False
    needs_person: bool = False
    counts_itself: bool = False


PRIVATE = Option("private", "yes-no", "Show the answer only to me")


@dataclass(frozen=True, slots=True)
class Command:
    """Something a person can ask for. `path` is the command and its subcommand.

    `private`: the answer is for the asker only. `admin`: for administrators of the place; `admin_on` names platforms
    where it is, on the others the handler says who may. `effects`: it changes something, so an event that a platform
    delivers twice is handled once. `examples` are whole texts. `filled` tells what the fields of its form hold at
    first. `below` is what its subcommands are, in a word. `sharable`: its public
    answer may be for the asker only instead. `sends` is what the button says that sends its form.
    """

    path: tuple[str, ...]
    summary: str
    handler: Handler
    options: tuple[Option, ...] = ()
    aliases: tuple[str, ...] = ()
    examples: tuple[str, ...] = ()
    private: bool = False
    admin: bool = False
    effects: bool = False
    admin_on: frozenset[str] = frozenset()
    filled: Filler | None = None
    below: str = "brief"
    sharable: bool = True
    sends: str = ""

    def for_admins(self, platform: str) -> bool:
        """Whether on this platform only administrators of a place may ask for it."""
        return self.admin or platform in self.admin_on

    def option(self, name: str) -> Option | None:
        """The option of that name."""
        return next((option for option in self.options if option.name == name), None)


@dataclass(frozen=True)
class Menu:
    """Every command of one version of the content, by path."""

    commands: Mapping[tuple[str, ...], Command]
    roots: Mapping[str, tuple[Command, ...]] = field(repr=False)

    @classmethod
    def of(cls, commands: Iterable[Command]) -> "Menu":
        """The menu of these commands; those whose answers are public, but need not be, get the `private` option."""
        by_path: dict[tuple[str, ...], Command] = {}
        roots: dict[str, tuple[Command, ...]] = {}
        for command in commands:
            if command.path in by_path:
                raise ValueError(f"two commands are /{' '.join(command.path)}")
            is_fixed = command.private or not command.sharable
            full = command if is_fixed else replace(command, options=(*command.options, PRIVATE))
            by_path[command.path] = full
            root = command.path[0]
            roots[root] = (*roots.get(root, ()), full)
        return cls(by_path, roots)

    def find(self, path: tuple[str, ...]) -> Command | None:
        """The command at this path."""
        return self.commands.get(path)

    def usage(self, command: Command) -> str:
        """How to write a command: `/brief topic [brief]`, `/deepseek [brief]` for one with subcommands."""
        told = [option for option in command.options if option != PRIVATE]  # help tells of it once
        written = [option.name if option.required else f"[{option.name}]" for option in told]
        if len(command.path) == 1 and len(self.roots[command.path[0]]) > 1:
            written.insert(0, f"[{command.below}]")
        return " ".join((f"/{' '.join(command.path)}", *written))

    @cached_property
    def below(self) -> Mapping[str, NameIndex]:
        """For each command that has subcommands, their names."""
        return {root: _below(commands) for root, commands in self.roots.items() if len(commands) > 1}

    @cached_property
    def names(self) -> NameIndex:
        """The first words of all commands, by name and alias."""
        commands = (self.commands[root,] for root in self.roots)
        return NameIndex(Name(command.path[0], command.path[0], command.aliases) for command in commands)


def _below(commands: Iterable[Command]) -> NameIndex:
    named = (command for command in commands if len(command.path) > 1)
    return NameIndex(Name(command.path[1], command.path[1], command.aliases) for command in named)


def yes_or_no(typed: str) -> bool | None:
    """Whether somebody typed a yes or a no, in any of the usual ways; None where it is neither."""
    said = normalised(typed)
    return True if said in YES else False if said in NO else None


def is_yes(ask: Ask, option: str) -> bool:
    """Whether a yes-no option was given as yes."""
    return yes_or_no(ask.options.get(option, "")) is True
