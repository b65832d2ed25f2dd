"""Each state of a source: when it is entered, what it says, and when it is over."""

from collections.abc import Iterable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import get_args

import pytest

from newsbot.news.answers import failure_of_answer, wishes_of
from newsbot.news.entries import FeedHints
from newsbot.news.fetch.values import FetchAnswer, Redirect
from newsbot.news.moves import judge_move
from newsbot.news.sources import Source
from newsbot.news.states import (
    Failure,
    FeedRead,
    Outcome,
    SourceStatus,
    State,
    Unchanged,
    after_failure,
    after_success,
    of_source,
    status_from_json,
    status_to_json,
    wants_full,
    wants_telling,
)

NOW = datetime(2026, 11, 30, 12, 0, tzinfo=UTC)
HOUR, DAY = timedelta(hours=1), timedelta(days=1)
SOURCE = Source("lab", "A lab", "https://lab.test/feed", agent="newsbot/1")
EDGAR = replace(SOURCE, kind="edgar", url="https://www.sec.gov/x", agent="newsbot me@example.org")


def after(outcomes: Iterable[tuple[datetime, Outcome]], source: Source = SOURCE) -> SourceStatus:
    status = of_source(source, SourceStatus())
    for at, outcome in outcomes:
        judge = after_failure if isinstance(outcome, Failure) else after_success
        status = judge(source, status, outcome, at)  # type: ignore[arg-type] # each takes its own
    return status


def daily(days: int, last: Outcome | None = None) -> list[tuple[datetime, Outcome]]:
    """A source that brings something each day; `last` comes at NOW."""
    start = NOW - days * DAY
    first: tuple[datetime, Outcome] = (start, FeedRead(10, 10, is_baseline=True))
    rest: list[tuple[datetime, Outcome]] = [(start + day * DAY, FeedRead(10, 1)) for day in range(1, days)]
    return [first, *rest, *([(NOW, last)] if last else [])]


def test_a_source_that_brings_entries_is_ok_and_needs_nothing() -> None:
    status = after(daily(9, FeedRead(10, 1)))
    assert (status.state, status.reason, status.fix) == ("ok", "", "")
    assert status.since == NOW - 9 * DAY
    assert status.succeeded_at == NOW


def test_a_feed_without_entries_is_empty_and_after_four_times_its_usual_gap_stale() -> None:
    found = {days: after([*daily(9), *((NOW + n * DAY, FeedRead(0)) for n in range(days))]).state for days in (1, 3, 6)}
    assert found == {1: "empty", 3: "empty", 6: "stale"}


def test_a_feed_that_never_held_an_entry_stays_empty() -> None:
    assert after([(NOW, FeedRead(0)), (NOW + 90 * DAY, FeedRead(0))]).state == "empty"


def test_a_feed_that_is_empty_says_so_too_where_its_host_says_that_nothing_changed() -> None:
    assert after([*daily(9, FeedRead(0)), (NOW + HOUR, Unchanged())]).state == "empty"
    assert after([*daily(9, FeedRead(0)), (NOW + HOUR, FeedRead(3))]).state == "ok"


def test_nothing_new_for_four_times_the_usual_gap_is_stale_and_asks_for_everything_once() -> None:
    assert after([*daily(9), (NOW + 2 * DAY, Unchanged())]).state == "ok"
    status = replace(after([*daily(9), (NOW + 5 * DAY, Unchanged())]), full_at=NOW + 4.9 * DAY)
    assert status.state == "stale"
    assert "6 days" in status.reason
    assert wants_full(status, NOW + 5 * DAY)
    full = replace(status, full_at=NOW + 5 * DAY + HOUR)
    assert not wants_full(full, NOW + 5 * DAY + 2 * HOUR)


def test_a_busy_source_is_not_stale_over_night() -> None:
    minutes = timedelta(minutes=10)
    polls: list[tuple[datetime, Outcome]] = [(NOW - 40 * minutes, FeedRead(15, 15, is_baseline=True))]
    polls += [(NOW - (30 - n) * minutes, FeedRead(15, 2)) for n in range(30)]
    assert after([*polls, (NOW + 10 * HOUR, Unchanged())]).state == "ok"
    assert after([*polls, (NOW + 30 * HOUR, Unchanged())]).state == "stale"


