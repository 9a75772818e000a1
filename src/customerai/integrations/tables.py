"""Rows of imported files that were refused, and which upload an idempotency key stands for."""

from __future__ import annotations

from sqlalchemy import Column, Integer, LargeBinary, String, Table

from customerai.core.schema import metadata

reject = Table(
    "integrations_reject",
    metadata,
    Column("tenant", String(64), primary_key=True),
    Column("job_id", String(64), primary_key=True),
    Column("row", Integer, primary_key=True),
    Column("code", String(32), nullable=False),
    Column("detail", String(200), nullable=False),
)

upload = Table(
    "integrations_upload",
    metadata,
    Column("tenant", String(64), primary_key=True),
    # A keyed hash: what callers choose as a key may tell something.
    Column("key_hash", LargeBinary(32), primary_key=True),
    Column("job_id", String(64), nullable=False),
)
