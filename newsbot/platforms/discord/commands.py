"""The menu as Discord's slash commands, and an interaction's data back as a path of the menu and its options.

The rules: https://docs.discord.com/developers/interactions/application-commands. What Discord cannot hold of
the topics' commands falls back to `/brief`, whose options complete over everything; other commands always stay.
"""

import hashlib
import json
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from newsbot.commands.builtin.briefs import topic_brief
from newsbot.commands.registry import Command, Menu, Option, OptionKind
from newsbot.platforms.discord.modals import shorten

CHAT_INPUT = 1
SUB_COMMAND, STRING, INTEGER, BOOLEAN = 1, 3, 4, 5
MANAGE_GUILD = 1 << 5
MAX_COMMANDS = 100
MAX_OPTIONS = 25
MAX_CHARACTERS = 8_000  # of all names, descriptions and values of one command
_PLATFORM = "discord"
_MAX_NAME = 32
_MAX_DESCRIPTION = 100
_GUILD_INSTALL, _USER_INSTALL = 0, 1
_GUILD, _BOT_DM, _PRIVATE_CHANNEL = 0, 1, 2
_TYPES: Mapping[OptionKind, int] = {"yes-no": BOOLEAN, "number": INTEGER}
_COMPLETED = frozenset({"topic", "brief", "figure", "topics", "zone", "days", "seconds"})
# Discord lets no one ask for a command that has subcommands: the command's own answer becomes one of them, under the
# first of these names that none of its subcommands has (no brief can be called by the last).
OWN_NAMES = ("overview", "start", "all", "-")

Json = dict[str, Any]


@dataclass(frozen=True, slots=True)
class CommandList:
    """Discord's commands for one menu.

    `payload` is the body of the bulk overwrite; `hash` changes with what it says, not with the order of the commands;
    `left_out` tells, a sentence each, what of the menu Discord does not show.
    """

    payload: list[Json]
    hash: str
    left_out: tuple[str, ...]


def command_list(menu: Menu) -> CommandList:
    """The slash commands of a menu. Raises ValueError where a command that is no topic breaks Discord's rules."""
    left_out: list[str] = []
    room = MAX_COMMANDS - sum(not _is_topic(commands) for commands in menu.roots.values())
    payload: list[Json] = []
    for root, commands in menu.roots.items():
        if not _is_topic(commands):
            payload.append(_require_valid(_command(root, commands)))
            continue
        usable = [command for command in commands if all(_is_usable(name) for name in command.path[1:])]
        reason = _why_left_out(root, usable, room)
        if reason:
            left_out.append(f"Discord gets no command /{root}: {reason}; /brief topic:{root} answers there.")
            continue
        left_out += [_no_subcommand(command) for command in commands if command not in usable]
        payload.append(_command(root, usable))
        room -= 1
    return CommandList(payload, _hash(payload), tuple(left_out))


def path_and_options(data: Mapping[str, Any], menu: Menu) -> tuple[tuple[str, ...], dict[str, str]]:
    """The path in the menu and the options, as texts, of a command's or an autocompletion's interaction data.

    A path that the menu no longer has comes back as it is.
    """
    path: tuple[str, ...] = (str(data["name"]),)
    options: Sequence[Mapping[str, Any]] = data.get("options") or ()
    while options and options[0].get("type") in (SUB_COMMAND, SUB_COMMAND + 1):
        path = (*path, str(options[0]["name"]))
        options = options[0].get("options") or ()
    if path not in menu.commands and path[1:] and path[1] in OWN_NAMES and path[:1] in menu.commands:
        path = path[:1]
    return path, {str(option["name"]): _as_text(option.get("value")) for option in options}


def focused_option(data: Mapping[str, Any]) -> tuple[str, str] | None:
    """The option a person is typing and what is typed so far; None where there is none."""
    for option in data.get("options") or ():
        if option.get("focused"):
            return str(option["name"]), _as_text(option.get("value"))
        if (found := focused_option(option)) is not None:
            return found
    return None


# -- one command --------------------------------------------------------------------------------------------------


def _is_topic(commands: Sequence[Command]) -> bool:
    return commands[0].handler is topic_brief


def _why_left_out(root: str, commands: Sequence[Command], room: int) -> str:
    if not _is_usable(root):
        return "Discord does not allow that name"
    if (count := len(_subcommands(root, commands))) > MAX_OPTIONS:
        return f"it has {count} subcommands, and Discord shows {MAX_OPTIONS}"
    if _characters(_command(root, commands)) > MAX_CHARACTERS:
        return f"its names and descriptions take more than {MAX_CHARACTERS:,} characters"
    return f"an app may have {MAX_COMMANDS} commands" if room < 1 else ""


def _no_subcommand(command: Command) -> str:
    root, name = command.path
    return (
        f"Discord gets no subcommand /{root} {name}: Discord does not allow that name; "
        f"/brief topic:{root} brief:{name} answers there."
    )


