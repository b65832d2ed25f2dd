"""The outbox: editions and their deliveries, and the leases by which processes take turns."""

import sqlalchemy as sa
from alembic import op

from newsbot.storage.tables import UtcDateTime

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

_OPEN = sa.text("state IN ('due', 'leased', 'sending')")


def upgrade() -> None:
    """Make the tables."""
    op.create_table(
        "leases",
        sa.Column("name", sa.String(120), primary_key=True),
        sa.Column("holder", sa.String(64), nullable=False),
        sa.Column("until", UtcDateTime, nullable=False),
    )
    op.create_table(
        "editions",
        sa.Column("id", sa.Integer, primary_key=True, autoincrement=True),
        sa.Column("body", sa.Text, nullable=False),
        sa.Column("content_version", sa.String(64), nullable=False),
        sa.Column("made_at", UtcDateTime, nullable=False),
    )
    op.create_table(
        "deliveries",
        sa.Column("id", sa.Integer, primary_key=True, autoincrement=True),
        sa.Column("key", sa.String(160), nullable=False),
        sa.Column(
            "edition_id", sa.Integer, sa.ForeignKey("editions.id", name="fk_deliveries_edition_id"), nullable=False
        ),
        *(sa.Column(name, sa.String(size), nullable=False) for name, size in _PLACE),
        sa.Column("state", sa.String(16), nullable=False),
        sa.Column("due_at", UtcDateTime, nullable=False),
        sa.Column("retry_at", UtcDateTime, nullable=False),
        sa.Column("attempts", sa.Integer, nullable=False),
        sa.Column("lease_by", sa.String(64), nullable=False),
        sa.Column("lease_until", UtcDateTime, nullable=True),
        sa.Column("sending_since", UtcDateTime, nullable=True),
        sa.Column("posted", sa.Text, nullable=True),
        sa.Column("reason", sa.Text, nullable=False),
        sa.Column("fix", sa.Text, nullable=False),
        sa.Column("settled_at", UtcDateTime, nullable=True),
    )
    op.create_index("uq_deliveries_key", "deliveries", ["key"], unique=True)
    op.create_index("ix_deliveries_edition_id", "deliveries", ["edition_id"])
    for name, columns in (("open", ["retry_at", "id"]), ("queue", ["platform", "channel", "id"])):
        op.create_index(f"ix_deliveries_{name}", "deliveries", columns, sqlite_where=_OPEN, postgresql_where=_OPEN)


_PLACE = (("platform", 32), ("workspace", 64), ("channel", 64), ("thread", 64))


def downgrade() -> None:
    """The tables as they were before."""
    for table in ("deliveries", "editions", "leases"):
        op.drop_table(table)