def test_a_possible_gap_is_said_for_a_day_and_hurries_for_as_long() -> None:
    status = after(daily(9, FeedRead(10, 10, is_gap=True)))
    assert (status.state, status.hurry) == ("possible gap", 1)
    assert "30 November at 12:00" in status.reason
    later = after_success(SOURCE, status, Unchanged(), NOW + 23 * HOUR)
    assert (later.state, later.hurry) == ("possible gap", 1)
    over = after_success(SOURCE, status, Unchanged(), NOW + 24 * HOUR)
    assert (over.state, over.hurry) == ("ok", 0)
    again = after_success(SOURCE, status, FeedRead(10, 10, is_gap=True), NOW + HOUR)
    assert again.hurry == 2


def test_a_burst_that_is_held_is_said_for_a_week_and_counts_for_no_rhythm() -> None:
    status = after(daily(9, FeedRead(40, 29, held=29)))
    assert status.state == "burst held"
    assert "29 entries" in status.reason
    assert status.news_at[-1] == NOW - DAY
    assert after_success(SOURCE, status, FeedRead(40, 1), NOW + 3 * DAY).state == "burst held"
    assert after_success(SOURCE, status, FeedRead(40, 1), NOW + 7 * DAY).state == "ok"


def test_a_watched_company_without_a_filing_for_120_days_is_silent() -> None:
    for days, state in ((119, "ok"), (121, "silent company")):
        newest = NOW - days * DAY
        assert after([(NOW, FeedRead(40, 40, is_baseline=True, newest=newest))], EDGAR).state == state
    assert after([(NOW, FeedRead(40, 40, is_baseline=True, newest=NOW - 200 * DAY))]).state == "ok"


def test_a_date_in_the_future_makes_no_company_speak_for_ever() -> None:
    status = after([(NOW, FeedRead(1, 1, is_baseline=True, newest=NOW + 400 * DAY))], EDGAR)
    assert after_success(EDGAR, status, Unchanged(), NOW + 130 * DAY).state == "silent company"


# -- failures ---------------------------------------------------------------------------------------------------------


def answered(status: int, source: Source = SOURCE, **headers: str) -> Failure | None:
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return failure_of_answer(source, FetchAnswer(source.url, status, named, b""))


@pytest.mark.parametrize(
    ("status", "state"),
    [
        (401, "blocked"),
        (403, "blocked"),
        (451, "blocked"),
        (429, "rate limited"),
        (404, "unreachable"),
        (410, "gone"),
        (500, "unreachable"),
        (502, "unreachable"),
        (503, "unreachable"),
        (504, "unreachable"),
        (400, "unreachable"),
        (406, "unreachable"),
        (200, "not a feed"),  # empty
        (204, "not a feed"),
        (206, "not a feed"),
        (300, "unreachable"),
        (305, "unreachable"),
    ],
)
def test_each_answer_without_a_feed_is_a_state_with_a_sentence_and_a_fix(status: int, state: State) -> None:
    failure = answered(status)
    assert failure is not None
    found = after([(NOW, failure)])
    assert found.state == state
    assert found.reason.endswith(".")
    assert found.fix.endswith(".")
    assert found.failures == 1


def test_a_503_that_says_when_to_come_again_is_a_limit() -> None:
    failure = answered(503, retry_after="60")
    assert failure is not None
    assert failure.state == "rate limited"


def test_who_is_blocked_reads_which_agent_is_in_use() -> None:
    failure = answered(403)
    assert failure is not None
    assert "newsbot/1" in failure.reason


@pytest.mark.parametrize("status", [403, 404, 410, 429])
def test_edgar_hides_every_refusal_behind_each_of_these_and_none_ends_a_source(status: int) -> None:
    failure = answered(status, EDGAR)
    assert failure is not None
    found = after([(NOW + day * DAY, failure) for day in range(20)], EDGAR)
    assert found.state == "rate limited"
    assert "newsbot me@example.org" in found.reason
    assert "contact" in found.fix


