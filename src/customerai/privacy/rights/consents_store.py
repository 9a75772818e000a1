"""Every query about consents and the rules for them."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import delete, literal, select, tuple_

from customerai.core.db import Transaction, upsert
from customerai.core.safe_text import SafeText
from customerai.privacy.rights.tables import consent, purpose


@dataclass(frozen=True)
class Consent:
    """That a customer agreed to a purpose, or took it back.

    Attributes:
        at: when the customer said so.
        source: where, such as `web form`.
    """

    tenant: str
    subject_id: str
    purpose: str
    at: datetime
    granted: bool
    source: SafeText
    actor: str
    recorded_at: datetime


def put(tx: Transaction, new: Consent) -> None:
    """Keep a consent; what was said earlier stays as proof."""
    upsert(tx, consent, [vars(new)])


def history(tx: Transaction, tenant: str, subject_id: str) -> list[Consent]:
    """All that a customer said, newest first."""
    rows = tx.execute(
        select(consent)
        .where(consent.c.tenant == tenant, consent.c.subject_id == subject_id)
        .order_by(consent.c.at.desc(), consent.c.purpose)
    )
    return [Consent(**row._mapping) for row in rows]


def page(
    tx: Transaction,
    tenant: str,
    *,
    subject_id: str | None,
    before: tuple[datetime, str] | None,
    limit: int,
) -> list[Consent]:
    """Consents by the time at which they were recorded, newest first."""
    statement = select(consent).where(consent.c.tenant == tenant)
    if subject_id is not None:
        statement = statement.where(consent.c.subject_id == subject_id)
    if before is not None:
        bound = tuple_(literal(before[0], consent.c.recorded_at.type), literal(before[1]))
        mark = consent.c.subject_id + ":" + consent.c.purpose
        statement = statement.where(tuple_(consent.c.recorded_at, mark) < bound)
    rows = tx.execute(
        statement.order_by(
            consent.c.recorded_at.desc(),
            (consent.c.subject_id + ":" + consent.c.purpose).desc(),
        ).limit(limit)
    )
    return [Consent(**row._mapping) for row in rows]


def current(
    tx: Transaction, tenant: str, purpose_name: str, subject_ids: Collection[str]
) -> dict[str, bool]:
    """What each customer said last of a purpose; those who said nothing are left out."""
    rows = tx.execute(
        select(consent.c.subject_id, consent.c.granted)
        .where(
            consent.c.tenant == tenant,
            consent.c.purpose == purpose_name,
            consent.c.subject_id.in_(sorted(subject_ids)),
        )
        .order_by(consent.c.at)
    )
    return {row.subject_id: row.granted for row in rows}


def forget(tx: Transaction, tenant: str, subject_id: str) -> int:
    """Forget what an erased customer agreed to; a refusal stays, so that it is still heeded."""
    done = tx.execute(
        delete(consent).where(
            consent.c.tenant == tenant,
            consent.c.subject_id == subject_id,
            consent.c.granted.is_(True),
        )
    )
    return done.rowcount


def rules(tx: Transaction, tenant: str) -> dict[str, str]:
    """The rule of each purpose that has one of its own."""
    rows = tx.execute(select(purpose).where(purpose.c.tenant == tenant))
    return {row.purpose: row.rule for row in rows}


def put_rules(tx: Transaction, tenant: str, new: dict[str, str]) -> None:
    rows = [{"tenant": tenant, "purpose": name, "rule": rule} for name, rule in sorted(new.items())]
    upsert(tx, purpose, rows)
