"""A Slack on 127.0.0.1 for tests and benchmarks: the real protocols over real sockets, with everything recorded.

`async with LoopbackSlack() as slack:` serves the Web API at `slack.api_url`, response URLs, uploads and Socket Mode;
`slack.http(...)` and `slack.socket()` are people using the app; `slack.faults` makes things go wrong.
"""

import asyncio
import json
import time
from collections.abc import Callable, Mapping
from types import TracebackType
from typing import Self, TypeVar

from aiohttp import ClientSession, DummyCookieJar, TCPConnector, web

from tests.patience import PATIENCE
from tests.slack import loopback_chat, loopback_methods, loopback_views
from tests.slack.loopback_faults import Call, Faults, answer_under
from tests.slack.loopback_install import Browser, Installed
from tests.slack.loopback_methods import Handler, identify
from tests.slack.loopback_records import Channel, File, Json, Message, Refused, User, View, Workspace
from tests.slack.loopback_requests import client_credentials, read_call, refusing, uploaded_bytes
from tests.slack.loopback_sockets import Sockets
from tests.slack.loopback_transports import HttpDriver, SocketDriver
from tests.slack.loopback_world import DEFAULT_SCOPES, World

Found = TypeVar("Found")
METHODS: Mapping[str, Handler] = {**loopback_methods.METHODS, **loopback_chat.METHODS, **loopback_views.METHODS}


