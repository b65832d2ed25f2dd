"""One fetch: validators as they came, redirects told, and limits that nothing outside can stretch."""

import asyncio
import gzip
import zlib
from collections.abc import AsyncIterator

import pytest
from aiohttp import web as http

from newsbot.news.fetch.errors import FetchRefused, Undecodable, Unreachable
from newsbot.news.fetch.fetcher import Fetcher
from newsbot.news.fetch.values import FetchAnswer, FetchRequest, Limits
from tests.news.web import Web, loopback_web, raw_server, redirect, reply
from tests.patience import PATIENCE

BODY = b"<rss>" + b"x" * 5_000 + b"</rss>"


@pytest.fixture
async def web() -> AsyncIterator[Web]:
    async with loopback_web() as found:
        yield found


async def fetched(web: Web, url: str, limits: Limits | None = None, **request: str) -> FetchAnswer:
    async with Fetcher(web.network(), limits=limits) as fetcher:
        return await fetcher.fetch(FetchRequest(url, request.pop("agent", "an agent"), **request))


@pytest.mark.parametrize("etag", ['"quoted"', 'W/"weak"', "bare", 'W/"', "a, b", '"a"--gzip'])
async def test_validators_come_and_go_verbatim(web: Web, etag: str) -> None:
    web.hosts["feed.test"] = reply(body=BODY, ETag=etag, Last_Modified="Tuesday, at noon")
    answer = await fetched(web, "http://feed.test/")
    assert (answer.etag, answer.last_modified) == (etag, "Tuesday, at noon")
    await fetched(web, "http://feed.test/", etag=answer.etag, last_modified=answer.last_modified)
    sent = web.asked[-1].headers
    assert (sent["if-none-match"], sent["if-modified-since"]) == (etag, "Tuesday, at noon")


async def test_a_request_names_its_agent_and_the_two_encodings_and_sends_nothing_unasked(web: Web) -> None:
    web.hosts["feed.test"] = reply(body=BODY, Set_Cookie="a=b")
    async with Fetcher(web.network()) as fetcher:
        for _ in range(2):
            await fetcher.fetch(FetchRequest("http://feed.test/a?b=c#d", "newsbot somebody@example.org"))
    for asked in web.asked:
        assert asked.headers["user-agent"] == "newsbot somebody@example.org"
        assert asked.headers["accept-encoding"] == "gzip, deflate"
        assert asked.path == "/a?b=c"
        assert not {"cookie", "if-none-match", "if-modified-since", "authorization"} & asked.headers.keys()


def packed(data: bytes) -> bytes:
    """By gzip, the same bytes at any time: they are in the names of tests."""
    return gzip.compress(data, mtime=0)


def bare_deflate(data: bytes) -> bytes:
    compressor = zlib.compressobj(wbits=-zlib.MAX_WBITS)
    return compressor.compress(data) + compressor.flush()


@pytest.mark.parametrize(
    ("encoding", "sent"),
    [
        ("gzip", packed(BODY)),
        ("GZIP", packed(BODY)),
        ("x-gzip", packed(BODY)),
        ("gzip", packed(BODY[:100]) + packed(BODY[100:])),
        ("deflate", zlib.compress(BODY)),
        ("deflate", bare_deflate(BODY)),
        ("identity", BODY),
        ("", BODY),
    ],
)
async def test_a_body_is_decoded_in_whatever_form_was_asked_for(web: Web, encoding: str, sent: bytes) -> None:
    web.hosts["feed.test"] = reply(body=sent, Content_Encoding=encoding) if encoding else reply(body=sent)
    assert (await fetched(web, "http://feed.test/")).body == BODY


@pytest.mark.parametrize(
    ("encoding", "sent"),
    [("gzip", BODY), ("gzip", packed(BODY)[:-20]), ("deflate", BODY), ("br", BODY), ("zstd", BODY)],
)
async def test_a_body_in_no_such_form_is_told(web: Web, encoding: str, sent: bytes) -> None:
    web.hosts["feed.test"] = reply(body=sent, Content_Encoding=encoding)
    with pytest.raises(Undecodable):
        await fetched(web, "http://feed.test/")


async def test_a_body_may_have_as_many_bytes_as_are_allowed_and_no_more(web: Web) -> None:
    web.hosts["feed.test"] = reply(body=BODY)
    assert (await fetched(web, "http://feed.test/", Limits(body_bytes=len(BODY)))).body == BODY
    with pytest.raises(FetchRefused):
        await fetched(web, "http://feed.test/", Limits(body_bytes=len(BODY) - 1))


async def test_a_bomb_is_refused_long_before_it_is_whole(web: Web) -> None:
    compressor = zlib.compressobj(9, wbits=zlib.MAX_WBITS | 16)
    bomb = b"".join(compressor.compress(bytes(10_000_000)) for _ in range(100)) + compressor.flush()  # a gigabyte
    web.hosts["feed.test"] = reply(body=bomb, Content_Encoding="gzip")
    with pytest.raises(FetchRefused) as caught:
        await fetched(web, "http://feed.test/")
    assert "5 MB" in str(caught.value)


