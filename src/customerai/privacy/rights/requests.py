"""Requests of customers: taken in, followed part by part, ended with a receipt."""

from __future__ import annotations

import hmac
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Final

import rfc8785

from customerai.contracts.privacy import AnonymizeRequest, Privacy
from customerai.core import audit, jobs
from customerai.core.clock import Clock
from customerai.core.crypto import KeyRing
from customerai.core.db import Database, Transaction
from customerai.core.errors import Conflict, InvalidRequest, NotFound
from customerai.core.events import Effect
from customerai.core.ids import new_id
from customerai.core.jobs import Job
from customerai.core.principal import Principal
from customerai.core.references import EXTERNAL, reference
from customerai.core.safe_text import SafeText
from customerai.core.settings import PrivacySettings
from customerai.privacy.rights import holds, store
from customerai.privacy.rights.store import DONE, RUNNING, WAITING, Part, Request

ERASURE, EXPORT, RETENTION = "erasure", "export", "retention"
PARTS: Final = {
    ERASURE: ("privacy", "responder", "insights", "fairness", "integrations", store.DATABASE),
    EXPORT: ("privacy", "responder", "insights", "fairness"),
    RETENTION: ("privacy", "responder", "insights", "fairness", store.DATABASE),
}
"""Who has a part in each kind of request."""

OVERDUE: Final = "overdue"
SCRUB: Final = "privacy-scrub"


class RequestNotFound(NotFound):
    """No erasure or export with that id in this tenant."""

    def __init__(self) -> None:
        super().__init__("No request with that id.")


class TargetInvalid(InvalidRequest):
    """A request names exactly one of `customer`, `conversation_id` and `session_id`."""

    def __init__(self) -> None:
        super().__init__("Name exactly one of customer, conversation_id and session_id.")


class CustomerHeld(Conflict):
    """A legal hold keeps this customer's data; lift it first, or refuse the customer's request."""

    def __init__(self) -> None:
        super().__init__("A legal hold keeps these data; lift it first.")


class ReceiptNotReady(Conflict):
    """The request is not done; its parts say what it waits for."""

    def __init__(self) -> None:
        super().__init__("The request is not done yet; look at its parts.")


@dataclass(frozen=True)
class Target:
    """Whose or what data are meant; exactly one is given.

    Attributes:
        customer: another system's id of the customer.
    """

    customer: str | None = None
    conversation_id: str | None = None
    session_id: str | None = None

    def kind(self) -> str:
        """Which of them is given.

        Raises:
            TargetInvalid: none, or several.
        """
        given = {
            "customer": self.customer,
            "conversation": self.conversation_id,
            "session": self.session_id,
        }
        named = [name for name, value in given.items() if value is not None]
        if len(named) != 1:
            raise TargetInvalid
        return named[0]


@dataclass(frozen=True)
class Shown:
    """A request with its parts, those that are late marked so."""

    request: Request
    parts: Sequence[Part]


class Subjects:
    """Finds a customer by another system's id, of which only a keyed hash is kept."""

    def __init__(self, keys: KeyRing) -> None:
        self._key = keys.derive(EXTERNAL)

    def of(self, tenant: str, customer: str) -> str:
        """The id under which the customer's key and conversations stand."""
        return reference(self._key, "cust", tenant, customer)


async def made_safe(privacy: Privacy, who: Principal, text: str) -> SafeText:
    """What somebody wrote down as a reason, without the personal data in it.

    Raises:
        PrivacyUnavailable: it could not be looked at.
    """
    request = AnonymizeRequest(
        texts=(text,), purpose="reason", operators={"DEFAULT": {"operator": "replace"}}
    )
    (result,) = await privacy.anonymize(who, [request])
    return result.results[0].text


