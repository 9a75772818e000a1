"""Retention: what is older than the policy allows goes, by the same parts as an erasure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial
from typing import Any

from customerai.contracts.privacy import Privacy
from customerai.contracts.rights import ConversationsDue, RetentionCounted, RetentionDue
from customerai.core import audit, outbox
from customerai.core.clock import Clock
from customerai.core.db import EVERY_TENANT, Database, Transaction
from customerai.core.errors import NotFound
from customerai.core.events import Effect
from customerai.core.ids import new_id
from customerai.core.principal import Principal, system_principal
from customerai.core.settings import PrivacySettings
from customerai.privacy.rights import holds, store
from customerai.privacy.rights import retention_store as calendar
from customerai.privacy.rights.erasing import Erasing
from customerai.privacy.rights.holds import Hold
from customerai.privacy.rights.requests import Subjects, made_safe
from customerai.privacy.rights.retention_store import Run

_ASKED = frozenset({"privacy", "responder", "fairness", "integrations"})


class RetentionRunNotFound(NotFound):
    """No look at the calendar with that id in this tenant."""

    def __init__(self) -> None:
        super().__init__("No retention run with that id.")


class HoldNotFound(NotFound):
    """No legal hold on that customer."""

    def __init__(self) -> None:
        super().__init__("There is no hold on that customer.")


@dataclass(frozen=True)
class ClassFound:
    """What of a class of data is older than it may be."""

    data_class: str
    service: str
    months: Mapping[str, int]
    oldest: datetime | None
    held: int

    @property
    def total(self) -> int:
        return sum(self.months.values())


class RetentionService:
    """Knows for how long data are kept, and looks at the calendar."""

    def __init__(
        self,
        *,
        db: Database,
        clock: Clock,
        privacy: Privacy,
        subjects: Subjects,
        erasing: Erasing,
        settings: PrivacySettings,
    ) -> None:
        self._db = db
        self._clock = clock
        self._privacy = privacy
        self._subjects = subjects
        self._erasing = erasing
        self._settings = settings

    async def policy(self, who: Principal) -> dict[str, int | None]:
        """Days for which each class of data is kept; None is for ever."""
        return await self._db.read(lambda tx: calendar.policy(tx, who.tenant), tenant=who.tenant)

    async def put_policy(
        self, who: Principal, days: Mapping[str, int | None]
    ) -> dict[str, int | None]:
        """Set the days of some classes; the others stay as they are."""

        def work(tx: Transaction) -> dict[str, int | None]:
            calendar.put_policy(tx, who.tenant, days)
            audit.record(
                tx, who, "privacy.retention_changed",
                days=[f"{name}={kept}" for name, kept in sorted(days.items())],
            )  # fmt: skip
            return calendar.policy(tx, who.tenant)

        return await self._db.write(work, tenant=who.tenant)

    async def begin(self, who: Principal, *, dry_run: bool) -> Run:
        """Look at the calendar: count what is too old and, in earnest, have it erased."""
        run_id = new_id("rrun")
        await self._db.write(partial(self._begin, who, run_id, dry_run=dry_run), tenant=who.tenant)
        return await self.find(who, run_id)

    def _begin(self, who: Principal, run_id: str, tx: Transaction, *, dry_run: bool) -> None:
        now = self._clock.now()
        days = calendar.policy(tx, who.tenant)
        cutoffs = {
            name: now - timedelta(days=kept) for name, kept in days.items() if kept is not None
        }
        held = holds.held(tx, who.tenant)
        found = self._own(tx, who.tenant, cutoffs.get("sessions"), held, dry_run=dry_run)
        calendar.add_run(
            tx,
            Run(
                tenant=who.tenant,
                id=run_id,
                dry_run=dry_run,
                actor=who.actor,
                status=store.RUNNING,
                created_at=now,
                done_at=None,
                found={"privacy": found},
            ),
        )
        outbox.add(
            tx,
            RetentionDue(
                tenant=who.tenant,
                run_id=run_id,
                cutoffs={name: at.isoformat() for name, at in cutoffs.items()},
                held=held,
                dry_run=dry_run,
            ),
        )
        audit.record(tx, who, "privacy.retention_run", run=run_id, dry_run=dry_run)

    def _own(
        self,
        tx: Transaction,
        tenant: str,
        before: datetime | None,
        held: Sequence[str],
        *,
        dry_run: bool,
    ) -> dict[str, Any]:
        """Privacy's own class: sessions of callers of the interface."""
        if before is None:
            return {"months": {}, "oldest": {}, "held": {}}
        ids, months, oldest, stay = calendar.old_sessions(tx, tenant, before, held)
        if ids and not dry_run:
            self._erasing.expire(tx, tenant, ids)
        return {
            "months": {"sessions": months},
            "oldest": {} if oldest is None else {"sessions": oldest.isoformat()},
            "held": {"sessions": stay},
        }

    async def find(self, who: Principal, run_id: str) -> Run:
        """One look at the calendar.

        Raises:
            RetentionRunNotFound: none of this tenant.
        """
        found = await self._db.read(
            lambda tx: calendar.find_run(tx, who.tenant, run_id), tenant=who.tenant
        )
        if found is None:
            raise RetentionRunNotFound
        return found

    async def page(
        self, who: Principal, *, before: tuple[datetime, str] | None, limit: int
    ) -> list[Run]:
        """Looks at the calendar, newest first."""
        return await self._db.read(
            lambda tx: calendar.page(tx, who.tenant, before=before, limit=limit),
            tenant=who.tenant,
        )

    def note_counts(self, events: Sequence[RetentionCounted]) -> Effect:
        """The writes that follow from what services found."""
        now = self._clock.now()

        def effect(tx: Transaction) -> None:
            for event in events:
                found = calendar.find_run(tx, event.tenant, event.run_id, locked=True)
                if found is None:
                    continue
                told = {
                    **found.found,
                    event.service: {
                        "months": {name: dict(n) for name, n in event.months.items()},
                        "oldest": dict(event.oldest),
                        "held": dict(event.held),
                    },
                }
                done = told.keys() >= _ASKED
                calendar.change_run(
                    tx, event.tenant, event.run_id, found=told,
                    status=store.DONE if done else found.status, done_at=now if done else None,
                )  # fmt: skip

        return effect

    def expire(self, events: Sequence[ConversationsDue]) -> Effect:
        """The writes that have conversations erased whose time is over."""

        def effect(tx: Transaction) -> None:
            for event in events:
                self._erasing.expire(tx, event.tenant, list(event.conversation_ids))

        return effect

    async def run_due(self) -> int:
        """Look at the calendar of each tenant for whom it is time; returns how many."""
        due = await self._db.read(self._due, tenant=EVERY_TENANT)
        for tenant in due:
            await self.begin(system_principal(tenant, "retention"), dry_run=False)
        return len(due)

    def _due(self, tx: Transaction) -> list[str]:
        limit = self._clock.now() - timedelta(hours=self._settings.retention_every_hours)
        found = []
        for tenant in calendar.tenants(tx):
            last = calendar.last_run(tx, tenant)
            if last is None or last < limit:
                found.append(tenant)
        return found

    async def hold(self, who: Principal, customer: str, reason: str) -> Hold:
        """Keep a customer's data, whatever the calendar or the customer says, until it is lifted.

        Raises:
            PrivacyUnavailable: the reason could not be looked at; nothing changed.
        """
        new = Hold(
            tenant=who.tenant,
            subject_id=self._subjects.of(who.tenant, customer),
            reason=await made_safe(self._privacy, who, reason),
            actor=who.actor,
            at=self._clock.now(),
        )

        def work(tx: Transaction) -> None:
            holds.put(tx, new)
            audit.record(tx, who, "privacy.hold_put", subject=new.subject_id)

        await self._db.write(work, tenant=who.tenant)
        return new

    async def lift(self, who: Principal, customer: str) -> None:
        """Lift a hold.

        Raises:
            HoldNotFound: there is none.
        """
        subject = self._subjects.of(who.tenant, customer)

        def work(tx: Transaction) -> None:
            if not holds.lift(tx, who.tenant, subject):
                raise HoldNotFound
            audit.record(tx, who, "privacy.hold_lifted", subject=subject)

        await self._db.write(work, tenant=who.tenant)


def classes_of(run: Run) -> list[ClassFound]:
    """What a look at the calendar found, class by class."""
    found = []
    for service, told in sorted(run.found.items()):
        for name, months in sorted(told["months"].items()):
            oldest = told["oldest"].get(name)
            found.append(
                ClassFound(
                    data_class=name,
                    service=service,
                    months=dict(sorted(months.items())),
                    oldest=None if oldest is None else datetime.fromisoformat(oldest),
                    held=told["held"].get(name, 0),
                )
            )
    return found
