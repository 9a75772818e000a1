"""Routes of fairness."""

from __future__ import annotations

import hashlib
from datetime import datetime, timezone
from typing import Annotated

from fastapi import APIRouter, FastAPI, Header, Query
from pydantic import Field

from customerai.core.clock import Clock
from customerai.core.errors import InvalidRequest
from customerai.core.http import Body, Caller, Reply, scope, service_app
from customerai.core.ids import new_id
from customerai.core.intervals import Interval
from customerai.core.principal import InternalTokens
from customerai.core.times import is_plausible
from customerai.fairness.metrics import Comparison, Rate
from customerai.fairness.service import FairnessService, Report
from customerai.fairness.tensor import Decision

IdempotencyKey = Annotated[str | None, Header(alias="Idempotency-Key", max_length=200)]
Name = Annotated[str, Field(min_length=1, max_length=64)]
Outcome = Annotated[str, Field(min_length=1, max_length=32)]


class DecisionTimeInvalid(InvalidRequest):
    """A decision's or a range's time names no time zone, or lies outside 1990 to 2099."""

    def __init__(self) -> None:
        super().__init__("A time needs its zone, such as 2026-01-31T09:00:00Z, from 1990 to 2099.")


class DecisionRequest(Body):
    """A decision of one of the company's own systems; the same id is counted once."""

    id: Annotated[str, Field(pattern=r"^[A-Za-z0-9._:-]{1,64}$")] | None = None
    kind: Name
    outcome: Outcome
    score: Annotated[float, Field(ge=0, le=1)] | None = None
    label: Outcome | None = None
    groups: Annotated[dict[Name, Name], Field(max_length=10)] = Field(default_factory=dict)
    policy_version: Name = "unknown"
    at: datetime | None = None


class DecisionsReply(Reply):
    """What became of the decisions; a repeated id is not counted again."""

    ids: list[str]
    recorded: int


class LabelRequest(Body):
    """What turned out to be true."""

    label: Outcome


class DecisionReply(Reply):
    """A decision as it is kept."""

    id: str
    kind: str
    outcome: str
    score: float | None
    label: str | None
    groups: dict[str, str]
    policy_version: str
    at: datetime


class KindReply(Reply):
    """A kind of decision and how many were made."""

    kind: str
    decisions: int


class KindsReply(Reply):
    """Every kind of decision."""

    items: list[KindReply]


class RateReply(Reply):
    """A selection rate; where it is undefined, `value` is null and `reason` says why."""

    group: str
    successes: int
    n: int
    value: float | None
    interval: tuple[float, float] | None
    reason: str | None


class ComparisonReply(Reply):
    """The group with the highest rate against the one with the lowest."""

    highest: str | None
    lowest: str | None
    difference_between_groups: float | None
    difference_interval: tuple[float, float] | None
    ratio_between_groups: float | None
    ratio_interval: tuple[float, float] | None
    four_fifths: bool | None
    verdict: str | None
    reason: str | None


class ReportReply(Reply):
    """Selection rates of one kind of decision over groups."""

    kind: str
    favourable: str
    sensitive_features: list[str]
    available_features: list[str]
    outcomes: list[str]
    overall: RateReply
    groups: list[RateReply]
    comparison: ComparisonReply


def build(service: FairnessService, clock: Clock, tokens: InternalTokens) -> FastAPI:
    """The application that serves `/v1/fairness`."""
    router = APIRouter(prefix="/v1/fairness", tags=["fairness"])

    @router.post("/decisions", status_code=202, openapi_extra=scope("fairness:write"))
    async def create_decisions(
        body: DecisionRequest | Annotated[list[DecisionRequest], Field(max_length=1000)],
        who: Caller,
        idempotency_key: IdempotencyKey = None,
    ) -> DecisionsReply:
        """Record decisions with the customers' group labels.

        A decision without an id gets one; the same `Idempotency-Key` gives it the same again.
        """
        items = body if isinstance(body, list) else [body]
        decisions = [
            _decision(item, clock.now(), _id_of(idempotency_key, place))
            for place, item in enumerate(items)
        ]
        recorded = await service.record(who, decisions) if decisions else 0
        return DecisionsReply(ids=[item.id for item in decisions], recorded=recorded)

    @router.patch("/decisions/{decision_id}", openapi_extra=scope("fairness:write"))
    async def update_decision(decision_id: str, body: LabelRequest, who: Caller) -> DecisionReply:
        """Add what turned out to be true."""
        return DecisionReply.model_validate(await service.add_label(who, decision_id, body.label))

    @router.get("/decision-kinds", openapi_extra=scope("fairness:read"))
    async def list_decision_kinds(who: Caller) -> KindsReply:
        """Kinds of decisions and how many of each there are."""
        kinds = await service.kinds(who)
        return KindsReply(items=[KindReply(kind=kind, decisions=n) for kind, n in kinds.items()])

    @router.get("/reports", openapi_extra=scope("fairness:read"))
    async def get_report(
        who: Caller,
        *,
        kind: Name = "reply",
        feature: Annotated[list[Name] | None, Query(max_length=4)] = None,
        favourable: Outcome | None = None,
        start: Annotated[datetime | None, Query(alias="from")] = None,
        end: Annotated[datetime | None, Query(alias="to")] = None,
    ) -> ReportReply:
        """Selection rates by group with intervals; repeat `feature` to cross several."""
        for at in (start, end):
            if at is not None and not is_plausible(at):
                raise DecisionTimeInvalid
        return _report(
            await service.report(
                who,
                kind,
                features=tuple(feature or ()),
                favourable=favourable,
                start=start,
                end=end,
            )
        )

    app = service_app("fairness", tokens)
    app.include_router(router)
    return app


def _id_of(key: str | None, place: int) -> str:
    """A new id, or the one that belongs to a place in the list sent under a key."""
    if key is None:
        return new_id("dec")
    return f"dec_{hashlib.sha256(f'{place}:{key}'.encode()).hexdigest()[:32]}"


def _decision(body: DecisionRequest, now: datetime, own_id: str) -> Decision:
    at = body.at or now
    if not is_plausible(at):
        raise DecisionTimeInvalid
    return Decision(
        id=body.id or own_id,
        kind=body.kind,
        outcome=body.outcome,
        score=body.score,
        label=body.label,
        groups=body.groups,
        policy_version=body.policy_version,
        at=at.astimezone(timezone.utc),
    )


def _report(report: Report) -> ReportReply:
    return ReportReply(
        kind=report.kind,
        favourable=report.favourable,
        sensitive_features=list(report.features),
        available_features=list(report.available_features),
        outcomes=list(report.outcomes),
        overall=_rate(report.overall),
        groups=[_rate(rate) for rate in report.groups],
        comparison=_comparison(report.comparison),
    )


def _rate(rate: Rate) -> RateReply:
    return RateReply(
        group=rate.group,
        successes=rate.successes,
        n=rate.n,
        value=rate.value,
        interval=_pair(rate.interval),
        reason=rate.reason,
    )


def _comparison(found: Comparison) -> ComparisonReply:
    return ComparisonReply(
        highest=found.highest,
        lowest=found.lowest,
        difference_between_groups=found.difference,
        difference_interval=_pair(found.difference_interval),
        ratio_between_groups=found.ratio,
        ratio_interval=_pair(found.ratio_interval),
        four_fifths=found.four_fifths,
        verdict=found.verdict,
        reason=found.reason,
    )


def _pair(interval: Interval | None) -> tuple[float, float] | None:
    return None if interval is None else (interval.low, interval.high)
