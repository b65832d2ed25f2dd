"""The state of a source: one word, a sentence, and the one thing to do. Values and rules only."""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Literal

from pydantic import TypeAdapter

from newsbot.news.entries import FeedHints
from newsbot.news.intervals import REMEMBERED, usual_gap
from newsbot.news.moves import Move
from newsbot.news.sources import Source

State = Literal[
    "new",
    "ok",
    "empty",
    "possible gap",
    "stale",
    "burst held",
    "moved",
    "not a feed",
    "broken feed",
    "blocked",
    "rate limited",
    "unreachable",
    "refused",
    "gone",
    "silent company",
    "off",
]
WELL: frozenset[State] = frozenset({"new", "ok", "empty", "moved", "off"})
# What the operator hears of at once: nothing mends these by itself, or they hold something back.
URGENT: frozenset[State] = frozenset({"burst held", "blocked", "refused", "gone", "silent company"})
LASTING = timedelta(days=1)  # after which the operator hears of any other trouble
FINAL: frozenset[State] = frozenset({"refused", "gone"})  # polled again only once the source is changed

FULL_EVERY = timedelta(hours=24)
_GAP_SAID = timedelta(days=1)
_BURST_SAID = timedelta(days=7)
_LEAST_SILENCE = timedelta(days=1)
_SILENCE_UNKNOWN = timedelta(days=30)  # where it is not known how often a source brings something
_EMPTY_UNKNOWN = timedelta(days=7)
_SILENT_COMPANY = timedelta(days=120)
_MISSING = timedelta(days=7)
_MOST_HURRY = 3
_NO_HINTS = FeedHints()
_NOT_READ = "It was not read yet."


@dataclass(frozen=True, slots=True)
class SourceStatus:
    """What is known of a source from its polls: its state, and what the next poll goes by.

    `news_at` are the last times at which something new came. `hurry` is how many times the interval is quartered.
    """

    state: State = "new"
    reason: str = _NOT_READ
    fix: str = ""
    since: datetime | None = None
    is_told: bool = False
    signature: str = ""
    address: str = ""
    move: Move | None = None
    etag: str = ""
    last_modified: str = ""
    hints: FeedHints = _NO_HINTS
    polled_at: datetime | None = None
    succeeded_at: datetime | None = None
    full_at: datetime | None = None
    newest_at: datetime | None = None
    baseline_at: datetime | None = None
    filled_at: datetime | None = None
    news_at: tuple[datetime, ...] = ()
    is_empty: bool = False
    gap_at: datetime | None = None
    hurry: int = 0
    burst_at: datetime | None = None
    burst_size: int = 0
    failures: int = 0
    missing_since: datetime | None = None


_CODEC: TypeAdapter[SourceStatus] = TypeAdapter(SourceStatus)


def status_to_json(status: SourceStatus) -> str:
    """The status as text that `status_from_json` reads."""
    return _CODEC.dump_json(status, exclude_defaults=True).decode()


def status_from_json(text: str) -> SourceStatus:
    """The status of a text; a new one where there is none."""
    return _CODEC.validate_json(text) if text else SourceStatus()


@dataclass(frozen=True, slots=True)
class Unchanged:
    """The feed is as before: the host said so, or its entries are the same."""


@dataclass(frozen=True, slots=True)
class FeedRead:
    """A feed of a known format was read. `new` counts items that were not known, `held` a burst of old ones."""

    entries: int
    new: int = 0
    is_baseline: bool = False
    is_gap: bool = False
    held: int = 0
    newest: datetime | None = None


@dataclass(frozen=True, slots=True)
class Failure:
    """A poll brought no feed."""

    state: State
    reason: str
    fix: str = ""
    is_missing: bool = False  # 404
    is_gone: bool = False  # 410


Outcome = Unchanged | FeedRead | Failure


def of_source(source: Source, status: SourceStatus) -> SourceStatus:
    """The status to poll a source by: a new one where its address or agent were changed since the last poll.

    What is remembered of its entries stays, and so does how often they come.
    """
    if status.signature == source.signature:
        return status
    reason = "Its address or agent was changed, and it was not read since." if status.signature else _NOT_READ
    kept = replace(status, state="new", reason=reason, fix="", since=None, is_told=False)
    return replace(
        kept,
        signature=source.signature,
        address=source.url,
        move=None,
        etag="",
        last_modified="",
        full_at=None,
        failures=0,
        missing_since=None,
    )


def wants_full(status: SourceStatus, now: datetime) -> bool:
    """Whether a poll asks for everything, whatever validators there are: once a day, and when a source falls silent."""
    if status.full_at is None or not timedelta(0) <= now - status.full_at < FULL_EVERY:
        return True
    return status.state == "stale" and status.since is not None and status.full_at < status.since


def after_success(source: Source, status: SourceStatus, outcome: Unchanged | FeedRead, now: datetime) -> SourceStatus:
    """The status after a poll that went well."""
    found = replace(status, polled_at=now, succeeded_at=now, failures=0, missing_since=None)
    if isinstance(outcome, FeedRead):
        found = _with_feed(found, outcome, now)
    if found.hurry and found.gap_at is not None and now - found.gap_at >= _GAP_SAID:
        found = replace(found, hurry=0)
    return _in_state(status, found, *_state_of_success(source, found, now), now)


