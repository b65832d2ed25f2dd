"""The one aiohttp application: what web chat, charts and, later, Slack's events mount on, and its health."""

import json
import logging
from collections.abc import Awaitable, Callable, Iterable

from aiohttp import web

from newsbot.errors import SettingsError, StorageError

log = logging.getLogger(__name__)

_MAX_BODY = 64 * 1024
Health = Callable[[], Awaitable[dict[str, str]]]


class HttpServer:
    """Serves the routes it is given at one address, from `start` to `stop`."""

    def __init__(self, host: str, port: int, routes: Iterable[web.AbstractRouteDef], health: Health) -> None:
        """Port 0 takes any free one. `health` tells what is well: each part with "ok" or what is wrong."""
        self._host = host
        self._port = port
        self._health = health
        self._app = web.Application(client_max_size=_MAX_BODY, middlewares=[_plain_errors])
        self._app.add_routes([web.get("/healthz", self._answer_health), *routes])
        self._runner = web.AppRunner(self._app, access_log=None, shutdown_timeout=1.0)
        self.url = ""

    async def start(self) -> str:
        """Listen; returns the address. Raises SettingsError where it cannot, for example because the port is taken."""
        await self._runner.setup()
        site = web.TCPSite(self._runner, self._host, self._port)
        try:
            await site.start()
        except OSError as error:
            await self._runner.cleanup()
            reason = error.strerror or str(error)
            sentence = f"newsbot cannot listen at {self._host}:{self._port} ({reason}). Set PORT to a free one."
            raise SettingsError(sentence) from None
        port = self._runner.addresses[0][1]
        host = f"[{self._host}]" if ":" in self._host else self._host
        self.url = f"http://{host}:{port}"
        return self.url

    async def stop(self) -> None:
        """Stop listening; open streams are closed."""
        await self._runner.cleanup()

    async def _answer_health(self, request: web.Request) -> web.Response:
        del request
        parts = await self._health()
        is_well = all(state == "ok" for state in parts.values())
        return web.json_response({"status": "ok" if is_well else "failing", **parts}, status=200 if is_well else 503)


@web.middleware
async def _plain_errors(
    request: web.Request, handler: Callable[[web.Request], Awaitable[web.StreamResponse]]
) -> web.StreamResponse:
    """Every refusal as a JSON object with one sentence; what breaks is logged and told without its insides."""
    try:
        return await handler(request)
    except web.HTTPException as error:
        if error.status < 400:
            raise
        return _refusal(error.status, error.text or error.reason)
    except ConnectionResetError:
        raise
    except StorageError as error:
        log.warning("a request for %s waits: %s", request.path, error)
        return _refusal(503, str(error))
    except Exception:
        log.exception("a request for %s broke", request.path)
        return _refusal(500, "Something broke, and it's not your fault.")


def _refusal(status: int, sentence: str) -> web.Response:
    body = json.dumps({"error": sentence})
    return web.Response(status=status, text=body, content_type="application/json")
