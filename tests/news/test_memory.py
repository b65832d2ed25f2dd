"""What is new: each item once, whatever its feed does to ids, links, titles, dates and order."""

from collections.abc import Sequence
from dataclasses import replace

import pytest

from newsbot.news.entries import Entry
from newsbot.news.intake import FeedSource
from newsbot.storage.database import Database
from tests.databases import ON_SQLITE
from tests.news.feeds import DAY, HOUR, MINUTE, START, Watched, entries, entry

pytestmark = ON_SQLITE


@pytest.fixture
def lab(database: Database) -> Watched:
    """A source that is polled."""
    return Watched(database)


def names(found: Sequence[str]) -> list[str]:
    return [f"The title of {name}" for name in found]


async def titles(lab: Watched, arrival: str) -> list[str]:
    return [item.title for item in await lab.items() if item.arrival == arrival]


# -- the beginning ----------------------------------------------------------------------------------------------------


async def test_the_first_poll_with_entries_is_remembered_and_not_told(lab: Watched) -> None:
    assert (await lab.poll([])).baseline == 0
    first = await lab.poll(entries("a", "b"))
    assert (first.baseline, first.told, first.is_gap) == (2, 0, False)
    second = await lab.poll(entries("c", "a", "b"))
    assert (second.told, second.is_gap) == (1, False)
    assert await titles(lab, "new") == names("c")


async def test_an_empty_feed_loses_nothing_and_begins_nothing_anew(lab: Watched) -> None:
    await lab.poll(entries("a", "b"))
    for _ in range(3):
        assert (await lab.poll([])).new == ()
    back = await lab.poll(entries("a", "b"), 430 * DAY)  # empty for fourteen months, but read
    assert back.new == ()


async def test_what_leaves_and_returns_is_not_new(lab: Watched) -> None:
    await lab.poll(entries("a", "b", "c"))
    await lab.poll(entries("c"))
    assert (await lab.poll(entries("a", "b", "c"), 300 * DAY)).new == ()


async def test_a_source_that_was_not_read_for_longer_than_memory_lasts_begins_anew(lab: Watched) -> None:
    await lab.poll(entries("a", "b"))
    again = await lab.poll(entries("c", "d"), 401 * DAY)
    assert (again.baseline, again.told) == (2, 0)


# -- ids and links ----------------------------------------------------------------------------------------------------

DRESSED = {
    "http and https": (entry("a"), entry("a", id="http://lab.example/a", link="http://lab.example/a")),
    "a new id": (entry("a"), entry("a", id="urn:uuid:7")),
    "a new link under one id": (entry("a", id="7"), entry("a", id="7", link="https://lab.example/new-words")),
    "tracking": (entry("a", id=""), entry("a", id="", link="https://www.lab.example/a/?utm_source=rss")),
    "a lost id": (entry("a"), entry("a", id="")),
    "a lost link": (entry("a"), entry("a", link="")),
    "another host of one domain": (
        entry("a"),
        entry("a", id="https://blog.lab.example/a", link="https://blog.lab.example/a"),
    ),
    "another day": (entry("a", at=START), entry("a", at=START + 100 * DAY)),
    "another title": (entry("a"), entry("a", title="Quite another one")),
    "another title and link under one id": (
        entry("a", id="7", title="OpenAI raises 40 billion dollars"),
        entry("a", id="7", title="OpenAI raises 41 billion dollars", link="https://lab.example/openai-41"),
    ),
}


@pytest.mark.parametrize(("before", "after"), DRESSED.values(), ids=DRESSED)
async def test_an_entry_is_known_again_by_its_id_or_its_link(lab: Watched, before: Entry, after: Entry) -> None:
    await lab.poll([before, *entries("x", "y", "z")])
    for found in (after, before, after):
        assert (await lab.poll([found, *entries("x", "y", "z")], 30 * DAY)).new == ()


async def test_a_link_that_turned_up_later_is_known_from_then_on(lab: Watched) -> None:
    await lab.poll([entry("a", id="7", link="https://lab.example/one"), *entries("x", "y")])
    await lab.poll([entry("a", id="7", link="https://lab.example/two"), *entries("x", "y")])
    assert (await lab.poll([entry("a", id="8", link="https://lab.example/two"), *entries("x", "y")])).new == ()


