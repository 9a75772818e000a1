"""Every query of integrations."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import func, select

from customerai.core.db import Transaction, insert_new
from customerai.core.jobs import job_table
from customerai.integrations.tables import reject, upload


@dataclass(frozen=True)
class Reject:
    """A row that was refused; `row` counts data rows from 1."""

    row: int
    code: str
    detail: str


def job_of_upload(tx: Transaction, tenant: str, key_hash: bytes) -> str | None:
    """The job that an upload under this key has made."""
    found: str | None = tx.execute(
        select(upload.c.job_id).where(upload.c.tenant == tenant, upload.c.key_hash == key_hash)
    ).scalar_one_or_none()
    return found


def note_upload(tx: Transaction, tenant: str, key_hash: bytes, job_id: str) -> bool:
    """Keep which job a key stands for; False when another upload was first."""
    row = {"tenant": tenant, "key_hash": key_hash, "job_id": job_id}
    return insert_new(tx, upload, [row]) == 1


def add_rejects(tx: Transaction, tenant: str, job_id: str, rejects: Sequence[Reject]) -> None:
    """Keep refused rows, each once."""
    insert_new(tx, reject, [{"tenant": tenant, "job_id": job_id, **vars(r)} for r in rejects])


def count_rejects(tx: Transaction, tenant: str, job_id: str) -> int:
    return int(
        tx.execute(
            select(func.count())
            .select_from(reject)
            .where(reject.c.tenant == tenant, reject.c.job_id == job_id)
        ).scalar_one()
    )


def list_rejects(
    tx: Transaction, tenant: str, job_id: str, *, after: int, limit: int
) -> list[Reject]:
    """Refused rows of a job in order."""
    rows = tx.execute(
        select(reject.c.row, reject.c.code, reject.c.detail)
        .where(reject.c.tenant == tenant, reject.c.job_id == job_id, reject.c.row > after)
        .order_by(reject.c.row)
        .limit(limit)
    )
    return [Reject(row.row, row.code, row.detail) for row in rows]


def states_of_imports(tx: Transaction, job_ids: Sequence[str]) -> dict[str, str]:
    """How far the imports are that exist among these ids, of all tenants."""
    rows = tx.execute(select(job_table.c.id, job_table.c.status).where(job_table.c.id.in_(job_ids)))
    return {row.id: row.status for row in rows}
