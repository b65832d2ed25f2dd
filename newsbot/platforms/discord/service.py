"""newsbot in Discord as one service: logged in, connected as long as it runs, and clear about what is wrong."""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Coroutine
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from typing import Any, TypeVar

import discord

from newsbot.commands.dispatcher import Dispatcher, HandledEvents
from newsbot.commands.welcome import welcome_card
from newsbot.errors import NewsbotError, PlatformRefused, PostLater
from newsbot.messages.cards import Reply
from newsbot.messages.charts import ChartPictures
from newsbot.messages.platform import Posted
from newsbot.messages.requests import Place
from newsbot.platforms.discord import errors
from newsbot.platforms.discord._library import use_gateway
from newsbot.platforms.discord.adapter import DiscordPlatform
from newsbot.platforms.discord.gateway import Client, GatewayConnections, Handlers, make_client
from newsbot.platforms.discord.http import InteractionHttp
from newsbot.platforms.discord.identify import IdentifyGate
from newsbot.platforms.discord.inbound import DiscordInbound
from newsbot.platforms.discord.login import REFUSED_SENTENCE, Login
from newsbot.platforms.discord.mentions import Mentions
from newsbot.platforms.discord.renderer import MessageRenderer
from newsbot.platforms.discord.responses import DEFER_AFTER
from newsbot.platforms.discord.sync import CommandSync, Menus
from newsbot.platforms.discord.welcome import welcome_key, welcome_place
from newsbot.storage.database import Database
from newsbot.tasks import BackgroundTasks, Backoff, end_tasks

log = logging.getLogger(__name__)

_FIRST_PAUSE, _LONGEST_PAUSE = 1.0, 60.0  # seconds before another attempt to connect
# The same where Discord does not let newsbot in: a thousand refused logins in a day reset the token.
_FIRST_REFUSED, _LONGEST_REFUSED = 5.0, 600.0
_TOO_FEW_SHARDS = 4011  # for the servers there are by now; a fresh client takes as many as Discord advises
# Closings of the gateway that no reconnect mends: https://docs.discord.com/developers/topics/opcodes-and-status-codes
_FATAL = {
    4004: REFUSED_SENTENCE,
    4010: "Discord refuses the shard: set DISCORD_SHARDS as first-last/count, with the same count in every process.",
    _TOO_FEW_SHARDS: "Discord wants more shards for so many servers: set DISCORD_SHARDS, with a larger count.",
    4012: "Discord does not speak this version of its gateway any more: update newsbot.",
    4013: "Discord does not know the events that newsbot asks for: update newsbot.",
    4014: "Discord does not let the app have the events that newsbot asks for: look at your app's Bot page.",
}

_Event = TypeVar("_Event")
_Handler = Callable[[_Event], Coroutine[Any, Any, None]]
PostOnce = Callable[[str, Place, Reply], Awaitable[None]]


@dataclass(frozen=True)
class DiscordTarget:
    """Which Discord, as whom, and which of its shards: numbers and how many in all, or None for all."""

    token: str
    gateway_url: str | None
    shards: tuple[range, int] | None


