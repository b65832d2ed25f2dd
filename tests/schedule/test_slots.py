"""Slots: one a nominal date, whatever is changed and however often the sweep comes."""

from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from itertools import islice, pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from newsbot.schedule.slots import Schedule, Slot, lost_by_change, next_slots, occurrences, slots_between, slots_on
from newsbot.schedule.timezones import UnknownZone, zone_names

DAY, HOUR = timedelta(days=1), timedelta(hours=1)
WEEKDAYS = frozenset(range(5))

walls = st.times().map(lambda at: time(at.hour, at.minute))
zones = st.sampled_from(sorted(zone_names()))
instants = st.datetimes(datetime(2020, 1, 1), datetime(2035, 12, 31), timezones=st.just(UTC))
weeks = st.frozensets(st.integers(0, 6), min_size=1)
rules = st.builds(Schedule, walls, zones, weeks)
daily_rules = st.builds(Schedule, walls, zones)
hours = st.lists(st.integers(1, 80), min_size=1, max_size=8)


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


def days_of(found: tuple[object, ...]) -> list[str]:
    return [each.slot.day.isoformat() for each in found]  # type: ignore[attr-defined] # they are occurrences


@dataclass
class Life:
    """A subscription as its keeper holds it: what is due is decided at each sweep, and before each change."""

    rule: Schedule
    since: datetime
    last_day: date | None = None
    decided: list[date] = field(default_factory=list)

    def run_once(self, now: datetime) -> None:
        self._note([found.slot for found in slots_between(self.rule, self.last_day, self.since, now)])

    def change(self, rule: Schedule, now: datetime) -> None:
        self.run_once(now)
        self._note([found.slot for found in lost_by_change(self.rule, rule, self.last_day, now)])
        self.rule, self.since = rule, now

    def _note(self, slots: list[Slot]) -> None:
        self.decided += [slot.day for slot in slots]
        self.last_day = self.decided[-1] if self.decided else None


def lived(rule: Schedule, start: datetime, changes: list[tuple[Schedule, int]], rest: timedelta) -> Life:
    """A life with these changes of its rule, each after so many hours, and `rest` after the last."""
    life = Life(rule, start)
    now = start
    for changed, wait in changes:
        now += wait * HOUR
        life.change(changed, now)
    life.run_once(now + rest)
    return life


@given(daily_rules, instants, st.lists(st.tuples(daily_rules, st.integers(1, 100)), max_size=5))
def test_however_time_and_zone_are_changed_every_date_is_decided_once(
    rule: Schedule, start: datetime, changes: list[tuple[Schedule, int]]
) -> None:
    life = lived(rule, start, changes, 5 * DAY)
    assert life.decided == [life.decided[0] + DAY * number for number in range(len(life.decided))]


@given(rules, instants, st.lists(st.tuples(rules, st.integers(1, 200)), max_size=5))
def test_however_a_rule_is_changed_no_date_is_decided_twice(
    rule: Schedule, start: datetime, changes: list[tuple[Schedule, int]]
) -> None:
    life = lived(rule, start, changes, 9 * DAY)
    assert all(before < after for before, after in pairwise(life.decided))


@given(rules, instants, hours)
def test_many_sweeps_decide_what_one_would(rule: Schedule, start: datetime, waits: list[int]) -> None:
    often, once = Life(rule, start), Life(rule, start)
    now = start
    for wait in waits:
        now += wait * HOUR
        often.run_once(now)
    once.run_once(now)
    assert often.decided == once.decided


@given(rules, instants)
@settings(max_examples=50)
def test_what_is_next_becomes_due_at_its_instant_and_not_before(rule: Schedule, now: datetime) -> None:
    (coming,) = next_slots(rule, None, now, 1)
    assert coming.instant > now
    assert slots_between(rule, None, now, coming.instant - timedelta(microseconds=1)) == ()
    assert slots_between(rule, None, now, coming.instant) == (coming,)
    assert next_slots(rule, None, coming.instant, 1)[0].slot > coming.slot


@given(rules, instants)
@settings(max_examples=50)
def test_slots_are_of_the_days_a_rule_names_in_order_of_date_and_instant(rule: Schedule, now: datetime) -> None:
    found = list(islice(occurrences(rule, None, now), 20))
    assert all(each.slot.day.weekday() in rule.days and each.slot.at == rule.at for each in found)
    assert all(a.slot < b.slot and a.instant < b.instant for a, b in pairwise(found))
    first, last = found[0].slot.day, found[-1].slot.day
    assert tuple(found) == slots_on(rule, first, last)


