"""The things a loopback Slack is made of: workspaces, people, channels, tokens, messages, views, files."""

import re
from dataclasses import dataclass, field
from typing import Any

from tests.slack.loopback_blocks import texts_of, with_ids

Json = dict[str, Any]


class Refused(Exception):
    """An answer of `"ok": false`; `extra` are further keys of its body, such as `needed` and `provided`."""

    def __init__(self, error: str, status: int = 200, headers: dict[str, str] | None = None, **extra: Any) -> None:
        super().__init__(error)
        self.status = status
        self.headers = headers or {}
        self.body: Json = {"ok": False, "error": error, **extra}


@dataclass(slots=True)
class ManualClock:
    """A clock that moves only when told to: pass it as `clock=`, call `advance(seconds)`."""

    now: float = 1_700_000_000.0

    def __call__(self) -> float:
        return self.now

    def advance(self, seconds: float) -> None:
        self.now += seconds


@dataclass(slots=True)
class Application:
    """The Slack app under test, as its settings pages show it. `rotation` gives installs tokens that expire."""

    id: str = "A0LOOPBACK"
    client_id: str = "111.222"
    client_secret: str = "client-secret"
    signing_secret: str = "signing-secret"
    app_token: str = "xapp-1-A0LOOPBACK-1"
    rotation: bool = False


@dataclass(slots=True)
class User:
    """A person, or a bot user."""

    id: str
    team: str
    name: str
    tz: str = "Europe/Berlin"
    locale: str = "en-US"
    is_admin: bool = False
    is_owner: bool = False
    is_bot: bool = False
    deleted: bool = False


@dataclass(slots=True)
class Message:
    """A message as the bot sent it; `former` keeps the text and blocks that edits replaced, oldest first."""

    team: str
    channel: str
    ts: str
    user: str
    text: str = ""
    blocks: list[Json] = field(default_factory=list)
    bot_id: str = ""
    app_id: str = ""
    thread_ts: str | None = None
    metadata: Json | None = None
    files: list[Json] = field(default_factory=list)
    ephemeral_to: str | None = None
    sent_at: float = 0.0
    edited: str | None = None
    args: Json = field(default_factory=dict)
    former: list[tuple[str, list[Json]]] = field(default_factory=list)

    @property
    def words(self) -> str:
        """Everything to read in the blocks, controls included, without the signs of mrkdwn."""
        return re.sub(r"[*`]", "", "\n".join(texts_of(self.blocks)))

    def replace(self, text: str, blocks: list[Json], ts: str) -> None:
        """Edit in place: Slack drops the blocks when only a text is given."""
        self.former.append((self.text, self.blocks))
        self.text, self.blocks, self.edited = text, blocks, ts

    def payload(self, metadata: bool = False) -> Json:
        """The message object as Slack returns it; blocks and elements get the ids Slack would make up."""
        body: Json = {"type": "message", "user": self.user, "text": self.text, "ts": self.ts, "team": self.team}
        if self.bot_id:
            body |= {"bot_id": self.bot_id, "app_id": self.app_id}
        if self.blocks:
            body["blocks"] = with_ids(self.blocks)
        if self.thread_ts:
            body["thread_ts"] = self.thread_ts
        if self.files:
            body["files"] = self.files
        if self.edited:
            body["edited"] = {"user": self.user, "ts": self.edited}
        if metadata and self.metadata:
            body["metadata"] = self.metadata
        return body


@dataclass(slots=True)
class Channel:
    """A conversation; `kind` is channel (public), group (private), im or mpim. `person` is the other end of an im."""

    id: str
    team: str
    name: str
    kind: str = "channel"
    archived: bool = False
    restricted: bool = False
    general: bool = False
    person: str = ""
    members: set[str] = field(default_factory=set)
    messages: dict[str, Message] = field(default_factory=dict)


@dataclass(slots=True)
class Grant:
    """A token and what it may do; `error` is the documented answer of a token that no longer works."""

    token: str
    team: str
    scopes: frozenset[str]
    kind: str = "bot"
    expires_at: float | None = None
    refresh_token: str = ""
    error: str = ""


@dataclass(slots=True)
class Workspace:
    """A workspace and this app's bot in it."""

    id: str
    name: str
    bot_user: str
    bot_id: str
    users: dict[str, User] = field(default_factory=dict)
    channels: dict[str, Channel] = field(default_factory=dict)
    token: str = ""

    def user(self, name: str) -> User:
        """The person called `name`."""
        return next(user for user in self.users.values() if user.name == name)

    def channel(self, name: str) -> Channel:
        """The channel called `name`, without its #."""
        return next(channel for channel in self.channels.values() if channel.name == name)


@dataclass(slots=True)
class View:
    """A modal or a Home tab: `body` as the app sent it, `open` until it is submitted or closed."""

    id: str
    team: str
    user: str
    body: Json
    hash: str
    open: bool = True


@dataclass(slots=True)
class File:
    """An upload: usable only when complete and processed, which takes Slack a moment."""

    id: str
    team: str
    name: str
    length: int
    alt_text: str = ""
    title: str = ""
    content: bytes = b""
    complete: bool = False
    polls: int = 0


@dataclass(slots=True)
class Trigger:
    """Leave to open one view for `user`."""

    team: str
    user: str
    expires_at: float
    used: bool = False


@dataclass(slots=True)
class ResponseUrl:
    """What a response_url stands for: a place, a reader, and the message clicked in, if any."""

    team: str
    channel: str
    user: str
    expires_at: float
    message: Message | None = None
    uses: int = 0
