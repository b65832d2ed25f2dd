"""The web chat's messages."""

import sqlalchemy as sa
from alembic import op

from newsbot.storage.tables import UtcDateTime

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the tables."""
    op.create_table(
        "web_messages",
        sa.Column("id", sa.Integer, primary_key=True, autoincrement=True),
        sa.Column("change", sa.BigInteger, nullable=False),
        sa.Column("channel", sa.String(64), nullable=False),
        sa.Column("author_id", sa.String(64), nullable=False),
        sa.Column("author_name", sa.String(120), nullable=False),
        sa.Column("asked_by", sa.String(64), nullable=False),
        sa.Column("seen_by", sa.String(64), nullable=False),
        sa.Column("body", sa.Text, nullable=False),
        sa.Column("is_card", sa.Boolean, nullable=False),
        sa.Column("is_deleted", sa.Boolean, nullable=False),
        sa.Column("post_key", sa.String(255), nullable=True),
        sa.Column("at", UtcDateTime, nullable=False),
    )
    op.create_index("ix_web_messages_change", "web_messages", ["change"])
    op.create_index("ix_web_messages_channel", "web_messages", ["channel", "id"])
    op.create_index("uq_web_messages_post_key", "web_messages", ["post_key"], unique=True)


def downgrade() -> None:
    """The tables as they were before."""
    op.drop_table("web_messages")
