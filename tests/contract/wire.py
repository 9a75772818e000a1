"""A service behind a real HTTP server on a Unix socket, and the connections to it."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import aiohttp
import uvicorn
from starlette.types import ASGIApp

from customerai.core.remote import Remote
from customerai.core.settings import ServiceSettings
from customerai.core.telemetry import Metrics


@asynccontextmanager
async def served(app: ASGIApp, socket: Path) -> AsyncIterator[None]:
    """Serve an application on a Unix socket for as long as the block lasts."""
    config = uvicorn.Config(
        app, uds=str(socket), lifespan="off", log_config=None, access_log=False,
        timeout_graceful_shutdown=1,
    )  # fmt: skip
    server = uvicorn.Server(config)
    task = asyncio.create_task(server._serve())
    while not server.started:  # noqa: ASYNC110 - the server offers nothing to wait for
        await asyncio.sleep(0.005)
    try:
        yield
    finally:
        server.should_exit = True
        await task


@asynccontextmanager
async def connected(
    socket: Path,
    *,
    service: str = "privacy",
    addresses: tuple[str, ...] = ("http://service",),
    settings: ServiceSettings | None = None,
    metrics: Metrics | None = None,
) -> AsyncIterator[Remote]:
    """The connections to what is served on a socket."""
    remote = Remote(
        service,
        addresses,
        settings=settings or ServiceSettings(),
        metrics=metrics or Metrics(),
        connector=aiohttp.UnixConnector(str(socket)),
    )
    try:
        yield remote
    finally:
        await remote.close()
