"""Taking in on both databases: what a source shows is stored once, in one transaction, and only where it says more."""

import asyncio
from collections.abc import AsyncIterator

import pytest

from newsbot.news.entries import Body
from newsbot.news.errors import FeedError, NotAFeed
from newsbot.news.intake import FeedSource, Intake
from newsbot.news.parse.parser import FeedParser
from newsbot.storage.database import Database
from newsbot.storage.transaction import Transaction
from tests.news.feeds import DAY, HOUR, START, Watched, entries, entry, rss
from tests.news.samples import document, json_feed, register
from tests.patience import PATIENCE


@pytest.fixture
async def parser() -> AsyncIterator[FeedParser]:
    """A parser with a process of its own."""
    made = FeedParser(PATIENCE)
    yield made
    await made.close()


async def test_each_step_of_a_source_is_stored_alike(database: Database) -> None:
    lab = Watched(database)
    await lab.poll([entry("a", id="N/A", at=START), entry("b", id="N/A", at=START - DAY), *entries("x")])
    found = await lab.poll(
        [entry("c", title="One", at=START - 2 * DAY), entry("old", at=START - 60 * DAY), *entries("x")]
    )
    assert (found.told, found.late) == (1, 1)
    assert (await lab.poll([entry("c", id="new-id", title="Two"), *entries("x")])).revised == 1
    assert (await lab.poll([entry("c", id="new-id", title="One", link="")], 30 * DAY)).new == ()
    assert [(item.title, item.arrival, item.revisions) for item in await lab.items()] == [
        ("The title of a", "baseline", 0),
        ("The title of b", "baseline", 0),
        ("The title of x", "baseline", 0),
        ("One", "new", 1),
        ("The title of old", "late", 0),
    ]
    newest = await database.read(lambda tx: tx.news.newest_of("lab"))
    assert newest is not None
    assert newest.title == "The title of old"
    memory = await lab.memory()
    assert (memory.polls, memory.most_new, memory.entries, memory.checked_at) == (4, 2, 1, lab.at)
    assert await database.read(lambda tx: tx.news.memories()) == (memory,)


async def test_a_title_that_still_stands_there_is_known_however_long_nothing_changed(
    database: Database, parser: FeedParser
) -> None:
    bare = [entry(name, id="", link="") for name in "ab"]
    intake, source = Intake(database, parser), FeedSource("lab")
    await intake.read(source, Body(rss(bare)), START)
    for days in range(1, 8):
        assert (await intake.read(source, Body(rss(bare)), START + days * DAY)).feed is None
    found = await intake.read(source, Body(rss([entry("c", id="", link=""), *bare])), START + 8 * DAY)
    assert found.told == 1


async def test_a_body_that_differs_in_its_build_date_alone_is_not_parsed(
    database: Database, parser: FeedParser
) -> None:
    intake, source = Intake(database, parser), FeedSource("lab")
    first = await intake.read(source, Body(rss(entries("a"), "Mon, 02 Mar 2026 12:00:00 GMT")), START)
    assert first.baseline == 1
    second = await intake.read(source, Body(rss(entries("a"), "Mon, 02 Mar 2026 13:00:00 GMT")), START + HOUR)
    assert second.feed is None
    third = await intake.read(source, Body(rss(entries("b", "a"), "Mon, 02 Mar 2026 13:00:00 GMT")), START + 2 * HOUR)
    assert third.told == 1
    memory = await database.read(lambda tx: tx.news.memory("lab", source.scope))
    assert (memory.polls, memory.entries, memory.read_at) == (3, 2, START + 2 * HOUR)


async def test_an_answer_without_a_body_counts_as_a_poll(database: Database, parser: FeedParser) -> None:
    intake, source = Intake(database, parser), FeedSource("lab")
    await intake.read(source, Body(rss(entries("a"))), START)
    await intake.confirm(source, START + HOUR)
    memory = await database.read(lambda tx: tx.news.memory("lab", source.scope))
    assert (memory.polls, memory.read_at, memory.checked_at) == (2, START + HOUR, START + HOUR)


