"""What is still to be posted is found by its missing end, which changes once, and no longer by its state."""

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None

_OPEN = sa.text("settled_at IS NULL")
_INDEXES = {"open": ["priority", "retry_at", "id"], "queue": ["platform", "channel", "id"]}


def upgrade() -> None:
    """Give every delivery that has ended an end, those that wait none, and make the two indexes anew."""
    table = sa.table("deliveries", sa.column("state"), sa.column("due_at"), sa.column("settled_at"))
    columns, update = table.c, sa.update(table)
    is_open = columns.state.in_(("due", "leased", "sending"))
    for name in _INDEXES:
        op.drop_index(f"ix_deliveries_{name}", "deliveries")
    op.execute(update.where(~is_open, columns.settled_at.is_(None)).values(settled_at=columns.due_at))
    op.execute(update.where(is_open, columns.settled_at.is_not(None)).values(settled_at=None))
    for name, indexed in _INDEXES.items():
        op.create_index(f"ix_deliveries_{name}", "deliveries", indexed, sqlite_where=_OPEN, postgresql_where=_OPEN)
