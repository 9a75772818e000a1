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
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from typing import Any, TypeAlias

import anyio
import rfc8785
import structlog
from sqlalchemy import Column, LargeBinary, String, Table, Text, delete, func, insert, select

from customerai.core.clock import Clock
from customerai.core.db import Database, Transaction
from customerai.core.principal import Principal
from customerai.core.schema import JsonColumn, Timestamp, metadata
from customerai.core.schema import Sequence as SequenceType

log = structlog.get_logger(__name__)

audit_intake = Table(
    "audit_intake",
    metadata,
    Column("seq", SequenceType, primary_key=True, autoincrement=True),
    Column("tenant", String(64), nullable=False),
    Column("actor", String(128), nullable=False),
    Column("action", String(128), nullable=False),
    Column("data", JsonColumn, nullable=False),
)

audit_entry = Table(
    "audit_entry",
    metadata,
    Column("tenant", String(64), primary_key=True),
    Column("seq", SequenceType, primary_key=True, autoincrement=False),
    Column("at", Timestamp, nullable=False),
    Column("action", String(128), nullable=False),
    Column("canonical", Text, nullable=False),
    Column("hash", LargeBinary(32), nullable=False),
)

FORMAT = "customerai-audit/1"
GENESIS = hashlib.sha256(b"customerai-audit/1 genesis").digest()
_FIELDS = frozenset({"format", "tenant", "seq", "at", "actor", "action", "data", "previous"})
_BATCH = 512
_POLL_S = 1.0

Detail: TypeAlias = "str | int | float | bool | list[str] | dict[str, int] | None"


class AuditBroken(Exception):
    """The log was changed: `seq` is the first entry that does not fit."""

    def __init__(self, seq: int, why: str) -> None:
        super().__init__(f"entry {seq}: {why}")
        self.seq = seq


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
    rfc8785.dumps(data)  # here, or it would hold up every tenant's log when its turn comes
    tx.execute(
        insert(audit_intake).values(tenant=who.tenant, actor=who.actor, action=action, data=data)
    )


def leaf_hash(canonical: bytes) -> bytes:
    """The hash of an entry's bytes (RFC 9162, section 2.1.1)."""
    return hashlib.sha256(b"\x00" + canonical).digest()


def sequence(now: datetime, tx: Transaction) -> int:
    """Append what waits to the logs, in order of arrival; returns how many entries were made."""
    waiting = tx.execute(select(audit_intake).order_by(audit_intake.c.seq).limit(_BATCH)).all()
    heads: dict[str, Checkpoint] = {}
    rows = []
    for item in waiting:
        head = heads.get(item.tenant) or checkpoint(tx, item.tenant)
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
        tx.execute(insert(audit_entry), rows)
        tx.execute(delete(audit_intake).where(audit_intake.c.seq.in_([w.seq for w in waiting])))
    return len(rows)


def checkpoint(tx: Transaction, tenant: str) -> Checkpoint:
    """The state of a tenant's log now."""
    last = tx.execute(
        select(audit_entry.c.seq, audit_entry.c.hash)
        .where(audit_entry.c.tenant == tenant)
        .order_by(audit_entry.c.seq.desc())
        .limit(1)
    ).one_or_none()
    if last is None:
        return Checkpoint(tenant, 0, GENESIS)
    return Checkpoint(tenant, last.seq + 1, last.hash)


def waiting(tx: Transaction) -> int:
    """Actions that are noted and not yet in a log."""
    return int(tx.execute(select(func.count()).select_from(audit_intake)).scalar_one())


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
                while await self._db.read(waiting):
                    await self._db.write(partial(sequence, self._clock.now()))
                with anyio.move_on_after(self._poll_s):
                    await self._wake.wait()
            except Exception as error:  # noqa: BLE001 - the sequencer must outlive a fault
                log.error("audit.sequencer_failed", error_type=type(error).__name__)
                await asyncio.sleep(self._poll_s)
