"""Looks at everything that newsbot needs in Discord, and says what to change."""

from collections.abc import AsyncIterator

from newsbot.commands.registry import Menu
from newsbot.errors import NewsbotError
from newsbot.messages.requests import Place
from newsbot.platforms.diagnostics import Check, check_by_posting
from newsbot.platforms.discord.adapter import NAME, DiscordPlatform
from newsbot.platforms.discord.commands import command_list
from newsbot.platforms.discord.login import Login
from newsbot.platforms.discord.permissions import allow, invite_url
from newsbot.platforms.discord.sync import CommandSync


async def examine(
    login: Login, platform: DiscordPlatform, sync: CommandSync, menu: Menu, channel: str | None, *, posts: bool
) -> AsyncIterator[Check]:
    """Token, application, commands, and for a channel newsbot's permissions and, where `posts`, a test message."""
    try:
        _, user_id = await login.http()
        application = await login.application_id()
    except NewsbotError as error:
        yield Check(False, str(error))
        return
    yield Check(True, f"The token works: newsbot is user {user_id} of application {application}.")
    yield await _commands(sync, menu)
    if channel is None:
        yield Check(True, f"Invite newsbot with {invite_url(application)}")
        yield Check(True, "Give --channel ID to look at a channel.")
        return
    place = Place(NAME, "", channel)
    permissions, called = await _permissions(platform, place)
    yield permissions
    if posts and permissions.is_well:
        yield await check_by_posting(platform, place, called)


async def _commands(sync: CommandSync, menu: Menu) -> Check:
    try:
        lines = await sync.difference(command_list(menu))
    except NewsbotError as error:
        return Check(False, str(error))
    if not lines:
        return Check(True, "Discord has the commands of this menu.")
    listed = "; ".join(lines[:5])
    return Check(False, f"{len(lines)} commands are not in step ({listed}): newsbot discord commands push")


async def _permissions(platform: DiscordPlatform, place: Place) -> tuple[Check, str]:
    """Whether newsbot may do what it needs in a channel, and how the channel is called."""
    try:
        missing, called = await platform.missing_permissions(place)
    except NewsbotError as error:
        fix = getattr(error, "fix", "")
        return Check(False, f"{error} {fix}".strip()), ""
    if missing:
        return Check(False, f"newsbot cannot do everything in {called}. {allow(missing, called)}"), called
    return Check(True, f"newsbot has every permission it needs in {called}."), called
