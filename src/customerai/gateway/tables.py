"""API keys, console users and their sessions."""

from __future__ import annotations

from sqlalchemy import Column, LargeBinary, String, Table, UniqueConstraint

from customerai.core.schema import JsonColumn, Timestamp, metadata

api_key = Table(
    "gateway_api_key",
    metadata,
    Column("tenant", String(64), primary_key=True),
    Column("id", String(32), primary_key=True),
    Column("name", String(200), nullable=False),
    Column("hash", LargeBinary(32), nullable=False),
    Column("scopes", JsonColumn, nullable=False),
    Column("created_at", Timestamp, nullable=False),
    Column("created_by", String(128), nullable=False),
    Column("last_used_at", Timestamp, nullable=True),
    Column("expires_at", Timestamp, nullable=True),
    Column("revoked_at", Timestamp, nullable=True),
    UniqueConstraint("id"),
)

user = Table(
    "gateway_user",
    metadata,
    Column("tenant", String(64), primary_key=True),
    Column("id", String(64), primary_key=True),
    Column("email_hash", LargeBinary(32), nullable=False),
    # Name and address of the console's own users, sealed like customers' data.
    Column("profile", LargeBinary, nullable=False),
    Column("role", String(32), nullable=False),
    Column("password", String(200), nullable=False),
    Column("created_at", Timestamp, nullable=False),
    UniqueConstraint("email_hash"),
)

session = Table(
    "gateway_session",
    metadata,
    Column("tenant", String(64), primary_key=True),
    Column("hash", LargeBinary(32), primary_key=True),
    Column("user_id", String(64), nullable=False),
    Column("expires_at", Timestamp, nullable=False),
)

setup = Table(
    "gateway_setup",
    metadata,
    Column("tenant", String(64), primary_key=True),
    Column("hash", LargeBinary(32), primary_key=True),
    Column("expires_at", Timestamp, nullable=False),
)
