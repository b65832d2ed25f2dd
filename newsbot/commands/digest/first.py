"""The first digest: what tomorrow's would say, for whoever asks, and for administrators a digest in two presses."""

from datetime import UTC, datetime, timedelta

from newsbot.commands.answers import Offer, offer_buttons, run_action
from newsbot.commands.digest.lookup import SUBSCRIBE, channel_of, require_reader, service
from newsbot.commands.digest.views import sample_reply
from newsbot.commands.forms import open_path
from newsbot.commands.registry import ButtonHandler, Context
from newsbot.messages.cards import Block, Card, Reply, text
from newsbot.messages.requests import Click
from newsbot.schedule.timezones import city_of

TOMORROW, CHOOSE = "digest.tomorrow", "digest.set-up"
_CLOCKS = ("America/New_York", "Europe/London", "Europe/Berlin", "Asia/Singapore", "Asia/Tokyo")
_AT = "9:00"


async def tomorrow(context: Context, click: Click) -> Reply:
    """What a first digest would say tomorrow; it shows nothing of the channel, so anybody may see it."""
    return await sample_reply(context, (click.at or datetime.now(UTC)) + timedelta(days=1), ())


async def choose_clock(context: Context, click: Click) -> Reply:
    """By whose clock a daily digest is to come: one more press sets it up."""
    require_reader(click.who)
    known = await service(context).zone_of_place(channel_of(click.where)) or click.who.zone
    zones = dict.fromkeys((*([known] if known else []), *_CLOCKS))
    offers = [
        Offer(
            f"{_AT} in {city_of(zone)}"[:25],
            run_action(SUBSCRIBE, {"time": _AT, "zone": zone, "days": "daily"}),
        )
        for zone in zones
    ]
    offers.append(Offer("Another time or city", open_path("/".join(SUBSCRIBE), {"days": "daily"})))
    blocks: list[Block] = [text("It comes to this channel every day. By which clock?")]
    if buttons := offer_buttons(offers):
        blocks.append(buttons)
    blocks.append(text("You can change or end it at any time.", "small"))
    return Reply(Card("A daily digest", tuple(blocks)), private=True)


BUTTONS = {
    TOMORROW: ButtonHandler(tomorrow),
    CHOOSE: ButtonHandler(choose_clock, needs_person=True),
}
