"""Experiments: outcomes of answers, stopped arms and layouts."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from app.database.tables import Moment

revision = "0003_experiments"
down_revision = "0002_keys"


def upgrade() -> None:
    """Create the tables."""
    op.create_table(
        "experiment_outcomes",
        sa.Column("answer_id", sa.String(), nullable=False),
        sa.Column("experiment", sa.String(), nullable=False),
        sa.Column("arm", sa.String(), nullable=False),
        sa.Column("unit", sa.String(), nullable=False),
        sa.Column("answered_at", Moment(), nullable=False),
        sa.Column("shown_id", sa.String(), nullable=True),
        sa.Column("flagged", sa.Boolean(), nullable=True),
        sa.Column("refused", sa.Boolean(), nullable=True),
        sa.Column("cited", sa.Boolean(), nullable=True),
        sa.Column("failed", sa.Boolean(), nullable=False),
        sa.Column("total_ms", sa.Double(), nullable=True),
        sa.PrimaryKeyConstraint("answer_id", name="pk_experiment_outcomes"),
    )
    op.create_index(
        "ix_experiment_outcomes_experiment_arm_answered_at", "experiment_outcomes", ["experiment", "arm", "answered_at"]
    )
    op.create_table(
        "experiment_stops",
        sa.Column("experiment", sa.String(), nullable=False),
        sa.Column("arm", sa.String(), nullable=False),
        sa.Column("stopped_at", Moment(), nullable=False),
        sa.Column("guard_rail", sa.String(), nullable=False),
        sa.Column("value", sa.Double(), nullable=False),
        sa.Column("limit", sa.Double(), nullable=False),
        sa.Column("answers", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("experiment", "arm", name="pk_experiment_stops"),
    )
    op.create_table(
        "experiment_layouts",
        sa.Column("experiment", sa.String(), nullable=False),
        sa.Column("changed_at", Moment(), nullable=False),
        sa.Column("ranges", sa.JSON(), nullable=False),
        sa.PrimaryKeyConstraint("experiment", name="pk_experiment_layouts"),
    )
