"""Every query of uploaded tables, their releases and private statistics."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import delete, func, insert, select, update

from customerai.core.db import Transaction, insert_new
from customerai.core.jobs import QUEUED, RUNNING, job_table
from customerai.privacy.tabular_tables import dataset, project, release, statistic, table


@dataclass(frozen=True)
class Project:
    """Tables that belong together."""

    tenant: str
    id: str
    wrapped_key: bytes
    created_at: datetime


@dataclass(frozen=True)
class Dataset:
    """What a budget is kept for: all uploads of the same people's data."""

    tenant: str
    id: str
    name: str
    epsilon_budget: float
    rows_per_person: int
    created_at: datetime


@dataclass(frozen=True)
class StoredTable:
    """An uploaded table; without a key its file is gone."""

    tenant: str
    id: str
    project_id: str
    dataset_id: str
    request_hash: bytes | None
    digest: bytes
    format: str
    rows: int
    columns: list[dict[str, Any]]
    wrapped_key: bytes | None
    created_at: datetime
    expires_at: datetime


@dataclass(frozen=True)
class StoredRelease:
    """Safe versions of tables; `files` is missing until the job is done."""

    tenant: str
    id: str
    project_id: str
    job_id: str
    request_hash: bytes | None
    plans: list[dict[str, Any]]
    files: list[dict[str, Any]] | None
    wrapped_key: bytes | None
    created_at: datetime
    expires_at: datetime


@dataclass(frozen=True)
class Statistic:
    """A line of the ledger; without a result the noise is being drawn."""

    tenant: str
    dataset_id: str
    query_hash: bytes
    id: str
    actor: str
    query: dict[str, Any]
    epsilon: float
    result: dict[str, Any] | None
    created_at: datetime


def add_project(tx: Transaction, made: Project) -> None:
    tx.execute(insert(project).values(**vars(made)))


def find_project(tx: Transaction, tenant: str, project_id: str) -> Project | None:
    row = tx.execute(
        select(project).where(project.c.tenant == tenant, project.c.id == project_id)
    ).one_or_none()
    return None if row is None else Project(**row._mapping)


def dataset_of(tx: Transaction, tenant: str, *, digest: bytes, name: str | None) -> Dataset | None:
    """The dataset that this content, or else this name, belongs to."""
    same = select(table.c.dataset_id).where(table.c.tenant == tenant, table.c.digest == digest)
    found = tx.execute(
        select(dataset).where(dataset.c.tenant == tenant, dataset.c.id.in_(same)).limit(1)
    ).one_or_none()
    if found is None and name is not None:
        found = tx.execute(
            select(dataset).where(dataset.c.tenant == tenant, dataset.c.name == name)
        ).one_or_none()
    return None if found is None else Dataset(**found._mapping)


def add_dataset(tx: Transaction, made: Dataset) -> bool:
    """False when another upload made one of that name first."""
    return insert_new(tx, dataset, [vars(made)]) == 1


def find_dataset(tx: Transaction, tenant: str, dataset_id: str) -> Dataset | None:
    row = tx.execute(
        select(dataset).where(dataset.c.tenant == tenant, dataset.c.id == dataset_id)
    ).one_or_none()
    return None if row is None else Dataset(**row._mapping)


def list_datasets(
    tx: Transaction, tenant: str, *, after: str | None, limit: int
) -> list[tuple[Dataset, float]]:
    """Datasets by id, each with the epsilon that it has spent."""
    spent = func.coalesce(func.sum(statistic.c.epsilon), 0.0).label("spent")
    query = (
        select(dataset, spent)
        .select_from(
            dataset.outerjoin(
                statistic,
                (statistic.c.tenant == dataset.c.tenant) & (statistic.c.dataset_id == dataset.c.id),
            )
        )
        .where(dataset.c.tenant == tenant)
        .group_by(*dataset.c)
    )
    if after is not None:
        query = query.where(dataset.c.id > after)
    rows = tx.execute(query.order_by(dataset.c.id).limit(limit))
    return [
        (Dataset(**{c.name: row._mapping[c] for c in dataset.c}), float(row.spent)) for row in rows
    ]


