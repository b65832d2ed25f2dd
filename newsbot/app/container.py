"""The app that can answer, and what it is made of."""

import logging
import secrets
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import TYPE_CHECKING

from newsbot.commands.dispatcher import Dispatcher, HandledEvents
from newsbot.commands.registry import PlaceChoices
from newsbot.content.live import LiveLibrary
from newsbot.settings import Settings

if TYPE_CHECKING:
    from collections.abc import Callable

    from newsbot.charts.renderer import ChartRenderer
    from newsbot.digests.service import DigestService
    from newsbot.quizzes.service import QuizService
    from newsbot.storage.database import Database


log = logging.getLogger(__name__)

_REMEMBER_EVENTS = timedelta(days=2)  # no platform repeats an event after a day


def now() -> datetime:
    """This instant, in UTC."""
    return datetime.now(UTC)


def today() -> date:
    """Today in UTC."""
    return now().date()


@dataclass(frozen=True)
class App:
    """A newsbot that can answer: the live content and the dispatcher over it."""

    settings: Settings
    live: LiveLibrary
    dispatcher: Dispatcher


def build(
    settings: Settings,
    handled: HandledEvents | None = None,
    choices: PlaceChoices | None = None,
    digests_of: "Callable[[LiveLibrary], DigestService] | None" = None,
    quizzes_of: "Callable[[LiveLibrary], QuizService] | None" = None,
) -> App:
    """The app of these settings. Raises ContentMistakes where the content has any.

    Without `handled`, `choices`, `digests_of` and `quizzes_of` it remembers nothing: enough to answer a single line.
    """
    live = LiveLibrary(settings.content_folder, today)
    digests = digests_of(live) if digests_of else None
    quizzes = quizzes_of(live) if quizzes_of else None
    dispatcher = Dispatcher(
        live, now, lambda: secrets.token_hex(4), handled, choices=choices, digests=digests, quizzes=quizzes
    )
    return App(settings, live, dispatcher)


def chart_renderer(settings: Settings) -> "ChartRenderer":
    """What draws charts, with its cache in the data folder."""
    from newsbot.charts.renderer import ChartRenderer  # its first picture starts a process

    return ChartRenderer(settings.data_folder / "charts")


@asynccontextmanager
async def open_database(settings: Settings) -> "AsyncIterator[Database]":
    """The database, migrated and without what it need not remember."""
    from newsbot.storage.database import Database  # heavy: a single answer needs none of it
    from newsbot.storage.migrate import migrate

    database = Database(settings.database_url)
    try:
        await migrate(database)
        async with database.transaction() as transaction:
            await transaction.events.forget_before(now() - _REMEMBER_EVENTS)
        yield database
    finally:
        await database.close()


async def health(app: App, database: "Database") -> dict[str, str]:
    """Each part with "ok", or what is wrong with it."""
    from newsbot.errors import StorageError

    try:
        async with database.transaction() as transaction:
            await transaction.web_messages.last_change()
        state = "ok"
    except StorageError as error:
        state = str(error)
    return {"database": state, "content": "ok" if app.live.is_current else "the last edit has mistakes; see the log"}
