"""How a service speaks HTTP: identity in, problem documents out."""

from __future__ import annotations

from typing import Annotated, Any

import orjson
import structlog
from fastapi import Depends, FastAPI, Request, Response
from fastapi.exceptions import RequestValidationError
from fastapi.routing import APIRoute
from pydantic import BaseModel, ConfigDict
from starlette.exceptions import HTTPException
from starlette.types import ASGIApp

from customerai.core.call import REQUEST_ID_HEADER
from customerai.core.errors import (
    BadRequest,
    InternalError,
    InvalidRequest,
    MethodNotAllowed,
    NotFound,
    ProblemError,
)
from customerai.core.principal import INTERNAL_TOKEN_HEADER, InternalTokens, Principal
from customerai.core.telemetry import frames_of

log = structlog.get_logger(__name__)

PROBLEM_TYPE = "application/problem+json"


class Body(BaseModel):
    """A request's body: unknown fields are refused."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class Reply(BaseModel):
    """A response's body."""

    model_config = ConfigDict(frozen=True, from_attributes=True)


class Problem(BaseModel):
    """A problem document (RFC 9457)."""

    type: str
    title: str
    status: int
    detail: str
    instance: str


class AddressNotFound(NotFound):
    """No route of ours has this path."""

    def __init__(self) -> None:
        super().__init__("Nothing is served at this path; /docs lists what is.")


def _principal(request: Request) -> Principal:
    tokens: InternalTokens = request.app.state.tokens
    principal = tokens.verify(request.headers.get(INTERNAL_TOKEN_HEADER, ""))
    route = request.scope.get("route")
    scope = (getattr(route, "openapi_extra", None) or {}).get("x-scope")
    if scope is not None:  # the gateway has checked; a service does not rely on it
        principal.require(scope)
    return principal


Caller = Annotated[Principal, Depends(_principal)]


def _service_principal(request: Request) -> Principal:
    tokens: InternalTokens = request.app.state.tokens
    return tokens.verify(request.headers.get(INTERNAL_TOKEN_HEADER, ""), service=True)


ServiceCaller = Annotated[Principal, Depends(_service_principal)]
"""Whoever one of our services acts for; the gateway passes nobody on to such a route."""


def scope(name: str) -> dict[str, str]:
    """`openapi_extra` of a route that needs a scope; the gateway reads it from the document."""
    return {"x-scope": name}


def request_id_of(request: Request) -> str:
    return request.headers.get(REQUEST_ID_HEADER, "")


def problem_response(error: ProblemError, request_id: str) -> Response:
    """A problem document as a response."""
    return Response(
        orjson.dumps(error.document(request_id)),
        status_code=error.status,
        media_type=PROBLEM_TYPE,
        headers=error.headers(),
    )


def _validation_problem(error: RequestValidationError) -> ProblemError:
    faults = error.errors()
    if any(fault["type"] == "json_invalid" for fault in faults):
        return BadRequest("The body is not valid JSON.")
    # Pydantic's messages and inputs can hold what was sent; places and rules cannot.
    places = [
        {
            "place": ".".join(
                str(p) if not isinstance(p, str) or p.isidentifier() else "…" for p in f["loc"]
            ),
            "rule": f["type"],
        }
        for f in faults[:20]
    ]
    first = f"{places[0]['place']}: {places[0]['rule'].replace('_', ' ')}" if places else ""
    return InvalidRequest(f"The request breaks its schema at {first}.", errors=places)


async def _on_error(request: Request, error: Exception) -> Response:
    request_id = request_id_of(request)
    if isinstance(error, RequestValidationError):
        return problem_response(_validation_problem(error), request_id)
    if isinstance(error, ProblemError):
        return problem_response(error, request_id)
    if isinstance(error, HTTPException):
        known: dict[int, ProblemError] = {
            404: AddressNotFound(),
            405: MethodNotAllowed(
                "This path does not take that method.",
                allow=(error.headers or {}).get("Allow", "").split(", "),
            ),
        }
        fallback = BadRequest("The request cannot be read.")
        return problem_response(known.get(error.status_code, fallback), request_id)
    log.error(
        "service.request_failed",
        request_id=request_id,
        error_type=type(error).__name__,
        stack=frames_of(error),
    )
    return problem_response(InternalError("The fault is ours and was logged."), request_id)


class _CatchAll:
    """Turns what no handler caught into a problem document, without re-raising it."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        started = False

        async def watch(message: Any) -> None:
            nonlocal started
            started = started or message["type"] == "http.response.start"
            await send(message)

        try:
            await self._app(scope, receive, watch)
        except Exception as error:
            if started or scope["type"] != "http":
                raise
            response = await _on_error(Request(scope), error)
            await response(scope, receive, send)


def service_app(name: str, tokens: InternalTokens) -> FastAPI:
    """An application for one service's routes, which trusts only signed identities."""

    def operation_id(route: APIRoute) -> str:
        return f"{name}_{route.name}"

    app = FastAPI(
        title=f"CustomerAI {name}",
        docs_url=None,
        redoc_url=None,
        openapi_url=None,
        generate_unique_id_function=operation_id,
        responses={"4XX": {"model": Problem}, "5XX": {"model": Problem}},
    )
    app.state.tokens = tokens
    app.add_exception_handler(RequestValidationError, _on_error)
    app.add_exception_handler(ProblemError, _on_error)
    app.add_exception_handler(HTTPException, _on_error)
    app.add_middleware(_CatchAll)
    return app
