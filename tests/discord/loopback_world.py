"""The world of the loopback Discord: its clock and ids, everybody and everything in it, and how a test furnishes it."""

import time
from collections.abc import Sequence
from datetime import UTC, datetime

from tests.discord.loopback_objects import (
    ANNOUNCEMENT,
    ANNOUNCEMENT_THREAD,
    DM,
    GROUP_DM,
    PUBLIC_THREAD,
    TEXT,
    Channel,
    Guild,
    Member,
    Permission,
    Role,
    User,
)

FIRST_ANSWER = 3.0  # seconds in which an interaction wants its first answer
EPOCH_MS = 1_420_070_400_000  # the first second of 2015, where Discord's ids begin


class Clock:
    """Wall time that a test may move forward, so that nobody waits for three seconds or fifteen minutes.

    `speed` and `moved` tell another process what time it is here: `time.time() * speed + moved`.
    """

    def __init__(self) -> None:
        self.speed = 1.0
        self.moved = 0.0

    def now(self) -> float:
        """Seconds since 1970."""
        return time.time() * self.speed + self.moved

    def advance(self, seconds: float) -> None:
        """Let `seconds` pass at once."""
        self.moved += seconds

    def quicken(self, speed: float) -> None:
        """From now on, let time pass `speed` times as fast."""
        self.moved += time.time() * (self.speed - speed)
        self.speed = speed

    def stamp(self) -> str:
        """The present as Discord writes it, ISO 8601 in UTC."""
        return datetime.fromtimestamp(self.now(), UTC).isoformat(timespec="microseconds")


class Snowflakes:
    """Ids that carry their time and never repeat."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._last = 0

    def next(self) -> int:
        """A new id, greater than every one before."""
        now = (int(self._clock.now() * 1000) - EPOCH_MS) << 22
        self._last = max(self._last + 1, now)
        return self._last


class World:
    """Everybody and everything on this Discord, and the shorthand with which a test furnishes it."""

    def __init__(self, clock: Clock) -> None:
        self.clock = clock
        self.first_answer = FIRST_ANSWER
        self.ids = Snowflakes(clock)
        self.users: dict[int, User] = {}
        self.guilds: dict[int, Guild] = {}
        self.channels: dict[int, Channel] = {}
        self.bot = self.add_user("newsbot", is_bot=True)
        self.owner = self.add_user("owner")
        self.application_id = self.ids.next()

    def add_user(self, name: str, *, locale: str = "en-US", is_bot: bool = False) -> User:
        """A new user."""
        user = User(self.ids.next(), name, locale, is_bot)
        self.users[user.id] = user
        return user

    def add_guild(self, name: str = "Guild", *, permissions: int = Permission.EVERYDAY, has_bot: bool = True) -> Guild:
        """A guild owned by `owner`; `permissions` are those of the bot's own role."""
        guild = Guild(
            self.ids.next(), name, self.owner.id, self.clock.stamp(), has_bot, default_permissions=permissions
        )
        guild.roles[guild.id] = Role(guild.id, "@everyone", 0)
        self.guilds[guild.id] = guild
        people = self.add_role(guild, "people", Permission.EVERYDAY)
        self.add_member(guild, self.owner, people)
        if has_bot:
            self.add_member(guild, self.bot, self.add_role(guild, self.bot.name, permissions, managed=True))
        return guild

    def add_role(self, guild: Guild, name: str, permissions: int, *, managed: bool = False) -> Role:
        """A new role of a guild."""
        role = Role(self.ids.next(), name, permissions, len(guild.roles), managed)
        guild.roles[role.id] = role
        return role

    def add_member(self, guild: Guild, user: User, *roles: Role) -> Member:
        """Let a user join a guild, with the roles given or with those everybody in it has."""
        given = roles or tuple(role for role in guild.roles.values() if role.name == "people")
        member = Member(user, self.clock.stamp(), [role.id for role in given])
        guild.members[user.id] = member
        return member

    def add_channel(self, guild: Guild, name: str = "general", kind: int = TEXT) -> Channel:
        """A new channel of a guild."""
        channel = Channel(self.ids.next(), kind, name, guild)
        guild.channels[channel.id] = self.channels[channel.id] = channel
        return channel

    def add_thread(self, parent: Channel, name: str, thread_id: int, *, owner: User, auto_archive: int) -> Channel:
        """A new public thread under a channel."""
        assert parent.guild is not None
        kind = ANNOUNCEMENT_THREAD if parent.type == ANNOUNCEMENT else PUBLIC_THREAD
        thread = Channel(thread_id, kind, name, parent.guild, parent, owner_id=owner.id, auto_archive=auto_archive)
        thread.created_at = self.clock.stamp()
        parent.guild.channels[thread.id] = self.channels[thread.id] = thread
        return thread

    def remove_channel(self, channel: Channel) -> None:
        """Delete a channel with its messages and threads."""
        assert channel.guild is not None
        for gone in [channel, *(each for each in channel.guild.channels.values() if each.parent is channel)]:
            channel.guild.channels.pop(gone.id, None)
            self.channels.pop(gone.id, None)

    def dm(self, user: User) -> Channel:
        """The private channel between the bot and a user, opened when there is none."""
        return self._private(DM, [user])

    def group_dm(self, users: Sequence[User]) -> Channel:
        """A private channel without the bot, where only an app installed by a user works."""
        return self._private(GROUP_DM, list(users))

    def _private(self, kind: int, users: list[User]) -> Channel:
        for channel in self.channels.values():
            if channel.type == kind and channel.recipients == users:
                return channel
        channel = Channel(self.ids.next(), kind, "", recipients=users)
        self.channels[channel.id] = channel
        return channel

    def set_permissions(self, channel: Channel, permissions: int) -> None:
        """Give the bot exactly `permissions` in a channel, by an overwrite of its own."""
        channel.overwrites[self.bot.id] = (1, permissions, Permission.ALL & ~permissions)

    def permissions(self, user: User, channel: Channel) -> int:
        """What a user may do in a channel."""
        if channel.guild is None:
            return Permission.DIRECT if channel.type == DM else Permission.NEEDS_SENDING
        return channel.guild.permissions_of(user.id, channel)
