"""What goes wrong on the loopback Discord when a test says so: faults of single requests, and rate limits."""

import asyncio
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from tests.discord.loopback_objects import Payload
from tests.discord.loopback_wire import ERRORS, ApiError, Request, Route, Upload
from tests.discord.loopback_world import Clock


@dataclass(frozen=True, slots=True)
class Fault:
    """What goes wrong with one request; made by the functions below."""

    answer: tuple[int, Any, Mapping[str, str]] | None = None
    before: asyncio.Event | None = None
    after: asyncio.Event | None = None
    drops_before: bool = False
    drops_after: bool = False

    @classmethod
    def status(cls, status: int, code: int = 0, message: str = "") -> "Fault":
        """Answer with an error and process nothing."""
        return cls(answer=(status, {"message": message or f"{status}: Error", "code": code}, {}))

    @classmethod
    def error(cls, code: int) -> "Fault":
        """Answer with a documented JSON error and process nothing."""
        return cls.status(ERRORS[code][0], code, ERRORS[code][1])

    @classmethod
    def too_many(cls, retry_after: float, *, is_global: bool = False, scope: str = "user") -> "Fault":
        """Answer 429; a global one is told by header and body."""
        scope = "global" if is_global else scope
        return cls(answer=_too_many(retry_after, is_global=is_global, scope=scope))

    @classmethod
    def garbage(cls, status: int = 200) -> "Fault":
        """Answer with something that is not JSON, as a broken proxy does."""
        return cls(answer=(status, Upload("", b"<html>upstream \xff\xfe", "text/html"), {}))

    @classmethod
    def drop_before(cls) -> "Fault":
        """Cut the connection and process nothing."""
        return cls(drops_before=True)

    @classmethod
    def drop_after(cls) -> "Fault":
        """Process, then cut the connection: the answer never leaves."""
        return cls(drops_after=True)

    @classmethod
    def hold(cls, until: asyncio.Event) -> "Fault":
        """Process only once `until` is set."""
        return cls(before=until)

    @classmethod
    def hold_answer(cls, until: asyncio.Event) -> "Fault":
        """Process at once, answer only once `until` is set."""
        return cls(after=until)


def _too_many(retry_after: float, *, is_global: bool, scope: str) -> tuple[int, Payload, dict[str, str]]:
    text = "The resource is being rate limited." if scope == "shared" else "You are being rate limited."
    headers = {"Retry-After": str(max(1, round(retry_after))), "X-RateLimit-Scope": scope}
    if is_global:
        headers["X-RateLimit-Global"] = "true"
    return 429, {"message": text, "retry_after": retry_after, "global": is_global}, headers


class Faults:
    """Faults waiting for the requests they will hit, first added first used."""

    def __init__(self) -> None:
        self._waiting: list[tuple[str, re.Pattern[str], Fault, int]] = []
        self._held_back: list[asyncio.Event] = []

    def add(self, method: str, pattern: str, fault: Fault, times: int = 1) -> None:
        """Hit the next `times` requests of a method (`*`: any) and path, where `*` stands for one part of it."""
        expression = re.compile(re.escape(pattern).replace(r"\*", "[^/]+"))
        self._waiting.append((method, expression, fault, times))
        self._held_back.extend(event for event in (fault.before, fault.after) if event)

    def take(self, method: str, path: str) -> Fault | None:
        """The fault for this request, used up."""
        for index, (wanted, pattern, fault, times) in enumerate(self._waiting):
            if wanted in ("*", method) and pattern.fullmatch(path):
                self._waiting[index : index + 1] = [(wanted, pattern, fault, times - 1)] if times > 1 else []
                return fault
        return None

    def release(self) -> None:
        """Let nothing more go wrong, and let go of what is held."""
        self._waiting.clear()
        for event in self._held_back:
            event.set()


@dataclass(slots=True)
class _Window:
    remaining: int
    ends: float


class Limits:
    """Rate limits by route and top-level resource; none until a test sets one."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._rules: dict[tuple[str, str], tuple[int, float]] = {}
        self._windows: dict[tuple[str, str, str], _Window] = {}

    def set(self, method: str, path: str, limit: int, per: float) -> None:
        """Allow `limit` requests in `per` seconds on a route, named as in its template, for each channel or webhook."""
        self._rules[method, path] = (limit, per)

    def spend(self, route: Route, request: Request) -> Mapping[str, str]:
        """The headers for this request. Raises 429, with the same headers, when the bucket is empty."""
        rule = self._rules.get((route.method, route.path)) if self._rules else None
        if rule is None:
            return {}
        limit, per = rule
        major = request.params.get("channel_id") or request.params.get("guild_id") or request.params.get("token", "")
        now, key = self._clock.now(), (route.method, route.path, major)
        window = self._windows.get(key)
        if window is None or window.ends <= now:
            window = self._windows[key] = _Window(limit, now + per)
        window.remaining -= 1
        headers = {
            "X-RateLimit-Limit": str(limit),
            "X-RateLimit-Remaining": str(max(0, window.remaining)),
            "X-RateLimit-Reset": f"{window.ends:.3f}",
            "X-RateLimit-Reset-After": f"{window.ends - now:.3f}",
            "X-RateLimit-Bucket": f"{route.method}{route.path}".replace("/", "-"),
        }
        if window.remaining < 0:
            raise Limited(window.ends - now, headers)
        return headers


class Limited(ApiError):
    """A 429 of a bucket, with its headers."""

    def __init__(self, retry_after: float, headers: Mapping[str, str]) -> None:
        status, body, extra = _too_many(round(retry_after, 3), is_global=False, scope="user")
        super().__init__(status, body)
        self.headers = {**headers, **extra}
