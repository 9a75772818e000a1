"""Routes of the gateway itself: sign-in, keys, jobs, the audit log."""

from __future__ import annotations

import json
from datetime import datetime, timezone
from typing import Annotated, Any

from fastapi import APIRouter, FastAPI, Query, Request, Response
from pydantic import Field, SecretStr

from customerai.core import audit, jobs
from customerai.core.clock import Clock
from customerai.core.db import Database
from customerai.core.errors import InvalidRequest
from customerai.core.http import Body, Caller, Reply, scope, service_app
from customerai.core.paging import MOST_ROWS
from customerai.core.principal import InternalTokens
from customerai.core.settings import GatewaySettings
from customerai.core.times import is_plausible
from customerai.gateway import events
from customerai.gateway.pipeline import SESSION_COOKIE
from customerai.gateway.scopes import SCOPES
from customerai.gateway.service import GatewayService, Profile, SessionExpired, SignIn

Limit = Annotated[int, Query(ge=1, le=100)]
Email = Annotated[str, Field(pattern=r"^[^@\s]+@[^@\s]+$", max_length=254)]


class ExpiryPassed(InvalidRequest):
    """A key's end must lie between now and the year 2100 and name its time zone."""

    def __init__(self) -> None:
        super().__init__("expires_at must lie between now and 2100 and name its time zone.")


class UserReply(Reply):
    """A console user."""

    id: str
    name: str
    email: str
    role: str


class SessionReply(Reply):
    """Who is signed in and what they may do."""

    user: UserReply
    scopes: list[str]


class SetupRequest(Body):
    """The first administrator."""

    token: Annotated[str, Field(max_length=200)]
    name: Annotated[str, Field(min_length=1, max_length=200)]
    email: Email
    password: Annotated[SecretStr, Field(max_length=1000)]


class SessionRequest(Body):
    """Credentials of a console user."""

    email: Annotated[str, Field(max_length=254)]
    password: Annotated[SecretStr, Field(max_length=1000)]


class KeyRequest(Body):
    """A key to be made."""

    name: Annotated[str, Field(min_length=1, max_length=200)]
    scopes: Annotated[list[str], Field(min_length=1, max_length=50)]
    expires_at: datetime | None = None


class KeyReply(Reply):
    """A key without its text."""

    id: str
    name: str
    scopes: list[str]
    created_at: datetime
    last_used_at: datetime | None
    expires_at: datetime | None
    revoked_at: datetime | None


class NewKeyReply(KeyReply):
    """A key with its text, which is shown this once."""

    key: str


class KeysReply(Reply):
    """A page of keys, newest first."""

    items: list[KeyReply]
    next: str | None


class ScopeReply(Reply):
    """Something that a key can be allowed."""

    scope: str
    description: str


class ScopesReply(Reply):
    """Every scope there is."""

    items: list[ScopeReply]


class ProgressReply(Reply):
    """How far a job is; `total`, `rate_per_s` and `eta_s` are null while unknown."""

    done: int
    total: int | None
    rate_per_s: float | None
    eta_s: float | None


class JobReply(Reply):
    """A piece of long work."""

    id: str
    kind: str
    status: str
    progress: ProgressReply
    result: dict[str, Any] | None
    problem: dict[str, Any] | None
    created_at: datetime
    finished_at: datetime | None


class JobsReply(Reply):
    """The newest jobs."""

    items: list[JobReply]
    next: str | None


class AuditEntriesReply(Reply):
    """A page of the audit log, oldest first; `canonical` is the text that is hashed."""

    items: list[AuditEntryReply]
    next: str | None


class AuditEntryReply(Reply):
    """One entry."""

    seq: int
    at: datetime
    actor: str
    action: str
    data: dict[str, Any]
    hash: str
    canonical: str


class CheckpointReply(Reply):
    """The state of the log: number of entries, hash of the last one in hex."""

    tenant: str
    size: int
    head: str


def _user(profile: Profile) -> UserReply:
    return UserReply.model_validate(profile)


def _job(job: jobs.Job, now: datetime) -> JobReply:
    rate, eta = job.rate_per_s(now), job.eta_s(now)
    return JobReply(
        id=job.id,
        kind=job.kind,
        status=job.status,
        progress=ProgressReply(
            done=job.done,
            total=job.total,
            rate_per_s=None if rate is None else round(rate, 1),
            eta_s=None if eta is None else round(eta, 1),
        ),
        result=job.result,
        problem=job.problem,
        created_at=job.created_at,
        finished_at=job.finished_at,
    )


def _entry(text: str) -> AuditEntryReply:
    entry = json.loads(text)
    return AuditEntryReply(
        seq=entry["seq"],
        at=entry["at"],
        actor=entry["actor"],
        action=entry["action"],
        data=entry["data"],
        hash=audit.leaf_hash(text.encode()).hex(),
        canonical=text,
    )


def build(
    service: GatewayService,
    *,
    db: Database,
    clock: Clock,
    tokens: InternalTokens,
    settings: GatewaySettings,
) -> FastAPI:
    """The application that serves the gateway's own routes."""
    app = service_app("gateway", tokens)
    app.include_router(_sessions(service, settings))
    app.include_router(_keys(service, clock))
    app.include_router(_jobs(db, clock))
    app.include_router(_audit(db))
    app.include_router(events.router(db))
    return app


