"""Conversations, messages, knowledge and replies; every text column takes safe text only."""

from __future__ import annotations

from sqlalchemy import Column, Float, Index, Integer, LargeBinary, String, Table, UniqueConstraint

from customerai.core.partitions import this_month
from customerai.core.schema import JsonColumn, SafeTextColumn, Sequence, Timestamp, metadata

conversation = Table(
    "responder_conversation",
    metadata,
    Column("tenant", String(64), primary_key=True),
    Column("id", String(64), primary_key=True),
    Column("subject", String(80), nullable=False),
    Column("channel", SafeTextColumn, nullable=False),
    Column("status", String(16), nullable=False),
    Column("groups", JsonColumn, nullable=False),
    Column("attributes", JsonColumn, nullable=False),
    Column("messages", Integer, nullable=False),
    Column("started_at", Timestamp, nullable=False),
    Column("last_at", Timestamp, nullable=False),
    # Where the rows of this conversation lie (core.partitions); it never changes.
    Column("month", Integer, nullable=False, default=this_month, server_default="0"),
    Index("ix_responder_conversation_last", "tenant", "last_at", "id"),
    Index("ix_responder_conversation_subject", "tenant", "subject"),
)

message = Table(
    "responder_message",
    metadata,
    Column("tenant", String(64), primary_key=True),
    Column("conversation_id", String(64), primary_key=True),
    Column("id", String(64), primary_key=True),
    Column("seq", Integer, nullable=False),
    Column("role", String(16), nullable=False),
    Column("text", SafeTextColumn, nullable=False),
    Column("at", Timestamp, nullable=False),
    Column("receipt_id", String(64), nullable=False),
    Column("month", Integer, primary_key=True, autoincrement=False, server_default="0"),
    UniqueConstraint("tenant", "conversation_id", "seq", "month"),
    Index("ix_responder_message_id", "tenant", "id"),
    postgresql_partition_by="RANGE (month)",
)

document = Table(
    "responder_document",
    metadata,
    Column("tenant", String(64), primary_key=True),
    Column("id", String(64), primary_key=True),
    Column("title", SafeTextColumn, nullable=False),
    Column("format", String(16), nullable=False),
    Column("audience", String(32), nullable=False),
    Column("digest", String(64), nullable=False),
    Column("passages", Integer, nullable=False),
    Column("version", Sequence, nullable=False),
    Column("updated_at", Timestamp, nullable=False),
)

passage = Table(
    "responder_passage",
    metadata,
    Column("tenant", String(64), primary_key=True),
    Column("document_id", String(64), primary_key=True),
    Column("id", String(64), primary_key=True),
    Column("seq", Integer, nullable=False),
    Column("heading", SafeTextColumn, nullable=False),
    Column("text", SafeTextColumn, nullable=False),
    Column("sentences", JsonColumn, nullable=False),
    # float16, little endian: the passage's vector, then one a sentence.
    Column("vectors", LargeBinary, nullable=False),
)

reply = Table(
    "responder_reply",
    metadata,
    Column("tenant", String(64), primary_key=True),
    Column("conversation_id", String(64), primary_key=True),
    Column("id", String(64), primary_key=True),
    Column("message_id", String(64), nullable=False),
    Column("status", String(16), nullable=False),
    Column("action", String(16), nullable=False),
    Column("reason", String(64), nullable=True),
    Column("text", SafeTextColumn, nullable=False),
    Column("citations", JsonColumn, nullable=False),
    Column("confidence", Float, nullable=False),
    Column("model", String(128), nullable=False),
    Column("receipt_id", String(64), nullable=False),
    Column("at", Timestamp, nullable=False),
)
