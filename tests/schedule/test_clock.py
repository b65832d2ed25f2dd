"""Clock arithmetic against an oracle that knows nothing of gaps and overlaps: it looks at the clock every minute."""

from bisect import bisect_left
from collections.abc import Iterator
from datetime import UTC, date, datetime, time, timedelta
from functools import cache
from importlib import resources
from itertools import accumulate, pairwise
from random import Random
from zoneinfo import ZoneInfo

from hypothesis import given
from hypothesis import strategies as st

from newsbot.schedule.clock import (
    changes_within,
    comes_twice,
    duration_words,
    instant_of,
    is_leapt_over,
    is_skipped_day,
    wall_time,
)
from newsbot.schedule.slots import Schedule, slots_on
from newsbot.schedule.timezones import zone_names, zone_of

FIRST, LAST = date(2020, 1, 1), date(2035, 12, 31)
START, END = datetime(2020, 1, 1, tzinfo=UTC), datetime(2036, 1, 1, tzinfo=UTC)
MINUTE, HOUR, DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)

days = st.dates(FIRST, LAST)
walls = st.times().map(lambda at: time(at.hour, at.minute))
zones = st.sampled_from(sorted(zone_names()))


def wall(day: date, at: time) -> datetime:
    return datetime.combine(day, at)


def seen_on_the_clock(day: date, at: time, zone: ZoneInfo) -> datetime:
    """The first minute at which a clock shows the wall time or has passed it, found by looking every minute."""
    instant = datetime.combine(day, at, UTC) - 15 * HOUR
    while instant.astimezone(zone).replace(tzinfo=None) < wall(day, at):
        instant += MINUTE
    return instant


@cache
def distinct_zones() -> tuple[str, ...]:
    """One name for each set of rules: names whose files are equal to the byte have the same clock."""
    files = resources.files("tzdata").joinpath("zoneinfo")
    return tuple({files.joinpath(name).read_bytes(): name for name in sorted(zone_names())}.values())


def offsets(zone: str) -> list[timedelta | None]:
    """What the zone's offset is at noon, UTC, of each day."""
    noons = (START + DAY * number + 12 * HOUR for number in range((END - START).days))
    return [noon.astimezone(zone_of(zone)).utcoffset() for noon in noons]


@cache
def changing_zones() -> tuple[str, ...]:
    return tuple(zone for zone in distinct_zones() if len(set(offsets(zone))) > 1)


def days_of_change() -> Iterator[tuple[str, datetime]]:
    """A zone and the noon before each distinct change of clocks; zones that change alike are met once."""
    met = set()
    for zone in changing_zones():
        for number, (before, after) in enumerate(pairwise(offsets(zone))):
            if before != after and (change := (number, before, after)) not in met:
                met.add(change)
                yield zone, START + DAY * number + 12 * HOUR


@given(zones, days, walls)
def test_a_slot_comes_when_a_clock_first_shows_its_time_or_has_passed_it(name: str, day: date, at: time) -> None:
    assert instant_of(day, at, zone_of(name)) == seen_on_the_clock(day, at, zone_of(name))


def test_around_every_change_of_clocks_a_slot_comes_when_a_clock_first_shows_its_time_or_has_passed_it() -> None:
    """Every zone, 2020 to 2035: the minutes beside each edge, and others among them."""
    count = 0
    for name, noon in days_of_change():
        zone = zone_of(name)
        minutes = [noon + MINUTE * number for number in range(24 * 60 + 1)]
        readings = [minute.astimezone(zone).replace(tzinfo=None) for minute in minutes]
        passed = list(accumulate(readings, max))
        edges = [each for pair in pairwise(readings) if pair[1] - pair[0] != MINUTE for each in pair]
        near = [edge + MINUTE * step for edge in edges for step in (-61, -30, -17, -1, 0, 1, 17, 30, 61)]
        for reading in near:
            if readings[0] < reading < readings[-1]:
                found = instant_of(reading.date(), reading.time(), zone)
                assert found == minutes[bisect_left(passed, reading)], (name, reading)
                assert is_leapt_over(reading.date(), reading.time(), zone) == (reading not in readings)
                assert comes_twice(reading.date(), reading.time(), zone) == (readings.count(reading) == 2)
                count += 1
    assert count > 5_000


def test_over_sixteen_years_of_every_zone_each_date_comes_once_and_in_order() -> None:
    """Every zone whose clocks change, at a wall time of its own; the rest, whose clocks never do, over one year."""
    random = Random(2020)
    changing = set(changing_zones())
    for name in distinct_zones():
        at = time(random.randrange(24), random.randrange(60))
        last = LAST if name in changing else date(2020, 12, 31)
        found = slots_on(Schedule(at, name), FIRST, last)
        assert [each.slot.day for each in found] == [FIRST + DAY * n for n in range((last - FIRST).days + 1)]
        steps = {after.instant - before.instant for before, after in pairwise(found)}
        # A day has 24 hours, give or take what clocks are changed by.
        assert min(steps) >= 20 * HOUR, name
        assert max(steps) <= 28 * HOUR, name


