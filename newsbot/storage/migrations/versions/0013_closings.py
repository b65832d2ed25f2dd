"""Questions of a day have an end, at which their messages tell the answer; it is known which messages were pressed."""

import sqlalchemy as sa
from alembic import op

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None

_TEXTS = {"daily": 32, "platform": 32, "workspace": 64, "channel": 64, "before": 32}


def upgrade() -> None:
    """Questions that are open now stay so until the next ones come."""
    op.add_column("quiz_channels", sa.Column("closes_at", sa.DateTime(timezone=True), nullable=True))
    op.create_table(
        "quiz_closings",
        sa.Column("delivery", sa.String(160), primary_key=True),
        *(sa.Column(name, sa.String(length), nullable=False) for name, length in _TEXTS.items()),
        sa.Column("closes_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("tell_at", sa.DateTime(timezone=True), nullable=False),
    )
    op.create_index("ix_quiz_closings_due", "quiz_closings", ["platform", "tell_at"])
    op.create_index("ix_quiz_closings_daily", "quiz_closings", ["daily"])
    op.add_column("subscriptions", sa.Column("asked_at", sa.DateTime(timezone=True), nullable=True))
    op.create_table(
        "pressed_messages",
        *(sa.Column(name, sa.String(64), primary_key=True) for name in ("platform", "channel", "message")),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
    )
