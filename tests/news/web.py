"""A web on this machine: many hosts by name, each with its own behaviour, over real sockets.

It comes in through the resolver and the rule that a `Network` takes; production has no setting for either.
"""

import asyncio
import socket
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field

from aiohttp import web
from aiohttp.abc import AbstractResolver, ResolveResult

from newsbot.news.fetch.guard import is_public
from newsbot.news.fetch.network import Network

LOOPBACK = "127.0.0.1"
Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]


@dataclass
class Asked:
    """One request that a host got."""

    host: str
    path: str
    headers: dict[str, str]


@dataclass
class Web:
    """The hosts by name.

    `addresses` are what a name resolves to where that is not this web; each look-up takes the next.
    """

    hosts: dict[str, Handler] = field(default_factory=dict)
    addresses: dict[str, list[str]] = field(default_factory=dict)
    asked: list[Asked] = field(default_factory=list)
    port: int = 0
    tls_ports: dict[str, int] = field(default_factory=dict)
    looked_up: list[str] = field(default_factory=list)

    def network(self) -> Network:
        """How a fetcher reaches this web, and no other address of this machine."""
        return Network(
            resolver=lambda: _Names(self), may_connect=lambda address: address == LOOPBACK or is_public(address)
        )

    def of(self, host: str) -> list[Asked]:
        """What a host was asked."""
        return [each for each in self.asked if each.host == host]

    async def _answer(self, request: web.BaseRequest) -> web.StreamResponse:
        assert isinstance(request, web.BaseRequest)
        host = (request.headers.get("Host") or "").partition(":")[0]
        self.asked.append(
            Asked(host, request.path_qs, {name.lower(): value for name, value in request.headers.items()})
        )
        handler = self.hosts.get(host)
        if handler is None:
            return web.Response(status=404)
        return await handler(request)  # type: ignore[arg-type] # a request without an application


class _Names(AbstractResolver):
    """Resolves the names of a web."""

    def __init__(self, of: Web) -> None:
        self._web = of

    async def resolve(
        self, host: str, port: int = 0, family: socket.AddressFamily = socket.AF_UNSPEC
    ) -> list[ResolveResult]:
        web_ = self._web
        web_.looked_up.append(host)
        if (listed := web_.addresses.get(host)) is not None:
            address = listed.pop(0) if len(listed) > 1 else listed[0]
            return [_found(host, address, port)]
        if host not in web_.hosts:
            raise socket.gaierror(socket.EAI_NONAME, "Name or service not known")
        return [_found(host, LOOPBACK, web_.tls_ports.get(host, 0) if port == 443 else web_.port)]

    async def close(self) -> None:
        """Nothing is held."""


def _found(host: str, address: str, port: int) -> ResolveResult:
    family = socket.AF_INET6 if ":" in address else socket.AF_INET
    return ResolveResult(hostname=host, host=address, port=port, family=family, proto=0, flags=socket.AI_NUMERICHOST)


@asynccontextmanager
async def loopback_web() -> AsyncIterator[Web]:
    """An empty web."""
    found = Web()
    server = web.Server(found._answer)
    runner = web.ServerRunner(server, shutdown_timeout=0.1)
    await runner.setup()
    site = web.TCPSite(runner, LOOPBACK, 0)
    await site.start()
    assert runner.addresses
    found.port = runner.addresses[0][1]
    try:
        yield found
    finally:
        await runner.cleanup()


@asynccontextmanager
async def raw_server(
    answer: Callable[[asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]],
) -> AsyncIterator[int]:
    """A server that answers each connection by a function; its port."""
    async with AsyncExitStack() as stack:
        server = await asyncio.start_server(answer, LOOPBACK, 0)
        stack.callback(server.close)
        yield server.sockets[0].getsockname()[1]


def reply(status: int = 200, /, *, body: bytes = b"", **headers: str) -> Handler:
    """A handler with one answer; `_` in names of headers is a hyphen."""

    async def answer(request: web.Request) -> web.StreamResponse:
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        return web.Response(status=status, body=body, headers=named)

    return answer


def redirect(target: str, status: int = 301) -> Handler:
    """A handler that redirects."""
    return reply(status, Location=target)
