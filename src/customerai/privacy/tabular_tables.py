"""Uploaded tables, what was released of them, and the budget that private statistics spend.

No row holds a value of a table: the files lie sealed in the object store, each under a data key of
its own that is forgotten together with the file.
"""

from __future__ import annotations

from sqlalchemy import Column, Float, Index, Integer, LargeBinary, String, Table, UniqueConstraint

from customerai.core.schema import JsonColumn, Sequence, Timestamp, metadata

project = Table(
    "privacy_table_project",
    metadata,
    Column("tenant", String(64), primary_key=True),
    Column("id", String(64), primary_key=True),
    # One value has one stand-in in all tables of a project; without this key nobody can link them.
    Column("wrapped_key", LargeBinary, nullable=False),
    Column("created_at", Timestamp, nullable=False),
)

dataset = Table(
    "privacy_dataset",
    metadata,
    Column("tenant", String(64), primary_key=True),
    Column("id", String(64), primary_key=True),
    Column("name", String(80), nullable=False),
    Column("epsilon_budget", Float, nullable=False),
    Column("rows_per_person", Integer, nullable=False),
    Column("created_at", Timestamp, nullable=False),
    UniqueConstraint("tenant", "name"),
)

table = Table(
    "privacy_table",
    metadata,
    Column("tenant", String(64), primary_key=True),
    Column("id", String(64), primary_key=True),
    Column("project_id", String(64), nullable=False),
    Column("dataset_id", String(64), nullable=False),
    # A keyed hash of the idempotency key under which it was sent.
    Column("request_hash", LargeBinary(32), nullable=True),
    # A keyed hash of the content: sent again it is the same dataset, under whatever name.
    Column("digest", LargeBinary(32), nullable=False),
    Column("format", String(16), nullable=False),
    Column("rows", Sequence, nullable=False),
    Column("columns", JsonColumn, nullable=False),
    Column("wrapped_key", LargeBinary, nullable=True),
    Column("created_at", Timestamp, nullable=False),
    Column("expires_at", Timestamp, nullable=False),
    UniqueConstraint("tenant", "request_hash"),
    Index("ix_privacy_table_digest", "tenant", "digest"),
    Index("ix_privacy_table_expires", "expires_at"),
)

release = Table(
    "privacy_table_release",
    metadata,
    Column("tenant", String(64), primary_key=True),
    Column("id", String(64), primary_key=True),
    Column("project_id", String(64), nullable=False),
    Column("job_id", String(64), nullable=False),
    Column("request_hash", LargeBinary(32), nullable=True),
    Column("plans", JsonColumn, nullable=False),
    Column("files", JsonColumn, nullable=True),
    Column("wrapped_key", LargeBinary, nullable=True),
    Column("created_at", Timestamp, nullable=False),
    Column("expires_at", Timestamp, nullable=False),
    UniqueConstraint("tenant", "request_hash"),
    Index("ix_privacy_table_release_expires", "expires_at"),
)

statistic = Table(
    "privacy_statistic",
    metadata,
    Column("tenant", String(64), primary_key=True),
    Column("dataset_id", String(64), primary_key=True),
    # A keyed hash of the query: the same query again is the same release.
    Column("query_hash", LargeBinary(32), primary_key=True),
    Column("id", String(64), nullable=False),
    Column("actor", String(128), nullable=False),
    Column("query", JsonColumn, nullable=False),
    Column("epsilon", Float, nullable=False),
    # Missing while the noise is drawn; what was spent stays spent either way.
    Column("result", JsonColumn, nullable=True),
    Column("created_at", Timestamp, nullable=False),
)
