"""Discord's documented limits of slash commands, written down apart from the code that keeps to them.

Read from https://docs.discord.com/developers/interactions/application-commands.
"""

import re
import unicodedata
from collections.abc import Iterator, Sequence

from tests.discord.limits import Json, length, sized

_LEAF_TYPES = set(range(3, 12))


def command_problems(commands: Sequence[Json]) -> list[str]:
    """What Discord would refuse in the body of a bulk overwrite of global commands."""
    names = [command["name"] for command in commands]
    found = [f"{len(names)} commands"] if len(names) > 100 else []
    found += ["two commands share a name"] if len(set(names)) != len(names) else []
    return found + [problem for command in commands for problem in _command(command)]


def _command(command: Json) -> Iterator[str]:
    yield from _named(command)
    if (size := _characters(command)) > 8_000:
        yield f"/{command['name']} has {size} characters"
    if command.get("type", 1) != 1:
        yield f"/{command['name']} is no slash command"
    if not set(command["integration_types"]) <= {0, 1} or not set(command["contexts"]) <= {0, 1, 2}:
        yield f"/{command['name']} has wrong contexts"
    permissions = command["default_member_permissions"]
    if permissions is not None and not re.fullmatch(r"\d+", permissions):
        yield f"/{command['name']} has wrong permissions"
    yield from _options(command.get("options", ()), {1, 2})


def _options(options: Sequence[Json], groups: set[int]) -> Iterator[str]:
    names = [option["name"] for option in options]
    if len(names) > 25 or len(set(names)) != len(names):
        yield f"the options {names} are too many or share a name"
    if len({option["type"] in (1, 2) for option in options}) > 1:
        yield f"the options {names} mix subcommands and values"
    required = [option.get("required", False) for option in options]
    if required != sorted(required, reverse=True):
        yield f"of the options {names} a required one comes late"
    for option in options:
        yield from _named(option)
        yield from _option(option, groups)


def _option(option: Json, groups: set[int]) -> Iterator[str]:
    if option["type"] not in groups | _LEAF_TYPES:
        yield f"{option['name']} has a wrong type"
    if option.get("autocomplete") and (option["type"] not in (3, 4, 10) or option.get("choices")):
        yield f"{option['name']} cannot complete"
    if option["type"] in (1, 2) and "required" in option:
        yield f"the subcommand {option['name']} cannot be required"
    yield from _options(option.get("options", ()), {1} if option["type"] == 2 else set())


def _named(each: Json) -> Iterator[str]:
    name = each["name"]
    if not 1 <= len(name) <= 32 or name != name.lower() or not all(_is_sign(sign) for sign in name):
        yield f"{name!r} is no name"
    yield from sized(each["description"], "description", 100, needed=True)


def _is_sign(sign: str) -> bool:
    return (
        sign in "-_'"
        or unicodedata.category(sign)[0] in "LN"
        or "\u0900" <= sign <= "\u097f"
        or "\u0e00" <= sign <= "\u0e7f"
    )


def _characters(each: Json) -> int:
    below = sum(_characters(option) for option in each.get("options", ()))
    choices = sum(length(choice["name"]) + length(str(choice["value"])) for choice in each.get("choices", ()))
    return length(each["name"]) + length(each["description"]) + below + choices