def after_failure(source: Source, status: SourceStatus, outcome: Failure, now: datetime) -> SourceStatus:
    """The status after a poll that brought no feed."""
    missing = (status.missing_since or now) if outcome.is_missing else None
    found = replace(status, polled_at=now, failures=status.failures + 1, missing_since=missing)
    state, reason, fix = outcome.state, outcome.reason, outcome.fix
    if outcome.is_gone or (missing is not None and now - missing >= _MISSING):
        since = (
            "says that the feed is gone for good (410)" if outcome.is_gone else "has not known it for seven days (404)"
        )
        state, reason = "gone", f"{source.host} {since}. It is not polled any more."
        fix = "Enter its new address in sources.yaml, or remove it."
    return _in_state(status, found, state, reason, fix, now)


def _in_state(
    before: SourceStatus, found: SourceStatus, state: State, reason: str, fix: str, now: datetime
) -> SourceStatus:
    is_same = before.state == state and before.since is not None
    since = before.since if is_same else now
    return replace(found, state=state, reason=reason, fix=fix, since=since, is_told=is_same and before.is_told)


def _with_feed(status: SourceStatus, feed: FeedRead, now: datetime) -> SourceStatus:
    found = replace(status, is_empty=feed.entries == 0)
    if feed.entries:
        found = replace(found, filled_at=now)
    if feed.newest is not None:
        newest = min(feed.newest, now)  # a date of the future says nothing
        found = replace(found, newest_at=newest if found.newest_at is None else max(newest, found.newest_at))
    if feed.is_baseline:
        return replace(found, baseline_at=now)
    if feed.held:
        found = replace(found, burst_at=now, burst_size=feed.held)
    elif feed.new:  # a burst of old entries says nothing about how often new ones come
        found = replace(found, news_at=(*found.news_at, now)[-REMEMBERED:])
    if feed.is_gap:
        found = replace(found, gap_at=now, hurry=min(found.hurry + 1, _MOST_HURRY))
    return found


def _state_of_success(source: Source, status: SourceStatus, now: datetime) -> tuple[State, str, str]:
    if status.burst_at is not None and now - status.burst_at < _BURST_SAID:
        reason = (
            f"{status.burst_size} entries came at once, most of them old. They are kept, and nothing is posted of them."
        )
        return "burst held", reason, "Look at the source: after a redesign there is nothing to do."
    if status.gap_at is not None and now - status.gap_at < _GAP_SAID:
        reason = f"On {status.gap_at:%-d %B at %H:%M} UTC every entry was unknown, so some before them may be missing."
        return (
            "possible gap",
            reason,
            "If this happens often, look for a longer feed of this source.",
        )
    if status.move is not None:
        reason = f"It moved to {status.move.to}, which newsbot keeps from {status.move.kept_from:%-d %B} on."
        return "moved", reason, "Enter the new address in sources.yaml."
    if status.is_empty:
        return _state_of_empty(status, now)
    if source.kind == "edgar":  # companies file a few times a year: a month without is no sign of anything
        if status.newest_at is not None and now - status.newest_at > _SILENT_COMPANY:
            reason = f"The last filing is of {status.newest_at:%-d %B %Y}."
            return "silent company", reason, "Look whether the company was reorganised: it has a new CIK then."
        return "ok", "", ""
    if (silence := _silence(status, now)) is not None:
        return "stale", f"Nothing new came for {_days(silence)}.", "Open the source and see whether its feed goes on."
    return "ok", "", ""


def _state_of_empty(status: SourceStatus, now: datetime) -> tuple[State, str, str]:
    if status.filled_at is not None:
        usual = usual_gap(status.news_at)
        limit = _EMPTY_UNKNOWN if usual is None else max(4 * usual, _LEAST_SILENCE)
        if now - status.filled_at > limit:
            reason = f"Its feed has been empty for {_days(now - status.filled_at)}."
            return "stale", reason, "Open the source and see whether its feed goes on."
    return "empty", "Its feed holds no entries at present. What was seen is remembered.", ""


def _silence(status: SourceStatus, now: datetime) -> timedelta | None:
    """For how long nothing new came, where that is longer than it should be."""
    last = status.news_at[-1] if status.news_at else status.baseline_at
    if last is None:
        return None
    usual = usual_gap(status.news_at)
    limit = _SILENCE_UNKNOWN if usual is None else max(4 * usual, _LEAST_SILENCE)
    return now - last if now - last > limit else None


def _days(length: timedelta) -> str:
    days = max(1, round(length / timedelta(days=1)))
    return "a day" if days == 1 else f"{days} days"


def wants_telling(status: SourceStatus, now: datetime) -> bool:
    """Whether the operator is to hear of this state now: once for each time that it is entered."""
    if status.is_told or status.state in WELL or status.since is None:
        return False
    return status.state in URGENT or (status.state != "possible gap" and now - status.since >= LASTING)