async def test_one_id_for_all_entries_is_no_id(lab: Watched) -> None:
    await lab.poll([entry(name, id="N/A") for name in "abc"])
    assert (await lab.poll([entry(name, id="N/A") for name in "dabc"])).told == 1
    # It was of many once: also where one entry alone has it.
    assert (await lab.poll([entry("e", id="N/A")])).told == 1
    assert (await lab.poll([entry(name, id="N/A") for name in "abcde"])).new == ()


async def test_one_link_for_all_entries_is_no_link(lab: Watched) -> None:
    here = "https://lab.example/news"
    await lab.poll([entry(name, id="", link=here) for name in "abc"])
    assert (await lab.poll([entry(name, id="", link=here) for name in "dabc"])).told == 1
    assert (await lab.poll([entry(name, id="", link=here) for name in "abcd"])).new == ()
    assert (await lab.poll([entry("e", id="", link=here)])).told == 1


async def test_where_links_differ_by_fragment_alone_the_fragment_tells_them_apart(lab: Watched) -> None:
    def change(version: str, title: str = "") -> Entry:
        return entry(version, id="", link=f"https://lab.example/changes#{version}", title=title or None)

    await lab.poll([change("1.2"), change("1.1")])
    assert (await lab.poll([change("1.3"), change("1.2"), change("1.1")], 30 * DAY)).told == 1
    assert (await lab.poll([change("1.4")], 30 * DAY)).told == 1
    assert (await lab.poll([change("1.2", "Edited"), change("1.1")], 30 * DAY)).new == ()


async def test_an_entry_that_stands_there_twice_is_one_item(lab: Watched) -> None:
    await lab.poll(entries("x"))
    twice = [entry("a", id="1"), entry("a", id="2"), *entries("x")]
    assert (await lab.poll(twice)).told == 1
    assert (await lab.poll([entry("a", id="2"), *entries("x")])).new == ()


async def test_different_articles_with_one_title_side_by_side_are_two(lab: Watched) -> None:
    await lab.poll(entries("x"))
    twins = [entry("a", title="Weekly notes"), entry("b", title="Weekly notes")]
    assert (await lab.poll([*twins, *entries("x")])).told == 2
    assert (await lab.poll([*twins, *entries("x")])).new == ()


async def test_two_sites_with_equal_paths_are_two_articles(lab: Watched) -> None:
    """A planet: what stands behind the host says nothing where the hosts are two publishers'."""
    await lab.poll([entry("x", id="https://one.example/2026/hello", link="https://one.example/2026/hello", title="Hi")])
    other = entry("y", id="https://two.example/2026/hello", link="https://two.example/2026/hello", title="Good day")
    assert (await lab.poll([other])).told == 1
    assert (await lab.poll([other])).new == ()


async def test_a_publisher_that_moves_to_another_domain_brings_nothing_new(lab: Watched) -> None:
    def at(host: str, name: str, title: str | None = None) -> Entry:
        return entry(name, id=f"https://{host}/{name}", link=f"https://{host}/{name}", title=title)

    await lab.poll([at("lab.example", name) for name in "abcd"])
    moved = [at("lab.test", name) for name in "abc"] + [at("lab.test", "d", "Edited meanwhile")]
    assert (await lab.poll(moved)).new == ()


async def test_an_id_that_is_given_to_another_article_brings_it(lab: Watched) -> None:
    await lab.poll([entry("a", id="top", title="Nvidia sells chips to Sweden"), *entries("x", "y")])
    other = entry("b", id="top", title="OpenAI buys a bank in Norway")
    assert (await lab.poll([other, *entries("x", "y")])).told == 1
    assert (await lab.poll([other, *entries("x", "y")])).new == ()


# -- titles -----------------------------------------------------------------------------------------------------------


async def test_without_ids_and_links_a_title_tells_for_two_days(lab: Watched) -> None:
    bare = [entry(name, id="", link="") for name in "ab"]
    await lab.poll(bare)
    assert (await lab.poll(bare)).new == ()
    await lab.poll(bare[1:], DAY)
    assert (await lab.poll(bare, DAY)).new == ()
    await lab.poll(bare[1:], DAY)
    await lab.poll(bare[1:], 2 * DAY)
    assert (await lab.poll(bare, HOUR)).told == 1


