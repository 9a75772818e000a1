"""Routes of policies, of a tenant's own recognizers, and of the box in which both are tried."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Annotated, Any, Final, Literal

from fastapi import APIRouter, Query, Request
from pydantic import Field

from customerai.core.http import Body, Caller, Reply, scope
from customerai.privacy import operators
from customerai.privacy.api import FoundSpanReply, PolicyReply, Texts, span_reply
from customerai.privacy.policies import own
from customerai.privacy.policies.errors import RecognizerInvalid
from customerai.privacy.policies.model import MODEL_CALL, Fault, Policy
from customerai.privacy.policies.own import ListSpec, PatternSpec, RemoteSpec, Spec
from customerai.privacy.policies.service import OwnRecognizer, PolicyService, Saved
from customerai.privacy.policies.types import type_facts
from customerai.privacy.recognizers.spans import Span
from customerai.privacy.service import PrivacyService, Rehearsal

Purpose = Literal["default", "model_call", "analytics", "export", "support_view"]
Note = Annotated[str, Field(max_length=500)]
_ADMIN: Final = scope("privacy:admin")
_LOOK: Final = scope("privacy:detect")
_Version = Annotated[int, Query(ge=0, le=2**31 - 1)]
_MOST_WORD_BYTES: Final = 8 << 20
_WORDS_BODY: Final[dict[str, Any]] = {
    "requestBody": {
        "required": True,
        "content": {"text/plain": {"schema": {"type": "string", "description": "a word a line"}}},
    }
}


class SavedPolicyReply(Reply):
    """A version of a purpose's policy; version 0 is a purpose that has none of its own."""

    purpose: Purpose
    version: int
    policy: Policy
    note: str
    author: str
    at: datetime | None


class PoliciesReply(Reply):
    """The policy of every purpose."""

    items: list[SavedPolicyReply]


class PolicyVersionsReply(Reply):
    """Versions of a policy, newest first."""

    items: list[SavedPolicyReply]
    next: str | None


class PolicyBody(Body):
    """A policy to hold from now on; `based_on` is the version that it was made from."""

    policy: Policy
    note: Note = ""
    based_on: Annotated[int, Field(ge=0)] | None = None


class RollbackBody(Body):
    """The version that shall hold again; 0 is the product's own way."""

    version: Annotated[int, Field(ge=0)]
    note: Note = ""


class DifferenceReply(Reply):
    """One place at which two versions differ; of lists, what came and what went."""

    place: str
    before: Any
    after: Any
    added: list[Any]
    removed: list[Any]


class DifferencesReply(Reply):
    """Every place at which two versions differ."""

    items: list[DifferenceReply]


class RecognizerReply(Reply):
    """A recognizer of the tenant's own, without its patterns and words."""

    name: str
    kind: Literal["pattern", "list", "remote"]
    description: str
    entities: list[str]
    size: int
    version: int
    author: str
    at: datetime


class RecognizersReply(Reply):
    """The tenant's own recognizers; `size` counts patterns, words or, of a server, types."""

    items: list[RecognizerReply]


class WholeRecognizerReply(RecognizerReply):
    """A recognizer with what it looks for."""

    spec: Spec


class PolicyTestBody(Body):
    """Texts to try a policy on: a draft, or without one the policy that stands."""

    texts: Annotated[Texts, Field(max_length=50)]
    purpose: Purpose = "model_call"
    policy: Policy | None = None


class LetGoReply(Reply):
    """A finding that the policy leaves as it is, and the rule that says so."""

    type: str
    start: int
    end: int
    score: float
    rule: str


class ChangeReply(Reply):
    """A span that is hidden and was not, or was and is not."""

    change: Literal["added", "removed"]
    type: str
    start: int
    end: int


class TriedReply(Reply):
    """One text by the tried policy, by the one that stands, and where they differ."""

    text: str
    spans: list[FoundSpanReply]
    let_go: list[LetGoReply]
    live_text: str
    differences: list[ChangeReply]


class PolicyTestReply(Reply):
    """One result a text, in order."""

    policy: PolicyReply
    live: PolicyReply
    results: list[TriedReply]


class EntityReply(Reply):
    """A type of personal data.

    `country` is an ISO 3166 code where the type is one country's; `checksum` names the rule by
    which a value is proven; `protected` types leave the house only with `accept_risk`.
    """

    type: str
    description: str
    default_on: bool
    country: str | None
    checksum: str | None
    protected: bool
    recognizers: list[str]


class EntitiesReply(Reply):
    """Every type: the built-in ones, and those of the tenant's own recognizers."""

    items: list[EntityReply]


class OperatorsReply(Reply):
    """Every operator with its fields."""

    items: list[dict[str, Any]]


