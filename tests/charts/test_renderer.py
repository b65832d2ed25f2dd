"""The renderer: each picture drawn once, in a worker process that may hang or die without harm."""

import asyncio
import os
import signal
import subprocess
import sys
from collections.abc import AsyncIterator, Callable
from dataclasses import replace
from pathlib import Path
from typing import cast

import pytest

from newsbot.charts.cache import is_whole
from newsbot.charts.encoding import decode, encode
from newsbot.charts.errors import ChartError, ChartTimeout
from newsbot.charts.renderer import ChartRenderer
from newsbot.messages.charts import Chart, ChartKind
from tests.charts.samples import GROUPED, LINE, RANKED, SAMPLES, exact
from tests.patience import PATIENCE, eventually

LIMIT = 10.0  # seconds in which a busy machine draws a chart too
EMPTY = replace(RANKED, title="Empty", points=())


@pytest.fixture
async def renderer(tmp_path: Path, drawn_charts: Path) -> AsyncIterator[ChartRenderer]:
    """A renderer with an empty cache, and a list of fonts, which takes a while to make."""
    (tmp_path / "charts").mkdir()
    (tmp_path / "charts" / "matplotlib").symlink_to(drawn_charts / "matplotlib")
    made = ChartRenderer(tmp_path / "charts", PATIENCE)
    yield made
    await made.close()


async def frozen_worker(renderer: ChartRenderer) -> int:
    """Start the worker and freeze it: what it is asked next stays under way."""
    await renderer.png(RANKED)
    pid = renderer.worker_pid
    assert pid is not None
    os.kill(pid, signal.SIGSTOP)
    return pid


def test_a_chart_survives_the_way_to_the_worker() -> None:
    assert [decode(encode(chart)) for chart in SAMPLES] == list(SAMPLES)


async def test_the_name_of_a_picture_changes_with_its_data_only(renderer: ChartRenderer) -> None:
    same = Chart(LINE.kind, LINE.title, LINE.unit, LINE.as_of, LINE.source, tuple(replace(p) for p in LINE.points))
    assert renderer.path(same) == renderer.path(LINE)
    assert renderer.path(replace(LINE, as_of="26 June 2025")) != renderer.path(LINE)


async def test_a_picture_is_drawn_and_then_comes_from_the_cache_without_a_worker(
    renderer: ChartRenderer, tmp_path: Path
) -> None:
    assert renderer.worker_pid is None
    drawn = await renderer.png(RANKED)
    assert is_whole(drawn)
    assert renderer.path(RANKED).read_bytes() == drawn
    later = ChartRenderer(tmp_path / "charts", PATIENCE)
    assert await later.png(RANKED) == drawn
    assert later.worker_pid is None
    await later.close()


@pytest.mark.parametrize(
    "damage", [lambda data: data[:-20], lambda data: data[:900] + b"?" + data[901:], lambda _: b""]
)
async def test_a_damaged_picture_is_drawn_again(renderer: ChartRenderer, damage: Callable[[bytes], bytes]) -> None:
    drawn = await renderer.png(RANKED)
    renderer.path(RANKED).write_bytes(damage(drawn))
    assert await renderer.png(RANKED) == drawn
    assert renderer.path(RANKED).read_bytes() == drawn


async def test_all_who_ask_for_a_chart_at_the_same_time_wait_for_one_drawing(renderer: ChartRenderer) -> None:
    asked = [asyncio.create_task(renderer.png(RANKED)) for _ in range(8)]
    first, *others = await asyncio.gather(*asked)
    assert all(other is first for other in others)


async def test_one_that_goes_away_does_not_take_the_picture_from_the_others(renderer: ChartRenderer) -> None:
    impatient, patient = (asyncio.create_task(renderer.png(RANKED)) for _ in range(2))
    await eventually(lambda: renderer.worker_pid is not None)
    impatient.cancel()
    assert is_whole(await patient)


async def test_a_chart_whose_worker_is_killed_is_drawn_by_the_next_one(renderer: ChartRenderer) -> None:
    pid = await frozen_worker(renderer)
    under_way = asyncio.create_task(renderer.png(LINE))
    await asyncio.sleep(0.1)  # the question is on its way; the answer cannot be
    os.kill(pid, signal.SIGKILL)
    assert is_whole(await under_way)
    assert renderer.worker_pid not in (None, pid)


async def test_a_worker_that_died_while_idle_is_replaced(renderer: ChartRenderer) -> None:
    await renderer.png(RANKED)
    pid = renderer.worker_pid
    assert pid is not None
    os.kill(pid, signal.SIGKILL)
    assert is_whole(await renderer.png(LINE))


