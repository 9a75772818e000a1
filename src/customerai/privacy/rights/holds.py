"""Legal holds: customers whose data may not go, whatever the calendar says."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import delete, func, select

from customerai.core.db import Transaction, upsert
from customerai.core.safe_text import SafeText
from customerai.privacy import store as vault
from customerai.privacy.rights.store import Request
from customerai.privacy.rights.tables import hold


@dataclass(frozen=True)
class Hold:
    """Why a customer's data stay."""

    tenant: str
    subject_id: str
    reason: SafeText
    actor: str
    at: datetime


def put(tx: Transaction, new: Hold) -> None:
    """Keep a customer's data from now on, or say the reason anew."""
    upsert(tx, hold, [vars(new)])


def lift(tx: Transaction, tenant: str, subject_id: str) -> bool:
    """Whether there was a hold."""
    done = tx.execute(delete(hold).where(hold.c.tenant == tenant, hold.c.subject_id == subject_id))
    return done.rowcount == 1


def held(tx: Transaction, tenant: str) -> list[str]:
    """The customers whose data stay, by their subject ids."""
    return list(
        tx.execute(
            select(hold.c.subject_id).where(hold.c.tenant == tenant).order_by(hold.c.subject_id)
        ).scalars()
    )


def count(tx: Transaction, tenant: str) -> int:
    return int(
        tx.execute(
            select(func.count()).select_from(hold).where(hold.c.tenant == tenant)
        ).scalar_one()
    )


def is_held(tx: Transaction, asked: Request) -> bool:
    """Whether a hold forbids the erasure that is asked for."""
    subjects: Sequence[str | None] = [asked.subject_id]
    if asked.session_id is not None:
        lives = vault.lives_of_sessions(tx, asked.tenant, [asked.session_id])
        subjects = [vault.life_of(life)[0] for life in lives.values()]
    wanted = [name for name in subjects if name is not None]
    found = tx.execute(
        select(hold.c.subject_id).where(
            hold.c.tenant == asked.tenant, hold.c.subject_id.in_(wanted)
        )
    )
    return found.first() is not None
