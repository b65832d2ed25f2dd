"""The hosts of the drill: what each shows at which time of the simulated day, its one fault, and the state it ends in.

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


def _flip(asked: Asked, *values: str) -> str:
    return values[asked.count % len(values)]


# What a host does, the state that it ends in, and whether all of its entries must have come.
FAULTS: Mapping[str, tuple[Behaviour, State, bool]] = {
    # Nothing is wrong, or nothing that may show.
    "plain": (plain, "ok", True),
    "atom": (atom, "ok", True),
    "json-feed": (json_feed, "ok", True),
    "gzip": (encoded("gzip", gzip.compress), "ok", True),
    "deflate": (encoded("deflate", zlib.compress), "ok", True),
    "bare-deflate": (encoded("deflate", bare_deflate), "ok", True),
    "etag": (with_etag('"{}"'), "ok", True),
    "etag-weak": (with_etag('W/"{}"'), "ok", True),
    "etag-bare": (with_etag("{}"), "ok", True),
    "etag-stuck": (with_etag('"{}"', is_stuck=True), "ok", True),
    "last-modified": (with_last_modified, "ok", True),
    "max-age": (headed(Cache_Control="max-age=7200"), "ok", True),
    "ttl": (headed("<ttl>120</ttl>"), "ok", True),
    "skip-hours": (headed("<skipHours><hour>3</hour><hour>4</hour></skipHours>"), "ok", True),
    "skip-days": (headed("<skipDays><day>Sunday</day></skipDays>"), "ok", True),
    "byte-order-mark": (lambda host, asked: Said(body=b"\xef\xbb\xbf" + plain(host, asked).body), "ok", True),
    "wrong-type": (headed(Content_Type="text/html"), "ok", True),
    "new-build-date": (
        lambda host, asked: Said(body=rss(items_of(host, asked), f"<lastBuildDate>{asked.at:%c}</lastBuildDate>")),
        *("ok", True),
    ),
    "dates-anew": (
        changed(lambda host, asked, number: {"pubDate": f"{asked.at:%a, %d %b %Y %H:%M:%S} GMT"}),
        "ok",
        True,
    ),
    "dates-ahead": (changed(lambda host, asked, number: {"pubDate": "Sat, 01 Jan 2050 00:00:00 GMT"}), "ok", True),
    "dates-none": (changed(lambda host, asked, number: {"pubDate": ""}), "ok", True),
    "ids-none": (changed(lambda host, asked, number: {"guid": ""}), "ok", True),
    "ids-alike": (changed(lambda host, asked, number: {"guid": "the feed"}), "ok", True),
    "ids-anew": (changed(lambda host, asked, number: {"guid": f"{asked.count}-{number}"}), "ok", True),
    "links-none": (changed(lambda host, asked, number: {"link": ""}), "ok", True),
    "links-tracked": (
        changed(
            lambda host, asked, number: {"link": f"http://{host.name}/{number}?utm_source={asked.count}", "guid": ""}
        ),
        *("ok", True),
    ),
    "links-flip": (
        changed(
            lambda host, asked, number: {"link": f"{_flip(asked, 'http', 'https')}://{host.name}/{number}", "guid": ""}
        ),
        *("ok", True),
    ),
    "links-www": (
        changed(
            lambda host, asked, number: {"link": f"http://{_flip(asked, '', 'www.')}{host.name}/{number}", "guid": ""}
        ),
        *("ok", True),
    ),
    "vanishing": (some(lambda asked, numbers: numbers[asked.count % 2 :: 2] + numbers[:1]), "ok", True),
    "shuffled": (some(lambda asked, numbers: numbers[::-1] if asked.count % 2 else numbers), "ok", True),
    "redirect-302": (redirected(302), "ok", True),
    "redirect-303": (redirected(303), "ok", True),
    "redirect-307": (redirected(307), "ok", True),
    "ended-after-move": (ended_after_a_move, "ok", True),
    "foot-rotates": (changed(lambda host, asked, number: {"description": f"Advert {asked.count}"}), "ok", True),
    # A trouble that passes.
    **{
        f"{name}-for-a-while": (for_a_while(trouble), "ok", True)
        for name, trouble in {
            "empty": always(200, rss([])),
            "html": always(200, b"<html>Checking your browser</html>"),
            "blank": always(200, b""),
            "403": always(403),
            "404": always(404),
            "429": always(429, b"", Retry_After="1800"),
            "500": always(500),
            "503": always(503, b"", Retry_After="1800"),
            "cut": on_the_wire("cut"),
            "drip": on_the_wire("drip"),
        }.items()
    },
    # A trouble that stays.
    "empty": (always(200, rss([])), "empty", False),
    "gap": (gap, "possible gap", True),
    "burst": (burst, "burst held", True),
    "moved-301": (redirected(301), "moved", True),
    "moved-308": (redirected(308), "moved", True),
    "html": (always(200, b"<html><body>Welcome</body></html>"), "not a feed", False),
    "challenge": (
        always(200, b"<html>Checking your browser</html>", Content_Type="application/rss+xml"),
        "not a feed",
        False,
    ),
    "meta-refresh": (always(200, b"<html><meta http-equiv='refresh' content='0;url=/n'></html>"), "not a feed", False),
    "json-error": (always(200, b'{"error": "no"}', Content_Type="application/json"), "not a feed", False),
    "blank": (always(200, b" \n"), "not a feed", False),
    "no-content": (always(204), "not a feed", False),
    "brotli": (always(200, b"\x0b\x02\x80", Content_Encoding="br"), "not a feed", False),
    "zstd": (always(200, b"(\xb5/\xfd", Content_Encoding="zstd"), "not a feed", False),
    "gzip-lie": (always(200, b"<rss/>", Content_Encoding="gzip"), "not a feed", False),
    "broken": (always(200, b"<rss><channel><x:item "), "broken feed", False),
    "401": (always(401), "blocked", False),
    "403": (always(403, b"<html>Forbidden</html>"), "blocked", False),
    "451": (always(451), "blocked", False),
    "429": (always(429), "rate limited", False),
    "429-body": (always(429, b"Slow down", Retry_After="600"), "rate limited", False),
    "429-date": (always(429, Retry_After="Mon, 30 Nov 2026 01:00:00 GMT"), "rate limited", False),
    "503-later": (always(503, Retry_After="600"), "rate limited", False),
    "400": (always(400), "unreachable", False),
    "404": (always(404), "unreachable", False),
    "406": (always(406), "unreachable", False),
    "500": (always(500), "unreachable", False),
    "502": (always(502), "unreachable", False),
    "503": (always(503), "unreachable", False),
    "504": (always(504), "unreachable", False),
    "304-always": (always(304), "unreachable", False),
    "redirect-nowhere": (always(302), "unreachable", False),
    "redirect-circle": (redirected(301, "http://redirect-circle.test/feed"), "unreachable", False),
    "redirect-to-no-name": (redirected(301, "http://noname-target.test/"), "unreachable", False),
    "hang": (on_the_wire("hang"), "unreachable", False),
    "drip": (on_the_wire("drip"), "unreachable", False),
    "cut": (on_the_wire("cut"), "unreachable", False),
    "noname": (plain, "unreachable", False),
    "closed": (plain, "unreachable", False),
    "410": (always(410), "gone", False),
    "redirect-many": (endless, "refused", False),
    "redirect-inside": (redirected(302, "http://169.254.169.254/latest/meta-data/"), "refused", False),
    "redirect-file": (redirected(302, "file:///etc/passwd"), "refused", False),
    "inside": (plain, "refused", False),
    "large": (always(200, b"<rss>" + bytes(5_000_001)), "refused", False),
    "bomb": (always(200, bomb(), Content_Encoding="gzip"), "refused", False),
    # EDGAR.
    "filings": (filings(1), "ok", False),
    "silent-company": (filings(130), "silent company", False),
    "edgar-403": (always(403), "rate limited", False),
    "edgar-404": (always(404), "rate limited", False),
}
_EDGAR = frozenset({"filings", "silent-company", "edgar-403", "edgar-404"})


def hosts(count: int = 100) -> list[Host]:
    """One host for each fault, and as many without one as make up the rest."""
    found = [
        Host(name, behave, ends, is_counted, "edgar" if name in _EDGAR else "feed", times=5)
        for name, (behave, ends, is_counted) in FAULTS.items()
    ]
    more = [Host(f"well-{number}", plain, "ok", True, times=5) for number in range(count - len(found))]
    return [*found, *more]
