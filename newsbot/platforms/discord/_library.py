"""What newsbot borrows of discord.py beyond its documentation, each name behind one small typed function.

Any release may rename these, so pyproject.toml keeps discord.py below the next minor one, and
`tests/discord/test_library.py` says in words which of them is gone.
"""

import json
from collections.abc import Callable, Mapping
from typing import Any

import aiohttp
import discord
import yarl
from discord import utils
from discord.gateway import DiscordWebSocket
from discord.http import HTTPClient, Route
from discord.webhook.async_ import AsyncWebhookAdapter

__all__ = ["AsyncWebhookAdapter", "HTTPClient", "Route"]  # undocumented as they are

discord.VoiceClient.warn_nacl = discord.VoiceClient.warn_dave = False  # newsbot has no voice

Parser = Callable[[Any], None]


def use_server(api_url: str, gateway_url: str | None) -> None:
    """Point discord.py at a server. Its addresses belong to its classes, so they are the whole process's."""
    Route.BASE = api_url
    if gateway_url:
        use_gateway(gateway_url)


def use_gateway(url: str) -> None:
    """Connect to this gateway, as `use_server`."""
    DiscordWebSocket.DEFAULT_GATEWAY = yarl.URL(url)


def http_of(client: discord.Client) -> HTTPClient:
    """The client's requests with the bot's token, under the rate limits of their routes."""
    return client.http


def event_parsers(client: discord.Client) -> dict[str, Parser]:
    """What reads each event of the gateway, by the event's name; a change holds for the next event."""
    return client._connection.parsers


def own_user(message: discord.Message) -> discord.ClientUser | None:
    """The bot's user, as the client knows it that a message came by; None before it has logged in."""
    return message._state.user


def to_json(body: Mapping[str, Any]) -> str:
    """A body as discord.py writes it."""
    return utils._to_json(body)


def webhook_adapter() -> AsyncWebhookAdapter:
    """Requests that need no bot token, one session for all of them."""
    return AsyncWebhookAdapter()  # type: ignore[no-untyped-call] # the library's own gap


def error_body(error: discord.HTTPException) -> bytes:
    """What Discord said with an error, as it came; empty where it was not read."""
    return getattr(error.response, "_body", None) or b""


def http_error(response: aiohttp.ClientResponse, body: bytes) -> discord.HTTPException:
    """discord.py's error for an answer that is a refusal."""
    try:
        message = json.loads(body)
    except ValueError:
        message = body.decode("utf-8", "replace")[:500]
    kinds = {403: discord.Forbidden, 404: discord.NotFound}
    return kinds.get(response.status, discord.HTTPException)(response, message)
