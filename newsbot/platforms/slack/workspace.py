"""One workspace that newsbot may act in, and how the database has it: with its tokens encrypted.

The keys are made from NEWSBOT_SECRET_KEY, which may be any text; several, separated by commas, let a key be changed:
the first encrypts, each decrypts. From each a Fernet key is derived by HKDF-SHA256 (RFC 5869), which asks for a text
that nobody can guess: `python -c "import secrets; print(secrets.token_urlsafe(32))"`.
"""

import base64
import logging
from dataclasses import dataclass, field
from datetime import datetime

from cryptography.fernet import Fernet, InvalidToken, MultiFernet
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from newsbot.errors import PlatformRefused
from newsbot.storage.records import SlackInstallation

log = logging.getLogger(__name__)

_INFO = b"newsbot slack tokens"
SHORTEST = 16


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
    encrypted_token: str = field(default="", repr=False)  # as the database has it


@dataclass(frozen=True, slots=True)
class OAuthApp:
    """What renews and makes tokens."""

    client_id: str
    client_secret: str = field(repr=False)


class TokenCipher:
    """Encrypts and decrypts short texts."""

    def __init__(self, secret_key: str) -> None:
        """Raises PlatformRefused where a key is too short to protect anything."""
        keys = [key.strip() for key in secret_key.split(",") if key.strip()]
        if not keys or min(len(key) for key in keys) < SHORTEST:
            raise PlatformRefused(f"NEWSBOT_SECRET_KEY must be a random text of at least {SHORTEST} characters.")
        self._fernet = MultiFernet([Fernet(_derive_key(key)) for key in keys])

    def encrypt(self, text: str) -> str:
        """The text, encrypted; an empty text stays one."""
        return self._fernet.encrypt(text.encode()).decode() if text else ""

    def decrypt(self, encrypted: str, seconds: int | None = None) -> str | None:
        """What `encrypt` was given; None where another key made it, or `seconds` have passed since."""
        if not encrypted:
            return ""
        try:
            return self._fernet.decrypt(encrypted.encode(), ttl=seconds).decode()
        except (InvalidToken, UnicodeError):
            return None


def _derive_key(key: str) -> bytes:
    kdf = HKDF(algorithm=SHA256(), length=32, salt=None, info=_INFO)
    return base64.urlsafe_b64encode(kdf.derive(key.encode()))


def decrypt_workspace(stored: SlackInstallation, cipher: TokenCipher) -> Workspace | None:
    """The workspace of an installation; None where newsbot may not act in it, or its tokens cannot be read."""
    if stored.gone_at is not None:
        return None
    token, refresh = cipher.decrypt(stored.token), cipher.decrypt(stored.refresh_token)
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
        encrypted_token=stored.token,
    )


def encrypt_workspace(workspace: Workspace, cipher: TokenCipher, installed_by: str, at: datetime) -> SlackInstallation:
    """A workspace as it is kept."""
    return SlackInstallation(
        workspace.id,
        workspace.name,
        workspace.bot_user_id,
        workspace.bot_id,
        ",".join(sorted(workspace.scopes)),
        cipher.encrypt(workspace.token),
        cipher.encrypt(workspace.refresh_token),
        workspace.expires_at,
        installed_by,
        at,
    )
