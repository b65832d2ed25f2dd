"""Who may talk to the web chat: pages of this server on this machine, and nobody else."""

import functools
import ipaddress
from collections.abc import Awaitable, Callable
from urllib.parse import urlsplit

from aiohttp import web

from newsbot.errors import SettingsError

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]

SECURITY_HEADERS = {
    "Content-Security-Policy": (
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; "
        "base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
    ),
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
}


def is_loopback(host: str) -> bool:
    """Whether a host name or address is this machine and no other."""
    if host.lower().rstrip(".") == "localhost":
        return True
    try:
        return ipaddress.ip_address(host.strip("[]")).is_loopback
    except ValueError:
        return False


def require_loopback(host: str, public_url: str | None) -> None:
    """Raises SettingsError where the web chat would be open to others: anybody could act as an administrator there."""
    if public_url:
        raise SettingsError("The web chat does not start where PUBLIC_URL is set: it is for this machine alone.")
    if not is_loopback(host):
        sentence = (
            f"The web chat does not start at HOST {host}: it is for this machine alone (127.0.0.1, localhost, ::1)."
        )
        raise SettingsError(sentence)


def guard(handler: Handler) -> Handler:
    """The handler for requests of our own page only, its answers with strict headers.

    The Host header must name this machine (so that no foreign name can be pointed here), and a request that changes
    something must come from a page of that same host. Anything else is 403.
    """

    @functools.wraps(handler)
    async def answered(request: web.Request) -> web.StreamResponse:
        host = urlsplit(f"//{request.headers.get('Host', '')}")
        if not host.hostname or not is_loopback(host.hostname):
            raise web.HTTPForbidden(text="This page answers at its own address on this machine only.")
        if request.method != "GET" and not _is_own_page(request, host.netloc):
            raise web.HTTPForbidden(text="Only newsbot's own page may send this.")
        response = await handler(request)
        if not response.prepared:
            response.headers.update(SECURITY_HEADERS)
        return response

    return answered


def _is_own_page(request: web.Request, host: str) -> bool:
    origin = urlsplit(request.headers.get("Origin", ""))
    return origin.scheme == "http" and origin.netloc.lower() == host.lower()
