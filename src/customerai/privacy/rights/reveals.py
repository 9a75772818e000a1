"""Reveal: seeing values behind placeholders, for a reason that stands in the log."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from datetime import datetime, timedelta
from enum import Enum
from functools import partial
from typing import Final

from customerai.contracts.privacy import Privacy, SessionNotFound
from customerai.core import audit
from customerai.core.clock import Clock
from customerai.core.db import Database, Transaction
from customerai.core.errors import InvalidRequest, RateLimited
from customerai.core.guard import in_thread
from customerai.core.ids import new_id
from customerai.core.principal import Principal
from customerai.core.settings import PrivacySettings
from customerai.core.telemetry import Metrics
from customerai.privacy import store as vault_store
from customerai.privacy.placeholders import Entry
from customerai.privacy.rights import reveals_store
from customerai.privacy.rights.requests import Target, made_safe
from customerai.privacy.rights.reveals_store import Reveal
from customerai.privacy.store import StoredSession
from customerai.privacy.vault import Vault

_HOUR: Final = timedelta(hours=1)


class RevealReason(str, Enum):
    """Why values are looked at."""

    CUSTOMER_REQUEST = "customer-request"
    FRAUD = "fraud"
    LEGAL = "legal"
    SUPPORT = "support"
    QUALITY = "quality"
    OTHER = "other"


class TooManyReveals(RateLimited):
    """This caller has looked at values so often in an hour that it is asked to wait."""


class PlaceholderUnknown(InvalidRequest):
    """A placeholder is not one of this session."""

    def __init__(self) -> None:
        super().__init__("A placeholder is not one of this session; leave them out to see all.")


class RevealService:
    """Shows values to those who may see them, a bounded number of times an hour."""

    def __init__(
        self,
        *,
        db: Database,
        clock: Clock,
        privacy: Privacy,
        vault: Vault,
        settings: PrivacySettings,
        metrics: Metrics,
    ) -> None:
        self._db = db
        self._clock = clock
        self._privacy = privacy
        self._vault = vault
        self._settings = settings
        self._metrics = metrics

    async def show(
        self,
        who: Principal,
        target: Target,
        *,
        placeholders: Sequence[str] | None,
        reason: RevealReason,
        said: str,
    ) -> tuple[Reveal, list[Entry]]:
        """The values of a session, or of some of its placeholders; the log knows it first.

        Raises:
            SessionNotFound: none of this tenant, or it was erased.
            PlaceholderUnknown: one is not of this session.
            TooManyReveals: the caller has used up this hour's.
            PrivacyUnavailable: the reason could not be looked at; nothing was shown.
        """
        target.kind()
        session_id = target.conversation_id or target.session_id or ""
        stored = await self._db.read(
            lambda tx: vault_store.find_sessions(tx, who.tenant, [session_id]), tenant=who.tenant
        )
        if session_id not in stored:
            raise SessionNotFound(session_id)
        safe = await made_safe(self._privacy, who, said)
        entries = await in_thread(self._entries, who.tenant, stored[session_id])
        if placeholders is not None:
            wanted = set(placeholders)
            entries = [entry for entry in entries if entry.placeholder in wanted]
            if len(entries) != len(wanted):
                raise PlaceholderUnknown
        new = Reveal(
            tenant=who.tenant,
            id=new_id("rvl"),
            at=self._clock.now(),
            actor=who.actor,
            session_id=session_id,
            reason=reason.value,
            said=safe,
            types=dict(sorted(Counter(entry.type for entry in entries).items())),
            shown=len(entries),
        )
        await self._db.write(partial(self._note, who, new), tenant=who.tenant)
        self._metrics.reveals.labels(reason=new.reason).inc()
        self._metrics.revealed_values.inc(new.shown)
        return new, entries

    def _entries(self, tenant: str, stored: StoredSession) -> list[Entry]:
        return self._vault.session(tenant, stored).book.entries()

    def _note(self, who: Principal, new: Reveal, tx: Transaction) -> None:
        since = new.at - _HOUR
        made, first = reveals_store.made_since(tx, who.tenant, who.actor, since)
        if first is not None and made >= self._settings.reveals_per_hour:
            wait = (first + _HOUR - new.at).total_seconds()
            raise TooManyReveals(
                "You have looked at values too often in an hour.", retry_after_s=max(1, int(wait))
            )
        # It may have been erased while the reason was looked at.
        if new.session_id not in vault_store.lives_of_sessions(tx, who.tenant, [new.session_id]):
            raise SessionNotFound(new.session_id)
        reveals_store.add(tx, new)
        audit.record(
            tx, who, "privacy.revealed", reveal=new.id, session=new.session_id,
            reason=new.reason, values=new.shown, types=new.types,
        )  # fmt: skip

    async def page(
        self, who: Principal, *, before: tuple[datetime, str] | None, limit: int
    ) -> list[Reveal]:
        """Who looked at what kinds of values, newest first; no values."""
        return await self._db.read(
            lambda tx: reveals_store.page(tx, who.tenant, before=before, limit=limit),
            tenant=who.tenant,
        )
