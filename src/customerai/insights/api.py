"""Routes of insights."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Literal

from fastapi import APIRouter, FastAPI, Query
from pydantic import Field

from customerai.core import paging
from customerai.core.http import Body, Caller, Reply, scope, service_app
from customerai.core.intervals import wilson
from customerai.core.principal import InternalTokens
from customerai.core.times import is_plausible
from customerai.insights.rollups import ScoredMessage
from customerai.insights.service import (
    InsightsService,
    ListedConversation,
    Overview,
    RangeInvalid,
)
from customerai.insights.store import Filter

Limit = Annotated[int, Query(ge=1, le=100)]
From = Annotated[datetime | None, Query(alias="from")]
To = Annotated[datetime | None, Query(alias="to")]
Sentiment = Literal["negative", "neutral", "positive"]
Outcome = Literal["answered", "abstained", "escalated"]


class AnalysisRequest(Body):
    """Texts to analyse; they are not kept."""

    # A rule of length, even this one, makes pydantic refuse half of a surrogate pair.
    texts: Annotated[list[Annotated[str, Field(min_length=0)]], Field(min_length=1)]


class LabelReply(Reply):
    """A label and how sure it is."""

    label: str
    score: float


class IntentReply(Reply):
    """A contact reason, or null where none fits."""

    label: str | None
    title: str | None
    score: float


class SentimentReply(Reply):
    """How a text feels."""

    label: Sentiment
    score: float


class AnalysisReply(Reply):
    """What one text says."""

    language: LabelReply
    sentiment: SentimentReply
    intent: IntentReply


class AnalysesReply(Reply):
    """One result a text, in order."""

    results: list[AnalysisReply]


class RangeReply(Reply):
    """A range of time, `to` excluded, and the length of a point of the series."""

    start: Annotated[datetime, Field(serialization_alias="from")]
    end: Annotated[datetime, Field(serialization_alias="to")]
    bucket: Literal["hour", "day"]


class CountReply(Reply):
    """A count, and the same of the range of equal length before."""

    value: int
    previous: int


class SentimentCountsReply(Reply):
    """Customer messages by sentiment; `interval` is of the negative share."""

    negative: int
    neutral: int
    positive: int
    n: int
    negative_share: float | None
    interval: tuple[float, float] | None


class DecisionCountsReply(Reply):
    """Conversations by what the last automated reply did; `interval` is of the answered share."""

    answered: int
    abstained: int
    escalated: int
    n: int
    answered_share: float | None
    interval: tuple[float, float] | None


class ReasonReply(Reply):
    """Why customers wrote; `interval` is of the share."""

    reason: str
    title: str
    area: str
    conversations: int
    share: float
    interval: tuple[float, float]
    negative_share: float


class PointReply(Reply):
    """Counts of one hour or day."""

    at: datetime
    conversations: int
    customer_messages: int
    negative: int
    neutral: int
    positive: int
    answered: int
    abstained: int
    escalated: int


class OverviewReply(Reply):
    """A range of time at a glance."""

    range: RangeReply
    conversations: CountReply
    customer_messages: CountReply
    sentiment: SentimentCountsReply
    decisions: DecisionCountsReply
    languages: dict[str, int]
    reasons: list[ReasonReply]
    series: list[PointReply]


class ConversationRowReply(Reply):
    """A conversation behind a number; `preview` is how it began, with personal data hidden."""

    conversation_id: str
    started_at: datetime
    channel: str
    messages: int
    reason: str | None
    reason_title: str | None
    sentiment: Sentiment
    outcome: Outcome | None
    preview: str | None


class ConversationRowsReply(Reply):
    """A page of conversations, newest first."""

    items: list[ConversationRowReply]
    next: str | None


class MessageScoresReply(Reply):
    """What was computed for one customer message."""

    message_id: str
    at: datetime
    language: str
    sentiment: Sentiment
    sentiment_score: float
    intent: str | None
    intent_title: str | None
    intent_score: float


class ConversationScoresReply(Reply):
    """A conversation's scores, message by message."""

    conversation_id: str
    reason: str | None
    reason_title: str | None
    sentiment: Sentiment
    outcome: Outcome | None
    messages: list[MessageScoresReply]


class ReasonLabelReply(Reply):
    """A contact reason that the classifier can tell."""

    reason: str
    title: str
    area: str


class ReasonLabelsReply(Reply):
    """Every contact reason."""

    items: list[ReasonLabelReply]


