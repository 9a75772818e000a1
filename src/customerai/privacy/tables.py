"""The vault: which session hid which value, sealed with the customer's own data key."""

from __future__ import annotations

from sqlalchemy import Column, Index, Integer, LargeBinary, String, Table

from customerai.core.partitions import this_month
from customerai.core.schema import Timestamp, metadata

subject = Table(
    "privacy_subject",
    metadata,
    Column("tenant", String(64), primary_key=True),
    Column("id", String(80), primary_key=True),
    Column("wrapped_key", LargeBinary, nullable=False),
    Column("created_at", Timestamp, nullable=False),
)

session = Table(
    "privacy_session",
    metadata,
    Column("tenant", String(64), primary_key=True),
    Column("id", String(80), primary_key=True),
    Column("subject_id", String(80), nullable=False),
    # Raised with every new value, so that two writers cannot give out the same number.
    Column("version", Integer, nullable=False),
    Column("created_at", Timestamp, nullable=False),
    # Where the rows of this session lie (core.partitions); it never changes.
    Column("month", Integer, nullable=False, default=this_month, server_default="0"),
    Index("ix_privacy_session_subject", "tenant", "subject_id"),
)

token = Table(
    "privacy_token",
    metadata,
    Column("tenant", String(64), primary_key=True),
    Column("session_id", String(80), primary_key=True),
    Column("placeholder", String(96), primary_key=True),
    Column("type", String(64), nullable=False),
    Column("sealed", LargeBinary, nullable=False),
    Column("month", Integer, primary_key=True, autoincrement=False, server_default="0"),
    postgresql_partition_by="RANGE (month)",
)
