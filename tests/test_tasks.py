"""Background tasks, group commits and backoff: nothing is lost, nothing is done twice, everything ends."""

import asyncio
import logging
from collections.abc import Sequence
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from newsbot.errors import StorageError, StorageUnavailable
from newsbot.tasks import BackgroundTasks, Backoff, GroupCommitter, end_tasks


class Work:
    """Doubles numbers, in groups; notes each group, and breaks as it is told to."""

    def __init__(self) -> None:
        self.groups: list[tuple[int, ...]] = []
        self.errors: list[Exception] = []
        self.bad: frozenset[int] = frozenset()
        self.open = asyncio.Event()
        self.open.set()

    async def __call__(self, items: Sequence[int]) -> Sequence[int]:
        await self.open.wait()
        if self.errors:
            raise self.errors.pop(0)
        if self.bad & set(items):
            raise StorageError(f"{sorted(self.bad & set(items))} cannot be stored")
        self.groups.append(tuple(items))
        return [item * 2 for item in items]


async def test_what_comes_while_a_group_is_under_way_goes_together_in_the_next() -> None:
    work = Work()
    committer = GroupCommitter(work, most=100, name="numbers")
    work.open.clear()
    first = asyncio.create_task(committer.submit(1))
    await asyncio.sleep(0)
    others = [asyncio.create_task(committer.submit(number)) for number in (2, 3, 4)]
    await asyncio.sleep(0)
    work.open.set()
    assert await asyncio.gather(first, *others) == [2, 4, 6, 8]
    assert work.groups == [(1,), (2, 3, 4)]


async def test_no_group_is_larger_than_it_may_be() -> None:
    work = Work()
    committer = GroupCommitter(work, most=3, name="numbers")
    assert await asyncio.gather(*(committer.submit(number) for number in range(8))) == [2 * n for n in range(8)]
    assert max(map(len, work.groups)) == 3


async def test_an_item_that_spoils_a_group_costs_only_itself() -> None:
    work = Work()
    work.bad = frozenset({2})
    committer = GroupCommitter(work, most=100, name="numbers")
    found = await asyncio.gather(*(committer.submit(number) for number in (1, 2, 3)), return_exceptions=True)
    assert found[0] == 2
    assert found[2] == 6
    assert isinstance(found[1], StorageError)


async def test_a_passing_error_is_waited_out_and_each_item_is_done_once() -> None:
    work = Work()
    work.errors = [StorageUnavailable("away"), StorageUnavailable("away")]
    committer = GroupCommitter(work, most=100, name="numbers", pauses=(0.0, 0.0))
    assert await asyncio.gather(*(committer.submit(number) for number in (1, 2))) == [2, 4]
    assert sorted(item for group in work.groups for item in group) == [1, 2]


async def test_an_error_that_does_not_pass_reaches_whoever_submitted() -> None:
    work = Work()
    work.errors = [StorageUnavailable("away")] * 3
    committer = GroupCommitter(work, most=100, name="numbers", pauses=(0.0, 0.0))
    with pytest.raises(StorageUnavailable, match="away"):
        await committer.submit(1)
    assert await committer.submit(5) == 10


async def test_one_that_is_cancelled_takes_nothing_from_the_others() -> None:
    work = Work()
    committer = GroupCommitter(work, most=100, name="numbers")
    work.open.clear()
    tasks = [asyncio.create_task(committer.submit(number)) for number in (1, 2, 3)]
    await asyncio.sleep(0)
    tasks[1].cancel()
    work.open.set()
    found = await asyncio.gather(*tasks, return_exceptions=True)
    assert (found[0], found[2]) == (2, 6)
    assert isinstance(found[1], asyncio.CancelledError)


async def test_flush_returns_when_everything_has_its_result() -> None:
    work = Work()
    committer = GroupCommitter(work, most=1, name="numbers")
    tasks = [asyncio.create_task(committer.submit(number)) for number in range(5)]
    await asyncio.sleep(0)
    await committer.flush()
    assert sum(map(len, work.groups)) == 5
    assert await asyncio.gather(*tasks) == [0, 2, 4, 6, 8]


async def test_background_work_that_breaks_is_logged_and_costs_nobody_else(caplog: pytest.LogCaptureFixture) -> None:
    background = BackgroundTasks("test")

    async def breaks() -> None:
        raise ValueError("broken")

    async def refuses() -> None:
        raise StorageUnavailable("away")

    with caplog.at_level(logging.WARNING):
        background.start(breaks(), "one")
        background.start(refuses(), "two")
        await background.wait_idle()
    assert {record.levelname for record in caplog.records} == {"ERROR", "WARNING"}
    assert "test one: broken" in caplog.text
    assert len(background) == 0


async def test_closing_lets_work_end_and_cancels_what_takes_too_long() -> None:
    background = BackgroundTasks()
    finished = asyncio.Event()
    release = asyncio.Event()

    async def quick() -> None:
        await release.wait()
        finished.set()

    background.start(quick(), "quick")
    forever = background.start(asyncio.Event().wait(), "forever")
    asyncio.get_running_loop().call_soon(release.set)
    await background.close(0.05)
    assert finished.is_set()
    assert forever.cancelled()


async def test_ending_tasks_without_grace_cancels_them_at_once() -> None:
    tasks = [asyncio.create_task(asyncio.Event().wait()) for _ in range(3)]
    await end_tasks(tasks)
    assert all(task.cancelled() for task in tasks)


@given(first=st.floats(0.01, 10), longest=st.floats(10, 1000), seed=st.integers(0, 100), attempt=st.integers(1, 200))
def test_waits_grow_to_the_longest_and_are_spread(first: float, longest: float, seed: int, attempt: int) -> None:
    backoff = Backoff(first, longest, Random(seed))
    whole = min(longest, first * 2.0 ** min(attempt - 1, 30))
    assert whole / 2 <= backoff.wait(attempt) <= whole


def test_two_that_failed_at_once_do_not_come_back_at_once() -> None:
    one, other = (Backoff(1, 60, Random(seed)) for seed in (1, 2))
    pairs = [next(waits) for waits in (one.waits(), other.waits())]
    assert pairs[0] != pairs[1]