class LoopbackSlack:
    """The server. `workspace` is where the app is installed at the start; `world` holds all state and may be changed.

    `strict=False` leaves out the rules for blocks and texts, `record=False` the list of calls: both for benchmarks.
    """

    def __init__(
        self,
        scopes: str | None = DEFAULT_SCOPES,
        clock: Callable[[], float] = time.time,
        strict: bool = True,
        record: bool = True,
    ) -> None:
        self.world = World(clock, strict)
        self.app = self.world.app
        self.workspace = self.world.add_workspace("Acme", scopes)
        self.faults = Faults()
        self.calls: list[Call] = []
        self.sockets = Sockets(self.touch, self.app.id)
        self._record = record
        self._changed = asyncio.Event()
        self._waiting = 0

    async def __aenter__(self) -> Self:
        application = web.Application(client_max_size=32 * 1024 * 1024, middlewares=[refusing])
        application.router.add_route("*", "/api/{method}", self._api)
        application.router.add_post("/response/{team}/{key}", self._response)
        application.router.add_post("/upload/v1/{file}", self._upload)
        application.router.add_get("/files/{file}", self._download)
        application.router.add_get("/link", self.sockets.serve)
        self._runner = web.AppRunner(application, access_log=None, shutdown_timeout=0.2)
        await self._runner.setup()
        site = web.TCPSite(self._runner, "127.0.0.1", 0, backlog=1024)
        await site.start()
        self.port = int(self._runner.addresses[0][1])
        self.url = self.world.base_url = f"http://127.0.0.1:{self.port}"
        self.api_url = f"{self.url}/api/"
        self._session = ClientSession(connector=TCPConnector(limit=0), cookie_jar=DummyCookieJar())
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self._session.close()
        await self.sockets.close()
        await self._runner.cleanup()

    # What a test looks at.

    def messages(self, channel: Channel | str = "news") -> list[Message]:
        """What the bot has posted in a channel, oldest first, as it stands now."""
        place = self.workspace.channel(channel) if isinstance(channel, str) else channel
        bot = self.world.workspaces[place.team].bot_user
        return [message for message in place.messages.values() if message.user == bot]

    @property
    def ephemerals(self) -> list[Message]:
        """The messages that one person only can see, as they stand now."""
        return self.world.ephemerals

    @property
    def views(self) -> list[View]:
        """The modals opened so far, oldest first."""
        return list(self.world.views.values())

    @property
    def uploads(self) -> list[File]:
        """The files uploaded so far."""
        return list(self.world.files.values())

    def home(self, user: User | str, space: Workspace | None = None) -> View | None:
        """A person's Home tab, None before it was published."""
        where = space or self.workspace
        person = where.user(user) if isinstance(user, str) else user
        return self.world.homes.get((where.id, person.id))

    def called(self, method: str) -> list[Call]:
        """The calls of one method, or to one path."""
        return [call for call in self.calls if call.method == method]

    async def wait_for(self, predicate: Callable[[], Found], timeout: float = PATIENCE) -> Found:  # noqa: ASYNC109 - it says how long a test waits
        """Wait until `predicate()` is true and return its value; TimeoutError names the last calls."""
        self._waiting += 1
        try:
            async with asyncio.timeout(timeout):
                while not (found := predicate()):
                    await self._changed.wait()
                return found
        except TimeoutError:
            last = [(call.method, call.answer) for call in self.calls[-5:]]
            raise TimeoutError(f"not so within {timeout} s; the last calls: {last}") from None
        finally:
            self._waiting -= 1

    def touch(self) -> None:
        """Wake whoever waits: something has changed."""
        if self._waiting:
            self._changed.set()
            self._changed = asyncio.Event()

    # Who a test is.

    def http(
        self, base_url: str, signing_secret: str | None = None, space: Workspace | None = None, age: float = 0.0
    ) -> HttpDriver:
        """People whose requests reach {base_url}/slack/events, signed `age` seconds ago."""
        secret = self.app.signing_secret if signing_secret is None else signing_secret
        url = f"{base_url.rstrip('/')}/slack/events"
        return HttpDriver(self.world, space or self.workspace, self._session, url, secret, age)

    def socket(self, space: Workspace | None = None) -> SocketDriver:
        """People whose requests reach the app through Socket Mode."""
        return SocketDriver(self.world, space or self.workspace, self.sockets)

    async def install(
        self,
        base_url: str,
        space: Workspace,
        user: User | str = "alice",
        *,
        state: str | None = None,
        denied: bool = False,
        cookie: bool = True,
        code: str | None = None,
    ) -> Installed:
        """Add the app to a workspace, as a browser does; the options are what can go wrong on the way."""
        person = space.user(user) if isinstance(user, str) else user
        browser = Browser(self.world, self._session)
        return await browser.install(
            base_url.rstrip("/"), space, person, state=state, denied=denied, cookie=cookie, code=code
        )

    # The server.

    async def _api(self, request: web.Request) -> web.StreamResponse:
        call = await read_call(request, request.match_info["method"])
        client = client_credentials(request, call.args)
        return await self._answered(request, call, lambda: self._method(call, client))

    async def _answered(self, request: web.Request, call: Call, work: Callable[[], Json]) -> web.StreamResponse:
        """Record the call, do its work under the fault it meets, tell whoever waits."""
        if self._record:
            self.calls.append(call)
            self.touch()
        response = await answer_under(self.faults.take(call), request, lambda: self._worked(call, work))
        self.touch()
        return response

    def _worked(self, call: Call, work: Callable[[], Json]) -> web.Response:
        status, headers = 200, {}
        try:
            call.answer = work()
        except Refused as refused:
            status, headers, call.answer = refused.status, refused.headers, refused.body
        self.touch()  # here too: a fault may hold the answer back
        grant = self.world.grants.get(call.token)
        if grant is not None:
            headers = headers | {"X-OAuth-Scopes": ",".join(sorted(grant.scopes))}
        return web.Response(
            body=json.dumps(call.answer).encode(), status=status, headers=headers, content_type="application/json"
        )

    def _method(self, call: Call, client: tuple[str, str]) -> Json:
        if call.method == "api.test":
            if "error" in call.args:
                raise Refused(call.args["error"], args=call.args)
            return {"ok": True, "args": call.args}
        if call.method == "oauth.v2.access":
            return {"ok": True, **loopback_views.oauth_access(self.world, call.args, client)}
        if call.method == "apps.connections.open":
            return self._connections_open(call)
        handler = METHODS.get(call.method)
        if handler is None:
            raise Refused("unknown_method", req_method=call.method)
        return {"ok": True, **handler(identify(self.world, call))}

    def _connections_open(self, call: Call) -> Json:
        if call.token != self.app.app_token:
            raise Refused("not_allowed_token_type" if call.token in self.world.grants else "invalid_auth")
        return {"ok": True, "url": f"ws://127.0.0.1:{self.port}/link?{self.sockets.ticket()}"}

    async def _response(self, request: web.Request) -> web.StreamResponse:
        call = await read_call(request, request.path)

        def use() -> Json:
            loopback_chat.respond(self.world, request.match_info["key"], call.args)
            return {"ok": True}

        response = await self._answered(request, call, use)
        # Slack's success is the two letters ok; its failures are JSON.
        if response.status == 200 and call.answer == {"ok": True}:
            return web.Response(text="ok")
        return response

    async def _upload(self, request: web.Request) -> web.StreamResponse:
        content = await uploaded_bytes(request)
        call = Call(request.path, {"size": len(content)}, "", dict(request.headers), time.monotonic())

        def store() -> Json:
            file = self.world.files.get(request.match_info["file"])
            if file is None:
                raise Refused("file_not_found", 404)
            file.content = content
            return {"ok": True}

        response = await self._answered(request, call, store)
        return web.Response(text=f"OK - {len(content)}") if call.answer == {"ok": True} else response

    async def _download(self, request: web.Request) -> web.Response:
        file = self.world.files.get(request.match_info["file"])
        return web.Response(status=404) if file is None else web.Response(body=file.content)
