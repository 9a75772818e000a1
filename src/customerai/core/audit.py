"""The audit log: what was done by whom, in one order a tenant, each entry bound to all before.

A service writes an intake row in its own transaction; one sequencer a database moves intake rows
into the log. An entry's bytes are its canonical JSON (RFC 8785) and its hash is the leaf hash of
RFC 9162, SHA-256 of 0x00 and those bytes; each entry names the hash of the one before it. A
Merkle tree over the same leaves can be added without changing an entry.
"""

from __future__ import annotations

import asyncio
import hashlib
import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from typing import Any, TypeAlias

import anyio
import rfc8785
import structlog
from sqlalchemy import (
    Column,
    Index,
    LargeBinary,
    String,
    Table,
    Text,
    delete,
    func,
    insert,
    select,
    update,
)

from customerai.core.clock import Clock
from customerai.core.db import Database, Transaction, insert_new, is_shared
from customerai.core.ids import new_id
from customerai.core.principal import Principal
from customerai.core.schema import JsonColumn, Timestamp, metadata
from customerai.core.schema import Sequence as SequenceType

log = structlog.get_logger(__name__)

audit_intake = Table(
    "audit_intake",
    metadata,
    Column("tenant", String(64), primary_key=True),
    # In order of arrival: ids of one process rise, those of several follow their clocks.
    Column("id", String(64), primary_key=True),
    Column("actor", String(128), nullable=False),
    Column("action", String(128), nullable=False),
    Column("data", JsonColumn, nullable=False),
    Index("ix_audit_intake_id", "id"),
)

audit_entry = Table(
    "audit_entry",
    metadata,
    Column("tenant", String(64), primary_key=True),
    Column("seq", SequenceType, primary_key=True, autoincrement=False),
    # In the key only because the table is cut by it; `audit_head` keeps numbers unique.
    Column("at", Timestamp, primary_key=True),
    Column("action", String(128), nullable=False),
    Column("canonical", Text, nullable=False),
    Column("hash", LargeBinary(32), nullable=False),
    postgresql_partition_by="RANGE (at)",
)

audit_head = Table(
    "audit_head",
    metadata,
    Column("tenant", String(64), primary_key=True),
    Column("size", SequenceType, nullable=False),
    Column("head", LargeBinary(32), nullable=False),
)

FORMAT = "customerai-audit/1"
GENESIS = hashlib.sha256(b"customerai-audit/1 genesis").digest()
_FIELDS = frozenset({"format", "tenant", "seq", "at", "actor", "action", "data", "previous"})
_BATCH = 512
_POLL_S = 1.0
_LOCK = 0x6361695F61756474  # "cai_audt": the advisory lock of whoever sequences

Detail: TypeAlias = "str | int | float | bool | list[str] | dict[str, int] | None"


class AuditBroken(Exception):
    """The log was changed: `seq` is the first entry that does not fit."""

    def __init__(self, seq: int, why: str) -> None:
        super().__init__(f"entry {seq}: {why}")
        self.seq = seq


class HeadMoved(RuntimeError):
    """Another sequencer appended to the log meanwhile; what was appended here is undone."""


@dataclass(frozen=True)
class Checkpoint:
    """The state of a tenant's log: number of entries, hash of the last."""

    tenant: str
    size: int
    head: bytes


def record(tx: Transaction, who: Principal, action: str, **data: Detail) -> None:
    """Note an action, `<service>.<verb_past>`; data are ids, counts, codes and digests.

    Raises:
        ValueError: the data have no canonical JSON, such as a number beyond 2**53.
    """
    record_all(tx, who, action, [data])


def record_all(
    tx: Transaction, who: Principal, action: str, occasions: Sequence[Mapping[str, Detail]]
) -> None:
    """Note an action that was done several times, in this order; see `record`."""
    for data in occasions:
        # Here, or it would hold up every tenant's log when its turn comes.
        rfc8785.dumps(dict(data))
    if occasions:
        tx.execute(
            insert(audit_intake),
            [
                {
                    "tenant": who.tenant,
                    "id": new_id("act"),
                    "actor": who.actor,
                    "action": action,
                    "data": data,
                }
                for data in occasions
            ],
        )


def leaf_hash(canonical: bytes) -> bytes:
    """The hash of an entry's bytes (RFC 9162, section 2.1.1)."""
    return hashlib.sha256(b"\x00" + canonical).digest()


def sequence(now: datetime, tx: Transaction) -> int:
    """Append what waits to the logs, in order of arrival; returns how many entries were made.

    Where several processes share a database, one does it at a time; the others make none.

    Raises:
        HeadMoved: two did it at a time nevertheless.
    """
    if is_shared(tx) and not tx.execute(select(func.pg_try_advisory_xact_lock(_LOCK))).scalar_one():
        return 0
    waiting = tx.execute(select(audit_intake).order_by(audit_intake.c.id).limit(_BATCH)).all()
    before = _checkpoints(tx, {item.tenant for item in waiting})
    heads: dict[str, Checkpoint] = {}
    rows = []
    for item in waiting:
        head = heads.get(item.tenant) or before[item.tenant]
        entry = {
            "format": FORMAT,
            "tenant": item.tenant,
            "seq": head.size,
            "at": now.isoformat(timespec="microseconds"),
            "actor": item.actor,
            "action": item.action,
            "data": item.data,
            "previous": head.head.hex(),
        }
        canonical = rfc8785.dumps(entry)
        digest = leaf_hash(canonical)
        rows.append(
            {
                "tenant": item.tenant,
                "seq": head.size,
                "at": now,
                "action": item.action,
                "canonical": canonical.decode(),
                "hash": digest,
            }
        )
        heads[item.tenant] = Checkpoint(item.tenant, head.size + 1, digest)
    if rows:
        for tenant in sorted(heads):
            _move(tx, before[tenant], heads[tenant])
        tx.execute(insert(audit_entry), rows)
        for tenant in heads:
            taken = [item.id for item in waiting if item.tenant == tenant]
            tx.execute(
                delete(audit_intake).where(
                    audit_intake.c.tenant == tenant, audit_intake.c.id.in_(taken)
                )
            )
    return len(rows)


