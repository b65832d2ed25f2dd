"""Discord for one app: which server, as whom, and what a single task there needs."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING

from newsbot.app.container import App, build, chart_renderer, now, open_database
from newsbot.commands.registry import Menu
from newsbot.errors import SettingsError
from newsbot.messages.cards import Reply
from newsbot.messages.requests import Place
from newsbot.settings import Settings, shard_range

if TYPE_CHECKING:
    from newsbot.platforms.discord.adapter import DiscordPlatform
    from newsbot.platforms.discord.login import Login
    from newsbot.platforms.discord.service import DiscordTarget
    from newsbot.platforms.discord.sync import CommandSync


@dataclass(frozen=True)
class DiscordTools:
    """What a single task in Discord needs: the login, the platform to post on, and the commands' sync."""

    login: "Login"
    platform: "DiscordPlatform"
    sync: "CommandSync"


def discord_where(settings: Settings) -> "DiscordTarget":
    """Which Discord, and as whom. Raises SettingsError without a token."""
    from newsbot.platforms.discord.service import DiscordTarget

    token = settings.secrets.discord_token
    if token is None:
        raise SettingsError("DISCORD_TOKEN is not set: put the bot token of your app at discord.com/developers there.")
    shards = shard_range(settings.discord.shards) if settings.discord.shards else None
    return DiscordTarget(token.get_secret_value(), settings.discord.gateway_url, shards)


@asynccontextmanager
async def discord_tools(settings: Settings) -> AsyncIterator[DiscordTools]:
    """Discord over HTTP for one task, without a gateway. Raises SettingsError without a token."""
    from newsbot.platforms.discord._library import use_server
    from newsbot.platforms.discord.service import DiscordService
    from newsbot.storage.database import DurableEvents

    where = discord_where(settings)
    use_server(settings.discord.api_url, settings.discord.gateway_url)
    async with open_database(settings) as database:
        app = build(settings)
        renderer = chart_renderer(settings)

        async def never(key: str, place: Place, reply: Reply) -> None:
            raise RuntimeError("a single task puts nothing into the outbox")

        service = DiscordService(
            where, app.dispatcher, LiveMenus(app), database, DurableEvents(database), renderer, never, "cli", now
        )
        try:
            yield DiscordTools(service.login, service.platform, service.sync)
        finally:
            await service.close()
            await renderer.close()


class LiveMenus:
    """The dispatcher's menu, and word of a newer one."""

    def __init__(self, app: App) -> None:
        self._app = app

    def current(self) -> Menu:
        """The newest menu."""
        return self._app.dispatcher.context.menu

    async def changed(self) -> None:
        """Return when the content changed."""
        await self._app.live.changed()
