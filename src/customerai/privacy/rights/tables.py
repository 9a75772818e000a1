"""Requests of customers and their parts, exports, consents, retention, holds and reveals."""

from __future__ import annotations

from sqlalchemy import Boolean, Column, Index, Integer, LargeBinary, String, Table

from customerai.core.schema import JsonColumn, SafeTextColumn, Sequence, Timestamp, metadata

request = Table(
    "privacy_request",
    metadata,
    Column("tenant", String(64), primary_key=True),
    Column("id", String(64), primary_key=True),
    Column("kind", String(16), nullable=False),
    Column("target", String(16), nullable=False),
    # A keyed hash of the customer's id, or the session; they tell nothing of anybody.
    Column("subject_id", String(80), nullable=True),
    Column("session_id", String(80), nullable=True),
    Column("reason", SafeTextColumn, nullable=False),
    Column("status", String(16), nullable=False),
    Column("actor", String(128), nullable=False),
    Column("created_at", Timestamp, nullable=False),
    Column("due_at", Timestamp, nullable=False),
    Column("cutoff_at", Timestamp, nullable=False),
    Column("done_at", Timestamp, nullable=True),
    Column("pieces", Integer, nullable=False),
    Column("job_id", String(64), nullable=True),
    Column("receipt", JsonColumn, nullable=True),
    Index("ix_privacy_request_created", "tenant", "created_at", "id"),
)

part = Table(
    "privacy_request_part",
    metadata,
    Column("tenant", String(64), primary_key=True),
    Column("request_id", String(64), primary_key=True),
    Column("service", String(32), primary_key=True),
    Column("state", String(16), nullable=False),
    Column("asked_at", Timestamp, nullable=False),
    Column("reminded_at", Timestamp, nullable=True),
    Column("done_at", Timestamp, nullable=True),
    Column("counts", JsonColumn, nullable=False),
    # Piece to the steps that were told and how many there are.
    Column("steps", JsonColumn, nullable=False),
    Index("ix_privacy_request_part_state", "state"),
)

# The sealed file of an export; a data key by this column's name is found by `core.rewrap`.
export = Table(
    "privacy_export",
    metadata,
    Column("tenant", String(64), primary_key=True),
    Column("id", String(64), primary_key=True),
    Column("wrapped_key", LargeBinary, nullable=False),
    Column("size_bytes", Sequence, nullable=False),
    Column("digest", String(64), nullable=False),
    Column("expires_at", Timestamp, nullable=False),
)

consent = Table(
    "privacy_consent",
    metadata,
    Column("tenant", String(64), primary_key=True),
    Column("subject_id", String(80), primary_key=True),
    Column("purpose", String(16), primary_key=True),
    Column("at", Timestamp, primary_key=True),
    Column("granted", Boolean, nullable=False),
    Column("source", SafeTextColumn, nullable=False),
    Column("actor", String(128), nullable=False),
    Column("recorded_at", Timestamp, nullable=False),
)

purpose = Table(
    "privacy_purpose",
    metadata,
    Column("tenant", String(64), primary_key=True),
    Column("purpose", String(16), primary_key=True),
    Column("rule", String(16), nullable=False),
)

retention = Table(
    "privacy_retention",
    metadata,
    Column("tenant", String(64), primary_key=True),
    Column("data_class", String(32), primary_key=True),
    Column("days", Integer, nullable=True),
)

run = Table(
    "privacy_retention_run",
    metadata,
    Column("tenant", String(64), primary_key=True),
    Column("id", String(64), primary_key=True),
    Column("dry_run", Boolean, nullable=False),
    Column("actor", String(128), nullable=False),
    Column("status", String(16), nullable=False),
    Column("created_at", Timestamp, nullable=False),
    Column("done_at", Timestamp, nullable=True),
    Column("found", JsonColumn, nullable=False),
    Index("ix_privacy_retention_run_created", "tenant", "created_at", "id"),
)

hold = Table(
    "privacy_hold",
    metadata,
    Column("tenant", String(64), primary_key=True),
    Column("subject_id", String(80), primary_key=True),
    Column("reason", SafeTextColumn, nullable=False),
    Column("actor", String(128), nullable=False),
    Column("at", Timestamp, nullable=False),
)

reveal = Table(
    "privacy_reveal",
    metadata,
    Column("tenant", String(64), primary_key=True),
    Column("id", String(64), primary_key=True),
    Column("at", Timestamp, nullable=False),
    Column("actor", String(128), nullable=False),
    Column("session_id", String(80), nullable=False),
    Column("reason", String(32), nullable=False),
    Column("said", SafeTextColumn, nullable=False),
    # Entity type to how many values were shown.
    Column("types", JsonColumn, nullable=False),
    Column("shown", Integer, nullable=False),
    Index("ix_privacy_reveal_at", "tenant", "at", "id"),
)
