"""Decisions, and the tensor of their counts."""

from __future__ import annotations

from sqlalchemy import Column, Float, Index, Integer, LargeBinary, String, Table, Text

from customerai.core.schema import JsonColumn, Timestamp, metadata

decision = Table(
    "fairness_decision",
    metadata,
    Column("tenant", String(64), primary_key=True),
    Column("id", String(64), primary_key=True),
    Column("kind", String(64), nullable=False),
    Column("outcome", String(32), nullable=False),
    Column("score", Float, nullable=True),
    Column("label", String(32), nullable=True),
    Column("groups", JsonColumn, nullable=False),
    Column("policy_version", String(64), nullable=False),
    Column("at", Timestamp, nullable=False),
    Index("ix_fairness_decision_at", "tenant", "kind", "at"),
)

# One row a cell that was ever filled: the tensor is sparse.
cell = Table(
    "fairness_cell",
    metadata,
    Column("tenant", String(64), primary_key=True),
    Column("kind", String(64), primary_key=True),
    Column("day", Integer, primary_key=True),
    Column("policy_version", String(64), primary_key=True),
    # SHA-256 of `groups`, which is too long for a key.
    Column("groups_digest", LargeBinary(32), primary_key=True),
    Column("label", String(32), primary_key=True),
    Column("outcome", String(32), primary_key=True),
    Column("score_bin", Integer, primary_key=True),
    # Canonical JSON of the group labels, so that any intersection can be summed from cells.
    Column("groups", Text, nullable=False),
    Column("n", Integer, nullable=False),
)
