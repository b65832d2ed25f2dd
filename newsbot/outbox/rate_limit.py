"""How fast a platform is written to: a token bucket that all live workers share by dividing its rate."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass

_BURST_SECONDS = 0.25  # what may leave at once after a quiet time, in seconds of the rate
Sleep = Callable[[float], Awaitable[None]]


@dataclass(frozen=True, slots=True)
class Rate:
    """The most messages a second that leave for a platform from all workers together. Raises ValueError for none."""

    per_second: float

    def __post_init__(self) -> None:
        if not self.per_second > 0:
            raise ValueError(f"{self.per_second} messages a second are no rate")


class RateLimiter:
    """One worker's share of a rate; without a rate nothing waits."""

    def __init__(
        self, rate: Rate | None, clock: Callable[[], float] | None = None, sleep: Sleep = asyncio.sleep
    ) -> None:
        """`clock` counts seconds and `sleep` waits by it; the event loop's where it is None."""
        self._rate = rate
        self._clock = clock or asyncio.get_running_loop().time
        self._sleep = sleep
        self._workers = 1
        self._free_at = 0.0  # when the bucket, emptied by those who have a turn, is full again

    def divide(self, workers: int) -> None:
        """Share the rate with that many live workers from now on, this one included."""
        self._workers = max(1, workers)

    @property
    def per_second(self) -> float | None:
        """This worker's share, None where there is no limit."""
        return None if self._rate is None else self._rate.per_second / self._workers

    def within(self, seconds: float) -> int | None:
        """How many messages can leave within `seconds`, at least one; None without a limit."""
        rate = self.per_second
        return None if rate is None else max(1, int(rate * seconds))

    async def turn(self) -> None:
        """Wait until the next message may leave; turns come in the order they were asked for."""
        rate = self.per_second
        if rate is None:
            return
        now = self._clock()
        burst = max(0.0, _BURST_SECONDS - 1 / rate)
        at = max(now - burst, self._free_at)
        self._free_at = at + 1 / rate
        if at > now:
            await self._sleep(at - now)
