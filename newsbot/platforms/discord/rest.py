"""Requests to Discord with the bot's token: each with an end, and an answer that is Discord's or an error."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any

import aiohttp
from discord.http import HTTPClient, Route

from newsbot.platforms.discord.renderer import RenderedMessage

_TIMEOUT = 20.0  # seconds for one request

LoggedIn = Callable[[], Awaitable[tuple[HTTPClient, str]]]


class Rest:
    """Requests over a client that is logged in when it is first needed."""

    def __init__(self, http: LoggedIn) -> None:
        """`http` gives the client and the bot's user id; it raises PostLater where Discord is away."""
        self._http = http

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
        """Discord's answer. Raises discord.DiscordException, or aiohttp.ClientError where the way there broke."""
        http, _ = await self._http()
        sent: dict[str, Any] = {}
        if message is not None:
            sent = {"form": message.form()} if message.files else {"json": dict(message.payload)}
        try:
            async with asyncio.timeout(_TIMEOUT):
                answer = await http.request(route, **sent)
        except ValueError as error:  # what stands between may answer with anything
            raise aiohttp.ClientPayloadError("the answer is not Discord's") from error
        if route.method != "DELETE" and not isinstance(answer, dict):
            raise aiohttp.ClientPayloadError("the answer is not Discord's")
        return answer
