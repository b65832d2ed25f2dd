"""The web chat over HTTP: the page, its few JSON calls, and a stream of server-sent events."""

import asyncio
import json
from collections.abc import AsyncIterator, Callable, Iterable, Mapping
from contextlib import suppress
from pathlib import Path
from typing import Any

from aiohttp import web

from newsbot.commands.dispatcher import Dispatcher
from newsbot.commands.welcome import DAILY, starters
from newsbot.errors import NewsbotError
from newsbot.messages.cards import Card
from newsbot.messages.charts import ChartPictures
from newsbot.messages.requests import Person
from newsbot.platforms.web.adapter import WebChat
from newsbot.platforms.web.guard import SECURITY_HEADERS, guard
from newsbot.platforms.web.people import CHANNELS, PEOPLE
from newsbot.platforms.web.render import form_view, message_view, picture_of, read_card
from newsbot.storage.records import WebMessage
from newsbot.storage.webmessages import visible_to

_STATIC = Path(__file__).parent / "static"
_STATIC_FILES = {
    "cards.js": "text/javascript",
    "chat.css": "text/css",
    "chat.js": "text/javascript",
    "icon.svg": "image/svg+xml",
    "lookalikes.js": "text/javascript",
}
_LOOK_SECONDS = 1.0  # how often other processes' messages are looked for
_HEARTBEAT_SECONDS = 15.0
_LONGEST_SAID = 20_000

Preview = Callable[[Card], Any]


class WebRoutes:
    """Translates between HTTP and the web chat.

    `previews` shows a card as the exact payload of another platform, by the platform's name.
    """

    def __init__(
        self, chat: WebChat, dispatcher: Dispatcher, pictures: ChartPictures, previews: Mapping[str, Preview]
    ) -> None:
        self._chat = chat
        self._dispatcher = dispatcher
        self._pictures = pictures
        self._previews = previews
        self._stopping = asyncio.Event()

    def routes(self) -> list[web.RouteDef]:
        """Everything to mount, guarded."""
        return [
            web.get("/", guard(self._page)),
            web.get("/static/{name}", guard(self._static)),
            web.get("/api/start", guard(self._start)),
            web.get("/api/messages", guard(self._messages)),
            web.get("/api/stream", guard(self._stream)),
            web.get("/api/complete", guard(self._complete)),
            web.get("/api/preview/{platform}/{message}", guard(self._preview)),
            web.get("/pictures/{message}/{change}/{number}.png", guard(self._picture)),
            web.post("/api/say", guard(self._say)),
            web.post("/api/press", guard(self._press)),
            web.post("/api/submit", guard(self._submit)),
            web.post("/api/delete", guard(self._delete)),
        ]

    def stop(self) -> None:
        """End the open streams."""
        self._stopping.set()

    # -- the page -------------------------------------------------------------------------------------------------

    async def _page(self, request: web.Request) -> web.StreamResponse:
        del request
        return _file(_STATIC / "index.html", "text/html")

    async def _static(self, request: web.Request) -> web.StreamResponse:
        name = request.match_info["name"]
        if name not in _STATIC_FILES:
            raise web.HTTPNotFound(text="There is no such file.")
        return _file(_STATIC / name, _STATIC_FILES[name])

    async def _start(self, request: web.Request) -> web.Response:
        del request
        people = [{"id": p.id, "name": p.name, "admin": p.is_admin} for p in PEOPLE.values()]
        context = self._dispatcher.context
        known = {
            "people": people,
            "channels": CHANNELS,
            "previews": list(self._previews),
            "starters": [{"label": label, "text": said} for label, said in starters(context)],
            "digest": DAILY if context.digests is not None else "",
            "topics": [{"id": t.id, "title": t.title} for t in context.library.topics.values() if t.command],
        }
        return web.json_response(known)

    # -- reading --------------------------------------------------------------------------------------------------

    async def _messages(self, request: web.Request) -> web.Response:
        who, channel = _reader(request)
        messages, change = await self._chat.newest(who, channel)
        shown = ", ".join(message_view(message, who.id) for message in messages)
        body = f'{{"messages": [{shown}], "change": {change}}}'
        return web.Response(text=body, content_type="application/json")

    async def _stream(self, request: web.Request) -> web.StreamResponse:
        """What changes in a channel, as it changes. A reader who comes back gets what was missed."""
        who, channel = _reader(request)
        after = _number(request.headers.get("Last-Event-ID") or request.query.get("after", "0"))
        headers = {"Content-Type": "text/event-stream", "Cache-Control": "no-store", **SECURITY_HEADERS}
        response = web.StreamResponse(headers=headers)
        await response.prepare(request)
        with suppress(ConnectionResetError):  # a page was closed; whoever comes back asks from what they saw last
            await self._tell_changes(response, who, channel, after)
        return response

    async def _tell_changes(self, response: web.StreamResponse, who: Person, channel: str, after: int) -> None:
        """Everything after a change: what is stored here at once, what another process stores within a second."""
        await response.write(b"retry: 1000\n\n")
        clock = asyncio.get_running_loop().time
        told: set[int] = set()  # changes told at once, until a look at the database has passed them
        last_told = clock()

        async def tell(messages: Iterable[WebMessage]) -> None:
            nonlocal last_told
            shown = [message for message in messages if visible_to(message, channel, who.id)]
            if shown:
                events = (f"id: {after}\ndata: {message_view(message, who.id)}\n\n" for message in shown)
                await response.write("".join(events).encode())
                last_told = clock()

        with self._chat.listening() as queue:
            while not self._stopping.is_set():
                found, after = await self._chat.changes(after)
                await tell(message for message in found if message.change not in told)
                told = {change for change in told if change > after}
                async for brought in _brought(queue, _LOOK_SECONDS):
                    fresh = [message for message in brought if message.change > after]
                    told.update(message.change for message in fresh)
                    await tell(fresh)
                if clock() - last_told >= _HEARTBEAT_SECONDS:
                    await response.write(b": still here\n\n")
                    last_told = clock()

    async def _complete(self, request: web.Request) -> web.Response:
        found = self._dispatcher.complete(request.query.get("text", ""))
        return web.json_response([{"label": each.label, "value": each.value} for each in found])

    async def _preview(self, request: web.Request) -> web.Response:
        preview = self._previews.get(request.match_info["platform"])
        message = await self._chat.message(_number(request.match_info["message"]))
        if preview is None or message is None or not message.is_card:
            raise web.HTTPNotFound(text="There is nothing to preview.")
        return web.json_response(preview(read_card(message)))

    async def _picture(self, request: web.Request) -> web.Response:
        message = await self._chat.message(_number(request.match_info["message"]))
        picture = picture_of(message, _number(request.match_info["number"])) if message and message.is_card else None
        if picture is None:
            raise web.HTTPNotFound(text="There is no such picture.")
        try:
            drawn = await self._pictures.png(picture.chart)
        except NewsbotError as error:
            raise web.HTTPServiceUnavailable(text=str(error)) from None
        # The address holds the number of the message's change, so the picture behind it never changes.
        headers = {"Cache-Control": "private, max-age=31536000, immutable"}
        return web.Response(body=drawn, content_type="image/png", headers=headers)

    # -- doing ----------------------------------------------------------------------------------------------------

    async def _say(self, request: web.Request) -> web.Response:
        data, who, channel = await _sender(request)
        await self._chat.say(who, channel, _text(data, "text", _LONGEST_SAID))
        return web.json_response({"ok": True})

    async def _press(self, request: web.Request) -> web.Response:
        data, who, channel = await _sender(request)
        picked = _text(data, "value", 200) if "value" in data else None
        values = () if picked is None else (picked,)
        token = _text(data, "token", _LONGEST_SAID)
        form = await self._chat.press(who, channel, _whole(data, "message"), token, values)
        return web.json_response({"ok": True, "form": form_view(form) if form else None})

    async def _submit(self, request: web.Request) -> web.Response:
        data, who, channel = await _sender(request)
        values = data.get("values")
        if not isinstance(values, dict) or not all(isinstance(value, str) for value in values.values()):
            raise web.HTTPBadRequest(text="The form's values must be an object of texts.")
        try:
            problems = await self._chat.submit(who, channel, _text(data, "token", _LONGEST_SAID), values)
        except NewsbotError as error:
            raise web.HTTPBadRequest(text=str(error)) from None
        return web.json_response({"ok": problems is None, "problems": dict(problems.by_field) if problems else {}})

    async def _delete(self, request: web.Request) -> web.Response:
        data, who, _ = await _sender(request)
        if not await self._chat.take_back(who, _whole(data, "message")):
            raise web.HTTPForbidden(text="It's already gone, or only the person who asked or an admin can delete it.")
        return web.json_response({"ok": True})


