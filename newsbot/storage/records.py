"""What repositories give back: plain frozen values."""

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True)
class PlaceSetting:
    """One setting of a place; `channel` is empty where it holds for the whole server or workspace."""

    platform: str
    workspace: str
    channel: str
    name: str
    value: str
    changed_at: datetime
    changed_by: str


@dataclass(frozen=True, slots=True)
class WebMessage:
    """One message of the web chat. `body` is words, or a card as JSON where `is_card`.

    `asked_by` is who an answer was made for; `seen_by` who alone sees it, empty where everyone does. `change` is the
    number of its newest change.
    """

    id: int
    change: int
    channel: str
    author_id: str
    author_name: str
    asked_by: str
    seen_by: str
    body: str
    is_card: bool
    is_deleted: bool
    at: datetime


@dataclass(frozen=True, slots=True)
class NewWebMessage:
    """A message of the web chat before it has an id. `author` is id and name; `key` guards against a second post."""

    channel: str
    author: tuple[str, str]
    body: str
    is_card: bool
    at: datetime
    asked_by: str = ""
    seen_by: str = ""
    key: str | None = None
