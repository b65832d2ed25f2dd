"""An address tried out: what it says, whether a repeat gave 304, and as whom newsbot asked."""

from collections.abc import AsyncIterator
from dataclasses import asdict

import pytest

from newsbot.errors import SettingsError
from newsbot.news.entries import DocumentFilter
from newsbot.news.fetch.fetcher import Fetcher
from newsbot.news.fetch.values import Limits
from newsbot.news.parse.parser import FeedParser
from newsbot.news.probe import Probe, probe
from newsbot.news.sources import Source, new_source
from tests.news.house import rss
from tests.news.web import Web, loopback_web, redirect, reply

SOURCE = Source("lab", "A lab", "http://lab.test/feed", agent="newsbot/1")


@pytest.fixture
async def web() -> AsyncIterator[Web]:
    async with loopback_web() as found:
        yield found


async def probed(web: Web, source: Source = SOURCE) -> Probe:
    parser = FeedParser()
    try:
        async with Fetcher(web.network(), limits=Limits(seconds=5)) as fetcher:
            return await probe(source, fetcher, parser)
    finally:
        await parser.close()


async def test_a_feed_is_told_with_its_validators_and_who_asked(web: Web) -> None:
    web.hosts["lab.test"] = reply(body=rss("a", "b"), ETag='W/"1"', Last_Modified="then")
    assert asdict(await probed(web)) == {
        "path": "http://lab.test/feed",
        "format": "rss",
        "entries": 2,
        "newest": "2026-11-30T12:00:00+00:00",
        "error": None,
        "status": 200,
        "url": "http://lab.test/feed",
        "etag": 'W/"1"',
        "last_modified": "then",
        "not_modified": False,
        "agent": "newsbot/1",
    }
    assert [each.headers.get("if-none-match") for each in web.asked] == [None, 'W/"1"']


async def test_a_repeat_that_gives_304_is_told(web: Web) -> None:
    async def answer(request: object) -> object:
        is_known = request.headers.get("If-None-Match") == '"1"'  # type: ignore[attr-defined]
        return await (reply(304) if is_known else reply(body=rss("a"), ETag='"1"'))(request)  # type: ignore[arg-type]

    web.hosts["lab.test"] = answer  # type: ignore[assignment]
    assert (await probed(web)).not_modified is True


async def test_what_has_no_validators_is_asked_once(web: Web) -> None:
    web.hosts["lab.test"] = reply(body=rss("a"))
    assert (await probed(web)).not_modified is None
    assert len(web.asked) == 1


async def test_the_end_of_redirects_is_told(web: Web) -> None:
    web.hosts["lab.test"] = redirect("http://new.test/a")
    web.hosts["new.test"] = reply(body=rss("a"))
    assert (await probed(web)).url == "http://new.test/a"


@pytest.mark.parametrize(
    ("status", "body", "words"),
    [(403, b"", "newsbot/1"), (200, b"<html></html>", "web page"), (410, b"", "410"), (200, b"", "empty")],
)
async def test_what_is_no_feed_says_why(web: Web, status: int, body: bytes, words: str) -> None:
    web.hosts["lab.test"] = reply(status, body=body)
    found = await probed(web)
    assert found.error is not None
    assert words in found.error
    assert (found.format, found.entries) == (None, 0)


async def test_what_cannot_be_reached_and_what_must_not_be_says_so(web: Web) -> None:
    assert "cannot be reached" in ((await probed(web)).error or "")
    web.addresses["lab.test"] = ["10.0.0.1"]
    assert "10.0.0.1" in ((await probed(web)).error or "")


async def test_nobody_is_asked_without_the_contact_that_they_want(web: Web) -> None:
    source = new_source("filings", {"url": "https://www.sec.gov/cgi-bin/browse-edgar?CIK=1&output=atom"})
    assert source.kind == "edgar"
    assert "NEWSBOT_CONTACT" in ((await probed(web, source)).error or "")
    assert web.looked_up == []


def test_an_address_that_is_tried_has_the_kind_of_its_host() -> None:
    document = new_source("a", {"url": "https://www.federalregister.gov/api/v1/documents.json", "agencies": ["x"]})
    assert (document.kind, document.documents) == ("federal-register", DocumentFilter(("x",)))
    assert new_source("a", {"url": "https://www.federalregister.gov/documents"}).kind == "feed"
    with pytest.raises(SettingsError, match="isn't an address"):
        new_source("a", {"url": "nowhere"})
    with pytest.raises(SettingsError, match="isn't an id"):
        new_source("A B", {"url": "https://lab.test/"})
