"""Bodies become feeds: every format by its bytes, entries as plain values; what is no feed is never an empty one."""

import asyncio
import os
import signal
import subprocess
import sys
from collections.abc import AsyncIterator
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pytest

from newsbot.news.entries import Body, DocumentFilter, FeedHints, ParsedFeed
from newsbot.news.errors import BrokenFeed, FeedError, NotAFeed
from newsbot.news.parse.encoding import decode_result, encode_error, encode_feed
from newsbot.news.parse.parser import FeedParser
from newsbot.news.parse.read import read_feed
from tests.news.feeds import entries, rss
from tests.news.samples import document, edgar, filing, inspected, json_feed, register
from tests.patience import PATIENCE, eventually


def read(body: bytes | str, content_type: str = "", url: str = "", wanted: DocumentFilter | None = None) -> ParsedFeed:
    content = body if isinstance(body, bytes) else body.encode()
    return read_feed(Body(content, content_type, url), wanted or DocumentFilter())


# -- what is a feed ---------------------------------------------------------------------------------------------------

ATOM = "<feed xmlns='http://www.w3.org/2005/Atom'><title>Lab</title>{}</feed>"
RDF = (
    "<rdf:RDF xmlns:rdf='http://www.w3.org/1999/02/22-rdf-syntax-ns#' xmlns='http://purl.org/rss/1.0/'>"
    "<channel><title>Lab</title></channel>{}</rdf:RDF>"
)
FEEDS: dict[str, tuple[str, int, bytes | str]] = {
    "rss": ("rss", 2, rss(entries("a", "b"))),
    "rss without entries": ("rss", 0, rss([])),
    "rss without a version": ("rss", 1, "<rss><channel><item><title>a</title></item></channel></rss>"),
    "atom": ("atom", 1, ATOM.format("<entry><title>a</title></entry>")),
    "atom without entries": ("atom", 0, ATOM.format("")),
    "atom with a prefix": ("atom", 1, "<a:feed xmlns:a='http://www.w3.org/2005/Atom'><a:entry/></a:feed>"),
    "rdf": ("rdf", 1, RDF.format("<item rdf:about='x'><title>a</title></item>")),
    "rdf without entries": ("rdf", 0, RDF.format("")),
    "rdf with a list of none": ("rdf", 0, RDF.format("<items><rdf:Seq/></items>")),
    "json feed": ("json-feed", 1, json_feed({"id": "1"})),
    "json feed without items": ("json-feed", 0, json_feed()),
    "edgar": ("edgar", 1, edgar(filing("0001045810-26-000012"))),
    "edgar without filings": ("edgar", 0, edgar()),
    "register": ("federal-register", 1, register([document()])),
    "register without documents": ("federal-register", 0, b'{"count": 0}'),
    "public inspection without documents": ("federal-register", 0, b'{"count": 0, "results": []}'),
    "a byte order mark": ("json-feed", 0, b"\xef\xbb\xbf" + json_feed()),
    "utf-16": ("rss", 1, rss(entries("a")).decode().replace("utf-8", "utf-16").encode("utf-16")),
    "a warning in front": ("rss", 1, b"<br />\n<b>Warning</b>: x in y.php<br />\n" + rss(entries("a"))),
    "a comment about pages": ("rss", 0, b"<!-- <html> --><rss version='2.0'><channel/></rss>"),
    "an item in a comment": ("rss", 0, b"<rss version='2.0'><channel><!-- <item> --></channel></rss>"),
    "markup that is not closed": (
        "rss",
        1,
        b"<rss version='2.0'><channel><item><title>A & B <b></title></item></channel>",
    ),
}


@pytest.mark.parametrize(("kind", "number", "body"), FEEDS.values(), ids=FEEDS)
def test_a_format_is_told_by_the_bytes(kind: str, number: int, body: bytes | str) -> None:
    for content_type in ("", "text/xml", "text/html", "text/plain", "application/rss+xml; charset=utf-8"):
        feed = read(body, content_type)
        assert (feed.format, len(feed.entries)) == (kind, number), content_type


