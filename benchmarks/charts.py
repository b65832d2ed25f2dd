"""Charts: drawing one beside a bare matplotlib figure, one from the cache, and the memory of the worker."""

import asyncio
import io
import statistics
import tempfile
import time
from collections.abc import Iterator
from datetime import date
from pathlib import Path

import psutil

from benchmarks.measure import Row, in_turns
from newsbot.charts.renderer import ChartRenderer
from newsbot.content.cards import charts
from newsbot.content.library import load_library
from newsbot.messages.charts import Chart

CONTENT = Path(__file__).resolve().parent.parent / "content"


def _bare_figure() -> bytes:
    """Three bars with a title at the same size: the least that matplotlib can do."""
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.figure import Figure

    figure = Figure(figsize=(8, 4), dpi=200)
    FigureCanvasAgg(figure)
    axes = figure.add_subplot()
    axes.barh(["one", "two", "three"], [3, 2, 1])
    axes.set_title("Three bars")
    target = io.BytesIO()
    figure.savefig(target, format="png")
    return target.getvalue()


def _draw(chart: Chart) -> bytes:
    from newsbot.charts.draw import draw

    return draw(chart)


async def _through_the_worker(shown: tuple[Chart, ...]) -> tuple[float, float, float]:
    """Milliseconds a chart when drawn, when cached, and the worker's megabytes afterwards."""
    with tempfile.TemporaryDirectory() as folder:
        renderer = ChartRenderer(Path(folder))
        drawn, cached = [], []
        await renderer.png(shown[0])  # starts the worker
        for chart in shown[1:]:
            start = time.perf_counter()
            await renderer.png(chart)
            drawn.append((time.perf_counter() - start) * 1_000)
        assert renderer.worker_pid is not None
        memory = psutil.Process(renderer.worker_pid).memory_info().rss / 1e6
        for chart in shown:
            start = time.perf_counter()
            await renderer.png(chart)
            cached.append((time.perf_counter() - start) * 1_000)
        await renderer.close()
        return statistics.median(drawn), statistics.median(cached), memory


def rows() -> Iterator[Row]:
    """The measured lines."""
    shown = charts(load_library(CONTENT, date.today()))  # noqa: DTZ011 (events up to today)
    sample = next(chart for chart in shown if chart.kind == "ranked-bar" and len(chart.points) == 3)
    ours, floor = in_turns(lambda: _draw(sample), _bare_figure, 10)
    yield Row("chart: three bars drawn (floor: bare matplotlib)", ours, "ms", 2.0, floor)
    drawn, cached, memory = asyncio.run(_through_the_worker(shown))
    yield Row(f"chart: one of {len(shown)} through the worker, median", drawn, "ms", 400)
    yield Row("chart: from the cache, median", cached, "ms", 5)
    yield Row("chart: resident memory of the worker", memory, "MB", 200)
