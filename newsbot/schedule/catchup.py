"""What becomes of slots once they are due: posted on time, posted late and labelled so, or skipped with a reason."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Literal

from newsbot.schedule.clock import duration_words, wall_time
from newsbot.schedule.slots import Occurrence
from newsbot.schedule.timezones import zone_of

if TYPE_CHECKING:
    from newsbot.storage.records import CatchUp, OutageRecord

Outcome = Literal["post", "post late", "skip"]

ON_TIME = timedelta(minutes=1)  # what is decided sooner after its instant than this is on time: it comes at its minute
STALE = timedelta(hours=26)  # the longest a daily slot waits for the next, where clocks go back by two hours
MOST = 31  # the most that `all` posts for one outage: a channel is never flooded


@dataclass(frozen=True, slots=True)
class Decision:
    """What becomes of one slot; `reason` is a label for people, empty where it is posted on time."""

    occurrence: Occurrence
    outcome: Outcome
    reason: str = ""


def decide(
    due: Sequence[Occurrence],
    now: datetime,
    zone: str,
    catch_up: "CatchUp" = "latest",
    outages: "Sequence[OutageRecord]" = (),
    stale: timedelta = STALE,
) -> tuple[Decision, ...]:
    """A decision for each slot that came by `now`, in order; `due` is in the order of instants.

    `skip` posts nothing late. `latest` posts the newest of them alone, and only if it is no older than `stale`. `all`
    posts each, at most the newest 31. What is on time is posted in any case.
    """
    real = [found for found in due if found.clock != "no such day"]
    newer = {found.slot: len(real) - place for place, found in enumerate(real, start=1)}
    decisions = []
    for found in due:
        if found.slot not in newer:
            day = found.slot.day
            reason = f"skipped: there was no {day.day} {day:%B %Y} in {zone}"
            decisions.append(Decision(found, "skip", reason))
        elif now - found.instant < ON_TIME:
            decisions.append(Decision(found, "post"))
        else:
            why_not = _skip_reason(catch_up, newer[found.slot], now - found.instant > stale)
            decisions.append(_missed_decision(found, why_not, cause(found, now, zone, outages)))
    return tuple(decisions)


def _skip_reason(catch_up: "CatchUp", newer: int, is_stale: bool) -> str | None:
    """Why a missed slot is not posted, None where it is; `newer` counts the slots that came after it."""
    match catch_up:
        case "skip":
            return "missed editions aren't posted later here"
        case "latest" if newer:
            return "a newer one came after it"
        case "latest" if is_stale:
            return "it's too old to be posted now"
        case "all" if newer >= MOST:
            return f"only the newest {MOST} are posted"
    return None


def _missed_decision(found: Occurrence, why_not: str | None, what: str) -> Decision:
    if why_not is None:
        return Decision(found, "post late", f"late: {what}")
    return Decision(found, "skip", f"skipped: {what}; {why_not}")


def cause(found: Occurrence, now: datetime, zone: str, outages: "Sequence[OutageRecord]") -> str:
    """Why a slot is late at `now`: "the bot was down 06:10–09:40" where it was, else by how long."""
    down = next((outage for outage in outages if found.instant < outage.end and outage.start <= now), None)
    if down is None:
        return f"{duration_words(now - found.instant)} after its time"
    return f"the bot was down {span(down, zone)}"


def span(outage: "OutageRecord", zone: str) -> str:
    """From when to when, by the clocks of an IANA zone; in UTC where those were changed meanwhile. Dated as needed."""
    rules = zone_of(zone)
    start, end = wall_time(outage.start, rules), wall_time(outage.end, rules)
    suffix = ""
    if end - start != outage.end - outage.start:
        start, end = (each.astimezone(UTC).replace(tzinfo=None) for each in (outage.start, outage.end))
        suffix = " UTC"
    if start.date() == end.date():
        return f"{start:%H:%M}–{end:%H:%M}{suffix}"
    return f"{start.day} {start:%B %H:%M} – {end.day} {end:%B %H:%M}{suffix}"