def add_table(tx: Transaction, made: StoredTable) -> bool:
    """False when the same upload was stored first."""
    return insert_new(tx, table, [vars(made)]) == 1


def find_table(tx: Transaction, tenant: str, table_id: str) -> StoredTable | None:
    row = tx.execute(
        select(table).where(table.c.tenant == tenant, table.c.id == table_id)
    ).one_or_none()
    return None if row is None else StoredTable(**row._mapping)


def table_of_request(tx: Transaction, tenant: str, request_hash: bytes) -> StoredTable | None:
    """The table that was sent under an idempotency key."""
    row = tx.execute(
        select(table).where(table.c.tenant == tenant, table.c.request_hash == request_hash)
    ).one_or_none()
    return None if row is None else StoredTable(**row._mapping)


def list_tables(
    tx: Transaction, tenant: str, *, project_id: str | None, before: str | None, limit: int
) -> list[StoredTable]:
    """Tables of a tenant, newest first."""
    query = select(table).where(table.c.tenant == tenant)
    if project_id is not None:
        query = query.where(table.c.project_id == project_id)
    if before is not None:
        query = query.where(table.c.id < before)
    rows = tx.execute(query.order_by(table.c.id.desc()).limit(limit))
    return [StoredTable(**row._mapping) for row in rows]


def forget_tables(tx: Transaction, tenant: str, ids: Sequence[str]) -> None:
    """Forget the keys of files; what they sealed cannot be opened any more."""
    tx.execute(
        update(table).where(table.c.tenant == tenant, table.c.id.in_(ids)).values(wrapped_key=None)
    )


def expired_tables(tx: Transaction, now: datetime) -> list[StoredTable]:
    """Tables of all tenants whose files are due to go and that no unfinished job needs."""
    busy = (
        select(release.c.project_id)
        .join(
            job_table,
            (job_table.c.tenant == release.c.tenant) & (job_table.c.id == release.c.job_id),
        )
        .where(
            release.c.tenant == table.c.tenant,
            release.c.project_id == table.c.project_id,
            job_table.c.status.in_([QUEUED, RUNNING]),
        )
    )
    rows = tx.execute(
        select(table)
        .where(table.c.wrapped_key.is_not(None), table.c.expires_at <= now, ~busy.exists())
        .limit(100)
    )
    return [StoredTable(**row._mapping) for row in rows]


def add_release(tx: Transaction, made: StoredRelease) -> bool:
    """False when the same release was asked for first."""
    return insert_new(tx, release, [vars(made)]) == 1


def find_release(tx: Transaction, tenant: str, release_id: str) -> StoredRelease | None:
    row = tx.execute(
        select(release).where(release.c.tenant == tenant, release.c.id == release_id)
    ).one_or_none()
    return None if row is None else StoredRelease(**row._mapping)


def release_of_request(tx: Transaction, tenant: str, request_hash: bytes) -> StoredRelease | None:
    """The release that was asked for under an idempotency key."""
    row = tx.execute(
        select(release).where(release.c.tenant == tenant, release.c.request_hash == request_hash)
    ).one_or_none()
    return None if row is None else StoredRelease(**row._mapping)


def list_releases(
    tx: Transaction, tenant: str, *, before: str | None, limit: int
) -> list[StoredRelease]:
    """Releases of a tenant, newest first."""
    query = select(release).where(release.c.tenant == tenant)
    if before is not None:
        query = query.where(release.c.id < before)
    rows = tx.execute(query.order_by(release.c.id.desc()).limit(limit))
    return [StoredRelease(**row._mapping) for row in rows]


