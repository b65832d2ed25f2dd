"""A Discord of our own on loopback: REST and gateway over real sockets, for the real discord.py in tests.

It keeps to what Discord documents of version 10, its limits and errors included, and knows nothing of newsbot. A test
furnishes the world (`discord.world`), acts as a person (`discord.command`, `click`, `say`), spoils things
(`discord.faults`, `discord.limits`, `discord.gateway`) and looks at what arrived (`discord.requests`, `messages`).
"""

from collections.abc import Callable
from types import TracebackType
from typing import Any, Self, TypeVar

from aiohttp import hdrs, web

from tests.discord.loopback_application import Application
from tests.discord.loopback_faults import Fault, Faults, Limited, Limits
from tests.discord.loopback_gateway import Gateway
from tests.discord.loopback_interactions import Callback, Interaction, Interactions
from tests.discord.loopback_messages import Messages
from tests.discord.loopback_objects import Channel, Payload
from tests.discord.loopback_people import People
from tests.discord.loopback_rest import Channels
from tests.discord.loopback_wire import ApiError, Request, Route, Waiters, read, refusal, respond
from tests.discord.loopback_world import Clock, World
from tests.patience import PATIENCE

T = TypeVar("T")

BASE = "/api/v10"
MAX_BODY = 32 * 1024 * 1024
PROXY = {"Via": "1.1 google"}  # how discord.py tells an answer of the API from a ban by the proxy in front of it


