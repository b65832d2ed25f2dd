"""Fetches one address: follows redirects itself, each step within the same limits and judged anew."""

import asyncio
import time
from collections.abc import Callable
from contextlib import AsyncExitStack
from types import TracebackType
from typing import NoReturn
from urllib.parse import quote, urljoin, urlsplit
from weakref import WeakValueDictionary

from aiohttp import (
    ClientConnectorCertificateError,
    ClientConnectorError,
    ClientConnectorSSLError,
    ClientError,
    ClientResponse,
    ClientSession,
    ClientTimeout,
    DummyCookieJar,
    InvalidURL,
)
from yarl import URL

from newsbot.news.fetch.decoding import BodyDecoder
from newsbot.news.fetch.errors import FetchRefused, Unreachable
from newsbot.news.fetch.network import AddressRefused, Network
from newsbot.news.fetch.values import FetchAnswer, FetchRequest, HostPace, Limits, Redirect

_ACCEPT = (
    "application/atom+xml, application/rss+xml, application/feed+json, application/json;q=0.9, application/xml;q=0.9, "
    "text/xml;q=0.8, */*;q=0.1"
)
_REDIRECTS = frozenset({301, 302, 303, 307, 308})
_PIECE = 65_536
# What stays as it is in a path and a query: signed addresses hold for one spelling alone. Brackets are encoded.
_AS_WRITTEN = "!$%&'()*+,/:;=?@~|"


