"""Routes of the privacy service for other services only; `clients.privacy` is their caller.

Processes of one version and of the next run side by side during an upgrade: fields are added
with a default, never renamed; unknown ones are left aside.
"""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

import orjson
from fastapi import APIRouter, FastAPI, Request, Response
from pydantic import TypeAdapter, ValidationError

from customerai.contracts.privacy import AnonymizeRequest, Privacy
from customerai.contracts.rights import Consents, Purpose
from customerai.core.errors import InvalidRequest
from customerai.core.http import ServiceCaller, service_app
from customerai.core.principal import InternalTokens

_REQUESTS = TypeAdapter(list[AnonymizeRequest])


class CallInvalid(InvalidRequest):
    """One of our services asked another for something that it does not know: a bug of ours."""

    def __init__(self) -> None:
        super().__init__("The call between services cannot be read.")


def build(service: Privacy, tokens: InternalTokens, consents: Consents | None = None) -> FastAPI:
    """The application that serves `/internal/privacy`."""
    router = APIRouter(prefix="/internal/privacy", include_in_schema=False)

    @router.post("/anonymizations")
    async def anonymize(request: Request, who: ServiceCaller) -> Response:
        try:
            body: dict[str, Any] = orjson.loads(await request.body())
            requests = _REQUESTS.validate_python(body["requests"])
        except (orjson.JSONDecodeError, LookupError, TypeError, ValidationError) as error:
            raise CallInvalid from error
        results = await service.anonymize(who, requests)
        return _json({"results": [asdict(result) for result in results]})

    @router.post("/restorations")
    async def restore(request: Request, who: ServiceCaller) -> Response:
        try:
            body: dict[str, Any] = orjson.loads(await request.body())
            session_id, texts = str(body["session_id"]), [str(text) for text in body["texts"]]
        except (orjson.JSONDecodeError, LookupError, TypeError) as error:
            raise CallInvalid from error
        return _json({"texts": await service.restore(who, session_id, texts)})

    if consents is not None:
        _consents(router, consents)
    app = service_app("privacy-internal", tokens)
    app.include_router(router)
    return app


def _consents(router: APIRouter, service: Consents) -> None:
    @router.post("/consents")
    async def allowed(request: Request, who: ServiceCaller) -> Response:
        try:
            body: dict[str, Any] = orjson.loads(await request.body())
            purpose = Purpose(str(body["purpose"]))
            ids = [str(name) for name in body["conversation_ids"]]
        except (orjson.JSONDecodeError, LookupError, TypeError, ValueError) as error:
            raise CallInvalid from error
        return _json({"allowed": await service.allowed(who, purpose, ids)})


def _json(body: object) -> Response:
    return Response(orjson.dumps(body), media_type="application/json")
