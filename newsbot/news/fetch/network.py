"""How newsbot reaches the world: names looked up without holding anybody up, and every connection's address judged."""

import asyncio
import errno
import socket
import ssl
import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from aiohttp import TCPConnector
from aiohttp.abc import AbstractResolver, ResolveResult

from newsbot.news.fetch.guard import is_public

_REFUSED = "not an address of the public internet"  # one text for every address: the library joins unlike ones to one


class AddressRefused(OSError):
    """A connection was about to go where newsbot must not."""

    def __init__(self, address: str) -> None:
        super().__init__(errno.EACCES, _REFUSED)
        self.address = address


class SystemResolver(AbstractResolver):
    """The system's own look-up of names, each in a thread of its own.

    A name server that is silent holds a look-up for half a minute, which nobody can cancel: in a shared pool of threads
    a few such names would hold up every other look-up of the process.
    """

    async def resolve(
        self, host: str, port: int = 0, family: socket.AddressFamily = socket.AF_UNSPEC
    ) -> list[ResolveResult]:
        """The addresses of a host. Raises OSError where there are none."""
        loop = asyncio.get_running_loop()
        found: asyncio.Future[Any] = loop.create_future()

        def answer(result: Any, error: BaseException | None) -> None:
            if found.done():
                return
            if error is not None:
                found.set_exception(error)
            else:
                found.set_result(result)

        def look_up() -> None:
            result, failure = None, None
            try:
                result = socket.getaddrinfo(host, port, family=family, type=socket.SOCK_STREAM)
            except (OSError, UnicodeError) as error:  # a label of a name that is too long is a UnicodeError
                failure = error if isinstance(error, OSError) else OSError(f"not a name: {error}")
            try:
                loop.call_soon_threadsafe(answer, result, failure)
            except RuntimeError:  # the loop has ended meanwhile
                return

        threading.Thread(target=look_up, name=f"look up {host}", daemon=True).start()
        return [_resolved(host, entry) for entry in await found]

    async def close(self) -> None:
        """Nothing is held."""


def _resolved(host: str, entry: Sequence[Any]) -> ResolveResult:
    family, _, proto, _, address = entry
    flags = socket.AI_NUMERICHOST | socket.AI_NUMERICSERV
    return ResolveResult(hostname=host, host=address[0], port=address[1], family=family, proto=proto, flags=flags)


@dataclass(frozen=True)
class Network:
    """How the world is reached. The default is the public internet and nothing else.

    Tests give a resolver and a rule of their own, to build a web on this machine; no setting can. `proxy` is the
    address of a proxy through which everything goes: then names are looked up and judged here before each request, and
    what the proxy connects to is its own affair.
    """

    resolver: Callable[[], AbstractResolver] = SystemResolver
    may_connect: Callable[[str], bool] = is_public
    tls: ssl.SSLContext | None = None
    proxy: str = ""

    def connector(self) -> TCPConnector:
        """What makes connections; call it on the event loop that uses it."""
        # Names are looked up for each connection: an answer that was kept is what rebinding relies on.
        shared: dict[str, Any] = {"limit": 0, "use_dns_cache": False, "ssl": self.tls or True}
        if self.proxy:
            return TCPConnector(**shared)
        return TCPConnector(resolver=self.resolver(), socket_factory=self._guarded_socket, **shared)

    def _guarded_socket(self, info: Any) -> socket.socket:
        family, kind, proto, _, address = info
        if not self.may_connect(str(address[0])):
            raise AddressRefused(str(address[0]))
        return socket.socket(family=family, type=kind, proto=proto)

    async def judge(self, host: str, port: int) -> None:
        """Look a host up and judge all its addresses, where a proxy connects and not newsbot.

        Raises AddressRefused, or OSError where the name is unknown.
        """
        resolver = self.resolver()
        try:
            for found in await resolver.resolve(host, port, socket.AF_UNSPEC):
                if not self.may_connect(found["host"]):
                    raise AddressRefused(found["host"])
        finally:
            await resolver.close()
