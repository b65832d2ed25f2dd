"""What becomes of slots that were missed, and what their label says."""

from collections.abc import Sequence
from datetime import UTC, date, datetime, time, timedelta
from itertools import takewhile

from hypothesis import given
from hypothesis import strategies as st

from newsbot.schedule.catchup import MOST, Decision, decide, span
from newsbot.schedule.slots import Schedule, slots_between
from newsbot.storage.records import CatchUp, OutageRecord

BERLIN = Schedule(time(9), "Europe/Berlin")


def local(text: str) -> datetime:
    """An instant by Berlin's clocks in winter."""
    return datetime.fromisoformat(f"{text}+01:00").astimezone(UTC)


def decided(start: str, end: str, catch_up: CatchUp, rule: Schedule = BERLIN) -> list[tuple[str, str]]:
    """The day and outcome of each slot, where the bot was down from `start` to `end` and swept right then."""
    return [(f"{each.occurrence.slot.day:%d}", each.outcome) for each in decisions(start, end, catch_up, rule)]


def decisions(start: str, end: str, catch_up: CatchUp = "latest", rule: Schedule = BERLIN) -> Sequence[Decision]:
    outage = OutageRecord(local(start), local(end))
    due = slots_between(rule, None, outage.start, outage.end)
    return decide(due, outage.end, rule.zone, catch_up, [outage])


def test_what_is_decided_within_its_minute_is_on_time() -> None:
    due = slots_between(BERLIN, None, local("2026-01-12 00:00"), local("2026-01-12 09:00"))
    for catch_up in ("skip", "latest", "all"):
        (decision,) = decide(due, local("2026-01-12 09:00:59"), "Europe/Berlin", catch_up)
        assert (decision.outcome, decision.reason) == ("post", "")


def test_a_digest_missed_in_an_outage_comes_late_and_says_why() -> None:
    (decision,) = decisions("2026-01-12 06:10", "2026-01-12 09:40")
    assert (decision.outcome, decision.reason) == ("post late", "late: the bot was down 06:10–09:40")


def test_skip_posts_nothing_late_and_says_why() -> None:
    (decision,) = decisions("2026-01-12 06:10", "2026-01-12 09:40", "skip")
    assert decision.outcome == "skip"
    assert decision.reason == "skipped: the bot was down 06:10–09:40; missed editions aren't posted later here"


def test_after_days_latest_posts_the_newest_and_all_posts_each() -> None:
    first, last = "2026-01-12 06:10", "2026-01-15 08:00"
    assert decided(first, last, "latest") == [("12", "skip"), ("13", "skip"), ("14", "post late")]
    assert decided(first, last, "all") == [("12", "post late"), ("13", "post late"), ("14", "post late")]
    oldest, _, newest = decisions(first, last)
    assert oldest.reason.endswith("; a newer one came after it")
    assert newest.reason == "late: the bot was down 12 January 06:10 – 15 January 08:00"


def test_latest_posts_no_old_news() -> None:
    """Friday's digest does not come on Sunday."""
    friday = Schedule(time(9), "Europe/Berlin", frozenset({4}))
    (decision,) = decisions("2026-01-16 06:00", "2026-01-18 12:00", "latest", friday)
    assert decision.outcome == "skip"
    assert decision.reason.endswith("; it's too old to be posted now")
    assert decided("2026-01-16 06:00", "2026-01-18 12:00", "all", friday) == [("16", "post late")]


def test_what_is_on_time_takes_the_place_of_what_was_missed() -> None:
    assert decided("2026-01-12 06:10", "2026-01-13 09:00", "latest") == [("12", "skip"), ("13", "post")]
    assert decided("2026-01-12 06:10", "2026-01-13 09:00", "skip") == [("12", "skip"), ("13", "post")]


def test_all_never_floods_a_channel() -> None:
    outcomes = [outcome for _, outcome in decided("2026-01-01 00:00", "2026-02-09 12:00", "all")]
    assert outcomes == ["skip"] * (40 - MOST) + ["post late"] * MOST


def test_lateness_without_an_outage_is_told_by_its_length() -> None:
    due = slots_between(BERLIN, None, local("2026-01-12 00:00"), local("2026-01-12 09:00"))
    earlier = OutageRecord(local("2026-01-12 03:00"), local("2026-01-12 04:00"))
    (decision,) = decide(due, local("2026-01-12 09:12"), "Europe/Berlin", "latest", [earlier])
    assert decision.reason == "late: 12 minutes after its time"


def test_a_date_that_never_was_is_skipped_with_its_reason() -> None:
    due = slots_between(
        Schedule(time(9), "Pacific/Apia"),
        date(2011, 12, 29),
        datetime(2011, 12, 29, 12, tzinfo=UTC),
        datetime(2011, 12, 30, 19, tzinfo=UTC),
    )
    gone, real = decide(due, datetime(2011, 12, 30, 19, tzinfo=UTC), "Pacific/Apia")
    assert (gone.outcome, gone.reason) == ("skip", "skipped: there was no 30 December 2011 in Pacific/Apia")
    assert real.outcome == "post"


def test_an_outage_across_a_change_of_clocks_is_told_in_utc() -> None:
    outage = OutageRecord(datetime(2026, 10, 25, 0, 30, tzinfo=UTC), datetime(2026, 10, 25, 1, 10, tzinfo=UTC))
    assert span(outage, "Europe/Berlin") == "00:30–01:10 UTC"
    assert span(outage, "Asia/Tokyo") == "09:30–10:10"


@given(st.integers(0, 20_000), st.integers(0, 60_000), st.sampled_from(("skip", "latest", "all")))
def test_every_slot_is_decided_once_in_order_and_what_is_not_posted_has_a_reason(
    start: int, minutes: int, catch_up: CatchUp
) -> None:
    outage = OutageRecord(local("2026-01-01 00:00") + timedelta(minutes=start), local("2026-03-01 00:00"))
    now = outage.end + timedelta(minutes=minutes)
    due = slots_between(BERLIN, None, outage.start, now)
    made = decide(due, now, BERLIN.zone, catch_up, [outage])
    assert tuple(decision.occurrence for decision in made) == due
    assert all(bool(decision.reason) == (decision.outcome != "post") for decision in made)
    late = [decision.outcome == "post late" for decision in made]
    assert sum(late) <= {"skip": 0, "latest": 1, "all": MOST}[catch_up]
    # Once one is posted, all that are newer are: no channel gets its days in part.
    skipped = list(takewhile(lambda decision: decision.outcome == "skip", made))
    assert all(decision.outcome != "skip" for decision in made[len(skipped) :])
