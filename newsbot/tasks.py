"""Tasks beside the one that answers: background work with an end, work done in groups, and waits between tries."""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Coroutine, Iterator, Sequence
from dataclasses import dataclass, field
from random import Random
from typing import Any, Generic, TypeVar

from newsbot.errors import NewsbotError, StorageUnavailable

log = logging.getLogger(__name__)

GRACE_SECONDS = 3.0  # for what is under way when newsbot stops

# Called at each step of work that a drill may end: with the step's name.
Checkpoint = Callable[[str], None]

_Item = TypeVar("_Item")
_Result = TypeVar("_Result")


def no_checkpoint(step: str) -> None:
    """The checkpoint where nobody watches the steps."""


async def end_tasks(tasks: Sequence["asyncio.Task[Any]"], grace_seconds: float = 0.0) -> None:
    """Let tasks end by themselves for `grace_seconds`, then cancel them; returns when every one has ended."""
    left = [task for task in tasks if not task.done()]
    if left and grace_seconds > 0:
        await asyncio.wait(left, timeout=grace_seconds)
    for task in left:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)


class BackgroundTasks:
    """Tasks beside everything else: referenced until they end, logged where they break."""

    def __init__(self, name: str = "") -> None:
        """`name` stands before the name of each task."""
        self._name = name
        self._tasks: set[asyncio.Task[Any]] = set()

    def __len__(self) -> int:
        return len(self._tasks)

    def start(self, work: Coroutine[Any, Any, _Result], name: str) -> "asyncio.Task[_Result]":
        """Begin `work`, and return its task."""
        task = asyncio.create_task(work, name=f"{self._name} {name}".strip())
        self._tasks.add(task)
        task.add_done_callback(self._finish)
        return task

    def _finish(self, task: "asyncio.Task[Any]") -> None:
        self._tasks.discard(task)
        error = None if task.cancelled() else task.exception()
        if isinstance(error, NewsbotError):
            log.warning("%s: %s", task.get_name(), error)
        elif error:
            log.error("%s: %s", task.get_name(), error, exc_info=error)

    async def wait_idle(self) -> None:
        """Return when none is under way, those included that were begun meanwhile."""
        while self._tasks:
            await asyncio.wait(set(self._tasks))

    async def close(self, grace_seconds: float = GRACE_SECONDS) -> None:
        """Wait for what is under way, at most `grace_seconds`, then cancel what is left."""
        await end_tasks(tuple(self._tasks), grace_seconds)


@dataclass(frozen=True, slots=True)
class Backoff:
    """How long to wait between tries, in seconds: twice as long each time up to `longest`, spread by a random share.

    The spread keeps many that failed at once from coming back at once.
    """

    first: float
    longest: float
    random: Random = field(default_factory=Random)

    def wait(self, attempt: int) -> float:
        """The wait after try number `attempt`, counted from 1."""
        whole = min(self.longest, self.first * 2.0 ** min(max(attempt, 1) - 1, 30))
        return whole * (0.5 + self.random.random() / 2)

    def waits(self) -> Iterator[float]:
        """The waits after each try, without end."""
        attempt = 0
        while True:
            attempt += 1
            yield self.wait(attempt)


@dataclass(frozen=True, eq=False)
class _Waiting(Generic[_Item, _Result]):
    """One item, and who waits for its result."""

    item: _Item
    result: "asyncio.Future[_Result]"


class GroupCommitter(Generic[_Item, _Result]):
    """Does work for many at once: what comes while one group is under way goes together in the next.

    So a thousand items within a second cost few transactions, and a single one waits for nothing. Safe to share between
    the tasks of one event loop.
    """

    def __init__(
        self,
        work: Callable[[Sequence[_Item]], Awaitable[Sequence[_Result]]],
        *,
        most: int,
        name: str,
        pauses: Sequence[float] = (),
        passing: type[Exception] = StorageUnavailable,
        gather: tuple[int, float] = (0, 0.0),
    ) -> None:
        """`work` takes up to `most` items and gives a result for each, in order; where it raises, nothing was done.

        After an error of the type `passing` it is tried again after each of `pauses`, in seconds. `gather` is how many
        items are worth a group, and for how many seconds a smaller one waits for more while they keep coming.
        """
        self._work = work
        self._most = most
        self._name = name
        self._pauses = pauses
        self._passing = passing
        self._worth, self._gather_seconds = gather
        self._waiting: list[_Waiting[_Item, _Result]] = []
        self._running: asyncio.Task[None] | None = None

    async def submit(self, item: _Item) -> _Result:
        """The result of one item. Raises what `work` raises for it, after the last try.

        An error that is not `passing` is that of one item: the group is then done one by one.
        """
        waiting: _Waiting[_Item, _Result] = _Waiting(item, asyncio.get_running_loop().create_future())
        self._waiting.append(waiting)
        if self._running is None:
            self._running = asyncio.create_task(self._run(), name=self._name)
        return await waiting.result

    async def flush(self) -> None:
        """Return when every item has its result."""
        while self._running is not None:
            await asyncio.wait({self._running})

    async def _run(self) -> None:
        group: list[_Waiting[_Item, _Result]] = []
        try:
            while self._waiting:
                if group and len(self._waiting) < self._worth:  # they come while others are done: more will follow
                    await asyncio.sleep(self._gather_seconds)
                group, self._waiting = self._waiting[: self._most], self._waiting[self._most :]
                await self._finish(group)
        finally:
            self._running = None
            for waiting in (*group, *self._waiting):  # only where this task is ended from outside
                waiting.result.cancel()
            self._waiting = []

    async def _finish(self, group: Sequence[_Waiting[_Item, _Result]]) -> None:
        try:
            results = await self._try([waiting.item for waiting in group])
        except Exception as error:  # noqa: BLE001 (whoever submitted an item is told, and handles it)
            if len(group) > 1 and not isinstance(error, self._passing):
                for waiting in group:
                    await self._finish([waiting])
                return
            for waiting in group:
                if not waiting.result.done():
                    waiting.result.set_exception(error)
            return
        for waiting, result in zip(group, results, strict=True):
            if not waiting.result.done():  # one that was cancelled waits no more; its item is done all the same
                waiting.result.set_result(result)

    async def _try(self, items: Sequence[_Item]) -> Sequence[_Result]:
        for pause in self._pauses:
            try:
                return await self._work(items)
            except self._passing as error:
                log.info("%s of %s wait: %s", len(items), self._name, error)
                await asyncio.sleep(pause)
        return await self._work(items)