def finish_release(
    tx: Transaction,
    tenant: str,
    release_id: str,
    *,
    files: list[dict[str, Any]],
    expires_at: datetime,
) -> None:
    """Note what a release came to."""
    tx.execute(
        update(release)
        .where(release.c.tenant == tenant, release.c.id == release_id)
        .values(files=files, expires_at=expires_at)
    )


def drop_release(tx: Transaction, tenant: str, release_id: str) -> None:
    tx.execute(delete(release).where(release.c.tenant == tenant, release.c.id == release_id))


def expired_releases(tx: Transaction, now: datetime) -> list[StoredRelease]:
    """Releases of all tenants whose files are due to go."""
    busy = select(job_table.c.id).where(
        job_table.c.tenant == release.c.tenant,
        job_table.c.id == release.c.job_id,
        job_table.c.status.in_([QUEUED, RUNNING]),
    )
    rows = tx.execute(
        select(release)
        .where(release.c.wrapped_key.is_not(None), release.c.expires_at <= now, ~busy.exists())
        .limit(100)
    )
    return [StoredRelease(**row._mapping) for row in rows]


def forget_release(tx: Transaction, tenant: str, release_id: str) -> None:
    """Forget the key of a release's files; what was measured stays."""
    tx.execute(
        update(release)
        .where(release.c.tenant == tenant, release.c.id == release_id)
        .values(wrapped_key=None)
    )


def living(tx: Transaction, ids: Sequence[str]) -> set[str]:
    """Which of these ids are tables or releases, of any tenant, that still have a key."""
    found: set[str] = set()
    for kept in (table, release):
        rows = tx.execute(
            select(kept.c.id).where(kept.c.id.in_(ids), kept.c.wrapped_key.is_not(None))
        )
        found.update(row.id for row in rows)
    return found


def lock_dataset(tx: Transaction, tenant: str, dataset_id: str) -> Dataset | None:
    """A dataset whose ledger nobody else writes until the transaction ends."""
    row = tx.execute(
        select(dataset)
        .where(dataset.c.tenant == tenant, dataset.c.id == dataset_id)
        .with_for_update()
    ).one_or_none()
    return None if row is None else Dataset(**row._mapping)


def spent(tx: Transaction, tenant: str, dataset_id: str) -> float:
    """The epsilon that a dataset's statistics have cost: they add up."""
    found = tx.execute(
        select(func.coalesce(func.sum(statistic.c.epsilon), 0.0)).where(
            statistic.c.tenant == tenant, statistic.c.dataset_id == dataset_id
        )
    ).scalar_one()
    return float(found)


def find_statistic(
    tx: Transaction, tenant: str, dataset_id: str, query_hash: bytes
) -> Statistic | None:
    row = tx.execute(
        select(statistic).where(
            statistic.c.tenant == tenant,
            statistic.c.dataset_id == dataset_id,
            statistic.c.query_hash == query_hash,
        )
    ).one_or_none()
    return None if row is None else Statistic(**row._mapping)


def add_statistic(tx: Transaction, made: Statistic) -> None:
    tx.execute(insert(statistic).values(**vars(made)))


def settle_statistic(tx: Transaction, made: Statistic, result: dict[str, Any]) -> None:
    """Keep what was drawn, unless another draw was kept first: only what is kept is ever told."""
    tx.execute(
        update(statistic)
        .where(
            statistic.c.tenant == made.tenant,
            statistic.c.dataset_id == made.dataset_id,
            statistic.c.query_hash == made.query_hash,
            statistic.c.result.is_(None),
        )
        .values(result=result)
    )


def list_statistics(
    tx: Transaction, tenant: str, dataset_id: str, *, before: str | None, limit: int
) -> list[Statistic]:
    """The ledger of a dataset, newest first."""
    query = select(statistic).where(
        statistic.c.tenant == tenant, statistic.c.dataset_id == dataset_id
    )
    if before is not None:
        query = query.where(statistic.c.id < before)
    rows = tx.execute(query.order_by(statistic.c.id.desc()).limit(limit))
    return [Statistic(**row._mapping) for row in rows]
