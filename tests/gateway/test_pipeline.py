"""The stages that every request passes, around upstreams that only say what reached them."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack
from dataclasses import dataclass, field
from datetime import datetime, timezone
from typing import Any

import httpx2
import pytest
from argon2 import PasswordHasher
from starlette.responses import PlainTextResponse

from customerai.core.cache import MemoryCache
from customerai.core.clock import FixedClock
from customerai.core.crypto import KeyRing
from customerai.core.db import Database
from customerai.core.principal import INTERNAL_TOKEN_HEADER, InternalTokens, Principal
from customerai.core.settings import GatewaySettings, LogSettings
from customerai.core.telemetry import AccessLog, Metrics
from customerai.gateway import pipeline
from customerai.gateway.routing import Route, RouteTable
from customerai.gateway.service import GatewayService, SignIn
from tests import engines

NOW = datetime(2026, 11, 22, 12, 0, tzinfo=timezone.utc)
EMAIL = "jane.roe@example.com"
EVERYTHING = Principal("main", "system:test", frozenset({"*", "privacy:reveal"}))
CONSOLE = {"x-requested-with": "customerai-console"}


class Stopwatch:
    """Time that passes only when told to."""

    def __init__(self) -> None:
        self.now = 0.0

    def __call__(self) -> float:
        return self.now


@dataclass
class Upstreams:
    """Services that keep what reached them and misbehave on demand."""

    scopes: list[dict[str, Any]] = field(default_factory=list)
    bodies: list[bytes] = field(default_factory=list)
    cancelled: int = 0
    waits: asyncio.Event = field(default_factory=asyncio.Event)

    async def echo(self, scope: Any, receive: Any, send: Any) -> None:
        self.scopes.append(scope)
        self.bodies.append(await _body(receive))
        await _answer(send, b"x" * 10)

    async def slow(self, scope: Any, receive: Any, send: Any) -> None:
        self.waits.set()
        try:
            await asyncio.sleep(5)
        except asyncio.CancelledError:
            self.cancelled += 1
            raise
        await _answer(send, b"late")

    async def slow_to_end(self, scope: Any, receive: Any, send: Any) -> None:
        await send({"type": "http.response.start", "status": 200, "headers": []})
        await asyncio.sleep(0.1)
        await send({"type": "http.response.body", "body": b"all of it"})

    async def broken(self, scope: Any, receive: Any, send: Any) -> None:
        raise RuntimeError(f"cannot greet {EMAIL}")

    async def breaks_off(self, scope: Any, receive: Any, send: Any) -> None:
        await send({"type": "http.response.start", "status": 200, "headers": []})
        raise RuntimeError(f"cannot greet {EMAIL}")

    async def answers_whatever_comes(self, scope: Any, receive: Any, send: Any) -> None:
        try:
            await _body(receive)
        except Exception:  # noqa: BLE001 - a service that hides its faults
            await _answer(send, b"fine")
        else:
            await _answer(send, b"fine")

    async def answers_while_reading(self, scope: Any, receive: Any, send: Any) -> None:
        await send({"type": "http.response.start", "status": 200, "headers": []})
        await _body(receive)
        await send({"type": "http.response.body", "body": b"done"})


async def _body(receive: Any) -> bytes:
    body, more = b"", True
    while more:
        message = await receive()
        body += message.get("body", b"")
        more = message.get("more_body", False)
    return body


async def _answer(send: Any, body: bytes) -> None:
    headers = [
        (b"content-length", str(len(body)).encode()),
        (b"server", b"secret-server/1"),
        (b"server-timing", b"db;dur=53"),
        (b"x-customerai-debug", b"internal"),
        (b"x-customerai-receipt", b"rcpt_1"),
        (b"x-thing", b"kept"),
    ]
    await send({"type": "http.response.start", "status": 200, "headers": headers})
    await send({"type": "http.response.body", "body": body})


@dataclass
class Door:
    """A pipeline, what lies behind it, and clients of it."""

    asgi: Any
    service: GatewayService
    tokens: InternalTokens
    metrics: Metrics
    watch: Stopwatch
    upstreams: Upstreams
    key: str

    def client(
        self, key: str | None = None, *, address: str = "127.0.0.1", **other: Any
    ) -> httpx2.AsyncClient:
        headers = {} if key is None else {"authorization": f"Bearer {key}"}
        return httpx2.AsyncClient(
            transport=httpx2.ASGITransport(app=self.asgi, client=(address, 50000)),
            base_url="http://customerai.test",
            headers={**headers, **other.pop("headers", {})},
            **other,
        )

    async def ask(
        self, method: str, path: str, *, address: str = "127.0.0.1", **send: Any
    ) -> httpx2.Response:
        """One request of somebody with a key that may do everything."""
        async with self.client(self.key, address=address) as client:
            return await client.request(method, path, **send)

    async def knock(
        self, method: str, path: str, *, address: str = "127.0.0.1", **send: Any
    ) -> httpx2.Response:
        """One request of somebody without a key."""
        async with self.client(address=address) as client:
            return await client.request(method, path, **send)

    async def key_with(self, *scopes: str) -> str:
        _, text = await self.service.create_key(EVERYTHING, "test", scopes)
        return text

    async def sign_in(self) -> SignIn:
        token = await self.service.setup_token("main")
        assert token is not None
        return await self.service.set_up(
            token, name="Jane", email=EMAIL, password="correct horse battery"
        )


OpenDoor = Callable[..., Awaitable[Door]]


@pytest.fixture
async def db() -> AsyncIterator[Database]:
    async with engines.a_database() as database:
        yield database


@pytest.fixture
async def open_door(db: Database) -> AsyncIterator[OpenDoor]:
    """Builds a pipeline: `await open_door(burst=3)`."""
    open_caches = AsyncExitStack()

    async def begin(**other: Any) -> Door:
        settings = GatewaySettings(
            **{"burst": 1000, "rate_per_minute": 60, "signin_rate_per_minute": 3, **other}
        )
        service = GatewayService(
            db=db,
            clock=FixedClock(NOW),
            keys=KeyRing(bytes(32)),
            settings=settings,
            environment="test",
            passwords=PasswordHasher(time_cost=1, memory_cost=8, parallelism=1),
        )
        tokens, metrics, watch = InternalTokens(bytes(32)), Metrics(), Stopwatch()
        up = Upstreams()

        def route(method: str, path: str, app: Any, scope: str | None = "jobs:read") -> Route:
            return Route(method, path, app, scope, upload=path == "/v1/files")

        table = RouteTable(
            [
                route("GET", "/v1/things", up.echo),
                route("POST", "/v1/things", up.echo),
                route("DELETE", "/v1/things/{thing_id}", up.echo),
                route("GET", "/v1/things/{thing_id}", up.echo),
                route("GET", "/v1/secrets", up.echo, "privacy:reveal"),
                route("POST", "/v1/files", up.echo),
                route("POST", "/v1/files/slow", up.slow),
                route("GET", "/v1/slow", up.slow),
                route("GET", "/v1/slow-to-end", up.slow_to_end),
                route("GET", "/v1/broken", up.broken),
                route("GET", "/v1/breaks-off", up.breaks_off),
                route("POST", "/v1/careless", up.answers_whatever_comes),
                route("POST", "/v1/streams", up.answers_while_reading),
                route("POST", "/v1/sessions", up.echo, None),
                route("POST", "/v1/setups", up.echo, None),
                route("GET", "/v1/sessions/current", up.echo, None),
                route("DELETE", "/v1/sessions/current", up.echo, None),
            ]
        )
        asgi = pipeline.build(
            table,
            pages=PlainTextResponse("a page"),
            service=service,
            cache=await open_caches.enter_async_context(engines.a_cache(watch)),
            tokens=tokens,
            settings=settings,
            metrics=metrics,
            access=AccessLog(LogSettings()),
        )
        _, key = await service.create_key(EVERYTHING, "test", ["all"])
        return Door(asgi, service, tokens, metrics, watch, up, key)

    async with open_caches:
        yield begin


@pytest.fixture
async def door(open_door: OpenDoor) -> Door:
    return await open_door()


def kind(answer: httpx2.Response) -> tuple[int, str]:
    """Status and type of a problem, after a look at the form of it."""
    assert answer.headers["content-type"] == "application/problem+json", answer.text
    problem = answer.json()
    assert problem["status"] == answer.status_code
    assert problem["instance"] == answer.headers["x-request-id"]
    assert problem["title"]
    assert problem["detail"]
    return answer.status_code, problem["type"].removeprefix("/problems/")


# -- who calls


@pytest.mark.parametrize(
    ("headers", "problem"),
    [
        ({}, "credentials-missing"),
        ({"authorization": ""}, "credentials-missing"),
        ({"authorization": "Bearer"}, "credentials-missing"),
        ({"authorization": "Basic amFuZTpyb2U="}, "credentials-missing"),
        ({"authorization": "Bearer nonsense"}, "invalid-api-key"),
        ({"authorization": "Bearer "}, "invalid-api-key"),
        ({"x-api-key": ""}, "invalid-api-key"),
        ({"x-api-key": "cai_live_x_y"}, "invalid-api-key"),
        ({"x-api-key": b"\xff\xfe"}, "invalid-api-key"),
        ({"cookie": "cai_session=nonsense"}, "session-expired"),
        ({"cookie": "cai_session="}, "session-expired"),
        ({"cookie": "other=1"}, "credentials-missing"),
        ({"cookie": b"cai_session\xff"}, "credentials-missing"),
        ({"x-customerai-identity": "forged"}, "credentials-missing"),
    ],
)
async def test_who_is_not_known_is_told_so(
    door: Door, headers: dict[str, Any], problem: str
) -> None:
    answer = await door.knock("GET", "/v1/things", headers=headers)
    assert kind(answer) == (401, problem)
    assert answer.headers["www-authenticate"] == 'Bearer realm="customerai"'
    assert door.upstreams.scopes == []


@pytest.mark.parametrize("form", ["Bearer {}", "bearer {}", "BEARER  {} "])
async def test_a_key_is_taken_as_bearer_or_in_its_own_header(door: Door, form: str) -> None:
    for headers in ({"authorization": form.format(door.key)}, {"x-api-key": door.key}):
        assert (await door.knock("GET", "/v1/things", headers=headers)).status_code == 200


async def test_a_key_without_the_scope_is_refused_before_the_body_is_read(door: Door) -> None:
    key = await door.key_with("audit:read")

    async def body() -> AsyncIterator[bytes]:
        raise AssertionError("nobody should read this")
        yield b""

    async with door.client(key) as client:
        answer = await client.post("/v1/things", content=body())
    assert kind(answer) == (403, "missing-scope")
    assert answer.json()["scope"] == "jobs:read"
    async with door.client(await door.key_with("*")) as client:
        assert kind(await client.get("/v1/secrets")) == (403, "missing-scope")
        assert (await client.get("/v1/things")).status_code == 200


async def test_the_identity_that_travels_on_is_of_who_was_authenticated(door: Door) -> None:
    admin = door.tokens.sign(Principal("other", "key_forged", frozenset({"*"})))
    forged = [
        (INTERNAL_TOKEN_HEADER, admin),
        ("X-CustomerAI-Identity", admin),
        ("x-customerai-tenant", "other"),
        ("x-request-id", "req_mine"),
    ]
    assert kind(await door.knock("GET", "/v1/things", headers=forged)) == (
        401,
        "credentials-missing",
    )
    await door.knock("POST", "/v1/sessions", headers=forged)
    await door.ask("GET", "/v1/things", headers=forged)
    anonymous, known = (
        [(key.decode(), value.decode()) for key, value in scope["headers"]]
        for scope in door.upstreams.scopes
    )
    for headers in (anonymous, known):
        ours = [pair for pair in headers if pair[0].startswith("x-customerai-")]
        assert ("x-request-id", "req_mine") not in headers
        assert len([1 for name, _ in headers if name == "x-request-id"]) == 1
        if headers is anonymous:
            assert ours == []
        else:
            ((name, token),) = ours
            assert name == INTERNAL_TOKEN_HEADER
            assert door.tokens.verify(token).tenant == "main"
            assert door.tokens.verify(token).actor.startswith("key_")


# -- the console's session


async def test_a_session_cookie_acts_for_its_user(door: Door) -> None:
    begun = await door.sign_in()
    for cookie in (
        f"cai_session={begun.token}",
        f'prefs={{"a":1}}; cai_session={begun.token}; x[y]=z',
        f"a=b;cai_session={begun.token}",
    ):
        answer = await door.knock("GET", "/v1/things", headers={"cookie": cookie})
        assert answer.status_code == 200, cookie
    token = dict(door.upstreams.scopes[0]["headers"])[INTERNAL_TOKEN_HEADER.encode()]
    assert door.tokens.verify(token.decode()).actor == begun.profile.id


@pytest.mark.parametrize("method", ["POST", "DELETE"])
@pytest.mark.parametrize(
    ("extra", "allowed"),
    [
        ({}, False),
        ({"x-requested-with": "XMLHttpRequest"}, False),
        ({"origin": "http://customerai.test"}, False),
        (CONSOLE, True),
    ],
)
async def test_a_change_by_cookie_needs_the_consoles_header(
    door: Door, method: str, extra: dict[str, str], allowed: bool
) -> None:
    begun = await door.sign_in()
    path = "/v1/things" if method == "POST" else "/v1/things/t_1"
    headers = {"cookie": f"cai_session={begun.token}", **extra}
    answer = await door.knock(method, path, headers=headers)
    if allowed:
        assert answer.status_code == 200
    else:
        assert kind(answer) == (403, "forgery-refused")
        assert door.upstreams.scopes == []


async def test_looking_by_cookie_needs_no_such_header(door: Door) -> None:
    begun = await door.sign_in()
    headers = {"cookie": f"cai_session={begun.token}"}
    assert (await door.knock("GET", "/v1/things", headers=headers)).status_code == 200


async def test_a_stale_cookie_keeps_nobody_from_pages_or_from_signing_in(door: Door) -> None:
    headers = {"cookie": "cai_session=stale"}
    assert (await door.knock("GET", "/console", headers=headers)).text == "a page"
    assert (await door.knock("POST", "/v1/sessions", headers=headers)).status_code == 200
    assert kind(await door.knock("GET", "/v1/things", headers=headers)) == (401, "session-expired")


# -- from where


@pytest.mark.parametrize(
    ("lists", "address", "allowed"),
    [
        ({}, "203.0.113.9", True),
        ({}, "", True),
        ({"allow": ["10.0.0.0/8"]}, "10.1.2.3", True),
        ({"allow": ["10.0.0.0/8"]}, "11.0.0.1", False),
        ({"allow": ["10.0.0.0/8"]}, "::ffff:10.1.2.3", True),
        ({"allow": ["10.0.0.0/8"]}, "::ffff:11.0.0.1", False),
        ({"allow": ["10.0.0.0/8"]}, "::1", False),
        ({"allow": ["10.0.0.0/8"]}, "", False),
        ({"allow": ["10.0.0.0/8"]}, "10.1.2.3.example.com", False),
        ({"allow": ["10.0.0.0/8", "2001:db8::/32"]}, "2001:db8::7", True),
        ({"allow": ["2001:db8::/32"]}, "2001:db9::7", False),
        ({"allow": ["10.1.2.3"]}, "10.1.2.3", True),
        ({"allow": ["10.1.2.3"]}, "10.1.2.4", False),
        ({"allow": ["::ffff:10.0.0.0/104"]}, "10.1.2.3", True),
        ({"allow": ["0.0.0.0/0"]}, "2001:db8::7", False),
        ({"deny": ["10.0.0.0/8"]}, "10.1.2.3", False),
        ({"deny": ["10.0.0.0/8"]}, "::ffff:10.1.2.3", False),
        ({"deny": ["10.0.0.0/8"]}, "11.0.0.1", True),
        ({"deny": ["::ffff:10.0.0.0/104"]}, "10.1.2.3", False),
        ({"deny": ["::ffff:10.0.0.0/104"]}, "::ffff:10.1.2.3", False),
        ({"deny": ["10.0.0.0/8"]}, "who knows", False),
        ({"allow": ["10.0.0.0/8"], "deny": ["10.6.0.0/16"]}, "10.6.0.1", False),
        ({"allow": ["10.0.0.0/8"], "deny": ["10.6.0.0/16"]}, "10.7.0.1", True),
    ],
)
async def test_addresses_are_admitted_as_the_lists_say(
    open_door: OpenDoor, lists: dict[str, list[str]], address: str, allowed: bool
) -> None:
    door = await open_door(**lists)
    for path in ("/v1/things", "/console"):
        answer = await door.ask("GET", path, address=address)
        if allowed:
            assert answer.status_code == 200
        else:
            assert kind(answer) == (403, "address-not-allowed")
    if not allowed:
        assert door.upstreams.scopes == []


@pytest.mark.parametrize(
    ("peer", "forwarded", "client"),
    [
        ("10.0.0.1", [], "10.0.0.1"),
        ("10.0.0.1", ["9.9.9.9"], "9.9.9.9"),
        ("10.0.0.1", ["6.6.6.6, 9.9.9.9"], "9.9.9.9"),
        ("10.0.0.1", ["9.9.9.9, 10.0.0.2"], "9.9.9.9"),
        ("10.0.0.1", ["6.6.6.6,9.9.9.9 , 10.0.0.3,10.0.0.2"], "9.9.9.9"),
        ("10.0.0.1", ["10.0.0.3, 10.0.0.2"], "10.0.0.3"),
        # A proxy may add a line of its own below that of the client.
        ("10.0.0.1", ["6.6.6.6", "9.9.9.9"], "9.9.9.9"),
        ("10.0.0.1", ["6.6.6.6", "9.9.9.9, 10.0.0.2"], "9.9.9.9"),
        # Some proxies tell the port too.
        ("10.0.0.1", ["9.9.9.9:4711"], "9.9.9.9"),
        ("10.0.0.1", ["[2001:db8::7]:4711"], "2001:db8::7"),
        ("10.0.0.1", ["2001:db8::7"], "2001:db8::7"),
        ("::ffff:10.0.0.1", ["9.9.9.9"], "9.9.9.9"),
        ("203.0.113.9", ["9.9.9.9"], "203.0.113.9"),
        ("203.0.113.9", ["10.0.0.1"], "203.0.113.9"),
    ],
)
async def test_only_trusted_proxies_say_who_the_client_is(
    open_door: OpenDoor, peer: str, forwarded: list[str], client: str
) -> None:
    headers = [("x-forwarded-for", line) for line in forwarded]
    headers.append(("forwarded", "for=9.9.9.8"))
    headers.append(("x-real-ip", "9.9.9.8"))
    for lists, expected in (({"allow": [client]}, 200), ({"deny": [client]}, 403)):
        door = await open_door(trusted_proxies=["10.0.0.0/8"], **lists)
        answer = await door.ask("GET", "/v1/things", address=peer, headers=headers)
        assert answer.status_code == expected


async def test_without_trusted_proxies_nobody_speaks_for_another(open_door: OpenDoor) -> None:
    door = await open_door(allow=["10.0.0.0/8"])
    headers = {"x-forwarded-for": "10.0.0.1"}
    refused = await door.ask("GET", "/v1/things", address="203.0.113.9", headers=headers)
    assert kind(refused) == (403, "address-not-allowed")


# -- how often


async def test_the_rate_is_limited_and_the_headers_say_what_remains(open_door: OpenDoor) -> None:
    door = await open_door(burst=3, rate_per_minute=30)
    told = []
    for _ in range(4):
        answer = await door.ask("GET", "/v1/things")
        assert answer.headers["ratelimit-policy"] == '"default";q=3;w=6'
        told.append((answer.status_code, answer.headers["ratelimit"]))
    assert told == [
        (200, '"default";r=2;t=3'),
        (200, '"default";r=1;t=5'),
        (200, '"default";r=0;t=7'),
        (429, '"default";r=0;t=7'),
    ]
    assert kind(answer) == (429, "too-many-requests")
    wait_s = int(answer.headers["retry-after"])
    assert answer.json()["retry_after_s"] == wait_s == 3
    door.watch.now += wait_s
    assert (await door.ask("GET", "/v1/things")).status_code == 200


async def test_each_key_and_each_unknown_address_has_a_rate_of_its_own(
    open_door: OpenDoor,
) -> None:
    door = await open_door(burst=1)
    one, two = await door.key_with("jobs:read"), await door.key_with("jobs:read")
    for key, address, expected in (
        (one, "9.9.9.1", 200),
        (one, "9.9.9.2", 429),
        (two, "9.9.9.1", 200),
        (None, "9.9.9.1", 401),
        (None, "9.9.9.1", 429),
        (None, "9.9.9.2", 401),
    ):
        async with door.client(key, address=address) as client:
            assert (await client.get("/v1/things")).status_code == expected


@pytest.mark.parametrize(
    ("first", "second", "together"),
    [
        ("9.9.9.9", "9.9.9.8", False),
        ("9.9.9.9", "::ffff:9.9.9.9", True),
        ("2001:db8:0:1::1", "2001:db8:0:1:ffff::9", True),
        ("2001:db8:0:1::1", "2001:0db8:0000:0001::1", True),
        ("2001:db8:0:1::1", "2001:db8:0:2::1", False),
    ],
)
async def test_who_holds_many_addresses_is_limited_as_one(
    open_door: OpenDoor, first: str, second: str, together: bool
) -> None:
    door = await open_door(burst=1, signin_rate_per_minute=1)
    for method, path, passes in (("GET", "/console", 200), ("POST", "/v1/sessions", 200)):
        assert (await door.knock(method, path, address=first)).status_code == passes
        answer = await door.knock(method, path, address=second)
        assert answer.status_code == (429 if together else passes)


@pytest.mark.parametrize("path", ["/v1/sessions", "/v1/setups"])
async def test_attempts_to_sign_in_are_limited_by_address(open_door: OpenDoor, path: str) -> None:
    door = await open_door(signin_rate_per_minute=3)
    statuses = [(await door.knock("POST", path)).status_code for _ in range(4)]
    assert statuses == [200, 200, 200, 429]
    assert (await door.ask("POST", path)).status_code == 429, "a key gives no further attempts"
    assert (await door.knock("POST", path, address="9.9.9.9")).status_code == 200
    assert (await door.knock("GET", "/console")).status_code == 200
    attempts = [await door.knock("POST", p) for p in (f"{path}/", f"/{path}", f"{path}//")]
    assert 200 not in {answer.status_code for answer in attempts} - {attempts[1].status_code}
    assert len(door.upstreams.scopes) == 4, "no other way leads there"
    door.watch.now += 20
    assert (await door.knock("POST", path)).status_code == 200


# -- where to


async def test_an_unknown_path_is_not_found_by_those_who_are_known_only(door: Door) -> None:
    for method in ("GET", "POST", "DELETE"):
        for path in ("/v1/nothing", "/v1/things/a/b", "/v1/", "/v1/things/", "/v1/things//"):
            assert kind(await door.ask(method, path)) == (404, "address-not-found")
            assert kind(await door.knock(method, path)) == (401, "credentials-missing")


async def test_a_method_that_a_path_lacks_is_refused_with_those_it_has(door: Door) -> None:
    answer = await door.ask("PUT", "/v1/things")
    assert kind(answer) == (405, "method-not-allowed")
    assert answer.headers["allow"] == "GET, HEAD, POST"
    assert kind(await door.ask("JANE", "/v1/things")) == (405, "method-not-allowed")
    assert kind(await door.ask("OPTIONS", "/v1/things")) == (405, "method-not-allowed")
    assert kind(await door.knock("PUT", "/v1/things")) == (401, "credentials-missing")
    opened = await door.knock("GET", "/v1/sessions")
    assert kind(opened) == (405, "method-not-allowed")
    assert opened.headers["allow"] == "POST"


async def test_head_is_get_without_its_body(door: Door) -> None:
    got = await door.ask("GET", "/v1/things")
    head = await door.ask("HEAD", "/v1/things")
    assert head.status_code == 200
    assert head.content == b""
    same = {"content-length", "x-thing", "x-content-type-options"}
    assert {n: head.headers[n] for n in same} == {n: got.headers[n] for n in same}
    assert kind_of_head(await door.knock("HEAD", "/v1/things")) == 401
    assert kind_of_head(await door.ask("HEAD", "/v1/nothing")) == 404
    assert kind_of_head(await door.ask("HEAD", "/v1/files")) == 405


def kind_of_head(answer: httpx2.Response) -> int:
    assert answer.content == b""
    assert answer.headers["content-type"] == "application/problem+json"
    return answer.status_code


async def test_what_is_not_under_v1_is_a_page(door: Door) -> None:
    for path in ("/", "/console", "/v1", "/v2/things", "//v1/things", "/V1/things"):
        assert (await door.knock("GET", path)).text == "a page"


# -- how much and how long


async def test_a_body_up_to_the_limit_passes(open_door: OpenDoor) -> None:
    door = await open_door(max_body_bytes=2048)
    body = b"x" * 2048
    assert (await door.ask("POST", "/v1/things", content=body)).status_code == 200
    assert (await door.ask("POST", "/v1/things", content=chunks(2048))).status_code == 200
    assert door.upstreams.bodies == [body, body]


async def chunks(total: int, sent: list[int] | None = None) -> AsyncIterator[bytes]:
    """A body without a declared length, in pieces."""
    for start in range(0, total, 512):
        if sent is not None:
            sent.append(start)
        yield b"x" * min(512, total - start)


@pytest.mark.parametrize("path", ["/v1/things", "/v1/careless"])
async def test_a_body_beyond_the_limit_is_refused_declared_or_not(
    open_door: OpenDoor, path: str
) -> None:
    door = await open_door(max_body_bytes=2048)
    declared = await door.ask("POST", path, content=b"x" * 2049)
    sent: list[int] = []
    streamed = await door.ask("POST", path, content=chunks(100_000, sent))
    for answer in (declared, streamed):
        assert kind(answer) == (413, "body-too-large")
        assert answer.json()["limit_bytes"] == 2048
    assert len(sent) <= 6, "the rest is not even read"
    assert door.upstreams.bodies == []


@pytest.mark.parametrize("length", ["9" * 30, "9" * 5000, "00000000009999"])
async def test_an_absurd_declared_length_is_too_large(open_door: OpenDoor, length: str) -> None:
    door = await open_door(max_body_bytes=2048)
    answer = await door.ask("POST", "/v1/things", headers={"content-length": length})
    assert kind(answer) == (413, "body-too-large")


async def test_a_file_may_be_larger(open_door: OpenDoor) -> None:
    door = await open_door(max_body_bytes=1024, max_upload_bytes=4096)
    assert (await door.ask("POST", "/v1/files", content=b"x" * 4096)).status_code == 200
    assert kind(await door.ask("POST", "/v1/files", content=chunks(4097))) == (
        413,
        "body-too-large",
    )


async def test_a_limit_met_after_the_answer_began_starts_no_second_answer(
    open_door: OpenDoor,
) -> None:
    door = await open_door(max_body_bytes=1024)
    messages = await raw(door, "POST", "/v1/streams", [b"x" * 600, b"x" * 600])
    assert [m["type"] for m in messages] == ["http.response.start"]


async def raw(
    door: Door, method: str, path: str, body: list[bytes] | None = None
) -> list[dict[str, Any]]:
    """What a server is told for a request, where that may be less than an answer."""
    pieces = list(body or [b""])
    messages: list[dict[str, Any]] = []

    async def receive() -> dict[str, Any]:
        piece = pieces.pop(0)
        return {"type": "http.request", "body": piece, "more_body": bool(pieces)}

    async def send(message: dict[str, Any]) -> None:
        messages.append(message)

    scope = {
        "type": "http",
        "method": method,
        "path": path,
        "query_string": b"",
        "headers": [(b"x-api-key", door.key.encode())],
        "client": ("127.0.0.1", 1),
    }
    await door.asgi(scope, receive, send)
    return messages


async def test_an_upstream_that_takes_too_long_is_given_up(open_door: OpenDoor) -> None:
    door = await open_door(timeout_s=0.02)
    answer = await door.ask("GET", "/v1/slow")
    assert kind(answer) == (504, "upstream-timeout")
    assert door.upstreams.cancelled == 1
    assert (await door.ask("GET", "/v1/things")).status_code == 200


async def test_an_answer_that_has_begun_may_take_its_time(open_door: OpenDoor) -> None:
    door = await open_door(timeout_s=0.02)
    assert (await door.ask("GET", "/v1/slow-to-end")).text == "all of it"


async def test_a_request_that_is_cancelled_from_outside_is_no_timeout(door: Door) -> None:
    asking = asyncio.create_task(door.ask("GET", "/v1/slow"))
    await asyncio.wait_for(door.upstreams.waits.wait(), 5)
    asking.cancel()
    with pytest.raises(asyncio.CancelledError):
        await asking
    assert door.upstreams.cancelled == 1


# -- the answer

ALWAYS = {
    "x-content-type-options": "nosniff",
    "referrer-policy": "no-referrer",
    "cross-origin-opener-policy": "same-origin",
}


async def every_kind_of_answer(door: Door) -> AsyncIterator[httpx2.Response]:
    yield await door.ask("GET", "/v1/things")
    yield await door.ask("HEAD", "/v1/things")
    yield await door.ask("GET", "/v1/nothing")
    yield await door.ask("PUT", "/v1/things")
    yield await door.ask("GET", "/v1/broken")
    yield await door.ask("GET", "/v1/slow")
    yield await door.ask("POST", "/v1/things", content=chunks(5000))
    yield await door.knock("GET", "/v1/things")
    yield await door.knock("GET", "/console")
    yield await door.knock("GET", "/v1/things", headers={"x-api-key": "wrong"})
    yield await door.knock("GET", "/v1/things", address="6.6.6.6")
    for _ in range(4):
        answer = await door.knock("POST", "/v1/sessions")
    yield answer


async def test_every_answer_carries_the_headers_of_safety_and_its_id_once(
    open_door: OpenDoor,
) -> None:
    door = await open_door(timeout_s=0.02, max_body_bytes=2048, deny=["6.6.6.6"])
    seen, statuses = set(), set()
    async for answer in every_kind_of_answer(door):
        statuses.add(answer.status_code)
        for name, value in ALWAYS.items():
            assert answer.headers.get_list(name) == [value]
        (policy,) = answer.headers.get_list("content-security-policy")
        assert "default-src 'self'" in policy
        assert "frame-ancestors 'none'" in policy
        assert "script-src 'self';" in policy
        assert answer.headers.get_list("cache-control") == ["no-store"]
        (request_id,) = answer.headers.get_list("x-request-id")
        seen.add(request_id)
        if answer.status_code >= 400 and answer.content:
            kind(answer)
    assert statuses == {200, 401, 403, 404, 405, 413, 429, 500, 504}
    assert len(seen) == 12


async def test_what_is_internal_does_not_leave(door: Door) -> None:
    answer = await door.ask("GET", "/v1/things")
    assert not {"server", "server-timing", "x-customerai-debug"} & set(answer.headers)
    assert answer.headers["x-customerai-receipt"] == "rcpt_1"
    assert answer.headers["x-thing"] == "kept"


async def test_a_fault_of_a_service_is_told_without_its_words(
    door: Door, capsys: pytest.CaptureFixture[str]
) -> None:
    answer = await door.ask("GET", "/v1/broken")
    assert kind(answer) == (500, "internal-error")
    written = capsys.readouterr()
    assert answer.headers["x-request-id"] in written.out + written.err, "the id finds the fault"
    assert "RuntimeError" in written.out + written.err
    assert "jane" not in answer.text + written.out + written.err


async def test_an_answer_that_breaks_off_starts_no_second_one(door: Door) -> None:
    messages = await raw(door, "GET", "/v1/breaks-off")
    assert [m["type"] for m in messages] == ["http.response.start"]


# -- what is kept of a request


async def ask_with_traces(door: Door) -> list[httpx2.Response]:
    """Requests with an address in every place that a client writes."""
    headers = {
        "user-agent": EMAIL,
        "referer": f"http://{EMAIL}/",
        "x-request-id": EMAIL,
        "x-forwarded-for": EMAIL,
        "content-type": EMAIL,
        "accept": EMAIL,
        "origin": EMAIL,
        "x-requested-with": EMAIL,
        "x-customerai-identity": EMAIL,
        EMAIL.replace("@", "."): EMAIL,
    }
    answers = []
    for method in ("GET", "POST", "DELETE", "PUT", EMAIL.upper().replace("@", "-")):
        for path in ("/v1/things", f"/v1/things/{EMAIL}", f"/v1/{EMAIL}", f"/v1/{EMAIL}/x"):
            for secret in (
                {},
                {"x-api-key": door.key},
                {"x-api-key": EMAIL},
                {"authorization": f"Bearer {EMAIL}"},
                {"authorization": EMAIL},
                {"cookie": f"cai_session={EMAIL}; {EMAIL}={EMAIL}"},
            ):
                url = f"{path}?q={EMAIL}&{EMAIL}=1"
                answers.append(
                    await door.knock(
                        method, url, headers={**headers, **secret}, content=EMAIL.encode()
                    )
                )
    return answers


async def test_no_error_repeats_what_was_sent(door: Door) -> None:
    refused = [a for a in await ask_with_traces(door) if a.status_code >= 400]
    assert len({answer.status_code for answer in refused}) >= 4
    for answer in refused:
        assert "jane" not in (answer.text + str(answer.headers)).lower()


async def test_an_access_line_tells_of_the_route_and_not_of_the_data(
    door: Door, capsys: pytest.CaptureFixture[str]
) -> None:
    answers = await ask_with_traces(door)
    written = capsys.readouterr()
    lines = [json.loads(line) for line in written.err.splitlines()]
    assert [line["http.request.id"] for line in lines] == [
        answer.headers["x-request-id"] for answer in answers
    ]
    assert "jane" not in (written.out + written.err).lower()
    for line, answer in zip(lines, answers, strict=True):
        assert line["http.response.status_code"] == answer.status_code
        assert line["http.route"] in ("/v1/things", "/v1/things/{thing_id}", "unknown")
        assert line["http.request.method"] in ("GET", "POST", "PUT", "DELETE", "other")
        assert line["event.duration"] >= 0
        assert line["service.name"] == "customerai"
        assert line["@timestamp"].endswith("Z")


@pytest.mark.parametrize("level", ["debug", "info", "warning", "error"])
def test_access_lines_are_of_level_info(level: Any, capsys: pytest.CaptureFixture[str]) -> None:
    for output in ("json", "text"):
        log = AccessLog(LogSettings(level=level, format=output))  # type: ignore[arg-type]
        log.write(
            request_id="req_1",
            method="GET",
            route="/v1/things",
            status=200,
            duration_ms=1.25,
            actor=None,
            problem=None,
        )
    assert capsys.readouterr().err.count("\n") == (2 if level in ("debug", "info") else 0)


async def test_metrics_have_labels_of_bounded_sets_whatever_is_asked(door: Door) -> None:
    await ask_with_traces(door)
    for number in range(20):
        await door.ask(f"M{number}", f"/v1/nothing/{number}")
        await door.knock("GET", f"/page/{number}")
    labels: dict[str, set[str]] = {}
    for metric in door.metrics.registry.collect():
        for sample in metric.samples:
            for name, value in sample.labels.items():
                labels.setdefault(name, set()).add(value)
    assert labels["route"] <= {"/v1/things", "/v1/things/{thing_id}", "unknown", "page"}
    assert labels["method"] <= {"GET", "POST", "PUT", "DELETE", "other"}
    assert labels["status"] <= {"200", "401", "403", "404", "405"}
    assert labels["problem"] <= {
        "credentials-missing", "invalid-api-key", "address-not-found", "method-not-allowed",
        "forgery-refused", "session-expired",
    }  # fmt: skip


async def test_requests_are_counted_by_route_and_status(door: Door) -> None:
    for _ in range(3):
        await door.ask("GET", "/v1/things/t_1")
    await door.knock("GET", "/v1/things/t_1")
    value = door.metrics.registry.get_sample_value
    route = {"route": "/v1/things/{thing_id}"}
    counted = "customerai_gateway_requests_total"
    assert value(counted, {"method": "GET", "status": "200", **route}) == 3
    assert value(counted, {"method": "GET", "status": "401", **route}) == 1
    assert value("customerai_gateway_request_seconds_count", route) == 4
    refused = {"problem": "credentials-missing"}
    assert value("customerai_gateway_refusals_total", refused) == 1


@pytest.mark.parametrize("kind_of_scope", ["lifespan", "websocket"])
async def test_what_is_no_request_goes_to_the_pages_unhandled(
    open_door: OpenDoor, kind_of_scope: str
) -> None:
    seen: list[str] = []

    async def pages(scope: Any, receive: Any, send: Any) -> None:
        seen.append(scope["type"])

    door = await open_door(deny=["0.0.0.0/0"])
    asgi = pipeline.build(
        RouteTable([]),
        pages=pages,
        service=door.service,
        cache=MemoryCache(),
        tokens=door.tokens,
        settings=GatewaySettings(),
        metrics=door.metrics,
        access=AccessLog(LogSettings()),
    )
    await asgi({"type": kind_of_scope, "path": "/v1/things", "headers": []}, None, None)  # type: ignore[arg-type]
    assert seen == [kind_of_scope]
