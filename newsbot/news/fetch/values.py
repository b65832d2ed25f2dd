"""What is asked of a host, and what it answers."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Protocol


@dataclass(frozen=True, slots=True)
class Limits:
    """What one fetch may take: redirects, bytes after decompression, seconds in all (waits for a turn apart)."""

    redirects: int = 5
    body_bytes: int = 5_000_000
    seconds: float = 20.0


@dataclass(frozen=True, slots=True)
class FetchRequest:
    """One fetch. The validators go out as they once came in; a request without any asks for everything."""

    url: str
    agent: str
    etag: str = ""
    last_modified: str = ""


@dataclass(frozen=True, slots=True)
class Redirect:
    """One step from an address to the next."""

    status: int
    origin: str
    target: str


@dataclass(frozen=True, slots=True)
class FetchAnswer:
    """What a host answered at last; `headers` have lower-case names, of several of one name the first."""

    url: str
    status: int
    headers: Mapping[str, str]
    body: bytes = field(default=b"", repr=False)
    redirects: tuple[Redirect, ...] = ()

    @property
    def content_type(self) -> str:
        """The header of that name, empty where there is none."""
        return self.headers.get("content-type", "")

    @property
    def etag(self) -> str:
        """The validator of that name, verbatim: weak or without quotes, as it came."""
        return self.headers.get("etag", "")

    @property
    def last_modified(self) -> str:
        """The validator of that name, verbatim."""
        return self.headers.get("last-modified", "")


class HostPace(Protocol):
    """How fast requests to a host may follow each other, all processes together."""

    async def wait_turn(self, host: str) -> None:
        """Return when a request to this host may leave."""
