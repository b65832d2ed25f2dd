"""The parent's side of the worker process: starts it on first use, asks it, ends it."""

import asyncio
import contextlib
import sys
from pathlib import Path

import newsbot
from newsbot.charts.errors import ChartError
from newsbot.charts.wire import HEADER, Frame

_START_SECONDS = 60.0  # a first start on a slow machine makes matplotlib's list of fonts
_STOP_SECONDS = 2.0
# The worker runs the newsbot of its parent, wherever that was imported from, and nothing of the current folder.
_PROGRAM = "import sys; sys.path.insert(0, sys.argv[1]); from newsbot.charts.worker import main; main(sys.argv[2])"


class WorkerDied(Exception):
    """The worker process ended before it answered."""


class Worker:
    """One process that draws. Not for concurrent use: whoever asks must have the only turn."""

    def __init__(self, settings_folder: Path) -> None:
        self._settings_folder = settings_folder
        self._process: asyncio.subprocess.Process | None = None

    @property
    def pid(self) -> int | None:
        """The process id while there is a process."""
        return self._process.pid if self._process and self._process.returncode is None else None

    async def ask(self, chart: bytes, limit_seconds: float) -> tuple[Frame, bytes]:
        """The answer to one chart. Raises WorkerDied, TimeoutError; after either the next call starts a new process."""
        try:
            process = await self._started()
            async with asyncio.timeout(limit_seconds):
                return await _exchange(process, chart)
        except BaseException:
            # Half an answer may be under way: this process cannot be asked again.
            await asyncio.shield(self.kill())
            raise

    async def _started(self) -> asyncio.subprocess.Process:
        if self._process and self._process.returncode is None:
            return self._process
        root = Path(newsbot.__file__).parent.parent
        command = (sys.executable, "-P", "-c", _PROGRAM, str(root), str(self._settings_folder.absolute()))
        pipe = asyncio.subprocess.PIPE
        self._process = await asyncio.create_subprocess_exec(*command, stdin=pipe, stdout=pipe)
        try:
            async with asyncio.timeout(_START_SECONDS):
                await _read(self._process)
        except TimeoutError:
            raise ChartError("Charts cannot be drawn: their worker process does not start.") from None
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


async def _exchange(process: asyncio.subprocess.Process, chart: bytes) -> tuple[Frame, bytes]:
    assert process.stdin
    try:
        process.stdin.write(HEADER.pack(Frame.CHART, len(chart)) + chart)
        await process.stdin.drain()
    except ConnectionError as error:
        raise WorkerDied from error
    return await _read(process)


async def _read(process: asyncio.subprocess.Process) -> tuple[Frame, bytes]:
    assert process.stdout
    try:
        frame, size = HEADER.unpack(await process.stdout.readexactly(HEADER.size))
        return Frame(frame), await process.stdout.readexactly(size)
    except (asyncio.IncompleteReadError, ConnectionError) as error:
        raise WorkerDied from error
