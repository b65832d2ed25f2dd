"""Keeps Discord's commands in step with the menu: one bulk overwrite, only when something changed, by one process."""

import asyncio
import json
import logging
from collections.abc import Callable, Iterator, Mapping
from datetime import datetime, timedelta
from typing import Any, Protocol

import discord

from newsbot.commands.registry import Menu
from newsbot.errors import NewsbotError, PlatformRefused
from newsbot.messages.requests import Place
from newsbot.platforms.discord import errors
from newsbot.platforms.discord._library import Route
from newsbot.platforms.discord.commands import CommandList, command_list
from newsbot.platforms.discord.login import Login
from newsbot.storage.database import Database

log = logging.getLogger(__name__)

DEBOUNCE = 3.0  # seconds after a change of the content: an editor saves several files
_AGAIN = 60.0  # seconds before another attempt
_LEASE = timedelta(seconds=60)
_SETTING = "commands"

Json = dict[str, Any]


class Menus(Protocol):
    """Where the newest menu is, and word of a newer one."""

    def current(self) -> Menu:
        """The newest menu."""

    async def changed(self) -> None:
        """Return when there is a newer one."""


class CommandSync:
    """Pushes the commands of one application."""

    def __init__(self, login: Login, database: Database, worker: str, now: Callable[[], datetime]) -> None:
        self._login = login
        self._database = database
        self._worker = worker
        self._now = now

    async def run(self, menus: Menus) -> None:
        """Push now and after every change, for ever. What goes wrong is logged and tried again."""
        while True:
            menu = menus.current()
            try:
                is_done = await self.push_if_changed(command_list(menu))
            except (NewsbotError, ValueError) as error:
                log.warning("the commands could not be sent to Discord: %s", error)
                is_done = False
            if not is_done:
                await asyncio.sleep(_AGAIN)
            elif menus.current() is menu:
                await menus.changed()
                await asyncio.sleep(DEBOUNCE)

    async def push_if_changed(self, wanted: CommandList) -> bool:
        """Push what Discord was not sent yet; False where another process is at it."""
        application_id = await self._login.application_id()
        where = Place("discord", f"application:{application_id}", "")
        lease = f"discord-commands:{application_id}"
        known = await self._database.read(lambda tx: tx.settings.get(where, _SETTING))
        if known is not None and known.value == wanted.hash:
            return True
        now = self._now()
        if not await self._database.write(lambda tx: tx.leases.take(lease, self._worker, now, _LEASE)):
            return False
        try:
            await self.push(wanted)
            pushed_at = self._now()
            await self._database.write(
                lambda tx: tx.settings.put(where, _SETTING, wanted.hash, pushed_at, self._worker)
            )
        finally:
            await self._database.write(lambda tx: tx.leases.give_back(lease, self._worker))
        log.info("Discord has the %d commands of this menu", len(wanted.payload))
        return True

    async def push(self, wanted: CommandList, guild_id: str | None = None) -> None:
        """Overwrite the commands, everywhere or in one server. Raises NewsbotError with Discord's reason."""
        http, _ = await self._login.http()
        try:
            await http.request(await self._route("PUT", guild_id), json=wanted.payload)
        except (*errors.BROKEN, discord.HTTPException) as error:
            raise PlatformRefused(f"Discord did not take the commands: {error}") from error

    async def difference(self, wanted: CommandList, guild_id: str | None = None) -> list[str]:
        """A line for each command that Discord has otherwise, has not, or has beside ours."""
        http, _ = await self._login.http()
        try:
            registered = await http.request(await self._route("GET", guild_id))
        except (*errors.BROKEN, discord.HTTPException) as error:
            raise PlatformRefused(f"Discord did not tell its commands: {error}") from error
        return list(differences(wanted.payload, registered, in_guild=guild_id is not None))

    async def _route(self, method: str, guild_id: str | None) -> Route:
        application = await self._login.application_id()
        if guild_id is None:
            return Route(method, "/applications/{application_id}/commands", application_id=application)
        path = "/applications/{application_id}/guilds/{guild_id}/commands"
        return Route(method, path, application_id=application, guild_id=guild_id)


def differences(wanted: list[Json], registered: list[Json], *, in_guild: bool) -> Iterator[str]:
    """What differs between our commands and those Discord has, a line each."""
    ours = {command["name"]: _comparable(command, in_guild=in_guild) for command in wanted}
    theirs = {command["name"]: _comparable(command, in_guild=in_guild) for command in registered}
    yield from (f"+ /{name} is missing there" for name in ours if name not in theirs)
    yield from (f"- /{name} is there and not in the menu" for name in theirs if name not in ours)
    yield from (f"~ /{name} is different" for name in ours if name in theirs and ours[name] != theirs[name])


def _comparable(command: Mapping[str, Any], *, in_guild: bool) -> str:
    """The parts of a command that we decide, without the defaults that Discord fills in. A server's own commands have
    neither contexts nor ways of installing."""
    parts: Json = {"description": command.get("description", ""), "options": _options(command.get("options"))}
    parts["permissions"] = command.get("default_member_permissions")
    if not in_guild:
        for name in ("contexts", "integration_types"):
            parts[name] = sorted(command.get(name) or ())
    return json.dumps(parts, sort_keys=True)


def _options(options: Any) -> list[Json]:
    return [
        {
            "type": option["type"],
            "name": option["name"],
            "description": option.get("description", ""),
            "required": bool(option.get("required")),
            "autocomplete": bool(option.get("autocomplete")),
            "options": _options(option.get("options")),
        }
        for option in options or ()
    ]
