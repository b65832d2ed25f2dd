"""Digests for one process: what plans, watches and delivers them, and what people's commands use."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from random import Random
from typing import TYPE_CHECKING

from newsbot.app.container import now
from newsbot.content.live import LiveLibrary
from newsbot.messages.platform import Platform
from newsbot.messages.requests import Place
from newsbot.settings import Settings

if TYPE_CHECKING:
    from newsbot.digests.composer.sources import DailyQuestion
    from newsbot.digests.planner import Planner
    from newsbot.digests.service import DigestService
    from newsbot.digests.watchdog import Watchdog
    from newsbot.outbox.hooks import BeforeSend
    from newsbot.outbox.worker import OutboxWorker
    from newsbot.scheduler import Scheduler
    from newsbot.storage.database import Database

# Messages a second to a whole platform, all workers together. Discord's global limit is 50 requests a second; Slack's
# is one a second in a channel, and several hundred a minute in a workspace.
_PER_SECOND = {"discord": 40.0, "slack": 20.0}


@dataclass
class WakeUp:
    """Tells whatever waits in this process that something may be due sooner."""

    sleepers: list[Callable[[], None]] = field(default_factory=list)

    def __call__(self) -> None:
        """Wake them all."""
        for wake in self.sleepers:
            wake()


def digests_of(
    database: "Database",
    platforms: Mapping[str, Platform],
    live: LiveLibrary,
    wake: Callable[[], None] = lambda: None,
    *,
    question: "DailyQuestion | None" = None,
) -> "DigestService":
    """The digests of a database, with today's news from the content.

    `question` is who asks the question of the day; without it, it is one whose answer is in its buttons.
    """
    from newsbot.digests.composer.sources import ContentNews, SelfCheckQuestion
    from newsbot.digests.service import DigestService

    return DigestService(
        database, platforms, lambda: live.current, ContentNews, question or SelfCheckQuestion(), now, wake
    )


def planner_of(
    database: "Database", live: LiveLibrary, watch: "Watchdog", *, question: "DailyQuestion | None" = None
) -> "Planner":
    """What decides and composes; `question` as in `digests_of`."""
    from newsbot.digests.composer.sources import ContentNews, SelfCheckQuestion
    from newsbot.digests.planner import Planner

    return Planner(database, lambda: live.current, ContentNews, question or SelfCheckQuestion(), now, alerts=watch)


def watchdog_of(settings: Settings, database: "Database") -> "Watchdog":
    """What notices that an edition is not confirmed, and what is told of a refusal."""
    from newsbot.digests.alerts import Alerts
    from newsbot.digests.watchdog import Watchdog

    alerts = Alerts(operator_of(settings))
    return Watchdog(database, alerts, now, timedelta(minutes=settings.alerts.minutes))


def outbox_worker_of(
    database: "Database",
    platforms: Mapping[str, Platform],
    worker: str,
    watch: "Watchdog",
    *,
    before_send: "BeforeSend | None" = None,
) -> "OutboxWorker":
    """What delivers, at the pace that platforms ask for; `before_send` closes the question of the day before."""
    from newsbot.digests.late_policy import LatePolicy
    from newsbot.outbox.rate_limit import Rate
    from newsbot.outbox.worker import OutboxWorker

    late = LatePolicy(database, now)
    paces = {name: Rate(rate) for name, rate in _PER_SECOND.items()}
    return OutboxWorker(
        database,
        platforms,
        worker,
        now,
        Random(),  # noqa: S311 (no secret)
        paces=paces,
        on_refused=watch.pause_refused,
        on_gone=watch.pause_gone,
        decide_late=late.decide,
        before_send=before_send,
    )


def scheduler_of(planner: "Planner", watch: "Watchdog", outbox_worker: "OutboxWorker", waking: WakeUp) -> "Scheduler":
    """What wakes them in time."""
    from newsbot.scheduler import AfterSweep, Scheduler

    scheduler = Scheduler((AfterSweep(planner, outbox_worker.wake), watch), now)
    waking.sleepers += [scheduler.wake, outbox_worker.wake]
    return scheduler


def operator_of(settings: Settings) -> Place | None:
    """Where the operator is told of what went wrong; None where nobody said."""
    if settings.alerts.operator is None:
        return None
    platform, _, rest = settings.alerts.operator.partition(":")
    workspace, _, channel = rest.rpartition("/")
    return Place(platform, workspace, channel)
