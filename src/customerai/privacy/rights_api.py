"""Routes of customers' rights: requests, consents, retention, holds and reveals."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timezone
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Header, Query
from fastapi.responses import StreamingResponse
from pydantic import Field, model_validator

from customerai.contracts.rights import Purpose
from customerai.core import paging
from customerai.core.errors import InvalidRequest
from customerai.core.http import Body, Caller, Reply, scope
from customerai.core.times import is_plausible
from customerai.privacy.rights.consents import Rule
from customerai.privacy.rights.requests import Shown, Target
from customerai.privacy.rights.retention import classes_of
from customerai.privacy.rights.retention_store import Run
from customerai.privacy.rights.reveals import RevealReason
from customerai.privacy.rights.service import RightsService

Limit = Annotated[int, Query(ge=1, le=100)]
Customer = Annotated[str, Field(min_length=1, max_length=200)]
SessionId = Annotated[str, Field(min_length=1, max_length=80)]
Said = Annotated[str, Field(min_length=1, max_length=500)]
Days = Annotated[int, Field(ge=1, le=36_500)]
IdempotencyKey = Annotated[str | None, Header(alias="Idempotency-Key", max_length=200)]
Status = Literal["running", "done", "ready", "expired", "cancelled", "failed"]
RIGHTS = scope("privacy:rights")


class ConsentTimeInvalid(InvalidRequest):
    """A consent's time names no time zone, or lies outside 1990 to 2099."""

    def __init__(self) -> None:
        super().__init__("A time needs its zone, such as 2026-01-31T09:00:00Z, from 1990 to 2099.")


class RightsRequest(Body):
    """What a customer asks for: exactly one of `customer`, `conversation_id`, `session_id`.

    `customer` is your own id of the customer; only a keyed hash of it is kept.
    """

    kind: Literal["erasure", "export"]
    customer: Customer | None = None
    conversation_id: SessionId | None = None
    session_id: SessionId | None = None
    reason: Said

    def target(self) -> Target:
        return Target(self.customer, self.conversation_id, self.session_id)


class PartReply(Reply):
    """A service's part of a request."""

    service: str
    state: Literal["waiting", "done", "failed", "overdue"]
    at: datetime | None
    counts: dict[str, int]


class RightsReply(Reply):
    """A request with its parts; `reason` holds no personal data that was found in it."""

    id: str
    kind: Literal["erasure", "export", "retention"]
    target: str
    subject: str | None
    reason: str
    status: Status
    actor: str
    created_at: datetime
    due_at: datetime
    done_at: datetime | None
    job: str | None
    parts: list[PartReply]


class RightsRequestsReply(Reply):
    """A page of requests, newest first."""

    items: list[RightsReply]
    next: str | None


class RightsReceiptReply(Reply):
    """What was done, when and how much; `genuine` says whether its signature is ours."""

    request: str
    kind: str
    digest: str
    signature: str
    genuine: bool
    facts: dict[str, Any]


class ConsentRequest(Body):
    """What a customer said of a purpose; of two statements the later one counts."""

    customer: Customer
    purpose: Purpose
    granted: bool
    source: Annotated[str, Field(min_length=1, max_length=200)]
    at: datetime | None = None


class ConsentReply(Reply):
    """A consent or a refusal; `subject` is a keyed hash of the customer's id."""

    subject: str
    purpose: Purpose
    granted: bool
    source: str
    at: datetime
    recorded_at: datetime
    actor: str


class ConsentsReply(Reply):
    """A page of consents, those recorded last first."""

    items: list[ConsentReply]
    next: str | None


class PurposesBody(Body):
    """The rule of each purpose; those left out stay as they are."""

    model_call: Rule | None = None
    analytics: Rule | None = None
    export: Rule | None = None
    training: Rule | None = None


class PurposesReply(Reply):
    """The rule of each purpose."""

    model_call: Rule
    analytics: Rule
    export: Rule
    training: Rule


