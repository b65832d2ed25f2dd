"""What the loopback Slack remembers, and the rules that several of its methods share."""

import time
from collections.abc import Callable, Iterable
from typing import Any

from tests.slack.loopback_records import (
    Application,
    Channel,
    File,
    Grant,
    Json,
    Message,
    ResponseUrl,
    Trigger,
    User,
    View,
    Workspace,
)

DEFAULT_SCOPES = (
    "app_mentions:read,channels:join,channels:read,chat:write,commands,files:read,files:write,"
    "groups:read,im:read,im:write,users:read"
)
TRIGGER_SECONDS = 3.0
RESPONSE_SECONDS = 30 * 60.0


class World:
    """All state, with the rules that several methods share. Everything may be changed by a test at any time."""

    def __init__(self, clock: Callable[[], float] = time.time, strict: bool = True) -> None:
        self.app = Application()
        self.clock = clock
        self.trigger_seconds = TRIGGER_SECONDS
        self.strict = strict
        self.base_url = ""
        self.workspaces: dict[str, Workspace] = {}
        self.grants: dict[str, Grant] = {}
        self.triggers: dict[str, Trigger] = {}
        self.response_urls: dict[str, ResponseUrl] = {}
        self.views: dict[str, View] = {}
        self.homes: dict[tuple[str, str], View] = {}
        self.files: dict[str, File] = {}
        self.ephemerals: list[Message] = []
        self.codes: dict[str, tuple[str, str, frozenset[str], str]] = {}
        self.edit_window: float | None = None
        self.files_polls = 1
        self.files_ready: Callable[[], bool] | None = None
        self.channel_interval: float | None = None
        self.channel_next: dict[str, float] = {}
        self._count = 0
        self._last_ts = 0

    def new_id(self, prefix: str) -> str:
        """An id no other thing here has: the prefix and nine digits."""
        self._count += 1
        return f"{prefix}{self._count:09d}"

    def new_ts(self) -> str:
        """A message's timestamp: microseconds, never twice."""
        self._last_ts = max(self._last_ts + 1, int(self.clock() * 1_000_000))
        seconds, micro = divmod(self._last_ts, 1_000_000)
        return f"{seconds}.{micro:06d}"

    def add_workspace(self, name: str, scopes: str | None = DEFAULT_SCOPES) -> Workspace:
        """A workspace with alice (its owner), bob and the usual channels; `scopes=None` leaves the app uninstalled."""
        bot = User(self.new_id("U"), "", "newsbot", is_bot=True)
        space = Workspace(self.new_id("T"), name, bot.id, self.new_id("B"))
        bot.team = space.id
        space.users[bot.id] = bot
        self.workspaces[space.id] = space
        self.add_user(space, "alice", is_admin=True, is_owner=True)
        self.add_user(space, "bob", tz="America/New_York")
        self.add_channel(space, "general", bot=False, general=True)
        self.add_channel(space, "news")
        self.add_channel(space, "quiet", bot=False)
        self.add_channel(space, "board", kind="group")
        self.add_channel(space, "secret", kind="group", bot=False)
        self.add_channel(space, "old", archived=True)
        if scopes is not None:
            space.token = self.grant(space, scopes.split(",")).token
        return space

    def add_user(self, space: Workspace, name: str, **fields: Any) -> User:
        """One more person, a member of every channel that is not private."""
        user = User(self.new_id("U"), space.id, name, **fields)
        space.users[user.id] = user
        for channel in space.channels.values():
            if channel.kind == "channel":
                channel.members.add(user.id)
        return user

    def add_channel(
        self, space: Workspace, name: str, kind: str = "channel", bot: bool = True, **fields: Any
    ) -> Channel:
        """One more channel with every person in it, and the bot unless `bot` is false."""
        channel = Channel(self.new_id("C"), space.id, name, kind, **fields)
        channel.members = {user.id for user in space.users.values() if bot or not user.is_bot}
        space.channels[channel.id] = channel
        return channel

    def dm(self, space: Workspace, user: str) -> Channel:
        """The direct conversation of the bot with a person, opened when there is none."""
        for channel in space.channels.values():
            if channel.kind == "im" and channel.person == user:
                return channel
        channel = Channel(self.new_id("D"), space.id, "directmessage", "im", person=user)
        channel.members = {user, space.bot_user}
        space.channels[channel.id] = channel
        return channel

    def grant(self, space: Workspace, scopes: Iterable[str], expires_in: float | None = None) -> Grant:
        """A new bot token; with `expires_in` seconds it rotates and carries a refresh token."""
        kind = "xoxb" if expires_in is None else "xoxe.xoxb"
        grant = Grant(self.new_id(f"{kind}-{space.id}-"), space.id, frozenset(scopes))
        if expires_in is not None:
            grant.expires_at = self.clock() + expires_in
            grant.refresh_token = self.new_id("xoxe-1-")
        self.grants[grant.token] = grant
        return grant

    def revoke(self, token: str, error: str = "token_revoked") -> None:
        """From now on calls with `token` answer `error`."""
        self.grants[token].error = error

    def uninstall(self, space: Workspace) -> None:
        """Take the app away: its tokens answer account_inactive, its refresh tokens are void."""
        for grant in self.grants.values():
            if grant.team == space.id:
                grant.error, grant.refresh_token = "account_inactive", ""

    def new_trigger(self, space: Workspace, user: str) -> str:
        """A trigger_id in Slack's shape, good once and for three seconds of the clock."""
        self._count += 1
        trigger = f"{self._count}.{space.id[1:]}.{self._count:x}"
        self.triggers[trigger] = Trigger(space.id, user, self.clock() + self.trigger_seconds)
        return trigger

    def new_response_url(self, channel: Channel, user: str, message: Message | None = None) -> str:
        """A response_url, good five times within thirty minutes of the clock."""
        key = self.new_id("r")
        expires_at = self.clock() + RESPONSE_SECONDS
        self.response_urls[key] = ResponseUrl(channel.team, channel.id, user, expires_at, message)
        return f"{self.base_url}/response/{channel.team}/{key}"

    def say(self, channel: Channel, user: str, text: str, thread_ts: str | None = None) -> Message:
        """A person's own message."""
        message = Message(channel.team, channel.id, self.new_ts(), user, text, thread_ts=thread_ts)
        message.sent_at = self.clock()
        channel.messages[message.ts] = message
        return message

    def bot_message(self, channel: Channel, args: Json, blocks: list[Json], reader: str | None = None) -> Message:
        """A message of the bot, stored: in its channel, or for one `reader` only."""
        space = self.workspaces[channel.team]
        message = Message(channel.team, channel.id, self.new_ts(), space.bot_user, args.get("text") or "", blocks)
        message.bot_id, message.app_id = space.bot_id, self.app.id
        message.thread_ts, message.metadata = args.get("thread_ts"), args.get("metadata")
        message.args, message.sent_at, message.ephemeral_to = args, self.clock(), reader
        if reader is None:
            channel.messages[message.ts] = message
        else:
            self.ephemerals.append(message)
        return message

    def file_usable(self, file: File) -> bool:
        """Whether Slack has processed an upload: after `files_polls` looks at it, or once `files_ready()` says so."""
        if not file.complete:
            return False
        return self.files_ready() if self.files_ready else file.polls >= self.files_polls
