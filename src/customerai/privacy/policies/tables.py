"""Policies, every version of them, and the recognizers that a tenant made."""

from __future__ import annotations

from sqlalchemy import Column, Integer, LargeBinary, String, Table

from customerai.core.schema import Timestamp, metadata

policy = Table(
    "privacy_policy",
    metadata,
    Column("tenant", String(64), primary_key=True),
    Column("purpose", String(32), primary_key=True),
    Column("version", Integer, primary_key=True, autoincrement=False),
    Column("author", String(128), nullable=False),
    Column("at", Timestamp, nullable=False),
    # Sealed: lists of words may hold names.
    Column("sealed", LargeBinary, nullable=False),
)

recognizer = Table(
    "privacy_recognizer",
    metadata,
    Column("tenant", String(64), primary_key=True),
    Column("name", String(64), primary_key=True),
    Column("version", Integer, nullable=False),
    Column("author", String(128), nullable=False),
    Column("at", Timestamp, nullable=False),
    Column("sealed", LargeBinary, nullable=False),
)

revision = Table(
    "privacy_policy_revision",
    metadata,
    Column("tenant", String(64), primary_key=True),
    # Raised by every change, so that each process sees by one number that it must read again.
    Column("n", Integer, nullable=False),
)