def build_router(service: PrivacyService, policies: PolicyService) -> APIRouter:
    """The routes `/v1/privacy/policies`, `/recognizers`, `/policy-tests` and the two lists."""
    router = APIRouter(prefix="/v1/privacy", tags=["privacy policies"])
    _policy_routes(router, policies)
    _recognizer_routes(router, policies)
    _list_routes(router, service, policies)

    @router.post("/policy-tests", openapi_extra=_ADMIN)
    async def create_policy_test(body: PolicyTestBody, who: Caller) -> PolicyTestReply:
        """Try a policy on texts; nothing is stored, counted or logged of them."""
        live = await service.rules(who.tenant, body.purpose)
        tried = live
        if body.policy is not None:
            tried = await policies.draft(who.tenant, body.purpose, body.policy)
        after = await service.rehearse(who.tenant, body.texts, tried)
        before = after
        if tried is not live:
            before = await service.rehearse(who.tenant, body.texts, live)
        return PolicyTestReply(
            policy=PolicyReply(version=tried.version, off=sorted(tried.off)),
            live=PolicyReply(version=live.version, off=sorted(live.off)),
            results=[
                TriedReply(
                    text=new.text,
                    spans=[span_reply(span, tried, explain=True) for span in new.spans],
                    let_go=[_let_go(span, rule) for span, rule in new.let_go],
                    live_text=old.text,
                    differences=_changes(old, new),
                )
                for new, old in zip(after, before, strict=True)
            ],
        )

    return router


def _policy_routes(router: APIRouter, policies: PolicyService) -> None:
    @router.get("/policies", openapi_extra=_ADMIN)
    async def list_policies(who: Caller) -> PoliciesReply:
        """The policy of every purpose as it stands."""
        found = await policies.current(who.tenant)
        return PoliciesReply(items=[_saved(one) for one in found])

    @router.get("/policies/{purpose}", openapi_extra=_ADMIN)
    async def get_policy(purpose: Purpose, who: Caller) -> SavedPolicyReply:
        """One purpose's policy as it stands."""
        found = {one.purpose: one for one in await policies.current(who.tenant)}
        return _saved(found[purpose])

    @router.put("/policies/{purpose}", openapi_extra=_ADMIN)
    async def save_policy(purpose: Purpose, body: PolicyBody, who: Caller) -> SavedPolicyReply:
        """Save a new version, which holds from now on; every process follows within a second."""
        saved = await policies.save(
            who, purpose, body.policy, note=body.note, based_on=body.based_on
        )
        return _saved(saved)

    @router.get("/policies/{purpose}/versions", openapi_extra=_ADMIN)
    async def list_policy_versions(
        purpose: Purpose,
        who: Caller,
        cursor: Annotated[int | None, Query(ge=1, le=2**31 - 1)] = None,
        limit: Annotated[int, Query(ge=1, le=100)] = 20,
    ) -> PolicyVersionsReply:
        """The versions of a purpose's policy, newest first."""
        found = await policies.history(who.tenant, purpose, before=cursor, limit=limit)
        more = len(found) == limit and found[-1].version > 1
        return PolicyVersionsReply(
            items=[_saved(one) for one in found], next=str(found[-1].version) if more else None
        )

    @router.get("/policies/{purpose}/versions/{version}", openapi_extra=_ADMIN)
    async def get_policy_version(
        purpose: Purpose, version: Annotated[int, Field(ge=0, le=2**31 - 1)], who: Caller
    ) -> SavedPolicyReply:
        """One version."""
        return _saved(await policies.version(who.tenant, purpose, version))

    @router.get("/policies/{purpose}/differences", openapi_extra=_ADMIN)
    async def list_policy_differences(
        purpose: Purpose, before: _Version, after: _Version, who: Caller
    ) -> DifferencesReply:
        """Where two versions differ; version 0 is the product's own way."""
        found = await policies.differences(who.tenant, purpose, before, after)
        return DifferencesReply(
            items=[
                DifferenceReply(
                    place=one.place,
                    before=one.before,
                    after=one.after,
                    added=list(one.added),
                    removed=list(one.removed),
                )
                for one in found
            ]
        )

    @router.post("/policies/{purpose}/rollbacks", openapi_extra=_ADMIN)
    async def create_rollback(
        purpose: Purpose, body: RollbackBody, who: Caller
    ) -> SavedPolicyReply:
        """Let an earlier version hold again, as a new version."""
        return _saved(await policies.roll_back(who, purpose, body.version, note=body.note))


