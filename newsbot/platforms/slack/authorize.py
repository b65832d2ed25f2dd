"""Who an event is answered as: Bolt asks for each, and gets the answer without a call to Slack."""

import logging

from slack_bolt.authorization import AuthorizeResult
from slack_bolt.authorization.async_authorize import AsyncAuthorize
from slack_bolt.context.async_context import AsyncBoltContext

from newsbot.errors import StorageError
from newsbot.platforms.slack.installations import Workspaces
from newsbot.platforms.slack.workspace import Workspace

log = logging.getLogger(__name__)


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
            known = workspace, _result(workspace, team_id)
            self._results[team_id or ""] = known
        return known[1]


def _result(workspace: Workspace, team_id: str | None) -> AuthorizeResult:
    return AuthorizeResult(
        enterprise_id=None,
        team_id=workspace.id or team_id,
        bot_user_id=workspace.bot_user_id,
        bot_id=workspace.bot_id,
        bot_token=workspace.token,
    )
