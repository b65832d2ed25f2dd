"""Old rows can go: results outlast their games, and whoever refers to an edition, a history or a question is found."""

from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make indexes, and let results stand by themselves."""
    op.create_index("ix_deliveries_edition_id", "deliveries", ["edition_id"])
    op.create_index("ix_subscriptions_history", "subscriptions", ["history"])
    op.create_index("ix_quiz_channels_daily", "quiz_channels", ["daily"])
    op.create_index("ix_quiz_channels_before", "quiz_channels", ["before"])
    with op.batch_alter_table("quiz_results") as results:
        results.drop_constraint("fk_quiz_results_game", type_="foreignkey")
