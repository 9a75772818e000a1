"""Every query of the privacy service."""

from __future__ import annotations

import secrets
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from sqlalchemy import delete, func, insert, select, update

from customerai.core import erased
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


_LIFE: Final = "~"


@dataclass(frozen=True)
class Life:
    """Under which id a customer has a key now: each erasure ends a life and its key.

    Attributes:
        wrapped_key: None while there is none yet.
    """

    id: str
    wrapped_key: bytes | None = None


def life_id(subject_id: str, number: int) -> str:
    """The id of a customer's life, counted from 1."""
    return subject_id if number == 1 else f"{subject_id}{_LIFE}{number}"


def life_of(name: str) -> tuple[str, int]:
    """The customer and the number that an id of a life tells."""
    subject_id, _, number = name.rpartition(_LIFE)
    return (subject_id, int(number)) if subject_id and number.isdigit() else (name, 1)


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


def find_lives(tx: Transaction, tenant: str, subject_ids: Collection[str]) -> dict[str, Life]:
    """Under which id each customer has, or would get, a key."""
    keys = find_subject_keys(tx, tenant, list(subject_ids))
    lives = {name: Life(name, key) for name, key in keys.items()}
    others = erased.times_of(tx, tenant, [name for name in subject_ids if name not in lives])
    if others:
        again = {name: life_id(name, times + 1) for name, times in others.items()}
        keys = find_subject_keys(tx, tenant, list(again.values()))
        lives.update({name: Life(new, keys.get(new)) for name, new in again.items()})
    return {name: lives.get(name) or Life(name) for name in subject_ids}


def still_there(tx: Transaction, tenant: str, lives: Collection[str]) -> bool:
    """Whether all of these have their keys, and keep them until the transaction ends."""
    if not lives:
        return True
    statement = select(subject.c.id).where(
        subject.c.tenant == tenant, subject.c.id.in_(sorted(lives))
    )
    # The lock that an update of another column leaves to others: only a deletion waits for it.
    found = tx.execute(statement.order_by(subject.c.id).with_for_update(read=True, key_share=True))
    return len(found.all()) == len(set(lives))


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


@dataclass(frozen=True)
class Destroyed:
    """What is gone for good.

    Attributes:
        sessions: ids of the sessions that it held.
    """

    keys: int
    tokens: int
    sessions: tuple[str, ...]


def sessions_of(tx: Transaction, tenant: str, life: str) -> list[str]:
    """The sessions whose values a key seals, by id."""
    return list(
        tx.execute(
            select(session.c.id)
            .where(session.c.tenant == tenant, session.c.subject_id == life)
            .order_by(session.c.id)
        ).scalars()
    )


def lives_of_sessions(tx: Transaction, tenant: str, session_ids: Collection[str]) -> dict[str, str]:
    """Whose key seals each of the sessions that exist among these."""
    found: dict[str, str] = {}
    for some in erased.in_batches(sorted(set(session_ids))):
        rows = tx.execute(
            select(session.c.id, session.c.subject_id).where(
                session.c.tenant == tenant, session.c.id.in_(some)
            )
        )
        found.update({row.id: row.subject_id for row in rows})
    return found


def destroy_keys(tx: Transaction, tenant: str, lives: Collection[str]) -> Destroyed:
    """Destroy keys with every session that they seal.

    A key is overwritten before its row goes; writers who have locked it come first.
    """
    keys = tokens = 0
    gone: list[str] = []
    for life in sorted(set(lives)):
        here = (subject.c.tenant == tenant) & (subject.c.id == life)
        length = tx.execute(
            select(func.length(subject.c.wrapped_key)).where(here).with_for_update()
        ).scalar_one_or_none()
        if length is not None:
            tx.execute(update(subject).where(here).values(wrapped_key=secrets.token_bytes(length)))
            keys += tx.execute(delete(subject).where(here)).rowcount
        sessions = list(
            tx.execute(
                delete(session)
                .where(session.c.tenant == tenant, session.c.subject_id == life)
                .returning(session.c.id)
            ).scalars()
        )
        tokens += _drop_tokens(tx, tenant, sessions)
        gone += sessions
    return Destroyed(keys, tokens, tuple(sorted(gone)))


def drop_sessions(tx: Transaction, tenant: str, session_ids: Collection[str]) -> Destroyed:
    """Forget sessions and their values; a key goes with the last of its sessions."""
    gone: list[str] = []
    lives: set[str] = set()
    tokens = 0
    for some in erased.in_batches(sorted(set(session_ids))):
        rows = tx.execute(
            delete(session)
            .where(session.c.tenant == tenant, session.c.id.in_(some))
            .returning(session.c.id, session.c.subject_id)
        ).all()
        gone += [row.id for row in rows]
        lives |= {row.subject_id for row in rows}
        tokens += _drop_tokens(tx, tenant, [row.id for row in rows])
    used: set[str] = set()
    for some in erased.in_batches(sorted(lives)):
        used |= set(
            tx.execute(
                select(session.c.subject_id)
                .where(session.c.tenant == tenant, session.c.subject_id.in_(some))
                .distinct()
            ).scalars()
        )
    alone = destroy_keys(tx, tenant, lives - used)
    return Destroyed(alone.keys, tokens, tuple(sorted(gone)))


def _drop_tokens(tx: Transaction, tenant: str, session_ids: Sequence[str]) -> int:
    return sum(
        tx.execute(
            delete(token).where(token.c.tenant == tenant, token.c.session_id.in_(some))
        ).rowcount
        for some in erased.in_batches(session_ids)
    )
