"""Items in the review queue: drafted cases, pairs of answers and training examples."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0005_review_items"
down_revision = "0004_reviews"


def upgrade() -> None:
    """Create the table."""
    op.create_table(
        "review_items",
        sa.Column("review_id", sa.String(), nullable=False),
        sa.Column("content", sa.JSON(), nullable=False),
        sa.Column("edited", sa.JSON(), nullable=True),
        sa.Column("is_swapped", sa.Boolean(), nullable=False),
        sa.Column("is_restricted", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(["review_id"], ["reviews.id"], name="fk_review_items_review_id", ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("review_id", name="pk_review_items"),
    )
