"""Discord's documented limits of commands, autocomplete choices and modals, as the loopback server enforces them."""

import re
from typing import Any

from tests.discord.loopback_objects import Payload
from tests.discord.loopback_rules import Components, Path
from tests.discord.loopback_wire import Problems

CHAT, USER, MESSAGE = 1, 2, 3
SUBCOMMAND, GROUP = 1, 2
MOST_OF_A_KIND = {CHAT: 100, USER: 15, MESSAGE: 15}
MAX_CHARACTERS = 8000
NAME = re.compile(r"[-_'\w]{1,32}")  # `\w` are the letters and digits of every script


def check_commands(commands: Any) -> None:
    """Raise 50035 for a set of commands that Discord would not take; names are unique for each type."""
    problems = Problems()
    if not isinstance(commands, list):
        problems.add((), "LIST_TYPE_CONVERT", "Only iterables may be used in a ListType")
    counts = dict.fromkeys(MOST_OF_A_KIND, 0)
    seen: set[tuple[int, str]] = set()
    for index, command in enumerate(commands if isinstance(commands, list) else []):
        kind = command.get("type", CHAT)
        counts[kind] = counts.get(kind, 0) + 1
        if (kind, command.get("name")) in seen:
            text = "Application command names must be unique"
            problems.add((index, "name"), "APPLICATION_COMMANDS_DUPLICATE_NAME", text)
        seen.add((kind, command.get("name")))
        _check_command(command, (index,), kind, problems)
    for kind, most in MOST_OF_A_KIND.items():
        if counts[kind] > most:
            problems.add((), "BASE_TYPE_MAX_LENGTH", f"Must be {most} or fewer in length.")
    problems.raise_any()


def _check_command(command: Payload, path: Path, kind: int, problems: Problems) -> None:
    if kind == CHAT:
        _check_named(command, path, problems)
        _check_options(command.get("options") or [], path, problems, depth=0)
    else:
        problems.length((*path, "name"), command.get("name"), 1, 32)
    if _characters(command) > MAX_CHARACTERS:
        text = f"Command exceeds maximum size ({MAX_CHARACTERS})"
        problems.add(path, "APPLICATION_COMMAND_TOO_LARGE", text)
    for name, allowed in (("contexts", {0, 1, 2}), ("integration_types", {0, 1})):
        for index, value in enumerate(command.get(name) or []):
            problems.choice((*path, name, index), value, frozenset(allowed))
    permissions = command.get("default_member_permissions")
    if permissions is not None and not str(permissions).isdecimal():
        problems.add((*path, "default_member_permissions"), "NUMBER_TYPE_COERCE", f'Value "{permissions}" is not int.')


def _check_named(node: Payload, path: Path, problems: Problems) -> None:
    name = node.get("name") or ""
    if not NAME.fullmatch(name) or name != name.lower():
        text = "Command name is invalid"
        problems.add((*path, "name"), "APPLICATION_COMMAND_INVALID_NAME", text)
    problems.length((*path, "description"), node.get("description"), 1, 100)


def _check_options(options: list[Payload], path: Path, problems: Problems, *, depth: int) -> None:
    problems.length((*path, "options"), options, 0, 25)
    seen: set[str] = set()
    wants_required = True
    for index, option in enumerate(options):
        at = (*path, "options", index)
        _check_named(option, at, problems)
        if option.get("name") in seen:
            text = "Option name already exists in options"
            problems.add(at, "APPLICATION_COMMAND_OPTIONS_NAME_ALREADY_EXISTS", text)
        seen.add(str(option.get("name")))
        if option.get("required") and not wants_required:
            text = "Required options must be placed before non-required options"
            problems.add(at, "APPLICATION_COMMAND_OPTIONS_REQUIRED_INVALID", text)
        wants_required = bool(option.get("required"))
        _check_option(option, at, problems, depth=depth)
    if len({option.get("type") in (SUBCOMMAND, GROUP) for option in options}) > 1:
        text = "Sub-command and sub-command group option types are mutually exclusive to all other types"
        problems.add((*path, "options"), "APPLICATION_COMMAND_OPTIONS_TYPE_INVALID", text)


def _check_option(option: Payload, at: Path, problems: Problems, *, depth: int) -> None:
    kind = option.get("type")
    deepest = {SUBCOMMAND: 1, GROUP: 0}.get(kind, 3) if isinstance(kind, int) else -1
    if depth > deepest or kind not in range(1, 12):
        problems.add((*at, "type"), "APPLICATION_COMMAND_OPTIONS_TYPE_INVALID", "Invalid option type")
    choices = option.get("choices") or []
    _check_choices(choices, (*at, "choices"), problems)
    if choices and option.get("autocomplete"):
        text = "Autocomplete may not be set to true if choices are present"
        problems.add(at, "APPLICATION_COMMAND_OPTIONS_AUTOCOMPLETE_CHOICES", text)
    if kind in (SUBCOMMAND, GROUP):
        _check_options(option.get("options") or [], at, problems, depth=depth + 1)


def _check_choices(choices: Any, path: Path, problems: Problems) -> None:
    problems.length(path, choices, 0, 25)
    for index, choice in enumerate(choices if isinstance(choices, list) else []):
        problems.length((*path, index, "name"), choice.get("name"), 1, 100)
        if not isinstance(choice.get("value"), int | float):
            problems.length((*path, index, "value"), choice.get("value"), 1, 100)


def _characters(node: Payload) -> int:
    """The size of a command: names, descriptions and choice values, each in its longest localisation."""
    own = 0
    for name in ("name", "description"):
        texts = [node.get(name) or "", *(node.get(f"{name}_localizations") or {}).values()]
        own += max(map(len, texts))
    choices = sum(_characters(choice) + len(str(choice.get("value", ""))) for choice in node.get("choices") or [])
    return own + choices + sum(map(_characters, node.get("options") or []))


def check_suggestions(data: Payload) -> None:
    """Raise 50035 for autocomplete choices beyond the limits."""
    problems = Problems()
    _check_choices(data.get("choices"), ("data", "choices"), problems)
    problems.raise_any()


def check_modal(data: Payload) -> None:
    """Raise 50035 for a modal beyond the limits."""
    problems = Problems()
    problems.length(("data", "custom_id"), data.get("custom_id"), 1, 100)
    problems.length(("data", "title"), data.get("title"), 1, 45)
    Components(problems).modal(data.get("components"), ("data", "components"))
    problems.raise_any()
