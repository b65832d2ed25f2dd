"""What a host's answer means for a source, before its body is read."""

from datetime import datetime, timedelta

from newsbot.news.entries import FeedHints
from newsbot.news.fetch.errors import FetchError, FetchRefused, Undecodable
from newsbot.news.fetch.values import FetchAnswer
from newsbot.news.intervals import Wishes, latest, wish_of_max_age, wish_of_retry_after, wish_of_ttl
from newsbot.news.sources import Source
from newsbot.news.states import Failure

_EDGAR_BLOCK = timedelta(minutes=10)
_ANOTHER_AGENT = "Set another agent for it in sources.yaml, or switch it off there."
LOOK = "Open the address in a browser and look for its feed."


def failure_of_error(error: FetchError) -> Failure:
    """What it means that there was no answer."""
    if isinstance(error, FetchRefused):
        return Failure("refused", str(error), error.fix)
    if isinstance(error, Undecodable):
        return Failure("not a feed", str(error), error.fix or LOOK)
    return Failure("unreachable", str(error), error.fix or "Nothing: newsbot tries again, less and less often.")


def failure_of_answer(source: Source, answer: FetchAnswer) -> Failure | None:
    """What an answer means that brings no body to read; None where it brings one, or says that nothing changed."""
    status, host = answer.status, source.host
    if status in {200, 304}:
        if status == 200 and not answer.body.strip():
            return Failure("not a feed", f"{host} sent an empty answer.", LOOK)
        return None
    if source.kind == "edgar" and (failure := _failure_of_edgar(source, status)):
        return failure
    if status == 410:
        return Failure("gone", "", is_gone=True)
    if status == 404:
        return Failure("unreachable", f"{host} doesn't know this address (404).", LOOK, is_missing=True)
    if status in {401, 403, 451}:
        return Failure(
            "blocked", f"{host} refuses newsbot ({status}), which calls itself “{source.agent}”.", _ANOTHER_AGENT
        )
    if status == 429 or (status == 503 and "retry-after" in answer.headers):
        return Failure("rate limited", f"{host} wants to be asked less often ({status}).", "Nothing: newsbot waits.")
    if status == 400 and source.kind == "federal-register":
        return Failure(
            "unreachable",
            "The Federal Register doesn't know an agency or a type in this address (400).",
            "Check the names of agencies and types in its url in sources.yaml.",
        )
    if 200 <= status < 300:
        return Failure("not a feed", f"{host} sent nothing to read ({status}).", LOOK)
    if 300 <= status < 400:
        return Failure("unreachable", f"{host} redirects without saying where to ({status}).", LOOK)
    if status >= 500:
        return Failure("unreachable", f"{host} has a fault of its own ({status}).", "Nothing: newsbot tries again.")
    return Failure("unreachable", f"{host} doesn't accept the request ({status}).", LOOK)


def _failure_of_edgar(source: Source, status: int) -> Failure | None:
    """EDGAR tells neither a bad agent from too fast a pace, nor either of them from an address it does not know."""
    if status not in {403, 404, 410, 429}:
        return None
    reason = f"EDGAR refuses newsbot ({status}), which calls itself “{source.agent}”: too fast, or not in that form."
    return Failure("rate limited", reason, "If it lasts, set news.contact to a name and a mail address that are yours.")


def wishes_of(source: Source, answer: FetchAnswer, now: datetime, hints: FeedHints) -> Wishes:
    """What the host and its feed ask for about the next poll."""
    headers = answer.headers
    asked = wish_of_retry_after(headers.get("retry-after", ""), now) if answer.status >= 400 else None
    if answer.status >= 400:
        block = now + _EDGAR_BLOCK if source.kind == "edgar" and answer.status in {403, 429} else None
        return Wishes(latest(asked, block), hints.skip_hours, hints.skip_days)
    fresh = wish_of_max_age(headers.get("cache-control", ""), headers.get("age", ""), now)
    return Wishes(latest(fresh, wish_of_ttl(hints.ttl_minutes, now)), hints.skip_hours, hints.skip_days)


def host_pause(answer: FetchAnswer, wishes: Wishes) -> datetime | None:
    """Until when nobody asks the host for anything; None where that is not so."""
    is_told = answer.status in {429, 503} or answer.status == 403
    return wishes.not_before if is_told else None
