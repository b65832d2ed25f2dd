"""Simulates a digest over a span of days: which slots it has, when each is posted, and what it would say.

Nothing is read or stored: the same rules decide as in a running newsbot, over a clock that goes from slot to slot.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta

from newsbot.digests.composer.sections import with_closing_time
from newsbot.digests.composer.values import Edition, History, Selection
from newsbot.errors import RequestError
from newsbot.messages.markup import outside_text
from newsbot.schedule.catchup import Decision, decide
from newsbot.schedule.closing import closes_with_digests
from newsbot.schedule.phrases import is_monthly, parse_days, parse_time
from newsbot.schedule.slots import Schedule, next_slots, slots_between, slots_on
from newsbot.schedule.timezone_names import find_zone
from newsbot.schedule.timezones import zone_names, zone_of
from newsbot.storage.records import CatchUp, OutageRecord

_EARLIEST, _LATEST = date(1970, 1, 2), date(2100, 12, 30)  # what zone rules reach, with room for offsets
_MOST = timedelta(days=20 * 366)
_BEFORE = timedelta(minutes=1)  # the digest is subscribed to so long before anything happens
_DAY = timedelta(days=1)


@dataclass(frozen=True)
class SimulationPlan:
    """What to replay: a rule, its nominal dates from `first` to `last` (included), and when newsbot was down."""

    rule: Schedule
    first: date
    last: date
    down: tuple[OutageRecord, ...] = ()
    catch_up: CatchUp = "latest"


@dataclass(frozen=True, slots=True)
class SimulatedSlot:
    """What became of a slot; `sent` is None where it never was, `reason` is empty where it came on time."""

    slot: str
    due: datetime
    sent: datetime | None
    state: str
    reason: str

    def to_json(self) -> dict[str, str | None]:
        """The slot as one line of `newsbot digest simulate --json`."""
        sent = instant_text(self.sent) if self.sent else None
        return {
            "slot": self.slot,
            "due": instant_text(self.due),
            "sent": sent,
            "state": self.state,
            "reason": self.reason,
        }


def instant_text(instant: datetime) -> str:
    """An instant in ISO 8601, in UTC and ending in Z: `2026-03-29T07:00:00Z`."""
    return instant.astimezone(UTC).isoformat().replace("+00:00", "Z")


def simulate(plan: SimulationPlan) -> tuple[SimulatedSlot, ...]:
    """Every slot of the span with what happens to it, in order."""
    decided = _decisions(plan)
    return tuple(_simulated_slot(now, each) for now, each in decided if each.occurrence.slot.day <= plan.last)


def simulate_editions(
    plan: SimulationPlan, compose: Callable[[Selection], Edition], topics: tuple[str, ...] = ()
) -> Iterator[tuple[SimulatedSlot, Edition | None]]:
    """As `simulate`, each slot that is posted with its edition, which knows what the ones before it have shown.

    `compose` makes the edition of a selection; it is called when the edition is asked for.
    """
    history, cursor = History(), plan.first - _DAY
    for now, decision in _decisions(plan):
        day = decision.occurrence.slot.day
        if day > plan.last:
            return
        edition = None
        if decision.outcome != "skip":
            edition = compose(Selection(topics, day, cursor, history, "short"))
            history, cursor = edition.history, edition.cursor
        yield _simulated_slot(now, decision), edition


def with_its_closing_time(plan: SimulationPlan, slot: SimulatedSlot, edition: Edition) -> Edition:
    """The edition of a slot to look at, with the line that its question gets as it leaves."""
    if slot.sent is None:
        return edition
    following = next_slots(plan.rule, date.fromisoformat(slot.slot[:10]), slot.sent, 1)[0].instant
    return with_closing_time(edition, closes_with_digests(slot.sent, following).astimezone(zone_of(plan.rule.zone)))


def _decisions(plan: SimulationPlan) -> Iterator[tuple[datetime, Decision]]:
    """What newsbot decides, and when: it wakes at each slot, or at the end of the outage in which that lies."""
    rule, last_day = plan.rule, plan.first - _DAY
    slots = slots_on(rule, plan.first, plan.last)
    if not slots:
        return
    since = min([slots[0].instant, *(each.start for each in plan.down)]) - _BEFORE
    # Nothing wakes newsbot for a date that does not exist: it is decided with the slot after it.
    end = next_slots(rule, slots[-1].slot.day - _DAY, since, 1)[0].instant
    wake = next_slots(rule, last_day, since, 1)[0].instant
    while wake <= end:
        now = next((each.end for each in plan.down if each.start <= wake < each.end), wake)
        due = slots_between(rule, last_day, since, now)
        for decision in decide(due, now, rule.zone, plan.catch_up, plan.down):
            yield now, decision
        last_day, since = due[-1].slot.day, max(since, due[-1].instant)
        wake = next_slots(rule, last_day, now, 1)[0].instant


def _simulated_slot(now: datetime, decision: Decision) -> SimulatedSlot:
    occurrence = decision.occurrence
    if decision.outcome == "skip":
        return SimulatedSlot(str(occurrence.slot), occurrence.instant, None, "skipped", decision.reason)
    state = "late" if decision.reason else "sent"
    return SimulatedSlot(str(occurrence.slot), occurrence.instant, now, state, decision.reason)


# -- the words of a command line ----------------------------------------------------------------------------------


def parse_plan(
    at: str, days: str, zone: str, first: str, last: str, down: Sequence[str] = (), catch_up: CatchUp = "latest"
) -> SimulationPlan:
    """What to replay, from the words of a command line. Raises RequestError with a sentence that says what is wrong."""
    begin, end = _parse_date(first), _parse_date(last)
    if end < begin:
        raise RequestError(f"The span ends on {end}, before it begins on {begin}.")
    if end - begin > _MOST:
        raise RequestError("At most twenty years can be replayed at a time.")
    named = zone if zone in zone_names() else find_zone(zone)
    rule = Schedule(parse_time(at), named, parse_days(days), is_monthly(days))
    return SimulationPlan(rule, begin, end, merge_outages(_parse_outage(span) for span in down), catch_up)


def _parse_date(typed: str) -> date:
    try:
        found = date.fromisoformat(typed.strip())
    except ValueError:
        raise RequestError(f"“{outside_text(typed, 30)}” isn't a date. Say it like 2026-03-29.") from None
    return _require_near(found, typed)


def _require_near(found: date, typed: str) -> date:
    if not _EARLIEST <= found <= _LATEST:
        raise RequestError(f"“{outside_text(typed, 30)}” is too far away: dates go from 1970 to 2100.")
    return found


def _parse_outage(typed: str) -> OutageRecord:
    """`2026-03-29T06:10..2026-03-29T09:40`: in UTC where it names no offset of its own."""
    start, dots, end = typed.partition("..")
    if not dots:
        said = outside_text(typed, 60)
        raise RequestError(f"“{said}” isn't an outage. Say it like 2026-03-29T06:10..2026-03-29T09:40 (UTC).")
    begun, ended = _parse_instant(start), _parse_instant(end)
    if ended < begun:
        raise RequestError(f"The outage “{outside_text(typed, 60)}” ends before it starts.")
    return OutageRecord(begun, ended)


def _parse_instant(typed: str) -> datetime:
    try:
        found = datetime.fromisoformat(typed.strip())
    except ValueError:
        said = outside_text(typed, 40)
        raise RequestError(
            f"“{said}” isn't a point in time. Say it like 2026-03-29T06:10 or 2026-03-29T06:10+02:00."
        ) from None
    _require_near(found.date(), typed)
    return found.replace(tzinfo=UTC) if found.tzinfo is None else found.astimezone(UTC)


def merge_outages(outages: Iterable[OutageRecord]) -> tuple[OutageRecord, ...]:
    """The same outages in order, those that overlap or touch as one, and none that has no length."""
    joined: list[OutageRecord] = []
    for each in sorted(outages, key=lambda outage: outage.start):
        if each.start == each.end:
            continue
        if joined and each.start <= joined[-1].end:
            joined[-1] = OutageRecord(joined[-1].start, max(joined[-1].end, each.end))
        else:
            joined.append(each)
    return tuple(joined)