class RetentionBody(Body):
    """Days for which classes of data are kept; null is for ever, a class left out stays."""

    conversations: Days | None = None
    sessions: Days | None = None
    decisions: Days | None = None
    imports: Days | None = None

    @model_validator(mode="after")
    def _says_something(self) -> RetentionBody:
        if not self.model_fields_set:
            raise ValueError("name at least one class")
        return self


class RetentionReply(Reply):
    """Days for which each class of data is kept; null is for ever."""

    conversations: int | None
    sessions: int | None
    decisions: int | None
    imports: int | None


class RunRequest(Body):
    """A look at the calendar; with `dry_run` nothing goes."""

    dry_run: bool


class ClassReply(Reply):
    """What of a class is older than it may be, by month; `held` stays under a legal hold."""

    data_class: str
    service: str
    total: int
    months: dict[str, int]
    oldest: datetime | None
    held: int


class RunReply(Reply):
    """A look at the calendar."""

    id: str
    dry_run: bool
    status: Literal["running", "done"]
    actor: str
    created_at: datetime
    done_at: datetime | None
    classes: list[ClassReply]


class RunsReply(Reply):
    """A page of looks at the calendar, newest first."""

    items: list[RunReply]
    next: str | None


class HoldRequest(Body):
    """A legal hold on a customer's data."""

    customer: Customer
    reason: Said


class HoldReply(Reply):
    """A legal hold."""

    subject: str
    reason: str
    actor: str
    at: datetime


class HoldLift(Body):
    """Whose hold is lifted."""

    customer: Customer


class ReasonBody(Body):
    """Why values are looked at: a code, and in your own words."""

    code: RevealReason
    text: Said


class RevealRequest(Body):
    """Which values are to be seen: of a session or a conversation, all or some placeholders."""

    session_id: SessionId | None = None
    conversation_id: SessionId | None = None
    placeholders: Annotated[list[str], Field(min_length=1, max_length=1000)] | None = None
    reason: ReasonBody


class ValueReply(Reply):
    """A value behind a placeholder."""

    placeholder: str
    type: str
    value: str


class ShownReply(Reply):
    """The values, and the id under which the log knows that they were seen."""

    id: str
    values: list[ValueReply]


class RevealReply(Reply):
    """That somebody looked at values, which kinds and why; no values."""

    id: str
    at: datetime
    actor: str
    session_id: str
    reason: str
    text: str
    types: dict[str, int]
    values: int


class RevealsReply(Reply):
    """A page of the log, newest first."""

    items: list[RevealReply]
    next: str | None


def build_router(rights: RightsService) -> APIRouter:
    """The routes of customers' rights under `/v1/privacy`."""
    router = APIRouter(prefix="/v1/privacy", tags=["rights"])
    _requests(router, rights)
    _consents(router, rights)
    _retention(router, rights)
    _reveals(router, rights)
    return router


