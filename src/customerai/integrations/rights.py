"""What integrations keeps of imports: whether files are left, and records that are too old."""

from __future__ import annotations

from datetime import datetime
from typing import Final

from sqlalchemy import delete, func, select

from customerai.core import erased, jobs
from customerai.core.db import Transaction
from customerai.core.jobs import job_table
from customerai.core.partitions import month_of
from customerai.integrations.tables import reject, upload

_KIND: Final = "import"
_ENDED: Final = (jobs.DONE, jobs.FAILED, jobs.CANCELLED)


def unfinished(tx: Transaction, tenant: str, before: datetime) -> int:
    """Imports that were handed in before a time and whose file is still needed."""
    return int(
        tx.execute(
            select(func.count())
            .select_from(job_table)
            .where(
                job_table.c.tenant == tenant,
                job_table.c.kind == _KIND,
                job_table.c.status.not_in(_ENDED),
                job_table.c.created_at <= before,
            )
        ).scalar_one()
    )


def aged(
    tx: Transaction, tenant: str, before: datetime
) -> tuple[list[str], dict[str, int], datetime | None]:
    """Records of imports that ended before a time: ids, how many by month, the oldest."""
    rows = tx.execute(
        select(job_table.c.id, job_table.c.finished_at)
        .where(
            job_table.c.tenant == tenant,
            job_table.c.kind == _KIND,
            job_table.c.status.in_(_ENDED),
            job_table.c.finished_at < before,
        )
        .order_by(job_table.c.finished_at)
    ).all()
    months: dict[str, int] = {}
    for row in rows:
        number = month_of(row.finished_at)
        name = f"{number // 100}-{number % 100:02d}"
        months[name] = months.get(name, 0) + 1
    return [row.id for row in rows], months, rows[0].finished_at if rows else None


def erase(tx: Transaction, tenant: str, job_ids: list[str]) -> None:
    """Delete records of imports with the rows that were refused and the keys of uploads."""
    for some in erased.in_batches(job_ids):
        tx.execute(delete(reject).where(reject.c.tenant == tenant, reject.c.job_id.in_(some)))
        tx.execute(delete(upload).where(upload.c.tenant == tenant, upload.c.job_id.in_(some)))
        tx.execute(delete(job_table).where(job_table.c.tenant == tenant, job_table.c.id.in_(some)))