def _move(tx: Transaction, before: Checkpoint, after: Checkpoint) -> None:
    """Move the head of a log on, from exactly where it was read: so that no log ever forks."""
    row = {"tenant": after.tenant, "size": after.size, "head": after.head}
    if before.size == 0:
        moved = insert_new(tx, audit_head, [row])
    else:
        moved = tx.execute(
            update(audit_head)
            .where(
                audit_head.c.tenant == before.tenant,
                audit_head.c.size == before.size,
                audit_head.c.head == before.head,
            )
            .values(size=after.size, head=after.head)
        ).rowcount
    if moved != 1:
        raise HeadMoved


def checkpoint(tx: Transaction, tenant: str) -> Checkpoint:
    """The state of a tenant's log now."""
    return _checkpoints(tx, {tenant})[tenant]


def _checkpoints(tx: Transaction, tenants: set[str]) -> dict[str, Checkpoint]:
    rows = tx.execute(select(audit_head).where(audit_head.c.tenant.in_(sorted(tenants))))
    found = {row.tenant: Checkpoint(row.tenant, row.size, row.head) for row in rows}
    return {tenant: found.get(tenant) or Checkpoint(tenant, 0, GENESIS) for tenant in tenants}


def waiting(tx: Transaction) -> int:
    """Actions that are noted and not yet in a log."""
    return int(tx.execute(select(func.count()).select_from(audit_intake)).scalar_one())


def _any_waiting(tx: Transaction) -> bool:
    return tx.execute(select(audit_intake.c.id).limit(1)).first() is not None


def entries(tx: Transaction, tenant: str, *, after: int = -1, limit: int = 100) -> list[str]:
    """Canonical JSON of the entries that follow `after`, in order."""
    return list(
        tx.execute(
            select(audit_entry.c.canonical)
            .where(audit_entry.c.tenant == tenant, audit_entry.c.seq > after)
            .order_by(audit_entry.c.seq)
            .limit(limit)
        ).scalars()
    )


def verify(canonical_entries: Iterable[str], expected: Checkpoint | None = None) -> Checkpoint:
    """Check a whole log from its first entry, with no server and no database.

    Raises:
        AuditBroken: an entry was changed, dropped, added or moved.
    """
    previous, size, tenant = GENESIS, 0, expected.tenant if expected else ""
    for text in canonical_entries:
        entry = _parse(text, size)
        if type(entry["seq"]) is not int or entry["seq"] != size:
            raise AuditBroken(size, f"is missing, entry {entry['seq']} stands here")
        if entry["previous"] != previous.hex():
            raise AuditBroken(size, "does not follow the entry before it")
        tenant = tenant or str(entry["tenant"])
        if entry["tenant"] != tenant:
            raise AuditBroken(size, "belongs to the log of another tenant")
        previous = leaf_hash(text.encode())
        size += 1
    if expected is not None and (expected.size, expected.head) != (size, previous):
        raise AuditBroken(size, "the log does not end at the checkpoint")
    return Checkpoint(tenant, size, previous)


def _parse(text: str, place: int) -> Mapping[str, Any]:
    try:
        entry = json.loads(text)
        canonical = isinstance(entry, dict) and rfc8785.dumps(entry) == text.encode()
    except (ValueError, RecursionError) as error:
        raise AuditBroken(place, "is not JSON") from error
    if not canonical:
        raise AuditBroken(place, "is not in canonical form")
    if entry.keys() != _FIELDS or entry["format"] != FORMAT:
        raise AuditBroken(place, f"is no entry of {FORMAT}")
    narrowed: Mapping[str, Any] = entry
    return narrowed


class Sequencer:
    """Runs `sequence` whenever something was committed.

    Args:
        poll_s: the pause after a fault, and the longest one without a commit of this process.
    """

    def __init__(self, db: Database, clock: Clock, *, poll_s: float = _POLL_S) -> None:
        self._db = db
        self._clock = clock
        self._poll_s = poll_s
        self._wake = asyncio.Event()

    async def run(self) -> None:
        """Sequence until cancelled."""
        self._db.on_commit(self._wake.set)
        while True:
            self._wake.clear()
            try:
                # Nothing made though something waits: another process is at it.
                made = 1
                while made and await self._db.read(_any_waiting):
                    made = await self._db.write(partial(sequence, self._clock.now()))
                if not made:
                    # Its own commit woke it: waiting for that would ask again and again.
                    await asyncio.sleep(self._poll_s)
                    continue
                with anyio.move_on_after(self._poll_s):
                    await self._wake.wait()
            except Exception as error:  # noqa: BLE001 - the sequencer must outlive a fault
                log.error("audit.sequencer_failed", error_type=type(error).__name__)
                await asyncio.sleep(self._poll_s)
