"""`newsbot digest`: what would be posted, when, at once, and what becomes of it in a simulated year."""

import argparse
import asyncio
import json
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any

from newsbot.cli.verbs import add_group, print_lines, table_lines
from newsbot.errors import RequestError
from newsbot.settings import Settings

if TYPE_CHECKING:
    from newsbot.content.library import Library
    from newsbot.digests.service import DigestService
    from newsbot.digests.simulate import SimulatedSlot, SimulationPlan
    from newsbot.storage.records import Subscription

_MOST = 10_000  # subscriptions that one command deals with
_NOBODY = "There are no active digests. Set one up in a channel with /digest subscribe."
_CATCH_UPS = ("skip", "latest", "all")
_HEADS = ("slot", "due (UTC)", "sent (UTC)", "state", "reason")


def add_verb(verbs: Any) -> None:
    """Add `newsbot digest`."""
    digest = add_group(verbs, "digest", "what digests post and when")

    preview = digest.add_parser("preview", help="print what would be posted now")
    which = preview.add_mutually_exclusive_group()
    which.add_argument("--topics", default="", help="only these topics: a,b; by default all")
    which.add_argument("--subscription", type=int, metavar="ID", help="of this subscription")
    preview.set_defaults(verb=print_preview)

    following = digest.add_parser("next", help="print when each digest comes next")
    following.add_argument("--subscription", type=int, metavar="ID", help="of this subscription alone")
    following.add_argument("--count", type=_count, default=5, help="how many times each (1 to 100)")
    following.set_defaults(verb=print_next)

    send = digest.add_parser("send", help="post an edition at once")
    send.add_argument("--now", action="store_true", required=True, help="say that it is to leave at once")
    whose = send.add_mutually_exclusive_group(required=True)
    whose.add_argument("--subscription", type=int, metavar="ID", help="for this subscription")
    whose.add_argument("--all", action="store_true", help="for every active subscription")
    send.set_defaults(verb=send_editions)
    _add_simulate(digest)


def _add_simulate(digest: Any) -> None:
    simulate = digest.add_parser("simulate", help="replay a span of days by a simulated clock: what came when, and why")
    simulate.add_argument("--at", required=True, metavar="HH:MM", help="the wall time")
    simulate.add_argument("--days", required=True, help="daily, mon-fri, or days such as mon,wed")
    simulate.add_argument("--zone", required=True, help="a city, or an IANA name such as Europe/Berlin")
    simulate.add_argument("--from", dest="first", required=True, metavar="DATE", help="the first date, as 2026-01-31")
    simulate.add_argument("--to", dest="last", required=True, metavar="DATE", help="the last date, included")
    simulate.add_argument(
        "--down",
        action="append",
        default=[],
        metavar="START..END",
        help="newsbot is down from START to END, as 2026-03-29T06:10..2026-03-29T09:40; UTC without an offset",
    )
    simulate.add_argument("--catch-up", choices=_CATCH_UPS, default="latest", help="what happens to missed editions")
    simulate.add_argument("--topics", default="", help="with --show, only these topics: a,b; by default all")
    simulate.add_argument("--show", action="store_true", help="print the text of each edition")
    simulate.add_argument("--json", action="store_true", help="print one JSON object a line")
    simulate.set_defaults(verb=print_simulation)


def _count(typed: str) -> int:
    if not typed.isdecimal() or not 1 <= int(typed) <= 100:
        raise argparse.ArgumentTypeError(f"{typed!r} isn't a number from 1 to 100")
    return int(typed)


# -- simulate ---------------------------------------------------------------------------------------------------------


def print_simulation(settings: Settings, options: argparse.Namespace) -> int:
    from newsbot.digests.simulate import parse_plan, simulate

    plan = parse_plan(
        options.at, options.days, options.zone, options.first, options.last, options.down, options.catch_up
    )
    if options.show:
        print_lines(_edition_lines(settings, plan, options.topics))
        return 0
    found = simulate(plan)
    lines = [json.dumps(each.to_json(), ensure_ascii=False) for each in found] if options.json else _slot_lines(found)
    print_lines(lines)
    return 0


def _edition_lines(settings: Settings, plan: "SimulationPlan", topics: str) -> Iterator[str]:
    """The text of each edition below its slot, or why there is none."""
    from newsbot.app.answering import now
    from newsbot.content.library import load_library
    from newsbot.digests.composer.compose import compose
    from newsbot.digests.composer.sections import without_addresses
    from newsbot.digests.composer.sources import ContentNews, SelfCheckQuestion
    from newsbot.digests.simulate import simulate_editions, with_its_closing_time
    from newsbot.messages.plain import plain_card

    library = load_library(settings.content_folder, now().date())
    news, question = ContentNews(library), SelfCheckQuestion()
    found = simulate_editions(
        plan, lambda selection: compose(library, news, question, selection), _topic_ids(library, topics)
    )
    for slot, edition in found:
        yield f"== {slot.slot} · {slot.state}{f': {slot.reason}' if slot.reason else ''}"
        card = with_its_closing_time(plan, slot, edition).card if edition else None
        yield f"{plain_card(without_addresses(card))}\n" if card else ""


def _slot_lines(found: Sequence["SimulatedSlot"]) -> list[str]:
    """The slots in columns, with how many there were of each state."""
    states = [each.state for each in found]
    counts = ", ".join(f"{states.count(state)} {state}" for state in ("sent", "late", "skipped"))
    return [*table_lines([_HEADS, *(_row(each) for each in found)]), counts]


