"""Slack over HTTP, on Bolt's standard paths: events, commands and interactions, and the installation of newsbot."""

import logging

from aiohttp import ClientError, web
from slack_bolt.adapter.aiohttp import to_aiohttp_response
from slack_bolt.async_app import AsyncApp
from slack_bolt.oauth.async_oauth_flow import AsyncOAuthFlow
from slack_bolt.request.async_request import AsyncBoltRequest

from newsbot.platforms.slack.oauth import NO_KEY, page

log = logging.getLogger(__name__)

# A press brings its whole message along, percent-encoded.
_MAX_BODY = 1024 * 1024
_JSON = "application/json"


def event_routes(app: AsyncApp) -> list[web.RouteDef]:
    """Where Slack sends what people do. Bolt checks the signature, and that it is no older than five minutes."""

    async def events(request: web.Request) -> web.Response:
        body = await _body(request)
        if not request.headers.get("X-Slack-Request-Timestamp", "0").isdecimal():
            raise web.HTTPUnauthorized(text="The request is not signed.")
        try:
            asked = AsyncBoltRequest(body=body, query=request.query_string, headers=dict(request.headers))
        except (ValueError, TypeError, AttributeError):  # Bolt reads a body before it checks the signature
            raise web.HTTPBadRequest(text="The body is none that Slack sends.") from None
        response = await app.async_dispatch(asked)
        kind = response.headers.get("content-type", ["text/plain"])[0].split(";")[0]
        is_json = kind == _JSON or response.body.startswith("{")
        return web.Response(
            status=response.status,
            body=response.body.encode(),
            content_type=_JSON if is_json else kind,
            charset="utf-8",
        )

    return [web.post("/slack/events", events)]


async def _body(request: web.Request) -> str:
    """The text of a request. Raises HTTPRequestEntityTooLarge or HTTPBadRequest where it is none that Slack sends."""
    chunks, size = [], 0
    async for chunk in request.content.iter_chunked(2**16):
        size += len(chunk)
        if size > _MAX_BODY:
            raise web.HTTPRequestEntityTooLarge(_MAX_BODY, size)
        chunks.append(chunk)
    try:
        return b"".join(chunks).decode()
    except UnicodeDecodeError:
        raise web.HTTPBadRequest(text="The body is not UTF-8.") from None


def install_routes(flow: AsyncOAuthFlow | None) -> list[web.RouteDef]:
    """Where people install newsbot. Without `flow` no token could be stored, and the page says so."""
    if flow is None:

        async def refuse(request: web.Request) -> web.Response:
            del request
            return await to_aiohttp_response(page(503, "newsbot cannot be installed", NO_KEY))

        return [web.get(path, refuse) for path in ("/slack/install", "/slack/oauth_redirect")]

    async def install(request: web.Request) -> web.Response:
        return await to_aiohttp_response(await flow.handle_installation(_asked(request)))

    async def finish(request: web.Request) -> web.Response:
        try:
            response = await flow.handle_callback(_asked(request))
        except (ClientError, TimeoutError, OSError) as error:
            log.error("an installation failed: Slack cannot be reached: %s", error)
            sentence = "Slack cannot be reached at the moment. Begin again."
            response = page(502, "newsbot was not installed", sentence)
        return await to_aiohttp_response(response)

    return [web.get("/slack/install", install), web.get("/slack/oauth_redirect", finish)]


def _asked(request: web.Request) -> AsyncBoltRequest:
    return AsyncBoltRequest(body="", query=request.query_string, headers=dict(request.headers))
