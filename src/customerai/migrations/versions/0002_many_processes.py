# ruff: noqa: S608 - statements are made of names in this file and nothing else
"""Many processes on one database: keys led by the tenant, claims, months, tenants kept apart.

Coming from 0001 this is no rolling upgrade: it takes columns away (docs/decisions/0006).
"""

from __future__ import annotations

import hashlib
from datetime import datetime, timezone
from typing import Any

import sqlalchemy as sa
from alembic import op

from customerai.core import partitions, tenancy
from customerai.core.ids import new_id

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

_BATCH = 5000
_TENANT_TABLES = (
    "audit_entry", "audit_head", "audit_intake", "dead_letter", "fairness_cell",
    "fairness_decision", "gateway_api_key", "gateway_session", "gateway_setup", "gateway_user",
    "inbox_event", "insights_conversation", "insights_message", "insights_rollup",
    "integrations_reject", "job", "outbox_event", "privacy_session", "privacy_subject",
    "privacy_token", "responder_conversation", "responder_document", "responder_message",
    "responder_passage", "responder_reply",
)  # fmt: skip


def _text(length: int) -> sa.String:
    return sa.String(length=length)


def upgrade() -> None:
    here = op.get_bind()
    now = datetime.now(timezone.utc)
    month = partitions.month_of(now)
    tenancy.see_every_tenant(here)
    with op.batch_alter_table("job") as job:
        job.add_column(sa.Column("claimed_by", _text(64), nullable=True))
        job.add_column(sa.Column("claimed_until", sa.BigInteger(), nullable=True))
    _outbox()
    _intake(here)
    _head(here)
    _cells(here)
    for table in ("responder_conversation", "insights_conversation", "privacy_session"):
        _add_month(table)
        op.execute(sa.text(f"UPDATE {table} SET month = {month}"))
    if here.dialect.name == "postgresql":
        _cut_by_month(here, month)
    else:
        # Plain tables: a primary key without the month is as good.
        for table in ("insights_message", "privacy_token"):
            _add_month(table)
        with op.batch_alter_table("responder_message") as message:
            message.add_column(sa.Column("month", sa.Integer(), nullable=False, server_default="0"))
            message.drop_constraint(
                "uq_responder_message_tenant_conversation_id_seq", type_="unique"
            )
            message.create_unique_constraint(
                op.f("uq_responder_message_tenant_conversation_id_seq_month"),
                ["tenant", "conversation_id", "seq", "month"],
            )
        for table in ("responder_message", "insights_message", "privacy_token"):
            op.execute(sa.text(f"UPDATE {table} SET month = {month}"))
    for cut in partitions.PARTITIONED:
        partitions.make(here, cut, now)
    for table in _TENANT_TABLES:
        tenancy.secure(here, table)


def _add_month(table: str) -> None:
    op.add_column(table, sa.Column("month", sa.Integer(), nullable=False, server_default="0"))


def _set_aside(table: str) -> str:
    """Rename a table, and free the names of its keys and indexes for the one in its place."""
    here = op.get_bind()
    aside = f"{table}_0001"
    for index in sa.inspect(here).get_indexes(table):
        if index["name"] and not index.get("duplicates_constraint"):
            op.drop_index(index["name"], table_name=table)
    op.rename_table(table, aside)
    if here.dialect.name == "postgresql":
        inspector = sa.inspect(here)
        keys = [inspector.get_pk_constraint(aside)["name"]]
        keys += [unique["name"] for unique in inspector.get_unique_constraints(aside)]
        for key in keys:
            op.execute(sa.text(f'ALTER TABLE {aside} DROP CONSTRAINT "{key}"'))
    return aside


