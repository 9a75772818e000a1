"""Who and what was erased, and when: so that nothing that is on its way brings it back.

One law holds for every part that writes: what was said before an erasure stays erased, whenever
it arrives; what is said after it is a new life. A row names a customer's subject id or a
conversation, both keyed hashes of ours, and a time.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from datetime import datetime
from itertools import islice
from typing import Final

from sqlalchemy import Column, Integer, LargeBinary, String, Table, delete, func, select

from customerai.core.db import Transaction, is_shared, upsert
from customerai.core.schema import Timestamp, metadata

erased = Table(
    "erased",
    metadata,
    Column("tenant", String(64), primary_key=True),
    Column("id", String(80), primary_key=True),
    Column("at", Timestamp, nullable=False),
    # How often; a customer who came back lives under a new key each time.
    Column("times", Integer, nullable=False),
)

# What a service has to say of a customer, until privacy has put it into a file.
contribution = Table(
    "contribution",
    metadata,
    Column("tenant", String(64), primary_key=True),
    Column("request_id", String(64), primary_key=True),
    Column("service", String(32), primary_key=True),
    Column("piece", Integer, primary_key=True),
    Column("seq", Integer, primary_key=True),
    Column("content", LargeBinary, nullable=False),
)

_LOCK: Final = 0x63616572  # "caer": the advisory lock between those who write and those who erase
_AT_ONCE: Final = 500


def hold_off(tx: Transaction, tenant: str) -> None:
    """Keep erasures of a tenant waiting until this transaction ends; call it before looking."""
    if is_shared(tx):
        tx.execute(select(func.pg_advisory_xact_lock_shared(_LOCK, func.hashtext(tenant))))


def wait_for_writers(tx: Transaction, tenant: str) -> None:
    """Let those end who have looked already; call it before anything is erased."""
    if is_shared(tx):
        tx.execute(select(func.pg_advisory_xact_lock(_LOCK, func.hashtext(tenant))))


def note(tx: Transaction, tenant: str, ids: Collection[str], at: datetime) -> None:
    """Remember that these were erased; a repeat changes nothing."""
    before = _rows(tx, tenant, ids)
    upsert(
        tx,
        erased,
        [
            {
                "tenant": tenant,
                "id": name,
                "at": max(at, before[name][0]) if name in before else at,
                "times": before[name][1] if name in before else 1,
            }
            for name in sorted(set(ids))
        ],
    )


def end_life(tx: Transaction, tenant: str, subject_id: str, *, times: int, at: datetime) -> None:
    """Remember that a customer was erased for so many times by now."""
    row = {"tenant": tenant, "id": subject_id, "at": at, "times": times}
    upsert(tx, erased, [row])


def times_of(tx: Transaction, tenant: str, ids: Collection[str]) -> dict[str, int]:
    """How often each was erased; those that never were are left out."""
    return {name: times for name, (_, times) in _rows(tx, tenant, ids).items()}


def since(tx: Transaction, tenant: str, ids: Collection[str]) -> dict[str, datetime]:
    """When each was erased last; those that never were are left out."""
    return {name: at for name, (at, _) in _rows(tx, tenant, ids).items()}


def _rows(tx: Transaction, tenant: str, ids: Collection[str]) -> dict[str, tuple[datetime, int]]:
    found: dict[str, tuple[datetime, int]] = {}
    for some in in_batches(sorted(set(ids))):
        rows = tx.execute(
            select(erased.c.id, erased.c.at, erased.c.times).where(
                erased.c.tenant == tenant, erased.c.id.in_(some)
            )
        )
        found.update({row.id: (row.at, row.times) for row in rows})
    return found


def in_batches(ids: Sequence[str], size: int = _AT_ONCE) -> Iterator[list[str]]:
    """The same ids in lists that fit a statement."""
    left = iter(ids)
    while some := list(islice(left, size)):
        yield some


def contribute(
    tx: Transaction,
    tenant: str,
    request_id: str,
    service: str,
    *,
    piece: int,
    contents: Mapping[int, bytes],
) -> None:
    """Keep what a service has to say, by its order; a repeat is put in place of the first."""
    upsert(
        tx,
        contribution,
        [
            {
                "tenant": tenant,
                "request_id": request_id,
                "service": service,
                "piece": piece,
                "seq": seq,
                "content": content,
            }
            for seq, content in contents.items()
        ],
    )


def contributed(
    tx: Transaction, tenant: str, request_id: str, service: str, after: tuple[int, int]
) -> tuple[tuple[int, int], bytes] | None:
    """The contribution that follows a place (piece and order), with its own place."""
    row = tx.execute(
        select(contribution.c.piece, contribution.c.seq, contribution.c.content)
        .where(
            contribution.c.tenant == tenant,
            contribution.c.request_id == request_id,
            contribution.c.service == service,
            (contribution.c.piece > after[0])
            | ((contribution.c.piece == after[0]) & (contribution.c.seq > after[1])),
        )
        .order_by(contribution.c.piece, contribution.c.seq)
        .limit(1)
    ).one_or_none()
    return None if row is None else ((row.piece, row.seq), row.content)


def drop_contributions(tx: Transaction, tenant: str, request_ids: Collection[str]) -> int:
    """Forget what was contributed to some requests; returns how many rows."""
    return sum(
        tx.execute(
            delete(contribution).where(
                contribution.c.tenant == tenant, contribution.c.request_id.in_(some)
            )
        ).rowcount
        for some in in_batches(sorted(request_ids))
    )
