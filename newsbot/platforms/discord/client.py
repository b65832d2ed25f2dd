"""Requests to Discord with the bot's token: each with an end, and an answer that is Discord's or an error."""

import asyncio
from collections.abc import Awaitable, Callable
from datetime import datetime, timedelta
from typing import Any

import aiohttp
import discord

from newsbot.platforms.discord._library import HTTPClient, Route
from newsbot.platforms.discord.errors import token_refused
from newsbot.platforms.discord.login import REFUSED_SENTENCE
from newsbot.platforms.discord.renderer import RenderedMessage

_TIMEOUT = 20.0  # seconds for one request
_REFUSED_PAUSE = timedelta(seconds=5)

LoggedIn = Callable[[], Awaitable[tuple[HTTPClient, str]]]


class Rest:
    """Requests over a client that is logged in when it is first needed."""

    def __init__(self, http: LoggedIn, now: Callable[[], datetime]) -> None:
        """`http` gives the client and the bot's user id; it raises PostLater where Discord is away."""
        self._http = http
        self._now = now
        self._refused_at: datetime | None = None

    def trouble(self) -> str:
        """What only a person can mend; empty where nothing."""
        return REFUSED_SENTENCE if self._refused_at is not None else ""

    async def me(self) -> str:
        """The bot's user id."""
        _, me = await self._http()
        return me

    async def get(self, path: str, **parameters: str) -> dict[str, Any]:
        """The object at an address. Raises what `call` raises."""
        found: dict[str, Any] = await self.call(Route("GET", path, **parameters))
        return found

    async def direct(self, person: str) -> dict[str, Any]:
        """The channel of newsbot and one person. Raises what `call` raises."""
        found: dict[str, Any] = await self.call(
            Route("POST", "/users/@me/channels"), RenderedMessage({"recipient_id": person})
        )
        return found

    async def call(self, route: Route, message: RenderedMessage | None = None) -> Any:
        """Discord's answer. Raises discord.DiscordException, or aiohttp.ClientError where the way there broke.

        Raises PostRefused where Discord has just refused the token: one request in some seconds tries it for all, since
        ten thousand refusals in ten minutes shut the whole address out.
        """
        if self._refused_at is not None and self._now() - self._refused_at < _REFUSED_PAUSE:
            raise token_refused()
        http, _ = await self._http()
        sent: dict[str, Any] = {}
        if message is not None:
            sent = {"form": message.form()} if message.files else {"json": dict(message.payload)}
        try:
            async with asyncio.timeout(_TIMEOUT):
                answer = await http.request(route, **sent)
        except discord.HTTPException as error:
            self._refused_at = self._now() if error.status == 401 else None
            raise
        except ValueError as error:  # what stands between may answer with anything
            raise aiohttp.ClientPayloadError("the answer is not Discord's") from error
        self._refused_at = None
        if route.method != "DELETE" and not isinstance(answer, dict):
            raise aiohttp.ClientPayloadError("the answer is not Discord's")
        return answer