def _requests(router: APIRouter, rights: RightsService) -> None:
    @router.post("/requests", status_code=202, openapi_extra=RIGHTS)
    async def create_request(
        body: RightsRequest, who: Caller, idempotency_key: IdempotencyKey = None
    ) -> RightsReply:
        """Erase or export what is known of a customer, a conversation or a session.

        Sent again with the same `Idempotency-Key`, it gives the first request again.
        """
        return _request(
            await rights.requests.ask(
                who, body.kind, body.target(), body.reason, key=idempotency_key
            )
        )

    @router.get("/requests", openapi_extra=RIGHTS)
    async def list_requests(
        who: Caller,
        *,
        kind: Literal["erasure", "export", "retention"] | None = None,
        status: Status | None = None,
        cursor: str | None = None,
        limit: Limit = 50,
    ) -> RightsRequestsReply:
        """Requests, newest first."""
        found = await rights.requests.page(
            who, kind=kind, status=status, before=paging.decode(cursor), limit=limit
        )
        last = found[-1].request if len(found) == limit else None
        return RightsRequestsReply(
            items=[_request(item) for item in found],
            next=None if last is None else paging.encode(last.created_at, last.id),
        )

    @router.get("/requests/{request_id}", openapi_extra=RIGHTS)
    async def get_request(request_id: str, who: Caller) -> RightsReply:
        """One request, with who has done which part."""
        return _request(await rights.requests.find(who, request_id))

    @router.get("/requests/{request_id}/receipt", openapi_extra=RIGHTS)
    async def get_receipt(request_id: str, who: Caller) -> RightsReceiptReply:
        """What was done, signed; its digest stands in the audit log."""
        receipt = await rights.requests.receipt(who, request_id)
        named = {name: receipt[name] for name in ("request", "kind", "digest", "signature")}
        facts = {k: v for k, v in receipt.items() if k not in (*named, "genuine")}
        return RightsReceiptReply.model_validate(
            {**named, "genuine": receipt["genuine"], "facts": facts}
        )

    @router.get(
        "/requests/{request_id}/file",
        openapi_extra=scope("privacy:reveal"),
        response_class=StreamingResponse,
        responses={200: {"content": {"application/zip": {}}, "description": "The file."}},
    )
    async def get_file(request_id: str, who: Caller) -> StreamingResponse:
        """The file of an export: a ZIP of readable pages and tables, with the customer's values."""
        found, pieces = await rights.exporting.file(who, request_id)
        return StreamingResponse(
            pieces,
            media_type="application/zip",
            headers={
                "content-disposition": f'attachment; filename="{request_id}.zip"',
                "content-length": str(found.size_bytes),
            },
        )


def _consents(router: APIRouter, rights: RightsService) -> None:
    @router.put("/consents", openapi_extra=RIGHTS)
    async def put_consent(body: ConsentRequest, who: Caller) -> ConsentReply:
        """Record what a customer agreed to or refused."""
        if body.at is not None and not is_plausible(body.at):
            raise ConsentTimeInvalid
        kept = await rights.consents.put(
            who,
            body.customer,
            body.purpose,
            granted=body.granted,
            source=body.source,
            at=None if body.at is None else body.at.astimezone(timezone.utc),
        )
        return ConsentReply.model_validate({**vars(kept), "subject": kept.subject_id})

    @router.get("/consents", openapi_extra=RIGHTS)
    async def list_consents(
        who: Caller,
        *,
        customer: Annotated[str | None, Query(min_length=1, max_length=200)] = None,
        cursor: str | None = None,
        limit: Limit = 50,
    ) -> ConsentsReply:
        """Consents and refusals with their proof, those recorded last first."""
        found = await rights.consents.page(
            who, customer=customer, before=paging.decode(cursor), limit=limit
        )
        last = found[-1] if len(found) == limit else None
        return ConsentsReply(
            items=[
                ConsentReply.model_validate({**vars(item), "subject": item.subject_id})
                for item in found
            ],
            next=None
            if last is None
            else paging.encode(last.recorded_at, f"{last.subject_id}:{last.purpose}"),
        )

    @router.get("/purposes", openapi_extra=RIGHTS)
    async def get_purposes(who: Caller) -> PurposesReply:
        """When texts may be used for which purpose."""
        return _purposes(await rights.consents.rules(who))

    @router.put("/purposes", openapi_extra=RIGHTS)
    async def put_purposes(body: PurposesBody, who: Caller) -> PurposesReply:
        """Say when texts may be used; heeded everywhere within seconds."""
        said = {name: getattr(body, name.value) for name in Purpose}
        await rights.consents.put_rules(who, {n: rule for n, rule in said.items() if rule})
        return _purposes(await rights.consents.rules(who))


