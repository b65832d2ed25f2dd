"""Whatever a feed shows: shown again, nothing of it is new."""

import asyncio
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from newsbot.news.entries import Entry
from newsbot.storage.database import Database
from tests.databases import copy_migrated
from tests.news.feeds import Watched


@pytest.fixture(scope="module")
def kept_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A database for many examples, each a source of its own."""
    file = tmp_path_factory.mktemp("intake") / "newsbot.db"
    copy_migrated(file)
    return file


_FEW = st.sampled_from(["", "1", "2", "3", "https://lab.example/1", "https://lab.example/2", "https://other.example/1"])
_LINK = st.sampled_from(["", *(f"https://{host}/{path}" for host in ("lab.example", "b.example") for path in "12#3")])
_ENTRIES = st.lists(
    st.builds(
        Entry,
        id=_FEW,
        link=_LINK,
        title=st.sampled_from(["", "One", "Two", "Three"]),
        summary=st.sampled_from(["", "S"]),
    ),
    max_size=6,
)
_count = iter(range(10**9))


@settings(max_examples=150)
@given(polls=st.lists(_ENTRIES, min_size=1, max_size=4))
def test_the_same_poll_again_in_any_order_or_in_part_brings_nothing_new(
    kept_file: Path, polls: list[list[Entry]]
) -> None:
    async def replayed() -> None:
        database = Database(f"sqlite:///{kept_file}")
        source = Watched(database, f"s{next(_count)}")
        try:
            for found in polls:
                await source.poll(found)
                assert (await source.poll(found)).new == ()
                assert (await source.poll(found[::-1])).new == ()
                assert (await source.poll(found[::2])).new == ()
                assert (await source.poll(found[1::2])).new == ()
        finally:
            await database.close()

    asyncio.run(replayed())
