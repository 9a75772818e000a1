"""Routes of the privacy service."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Annotated, Any

from fastapi import APIRouter, FastAPI
from pydantic import Field

from customerai.contracts.privacy import AnonymizeRequest
from customerai.core.http import Body, Caller, Reply, scope, service_app
from customerai.core.principal import InternalTokens
from customerai.privacy.service import PrivacyService

# A rule of length, even this one, makes pydantic refuse half of a surrogate pair.
Text = Annotated[str, Field(min_length=0)]
Texts = Annotated[list[Text], Field(min_length=1)]
EntityType = Annotated[str, Field(pattern=r"^[A-Z][A-Z0-9_]{0,63}$")]


class DetectionRequest(Body):
    """Texts to look through."""

    texts: Texts
    language: Annotated[str, Field(pattern=r"^[a-z]{2}$")] | None = None
    entities: list[EntityType] | None = None
    min_score: Annotated[float, Field(ge=0, le=1)] | None = None


class SpanReply(Reply):
    """A piece of personal data; offsets are Unicode code points, end exclusive."""

    type: str
    start: int
    end: int
    score: float
    recognizer: str


class DetectionReply(Reply):
    """What was found in one text."""

    language: str
    spans: list[SpanReply]


class DetectionsReply(Reply):
    """One result a text, in order."""

    results: list[DetectionReply]


class AnonymizationRequest(Body):
    """Texts of one session to make safe."""

    texts: Texts
    session_id: Annotated[str, Field(min_length=1, max_length=80)] | None = None
    operators: dict[EntityType, dict[str, Any]] = Field(default_factory=dict)


class HiddenSpanReply(SpanReply):
    """A value that was hidden; `safe_start`, `safe_end` say what stands for it."""

    safe_start: int
    safe_end: int


class AnonymizedReply(Reply):
    """One text made safe."""

    text: str
    spans: list[HiddenSpanReply]


class ReceiptReply(Reply):
    """What was hidden and by which rules; `digest` covers the safe texts."""

    id: str
    at: datetime
    purpose: str
    policy_version: str
    recognizer_version: str
    entities: dict[str, int]
    texts: int
    digest: str


class AnonymizationsReply(Reply):
    """One result a text, in order."""

    session_id: str
    results: list[AnonymizedReply]
    receipt: ReceiptReply


class RestorationRequest(Body):
    """Texts with placeholders of one session."""

    session_id: Annotated[str, Field(min_length=1, max_length=80)]
    texts: Texts


class RestoredReply(Reply):
    """One text with its values."""

    text: str


class RestorationsReply(Reply):
    """One result a text, in order."""

    results: list[RestoredReply]


def build(
    service: PrivacyService, tokens: InternalTokens, more: Sequence[APIRouter] = ()
) -> FastAPI:
    """The application that serves `/v1/privacy`.

    Args:
        more: the routes of the other parts of privacy.
    """
    router = APIRouter(prefix="/v1/privacy", tags=["privacy"])

    @router.post("/detections", openapi_extra=scope("privacy:detect"))
    async def create_detections(body: DetectionRequest, who: Caller) -> DetectionsReply:
        """Find personal data; nothing is kept."""
        found = await service.detect(
            body.texts,
            language=body.language,
            entities=None if body.entities is None else frozenset(body.entities),
            min_score=body.min_score,
        )
        return DetectionsReply(results=[DetectionReply.model_validate(item) for item in found])

    @router.post("/anonymizations", openapi_extra=scope("privacy:anonymize"))
    async def create_anonymizations(body: AnonymizationRequest, who: Caller) -> AnonymizationsReply:
        """Hide personal data; values behind numbered placeholders are sealed in the vault."""
        request = AnonymizeRequest(
            texts=tuple(body.texts), session_id=body.session_id, operators=body.operators
        )
        (result,) = await service.anonymize(who, [request])
        return AnonymizationsReply.model_validate(result)

    @router.post("/restorations", openapi_extra=scope("privacy:reveal"))
    async def create_restorations(body: RestorationRequest, who: Caller) -> RestorationsReply:
        """Put the values of a session back where their placeholders stand."""
        restored = await service.restore(who, body.session_id, body.texts)
        return RestorationsReply(results=[RestoredReply(text=text) for text in restored])

    app = service_app("privacy", tokens)
    for each in (router, *more):
        app.include_router(each)
    return app
