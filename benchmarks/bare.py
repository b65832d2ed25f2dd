"""The floor of the web chat: a bare aiohttp server that sends the same bytes, and keeps nothing."""

import asyncio
import sys
from pathlib import Path

from aiohttp import web


async def serve(page: bytes, event: bytes, static: Path) -> None:
    """Serve `page` at / with the files of `static`; any JSON at /api/say sends `event` to every open stream."""
    streams: set[web.StreamResponse] = set()

    async def get_page(request: web.Request) -> web.Response:
        del request
        return web.Response(body=page, content_type="text/html")

    async def say(request: web.Request) -> web.Response:
        await request.json()
        for stream in streams:
            await stream.write(event)
        return web.json_response({"ok": True})

    async def stream(request: web.Request) -> web.StreamResponse:
        response = web.StreamResponse(headers={"Content-Type": "text/event-stream"})
        await response.prepare(request)
        streams.add(response)
        try:
            await asyncio.sleep(3_600)
        finally:
            streams.discard(response)
        return response

    app = web.Application()
    app.router.add_static("/static", static)
    app.add_routes([web.get("/", get_page), web.post("/api/say", say), web.get("/api/stream", stream)])
    runner = web.AppRunner(app, access_log=None)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    print(f"Web chat: http://127.0.0.1:{runner.addresses[0][1]}", flush=True)
    await asyncio.sleep(3_600)


if __name__ == "__main__":
    asyncio.run(serve(Path(sys.argv[1]).read_bytes(), Path(sys.argv[2]).read_bytes(), Path(sys.argv[3])))