def test_edgar_blocks_for_ten_minutes() -> None:
    answer = FetchAnswer(EDGAR.url, 403, {}, b"")
    assert wishes_of(EDGAR, answer, NOW, FeedHints()).not_before == NOW + timedelta(minutes=10)
    later = FetchAnswer(EDGAR.url, 429, {"retry-after": "3600"}, b"")
    assert wishes_of(EDGAR, later, NOW, FeedHints()).not_before == NOW + HOUR


def test_a_bad_agency_of_the_federal_register_has_its_own_sentence() -> None:
    failure = answered(400, replace(SOURCE, kind="federal-register"))
    assert failure is not None
    assert "agency" in failure.reason


def test_404_ends_a_source_after_seven_days_and_only_where_it_lasts() -> None:
    missing = answered(404)
    assert missing is not None
    assert after([(NOW + day * DAY, missing) for day in range(7)]).state == "unreachable"
    assert after([(NOW + day * DAY, missing) for day in range(8)]).state == "gone"
    back = after([*((NOW + day * DAY, missing) for day in range(5)), (NOW + 5 * DAY, Unchanged())])
    assert after_failure(SOURCE, back, missing, NOW + 9 * DAY).state == "unreachable"
    other = Failure("unreachable", "It is down.")
    mixed = after([*((NOW + day * DAY, missing) for day in range(5)), (NOW + 5 * DAY, other)])
    assert after_failure(SOURCE, mixed, missing, NOW + 9 * DAY).state == "unreachable"


def test_a_failure_keeps_all_that_was_known_and_a_success_forgets_it() -> None:
    known = replace(after(daily(9, Unchanged())), etag='"1"', last_modified="then", full_at=NOW)
    failed = after_failure(SOURCE, known, Failure("unreachable", "It is down."), NOW + HOUR)
    assert replace(failed, state="ok", reason="", fix="", since=known.since, failures=0, polled_at=NOW) == known
    again = after_success(SOURCE, failed, Unchanged(), NOW + 2 * HOUR)
    assert (again.state, again.failures) == ("ok", 0)


def test_a_state_knows_since_when_it_lasts() -> None:
    down = Failure("unreachable", "It is down.")
    status = after([(NOW, Unchanged()), (NOW + HOUR, down), (NOW + 2 * HOUR, down)])
    assert status.since == NOW + HOUR


# -- telling ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("state", ["blocked", "refused"])
def test_the_operator_hears_once_of_what_nothing_mends_by_itself(state: State) -> None:
    status = after([(NOW, Failure(state, "No."))])
    assert wants_telling(status, NOW)
    told = replace(status, is_told=True)
    still = after_failure(SOURCE, told, Failure(state, "No."), NOW + 3 * DAY)
    assert not wants_telling(still, NOW + 3 * DAY)
    back = after_success(SOURCE, still, Unchanged(), NOW + 4 * DAY)
    assert wants_telling(after_failure(SOURCE, back, Failure(state, "No."), NOW + 5 * DAY), NOW + 5 * DAY)


@pytest.mark.parametrize("state", ["unreachable", "not a feed", "broken feed", "rate limited", "stale"])
def test_the_operator_hears_of_other_trouble_once_it_lasts_a_day(state: State) -> None:
    status = after([(NOW, Failure(state, "No."))])
    assert not wants_telling(status, NOW + 23 * HOUR)
    assert wants_telling(status, NOW + 24 * HOUR)


@pytest.mark.parametrize("state", ["new", "ok", "empty", "moved", "off", "possible gap"])
def test_the_operator_hears_nothing_of_what_is_no_trouble(state: State) -> None:
    assert not wants_telling(SourceStatus(state=state, since=NOW - 90 * DAY), NOW)


# -- what the next poll goes by ---------------------------------------------------------------------------------------


