"""The objects of the loopback Discord as the API shows them: users, roles, members, channels and guilds."""

from dataclasses import dataclass, field
from typing import Any

Payload = dict[str, Any]

TEXT, DM, GROUP_DM, ANNOUNCEMENT, FORUM = 0, 1, 3, 5, 15
ANNOUNCEMENT_THREAD, PUBLIC_THREAD = 10, 11
THREADS = frozenset({ANNOUNCEMENT_THREAD, PUBLIC_THREAD, 12})


class Permission:
    """The bits of Discord's permission table that the loopback server knows."""

    ADMINISTRATOR = 1 << 3
    MANAGE_CHANNELS = 1 << 4
    MANAGE_GUILD = 1 << 5
    VIEW_CHANNEL = 1 << 10
    SEND_MESSAGES = 1 << 11
    MANAGE_MESSAGES = 1 << 13
    EMBED_LINKS = 1 << 14
    ATTACH_FILES = 1 << 15
    READ_MESSAGE_HISTORY = 1 << 16
    MENTION_EVERYONE = 1 << 17
    USE_EXTERNAL_EMOJIS = 1 << 18
    USE_APPLICATION_COMMANDS = 1 << 31
    MANAGE_THREADS = 1 << 34
    CREATE_PUBLIC_THREADS = 1 << 35
    SEND_MESSAGES_IN_THREADS = 1 << 38

    ALL = (1 << 53) - 1
    NEEDS_SENDING = MENTION_EVERYONE | ATTACH_FILES | EMBED_LINKS  # implicitly lost with SEND_MESSAGES
    EVERYDAY = (
        VIEW_CHANNEL
        | (SEND_MESSAGES | EMBED_LINKS | ATTACH_FILES | READ_MESSAGE_HISTORY)
        | (USE_APPLICATION_COMMANDS | CREATE_PUBLIC_THREADS | SEND_MESSAGES_IN_THREADS)
    )
    DIRECT = EVERYDAY | MENTION_EVERYONE | USE_EXTERNAL_EMOJIS


@dataclass(eq=False)
class User:
    """A person or a bot."""

    id: int
    name: str
    locale: str = "en-US"
    is_bot: bool = False
    takes_direct_messages: bool = True

    @property
    def mention(self) -> str:
        """How a message names this user."""
        return f"<@{self.id}>"

    def payload(self) -> Payload:
        """The user object."""
        return {
            "id": str(self.id),
            "username": self.name,
            "global_name": None if self.is_bot else self.name.title(),
            "discriminator": "0",
            "avatar": None,
            "bot": self.is_bot,
            "system": False,
            "public_flags": 0,
            "flags": 0,
        }


@dataclass(eq=False)
class Role:
    """A role of a guild; the one with the guild's id is everybody's."""

    id: int
    name: str
    permissions: int
    position: int = 0
    managed: bool = False

    def payload(self) -> Payload:
        """The role object."""
        colors = {"primary_color": 0, "secondary_color": None, "tertiary_color": None}
        return {
            "id": str(self.id),
            "name": self.name,
            "permissions": str(self.permissions),
            "position": self.position,
            "color": 0,
            "colors": colors,
            "hoist": False,
            "managed": self.managed,
            "mentionable": False,
            "flags": 0,
        }


@dataclass(eq=False)
class Member:
    """A user in a guild."""

    user: User
    joined_at: str
    roles: list[int] = field(default_factory=list)

    def payload(self, permissions: int | None = None) -> Payload:
        """The member object; `permissions` are added as interactions carry them."""
        body: Payload = {
            "user": self.user.payload(),
            "nick": None,
            "avatar": None,
            "roles": [str(role) for role in self.roles],
            "joined_at": self.joined_at,
            "premium_since": None,
            "deaf": False,
            "mute": False,
            "pending": False,
            "flags": 0,
            "communication_disabled_until": None,
        }
        return body if permissions is None else {**body, "permissions": str(permissions)}


@dataclass(eq=False)
class Channel:
    """A channel or thread with the messages that stand in it; ephemeral messages stand nowhere."""

    id: int
    type: int
    name: str
    guild: "Guild | None" = None
    parent: "Channel | None" = None
    recipients: list[User] = field(default_factory=list)
    overwrites: dict[int, tuple[int, int, int]] = field(default_factory=dict)  # id -> (kind, allow, deny)
    flags: int = 0
    topic: str | None = None
    tags: list[Payload] = field(default_factory=list)
    applied_tags: list[str] = field(default_factory=list)
    owner_id: int = 0
    archived: bool = False
    locked: bool = False
    auto_archive: int = 4320
    created_at: str = ""
    messages: dict[int, Payload] = field(default_factory=dict)
    nonces: dict[str, tuple[int, float]] = field(default_factory=dict)

    @property
    def is_thread(self) -> bool:
        """Whether this is a thread of another channel."""
        return self.type in THREADS

    @property
    def guild_id(self) -> int | None:
        """The guild's id, None in private channels."""
        return self.guild.id if self.guild else None

    def payload(self) -> Payload:
        """The channel object as the API shows it."""
        last = str(next(reversed(self.messages))) if self.messages else None
        body: Payload = {"id": str(self.id), "type": self.type, "last_message_id": last, "flags": self.flags}
        if self.guild is None:
            return body | {"recipients": [user.payload() for user in self.recipients]}
        body |= {"guild_id": str(self.guild.id), "name": self.name, "nsfw": False, "rate_limit_per_user": 0}
        body["parent_id"] = str(self.parent.id) if self.parent else None
        return body | (self._as_thread() if self.is_thread else self._as_channel())

    def _as_channel(self) -> Payload:
        overwrites = [
            {"id": str(target), "type": kind, "allow": str(allow), "deny": str(deny)}
            for target, (kind, allow, deny) in self.overwrites.items()
        ]
        body: Payload = {"position": 0, "permission_overwrites": overwrites, "topic": self.topic}
        if self.type == FORUM:
            body |= {"available_tags": self.tags, "default_reaction_emoji": None}
            body |= {"default_sort_order": None, "default_forum_layout": 0}
        return body

    def _as_thread(self) -> Payload:
        return {
            "owner_id": str(self.owner_id),
            "message_count": len(self.messages),
            "member_count": 1,
            "total_message_sent": len(self.messages),
            "applied_tags": self.applied_tags,
            "thread_metadata": {
                "archived": self.archived,
                "auto_archive_duration": self.auto_archive,
                "archive_timestamp": self.created_at,
                "locked": self.locked,
                "create_timestamp": self.created_at,
            },
        }


