"""After a new master key: every data key that it should wrap, wrapped by it, while all runs.

A data key is found by its place: a column named `wrapped_key`, or `key` in the description of a
job. Nothing but the wrapping changes: what a data key sealed stays as it is.
"""

from __future__ import annotations

import base64
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

from sqlalchemy import (
    Column,
    ColumnElement,
    LargeBinary,
    Table,
    and_,
    func,
    literal,
    not_,
    select,
    tuple_,
    update,
)

from customerai.core import jobs
from customerai.core.crypto import KeyRing, SealBroken
from customerai.core.db import Database, Transaction
from customerai.core.jobs import job_table
from customerai.core.schema import metadata

COLUMN: Final = "wrapped_key"
_BATCH: Final = 500


def tables_of_keys() -> list[Table]:
    """The tables that hold wrapped data keys, by name."""
    found = [table for table in metadata.tables.values() if COLUMN in table.c]
    return sorted(found, key=lambda table: table.name)


@dataclass(frozen=True)
class Rewrapped:
    """What a run came to.

    Attributes:
        changed: keys that were wrapped anew.
        broken: keys that no master key here opens; they stay as they are.
        left: keys that the current master key does not open, counted after the run.
    """

    changed: int
    broken: int
    left: int


async def rewrap(db: Database, keys: KeyRing) -> Rewrapped:
    """Wrap every data key by the current master key; to be run again when it was cut off.

    It goes over the rows in batches by primary key, each a short transaction; a row that changed
    meanwhile is left to the next run, and counted.
    """
    changed = broken = 0
    for table in tables_of_keys():
        after: tuple[str, ...] | None = None
        while True:
            batch = await db.read(lambda tx, t=table, a=after: _batch(tx, t, a, keys))  # type: ignore[misc]
            if not batch:
                break
            done = await db.write(lambda tx, t=table, b=batch: _rewrap_rows(tx, t, b, keys))  # type: ignore[misc]
            changed, broken = changed + done[0], broken + done[1]
            after = batch[-1][:-1]
    done = await db.write(lambda tx: _rewrap_jobs(tx, keys))
    changed, broken = changed + done[0], broken + done[1]
    return Rewrapped(changed, broken, await left(db, keys))


async def left(db: Database, keys: KeyRing) -> int:
    """Data keys that the current master key did not wrap."""

    def work(tx: Transaction) -> int:
        rows = sum(
            int(
                tx.execute(
                    select(func.count()).select_from(table).where(_not_current(table, keys))
                ).scalar_one()
            )
            for table in tables_of_keys()
        )
        return rows + len([s for _, _, s in _jobs(tx) if not _job_key(s).startswith(keys.mark)])

    return await db.read(work)


def _not_current(table: Table, keys: KeyRing) -> ColumnElement[bool]:
    mark = keys.mark
    return func.substr(table.c[COLUMN], 1, len(mark)) != literal(mark, LargeBinary)


def _primary(table: Table) -> list[Column[Any]]:
    return list(table.primary_key.columns)


def _batch(
    tx: Transaction, table: Table, after: tuple[str, ...] | None, keys: KeyRing
) -> Sequence[tuple[Any, ...]]:
    primary = _primary(table)
    query = select(*primary, table.c[COLUMN]).where(_not_current(table, keys))
    if after is not None:
        query = query.where(tuple_(*primary) > after)
    rows = tx.execute(query.order_by(*primary).limit(_BATCH))
    return [tuple(row) for row in rows]


def _rewrap_rows(
    tx: Transaction, table: Table, rows: Sequence[tuple[Any, ...]], keys: KeyRing
) -> tuple[int, int]:
    changed = broken = 0
    for row in rows:
        place, wrapped = row[:-1], row[-1]
        try:
            new = keys.rewrap(bytes(wrapped))
        except SealBroken:
            broken += 1
            continue
        same = [column == at for column, at in zip(_primary(table), place, strict=True)]
        done = tx.execute(
            update(table).where(and_(*same, table.c[COLUMN] == wrapped)).values({COLUMN: new})
        )
        changed += done.rowcount
    return changed, broken


def _jobs(tx: Transaction) -> list[tuple[str, str, dict[str, str]]]:
    """Jobs that are not at their end and have a key; those that ended have no file any more."""
    rows = tx.execute(
        select(job_table.c.tenant, job_table.c.id, job_table.c.spec).where(
            not_(job_table.c.status.in_([jobs.DONE, jobs.FAILED, jobs.CANCELLED]))
        )
    )
    return [(row.tenant, row.id, row.spec) for row in rows if "key" in row.spec]


def _job_key(spec: dict[str, str]) -> bytes:
    return base64.b64decode(spec["key"])


def _rewrap_jobs(tx: Transaction, keys: KeyRing) -> tuple[int, int]:
    changed = broken = 0
    for tenant, job_id, spec in _jobs(tx):
        if _job_key(spec).startswith(keys.mark):
            continue
        try:
            new = keys.rewrap(_job_key(spec))
        except SealBroken:
            broken += 1
            continue
        # A job's description is written once, when it is made, so nobody changes it meanwhile.
        tx.execute(
            update(job_table)
            .where(job_table.c.tenant == tenant, job_table.c.id == job_id)
            .values(spec={**spec, "key": base64.b64encode(new).decode()})
        )
        changed += 1
    return changed, broken
