"""Scores of messages, the state of conversations, and counts by the hour."""

from __future__ import annotations

from sqlalchemy import Column, Float, Index, Integer, String, Table

from customerai.core.partitions import this_month
from customerai.core.schema import JsonColumn, Timestamp, metadata

message = Table(
    "insights_message",
    metadata,
    Column("tenant", String(64), primary_key=True),
    Column("conversation_id", String(64), primary_key=True),
    Column("message_id", String(64), primary_key=True),
    Column("at", Timestamp, nullable=False),
    Column("language", String(8), nullable=False),
    Column("sentiment", String(16), nullable=False),
    Column("sentiment_score", Float, nullable=False),
    Column("intent", String(64), nullable=True),
    Column("intent_score", Float, nullable=False),
    Column("month", Integer, primary_key=True, autoincrement=False, server_default="0"),
    postgresql_partition_by="RANGE (month)",
)

conversation = Table(
    "insights_conversation",
    metadata,
    Column("tenant", String(64), primary_key=True),
    Column("conversation_id", String(64), primary_key=True),
    Column("channel", String(128), nullable=False),
    Column("started_at", Timestamp, nullable=False),
    Column("messages", Integer, nullable=False),
    Column("negative", Integer, nullable=False),
    Column("neutral", Integer, nullable=False),
    Column("positive", Integer, nullable=False),
    # Intent to the sum of its scores over the conversation's messages.
    Column("intents", JsonColumn, nullable=False),
    Column("reason", String(64), nullable=True),
    Column("sentiment", String(16), nullable=False),
    Column("outcome", String(16), nullable=True),
    # Where the rows of this conversation lie (core.partitions); it never changes.
    Column("month", Integer, nullable=False, default=this_month, server_default="0"),
    Index("ix_insights_conversation_started", "tenant", "started_at", "conversation_id"),
)

rollup = Table(
    "insights_rollup",
    metadata,
    Column("tenant", String(64), primary_key=True),
    Column("hour", Integer, primary_key=True),
    Column("channel", String(128), primary_key=True),
    Column("measure", String(32), primary_key=True),
    Column("value", String(64), primary_key=True),
    Column("n", Integer, nullable=False),
)
