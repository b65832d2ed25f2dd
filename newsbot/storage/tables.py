"""The tables. Imported by this package only; the rest of newsbot sees repositories and records."""

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    Date,
    DateTime,
    ForeignKey,
    Index,
    Integer,
    MetaData,
    SmallInteger,
    String,
    Table,
    Text,
    text,
)
from sqlalchemy.engine import Dialect
from sqlalchemy.types import TypeDecorator


class UtcDateTime(TypeDecorator[datetime]):
    """An instant: an aware datetime in, an aware datetime in UTC out, on every database. Refuses a naive one."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """The instant in UTC; SQLite has no zones, so there it is stored without one."""
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError(f"{value!r} has no time zone")
        instant = value.astimezone(UTC)
        return instant.replace(tzinfo=None) if dialect.name == "sqlite" else instant

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """The instant with its zone."""
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)

    # SQLite holds texts. Made and read here in one step each: SQLAlchemy takes four times as long over it.

    def bind_processor(self, dialect: Dialect) -> Callable[[Any], Any] | None:
        """What makes a value of the driver of an instant."""
        return _sqlite_text if dialect.name == "sqlite" else super().bind_processor(dialect)

    def result_processor(self, dialect: Dialect, coltype: object) -> Callable[[Any], Any] | None:
        """What makes an instant of a value of the driver."""
        return _instant if dialect.name == "sqlite" else super().result_processor(dialect, coltype)


def _sqlite_text(value: datetime | None) -> str | None:
    if value is None:
        return None
    if value.tzinfo is None:
        raise ValueError(f"{value!r} has no time zone")
    return value.astimezone(UTC).isoformat(" ", "microseconds").removesuffix("+00:00")


def _instant(text: str | None) -> datetime | None:
    return None if text is None else datetime.fromisoformat(f"{text}+00:00")


metadata = MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_name)s",
        "uq": "uq_%(table_name)s_%(column_0_name)s",
        "fk": "fk_%(table_name)s_%(column_0_name)s",
        "pk": "pk_%(table_name)s",
    }
)


# By a column that changes once, when a delivery ends: by its state each step of it would be written to two indexes.
OPEN = "settled_at IS NULL"
TROUBLED = "state IN ('unknown', 'failed')"
ACTIVE = "state = 'active'"
UNCLOSED = "closed_at IS NULL"
PLAYED = "daily = '' AND phase NOT IN ('ended', 'mending')"
OF_A_DAY = "daily <> ''"
DUE = "due_at IS NOT NULL"


def _text(name: str, length: int, **options: Any) -> Column[str]:
    return Column(name, String(length), nullable=False, **options)


handled_events = Table(
    "handled_events",
    metadata,
    _text("platform", 32, primary_key=True),
    _text("event_id", 255, primary_key=True),
    Column("handled_at", UtcDateTime, nullable=False),
    Index("ix_handled_events_handled_at", "handled_at"),
)

place_settings = Table(
    "place_settings",
    metadata,
    _text("platform", 32, primary_key=True),
    _text("workspace", 64, primary_key=True),
    _text("channel", 64, primary_key=True),
    _text("name", 64, primary_key=True),
    Column("value", Text, nullable=False),
    Column("changed_at", UtcDateTime, nullable=False),
    _text("changed_by", 64),
)

# The web chat's messages. `change` grows with each new, edited or deleted message: whoever knows the last one they
# saw can ask for the rest. `seen_by` is empty where everyone in the channel sees the message.
web_messages = Table(
    "web_messages",
    metadata,
    Column("id", Integer, primary_key=True, autoincrement=True),
    Column("change", BigInteger, nullable=False),
    _text("channel", 64),
    _text("author_id", 64),
    _text("author_name", 120),
    _text("asked_by", 64),
    _text("seen_by", 64),
    Column("body", Text, nullable=False),
    Column("is_card", Boolean(name="is_card"), nullable=False),
    Column("is_deleted", Boolean(name="is_deleted"), nullable=False),
    Column("post_key", String(255), nullable=True),
    Column("at", UtcDateTime, nullable=False),
    Index("ix_web_messages_change", "change"),
    Index("ix_web_messages_channel", "channel", "id"),
    Index("uq_web_messages_post_key", "post_key", unique=True),
)

# Short claims that only one process may hold at a time: who pushes the commands, who identifies at a gateway.
leases = Table(
    "leases",
    metadata,
    _text("name", 120, primary_key=True),
    _text("holder", 64),
    Column("until", UtcDateTime, nullable=False),
)

# What is posted, once for however many places it goes to.
editions = Table(
    "editions",
    metadata,
    Column("id", Integer, primary_key=True, autoincrement=True),
    Column("body", Text, nullable=False),
    _text("content_version", 64),
    Column("made_at", UtcDateTime, nullable=False),
    Column("why", Text, nullable=False, server_default="[]"),
    _text("daily", 32, server_default=""),
)

# Digests that come to a channel by themselves. `last_day` is the latest nominal date that was decided; `next_at` when
# the next slot is due, empty where nothing is. `history` names what was shown here, which many subscriptions share.
subscriptions = Table(
    "subscriptions",
    metadata,
    Column("id", Integer, primary_key=True, autoincrement=True),
    _text("platform", 32),
    _text("workspace", 64),
    _text("channel", 64),
    _text("thread", 64),
    Column("number", Integer, nullable=False),
    _text("at", 5),
    _text("zone", 64),
    _text("days", 40),
    Column("topics", Text, nullable=False),
    _text("when_empty", 16),
    _text("catch_up", 16),
    _text("mention", 64),
    _text("made_by", 64),
    Column("made_at", UtcDateTime, nullable=False),
    _text("state", 16),
    Column("since", UtcDateTime, nullable=False),
    Column("last_day", Date, nullable=True),
    Column("next_at", UtcDateTime, nullable=True),
    _text("history", 64),
    Column("cursor", Date, nullable=False),
    Column("paused_reason", Text, nullable=False),
    Column("paused_fix", Text, nullable=False),
    _text("paused_by", 64),
    Column("asked_at", UtcDateTime, nullable=True),
    Index("uq_subscriptions_channel", "platform", "workspace", "channel", "number", unique=True),
    Index("ix_subscriptions_history", "history"),
    Index("ix_subscriptions_next_at", "next_at", "id", sqlite_where=text(ACTIVE), postgresql_where=text(ACTIVE)),
)

# What subscriptions have shown, by the hash of it.
digest_histories = Table(
    "digest_histories",
    metadata,
    _text("id", 64, primary_key=True),
    Column("shown", Text, nullable=False),
)

# When newsbot was down, as the scheduler noticed it afterwards.
outages = Table(
    "outages",
    metadata,
    Column("id", Integer, primary_key=True, autoincrement=True),
    Column("start", UtcDateTime, nullable=False),
    Column("end", UtcDateTime, nullable=False),
    Index("ix_outages_end", "end"),
)

# The last sign of life of what must not stop.
heartbeats = Table(
    "heartbeats",
    metadata,
    _text("name", 64, primary_key=True),
    Column("at", UtcDateTime, nullable=False),
)

# Editions that were not confirmed in time: each is told once, and its end once.
incidents = Table(
    "incidents",
    metadata,
    Column("delivery", Integer, ForeignKey("deliveries.id"), primary_key=True, autoincrement=False),
    Column("subscription", Integer, nullable=False),
    _text("platform", 32),
    Column("opened_at", UtcDateTime, nullable=False),
    Column("closed_at", UtcDateTime, nullable=True),
    Index("ix_incidents_open", "platform", sqlite_where=text(UNCLOSED), postgresql_where=text(UNCLOSED)),
)

# The outbox: one row for each message that is to stand somewhere, with everything a worker needs to take over from
# another one that was killed. `sending_since` is set from just before a request leaves until it is known that nothing
# was stored. `priority` is 1 where somebody waits for it at this moment.
deliveries = Table(
    "deliveries",
    metadata,
    Column("id", Integer, primary_key=True, autoincrement=True),
    _text("key", 160),
    Column("edition_id", Integer, ForeignKey("editions.id"), nullable=False),
    _text("platform", 32),
    _text("workspace", 64),
    _text("channel", 64),
    _text("thread", 64),
    _text("state", 16),
    Column("due_at", UtcDateTime, nullable=False),
    Column("retry_at", UtcDateTime, nullable=False),
    Column("attempts", Integer, nullable=False),
    _text("lease_by", 64),
    Column("lease_until", UtcDateTime, nullable=True),
    Column("sending_since", UtcDateTime, nullable=True),
    Column("posted", Text, nullable=True),
    Column("reason", Text, nullable=False),
    Column("fix", Text, nullable=False),
    Column("settled_at", UtcDateTime, nullable=True),
    Column("subscription", Integer, nullable=True),
    _text("slot", 24, server_default=""),
    _text("mention", 64, server_default=""),
    Column("label", Text, nullable=False, server_default=""),
    Column("shard", Integer, nullable=False, server_default="0"),
    Column("priority", SmallInteger, nullable=False, server_default="0"),
    Index("uq_deliveries_key", "key", unique=True),
    Index("ix_deliveries_subscription", "subscription", "id"),
    Index("ix_deliveries_edition_id", "edition_id"),
    # Only what is still to be done is searched again and again, however many messages there once were.
    Index("ix_deliveries_open", "priority", "retry_at", "id", sqlite_where=text(OPEN), postgresql_where=text(OPEN)),
    Index("ix_deliveries_troubled", "id", sqlite_where=text(TROUBLED), postgresql_where=text(TROUBLED)),
    Index("ix_deliveries_queue", "platform", "channel", "id", sqlite_where=text(OPEN), postgresql_where=text(OPEN)),
)

# Slack workspaces that installed newsbot by OAuth. Tokens are encrypted; `gone_at` is set where newsbot may not act any
# more, and the row stays, so that an installation's end can be told.
slack_installations = Table(
    "slack_installations",
    metadata,
    _text("workspace", 64, primary_key=True),
    Column("name", Text, nullable=False),
    _text("bot_user_id", 64),
    _text("bot_id", 64),
    Column("scopes", Text, nullable=False),
    Column("token", Text, nullable=False),
    Column("refresh_token", Text, nullable=False),
    Column("expires_at", UtcDateTime, nullable=True),
    _text("installed_by", 64),
    Column("installed_at", UtcDateTime, nullable=False),
    Column("gone_at", UtcDateTime, nullable=True),
    Column("gone_reason", Text, nullable=False),
)

# Games of the quiz. `body` holds the rest of a game as JSON; the columns are what games are looked for by. `channel` is
# where it was started, `played_in` where its questions stand. `version` grows with each change, so that of two
# processes one moves it on. `daily` is the question of a day that a channel plays, empty for an ordinary game.
# `starter` is the id of whoever may stop it, empty where nobody may or it is over.
quiz_games = Table(
    "quiz_games",
    metadata,
    Column("id", Integer, primary_key=True, autoincrement=True),
    _text("platform", 32),
    _text("workspace", 64),
    _text("channel", 64),
    _text("played_in", 64),
    _text("daily", 32),
    _text("phase", 16),
    Column("due_at", UtcDateTime, nullable=True),
    Column("version", Integer, nullable=False),
    Column("body", Text, nullable=False),
    _text("starter", 64, server_default=""),
    Index(
        "uq_quiz_games_channel",
        *("platform", "workspace", "channel"),
        unique=True,
        sqlite_where=text(PLAYED),
        postgresql_where=text(PLAYED),
    ),
    Index(
        "uq_quiz_games_daily",
        *("daily", "platform", "workspace", "channel"),
        unique=True,
        sqlite_where=text(OF_A_DAY),
        postgresql_where=text(OF_A_DAY),
    ),
    Index("ix_quiz_games_played_in", "platform", "workspace", "played_in"),
    Index("ix_quiz_games_due", "platform", "due_at", "id", sqlite_where=text(DUE), postgresql_where=text(DUE)),
    Index("ix_quiz_games_played", "platform", "id", sqlite_where=text(PLAYED), postgresql_where=text(PLAYED)),
)

# Messages in channels with a digest whose buttons somebody pressed: editions that nobody presses are too many.
pressed_messages = Table(
    "pressed_messages",
    metadata,
    _text("platform", 64, primary_key=True),
    _text("channel", 64, primary_key=True),
    _text("message", 64, primary_key=True),
    Column("at", UtcDateTime, nullable=False),
)

# What each person chose: one row a question, whatever arrives twice or at two processes at once.
quiz_answers = Table(
    "quiz_answers",
    metadata,
    Column("game", Integer, ForeignKey("quiz_games.id"), primary_key=True, autoincrement=False),
    Column("number", Integer, primary_key=True, autoincrement=False),
    _text("person", 64, primary_key=True),
    _text("name", 120),
    Column("choice", Integer, nullable=False),
    Column("at", UtcDateTime, nullable=False),
    Column("is_changed", Boolean(name="is_changed"), nullable=False),
    Index("ix_quiz_answers_person", "person"),
)

quiz_votes = Table(
    "quiz_votes",
    metadata,
    Column("game", Integer, ForeignKey("quiz_games.id"), primary_key=True, autoincrement=False),
    Column("number", Integer, primary_key=True, autoincrement=False),
    _text("person", 64, primary_key=True),
    Index("ix_quiz_votes_person", "person"),
)

# What each answer was worth, written when its question is over. Boards and streaks are made from these; they stay when
# their game goes.
quiz_results = Table(
    "quiz_results",
    metadata,
    Column("game", Integer, primary_key=True, autoincrement=False),
    Column("number", Integer, primary_key=True, autoincrement=False),
    _text("person", 64, primary_key=True),
    _text("name", 120),
    _text("platform", 32),
    _text("workspace", 64),
    _text("channel", 64),
    _text("question", 160),
    Column("chosen", Text, nullable=False),
    Column("is_right", Boolean(name="is_right"), nullable=False),
    Column("points", Integer, nullable=False),
    Column("at", UtcDateTime, nullable=False),
    Index("ix_quiz_results_place", "platform", "workspace", "channel", "at"),
    Index("ix_quiz_results_person", "platform", "person", "at"),
    Index("ix_quiz_results_workspace", "platform", "workspace", "person", "at"),
    Index("ix_quiz_results_question", "question"),
)

# People who are left out of boards. `realm` is where a person's id is theirs: a Slack workspace, or empty.
quiz_hidden = Table(
    "quiz_hidden",
    metadata,
    _text("platform", 32, primary_key=True),
    _text("realm", 64, primary_key=True),
    _text("person", 64, primary_key=True),
    Column("since", UtcDateTime, nullable=False),
)

# What people think is wrong with a question: one report a person.
quiz_reports = Table(
    "quiz_reports",
    metadata,
    _text("question", 160, primary_key=True),
    _text("platform", 32, primary_key=True),
    _text("realm", 64, primary_key=True),
    _text("person", 64, primary_key=True),
    _text("reason", 32),
    Column("words", Text, nullable=False),
    Column("at", UtcDateTime, nullable=False),
    Index("ix_quiz_reports_person", "platform", "person"),
)

# What people say is wrong with a number, and what it showed them.
number_reports = Table(
    "number_reports",
    metadata,
    Column("id", Integer, primary_key=True),
    _text("platform", 32),
    _text("workspace", 64),
    _text("figure", 160),
    Column("shown", Text, nullable=False),
    _text("content_version", 32),
    Column("words", Text, nullable=False),
    Column("at", UtcDateTime, nullable=False),
    Index("ix_number_reports_place", "platform", "workspace", "at"),
)

# When a channel was last asked a question, so that none repeats before its pool is used up.
quiz_asked = Table(
    "quiz_asked",
    metadata,
    _text("platform", 32, primary_key=True),
    _text("workspace", 64, primary_key=True),
    _text("channel", 64, primary_key=True),
    _text("question", 160, primary_key=True),
    Column("at", UtcDateTime, nullable=False),
)

# Questions of a day as they were asked; one may stand in many channels.
quiz_dailies = Table(
    "quiz_dailies",
    metadata,
    _text("id", 32, primary_key=True),
    Column("question", Text, nullable=False),
    Column("made_at", UtcDateTime, nullable=False),
)

# Which question of a day is open in a channel and until when, which one was before it, and the delivery that brought
# it. Without `closes_at` it is open until the next one comes.
quiz_channels = Table(
    "quiz_channels",
    metadata,
    _text("platform", 32, primary_key=True),
    _text("workspace", 64, primary_key=True),
    _text("channel", 64, primary_key=True),
    _text("daily", 32),
    _text("before", 32),
    _text("delivery", 160),
    Column("since", UtcDateTime, nullable=False),
    Column("closes_at", UtcDateTime, nullable=True),
    Index("ix_quiz_channels_daily", "daily"),
    Index("ix_quiz_channels_before", "before"),
)

# What is remembered of a source of news as a whole. Sources whose ids are the same everywhere share a `scope`. The
# entries that it shows now were taken in at `taken_at` and stood there at `read_at`; `checked_at` is when it was last
# read, with entries or without; `entries` is how many the last body had, which both hashes are of.
news_memories = Table(
    "news_memories",
    metadata,
    _text("source", 64, primary_key=True),
    _text("scope", 64),
    Column("baseline_at", UtcDateTime, nullable=True),
    Column("taken_at", UtcDateTime, nullable=True),
    Column("read_at", UtcDateTime, nullable=True),
    Column("checked_at", UtcDateTime, nullable=False),
    Column("polls", Integer, nullable=False),
    Column("most_new", Integer, nullable=False),
    Column("gaps", Integer, nullable=False),
    Column("entries", Integer, nullable=False),
    _text("body_hash", 64),
    _text("entries_hash", 64),
)

# That an item was seen: kept long after the item itself, so that nothing is told twice. `dated` is the day that the
# source claimed.
news_identities = Table(
    "news_identities",
    metadata,
    Column("id", Integer, primary_key=True, autoincrement=True),
    _text("source", 64),
    Column("first_seen", UtcDateTime, nullable=False),
    Column("last_seen", UtcDateTime, nullable=False),
    Column("dated", Date, nullable=True),
    Index("ix_news_identities_source", "source", "id"),
)

# Under which ids, links and titles, hashed, an item was seen. `item` is 0 where a key is of several items and so of no
# use. `host` is that of an id which is an address.
news_aliases = Table(
    "news_aliases",
    metadata,
    _text("scope", 64, primary_key=True),
    _text("key", 40, primary_key=True),
    Column("item", Integer, primary_key=True, autoincrement=False),
    _text("host", 255),
    Column("made_at", UtcDateTime, nullable=False),
    Index("ix_news_aliases_item", "item", "made_at"),
)

# Items of news, by the id of their identity, as they were read last. `arrival` says how an item came: new, or not to
# be told.
news_items = Table(
    "news_items",
    metadata,
    Column("id", Integer, primary_key=True, autoincrement=False),
    _text("source", 64),
    Column("entry_id", Text, nullable=False),
    Column("link", Text, nullable=False),
    Column("title", Text, nullable=False),
    Column("summary", Text, nullable=False),
    Column("published", UtcDateTime, nullable=True),
    Column("first_seen", UtcDateTime, nullable=False),
    _text("arrival", 16),
    Column("form", Text, nullable=False),
    Column("labels", Text, nullable=False),
    Column("is_update", Boolean(name="is_update"), nullable=False),
    Column("amends", Text, nullable=False),
    Column("revisions", Integer, nullable=False),
    Index("ix_news_items_first_seen", "first_seen", "id"),
    Index("ix_news_items_source", "source", "id"),
)

# Titles that an item had before the one that it has.
news_revisions = Table(
    "news_revisions",
    metadata,
    Column("item", Integer, primary_key=True, autoincrement=False),
    Column("number", Integer, primary_key=True, autoincrement=False),
    Column("title", Text, nullable=False),
    Column("at", UtcDateTime, nullable=False),
)

# Messages that ask a question of a day and are to tell its answer, by the key of their delivery; a row goes once it is
# told. `tell_at` is when that is to be done, or tried again; `before` is the question that was open before it.
quiz_closings = Table(
    "quiz_closings",
    metadata,
    _text("delivery", 160, primary_key=True),
    _text("daily", 32),
    _text("platform", 32),
    _text("workspace", 64),
    _text("channel", 64),
    _text("before", 32),
    Column("closes_at", UtcDateTime, nullable=False),
    Column("tell_at", UtcDateTime, nullable=False),
    Index("ix_quiz_closings_due", "platform", "tell_at"),
    Index("ix_quiz_closings_daily", "daily"),
)

# Sources of news: when each is polled next, empty where it is polled no more; who polls it now, at which host; and what
# is known of it as JSON. Sources in trouble are polled beside the others, so that they hold none of them up.
news_sources = Table(
    "news_sources",
    metadata,
    _text("id", 40, primary_key=True),
    _text("host", 255),
    Column("next_at", UtcDateTime, nullable=True),
    Column("is_troubled", Boolean(name="is_troubled"), nullable=False),
    _text("lease_by", 64),
    Column("lease_until", UtcDateTime, nullable=True),
    Column("body", Text, nullable=False),
)

# Before which instant no process asks a host: by the pace that it allows, or because it said so.
news_hosts = Table(
    "news_hosts",
    metadata,
    _text("host", 255, primary_key=True),
    Column("free_at", UtcDateTime, nullable=False),
)
