"""What tells, without parsing, that a body says nothing new: only ever where it does, and where only dates changed."""

import re
from collections.abc import Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from newsbot.news.entries import Body, DocumentFilter
from newsbot.news.errors import FeedError
from newsbot.news.parse.fingerprint import fingerprint
from newsbot.news.parse.read import read_feed

_ALL = DocumentFilter()

RSS = """<?xml version="1.0"?><!-- made {0} --><rss version="2.0" xmlns:dc="http://purl.org/dc/elements/1.1/"><channel>
<title>Lab</title><pubDate>{0}</pubDate><lastBuildDate>{0}</lastBuildDate><dc:date>{0}</dc:date>
<item><title>One</title><pubDate>{1}</pubDate><description><![CDATA[</item><pubDate>{2}</pubDate>]]></description></item>
<item><title>Two</title></item></channel></rss><!-- cached {0} -->"""
ATOM = """<feed xmlns="http://www.w3.org/2005/Atom"><title>Lab</title><updated>{0}</updated>
<entry><title>One</title><updated>{1}</updated><content type="xhtml"><item>{2}</item></content></entry>
<a:modified xmlns:a="http://a.example/" b="c">{0}</a:modified></feed>"""
RDF = """<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#" xmlns="http://purl.org/rss/1.0/"
 xmlns:dc="http://purl.org/dc/elements/1.1/"><channel><title>Lab</title><dc:date>{0}</dc:date><items/></channel>
<item rdf:about="https://lab.example/1"><title>One</title><dc:date>{1}</dc:date><description>{2}</description></item>
</rdf:RDF>"""


def of(text: str, content_type: str = "", url: str = "") -> str:
    return fingerprint(Body(text.encode(), content_type, url), _ALL)


@pytest.mark.parametrize("body", [RSS, ATOM, RDF], ids=["rss", "atom", "rdf"])
def test_dates_of_the_feed_do_not_count_and_those_of_entries_do(body: str) -> None:
    first = of(body.format("2026-03-02", "2026-03-01", "2026-01-01"))
    assert of(body.format("2026-03-03", "2026-03-01", "2026-01-01")) == first
    assert of(body.format("2026-03-02", "2026-03-09", "2026-01-01")) != first
    assert of(body.format("2026-03-02", "2026-03-01", "2026-01-09")) != first


def test_every_date_of_an_entry_counts() -> None:
    entry = "<rss><item><pubDate>1</pubDate><dc:date>{}</dc:date><updated>3</updated></item></rss>"
    assert of(entry.format("2")) != of(entry.format("4"))


def test_headers_address_and_filter_count() -> None:
    body = RSS.format("a", "b", "c")
    assert len({of(body), of(body, "text/xml; charset=utf-8"), of(body, url="https://lab.example/")}) == 3
    assert fingerprint(Body(body.encode()), DocumentFilter(types=("RULE",))) != of(body)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (
            "<rss><channel><pubDate><b>1</b></pubDate></channel></rss>",
            "<rss><channel><pubDate><b>2</b></pubDate></channel></rss>",
        ),
        ("<rss><!-- 1 <item>1</item>", "<rss><!-- 1 <item>2</item>"),
        ("<rss><![CDATA[ <item>1</item>", "<rss><![CDATA[ <item>2</item>"),
        ("<rss><item>1<item>2<pubDate>1</pubDate></channel>", "<rss><item>1<item>2<pubDate>2</pubDate></channel>"),
        ("<html><date>1</date>", "<html><date><i>2</i></date>"),
        ('{"items": [1]}', '{"items": [2]}'),
        ("", " "),
    ],
)
def test_what_is_not_certain_counts(one: str, other: str) -> None:
    assert of(one) != of(other)


_PIECES = st.sampled_from(
    [
        *(
            "<rss>",
            "</rss>",
            "<channel>",
            "</channel>",
            "<item>",
            "</item>",
            "<entry>",
            "</entry>",
            "<item/>",
            "<feed>",
        ),
        *(
            "<pubDate>1</pubDate>",
            "<pubDate>2</pubDate>",
            "<updated>",
            "</updated>",
            "<title>a</title>",
            "<title>b</title>",
        ),
        *("<!--", "-->", "<![CDATA[", "]]>", "<link>https://lab.example/1</link>", "<description>", "</description>"),
        *(
            "<lastBuildDate>Mon, 02 Mar 2026 12:00:00 GMT</lastBuildDate>",
            "<guid>7</guid>",
            "<dc:date>",
            "</dc:date>",
            "3",
        ),
    ]
)
_BODIES = st.lists(_PIECES, max_size=14).map("".join)


def _entries(text: str) -> Sequence[object] | str:
    try:
        return read_feed(Body(f"<rss version='2.0'><channel>{text}</channel></rss>".encode())).entries
    except FeedError as error:
        return str(error)


@given(_BODIES)
def test_where_fingerprints_are_equal_so_are_the_entries(text: str) -> None:
    """The same body with each date that could stand outside entries changed: equal only where nothing else is."""
    changed = re.sub(r">[^<>]*</(pubDate|updated|lastBuildDate|dc:date)>", r">Tue, 09 Jun 2026 07:00:00 GMT</\1>", text)
    around = "<rss version='2.0'><channel>{}</channel></rss>"
    if of(around.format(text)) == of(around.format(changed)):
        assert _entries(text) == _entries(changed)


def test_it_takes_no_longer_than_there_is_to_read() -> None:
    """Beginnings without ends: where each was looked for to the end of the body, this would take hours."""
    for piece in (b"<!--", b"<![CDATA[", b"<pubDate>", b"<item>", b"<item><!--", b"<" * 7):
        assert fingerprint(Body(piece * 200_000), _ALL)
