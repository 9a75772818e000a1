"""Calls of another service: bounded in time and number, never sent to where nobody answers."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import aiohttp
import httpx2
import pytest
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response, StreamingResponse
from starlette.routing import Route
from starlette.types import ASGIApp

from customerai.core import call
from customerai.core.errors import UpstreamTimeout
from customerai.core.remote import Breaker, Remote, RemoteDown, RemoteTimeout, RetryBudget
from customerai.core.settings import ServiceSettings
from customerai.core.telemetry import Metrics
from customerai.gateway.routing import REPEATABLE
from customerai.gateway.upstream import HttpUpstream, ServiceUnavailable
from tests.contract.wire import connected, served


def test_a_breaker_opens_after_failures_in_a_row_and_lets_one_call_see() -> None:
    breaker = Breaker()
    for _ in range(4):
        breaker.fail(0)
    breaker.succeed()
    for _ in range(4):
        breaker.fail(0)
        assert breaker.allows(0)
    breaker.fail(0)
    assert not breaker.allows(0)
    later = breaker.open_until
    assert 0.3 < later < 0.7
    assert breaker.allows(later)
    breaker.begin()
    assert not breaker.allows(later)  # one is under way
    breaker.fail(later)
    assert breaker.open_until - later > later  # longer than the first time
    at = breaker.open_until
    breaker.begin()
    breaker.succeed()
    assert breaker.allows(at)
    assert not breaker.is_open


def test_a_breaker_never_stays_open_for_long() -> None:
    breaker, now = Breaker(), 0.0
    for _ in range(40):
        breaker.fail(now)
        assert breaker.open_until - now <= 12
        now = max(now, breaker.open_until)


def test_repetitions_are_a_fraction_of_the_calls() -> None:
    budget = RetryBudget()
    while budget.take():
        pass
    repeated = 0
    for _ in range(1000):
        budget.called()
        repeated += budget.take()
    assert 190 <= repeated <= 201


class Service:
    """Answers as it is told to, and remembers what it was asked."""

    def __init__(self) -> None:
        self.seen: list[Request] = []
        self.bodies: list[bytes] = []
        self.pause_s = 0.0

    def app(self) -> ASGIApp:
        async def echo(request: Request) -> Response:
            self.seen.append(request)
            self.bodies.append(await request.body())
            await asyncio.sleep(self.pause_s)
            return Response(
                self.bodies[-1],
                headers={"x-own": "1", "connection": "keep-alive", "date": "then"},
            )

        async def stream(request: Request) -> Response:
            async def parts() -> AsyncIterator[bytes]:
                for n in range(3):
                    yield b"part%d;" % n
                    await asyncio.sleep(0.05)

            return StreamingResponse(parts(), media_type="text/event-stream")

        async def count(request: Request) -> Response:
            size = 0
            async for chunk in request.stream():
                size += len(chunk)
            return PlainTextResponse(str(size))

        methods = ["GET", "POST", "DELETE"]
        return Starlette(
            routes=[
                Route("/v1/stream", stream),
                Route("/v1/count", count, methods=methods),
                Route("/{path:path}", echo, methods=methods),
            ]
        )


@asynccontextmanager
async def gateway_to(
    remote: Remote, *, timeout_s: float = 5.0, repeatable: bool = True
) -> AsyncIterator[httpx2.AsyncClient]:
    passing_on = HttpUpstream(remote, timeout_s=timeout_s, upload_timeout_s=60)

    async def upstream(scope: Any, receive: Any, send: Any) -> None:
        await passing_on({**scope, REPEATABLE: repeatable}, receive, send)

    async with httpx2.AsyncClient(
        transport=httpx2.ASGITransport(app=upstream), base_url="http://gateway.test"
    ) as client:
        yield client


async def test_a_request_reaches_the_service_as_it_was(tmp_path: Path) -> None:
    service = Service()
    async with (
        served(service.app(), tmp_path / "s"),
        connected(tmp_path / "s") as remote,
        gateway_to(remote) as client,
    ):
        answer = await client.post(
            "/v1/a%2Fb?x=1&y=%20z", content=b"body", headers={"x-request-id": "req_1"}
        )
        assert (answer.status_code, answer.content) == (200, b"body")
        assert answer.headers["x-own"] == "1"
        assert answer.headers.get("date") is None
        (seen,) = service.seen
        assert seen.scope["raw_path"] == b"/v1/a%2Fb"
        assert seen.scope["query_string"] == b"x=1&y=%20z"
        assert seen.headers["x-request-id"] == "req_1"
        assert 4000 <= int(seen.headers[call.TIMEOUT_HEADER]) <= 5000


async def test_an_answer_streams_through(tmp_path: Path) -> None:
    async with (
        served(Service().app(), tmp_path / "s"),
        connected(tmp_path / "s") as remote,
    ):
        upstream = HttpUpstream(remote, timeout_s=5, upload_timeout_s=60)
        came: list[tuple[float, bytes]] = []

        async def send(message: dict[str, object]) -> None:
            body = message.get("body")
            if isinstance(body, bytes) and body:
                came.append((time.monotonic(), body))

        async def receive() -> dict[str, object]:
            return {"type": "http.request", "body": b"", "more_body": False}

        scope = {
            "type": "http", "method": "GET", "path": "/v1/stream", "raw_path": b"/v1/stream",
            "query_string": b"", "headers": [],
        }  # fmt: skip
        await upstream(scope, receive, send)  # type: ignore[arg-type]  # plain ASGI
        assert b"".join(body for _, body in came) == b"part0;part1;part2;"
        assert came[-1][0] - came[0][0] >= 0.08


async def test_a_large_body_streams_through(tmp_path: Path) -> None:
    async def parts() -> AsyncIterator[bytes]:
        for _ in range(64):
            yield b"x" * 65536

    async with (
        served(Service().app(), tmp_path / "s"),
        connected(tmp_path / "s") as remote,
        gateway_to(remote) as client,
    ):
        answer = await client.post("/v1/count", content=parts())
        assert answer.text == str(64 * 65536)


async def test_a_service_that_is_away_is_said_to_be(tmp_path: Path) -> None:
    metrics = Metrics()
    async with connected(tmp_path / "nobody", metrics=metrics) as remote:
        async with gateway_to(remote) as client:
            for _ in range(3):
                with pytest.raises(ServiceUnavailable):
                    await client.get("/v1/x")
        began = time.monotonic()
        for _ in range(20):  # the breaker is open: nobody waits
            with pytest.raises(RemoteDown):
                async with remote.request("GET", "/v1/x", headers={}, timeout_s=5, repeatable=True):
                    pass
        assert time.monotonic() - began < 2
    told = metrics.registry.get_sample_value(
        "customerai_client_breaker_open", {"service": "privacy"}
    )
    assert told == 1


async def test_a_slow_service_is_given_up_in_time(tmp_path: Path) -> None:
    service = Service()
    service.pause_s = 5
    async with (
        served(service.app(), tmp_path / "s"),
        connected(tmp_path / "s") as remote,
        gateway_to(remote, timeout_s=0.2) as client,
    ):
        with pytest.raises(UpstreamTimeout):
            await client.get("/v1/x")
        with pytest.raises(RemoteTimeout):
            async with remote.request("GET", "/v1/x", headers={}, timeout_s=0.2, repeatable=True):
                pass
        assert len(service.seen) == 2  # a time-out is not repeated


class Breaking:
    """A server that takes a request and closes the connection, so many times."""

    def __init__(self, times: int) -> None:
        self.times = times
        self.requests = 0

    async def __call__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        self.requests += 1
        if self.requests > self.times:
            writer.write(b"HTTP/1.1 200 OK\r\ncontent-length: 2\r\nconnection: close\r\n\r\nok")
            await writer.drain()
        writer.close()


@pytest.mark.parametrize(
    ("repeatable", "requests"),
    [(True, 2), (False, 1)],
)
async def test_what_may_have_been_done_is_repeated_only_where_that_is_harmless(
    requests: int, *, repeatable: bool, tmp_path: Path
) -> None:
    breaking = Breaking(1)
    server = await asyncio.start_unix_server(breaking, str(tmp_path / "s"))
    async with (
        server,
        connected(tmp_path / "s") as remote,
        gateway_to(remote, repeatable=repeatable) as client,
    ):
        if repeatable:
            assert (await client.post("/v1/x", content=b"x")).text == "ok"
        else:
            with pytest.raises(ServiceUnavailable):
                await client.post("/v1/x", content=b"x")
    assert breaking.requests == requests


async def test_load_goes_round_the_addresses(tmp_path: Path) -> None:
    service = Service()
    async with (
        served(service.app(), tmp_path / "s"),
        connected(tmp_path / "s", addresses=("http://one", "http://two")) as remote,
    ):
        for _ in range(10):
            async with remote.request("GET", "/x", headers={}, timeout_s=5, repeatable=True) as got:
                assert got.status == 200
    hosts = [request.headers["host"] for request in service.seen]
    assert hosts.count("one") == hosts.count("two") == 5


async def test_connections_are_kept(tmp_path: Path) -> None:
    opened = 0

    async def counted(scope: object, receive: object, send: object) -> None:
        await Service().app()(scope, receive, send)  # type: ignore[arg-type]  # plain ASGI

    class Counting(aiohttp.UnixConnector):
        async def _create_connection(self, *args: object, **kwargs: object):  # type: ignore[no-untyped-def]
            nonlocal opened
            opened += 1
            return await super()._create_connection(*args, **kwargs)  # type: ignore[arg-type]

    async with served(counted, tmp_path / "s"):  # type: ignore[arg-type]  # plain ASGI
        remote = Remote(
            "x", ("http://x",), settings=ServiceSettings(), metrics=Metrics(),
            connector=Counting(str(tmp_path / "s")),
        )  # fmt: skip
        for _ in range(20):
            async with remote.request("GET", "/x", headers={}, timeout_s=5, repeatable=True) as got:
                await got.read()
        await remote.close()
    assert opened == 1


def test_what_is_left_of_the_time_is_passed_on() -> None:
    told = call.call_of({"x-request-id": "req_1", call.TIMEOUT_HEADER: "2000", "traceparent": "t"})
    assert 1.9 < told.remaining_s(60) <= 2
    assert told.remaining_s(1) == 1
    with call.serving(told):
        assert call.current() is told
        assert call.headers_of(call.current(), 1.5) == {
            call.TIMEOUT_HEADER: "1500",
            "x-request-id": "req_1",
            "traceparent": "t",
        }
    assert call.current().remaining_s(7) == 7


@pytest.mark.parametrize(
    ("header", "expected"),
    [
        (f"00-{'ab' * 16}-{'1' * 16}-01", "ab" * 16),
        (f"00-{'0' * 32}-{'1' * 16}-01", None),
        (f"00-{'AB' * 16}-{'1' * 16}-01", None),
        ("someone@example.com", None),
        ("00-short-1-01", None),
        (None, None),
    ],
)
def test_only_a_trace_id_is_taken_from_a_trace_context(
    header: str | None, expected: str | None
) -> None:
    assert call.trace_id(header) == expected


@pytest.mark.parametrize("told", ["", "-1", "x", "9" * 30])
def test_a_time_that_makes_no_sense_is_left_aside(told: str) -> None:
    assert call.call_of({call.TIMEOUT_HEADER: told}).until is None
