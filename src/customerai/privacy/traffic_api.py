"""Routes of what left, and of the second look at it."""

from __future__ import annotations

from datetime import date, datetime
from typing import Annotated

from fastapi import APIRouter, Query
from pydantic import Field

from customerai.core.http import Body, Caller, Reply, scope
from customerai.privacy.traffic.service import MOST_DAYS, TrafficService

_Purpose = Annotated[str | None, Query(max_length=64, pattern=r"^[a-z][a-z-]*$")]
_Session = Annotated[str | None, Query(min_length=1, max_length=80)]
_Cursor = Annotated[str | None, Query(max_length=200)]
_Limit = Annotated[int, Query(ge=1, le=100)]
_Days = Annotated[int, Query(ge=1, le=MOST_DAYS)]


class TrafficReply(Reply):
    """What one call made safe: its first texts, cut short, and its receipt's facts."""

    id: str
    at: datetime
    purpose: str
    actor: str
    session_id: str
    policy_version: str
    entities: dict[str, int]
    texts: list[str]
    n: int
    digest: str


class TrafficPageReply(Reply):
    """A page of what left, the newest first."""

    items: list[TrafficReply]
    next: str | None


class RevealBody(Body):
    """Why the texts must be seen as they came; be brief, and name nobody."""

    reason: Annotated[str, Field(max_length=400)]


class OriginalsReply(Reply):
    """The texts as they came."""

    texts: list[str]


class LeakDayReply(Reply):
    """One day: texts looked at, texts with a finding, findings by type."""

    day: date
    texts: int
    flagged: int
    found: dict[str, int]


class IntervalReply(Reply):
    """Wilson's interval, 95 %."""

    low: float
    high: float


class LeaksReply(Reply):
    """The second look; `share` is null where no text was looked at."""

    rate: float
    days: list[LeakDayReply]
    texts: int
    flagged: int
    share: float | None
    interval: IntervalReply | None


def build_router(service: TrafficService) -> APIRouter:
    """The routes under `/v1/privacy/traffic` and `/v1/privacy/leaks`."""
    router = APIRouter(prefix="/v1/privacy", tags=["privacy"])

    @router.get("/traffic", openapi_extra=scope("audit:read"))
    async def list_traffic(
        who: Caller,
        cursor: _Cursor = None,
        purpose: _Purpose = None,
        session_id: _Session = None,
        limit: _Limit = 25,
    ) -> TrafficPageReply:
        """What left for models and callers, the newest first."""
        items, following = await service.page(
            who, cursor=cursor, purpose=purpose, session_id=session_id, limit=limit
        )
        return TrafficPageReply(
            items=[TrafficReply.model_validate(item) for item in items], next=following
        )

    @router.get("/traffic/{passage_id}", openapi_extra=scope("audit:read"))
    async def get_traffic(passage_id: str, who: Caller) -> TrafficReply:
        """What one call made safe."""
        return TrafficReply.model_validate(await service.get(who, passage_id))

    @router.post("/traffic/{passage_id}/originals", openapi_extra=scope("privacy:reveal"))
    async def reveal_traffic(passage_id: str, body: RevealBody, who: Caller) -> OriginalsReply:
        """The texts as they came; that they were seen is audited."""
        return OriginalsReply(texts=await service.originals(who, passage_id, body.reason))

    @router.get("/leaks", openapi_extra=scope("audit:read"))
    async def get_leaks(who: Caller, days: _Days = 30) -> LeaksReply:
        """What the second look found, day by day."""
        return LeaksReply.model_validate(await service.leaks(who, days))

    return router
