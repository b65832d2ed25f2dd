"""One poll of one source: fetch, read, and keep what was found together with the source's new state."""

import logging
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime
from random import Random
from typing import Protocol

from newsbot.errors import StorageUnavailable
from newsbot.news.answers import LOOK, failure_of_answer, failure_of_error, host_pause, wishes_of
from newsbot.news.entries import Body
from newsbot.news.errors import BrokenFeed, FeedError
from newsbot.news.fetch.errors import FetchError
from newsbot.news.fetch.values import FetchAnswer, FetchRequest
from newsbot.news.intake import Beside, FeedSource, Reading
from newsbot.news.intervals import Wishes, failure_interval, interval, next_poll
from newsbot.news.moves import judge_move
from newsbot.news.sources import Source
from newsbot.news.states import (
    FINAL,
    Failure,
    FeedRead,
    SourceStatus,
    Unchanged,
    after_failure,
    after_success,
    of_source,
    status_from_json,
    status_to_json,
    wants_full,
    wants_telling,
)
from newsbot.storage.database import Database
from newsbot.storage.records import StoredSource
from newsbot.storage.transaction import Transaction
from newsbot.tasks import Checkpoint, no_checkpoint
from newsbot.workers.errors import WorkerUnavailable

log = logging.getLogger(__name__)

_TELL_OWNER = "Tell its owner, or look for another feed of this source."
_BROKEN = Failure("broken feed", "Something broke in newsbot while it was read.", "Look into the log, and report it.")
_UNASKED = Failure("unreachable", "The host says that nothing changed, though everything was asked for (304).")


class Fetches(Protocol):
    """What fetches: `newsbot.news.fetch.fetcher.Fetcher`."""

    async def fetch(self, request: FetchRequest) -> FetchAnswer:
        """The answer. Raises FetchError."""


class TakesIn(Protocol):
    """What reads bodies and remembers items: `newsbot.news.intake.Intake`."""

    async def read(self, source: FeedSource, body: Body, at: datetime, beside: Beside) -> Reading:
        """Take in a body, and store more in the same transaction. Raises FeedError."""

    async def confirm(self, source: FeedSource, at: datetime, beside: Beside) -> Reading:
        """Note that a source shows what it showed before, and store more in the same transaction."""


class Teller(Protocol):
    """What tells the operator."""

    def tell(self, tx: Transaction, source: Source, status: SourceStatus, now: datetime) -> None:
        """Tell of a source's state, in the transaction that keeps it."""


class LeaseLost(Exception):
    """Another process polls the source by now: what this one found is not kept."""


@dataclass(frozen=True)
class Polling:
    """What polls need, of whatever source."""

    database: Database
    fetcher: Fetches
    intake: TakesIn
    teller: Teller
    holder: str
    now: Callable[[], datetime]
    random: Random
    checkpoint: Checkpoint = no_checkpoint


async def poll(with_: Polling, source: Source, stored: StoredSource) -> SourceStatus:
    """Poll a source that is leased, and keep what was found; its new state.

    Everything is kept in one transaction, validators too: where this process dies before it, the next poll finds the
    same again, and where it dies after it, nothing is left to do.

    What breaks here is a state of the source like any other, so that it is not tried again without end. Raises
    LeaseLost, StorageUnavailable or WorkerUnavailable; nothing is kept then.
    """
    status = of_source(source, status_from_json(stored.body))
    try:
        kept = await _poll(with_, source, status)
    except (LeaseLost, StorageUnavailable, WorkerUnavailable):
        raise
    except Exception:
        log.exception("the source %s could not be polled", source.id)
        kept = await _keep_failure(with_, source, status, _BROKEN, Wishes())
    with_.checkpoint("kept")
    return kept


async def _poll(with_: Polling, source: Source, status: SourceStatus) -> SourceStatus:
    is_full = wants_full(status, with_.now())
    validators = {} if is_full else {"etag": status.etag, "last_modified": status.last_modified}
    try:
        answer = await with_.fetcher.fetch(FetchRequest(status.address, source.agent, **validators))
    except FetchError as error:
        with_.checkpoint("fetched")
        return await _keep_failure(with_, source, status, failure_of_error(error), Wishes())
    with_.checkpoint("fetched")
    failure = failure_of_answer(source, answer)
    if answer.status == 304 and not any(validators.values()):
        failure = _UNASKED
    if failure is not None:
        return await _keep_failure(with_, source, status, failure, _wishes(source, answer, status, with_), answer)
    try:
        return await _take_in(with_, source, _with_answer(status, answer, with_.now(), is_full=is_full), answer)
    except BrokenFeed as error:
        failure = Failure("broken feed", str(error), _TELL_OWNER)
    except FeedError as error:
        failure = Failure("not a feed", str(error), LOOK)
    return await _keep_failure(with_, source, status, failure, _wishes(source, answer, status, with_), answer)


