"""How old topics are: told, warned of, and never a mistake."""

from datetime import date

import pytest

from newsbot.content.freshness import freshness
from newsbot.content.review import warnings
from tests.content.conftest import Folder


def _stated(folder: Folder, state_as_of: str = "2025-01-27") -> None:
    folder.change("tea/topic.yaml", "state_as_of: 2025-02-01", f"state_as_of: {state_as_of}")


@pytest.mark.parametrize(("today", "days", "is_stale"), [("2025-03-13", 45, False), ("2025-03-14", 46, True)])
def test_a_topic_is_as_old_as_its_newest_event_or_figure(folder: Folder, today: str, days: int, is_stale: bool) -> None:
    _stated(folder)
    (found,) = freshness(folder.library(), date.fromisoformat(today))
    assert (found.newest, found.days, found.is_stale) == (date(2025, 1, 27), days, is_stale)
    assert bool(warnings(folder.library(), date.fromisoformat(today))) is is_stale


def test_a_month_counts_from_its_first_day(folder: Folder) -> None:
    folder.change("tea/figures.yaml", "  as_of: 2025\n", "  as_of: 2025-02\n")
    (found,) = freshness(folder.library(), date(2025, 2, 11))
    assert (found.what, found.days) == ("the figure tea-years", 10)


def test_a_state_older_than_what_happened_is_told(folder: Folder) -> None:
    _stated(folder, "2025-01-20")
    assert warnings(folder.library(), date(2025, 1, 30)) == [
        "the state of the topic tea is of 20 January 2025, before the figure tea-price of 27 January 2025"
    ]


def test_an_old_topic_is_no_mistake(folder: Folder) -> None:
    _stated(folder)
    assert folder.mistakes() == []