async def _brought(
    queue: asyncio.Queue[tuple[WebMessage, ...]], seconds: float
) -> AsyncIterator[tuple[WebMessage, ...]]:
    """What the queue brings within so many seconds."""
    until = asyncio.get_running_loop().time() + seconds
    while True:
        try:
            async with asyncio.timeout_at(until):
                brought = await queue.get()
        except TimeoutError:
            return
        yield brought


def _file(path: Path, content_type: str) -> web.StreamResponse:
    response = web.FileResponse(path, headers={"Cache-Control": "no-cache"})
    response.content_type = content_type
    response.charset = "utf-8"
    return response


def _reader(request: web.Request) -> tuple[Person, str]:
    return _person(request.query.get("person")), _channel(request.query.get("channel"))


async def _sender(request: web.Request) -> tuple[Mapping[str, Any], Person, str]:
    """The JSON object that was sent, with its person and channel. Raises HTTPBadRequest where it is none."""
    if request.content_type != "application/json":
        raise web.HTTPUnsupportedMediaType(text="Send JSON.")
    try:
        data = json.loads(await request.read())
    except (ValueError, RecursionError):
        raise web.HTTPBadRequest(text="That is not JSON.") from None
    if not isinstance(data, dict):
        raise web.HTTPBadRequest(text="Send a JSON object.")
    return data, _person(data.get("person")), _channel(data.get("channel"))


def _person(name: object) -> Person:
    person = PEOPLE.get(name) if isinstance(name, str) else None
    if person is None:
        raise web.HTTPBadRequest(text=f"Act as one of {', '.join(PEOPLE)}.")
    return person


def _channel(name: object) -> str:
    if not isinstance(name, str) or name not in CHANNELS:
        raise web.HTTPBadRequest(text=f"The channels are {', '.join(CHANNELS)}.")
    return name


def _text(data: Mapping[str, Any], key: str, limit: int) -> str:
    value = data.get(key)
    if not isinstance(value, str) or len(value) > limit:
        raise web.HTTPBadRequest(text=f"'{key}' must be a text of at most {limit:,} characters.")
    return value


def _whole(data: Mapping[str, Any], key: str) -> int:
    value = data.get(key)
    if not isinstance(value, int) or isinstance(value, bool) or not 0 <= value < 2**31:
        raise web.HTTPBadRequest(text=f"'{key}' must be a whole number.")
    return value


def _number(text: str) -> int:
    if not text.isascii() or not text.isdecimal() or len(text) > 9:
        raise web.HTTPNotFound(text="There is no such thing.")
    return int(text)
