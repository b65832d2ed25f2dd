"""Streaks: by the channel's days, over every zone and change of clocks; an outage never breaks one."""

from datetime import UTC, date, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from newsbot.schedule.clock import instant_of
from newsbot.schedule.streaks import GRACE, Streak, local_day, streak
from newsbot.schedule.timezones import zone_names, zone_of
from newsbot.storage.records import OutageRecord

BERLIN = zone_of("Europe/Berlin")
DAY = timedelta(days=1)
zones = st.sampled_from(sorted(zone_names())).map(zone_of)
days = st.dates(date(2021, 1, 1), date(2030, 1, 1))
# Minutes after 03:00; the last hours of a day are left out, as a change of clocks may shorten it.
minutes = st.lists(st.integers(0, 21 * 60), min_size=1, max_size=20)


def at(day: int, hour: int, minute: int = 0) -> datetime:
    """A time in Berlin in November 2026, after the clocks went back."""
    return datetime(2026, 11, day, hour, minute, tzinfo=BERLIN)


def test_a_day_lasts_until_three_in_the_morning() -> None:
    assert local_day(at(10, 2, 59), BERLIN) == date(2026, 11, 9)
    assert local_day(at(10, 3), BERLIN) == date(2026, 11, 10)
    assert streak([at(9, 20), at(11, 2, 30), at(11, 20)], at(11, 21), BERLIN) == Streak(3, 3)


def test_today_breaks_nothing_before_it_is_over() -> None:
    played = [at(9, 20), at(10, 20)]
    assert streak(played, at(12, 2, 59), BERLIN) == Streak(2, 2)
    assert streak(played, at(12, 3), BERLIN) == Streak(0, 2)
    assert streak([], at(12, 3), BERLIN) == Streak(0, 0)


def test_a_day_on_which_the_bot_was_down_breaks_no_streak_and_adds_nothing() -> None:
    played = [at(9, 20), at(11, 20)]
    assert streak(played, at(11, 21), BERLIN) == Streak(1, 1)
    assert streak(played, at(11, 21), BERLIN, [OutageRecord(at(10, 12), at(10, 13))]) == Streak(2, 2)
    assert streak(played[:1], at(11, 21), BERLIN, [OutageRecord(at(11, 1), at(11, 2))]) == Streak(1, 1)


def test_a_date_that_a_zone_leapt_over_breaks_no_streak() -> None:
    apia = zone_of("Pacific/Apia")
    played = [datetime(2011, 12, 29, 12, tzinfo=apia), datetime(2011, 12, 31, 12, tzinfo=apia)]
    assert streak(played, played[-1], apia) == Streak(2, 2)


@given(zones, days, minutes)
def test_who_plays_once_a_day_keeps_the_streak_in_every_zone(zone: object, first: date, at: list[int]) -> None:
    assert hasattr(zone, "key")
    rules = zone_of(zone.key)
    played = [instant_of(first + DAY * n, GRACE, rules) + timedelta(minutes=m) for n, m in enumerate(at)]
    assert streak(played, played[-1], rules) == Streak(len(at), len(at))


@given(zones, days, st.lists(st.booleans(), min_size=1, max_size=20))
def test_streaks_are_runs_of_days_in_every_zone(zone: object, first: date, plays: list[bool]) -> None:
    """Against the runs of a string of letters; newsbot was down on every day that nobody played, or on none."""
    assert hasattr(zone, "key")
    rules = zone_of(zone.key)
    noons = [instant_of(first + DAY * n, datetime.min.time().replace(hour=12), rules) for n in range(len(plays))]
    played = [noon for noon, is_played in zip(noons, plays, strict=True) if is_played]
    letters = "".join("x" if is_played else " " for is_played in plays)
    runs = [len(run) for run in letters.split()]
    ended = letters[:-1] if not plays[-1] else letters
    current = len(ended) - len(ended.rstrip("x"))
    assert streak(played, noons[-1], rules) == Streak(current, max(runs, default=0))
    down = [OutageRecord(noon, noon) for noon, is_played in zip(noons, plays, strict=True) if not is_played]
    assert streak(played, noons[-1], rules, down) == Streak(len(played), len(played))


@given(st.lists(st.datetimes(datetime(2024, 1, 1), datetime(2024, 3, 1), timezones=st.just(UTC)), max_size=30))
def test_an_outage_never_shortens_a_streak(played: list[datetime]) -> None:
    now = datetime(2024, 3, 2, tzinfo=UTC)
    down = [OutageRecord(datetime(2024, 2, 1, tzinfo=UTC), datetime(2024, 2, 20, tzinfo=UTC))]
    without, with_it = streak(played, now, BERLIN), streak(played, now, BERLIN, down)
    assert with_it.current >= without.current
    assert with_it.best >= without.best
