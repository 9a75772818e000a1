"""Presidio's REST interface, so that its clients come over by their address alone.

Requests and responses have Presidio's shapes and operators its results; entities are found by our
recognizers and the tenant's policy. Errors are problem documents (RFC 9457) with Presidio's member
`error` besides.
"""

from __future__ import annotations

import hmac
import re
from collections.abc import Callable, Coroutine, Sequence
from typing import Annotated, Any, Final, Literal

from fastapi import APIRouter, Query, Request, Response
from fastapi.exceptions import RequestValidationError
from fastapi.responses import PlainTextResponse
from fastapi.routing import APIRoute
from pydantic import BaseModel, ConfigDict, Field

from customerai.core.errors import BadRequest, ProblemError
from customerai.core.http import Caller, scope
from customerai.privacy.policies.model import MODEL_CALL
from customerai.privacy.presidio import (
    ANONYMIZERS,
    DEANONYMIZERS,
    Item,
    PresidioRequestInvalid,
    anonymizer,
    deanonymized,
    disjoint,
    operated,
    settled,
)
from customerai.privacy.recognizers.custom import (
    AllowList,
    BadPattern,
    DenyListRecognizer,
    PatternListRecognizer,
    without_allowed,
)
from customerai.privacy.recognizers.spans import Recognizer, Span
from customerai.privacy.service import PrivacyService

LANGUAGES: Final = ("en", "es", "fr", "de", "pt", "it")
_FLAGS: Final = re.DOTALL | re.MULTILINE | re.IGNORECASE


class PresidioRequestUnreadable(BadRequest):
    """A request in Presidio's shape cannot be read; `error` says it again."""

    def __init__(self, detail: str) -> None:
        super().__init__(detail, error=detail)


class _Shape(BaseModel):
    """A body as Presidio takes it: what it does not know is left aside."""

    model_config = ConfigDict(extra="ignore", frozen=True)


Label = Annotated[str, Field(min_length=1, max_length=64)]
Word = Annotated[str, Field(min_length=1, max_length=1000)]


class AdHocPattern(_Shape):
    """A regular expression (RE2 syntax) of an ad-hoc recognizer."""

    name: str = "pattern"
    regex: Word
    score: Annotated[float, Field(ge=0, le=1)]


class AdHocRecognizer(_Shape):
    """A recognizer for one request."""

    name: str = "ad hoc"
    supported_language: str = "en"
    supported_entity: Annotated[str, Field(pattern=r"^[A-Z][A-Z0-9_]{0,63}$")]
    patterns: list[AdHocPattern] | None = None
    deny_list: list[Word] | None = None
    deny_list_score: Annotated[float, Field(gt=0, le=1)] = 1.0
    context: list[Word] | None = None


class AnalyzeRequest(_Shape):
    """`/analyze` as Presidio takes it; `context` words count for ad-hoc recognizers."""

    text: str | list[str] | None = None
    language: str | None = None
    entities: list[Label] | None = None
    score_threshold: Annotated[float, Field(ge=0, le=1)] | None = None
    correlation_id: str | None = None
    return_decision_process: bool | None = None
    ad_hoc_recognizers: Annotated[list[AdHocRecognizer], Field(max_length=50)] | None = None
    context: list[Word] | None = None
    allow_list: list[Word] | None = None
    allow_list_match: Literal["exact", "regex"] | None = None
    regex_flags: int | None = None


class AnalyzerResult(_Shape):
    """A finding, as the analyzer gives it and the anonymizer takes it."""

    start: int | None = None
    end: int | None = None
    score: float | None = None
    entity_type: str | None = None


class AnonymizeShape(_Shape):
    """`/anonymize` as Presidio takes it; lists of texts take lists of results."""

    text: str | list[str] = ""
    analyzer_results: list[AnalyzerResult] | list[list[AnalyzerResult]] | None = None
    anonymizers: dict[str, dict[str, Any]] | None = None


class DeanonymizeShape(_Shape):
    """`/deanonymize` as Presidio takes it."""

    text: str | list[str] = ""
    anonymizer_results: list[AnalyzerResult] | list[list[AnalyzerResult]] | None = None
    deanonymizers: dict[str, dict[str, Any]] | None = None


_FIELDS: Final = frozenset().union(
    *(
        shape.model_fields
        for shape in (
            AdHocPattern,
            AdHocRecognizer,
            AnalyzeRequest,
            AnalyzerResult,
            AnonymizeShape,
            DeanonymizeShape,
        )
    )
)


class ErrorRoute(APIRoute):
    """Gives every problem the member `error`, where Presidio's clients look."""

    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        handle = super().get_route_handler()

        async def handled(request: Request) -> Response:
            try:
                return await handle(request)
            except ProblemError as error:
                error.fields.setdefault("error", error.detail)
                raise
            except RequestValidationError as error:
                raise _unreadable(error) from None

        return handled


