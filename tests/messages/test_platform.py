"""What stands on a platform: kept as JSON, with the time its platform gave it."""

import json
from datetime import UTC, datetime, timedelta

import pytest

from newsbot.messages.codec import posted_from_json, posted_to_json
from newsbot.messages.platform import Posted, plausible_timestamp
from newsbot.messages.requests import Place

AT = datetime(2026, 11, 24, 3, 50, 22, 123456, tzinfo=UTC)
PLACE = Place("slack", "T1", "C1", "1700000000.000100")
PART = Posted(PLACE, "1700000001.000200", at=AT)


@pytest.mark.parametrize(
    "posted",
    [
        Posted(PLACE, "1"),
        Posted(PLACE, "1", at=AT),
        Posted(PLACE, "1", fix="Allow it.", at=AT),
        Posted(PLACE, "1", (PART,), "Allow it.", AT),
        Posted(PLACE, "1", (PART,)),
    ],
    ids=["bare", "time", "fix", "rest", "rest-alone"],
)
def test_where_a_message_stands_reads_back_the_same(posted: Posted) -> None:
    assert posted_from_json(json.loads(json.dumps(posted_to_json(posted)))) == posted


def test_where_a_message_stood_before_its_time_was_kept_still_reads() -> None:
    old = {"place": {"platform": "discord", "workspace": "1", "channel": "2"}, "message_id": "3"}
    assert posted_from_json(old) == Posted(Place("discord", "1", "2"), "3")


@pytest.mark.parametrize("off", [timedelta(0), timedelta(hours=23), -timedelta(hours=23)])
def test_a_platforms_clock_may_be_some_hours_off(off: timedelta) -> None:
    assert plausible_timestamp(AT + off, AT) == AT + off


@pytest.mark.parametrize("off", [timedelta(hours=25), -timedelta(hours=25), timedelta(days=4_000)])
def test_a_stamp_of_another_day_is_no_time(off: timedelta) -> None:
    assert plausible_timestamp(AT + off, AT) is None
    assert plausible_timestamp(None, AT) is None