class Requests:
    """Takes requests in and keeps their state."""

    def __init__(
        self,
        *,
        db: Database,
        clock: Clock,
        keys: KeyRing,
        privacy: Privacy,
        subjects: Subjects,
        settings: PrivacySettings,
    ) -> None:
        self._db = db
        self._clock = clock
        self._privacy = privacy
        self._subjects = subjects
        self._settings = settings
        self._references = keys.derive("privacy-requests")
        self._receipts = keys.derive("privacy-receipts")

    async def ask(
        self, who: Principal, kind: str, target: Target, reason: str, *, key: str | None = None
    ) -> Shown:
        """Take a request in; it is worked on in the background.

        Args:
            kind: `erasure` or `export`.
            key: asked again under the same key, the first request is given again.

        Raises:
            TargetInvalid: not exactly one thing is named.
            CustomerHeld: a legal hold forbids the erasure.
            PrivacyUnavailable: the reason could not be looked at; nothing was taken in.
        """
        named = target.kind()
        request_id = new_id("prq")
        if key is not None:
            request_id = reference(self._references, "prq", who.tenant, key)
            known = await self._find(who, request_id)
            if known is not None:
                return known
        said = await made_safe(self._privacy, who, reason)
        subject = None
        if target.customer is not None:
            subject = self._subjects.of(who.tenant, target.customer)
        now = self._clock.now()
        new = Request(
            tenant=who.tenant,
            id=request_id,
            kind=kind,
            target=named,
            subject_id=subject,
            session_id=target.conversation_id or target.session_id,
            reason=said,
            status=RUNNING,
            actor=who.actor,
            created_at=now,
            due_at=now + timedelta(days=self._settings.rights_due_days),
            cutoff_at=now,
            job_id=new_id("job"),
        )

        def work(tx: Transaction) -> None:
            if kind == ERASURE and holds.is_held(tx, new):
                raise CustomerHeld
            if store.add_request(tx, new, PARTS[kind]):
                jobs.create(tx, job_of(new, f"privacy-{kind}", now))
                audit.record(
                    tx, who, f"privacy.{kind}_requested", request=new.id, target=new.target
                )

        await self._db.write(work, tenant=who.tenant)
        return await self.find(who, request_id)

    async def find(self, who: Principal, request_id: str) -> Shown:
        """One request.

        Raises:
            RequestNotFound: none of this tenant.
        """
        found = await self._find(who, request_id)
        if found is None:
            raise RequestNotFound
        return found

    async def _find(self, who: Principal, request_id: str) -> Shown | None:
        def work(tx: Transaction) -> Shown | None:
            found = store.find_request(tx, who.tenant, request_id)
            if found is None:
                return None
            parts = store.parts_of(tx, who.tenant, [request_id]).get(request_id, [])
            return self._shown(found, parts)

        return await self._db.read(work, tenant=who.tenant)

    async def page(
        self,
        who: Principal,
        *,
        kind: str | None = None,
        status: str | None = None,
        before: tuple[datetime, str] | None = None,
        limit: int = 50,
    ) -> list[Shown]:
        """Requests, newest first."""

        def work(tx: Transaction) -> list[Shown]:
            found = store.list_requests(
                tx, who.tenant, kind=kind, status=status, before=before, limit=limit
            )
            parts = store.parts_of(tx, who.tenant, [item.id for item in found])
            return [self._shown(item, parts.get(item.id, [])) for item in found]

        return await self._db.read(work, tenant=who.tenant)

    async def receipt(self, who: Principal, request_id: str) -> dict[str, object]:
        """What was done, when, by whom and how much; signed, and told in the audit log.

        Raises:
            RequestNotFound: none of this tenant.
            ReceiptNotReady: it is not done.
        """
        receipt = (await self.find(who, request_id)).request.receipt
        if receipt is None:
            raise ReceiptNotReady
        return {**receipt, "genuine": self.is_genuine(receipt)}

    def signed(self, facts: dict[str, object]) -> dict[str, object]:
        """A receipt: the facts, their digest and a signature by a key of this installation."""
        signature = hmac.digest(self._receipts, _canonical(facts), "sha256").hex()
        digest = audit.leaf_hash(_canonical(facts)).hex()
        return {**facts, "digest": digest, "signature": signature}

    def is_genuine(self, receipt: dict[str, object]) -> bool:
        """Whether a receipt is as this installation signed it."""
        facts = {k: v for k, v in receipt.items() if k not in ("digest", "signature")}
        signature = str(receipt.get("signature", ""))
        mine = hmac.digest(self._receipts, _canonical(facts), "sha256").hex()
        return hmac.compare_digest(mine, signature)

    def note_steps(self, reports: Sequence[Report], next_job: str) -> Effect:
        """The writes that follow from what a part told.

        Args:
            next_job: kind of the job that is due when all parts are done.
        """
        now = self._clock.now()

        def effect(tx: Transaction) -> None:
            for report in reports:
                last = store.add_step(
                    tx,
                    report.tenant,
                    report.request_id,
                    report.service,
                    piece=report.piece,
                    step=report.step,
                    counts=report.counts,
                    now=now,
                )
                found = store.find_request(tx, report.tenant, report.request_id) if last else None
                if found is not None and found.status == RUNNING:
                    jobs.create(tx, job_of(found, next_job, now, new=True))

        return effect

    def _shown(self, found: Request, parts: Sequence[Part]) -> Shown:
        late = self._clock.now() - timedelta(hours=self._settings.part_due_hours)
        order = PARTS.get(found.kind, ())
        return Shown(
            found,
            sorted(
                (
                    replace(part, state=OVERDUE)
                    if part.state == WAITING and part.asked_at < late
                    else part
                    for part in parts
                ),
                key=lambda part: order.index(part.service) if part.service in order else 99,
            ),
        )


@dataclass(frozen=True)
class Report:
    """What a part told of a request."""

    tenant: str
    request_id: str
    service: str
    piece: tuple[int, int]
    step: tuple[int, int]
    counts: dict[str, int]


def job_of(request: Request, kind: str, now: datetime, *, new: bool = False) -> Job:
    """Work on a request; its description names nothing but the request."""
    job_id = new_id("job") if new or request.job_id is None else request.job_id
    return Job(
        tenant=request.tenant,
        id=job_id,
        kind=kind,
        actor=request.actor,
        status=jobs.QUEUED,
        done=0,
        total=None,
        spec={"request": request.id},
        result=None,
        problem=None,
        created_at=now,
        started_at=None,
        resumed_at=None,
        resumed_done=0,
        finished_at=None,
    )


def _canonical(facts: dict[str, object]) -> bytes:
    return rfc8785.dumps(facts)  # type: ignore[arg-type]  # JSON values only


def is_over(request: Request) -> bool:
    return request.status in (DONE, store.READY, store.EXPIRED, store.CANCELLED)
