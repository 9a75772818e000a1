"""Erasure, export, retention, consent and reveals."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from customerai import migrations
from customerai.core import tenancy

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "erased",
        sa.Column("tenant", sa.String(length=64), nullable=False),
        sa.Column("id", sa.String(length=80), nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.Column("times", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("tenant", "id", name=op.f("pk_erased")),
    )
    op.create_table(
        "contribution",
        sa.Column("tenant", sa.String(length=64), nullable=False),
        sa.Column("request_id", sa.String(length=64), nullable=False),
        sa.Column("service", sa.String(length=32), nullable=False),
        sa.Column("piece", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("seq", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("content", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint(
            "tenant", "request_id", "service", "piece", "seq", name=op.f("pk_contribution")
        ),
    )
    op.create_table(
        "privacy_request",
        sa.Column("tenant", sa.String(length=64), nullable=False),
        sa.Column("id", sa.String(length=64), nullable=False),
        sa.Column("kind", sa.String(length=16), nullable=False),
        sa.Column("target", sa.String(length=16), nullable=False),
        sa.Column("subject_id", sa.String(length=80), nullable=True),
        sa.Column("session_id", sa.String(length=80), nullable=True),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("status", sa.String(length=16), nullable=False),
        sa.Column("actor", sa.String(length=128), nullable=False),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
        sa.Column("due_at", sa.BigInteger(), nullable=False),
        sa.Column("cutoff_at", sa.BigInteger(), nullable=False),
        sa.Column("done_at", sa.BigInteger(), nullable=True),
        sa.Column("pieces", sa.Integer(), nullable=False),
        sa.Column("job_id", sa.String(length=64), nullable=True),
        sa.Column("receipt", sa.Text(), nullable=True),
        sa.PrimaryKeyConstraint("tenant", "id", name=op.f("pk_privacy_request")),
    )
    op.create_index("ix_privacy_request_created", "privacy_request", ["tenant", "created_at", "id"])
    op.create_table(
        "privacy_request_part",
        sa.Column("tenant", sa.String(length=64), nullable=False),
        sa.Column("request_id", sa.String(length=64), nullable=False),
        sa.Column("service", sa.String(length=32), nullable=False),
        sa.Column("state", sa.String(length=16), nullable=False),
        sa.Column("asked_at", sa.BigInteger(), nullable=False),
        sa.Column("reminded_at", sa.BigInteger(), nullable=True),
        sa.Column("done_at", sa.BigInteger(), nullable=True),
        sa.Column("counts", sa.Text(), nullable=False),
        sa.Column("steps", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint(
            "tenant", "request_id", "service", name=op.f("pk_privacy_request_part")
        ),
    )
    op.create_index("ix_privacy_request_part_state", "privacy_request_part", ["state"])
    op.create_table(
        "privacy_export",
        sa.Column("tenant", sa.String(length=64), nullable=False),
        sa.Column("id", sa.String(length=64), nullable=False),
        sa.Column("wrapped_key", sa.LargeBinary(), nullable=False),
        sa.Column(
            "size_bytes", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False
        ),
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column("expires_at", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("tenant", "id", name=op.f("pk_privacy_export")),
    )
    op.create_table(
        "privacy_consent",
        sa.Column("tenant", sa.String(length=64), nullable=False),
        sa.Column("subject_id", sa.String(length=80), nullable=False),
        sa.Column("purpose", sa.String(length=16), nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.Column("granted", sa.Boolean(), nullable=False),
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("actor", sa.String(length=128), nullable=False),
        sa.Column("recorded_at", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint(
            "tenant", "subject_id", "purpose", "at", name=op.f("pk_privacy_consent")
        ),
    )
    op.create_table(
        "privacy_purpose",
        sa.Column("tenant", sa.String(length=64), nullable=False),
        sa.Column("purpose", sa.String(length=16), nullable=False),
        sa.Column("rule", sa.String(length=16), nullable=False),
        sa.PrimaryKeyConstraint("tenant", "purpose", name=op.f("pk_privacy_purpose")),
    )
    op.create_table(
        "privacy_retention",
        sa.Column("tenant", sa.String(length=64), nullable=False),
        sa.Column("data_class", sa.String(length=32), nullable=False),
        sa.Column("days", sa.Integer(), nullable=True),
        sa.PrimaryKeyConstraint("tenant", "data_class", name=op.f("pk_privacy_retention")),
    )
    op.create_table(
        "privacy_retention_run",
        sa.Column("tenant", sa.String(length=64), nullable=False),
        sa.Column("id", sa.String(length=64), nullable=False),
        sa.Column("dry_run", sa.Boolean(), nullable=False),
        sa.Column("actor", sa.String(length=128), nullable=False),
        sa.Column("status", sa.String(length=16), nullable=False),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
        sa.Column("done_at", sa.BigInteger(), nullable=True),
        sa.Column("found", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("tenant", "id", name=op.f("pk_privacy_retention_run")),
    )
    op.create_index(
        "ix_privacy_retention_run_created", "privacy_retention_run", ["tenant", "created_at", "id"]
    )
    op.create_table(
        "privacy_hold",
        sa.Column("tenant", sa.String(length=64), nullable=False),
        sa.Column("subject_id", sa.String(length=80), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("actor", sa.String(length=128), nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("tenant", "subject_id", name=op.f("pk_privacy_hold")),
    )
    op.create_table(
        "privacy_reveal",
        sa.Column("tenant", sa.String(length=64), nullable=False),
        sa.Column("id", sa.String(length=64), nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.Column("actor", sa.String(length=128), nullable=False),
        sa.Column("session_id", sa.String(length=80), nullable=False),
        sa.Column("reason", sa.String(length=32), nullable=False),
        sa.Column("said", sa.Text(), nullable=False),
        sa.Column("types", sa.Text(), nullable=False),
        sa.Column("shown", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("tenant", "id", name=op.f("pk_privacy_reveal")),
    )
    op.create_index("ix_privacy_reveal_at", "privacy_reveal", ["tenant", "at", "id"])
    for table in (
        "erased",
        "contribution",
        "privacy_request",
        "privacy_request_part",
        "privacy_export",
        "privacy_consent",
        "privacy_purpose",
        "privacy_retention",
        "privacy_retention_run",
        "privacy_hold",
        "privacy_reveal",
    ):
        tenancy.secure(op.get_bind(), table)
    migrations.create_index(
        "ix_privacy_session_subject", "privacy_session", ["tenant", "subject_id"]
    )
    migrations.create_index(
        "ix_responder_conversation_subject", "responder_conversation", ["tenant", "subject"]
    )
