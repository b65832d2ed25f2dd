"""The way into Discord over HTTP: one client that logs in when it is first needed, and says plainly why it cannot."""

import asyncio
import logging

import discord

from newsbot.errors import PlatformRefused, PostLater
from newsbot.platforms.discord import errors
from newsbot.platforms.discord._library import HTTPClient, http_of

log = logging.getLogger(__name__)

REFUSED_SENTENCE = (
    "Discord refuses DISCORD_TOKEN. Copy the bot token again from discord.com/developers (your app, Bot, Reset Token)."
)
_REFUSED_PAUSE = 5.0  # seconds in which a refused token is not tried again: many messages may be waiting
_LONGEST_LIMIT = 60.0  # seconds of waiting for a rate limit within one request; a longer one is a later attempt


class Login:
    """A client for HTTP alone, without a gateway."""

    def __init__(self, token: str) -> None:
        self._token = token
        self._client = self._fresh()
        self._lock = asyncio.Lock()
        self._is_in = False
        self._refused_until = 0.0

    def _fresh(self) -> discord.Client:
        return discord.Client(
            intents=discord.Intents(guilds=True), max_ratelimit_timeout=_LONGEST_LIMIT, max_messages=None
        )

    async def http(self) -> tuple[HTTPClient, str]:
        """The client's HTTP interface and the bot's user id.

        Raises PostLater where Discord cannot be reached, PlatformRefused where it refuses the token.
        """
        if not self._is_in:
            async with self._lock:
                if not self._is_in:
                    await self._log_in()
        assert self._client.user is not None
        return http_of(self._client), str(self._client.user.id)

    async def application_id(self) -> str:
        """The application's id. Raises as `http` does."""
        await self.http()
        return str(self._client.application_id)

    async def _log_in(self) -> None:
        if asyncio.get_running_loop().time() < self._refused_until:
            raise PlatformRefused(REFUSED_SENTENCE)
        try:
            await self._client.login(self._token)
        except discord.LoginFailure as error:
            self._refused_until = asyncio.get_running_loop().time() + _REFUSED_PAUSE
            await self._with_fresh_token()
            raise PlatformRefused(REFUSED_SENTENCE) from error
        except (*errors.BROKEN, discord.HTTPException) as error:
            log.info("Discord cannot be reached: %r", error)
            await self._with_fresh_token()
            raise PostLater("Discord cannot be reached.") from error
        self._is_in = True

    async def _with_fresh_token(self) -> None:
        """A fresh client in the place of one that could not log in: that one keeps a session of its own."""
        await self._client.close()
        self._client = self._fresh()

    async def close(self) -> None:
        """Close the session."""
        await self._client.close()
