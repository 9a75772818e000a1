"""The vault: opens sessions of placeholders with their customers' keys, and keeps new values."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TypeAlias

from customerai.contracts.privacy import AnonymizeRequest, SessionNotFound
from customerai.core.clock import Clock
from customerai.core.crypto import KeyRing, row_identity, seal, unseal
from customerai.core.db import Transaction
from customerai.core.principal import Principal
from customerai.privacy import store
from customerai.privacy.placeholders import Entry, PlaceholderBook
from customerai.privacy.store import Life, SealedToken, SessionMoved, StoredSession

Known: TypeAlias = "tuple[dict[str, StoredSession], dict[str, Life]]"
"""Sessions that exist, and under which ids their customers have keys."""


@dataclass
class OpenSession:
    """A session while a call works on it."""

    id: str
    subject_id: str
    data_key: bytes
    book: PlaceholderBook
    version: int = 0
    is_new: bool = False
    keeps_nothing: bool = False  # no placeholder was asked for
    new_wrapped_key: bytes | None = None


class Vault:
    """Opens and keeps sessions; each value is sealed with its customer's own data key."""

    def __init__(self, keys: KeyRing, clock: Clock) -> None:
        self._keys = keys
        self._clock = clock

    def find(
        self,
        who: Principal,
        requests: Sequence[AnonymizeRequest],
        ids: Sequence[str],
        tx: Transaction,
        *,
        locked: bool = False,
    ) -> Known:
        """What is stored of the sessions and the customers of these requests."""
        # A session that is only now given its id has a customer of its own that nobody knows.
        subjects = {
            subject
            for request, subject in zip(requests, subjects_of(requests, ids), strict=True)
            if request.session_id is not None or request.subject is not None
        }
        return (
            store.find_sessions(tx, who.tenant, ids, locked=locked),
            store.find_lives(tx, who.tenant, subjects) if subjects else {},
        )

    def open(
        self,
        who: Principal,
        requests: Sequence[AnonymizeRequest],
        ids: Sequence[str],
        known: Known,
    ) -> list[OpenSession]:
        """One session a request, in order; requests of one session share it.

        Raises:
            SessionNotFound: a request names one that does not exist.
        """
        stored, lives = known
        opened: dict[str, OpenSession] = {}
        fresh_keys: dict[str, tuple[bytes, bytes]] = {}
        for request, session_id, subject in zip(
            requests, ids, subjects_of(requests, ids), strict=True
        ):
            if session_id in opened:
                continue
            if session_id in stored:
                opened[session_id] = self.session(who.tenant, stored[session_id])
                continue
            if request.session_id is not None and not request.open_session:
                raise SessionNotFound(session_id)
            new_wrapped: bytes | None = None
            life = lives.get(subject) or Life(subject)
            if life.wrapped_key is not None:
                data_key = self._keys.unwrap(life.wrapped_key)
            else:
                if subject not in fresh_keys:
                    fresh_keys[subject] = self._keys.new_data_key()
                data_key, new_wrapped = fresh_keys[subject]
            opened[session_id] = OpenSession(
                id=session_id,
                subject_id=life.id,
                data_key=data_key,
                book=PlaceholderBook(),
                is_new=True,
                keeps_nothing="DEFAULT" in request.operators,
                new_wrapped_key=new_wrapped,
            )
        return [opened[session_id] for session_id in ids]

    def session(self, tenant: str, stored: StoredSession) -> OpenSession:
        """A stored session with its values unsealed."""
        data_key = self._keys.unwrap(stored.wrapped_key)
        values: dict[str, str] = {
            item.placeholder: unseal(
                data_key,
                item.sealed,
                where=row_identity(tenant, "privacy_token", stored.id, item.placeholder),
            ).decode()
            for item in stored.tokens
        }
        entries = [
            Entry(item.placeholder, item.type, values[item.placeholder], item.placeholder)
            for item in stored.tokens
        ]
        return OpenSession(
            id=stored.id,
            subject_id=stored.subject_id,
            data_key=data_key,
            book=PlaceholderBook(entries),
            version=stored.version,
        )

    def keep(
        self,
        who: Principal,
        sessions: Sequence[OpenSession],
        tx: Transaction,
    ) -> None:
        """Write what the sessions hold anew.

        Raises:
            SessionMoved: another writer was quicker.
        """
        now = self._clock.now()
        wrapped_keys: dict[str, bytes] = {}
        subjects: dict[str, str] = {}
        keyed: set[str] = set()
        tokens: dict[str, list[SealedToken]] = {}
        for session in {id(session): session for session in sessions}.values():
            new = session.book.new_entries()
            if session.is_new and session.keeps_nothing and not new:
                continue
            if session.new_wrapped_key is not None:
                wrapped_keys.setdefault(session.subject_id, session.new_wrapped_key)
            elif session.is_new:
                keyed.add(session.subject_id)
            if session.is_new:
                subjects[session.id] = session.subject_id
            if new:
                tokens[session.id] = [self._sealed(who.tenant, session, entry) for entry in new]
        if not store.still_there(tx, who.tenant, keyed):  # erased since it was read
            raise SessionMoved
        store.add_subjects(tx, who.tenant, wrapped_keys, now)
        store.open_sessions(tx, who.tenant, subjects, now)
        versions = {session.id: session.version for session in sessions}
        store.add_tokens(tx, who.tenant, versions, tokens)

    def _sealed(self, tenant: str, session: OpenSession, entry: Entry) -> SealedToken:
        where = row_identity(tenant, "privacy_token", session.id, entry.placeholder)
        sealed = seal(session.data_key, entry.value.encode(), where=where)
        return SealedToken(entry.placeholder, entry.type, sealed)


def subjects_of(requests: Sequence[AnonymizeRequest], ids: Sequence[str]) -> list[str]:
    """Whose key seals each request's values; a session without a customer has a key of its own."""
    return [
        request.subject or f"own:{session_id}"
        for request, session_id in zip(requests, ids, strict=True)
    ]