def test_a_gap_across_midnight_keeps_the_nominal_date() -> None:
    """In Nuuk, 29 March 2025 ended at 23:00."""
    nuuk = zone_of("America/Nuuk")
    assert instant_of(date(2025, 3, 29), time(23, 30), nuuk) == datetime(2025, 3, 30, 1, 0, tzinfo=UTC)
    assert wall_time(datetime(2025, 3, 30, 1, 0, tzinfo=UTC), nuuk) == datetime(2025, 3, 30, 0, 0)
    assert instant_of(date(2025, 3, 30), time(23, 30), nuuk) == datetime(2025, 3, 31, 0, 30, tzinfo=UTC)


def test_an_overlap_comes_the_first_time() -> None:
    berlin = zone_of("Europe/Berlin")
    assert instant_of(date(2025, 10, 26), time(2, 30), berlin) == datetime(2025, 10, 26, 0, 30, tzinfo=UTC)
    assert comes_twice(date(2025, 10, 26), time(2, 30), berlin)
    assert not comes_twice(date(2025, 10, 26), time(3, 0), berlin)


def test_half_an_hour_of_summer_time_is_a_gap_too() -> None:
    lord_howe = zone_of("Australia/Lord_Howe")
    assert instant_of(date(2025, 10, 5), time(2, 15), lord_howe) == datetime(2025, 10, 4, 15, 30, tzinfo=UTC)


def test_a_date_that_a_zone_leapt_over_is_no_day() -> None:
    """Samoa and the Marshall Islands crossed the date line."""
    for name, day in (("Pacific/Apia", date(2011, 12, 30)), ("Pacific/Kwajalein", date(1993, 8, 21))):
        zone = zone_of(name)
        assert [is_skipped_day(day + DAY * step, zone) for step in (-1, 0, 1)] == [False, True, False]
        assert instant_of(day, time(9), zone) == seen_on_the_clock(day, time(9), zone)
    assert not is_skipped_day(date(2025, 3, 29), zone_of("America/Nuuk"))


def test_changes_of_clocks_are_told_with_what_they_show() -> None:
    berlin = zone_of("Europe/Berlin")
    spring, autumn = changes_within(berlin, datetime(2026, 1, 1, tzinfo=UTC), datetime(2027, 1, 1, tzinfo=UTC))
    assert (spring.at, spring.by) == (datetime(2026, 3, 29, 1, tzinfo=UTC), HOUR)
    assert (spring.old, spring.new) == (datetime(2026, 3, 29, 2), datetime(2026, 3, 29, 3))
    assert (autumn.at, autumn.by) == (datetime(2026, 10, 25, 1, tzinfo=UTC), -HOUR)
    assert spring.sentence("Berlin") == "Clocks in Berlin go forward by 1 hour on Sunday, 29 March 2026, at 02:00."
    assert autumn.sentence("Berlin") == "Clocks in Berlin go back by 1 hour on Sunday, 25 October 2026, at 03:00."


def test_a_change_belongs_to_the_span_that_ends_with_it() -> None:
    berlin, at = zone_of("Europe/Berlin"), datetime(2026, 3, 29, 1, tzinfo=UTC)
    assert [change.at for change in changes_within(berlin, at - HOUR, at)] == [at]
    assert changes_within(berlin, at, at + 30 * DAY) == ()
    assert changes_within(berlin, at + DAY, at) == ()
    assert changes_within(zone_of("UTC"), START, END) == ()


@given(st.sampled_from(changing_zones()), days)
def test_where_no_change_is_told_clocks_and_instants_go_alike(name: str, day: date) -> None:
    """And where one is, they part by just what it says."""
    zone, start = zone_of(name), datetime.combine(day, time(0), UTC)
    end = start + 40 * DAY
    told = sum((change.by for change in changes_within(zone, start, end)), timedelta(0))
    assert wall_time(end, zone) - wall_time(start, zone) == end - start + told


def test_a_length_of_time_is_said_in_its_two_largest_units() -> None:
    said = {
        timedelta(seconds=59): "less than a minute",
        MINUTE: "1 minute",
        2 * HOUR + 40 * MINUTE: "2 hours 40 minutes",
    }
    assert {span: duration_words(span) for span in said} == said
    assert duration_words(3 * DAY + MINUTE) == "3 days 1 minute"
