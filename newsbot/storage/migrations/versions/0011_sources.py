"""Sources of news, and the pace of hosts."""

import sqlalchemy as sa
from alembic import op

from newsbot.storage.tables import UtcDateTime

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the tables."""
    op.create_table(
        "news_sources",
        sa.Column("id", sa.String(40), nullable=False),
        sa.Column("host", sa.String(255), nullable=False),
        sa.Column("next_at", UtcDateTime, nullable=True),
        sa.Column("is_troubled", sa.Boolean, nullable=False),
        sa.Column("lease_by", sa.String(64), nullable=False),
        sa.Column("lease_until", UtcDateTime, nullable=True),
        sa.Column("body", sa.Text, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_news_sources"),
    )
    op.create_table(
        "news_hosts",
        sa.Column("host", sa.String(255), nullable=False),
        sa.Column("free_at", UtcDateTime, nullable=False),
        sa.PrimaryKeyConstraint("host", name="pk_news_hosts"),
    )
