"""How things are measured here: ours and its floor take turns, and the medians are compared."""

import math
import os
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Row:
    """One line of the table. `budget` bounds the ratio to the floor, or the value itself where there is no floor."""

    name: str
    value: float
    unit: str
    budget: float
    floor: float | None = None

    @property
    def ratio(self) -> float | None:
        """How many times the floor it took."""
        return self.value / self.floor if self.floor else None

    @property
    def is_within(self) -> bool:
        """Whether the budget holds."""
        return (self.value if self.ratio is None else self.ratio) <= self.budget

    def __str__(self) -> str:
        floor = f"floor {self.floor:9.2f}   ratio {self.ratio:5.2f}" if self.floor else " " * 28
        if math.isinf(self.budget):
            return f"{self.name:<58} {self.value:9.2f} {self.unit:<3} {floor}   for information"
        limit = f"{self.budget:g}x" if self.floor else f"{self.budget:g} {self.unit}"
        verdict = "ok" if self.is_within else "OVER"
        return f"{self.name:<58} {self.value:9.2f} {self.unit:<3} {floor}   budget {limit:<8} {verdict}"


def in_turns(ours: Callable[[], object], floor: Callable[[], object], rounds: int) -> tuple[float, float]:
    """Median milliseconds of processor time of both, taken in turns so that a noisy moment hits both."""
    both: tuple[list[float], list[float]] = ([], [])
    for _ in range(rounds):
        for times, work in zip(both, (ours, floor), strict=True):
            start = time.process_time()
            work()
            times.append((time.process_time() - start) * 1_000)
    return statistics.median(both[0]), statistics.median(both[1])


def installed(compiled: str) -> dict[str, str]:
    """An environment in which a program that started before finds its modules compiled, in this folder."""
    environment = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
    return environment | {"PYTHONPYCACHEPREFIX": compiled}


def cold_in_turns(ours: str, floor: str, rounds: int) -> tuple[float, float]:
    """Median milliseconds of processor time that two programs take as whole processes, in turns.

    Their modules are compiled before, as those of an installed program are, whatever the environment says about it.
    """
    both: tuple[list[float], list[float]] = ([], [])
    with tempfile.TemporaryDirectory() as compiled:
        environment = installed(compiled)
        for number in range(rounds + 1):
            for times, program in zip(both, (ours, floor), strict=True):
                before = resource.getrusage(resource.RUSAGE_CHILDREN)
                command = [sys.executable, "-c", program]
                subprocess.run(command, stdout=subprocess.DEVNULL, check=True, env=environment)
                after = resource.getrusage(resource.RUSAGE_CHILDREN)
                if number:
                    took = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
                    times.append(took * 1_000)
    return statistics.median(both[0]), statistics.median(both[1])


def each(work: Callable[[], object], count: int) -> float:
    """Milliseconds of processor time that one of `count` runs takes, the median of five series."""
    series = []
    for _ in range(5):
        start = time.process_time()
        for _ in range(count):
            work()
        series.append((time.process_time() - start) * 1_000 / count)
    return statistics.median(series)