NO_FEEDS = {
    "nothing": b"",
    "spaces": b" \n ",
    "a page": b"<!doctype html><html><head><title>Checking your browser</title></head></html>",
    "a page with a link to a feed": b"<html><link rel=alternate type=application/rss+xml href=/feed></html>",
    "a page that shows a feed": b"<html><body><pre><rss><channel><item/></channel></rss></pre></body></html>",
    "a page that names a namespace": b"<html xmlns='http://www.w3.org/1999/xhtml' xmlns:a='http://www.w3.org/2005/Atom'/>",
    "a picture": b"<svg xmlns='http://www.w3.org/2000/svg' xmlns:a='http://www.w3.org/2005/Atom'/>",
    "a list of addresses": b"<urlset xmlns='http://www.sitemaps.org/schemas/sitemap/0.9'><url/></urlset>",
    "an outline": b"<opml version='2.0'><head/><body><outline text='a'/></body></opml>",
    "an error": b'{"error": "not found"}',
    "json of another kind": b'{"version": "1.0", "items": [1, 2]}',
    "a list": b"[1, 2, 3]",
    "json that is cut off": json_feed({"id": "1"})[:-10],
    "words": b"503 Service Unavailable",
    "bytes": bytes(range(256)),
    "a great many brackets": b"[" * 100_000,
}


@pytest.mark.parametrize("body", NO_FEEDS.values(), ids=NO_FEEDS)
def test_what_is_no_feed_is_said_to_be_none(body: bytes) -> None:
    with pytest.raises(NotAFeed):
        read(body)


BROKEN = {
    "items that cannot be read": b"<rss version='2.0'><!DOCTYPE x [<item>",
    "a count without documents": b'{"count": 5}',
    "documents that are none": b'{"count": 5, "results": "x"}',
    "items that are no list": json_feed(items="x"),
}


@pytest.mark.parametrize("body", BROKEN.values(), ids=BROKEN)
def test_what_should_hold_entries_and_does_not_is_broken(body: bytes) -> None:
    with pytest.raises(BrokenFeed):
        read(body)


def test_the_rest_of_an_entry_that_was_cut_off_is_no_entry() -> None:
    whole = rss(entries("first", "second"))
    cut = whole[: whole.index(b"https://lab.example/second") + len("https://lab.example/sec")]
    assert [each.link for each in read(cut).entries] == ["https://lab.example/first"]
    assert len(read(rss(entries("first", "second"), end="")).entries) == 2  # these are whole
    with pytest.raises(BrokenFeed):
        read(rss(entries("first"))[:-60])


# -- what is in it ----------------------------------------------------------------------------------------------------


def test_an_entry_of_rss_is_read() -> None:
    (entry,) = read(
        """<rss version="2.0"><channel><link>https://lab.example</link><item><title>Fish &amp;amp; Chips</title>
        <link>/news/a?x=1&amp;y=2</link><guid isPermaLink="false">7</guid><category>AI</category><category>AI</category>
        <description>&lt;p&gt;One&lt;/p&gt;&lt;p&gt;two&lt;/p&gt;</description>
        <pubDate>Tue, 05 May 2026 16:00:00 -0400</pubDate></item></channel></rss>"""
    ).entries
    assert (entry.id, entry.link) == ("7", "https://lab.example/news/a?x=1&y=2")
    assert (entry.title, entry.summary, entry.labels) == ("Fish & Chips", "One two", ("AI",))
    assert (entry.published, entry.dated) == (datetime(2026, 5, 5, 20, tzinfo=UTC), date(2026, 5, 5))


def test_an_entry_of_atom_is_read_and_its_links_are_resolved() -> None:
    (entry,) = read(
        ATOM.format(
            """<entry xml:base="https://lab.example/blog/"><id>tag:lab.example,2026:7</id>
            <title type="html">&lt;b&gt;Up&lt;/b&gt;</title><link rel="enclosure" href="big.mp3"/><link href="a"/>
            <updated>2026-05-05T16:00:00Z</updated><published>2026-05-04T16:00:00Z</published>
            <content type="xhtml"><div xmlns="http://www.w3.org/1999/xhtml"><p>One</p><p>two</p></div></content></entry>"""
        ),
        url="https://other.example/feed",
    ).entries
    assert (entry.link, entry.title, entry.summary) == ("https://lab.example/blog/a", "Up", "One two")
    assert entry.published == datetime(2026, 5, 4, 16, tzinfo=UTC)


