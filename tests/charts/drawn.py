"""The pictures of the shipped content, drawn once in a whole run, whatever number of processes wants them."""

import asyncio
from concurrent.futures import ThreadPoolExecutor
from datetime import date
from pathlib import Path

from newsbot.charts.renderer import ChartRenderer
from newsbot.content.cards import charts
from tests.databases import one_at_a_time
from tests.patience import PATIENCE
from tests.shipped import shipped_library


def draw_shipped(shared: Path) -> Path:
    """The folder of the pictures, of which the first process that asks draws those that are missing."""
    folder = shared / "charts"
    with one_at_a_time(shared / "charts.lock"), ThreadPoolExecutor(1) as thread:
        # In a thread: a fixture may be asked for while the loop of a test runs.
        thread.submit(asyncio.run, _drawn(folder)).result()
    return folder


async def _drawn(folder: Path) -> None:
    renderer = ChartRenderer(folder, PATIENCE)
    await renderer.warm(charts(shipped_library(date.today())))  # noqa: DTZ011 (the content as newsbot reads it now)
    await renderer.close()