class Fetcher:
    """Fetches addresses over one pool of connections. One event loop only; use it as an asynchronous context.

    One request at a time goes to a host.
    """

    def __init__(
        self,
        network: Network | None = None,
        pace: HostPace | None = None,
        limits: Limits | None = None,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        """`pace` holds requests back where a host's rules, or its wish, say so."""
        self._network = network or Network()
        self._pace = pace
        self._limits = limits or Limits()
        self._clock = clock
        self._turns: WeakValueDictionary[str, asyncio.Lock] = WeakValueDictionary()
        self._session: ClientSession | None = None

    async def __aenter__(self) -> "Fetcher":
        # Without cookies each poll is like the first. The limit in seconds is one for all steps: the library's is off.
        self._session = ClientSession(
            connector=self._network.connector(),
            timeout=ClientTimeout(total=None),
            auto_decompress=False,
            cookie_jar=DummyCookieJar(),
        )
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        assert self._session is not None
        await self._session.close()

    async def fetch(self, request: FetchRequest) -> FetchAnswer:
        """The answer to one request, after its redirects; of any status.

        Raises Unreachable, FetchRefused or Undecodable. Validators go along with redirects: they are those of the feed
        at the end, which would be sent whole each time without them.
        """
        redirects: list[Redirect] = []
        url, left = _checked(request.url), self._limits.seconds
        headers = {"User-Agent": request.agent, "Accept": _ACCEPT, "Accept-Encoding": "gzip, deflate"}
        headers |= _validators(request)
        while True:
            async with self._turn(url):
                started = self._clock()
                answer = await self._step(url, headers, left)
                left -= self._clock() - started
            target = answer.headers.get("location", "")
            if answer.status not in _REDIRECTS or not target:
                return FetchAnswer(str(url), answer.status, answer.headers, answer.body, tuple(redirects))
            following = _checked(_joined(url, target))
            redirects.append(Redirect(answer.status, str(url), str(following)))
            if following in {URL(each.origin) for each in redirects}:
                raise Unreachable("The address redirects in a circle.", "Look for the feed's address on its site.")
            if len(redirects) > self._limits.redirects:
                raise FetchRefused(
                    f"The address redirects more than {self._limits.redirects} times.",
                    "Enter the address at which the redirects end.",
                )
            url = following

    def _turn(self, url: URL) -> "_Turn":
        host = url.host or ""
        lock = self._turns.get(host)
        if lock is None:
            lock = self._turns[host] = asyncio.Lock()
        return _Turn(lock, host, self._pace)

    async def _step(self, url: URL, headers: dict[str, str], seconds: float) -> FetchAnswer:
        """One request, without redirects."""
        assert self._session is not None
        try:
            async with AsyncExitStack() as stack:
                await stack.enter_async_context(asyncio.timeout(max(seconds, 0.0)))
                if self._network.proxy:
                    await self._network.judge(url.host or "", url.port or 0)
                asked = self._session.get(
                    url, headers=headers, allow_redirects=False, proxy=self._network.proxy or None
                )
                response = await stack.enter_async_context(asked)
                body = await self._body(response)
        except TimeoutError:
            raise Unreachable(f"The host did not answer within {self._limits.seconds:g} seconds.") from None
        except (OSError, ClientError, ValueError) as error:
            _refuse(error, url)
        return FetchAnswer(str(url), response.status, _headers(response), body)

    async def _body(self, response: ClientResponse) -> bytes:
        if response.status in _REDIRECTS or response.status == 304:
            return b""
        decoder = BodyDecoder(response.headers.get("Content-Encoding", ""), self._limits.body_bytes)
        async for piece in response.content.iter_chunked(_PIECE):
            for _ in decoder.feed(piece):
                await asyncio.sleep(0)  # nobody waits for a large body to be decoded
        return decoder.finish()


class _Turn:
    """A turn at one host: one request at a time, and no sooner than its pace allows."""

    def __init__(self, lock: asyncio.Lock, host: str, pace: HostPace | None) -> None:
        self._lock = lock
        self._host = host
        self._pace = pace

    async def __aenter__(self) -> None:
        await self._lock.acquire()
        try:
            if self._pace is not None:
                await self._pace.wait_turn(self._host)
        except BaseException:
            self._lock.release()
            raise

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._lock.release()


def _checked(address: str) -> URL:
    """The address as one that may be fetched, with its path and query as they were written. Raises FetchRefused."""
    try:
        url, parts = URL(address), urlsplit(address)
    except ValueError:
        raise FetchRefused(f"{address[:100]!r} isn't an address.", "Enter one that begins with https://.") from None
    if url.scheme not in {"http", "https"} or not url.host:
        raise FetchRefused(f"{address[:100]!r} isn't an address on the web.", "Enter one that begins with https://.")
    path, query = quote(parts.path or "/", safe=_AS_WRITTEN), quote(parts.query, safe=_AS_WRITTEN)
    return URL.build(scheme=url.scheme, authority=url.raw_authority, path=path, query_string=query, encoded=True)


def _joined(url: URL, target: str) -> str:
    try:
        return urljoin(str(url), target)
    except ValueError:
        return target


def _validators(request: FetchRequest) -> dict[str, str]:
    named = {"If-None-Match": request.etag, "If-Modified-Since": request.last_modified}
    return {name: value for name, value in named.items() if value}


def _headers(response: ClientResponse) -> dict[str, str]:
    found: dict[str, str] = {}
    for name, value in response.headers.items():
        found.setdefault(name.lower(), value)
    return found


def _refuse(error: Exception, url: URL) -> NoReturn:
    """Raise what an error of the library means, told by its kind."""
    cause = error.os_error if isinstance(error, ClientConnectorError) else error
    if isinstance(cause, AddressRefused):
        which = "" if url.host == cause.address else f" leads to {cause.address}, which"
        raise FetchRefused(
            f"{url.host}{which} isn't on the public internet.", "Enter an address that everybody can reach."
        ) from None
    if isinstance(error, InvalidURL):  # such as an IPv4 address in decimal or octal
        raise FetchRefused(f"{str(url)[:100]!r} isn't an address for newsbot.", "Enter a host's name.") from None
    if isinstance(error, ClientConnectorCertificateError):
        raise Unreachable(f"The certificate of {url.host} isn't valid.", "Wait until its owner renews it.") from None
    if isinstance(error, ClientConnectorSSLError):
        raise Unreachable(f"No secure connection to {url.host} is possible.") from None
    if isinstance(error, ClientConnectorError | OSError) and not isinstance(error, ConnectionError):
        raise Unreachable(f"{url.host} cannot be reached.", "Check the address, and this machine's network.") from None
    raise Unreachable(f"{url.host} broke the answer off.") from None