def test_a_date_without_a_zone_is_a_day_and_no_instant() -> None:
    bodies = "2026-05-05T16:00:00", "05 May 2026 16:00:00", "2026-05-05", "Tue, 05 May 2026 04:00:00 PM"
    for raw in bodies:
        (entry,) = read(f"<rss><channel><item><title>a</title><pubDate>{raw}</pubDate></item></channel></rss>").entries
        assert entry.published is None, raw
    for raw in ("Tue, 05 May 2026 16:00:00 EST", "2026-05-05T16:00:00+02:00", "2026-05-05T16:00:00Z"):
        (entry,) = read(f"<rss><channel><item><title>a</title><pubDate>{raw}</pubDate></item></channel></rss>").entries
        assert entry.published is not None, raw
        assert entry.dated == date(2026, 5, 5)


def test_a_date_that_cannot_be_is_none() -> None:
    for raw in ("0000-00-00", "soon", "Thu, 01 Jan 1970 00:00:00 GMT", "9999-12-31T23:59:59Z"):
        (entry,) = read(f"<rss><channel><item><title>a</title><pubDate>{raw}</pubDate></item></channel></rss>").entries
        assert (entry.published, entry.dated) == (None, None)


def test_texts_are_plain_whatever_a_feed_puts_there() -> None:
    title = "\u202e@everyone &lt;!channel&gt; [x](https://evil.example) " + "a" * 100_000
    (entry,) = read(
        f"<rss><channel><item><title>{title}</title><link>javascript:alert(1)</link></item></channel></rss>"
    ).entries
    assert len(entry.title) == 300
    assert "\u202e" not in entry.title
    assert entry.link == ""


def test_the_charset_of_the_header_is_used() -> None:
    body = (
        "<?xml version='1.0' encoding='windows-1252'?><rss><channel><item><title>Euro €</title></item></channel></rss>"
    )
    assert read(body, "text/xml; charset=utf-8").entries[0].title == "Euro €"
    assert read(body.encode("cp1252"), "text/xml; charset=utf-8").entries[0].title == "Euro €"


