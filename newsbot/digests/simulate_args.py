"""What a replay is asked for, from the words of a command line: a rule, a span of dates, outages, what then."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta

from newsbot.errors import RequestError
from newsbot.messages.markup import outside_text
from newsbot.schedule.catchup import Outage
from newsbot.schedule.phrases import parse_days, parse_time
from newsbot.schedule.slots import Schedule
from newsbot.schedule.timezone_names import find_zone
from newsbot.schedule.timezones import zone_names
from newsbot.storage.records import CatchUp

_EARLIEST, _LATEST = date(1970, 1, 2), date(2100, 12, 30)  # what zone rules reach, with room for offsets
_MOST = timedelta(days=20 * 366)


@dataclass(frozen=True)
class SimulationPlan:
    """What to replay: a rule, its nominal dates from `first` to `last` (included), and when newsbot was down."""

    rule: Schedule
    first: date
    last: date
    down: tuple[Outage, ...] = ()
    catch_up: CatchUp = "latest"


def parse_plan(
    at: str, days: str, zone: str, first: str, last: str, down: Sequence[str] = (), catch_up: CatchUp = "latest"
) -> SimulationPlan:
    """What to replay, from the words of a command line. Raises RequestError with a sentence that says what is wrong."""
    begin, end = _date(first), _date(last)
    if end < begin:
        raise RequestError(f"The span ends on {end}, before it begins on {begin}.")
    if end - begin > _MOST:
        raise RequestError("At most twenty years can be replayed at a time.")
    rule = Schedule(parse_time(at), zone if zone in zone_names() else find_zone(zone), parse_days(days))
    return SimulationPlan(rule, begin, end, merge_outages(_outage(span) for span in down), catch_up)


def _date(typed: str) -> date:
    try:
        found = date.fromisoformat(typed.strip())
    except ValueError:
        raise RequestError(f"“{outside_text(typed, 30)}” is no date. Say it like 2026-03-29.") from None
    return _within(found, typed)


def _within(found: date, typed: str) -> date:
    if not _EARLIEST <= found <= _LATEST:
        raise RequestError(f"“{outside_text(typed, 30)}” is too far away: dates go from 1970 to 2100.")
    return found


def _outage(typed: str) -> Outage:
    """`2026-03-29T06:10..2026-03-29T09:40`: in UTC where it names no offset of its own."""
    start, dots, end = typed.partition("..")
    if not dots:
        said = outside_text(typed, 60)
        raise RequestError(f"“{said}” is no outage. Say it like 2026-03-29T06:10..2026-03-29T09:40 (UTC).")
    begun, ended = _instant(start), _instant(end)
    if ended < begun:
        raise RequestError(f"The outage “{outside_text(typed, 60)}” ends before it starts.")
    return Outage(begun, ended)


def _instant(typed: str) -> datetime:
    try:
        found = datetime.fromisoformat(typed.strip())
    except ValueError:
        said = outside_text(typed, 40)
        raise RequestError(f"“{said}” is no instant. Say it like 2026-03-29T06:10 or 2026-03-29T06:10+02:00.") from None
    _within(found.date(), typed)
    return found.replace(tzinfo=UTC) if found.tzinfo is None else found.astimezone(UTC)


def merge_outages(outages: Iterable[Outage]) -> tuple[Outage, ...]:
    """The same outages in order, those that overlap or touch as one, and none that has no length."""
    joined: list[Outage] = []
    for each in sorted(outages, key=lambda outage: outage.start):
        if each.start == each.end:
            continue
        if joined and each.start <= joined[-1].end:
            joined[-1] = Outage(joined[-1].start, max(joined[-1].end, each.end))
        else:
            joined.append(each)
    return tuple(joined)