async def test_a_chart_over_the_limit_is_an_error_in_words_and_the_next_one_is_fine(tmp_path: Path) -> None:
    renderer = ChartRenderer(tmp_path, limit_seconds=LIMIT)
    pid = await frozen_worker(renderer)
    with pytest.raises(ChartTimeout, match=r"“Nvidia's close around the shock” took longer than 10 seconds"):
        await renderer.png(LINE)
    assert renderer.worker_pid is None
    with pytest.raises(ProcessLookupError):
        os.kill(pid, 0)
    assert is_whole(await renderer.png(GROUPED))
    await renderer.close()


async def test_charts_that_cannot_be_drawn_are_errors_in_words_and_end_no_worker(
    renderer: ChartRenderer, caplog: pytest.LogCaptureFixture
) -> None:
    with pytest.raises(ChartError, match="“Empty” has nothing to show"):
        await renderer.png(EMPTY)
    pid = renderer.worker_pid
    unknown = replace(RANKED, title="A pie", kind=cast(ChartKind, "pie"))
    with pytest.raises(ChartError, match="“A pie” could not be drawn; the log says why"):
        await renderer.png(unknown)
    assert "KeyError: 'pie'" in caplog.text
    nothing = replace(RANKED, points=(exact("a", "?", float("nan")),))
    with pytest.raises(ChartError, match="too large to draw"):
        await renderer.png(nothing)
    assert renderer.worker_pid == pid


async def test_where_the_disk_keeps_nothing_pictures_still_come_and_the_log_says_so_once(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    (tmp_path / "file").write_text("no folder")
    renderer = ChartRenderer(tmp_path / "file", PATIENCE)
    assert is_whole(await renderer.png(RANKED))
    assert is_whole(await renderer.png(LINE))
    assert await renderer.keep([RANKED]) == 0
    assert caplog.text.count("charts cannot be kept in") == 1
    await renderer.close()


async def test_warming_draws_what_is_missing_tells_how_far_it_is_and_leaves_out_what_fails(
    renderer: ChartRenderer, caplog: pytest.LogCaptureFixture
) -> None:
    await renderer.png(RANKED)
    told: list[tuple[int, int]] = []
    await renderer.warm([RANKED, LINE, EMPTY, LINE, GROUPED], lambda done, total: told.append((done, total)))
    assert told == [(0, 3), (1, 3), (2, 3), (3, 3)]
    assert renderer.path(GROUPED).exists()
    assert "“Empty” has nothing to show" in caplog.text
    told.clear()
    await renderer.warm([RANKED, LINE], lambda done, total: told.append((done, total)))
    assert told == []


async def test_warming_can_be_cancelled_and_charts_are_drawn_after_it(renderer: ChartRenderer) -> None:
    begun = asyncio.Event()
    task = asyncio.create_task(renderer.warm(SAMPLES, lambda *_: begun.set()))
    await begun.wait()
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert is_whole(await renderer.png(LINE))


async def test_an_idle_worker_ends_and_comes_back(tmp_path: Path) -> None:
    renderer = ChartRenderer(tmp_path, PATIENCE, idle_seconds=0)
    await renderer.png(RANKED)
    await eventually(lambda: renderer.worker_pid is None)
    assert is_whole(await renderer.png(LINE))
    await renderer.close()


async def test_closing_ends_the_worker_and_what_it_was_asked(renderer: ChartRenderer) -> None:
    pid = await frozen_worker(renderer)
    under_way = asyncio.create_task(renderer.png(LINE))
    await asyncio.sleep(0)
    await renderer.close()
    with pytest.raises(asyncio.CancelledError):
        await under_way
    with pytest.raises(ProcessLookupError):
        os.kill(pid, 0)
    with pytest.raises(ChartError, match="newsbot is stopping"):
        await renderer.png(GROUPED)


async def test_old_pictures_go_and_used_and_new_ones_stay(renderer: ChartRenderer) -> None:
    folder = renderer.path(RANKED).parent
    strangers = [folder / f"{number:064}.png" for number in range(204)]
    for age, path in enumerate([renderer.path(RANKED), folder / "half.tmp", *strangers]):
        path.write_bytes(b"")
        os.utime(path, (1_000 + age, 1_000 + age))
    assert await renderer.keep([RANKED]) == 5
    assert renderer.path(RANKED).exists()
    assert sorted(folder.glob("*.*")) == sorted([renderer.path(RANKED), *strangers[4:]])


def test_the_process_that_asks_never_imports_matplotlib() -> None:
    program = (
        "import sys, newsbot.charts.renderer, newsbot.progress;"
        "sys.exit(any(name in sys.modules for name in ('matplotlib', 'numpy', 'PIL')))"
    )
    assert subprocess.run([sys.executable, "-c", program], check=False).returncode == 0
