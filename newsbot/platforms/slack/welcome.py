"""The first words in Slack: in a channel that newsbot was invited to, and to whoever installed it."""

import logging

from newsbot.commands.dispatcher import Dispatcher
from newsbot.commands.welcome import welcome_card
from newsbot.errors import NewsbotError
from newsbot.messages.cards import Reply
from newsbot.platforms.slack.deduplication import Deduplicator
from newsbot.platforms.slack.payloads import place
from newsbot.platforms.slack.responses import Responder

log = logging.getLogger(__name__)

_TO_A_CHANNEL = "To bring me to a channel, type /invite @newsbot there."


class Welcomes:
    """Says them once in each place; where it cannot be known whether they were said, they are not said again."""

    def __init__(self, dispatcher: Dispatcher, responder: Responder, deduplicator: Deduplicator) -> None:
        self._dispatcher = dispatcher
        self._responder = responder
        self._deduplicator = deduplicator

    async def greet_channel(self, team: str, channel: str) -> None:
        """In a channel that newsbot joined."""
        await self._greet(team, channel)

    async def greet_installer(self, team: str, user: str) -> None:
        """To whoever installed newsbot, in a direct message; they choose the channels that it comes to."""
        if user:
            await self._greet(team, user, _TO_A_CHANNEL)

    async def _greet(self, team: str, where: str, more: str = "") -> None:
        key = f"welcome:{team}:{where}"
        if not await self._deduplicator.is_first_claim(key, unknown=False):
            return
        try:
            reply = Reply(welcome_card(self._dispatcher.context, more))
            await self._responder.post(place(team, where), reply, key)
        except NewsbotError as error:
            log.warning("no welcome in Slack's %s: %s", where, error)
