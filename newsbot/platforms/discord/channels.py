"""What is known of Discord's channels: their kind and name, and what newsbot may do in them."""

from collections.abc import Awaitable, Callable, Mapping
from functools import partial
from typing import Any

import discord
from cachetools import LRUCache

from newsbot.errors import PostLater, PostRefused, PostUnclear
from newsbot.messages.requests import DIRECT, Place
from newsbot.platforms.discord import errors
from newsbot.platforms.discord.client import Rest
from newsbot.platforms.discord.permissions import THREADS, in_channel

MOST_CHANNELS = 10_000

Json = dict[str, Any]


class Channels:
    """Channels as Discord describes them; each asked once, since its kind hardly changes."""

    def __init__(self, rest: Rest) -> None:
        self._rest = rest
        self._known: LRUCache[str, Json] = LRUCache(MOST_CHANNELS)

    async def get(self, place: Place) -> Json:
        """The channel of a place. Raises PostRefused where newsbot cannot see it, PostLater where Discord is away."""
        known = self._known.get(place.channel)
        return known if known is not None else await self._fetch(place)

    def forget(self, place: Place) -> None:
        """Ask again the next time."""
        self._known.pop(place.channel, None)

    async def permissions(self, place: Place) -> tuple[discord.Permissions, Json]:
        """What newsbot may do in a channel, asked of Discord now, and the channel. Raises PostError."""
        channel = await self._fetch(place)
        guild_id = channel.get("guild_id")
        if not guild_id:
            return discord.Permissions.all(), channel
        try:
            me = await self._rest.me()
            guild = await self._rest.get("/guilds/{guild_id}", guild_id=guild_id)
            member = await self._rest.get("/guilds/{guild_id}/members/{member_id}", guild_id=guild_id, member_id=me)
            parent: Mapping[str, Any] = channel
            if channel.get("type") in THREADS and channel.get("parent_id"):
                parent = await self._rest.get("/channels/{channel_id}", channel_id=channel["parent_id"])
        except (*errors.BROKEN, discord.HTTPException) as error:
            raise errors.as_post_error(error, called_in(channel, place)) from error
        try:
            return in_channel(guild, member, parent, me), channel
        except (KeyError, TypeError, ValueError) as error:
            raise PostRefused("Discord does not tell what newsbot may do there.") from error

    async def _fetch(self, place: Place) -> Json:
        if place.channel.startswith(DIRECT) and place.channel[1:].isdecimal():
            return await self._remember(place, partial(self._rest.direct, place.channel.removeprefix(DIRECT)))
        if not place.channel.isdecimal():
            raise PostRefused(f"“{place.channel}” isn't a Discord channel.", "Choose another channel.")
        return await self._remember(place, lambda: self._rest.get("/channels/{channel_id}", channel_id=place.channel))

    async def _remember(self, place: Place, ask: Callable[[], Awaitable[Json]]) -> Json:
        try:
            channel = await ask()
        except (*errors.BROKEN, discord.HTTPException) as error:
            failure = errors.as_post_error(error, called_in(self._known.get(place.channel, {}), place))
            if isinstance(failure, PostUnclear):
                raise PostLater("Discord cannot be reached.") from error  # nothing but a question was sent
            raise failure from error
        self._known[place.channel] = channel
        return channel


def called_in(channel: Mapping[str, Any], place: Place) -> str:
    """How people call a channel: by its name, or as a mention that Discord shows as its name."""
    if place.channel.startswith(DIRECT):
        return "a direct message"
    return f"#{channel['name']}" if channel.get("name") else f"<#{place.channel}>"