def _command(root: str, commands: Sequence[Command]) -> Json:
    is_admin = all(command.for_admins(_PLATFORM) for command in commands)
    own = next((command for command in commands if command.path == (root,)), commands[0])
    alone = len(commands) == 1 and own.path == (root,)
    return {
        "type": CHAT_INPUT,
        "name": root,
        "description": _description(own.summary, root),
        "options": _options(own.options) if alone else _subcommands(root, commands),
        "integration_types": [_GUILD_INSTALL] if is_admin else [_GUILD_INSTALL, _USER_INSTALL],
        "contexts": _contexts(commands, is_admin),
        "default_member_permissions": str(MANAGE_GUILD) if is_admin else None,
    }


def _contexts(commands: Sequence[Command], is_admin: bool) -> list[int]:
    """Where it is offered: what is for administrators of a place may do without one only if no server is needed."""
    if not is_admin:
        return [_GUILD, _BOT_DM, _PRIVATE_CHANNEL]
    return [_GUILD] if any(command.admin for command in commands) else [_GUILD, _BOT_DM]


def _subcommands(root: str, commands: Sequence[Command]) -> list[Json]:
    taken = {command.path[1] for command in commands if len(command.path) > 1}
    if _is_topic(commands) and len(commands) > 1 and commands[1].path[1:] == OWN_NAMES[:1]:
        commands = commands[1:]  # a topic answers with its first brief: one `overview` of the two is enough
    elif not _is_topic(commands) and _repeats_itself(root, commands):
        commands = commands[1:]  # the command's own answer is one of its subcommands
    own = next(name for name in OWN_NAMES if name not in taken)
    return [_subcommand(command.path[1] if len(command.path) > 1 else own, command) for command in commands]


def _repeats_itself(root: str, commands: Sequence[Command]) -> bool:
    """Whether the command's own answer is that of its first subcommand, as `/digest` is `/digest list`."""
    return commands[0].path == (root,) and len(commands) > 1 and commands[1].handler is commands[0].handler


def _subcommand(name: str, command: Command) -> Json:
    shown = {"type": SUB_COMMAND, "name": name, "description": _description(command.summary, name)}
    return {**shown, "options": _options(command.options)}


def _options(options: Iterable[Option]) -> list[Json]:
    """The options, those that are required first, as Discord wants them."""
    return [_option(option) for option in sorted(options, key=lambda option: not option.required)]


def _option(option: Option) -> Json:
    shown: Json = {
        "type": _TYPES.get(option.kind, STRING),
        "name": option.name,
        "description": _description(option.help, option.name),
        "required": option.required,
    }
    if option.choices:
        choices = [{"name": shorten(label, _MAX_DESCRIPTION), "value": value} for label, value in option.choices]
        return {**shown, "choices": choices}
    if option.kind == "number":
        return {**shown, "min_value": 1}
    return {**shown, "autocomplete": True} if option.kind in _COMPLETED else shown


def _description(text: str, name: str) -> str:
    return shorten(text, _MAX_DESCRIPTION) or name


# -- rules --------------------------------------------------------------------------------------------------------


def _require_valid(command: Json) -> Json:
    """The command, if Discord will take it. Raises ValueError where it will not."""
    named = [command, *command["options"], *(below for each in command["options"] for below in each.get("options", ()))]
    wrong = [each["name"] for each in named if not _is_usable(each["name"])]
    if wrong or any(len(each.get("options", ())) > MAX_OPTIONS for each in named):
        raise ValueError(f"Discord refuses the command /{command['name']}: {wrong or 'too many options'}")
    if _characters(command) > MAX_CHARACTERS:
        raise ValueError(f"Discord refuses the command /{command['name']}: over {MAX_CHARACTERS:,} characters")
    return command


def _is_usable(name: str) -> bool:
    r"""Whether Discord takes the name: `^[-_'\p{L}\p{N}\p{sc=Deva}\p{sc=Thai}]{1,32}$`, nothing in capitals."""
    return 1 <= len(name) <= _MAX_NAME and name == name.lower() and all(_is_name_sign(sign) for sign in name)


def _is_name_sign(sign: str) -> bool:
    if sign in "-_'" or unicodedata.category(sign)[0] in "LN":
        return True
    return unicodedata.name(sign, "").startswith(("DEVANAGARI ", "THAI "))


def _characters(command: Json) -> int:
    below = sum(_characters(option) for option in command.get("options", ()))
    choices = sum(len(choice["name"]) + len(choice["value"]) for choice in command.get("choices", ()))
    return len(command["name"]) + len(command["description"]) + below + choices


def _hash(payload: Sequence[Json]) -> str:
    ordered = sorted(payload, key=lambda command: str(command["name"]))
    canonical = json.dumps(ordered, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(canonical.encode()).hexdigest()


def _as_text(value: object) -> str:
    """An option's value as a person would write it in a free text."""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return "" if value is None else str(value)
