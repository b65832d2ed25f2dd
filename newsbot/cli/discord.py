"""`newsbot discord`: manage the Discord app."""

import argparse
import asyncio
import json
from typing import TYPE_CHECKING, Any

from newsbot.cli.verbs import add_group
from newsbot.settings import Settings

if TYPE_CHECKING:
    from newsbot.platforms.discord.commands import CommandList


def add_verb(verbs: Any) -> None:
    """Add `newsbot discord`."""
    discord = add_group(verbs, "discord", "manage the Discord app")
    commands = discord.add_parser("commands", help="print the slash commands; diff: beside Discord's; push: send them")
    commands.add_argument("deed", nargs="?", choices=("diff", "push"))
    commands.add_argument("--guild", metavar="ID", help="for one server, where they take effect at once")
    commands.set_defaults(verb=show_commands)
    invite = discord.add_parser("invite", help="print the address that adds newsbot to a server")
    invite.set_defaults(verb=print_invite)


def show_commands(settings: Settings, options: argparse.Namespace) -> int:
    """Print the slash commands, or bring them and Discord's together."""
    from newsbot.app.answering import build_answering
    from newsbot.platforms.discord.commands import command_list

    wanted = command_list(build_answering(settings).dispatcher.context.menu)
    if options.deed is None:
        print(json.dumps(wanted.payload, ensure_ascii=False, indent=2))
        return 0
    return asyncio.run(_sync_commands(settings, wanted, options.guild, is_push=options.deed == "push"))


async def _sync_commands(settings: Settings, wanted: "CommandList", guild: str | None, *, is_push: bool) -> int:
    from newsbot.app.container import open_container

    async with open_container(settings) as container:
        if is_push:
            await container.discord.sync.push(wanted, guild)
            print(f"Discord has the {len(wanted.payload)} commands now.")
            return 0
        lines = await container.discord.sync.difference(wanted, guild)
    print("\n".join(lines) or "Discord has the commands of this menu.")
    return 1 if lines else 0


def print_invite(settings: Settings, options: argparse.Namespace) -> int:
    """Print the address that adds newsbot to a server."""
    del options
    from newsbot.platforms.discord.permissions import invite_url

    print(invite_url(asyncio.run(_application_id(settings))))
    return 0


async def _application_id(settings: Settings) -> str:
    from newsbot.app.container import open_container

    async with open_container(settings) as container:
        return await container.discord.login.application_id()
