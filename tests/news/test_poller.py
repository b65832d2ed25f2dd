"""Many sources at once: a dead one delays nobody, no two workers read one at the same time, a death loses nothing."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import suppress
from dataclasses import replace
from datetime import timedelta

import pytest
from aiohttp import web as http

from newsbot.news.fetch.values import Limits
from newsbot.news.poller import LEASE, NewsPoller
from newsbot.news.service import NewsService
from newsbot.storage.database import Database
from newsbot.tasks import Checkpoint, end_tasks
from tests.news.house import NOW, Listed, Newsroom, feed, newsroom
from tests.news.web import Handler, reply
from tests.patience import PATIENCE, eventually

HOUR, DAY = timedelta(hours=1), timedelta(days=1)
STEPS = ("claimed", "fetched", "taken in", "kept")


@pytest.fixture
async def room(database: Database) -> AsyncIterator[Newsroom]:
    async with newsroom(database) as found:
        yield found


class Died(BaseException):
    """A process ends at once: nothing of it runs any more."""


def dies_at(step: str, nth: int = 1) -> Checkpoint:
    left = [nth]

    def checkpoint(reached: str) -> None:
        if reached == step:
            left[0] -= 1
            if left[0] == 0:
                raise Died

    return checkpoint


async def titles(room: Newsroom) -> list[str]:
    items = await room.database.read(lambda tx: tx.news.items_of(range(1, 1_000)))
    return sorted(item.title for item in items)


def hangs(started: asyncio.Event, let_go: asyncio.Event) -> Handler:
    async def answer(request: http.Request) -> http.StreamResponse:
        started.set()
        await let_go.wait()
        return http.Response(status=503)

    return answer


async def test_hosts_that_say_nothing_delay_no_other(database: Database) -> None:
    """All that hang are still under way when every other source was read, again and again."""
    async with newsroom(database, Limits(seconds=PATIENCE * 10)) as room, asyncio.timeout(PATIENCE):
        started, let_go = [asyncio.Event() for _ in range(20)], asyncio.Event()
        for number, event in enumerate(started):
            room.add(f"dead-{number}", hangs(event, let_go))
        for number in range(10):
            room.add(f"well-{number}", feed(f"{number}"))
        poller = room.poller()

        async def all_well_are_read() -> bool:
            return all([(await room.status(f"well-{n}")).succeeded_at == room.now for n in range(10)])

        running = asyncio.create_task(poller.run())
        try:
            for event in started:
                await event.wait()
            for _ in range(2):
                await eventually(all_well_are_read)
                room.now += DAY
                poller.wake()
            await eventually(all_well_are_read)
            assert all(len(room.web.of(f"dead-{number}.test")) == 1 for number in range(20))
        finally:
            let_go.set()
            await end_tasks([running])


async def test_sources_in_trouble_have_places_of_their_own(room: Newsroom) -> None:
    """More dead hosts than there are places in all: those that failed before never take one from those that go well."""
    for number in range(60):
        room.add(f"dead-{number:02}", reply(503))
    await room.poll_all()
    started, let_go = asyncio.Event(), asyncio.Event()
    for number in range(60):
        room.web.hosts[f"dead-{number:02}.test"] = hangs(started, let_go)
    for number in range(3):
        room.add(f"well-{number}", feed("a"))
    room.now += DAY
    running = asyncio.create_task(room.poller().run())
    try:
        await started.wait()
        await eventually(lambda: all(room.web.of(f"well-{number}.test") for number in range(3)))
    finally:
        let_go.set()
        await end_tasks([running])


async def test_two_workers_never_read_one_source_or_one_host_at_the_same_time(room: Newsroom) -> None:
    under_way: dict[str, int] = {}
    most: dict[str, int] = {}

    def counted(inner: Handler) -> Handler:
        async def answer(request: http.Request) -> http.StreamResponse:
            host = request.host
            under_way[host] = under_way.get(host, 0) + 1
            most[host] = max(most.get(host, 0), under_way[host])
            await asyncio.sleep(0.02)
            under_way[host] -= 1
            return await inner(request)

        return answer

    for number in range(6):
        room.add(f"lab-{number}", counted(feed(f"{number}")))
        room.add(f"more-{number}", url=f"http://lab-{number}.test/more")
    fetchers = [room.poller(holder) for holder in ("one", "two", "three")]
    await asyncio.gather(*(poller.run_once() for poller in fetchers))
    await asyncio.gather(*(poller.run_once() for poller in fetchers))
    assert len(room.web.asked) == 12
    assert set(most.values()) == {1}


@pytest.mark.parametrize("step", STEPS)
async def test_a_death_at_any_step_loses_nothing_and_doubles_nothing(room: Newsroom, step: str) -> None:
    room.add("lab", feed("a", etag='"1"'))
    await room.poll_all()
    room.web.hosts["lab.test"] = feed("b", "a", etag='"2"')
    room.now += DAY
    died = room.poller("dead", dies_at(step))
    with suppress(Died):
        await died.run_once()
    before = len(room.web.of("lab.test"))
    await room.poller("heir").run_once()
    is_leased = len(room.web.of("lab.test")) == before  # nobody else comes while the dead one's lease lasts
    assert is_leased
    room.now += LEASE
    await room.poller("heir").run_once()
    assert await titles(room) == ["Title a", "Title b"]
    status = await room.status("lab")
    assert (status.state, status.etag, len(status.news_at)) == ("ok", '"2"', 1)


async def test_who_lost_the_lease_keeps_nothing(room: Newsroom) -> None:
    """A worker sleeps longer than its lease while another one reads: what it found is dropped, items too."""
    room.add("lab", feed("a"))
    await room.poll_all()
    room.web.hosts["lab.test"] = feed("late", "a")
    room.now += DAY
    asleep, awake = asyncio.Event(), asyncio.Event()
    inner = room.fetcher.fetch

    class Sleepy:
        async def fetch(self, request: object) -> object:
            answer = await inner(request)  # type: ignore[arg-type]
            asleep.set()
            await awake.wait()
            return answer

    sleeper = room.poller("sleeper")
    sleeper._with = replace(sleeper._with, fetcher=Sleepy())  # type: ignore[arg-type]
    sleeping = asyncio.create_task(sleeper.run_once())
    await asyncio.wait_for(asleep.wait(), PATIENCE)
    room.now += LEASE
    room.web.hosts["lab.test"] = feed("a", "b")
    await room.poller("other").run_once()
    awake.set()
    await sleeping
    assert await titles(room) == ["Title a", "Title b"]


async def test_leases_of_polls_that_are_cut_off_are_given_back(room: Newsroom) -> None:
    started, let_go = asyncio.Event(), asyncio.Event()
    room.add("lab", hangs(started, let_go))
    running = asyncio.create_task(room.poller("one").run())
    await asyncio.wait_for(started.wait(), PATIENCE)
    await end_tasks([running])
    let_go.set()
    stored = await room.database.read(lambda tx: tx.sources.all())
    assert [(each.lease_by, each.lease_until) for each in stored] == [("", None)]
    room.web.hosts["lab.test"] = feed("a")
    await room.poller("two").run_once()
    assert (await room.status("lab")).state == "ok"


async def test_the_first_fetch_tells_how_far_it_is(room: Newsroom) -> None:
    told: list[tuple[int, int]] = []
    for number in range(5):
        room.add(f"lab-{number}", feed("a") if number else reply(500))
    await room.poller(progress=lambda done, total: told.append((done, total))).run_once()
    assert told == [(done, 5) for done in range(1, 6)]
    await room.poll_at(DAY)
    later: list[tuple[int, int]] = []
    await room.poller(progress=lambda done, total: later.append((done, total))).run_once()
    assert later == []


async def test_a_source_that_is_off_or_was_removed_is_not_read(room: Newsroom) -> None:
    kept, off = room.add("kept", feed("a")), room.add("off", feed("b"), off="Its terms bar robots.")
    await room.poll_at(timedelta(0))
    assert {each.host for each in room.web.asked} == {"kept.test"}
    room.listed.sources = (off,)
    await room.poll_at(DAY)
    assert len(room.web.asked) == 1
    room.listed.sources = (kept, replace(off, off=""))
    await room.poll_at(DAY)
    assert len(room.web.of("off.test")) == 1


async def test_a_poller_that_stands_still_is_not_well(room: Newsroom) -> None:
    room.add("lab", feed("a"))
    poller: NewsPoller = room.poller()
    assert poller.health() == "ok"
    room.now += HOUR
    assert "no source was polled" in poller.health()


async def test_people_see_every_source_with_what_to_do_first(room: Newsroom) -> None:
    room.add("well", feed("a"))
    room.add("blocked", reply(403))
    room.add("off", off="Its terms bar robots.")
    room.add("fresh")
    every = room.listed.sources
    service = NewsService(room.database, Listed(every), lambda: room.now)
    assert not (await service.sources()).is_polled
    room.listed.sources = every[:2]
    await room.poll_at(timedelta(0))
    found = await service.sources()
    states = [(view.source.id, view.status.state, view.is_well) for view in found.sources]
    assert states == [("blocked", "blocked", False), ("fresh", "new", True), ("well", "ok", True), ("off", "off", True)]
    newest = await service.newest("well")
    assert newest is not None
    assert (newest.title, newest.first_seen) == ("Title a", NOW)
    assert await service.newest("fresh") is None
