"""Tables made safe, and the budget spent on private statistics."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from customerai.core import tenancy

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None


def _key(*names: str) -> list[sa.Column[str]]:
    return [sa.Column(name, sa.String(length=64), nullable=False) for name in names]


def upgrade() -> None:
    op.create_table(
        "privacy_table_project",
        *_key("tenant", "id"),
        sa.Column("wrapped_key", sa.LargeBinary(), nullable=False),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("tenant", "id", name=op.f("pk_privacy_table_project")),
    )
    op.create_table(
        "privacy_dataset",
        *_key("tenant", "id"),
        sa.Column("name", sa.String(length=80), nullable=False),
        sa.Column("epsilon_budget", sa.Float(), nullable=False),
        sa.Column("rows_per_person", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("tenant", "id", name=op.f("pk_privacy_dataset")),
        sa.UniqueConstraint("tenant", "name", name=op.f("uq_privacy_dataset_tenant_name")),
    )
    op.create_table(
        "privacy_table",
        *_key("tenant", "id", "project_id", "dataset_id"),
        sa.Column("request_hash", sa.LargeBinary(length=32), nullable=True),
        sa.Column("digest", sa.LargeBinary(length=32), nullable=False),
        sa.Column("format", sa.String(length=16), nullable=False),
        sa.Column("rows", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("columns", sa.Text(), nullable=False),
        sa.Column("wrapped_key", sa.LargeBinary(), nullable=True),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
        sa.Column("expires_at", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("tenant", "id", name=op.f("pk_privacy_table")),
        sa.UniqueConstraint(
            "tenant", "request_hash", name=op.f("uq_privacy_table_tenant_request_hash")
        ),
    )
    op.create_index("ix_privacy_table_digest", "privacy_table", ["tenant", "digest"])
    op.create_index("ix_privacy_table_expires", "privacy_table", ["expires_at"])
    op.create_table(
        "privacy_table_release",
        *_key("tenant", "id", "project_id", "job_id"),
        sa.Column("request_hash", sa.LargeBinary(length=32), nullable=True),
        sa.Column("plans", sa.Text(), nullable=False),
        sa.Column("files", sa.Text(), nullable=True),
        sa.Column("wrapped_key", sa.LargeBinary(), nullable=True),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
        sa.Column("expires_at", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("tenant", "id", name=op.f("pk_privacy_table_release")),
        sa.UniqueConstraint(
            "tenant", "request_hash", name=op.f("uq_privacy_table_release_tenant_request_hash")
        ),
    )
    op.create_index("ix_privacy_table_release_expires", "privacy_table_release", ["expires_at"])
    op.create_table(
        "privacy_statistic",
        *_key("tenant", "dataset_id"),
        sa.Column("query_hash", sa.LargeBinary(length=32), nullable=False),
        *_key("id"),
        sa.Column("actor", sa.String(length=128), nullable=False),
        sa.Column("query", sa.Text(), nullable=False),
        sa.Column("epsilon", sa.Float(), nullable=False),
        sa.Column("result", sa.Text(), nullable=True),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint(
            "tenant", "dataset_id", "query_hash", name=op.f("pk_privacy_statistic")
        ),
    )
    here = op.get_bind()
    for table in (
        "privacy_table_project",
        "privacy_dataset",
        "privacy_table",
        "privacy_table_release",
        "privacy_statistic",
    ):
        tenancy.secure(here, table)
