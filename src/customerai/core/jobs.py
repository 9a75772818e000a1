"""Long work with progress that survives a killed process."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Column, Index, String, Table, func, insert, or_, select, update

from customerai.core.db import Transaction, engine_now, is_shared
from customerai.core.errors import Conflict, NotFound
from customerai.core.schema import JsonColumn, Sequence, Timestamp, metadata

job_table = Table(
    "job",
    metadata,
    Column("tenant", String(64), primary_key=True),
    Column("id", String(64), primary_key=True),
    Column("kind", String(64), nullable=False),
    Column("actor", String(128), nullable=False),
    Column("status", String(16), nullable=False),
    Column("done", Sequence, nullable=False),
    Column("total", Sequence, nullable=True),
    Column("spec", JsonColumn, nullable=False),
    Column("result", JsonColumn, nullable=True),
    Column("problem", JsonColumn, nullable=True),
    Column("created_at", Timestamp, nullable=False),
    Column("started_at", Timestamp, nullable=True),
    Column("resumed_at", Timestamp, nullable=True),
    Column("resumed_done", Sequence, nullable=False),
    Column("finished_at", Timestamp, nullable=True),
    Column("claimed_by", String(64), nullable=True),
    Column("claimed_until", Timestamp, nullable=True),
    Index("ix_job_status", "status"),
)

QUEUED, RUNNING, DONE, FAILED, CANCELLED = "queued", "running", "done", "failed", "cancelled"


class JobNotFound(NotFound):
    """No job with that id in this tenant."""

    def __init__(self) -> None:
        super().__init__("No job with that id.")


class JobFinished(Conflict):
    """The job has ended and cannot be cancelled any more."""

    def __init__(self, job_id: str) -> None:
        super().__init__("This job has already ended.", job_id=job_id)


@dataclass(frozen=True)
class Job:
    """A piece of long work.

    Attributes:
        done: units finished, such as rows; also the place to go on from after a restart.
        total: units in all, or None while unknown.
        claimed_by: the worker that is at it, or was when it was last heard of.
        claimed_until: when others may take it over, unless that worker is heard of again.
    """

    tenant: str
    id: str
    kind: str
    actor: str
    status: str
    done: int
    total: int | None
    spec: dict[str, Any]
    result: dict[str, Any] | None
    problem: dict[str, Any] | None
    created_at: datetime
    started_at: datetime | None
    resumed_at: datetime | None
    resumed_done: int
    finished_at: datetime | None
    claimed_by: str | None = None
    claimed_until: datetime | None = None

    def rate_per_s(self, now: datetime) -> float | None:
        """Units a second since the job was started or resumed."""
        if self.resumed_at is None or self.done == self.resumed_done:
            return None
        spent_s = ((self.finished_at or now) - self.resumed_at).total_seconds()
        return (self.done - self.resumed_done) / spent_s if spent_s > 0 else None

    def eta_s(self, now: datetime) -> float | None:
        """Seconds that remain at the present rate."""
        rate = self.rate_per_s(now)
        if self.status != RUNNING or rate is None or self.total is None:
            return None
        return max(0.0, (self.total - self.done) / rate)


def create(tx: Transaction, job: Job) -> None:
    """Queue a new job."""
    tx.execute(insert(job_table).values(**vars(job)))


def find(tx: Transaction, tenant: str, job_id: str) -> Job:
    """One job.

    Raises:
        JobNotFound: there is none with that id.
    """
    row = tx.execute(
        select(job_table).where(job_table.c.tenant == tenant, job_table.c.id == job_id)
    ).one_or_none()
    if row is None:
        raise JobNotFound
    return Job(**row._mapping)


def recent(tx: Transaction, tenant: str, *, limit: int = 20) -> list[Job]:
    """The newest jobs of a tenant."""
    rows = tx.execute(
        select(job_table)
        .where(job_table.c.tenant == tenant)
        .order_by(job_table.c.id.desc())
        .limit(limit)
    )
    return [Job(**row._mapping) for row in rows]


def unfinished(tx: Transaction, kind: str) -> list[Job]:
    """Jobs of a kind that wait or were cut off, oldest first, of all tenants."""
    rows = tx.execute(
        select(job_table)
        .where(job_table.c.kind == kind, job_table.c.status.in_([QUEUED, RUNNING]))
        .order_by(job_table.c.id)
    )
    return [Job(**row._mapping) for row in rows]


def claim(tx: Transaction, kind: str, worker: str, now: datetime, lease_s: float) -> Job | None:
    """Take the oldest job of a kind that waits, or whose worker is not heard of any more.

    On SQLite there is one worker, so a lease of any other is that of a process that has ended.
    """
    at = engine_now(tx, now)
    free = or_(job_table.c.claimed_until.is_(None), job_table.c.claimed_until < at)
    if not is_shared(tx):
        free = or_(free, job_table.c.claimed_by != worker)
    found = tx.execute(
        select(job_table.c.tenant, job_table.c.id)
        .where(job_table.c.kind == kind, job_table.c.status.in_([QUEUED, RUNNING]), free)
        .order_by(job_table.c.id)
        .limit(1)
        .with_for_update(skip_locked=True)
    ).one_or_none()
    if found is None:
        return None
    row = tx.execute(
        update(job_table)
        .where(job_table.c.tenant == found.tenant, job_table.c.id == found.id)
        .values(claimed_by=worker, claimed_until=engine_now(tx, now, after_s=lease_s))
        .returning(*job_table.c)
    ).one()
    return Job(**row._mapping)


def advance(tx: Transaction, job: Job, now: datetime, lease_s: float, **values: Any) -> bool:
    """Set columns of a job that was claimed, and keep the claim for a further lease.

    Returns:
        False, and nothing is set, when the job has ended, was cancelled, or another worker has
        it by now: whoever is told so must not go on.
    """
    done = tx.execute(
        update(job_table)
        .where(
            job_table.c.tenant == job.tenant,
            job_table.c.id == job.id,
            job_table.c.status.in_([QUEUED, RUNNING]),
            job_table.c.claimed_by == job.claimed_by,
        )
        .values(claimed_until=engine_now(tx, now, after_s=lease_s), **values)
    )
    return done.rowcount == 1


def release(tx: Transaction, job: Job) -> None:
    """Let others take a job that was claimed, at once."""
    tx.execute(
        update(job_table)
        .where(
            job_table.c.tenant == job.tenant,
            job_table.c.id == job.id,
            job_table.c.claimed_by == job.claimed_by,
        )
        .values(claimed_by=None, claimed_until=None)
    )


def counts(tx: Transaction) -> dict[tuple[str, str], int]:
    """How many jobs there are of each kind and status, of all tenants."""
    rows = tx.execute(
        select(job_table.c.kind, job_table.c.status, func.count().label("n")).group_by(
            job_table.c.kind, job_table.c.status
        )
    )
    return {(row.kind, row.status): row.n for row in rows}


def change(tx: Transaction, job: Job, **values: Any) -> None:
    """Set columns of a job."""
    tx.execute(
        update(job_table)
        .where(job_table.c.tenant == job.tenant, job_table.c.id == job.id)
        .values(**values)
    )


def cancel(tx: Transaction, tenant: str, job_id: str, now: datetime) -> None:
    """Ask a job to stop; what it has stored so far stays.

    Raises:
        JobNotFound: there is none with that id.
        JobFinished: it has ended.
    """
    job = find(tx, tenant, job_id)
    if job.status not in (QUEUED, RUNNING):
        raise JobFinished(job_id)
    change(tx, job, status=CANCELLED, finished_at=now)
