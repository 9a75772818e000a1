"""Keeps policies and own recognizers: versions, notes, what changed, and the way back."""

from __future__ import annotations

import time
from collections import OrderedDict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from typing import Any, Final

import orjson
from pydantic import TypeAdapter

from customerai.core import audit
from customerai.core.clock import Clock
from customerai.core.crypto import KeyRing, row_identity, seal, unseal
from customerai.core.db import Database, Transaction
from customerai.core.guard import in_thread
from customerai.core.principal import Principal
from customerai.privacy.policies import checking, model, own, store
from customerai.privacy.policies.errors import (
    PolicyInvalid,
    PolicyMoved,
    PolicyVersionNotFound,
    RecognizerExists,
    RecognizerInUse,
    RecognizerInvalid,
    RecognizerNotFound,
)
from customerai.privacy.policies.evaluation import Effective, Rules, effective, rules_of
from customerai.privacy.policies.model import Difference, Fault, Policy
from customerai.privacy.policies.own import ListSpec, PatternSpec, RemoteSpec
from customerai.privacy.policies.remote import RemoteRecognizer, address_faults
from customerai.privacy.policies.store import PolicyRow, RecognizerRow
from customerai.privacy.recognizers.spans import Recognizer

_TRUST_S: Final = 1.0  # so long may another process's change go unnoticed
_MOST_TENANTS: Final = 1_000
_MOST_RECOGNIZERS: Final = 200
_SPEC: Final[TypeAdapter[PatternSpec | ListSpec | RemoteSpec]] = TypeAdapter(own.Spec)


@dataclass(frozen=True)
class Saved:
    """A version of a purpose's policy; version 0 is that of a purpose without one."""

    purpose: str
    version: int
    policy: Policy
    note: str
    author: str
    at: datetime | None


@dataclass(frozen=True)
class OwnRecognizer:
    """A recognizer of the tenant's own."""

    spec: PatternSpec | ListSpec | RemoteSpec
    version: int
    author: str
    at: datetime


@dataclass(frozen=True)
class _Known:
    until: float  # on the monotonic clock
    rules: Rules | None


