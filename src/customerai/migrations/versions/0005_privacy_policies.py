"""Privacy policies and recognizers of a tenant's own."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from customerai.core import tenancy

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "privacy_policy",
        sa.Column("tenant", sa.String(length=64), nullable=False),
        sa.Column("purpose", sa.String(length=32), nullable=False),
        sa.Column("version", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("author", sa.String(length=128), nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.Column("sealed", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("tenant", "purpose", "version", name=op.f("pk_privacy_policy")),
    )
    op.create_table(
        "privacy_recognizer",
        sa.Column("tenant", sa.String(length=64), nullable=False),
        sa.Column("name", sa.String(length=64), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("author", sa.String(length=128), nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.Column("sealed", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("tenant", "name", name=op.f("pk_privacy_recognizer")),
    )
    op.create_table(
        "privacy_policy_revision",
        sa.Column("tenant", sa.String(length=64), nullable=False),
        sa.Column("n", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("tenant", name=op.f("pk_privacy_policy_revision")),
    )
    for table in ("privacy_policy", "privacy_recognizer", "privacy_policy_revision"):
        tenancy.secure(op.get_bind(), table)