def _outbox() -> None:
    aside = _set_aside("outbox_event")
    op.create_table(
        "outbox_event",
        sa.Column("tenant", _text(64), nullable=False),
        sa.Column("id", _text(64), nullable=False),
        sa.Column("handler", _text(128), nullable=False),
        sa.Column("name", _text(128), nullable=False),
        sa.Column("payload", sa.Text(), nullable=False),
        sa.Column("priority", sa.SmallInteger(), nullable=False),
        sa.Column("claimed_by", _text(64), nullable=True),
        sa.Column("claimed_until", sa.BigInteger(), nullable=True),
        sa.PrimaryKeyConstraint("tenant", "id", "handler", name=op.f("pk_outbox_event")),
    )
    op.create_index("ix_outbox_event_next", "outbox_event", ["priority", "id"])
    op.execute(
        sa.text(
            "INSERT INTO outbox_event (tenant, id, handler, name, payload, priority) "
            f"SELECT tenant, id, coalesce(handler, ''), name, payload, 1 FROM {aside} WHERE true "
            "ON CONFLICT DO NOTHING"
        )
    )
    op.drop_table(aside)


def _intake(here: sa.Connection) -> None:
    aside = _set_aside("audit_intake")
    intake = op.create_table(
        "audit_intake",
        sa.Column("tenant", _text(64), nullable=False),
        sa.Column("id", _text(64), nullable=False),
        sa.Column("actor", _text(128), nullable=False),
        sa.Column("action", _text(128), nullable=False),
        sa.Column("data", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("tenant", "id", name=op.f("pk_audit_intake")),
    )
    op.create_index("ix_audit_intake_id", "audit_intake", ["id"])
    last = -1
    while True:
        rows = here.execute(
            sa.text(
                f"SELECT seq, tenant, actor, action, data FROM {aside} "
                "WHERE seq > :last ORDER BY seq LIMIT :most"
            ),
            {"last": last, "most": _BATCH},
        ).all()
        if not rows:
            break
        last = rows[-1].seq
        here.execute(
            sa.insert(intake),
            [
                {
                    "tenant": row.tenant,
                    "id": new_id("act"),  # rising, so the order of arrival stays
                    "actor": row.actor,
                    "action": row.action,
                    "data": row.data,
                }
                for row in rows
            ],
        )
    op.drop_table(aside)


def _head(here: sa.Connection) -> None:
    op.create_table(
        "audit_head",
        sa.Column("tenant", _text(64), nullable=False),
        sa.Column("size", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("head", sa.LargeBinary(length=32), nullable=False),
        sa.PrimaryKeyConstraint("tenant", name=op.f("pk_audit_head")),
    )
    here.execute(
        sa.text(
            "INSERT INTO audit_head (tenant, size, head) SELECT e.tenant, e.seq + 1, e.hash "
            "FROM audit_entry e JOIN (SELECT tenant, max(seq) AS seq FROM audit_entry "
            "GROUP BY tenant) last ON last.tenant = e.tenant AND last.seq = e.seq"
        )
    )


def _cells(here: sa.Connection) -> None:
    aside = _set_aside("fairness_cell")
    cells = op.create_table(
        "fairness_cell",
        sa.Column("tenant", _text(64), nullable=False),
        sa.Column("kind", _text(64), nullable=False),
        sa.Column("day", sa.Integer(), nullable=False),
        sa.Column("policy_version", _text(64), nullable=False),
        sa.Column("groups_digest", sa.LargeBinary(length=32), nullable=False),
        sa.Column("label", _text(32), nullable=False),
        sa.Column("outcome", _text(32), nullable=False),
        sa.Column("score_bin", sa.Integer(), nullable=False),
        sa.Column("groups", sa.Text(), nullable=False),
        sa.Column("n", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint(
            "tenant", "kind", "day", "policy_version", "groups_digest", "label", "outcome",
            "score_bin", name=op.f("pk_fairness_cell"),
        ),
    )  # fmt: skip
    old = here.execute(
        sa.text(
            "SELECT tenant, kind, day, policy_version, groups, label, outcome, score_bin, n "
            f"FROM {aside}"
        )
    )
    for part in old.mappings().partitions(_BATCH):
        here.execute(
            sa.insert(cells),
            [
                {**row, "groups_digest": hashlib.sha256(row["groups"].encode()).digest()}
                for row in part
            ],
        )
    op.drop_table(aside)


def _cut_by_month(here: sa.Connection, month: int) -> None:
    """Put tables that are cut by month in place of the plain ones, with their rows."""
    tables: dict[str, tuple[list[sa.Column[Any]], list[str], str]] = {
        "inbox_event": (
            [
                sa.Column("tenant", _text(64), nullable=False),
                sa.Column("handler", _text(128), nullable=False),
                sa.Column("id", _text(64), nullable=False),
                sa.Column("handled_at", sa.BigInteger(), nullable=False),
            ],
            ["tenant", "handler", "id"],
            "id",
        ),
        "audit_entry": (
            [
                sa.Column("tenant", _text(64), nullable=False),
                sa.Column("seq", sa.BigInteger(), autoincrement=False, nullable=False),
                sa.Column("at", sa.BigInteger(), nullable=False),
                sa.Column("action", _text(128), nullable=False),
                sa.Column("canonical", sa.Text(), nullable=False),
                sa.Column("hash", sa.LargeBinary(length=32), nullable=False),
            ],
            ["tenant", "seq", "at"],
            "at",
        ),
        "responder_message": (
            [
                sa.Column("tenant", _text(64), nullable=False),
                sa.Column("conversation_id", _text(64), nullable=False),
                sa.Column("id", _text(64), nullable=False),
                sa.Column("seq", sa.Integer(), nullable=False),
                sa.Column("role", _text(16), nullable=False),
                sa.Column("text", sa.Text(), nullable=False),
                sa.Column("at", sa.BigInteger(), nullable=False),
                sa.Column("receipt_id", _text(64), nullable=False),
            ],
            ["tenant", "conversation_id", "id", "month"],
            "month",
        ),
        "insights_message": (
            [
                sa.Column("tenant", _text(64), nullable=False),
                sa.Column("conversation_id", _text(64), nullable=False),
                sa.Column("message_id", _text(64), nullable=False),
                sa.Column("at", sa.BigInteger(), nullable=False),
                sa.Column("language", _text(8), nullable=False),
                sa.Column("sentiment", _text(16), nullable=False),
                sa.Column("sentiment_score", sa.Float(), nullable=False),
                sa.Column("intent", _text(64), nullable=True),
                sa.Column("intent_score", sa.Float(), nullable=False),
            ],
            ["tenant", "conversation_id", "message_id", "month"],
            "month",
        ),
        "privacy_token": (
            [
                sa.Column("tenant", _text(64), nullable=False),
                sa.Column("session_id", _text(80), nullable=False),
                sa.Column("placeholder", _text(96), nullable=False),
                sa.Column("type", _text(64), nullable=False),
                sa.Column("sealed", sa.LargeBinary(), nullable=False),
            ],
            ["tenant", "session_id", "placeholder", "month"],
            "month",
        ),
    }
    for table, (columns, key, by) in tables.items():
        aside = _set_aside(table)
        names = ", ".join(column.name for column in columns)
        added: list[sa.Column[Any]] = []
        if by == "month":
            added.append(sa.Column("month", sa.Integer(), nullable=False, server_default="0"))
        op.create_table(
            table,
            *columns,
            *added,
            sa.PrimaryKeyConstraint(*key, name=op.f(f"pk_{table}")),
            postgresql_partition_by=f"RANGE ({by})",
        )
        for cut in partitions.PARTITIONED:
            if cut.table == table:
                partitions.make(here, cut, datetime.now(timezone.utc))
        target, values = (f"{names}, month", f"{names}, {month}") if added else (names, names)
        op.execute(sa.text(f"INSERT INTO {table} ({target}) SELECT {values} FROM {aside}"))
        op.drop_table(aside)
    op.create_index("ix_inbox_event_handled_at", "inbox_event", ["handled_at"])
    op.create_unique_constraint(
        op.f("uq_responder_message_tenant_conversation_id_seq_month"),
        "responder_message",
        ["tenant", "conversation_id", "seq", "month"],
    )
    op.create_index("ix_responder_message_id", "responder_message", ["tenant", "id"])
