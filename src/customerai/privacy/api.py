"""Routes of the privacy service."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Annotated, Any, Final, Literal

from fastapi import APIRouter, FastAPI
from pydantic import Field

from customerai.contracts.privacy import AnonymizeRequest
from customerai.core.http import Body, Caller, Reply, scope, service_app
from customerai.core.principal import InternalTokens
from customerai.privacy.policies.evaluation import Effective
from customerai.privacy.policies.model import MODEL_CALL
from customerai.privacy.recognizers.spans import Span
from customerai.privacy.service import PrivacyService

# A rule of length, even this one, makes pydantic refuse half of a surrogate pair.
Text = Annotated[str, Field(min_length=0)]
Texts = Annotated[list[Text], Field(min_length=1)]
EntityType = Annotated[str, Field(pattern=r"^[A-Z][A-Z0-9_]{0,63}$")]
Purpose = Literal["model_call", "analytics", "export"]
View = Literal["support_view", "analytics", "export"]


class DetectionRequest(Body):
    """Texts to look through, by the policy of a purpose.

    `entities` finds also what the policy has switched off; `min_score` stands in the place of its
    thresholds. `explain` tells why each span was found.
    """

    texts: Texts
    language: Annotated[str, Field(pattern=r"^[a-z]{2}$")] | None = None
    entities: list[EntityType] | None = None
    min_score: Annotated[float, Field(ge=0, le=1)] | None = None
    purpose: Purpose | None = None
    explain: bool = False


class ExplanationReply(Reply):
    """Why a span was found.

    `pattern` and `checksum` name the rules that held, `context` the word of a list that stood near
    (never a piece of the text beyond it), `score_before` the score without context and checksum;
    each is null where there was none. `rule` is the place in the policy, or `built-in`.
    """

    recognizer: str
    pattern: str | None
    context: str | None
    checksum: str | None
    score_before: float | None
    rule: str


class SpanReply(Reply):
    """A piece of personal data; offsets are Unicode code points, end exclusive."""

    type: str
    start: int
    end: int
    score: float
    recognizer: str


class FoundSpanReply(SpanReply):
    """A span that was found; `explanation` only where it was asked for."""

    explanation: ExplanationReply | None = None


class DetectionReply(Reply):
    """What was found in one text."""

    language: str
    spans: list[FoundSpanReply]


class PolicyReply(Reply):
    """The policy that held; `off` are the types that it lets through as they are."""

    version: str
    off: list[str]


class DetectionsReply(Reply):
    """One result a text, in order."""

    results: list[DetectionReply]
    policy: PolicyReply


class AnonymizationRequest(Body):
    """Texts of one session to make safe, by the policy of a purpose; `operators` come first."""

    texts: Texts
    session_id: Annotated[str, Field(min_length=1, max_length=80)] | None = None
    operators: dict[EntityType, dict[str, Any]] = Field(default_factory=dict)
    purpose: Purpose | None = None


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
    policy: PolicyReply


class RestorationRequest(Body):
    """Texts with placeholders of one session.

    Without `purpose` each value comes back exactly as it was. With one, that purpose's policy says
    how values are shown: `support_view` shows what it does not hide, `export` and `analytics` only
    what they name an operator for. `tolerant` reads placeholders as models write them, whatever
    became of their case, brackets and markup.
    """

    session_id: Annotated[str, Field(min_length=1, max_length=80)]
    texts: Texts
    purpose: View | None = None
    tolerant: bool = False


class RestoredReply(Reply):
    """One text with its values."""

    text: str


class RestorationsReply(Reply):
    """One result a text, in order."""

    results: list[RestoredReply]


# As receipts have called them from the first version on.
_RECEIPT_PURPOSES: Final[dict[str | None, str]] = {
    None: "api",
    "model_call": "model-call",
    "analytics": "analytics",
    "export": "export",
}


def span_reply(span: Span, rules: Effective, *, explain: bool) -> FoundSpanReply:
    """A span as it is told, with the reason for it where that is asked for."""
    plain = SpanReply(
        type=span.type,
        start=span.start,
        end=span.end,
        score=round(span.score, 4),
        recognizer=span.recognizer,
    )
    if not explain:
        return FoundSpanReply(**dict(plain))
    why = span.reason
    explanation = ExplanationReply(
        recognizer=span.recognizer,
        pattern=None if why is None else why.pattern or None,
        context=None if why is None else why.context or None,
        checksum=None if why is None else why.checksum or None,
        score_before=None if why is None else round(why.before, 4),
        rule=rules.rule_of(span),
    )
    return FoundSpanReply(**dict(plain), explanation=explanation)


def build(
    service: PrivacyService, tokens: InternalTokens, more: Sequence[APIRouter] = ()
) -> FastAPI:
    """The application that serves `/v1/privacy`.

    Args:
        more: the routes of the other parts of privacy.
    """
    router = APIRouter(prefix="/v1/privacy", tags=["privacy"])

    @router.post(
        "/detections", openapi_extra=scope("privacy:detect"), response_model_exclude_unset=True
    )
    async def create_detections(body: DetectionRequest, who: Caller) -> DetectionsReply:
        """Find personal data; nothing is kept."""
        rules = await service.rules(who.tenant, body.purpose or MODEL_CALL)
        found = await service.detect(
            body.texts,
            language=body.language,
            entities=None if body.entities is None else frozenset(body.entities),
            min_score=body.min_score,
            rules=rules,
        )
        return DetectionsReply(
            results=[
                DetectionReply(
                    language=item.language,
                    spans=[span_reply(span, rules, explain=body.explain) for span in item.spans],
                )
                for item in found
            ],
            policy=PolicyReply(version=rules.version, off=sorted(rules.off)),
        )

    @router.post("/anonymizations", openapi_extra=scope("privacy:anonymize"))
    async def create_anonymizations(body: AnonymizationRequest, who: Caller) -> AnonymizationsReply:
        """Hide personal data; values behind numbered placeholders are sealed in the vault."""
        request = AnonymizeRequest(
            texts=tuple(body.texts),
            session_id=body.session_id,
            operators=body.operators,
            purpose=_RECEIPT_PURPOSES[body.purpose],
        )
        rules = await service.rules(who.tenant, request.purpose)
        (result,) = await service.anonymize(who, [request])
        return AnonymizationsReply(
            session_id=result.session_id,
            results=[AnonymizedReply.model_validate(one) for one in result.results],
            receipt=ReceiptReply.model_validate(result.receipt),
            policy=PolicyReply(version=result.receipt.policy_version, off=sorted(rules.off)),
        )

    @router.post("/restorations", openapi_extra=scope("privacy:reveal"))
    async def create_restorations(body: RestorationRequest, who: Caller) -> RestorationsReply:
        """Put the values of a session back where their placeholders stand."""
        restored = await service.restore(
            who, body.session_id, body.texts, purpose=body.purpose, tolerant=body.tolerant
        )
        return RestorationsReply(results=[RestoredReply(text=text) for text in restored])

    app = service_app("privacy", tokens)
    for each in (router, *more):
        app.include_router(each)
    return app
