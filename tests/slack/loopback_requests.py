"""How the loopback Slack reads requests: forms, JSON and addresses alike, as Slack accepts them."""

import base64
import json
import time
from typing import Any
from urllib.parse import parse_qsl

from aiohttp import web
from aiohttp.typedefs import Handler as WebHandler

from tests.slack.loopback_faults import Call
from tests.slack.loopback_records import Json, Refused

STRUCTURED = ("blocks", "metadata", "view", "files", "attachments")


@web.middleware
async def refusing(request: web.Request, handler: WebHandler) -> web.StreamResponse:
    """Answer a request that cannot even be read with Slack's refusal."""
    try:
        return await handler(request)
    except Refused as refused:
        return web.json_response(refused.body, status=refused.status)


async def read_call(request: web.Request, method: str) -> Call:
    """A request as a call: arguments from the address, a form or JSON, the token from its header or argument."""
    args: Json = dict(request.query)
    if request.content_type == "application/json":
        args |= _object(await request.text() or "{}")
    elif request.content_type.startswith("multipart/"):
        args |= {name: value for name, value in (await request.post()).items() if isinstance(value, str)}
    elif request.can_read_body:
        args |= dict(parse_qsl(await request.text(), keep_blank_values=True))
    for name in STRUCTURED:
        if isinstance(args.get(name), str) and args[name]:
            args[name] = _structure(args[name])
    bearer = request.headers.get("Authorization", "")
    token = args.pop("token", None) or (bearer[7:] if bearer.startswith("Bearer ") else "")
    return Call(method, args, str(token), dict(request.headers), time.monotonic())


def _object(text: str) -> Json:
    """A JSON body; refused when it is none, or no object."""
    try:
        body = json.loads(text)
    except ValueError:
        raise Refused("invalid_json") from None
    if not isinstance(body, dict):
        raise Refused("json_not_object")
    return body


def _structure(value: str) -> Any:
    """A JSON argument of a form; what is no JSON stays as it is and is refused by its method."""
    try:
        return json.loads(value)
    except ValueError:
        return value


def client_credentials(request: web.Request, args: Json) -> tuple[str, str]:
    """Client id and secret, from HTTP Basic authentication or from the arguments, which then lose them."""
    given = str(args.pop("client_id", "")), str(args.pop("client_secret", ""))
    header = request.headers.get("Authorization", "")
    if not header.startswith("Basic "):
        return given
    try:
        login, _, password = base64.b64decode(header[6:], validate=True).decode().partition(":")
    except ValueError:
        return given
    return login, password


async def uploaded_bytes(request: web.Request) -> bytes:
    """The file of an upload: the bare body, or the first part of a form."""
    if not request.content_type.startswith("multipart/"):
        return await request.read()
    for part in (await request.post()).values():
        if isinstance(part, web.FileField):
            return part.file.read()
    return b""