async def test_a_title_alone_joins_nothing_that_has_a_link_of_its_own(lab: Watched) -> None:
    """A warning of rain is issued, lifted and issued again."""
    await lab.poll([entry("warning-1", title="Rain expected"), *entries("x", "y")])
    assert (await lab.poll([entry("warning-2", title="Rain expected"), *entries("x", "y")])).told == 1
    assert (await lab.poll([entry("warning-3", title="Rain expected")])).told == 1  # also where it is all there is


async def test_where_everything_is_readdressed_titles_join(lab: Watched) -> None:
    await lab.poll(entries(*"abcde"))
    anew = [replace(each, id=f"n-{each.title}", link=f"{each.link}/v2") for each in entries(*"abcd")]
    found = await lab.poll([entry("f", id="n-f", link="https://lab.example/f/v2"), *anew])
    assert (found.told, found.is_gap) == (1, False)
    assert await titles(lab, "new") == names("f")
    assert (await lab.poll(anew, 90 * DAY)).new == ()  # by what they are called now


async def test_a_session_in_every_link_is_seen_through(lab: Watched) -> None:
    def session(number: int) -> list[Entry]:
        return [entry(name, id="", link=f"https://lab.example/{name}?zz={number}") for name in "abc"]

    await lab.poll(session(0))
    for number in range(1, 6):
        assert (await lab.poll(session(number))).new == ()


# -- revisions --------------------------------------------------------------------------------------------------------


async def test_a_title_that_an_item_never_had_is_a_revision(lab: Watched) -> None:
    await lab.poll([entry("a", title="One")])
    assert (await lab.poll([entry("a", title="Two")])).revised == 1
    assert (await lab.poll([entry("a", title="Two")])).revised == 0
    (item,) = await lab.items()
    assert (item.title, item.revisions) == ("Two", 1)
    assert await lab.database.read(lambda tx: tx.news.earlier_titles(item.id)) == ("One",)


async def test_titles_that_alternate_are_one_revision(lab: Watched) -> None:
    for title in ("One", "Two", "One", "Two", "One"):
        await lab.poll([entry("a", title=title)])
    (item,) = await lab.items()
    assert (item.title, item.revisions) == ("One", 1)


async def test_a_summary_is_kept_up_to_date_and_is_no_revision(lab: Watched) -> None:
    for minute in range(3):
        found = await lab.poll([entry("a", summary=f"Read {minute} times")], MINUTE)
        assert found.revised == 0
    (item,) = await lab.items()
    assert (item.summary, item.revisions) == ("Read 2 times", 0)


async def test_what_a_feed_leaves_out_for_once_is_not_lost(lab: Watched) -> None:
    await lab.poll([entry("a", summary="Words")])
    await lab.poll([entry("a", title="", summary="", link="")])
    (item,) = await lab.items()
    assert (item.title, item.summary, item.link) == ("The title of a", "Words", "https://lab.example/a")


async def test_an_item_without_a_title_is_called_by_its_first_words(lab: Watched) -> None:
    await lab.poll([entry("a", title="", summary="Short news. " * 40)])
    (item,) = await lab.items()
    assert item.title.startswith("Short news.")
    assert len(item.title) <= 100


# -- dates, bursts, gaps ----------------------------------------------------------------------------------------------


def dated(*pairs: tuple[str, int]) -> list[Entry]:
    """Entries with the number of days by which each is older than the start."""
    return [entry(name, at=START - days * DAY) for name, days in pairs]


TRUSTED = dated(("x", 1), ("y", 2), ("z", 3))
OLD = dated(*((f"old-{number}", 60 + number) for number in range(11)))


async def test_dates_never_make_an_item_new(lab: Watched) -> None:
    for days in range(20):
        found = await lab.poll([entry("a", at=START - days * 100 * DAY), entry("b", at=None)])
        assert found.told == 0


async def test_old_entries_of_a_source_whose_dates_hold_are_late(lab: Watched) -> None:
    await lab.poll(TRUSTED)
    found = await lab.poll([*dated(("fresh", 0), ("week", 6), ("old", 8)), *TRUSTED])
    assert (found.told, found.late, found.burst) == (2, 1, 0)
    assert await titles(lab, "late") == names(["old"])