def test_the_next_five_of_a_working_week_leave_out_the_weekend() -> None:
    found = next_slots(Schedule(time(9), "Europe/Berlin", WEEKDAYS), None, at("2026-03-26 12:00"), 5)
    assert days_of(found) == ["2026-03-27", "2026-03-30", "2026-03-31", "2026-04-01", "2026-04-02"]
    assert [each.instant.hour for each in found] == [8, 7, 7, 7, 7]


def test_what_clocks_do_to_a_slot_is_told() -> None:
    clock = [
        each.clock for each in slots_on(Schedule(time(2, 30), "Europe/Berlin"), date(2025, 3, 29), date(2025, 3, 31))
    ]
    assert clock == ["plain", "gap", "plain"]
    (twice,) = slots_on(Schedule(time(2, 30), "Europe/Berlin"), date(2025, 10, 26), date(2025, 10, 26))
    assert twice.clock == "overlap"


def test_a_slot_that_clocks_carry_past_midnight_is_still_met_by_a_sweep_there() -> None:
    rule = Schedule(time(23, 30), "America/Nuuk")
    found = slots_between(rule, None, at("2025-03-30 00:59"), at("2025-03-30 01:00"))
    assert [str(each.slot) for each in found] == ["2025-03-29 23:30"]


def test_a_date_that_never_was_has_a_slot_that_is_never_next() -> None:
    rule = Schedule(time(9), "Pacific/Apia")
    met = slots_between(rule, None, at("2011-12-29 00:00"), at("2011-12-31 00:00"))
    assert [(str(each.slot.day), each.clock) for each in met] == [
        ("2011-12-29", "plain"),
        ("2011-12-30", "no such day"),
        ("2011-12-31", "plain"),
    ]
    assert days_of(next_slots(rule, None, at("2011-12-29 20:00"), 2)) == ["2011-12-31", "2012-01-01"]


def test_a_later_time_on_the_same_day_does_not_repeat_the_day() -> None:
    found = next_slots(Schedule(time(21), "Europe/Berlin"), date(2026, 6, 1), at("2026-06-01 10:00"), 1)
    assert days_of(found) == ["2026-06-02"]


def test_a_time_that_has_passed_loses_the_day_and_says_so() -> None:
    old, new = Schedule(time(21), "Europe/Berlin"), Schedule(time(9), "Europe/Berlin")
    assert days_of(lost_by_change(old, new, date(2026, 5, 31), at("2026-06-01 10:00"))) == ["2026-06-01"]
    assert lost_by_change(new, old, date(2026, 6, 1), at("2026-06-01 10:00")) == ()
    assert lost_by_change(old, new, date(2026, 5, 31), at("2026-06-01 05:00")) == ()


def test_a_zone_far_east_loses_the_date_that_has_passed_there() -> None:
    west, east = Schedule(time(9), "Pacific/Pago_Pago"), Schedule(time(9), "Pacific/Kiritimati")
    now = at("2026-06-01 21:00")  # 10:00 on 1 June in Pago Pago, 11:00 on 2 June in Kiritimati
    assert days_of(lost_by_change(west, east, date(2026, 6, 1), now)) == ["2026-06-02"]
    assert days_of(next_slots(west, date(2026, 6, 2), now, 1)) == ["2026-06-03"]


def test_days_that_the_new_rule_leaves_out_are_not_lost() -> None:
    old, new = Schedule(time(21), "UTC"), Schedule(time(9), "UTC", frozenset({4}))
    assert lost_by_change(old, new, date(2026, 5, 31), at("2026-06-01 10:00")) == ()


def test_a_rule_refuses_what_is_no_schedule() -> None:
    with pytest.raises(ValueError, match="whole minutes"):
        Schedule(time(9, 0, 30), "UTC")
    with pytest.raises(ValueError, match="whole minutes"):
        Schedule(time(9, tzinfo=UTC), "UTC")
    with pytest.raises(ValueError, match="days of the week"):
        Schedule(time(9), "UTC", frozenset())
    with pytest.raises(UnknownZone):
        Schedule(time(9), "Mars/Olympus")


def test_a_monthly_rule_comes_on_the_first_of_its_days_in_each_month() -> None:
    rule = Schedule(time(9), "Europe/Berlin", frozenset(range(5)), is_monthly=True)
    days = [found.slot.day for found in slots_on(rule, date(2026, 7, 1), date(2026, 12, 31))]
    assert days == [date(2026, m, d) for m, d in ((7, 1), (8, 3), (9, 1), (10, 1), (11, 2), (12, 1))]
    fridays = Schedule(time(9), "Europe/Berlin", frozenset({4}), is_monthly=True)
    found = [found.slot.day for found in slots_on(fridays, date(2026, 10, 1), date(2026, 12, 31))]
    assert found == [date(2026, 10, 2), date(2026, 11, 6), date(2026, 12, 4)]