@dataclass(eq=False)
class Guild:
    """A Discord server. `has_bot` is whether the bot was added to it."""

    id: int
    name: str
    owner_id: int
    joined_at: str
    has_bot: bool = True
    locale: str = "en-US"
    default_permissions: int = Permission.EVERYDAY  # those the bot's own role is given when it is added
    roles: dict[int, Role] = field(default_factory=dict)
    members: dict[int, Member] = field(default_factory=dict)
    channels: dict[int, Channel] = field(default_factory=dict)

    def payload(self) -> Payload:
        """The guild object."""
        return {
            "id": str(self.id),
            "name": self.name,
            "owner_id": str(self.owner_id),
            "roles": [role.payload() for role in self.roles.values()],
            "preferred_locale": self.locale,
            "features": ["COMMUNITY", "NEWS"],
            **dict.fromkeys(("icon", "splash", "discovery_splash", "description", "banner", "application_id")),
            **dict.fromkeys(("afk_channel_id", "system_channel_id", "rules_channel_id", "public_updates_channel_id")),
            **dict.fromkeys(("vanity_url_code", "safety_alerts_channel_id", "incidents_data")),
            **dict.fromkeys(("verification_level", "default_message_notifications", "explicit_content_filter"), 0),
            **dict.fromkeys(("mfa_level", "nsfw_level", "premium_tier", "premium_subscription_count"), 0),
            "system_channel_flags": 0,
            "afk_timeout": 300,
            "premium_progress_bar_enabled": False,
            "emojis": [],
            "stickers": [],
        }

    def create_payload(self, bot_id: int) -> Payload:
        """What GUILD_CREATE adds: channels, threads, and of the members only the bot (no members intent)."""
        channels = [channel for channel in self.channels.values() if not channel.is_thread]
        threads = [channel for channel in self.channels.values() if channel.is_thread and not channel.archived]
        return self.payload() | {
            "joined_at": self.joined_at,
            "large": False,
            "member_count": len(self.members),
            "members": [self.members[bot_id].payload()],
            "channels": [channel.payload() for channel in channels],
            "threads": [thread.payload() for thread in threads],
            "voice_states": [],
            "presences": [],
            "stage_instances": [],
            "guild_scheduled_events": [],
            "soundboard_sounds": [],
        }

    def permissions_of(self, user_id: int, channel: Channel) -> int:
        """What a member may do in a channel, by the computation in Discord's permission documentation."""
        member = self.members.get(user_id)
        if member is None:
            return 0
        granted = self.roles[self.id].permissions
        for role in member.roles:
            granted |= self.roles[role].permissions
        if user_id == self.owner_id or granted & Permission.ADMINISTRATOR:
            return Permission.ALL
        place = channel.parent if channel.is_thread and channel.parent else channel
        return _implied(_overwritten(granted, place.overwrites, self.id, member), channel.is_thread)


def _overwritten(granted: int, overwrites: dict[int, tuple[int, int, int]], everyone: int, member: Member) -> int:
    """Apply a channel's overwrites: everybody's first, the roles' together, the member's last."""
    if not overwrites:
        return granted
    _, allow, deny = overwrites.get(everyone, (0, 0, 0))
    granted = granted & ~deny | allow
    allow = deny = 0
    for role in member.roles:
        _, role_allow, role_deny = overwrites.get(role, (0, 0, 0))
        allow, deny = allow | role_allow, deny | role_deny
    granted = granted & ~deny | allow
    _, allow, deny = overwrites.get(member.user.id, (1, 0, 0))
    return granted & ~deny | allow


def _implied(granted: int, in_thread: bool) -> int:
    """Take away what is implicitly denied; threads look at their own permission for sending."""
    if not granted & Permission.VIEW_CHANNEL:
        return 0
    sending = Permission.SEND_MESSAGES_IN_THREADS if in_thread else Permission.SEND_MESSAGES
    return granted if granted & sending else granted & ~Permission.NEEDS_SENDING
