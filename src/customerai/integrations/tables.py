"""Rows of imported files that were refused."""

from __future__ import annotations

from sqlalchemy import Column, Integer, String, Table

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
