"""A simulated year is what a naive reckoning says and what planner and worker do; the command line prints it."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from random import Random
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from newsbot.digests.composer.compose import compose
from newsbot.digests.composer.sources import ContentNews, SelfCheckQuestion
from newsbot.digests.simulate import (
    SimulatedSlot,
    SimulationPlan,
    instant_text,
    merge_outages,
    parse_plan,
    simulate,
    simulate_editions,
)
from newsbot.errors import RequestError
from newsbot.schedule.phrases import parse_days
from newsbot.schedule.timezones import zone_of
from newsbot.storage.database import Database
from newsbot.storage.records import CatchUp
from tests.digests.conftest import RunDigest
from tests.digests.house import LIBRARY
from tests.digests.replay import replay

SECOND, MINUTE, DAY = timedelta(seconds=1), timedelta(minutes=1), timedelta(days=1)
STALE = timedelta(hours=26)


# -- the reference ----------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Expected:
    """What must become of a slot."""

    slot: str
    due: datetime
    sent: datetime | None
    state: str


def clock(instant: datetime, zone: ZoneInfo) -> datetime:
    """What clocks show."""
    return instant.astimezone(zone).replace(tzinfo=None, fold=0)


def first_instant(wall: datetime, zone: ZoneInfo) -> datetime:
    """The first instant at which clocks show `wall` or have passed it, found by looking at every minute."""
    instant = wall.replace(tzinfo=UTC) - timedelta(hours=16)
    while clock(instant, zone) < wall:
        instant += MINUTE
    return instant


def is_a_day(day: date, zone: ZoneInfo) -> bool:
    """Whether clocks ever show this date."""
    return clock(first_instant(datetime.combine(day, time()), zone), zone).date() == day


def expected(
    at: str, days: str, zone: str, first: date, last: date, down: Sequence[tuple[datetime, datetime]], catch_up: CatchUp
) -> list[Expected]:
    """Every slot with its fate, from the rules as they are written for people."""
    rules, named = zone_of(zone), parse_days(days)
    # A week more: what is missed at the end of the span is decided by what comes after it.
    dates = [first + DAY * number for number in range((last - first).days + 8)]
    due = [
        (day, first_instant(datetime.combine(day, time.fromisoformat(at)), rules), is_a_day(day, rules))
        for day in dates
        if day.weekday() in named
    ]
    awake = {day: next((end for start, end in down if start <= instant < end), instant) for day, instant, _ in due}
    found = []
    for day, instant, exists in due:
        if day > last:
            break
        woken = awake[day]
        later = sum(real and other > day and came <= woken for other, came, real in due)
        is_missed = woken - instant >= MINUTE
        skips = catch_up == "skip" or (catch_up == "latest" and (later or woken - instant > STALE)) or later >= 31
        slot = f"{day} {at}"
        if not exists or (is_missed and skips):
            found.append(Expected(slot, instant, None, "skipped"))
        else:
            found.append(Expected(slot, instant, woken, "late" if is_missed else "sent"))
    return found


def outcome(of: SimulatedSlot) -> Expected:
    """The same of what was simulated."""
    return Expected(of.slot, of.due, of.sent, of.state)


def same(
    at: str, days: str, zone: str, first: str, last: str, *down: str, catch_up: CatchUp = "latest"
) -> tuple[SimulatedSlot, ...]:
    """What is simulated, once it was found equal to the reference."""
    plan = parse_plan(at, days, zone, first, last, down, catch_up)
    found = simulate(plan)
    spans = [(each.start, each.end) for each in plan.down]
    assert [outcome(each) for each in found] == expected(
        at, days, plan.rule.zone, plan.first, plan.last, spans, catch_up
    )
    for each in found:
        assert bool(each.reason) is (each.state != "sent")
    return found


# -- zones ------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("zone", "at", "first", "last"),
    [
        ("Europe/Berlin", "02:30", "2026-03-20", "2026-04-05"),
        ("Europe/Berlin", "02:30", "2026-10-18", "2026-11-01"),
        ("America/New_York", "02:15", "2026-03-01", "2026-03-14"),
        ("America/New_York", "01:15", "2026-10-25", "2026-11-07"),
        ("US/Eastern", "01:15", "2026-10-25", "2026-11-07"),
        ("Australia/Lord_Howe", "02:10", "2026-10-01", "2026-10-08"),
        ("Australia/Lord_Howe", "01:45", "2026-04-01", "2026-04-08"),
        ("America/Nuuk", "23:30", "2025-03-26", "2025-04-02"),
        ("America/Nuuk", "22:30", "2025-03-26", "2025-04-02"),
        ("Pacific/Apia", "09:00", "2011-12-27", "2012-01-03"),
        ("Pacific/Apia", "00:00", "2011-12-27", "2012-01-03"),
        ("Africa/Cairo", "00:30", "2025-04-20", "2025-04-28"),
        ("Africa/Cairo", "23:30", "2025-10-27", "2025-11-03"),
    ],
)
def test_clock_changes_move_a_slot_and_never_repeat_or_lose_a_date(zone: str, at: str, first: str, last: str) -> None:
    found = same(at, "daily", zone, first, last)
    days = [each.slot.partition(" ")[0] for each in found]
    span = (date.fromisoformat(last) - date.fromisoformat(first)).days + 1
    assert days == [str(date.fromisoformat(first) + DAY * number) for number in range(span)]


def test_a_slot_in_a_gap_across_midnight_keeps_its_date() -> None:
    found = same("23:30", "daily", "America/Nuuk", "2025-03-29", "2025-03-29")
    assert [each.to_json() for each in found] == [
        {
            "slot": "2025-03-29 23:30",
            "due": "2025-03-30T01:00:00Z",
            "sent": "2025-03-30T01:00:00Z",
            "state": "sent",
            "reason": "",
        }
    ]


def test_a_date_that_does_not_exist_is_skipped_and_says_so() -> None:
    (found,) = same("09:00", "daily", "Pacific/Apia", "2011-12-30", "2011-12-30")
    assert found.sent is None
    assert found.reason == "skipped: there was no 30 December 2011 in Pacific/Apia"


def test_a_whole_year_with_two_clock_changes_and_outages_is_as_reckoned() -> None:
    outages = ("2026-03-29T00:10..2026-03-29T09:40", "2026-07-01T12:00..2026-07-05T06:00:30")
    found = same("02:30", "daily", "Europe/Berlin", "2026-01-01", "2026-12-31", *outages)
    assert len({each.slot for each in found}) == 365


# -- outages ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("catch_up", ["skip", "latest", "all"])
@pytest.mark.parametrize("seed", range(12))
def test_what_is_missed_follows_the_policy(seed: int, catch_up: CatchUp) -> None:
    random = Random(seed)
    zone = random.choice(["Europe/Berlin", "America/New_York", "Asia/Kolkata", "Australia/Lord_Howe"])
    days = random.choice(["daily", "mon-fri", "mon,wed", "sat,sun"])
    start = datetime(2026, 3, 1, tzinfo=UTC)
    down = []
    for _ in range(5):
        begin = start + random.randrange(40 * 1440) * MINUTE
        end = begin + random.choice([1, 20, 90, 600, 3_000, 9_000]) * MINUTE
        down.append(f"{begin:%Y-%m-%dT%H:%M}..{end:%Y-%m-%dT%H:%M}")
    at = f"{random.randrange(24):02}:{random.randrange(60):02}"
    assert same(at, days, zone, "2026-03-02", "2026-04-08", *down, catch_up=catch_up)


@pytest.mark.parametrize("catch_up", ["skip", "latest", "all"])
def test_an_outage_is_from_its_start_up_to_and_without_its_end(catch_up: CatchUp) -> None:
    found = same(
        "09:00", "daily", "UTC", "2026-05-01", "2026-05-03", "2026-05-02T09:00..2026-05-03T09:00", catch_up=catch_up
    )
    assert [each.state for each in found] == ["sent", "late" if catch_up == "all" else "skipped", "sent"]


def test_a_late_slot_names_the_outage_by_the_clocks_of_its_zone() -> None:
    found = same("07:00", "daily", "Berlin", "2026-05-01", "2026-05-01", "2026-05-01T04:10..2026-05-01T07:40Z")
    assert found[0].reason == "late: the bot was down 06:10–09:40"


def test_the_longest_outage_posts_at_most_thirty_one() -> None:
    found = same(
        "09:00", "daily", "UTC", "2026-05-01", "2026-06-30", "2026-05-02T00:00..2026-06-20T00:00", catch_up="all"
    )
    assert sum(each.state == "late" for each in found) == 31


def test_outages_that_touch_are_one() -> None:
    plan = parse_plan(
        "9",
        "daily",
        "UTC",
        "2026-05-01",
        "2026-05-02",
        (
            "2026-05-01T10:00..2026-05-01T12:00",
            "2026-05-01T13:00+01:00..2026-05-01T15:00+01:00",
            "2026-05-01..2026-05-01",
        ),
    )
    assert [(each.start.hour, each.end.hour) for each in plan.down] == [(10, 14)]
    assert merge_outages(plan.down) == plan.down


# -- beside a running newsbot -----------------------------------------------------------------------------------------

REPLAYS = {
    "a leap over a date": ("00:00", "daily", "Pacific/Apia", "2011-12-26", "2012-01-02", (), "latest"),
    "a gap, and two outages": (
        *("02:30", "daily", "Europe/Berlin", "2026-03-26", "2026-04-02"),
        ("2026-03-29T00:10..2026-03-30T09:40", "2026-04-01T00:30..2026-04-01T00:31"),
        "latest",
    ),
    "all that was missed": (
        *("09:00", "mon-fri", "America/New_York", "2026-03-02", "2026-03-12"),
        ("2026-03-03T13:00..2026-03-09T15:00",),
        "all",
    ),
}


@pytest.fixture(params=REPLAYS)
def plan(request: pytest.FixtureRequest) -> SimulationPlan:
    """What is replayed."""
    return parse_plan(*REPLAYS[request.param])  # type: ignore[arg-type]


async def test_a_running_newsbot_posts_the_same_at_the_same_instants(database: Database, plan: SimulationPlan) -> None:
    news, question = ContentNews(LIBRARY), SelfCheckQuestion()
    simulated = list(simulate_editions(plan, lambda selection: compose(LIBRARY, news, question, selection)))
    found, cards = await replay(database, plan)
    assert found == [slot for slot, _ in simulated] == list(simulate(plan))
    # A late one says so above what is simulated.
    bodies = [edition.card.blocks for _, edition in simulated if edition and edition.card]
    assert [card.blocks[-len(body) :] for card, body in zip(cards, bodies, strict=True)] == bodies


# -- words ------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("change", "says"),
    [
        ({"at": "25:00"}, "isn't a time of day"),
        ({"days": "someday"}, "isn't a day of the week"),
        ({"zone": "Atlantis-upon-Nowhere"}, "isn't a time zone"),
        ({"zone": "UTC+2"}, "offset"),
        ({"first": "yesterday"}, "isn't a date"),
        ({"first": "1825-01-01"}, "too far away"),
        ({"last": "2025-01-01"}, "before it begins"),
        ({"last": "2099-01-01"}, "twenty years"),
        ({"down": ("2026-01-01",)}, "isn't an outage"),
        ({"down": ("2026-01-02..2026-01-01",)}, "ends before"),
        ({"down": ("then..2026-01-01",)}, "isn't a point in time"),
        ({"down": ("0001-01-01..2026-01-01",)}, "too far away"),
    ],
)
def test_what_cannot_be_replayed_is_refused_in_words(change: dict[str, Any], says: str) -> None:
    words: dict[str, Any] = {"at": "09:00", "days": "daily", "zone": "UTC", "first": "2026-01-01", "last": "2026-01-31"}
    with pytest.raises(RequestError, match=says):
        parse_plan(**{**words, **change})


def test_instants_are_written_in_utc_with_a_z() -> None:
    assert instant_text(datetime(2026, 3, 1, 9, tzinfo=zone_of("Europe/Berlin"))) == "2026-03-01T08:00:00Z"
    assert instant_text(datetime(2026, 3, 1, 9, 0, 0, 500_000, tzinfo=UTC)) == "2026-03-01T09:00:00.500000Z"


# -- the command line -------------------------------------------------------------------------------------------------

SPAN = ("--days", "mon-fri", "--zone", "US/Eastern", "--from", "2026-03-05", "--to", "2026-03-10")


def test_the_command_prints_one_json_object_a_line(run_digest: RunDigest) -> None:
    ran = run_digest("simulate", "--at", "09:00", *SPAN, "--down", "2026-03-09T12:30..2026-03-09T14:00", "--json")
    lines = [json.loads(line) for line in ran.out.splitlines()]
    assert [line["slot"] for line in lines] == [f"2026-03-{day:02} 09:00" for day in (5, 6, 9, 10)]
    assert lines[1]["sent"] == lines[1]["due"] == "2026-03-06T14:00:00Z"
    assert lines[2] == {
        "slot": "2026-03-09 09:00",
        "due": "2026-03-09T13:00:00Z",
        "sent": "2026-03-09T14:00:00Z",
        "state": "late",
        "reason": "late: the bot was down 08:30–10:00",
    }
    assert ran.code == 0


def test_the_command_prints_a_table_for_people(run_digest: RunDigest) -> None:
    ran = run_digest("simulate", "--at", "9 am", *SPAN)
    assert (ran.code, ran.out.splitlines()[-1]) == (0, "4 sent, 0 late, 0 skipped")


def test_the_command_says_what_is_wrong(run_digest: RunDigest) -> None:
    ran = run_digest("simulate", "--at", "noonish", *SPAN)
    assert (ran.code, "isn't a time of day" in ran.err) == (1, True)


def test_show_prints_the_text_of_each_edition(run_digest: RunDigest) -> None:
    span = ("--from", "2026-06-05", "--to", "2026-06-09")
    ran = run_digest("simulate", "--show", "--at", "9:00", "--days", "weekdays", "--zone", "Berlin", *span)
    assert ran.code == 0
    assert ran.out.count("== 2026-06-0") == 3
    assert "Chip shares have their worst day since March 2020" in ran.out
    assert "https://" not in ran.out
    assert "Background: The chip rout of 2026]" in ran.out
