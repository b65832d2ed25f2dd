"""What is forgotten of news, and when: items first, that they were seen much later, and nothing that may come back."""

from collections.abc import Mapping
from datetime import timedelta

import pytest

from newsbot.news.intake import Intake
from newsbot.news.parse.parser import FeedParser
from newsbot.operations.retention import Retention
from newsbot.settings import RetentionSettings
from newsbot.storage.database import Database
from tests.databases import run_sql
from tests.news.feeds import DAY, Watched, entries, entry


@pytest.fixture
def lab(database: Database) -> Watched:
    """A source that is polled."""
    return Watched(database)


async def no_pause(seconds: float) -> None:
    del seconds


async def forget(lab: Watched, after: timedelta = timedelta(0)) -> Mapping[str, int]:
    """Let the daily job run; how many rows of each table it deleted."""
    lab.at += after
    job = Retention(lab.database, RetentionSettings(), lambda: lab.at, no_pause)
    looked = await job.preview()
    gone = await job.prune()
    assert looked == gone
    return gone


async def test_an_item_goes_after_three_months_and_is_not_new_when_it_comes_back(lab: Watched) -> None:
    await lab.poll([entry("a", title="One"), *entries("x")])
    await lab.poll([entry("a", title="Two"), *entries("x")])
    await lab.poll(entries("b", "x"))
    gone = await forget(lab, 91 * DAY)
    assert (gone["news_items"], gone["news_revisions"]) == (2, 1)
    assert "news_identities" not in gone
    assert [item.title for item in await lab.items()] == ["The title of b"]  # the newest id is never free again
    back = await lab.poll([entry("a", title="Three"), *entries("x")])
    assert (back.new, back.revised) == ((), 0)


async def test_what_is_gone_from_its_feed_for_longer_than_memory_lasts_is_forgotten(lab: Watched) -> None:
    await lab.poll(entries("a", "x"))
    await lab.poll(entries("x", "y"))
    await lab.poll(entries("y", "z"), 399 * DAY)
    assert "news_identities" not in await forget(lab)
    await lab.poll(entries("x", "y", "z"), 3 * DAY)
    gone = await forget(lab)
    assert gone["news_identities"] == 1
    assert gone["news_aliases"] == 4  # its id, link, title and wording
    assert len((await lab.poll(entries("a", "x", "y", "z"))).new) == 1


async def test_what_stands_there_unchanged_for_years_is_not_forgotten(lab: Watched) -> None:
    shown = entries("a", "b")
    await lab.poll(shown)
    intake = Intake(lab.database, FeedParser())  # which starts no process before it is asked to read
    for _ in range(12):
        lab.at += 100 * DAY
        await intake.confirm(lab.source, lab.at)
        assert "news_identities" not in await forget(lab)
    assert len((await lab.poll([*shown, *entries("c")])).new) == 1


async def test_a_source_that_runs_empty_for_years_keeps_its_memory(lab: Watched) -> None:
    await lab.poll(entries("a", "b"))
    for _ in range(12):
        await lab.poll([], 100 * DAY)
        assert "news_identities" not in await forget(lab)
    assert (await lab.poll(entries("a", "b"))).new == ()


async def test_a_source_that_nobody_reads_any_more_is_forgotten_and_begins_anew(lab: Watched) -> None:
    await lab.poll(entries("a", "b"))
    gone = await forget(lab, 401 * DAY)
    assert gone["news_identities"] == 1  # but for the newest of all
    found = await lab.poll(entries("a", "b", "c"))
    assert (found.told, found.baseline) == (0, 2)


async def test_keys_that_tell_nothing_go_too(lab: Watched) -> None:
    await lab.poll([entry(name, id="N/A") for name in "ab"])
    assert await run_sql(lab.database, "SELECT count(*) FROM news_aliases WHERE item = 0") == [(1,)]
    await forget(lab, 401 * DAY)
    assert await run_sql(lab.database, "SELECT count(*) FROM news_aliases WHERE item = 0") == [(0,)]
