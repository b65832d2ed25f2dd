"""The HTTP side of the loopback Discord: errors as Discord words them, and requests as they arrived."""

import asyncio
import json
import re
import time
from collections import deque
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, NamedTuple, TypeVar

from aiohttp import BodyPartReader, web

from tests.discord.loopback_objects import Payload
from tests.patience import PATIENCE

T = TypeVar("T")

# Status and text by JSON error code, from Discord's list of opcodes and status codes.
ERRORS: dict[int, tuple[int, str]] = {
    10003: (404, "Unknown Channel"),
    10004: (404, "Unknown Guild"),
    10007: (404, "Unknown Member"),
    10008: (404, "Unknown Message"),
    10013: (404, "Unknown User"),
    10015: (404, "Unknown Webhook"),
    10062: (404, "Unknown interaction"),
    20026: (403, "Your bot has been flagged by our anti-spam system for abusive behavior."),
    40001: (403, "Unauthorized. Provide a valid token and try again"),
    40002: (403, "You need to verify your account in order to perform this action"),
    40004: (403, "Send messages has been temporarily disabled"),
    40006: (403, "This feature has been temporarily disabled server-side"),
    40333: (403, "internal network error"),
    40005: (413, "Request entity too large. Try sending something smaller in size"),
    40033: (400, "This message has already been crossposted"),
    40060: (400, "Interaction has already been acknowledged."),
    40067: (400, "A tag is required to create a forum post in this channel"),
    40094: (400, "This interaction has reached its maximum number of follow up messages"),
    50001: (403, "Missing Access"),
    50005: (403, "Cannot edit a message authored by another user"),
    50006: (400, "Cannot send an empty message"),
    50007: (403, "Cannot send messages to this user"),
    50008: (400, "Cannot send messages in a non-text channel"),
    50013: (403, "Missing Permissions"),
    50024: (400, "Cannot execute action on this channel type"),
    50027: (401, "Invalid Webhook Token"),
    50083: (400, "Thread is archived"),
    50278: (403, "Cannot send messages to this user due to having no mutual guilds"),
    50109: (400, "The request body contains invalid JSON."),
    160004: (400, "A thread has already been created for this message"),
    160005: (400, "Thread is locked"),
    200000: (400, "Message was blocked by automatic moderation"),
}


class ApiError(Exception):
    """An answer that is no success."""

    def __init__(self, status: int, body: Payload) -> None:
        super().__init__(body.get("message"))
        self.status = status
        self.body = body


def refusal(code: int) -> ApiError:
    """The error that Discord gives with a JSON error code."""
    status, message = ERRORS[code]
    return ApiError(status, {"message": message, "code": code})


class Problems:
    """What is wrong with a form, gathered into Discord's nested `errors` object."""

    def __init__(self) -> None:
        self._errors: Payload = {}

    def add(self, path: tuple[str | int, ...], code: str, message: str) -> None:
        """Note a problem of the field at `path`."""
        node = self._errors
        for step in path:
            node = node.setdefault(str(step), {})
        node.setdefault("_errors", []).append({"code": code, "message": message})

    def length(self, path: tuple[str | int, ...], value: Any, low: int, high: int) -> None:
        """Note a text or list that is not between `low` and `high` long."""
        if not isinstance(value, str | list):
            self.add(path, "BASE_TYPE_REQUIRED", "This field is required")
        elif not low <= len(value) <= high:
            self.add(path, "BASE_TYPE_BAD_LENGTH", f"Must be between {low} and {high} in length.")

    def choice(self, path: tuple[str | int, ...], value: Any, allowed: frozenset[Any]) -> None:
        """Note a value outside a closed set."""
        if value not in allowed:
            names = ", ".join(map(str, sorted(allowed)))
            self.add(path, "BASE_TYPE_CHOICES", f"Value must be one of {{{names}}}.")

    def raise_any(self) -> None:
        """Raise error 50035 if anything was noted."""
        if self._errors:
            raise ApiError(400, {"message": "Invalid Form Body", "code": 50035, "errors": self._errors})


class Upload(NamedTuple):
    """A file of a multipart request."""

    filename: str
    data: bytes
    content_type: str


@dataclass(slots=True)
class Request:
    """One request as it arrived; `path` is what follows the version, `at` is monotonic seconds."""

    method: str
    path: str
    query: Mapping[str, str]
    headers: Mapping[str, str]
    params: Mapping[str, str]
    json: Any = None
    files: dict[int, Upload] = field(default_factory=dict)
    at: float = field(default_factory=time.perf_counter)

    def id(self, name: str) -> int:
        """An id in the path."""
        return int(self.params[name])

    @property
    def form(self) -> Payload:
        """The body where it must be an object."""
        if not isinstance(self.json, dict):
            raise refusal(50109)
        return self.json


Handler = Callable[[Request], Awaitable[tuple[int, Any]]]


@dataclass(frozen=True, slots=True)
class Route:
    """A documented endpoint; an open one needs no bot token (interactions and webhooks carry their own)."""

    method: str
    path: str
    handler: Handler
    is_open: bool = False


async def read(raw: web.Request, base: str) -> Request:
    """Read a request to its end. A body that is neither JSON nor multipart stays None."""
    path = raw.path.removeprefix(base)
    request = Request(raw.method, path, raw.query, raw.headers, raw.match_info)
    if not raw.can_read_body:
        return request
    if raw.content_type == "multipart/form-data":
        await _read_parts(raw, request)
    elif raw.content_type == "application/json":
        request.json = _decoded(await raw.read())
    return request


async def _read_parts(raw: web.Request, request: Request) -> None:
    async for part in await raw.multipart():
        assert isinstance(part, BodyPartReader)
        name, data = part.name or "", bytes(await part.read())
        if name == "payload_json":
            request.json = _decoded(data)
        elif found := re.fullmatch(r"files\[(\d+)\]", name):
            kind = part.headers.get("Content-Type", "application/octet-stream")
            request.files[int(found[1])] = Upload(part.filename or "", data, kind)


def _decoded(data: bytes) -> Any:
    try:
        return json.loads(data)
    except ValueError:
        return None


def respond(status: int, body: Any, headers: Mapping[str, str]) -> web.Response:
    """An answer with exactly the content type Discord sends; `Via` tells it from a ban by the proxy in front."""
    if status == 204:
        return web.Response(status=204, headers=headers)
    if isinstance(body, Upload):
        return web.Response(body=body.data, content_type=body.content_type, headers=headers)
    data = json.dumps(body, separators=(",", ":")).encode()
    return web.Response(body=data, status=status, content_type="application/json", headers=headers)


class Waiters:
    """Tests that wait until something has happened."""

    def __init__(self) -> None:
        self._waiting: deque[tuple[Callable[[], object], asyncio.Future[Any]]] = deque()

    def changed(self) -> None:
        """Something happened: wake whoever waited for it."""
        for _ in range(len(self._waiting)):
            predicate, future = self._waiting.popleft()
            if future.done():
                continue
            if found := predicate():
                future.set_result(found)
            else:
                self._waiting.append((predicate, future))

    async def wait_for(self, predicate: Callable[[], T], timeout: float = PATIENCE) -> T:  # noqa: ASYNC109 - a test's deadline
        """What `predicate` gives once that is true. Raises TimeoutError after `timeout` seconds."""
        if found := predicate():
            return found
        future: asyncio.Future[T] = asyncio.get_running_loop().create_future()
        self._waiting.append((predicate, future))
        async with asyncio.timeout(timeout):
            return await future