def _recognizer_routes(router: APIRouter, policies: PolicyService) -> None:
    @router.get("/recognizers", openapi_extra=_ADMIN)
    async def list_recognizers(who: Caller) -> RecognizersReply:
        """The tenant's own recognizers by name."""
        found = await policies.recognizers(who.tenant)
        return RecognizersReply(items=[RecognizerReply(**_facts(one)) for one in found])

    @router.post("/recognizers", status_code=201, openapi_extra=_ADMIN)
    async def create_recognizer(body: Spec, who: Caller) -> WholeRecognizerReply:
        """Add a recognizer of patterns, of words, or of a server; it runs for every purpose."""
        return _whole(await policies.save_recognizer(who, body, new=True))

    @router.get("/recognizers/{name}", openapi_extra=_ADMIN)
    async def get_recognizer(name: str, who: Caller) -> WholeRecognizerReply:
        """One recognizer with what it looks for."""
        return _whole(await policies.recognizer(who.tenant, name))

    @router.put("/recognizers/{name}", openapi_extra=_ADMIN)
    async def save_recognizer(name: str, body: Spec, who: Caller) -> WholeRecognizerReply:
        """Change a recognizer; its name stays."""
        if body.name != name:
            raise RecognizerInvalid([Fault("name", "is not the one in the path")])
        return _whole(await policies.save_recognizer(who, body, new=False))

    @router.delete("/recognizers/{name}", status_code=204, openapi_extra=_ADMIN)
    async def delete_recognizer(name: str, who: Caller) -> None:
        """Forget a recognizer that no policy names."""
        await policies.remove_recognizer(who, name)

    @router.post("/recognizers/{name}/words", openapi_extra={**_ADMIN, **_WORDS_BODY})
    async def create_words(
        name: str, request: Request, who: Caller, mode: Literal["add", "replace"] = "add"
    ) -> RecognizerReply:
        """Add the lines of a text file to a list, or put them in its place."""
        before = await policies.recognizer(who.tenant, name)
        if not isinstance(before.spec, ListSpec):
            raise RecognizerInvalid([Fault("kind", "is no list")])
        words = _lines(await request.body())
        kept = [] if mode == "replace" else before.spec.words
        try:
            spec = own.with_words(before.spec, [*kept, *words])
        except ValueError:
            raise RecognizerInvalid([Fault("words", "are too many, too long or none")]) from None
        return RecognizerReply(**_facts(await policies.save_recognizer(who, spec, new=False)))


def _list_routes(router: APIRouter, service: PrivacyService, policies: PolicyService) -> None:
    @router.get("/entities", openapi_extra=_LOOK)
    async def list_entities(who: Caller) -> EntitiesReply:
        """Every type of personal data that can be found."""
        rules = await service.rules(who.tenant, MODEL_CALL)
        mine: dict[str, list[str]] = {}
        for one in await policies.recognizers(who.tenant):
            for entity in own.entities_of(one.spec):
                mine.setdefault(entity, []).append(one.spec.name)
        return EntitiesReply(
            items=[
                EntityReply(
                    **type_facts(entity),
                    default_on=entity in service.entities,
                    recognizers=mine.get(entity, []),
                )
                for entity in sorted(service.entities | mine.keys() | rules.off)
            ]
        )

    @router.get("/operators", openapi_extra=_LOOK)
    async def list_operators(who: Caller) -> OperatorsReply:
        """Every operator, what it keeps and the fields that it takes."""
        return OperatorsReply(items=[dict(one) for one in operators.catalogue()])


def _saved(one: Saved) -> SavedPolicyReply:
    return SavedPolicyReply.model_validate(one)


def _facts(one: OwnRecognizer) -> dict[str, Any]:
    return {
        "name": one.spec.name,
        "kind": one.spec.kind,
        "description": one.spec.description,
        "entities": own.entities_of(one.spec),
        "size": _size(one.spec),
        "version": one.version,
        "author": one.author,
        "at": one.at,
    }


def _size(spec: PatternSpec | ListSpec | RemoteSpec) -> int:
    if isinstance(spec, RemoteSpec):
        return len(spec.entities)
    return len(spec.patterns) if isinstance(spec, PatternSpec) else len(spec.words)


def _whole(one: OwnRecognizer) -> WholeRecognizerReply:
    return WholeRecognizerReply(**_facts(one), spec=one.spec)


def _lines(raw: bytes) -> list[str]:
    if len(raw) > _MOST_WORD_BYTES:
        raise RecognizerInvalid([Fault("words", f"are more than {_MOST_WORD_BYTES} bytes")])
    try:
        text = raw.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise RecognizerInvalid([Fault("words", "are no UTF-8 text")]) from None
    return [line.strip() for line in text.splitlines() if line.strip()]


def _let_go(span: Span, rule: str) -> LetGoReply:
    return LetGoReply(
        type=span.type, start=span.start, end=span.end, score=round(span.score, 4), rule=rule
    )


def _changes(before: Rehearsal, after: Rehearsal) -> list[ChangeReply]:
    old, new = _places(before.spans), _places(after.spans)
    gone = [("removed", place) for place in sorted(old - new)]
    come = [("added", place) for place in sorted(new - old)]
    return [
        ChangeReply.model_validate({"change": change, "type": entity, "start": start, "end": end})
        for change, (start, end, entity) in sorted([*gone, *come], key=lambda one: one[1])
    ]


def _places(spans: Sequence[Span]) -> set[tuple[int, int, str]]:
    return {(span.start, span.end, span.type) for span in spans}
