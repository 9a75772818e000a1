"""The front of a service's own process: who may come in, how long it may take, what is counted.

The gateway's process has the pipeline instead; behind it, in one process, the services' own
applications stand without this.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Mapping, Sequence
from typing import Any, Final

import structlog
from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from customerai.core.call import Call, call_of, serving, trace_id
from customerai.core.errors import UpstreamTimeout
from customerai.core.http import AddressNotFound, problem_response
from customerai.core.telemetry import AccessLog, Metrics

log = structlog.get_logger(__name__)

_METHODS: Final = frozenset({"GET", "POST", "PUT", "PATCH", "DELETE"})


class DeadlinePassed(UpstreamTimeout):
    """Who asked no longer waits, so the service has stopped working on it."""

    def __init__(self) -> None:
        super().__init__("The time that the caller gave has passed.")


class ServiceHost:
    """Passes a request to the service that its path names.

    Args:
        apps: the first two segments of a path, such as `v1/privacy`, to name and application.
        pages: answers everything else, such as `/livez`.
    """

    def __init__(
        self,
        apps: Mapping[str, tuple[str, ASGIApp]],
        *,
        pages: ASGIApp,
        metrics: Metrics,
        access: AccessLog,
    ) -> None:
        self._apps = apps
        self._pages = pages
        self._metrics = metrics
        self._access = access

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._pages(scope, receive, send)
            return
        found = self._apps.get("/".join(scope["path"].split("/", 3)[1:3]))
        if found is None:
            await self._pages(scope, receive, send)
            return
        name, app = found
        headers = {
            key.decode("latin-1"): value.decode("latin-1") for key, value in scope["headers"]
        }
        call = call_of(headers)
        began = time.perf_counter()
        status = 0

        async def watched(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
            await send(message)

        try:
            with serving(call), structlog.contextvars.bound_contextvars(request_id=call.request_id):
                left_s = call.remaining_s(float("inf"))
                if call.until is None:
                    await app(scope, receive, watched)
                elif left_s > 0:
                    await asyncio.wait_for(app(scope, receive, watched), left_s)
                else:
                    raise asyncio.TimeoutError  # handled alike
        except asyncio.TimeoutError:
            if status != 0:
                raise
            await problem_response(DeadlinePassed(), call.request_id)(scope, receive, watched)
        finally:
            self._record(name, scope, call, status, time.perf_counter() - began)

    def _record(self, service: str, scope: Scope, call: Call, status: int, seconds: float) -> None:
        method = scope["method"] if scope["method"] in _METHODS else "other"
        route = getattr(scope.get("route"), "path", "unknown")
        self._metrics.service_requests.labels(
            service=service, method=method, route=route, status=status
        ).inc()
        self._metrics.service_seconds.labels(service=service, route=route).observe(seconds)
        self._access.write(
            request_id=call.request_id,
            method=method,
            route=route,
            status=status,
            duration_ms=seconds * 1000,
            actor=None,
            problem=None,
            trace_id=trace_id(call.trace),
        )


def pages(health: Sequence[Route]) -> ASGIApp:
    """The pages of a process without a gateway."""

    async def nothing(request: Request, error: Exception) -> Response:
        return problem_response(AddressNotFound(), "")

    handlers: dict[Any, Any] = {HTTPException: nothing}
    return Starlette(routes=list(health), exception_handlers=handlers)


class Draining:
    """Serves on while a process ends, and tells callers to take their next request elsewhere."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app
        self.began = False

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if not self.began or scope["type"] != "http":
            await self.app(scope, receive, send)
            return

        async def closing(message: Message) -> None:
            if message["type"] == "http.response.start":
                message["headers"] = [*message.get("headers", []), (b"connection", b"close")]
            await send(message)

        await self.app(scope, receive, closing)
