"""Quizzes for one process: what moves games on, and what people's commands use."""

from collections.abc import Callable, Mapping
from random import SystemRandom
from typing import TYPE_CHECKING

from newsbot.app.container import now
from newsbot.app.digests import WakeUp
from newsbot.content.live import LiveLibrary
from newsbot.messages.platform import Platform

if TYPE_CHECKING:
    from newsbot.quizzes.daily import DailyQuestions
    from newsbot.quizzes.engine import GameEngine
    from newsbot.quizzes.service import QuizService
    from newsbot.scheduler import Scheduler
    from newsbot.storage.database import Database

# Nobody may foresee a salt, and so the right choice.
_RANDOM = SystemRandom()


def dailies_of(database: "Database", live: LiveLibrary) -> "DailyQuestions":
    """The question of the day."""
    from newsbot.quizzes.daily import DailyQuestions

    return DailyQuestions(database, lambda: live.current, now, _RANDOM)


def quizzes_of(
    database: "Database",
    platforms: Mapping[str, Platform],
    live: LiveLibrary,
    wake: Callable[[], None] = lambda: None,
) -> "QuizService":
    """The games of a database."""
    from newsbot.quizzes.service import QuizService

    return QuizService(database, platforms, lambda: live.current, dailies_of(database, live), now, _RANDOM, wake)


def games_of(
    database: "Database", platforms: Mapping[str, Platform], live: LiveLibrary, wake: Callable[[], None]
) -> "GameEngine":
    """What moves them on; `wake` tells the outbox worker."""
    from newsbot.quizzes.engine import GameEngine

    return GameEngine(database, platforms, lambda: live.current, now, wake)


def scheduler_of_games(games: "GameEngine", waking: WakeUp) -> "Scheduler":
    """What wakes games in time."""
    from newsbot.scheduler import Scheduler

    scheduler = Scheduler((games,), now)
    waking.sleepers.append(scheduler.wake)
    return scheduler