async def test_redirects_are_told_in_order_and_carry_the_validators(web: Web) -> None:
    web.hosts["a.test"] = redirect("http://b.test/next", 301)

    async def end(request: http.Request) -> http.StreamResponse:
        return await (reply(body=BODY) if request.path == "/end" else redirect("/end?x=%2F", 302))(request)

    web.hosts["b.test"] = end
    answer = await fetched(web, "http://a.test/feed", etag='"1"')
    assert answer.url == "http://b.test/end?x=%2F"
    assert [(each.status, each.origin, each.target) for each in answer.redirects] == [
        (301, "http://a.test/feed", "http://b.test/next"),
        (302, "http://b.test/next", "http://b.test/end?x=%2F"),
    ]
    assert {each.headers["if-none-match"] for each in web.asked} == {'"1"'}


async def test_five_redirects_are_followed_and_a_sixth_is_not(web: Web) -> None:
    async def count(request: http.Request) -> http.StreamResponse:
        left = int(request.path.strip("/"))
        return await (redirect(f"/{left - 1}") if left else reply(body=BODY))(request)

    web.hosts["feed.test"] = count
    assert (await fetched(web, "http://feed.test/5")).body == BODY
    with pytest.raises(FetchRefused):
        await fetched(web, "http://feed.test/6")


async def test_redirects_in_a_circle_are_told(web: Web) -> None:
    web.hosts["a.test"] = redirect("http://b.test/")
    web.hosts["b.test"] = redirect("http://a.test/")
    with pytest.raises(Unreachable, match="circle"):
        await fetched(web, "http://a.test/")
    assert len(web.asked) == 2


async def test_an_answer_that_drips_ends_with_the_time_for_the_whole(web: Web) -> None:
    async def drip(request: http.Request) -> http.StreamResponse:
        response = http.StreamResponse()
        await response.prepare(request)
        while True:
            await response.write(b"<rss>")
            await asyncio.sleep(0.01)

    web.hosts["feed.test"] = drip
    with pytest.raises(Unreachable, match=r"within 0\.3 seconds"):
        await fetched(web, "http://feed.test/", Limits(seconds=0.3))


async def test_the_time_is_one_for_all_steps(web: Web) -> None:
    """A clock of the test's own passes 3 seconds with each step, so that of 10 the fifth finds nothing left."""
    ticks = iter(range(0, 1_000, 3))

    async def count(request: http.Request) -> http.StreamResponse:
        return await redirect(f"/{int(request.path.strip('/')) + 1}")(request)

    web.hosts["feed.test"] = count
    limits = Limits(seconds=10, redirects=50)
    async with Fetcher(web.network(), limits=limits, clock=lambda: float(next(ticks))) as fetcher:
        with pytest.raises(Unreachable):
            await fetcher.fetch(FetchRequest("http://feed.test/0", "agent"))
    assert len(web.asked) <= 5


async def test_a_host_that_says_nothing_or_hangs_up_is_unreachable(web: Web) -> None:
    async def hang_up(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readline()
        writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: 500\r\n\r\nhalf")
        writer.close()

    async with raw_server(hang_up) as port:
        web.hosts["rude.test"] = reply()
        with pytest.raises(Unreachable):
            web.port = port
            await fetched(web, "http://rude.test/")


async def test_one_request_at_a_time_goes_to_a_host_and_others_do_not_wait(web: Web) -> None:
    under_way, most, is_there, let_go = 0, 0, asyncio.Event(), asyncio.Event()

    async def slow(request: http.Request) -> http.StreamResponse:
        nonlocal under_way, most
        under_way += 1
        most = max(most, under_way)
        is_there.set()
        if request.path == "/first":
            await let_go.wait()
        under_way -= 1
        return http.Response(body=b"slow")

    web.hosts["slow.test"] = slow
    web.hosts["quick.test"] = reply(body=b"quick")
    async with asyncio.timeout(PATIENCE), Fetcher(web.network()) as fetcher:
        first = asyncio.create_task(fetcher.fetch(FetchRequest("http://slow.test/first", "agent")))
        await is_there.wait()
        others = [asyncio.create_task(fetcher.fetch(FetchRequest(f"http://slow.test/{n}", "agent"))) for n in range(3)]
        assert (await fetcher.fetch(FetchRequest("http://quick.test/", "agent"))).body == b"quick"
        assert len(web.of("slow.test")) == 1
        let_go.set()
        await asyncio.gather(first, *others)
    assert most == 1
    assert len(web.of("slow.test")) == 4


@pytest.mark.parametrize(
    ("url", "path"),
    [
        ("http://feed.test", "/"),
        ("http://feed.test/a%2Fb?sign=%2B%3d+x&y", "/a%2Fb?sign=%2B%3d+x&y"),
        ("http://feed.test/d.json?conditions[agencies][]=a b", "/d.json?conditions%5Bagencies%5D%5B%5D=a%20b"),
        ("http://feed.test/d.json?conditions%5Btype%5D[]=RULE", "/d.json?conditions%5Btype%5D%5B%5D=RULE"),
        ("http://feed.test/é?ü#part", "/%C3%A9?%C3%BC"),
    ],
)
async def test_an_address_is_asked_as_it_is_written(web: Web, url: str, path: str) -> None:
    web.hosts["feed.test"] = reply(body=BODY)
    await fetched(web, url)
    assert web.asked[0].path == path


@pytest.mark.parametrize("url", ["", "feed.test", "//feed.test/", "http://", "file:///etc/passwd", "http://a b/"])
async def test_what_is_no_address_of_the_web_is_refused(web: Web, url: str) -> None:
    with pytest.raises((FetchRefused, Unreachable)):
        await fetched(web, url)
    assert web.asked == []
