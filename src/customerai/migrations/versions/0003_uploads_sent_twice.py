"""Uploads that are sent twice are imported once."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from customerai.core import tenancy

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "integrations_upload",
        sa.Column("tenant", sa.String(length=64), nullable=False),
        sa.Column("key_hash", sa.LargeBinary(length=32), nullable=False),
        sa.Column("job_id", sa.String(length=64), nullable=False),
        sa.PrimaryKeyConstraint("tenant", "key_hash", name=op.f("pk_integrations_upload")),
    )
    tenancy.secure(op.get_bind(), "integrations_upload")
