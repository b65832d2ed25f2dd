"""A real newsbot serving its web chat, as a process of its own, and a real browser where there is one."""

import os
import re
import shutil
import signal
import socket
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect, sync_playwright

from tests.databases import fill_data_folder
from tests.patience import PATIENCE

CHROMIUM = next(
    (path for name in ("chromium", "chromium-browser", "google-chrome") if (path := shutil.which(name))), None
)
# A browser for tests alone: it asks nobody but the page.
QUIET = [
    *("--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking"),
    *("--disable-component-update", "--disable-sync"),
]
PATIENCE_MS = PATIENCE * 1_000
_SAID = ("web_", "quiz_", "deliveries", "handled_events")  # tables of what people say and do
OURS = ("NEWSBOT_", "DISCORD_", "SLACK_", "LOG_", "DATABASE_", "HOST", "PORT", "PUBLIC_URL")


def free_port() -> int:
    """A port that nothing listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


class Server:
    """`newsbot run --only web` as a process; can be stopped, killed and started again at the same address."""

    def __init__(self, data: Path) -> None:
        (data / "newsbot.yaml").write_text(f"data: {data}\n", encoding="utf-8")
        self._database = data / "newsbot.db"
        self.port = free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        environment = {name: value for name, value in os.environ.items() if not name.startswith(OURS)}
        self._environment = {**environment, "NEWSBOT_CONFIG": str(data), "PORT": str(self.port)}
        self._process: subprocess.Popen[str] | None = None

    def start(self) -> None:
        """Start, and wait until it says where it listens."""
        self._process = subprocess.Popen(
            [sys.executable, "-m", "newsbot", "run", "--only", "web"],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            text=True,
            env=self._environment,
            cwd="/",
        )
        assert self._process.stdout is not None
        for line in self._process.stdout:
            if re.search(r"Web chat: http://", line):
                return
        raise AssertionError(f"the server ended with {self._process.wait()}")

    def stop(self, sign: signal.Signals = signal.SIGTERM) -> int:
        """Stop it by a signal; returns its exit code."""
        assert self._process is not None
        self._process.send_signal(sign)
        code = self._process.wait(PATIENCE)
        assert self._process.stdout is not None
        self._process.stdout.close()
        return code

    def forget(self) -> None:
        """Take away all that anybody said and did, and all that came of it."""
        with closing(sqlite3.connect(self._database, timeout=PATIENCE)) as database, database:
            for (name,) in database.execute("SELECT name FROM sqlite_master WHERE type = 'table'").fetchall():
                if name.startswith(_SAID):
                    database.execute(f"DELETE FROM {name}")

    @property
    def is_running(self) -> bool:
        """Whether the process is there."""
        return self._process is not None and self._process.poll() is None


@pytest.fixture(scope="module")
def started(tmp_path_factory: pytest.TempPathFactory, migrated_file: Path, drawn_charts: Path) -> Iterator[Server]:
    """A server with a database of its own."""
    folder = tmp_path_factory.mktemp("web")
    fill_data_folder(folder, migrated_file, drawn_charts)
    made = Server(folder)
    made.start()
    yield made
    if made.is_running:
        made.stop(signal.SIGKILL)


@pytest.fixture
def server(started: Server) -> Server:
    """A running server in which nobody has said or done anything yet."""
    if not started.is_running:
        started.start()
    started.forget()
    return started


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """The system's Chromium. Skips, saying so, where there is none.

    Playwright keeps an event loop of its own running, so asynchronous tests cannot share a module with this fixture.
    """
    if CHROMIUM is None:
        pytest.skip("no Chromium here: install it (Debian and Ubuntu: apt install chromium) to run the browser tests")
    with sync_playwright() as playwright:
        opened = playwright.chromium.launch(executable_path=CHROMIUM, args=QUIET, timeout=PATIENCE_MS)
        expect.set_options(timeout=PATIENCE_MS)
        yield opened
        opened.close()


def visit(browser: Browser) -> Page:
    """An empty page in a browser of somebody's own; to be closed with its `context`."""
    context = browser.new_context(viewport={"width": 1100, "height": 900}, reduced_motion="reduce")
    context.set_default_timeout(PATIENCE_MS)
    return context.new_page()


def enter(page: Page, server: Server) -> None:
    """Open the web chat on a page; returns once it can be typed in."""
    page.goto(server.url)
    page.wait_for_selector("#composer-text:focus")


@pytest.fixture
def page(browser: Browser, server: Server) -> Iterator[Page]:
    """The web chat, open. Fails where the page logs an error or asks anybody but its own server."""
    opened = visit(browser)
    alerts: list[str] = []
    opened.on("pageerror", lambda error: alerts.append(f"error: {error}"))
    opened.on("request", lambda request: alerts.append(request.url) if not request.url.startswith(server.url) else None)
    enter(opened, server)
    yield opened
    opened.context.close()
    assert alerts == []