def test_everything_is_asked_for_once_a_day_whatever_validators_there_are() -> None:
    status = SourceStatus(full_at=NOW)
    assert wants_full(SourceStatus(), NOW)
    assert not wants_full(status, NOW + 23 * HOUR)
    assert wants_full(status, NOW + 24 * HOUR)
    assert wants_full(status, NOW - HOUR)  # the clock went back


def test_a_changed_address_or_agent_begins_anew_and_remembers_how_often_news_came() -> None:
    known = replace(after(daily(9, Failure("gone", "", is_gone=True))), etag='"1"')
    assert of_source(SOURCE, known) == known
    for changed in (replace(SOURCE, url="https://lab.test/new"), replace(SOURCE, agent="another")):
        found = of_source(changed, known)
        assert (found.state, found.address, found.etag) == ("new", changed.url, "")
        assert found.news_at == known.news_at
    assert of_source(replace(SOURCE, name="renamed", topics=("nvidia",)), known) == known


@pytest.mark.parametrize("state", get_args(State))
def test_a_status_is_stored_and_read_without_a_loss(state: State) -> None:
    address, move = judge_move("http://a.test/", None, [Redirect(301, "http://a.test/", "http://b.test/")], NOW)
    status = SourceStatus(
        *(state, "A reason.", "A fix.", NOW, True, "signature", address, move, 'W/"é', "then"),
        hints=FeedHints(60, frozenset({1, 2}), frozenset({6})),
        news_at=(NOW, NOW + HOUR),
        gap_at=NOW,
        hurry=2,
        missing_since=NOW,
    )
    assert status_from_json(status_to_json(status)) == status
    assert status_from_json("") == SourceStatus()


# -- moves ------------------------------------------------------------------------------------------------------------

OLD, NEW = "http://old.test/feed", "http://new.test/feed"


def to(target: str, status: int = 301, origin: str = OLD) -> list[Redirect]:
    return [Redirect(status, origin, target)]


@pytest.mark.parametrize("status", [301, 308])
def test_a_permanent_redirect_is_kept_after_seven_days_of_the_same_answer(status: int) -> None:
    address, move = judge_move(OLD, None, to(NEW, status), NOW)
    assert address == OLD
    assert move is not None
    assert judge_move(OLD, move, to(NEW, status), NOW + 6.9 * DAY) == (OLD, move)
    assert judge_move(OLD, move, to(NEW, status), NOW + 7 * DAY) == (NEW, None)


@pytest.mark.parametrize("status", [302, 303, 307])
def test_a_temporary_redirect_is_never_kept(status: int) -> None:
    assert judge_move(OLD, None, to(NEW, status), NOW) == (OLD, None)


def test_another_target_or_none_begins_the_week_anew() -> None:
    _, move = judge_move(OLD, None, to(NEW), NOW)
    address, other = judge_move(OLD, move, to("http://third.test/"), NOW + 8 * DAY)
    assert (address, other.to if other else "", other.since if other else None) == (
        OLD,
        "http://third.test/",
        NOW + 8 * DAY,
    )
    assert judge_move(OLD, move, [], NOW + 8 * DAY) == (OLD, None)


def test_the_same_address_by_https_is_kept_at_once() -> None:
    assert judge_move(OLD, None, to("https://old.test/feed"), NOW) == ("https://old.test/feed", None)
    address, move = judge_move(OLD, None, to("https://old.test/other"), NOW)
    assert address == OLD
    assert move is not None
    assert judge_move(OLD, None, to("https://old.test/feed", 302), NOW) == (OLD, None)
    assert judge_move("https://old.test/", None, to("http://old.test/"), NOW)[0] == "https://old.test/"


def test_of_a_chain_only_its_permanent_beginning_counts() -> None:
    chain = [*to(NEW), Redirect(302, NEW, "http://cdn.test/1"), Redirect(301, "http://cdn.test/1", "http://cdn.test/2")]
    _, move = judge_move(OLD, None, chain, NOW)
    assert move is not None
    assert move.to == NEW
    assert judge_move(OLD, None, [*to("http://cdn.test/", 302), *to(NEW)], NOW) == (OLD, None)
