"""The hosts of the drill: what they show at which time of the simulated day, and all that they can do wrong.

Each host publishes an entry now and then, and the drill knows which: a host that ends well must have brought each of
them, once.
"""

import gzip
import json
import zlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Literal

from newsbot.news.entries import SourceKind
from newsbot.news.states import State

START = datetime(2026, 11, 30, 0, 0, tzinfo=UTC)  # a Monday
LENGTH = timedelta(hours=31)
_EVERY = timedelta(hours=4)  # between two entries
_BEFORE = 4  # entries that stand there at the start


@dataclass(frozen=True)
class Asked:
    """A request as a host sees it."""

    path: str
    headers: Mapping[str, str]
    at: datetime
    count: int  # of requests to this host before it

    @property
    def passed(self) -> timedelta:
        """Since the day began."""
        return self.at - START


@dataclass(frozen=True)
class Said:
    """An answer. `wire` is what it does to the connection instead of sending its body in good order."""

    status: int = 200
    body: bytes = b""
    headers: Mapping[str, str] = field(default_factory=dict)
    wire: Literal["", "hang", "drip", "cut"] = ""


Behaviour = Callable[["Host", Asked], Said]


@dataclass(frozen=True)
class Host:
    """One host: a source of the same id is read from it. `is_counted`: all of its entries must be items in the end."""

    id: str
    behave: Behaviour
    ends: State
    is_counted: bool
    kind: SourceKind = "feed"
    url: str = ""
    times: int = 0  # how many entries it publishes beside those at the start

    @property
    def name(self) -> str:
        """Its name in the web of the drill."""
        return f"{self.id}.test"

    def numbers(self, at: datetime) -> list[int]:
        """The entries that it has published at an instant, the newest first."""
        published = min(self.times, max(0, int((at - START) / _EVERY)))
        return list(range(_BEFORE + published, 0, -1))

    def wanted(self) -> set[str]:
        """What must be items in the end."""
        return {f"{self.id} {number}" for number in self.numbers(START + LENGTH)} if self.is_counted else set()


def published_at(number: int) -> datetime:
    """When an entry was published: those of the start on days before it."""
    return START - timedelta(days=_BEFORE + 1 - number) if number <= _BEFORE else START + (number - _BEFORE) * _EVERY


def item(host: Host, number: int, **changes: str) -> str:
    """One entry of RSS; `changes` are other texts of its elements, none where one is empty."""
    parts = {
        "title": f"{host.id} {number}",
        "link": f"http://{host.name}/{number}",
        "guid": f"{host.id}-{number}",
        "pubDate": f"{published_at(number):%a, %d %b %Y %H:%M:%S} GMT",
        **changes,
    }
    inner = "".join(f"<{name}>{text}</{name}>" for name, text in parts.items() if text)
    return f"<item>{inner}</item>"


def rss(items: list[str], head: str = "") -> bytes:
    """A feed."""
    channel = f"<channel><title>A feed</title>{head}{''.join(items)}</channel>"
    return f"<?xml version='1.0'?><rss version='2.0'>{channel}</rss>".encode()


def items_of(host: Host, asked: Asked) -> list[str]:
    """All entries that there are."""
    return [item(host, number) for number in host.numbers(asked.at)]


def plain(host: Host, asked: Asked) -> Said:
    """A feed in good order."""
    return Said(body=rss(items_of(host, asked)), headers={"Content-Type": "application/rss+xml"})


def always(status: int, body: bytes = b"", **headers: str) -> Behaviour:
    """One answer, whatever is asked."""
    said = Said(status, body, {name.replace("_", "-"): value for name, value in headers.items()})
    return lambda host, asked: said


def for_a_while(trouble: Behaviour) -> Behaviour:
    """A trouble between the sixth and the twelfth hour."""

    def behave(host: Host, asked: Asked) -> Said:
        is_trouble = timedelta(hours=6) <= asked.passed < timedelta(hours=12)
        return trouble(host, asked) if is_trouble else plain(host, asked)

    return behave


def on_the_wire(wire: Literal["hang", "drip", "cut"]) -> Behaviour:
    """A connection that goes wrong."""
    return lambda host, asked: Said(body=rss(items_of(host, asked)), wire=wire)


def with_etag(spelling: str, *, is_stuck: bool = False) -> Behaviour:
    """A host that answers 304 to the validator that it gave; a stuck one gives the same for ever."""

    def behave(host: Host, asked: Asked) -> Said:
        etag = spelling.format("stuck" if is_stuck else len(host.numbers(asked.at)))
        if asked.headers.get("if-none-match") == etag:
            return Said(304)
        return Said(200, plain(host, asked).body, {"ETag": etag})

    return behave


def with_last_modified(host: Host, asked: Asked) -> Said:
    """A host that compares dates as texts."""
    stamp = f"version {len(host.numbers(asked.at))}"
    if asked.headers.get("if-modified-since") == stamp:
        return Said(304)
    return Said(200, plain(host, asked).body, {"Last-Modified": stamp})


