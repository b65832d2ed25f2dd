"""News: what is remembered of sources and items, under which keys, the items themselves and their earlier titles."""

from typing import Any

import sqlalchemy as sa
from alembic import op

from newsbot.storage.tables import UtcDateTime

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None


def _required(name: str, kind: Any) -> "sa.Column[Any]":
    return sa.Column(name, kind, nullable=False)


def upgrade() -> None:
    """Make the tables."""
    op.create_table(
        "news_memories",
        _required("source", sa.String(64)),
        _required("scope", sa.String(64)),
        sa.Column("baseline_at", UtcDateTime, nullable=True),
        sa.Column("taken_at", UtcDateTime, nullable=True),
        sa.Column("read_at", UtcDateTime, nullable=True),
        sa.Column("checked_at", UtcDateTime, nullable=False),
        *(_required(name, sa.Integer()) for name in ("polls", "most_new", "gaps", "entries")),
        *(_required(name, sa.String(64)) for name in ("body_hash", "entries_hash")),
        sa.PrimaryKeyConstraint("source", name="pk_news_memories"),
    )
    op.create_table(
        "news_identities",
        sa.Column("id", sa.Integer, autoincrement=True, nullable=False),
        _required("source", sa.String(64)),
        sa.Column("first_seen", UtcDateTime, nullable=False),
        sa.Column("last_seen", UtcDateTime, nullable=False),
        sa.Column("dated", sa.Date, nullable=True),
        sa.PrimaryKeyConstraint("id", name="pk_news_identities"),
    )
    op.create_index("ix_news_identities_source", "news_identities", ["source", "id"])
    op.create_table(
        "news_aliases",
        _required("scope", sa.String(64)),
        _required("key", sa.String(40)),
        sa.Column("item", sa.Integer, autoincrement=False, nullable=False),
        _required("host", sa.String(255)),
        sa.Column("made_at", UtcDateTime, nullable=False),
        sa.PrimaryKeyConstraint("scope", "key", "item", name="pk_news_aliases"),
    )
    op.create_index("ix_news_aliases_item", "news_aliases", ["item", "made_at"])
    _items()


def _items() -> None:
    op.create_table(
        "news_items",
        sa.Column("id", sa.Integer, autoincrement=False, nullable=False),
        _required("source", sa.String(64)),
        *(_required(name, sa.Text()) for name in ("entry_id", "link", "title", "summary")),
        sa.Column("published", UtcDateTime, nullable=True),
        sa.Column("first_seen", UtcDateTime, nullable=False),
        _required("arrival", sa.String(16)),
        *(_required(name, sa.Text()) for name in ("form", "labels")),
        _required("is_update", sa.Boolean(name="is_update")),
        _required("amends", sa.Text()),
        _required("revisions", sa.Integer()),
        sa.PrimaryKeyConstraint("id", name="pk_news_items"),
    )
    op.create_index("ix_news_items_first_seen", "news_items", ["first_seen", "id"])
    op.create_index("ix_news_items_source", "news_items", ["source", "id"])
    op.create_table(
        "news_revisions",
        *(sa.Column(name, sa.Integer, autoincrement=False, nullable=False) for name in ("item", "number")),
        _required("title", sa.Text()),
        sa.Column("at", UtcDateTime, nullable=False),
        sa.PrimaryKeyConstraint("item", "number", name="pk_news_revisions"),
    )
