"""Seals: a hash that is shown with a question, so that nobody can change its right choice afterwards.

The canonical form is three lines, in UTF-8 and without a line break at the end: the salt, the question, the right
choice, as people read them. Its SHA-256 in hexadecimal digits is the seal. Until the salt is shown, the seal tells
nothing: the choices are few, but the salt is one of 2**128.
"""

import hashlib
import shlex
from random import Random

_SALT_BYTES = 16


def new_salt(random: Random) -> str:
    """A salt of 128 random bits in hexadecimal digits. Only a `SystemRandom` makes one that nobody can foresee."""
    return random.randbytes(_SALT_BYTES).hex()


def seal(question: str, right: str, salt: str) -> str:
    """The seal of a question with its right choice. Raises ValueError where a part is more than one line."""
    return hashlib.sha256(_canonical(question, right, salt).encode()).hexdigest()


def is_genuine(shown: str, question: str, right: str, salt: str) -> bool:
    """Whether `shown` is the seal of exactly this question, right choice and salt."""
    return shown == seal(question, right, salt)


def shell_line(question: str, right: str, salt: str) -> str:
    """A command for a POSIX shell that prints the seal, so that anybody can check it without newsbot."""
    return f"printf '%s\\n%s\\n%s' {shlex.quote(salt)} {shlex.quote(question)} {shlex.quote(right)} | sha256sum"


def one_line(text: str) -> str:
    """The text with every run of white space as one space: what can be sealed."""
    return " ".join(text.split())


def _canonical(question: str, right: str, salt: str) -> str:
    parts = (salt, question, right)
    if any("\n" in part for part in parts):
        raise ValueError("what is sealed stands on one line each")
    return "\n".join(parts)