class LoopbackDiscord:
    """The server: an async context manager. `strict=False` leaves out the checks of message contents.

    `nonce_window` is the documented "past few minutes" of `enforce_nonce`, in seconds. `echo=False` sends the bot no
    events about its own messages. `keeps_requests=False` records none, for benchmarks.
    """

    def __init__(
        self,
        token: str = "loopback-token",
        *,
        strict: bool = True,
        nonce_window: float = 180.0,
        echo: bool = True,
        keeps_requests: bool = True,
    ) -> None:
        self.token = token
        self.clock = Clock()
        self.world = World(self.clock)
        self.faults = Faults()
        self.limits = Limits(self.clock)
        self.requests: list[Request] = []
        self._keeps_requests = keeps_requests
        self._waiters = Waiters()
        self.gateway = Gateway(self.world, lambda: self.token, self._waiters.changed)
        self.gateway.echoes = echo
        self.store = Messages(self.world, self.gateway, strict=strict, nonce_window=nonce_window)
        self.application = Application(self.world, self.gateway)
        self._interactions = Interactions(self.world, self.store)
        self._channels = Channels(self.world, self.gateway, self.store)
        self._runner = web.AppRunner(self._app(), access_log=None, shutdown_timeout=0.5)
        self.port = 0
        self._lend_verbs()

    def _lend_verbs(self) -> None:
        """Offer a person's verbs here, where a test looks for them."""
        people = People(self.world, self.gateway, self.store, self._interactions, self.application)
        self.command, self.autocomplete, self.click = people.command, people.autocomplete, people.click
        self.submit_modal, self.say = people.submit_modal, people.say
        self.join_guild, self.remove_guild = people.join_guild, people.remove_guild
        self.remove_channel = people.remove_channel

    @property
    def api_url(self) -> str:
        """The base of the REST API."""
        return f"http://127.0.0.1:{self.port}{BASE}"

    @property
    def gateway_url(self) -> str:
        """Where the gateway listens; any other path that is asked for a WebSocket is the gateway too."""
        return f"ws://127.0.0.1:{self.port}/gateway"

    async def __aenter__(self) -> Self:
        await self._runner.setup()
        site = web.TCPSite(self._runner, "127.0.0.1", self.port)
        await site.start()
        self.port = self._runner.addresses[0][1]
        self.application.gateway_url = self.gateway_url
        self.gateway.resume_url = f"ws://127.0.0.1:{self.port}/resume"
        self.store.files_url = f"http://127.0.0.1:{self.port}/attachments"
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.faults.release()
        self.gateway.drop()
        await self._runner.cleanup()

    async def wait_for(self, predicate: Callable[[], T], timeout: float = PATIENCE) -> T:  # noqa: ASYNC109 - a test's deadline
        """What `predicate` gives once true; it is asked after each request and gateway event. Raises TimeoutError."""
        return await self._waiters.wait_for(predicate, timeout)

    async def ready(self, shards: int = 1) -> None:
        """Wait until so many sessions are connected."""
        await self.wait_for(lambda: len(self.gateway.live) >= shards)

    async def answered(self, interaction: Interaction) -> Callback:
        """The first answer to an interaction, once it is there."""
        return await interaction.answer()

    def messages(self, channel: Channel | int) -> list[Payload]:
        """The messages that stand in a channel, oldest first; ephemeral ones stand in none."""
        found = self.world.channels[channel if isinstance(channel, int) else channel.id]
        return list(found.messages.values())

    def requests_to(self, method: str, path: str) -> list[Request]:
        """The recorded requests of a method and exact path."""
        return [request for request in self.requests if request.method == method and request.path == path]

    def _app(self) -> web.Application:
        app = web.Application(client_max_size=MAX_BODY)
        for route in (*self._interactions.routes(), *self.application.routes(), *self._channels.routes()):
            app.router.add_route(route.method, BASE + route.path, self._serving(route))
        app.router.add_get("/attachments/{channel_id}/{file_id}/{name}", self._file)
        app.router.add_route("*", "/{rest:.*}", self._elsewhere)
        return app

    def _serving(self, route: Route) -> Callable[[web.Request], Any]:
        async def serve(raw: web.Request) -> web.StreamResponse:
            return await self._serve(raw, route)

        return serve

    async def _elsewhere(self, raw: web.Request) -> web.StreamResponse:
        """A WebSocket is the gateway, whatever its path; anything else does not exist."""
        if raw.headers.get(hdrs.UPGRADE, "").lower() == "websocket":
            return await self.gateway.serve(raw)
        return await self._serve(raw, Route(raw.method, "*", _not_found))

    async def _file(self, raw: web.Request) -> web.StreamResponse:
        upload = self.store.files.get(int(raw.match_info["file_id"]))
        return respond(200, upload, {}) if upload else web.Response(status=404)

    async def _serve(self, raw: web.Request, route: Route) -> web.StreamResponse:
        request = await read(raw, BASE)
        if self._keeps_requests:
            self.requests.append(request)
        fault = self.faults.take(request.method, request.path)
        if fault is None:
            response = await self._answer(route, request)
            self._waiters.changed()
            return response
        return await self._spoil(raw, route, request, fault)

    async def _spoil(self, raw: web.Request, route: Route, request: Request, fault: Fault) -> web.StreamResponse:
        """Serve a request with a fault."""
        self._waiters.changed()
        if fault.drops_before:
            return _cut(raw)
        if fault.before:
            await fault.before.wait()
        if fault.answer:
            status, body, headers = fault.answer
            return respond(status, body, {**PROXY, **headers})
        response = await self._answer(route, request)
        self._waiters.changed()
        if fault.drops_after:
            return _cut(raw)
        if fault.after:
            await fault.after.wait()
        return response

    async def _answer(self, route: Route, request: Request) -> web.Response:
        headers = PROXY
        try:
            if limited := self.limits.spend(route, request):
                headers = {**PROXY, **limited}
            if not route.is_open and request.headers.get(hdrs.AUTHORIZATION) != f"Bot {self.token}":
                raise ApiError(401, {"message": "401: Unauthorized", "code": 0})
            status, body = await route.handler(request)
        except Limited as error:
            return respond(error.status, error.body, {**PROXY, **error.headers})
        except ApiError as error:
            return respond(error.status, error.body, headers)
        except ValueError:  # an id that is no number
            wrong = refusal(50109)
            return respond(wrong.status, wrong.body, headers)
        return respond(status, body, headers)


async def _not_found(_: Request) -> tuple[int, Any]:
    raise ApiError(404, {"message": "404: Not Found", "code": 0})


def _cut(raw: web.Request) -> web.Response:
    """Cut the connection; what is returned goes nowhere."""
    if raw.transport:
        raw.transport.abort()
    return web.Response()