def _sessions(service: GatewayService, settings: GatewaySettings) -> APIRouter:
    router = APIRouter(prefix="/v1", tags=["sessions"])

    def begin(response: Response, sign_in: SignIn) -> SessionReply:
        response.set_cookie(
            SESSION_COOKIE,
            sign_in.token,
            max_age=settings.session_ttl_s,
            httponly=True,
            samesite="strict",
            secure=settings.secure_cookies,
        )
        return SessionReply(user=_user(sign_in.profile), scopes=sorted(sign_in.scopes))

    @router.post("/setups", status_code=201)
    async def create_setup(body: SetupRequest, response: Response) -> SessionReply:
        """Make the first administrator with the link that `serve` printed, and sign in."""
        sign_in = await service.set_up(
            body.token,
            name=body.name,
            email=body.email,
            password=body.password.get_secret_value(),
        )
        return begin(response, sign_in)

    @router.post("/sessions", status_code=201)
    async def create_session(body: SessionRequest, response: Response) -> SessionReply:
        """Sign in to the console; the session travels in a cookie."""
        return begin(response, await service.sign_in(body.email, body.password.get_secret_value()))

    @router.get("/sessions/current")
    async def get_current_session(request: Request) -> SessionReply:
        """Who is signed in."""
        token = request.cookies.get(SESSION_COOKIE)
        if token is None:
            raise SessionExpired
        profile, scopes = await service.current(token)
        return SessionReply(user=_user(profile), scopes=sorted(scopes))

    @router.delete("/sessions/current", status_code=204)
    async def delete_current_session(request: Request, response: Response) -> None:
        """Sign out."""
        token = request.cookies.get(SESSION_COOKIE)
        if token is not None:
            await service.sign_out(token)
        response.delete_cookie(SESSION_COOKIE)

    return router


def _keys(service: GatewayService, clock: Clock) -> APIRouter:
    router = APIRouter(prefix="/v1", tags=["keys"])

    @router.get("/keys", openapi_extra=scope("keys:admin"))
    async def list_keys(who: Caller, cursor: str | None = None, limit: Limit = 50) -> KeysReply:
        """The tenant's API keys, newest first."""
        keys = await service.list_keys(who, before=cursor, limit=limit)
        return KeysReply(
            items=[KeyReply.model_validate(key) for key in keys],
            next=keys[-1].id if len(keys) == limit else None,
        )

    @router.post("/keys", status_code=201, openapi_extra=scope("keys:admin"))
    async def create_key(body: KeyRequest, who: Caller) -> NewKeyReply:
        """Make an API key; its text is in this answer and nowhere else."""
        ends = body.expires_at
        if ends is not None:
            if not is_plausible(ends) or ends <= clock.now():
                raise ExpiryPassed
            ends = ends.astimezone(timezone.utc)
        key, text = await service.create_key(who, body.name, body.scopes, ends)
        return NewKeyReply(**KeyReply.model_validate(key).model_dump(), key=text)

    @router.delete("/keys/{key_id}", status_code=204, openapi_extra=scope("keys:admin"))
    async def delete_key(key_id: str, who: Caller) -> None:
        """Revoke an API key at once."""
        await service.revoke_key(who, key_id)

    @router.get("/scopes", openapi_extra=scope("keys:admin"))
    async def list_scopes(who: Caller) -> ScopesReply:
        """What a key can be allowed."""
        return ScopesReply(
            items=[ScopeReply(scope=name, description=text) for name, text in SCOPES.items()]
        )

    return router


def _jobs(db: Database, clock: Clock) -> APIRouter:
    router = APIRouter(prefix="/v1", tags=["jobs"])

    @router.get("/jobs", openapi_extra=scope("jobs:read"))
    async def list_jobs(who: Caller, limit: Limit = 20) -> JobsReply:
        """The newest jobs."""
        found = await db.read(
            lambda tx: jobs.recent(tx, who.tenant, limit=limit), tenant=who.tenant
        )
        return JobsReply(items=[_job(job, clock.now()) for job in found], next=None)

    @router.get("/jobs/{job_id}", openapi_extra=scope("jobs:read"))
    async def get_job(job_id: str, who: Caller) -> JobReply:
        """One job and how far it is."""
        job = await db.read(lambda tx: jobs.find(tx, who.tenant, job_id), tenant=who.tenant)
        return _job(job, clock.now())

    @router.delete("/jobs/{job_id}", status_code=204, openapi_extra=scope("imports:write"))
    async def delete_job(job_id: str, who: Caller) -> None:
        """Cancel a job; what it has stored so far stays."""
        now = clock.now()
        await db.write(lambda tx: jobs.cancel(tx, who.tenant, job_id, now), tenant=who.tenant)

    return router


def _audit(db: Database) -> APIRouter:
    router = APIRouter(prefix="/v1/audit", tags=["audit"])

    @router.get("/entries", openapi_extra=scope("audit:read"))
    async def list_audit_entries(
        who: Caller, after: Annotated[int, Query(ge=-1, le=MOST_ROWS)] = -1, limit: Limit = 100
    ) -> AuditEntriesReply:
        """The audit log, oldest first; `next` is the value for `after`."""
        texts = await db.read(
            lambda tx: audit.entries(tx, who.tenant, after=after, limit=limit), tenant=who.tenant
        )
        items = [_entry(text) for text in texts]
        return AuditEntriesReply(
            items=items, next=str(items[-1].seq) if len(items) == limit else None
        )

    @router.get("/checkpoints", openapi_extra=scope("audit:read"))
    async def get_audit_checkpoint(who: Caller) -> CheckpointReply:
        """The state of the log now."""
        state = await db.read(lambda tx: audit.checkpoint(tx, who.tenant), tenant=who.tenant)
        return CheckpointReply(tenant=state.tenant, size=state.size, head=state.head.hex())

    return router


AuditEntriesReply.model_rebuild()