async def _take_in(with_: Polling, source: Source, status: SourceStatus, answer: FetchAnswer) -> SourceStatus:
    """Take in a good answer, and keep the state that it leads to in the same transaction. Raises FeedError."""
    now, kept = with_.now(), status

    def keep(tx: Transaction, reading: Reading) -> None:
        nonlocal kept
        with_.checkpoint("taken in")
        found = replace(status, hints=reading.feed.hints) if reading.feed is not None else status
        found = after_success(source, found, _outcome(reading), now)
        kept = _keep(
            tx, with_, source, found, _next_at(source, found, wishes_of(source, answer, now, found.hints), with_)
        )

    feed_source = FeedSource(source.id, source.kind, source.documents, source.link_hosts)
    if answer.status == 304:
        await with_.intake.confirm(feed_source, now, keep)
    else:
        await with_.intake.read(feed_source, Body(answer.body, answer.content_type, answer.url), now, keep)
    return kept


def _outcome(reading: Reading) -> FeedRead | Unchanged:
    if reading.feed is None:
        return Unchanged()
    return FeedRead(
        entries=len(reading.feed.entries),
        new=reading.told,
        is_baseline=reading.baseline > 0,
        is_gap=reading.is_gap,
        held=reading.burst,
        newest=reading.feed.newest,
    )


async def _keep_failure(
    with_: Polling,
    source: Source,
    status: SourceStatus,
    failure: Failure,
    wishes: Wishes,
    answer: FetchAnswer | None = None,
) -> SourceStatus:
    """Keep that a poll brought no feed, and let its host alone where it wants that."""
    now = with_.now()
    if (failure.is_missing or failure.is_gone) and (other := _other_address(source, status, answer)):
        moved = replace(status, address=other, move=None, etag="", last_modified="", full_at=None, polled_at=now)
        return await with_.database.write(lambda tx: _keep(tx, with_, source, moved, now))
    found = after_failure(source, status, failure, now)
    next_at = _next_at(source, found, wishes, with_)

    def keep(tx: Transaction) -> SourceStatus:
        if answer is not None and (until := host_pause(answer, wishes)):
            tx.sources.pause(source.pace_host, now, until)
        return _keep(tx, with_, source, found, next_at)

    return await with_.database.write(keep)


def _keep(
    tx: Transaction, with_: Polling, source: Source, status: SourceStatus, next_at: datetime | None
) -> SourceStatus:
    """Keep a status, and let the operator hear of it where that is due. Raises LeaseLost."""
    now = with_.now()
    if wants_telling(status, now):
        with_.teller.tell(tx, source, status, now)
        status = replace(status, is_told=True)
    is_troubled = status.failures > 0
    if not tx.sources.settle(source.id, with_.holder, status_to_json(status), next_at, is_troubled=is_troubled):
        raise LeaseLost
    return status


def _with_answer(status: SourceStatus, answer: FetchAnswer, now: datetime, *, is_full: bool) -> SourceStatus:
    """The status with what a good answer says about the address: its validators, and where it moved to."""
    if answer.status == 200:
        status = replace(status, etag=answer.etag, last_modified=answer.last_modified)
        if is_full:
            status = replace(status, full_at=now)
    address, move = judge_move(status.address, status.move, answer.redirects, now)
    return replace(status, address=address, move=move)


def _other_address(source: Source, status: SourceStatus, answer: FetchAnswer | None) -> str:
    """Where else a source that is not found at its address may be; empty where nowhere.

    The old address of a move that is watched is not asked any longer once it answers for itself that nothing is there;
    and where a move that was kept led nowhere in the end, the address that the operator entered is asked again.
    """
    if status.move is not None and answer is not None and not answer.redirects:
        return status.move.to
    return source.url if status.address != source.url else ""


def _wishes(source: Source, answer: FetchAnswer, status: SourceStatus, with_: Polling) -> Wishes:
    return wishes_of(source, answer, with_.now(), status.hints)


def _next_at(source: Source, status: SourceStatus, wishes: Wishes, with_: Polling) -> datetime | None:
    if status.state in FINAL:
        return None
    now = with_.now()
    if status.failures:
        after = failure_interval(status.failures, source.least_interval)
    else:
        after = interval(status.news_at, now, source.least_interval, source.longest_interval, status.hurry)
    return next_poll(now, after, wishes, with_.random)
