"""Dead letters are listed and counted by indexes."""

from __future__ import annotations

from customerai.migrations import create_index

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    create_index("ix_dead_letter_parked", "dead_letter", ["tenant", "parked_at", "id", "handler"])
    kind = ["tenant", "handler", "name", "error", "parked_at"]
    create_index("ix_dead_letter_kind", "dead_letter", kind)
