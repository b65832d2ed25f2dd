"""Which digest is meant, and who may do what with it."""

from dataclasses import replace

from newsbot.commands.answers import MAX_OFFERS, Offer, Unclear, run_action
from newsbot.commands.digest.formatting import schedule
from newsbot.commands.forms import open_path
from newsbot.commands.registry import Context
from newsbot.commands.services import Digests
from newsbot.messages.markup import outside_text
from newsbot.messages.requests import Ask, Click, Person, Place
from newsbot.storage.records import Subscription

SUBSCRIBE = ("digest", "subscribe")
SET_UP = Offer("Set up a digest", open_path("/".join(SUBSCRIBE), {}))
ADMIN_ON = frozenset({"discord"})  # where only those who may manage the server see digests at all


def service(context: Context) -> Digests:
    """The digests. Raises Unclear where this newsbot keeps none."""
    if context.digests is None:
        raise Unclear(
            "This command answers one line and stores nothing. Start newsbot run to set up a digest.", (), "Not here"
        )
    return context.digests


def channel_of(where: Place) -> Place:
    """The channel something was asked in: a digest belongs to it, not to one of its threads.

    Raises Unclear where it was asked in none, as in Slack's Home tab.
    """
    if not where.channel:
        raise Unclear("A digest belongs to a channel. Ask in the channel where you want it.", (), "Which channel?")
    return replace(where, thread=None)


async def digests_here(context: Context, where: Place) -> tuple[Subscription, ...]:
    """The digests of a channel. Raises Unclear where it has none."""
    found = await service(context).of_channel(channel_of(where))
    if not found:
        raise Unclear("This channel has no digest yet.", (SET_UP,), "No digest here")
    return found


async def find_subscription(context: Context, ask: Ask) -> Subscription:
    """The digest that is meant: the one with the number that was given, or the only one of the channel.

    Raises Unclear with a button for each where that does not tell.
    """
    found = await digests_here(context, ask.where)
    typed = ask.options.get("which", "").strip().lstrip("#")
    meant = [each for each in found if str(each.number) == typed] if typed else list(found)
    if len(meant) == 1:
        return meant[0]
    others = {name: value for name, value in ask.options.items() if name != "which"}
    offers = [
        Offer(
            f"{each.number}: {schedule(each, context.library)}"[:75],
            run_action(ask.path, {**others, "which": str(each.number)}),
        )
        for each in found[:MAX_OFFERS]
    ]
    if typed:
        raise Unclear(f"This channel has no digest {outside_text(typed, 20)}. It has:", offers, "Which digest?")
    raise Unclear("This channel has several digests. Which one?", offers, "Which digest?")


async def subscription_behind(context: Context, click: Click, number: str) -> Subscription:
    """The digest behind a button. Raises Unclear where it is gone, or is not for whoever pressed."""
    require_reader(click.who)
    for each in await digests_here(context, click.where):
        if str(each.number) == number:
            return each
    raise Unclear("This digest has ended.", (SET_UP,), "Gone")


def may_change(who: Person, subscription: Subscription) -> bool:
    """Whether a person may change a digest: administrators may, and outside Discord whoever set it up."""
    return who.is_admin or (who.platform not in ADMIN_ON and who.id == subscription.made_by)


def require_may_change(who: Person, subscription: Subscription) -> None:
    """Raises Unclear where a person may not change this digest."""
    require_reader(who)
    if not may_change(who, subscription):
        sentence = "Only an admin or the person who set this digest up can change it."
        raise Unclear(sentence, (), "Not allowed")


def require_reader(who: Person) -> None:
    """Raises Unclear where digests are for administrators alone and this person is none."""
    if who.platform in ADMIN_ON and not who.is_admin:
        sentence = "Only people who can manage this server can set up digests. Ask one of them."
        raise Unclear(sentence, (), "Not allowed")
