"""The first words in a server that newsbot was added to: where they go, and what they say."""

import discord

from newsbot.commands.answers import HELP, Offer, offer_buttons, run_action
from newsbot.commands.forms import open_path
from newsbot.commands.registry import Menu
from newsbot.messages.cards import Card, Reply, Text, text
from newsbot.messages.markup import Code, Plain
from newsbot.messages.requests import Place

_DIGEST = ("digest", "subscribe")


def welcome_reply(menu: Menu) -> Reply:
    """What newsbot says when it comes: what it is, how to ask, and for administrators the way to a first digest."""
    offers = [Offer("What can you do?", HELP.action)]
    how = Text(
        (
            Plain("Try "),
            Code("/deepseek cost"),
            Plain(", "),
            Code("/events"),
            Plain(", or ask me with "),
            Code("/ask"),
            Plain("."),
        )
    )
    blocks = [
        text("I explain AI market events. Each number comes with its source, its date, and what it leaves out."),
        how,
    ]
    if menu.find(_DIGEST) is not None:
        blocks.append(text("Administrators: a daily digest takes one command, /digest subscribe, in its channel."))
        offers.append(Offer("Set up a digest", open_path("/".join(_DIGEST), {})))
    blocks.append(text("I post nothing here unless somebody asks for it.", "small"))
    buttons = offer_buttons([*offers, *_topics(menu)])
    return Reply(Card("Hello, I am newsbot", (*blocks, *([buttons] if buttons else []))))


def _topics(menu: Menu) -> list[Offer]:
    """A way straight to the first topics."""
    roots = [root for root, commands in menu.roots.items() if len(commands) > 1][:3]
    return [Offer(menu.roots[root][0].summary.split(":")[0][:40], run_action((root,))) for root in roots]


def welcome_place(guild: discord.Guild) -> Place | None:
    """The channel for the first words: the server's own for news of this kind, else the first that newsbot may use."""
    me = guild.me
    candidates = [*([guild.system_channel] if guild.system_channel else []), *guild.text_channels]
    for channel in candidates:
        allowed = channel.permissions_for(me) if me is not None else discord.Permissions.none()
        if allowed.view_channel and allowed.send_messages:
            return Place("discord", str(guild.id), str(channel.id))
    return None


def welcome_key(guild: discord.Guild) -> str:
    """The key of one arrival in one server: the same after a restart, another when newsbot comes back later."""
    joined = guild.me.joined_at if guild.me is not None else None
    return f"discord-welcome:{guild.id}:{int(joined.timestamp()) if joined else 0}"
