"""Work that goes on after Slack was acknowledged.

Bolt's lazy listeners would do, but Bolt keeps no reference to them: Python may collect one half done, and nobody can
wait for them when newsbot stops.
"""

import asyncio
import logging
from collections.abc import Coroutine
from typing import Any

from newsbot.errors import NewsbotError

log = logging.getLogger(__name__)

_DRAIN_SECONDS = 5.0


class BackgroundTasks:
    """Tasks in the background, each logged where it breaks."""

    def __init__(self) -> None:
        self._tasks: set[asyncio.Task[Any]] = set()

    def start(self, background: Coroutine[Any, Any, Any], name: str) -> None:
        """Do `work` beside everything else."""
        task = asyncio.create_task(background, name=f"slack {name}")
        self._tasks.add(task)
        task.add_done_callback(self._finished)

    def _finished(self, task: asyncio.Task[Any]) -> None:
        self._tasks.discard(task)
        error = None if task.cancelled() else task.exception()
        if isinstance(error, NewsbotError):
            log.warning("%s: %s", task.get_name(), error)
        elif error:
            log.error("%s: %s", task.get_name(), error, exc_info=error)

    async def close(self, seconds: float = _DRAIN_SECONDS) -> None:
        """Wait for what is under way, then cancel what is left."""
        if self._tasks:
            await asyncio.wait(set(self._tasks), timeout=seconds)
        left = set(self._tasks)
        for task in left:
            task.cancel()
        await asyncio.gather(*left, return_exceptions=True)
