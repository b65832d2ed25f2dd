"""One source polled for real: what is asked, what is kept, and the state that each answer leads to."""

from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import timedelta

import pytest
from aiohttp import web as http

from newsbot.news.poller import NewsPoller
from newsbot.news.states import State
from newsbot.storage.database import Database
from tests.news.house import NOW, Newsroom, feed, newsroom, rss
from tests.news.web import Handler, redirect, reply

HOUR, DAY = timedelta(hours=1), timedelta(days=1)


@pytest.fixture
async def room(database: Database) -> AsyncIterator[Newsroom]:
    async with newsroom(database) as found:
        yield found


async def titles(room: Newsroom) -> list[str]:
    items = await room.database.read(lambda tx: tx.news.items_of(range(1, 1_000)))
    return [item.title for item in items]


async def test_validators_are_replaced_after_each_200_and_everything_is_asked_for_once_a_day(room: Newsroom) -> None:
    served: list[tuple[str, ...]] = []

    async def handler(request: http.Request) -> http.StreamResponse:
        served.append((request.headers.get("If-None-Match", ""), request.headers.get("If-Modified-Since", "")))
        named = {"ETag": f'W/"{len(served)}', "Last-Modified": f"time {len(served)}"}
        return http.Response(body=rss("a", extra=f"<lastBuildDate>{len(served)}</lastBuildDate>"), headers=named)

    room.add("lab", handler)
    for after in (timedelta(0), HOUR, HOUR, 22 * HOUR, HOUR):
        await room.poll_all(after)
    assert served == [("", ""), ('W/"1', "time 1"), ('W/"2', "time 2"), ("", ""), ('W/"4', "time 4")]
    assert await titles(room) == ["Title a"]


async def test_304_keeps_the_validators_and_is_a_success(room: Newsroom) -> None:
    room.add("lab", feed("a", etag='"1"'))
    await room.poll_all()
    room.web.hosts["lab.test"] = reply(304)
    await room.poll_all(HOUR)
    await room.poll_all(HOUR)
    status = await room.status("lab")
    assert (status.state, status.etag, status.succeeded_at) == ("ok", '"1"', NOW + 2 * HOUR)
    assert [each.headers.get("if-none-match") for each in room.web.asked] == [None, '"1"', '"1"']


async def test_304_to_a_request_for_everything_is_no_success(room: Newsroom) -> None:
    room.add("lab", reply(304))
    await room.poll_all()
    assert (await room.status("lab")).state == "unreachable"


async def test_nothing_is_told_of_the_first_poll_with_entries_and_of_later_ones_each_entry_once(room: Newsroom) -> None:
    room.add("lab", feed())
    await room.poll_all()
    assert (await room.status("lab")).state == "empty"
    for shown in (("a", "b"), ("c", "a"), ("c", "b"), ("a", "c", "d")):
        room.web.hosts["lab.test"] = feed(*shown)
        await room.poll_all(HOUR)
    assert await titles(room) == ["Title a", "Title b", "Title c", "Title d"]
    status = await room.status("lab")
    assert status.baseline_at == NOW + HOUR
    assert status.news_at == (NOW + 2 * HOUR, NOW + 4 * HOUR)


async def test_a_poll_of_unknown_entries_alone_is_a_possible_gap_and_quarters_the_interval(room: Newsroom) -> None:
    room.add("lab", feed("a", "b"))
    await room.poll_all()
    room.web.hosts["lab.test"] = feed("c", "d")
    await room.poll_all(HOUR)
    assert (await room.status("lab")).state == "possible gap"
    next_at = await room.next_at("lab")
    assert next_at is not None
    assert timedelta(minutes=6) < next_at - room.now < timedelta(minutes=9)  # a quarter of half an hour


ANSWERS: dict[str, tuple[Handler, State]] = {
    "challenge": (
        reply(body=b"<html><title>Checking your browser</title></html>", Content_Type="text/html"),
        "not a feed",
    ),
    "refresh": (reply(body=b"<meta http-equiv=refresh content='0; url=/new'>"), "not a feed"),
    "json": (reply(body=b'{"error": "none"}'), "not a feed"),
    "blank": (reply(body=b" \n "), "not a feed"),
    "encoded": (reply(body=b"a", Content_Encoding="br"), "not a feed"),
    "unreadable": (reply(body=b"<rss><channel><x:item "), "broken feed"),
    "blocked": (reply(403), "blocked"),
    "limited": (reply(429, Retry_After="3600"), "rate limited"),
    "down": (reply(503), "unreachable"),
    "missing": (reply(404), "unreachable"),
    "ended": (reply(410), "gone"),
    "large": (reply(body=b"x" * 5_000_001), "refused"),
    "inside": (redirect("http://10.0.0.1/"), "refused"),
    "circle": (redirect("http://circle.test/feed"), "unreachable"),
}


async def test_each_answer_leads_to_its_state_and_loses_nothing(room: Newsroom) -> None:
    for name in ANSWERS:
        room.add(name, feed(f"{name}-a", etag='"1"'))
    await room.poll_all()
    room.web.hosts |= {f"{name}.test": handler for name, (handler, _) in ANSWERS.items()}
    await room.poll_all(HOUR)
    for name, (_, state) in ANSWERS.items():
        status, next_at = await room.status(name), await room.next_at(name)
        assert (name, status.state, status.baseline_at, status.etag) == (name, state, NOW, '"1"')
        assert status.reason.endswith(".")
        assert status.fix.endswith(".")
        is_final = state in {"gone", "refused"}
        assert next_at is None if is_final else next_at is not None and next_at > room.now
    room.web.hosts |= {f"{name}.test": feed(f"{name}-a", f"{name}-b") for name in ANSWERS}
    await room.poll_all(2 * HOUR)
    assert {(await room.status(name)).state for name in ANSWERS} == {"ok"}
    assert sorted(await titles(room)) == sorted(f"Title {name}-{letter}" for name in ANSWERS for letter in "ab")