def test_what_a_feed_asks_of_its_readers_is_read() -> None:
    hours = "<skipHours><hour>0</hour><hour>24</hour><hour>13</hour></skipHours>"
    asked = f"<ttl>60</ttl>{hours}<skipDays><day>Sunday</day></skipDays>"
    assert read(f"<rss><channel>{asked}</channel></rss>").hints == FeedHints(60, frozenset({0, 13}), frozenset({6}))
    nonsense = "<ttl>soon</ttl><skipDays>" + "".join(
        f"<day>{day}</day>" for day in ("Monday", "tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
    )
    assert read(f"<rss><channel>{nonsense}</skipDays></channel></rss>").hints == FeedHints()


def test_the_hash_of_entries_is_theirs_alone() -> None:
    one = read(rss(entries("a", "b"), "Mon, 02 Mar 2026 12:00:00 GMT"))
    assert read(rss(entries("b", "a"), "Tue, 03 Mar 2026 12:00:00 GMT")).entries_hash == one.entries_hash
    assert read(rss(entries("a", "c"))).entries_hash != one.entries_hash


def test_a_bomb_of_entities_does_not_go_off() -> None:
    levels = "".join(f'<!ENTITY l{n} "{f"&l{n - 1};" * 10}">' for n in range(1, 12))
    bomb = f'<!DOCTYPE rss [<!ENTITY l0 "lol">{levels}]><rss><channel><item><title>&l11;</title></item></channel></rss>'
    assert all(len(entry.title) <= 300 for entry in read(bomb).entries)


def test_no_file_of_this_machine_is_read(tmp_path: Path) -> None:
    secret = tmp_path / "secret.txt"
    secret.write_text("hunter2")
    entity = f'<!DOCTYPE rss [<!ENTITY x SYSTEM "file://{secret}">]>'
    outside = f"{entity}<rss><channel><item><title>&x;</title></item></channel></rss>"
    assert "hunter2" not in str(read(outside))
    with pytest.raises(NotAFeed):
        read(str(secret))


# -- adapters ---------------------------------------------------------------------------------------------------------


def test_a_filing_is_called_by_its_company_and_items() -> None:
    (entry,) = read(edgar(filing("0001045810-26-000012"))).entries
    assert entry.title == "NVIDIA: results of operations (8-K 2.02)"
    assert (entry.id, entry.form, entry.labels) == ("0001045810-26-000012", "8-K", ("2.02", "9.01"))
    assert entry.link.startswith("https://www.sec.gov/Archives/edgar/data/1045810/")
    assert (entry.published, entry.dated) == (datetime(2026, 2, 25, 21, 21, 19, tzinfo=UTC), date(2026, 2, 26))
    assert not entry.is_update


@pytest.mark.parametrize(
    ("form", "items", "company", "title"),
    [
        ("8-K/A", "items 5.02", "NVIDIA CORP", "NVIDIA: directors or officers (8-K/A 5.02)"),
        ("8-K", "items 1.01, 2.03 and 9.01", "ACME INC /DE/", "ACME: agreement entered, new debt (8-K 1.01, 2.03)"),
        ("8-K", "items 9.01", "Apple Inc.", "Apple: current report (8-K 9.01)"),
        ("6-K", "", "ARM HOLDINGS PLC /UK", "ARM HOLDINGS: report of foreign issuer (6-K)"),
        ("8-K", "items 2.02", "Meta Platforms, Inc.", "Meta Platforms: results of operations (8-K 2.02)"),
        ("8-K", "items 2.02", "CO", "CO: results of operations (8-K 2.02)"),
    ],
)  # fmt: skip
def test_titles_of_filings(form: str, items: str, company: str, title: str) -> None:
    (entry,) = read(edgar(filing("0001045810-26-000012", form, items), company=company)).entries
    assert entry.title == title
    assert entry.is_update is form.endswith("/A")


def test_the_number_of_a_filing_is_found_also_where_it_is_misspelt_or_left_out() -> None:
    misspelt = filing("0001045810-26-000012", spelt="accession-nunber")
    left_out = filing("0001045810-26-000013", spelt="x")
    assert [each.id for each in read(edgar(misspelt, left_out)).entries] == [
        "0001045810-26-000012",
        "0001045810-26-000013",
    ]


BIS_RULES = DocumentFilter(("industry-and-security-bureau",), ("RULE",))


def test_documents_are_filtered_by_any_agency_and_by_type() -> None:
    found = read(
        register(
            [
                document(),
                document("2026-2", type="Notice"),
                document(
                    "2026-3", agencies=[{"name": "Fish and Wildlife Service", "slug": "fish-and-wildlife-service"}]
                ),
                document("2026-4", agencies=[], agency_names=["Industry and Security Bureau"]),
                document("2026-5", type="Proposed Rule"),
            ]
        ),
        wanted=BIS_RULES,
    )
    assert [each.id for each in found.entries] == ["2026-12345", "2026-4"]
    proposed = DocumentFilter(types=("PRORULE",))
    assert [each.id for each in read(register([document(type="Proposed Rule")]), wanted=proposed).entries] == [
        "2026-12345"
    ]


def test_a_document_has_its_number_and_a_day_in_the_future_is_no_error() -> None:
    (rule,) = read(register([document()])).entries
    assert (rule.id, rule.title, rule.form) == ("2026-12345", "Additions to the Entity List", "Rule")
    assert (rule.published, rule.dated) == (None, date(2026, 3, 5))
    (early,) = read(register([inspected()])).entries
    assert (early.id, early.title) == ("2026-12345", "Additions to the Entity List")
    assert early.published == datetime(2026, 3, 3, 13, 45, tzinfo=UTC)


def test_a_correction_belongs_to_what_it_corrects() -> None:
    (entry,) = read(register([document("C1-2026-12345")])).entries
    assert (entry.is_update, entry.amends) == (True, "2026-12345")


def test_an_item_of_json_feed_is_read() -> None:
    when = "2026-05-05T16:00:00-04:00"
    items: list[Any] = [
        {"id": 7, "url": "/a", "title": "One", "content_html": "<p>Words</p>", "date_published": when},
        {"id": "8", "external_url": "https://other.example/b", "content_text": "a < b", "tags": ["AI", 3, "AI"]},
        "nonsense",
    ]
    feed = read(json_feed(*items, home_page_url="https://lab.example/"))
    one, two = feed.entries
    assert (one.id, one.link, one.summary) == ("7", "https://lab.example/a", "Words")
    assert one.published == datetime(2026, 5, 5, 20, tzinfo=UTC)
    assert (two.link, two.summary, two.labels) == ("https://other.example/b", "a < b", ("AI",))
    assert (feed.title, feed.link) == ("Lab", "https://lab.example/")


# -- the process ------------------------------------------------------------------------------------------------------


@pytest.fixture
async def parser() -> AsyncIterator[FeedParser]:
    """A parser with a process of its own."""
    made = FeedParser(PATIENCE)
    yield made
    await made.close()


async def test_what_comes_out_of_the_process_is_what_was_read(parser: FeedParser) -> None:
    for _, _, body in FEEDS.values():
        content = body if isinstance(body, bytes) else body.encode()
        assert await parser.parse(Body(content, "text/xml", "https://lab.example/")) == read_feed(
            Body(content, "text/xml", "https://lab.example/")
        )
    documents = Body(register([document(), document("2026-2", type="Notice")]))
    assert len((await parser.parse(documents, BIS_RULES)).entries) == 1


async def test_errors_keep_their_kind(parser: FeedParser) -> None:
    with pytest.raises(NotAFeed, match="web page"):
        await parser.parse(Body(b"<html></html>"))
    with pytest.raises(BrokenFeed, match="counts documents"):
        await parser.parse(Body(b'{"count": 5}'))


def test_a_feed_survives_the_way_between_processes() -> None:
    feed = read(edgar(filing("0001045810-26-000012")))
    assert decode_result(encode_feed(feed)) == feed
    with pytest.raises(BrokenFeed, match="why"):
        decode_result(encode_error(BrokenFeed("why")))


async def test_a_body_that_takes_too_long_is_stopped_and_the_next_is_read() -> None:
    parser = FeedParser(PATIENCE)
    try:
        await parser.parse(Body(rss(entries("a"))))
        pid = parser.worker_pid
        assert pid is not None
        os.kill(pid, signal.SIGSTOP)  # stands for a body that is never done
        parser._limit = 0.05
        with pytest.raises(BrokenFeed, match="longer than"):
            await parser.parse(Body(rss(entries("a"))))
        parser._limit = PATIENCE
        assert len((await parser.parse(Body(rss(entries("a"))))).entries) == 1
        assert parser.worker_pid != pid
    finally:
        await parser.close()


async def test_a_process_that_is_killed_is_replaced(parser: FeedParser) -> None:
    await parser.parse(Body(rss(entries("a"))))
    assert parser.worker_pid is not None
    os.kill(parser.worker_pid, signal.SIGSTOP)
    under_way = asyncio.create_task(parser.parse(Body(rss(entries("a")))))
    await asyncio.sleep(0)
    os.kill(parser.worker_pid, signal.SIGKILL)
    assert len((await under_way).entries) == 1


async def test_a_body_that_ends_every_process_is_broken(parser: FeedParser) -> None:
    await parser.parse(Body(rss([])))
    killed: set[int] = set()

    def kill() -> bool:
        pid = parser.worker_pid
        if pid is not None and pid not in killed:
            os.kill(pid, signal.SIGKILL)
            killed.add(pid)
        return len(killed) == 2

    large = Body(rss(entries(*(f"e{number}" for number in range(20_000)))))
    under_way = asyncio.create_task(parser.parse(large))
    await eventually(kill)
    with pytest.raises(BrokenFeed, match="ended the process"):
        await under_way


def test_the_process_that_asks_never_imports_feedparser() -> None:
    program = (
        "import sys, newsbot.news.parse.parser, newsbot.news.intake, newsbot.news.replay;"
        "sys.exit(any(name in sys.modules for name in ('feedparser', 'sgmllib')))"
    )
    assert subprocess.run([sys.executable, "-c", program], check=False).returncode == 0


def test_every_error_is_a_sentence() -> None:
    for body in (*NO_FEEDS.values(), *BROKEN.values()):
        with pytest.raises(FeedError) as caught:
            read(body)
        assert str(caught.value).endswith(".")
