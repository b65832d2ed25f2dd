"""The Bolt app: what Slack sends goes to `inbound`, acknowledged before anything waits for I/O."""

import logging
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from slack_bolt.async_app import AsyncAck, AsyncApp, AsyncBoltContext
from slack_bolt.authorization import AuthorizeResult
from slack_bolt.authorization.async_authorize import AsyncAuthorize
from slack_bolt.oauth.async_oauth_flow import AsyncOAuthFlow
from slack_bolt.response import BoltResponse

from newsbot.commands.dispatcher import Dispatcher
from newsbot.errors import StorageError
from newsbot.platforms.slack import modals
from newsbot.platforms.slack.client import SlackCalls
from newsbot.platforms.slack.deduplication import Deduplicator
from newsbot.platforms.slack.home import home_view
from newsbot.platforms.slack.inbound import SlackInbound
from newsbot.platforms.slack.installations import Workspaces
from newsbot.platforms.slack.manifest import DIRECT_MESSAGES
from newsbot.platforms.slack.payloads import read_message
from newsbot.platforms.slack.render import ACTION_IDS
from newsbot.platforms.slack.responses import Responder
from newsbot.platforms.slack.welcome import Welcomes
from newsbot.platforms.slack.workspace import Workspace
from newsbot.tasks import BackgroundTasks

log = logging.getLogger(__name__)
bolt_log = logging.getLogger("newsbot.slack.bolt")
bolt_log.setLevel(logging.ERROR)  # Bolt logs whole requests below that

Json = Mapping[str, Any]
_JSON = {"content-type": "application/json; charset=utf-8"}
_GONE = {
    "response_type": "ephemeral",
    "text": "newsbot is no longer installed in this workspace. Whoever manages its apps can install it again.",
}


class Authorize(AsyncAuthorize):
    """Bolt's `authorize` over our workspaces; Bolt calls `auth.test` for each event unless it is given one."""

    def __init__(self, workspaces: Workspaces) -> None:
        self._workspaces = workspaces
        self._results: dict[str, tuple[Workspace, AuthorizeResult]] = {}

    async def __call__(
        self,
        *,
        context: AsyncBoltContext,
        enterprise_id: str | None,
        team_id: str | None,
        user_id: str | None,
        actor_enterprise_id: str | None = None,
        actor_team_id: str | None = None,
        actor_user_id: str | None = None,
    ) -> AuthorizeResult | None:
        """The workspace's bot, None where newsbot may not act in it."""
        try:
            workspace = await self._workspaces.get(team_id or "")
        except StorageError as error:
            log.error("nobody can be answered in the Slack workspace %s: %s", team_id, error)
            return None
        if workspace is None:
            return None
        known = self._results.get(team_id or "")
        if known is None or known[0] is not workspace:
            known = workspace, _authorize_result(workspace, team_id)
            self._results[team_id or ""] = known
        return known[1]


def _authorize_result(workspace: Workspace, team_id: str | None) -> AuthorizeResult:
    return AuthorizeResult(
        enterprise_id=None,
        team_id=workspace.id or team_id,
        bot_user_id=workspace.bot_user_id,
        bot_id=workspace.bot_id,
        bot_token=workspace.token,
    )


@dataclass(frozen=True, slots=True)
class Parts:
    """What the listeners need."""

    dispatcher: Dispatcher
    inbound: SlackInbound
    workspaces: Workspaces
    responder: Responder
    deduplicator: Deduplicator
    background: BackgroundTasks
    welcomes: Welcomes
    now: Callable[[], datetime]