def _row(of: "SimulatedSlot") -> tuple[str, ...]:
    sent = f"{of.sent:%Y-%m-%d %H:%M:%S}" if of.sent else "never"
    return of.slot, f"{of.due:%Y-%m-%d %H:%M:%S}", sent, of.state, of.reason


# -- what there is ----------------------------------------------------------------------------------------------------


async def _find_subscription(digests: "DigestService", wanted: int) -> "Subscription":
    """The subscription of that id. Raises RequestError where there is none, or it ended."""
    found = await digests.get(wanted)
    if found is None or found.state == "ended":
        raise RequestError(f"There is no subscription {wanted}. To list them: newsbot digest next")
    return found


async def _subscriptions(digests: "DigestService", wanted: int | None) -> Sequence["Subscription"]:
    """The subscription of that id, or every active one."""
    return await digests.active(_MOST) if wanted is None else [await _find_subscription(digests, wanted)]


def _describe(of: "Subscription") -> str:
    """A subscription on one line: its id, its channel and its rule."""
    return f"{of.id}: {of.place.platform} {of.place.channel}, {of.days} {of.at:%H:%M} {of.zone}"


def print_preview(settings: Settings, options: argparse.Namespace) -> int:
    """Print what would be posted now."""
    print_lines([asyncio.run(_preview_text(settings, options.subscription, options.topics))])
    return 0


async def _preview_text(settings: Settings, subscription: int | None, topics: str) -> str:
    from newsbot.app.container import open_container
    from newsbot.messages.plain import plain_card

    async with open_container(settings) as container:
        digests = container.digest_service
        if subscription is not None:
            return plain_card(await digests.preview(await _find_subscription(digests, subscription)))
        return plain_card(await digests.preview(_new_one(container.live.current, topics)))


def _new_one(library: "Library", topics: str) -> "Subscription":
    """A digest of these topics as it is when somebody subscribes now; it is not kept."""
    from newsbot.app.answering import now
    from newsbot.digests.service import first_cursor
    from newsbot.messages.requests import Place
    from newsbot.storage.records import Subscription

    ids = _topic_ids(library, topics)
    at = now()
    return Subscription(
        id=0,
        number=0,
        place=Place("terminal", "", "preview"),
        at=at.time().replace(second=0, microsecond=0),
        zone="UTC",
        days="daily",
        made_by="",
        made_at=at,
        topics=ids,
        when_empty="short",
        catch_up="latest",
        mention="",
        state="active",
        since=at,
        last_day=None,
        next_at=None,
        history="",
        cursor=first_cursor(at, "UTC"),
    )


def _topic_ids(library: "Library", topics: str) -> tuple[str, ...]:
    """The topics that a list with commas names, each once."""
    return tuple(dict.fromkeys(_topic(library, typed) for typed in topics.split(",") if typed.strip()))


def _topic(library: "Library", typed: str) -> str:
    from newsbot.commands.answers import Unclear, find_topic

    try:
        return find_topic(library, typed).id
    except Unclear as error:
        near = ", ".join(offer.label for offer in error.offers)
        raise RequestError(f"{error} {near}".strip()) from None


def print_next(settings: Settings, options: argparse.Namespace) -> int:
    """Print when each digest comes next."""
    print_lines(asyncio.run(_next_lines(settings, options.subscription, options.count)) or [_NOBODY])
    return 0


async def _next_lines(settings: Settings, subscription: int | None, count: int) -> list[str]:
    from newsbot.app.container import open_container

    async with open_container(settings) as container:
        digests = container.digest_service
        chosen = await _subscriptions(digests, subscription)
        return [line for each in chosen for line in _lines_of(digests, each, count)]


def _lines_of(digests: "DigestService", of: "Subscription", count: int) -> list[str]:
    """When one digest comes next, and what clocks do until then."""
    from newsbot.schedule.clock import wall_time
    from newsbot.schedule.timezones import zone_of

    slots = digests.next(of, count)
    lines = [_describe(of) if slots else f"{_describe(of)}: paused. {of.paused_fix}".rstrip()]
    for slot in slots:
        local = wall_time(slot.instant, zone_of(of.zone))
        lines.append(f"   {local:%a %Y-%m-%d %H:%M}   {slot.instant:%Y-%m-%d %H:%M} UTC")
    return [*lines, *(f"   {change.sentence(of.zone)}" for change in digests.changes_ahead(of, slots))]


def send_editions(settings: Settings, options: argparse.Namespace) -> int:
    """Put an edition of each digest that is meant into the outbox."""
    lines = asyncio.run(_enqueue_editions(settings, options.subscription))
    if not lines:
        raise RequestError(_NOBODY)
    count = "1 edition is" if len(lines) == 1 else f"{len(lines)} editions are"
    print_lines([*lines, f"{count} in the outbox; a running newsbot posts them within seconds."])
    return 0


async def _enqueue_editions(settings: Settings, subscription: int | None) -> list[str]:
    from newsbot.app.container import open_container

    async with open_container(settings) as container:
        chosen = await _subscriptions(container.digest_service, subscription)
        for each in chosen:
            await container.digest_service.send_now(each)
    return [_describe(each) for each in chosen]