def _unreadable(error: RequestValidationError) -> ProblemError:
    first = error.errors()[0]
    if first["type"] == "json_invalid":
        return PresidioRequestUnreadable("Invalid request json")
    # Only our own names: the key of an object may be anything that a caller sent.
    names = [str(part) for part in first["loc"][1:] if part in _FIELDS][:4]
    rule = str(first["type"]).replace("_", " ")
    return PresidioRequestInvalid(f"Invalid input, {'.'.join(names) or 'body'}: {rule}")


def build_router(service: PrivacyService, *, hash_key: bytes) -> APIRouter:
    """The routes `/compat/presidio/*`.

    Args:
        hash_key: keys hashes for which a caller gives no salt, so that nobody can search them.
    """
    router = APIRouter(prefix="/compat/presidio", tags=["presidio"], route_class=ErrorRoute)
    detect, hide = scope("privacy:detect"), scope("privacy:anonymize")

    @router.post("/analyze", openapi_extra=detect)
    async def presidio_analyze(body: AnalyzeRequest, who: Caller) -> list[Any]:
        """Find personal data in a text or in several."""
        texts, language = _asked(body)
        rules = await service.rules(who.tenant, MODEL_CALL)
        found = await service.detect(
            texts,
            language=language,
            entities=None if body.entities is None else frozenset(body.entities),
            min_score=body.score_threshold,
            rules=rules,
            extra=_ad_hoc(body),
        )
        allowed = _allowed(body)
        results = [
            [
                _told(span, explain=bool(body.return_decision_process))
                for span in without_allowed(text, one.spans, allowed)
                if span.score >= (body.score_threshold or 0)
            ]
            for text, one in zip(texts, found, strict=True)
        ]
        return results if isinstance(body.text, list) else results[0]

    @router.post("/anonymize", openapi_extra=hide)
    async def presidio_anonymize(body: AnonymizeShape, request: Request, who: Caller) -> Any:
        """Put operators' results in the place of what an analyzer found."""
        await _not_empty(request)
        configs = body.anonymizers or {}
        if any(config.get("type") == "custom" for config in configs.values()):
            raise PresidioRequestUnreadable("Custom type anonymizer is not supported")
        key = hmac.digest(hash_key, who.tenant.encode(), "sha256")
        texts, rows = _rows("analyzer_results", body.text, body.analyzer_results)
        if body.analyzer_results is None and not isinstance(body.text, list):
            raise PresidioRequestInvalid("Invalid input, request must contain analyzer results")
        done = [
            operated(text, settled(text, _items(row, scored=True)), configs, anonymizer(key))
            for text, row in zip(texts, rows, strict=True)
        ]
        return done if isinstance(body.text, list) else done[0]

    @router.post("/deanonymize", openapi_extra=scope("privacy:reveal"))
    async def presidio_deanonymize(body: DeanonymizeShape, request: Request, who: Caller) -> Any:
        """Decrypt with the caller's key what `encrypt` hid; noted in the audit log."""
        await _not_empty(request)
        configs = body.deanonymizers or {}
        texts, rows = _rows("anonymizer_results", body.text, body.anonymizer_results)
        done = [
            operated(text, disjoint(_items(row, scored=False)), configs, deanonymized)
            for text, row in zip(texts, rows, strict=True)
        ]
        values = sum(len(one["items"]) for one in done)
        if values:
            await service.decrypted(who, texts=len(done), values=values)
        return done if isinstance(body.text, list) else done[0]

    @router.get("/recognizers", openapi_extra=detect)
    async def presidio_recognizers(who: Caller, language: _Language = None) -> list[str]:
        """The names of the recognizers that run."""
        _known_language(language)
        rules = await service.rules(who.tenant, MODEL_CALL)
        return sorted({*service.recognizers, *(one.name for one in rules.extra)})

    @router.get("/supportedentities", openapi_extra=detect)
    async def presidio_entities(who: Caller, language: _Language = None) -> list[str]:
        """The types that are found."""
        _known_language(language)
        rules = await service.rules(who.tenant, MODEL_CALL)
        mine = frozenset().union(*(one.entities for one in rules.extra))
        return sorted((service.entities | mine) - rules.off)

    @router.get("/anonymizers", openapi_extra=hide)
    async def presidio_anonymizers(who: Caller) -> list[str]:
        """The names of the anonymizers."""
        return list(ANONYMIZERS)

    @router.get("/deanonymizers", openapi_extra=hide)
    async def presidio_deanonymizers(who: Caller) -> list[str]:
        """The names of the deanonymizers."""
        return list(DEANONYMIZERS)

    @router.get("/health", response_class=PlainTextResponse)
    async def presidio_health() -> str:
        """Whether this is served; `/readyz` says whether it works."""
        return "Presidio Analyzer service is up"

    return router


_Language = Annotated[str | None, Query(max_length=16)]


