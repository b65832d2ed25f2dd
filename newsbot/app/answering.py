"""What answers a single line: the content and the dispatcher over it. Needs no database, and is ready at once."""

import secrets
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import TYPE_CHECKING

from newsbot.commands.dispatcher import Dispatcher, HandledEvents
from newsbot.commands.registry import NumberReports, PlaceChoices
from newsbot.content.live import LiveLibrary
from newsbot.settings import Settings

if TYPE_CHECKING:  # heavy: a single answer needs none of it
    from newsbot.charts.renderer import ChartRenderer
    from newsbot.digests.service import DigestService
    from newsbot.news.service import NewsService
    from newsbot.quizzes.service import QuizService


def now() -> datetime:
    """This instant, in UTC."""
    return datetime.now(UTC)


def today() -> date:
    """Today in UTC."""
    return now().date()


@dataclass(frozen=True)
class Answering:
    """A newsbot that answers and remembers nothing."""

    live: LiveLibrary
    dispatcher: Dispatcher


def build_answering(settings: Settings, day: date | None = None) -> Answering:
    """What answers by these settings, as if it were a day at noon. Raises ContentMistakes where the content has any."""
    if day is None:
        live = build_library(settings)
        return Answering(live, build_dispatcher(live))
    noon = datetime(day.year, day.month, day.day, 12, tzinfo=UTC)
    live = LiveLibrary(settings.content_folder, noon.date)
    return Answering(live, Dispatcher(live, lambda: noon, _new_id))


def build_library(settings: Settings) -> LiveLibrary:
    """The content of these settings. Raises ContentMistakes where it has any."""
    return LiveLibrary(settings.content_folder, today)


def build_dispatcher(
    live: LiveLibrary,
    handled: HandledEvents | None = None,
    choices: PlaceChoices | None = None,
    digests: "DigestService | None" = None,
    quizzes: "QuizService | None" = None,
    reports: NumberReports | None = None,
    news: "NewsService | None" = None,
) -> Dispatcher:
    """The dispatcher over a library; what it is not given, it does not offer."""
    return Dispatcher(
        live, now, _new_id, handled, choices=choices, digests=digests, quizzes=quizzes, reports=reports, news=news
    )


def build_renderer(settings: Settings) -> "ChartRenderer":
    """What draws charts, with its cache in the data folder; its first picture starts a process."""
    from newsbot.charts.renderer import ChartRenderer

    return ChartRenderer(settings.data_folder / "charts")


def _new_id() -> str:
    return secrets.token_hex(4)
