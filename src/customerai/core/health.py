"""What every process tells of itself: that it lives, that it is ready, its metrics."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping

import orjson
import structlog
from prometheus_client import CONTENT_TYPE_LATEST, generate_latest
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route

from customerai.core.telemetry import Metrics

log = structlog.get_logger(__name__)

Check = Callable[[], Awaitable[bool]]


def routes(
    *,
    checks: Mapping[str, Check],
    metrics: Metrics,
    refresh: Callable[[], Awaitable[None]],
    check_s: float = 5.0,
) -> list[Route]:
    """`/livez`, `/readyz` and `/metrics`.

    Args:
        checks: dependency name to a check that says whether it answers.
        refresh: sets the gauges before metrics are read.
        check_s: how long a check may take before its dependency counts as away.
    """

    async def livez(request: Request) -> Response:
        return PlainTextResponse("ok")

    async def readyz(request: Request) -> Response:
        held = await asyncio.gather(*(_holds(check, check_s) for check in checks.values()))
        states = dict(zip(checks, held, strict=True))
        return Response(
            orjson.dumps({"ready": all(held), "checks": states}),
            status_code=200 if all(held) else 503,
            media_type="application/json",
        )

    async def show_metrics(request: Request) -> Response:
        try:
            await asyncio.wait_for(refresh(), check_s)
        except Exception as error:  # noqa: BLE001 - what is known without the database is shown
            log.warning("health.refresh_failed", error_type=type(error).__name__)
        return Response(generate_latest(metrics.registry), media_type=CONTENT_TYPE_LATEST)

    return [
        Route("/livez", livez),
        Route("/readyz", readyz),
        Route("/metrics", show_metrics),
    ]


async def _holds(check: Check, limit_s: float) -> bool:
    try:
        return await asyncio.wait_for(check(), limit_s)
    except Exception as error:  # noqa: BLE001 - whatever keeps a dependency from answering
        log.warning("health.check_failed", error_type=type(error).__name__)
        return False