class PolicyService:
    """The policies of all tenants, as they are kept and as they run.

    Args:
        remote_recognizers: base addresses that texts may be sent to; none by default.
    """

    def __init__(
        self,
        *,
        db: Database,
        clock: Clock,
        keys: KeyRing,
        remote_recognizers: Sequence[str] = (),
        trust_s: float = _TRUST_S,
    ) -> None:
        self._db = db
        self._clock = clock
        self._key = keys.derive("privacy-policies")
        self._allowed = tuple(remote_recognizers)
        self._trust_s = trust_s
        self._known: OrderedDict[str, _Known] = OrderedDict()

    # -- how they run

    async def rules(self, tenant: str) -> Rules | None:
        """A tenant's policies ready to run; None for one that has nothing of its own.

        Looked up again after a second, by one number, and at once after a change made here.
        """
        known = self._known.get(tenant)
        if known is not None and known.until > time.monotonic():
            return known.rules
        return await self._refreshed(tenant, known)

    async def _refreshed(self, tenant: str, known: _Known | None) -> Rules | None:
        until = time.monotonic() + self._trust_s
        number = await self._db.read(lambda tx: store.revision_of(tx, tenant), tenant=tenant)
        if number == 0:
            rules = None
        elif known is not None and known.rules is not None and known.rules.revision == number:
            rules = known.rules
        else:
            rules = await self._loaded(tenant)
        self._known[tenant] = _Known(until, rules)
        self._known.move_to_end(tenant)
        if len(self._known) > _MOST_TENANTS:
            self._known.popitem(last=False)
        return rules

    async def _loaded(self, tenant: str) -> Rules:
        def work(tx: Transaction) -> tuple[int, dict[str, PolicyRow], list[RecognizerRow]]:
            return (
                store.revision_of(tx, tenant),
                store.latest(tx, tenant),
                store.recognizers(tx, tenant),
            )

        number, rows, own_rows = await self._db.read(work, tenant=tenant)

        def make() -> Rules:
            saved = {purpose: self._saved(row) for purpose, row in rows.items()}
            recognizers = [self._own(row) for row in own_rows]
            return rules_of(
                number,
                {purpose: one.policy for purpose, one in saved.items()},
                {purpose: one.version for purpose, one in saved.items()},
                {one.spec.name: self._runnable(one) for one in recognizers},
                remote=_remote_names(recognizers),
            )

        return await in_thread(make)

    def _runnable(self, one: OwnRecognizer) -> Recognizer:
        if isinstance(one.spec, RemoteSpec):
            return RemoteRecognizer(one.spec, one.version, self._allowed)
        return own.made(one.spec)

    async def draft(self, tenant: str, purpose: str, policy: Policy) -> Effective:
        """A policy that is not saved, ready to run for a purpose; `default` as for a model call.

        Raises:
            PolicyInvalid: it breaks a rule.
        """
        use = model.use_of(purpose)
        rules = await self.rules(tenant)
        policies: dict[str, Policy] = {} if rules is None else dict(rules.policies)
        policies[purpose] = policy
        recognizers = await self.recognizers(tenant)

        def make() -> Effective:
            _check(purpose, policies, recognizers)
            return effective(
                use,
                model.merged(policies.get(model.DEFAULT), policies.get(use)),
                {one.spec.name: self._runnable(one) for one in recognizers},
                version="draft",
                remote=_remote_names(recognizers),
            )

        return await in_thread(make)

    # -- policies

    async def current(self, tenant: str) -> list[Saved]:
        """The policy of every purpose; version 0 where there is none."""
        rows = await self._db.read(lambda tx: store.latest(tx, tenant), tenant=tenant)
        return [
            self._saved(rows[purpose])
            if purpose in rows
            else Saved(purpose, 0, Policy(), "", "", None)
            for purpose in model.PURPOSES
        ]

    async def history(
        self, tenant: str, purpose: str, *, before: int | None, limit: int
    ) -> list[Saved]:
        """Versions of a purpose's policy, newest first."""
        rows = await self._db.read(
            lambda tx: store.versions(tx, tenant, purpose, before=before, limit=limit),
            tenant=tenant,
        )
        return [self._saved(row) for row in rows]

    async def version(self, tenant: str, purpose: str, number: int) -> Saved:
        """One version.

        Raises:
            PolicyVersionNotFound: there is none of that number.
        """
        if number == 0:
            return Saved(purpose, 0, Policy(), "", "", None)
        row = await self._db.read(
            lambda tx: store.find_version(tx, tenant, purpose, number), tenant=tenant
        )
        if row is None:
            raise PolicyVersionNotFound
        return self._saved(row)

    async def differences(
        self, tenant: str, purpose: str, before: int, after: int
    ) -> list[Difference]:
        """Where two versions of a purpose's policy differ."""
        one, other = (
            await self.version(tenant, purpose, before),
            await self.version(tenant, purpose, after),
        )
        return model.differences(_document(one.policy), _document(other.policy))

    async def save(
        self,
        who: Principal,
        purpose: str,
        policy: Policy,
        *,
        note: str,
        based_on: int | None = None,
        action: str = "privacy.policy_saved",
    ) -> Saved:
        """Keep a new version, which holds from now on.

        Args:
            based_on: the version that it was made from; None: whatever stands.

        Raises:
            PolicyInvalid: it breaks a rule.
            PolicyMoved: there is a newer version than `based_on`.
        """
        stored = {one.purpose: one for one in await self.current(who.tenant)}
        before = stored[purpose]
        if based_on is not None and before.version != based_on:
            raise PolicyMoved
        policies = {name: one.policy for name, one in stored.items() if one.version}
        policies[purpose] = policy
        recognizers = await self.recognizers(who.tenant)
        await in_thread(_check, purpose, policies, recognizers)
        saved = Saved(purpose, before.version + 1, policy, note, who.actor, self._clock.now())
        await self._db.write(
            partial(self._keep, who, saved, before.policy, action), tenant=who.tenant
        )
        self._known.pop(who.tenant, None)
        return saved

    async def roll_back(self, who: Principal, purpose: str, number: int, *, note: str) -> Saved:
        """Let an earlier version hold again, as a new version; 0 is the product's own way.

        Raises:
            PolicyVersionNotFound: there is none of that number.
        """
        earlier = await self.version(who.tenant, purpose, number)
        told = note or f"Back to version {number}."
        return await self.save(
            who, purpose, earlier.policy, note=told, action="privacy.policy_rolled_back"
        )

    def _keep(
        self, who: Principal, saved: Saved, before: Policy, action: str, tx: Transaction
    ) -> None:
        assert saved.at is not None
        sealed = seal(
            self._key,
            orjson.dumps({"policy": _document(saved.policy), "note": saved.note}),
            where=_policy_place(who.tenant, saved.purpose, saved.version),
        )
        row = PolicyRow(who.tenant, saved.purpose, saved.version, who.actor, saved.at, sealed)
        if not store.add_version(tx, row):
            raise PolicyMoved
        store.raise_revision(tx, who.tenant)
        changed = model.differences(_document(before), _document(saved.policy))
        audit.record(
            tx,
            who,
            action,
            purpose=saved.purpose,
            version=saved.version,
            places=[one.place for one in changed][:100],
            off=sorted(model.switched_off(saved.policy)),
            accepted_risks=sorted(
                entity for entity, rule in saved.policy.entities.items() if rule.accept_risk
            ),
        )

    def _saved(self, row: PolicyRow) -> Saved:
        where = _policy_place(row.tenant, row.purpose, row.version)
        held = orjson.loads(unseal(self._key, row.sealed, where=where))
        policy = Policy.model_validate(held["policy"])
        return Saved(row.purpose, row.version, policy, str(held["note"]), row.author, row.at)

    # -- recognizers of the tenant's own

    async def recognizers(self, tenant: str) -> list[OwnRecognizer]:
        """A tenant's recognizers by name."""
        rows = await self._db.read(lambda tx: store.recognizers(tx, tenant), tenant=tenant)
        return [self._own(row) for row in rows]

    async def recognizer(self, tenant: str, name: str) -> OwnRecognizer:
        """One recognizer.

        Raises:
            RecognizerNotFound: there is none of that name.
        """
        row = await self._db.read(lambda tx: store.find_recognizer(tx, tenant, name), tenant=tenant)
        if row is None:
            raise RecognizerNotFound
        return self._own(row)

    async def save_recognizer(
        self, who: Principal, spec: PatternSpec | ListSpec | RemoteSpec, *, new: bool
    ) -> OwnRecognizer:
        """Keep a recognizer, which runs from now on wherever a policy does not leave it out.

        Raises:
            RecognizerInvalid: it breaks a rule.
            RecognizerExists, RecognizerNotFound: it is `new` and exists, or is not and does not.
            PolicyMoved: somebody else changed it meanwhile.
        """
        faults = await in_thread(own.faults, spec)
        if isinstance(spec, RemoteSpec):
            faults += address_faults(spec.url, self._allowed)
        if new and len(await self.recognizers(who.tenant)) >= _MOST_RECOGNIZERS:
            faults.append(Fault("name", f"there are {_MOST_RECOGNIZERS} recognizers already"))
        if faults:
            raise RecognizerInvalid(faults)
        before = 0 if new else (await self.recognizer(who.tenant, spec.name)).version
        kept = OwnRecognizer(spec, before + 1, who.actor, self._clock.now())

        def work(tx: Transaction) -> None:
            sealed = seal(
                self._key,
                spec.model_dump_json().encode(),
                where=_recognizer_place(who.tenant, spec.name, kept.version),
            )
            row = RecognizerRow(who.tenant, spec.name, kept.version, who.actor, kept.at, sealed)
            if new and not store.add_recognizer(tx, row):
                raise RecognizerExists
            if not new and not store.replace_recognizer(tx, row):
                raise PolicyMoved
            store.raise_revision(tx, who.tenant)
            audit.record(
                tx,
                who,
                "privacy.recognizer_saved",
                name=spec.name,
                version=kept.version,
                kind=spec.kind,
                entities=own.entities_of(spec),
                sends_texts_out=isinstance(spec, RemoteSpec),
            )

        await self._db.write(work, tenant=who.tenant)
        self._known.pop(who.tenant, None)
        return kept

    async def remove_recognizer(self, who: Principal, name: str) -> None:
        """Forget a recognizer.

        Raises:
            RecognizerNotFound: there is none of that name.
            RecognizerInUse: a policy names it.
        """
        users = [
            one.purpose
            for one in await self.current(who.tenant)
            if name in (one.policy.recognizers or ())
        ]
        if users:
            raise RecognizerInUse(users)

        def work(tx: Transaction) -> None:
            if not store.remove_recognizer(tx, who.tenant, name):
                raise RecognizerNotFound
            store.raise_revision(tx, who.tenant)
            audit.record(tx, who, "privacy.recognizer_removed", name=name)

        await self._db.write(work, tenant=who.tenant)
        self._known.pop(who.tenant, None)

    def _own(self, row: RecognizerRow) -> OwnRecognizer:
        where = _recognizer_place(row.tenant, row.name, row.version)
        spec = _SPEC.validate_json(unseal(self._key, row.sealed, where=where))
        return OwnRecognizer(spec, row.version, row.author, row.at)


def _check(
    purpose: str, policies: Mapping[str, Policy], recognizers: Iterable[OwnRecognizer]
) -> None:
    found = checking.faults(purpose, policies, {one.spec.name for one in recognizers})
    if found:
        raise PolicyInvalid(found)


def _document(policy: Policy) -> dict[str, Any]:
    return policy.model_dump(exclude_defaults=True)


def _policy_place(tenant: str, purpose: str, version: int) -> bytes:
    return row_identity(tenant, "privacy_policy", purpose, str(version))


def _recognizer_place(tenant: str, name: str, version: int) -> bytes:
    return row_identity(tenant, "privacy_recognizer", name, str(version))


def _remote_names(recognizers: Iterable[OwnRecognizer]) -> list[str]:
    return [one.spec.name for one in recognizers if isinstance(one.spec, RemoteSpec)]
