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
from discord.http import Route
from discord.webhook.async_ import AsyncWebhookAdapter

from newsbot.platforms.discord.painting import Painted, form_of

log = logging.getLogger(__name__)

MESSAGE, LATER, LATER_UPDATE, UPDATE, CHOICES, MODAL = 4, 5, 6, 7, 8, 9  # kinds of callback
_ALREADY_ANSWERED = 40_060
_TRIES = 3
_PAUSE = 0.2  # seconds before a dropped connection is tried again: an answer has three in all
_BROKEN = (aiohttp.ClientError, OSError, asyncio.TimeoutError)


class Wire:
    """Sends answers over one HTTP session. Methods raise discord.HTTPException where Discord refuses."""

    def __init__(self) -> None:
        self._session = aiohttp.ClientSession(
            connector=aiohttp.TCPConnector(limit=0), cookie_jar=aiohttp.DummyCookieJar()
        )
        self._adapter = AsyncWebhookAdapter()  # type: ignore[no-untyped-call] # the library's own gap

    async def close(self) -> None:
        """Close the session."""
        await self._session.close()

    async def respond(
        self, to: discord.Interaction, kind: int, data: Mapping[str, Any] | None = None, files: tuple[bytes, ...] = ()
    ) -> None:
        """The first answer. A dropped connection is tried again: Discord takes only one of them."""
        body = {"type": kind} if data is None else {"type": kind, "data": data}
        for attempt in range(_TRIES):
            route = Route(
                "POST",
                "/interactions/{webhook_id}/{webhook_token}/callback",
                webhook_id=to.id,
                webhook_token=to.token,
            )
            try:
                await self._send(route, body, files)
            except discord.HTTPException as error:
                if error.code == _ALREADY_ANSWERED and attempt:
                    return  # the attempt whose answer never came back had arrived
                raise
            except _BROKEN:
                if attempt == _TRIES - 1:
                    raise
                await asyncio.sleep(_PAUSE)
            else:
                return

    async def edit_original(self, of: discord.Interaction, message: Painted) -> None:
        """Put a message in the place of the one that was answered with; the same twice does no harm."""
        route = self._hook(of, "PATCH", "/messages/@original")
        try:
            await self._send(route, message.payload, message.files)
        except _BROKEN:
            await self._send(route, message.payload, message.files)

    async def follow_up(self, after: discord.Interaction, message: Painted) -> None:
        """A further message. It has no guard against a repeat, so a dropped connection is not tried again."""
        await self._send(self._hook(after, "POST", ""), message.payload, message.files)

    async def delete_original(self, of: discord.Interaction) -> None:
        """Take away the message that was answered with, or that the pressed button stands on."""
        await self._adapter.request(self._hook(of, "DELETE", "/messages/@original"), self._session)

    def _hook(self, of: discord.Interaction, method: str, path: str) -> Route:
        whole = f"/webhooks/{{webhook_id}}/{{webhook_token}}{path}"
        return Route(method, whole, webhook_id=of.application_id, webhook_token=of.token)

    async def _send(self, route: Route, body: Mapping[str, Any], files: tuple[bytes, ...]) -> None:
        if files:
            await self._adapter.request(route, self._session, multipart=form_of(body, files))
        else:
            await self._adapter.request(route, self._session, payload=dict(body))