def changed(change: Callable[[Host, Asked, int], dict[str, str]]) -> Behaviour:
    """A feed whose entries read otherwise at each poll."""

    def behave(host: Host, asked: Asked) -> Said:
        numbers = host.numbers(asked.at)
        return Said(body=rss([item(host, number, **change(host, asked, number)) for number in numbers]))

    return behave


def some(choose: Callable[[Asked, list[int]], list[int]]) -> Behaviour:
    """A feed that shows a part of its entries."""

    def behave(host: Host, asked: Asked) -> Said:
        return Said(body=rss([item(host, number) for number in choose(asked, host.numbers(asked.at))]))

    return behave


def encoded(encoding: str, encode: Callable[[bytes], bytes]) -> Behaviour:
    """A feed in a transport encoding."""
    return lambda host, asked: Said(200, encode(plain(host, asked).body), {"Content-Encoding": encoding})


def headed(head: str = "", **headers: str) -> Behaviour:
    """A feed with elements of its own or headers."""
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return lambda host, asked: Said(200, rss(items_of(host, asked), head), named)


def redirected(status: int, target: str = "") -> Behaviour:
    """A host whose feed stands at another address of it."""

    def behave(host: Host, asked: Asked) -> Said:
        if asked.path == "/new":
            return plain(host, asked)
        return Said(status, b"", {"Location": target or "/new"})

    return behave


def endless(host: Host, asked: Asked) -> Said:
    """Redirects without end."""
    return Said(302, b"", {"Location": f"/{asked.count}"})


def ended_after_a_move(host: Host, asked: Asked) -> Said:
    """A permanent redirect, and after half a day 410 at the old address."""
    if asked.path == "/new":
        return plain(host, asked)
    return Said(410) if asked.passed >= timedelta(hours=12) else Said(301, b"", {"Location": "/new"})


def burst(host: Host, asked: Asked) -> Said:
    """After 28 hours thirty old entries come at once."""
    old = []
    if asked.passed >= timedelta(hours=28):
        dates = [START - timedelta(days=40 + number) for number in range(30)]
        old = [
            item(host, 1_000 + number, pubDate=f"{date:%a, %d %b %Y %H:%M:%S} GMT") for number, date in enumerate(dates)
        ]
    return Said(body=rss([*items_of(host, asked), *old]))


def gap(host: Host, asked: Asked) -> Said:
    """After 28 hours the window holds none of the entries that stood there before."""
    if asked.passed >= timedelta(hours=28):
        return Said(body=rss([item(host, 500 + number) for number in range(3)]))
    return plain(host, asked)


def json_feed(host: Host, asked: Asked) -> Said:
    """A feed as JSON."""
    items = [
        {"id": f"{number}", "url": f"http://{host.name}/{number}", "title": f"{host.id} {number}"}
        for number in host.numbers(asked.at)
    ]
    document = {"version": "https://jsonfeed.org/version/1.1", "title": "A feed", "items": items}
    return Said(body=json.dumps(document).encode(), headers={"Content-Type": "application/feed+json"})


def atom(host: Host, asked: Asked) -> Said:
    """A feed as Atom."""
    entries = "".join(
        f"<entry><id>urn:{host.id}:{number}</id><title>{host.id} {number}</title>"
        f"<link href='http://{host.name}/{number}'/><updated>{published_at(number):%Y-%m-%dT%H:%M:%SZ}</updated></entry>"
        for number in host.numbers(asked.at)
    )
    return Said(body=f"<feed xmlns='http://www.w3.org/2005/Atom'><title>A feed</title>{entries}</feed>".encode())


def filings(days_ago: int) -> Behaviour:
    """A company's filings, the newest of them so many days old."""

    def behave(host: Host, asked: Asked) -> Said:
        entries = "".join(
            f"<entry><id>urn:tag:sec.gov,2008:accession-number=0000000001-26-{number:06}</id><title>8-K</title>"
            f"<updated>{START - timedelta(days=days_ago + number):%Y-%m-%dT%H:%M:%S}-05:00</updated>"
            f"<content type='text/xml'><accession-number>0000000001-26-{number:06}</accession-number>"
            f"<filing-type>8-K</filing-type><items-desc>item 2.02</items-desc></content></entry>"
            for number in range(3)
        )
        company = "<company-info><conformed-name>A COMPANY INC</conformed-name></company-info>"
        return Said(body=f"<feed xmlns='http://www.w3.org/2005/Atom'>{company}{entries}</feed>".encode())

    return behave


def bare_deflate(data: bytes) -> bytes:
    """Deflate without the frame that its name means."""
    compressor = zlib.compressobj(wbits=-zlib.MAX_WBITS)
    return compressor.compress(data) + compressor.flush()


def bomb() -> bytes:
    """A hundred megabytes in a hundred kilobytes."""
    return gzip.compress(bytes(100_000_000), 9)