async def test_many_old_entries_at_once_are_held(lab: Watched) -> None:
    await lab.poll(TRUSTED)
    found = await lab.poll([*OLD, *dated(("fresh", 0)), *TRUSTED])
    assert (found.told, found.burst) == (0, 12)
    assert (await lab.poll([*dated(("next", 0)), *OLD, *TRUSTED])).told == 1


async def test_five_old_entries_are_late_and_no_burst(lab: Watched) -> None:
    await lab.poll(TRUSTED)
    found = await lab.poll([*OLD[:5], *TRUSTED])
    assert (found.late, found.burst) == (5, 0)


async def test_many_fresh_entries_of_a_source_whose_dates_hold_are_news(lab: Watched) -> None:
    await lab.poll(TRUSTED)
    fresh = dated(*((f"fresh-{number}", 0) for number in range(15)))
    assert (await lab.poll([*fresh, *TRUSTED])).told == 15


async def one_date(lab: Watched, polls: int, most: int) -> None:
    """A source that dates everything alike, brings one entry a poll, and once as many as `most`."""
    await lab.poll([entry("first", at=START)])
    for number in range(polls):
        many = most if number == polls // 2 else 1
        await lab.poll([entry(f"{number}-{each}", at=START) for each in range(many)], 8 * DAY)


async def test_worthless_dates_hold_nothing_that_is_usual(lab: Watched) -> None:
    await one_date(lab, 22, 5)
    assert (await lab.poll([entry(f"more-{number}", at=START) for number in range(15)])).told == 15
    assert (await lab.poll([entry(f"less-{number}", at=START) for number in range(1)])).told == 1


async def test_worthless_dates_hold_more_than_three_times_the_most_so_far(lab: Watched) -> None:
    await one_date(lab, 22, 5)
    assert (await lab.poll([entry(f"more-{number}", at=START) for number in range(16)])).burst == 16
    # It is the most so far from then on: a source that became busy is not held for ever.
    assert (await lab.poll([entry(f"again-{number}", at=START) for number in range(16)])).told == 16


async def test_in_its_first_polls_a_source_without_dates_is_not_held(lab: Watched) -> None:
    await one_date(lab, 10, 1)
    assert (await lab.poll([entry(f"more-{number}", at=START) for number in range(30)])).told == 30


async def test_a_poll_of_which_nothing_is_known_is_a_gap(lab: Watched) -> None:
    assert not (await lab.poll(entries("a", "b"))).is_gap
    assert (await lab.poll(entries("c", "d"))).is_gap
    assert not (await lab.poll(entries("a", "e"))).is_gap  # known from earlier, though not from the last poll
    assert not (await lab.poll([])).is_gap
    assert (await lab.memory()).gaps == 1


async def test_a_date_is_shown_only_within_the_week_before_it_was_seen(lab: Watched) -> None:
    at = lab.at + HOUR
    claimed = [at - DAY, at - 8 * DAY, at + DAY, None]
    await lab.poll([entry(f"{number}", at=each) for number, each in enumerate(claimed)])
    assert [item.shown_at for item in await lab.items()] == [at - DAY, at, at, at]


# -- sources that share their ids -------------------------------------------------------------------------------------


async def test_a_document_on_two_lists_is_one_item(database: Database) -> None:
    early = Watched(database, source=FeedSource("inspection", "federal-register"))
    rules = Watched(database, source=FeedSource("rules", "federal-register"))
    document = entry("d", id="2026-12345", link="https://register.example/public-inspection/2026-12345")
    await early.poll(entries("x"))
    await rules.poll([entry("old", id="2026-1")])
    assert (await early.poll([document, *entries("x")])).told == 1
    published = replace(document, link="https://register.example/documents/2026/03/04/2026-12345/rule")
    assert (await rules.poll([published, entry("old", id="2026-1")])).new == ()


async def test_two_feeds_have_nothing_in_common(database: Database) -> None:
    one, two = Watched(database, "one"), Watched(database, "two")
    for each in (one, two):
        await each.poll(entries("x"))
        assert (await each.poll(entries("a", "x"))).told == 1
