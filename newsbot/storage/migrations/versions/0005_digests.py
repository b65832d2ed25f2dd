"""Digests: subscriptions, what they have shown, outages, signs of life, incidents; and what deliveries know of them."""

import sqlalchemy as sa
from alembic import op

from newsbot.storage.tables import UtcDateTime

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

_TROUBLED = sa.text("state IN ('unknown', 'failed')")
_ACTIVE = sa.text("state = 'active'")
_UNCLOSED = sa.text("closed_at IS NULL")


def _required(name: str, length: int, default: str | None = None) -> "sa.Column[str]":
    return sa.Column(name, sa.String(length), nullable=False, server_default=default)


def upgrade() -> None:
    """Make the tables and the columns."""
    op.add_column("editions", sa.Column("why", sa.Text, nullable=False, server_default="[]"))
    op.add_column("deliveries", sa.Column("subscription", sa.Integer, nullable=True))
    for column in (_required("slot", 24, ""), _required("mention", 64, "")):
        op.add_column("deliveries", column)
    op.add_column("deliveries", sa.Column("label", sa.Text, nullable=False, server_default=""))
    op.add_column("deliveries", sa.Column("shard", sa.Integer, nullable=False, server_default="0"))
    op.drop_index("ix_deliveries_edition_id", "deliveries")  # nothing looks deliveries up by their edition
    op.create_index("ix_deliveries_subscription", "deliveries", ["subscription", "id"])
    op.create_index("ix_deliveries_troubled", "deliveries", ["id"], sqlite_where=_TROUBLED, postgresql_where=_TROUBLED)
    _subscriptions()
    op.create_table(
        "digest_histories",
        _required("id", 64),
        sa.Column("shown", sa.Text, nullable=False),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_table(
        "outages",
        sa.Column("id", sa.Integer, primary_key=True, autoincrement=True),
        sa.Column("start", UtcDateTime, nullable=False),
        sa.Column("end", UtcDateTime, nullable=False),
    )
    op.create_index("ix_outages_end", "outages", ["end"])
    op.create_table(
        "heartbeats",
        sa.Column("name", sa.String(64), primary_key=True),
        sa.Column("at", UtcDateTime, nullable=False),
    )
    op.create_table(
        "incidents",
        sa.Column(
            "delivery",
            sa.Integer,
            sa.ForeignKey("deliveries.id", name="fk_incidents_delivery"),
            primary_key=True,
            autoincrement=False,
        ),
        sa.Column("subscription", sa.Integer, nullable=False),
        _required("platform", 32),
        sa.Column("opened_at", UtcDateTime, nullable=False),
        sa.Column("closed_at", UtcDateTime, nullable=True),
    )
    op.create_index("ix_incidents_open", "incidents", ["platform"], sqlite_where=_UNCLOSED, postgresql_where=_UNCLOSED)


def _subscriptions() -> None:
    op.create_table(
        "subscriptions",
        sa.Column("id", sa.Integer, primary_key=True, autoincrement=True),
        *(_required(name, length) for name, length in _PLACE),
        sa.Column("number", sa.Integer, nullable=False),
        *(_required(name, length) for name, length in (("at", 5), ("zone", 64), ("days", 40))),
        sa.Column("topics", sa.Text, nullable=False),
        *(_required(name, length) for name, length in _WISHES),
        sa.Column("made_at", UtcDateTime, nullable=False),
        _required("state", 16),
        sa.Column("since", UtcDateTime, nullable=False),
        sa.Column("last_day", sa.Date, nullable=True),
        sa.Column("next_at", UtcDateTime, nullable=True),
        _required("history", 64),
        sa.Column("cursor", sa.Date, nullable=False),
        sa.Column("paused_reason", sa.Text, nullable=False),
        sa.Column("paused_fix", sa.Text, nullable=False),
        _required("paused_by", 64),
    )
    op.create_index(
        "uq_subscriptions_channel", "subscriptions", ["platform", "workspace", "channel", "number"], unique=True
    )
    op.create_index(
        "ix_subscriptions_next_at", "subscriptions", ["next_at", "id"], sqlite_where=_ACTIVE, postgresql_where=_ACTIVE
    )


_PLACE = (("platform", 32), ("workspace", 64), ("channel", 64), ("thread", 64))
_WISHES = (("when_empty", 16), ("catch_up", 16), ("mention", 64), ("made_by", 64))
