"""Looking at the digests of a channel: which there are, what comes next, why the last was so, what was delivered."""

from dataclasses import replace
from datetime import UTC, datetime

from newsbot.commands.answers import Unclear
from newsbot.commands.digest import cards, reports
from newsbot.commands.digest.formatting import often_words
from newsbot.commands.digest.lookup import ADMIN_ON, SUBSCRIBE, channel_of, find_subscription, require_reader, service
from newsbot.commands.digest.options import topic_ids
from newsbot.commands.forms import open_path
from newsbot.commands.registry import Context, is_yes
from newsbot.messages.actions import Action
from newsbot.messages.cards import Button, Buttons, Card, Reply, text
from newsbot.messages.requests import Ask, Person
from newsbot.schedule.slots import Occurrence
from newsbot.storage.records import Subscription

NEXT = 5
_LOG = 10


async def overview(context: Context, ask: Ask) -> Reply:
    """The digests of the channel; the way to the first where it has none."""
    found = await service(context).of_channel(channel_of(ask.where))
    if not found:
        return Reply(cards.none_card(), private=True)
    return Reply(cards.list_card(found, context.library, next_times_of(context, found)), private=True)


async def preview(context: Context, ask: Ask) -> Reply:
    """Exactly what would be posted at this moment; before there is a digest, what a first edition would say."""
    typed = ask.options.get("topics", "")
    if typed or not await service(context).of_channel(channel_of(ask.where)):
        require_reader(ask.who)
        topics = topic_ids(context.library, typed) if typed else ()
        return await sample_reply(context, ask.at or datetime.now(UTC), topics)
    of = await find_subscription(context, ask)
    card = await service(context).preview(of)
    if Action(cards.MANAGE) in card.actions():  # an edition, and not the word that there is none
        card = replace(card, blocks=(text("This would be posted now.", "small"), *card.blocks))
    return Reply(card, private=True)


async def sample_reply(context: Context, at: datetime, topics: tuple[str, ...]) -> Reply:
    """A first edition on these topics at this instant, without the controls of a digest that there is not."""
    card = await service(context).sample(topics, at)
    blocks = tuple(block for block in card.blocks if Action(cards.MANAGE) not in Card("", (block,)).actions())
    presets = {"topics": ", ".join(topics)} if topics else {}
    set_up = Buttons((Button("Set up a digest", open_path("/".join(SUBSCRIBE), presets), "primary"),))
    note = f"A sample. {often_words(service(context).how_often(topics))} Nothing is set up yet."
    return Reply(replace(card, blocks=(text(note, "small"), *blocks, set_up)), private=True)


async def next_times(context: Context, ask: Ask) -> Reply:
    """The next five times."""
    of = await find_subscription(context, ask)
    slots = service(context).next(of, NEXT)
    return Reply(cards.next_card(of, slots, service(context).changes_ahead(of, slots)), private=True)


async def why(context: Context, ask: Ask) -> Reply:
    """How the last edition came to be."""
    of = await find_subscription(context, ask)
    return Reply(reports.why_card(of, await service(context).why(of)), private=True)


async def log(context: Context, ask: Ask) -> Reply:
    """The last deliveries."""
    of = await find_subscription(context, ask)
    return Reply(reports.log_card(of, await service(context).log(of, _LOG)), private=True)


async def doctor(context: Context, ask: Ask) -> Reply:
    """What newsbot may do in the channel, and how its digests are; with a test message where that is wanted."""
    where = channel_of(ask.where)
    found = await service(context).of_channel(where)
    tested = None
    if is_yes(ask, "post"):
        _require_tester(ask.who, found)
        tested = await service(context).test_post(where)
    abilities = await service(context).doctor(where)
    card = reports.doctor_card(found, context.library, abilities, next_times_of(context, found), tested)
    return Reply(card, private=True)


def next_times_of(context: Context, found: tuple[Subscription, ...]) -> dict[int, tuple[Occurrence, ...]]:
    """The next times of each digest, by its id."""
    return {of.id: service(context).next(of, 1) for of in found}


def _require_tester(who: Person, found: tuple[Subscription, ...]) -> None:
    """A test message is seen by everyone: raises Unclear for those who have nothing to do with the digests there."""
    is_theirs = who.platform not in ADMIN_ON and any(of.made_by == who.id for of in found)
    if not who.is_admin and not is_theirs:
        sentence = "Only an admin, or someone who set up a digest here, can post a test message."
        raise Unclear(sentence, (), "Not allowed")
