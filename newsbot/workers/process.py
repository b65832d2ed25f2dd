"""The parent's side of a worker process: starts it on first use, asks it, ends it."""

import asyncio
import contextlib
import os
import sys
from collections.abc import Mapping
from pathlib import Path

import newsbot
from newsbot.workers.errors import WorkerUnavailable
from newsbot.workers.frames import HEADER, FrameKind

_START_SECONDS = 60.0  # a first start on a slow machine makes matplotlib's list of fonts
_STOP_SECONDS = 2.0
# The worker runs the newsbot of its parent, wherever that was imported from, and nothing of the current folder.
_PROGRAM = "import sys; sys.path.insert(0, sys.argv[1]); from newsbot.workers.main import main; main(sys.argv[2])"
# What a worker may know of the environment: how to run, and no secret.
_PASSED_ON = frozenset({"PATH", "HOME", "LANG", "LANGUAGE", "TMPDIR", "TEMP", "TMP", "SYSTEMROOT", "OPENBLAS_CORETYPE"})
_PASSED_ON_PREFIXES = ("LC_", "OPENBLAS_", "XDG_")


class WorkerDied(Exception):
    """The worker process ended before it answered."""


class WorkerProcess:
    """One process that does jobs. Not for concurrent use: one caller at a time."""

    def __init__(self, target: str, environment: Mapping[str, str] | None = None) -> None:
        """`target` is `module:function`, as `newsbot.workers.main` takes it; `environment` is added to its own."""
        self._target = target
        self._environment = dict(environment or {})
        self._process: asyncio.subprocess.Process | None = None

    @property
    def pid(self) -> int | None:
        """The process id while there is a process."""
        return self._process.pid if self._process and self._process.returncode is None else None

    async def ask(self, job: bytes, limit_seconds: float) -> tuple[FrameKind, bytes]:
        """The answer to one job.

        Raises WorkerDied, TimeoutError or WorkerUnavailable; after each of them the next call starts a new process.
        """
        try:
            process = await self._start()
            async with asyncio.timeout(limit_seconds):
                return await _exchange(process, job)
        except BaseException:
            # Half an answer may be under way: this process cannot be asked again.
            await asyncio.shield(self.kill())
            raise

    async def _start(self) -> asyncio.subprocess.Process:
        if self._process and self._process.returncode is None:
            return self._process
        root = Path(newsbot.__file__).parent.parent
        command = (sys.executable, "-P", "-c", _PROGRAM, str(root), self._target)
        pipe = asyncio.subprocess.PIPE
        environment = {**_harmless_environment(), **self._environment}
        self._process = await asyncio.create_subprocess_exec(*command, stdin=pipe, stdout=pipe, env=environment)
        try:
            async with asyncio.timeout(_START_SECONDS):
                await _read(self._process)
        except TimeoutError:
            raise WorkerUnavailable("A worker process does not start.") from None
        return self._process

    async def stop(self) -> None:
        """Let the process end by itself; kill it if it takes long."""
        if self._process and self._process.stdin:
            self._process.stdin.close()
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(self._process.wait(), _STOP_SECONDS)
        await self.kill()

    async def kill(self) -> None:
        """End the process at once, if there is one."""
        process, self._process = self._process, None
        if process is None:
            return
        with contextlib.suppress(ProcessLookupError):
            process.kill()
        await process.wait()


def _harmless_environment() -> dict[str, str]:
    # Tokens and passwords stand in the environment too; a worker that reads bytes from outside must not have them.
    return {
        name: value for name, value in os.environ.items() if name in _PASSED_ON or name.startswith(_PASSED_ON_PREFIXES)
    }


async def _exchange(process: asyncio.subprocess.Process, job: bytes) -> tuple[FrameKind, bytes]:
    assert process.stdin
    try:
        process.stdin.write(HEADER.pack(FrameKind.JOB, len(job)) + job)
        await process.stdin.drain()
    except ConnectionError as error:
        raise WorkerDied from error
    return await _read(process)


async def _read(process: asyncio.subprocess.Process) -> tuple[FrameKind, bytes]:
    assert process.stdout
    try:
        kind, size = HEADER.unpack(await process.stdout.readexactly(HEADER.size))
        return FrameKind(kind), await process.stdout.readexactly(size)
    except (asyncio.IncompleteReadError, ConnectionError) as error:
        raise WorkerDied from error
