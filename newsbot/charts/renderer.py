"""Pictures of charts for whoever asks: from the cache, else drawn in the worker process, one at a time."""

import asyncio
import logging
from collections.abc import Callable, Iterable
from functools import partial
from pathlib import Path

from newsbot.charts.cache import PictureCache
from newsbot.charts.encoding import chart_key, encode
from newsbot.charts.errors import ChartError, ChartTimeout
from newsbot.messages.charts import Chart
from newsbot.workers.errors import JobError, JobFailed, JobKilled, JobRefused, JobTimedOut
from newsbot.workers.queue import WorkerQueue

log = logging.getLogger(__name__)

_JOB = "newsbot.charts.job:draw_png"


class ChartRenderer:
    """Draws each chart once and keeps it in `folder`. One event loop only; `close` it at the end.

    A chart may take `limit_seconds`. The worker process starts with the first chart that is not in the cache, and ends
    when it had nothing to do for `idle_seconds`: every chart of a content is drawn soon after the start.
    """

    def __init__(self, folder: Path, limit_seconds: float = 20.0, idle_seconds: float = 60.0) -> None:
        self._cache = PictureCache(folder)
        # Matplotlib keeps its list of fonts there, where it need not be made again.
        fonts = {"MPLCONFIGDIR": str((folder / "matplotlib").absolute())}
        self._queue = WorkerQueue(_JOB, idle_seconds=idle_seconds, environment=fonts)
        self._limit = limit_seconds
        self._under_way: dict[str, asyncio.Task[bytes]] = {}
        self._closed = False

    @property
    def worker_pid(self) -> int | None:
        """The worker's process id; None while there is none."""
        return self._queue.pid

    def key(self, chart: Chart) -> str:
        """The stable name of a picture: the same for the same data and style, on every machine."""
        return chart_key(chart)

    def path(self, chart: Chart) -> Path:
        """Where the picture is kept; the file may not be there yet."""
        return self._cache.path(self.key(chart))

    async def png(self, chart: Chart) -> bytes:
        """The picture. Whoever asks for the same chart at the same time waits for the same drawing.

        Raises ChartError where it cannot be drawn, ChartTimeout where that takes too long.
        """
        if self._closed:
            raise ChartError("Charts are not drawn any more: newsbot is stopping.")
        key = self.key(chart)
        task = self._under_way.get(key)
        if task is None:
            task = asyncio.create_task(self._find_or_draw(key, chart), name=f"chart {key[:8]}")
            self._under_way[key] = task
            task.add_done_callback(partial(self._finished, key))
        # One that asked may go away; the picture is still wanted, if only by the cache.
        return await asyncio.shield(task)

    def _finished(self, key: str, task: asyncio.Task[bytes]) -> None:
        del self._under_way[key]
        if not task.cancelled():
            task.exception()  # seen here too: all who asked may have gone

    async def _find_or_draw(self, key: str, chart: Chart) -> bytes:
        if found := await asyncio.to_thread(self._cache.read, key):
            return found
        picture = await self._draw(chart)
        await asyncio.to_thread(self._cache.write, key, picture)
        return picture

    async def _draw(self, chart: Chart) -> bytes:
        named = f"The chart “{chart.title}”"
        try:
            return await self._queue.run(encode(chart), self._limit)
        except JobRefused as error:
            raise ChartError(str(error)) from None
        except JobTimedOut:
            raise ChartTimeout(f"{named} took longer than {self._limit:g} seconds to draw.") from None
        except JobKilled:
            raise ChartError(f"{named} could not be drawn: its worker process died.") from None
        except JobFailed as error:
            log.error("the chart “%s” could not be drawn:\n%s", chart.title, error.traceback)
            raise ChartError(f"{named} could not be drawn; the log says why.") from None
        except JobError as error:
            raise ChartError(f"Charts cannot be drawn: {error}") from None

    async def warm(self, charts: Iterable[Chart], progress: Callable[[int, int], None] | None = None) -> None:
        """Draw what is not in the cache yet, in order; meant to run as a task beside everything else.

        `progress` is told how many are done, of how many; never where none is missing. A chart that cannot be drawn is
        logged and left out.
        """
        wanted = {self.key(chart): chart for chart in charts}
        missing = await asyncio.to_thread(self._cache.missing, wanted)
        todo = [chart for key, chart in wanted.items() if key in missing]
        for done, chart in enumerate(todo):
            if progress:
                progress(done, len(todo))
            try:
                await self.png(chart)
            except ChartError as error:
                log.warning("%s", error)
        if progress and todo:
            progress(len(todo), len(todo))

    async def keep(self, charts: Iterable[Chart]) -> int:
        """Delete old pictures of other charts and styles, the newest of them excepted; how many they were."""
        return await asyncio.to_thread(self._cache.prune, {self.key(chart) for chart in charts})

    async def close(self) -> None:
        """Stop whatever is under way, and end the worker process."""
        self._closed = True
        tasks = list(self._under_way.values())
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        await self._queue.close()
