"""The front of a service's own process."""

from __future__ import annotations

import asyncio
from typing import Any

import httpx2
import pytest

from customerai.core import call, health, hosting
from customerai.core.http import ServiceCaller, service_app
from customerai.core.principal import INTERNAL_TOKEN_HEADER, InternalTokens
from customerai.core.settings import LogSettings
from customerai.core.telemetry import AccessLog, Metrics
from tests.conftest import operator


class Host:
    """A process that runs one service."""

    def __init__(self) -> None:
        self.tokens = InternalTokens(b"k" * 32)
        self.metrics = Metrics()
        app = service_app("things", self.tokens)

        @app.get("/v1/things/{name}")
        async def read(name: str, who: ServiceCaller) -> dict[str, Any]:
            left = call.current().remaining_s(60)
            return {"name": name, "left": left, "request": call.current().request_id}

        @app.get("/v1/things/{name}/slow")
        async def slow(name: str, who: ServiceCaller) -> None:
            await asyncio.sleep(30)

        host = hosting.ServiceHost(
            {"v1/things": ("things", app)},
            pages=hosting.pages(
                health.routes(checks={}, metrics=self.metrics, refresh=self._refresh)
            ),
            metrics=self.metrics,
            access=AccessLog(LogSettings(level="error")),
        )
        self.draining = hosting.Draining(host)
        self.client = httpx2.AsyncClient(
            transport=httpx2.ASGITransport(app=self.draining),
            base_url="http://host.test",
            headers={INTERNAL_TOKEN_HEADER: self.tokens.sign(operator(), service=True)},
        )

    async def _refresh(self) -> None:
        pass


@pytest.fixture
def host() -> Host:
    return Host()


async def test_a_request_comes_with_its_id_and_its_time(host: Host) -> None:
    answer = await host.client.get(
        "/v1/things/a", headers={call.TIMEOUT_HEADER: "5000", "x-request-id": "req_1"}
    )
    body = answer.json()
    assert answer.status_code == 200
    assert body["request"] == "req_1"
    assert 4 < body["left"] <= 5


async def test_work_that_nobody_waits_for_any_more_is_stopped(host: Host) -> None:
    for path, told in (("/v1/things/a/slow", "50"), ("/v1/things/a", "0")):
        answer = await host.client.get(path, headers={call.TIMEOUT_HEADER: told})
        assert answer.status_code == 504
        assert answer.json()["type"] == "/problems/deadline-passed"


async def test_requests_are_counted_by_their_template(host: Host) -> None:
    await host.client.get("/v1/things/someone@example.com")
    told = (await host.client.get("/metrics")).text
    assert 'service="things"' in told
    assert 'route="/v1/things/{name}"' in told
    assert "someone" not in told


async def test_without_an_identity_nothing_is_done(host: Host) -> None:
    answer = await host.client.get("/v1/things/a", headers={INTERNAL_TOKEN_HEADER: ""})
    assert answer.status_code == 401


@pytest.mark.parametrize("path", ["/", "/v1", "/v1/other", "/internal/things", "/docs"])
async def test_there_is_nothing_else(host: Host, path: str) -> None:
    answer = await host.client.get(path)
    assert answer.status_code == 404
    assert answer.headers["content-type"] == "application/problem+json"


async def test_a_process_that_ends_closes_each_connection_after_its_answer(host: Host) -> None:
    assert "connection" not in (await host.client.get("/livez")).headers
    host.draining.began = True
    for path in ("/livez", "/v1/things/a"):
        answer = await host.client.get(path)
        assert (answer.status_code, answer.headers["connection"]) == (200, "close")
