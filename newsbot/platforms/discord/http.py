"""Answers to interactions on their way to Discord: callbacks, follow-ups, and the message that was answered with.

The rules: https://docs.discord.com/developers/interactions/receiving-and-responding. These addresses need no bot token
and are outside the bot's rate limit, so a flood of posts never delays an answer.
"""

import asyncio
import logging
from collections.abc import Mapping
from typing import Any

import aiohttp
import discord

from newsbot.platforms.discord import errors
from newsbot.platforms.discord._library import Route, http_error, to_json, webhook_adapter
from newsbot.platforms.discord.renderer import RenderedMessage, multipart_form

log = logging.getLogger(__name__)

MESSAGE, DEFER, DEFER_UPDATE, UPDATE, CHOICES, MODAL = 4, 5, 6, 7, 8, 9  # kinds of callback
ALREADY_ANSWERED = 40_060
_TRIES = 3
_TRY_FOR = 2.5  # seconds: an answer has three in all
_PAUSE = 0.2  # seconds before what failed on the way is tried again
_LONGEST_WAIT = 30.0  # seconds that a follow-up waits for a rate limit
_BROKEN = (aiohttp.ClientError, OSError, asyncio.TimeoutError)


class InteractionHttp:
    """Sends answers over one HTTP session. Methods raise discord.HTTPException where Discord refuses."""

    def __init__(self) -> None:
        self._session = aiohttp.ClientSession(
            connector=aiohttp.TCPConnector(limit=0), cookie_jar=aiohttp.DummyCookieJar()
        )
        self._adapter = webhook_adapter()

    async def close(self) -> None:
        """Close the session."""
        await self._session.close()

    async def respond(
        self, to: discord.Interaction, kind: int, data: Mapping[str, Any] | None = None, files: tuple[bytes, ...] = ()
    ) -> None:
        """The first answer. What fails on the way is tried again while there is time: Discord takes only one."""
        body = {"type": kind} if data is None else {"type": kind, "data": data}
        route = Route(
            "POST", "/interactions/{webhook_id}/{webhook_token}/callback", webhook_id=to.id, webhook_token=to.token
        )
        clock = asyncio.get_running_loop().time
        until = clock() + _TRY_FOR
        is_first = True
        while True:
            try:
                await self._attempt(route, body, files)
            except discord.HTTPException as error:
                if error.code == ALREADY_ANSWERED and not is_first:
                    return  # the attempt whose answer never came back had arrived
                pause = _PAUSE if error.status >= 500 else errors.retry_after(error) if error.status == 429 else None
                if pause is None or clock() + pause > until:
                    raise
                await asyncio.sleep(pause)
            except _BROKEN:
                if clock() + _PAUSE > until:
                    raise
                await asyncio.sleep(_PAUSE)
            else:
                return
            is_first = False

    async def _attempt(self, route: Route, body: Mapping[str, Any], files: tuple[bytes, ...]) -> None:
        """One request, without the library's own pauses: they are longer than the three seconds there are."""
        if files:
            sent = aiohttp.FormData(quote_fields=False)
            for part in multipart_form(body, files):
                sent.add_field(**part)
            request = self._session.request(route.method, route.url, data=sent)
        else:
            request = self._session.request(
                route.method, route.url, data=to_json(body), headers={"Content-Type": "application/json"}
            )
        async with asyncio.timeout(_TRY_FOR), request as response:
            if response.status < 300:
                return
            refusal = await response.read()
        raise http_error(response, refusal)

    async def edit_original(self, of: discord.Interaction, message: RenderedMessage) -> None:
        """Put a message in the place of the one that was answered with; the same twice does no harm."""
        route = self._hook(of, "PATCH", "/messages/@original")
        try:
            await self._send(route, message.payload, message.files)
        except _BROKEN:
            await self._send(route, message.payload, message.files)

    async def follow_up(self, after: discord.Interaction, message: RenderedMessage) -> None:
        """A further message. It has no guard against a repeat, so a dropped connection is not tried again."""
        await self._send(self._hook(after, "POST", ""), message.payload, message.files)

    async def delete_original(self, of: discord.Interaction) -> None:
        """Take away the message that was answered with, or that the pressed button stands on."""
        await self._adapter.request(self._hook(of, "DELETE", "/messages/@original"), self._session)

    def _hook(self, of: discord.Interaction, method: str, path: str) -> Route:
        whole = f"/webhooks/{{webhook_id}}/{{webhook_token}}{path}"
        return Route(method, whole, webhook_id=of.application_id, webhook_token=of.token)

    async def _send(self, route: Route, body: Mapping[str, Any], files: tuple[bytes, ...]) -> None:
        """A request that has fifteen minutes; a rate limit is waited for."""
        for attempt in range(_TRIES):
            try:
                if files:
                    await self._adapter.request(route, self._session, multipart=multipart_form(body, files))
                else:
                    await self._adapter.request(route, self._session, payload=dict(body))
            except discord.HTTPException as error:
                if error.status != 429 or attempt == _TRIES - 1:
                    raise
                await asyncio.sleep(min(errors.retry_after(error) or _PAUSE, _LONGEST_WAIT))
            else:
                return
