"""Consent by purpose: recorded with its proof, and heeded where texts are used.

Implements contracts.rights.Consents.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from enum import Enum
from functools import partial
from typing import Final

from customerai.contracts.privacy import Privacy
from customerai.contracts.rights import Purpose
from customerai.core import audit
from customerai.core.clock import Clock
from customerai.core.db import Database, Transaction
from customerai.core.principal import Principal
from customerai.privacy import store as vault
from customerai.privacy.rights import consents_store
from customerai.privacy.rights.consents_store import Consent
from customerai.privacy.rights.requests import Subjects, made_safe

_REMEMBERED_S: Final = 5.0
_OWN: Final = "own:"


class Rule(str, Enum):
    """When texts may be used for a purpose."""

    ALLOWED = "allowed"
    """Another ground is enough, such as a legitimate interest; nobody is asked."""
    OPT_OUT = "opt_out"
    """Unless the customer has refused."""
    DEMANDED = "demanded"
    """Only when the customer has agreed."""


class ConsentService:
    """Keeps consents and says what they allow.

    Args:
        monotonic: seconds on a clock that is never set back.
    """

    def __init__(
        self,
        *,
        db: Database,
        clock: Clock,
        privacy: Privacy,
        subjects: Subjects,
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        self._db = db
        self._clock = clock
        self._privacy = privacy
        self._subjects = subjects
        self._monotonic = monotonic
        self._rules: dict[str, tuple[float, Mapping[Purpose, Rule]]] = {}

    async def put(
        self,
        who: Principal,
        customer: str,
        purpose: Purpose,
        *,
        granted: bool,
        source: str,
        at: datetime | None,
    ) -> Consent:
        """Record what a customer said; of two statements the later one counts.

        Raises:
            PrivacyUnavailable: the source could not be looked at; nothing was recorded.
        """
        now = self._clock.now()
        new = Consent(
            tenant=who.tenant,
            subject_id=self._subjects.of(who.tenant, customer),
            purpose=purpose.value,
            at=at or now,
            granted=granted,
            source=await made_safe(self._privacy, who, source),
            actor=who.actor,
            recorded_at=now,
        )

        def work(tx: Transaction) -> None:
            consents_store.put(tx, new)
            audit.record(
                tx, who, "privacy.consent_recorded", purpose=new.purpose, granted=granted,
                subject=new.subject_id,
            )  # fmt: skip

        await self._db.write(work, tenant=who.tenant)
        return new

    async def page(
        self,
        who: Principal,
        *,
        customer: str | None,
        before: tuple[datetime, str] | None,
        limit: int,
    ) -> Sequence[Consent]:
        """Consents, those recorded last first."""
        subject = None if customer is None else self._subjects.of(who.tenant, customer)
        return await self._db.read(
            lambda tx: consents_store.page(
                tx, who.tenant, subject_id=subject, before=before, limit=limit
            ),
            tenant=who.tenant,
        )

    async def rules(self, who: Principal) -> Mapping[Purpose, Rule]:
        """The rule of each purpose."""
        stored = await self._db.read(
            lambda tx: consents_store.rules(tx, who.tenant), tenant=who.tenant
        )
        return {name: Rule(stored.get(name.value, Rule.ALLOWED.value)) for name in Purpose}

    async def put_rules(self, who: Principal, new: Mapping[Purpose, Rule]) -> None:
        """Set the rules of some purposes; heeded everywhere within seconds."""
        values = {name.value: rule.value for name, rule in new.items()}

        def work(tx: Transaction) -> None:
            consents_store.put_rules(tx, who.tenant, values)
            audit.record(
                tx, who, "privacy.purposes_changed",
                rules=[f"{name}={rule}" for name, rule in sorted(values.items())],
            )  # fmt: skip

        await self._db.write(work, tenant=who.tenant)
        self._rules.pop(who.tenant, None)

    async def allowed(
        self, who: Principal, purpose: Purpose, conversation_ids: Sequence[str]
    ) -> list[bool]:
        rule = (await self._remembered(who))[purpose]
        if rule is Rule.ALLOWED or not conversation_ids:
            return [True] * len(conversation_ids)
        said = await self._db.read(
            partial(_said, who.tenant, purpose.value, list(conversation_ids)), tenant=who.tenant
        )
        unless = rule is Rule.OPT_OUT
        return [said.get(name, unless) for name in conversation_ids]

    async def _remembered(self, who: Principal) -> Mapping[Purpose, Rule]:
        until, known = self._rules.get(who.tenant, (0.0, {}))
        if self._monotonic() >= until:
            known = await self.rules(who)
            self._rules[who.tenant] = (self._monotonic() + _REMEMBERED_S, known)
        return known


def _said(
    tenant: str, purpose: str, conversation_ids: Sequence[str], tx: Transaction
) -> dict[str, bool]:
    """What the customer of each conversation said last, where anything is known."""
    lives = vault.lives_of_sessions(tx, tenant, conversation_ids)
    customers = {
        name: vault.life_of(life)[0] for name, life in lives.items() if not life.startswith(_OWN)
    }
    said = consents_store.current(tx, tenant, purpose, set(customers.values()))
    return {name: said[subject] for name, subject in customers.items() if subject in said}
