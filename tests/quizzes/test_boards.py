"""Boards and statistics: who counts where and when, and which questions need care."""

from dataclasses import replace
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from newsbot.content.library import Library
from newsbot.digests.schedule.zones import zone_of
from newsbot.messages.requests import Place
from newsbot.quizzes.boards import Period, board, is_within
from newsbot.quizzes.statistics import statistics
from tests.quizzes.samples import PLACE, result

BERLIN = zone_of("Europe/Berlin")
NOW = datetime(2026, 11, 25, 12, tzinfo=UTC)  # a Wednesday


def when(day: int, hour: int = 12, month: int = 11) -> datetime:
    return datetime(2026, month, day, hour, tzinfo=BERLIN)


@pytest.mark.parametrize(
    ("period", "expected"),
    [("week", ["d"]), ("month", ["d", "c", "b"]), ("all", ["d", "c", "b", "a"])],
)
def test_a_period_begins_at_three_in_the_channels_zone(period: Period, expected: list[str]) -> None:
    rows = [result("a", 1, when(1, 2)), result("b", 2, when(1, 3)), result("c", 3, when(23, 2))]
    rows.append(result("d", 4, when(23, 3)))
    assert [score.person for _, score in board(rows, period, "channel", PLACE, NOW, BERLIN)] == expected


def test_a_server_is_all_its_channels_and_a_private_chat_has_none() -> None:
    other = replace(PLACE, channel="general", thread="5")
    assert is_within(other, PLACE, "server")
    assert not is_within(other, PLACE, "channel")
    assert is_within(replace(PLACE, thread="5"), PLACE, "channel")
    assert not is_within(Place("discord", "", "@2"), Place("discord", "", "@1"), "server")


@given(st.sampled_from(["web", "slack"]), st.sampled_from(["local", "x"]), st.sampled_from(["channel", "server"]))
def test_platforms_and_servers_never_share_a_board(platform: str, workspace: str, scope: str) -> None:
    place = Place(platform, workspace, PLACE.channel)
    is_shared = (platform, workspace) == (PLACE.platform, PLACE.workspace)
    assert is_within(place, PLACE, scope) == is_shared  # type: ignore[arg-type]


def test_who_hides_is_left_out_and_takes_nobodys_place() -> None:
    rows = [result("ada", 20), result("bob", 15), result("cy", 15)]
    shown = board(rows, "all", "channel", PLACE, NOW, BERLIN, hidden={"ada"})
    assert [(place, score.person) for place, score in shown] == [(1, "bob"), (1, "cy")]


def test_statistics_begin_with_what_needs_care_and_forget_no_question(shipped: Library) -> None:
    (first, second, third, *_) = ("/".join(key) for key in shipped.questions)
    rows = [replace(result("a", points), question=name) for name, points in ((first, 0), (first, 9), (second, 0))]
    rows.append(replace(result("a", 9), question="gone/question"))
    found = statistics(shipped, rows, [third, third, first])
    assert [each.question for each in found[:4]] == [third, first, second, "gone/question"]
    assert [(each.answers, each.share_right, each.reports) for each in found[:3]] == [
        (0, None, 2),
        (2, 0.5, 1),
        (1, 0.0, 0),
    ]
    assert not found[3].is_asked
    assert len(found) == len(shipped.questions) + 1
