"""One workspace that newsbot may act in, and how it is kept in the database: with its tokens encrypted."""

import logging
from dataclasses import dataclass, field
from datetime import datetime

from newsbot.platforms.slack.token_cipher import TokenCipher
from newsbot.storage.records import SlackInstallation

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Workspace:
    """A workspace that newsbot may act in. Its tokens do not show in its repr."""

    id: str
    name: str
    token: str = field(repr=False)
    bot_user_id: str = ""
    bot_id: str = ""
    bot_name: str = "newsbot"
    scopes: frozenset[str] = frozenset()
    expires_at: datetime | None = None
    refresh_token: str = field(default="", repr=False)
    sealed: str = field(default="", repr=False)  # the token as the database has it


@dataclass(frozen=True, slots=True)
class OAuthApp:
    """What renews and makes tokens."""

    client_id: str
    client_secret: str = field(repr=False)


def decrypt_workspace(stored: SlackInstallation, cipher: TokenCipher) -> Workspace | None:
    """The workspace of an installation; None where newsbot may not act in it, or its tokens cannot be read."""
    if stored.gone_at is not None:
        return None
    token, refresh = cipher.open(stored.token), cipher.open(stored.refresh_token)
    if token is None or refresh is None:
        log.error("the Slack token of %s was encrypted with another NEWSBOT_SECRET_KEY", stored.workspace)
        return None
    return Workspace(
        stored.workspace,
        stored.name,
        token,
        stored.bot_user_id,
        stored.bot_id,
        scopes=frozenset(filter(None, stored.scopes.split(","))),
        expires_at=stored.expires_at,
        refresh_token=refresh,
        sealed=stored.token,
    )


def encrypt_workspace(workspace: Workspace, cipher: TokenCipher, installed_by: str, at: datetime) -> SlackInstallation:
    """A workspace as it is kept."""
    return SlackInstallation(
        workspace.id,
        workspace.name,
        workspace.bot_user_id,
        workspace.bot_id,
        ",".join(sorted(workspace.scopes)),
        cipher.close(workspace.token),
        cipher.close(workspace.refresh_token),
        workspace.expires_at,
        installed_by,
        at,
    )
