"""What repositories give back: plain frozen values.

Those that come by the hundred are named tuples: made four times as fast as frozen dataclasses.
"""

from dataclasses import dataclass
from datetime import date, datetime, time
from typing import Literal, NamedTuple

from newsbot.messages.requests import Place

SubscriptionState = Literal["active", "paused", "ended"]
WhenEmpty = Literal["short", "skip"]
CatchUp = Literal["skip", "latest", "all"]
ON_REQUEST = "now"  # the slot of an edition that somebody asked for
ORDINARY, AWAITED = 0, 1  # priorities of deliveries
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
    """A message that is to stand in `place` from `due_at` on. A second one with the same `key` is not made.

    Where a digest makes it: of which subscription and slot, which role it mentions, and why it is late. `skipped` is
    why it is not to be posted at all: then it is kept only so that people can read that. `is_awaited`: people wait for
    it at this moment, so it leaves before what fills a queue.
    """

    key: str
    place: Place
    due_at: datetime
    subscription: int | None = None
    slot: str = ""
    mention: str = ""
    label: str = ""
    skipped: str = ""
    is_awaited: bool = False


class Delivery(NamedTuple):
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
    subscription: int | None = None
    slot: str = ""
    mention: str = ""
    label: str = ""
    shard: int = 0
    priority: int = ORDINARY

    @property
    def is_awaited(self) -> bool:
        """Whether somebody waits for it at this moment."""
        return self.priority == AWAITED


class Settlement(NamedTuple):
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


@dataclass(frozen=True, slots=True)
class NewSubscription:
    """A digest that somebody wants in `place`: at a wall time in an IANA zone, on days as `mon-fri` or `mon,wed`.

    No `topics` are all of them. `mention` is the id of a role to mention, or empty.
    """

    place: Place
    at: time
    zone: str
    days: str
    made_by: str
    made_at: datetime
    topics: tuple[str, ...] = ()
    when_empty: WhenEmpty = "short"
    catch_up: CatchUp = "latest"
    mention: str = ""


@dataclass(frozen=True, slots=True)
class Subscription:
    """A digest that comes to a channel by itself; `number` is what people there call it.

    The rule holds for instants after `since`; `last_day` is the latest nominal date that was decided; `next_at` is when
    the next slot is due. `history` is the id of what was shown, `cursor` the day after which events are news.
    `paused_by` is empty where newsbot paused it.
    """

    id: int
    number: int
    place: Place
    at: time
    zone: str
    days: str
    made_by: str
    made_at: datetime
    topics: tuple[str, ...]
    when_empty: WhenEmpty
    catch_up: CatchUp
    mention: str
    state: SubscriptionState
    since: datetime
    last_day: date | None
    next_at: datetime | None
    history: str
    cursor: date
    paused_reason: str = ""
    paused_fix: str = ""
    paused_by: str = ""


@dataclass(frozen=True, slots=True)
class OutageRecord:
    """newsbot was down from `start` to `end`."""

    start: datetime
    end: datetime


@dataclass(frozen=True, slots=True)
class Incident:
    """An edition that was not confirmed in time; `closed_at` is when all was well again."""

    delivery: int
    subscription: int
    platform: str
    opened_at: datetime
    closed_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class GameRecord:
    """A game of the quiz as it is kept: `body` is all of it as JSON, the rest is what games are looked for by.

    `place` is the channel it was started in, `played_in` the one its questions stand in. `daily` is the question of a
    day that is played, or empty. `due_at` is when it is to be looked at next, None where it is over. `starter` is the
    id of whoever may stop it, or empty.
    """

    id: int
    place: Place
    played_in: str
    daily: str
    phase: str
    due_at: datetime | None
    version: int
    body: str
    starter: str = ""


@dataclass(frozen=True, slots=True)
class AnswerRecord:
    """What one person chose; `at` is the platform's timestamp of the press that counts."""

    game: int
    number: int
    person: str
    name: str
    choice: int
    at: datetime
    is_changed: bool


@dataclass(frozen=True, slots=True)
class ResultRecord:
    """What one answer was worth. `place` is the channel of its game, `chosen` the choice in words."""

    game: int
    number: int
    person: str
    name: str
    place: Place
    question: str
    chosen: str
    is_right: bool
    points: int
    at: datetime


@dataclass(frozen=True, slots=True)
class StandingRecord:
    """Where one person stands: their place, which as many points share, and what they have."""

    rank: int
    person: str
    name: str
    points: int
    right: int
    answered: int


@dataclass(frozen=True, slots=True)
class Player:
    """A person as far as the quiz keeps anything of them. `realm` is where their id is theirs; empty is everywhere."""

    platform: str
    realm: str
    id: str


@dataclass(frozen=True, slots=True)
class ReportRecord:
    """What somebody thinks is wrong with a question."""

    question: str
    player: Player
    reason: str
    words: str
    at: datetime


@dataclass(frozen=True, slots=True)
class DailyChannel:
    """Which question of a day is open in a channel since when, the one before it, and the key of its delivery.

    `closes_at` is until when; None: until the next one comes.
    """

    place: Place
    daily: str
    before: str
    delivery: str
    since: datetime
    closes_at: datetime | None = None

    def is_open(self, now: datetime) -> bool:
        """Whether it can still be answered at an instant, unless another one has come."""
        return self.closes_at is None or now <= self.closes_at


@dataclass(frozen=True, slots=True)
class DailyClosing:
    """A message that asks a question of a day, by the key of its delivery, and is to tell the answer from `tell_at` on.

    `before` is the question that was open in the channel before it; `closes_at` is until when presses count.
    """

    delivery: str
    daily: str
    place: Place
    before: str
    closes_at: datetime
    tell_at: datetime


@dataclass(frozen=True, slots=True)
class Erased:
    """How much of a person was erased, and the games whose final scores told of them."""

    answers: int
    results: int
    votes: int
    reports: int
    games: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class NumberReport:
    """What somebody says is wrong with a number, from where, and what it showed; who said so is not kept."""

    platform: str
    workspace: str
    figure: str
    shown: str
    content_version: str
    words: str
    at: datetime


@dataclass(frozen=True, slots=True)
class StoredSource:
    """A source of news as it is kept; `body` is what is known of it, empty before its first poll."""

    id: str
    next_at: datetime | None
    is_troubled: bool
    lease_by: str
    lease_until: datetime | None
    body: str