def build(service: InsightsService, tokens: InternalTokens) -> FastAPI:
    """The application that serves `/v1/insights`."""
    router = APIRouter(prefix="/v1/insights", tags=["insights"])

    @router.post("/analyses", openapi_extra=scope("insights:analyze"))
    async def create_analyses(body: AnalysisRequest, who: Caller) -> AnalysesReply:
        """Language, sentiment and intent of texts; personal data is hidden before a model sees
        them, and nothing is kept."""
        found = await service.analyze(who, body.texts)
        return AnalysesReply(
            results=[
                AnalysisReply(
                    language=LabelReply(label=item.language[0], score=round(item.language[1], 4)),
                    sentiment=SentimentReply(
                        label=_sentiment(item.sentiment.label),
                        score=round(item.sentiment.score, 4),
                    ),
                    intent=IntentReply(
                        label=item.intent.label,
                        title=_title(service, item.intent.label),
                        score=round(item.intent.score, 4),
                    ),
                )
                for item in found
            ]
        )

    @router.get("/overview", openapi_extra=scope("insights:read"))
    async def get_overview(
        who: Caller, start: From = None, end: To = None, channel: str | None = None
    ) -> OverviewReply:
        """A range of time at a glance, by default all there is, ten years at most."""
        _check_range(start, end)
        return _overview(await service.overview(who, start=start, end=end, channel=channel))

    @router.get("/conversations", openapi_extra=scope("insights:read"))
    async def list_scored_conversations(
        who: Caller,
        *,
        start: From = None,
        end: To = None,
        reason: str | None = None,
        sentiment: Sentiment | None = None,
        outcome: Outcome | None = None,
        channel: str | None = None,
        cursor: str | None = None,
        limit: Limit = 50,
    ) -> ConversationRowsReply:
        """The conversations behind a number, newest first."""
        _check_range(start, end)
        wanted = Filter(start, end, reason, sentiment, outcome, channel)
        found = await service.conversations(who, wanted, before=paging.decode(cursor), limit=limit)
        return ConversationRowsReply(
            items=[_listed(service, item) for item in found],
            next=(
                paging.encode(found[-1].row.started_at, found[-1].row.conversation_id)
                if len(found) == limit
                else None
            ),
        )

    @router.get("/conversations/{conversation_id}", openapi_extra=scope("insights:read"))
    async def get_scored_conversation(conversation_id: str, who: Caller) -> ConversationScoresReply:
        """One conversation's scores, message by message."""
        row, scores = await service.conversation(who, conversation_id)
        return ConversationScoresReply(
            conversation_id=row.conversation_id,
            reason=row.reason,
            reason_title=_title(service, row.reason),
            sentiment=_sentiment(row.sentiment),
            outcome=_outcome(row.outcome),
            messages=[_scores(service, item) for item in scores],
        )

    @router.get("/reasons", openapi_extra=scope("insights:read"))
    async def list_reasons(who: Caller) -> ReasonLabelsReply:
        """Every contact reason that the classifier can tell."""
        return ReasonLabelsReply(
            items=[
                ReasonLabelReply(reason=label, title=info.title, area=info.area)
                for label, info in service.labels().items()
            ]
        )

    app = service_app("insights", tokens)
    app.include_router(router)
    return app


def _overview(found: Overview) -> OverviewReply:
    scored, decided = sum(found.sentiment.values()), sum(found.outcomes.values())
    negative, answered = found.sentiment["negative"], found.outcomes["answered"]
    return OverviewReply(
        range=RangeReply(start=found.start, end=found.end, bucket=_bucket(found.bucket)),
        conversations=CountReply(value=found.conversations, previous=found.conversations_previous),
        customer_messages=CountReply(
            value=found.customer_messages, previous=found.customer_messages_previous
        ),
        sentiment=SentimentCountsReply(
            **found.sentiment,
            n=scored,
            negative_share=negative / scored if scored else None,
            interval=_pair(negative, scored),
        ),
        decisions=DecisionCountsReply(
            **found.outcomes,
            n=decided,
            answered_share=answered / decided if decided else None,
            interval=_pair(answered, decided),
        ),
        languages=dict(found.languages),
        reasons=[
            ReasonReply(
                reason=item.reason,
                title=item.title,
                area=item.area,
                conversations=item.conversations,
                share=item.share,
                interval=(item.interval.low, item.interval.high),
                negative_share=item.negative_share,
            )
            for item in found.reasons
        ],
        series=[PointReply.model_validate(point) for point in found.series],
    )


def _listed(service: InsightsService, item: ListedConversation) -> ConversationRowReply:
    row = item.row
    return ConversationRowReply(
        conversation_id=row.conversation_id,
        started_at=row.started_at,
        channel=row.channel,
        messages=row.messages,
        reason=row.reason,
        reason_title=_title(service, row.reason),
        sentiment=_sentiment(row.sentiment),
        outcome=_outcome(row.outcome),
        preview=item.preview,
    )


def _scores(service: InsightsService, item: ScoredMessage) -> MessageScoresReply:
    return MessageScoresReply(
        message_id=item.message_id,
        at=item.at,
        language=item.language,
        sentiment=_sentiment(item.sentiment),
        sentiment_score=item.sentiment_score,
        intent=item.intent,
        intent_title=_title(service, item.intent),
        intent_score=item.intent_score,
    )


def _title(service: InsightsService, reason: str | None) -> str | None:
    return None if reason is None else service.title_of(reason)


def _pair(successes: int, n: int) -> tuple[float, float] | None:
    interval = wilson(successes, n)
    return None if interval is None else (interval.low, interval.high)


def _bucket(name: str) -> Literal["hour", "day"]:
    return "day" if name == "day" else "hour"


def _sentiment(label: str | None) -> Sentiment:
    return "negative" if label == "negative" else "positive" if label == "positive" else "neutral"


def _outcome(label: str | None) -> Outcome | None:
    if label in ("answered", "abstained", "escalated"):
        return label  # type: ignore[return-value]  # one of the three
    return None


def _check_range(start: datetime | None, end: datetime | None) -> None:
    if any(at is not None and not is_plausible(at) for at in (start, end)):
        raise RangeInvalid
    if start is not None and end is not None and start >= end:
        raise RangeInvalid
