"""The web chat: the page and an answer beside a bare server that sends the same bytes; memory beside bare imports."""

import asyncio
import json
import re
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

import aiohttp
import psutil

from benchmarks.measure import Row, installed

ROUNDS = 200
_IMPORTS = "import aiohttp, alembic, asyncpg, pydantic, rapidfuzz, sqlalchemy.ext.asyncio, watchfiles, yaml"
_STATIC = Path(__file__).resolve().parent.parent / "newsbot" / "platforms" / "web" / "static"
_FLOOR_MB = 79.0  # FLOORS.md: the whole stack with Discord and Slack imported, on its machine


@contextmanager
def _server(*command: str, data: str) -> Iterator[tuple[str, psutil.Process]]:
    environment = {**installed(f"{data}/compiled"), "NEWSBOT_CONFIG": data, "PORT": "0", "LOG_LEVEL": "warning"}
    with subprocess.Popen(
        [sys.executable, "-m", *command], stdout=subprocess.PIPE, text=True, env=environment
    ) as process:
        assert process.stdout is not None
        url = next(found[1] for line in process.stdout if (found := re.search(r"Web chat: (http://\S+)", line)))
        try:
            yield url, psutil.Process(process.pid)
        finally:
            process.terminate()


class Client:
    """One reader with an open stream, who says the same thing again and again."""

    def __init__(self, url: str, session: aiohttp.ClientSession) -> None:
        self._url = url
        self._session = session
        self.event = b""

    async def open(self) -> None:
        """Open the stream."""
        who = "person=ada&channel=general"
        async with self._session.get(f"{self._url}/api/messages?{who}") as response:
            change = (await response.json())["change"] if response.status == 200 else 0  # a bare server knows none
        self._stream = await self._session.get(f"{self._url}/api/stream?{who}&after={change}")

    async def page(self) -> float:
        """Milliseconds to get the page."""
        start = time.perf_counter()
        async with self._session.get(self._url) as response:
            await response.read()
        return (time.perf_counter() - start) * 1_000

    async def answer(self) -> float:
        """Milliseconds from saying something to having the answer on the stream."""
        body = json.dumps({"person": "ada", "channel": "general", "text": "/deepseek cost"})
        headers = {"Origin": self._url, "Content-Type": "application/json"}
        self.event = b""
        start = time.perf_counter()
        posted = asyncio.create_task(self._post(body, headers))
        await self._card()
        took = (time.perf_counter() - start) * 1_000
        await posted
        return took

    async def _post(self, body: str, headers: dict[str, str]) -> None:
        async with self._session.post(f"{self._url}/api/say", data=body, headers=headers) as response:
            assert response.status == 200, await response.text()

    async def _card(self) -> None:
        while True:
            line = await self._stream.content.readline()
            self.event += line
            if line.startswith(b"data: ") and b'"card"' in line:
                self.event += await self._stream.content.readline()
                return


async def _in_turns(ours: str, bare: str) -> dict[str, tuple[float, float]]:
    async with aiohttp.ClientSession(read_bufsize=2**20) as session:
        clients = (Client(ours, session), Client(bare, session))
        for client in clients:
            await client.open()
        times: dict[str, tuple[list[float], list[float]]] = {"page": ([], []), "answer": ([], [])}
        for _ in range(ROUNDS):
            for place, client in enumerate(clients):
                times["page"][place].append(await client.page())
                times["answer"][place].append(await client.answer())
        return {name: (statistics.median(both[0]), statistics.median(both[1])) for name, both in times.items()}


async def _captured(url: str) -> tuple[bytes, bytes]:
    """The page and the event of an answer, as newsbot sends them."""
    async with aiohttp.ClientSession(read_bufsize=2**20) as session:
        client = Client(url, session)
        await client.open()
        await client.answer()
        async with session.get(url) as response:
            return await response.read(), client.event


def _first_paints(chromium: str, ours: str, bare: str) -> tuple[float, float]:
    """Median milliseconds from navigation to first paint of both pages, in turns."""
    from playwright.sync_api import sync_playwright

    paints: tuple[list[float], list[float]] = ([], [])
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium, args=["--no-sandbox", "--disable-gpu"])
        for _ in range(8):
            for found, url in zip(paints, (ours, bare), strict=True):
                page = browser.new_page()
                page.goto(url, wait_until="load")
                page.wait_for_timeout(300)
                entries = page.evaluate("performance.getEntriesByType('paint').map(entry => entry.startTime)")
                found.extend(entries[:1])
                page.close()
        browser.close()
    return statistics.median(paints[0]), statistics.median(paints[1])


def _bare_memory(environment: Mapping[str, str]) -> float:
    program = f"{_IMPORTS}; import psutil; print(psutil.Process().memory_info().rss)"
    command = [sys.executable, "-c", program]
    ran = [subprocess.run(command, capture_output=True, text=True, check=True, env=environment) for _ in range(2)]
    return int(ran[-1].stdout) / 1e6  # the first may have compiled something


def rows() -> Iterator[Row]:
    """The measured lines."""
    with tempfile.TemporaryDirectory() as data:
        (Path(data) / "newsbot.yaml").write_text(f"data: {data}\n", encoding="utf-8")
        # As at every start but the first: the tables are there, and the modules are compiled.
        with _server("newsbot", "run", "--only", "web", data=data):
            pass
        with _server("newsbot", "run", "--only", "web", data=data) as (ours, process):
            page, event = asyncio.run(_captured(ours))
            (Path(data) / "page").write_bytes(page)
            (Path(data) / "event").write_bytes(event)
            command = ("benchmarks.bare", f"{data}/page", f"{data}/event", str(_STATIC))
            with _server(*command, data=data) as (bare, _):
                for name, (value, floor) in asyncio.run(_in_turns(ours, bare)).items():
                    yield Row(f"web: {name}, p50 of {ROUNDS} (floor: bare aiohttp)", value, "ms", 3.0, floor)
                if chromium := shutil.which("chromium"):
                    value, floor = _first_paints(chromium, ours, bare)
                    yield Row("web: first paint in Chromium (floor: bare aiohttp)", value, "ms", 3.0, floor)
            memory = process.memory_info().rss / 1e6
            bare_memory = _bare_memory(installed(f"{data}/compiled"))
            yield Row("web: resident memory after them (floor: bare imports)", memory, "MB", 1.4, bare_memory)
            yield Row("web: resident memory against the whole stack's import", memory, "MB", 1.4, _FLOOR_MB)