class DiscordService:
    """Discord's side of one newsbot."""

    def __init__(
        self,
        where: DiscordTarget,
        dispatcher: Dispatcher,
        menus: Menus,
        database: Database,
        handled: HandledEvents,
        pictures: ChartPictures,
        post_once: PostOnce,
        worker: str,
        now: Callable[[], datetime],
        *,
        fails_fast: bool = True,
        defer_after: float = DEFER_AFTER,
    ) -> None:
        """`post_once` puts a message into the outbox, by its key.

        Where it `fails_fast`, a token that Discord refuses at the start ends the service. Otherwise, and later, it is
        tried again. An interaction that is not answered after `defer_after` seconds is promised an answer.
        """
        self._defer_after = defer_after
        self._fails_fast = fails_fast
        self._where = where
        self._dispatcher = dispatcher
        self._menus = menus
        self._database = database
        self._post_once = post_once
        self._now = now
        self._message_renderer = MessageRenderer(pictures)
        self.login = Login(where.token)
        self.platform = DiscordPlatform(self.login.http, self._message_renderer, self._publishes, now=now)
        self.sync = CommandSync(self.login, database, worker, now)
        self._handled = handled
        self.connection = GatewayConnections(now)
        self._backoff = Backoff(_FIRST_PAUSE, _LONGEST_PAUSE)

    def health(self) -> str:
        """ "ok", or what is wrong."""
        return self.connection.health()

    def trouble(self) -> str:
        """What only a person can mend, such as a dead token; empty where nothing."""
        return self.connection.refused or self.platform.trouble()

    async def run(self) -> None:
        """Be in Discord until cancelled, whatever happens.

        Raises PlatformRefused where Discord does not let newsbot in at the start, and it `fails_fast`.
        """
        http = InteractionHttp()
        interactions = DiscordInbound(
            self._dispatcher, http, self._message_renderer, self._now, self._delete, self._defer_after
        )
        mentions = Mentions(self._dispatcher, self.platform, self._handled, self._now)
        answers = BackgroundTasks("discord")

        def in_background(handle: _Handler[_Event], name: str) -> _Handler[_Event]:
            async def begin(event: _Event) -> None:
                answers.start(handle(event), name)

            return begin

        handlers = Handlers(
            in_background(interactions.handle, "an interaction"),
            in_background(mentions.handle, "a message"),
            in_background(self._welcome, "a welcome"),
        )
        try:
            await self._until_cancelled(handlers)
        finally:
            await answers.close()
            await http.close()

    async def _until_cancelled(self, handlers: Handlers) -> None:
        backoff = Backoff(_FIRST_REFUSED, _LONGEST_REFUSED)
        waits = backoff.waits()
        while True:
            try:
                await self._until_logged_in()
                syncing = asyncio.create_task(self.sync.run(self._menus))
                try:
                    await self._stay_connected(handlers)
                finally:
                    await end_tasks((syncing,))
            except PlatformRefused as error:
                if self._fails_fast and not self.connection.was_there:
                    raise
                if not self.connection.refused:  # newsbot was let in since the last time
                    waits = backoff.waits()
                self.connection.refused = str(error)
                pause = next(waits)
                log.error("%s newsbot tries again in %.0f seconds.", error, pause)
                await asyncio.sleep(pause)

    async def close(self) -> None:
        """Give back the session."""
        await self.login.close()

    async def _until_logged_in(self) -> None:
        for pause in self._backoff.waits():
            try:
                await self.login.http()
            except PostLater as error:
                log.warning("%s newsbot tries again in %.0f seconds.", error, pause)
                await asyncio.sleep(pause)
            else:
                return

    async def _stay_connected(self, handlers: Handlers) -> None:
        gate = IdentifyGate(self._database, await self.login.application_id(), self._now)
        waits = self._backoff.waits()
        while True:
            client = await self._client(handlers, gate)
            try:
                await client.login(self._where.token)
                await client.connect()
            except discord.LoginFailure as error:
                raise PlatformRefused(REFUSED_SENTENCE) from error
            except discord.PrivilegedIntentsRequired as error:
                raise PlatformRefused(_FATAL[4014]) from error
            except discord.ConnectionClosed as error:
                is_count_ours = error.code != _TOO_FEW_SHARDS or self._where.shards is not None
                if error.code in _FATAL and is_count_ours:
                    raise PlatformRefused(_FATAL[error.code]) from error
                log.warning("Discord closed the connection: %s", error)
            except Exception as error:  # noqa: BLE001 (whatever broke, newsbot comes back)
                # Also AttributeError: discord.py looks at a connection it never had where the very first attempt fails.
                log.warning("the connection to Discord broke: %r", error.__context__ or error)
            finally:
                with suppress(*errors.BROKEN):
                    await client.close()
            self.connection.mark_lost(0)
            await asyncio.sleep(next(waits))
            if self.connection.health() == "ok":
                waits = self._backoff.waits()

    async def _client(self, handlers: Handlers, gate: IdentifyGate) -> Client:
        """A fresh client: as many shards as are set, or as many as Discord advises."""
        shards, count = None, 1
        advised, url, gate.max_concurrency = await self._gateway()
        if url and not self._where.gateway_url:
            use_gateway(url)
        if self._where.shards is not None:
            numbers, count = self._where.shards
            shards = list(numbers)
        else:
            count = advised
        return make_client(shards, count, handlers, self.connection, gate)

    async def _gateway(self) -> tuple[int, str, int]:
        """How many shards Discord advises, its gateway, and how many may identify at once."""
        http, _ = await self.login.http()
        try:
            shards, url, limits = await http.get_bot_gateway()
            return max(1, shards), url, max(1, int(limits.get("max_concurrency", 1)))
        except (*errors.BROKEN, discord.DiscordException, KeyError, TypeError) as error:
            log.info("Discord does not advise on shards: %r", error)
            return 1, "", 1

    # -- what handlers need -------------------------------------------------------------------------------------------

    async def _delete(self, channel: str, message_id: str) -> None:
        await self.platform.delete(Posted(Place(self.platform.name, "", channel), message_id))

    async def _publishes(self, place: Place) -> bool:
        found = await self._database.read(lambda tx: tx.settings.get(place, "publish"))
        return found is not None and found.value == "yes"

    async def _welcome(self, guild: discord.Guild) -> None:
        where = welcome_place(guild)
        if where is None:
            log.info("server %s has no channel that newsbot may write to", guild.id)
            return
        try:
            await self._post_once(welcome_key(guild), where, Reply(welcome_card(self._dispatcher.context)))
        except NewsbotError as error:
            log.warning("server %s gets no welcome: %s", guild.id, error)
