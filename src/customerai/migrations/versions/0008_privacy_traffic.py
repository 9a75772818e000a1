"""What left for models, and what the second look at it found, day by day."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from customerai.core import tenancy

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "privacy_traffic",
        sa.Column("tenant", sa.String(length=64), nullable=False),
        sa.Column("id", sa.String(length=80), nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.Column("purpose", sa.String(length=64), nullable=False),
        sa.Column("actor", sa.String(length=128), nullable=False),
        sa.Column("session_id", sa.String(length=80), nullable=False),
        sa.Column("subject_id", sa.String(length=80), nullable=False),
        sa.Column("policy_version", sa.String(length=64), nullable=False),
        sa.Column("entities", sa.Text(), nullable=False),
        sa.Column("texts", sa.Text(), nullable=False),
        sa.Column("n", sa.Integer(), nullable=False),
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.PrimaryKeyConstraint("tenant", "id", name=op.f("pk_privacy_traffic")),
    )
    op.create_index("ix_privacy_traffic_at", "privacy_traffic", ["tenant", "at", "id"])
    op.create_index("ix_privacy_traffic_subject", "privacy_traffic", ["tenant", "subject_id"])
    op.create_table(
        "privacy_leak_day",
        sa.Column("tenant", sa.String(length=64), nullable=False),
        sa.Column("day", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("kind", sa.String(length=32), nullable=False),
        sa.Column("n", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("tenant", "day", "kind", name=op.f("pk_privacy_leak_day")),
    )
    for table in ("privacy_traffic", "privacy_leak_day"):
        tenancy.secure(op.get_bind(), table)