async def test_a_host_that_wants_to_be_left_alone_is_asked_for_nothing_else_either(room: Newsroom) -> None:
    room.add("lab", reply(429, Retry_After="7200"))
    room.add("other", url="http://lab.test/other")
    await room.poll_at(timedelta(0))
    assert len(room.web.asked) == 1
    assert await room.next_at("other") == NOW + 2 * HOUR  # nobody looks for it in vain until then
    await room.poll_at(HOUR)
    assert len(room.web.asked) == 1
    room.web.hosts["lab.test"] = feed("a")
    await room.poll_at(2 * HOUR)
    assert len(room.web.asked) == 3
    assert {(await room.status(id_)).state for id_ in ("lab", "other")} == {"ok"}


async def test_a_gone_source_is_polled_again_only_once_it_is_changed(room: Newsroom) -> None:
    source = room.add("lab", reply(410))
    await room.poll_at(timedelta(0))
    await room.poll_at(90 * DAY)
    assert len(room.web.asked) == 1
    room.listed.sources = (replace(source, url="http://new.test/feed"),)
    room.web.hosts["new.test"] = feed("a")
    await room.poll_at(timedelta(0))
    assert (await room.status("lab")).state == "ok"


async def test_a_permanent_move_is_kept_after_a_week_and_not_before(room: Newsroom) -> None:
    room.add("old", redirect("http://new.test/feed"))
    room.web.hosts["new.test"] = feed("a")
    for day in range(7):
        await room.poll_all(DAY if day else timedelta(0))
        assert (await room.status("old")).state == "moved"
    await room.poll_all(DAY)
    assert (await room.status("old")).address == "http://new.test/feed"
    asked = len(room.web.of("old.test"))
    await room.poll_all(HOUR)
    assert (await room.status("old")).state == "ok"
    assert len(room.web.of("old.test")) == asked


async def test_where_the_old_address_ends_the_tracked_one_is_taken_at_once(room: Newsroom) -> None:
    room.add("old", redirect("http://new.test/feed"))
    room.web.hosts["new.test"] = feed("a")
    await room.poll_all()
    room.web.hosts["old.test"] = reply(410)
    await room.poll_all(HOUR)
    status = await room.status("old")
    assert (status.state, status.address) == ("ok", "http://new.test/feed")


async def test_where_a_kept_move_ends_the_entered_address_is_asked_again(room: Newsroom) -> None:
    room.add("old", redirect("http://new.test/feed"))
    room.web.hosts["new.test"] = feed("a")
    await room.poll_all()
    await room.poll_all(8 * DAY)
    room.web.hosts["new.test"] = reply(404)
    room.web.hosts["old.test"] = feed("a", "b")
    await room.poll_all(HOUR)
    assert ((await room.status("old")).address, (await room.status("old")).state) == ("http://old.test/feed", "ok")
    room.web.hosts["old.test"] = redirect("http://new.test/feed")
    await room.poll_all(HOUR)
    assert (await room.status("old")).state == "unreachable"


async def test_the_operator_hears_once(room: Newsroom) -> None:
    room.add("lab", reply(403))
    for _ in range(3):
        await room.poll_all(DAY)
    assert room.told.states == [("lab", "blocked")]


async def test_the_wishes_of_a_feed_hold_also_where_nothing_changed(room: Newsroom) -> None:
    days = "".join(f"<day>{name}</day>" for name in ("Monday", "Tuesday", "Wednesday", "Thursday"))
    body = rss("a", extra=f"<ttl>120</ttl><skipDays>{days}</skipDays>")
    room.add("lab", reply(body=body, ETag='"1"'))
    await room.poll_all()  # on a Monday
    first = await room.next_at("lab")
    room.web.hosts["lab.test"] = reply(304)
    await room.poll_all(HOUR)
    second = await room.next_at("lab")
    assert first is not None
    assert second is not None
    assert (first.weekday(), second.weekday()) == (4, 4)


async def test_filings_are_asked_for_twice_a_second_at_most_by_all_pollers_together(room: Newsroom) -> None:
    for number in range(6):
        url = f"http://{'www' if number % 2 else 'data'}.sec.gov/{number}"
        room.add(f"filings-{number}", feed("a"), url=url, kind="edgar")
    for _ in range(20):  # each look finds one at most: all of EDGAR's are one host
        await room.poller("one").run_once()
        await room.poller("two").run_once()
        room.now += timedelta(seconds=0.1)
    assert len(room.web.asked) == 4  # at 0, .5, 1 and 1.5 seconds
    await room.poll_at(timedelta(seconds=1))
    assert len(room.web.asked) == 5


async def test_what_breaks_here_is_a_state_and_not_tried_without_end(
    room: Newsroom, caplog: pytest.LogCaptureFixture
) -> None:
    room.add("lab", feed("a"))

    def broken(step: str) -> None:
        if step == "taken in":
            raise RuntimeError("a fault of ours")

    poller: NewsPoller = room.poller(checkpoint=broken)
    await poller.run_once()
    assert (await room.status("lab")).state == "broken feed"
    assert "a fault of ours" in caplog.text
    assert await titles(room) == []
    next_at = await room.next_at("lab")
    assert next_at is not None
    assert next_at > room.now


async def test_links_to_a_host_that_is_named_wrongly_lead_to_the_right_one(room: Newsroom) -> None:
    room.add("lab", feed("a"), link_hosts=(("lab.test", "www.lab.example"),))
    await room.poll_all()
    item = (await room.database.read(lambda tx: tx.news.items_of([1])))[0]
    assert item.link == "http://www.lab.example/a"
