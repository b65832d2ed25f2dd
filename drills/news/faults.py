"""The faults of the drill: a host for each, and the state that it must end in."""

import gzip
import zlib
from collections.abc import Mapping

from drills.news.hosts import (
    Asked,
    Behaviour,
    Host,
    Said,
    always,
    atom,
    bare_deflate,
    bomb,
    burst,
    changed,
    encoded,
    ended_after_a_move,
    endless,
    filings,
    for_a_while,
    gap,
    headed,
    items_of,
    json_feed,
    on_the_wire,
    plain,
    redirected,
    rss,
    some,
    with_etag,
    with_last_modified,
)
from newsbot.news.states import State


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
