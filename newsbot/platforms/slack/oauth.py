"""Installing newsbot in a workspace: Bolt's OAuth flow over our own stores, or a page that says what is missing.

A state is an encrypted random text that ends after ten minutes; it is bound to the browser by Bolt's cookie, and the
database remembers that it was used. So it works once, whichever process answers, and nothing is stored for an
installation that somebody begins and leaves.
"""

import hashlib
import logging
import secrets
from collections.abc import Callable
from datetime import UTC, datetime
from html import escape

from slack_bolt.error import BoltError
from slack_bolt.oauth.async_callback_options import AsyncCallbackOptions, AsyncFailureArgs, AsyncSuccessArgs
from slack_bolt.oauth.async_oauth_flow import AsyncOAuthFlow
from slack_bolt.oauth.async_oauth_settings import AsyncOAuthSettings
from slack_bolt.response import BoltResponse
from slack_sdk.oauth.installation_store import Installation
from slack_sdk.oauth.installation_store.async_installation_store import AsyncInstallationStore
from slack_sdk.oauth.state_store.async_state_store import AsyncOAuthStateStore

from newsbot.errors import NewsbotError
from newsbot.platforms.slack.client import SlackCalls, sdk_log
from newsbot.platforms.slack.installations import Workspaces
from newsbot.platforms.slack.manifest import scopes
from newsbot.platforms.slack.payloads import PLATFORM
from newsbot.platforms.slack.workspace import OAuthApp, TokenCipher, Workspace
from newsbot.storage.database import Database, DurableEvents

log = logging.getLogger(__name__)

STATE_SECONDS = 600
_REASONS = {
    "access_denied": "You didn't allow it, so nothing was installed.",
    "invalid_browser": "This installation was started in another browser, or cookies are off. Start again.",
    "invalid_state": "This installation took too long, or was already finished. Start again.",
    "invalid_code": "Slack didn't accept this installation. Start again.",
    "missing_code": "Slack didn't say whether you allowed it. Start again.",
    "storage_error": "The installation could not be stored. Try again in a minute.",
}
NO_KEY = (
    "newsbot cannot be installed here yet: NEWSBOT_SECRET_KEY is not set, and without it no token is stored. "
    "Whoever runs newsbot can set it and start newsbot again."
)


class OAuthStates(AsyncOAuthStateStore):
    """One-time states of installations."""

    def __init__(self, cipher: TokenCipher, database: Database, now: Callable[[], datetime]) -> None:
        self._cipher = cipher
        self._events = DurableEvents(database)
        self._now = now

    async def async_issue(self, *args: object, **kwargs: object) -> str:
        """A fresh state."""
        del args, kwargs
        return self._cipher.encrypt(secrets.token_urlsafe(16))

    async def async_consume(self, state: str) -> bool:
        """Whether it is one of ours, young enough, and used for the first time."""
        if not state or self._cipher.decrypt(state, STATE_SECONDS) is None:
            return False
        used = f"oauth:{hashlib.sha256(state.encode()).hexdigest()}"
        try:
            return await self._events.claim(PLATFORM, used, self._now())
        except NewsbotError as error:
            log.error("an installation was refused because its state could not be checked: %s", error)
            return False


class InstallationStore(AsyncInstallationStore):
    """Where Bolt's flow puts a finished installation; it is read by our own `Workspaces`."""

    def __init__(self, workspaces: Workspaces, installed: Callable[[str, str], None]) -> None:
        """`installed` is told the workspace and the person, once it is kept."""
        self._workspaces = workspaces
        self._installed = installed

    async def async_save(self, installation: Installation) -> None:
        """Keep it. Raises BoltError where it cannot be kept."""
        if not installation.team_id or not installation.bot_token or installation.is_enterprise_install:
            raise BoltError("newsbot is installed in single workspaces, by a bot token")
        ends = installation.bot_token_expires_at
        workspace = Workspace(
            installation.team_id,
            installation.team_name or installation.team_id,
            installation.bot_token,
            installation.bot_user_id or "",
            installation.bot_id or "",
            scopes=frozenset(installation.bot_scopes or ()),
            expires_at=datetime.fromtimestamp(ends, UTC) if ends else None,
            refresh_token=installation.bot_refresh_token or "",
        )
        try:
            await self._workspaces.put(workspace, installation.user_id or "")
        except NewsbotError as error:
            raise BoltError(str(error)) from error
        self._installed(workspace.id, installation.user_id or "")


def oauth_flow(
    app: OAuthApp,
    calls: SlackCalls,
    store: InstallationStore,
    states: OAuthStates,
    public_url: str | None,
    *,
    authorize_url: str,
) -> AsyncOAuthFlow:
    """Bolt's flow. Everything is handed over: what it is not given it reads from the environment by itself."""
    settings = AsyncOAuthSettings(
        client_id=app.client_id,
        client_secret=app.client_secret,
        scopes=scopes()["bot"],
        user_scopes=[],
        redirect_uri=f"{public_url}/slack/oauth_redirect" if public_url else None,
        install_path="/slack/install",
        redirect_uri_path="/slack/oauth_redirect",
        callback_options=AsyncCallbackOptions(success=_install_succeeded, failure=_install_failed),
        authorization_url=authorize_url,
        installation_store=store,
        installation_store_bot_only=True,
        state_store=states,
        state_expiration_seconds=STATE_SECONDS,
        logger=sdk_log,
    )
    if not public_url:
        settings.redirect_uri = None  # Bolt has looked for SLACK_REDIRECT_URI
        settings.authorize_url_generator.redirect_uri = None
    return AsyncOAuthFlow(client=calls.web(), settings=settings, logger=sdk_log)


async def _install_succeeded(args: AsyncSuccessArgs) -> BoltResponse:
    name = args.installation.team_name or "your workspace"
    return page(
        200,
        "newsbot is installed",
        f"newsbot is in {name} now and has sent you a message. Or type /newsbot help in any channel.",
    )


async def _install_failed(args: AsyncFailureArgs) -> BoltResponse:
    log.warning("an installation failed: %s", args.reason)
    sentence = _REASONS.get(args.reason, "Slack didn't finish this installation. Start again.")
    return page(args.suggested_status_code, "newsbot was not installed", sentence)


def page(status: int, title: str, sentence: str) -> BoltResponse:
    """A page of one sentence."""
    body = (
        f'<!doctype html><html lang="en"><meta charset="utf-8"><title>{escape(title)}</title>'
        f"<h1>{escape(title)}</h1><p>{escape(sentence)}</p>"
        f'<p><a href="/slack/install">Install newsbot</a></p></html>'
    )
    headers: dict[str, str | list[str]] = {"Content-Type": "text/html; charset=utf-8", "Cache-Control": "no-store"}
    return BoltResponse(status=status, body=body, headers=headers)  # type: ignore[arg-type] # Sequence is invariant there
