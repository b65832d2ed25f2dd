"""Jobs for one worker process, one at a time, each with a limit of its own."""

import asyncio
import contextlib
import logging
from collections.abc import Mapping

from newsbot.workers.errors import JobFailed, JobKilled, JobRefused, JobTimedOut, WorkerUnavailable
from newsbot.workers.frames import FrameKind
from newsbot.workers.process import WorkerDied, WorkerProcess

log = logging.getLogger(__name__)

_TRIES = 2  # a worker may be killed for want of memory; a job that ends two of them is at fault itself


class WorkerQueue:
    """Does jobs in a process of its own. One event loop only; `close` it at the end.

    The process starts with the first job, is replaced where it dies or takes too long, and ends when it had nothing to
    do for `idle_seconds`.
    """

    def __init__(
        self, target: str, *, idle_seconds: float = 60.0, environment: Mapping[str, str] | None = None
    ) -> None:
        """`target` is the `module:function` that takes a job's bytes and returns its result's.

        `environment` is added to the process's; of newsbot's own it gets nothing secret.
        """
        self._process = WorkerProcess(target, environment)
        self._idle_seconds = idle_seconds
        self._turn = asyncio.Lock()
        self._idle_timer: asyncio.TimerHandle | None = None
        self._stopping: asyncio.Task[None] | None = None
        self._is_closed = False

    @property
    def pid(self) -> int | None:
        """The process id of the worker; None while there is none."""
        return self._process.pid

    async def run(self, job: bytes, limit_seconds: float) -> bytes:
        """The result of a job that may take `limit_seconds`.

        Raises JobRefused, JobFailed, JobTimedOut, JobKilled or WorkerUnavailable. A job whose process was killed is
        tried once more.
        """
        async with self._turn:
            if self._is_closed:
                raise WorkerUnavailable("newsbot is stopping.")
            self._cancel_idle_timer()
            try:
                return await self._try(job, limit_seconds)
            finally:
                self._idle_timer = asyncio.get_running_loop().call_later(self._idle_seconds, self._begin_stop)

    async def _try(self, job: bytes, limit_seconds: float) -> bytes:
        for _ in range(_TRIES):
            try:
                kind, body = await self._process.ask(job, limit_seconds)
            except WorkerDied:
                log.warning("a worker process died on a job of %s bytes", len(job))
                continue
            except TimeoutError:
                raise JobTimedOut(f"This took longer than {limit_seconds:g} seconds.") from None
            return _result(kind, body)
        raise JobKilled("The worker process died on this.")

    def _cancel_idle_timer(self) -> None:
        if self._idle_timer:
            self._idle_timer.cancel()
            self._idle_timer = None

    def _begin_stop(self) -> None:
        self._stopping = asyncio.get_running_loop().create_task(self._stop_if_idle())

    async def _stop_if_idle(self) -> None:
        if not self._turn.locked():
            async with self._turn:
                await self._process.stop()

    async def close(self) -> None:
        """End the process; what waits for its turn raises WorkerUnavailable."""
        self._is_closed = True
        if self._stopping:
            self._stopping.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await self._stopping
        self._cancel_idle_timer()
        await self._process.stop()
        self._cancel_idle_timer()


def _result(kind: FrameKind, body: bytes) -> bytes:
    match kind:
        case FrameKind.RESULT:
            return body
        case FrameKind.REFUSAL:
            raise JobRefused(body.decode())
        case _:
            raise JobFailed(body.decode(errors="replace"))