def _retention(router: APIRouter, rights: RightsService) -> None:
    @router.get("/retention", openapi_extra=RIGHTS)
    async def get_retention(who: Caller) -> RetentionReply:
        """For how many days what is kept."""
        return RetentionReply(**await rights.retention.policy(who))

    @router.put("/retention", openapi_extra=RIGHTS)
    async def put_retention(body: RetentionBody, who: Caller) -> RetentionReply:
        """Say for how many days what is kept; the calendar is looked at daily."""
        days = {name: getattr(body, name) for name in body.model_fields_set}
        return RetentionReply(**await rights.retention.put_policy(who, days))

    @router.post("/retention/runs", status_code=202, openapi_extra=RIGHTS)
    async def create_run(body: RunRequest, who: Caller) -> RunReply:
        """Count what is older than it may be, by class and month; in earnest, have it erased."""
        return _run(await rights.retention.begin(who, dry_run=body.dry_run))

    @router.get("/retention/runs", openapi_extra=RIGHTS)
    async def list_runs(who: Caller, cursor: str | None = None, limit: Limit = 20) -> RunsReply:
        """Looks at the calendar, newest first."""
        found = await rights.retention.page(who, before=paging.decode(cursor), limit=limit)
        last = found[-1] if len(found) == limit else None
        return RunsReply(
            items=[_run(item) for item in found],
            next=None if last is None else paging.encode(last.created_at, last.id),
        )

    @router.get("/retention/runs/{run_id}", openapi_extra=RIGHTS)
    async def get_run(run_id: str, who: Caller) -> RunReply:
        """One look at the calendar."""
        return _run(await rights.retention.find(who, run_id))

    @router.put("/holds", openapi_extra=RIGHTS)
    async def put_hold(body: HoldRequest, who: Caller) -> HoldReply:
        """Keep a customer's data, whatever the calendar says, until the hold is lifted."""
        kept = await rights.retention.hold(who, body.customer, body.reason)
        return HoldReply(subject=kept.subject_id, reason=kept.reason, actor=kept.actor, at=kept.at)

    @router.post("/holds/lifted", status_code=204, openapi_extra=RIGHTS)
    async def lift_hold(body: HoldLift, who: Caller) -> None:
        """Lift a legal hold."""
        await rights.retention.lift(who, body.customer)


def _reveals(router: APIRouter, rights: RightsService) -> None:
    @router.post("/reveals", status_code=201, openapi_extra=scope("privacy:reveal"))
    async def create_reveal(body: RevealRequest, who: Caller) -> ShownReply:
        """See values behind placeholders; who, what kinds and why stands in the log first."""
        noted, entries = await rights.reveals.show(
            who,
            Target(conversation_id=body.conversation_id, session_id=body.session_id),
            placeholders=body.placeholders,
            reason=body.reason.code,
            said=body.reason.text,
        )
        return ShownReply(
            id=noted.id, values=[ValueReply.model_validate(entry) for entry in entries]
        )

    @router.get("/reveals", openapi_extra=scope("audit:read"))
    async def list_reveals(
        who: Caller, cursor: str | None = None, limit: Limit = 50
    ) -> RevealsReply:
        """Who looked at which kinds of values, and why; no values."""
        found = await rights.reveals.page(who, before=paging.decode(cursor), limit=limit)
        last = found[-1] if len(found) == limit else None
        return RevealsReply(
            items=[
                RevealReply.model_validate({**vars(item), "text": item.said, "values": item.shown})
                for item in found
            ],
            next=None if last is None else paging.encode(last.at, last.id),
        )


def _request(shown: Shown) -> RightsReply:
    request = shown.request
    parts: Sequence[PartReply] = [
        PartReply.model_validate({**vars(part), "at": part.done_at}) for part in shown.parts
    ]
    return RightsReply.model_validate(
        {
            **vars(request),
            "subject": request.subject_id or request.session_id,
            "job": request.job_id,
            "parts": parts,
        }
    )


def _purposes(rules: Any) -> PurposesReply:
    return PurposesReply(**{name.value: rule for name, rule in rules.items()})


def _run(found: Run) -> RunReply:
    return RunReply.model_validate(
        {**vars(found), "classes": [ClassReply.model_validate(c) for c in classes_of(found)]}
    )
