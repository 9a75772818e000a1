"""Every query of the gateway."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import delete, func, insert, literal, select, tuple_, update

from customerai.core.db import Transaction, insert_new
from customerai.core.schema import Timestamp
from customerai.gateway.tables import api_key, session, setup, user


@dataclass(frozen=True)
class ApiKey:
    """A key as it is kept: without its text."""

    tenant: str
    id: str
    name: str
    hash: bytes
    scopes: list[str]
    created_at: datetime
    created_by: str
    last_used_at: datetime | None
    expires_at: datetime | None
    revoked_at: datetime | None


@dataclass(frozen=True)
class User:
    """Someone who signs in to the console."""

    tenant: str
    id: str
    email_hash: bytes
    profile: bytes
    role: str
    password: str
    created_at: datetime


def add_key(tx: Transaction, key: ApiKey) -> None:
    tx.execute(insert(api_key).values(**vars(key)))


def find_key(tx: Transaction, key_id: str) -> ApiKey | None:
    """A key by its id, of whatever tenant: the key says which."""
    row = tx.execute(select(api_key).where(api_key.c.id == key_id)).one_or_none()
    return None if row is None else ApiKey(**row._mapping)


def list_keys(tx: Transaction, tenant: str, *, before: str | None, limit: int) -> list[ApiKey]:
    """Keys of a tenant, newest first, that were made before the key with the id `before`."""
    statement = select(api_key).where(api_key.c.tenant == tenant)
    order = tuple_(api_key.c.created_at, api_key.c.id)
    if before is not None:
        cursor = select(api_key.c.created_at).where(
            api_key.c.tenant == tenant, api_key.c.id == before
        )
        statement = statement.where(order < tuple_(cursor.scalar_subquery(), literal(before)))
    rows = tx.execute(
        statement.order_by(api_key.c.created_at.desc(), api_key.c.id.desc()).limit(limit)
    )
    return [ApiKey(**row._mapping) for row in rows]


def revoke_key(tx: Transaction, tenant: str, key_id: str, now: datetime) -> bool:
    """Whether there was such a key to revoke."""
    done = tx.execute(
        update(api_key)
        .where(api_key.c.tenant == tenant, api_key.c.id == key_id)
        .values(revoked_at=func.coalesce(api_key.c.revoked_at, literal(now, Timestamp)))
    )
    return done.rowcount == 1


def touch_keys(used: Mapping[str, datetime], tx: Transaction) -> None:
    """Note when keys were last used."""
    for key_id, at in sorted(used.items()):
        tx.execute(update(api_key).where(api_key.c.id == key_id).values(last_used_at=at))


def count_users(tx: Transaction, tenant: str) -> int:
    return int(
        tx.execute(
            select(func.count()).select_from(user).where(user.c.tenant == tenant)
        ).scalar_one()
    )


def add_user(tx: Transaction, new: User) -> bool:
    """Whether the address was free."""
    return insert_new(tx, user, [vars(new)]) == 1


def find_user_by_email(tx: Transaction, email_hash: bytes) -> User | None:
    row = tx.execute(select(user).where(user.c.email_hash == email_hash)).one_or_none()
    return None if row is None else User(**row._mapping)


def add_session(
    tx: Transaction, tenant: str, token_hash: bytes, user_id: str, expires_at: datetime
) -> None:
    tx.execute(
        insert(session).values(
            tenant=tenant, hash=token_hash, user_id=user_id, expires_at=expires_at
        )
    )


def find_session(tx: Transaction, token_hash: bytes) -> tuple[User, datetime] | None:
    """Who signed in with a session token, and until when it holds."""
    row = tx.execute(
        select(user, session.c.expires_at)
        .join(session, (session.c.tenant == user.c.tenant) & (session.c.user_id == user.c.id))
        .where(session.c.hash == token_hash)
    ).one_or_none()
    if row is None:
        return None
    values = dict(row._mapping)
    expires_at = values.pop("expires_at")
    return User(**values), expires_at


def drop_session(tx: Transaction, token_hash: bytes) -> None:
    tx.execute(delete(session).where(session.c.hash == token_hash))


def drop_expired(tx: Transaction, now: datetime) -> None:
    """Forget sessions and set-up links that no longer hold."""
    tx.execute(delete(session).where(session.c.expires_at < now))
    tx.execute(delete(setup).where(setup.c.expires_at < now))


def add_setup(tx: Transaction, tenant: str, token_hash: bytes, expires_at: datetime) -> None:
    tx.execute(insert(setup).values(tenant=tenant, hash=token_hash, expires_at=expires_at))


def take_setup(tx: Transaction, token_hash: bytes, now: datetime) -> str | None:
    """The tenant that a set-up token is for; the tenant's tokens are used up by this."""
    tenant = tx.execute(
        select(setup.c.tenant).where(setup.c.hash == token_hash, setup.c.expires_at > now)
    ).scalar_one_or_none()
    if tenant is not None:
        tx.execute(delete(setup).where(setup.c.tenant == tenant))
    return tenant
