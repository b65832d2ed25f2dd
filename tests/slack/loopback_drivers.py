"""People at work in the loopback Slack: what they do, over either transport."""

from abc import ABC, abstractmethod
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

from tests.patience import PATIENCE
from tests.slack import loopback_payloads as payloads
from tests.slack.loopback_blocks import with_ids
from tests.slack.loopback_chat import answer_command
from tests.slack.loopback_records import Channel, Json, Message, Refused, User, View, Workspace
from tests.slack.loopback_views import check_view, view_payload
from tests.slack.loopback_world import World

Kind = Literal["slash_commands", "interactive", "events_api"]


@dataclass(frozen=True, slots=True)
class Retry:
    """Which retry of an event this is (1–3), and Slack's reason for it."""

    number: int
    reason: str = "http_timeout"


@dataclass(slots=True)
class Answer:
    """What the app made of one payload. `seconds` is how long its ack took.

    `ack_body` is the JSON acknowledged with, None for an empty ack; `error` is what Slack would show a person:
    dispatch_failed, operation_timeout, or the refusal of the ack's blocks. `message` is what a command's ack posted.
    """

    kind: Kind
    payload: Json
    seconds: float = 0.0
    status: int = 0
    ack_body: Json | None = None
    headers: Mapping[str, str] = field(default_factory=dict)
    error: str = ""
    message: Message | None = None

    @property
    def ok(self) -> bool:
        """Whether the ack arrived in time and Slack accepts it."""
        return not self.error


class Driver(ABC):
    """A person's hands. Every method returns once the app has acknowledged, failed to, or run out of time.

    People and channels are given as records or by their names in the workspace.
    """

    def __init__(self, world: World, space: Workspace) -> None:
        self.world = world
        self.space = space
        self.patience = PATIENCE  # Slack waits three seconds; what a test proves of those it proves by order

    @abstractmethod
    async def deliver(self, kind: Kind, payload: Json, retry: Retry | None = None) -> Answer:
        """Give a payload to the app over this transport."""

    def user(self, user: User | str) -> User:
        """A person by name."""
        return user if isinstance(user, User) else self.space.user(user)

    def channel(self, channel: Channel | str) -> Channel:
        """A channel by name."""
        return channel if isinstance(channel, Channel) else self.space.channel(channel)

    async def command(self, user: User | str, channel: Channel | str, name: str, text: str = "") -> Answer:
        """Type a slash command; its ack's body becomes `message`."""
        person, place = self.user(user), self.channel(channel)
        payload = payloads.command(self.world, self.space, person, place, name, text)
        answer = await self.deliver("slash_commands", payload)
        if answer.ok and answer.ack_body is not None:
            try:
                answer.message = answer_command(self.world, place, person.id, answer.ack_body)
            except Refused as refused:
                answer.error = str(refused.body)
        return answer

    async def click(self, user: User | str, where: Message | View, what: str, chosen: str | None = None) -> Answer:
        """Press the button, or pick the option `chosen`, whose action_id, value or label is `what`."""
        person = self.user(user)
        payload = payloads.block_actions(self.world, self.space, person, where, what, chosen)
        return await self.deliver("interactive", payload)

    async def submit(self, view: View, values: Mapping[str, Any] | None = None) -> Answer:
        """Send a modal, `values` by action_id or block_id; it closes, stays with errors, or changes, as answered."""
        person = self.space.users[view.user]
        payload = payloads.view_submission(self.world, self.space, person, view, values or {})
        answer = await self.deliver("interactive", payload)
        if answer.ok:
            self._after_submit(view, answer)
        return answer

    def _after_submit(self, view: View, answer: Answer) -> None:
        body = answer.ack_body or {}
        action = body.get("response_action")
        if action in ("update", "push"):
            try:
                view.body, view.hash = check_view(self.world, view.team, body.get("view")), self.world.new_ts()
            except Refused as refused:
                answer.error = str(refused.body)
        elif action == "errors":
            self._check_errors(view, answer, body.get("errors") or {})
        else:
            view.open = False

    def _check_errors(self, view: View, answer: Answer, errors: Json) -> None:
        """Errors belong to inputs, by block_id; Slack shows a person nothing of any others."""
        inputs = {block["block_id"] for block in with_ids(view.body["blocks"]) if block["type"] == "input"}
        if not errors or errors.keys() - inputs:
            answer.error = f"the errors {errors} are not for the inputs {sorted(inputs)}"

    async def close_view(self, view: View) -> Answer:
        """Close a modal unsent; an app that did not ask for notify_on_close is told nothing."""
        view.open = False
        if not view.body.get("notify_on_close"):
            return Answer("interactive", {})
        person = self.space.users[view.user]
        return await self.deliver("interactive", payloads.view_closed(self.world, self.space, person, view))

    async def event(self, event: Json, retry: Retry | None = None) -> Answer:
        """Tell the app of any event."""
        return await self.deliver("events_api", payloads.event_callback(self.world, self.space, event), retry)

    async def mention(
        self, user: User | str, channel: Channel | str, text: str, thread_ts: str | None = None
    ) -> Answer:
        """Say something to the bot in a channel, its mention in front."""
        said = f"<@{self.space.bot_user}> {text}"
        message = self.world.say(self.channel(channel), self.user(user).id, said, thread_ts)
        return await self.event(payloads.spoken("app_mention", message))

    async def direct_message(self, user: User | str, text: str) -> Answer:
        """Say something in the direct conversation with the bot."""
        person = self.user(user)
        message = self.world.say(self.world.dm(self.space, person.id), person.id, text)
        return await self.event(payloads.spoken("message", message))

    async def open_home(self, user: User | str) -> Answer:
        """Open the app's Home tab."""
        person = self.user(user)
        channel = self.world.dm(self.space, person.id)
        event = {"type": "app_home_opened", "user": person.id, "channel": channel.id, "tab": "home"}
        view = self.world.homes.get((self.space.id, person.id))
        shown = {"view": view_payload(self.world, view)} if view else {}
        return await self.event(event | shown | {"event_ts": self.world.new_ts()})

    async def bot_joins(self, channel: Channel | str, inviter: User | str) -> Answer:
        """Invite the bot to a channel."""
        place = self.channel(channel)
        place.members.add(self.space.bot_user)
        event = {"type": "member_joined_channel", "user": self.space.bot_user, "channel": place.id}
        kind = "G" if place.kind == "group" else "C"
        more = {"channel_type": kind, "team": self.space.id, "inviter": self.user(inviter).id}
        return await self.event(event | more | {"event_ts": self.world.new_ts()})

    async def uninstall(self) -> tuple[Answer, Answer]:
        """Take the app out of the workspace: its tokens die, then tokens_revoked and app_uninstalled arrive."""
        self.world.uninstall(self.space)
        tokens = {"oauth": [], "bot": [self.space.bot_user]}
        revoked = await self.event({"type": "tokens_revoked", "tokens": tokens, "event_ts": self.world.new_ts()})
        return revoked, await self.event({"type": "app_uninstalled", "event_ts": self.world.new_ts()})

    async def again(self, answer: Answer, retry: Retry | None = None) -> Answer:
        """Deliver the same payload once more, as Slack does when it saw no ack in time."""
        return await self.deliver(answer.kind, answer.payload, retry)
