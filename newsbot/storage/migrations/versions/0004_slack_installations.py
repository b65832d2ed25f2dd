"""Slack workspaces that installed newsbot."""

import sqlalchemy as sa
from alembic import op

from newsbot.storage.tables import UtcDateTime

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the table."""
    op.create_table(
        "slack_installations",
        sa.Column("workspace", sa.String(64), primary_key=True),
        sa.Column("name", sa.Text, nullable=False),
        sa.Column("bot_user_id", sa.String(64), nullable=False),
        sa.Column("bot_id", sa.String(64), nullable=False),
        sa.Column("scopes", sa.Text, nullable=False),
        sa.Column("token", sa.Text, nullable=False),
        sa.Column("refresh_token", sa.Text, nullable=False),
        sa.Column("expires_at", UtcDateTime, nullable=True),
        sa.Column("installed_by", sa.String(64), nullable=False),
        sa.Column("installed_at", UtcDateTime, nullable=False),
        sa.Column("gone_at", UtcDateTime, nullable=True),
        sa.Column("gone_reason", sa.Text, nullable=False),
    )


def downgrade() -> None:
    """The tables as they were before."""
    op.drop_table("slack_installations")