async def test_a_page_changes_nothing(database: Database, parser: FeedParser) -> None:
    intake, source = Intake(database, parser), FeedSource("lab")
    await intake.read(source, Body(rss(entries("a"))), START)
    before = await database.read(lambda tx: tx.news.memory("lab", source.scope))
    with pytest.raises(NotAFeed):
        await intake.read(source, Body(b"<html><title>Checking your browser</title></html>"), START + HOUR)
    assert await database.read(lambda tx: tx.news.memory("lab", source.scope)) == before
    assert (await intake.read(source, Body(rss(entries("a"))), START + HOUR)).new == ()


async def test_a_page_that_stays_is_not_parsed_again(database: Database, parser: FeedParser) -> None:
    intake, source = Intake(database, parser), FeedSource("lab")
    page = Body(b"<html><title>Checking your browser</title></html>")
    for _ in range(3):
        with pytest.raises(NotAFeed, match="web page"):
            await intake.read(source, page, START)
    assert parser.parsed == 1
    assert (await intake.read(source, Body(rss(entries("a"))), START)).baseline == 1


async def test_no_character_that_a_feed_can_write_is_too_much_for_a_database(
    database: Database, parser: FeedParser
) -> None:
    odd = "a\x00b\ud800c\u202e\U0001f600"
    item = {"id": odd, "title": odd, "content_text": odd, "url": f"https://lab.example/{odd}", "tags": [odd]}
    long = {"id": "x" * 5_000, "title": "y" * 5_000, "url": "https://lab.example/" + "z" * 5_000}
    documents = register([document(odd, title=odd, type=odd, agencies=[{"name": odd}])])
    intake = Intake(database, parser)
    assert (await intake.read(FeedSource("lab"), Body(json_feed(item, long)), START)).baseline == 2
    assert (await intake.read(FeedSource("register", "federal-register"), Body(documents), START)).baseline == 1
    assert {item.title for item in await Watched(database).items()} == {"abc\U0001f600", "y" * 299 + "…"}


async def test_what_is_stored_beside_is_stored_with_it_or_not_at_all(database: Database, parser: FeedParser) -> None:
    intake, source = Intake(database, parser), FeedSource("lab")

    def fail(tx: Transaction, reading: object) -> None:
        raise FeedError("no")

    with pytest.raises(FeedError):
        await intake.read(source, Body(rss(entries("a"))), START, fail)
    assert await database.read(lambda tx: tx.news.items_after(0, 10)) == ()
    assert (await intake.read(source, Body(rss(entries("a"))), START)).baseline == 1


async def test_lists_that_share_their_ids_and_are_taken_in_at_once_bring_each_document_once(
    database_url: str, database: Database
) -> None:
    """Nothing is known of any of the lists yet, so there is no row of theirs that they could wait for."""
    others = [Database(database_url) for _ in range(5)]
    lists = [Watched(each, source=FeedSource(f"list-{number}", "edgar")) for number, each in enumerate(others)]
    try:
        for turn in range(4):
            filings = entries(*(f"{turn}-{number}" for number in range(8)))
            found = await asyncio.gather(*(each.poll(filings) for each in lists))
            assert sum(len(each.new) for each in found) == 8
    finally:
        for each in others:
            await each.close()
    assert len(await Watched(database).items()) == 32


async def test_two_processes_that_take_the_same_in_at_once_bring_it_once(database_url: str, database: Database) -> None:
    await Watched(database).poll(entries("x"))
    others = [Database(database_url) for _ in range(4)]
    try:
        found = await asyncio.gather(*(Watched(each).poll(entries(*"abcdefgh", "x")) for each in others))
    finally:
        for each in others:
            await each.close()
    assert sum(len(each.new) for each in found) == 8
    assert len(await Watched(database).items()) == 9
