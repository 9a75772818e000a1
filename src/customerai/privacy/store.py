"""Every query of the privacy service."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import insert, select, update

from customerai.core.db import Transaction, insert_new, is_shared
from customerai.privacy.tables import session, subject, token


class SessionMoved(RuntimeError):
    """Another writer added values to the session since it was read; read again."""


@dataclass(frozen=True)
class SealedToken:
    """A placeholder and the sealed value behind it."""

    placeholder: str
    type: str
    sealed: bytes


@dataclass(frozen=True)
class StoredSession:
    """A session as it stands.

    Attributes:
        wrapped_key: the subject's data key, wrapped by the master key.
    """

    id: str
    subject_id: str
    wrapped_key: bytes
    version: int
    tokens: tuple[SealedToken, ...]


def find_sessions(
    tx: Transaction, tenant: str, session_ids: Sequence[str], *, locked: bool = False
) -> dict[str, StoredSession]:
    """The sessions of a tenant that exist among these ids.

    Args:
        locked: nobody else adds to them until the transaction ends.
    """
    statement = (
        select(session.c.id, session.c.subject_id, session.c.version, subject.c.wrapped_key)
        .join(
            subject,
            (subject.c.tenant == session.c.tenant) & (subject.c.id == session.c.subject_id),
        )
        .where(session.c.tenant == tenant, session.c.id.in_(list(set(session_ids))))
        .order_by(session.c.id)
    )
    # Locked before their values are read; a session that another begins meanwhile is not seen at
    # all, rather than without its values. SQLite has one writer and needs no lock.
    rows = tx.execute(statement.with_for_update(of=session) if locked else statement).all()
    tokens: dict[str, list[SealedToken]] = {}
    for row in tx.execute(
        select(token.c.session_id, token.c.placeholder, token.c.type, token.c.sealed).where(
            token.c.tenant == tenant, token.c.session_id.in_([row.id for row in rows])
        )
    ):
        tokens.setdefault(row.session_id, []).append(
            SealedToken(row.placeholder, row.type, row.sealed)
        )
    return {
        row.id: StoredSession(
            row.id, row.subject_id, row.wrapped_key, row.version, tuple(tokens.get(row.id, ()))
        )
        for row in rows
    }


def find_subject_keys(tx: Transaction, tenant: str, subject_ids: Sequence[str]) -> dict[str, bytes]:
    """Wrapped data keys of the subjects that exist among these ids."""
    rows = tx.execute(
        select(subject.c.id, subject.c.wrapped_key).where(
            subject.c.tenant == tenant, subject.c.id.in_(list(set(subject_ids)))
        )
    )
    return {row.id: row.wrapped_key for row in rows}


def add_subjects(
    tx: Transaction, tenant: str, wrapped_keys: Mapping[str, bytes], now: datetime
) -> None:
    """Give subjects their data keys.

    Raises:
        SessionMoved: one has its key already.
    """
    rows = [
        {"tenant": tenant, "id": subject_id, "wrapped_key": key, "created_at": now}
        for subject_id, key in wrapped_keys.items()
    ]
    if insert_new(tx, subject, rows) != len(rows):
        raise SessionMoved


def open_sessions(tx: Transaction, tenant: str, subjects: Mapping[str, str], now: datetime) -> None:
    """Begin sessions, each of a subject.

    Raises:
        SessionMoved: one exists already.
    """
    rows = [
        {
            "tenant": tenant,
            "id": session_id,
            "subject_id": subject_id,
            "version": 0,
            "created_at": now,
        }
        for session_id, subject_id in subjects.items()
    ]
    if insert_new(tx, session, rows) != len(rows):
        raise SessionMoved


def add_tokens(
    tx: Transaction,
    tenant: str,
    versions: Mapping[str, int],
    tokens: Mapping[str, Sequence[SealedToken]],
) -> None:
    """Keep new values of sessions.

    Args:
        versions: at which each session was read.
        tokens: the new values by session.

    Raises:
        SessionMoved: a session has a newer version.
    """
    if not tokens:
        return
    ids = sorted(tokens)
    here = (session.c.tenant == tenant) & session.c.id.in_(ids)
    if is_shared(tx):  # in one order, so that no two wait for each other
        tx.execute(select(session.c.id).where(here).order_by(session.c.id).with_for_update()).all()
    moved = tx.execute(
        update(session)
        .where(here)
        .values(version=session.c.version + 1)
        .returning(session.c.id, session.c.version, session.c.month)
    ).all()
    months = {row.id: row.month for row in moved if row.version == versions[row.id] + 1}
    if len(months) != len(ids):
        raise SessionMoved
    tx.execute(
        insert(token),
        [
            {
                "tenant": tenant,
                "session_id": session_id,
                "placeholder": item.placeholder,
                "month": months[session_id],
                "type": item.type,
                "sealed": item.sealed,
            }
            for session_id in ids
            for item in tokens[session_id]
        ],
    )
