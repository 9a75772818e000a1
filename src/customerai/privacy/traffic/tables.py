"""What left, for some days, and the second look's figures, for good."""

from __future__ import annotations

from sqlalchemy import BigInteger, Column, Index, Integer, String, Table

from customerai.core.schema import JsonColumn, Timestamp, metadata

passage = Table(
    "privacy_traffic",
    metadata,
    Column("tenant", String(64), primary_key=True),
    # The id of the receipt.
    Column("id", String(80), primary_key=True),
    Column("at", Timestamp, nullable=False),
    Column("purpose", String(64), nullable=False),
    Column("actor", String(128), nullable=False),
    Column("session_id", String(80), nullable=False),
    Column("subject_id", String(80), nullable=False),
    Column("policy_version", String(64), nullable=False),
    Column("entities", JsonColumn, nullable=False),
    # Safe texts, cut to their beginnings; `n` says how many there were.
    Column("texts", JsonColumn, nullable=False),
    Column("n", Integer, nullable=False),
    Column("digest", String(64), nullable=False),
    Index("ix_privacy_traffic_at", "tenant", "at", "id"),
    Index("ix_privacy_traffic_subject", "tenant", "subject_id"),
)

leak_day = Table(
    "privacy_leak_day",
    metadata,
    Column("tenant", String(64), primary_key=True),
    # 20261122: a number that sorts.
    Column("day", Integer, primary_key=True, autoincrement=False),
    # `texts`, `flagged`, or a type of finding.
    Column("kind", String(32), primary_key=True),
    Column("n", BigInteger, nullable=False),
)
