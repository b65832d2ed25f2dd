"""The quiz: games, answers, votes, results, who is hidden, reports, what was asked, and the questions of the day."""

import sqlalchemy as sa
from alembic import op

from newsbot.storage.tables import UtcDateTime

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None

_PLAYED = sa.text("daily = '' AND phase NOT IN ('ended', 'mending')")
_OF_A_DAY = sa.text("daily <> ''")
_DUE = sa.text("due_at IS NOT NULL")
_PLACE = (("platform", 32), ("workspace", 64), ("channel", 64))


def _required(name: str, length: int, *, key: bool = False) -> "sa.Column[str]":
    return sa.Column(name, sa.String(length), nullable=False, primary_key=key)


def _instant(name: str, *, nullable: bool = False) -> "sa.Column[object]":
    return sa.Column(name, UtcDateTime, nullable=nullable)


def _place(*, key: bool = False) -> "list[sa.Column[str]]":
    return [_required(name, length, key=key) for name, length in _PLACE]


def upgrade() -> None:
    """Make the tables and the column."""
    op.add_column("editions", sa.Column("daily", sa.String(32), nullable=False, server_default=""))
    _games()
    _of_games()
    _people()
    op.create_table("quiz_asked", *_place(key=True), _required("question", 160, key=True), _instant("at"))
    op.create_table(
        "quiz_dailies",
        _required("id", 32, key=True),
        sa.Column("question", sa.Text, nullable=False),
        _instant("made_at"),
    )
    op.create_table(
        "quiz_channels",
        *_place(key=True),
        *(_required(name, length) for name, length in (("daily", 32), ("before", 32), ("delivery", 160))),
        _instant("since"),
    )


def _games() -> None:
    op.create_table(
        "quiz_games",
        sa.Column("id", sa.Integer, primary_key=True, autoincrement=True),
        *_place(),
        *(_required(name, length) for name, length in (("played_in", 64), ("daily", 32), ("phase", 16))),
        _instant("due_at", nullable=True),
        sa.Column("version", sa.Integer, nullable=False),
        sa.Column("body", sa.Text, nullable=False),
    )
    place = [name for name, _ in _PLACE]
    for name, columns, where in (
        ("uq_quiz_games_channel", place, _PLAYED),
        ("uq_quiz_games_daily", ["daily", *place], _OF_A_DAY),
    ):
        op.create_index(name, "quiz_games", columns, unique=True, sqlite_where=where, postgresql_where=where)
    op.create_index("ix_quiz_games_played_in", "quiz_games", ["platform", "workspace", "played_in"])
    op.create_index("ix_quiz_games_due_at", "quiz_games", ["due_at", "id"], sqlite_where=_DUE, postgresql_where=_DUE)


def _key(table: str) -> "list[sa.Column[object]]":
    """A person's row of one question of a game."""
    game = sa.ForeignKey("quiz_games.id", name=f"fk_{table}_game")
    return [
        sa.Column("game", sa.Integer, game, primary_key=True, autoincrement=False),
        sa.Column("number", sa.Integer, primary_key=True, autoincrement=False),
        sa.Column("person", sa.String(64), primary_key=True, nullable=False),
    ]


def _of_games() -> None:
    op.create_table(
        "quiz_answers",
        *_key("quiz_answers"),
        _required("name", 120),
        sa.Column("choice", sa.Integer, nullable=False),
        _instant("at"),
        sa.Column("is_changed", sa.Boolean(name="is_changed"), nullable=False),
    )
    op.create_index("ix_quiz_answers_person", "quiz_answers", ["person"])
    op.create_table("quiz_votes", *_key("quiz_votes"))
    op.create_index("ix_quiz_votes_person", "quiz_votes", ["person"])
    op.create_table(
        "quiz_results",
        *_key("quiz_results"),
        _required("name", 120),
        *_place(),
        _required("question", 160),
        sa.Column("chosen", sa.Text, nullable=False),
        sa.Column("is_right", sa.Boolean(name="is_right"), nullable=False),
        sa.Column("points", sa.Integer, nullable=False),
        _instant("at"),
    )
    op.create_index("ix_quiz_results_place", "quiz_results", ["platform", "workspace", "channel", "at"])
    op.create_index("ix_quiz_results_person", "quiz_results", ["platform", "person", "at"])
    op.create_index("ix_quiz_results_question", "quiz_results", ["question"])


def _people() -> None:
    person = (("platform", 32), ("realm", 64), ("person", 64))
    op.create_table("quiz_hidden", *(_required(name, length, key=True) for name, length in person), _instant("since"))
    op.create_table(
        "quiz_reports",
        _required("question", 160, key=True),
        *(_required(name, length, key=True) for name, length in person),
        _required("reason", 32),
        sa.Column("words", sa.Text, nullable=False),
        _instant("at"),
    )
    op.create_index("ix_quiz_reports_person", "quiz_reports", ["platform", "person"])
