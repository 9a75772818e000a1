"""Routes of the responder for other services only; `clients.responder` is their caller.

Processes of one version and of the next run side by side during an upgrade: fields are added
with a default, never renamed; unknown ones are left aside.
"""

from __future__ import annotations

from typing import Any

import orjson
from fastapi import APIRouter, FastAPI, Request, Response
from pydantic import TypeAdapter, ValidationError

from customerai.contracts.responder import ImportedMessage, Responder
from customerai.core.errors import InvalidRequest
from customerai.core.http import ServiceCaller, service_app
from customerai.core.principal import InternalTokens

_MESSAGES = TypeAdapter(list[ImportedMessage])
_IDS = TypeAdapter(list[str])


class CallUnreadable(InvalidRequest):
    """One of our services asked the responder for something that it does not know: our bug."""

    def __init__(self) -> None:
        super().__init__("The call between services cannot be read.")


def build(service: Responder, tokens: InternalTokens) -> FastAPI:
    """The application that serves `/internal/responder`."""
    router = APIRouter(prefix="/internal/responder", include_in_schema=False)

    @router.post("/imports")
    async def import_messages(request: Request, who: ServiceCaller) -> Response:
        messages = await _read(request, "messages", _MESSAGES)
        outcome = await service.import_messages(who, messages)
        return _json(vars(outcome))

    @router.post("/messages")
    async def messages(request: Request, who: ServiceCaller) -> Response:
        found = await service.messages(who, await _read(request, "ids", _IDS))
        return _json({"messages": [vars(message) for message in found]})

    @router.post("/openings")
    async def openings(request: Request, who: ServiceCaller) -> Response:
        found = await service.openings(who, await _read(request, "conversation_ids", _IDS))
        return _json({"openings": dict(found)})

    app = service_app("responder-internal", tokens)
    app.include_router(router)
    return app


async def _read(request: Request, name: str, kind: TypeAdapter[Any]) -> Any:
    try:
        body: dict[str, Any] = orjson.loads(await request.body())
        return kind.validate_python(body[name])
    except (orjson.JSONDecodeError, LookupError, TypeError, ValidationError) as error:
        raise CallUnreadable from error


def _json(body: object) -> Response:
    return Response(orjson.dumps(body), media_type="application/json")
