"""Calls to Slack over one shared session, with retries only where nothing can have been stored, and errors as ours.

The SDK opens a session for each call unless it is given one, and repeats a call whose connection dropped, which stores
a message twice; both are turned off here, also for response URLs.
"""

import json
import logging
from collections.abc import Mapping
from typing import Any
from urllib.request import getproxies

from aiohttp import ClientConnectorError, ClientError, ClientSession, ClientTimeout, DummyCookieJar, TCPConnector
from cachetools import LRUCache
from slack_sdk.errors import SlackApiError
from slack_sdk.http_retry.async_handler import AsyncRetryHandler
from slack_sdk.http_retry.builtin_async_handlers import (
    AsyncConnectionErrorRetryHandler,
    AsyncRateLimitErrorRetryHandler,
)
from slack_sdk.http_retry.request import HttpRequest
from slack_sdk.http_retry.response import HttpResponse
from slack_sdk.http_retry.state import RetryState
from slack_sdk.web.async_client import AsyncWebClient
from slack_sdk.webhook.async_client import AsyncWebhookClient

from newsbot.errors import PostLater, PostUnclear
from newsbot.platforms.slack.errors import SlackRefused, api_error, connection_error, retry_after

_SECONDS = 30.0
_SHORT_WAIT = 3.0  # a longer Retry-After is the caller's: whoever posts by a schedule has other things to do meanwhile
_MAX_CLIENTS = 1_000
_JSON_METHODS = ("chat.", "views.")

sdk_log = logging.getLogger("newsbot.slack.sdk")
sdk_log.setLevel(logging.ERROR)  # the SDK logs whole requests below that; what it raises is logged where it is handled


class _ShortRateLimit(AsyncRateLimitErrorRetryHandler):
    """Waits out a 429 that Slack wants to last a few seconds at most."""

    async def _can_retry_async(
        self,
        *,
        state: RetryState,
        request: HttpRequest,
        response: HttpResponse | None = None,
        error: Exception | None = None,
    ) -> bool:
        del state, request, error
        if response is None or response.status_code != 429:
            return False
        headers = {name: value[0] if isinstance(value, list) else value for name, value in response.headers.items()}
        wait = retry_after(headers)
        return wait is not None and wait <= _SHORT_WAIT


def retry_handlers() -> list[AsyncRetryHandler]:
    """Retries for a short 429 and for a connection that was refused; nothing was stored in either case."""
    return [
        _ShortRateLimit(max_retry_count=1),
        AsyncConnectionErrorRetryHandler(max_retry_count=1, error_types=[ClientConnectorError]),
    ]


class SlackCalls:
    """The Web API and response URLs. `close` it at the end."""

    def __init__(self, api_url: str) -> None:
        """Must be made within a running event loop. `api_url` ends in a slash."""
        self.api_url = api_url
        timeout = ClientTimeout(total=_SECONDS)
        connector, jar = TCPConnector(limit=0), DummyCookieJar()
        # With `trust_env` aiohttp reads the environment and ~/.netrc for each call, a third of what a call costs.
        is_proxied = bool(getproxies())
        self.session = ClientSession(connector=connector, cookie_jar=jar, timeout=timeout, trust_env=is_proxied)
        self._handlers = retry_handlers()
        self._clients: LRUCache[str, AsyncWebClient] = LRUCache(_MAX_CLIENTS)

    async def close(self) -> None:
        """Close every connection."""
        await self.session.close()

    def web(self, token: str | None = None) -> AsyncWebClient:
        """The SDK's client for a token, over our session."""
        client = self._clients.get(token or "")
        if client is None:
            client = self._clients[token or ""] = self._new_client(token)
        return client

    def _new_client(self, token: str | None) -> AsyncWebClient:
        client = AsyncWebClient(
            token=token,
            base_url=self.api_url,
            session=self.session,
            retry_handlers=list(self._handlers),
            logger=sdk_log,
            timeout=int(_SECONDS),
        )
        client.proxy = None  # the SDK takes HTTPS_PROXY from the environment and forgets NO_PROXY; the session does not
        return client

    async def call(self, token: str, method: str, *, bot: str = "newsbot", **arguments: Any) -> Mapping[str, Any]:
        """The answer of a Web API method.

        Raises SlackRefused where Slack refuses, PostLater where nothing was done, PostUnclear where that is not known.
        """
        answer, _ = await self.call_with_scopes(token, method, bot=bot, **arguments)
        return answer

    async def call_with_scopes(
        self, token: str, method: str, *, bot: str = "newsbot", **arguments: Any
    ) -> tuple[Mapping[str, Any], frozenset[str]]:
        """As `call`, with the scopes that the token has; none where Slack did not say."""
        try:
            response = await self.web(token).api_call(method, **_encode_arguments(method, arguments))
        except SlackApiError as error:
            raise api_error(error, bot) from None
        except (ClientError, TimeoutError, OSError) as error:
            raise connection_error(error) from None
        data = response.data
        listed = next((value for name, value in response.headers.items() if name.lower() == "x-oauth-scopes"), "")
        scopes = frozenset(scope.strip() for scope in listed.split(",") if scope.strip())
        return (data if isinstance(data, dict) else {}), scopes

    async def upload(self, url: str, data: bytes) -> None:
        """Send the bytes of a file to the address that Slack gave for it. Raises as `call` does."""
        try:
            async with self.session.post(url, data=data) as response:
                if response.status != 200:
                    raise PostLater(f"Slack did not take the file ({response.status}).")
        except (ClientError, TimeoutError, OSError) as error:
            raise connection_error(error) from None

    async def respond(self, url: str, body: Mapping[str, Any]) -> None:
        """Answer by a response URL. Raises as `call` does."""
        client = AsyncWebhookClient(url, session=self.session, retry_handlers=list(self._handlers), logger=sdk_log)
        client.proxy = None
        try:
            response = await client.send_dict(dict(body))
        except (ClientError, TimeoutError, OSError) as error:
            raise connection_error(error) from None
        if response.status_code == 200:
            return
        if response.status_code == 429:
            raise PostLater("Slack wants us to slow down.", retry_after(response.headers))
        if response.status_code >= 500:
            raise PostUnclear(f"Slack broke while it worked on this ({response.status_code}).")
        raise _response_url_error(response.body)


def _encode_arguments(method: str, arguments: Mapping[str, Any]) -> dict[str, Any]:
    """The arguments as the method takes them: those that read take forms only (https://docs.slack.dev/apis/web-api)."""
    given = {name: value for name, value in arguments.items() if value is not None}
    if method.startswith(_JSON_METHODS):
        return {"json": given}
    return {"data": {name: json.dumps(v) if isinstance(v, list | dict | bool) else v for name, v in given.items()}}


def _response_url_error(body: str) -> SlackRefused:
    """A response URL answers with JSON or with the name of the error alone."""
    try:
        name = str(json.loads(body)["error"])
    except (ValueError, KeyError, TypeError):
        name = body.strip()[:60] or "unknown_error"
    return SlackRefused(name, f"Slack did not take the answer ({name}).")
