"""The review queue: reviews, the words of their labels, and the salt of the draw."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from app.database.tables import Moment

revision = "0004_reviews"
down_revision = "0003_experiments"


def upgrade() -> None:
    """Create the tables."""
    op.create_table(
        "reviews",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("answer_id", sa.String(), nullable=True),
        sa.Column("source", sa.String(), nullable=False),
        sa.Column("created_at", Moment(), nullable=False),
        sa.Column("labelled_at", Moment(), nullable=True),
        sa.Column("verdict", sa.String(), nullable=True),
        sa.Column("case_made_at", Moment(), nullable=True),
        sa.ForeignKeyConstraint(["answer_id"], ["answers.id"], name="fk_reviews_answer_id", ondelete="SET NULL"),
        sa.PrimaryKeyConstraint("id", name="pk_reviews"),
        sa.UniqueConstraint("answer_id", name="uq_reviews_answer_id"),
    )
    op.create_index("ix_reviews_created_at", "reviews", ["created_at"])
    op.create_table(
        "review_texts",
        sa.Column("review_id", sa.String(), nullable=False),
        sa.Column("answer_id", sa.String(), nullable=False),
        sa.Column("unsupported", sa.JSON(), nullable=False),
        sa.Column("better_answer", sa.Text(), nullable=True),
        sa.Column("note", sa.Text(), nullable=True),
        sa.ForeignKeyConstraint(["review_id"], ["reviews.id"], name="fk_review_texts_review_id", ondelete="CASCADE"),
        sa.ForeignKeyConstraint(["answer_id"], ["answers.id"], name="fk_review_texts_answer_id", ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("review_id", name="pk_review_texts"),
        sa.UniqueConstraint("answer_id", name="uq_review_texts_answer_id"),
    )
    op.create_table(
        "review_salts",
        sa.Column("id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("salt", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_review_salts"),
    )
