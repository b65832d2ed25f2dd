"""The real Slack service over the loopback Slack, in both transports, with a database of its own."""

import hashlib
from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Literal

from newsbot.commands.dispatcher import Dispatcher
from newsbot.content.library import Library
from newsbot.http import HttpServer
from newsbot.messages.charts import Chart
from newsbot.platforms.slack.config import SlackConfig
from newsbot.platforms.slack.service import SlackNeeds, SlackService, slack_service
from newsbot.platforms.slack.sockets import Timing
from newsbot.storage.database import Database, DurableEvents
from newsbot.storage.migrate import migrate
from tests.databases import copy_migrated
from tests.patience import PATIENCE
from tests.shipped import shipped_library
from tests.slack.loopback import LoopbackSlack
from tests.slack.loopback_drivers import Driver
from tests.slack.loopback_records import Workspace

KEY = "a secret key that is only for tests"
Transport = Literal["http", "socket"]


@cache
def library() -> Library:
    """The content that ships, read once."""
    return shipped_library()


@dataclass(slots=True)
class Shelf:
    """A holder of a library."""

    current: Library


class Drawing:
    """Draws every chart as the same small picture, and counts how often."""

    def __init__(self) -> None:
        self.drawn = 0

    def key(self, chart: Chart) -> str:
        return hashlib.sha256(repr(chart).encode()).hexdigest()

    async def png(self, chart: Chart) -> bytes:
        self.drawn += 1
        return b"\x89PNG\r\n\x1a\n" + chart.title.encode()


@dataclass(slots=True)
class Running:
    """A running service with what a test needs to use it."""

    slack: LoopbackSlack
    service: SlackService
    dispatcher: Dispatcher
    database: Database
    drawing: Drawing
    transport: Transport
    base_url: str

    def people(self, space: Workspace | None = None) -> Driver:
        """The people of a workspace."""
        if self.transport == "socket":
            return self.slack.socket(space)
        return self.slack.http(self.base_url, space=space)


def values_for(slack: LoopbackSlack, transport: Transport) -> SlackConfig:
    """What a single-workspace bot is given."""
    return SlackConfig(
        bot_token=slack.workspace.token,
        app_token=slack.app.app_token if transport == "socket" else None,
        signing_secret=slack.app.signing_secret if transport == "http" else None,
        api_url=slack.api_url,
        per_channel=0,
        timing=Timing(heartbeat=0.2, first_pause=0.05, linger=0.3),
    )


def oauth_values(slack: LoopbackSlack, transport: Transport) -> SlackConfig:
    """What a bot for many workspaces is given."""
    made = values_for(slack, transport)
    app = slack.app
    return replace(made, bot_token=None, secret_key=KEY, client_id=app.client_id, client_secret=app.client_secret)


@asynccontextmanager
async def running(
    slack: LoopbackSlack,
    transport: Transport,
    values: SlackConfig | None = None,
    *,
    url: str = "",
    now: Callable[[], datetime] | None = None,
    dispatcher_of: Callable[[Shelf, Database], Dispatcher] | None = None,
) -> AsyncIterator[Running]:
    """The service, started; its routes are served on a free port in both transports."""
    moment = now or (lambda: datetime.now(UTC))
    async with AsyncExitStack() as stack:
        folder = stack.enter_context(TemporaryDirectory(prefix="newsbot-slack-"))
        if not url:
            copy_migrated(Path(folder) / "newsbot.db")
        database = Database(url or f"sqlite:///{folder}/newsbot.db")
        stack.push_async_callback(database.close)
        if url:
            await migrate(database)
        slack.world.trigger_seconds += PATIENCE  # a busy machine is no reason to fail
        shelf, drawing = Shelf(library()), Drawing()
        dispatcher = (dispatcher_of or _dispatcher)(shelf, database)
        used = values or values_for(slack, transport)
        needs = SlackNeeds(used, dispatcher, shelf, database, drawing, moment)
        service = await stack.enter_async_context(slack_service(needs))

        async def health() -> dict[str, str]:
            return {"slack": service.health()}

        server = HttpServer("127.0.0.1", 0, service.routes, health)
        base_url = await server.start()
        stack.push_async_callback(server.stop)
        await service.connected()
        yield Running(slack, service, dispatcher, database, drawing, transport, base_url)


@asynccontextmanager
async def without_haste(slack: LoopbackSlack, values: SlackConfig) -> AsyncIterator[SlackService]:
    """The service alone, as beside other platforms: a dead token at its start does not end it."""
    with TemporaryDirectory(prefix="newsbot-slack-") as folder:
        copy_migrated(Path(folder) / "newsbot.db")
        database = Database(f"sqlite:///{folder}/newsbot.db")
        shelf = Shelf(library())
        dispatcher = _dispatcher(shelf, database)
        needs = SlackNeeds(values, dispatcher, shelf, database, Drawing(), lambda: datetime.now(UTC))
        async with slack_service(needs, fails_fast=False) as service:
            yield service
        await database.close()


def _dispatcher(shelf: Shelf, database: Database) -> Dispatcher:
    return Dispatcher(shelf, lambda: datetime.now(UTC), lambda: "incident", DurableEvents(database))
