"""Quizzes for one process: what moves games on, and what people's commands use."""

from collections.abc import Callable, Mapping
from random import SystemRandom
from typing import TYPE_CHECKING

from newsbot.app.container import now
from newsbot.app.digests import Waking
from newsbot.content.live import LiveLibrary
from newsbot.messages.platform import Platform

if TYPE_CHECKING:
    from newsbot.quizzes.daily import Dailies
    from newsbot.quizzes.engine import Games
    from newsbot.quizzes.service import Quizzes
    from newsbot.scheduler import Scheduler
    from newsbot.storage.database import Database

# Nobody may foresee a salt, and so the right choice.
_RANDOM = SystemRandom()


def dailies_of(database: "Database", live: LiveLibrary) -> "Dailies":
    """The question of the day."""
    from newsbot.quizzes.daily import Dailies

    return Dailies(database, lambda: live.current, now, _RANDOM)


def quizzes_of(
    database: "Database",
    platforms: Mapping[str, Platform],
    live: LiveLibrary,
    wake: Callable[[], None] = lambda: None,
) -> "Quizzes":
    """The games of a database."""
    from newsbot.quizzes.service import Quizzes

    return Quizzes(database, platforms, lambda: live.current, dailies_of(database, live), now, _RANDOM, wake)


def games_of(
    database: "Database", platforms: Mapping[str, Platform], live: LiveLibrary, wake: Callable[[], None]
) -> "Games":
    """What moves them on; `wake` tells the courier."""
    from newsbot.quizzes.engine import Games

    return Games(database, platforms, lambda: live.current, now, wake)


def scheduler_of_games(games: "Games", waking: Waking) -> "Scheduler":
    """What wakes games in time."""
    from newsbot.scheduler import Scheduler

    scheduler = Scheduler((games,), now)
    waking.sleepers.append(scheduler.wake)
    return scheduler
