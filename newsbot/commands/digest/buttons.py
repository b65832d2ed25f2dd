"""Buttons of digests: managing them, posting one now, sending again, and ending one after a question."""

from newsbot.commands.answers import Offer, Unclear, offer_buttons, run_action
from newsbot.commands.button_args import arguments, damaged_button
from newsbot.commands.digest import cards
from newsbot.commands.digest.lookup import (
    digests_here,
    may_change,
    require_may_change,
    require_reader,
    service,
    subscription_behind,
)
from newsbot.commands.digest.views import next_times_of
from newsbot.commands.registry import ButtonHandler, Context
from newsbot.digests.values import KEEP, WEEKLY
from newsbot.messages.cards import Card, Reply, text
from newsbot.messages.requests import Click
from newsbot.storage.records import Subscription


async def manage(context: Context, click: Click) -> Reply:
    """Everything that can be done with the digest behind the button; without one, with those of the channel."""
    require_reader(click.who)
    if click.action.arguments:
        (number,) = arguments(click, 1)
        return _manage_reply(context, click, await subscription_behind(context, click, number))
    found = await digests_here(context, click.where)
    if len(found) == 1:
        return _manage_reply(context, click, found[0])
    return Reply(cards.list_card(found, context.library, next_times_of(context, found)), private=True)


def _manage_reply(context: Context, click: Click, of: Subscription) -> Reply:
    allowed = may_change(click.who, of)
    card = cards.manage_card(of, context.library, service(context).next(of, 1), may_change=allowed)
    return Reply(card, private=True)


async def post_first(context: Context, click: Click) -> Reply:
    """An edition at once, beside those at their times."""
    (number,) = arguments(click, 1)
    of = await subscription_behind(context, click, number)
    require_may_change(click.who, of)
    await service(context).send_now(of)
    said = "A digest is on its way to this channel. The next one won't repeat what it says."
    return Reply(Card("On its way", (text(said),), "good"), private=True)


async def send_again(context: Context, click: Click) -> Reply:
    """A delivery that is unknown or failed leaves once more."""
    number, delivery = arguments(click, 2)
    if not delivery.isdecimal() or len(delivery) > 15:
        raise damaged_button()
    of = await subscription_behind(context, click, number)
    require_may_change(click.who, of)
    log = Offer("Log", run_action(("digest", "log"), {"which": number}))
    if not await service(context).send_again(of, int(delivery)):
        said = "This edition was sent again already, was posted after all, or is so old that newsbot deleted it."
        raise Unclear(said, (log,), "Nothing to send")
    said = "The edition is being sent again. If the first one arrived after all, the channel will have it twice."
    row = offer_buttons([log])
    return Reply(Card("On its way", (text(said), *([row] if row else [])), "good"), private=True)


async def weekly(context: Context, click: Click) -> Reply:
    """The digest comes once a week from now on, as whoever set it up answers the question whether it is too much."""
    number = _whole(*arguments(click, 1))
    of = await service(context).make_weekly(number, click.who.id)
    return Reply(cards.made_weekly_card(of, context.library), private=True, replaces=True)


async def keep(context: Context, click: Click) -> Reply:
    """The digest stays as it is."""
    _whole(*arguments(click, 1))
    words = "It stays as it is, and you are not asked again."
    return Reply(Card("Thank you", (text(words),), "good"), private=True, replaces=True)


def _whole(written: str) -> int:
    if not (written.isascii() and written.isdecimal()) or len(written) > 9:
        raise damaged_button()
    return int(written)


async def leave(context: Context, click: Click) -> Reply:
    """The question whether the digest is to end."""
    (number,) = arguments(click, 1)
    of = await subscription_behind(context, click, number)
    require_may_change(click.who, of)
    return Reply(cards.leave_card(of, context.library), private=True)


async def end(context: Context, click: Click) -> Reply:
    """The digest ends for good."""
    (number,) = arguments(click, 1)
    of = await subscription_behind(context, click, number)
    require_may_change(click.who, of)
    await service(context).end(of)
    return Reply(cards.ended_card(of, context.library), private=True, replaces=True)


BUTTONS = {
    cards.MANAGE: ButtonHandler(manage, needs_person=True),
    cards.FIRST: ButtonHandler(post_first, effects=True, needs_person=True),
    cards.AGAIN: ButtonHandler(send_again, effects=True, needs_person=True),
    WEEKLY: ButtonHandler(weekly, effects=True, needs_person=True),
    KEEP: ButtonHandler(keep),
    cards.LEAVE: ButtonHandler(leave, needs_person=True),
    cards.END: ButtonHandler(end, effects=True, needs_person=True),
}
