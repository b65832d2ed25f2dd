"""Old rows can go: results outlast their games, and the deliveries of an edition are found by it."""

from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the index, and let results stand by themselves."""
    op.create_index("ix_deliveries_edition_id", "deliveries", ["edition_id"])
    with op.batch_alter_table("quiz_results") as results:
        results.drop_constraint("fk_quiz_results_game", type_="foreignkey")
