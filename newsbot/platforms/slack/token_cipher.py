"""Tokens at rest: encrypted with keys made from NEWSBOT_SECRET_KEY, and one-time states of an installation.

NEWSBOT_SECRET_KEY may be any text; several, separated by commas, let a key be changed: the first encrypts, each
decrypts. From each a Fernet key is derived by HKDF-SHA256 (RFC 5869), which asks for a text that nobody can guess:
`python -c "import secrets; print(secrets.token_urlsafe(32))"`.
"""

import base64

from cryptography.fernet import Fernet, InvalidToken, MultiFernet
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from newsbot.errors import PlatformRefused

_INFO = b"newsbot slack tokens"
SHORTEST = 16


class TokenCipher:
    """Encrypts and decrypts short texts."""

    def __init__(self, secret_key: str) -> None:
        """Raises PlatformRefused where a key is too short to protect anything."""
        keys = [key.strip() for key in secret_key.split(",") if key.strip()]
        if not keys or min(len(key) for key in keys) < SHORTEST:
            raise PlatformRefused(f"NEWSBOT_SECRET_KEY must be a random text of at least {SHORTEST} characters.")
        self._fernet = MultiFernet([Fernet(_derive_key(key)) for key in keys])

    def close(self, text: str) -> str:
        """The text, encrypted; an empty text stays one."""
        return self._fernet.encrypt(text.encode()).decode() if text else ""

    def open(self, sealed: str, seconds: int | None = None) -> str | None:
        """What `close` was given; None where another key made it, or `seconds` have passed since."""
        if not sealed:
            return ""
        try:
            return self._fernet.decrypt(sealed.encode(), ttl=seconds).decode()
        except (InvalidToken, UnicodeError):
            return None


def _derive_key(key: str) -> bytes:
    kdf = HKDF(algorithm=SHA256(), length=32, salt=None, info=_INFO)
    return base64.urlsafe_b64encode(kdf.derive(key.encode()))
