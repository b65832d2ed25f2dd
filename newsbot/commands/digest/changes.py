"""Setting digests up, changing, pausing and ending them."""

from collections.abc import Mapping
from datetime import UTC, datetime, time

from newsbot.commands.answers import Offer, Unclear, run_action
from newsbot.commands.digest import cards
from newsbot.commands.digest.formatting import often_words, schedule
from newsbot.commands.digest.lookup import channel_of, find_subscription, require_may_change, service
from newsbot.commands.digest.options import read_options, which_zone
from newsbot.commands.forms import open_path
from newsbot.commands.registry import Context, is_yes
from newsbot.messages.actions import Action
from newsbot.messages.cards import Block, Reply, text
from newsbot.messages.requests import Ask, Place

_AT = time(9)
_DAYS = "mon-fri"


async def subscribe(context: Context, ask: Ask) -> Reply:
    """Set up a digest: weekdays at 09:00 where nothing else is said; the time zone is asked for once."""
    where = channel_of(ask.where)
    wishes = read_options(context, ask)
    known = await service(context).zone_of_place(where)
    zone = wishes.get("zone") or known
    if zone is None:
        raise which_zone(ask)
    await _require_ability(context, ask, where)
    made_at = ask.at or datetime.now(UTC)
    wanted = {"at": _AT, "days": _DAYS, **wishes, "zone": zone}
    first = is_yes(ask, "first")
    await _require_another(context, ask, where, wanted["days"], wanted.get("topics", ()))
    from newsbot.storage.records import NewSubscription  # not needed for an answer

    new = NewSubscription(place=where, made_by=ask.who.id, made_at=made_at, **wanted)
    made = await service(context).subscribe(new, first=first)
    if known is None:
        await service(context).remember_zone(where, zone, ask.who.id)
    more: list[Block] = [text("The first edition is on its way.")] if first else []
    more.append(text(often_words(service(context).how_often(made.topics))))
    slots = service(context).next(made, 1)
    title = "The digest is set up" if made.number == 1 else f"Digest {made.number} is set up"
    return Reply(cards.changed_card(title, made, context.library, slots, more), private=True)


async def edit(context: Context, ask: Ask) -> Reply:
    """Change what was said, and nothing else; tells which editions a new time leaves out."""
    of = await find_subscription(context, ask)
    require_may_change(ask.who, of)
    wishes = read_options(context, ask)
    if not wishes:
        sentence = f"{cards.wishes(of, context.library)} What would you like to change?"
        raise Unclear(sentence, (Offer("Fill in", open_path("digest/edit", {"which": str(of.number)})),), "Edit")
    changed, lost = await service(context).change(of, **wishes)
    more = [*cards.state_lines(changed), *cards.left_out_lines(changed, lost)]
    slots = service(context).next(changed, 1)
    return Reply(
        cards.changed_card(f"Digest {of.number} is changed", changed, context.library, slots, more), private=True
    )


async def pause(context: Context, ask: Ask) -> Reply:
    """Post nothing until it is resumed."""
    of = await find_subscription(context, ask)
    require_may_change(ask.who, of)
    if of.state != "paused":
        of = await service(context).pause(of, ask.who.id)
    return Reply(cards.paused_card(of, context.library), private=True)


async def resume(context: Context, ask: Ask) -> Reply:
    """Post again from now on."""
    of = await find_subscription(context, ask)
    require_may_change(ask.who, of)
    was_paused = of.state == "paused"
    if was_paused:
        await _require_ability(context, ask, of.place)
        of = await service(context).resume(of)
    title = f"Digest {of.number} is resumed" if was_paused else f"Digest {of.number} is not paused"
    return Reply(cards.changed_card(title, of, context.library, service(context).next(of, 1)), private=True)


async def unsubscribe(context: Context, ask: Ask) -> Reply:
    """End it for good."""
    of = await find_subscription(context, ask)
    require_may_change(ask.who, of)
    await service(context).end(of)
    return Reply(cards.ended_card(of, context.library), private=True)


async def fields_of_new(context: Context, ask: Ask) -> Mapping[str, str]:
    """What the form of a new digest holds at first."""
    where = channel_of(ask.where)
    zone = await service(context).zone_of_place(where) or ask.who.zone or ""
    return {"time": f"{_AT:%H:%M}", "zone": zone, "days": "weekdays", "topics": "all", "first": "no"}


async def fields_of_known(context: Context, ask: Ask) -> Mapping[str, str]:
    """What the form of a digest that there is holds: what holds for it now."""
    of = await find_subscription(context, ask)
    require_may_change(ask.who, of)
    topics = ", ".join(of.topics) or "all"
    quiet = "question" if of.when_empty == "short" else of.when_empty
    held = {"time": f"{of.at:%H:%M}", "zone": of.zone, "days": of.days, "topics": topics, "quiet": quiet}
    return {"which": str(of.number), **held}


async def _require_another(context: Context, ask: Ask, where: Place, days: str, topics: tuple[str, ...]) -> None:
    """Raises Unclear, with *Manage* of the first, where the channel has a digest of the same days and topics."""
    for each in await service(context).of_channel(where):
        if each.days == days and set(each.topics) == set(topics):
            sentence = f"This channel already has this digest: {schedule(each, context.library)}."
            manage = Offer("Manage", Action(cards.MANAGE, (str(each.number),)))
            edit = Offer("Edit", open_path("digest/edit", {"which": str(each.number)}))
            raise Unclear(sentence, (manage, edit), "This digest is already here")


async def _require_ability(context: Context, ask: Ask, where: Place) -> None:
    """Raises Unclear, with the one thing to change, where newsbot cannot post."""
    abilities = await service(context).doctor(where)
    if not abilities.post:
        sentence = f"newsbot can't post in this channel, so nothing was changed. {abilities.fix}".strip()
        raise Unclear(sentence, (Offer("Try again", run_action(ask.path, ask.options)),), "newsbot can't post here")
