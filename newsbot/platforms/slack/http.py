"""Slack over HTTP, on Bolt's standard paths: events, commands and interactions, and the installation of newsbot."""

import asyncio
import logging
import re
import time
from collections.abc import Sequence
from urllib.parse import parse_qsl

from aiohttp import ClientError, web
from slack_bolt.adapter.aiohttp import to_aiohttp_response
from slack_bolt.async_app import AsyncApp
from slack_bolt.oauth.async_oauth_flow import AsyncOAuthFlow
from slack_bolt.request.async_request import AsyncBoltRequest
from slack_sdk.signature import SignatureVerifier

from newsbot.platforms.slack.oauth import NO_KEY, page

log = logging.getLogger(__name__)

# What is parsed on behalf of Slack is bounded, since everybody waits for it. A press brings its whole message along,
# percent-encoded; the largest message that Slack takes, 50 blocks of 3,000 characters, is well within these.
_MAX_BODY = 1024 * 1024  # bytes of a request
_MAX_JSON = 256 * 1024  # characters of the JSON in it, or of a slash command's form
_MAX_VALUES = 20_000  # objects and lists in that JSON
_MAX_FIELDS = 100  # of a form; a slash command has fifteen
_LONG = 32 * 1024  # characters from which on a request is read in a thread: a long form takes many milliseconds
_MAX_CHECK = 512  # bytes of the one request that Slack does not sign
_WINDOW = 300  # seconds for which a signature holds
_STAMP = re.compile(r"[0-9]{1,12}\Z", re.ASCII)
_SIGNATURE = re.compile(r"v0=[0-9a-f]{64}\Z", re.ASCII)
_JSON, _FORM = "application/json", "application/x-www-form-urlencoded"
# What odd JSON, or JSON of an odd shape, raises in Bolt. A RecursionError costs less than a millisecond.
_UNREADABLE = (ValueError, TypeError, AttributeError, LookupError, RecursionError)


def event_routes(app: AsyncApp, signing_secret: str) -> list[web.RouteDef]:
    """Where Slack sends what people do. Nothing is parsed that Slack has not signed within the last five minutes."""
    verifier = SignatureVerifier(signing_secret)

    async def events(request: web.Request) -> web.Response:
        stamp = request.headers.get("X-Slack-Request-Timestamp", "")
        signature = request.headers.get("X-Slack-Signature", "")
        if not _may_be_signed(stamp, signature):
            if await _is_certificate_check(request):
                return web.Response()
            raise web.HTTPUnauthorized(text="The request is not signed.")
        body = await _body(request)
        if not verifier.is_valid(body, stamp, signature):
            raise web.HTTPUnauthorized(text="The request is not signed.")
        response = await app.async_dispatch(await _read(request, body))
        kind = response.headers.get("content-type", ["text/plain"])[0].split(";")[0]
        is_json = kind == _JSON or response.body.startswith("{")
        return web.Response(
            status=response.status,
            body=response.body.encode(),
            content_type=_JSON if is_json else kind,
            charset="utf-8",
        )

    return [web.post("/slack/events", events)]


def _may_be_signed(stamp: str, signature: str) -> bool:
    """Whether a request has a signature of Slack's form that still holds. Whether it is Slack's, its body tells."""
    has_form = _STAMP.match(stamp) is not None and _SIGNATURE.match(signature) is not None
    return has_form and abs(time.time() - int(stamp)) <= _WINDOW


async def _is_certificate_check(request: web.Request) -> bool:
    """Whether Slack only looks at the certificate of a slash command's address, which it does without a signature."""
    if not 0 < (request.content_length or 0) <= _MAX_CHECK:
        return False
    return b"ssl_check=1" in (await request.content.read(_MAX_CHECK)).split(b"&")


async def _body(request: web.Request) -> str:
    """The text of a request. Raises HTTPRequestEntityTooLarge or HTTPBadRequest where it is none that Slack sends."""
    size = request.content_length or 0
    if size > _MAX_BODY:
        raise web.HTTPRequestEntityTooLarge(_MAX_BODY, size)
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


async def _read(request: web.Request, body: str) -> AsyncBoltRequest:
    """A signed request as Bolt takes it. Raises as `_body` does."""
    kind, query = request.content_type, request.query_string
    headers: dict[str, str | Sequence[str]] = dict(request.headers)
    if kind not in {_JSON, _FORM}:
        raise web.HTTPBadRequest(text="Slack sends forms and JSON.")

    def read() -> AsyncBoltRequest:
        return AsyncBoltRequest(body=_require_bounded(body, is_form=kind == _FORM), query=query, headers=headers)

    try:
        return await asyncio.to_thread(read) if len(body) > _LONG else read()
    except _UNREADABLE:
        raise web.HTTPBadRequest(text="The body is none that Slack sends.") from None


def _require_bounded(body: str, *, is_form: bool) -> str:
    """What Bolt is to parse: the JSON, also where a form holds it, or a slash command's form.

    Raises ValueError or HTTPRequestEntityTooLarge where reading it could take long.
    """
    if is_form and not body.startswith("{"):
        fields = dict(parse_qsl(body, keep_blank_values=True, max_num_fields=_MAX_FIELDS))
        body = fields.get("payload", body)
    if len(body) > _MAX_JSON:
        raise web.HTTPRequestEntityTooLarge(_MAX_JSON, len(body))
    if body.count("{") + body.count("[") > _MAX_VALUES:
        raise ValueError("too many objects and lists")
    return body


def install_routes(flow: AsyncOAuthFlow | None) -> list[web.RouteDef]:
    """Where people install newsbot. Without `flow` no token could be stored, and the page says so."""
    if flow is None:

        async def refuse(request: web.Request) -> web.Response:
            del request
            return await to_aiohttp_response(page(503, "newsbot cannot be installed", NO_KEY))

        return [web.get(path, refuse) for path in ("/slack/install", "/slack/oauth_redirect")]

    async def install(request: web.Request) -> web.Response:
        return await to_aiohttp_response(await flow.handle_installation(_bolt_request(request)))

    async def finish(request: web.Request) -> web.Response:
        try:
            response = await flow.handle_callback(_bolt_request(request))
        except (ClientError, TimeoutError, OSError) as error:
            log.error("an installation failed: Slack cannot be reached: %s", error)
            sentence = "Slack can't be reached right now. Start again."
            response = page(502, "newsbot was not installed", sentence)
        return await to_aiohttp_response(response)

    return [web.get("/slack/install", install), web.get("/slack/oauth_redirect", finish)]


def _bolt_request(request: web.Request) -> AsyncBoltRequest:
    return AsyncBoltRequest(body="", query=request.query_string, headers=dict(request.headers))
