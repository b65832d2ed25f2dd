"""Messages that name newsbot or are written to it directly: answered in words, as `/ask` would."""

import logging
import re
from collections.abc import Callable
from datetime import datetime
from typing import Any

import discord

from newsbot.commands.answers import delete_button
from newsbot.commands.dispatcher import Dispatcher, HandledEvents
from newsbot.errors import NewsbotError, PostError, PostRefused, StorageError
from newsbot.messages.actions import Action
from newsbot.messages.cards import Card, Reply, text
from newsbot.messages.requests import Person, Place
from newsbot.platforms.discord import renderer
from newsbot.platforms.discord._library import own_user
from newsbot.platforms.discord.adapter import NAME, DiscordPlatform

log = logging.getLogger(__name__)

_LONGEST = 2_000  # characters of a Discord message


class Mentions:
    """Answers messages. Each once, also where Discord tells of it again after a reconnect."""

    def __init__(
        self, dispatcher: Dispatcher, platform: DiscordPlatform, handled: HandledEvents, now: Callable[[], datetime]
    ) -> None:
        self._dispatcher = dispatcher
        self._platform = platform
        self._handled = handled
        self._now = now

    async def handle(self, message: discord.Message) -> None:
        """Answer a message that is meant for newsbot; leave every other alone."""
        words = question_in(message)
        if words is None or not await self._is_new(message):
            return
        who, where = _person(message), _place(message)
        reply = await self._dispatcher.say(words or "/newsbot", who, where)
        below = () if not server_of(message) else (_delete_below(who.id),)
        try:
            await self._platform.answer(where, reply, str(message.id), below, quotes=_may_quote(message))
        except PostRefused as error:
            await self._tell_why(message, error)
        except PostError as error:
            log.warning("message %s could not be answered: %s", message.id, error)

    async def _is_new(self, message: discord.Message) -> bool:
        try:
            return await self._handled.claim(NAME, f"message:{message.id}", self._now())
        except StorageError as error:
            log.warning("whether message %s was answered before is not known: %s", message.id, error)
            return True  # the answer's nonce guards it as well

    async def _tell_why(self, message: discord.Message, error: PostRefused) -> None:
        """Where newsbot may not answer in the channel, whoever asked learns why from a direct message."""
        log.warning("message %s could not be answered: %s %s", message.id, error, error.fix)
        if not server_of(message):
            return
        why = text(f"{error} {error.fix} Commands such as /ask still work there.")
        card = Card("I couldn't answer you there", (why,), "warning")
        try:
            await self._platform.tell(str(message.author.id), Reply(card), f"why:{message.id}")
        except NewsbotError as second:
            log.info("the reason could not be told either: %s", second)


def question_in(message: discord.Message) -> str | None:
    """What a message asks of newsbot, without its name; None where it is not meant for newsbot."""
    me = own_user(message)
    if message.author.bot or message.webhook_id or me is None:
        return None
    if message.type not in {discord.MessageType.default, discord.MessageType.reply}:
        return None
    named = rf"<@!?{me.id}>"
    is_named = re.search(named, message.content) is not None
    if not is_named and server_of(message):
        return None
    words = re.sub(named, " ", message.content) if is_named else message.content
    return " ".join(words.split())[:_LONGEST]


def server_of(message: discord.Message) -> str:
    """The server a message was written in, also one that newsbot was not told of yet; empty for a direct message."""
    known = message.guild.id if message.guild else getattr(message.channel, "guild_id", None)
    return str(known or "")


def _person(message: discord.Message) -> Person:
    author = message.author
    # Of a server that newsbot was not told of yet, nothing says who its administrators are.
    is_known = message.guild is not None and message.guild.owner_id is not None
    manages = isinstance(author, discord.Member) and is_known and author.guild_permissions.manage_guild
    is_admin = not server_of(message) or manages
    return Person(NAME, str(author.id), author.display_name, is_admin)


def _place(message: discord.Message) -> Place:
    return Place(NAME, server_of(message), str(message.channel.id))


def _may_quote(message: discord.Message) -> bool:
    """Whether newsbot may answer as a reply: Discord wants it to be able to read what came before."""
    if not server_of(message):
        return True
    channel = message.channel
    if isinstance(channel, discord.abc.GuildChannel | discord.Thread) and message.guild is not None:
        return message.guild.me is not None and channel.permissions_for(message.guild.me).read_message_history
    return False


def _delete_below(who_id: str) -> dict[str, Any]:
    button = delete_button(who_id)
    assert isinstance(button.does, Action)
    return renderer.button(button.label, button.does.token())