def slack_app(
    calls: SlackCalls, authorize: Authorize, signing_secret: str, parts: Parts, flow: AsyncOAuthFlow | None
) -> AsyncApp:
    """The app. Everything is handed over: what Bolt is not given it reads from the environment by itself.

    With `process_before_response` an answer leaves at once; without, Bolt looks for it every ten milliseconds.
    """
    app = AsyncApp(
        name="newsbot.slack.app",  # Bolt sets the level of the logger of this name
        logger=bolt_log,
        client=calls.web(),
        signing_secret=signing_secret,
        authorize=authorize,  # type: ignore[arg-type] # Bolt takes its own class too, which its hints forget
        oauth_flow=flow,
        process_before_response=True,
        request_verification_enabled=False,  # the routes verify before anything is parsed: Bolt would do so afterwards
        ignoring_self_events_enabled=True,
        ssl_check_enabled=True,
        url_verification_enabled=True,
        attaching_function_token_enabled=False,
        attaching_conversation_kwargs_enabled=False,
        user_facing_authorize_error_message=_GONE,  # type: ignore[arg-type] # Bolt hands it to respond, which takes both
    )
    listeners = _Listeners(parts)
    app.command(re.compile(r"^/"))(listeners.command)
    app.action(re.compile(ACTION_IDS))(listeners.action)
    app.view(modals.CALLBACK)(listeners.form)
    app.event("app_mention")(listeners.words)
    app.event("message")(listeners.words)
    app.event("app_home_opened")(listeners.home)
    app.event("member_joined_channel")(listeners.joined)
    app.event("app_uninstalled")(listeners.removed)
    app.event("tokens_revoked")(listeners.removed)
    return app


class _Listeners:
    """One method for each kind of request. Events are acknowledged by Bolt when their method returns."""

    def __init__(self, parts: Parts) -> None:
        self._parts = parts
        self._home: tuple[object, bool, dict[str, Any]] | None = None

    async def command(self, body: Json, context: AsyncBoltContext) -> BoltResponse:
        """The answer itself where it is ready in time; Bolt's own `ack` would write its JSON again."""
        answer = await self._parts.inbound.command(body, context.team_id or "")
        return BoltResponse(status=200, body=answer, headers=dict(_JSON) if answer else None)

    async def action(self, ack: AsyncAck, body: Json, context: AsyncBoltContext) -> None:
        """Slack ignores a message in the acknowledgement of a press, so it is empty."""
        await ack()
        self._parts.inbound.handle_press(body, context.team_id or "")

    async def form(self, ack: AsyncAck, body: Json, context: AsyncBoltContext) -> None:
        """A form that was sent."""
        answer = await self._parts.inbound.submit(body, context.team_id or "", self._parts.now())
        await (ack(answer) if answer else ack())

    async def words(self, body: Json, event: Json, context: AsyncBoltContext) -> None:
        """A mention or a direct message."""
        heard = read_message(event, context.team_id or "", context.bot_user_id or "")
        if heard is not None:
            event_id = str(body.get("event_id") or "")
            self._parts.background.start(self._parts.inbound.answer(heard, event_id), "an answer")

    async def home(self, body: Json, event: Json, context: AsyncBoltContext) -> None:
        """Someone opened the Home tab."""
        if event.get("tab", "home") == "home":
            event_id = str(body.get("event_id") or "")
            self._parts.background.start(
                self._publish(context.team_id or "", str(event["user"]), event_id), "the Home tab"
            )

    async def _publish(self, team: str, user: str, event_id: str) -> None:
        if not await self._parts.deduplicator.is_new_anywhere(event_id):
            return
        workspace = await self._parts.workspaces.require(team)
        hears = not workspace.scopes or DIRECT_MESSAGES in workspace.scopes
        await self._parts.workspaces.call(team, "views.publish", user_id=user, view=self._home_view(hears))

    def _home_view(self, hears: bool) -> dict[str, Any]:
        """The same for everyone until the content changes."""
        context = self._parts.dispatcher.context
        if self._home is None or self._home[0] is not context or self._home[1] != hears:
            self._home = context, hears, home_view(context.library, context.menu, direct_messages=hears)
        return self._home[2]

    async def joined(self, event: Json, context: AsyncBoltContext) -> None:
        """Somebody joined a channel; where it was newsbot itself, it says what it is for."""
        if event.get("user") and event.get("user") == context.bot_user_id:
            greeting = self._parts.welcomes.greet_channel(context.team_id or "", str(event["channel"]))
            self._parts.background.start(greeting, "a welcome")

    async def removed(self, body: Json, event: Json, context: AsyncBoltContext) -> None:
        """newsbot was uninstalled, or its token was revoked; a revoked token of a person is nothing to us."""
        if event.get("type") == "tokens_revoked" and not (event.get("tokens") or {}).get("bot"):
            return
        if not await self._parts.deduplicator.is_new_anywhere(str(body.get("event_id") or "")):
            return
        at = datetime.fromtimestamp(int(body.get("event_time") or 0) or self._parts.now().timestamp(), UTC)
        await self._parts.workspaces.mark_uninstalled(context.team_id or "", str(event["type"]), at)
