"""What repositories give back: plain frozen values."""

from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from newsbot.messages.requests import Place

DeliveryState = Literal["due", "leased", "sending", "sent", "unknown", "failed", "skipped"]


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


@dataclass(frozen=True, slots=True)
class NewDelivery:
    """A message that is to stand in `place` from `due_at` on. A second one with the same `key` is not made."""

    key: str
    place: Place
    due_at: datetime


@dataclass(frozen=True, slots=True)
class Delivery:
    """One message of the outbox.

    `sending_since` is when a request first left for it, as long as it is not known that nothing was stored. `posted`
    is where it stands, in the words of `newsbot.messages.codec`. `fix` is what somebody must change where it failed.
    """

    id: int
    key: str
    edition_id: int
    place: Place
    state: DeliveryState
    due_at: datetime
    retry_at: datetime
    attempts: int
    lease_by: str
    sending_since: datetime | None
    posted: str | None
    reason: str
    fix: str
    settled_at: datetime | None


@dataclass(frozen=True, slots=True)
class Settlement:
    """How one attempt at a delivery ended.

    `retry_at` belongs to "due": the next attempt. `is_clear`: nothing of it was stored, so that attempt did not happen.
    """

    id: int
    state: DeliveryState
    at: datetime
    reason: str = ""
    fix: str = ""
    posted: str | None = None
    retry_at: datetime | None = None
    is_clear: bool = True


@dataclass(frozen=True, slots=True)
class SlackInstallation:
    """A Slack workspace that installed newsbot. Both tokens are encrypted; an empty refresh token is none.

    `expires_at` is when the token ends, None where it does not. `gone_at` is since when newsbot may not act there.
    """

    workspace: str
    name: str
    bot_user_id: str
    bot_id: str
    scopes: str
    token: str
    refresh_token: str
    expires_at: datetime | None
    installed_by: str
    installed_at: datetime
    gone_at: datetime | None = None
    gone_reason: str = ""
