"""Every query about policies and a tenant's own recognizers."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from datetime import datetime

from sqlalchemy import delete, func, select, update

from customerai.core.db import Transaction, add_to_counts, insert_new
from customerai.privacy.policies.tables import policy, recognizer, revision


@dataclass(frozen=True)
class PolicyRow:
    """One version of a purpose's policy; `sealed` holds the document and the note."""

    tenant: str
    purpose: str
    version: int
    author: str
    at: datetime
    sealed: bytes


@dataclass(frozen=True)
class RecognizerRow:
    """A recognizer of a tenant's own; `sealed` holds what it looks for."""

    tenant: str
    name: str
    version: int
    author: str
    at: datetime
    sealed: bytes


def revision_of(tx: Transaction, tenant: str) -> int:
    """How often anything was changed; 0 for a tenant that has nothing of its own."""
    found = tx.execute(select(revision.c.n).where(revision.c.tenant == tenant)).scalar()
    return int(found or 0)


def raise_revision(tx: Transaction, tenant: str) -> None:
    add_to_counts(tx, revision, [{"tenant": tenant, "n": 1}])


def latest(tx: Transaction, tenant: str) -> dict[str, PolicyRow]:
    """The newest version of each purpose's policy."""
    newest = (
        select(policy.c.purpose, func.max(policy.c.version).label("version"))
        .where(policy.c.tenant == tenant)
        .group_by(policy.c.purpose)
        .subquery()
    )
    rows = tx.execute(
        select(policy)
        .join(
            newest,
            (policy.c.purpose == newest.c.purpose) & (policy.c.version == newest.c.version),
        )
        .where(policy.c.tenant == tenant)
    )
    return {row.purpose: PolicyRow(**row._mapping) for row in rows}


def versions(
    tx: Transaction, tenant: str, purpose: str, *, before: int | None, limit: int
) -> list[PolicyRow]:
    """Versions of one policy, newest first."""
    statement = select(policy).where(policy.c.tenant == tenant, policy.c.purpose == purpose)
    if before is not None:
        statement = statement.where(policy.c.version < before)
    rows = tx.execute(statement.order_by(policy.c.version.desc()).limit(limit))
    return [PolicyRow(**row._mapping) for row in rows]


def find_version(tx: Transaction, tenant: str, purpose: str, version: int) -> PolicyRow | None:
    row = tx.execute(
        select(policy).where(
            policy.c.tenant == tenant, policy.c.purpose == purpose, policy.c.version == version
        )
    ).one_or_none()
    return None if row is None else PolicyRow(**row._mapping)


def add_version(tx: Transaction, row: PolicyRow) -> bool:
    """Keep a version; False where another has taken its number."""
    return insert_new(tx, policy, [asdict(row)]) == 1


def recognizers(tx: Transaction, tenant: str) -> list[RecognizerRow]:
    """A tenant's recognizers by name."""
    rows = tx.execute(
        select(recognizer).where(recognizer.c.tenant == tenant).order_by(recognizer.c.name)
    )
    return [RecognizerRow(**row._mapping) for row in rows]


def find_recognizer(tx: Transaction, tenant: str, name: str) -> RecognizerRow | None:
    row = tx.execute(
        select(recognizer).where(recognizer.c.tenant == tenant, recognizer.c.name == name)
    ).one_or_none()
    return None if row is None else RecognizerRow(**row._mapping)


def add_recognizer(tx: Transaction, row: RecognizerRow) -> bool:
    """Keep a new recognizer; False where its name is taken."""
    return insert_new(tx, recognizer, [asdict(row)]) == 1


def replace_recognizer(tx: Transaction, row: RecognizerRow) -> bool:
    """Overwrite the version before this one; False where that is not the one that stands."""
    done = tx.execute(
        update(recognizer)
        .where(
            recognizer.c.tenant == row.tenant,
            recognizer.c.name == row.name,
            recognizer.c.version == row.version - 1,
        )
        .values(version=row.version, author=row.author, at=row.at, sealed=row.sealed)
    )
    return bool(done.rowcount == 1)


def remove_recognizer(tx: Transaction, tenant: str, name: str) -> bool:
    done = tx.execute(
        delete(recognizer).where(recognizer.c.tenant == tenant, recognizer.c.name == name)
    )
    return bool(done.rowcount == 1)
