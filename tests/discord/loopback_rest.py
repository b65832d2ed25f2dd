"""The REST endpoints of guilds, channels, threads and messages on the loopback Discord, with their permissions."""

from collections.abc import Callable
from typing import Any

from tests.discord.loopback_gateway import Gateway
from tests.discord.loopback_messages import Messages, checked_size
from tests.discord.loopback_objects import ANNOUNCEMENT, DM, FORUM, TEXT, Channel, Guild, Payload, Permission
from tests.discord.loopback_rules import EPHEMERAL
from tests.discord.loopback_wire import Problems, Request, Route, refusal
from tests.discord.loopback_world import World

ARCHIVE_AFTER = frozenset({60, 1440, 4320, 10080})
CROSSPOSTED, HAS_THREAD = 1 << 0, 1 << 5
REQUIRE_TAG = 1 << 4  # a flag of forums


class Channels:
    """Guilds, channels, threads and the messages in them, with the permissions they ask for."""

    def __init__(self, world: World, gateway: Gateway, messages: Messages) -> None:
        self._world = world
        self._gateway = gateway
        self._messages = messages

    def routes(self) -> list[Route]:
        """The documented endpoints."""
        channel, message = "/channels/{channel_id}", "/channels/{channel_id}/messages/{message_id}"
        return [
            Route("GET", channel, self._get_channel),
            Route("PATCH", channel, self._edit_channel),
            Route("GET", f"{channel}/messages", self._history),
            Route("POST", f"{channel}/messages", self._send),
            Route("POST", f"{channel}/threads", self._forum_post),
            Route("GET", message, self._get_message),
            Route("PATCH", message, self._edit_message),
            Route("DELETE", message, self._delete_message),
            Route("POST", f"{message}/crosspost", self._crosspost),
            Route("POST", f"{message}/threads", self._thread),
            Route("POST", "/users/@me/channels", self._open_dm),
            Route("GET", "/users/@me/guilds", self._my_guilds),
            Route("GET", "/guilds/{guild_id}", self._guild_route(Guild.payload)),
            Route("GET", "/guilds/{guild_id}/roles", self._guild_route(lambda guild: guild.payload()["roles"])),
            Route("GET", "/guilds/{guild_id}/channels", self._guild_route(_plain_channels)),
            Route("GET", "/guilds/{guild_id}/members/{user_id}", self._member),
        ]

    def _place(self, request: Request, needs: int = 0) -> Channel:
        """The channel of a request. Raises 10003, 50001 or 50013 where the bot cannot do what it asks."""
        channel = self._world.channels.get(request.id("channel_id"))
        if channel is None:
            raise refusal(10003)
        if (channel.guild and not channel.guild.has_bot) or (channel.guild is None and channel.type != DM):
            raise refusal(50001)
        self._allow(channel, needs)
        return channel

    def _allow(self, channel: Channel, needs: int) -> None:
        granted = self._world.permissions(self._world.bot, channel)
        if not granted & Permission.VIEW_CHANNEL:
            raise refusal(50001)
        if needs & ~granted:
            raise refusal(50013)

    async def _get_channel(self, request: Request) -> tuple[int, Any]:
        return 200, self._place(request).payload()

    async def _edit_channel(self, request: Request) -> tuple[int, Any]:
        channel = self._place(request)
        if not (channel.is_thread and channel.owner_id == self._world.bot.id):
            self._allow(channel, Permission.MANAGE_THREADS if channel.is_thread else Permission.MANAGE_CHANNELS)
        body = request.form
        channel.name, channel.topic = body.get("name", channel.name), body.get("topic", channel.topic)
        channel.archived, channel.locked = body.get("archived", channel.archived), body.get("locked", channel.locked)
        event = "THREAD_UPDATE" if channel.is_thread else "CHANNEL_UPDATE"
        await self._gateway.dispatch(event, channel.payload(), channel.guild_id)
        return 200, channel.payload()

    async def _history(self, request: Request) -> tuple[int, Any]:
        channel = self._place(request)
        if not self._world.permissions(self._world.bot, channel) & Permission.READ_MESSAGE_HISTORY:
            return 200, []
        newest = list(reversed(channel.messages.values()))
        before, after = int(request.query.get("before", 0)), int(request.query.get("after", 0))
        wanted = [m for m in newest if (not before or int(m["id"]) < before) and int(m["id"]) > after]
        return 200, wanted[: int(request.query.get("limit", 50))]

    async def _send(self, request: Request) -> tuple[int, Any]:
        sending = Permission.SEND_MESSAGES
        channel = self._place(request)
        if channel.type == FORUM:
            raise refusal(50008)
        if channel.is_thread:
            sending = Permission.SEND_MESSAGES_IN_THREADS
            self._wake(channel)
        self._allow(channel, sending | (Permission.ATTACH_FILES if request.files else 0))
        if channel.type == DM and not channel.recipients[0].takes_direct_messages:
            raise refusal(50007)
        checked_size(request)
        body = _posted(request.form)
        if (existing := self._messages.repeated(channel, body)) is not None:
            return 200, existing
        return 200, await self._messages.create(channel, self._world.bot, body, request.files)

    def _wake(self, thread: Channel) -> None:
        """A message opens an archived thread again, unless it is locked. Raises 160005."""
        if thread.locked and not self._world.permissions(self._world.bot, thread) & Permission.MANAGE_THREADS:
            raise refusal(160005)
        thread.archived = False

    def _message(self, request: Request) -> tuple[Channel, Payload]:
        channel = self._place(request)
        return channel, self._messages.get(request.id("message_id"), channel)

    def _is_own(self, message: Payload) -> bool:
        return bool(message["author"]["id"] == str(self._world.bot.id))

    async def _get_message(self, request: Request) -> tuple[int, Any]:
        channel, message = self._message(request)
        self._allow(channel, 0 if channel.guild is None else Permission.READ_MESSAGE_HISTORY)
        return 200, message

    async def _edit_message(self, request: Request) -> tuple[int, Any]:
        channel, message = self._message(request)
        if not self._is_own(message):
            raise refusal(50005)
        if channel.archived:
            raise refusal(50083)
        self._allow(channel, Permission.ATTACH_FILES if request.files else 0)
        checked_size(request)
        return 200, await self._messages.edit(message, request.form, request.files)

    async def _delete_message(self, request: Request) -> tuple[int, Any]:
        channel, message = self._message(request)
        if channel.archived:
            raise refusal(50083)
        self._allow(channel, 0 if self._is_own(message) else Permission.MANAGE_MESSAGES)
        await self._messages.delete(message)
        return 204, None

    async def _crosspost(self, request: Request) -> tuple[int, Any]:
        channel, message = self._message(request)
        if channel.type != ANNOUNCEMENT:
            raise refusal(50024)
        self._allow(channel, Permission.SEND_MESSAGES if self._is_own(message) else Permission.MANAGE_MESSAGES)
        if message["flags"] & CROSSPOSTED:
            raise refusal(40033)
        message["flags"] |= CROSSPOSTED
        await self._gateway.dispatch_message("MESSAGE_UPDATE", channel, message)
        return 200, message

    async def _thread(self, request: Request) -> tuple[int, Any]:
        channel, message = self._message(request)
        if channel.type not in (TEXT, ANNOUNCEMENT):
            raise refusal(50024)
        self._allow(channel, Permission.CREATE_PUBLIC_THREADS)
        if message["flags"] & HAS_THREAD:
            raise refusal(160004)
        thread = self._open_thread(channel, request.form, int(message["id"]))
        message["flags"] |= HAS_THREAD
        message["thread"] = thread.payload()
        await self._gateway.dispatch("THREAD_CREATE", thread.payload() | {"newly_created": True}, channel.guild_id)
        return 201, thread.payload()

    async def _forum_post(self, request: Request) -> tuple[int, Any]:
        channel = self._place(request, Permission.ATTACH_FILES if request.files else 0)
        body = request.form
        if channel.type in (TEXT, ANNOUNCEMENT):
            self._allow(channel, Permission.CREATE_PUBLIC_THREADS)
            thread = self._open_thread(channel, body, self._world.ids.next())
            await self._gateway.dispatch("THREAD_CREATE", thread.payload() | {"newly_created": True}, channel.guild_id)
            return 201, thread.payload()
        if channel.type != FORUM:
            raise refusal(50024)
        self._allow(channel, Permission.SEND_MESSAGES)
        checked_size(request)
        return 201, await self._first_post(channel, body, request)

    async def _first_post(self, forum: Channel, body: Payload, request: Request) -> Payload:
        """A forum's thread with its first message, which has the thread's id."""
        if forum.flags & REQUIRE_TAG and not body.get("applied_tags"):
            raise refusal(40067)
        thread = self._open_thread(forum, body, self._world.ids.next())
        thread.applied_tags = list(body.get("applied_tags") or ())
        try:
            post = _posted(body.get("message") or {})
            message = await self._messages.create(thread, self._world.bot, post, request.files, id=str(thread.id))
        except BaseException:
            self._world.remove_channel(thread)
            raise
        await self._gateway.dispatch("THREAD_CREATE", thread.payload() | {"newly_created": True}, forum.guild_id)
        return thread.payload() | {"message": message}

    def _open_thread(self, parent: Channel, body: Payload, thread_id: int) -> Channel:
        problems = Problems()
        problems.length(("name",), body.get("name"), 1, 100)
        archive = body.get("auto_archive_duration") or 4320
        problems.choice(("auto_archive_duration",), archive, ARCHIVE_AFTER)
        problems.raise_any()
        return self._world.add_thread(parent, body["name"], thread_id, owner=self._world.bot, auto_archive=archive)

    async def _open_dm(self, request: Request) -> tuple[int, Any]:
        user = self._world.users.get(int(request.form.get("recipient_id") or 0))
        if user is None:
            raise refusal(10013)
        return 200, self._world.dm(user).payload()

    async def _my_guilds(self, _: Request) -> tuple[int, Any]:
        guilds = (guild for guild in self._world.guilds.values() if guild.has_bot)
        names = ("id", "name", "icon", "banner", "features")
        return 200, [{n: g.payload()[n] for n in names} | {"owner": False, "permissions": "0"} for g in guilds]

    def _guild(self, request: Request) -> Guild:
        guild = self._world.guilds.get(request.id("guild_id"))
        if guild is None:
            raise refusal(10004)
        if not guild.has_bot:
            raise refusal(50001)
        return guild

    def _guild_route(self, view: Callable[[Guild], Any]) -> Callable[[Request], Any]:
        async def answer(request: Request) -> tuple[int, Any]:
            return 200, view(self._guild(request))

        return answer

    async def _member(self, request: Request) -> tuple[int, Any]:
        member = self._guild(request).members.get(request.id("user_id"))
        if member is None:
            raise refusal(10007)
        return 200, member.payload()


def _plain_channels(guild: Guild) -> list[Payload]:
    return [channel.payload() for channel in guild.channels.values() if not channel.is_thread]


def _posted(body: Payload) -> Payload:
    """A message to a channel cannot be ephemeral: that flag is an interaction's."""
    return {**body, "flags": int(body["flags"]) & ~EPHEMERAL} if body.get("flags") else body
