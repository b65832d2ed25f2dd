"""What a button does, and the token behind it that outlives restarts.

A token is `nb1:name:argument:argument…`, at most 100 characters of printable ASCII (Discord's limit for a custom id).
`nb1` is the version of the format: a later newsbot can go on reading today's buttons.
"""

from dataclasses import dataclass
from urllib.parse import quote, unquote

from newsbot.errors import TokenError

VERSION = "nb1"
MAX_TOKEN = 100
_KEPT = "/.,=+@!"  # what needs no percent sign beside letters, digits and _-~


@dataclass(frozen=True, slots=True)
class Action:
    """A named thing to do, with its arguments: `Action("brief.open", ("deepseek", "cost"))`."""

    name: str
    arguments: tuple[str, ...] = ()

    def token(self) -> str:
        """The token of this action. Raises TokenError where it would be longer than 100 characters."""
        token = ":".join([VERSION, *(_quote_part(part) for part in (self.name, *self.arguments))])
        if len(token) > MAX_TOKEN:
            raise TokenError("That name is too long to put behind a button.")
        return token


@dataclass(frozen=True, slots=True)
class Url:
    """A button that opens a web address."""

    address: str


def read_token(token: str) -> Action:
    """The action behind a token. Raises TokenError, with a sentence for the person, where it cannot be read."""
    version, *parts = token.split(":")
    if version != VERSION:
        if version.startswith("nb") and version[2:].isdigit():
            raise TokenError("This button comes from another version of newsbot. Ask again for a fresh one.")
        raise TokenError("This button is damaged. Ask again for a fresh one.")
    if len(token) > MAX_TOKEN or not parts or not parts[0] or not token.isascii():
        raise TokenError("This button is damaged. Ask again for a fresh one.")
    try:
        name, *arguments = (unquote(part, errors="strict") for part in parts)
    except UnicodeDecodeError:
        raise TokenError("This button is damaged. Ask again for a fresh one.") from None
    return Action(name, tuple(arguments))


def _quote_part(part: str) -> str:
    try:
        return quote(part, safe=_KEPT)
    except UnicodeEncodeError:
        raise TokenError("That name cannot be put behind a button.") from None