def _asked(body: AnalyzeRequest) -> tuple[list[str], str]:
    if not body.text:
        raise PresidioRequestInvalid("No text provided")
    if not body.language:
        raise PresidioRequestInvalid("No language provided")
    _known_language(body.language)
    return (body.text if isinstance(body.text, list) else [body.text]), body.language


def _known_language(language: str | None) -> None:
    if language is not None and language not in LANGUAGES:
        raise PresidioRequestInvalid("No matching recognizers were found to serve the request.")


def _ad_hoc(body: AnalyzeRequest) -> list[Recognizer]:
    """The recognizers of a request; their patterns are read with its flags."""
    found: list[Recognizer] = []
    flags = _inline_flags(body.regex_flags)
    for one in body.ad_hoc_recognizers or ():
        if not one.patterns and not one.deny_list:
            raise PresidioRequestInvalid(
                "Invalid input, a recognizer needs patterns or a deny list"
            )
        context = [*(one.context or ()), *(body.context or ())] if one.context else []
        try:
            if one.patterns:
                patterns = [(flags + each.regex, each.score or _TINY) for each in one.patterns]
                found.append(
                    PatternListRecognizer(one.name, one.supported_entity, patterns, context)
                )
            if one.deny_list:
                found.append(
                    DenyListRecognizer(
                        one.name, one.supported_entity, one.deny_list, score=one.deny_list_score
                    )
                )
        except BadPattern as error:
            raise PresidioRequestInvalid(f"Invalid input, ad-hoc recognizer: {error}") from None
    return found


_TINY: Final = 1e-9  # a score of nothing, which Presidio takes and a recognizer of ours does not


def _inline_flags(flags: int | None) -> str:
    chosen = _FLAGS if flags is None else flags
    on = [("i", re.IGNORECASE), ("m", re.MULTILINE), ("s", re.DOTALL)]
    said = "".join(letter for letter, flag in on if chosen & flag)
    return f"(?{said})" if chosen & re.IGNORECASE else f"(?{said}-i)"


def _allowed(body: AnalyzeRequest) -> AllowList:
    words = body.allow_list or []
    flags = _inline_flags(body.regex_flags)
    try:
        if body.allow_list_match == "regex":
            return AllowList(patterns=tuple(flags + word for word in words), whole=False)
        return AllowList(frozenset(words), ignore_case=False)
    except BadPattern as error:
        raise PresidioRequestInvalid(f"Invalid input, allow_list: {error}") from None


def _told(span: Span, *, explain: bool) -> dict[str, Any]:
    return {
        "analysis_explanation": _explained(span) if explain else None,
        "end": span.end,
        "entity_type": span.type,
        "score": span.score,
        "start": span.start,
    }


def _explained(span: Span) -> dict[str, Any]:
    why = span.reason
    before = span.score if why is None or not why.before else why.before
    return {
        "recognizer": span.recognizer,
        "pattern_name": None if why is None else why.pattern,
        "pattern": None,
        "original_score": before,
        "score": span.score,
        "textual_explanation": None,
        "score_context_improvement": span.score - before,
        "supportive_context_word": "" if why is None else why.context,
        "validation_result": True if why is not None and why.checksum else None,
        "regex_flags": None,
    }


async def _not_empty(request: Request) -> None:
    if not await request.json():
        raise PresidioRequestUnreadable("Invalid request json")


def _rows(
    name: str,
    text: str | list[str],
    results: Sequence[AnalyzerResult] | Sequence[Sequence[AnalyzerResult]] | None,
) -> tuple[list[str], list[list[AnalyzerResult]]]:
    """The texts and the results of each."""
    given: list[Any] = list(results or ())
    if isinstance(text, str):
        if any(isinstance(one, list) for one in given):
            raise PresidioRequestInvalid(f"Invalid input, {name} is a list of lists for one text")
        return [text], [given]
    if results is None:
        return text, [[] for _ in text]
    if len(given) != len(text) or not all(isinstance(one, list) for one in given):
        raise PresidioRequestInvalid(
            f"Invalid input, '{name}' must contain one list of results per item in 'text' when "
            f"'text' is a list ({len(text)} text items, {len(given)} '{name}' items)"
        )
    return text, given


def _items(row: Sequence[AnalyzerResult], *, scored: bool) -> list[Item]:
    items = []
    for one in row:
        if scored and one.score is None:
            raise PresidioRequestInvalid("Invalid input, analyzer result must contain score")
        if one.start is None or one.end is None:
            missing = "start" if one.start is None else "end"
            raise PresidioRequestInvalid(f"Invalid input, result must contain {missing}")
        if not one.entity_type:
            raise PresidioRequestInvalid("Invalid input, result must contain entity_type")
        if one.start < 0 or one.end < 0:
            raise PresidioRequestInvalid("Invalid input, result start and end must be positive")
        if one.start > one.end:
            raise PresidioRequestInvalid(
                f"Invalid input, start index '{one.start}' must be smaller than end index "
                f"'{one.end}'"
            )
        items.append(Item(one.start, one.end, one.entity_type, one.score))
    return items
