"""Indexes for what is searched again and again; whose game it is and who waits for a message as columns."""

import json

import sqlalchemy as sa
from alembic import op

from newsbot.storage.tables import UtcDateTime

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None

_OPEN = sa.text("state IN ('due', 'leased', 'sending')")
_DUE = sa.text("due_at IS NOT NULL")
_PLAYED = sa.text("daily = '' AND phase NOT IN ('ended', 'mending')")
_PAGE = 500

_games = sa.table(
    "quiz_games", sa.column("id", sa.Integer), sa.column("body", sa.Text), sa.column("starter", sa.String)
)
_deliveries = sa.table(
    "deliveries",
    sa.column("state", sa.String),
    sa.column("due_at", UtcDateTime),
    sa.column("retry_at", UtcDateTime),
    sa.column("priority", sa.SmallInteger),
)


def upgrade() -> None:
    """Make columns and indexes, and fill the columns."""
    op.drop_index("ix_quiz_games_due_at", "quiz_games")
    op.create_index(
        "ix_quiz_games_due", "quiz_games", ["platform", "due_at", "id"], sqlite_where=_DUE, postgresql_where=_DUE
    )
    op.create_index(
        "ix_quiz_games_played", "quiz_games", ["platform", "id"], sqlite_where=_PLAYED, postgresql_where=_PLAYED
    )
    op.create_index("ix_quiz_results_workspace", "quiz_results", ["platform", "workspace", "person", "at"])
    op.add_column("quiz_games", sa.Column("starter", sa.String(64), nullable=False, server_default=""))
    _move_starters()
    op.drop_index("ix_deliveries_open", "deliveries")
    op.add_column("deliveries", sa.Column("priority", sa.SmallInteger, nullable=False, server_default="0"))
    _mark_awaited()
    op.create_index(
        "ix_deliveries_open",
        "deliveries",
        ["priority", "retry_at", "id"],
        sqlite_where=_OPEN,
        postgresql_where=_OPEN,
    )


def _move_starters() -> None:
    """Whose game it is stood in the body of each game; a body that cannot be read stays as it is."""
    connection = op.get_bind()
    columns = _games.c
    last = 0
    while True:
        query = sa.select(columns.id, columns.body).where(columns.id > last).order_by(columns.id).limit(_PAGE)
        rows = connection.execute(query).all()
        if not rows:
            return
        for row in rows:
            moved = _without_starter(row.body)
            if moved is not None:
                starter, body = moved
                changed = sa.update(_games).where(columns.id == row.id).values(starter=starter, body=body)
                connection.execute(changed)
        last = rows[-1].id


def _without_starter(body: str) -> tuple[str, str] | None:
    try:
        game = json.loads(body)
        starter = game.pop("starter")
    except (ValueError, AttributeError, KeyError, TypeError):
        return None
    return (starter, json.dumps(game, ensure_ascii=False)) if isinstance(starter, str) and len(starter) <= 64 else None


def _mark_awaited() -> None:
    """What somebody waits for was told by an instant before that at which it was due."""
    columns = _deliveries.c
    is_awaited = _OPEN, columns.retry_at < columns.due_at
    op.execute(sa.update(_deliveries).where(*is_awaited).values(priority=1, retry_at=columns.due_at))
