"""Faults on demand: what a loopback Slack does instead of answering, or besides it."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, field
from fnmatch import fnmatchcase
from typing import Any, Literal

from aiohttp import web

from tests.slack.loopback_records import Json


@dataclass(slots=True)
class Call:
    """One request that reached the server; `method` is a Web API method, or the path of another address.

    `at` is monotonic seconds; `answer` is the body sent back, None while unanswered and where a fault took its place.
    """

    method: str
    args: Json
    token: str
    headers: dict[str, str]
    at: float
    answer: Json | None = None


@dataclass(slots=True, eq=False)
class Fault:
    """What goes wrong. `wait` holds the request before it is processed, `hold` its answer afterwards.

    `drop="before"` aborts the connection with nothing done, `drop="after"` when all is stored but unanswered.
    `reached` is set when the first request meets the fault, `hits` counts them; `only` narrows it to some calls.
    """

    status: int = 200
    error: str = ""
    retry_after: int | None = None
    body: str | None = None
    drop: Literal["", "before", "after"] = ""
    wait: asyncio.Event | None = None
    hold: asyncio.Event | None = None
    only: Callable[[Call], bool] | None = None
    extra: dict[str, Any] = field(default_factory=dict)
    hits: int = 0
    reached: asyncio.Event = field(default_factory=asyncio.Event)

    @classmethod
    def rate_limited(cls, retry_after: int = 1) -> "Fault":
        """429 with Retry-After, as Slack limits a method."""
        return cls(status=429, error="ratelimited", retry_after=retry_after)

    @classmethod
    def broken(cls, status: int = 500) -> "Fault":
        """An HTTP error with a page instead of JSON."""
        return cls(status=status, body="<html>Server error</html>")

    @classmethod
    def refused(cls, error: str, **extra: Any) -> "Fault":
        """`"ok": false` with one of Slack's error names."""
        return cls(error=error, extra=extra)

    def replacement(self) -> web.Response | None:
        """The answer that takes the place of the real one, if this fault has one."""
        headers = {} if self.retry_after is None else {"Retry-After": str(self.retry_after)}
        if self.body is not None:
            return web.Response(status=self.status, text=self.body, content_type="text/html", headers=headers)
        if self.error or self.status != 200:
            body = {"ok": False, "error": self.error or "internal_error", **self.extra}
            return web.json_response(body, status=self.status, headers=headers)
        return None


class Faults:
    """The faults waiting for a request, oldest first."""

    def __init__(self) -> None:
        self._waiting: list[tuple[str, Fault, int]] = []

    def add(self, pattern: str, fault: Fault, times: int = 1) -> Fault:
        """Let `fault` meet the next `times` calls whose method or path matches `pattern` (`chat.*`, `/response/*`)."""
        self._waiting.append((pattern, fault, times))
        return fault

    def clear(self) -> None:
        """Forget the faults that have met nobody yet."""
        self._waiting.clear()

    def take(self, call: Call) -> Fault | None:
        """The fault that `call` meets, counted off."""
        for index, (pattern, fault, times) in enumerate(self._waiting):
            if fnmatchcase(call.method, pattern) and (fault.only is None or fault.only(call)):
                if times > 1:
                    self._waiting[index] = (pattern, fault, times - 1)
                else:
                    del self._waiting[index]
                fault.hits += 1
                fault.reached.set()
                return fault
        return None


async def answer_under(fault: Fault | None, request: web.Request, work: Callable[[], web.Response]) -> web.Response:
    """Do the `work` of a request as `fault` allows."""
    if fault is None:
        return work()
    if fault.wait is not None:
        await fault.wait.wait()
    if fault.drop == "before":
        return aborted(request)
    response = fault.replacement() or work()
    if fault.hold is not None:
        await fault.hold.wait()
    return aborted(request) if fault.drop == "after" else response


def aborted(request: web.Request) -> web.Response:
    """Cut the connection; the response goes nowhere."""
    if request.transport is not None:
        request.transport.abort()
    return web.Response(status=499)
