"""The stages that every request passes, each plain ASGI; `build` puts them in order.

request id, response processing, allowlist, authentication, rate limit, routing. Response
processing wraps what follows it, so a refusal of a later stage is cleaned, logged and counted
like an answer. See docs/decisions/0003.
"""

from __future__ import annotations

import asyncio
import ipaddress
import time
from dataclasses import dataclass, field
from typing import Final

import orjson
import structlog
from prometheus_client import Counter, Histogram
from starlette.requests import cookie_parser
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from customerai.core.cache import Cache
from customerai.core.call import trace_id
from customerai.core.errors import (
    ContentTooLarge,
    Forbidden,
    InternalError,
    MethodNotAllowed,
    ProblemError,
    RateLimited,
    Unauthenticated,
    UpstreamTimeout,
)
from customerai.core.http import PROBLEM_TYPE, AddressNotFound
from customerai.core.ids import new_id
from customerai.core.principal import (
    INTERNAL_TOKEN_HEADER,
    InternalTokens,
    Principal,
)
from customerai.core.settings import GatewaySettings
from customerai.core.telemetry import AccessLog, Metrics, frames_of
from customerai.gateway.routing import API_PREFIXES, REPEATABLE, Route, RouteTable
from customerai.gateway.service import GatewayService

log = structlog.get_logger(__name__)

SESSION_COOKIE: Final = "cai_session"
CONSOLE_HEADER: Final = b"x-requested-with"
CONSOLE_NAME: Final = b"customerai-console"
_STATE: Final = "customerai.request"
_INTERNAL_PREFIXES: Final = (b"x-customerai-", b"server")
_KEPT_INTERNAL: Final = frozenset({b"x-customerai-receipt"})
_SAFE_METHODS: Final = frozenset({"GET", "HEAD", "OPTIONS"})
_CSP: Final = (
    b"default-src 'self'; script-src 'self'; style-src 'self' 'unsafe-inline'; "
    b"img-src 'self' data:; object-src 'none'; base-uri 'none'; frame-ancestors 'none'; "
    b"form-action 'self'"
)
_ALWAYS: Final = (
    (b"x-content-type-options", b"nosniff"),
    (b"referrer-policy", b"no-referrer"),
    (b"content-security-policy", _CSP),
    (b"cross-origin-opener-policy", b"same-origin"),
)

_METHODS: Final = frozenset({"GET", "POST", "PUT", "PATCH", "DELETE", "HEAD", "OPTIONS"})

_MAPPED_BITS: Final = 96  # ::ffff:0:0/96 holds the IPv4 addresses (RFC 4291, 2.5.5.2)
_CUSTOMER_BITS: Final = 64  # the least that a site is assigned (RFC 6177)
_LENGTH_DIGITS: Final = 18  # a longer Content-Length is beyond every limit

Address = ipaddress.IPv4Address | ipaddress.IPv6Address
Network = ipaddress.IPv4Network | ipaddress.IPv6Network


class AddressNotAllowed(Forbidden):
    """The allowlist does not admit the client's network address."""

    def __init__(self) -> None:
        super().__init__("Your network address may not use this service.")


class CredentialsMissing(Unauthenticated):
    """The request carries no API key and no sign-in."""

    def __init__(self) -> None:
        super().__init__("Send an API key: Authorization: Bearer cai_… (or X-API-Key: cai_…).")


class ForgeryRefused(Forbidden):
    """A console sign-in was used by a page that is not the console."""

    def __init__(self) -> None:
        super().__init__("With a console sign-in, send X-Requested-With: customerai-console.")


class TooManyRequests(RateLimited):
    """The rate of the key, the user or the address is used up; see `Retry-After`."""

    def __init__(self, retry_after_s: int) -> None:
        super().__init__(
            f"Too many requests; come back in {retry_after_s} s.", retry_after_s=retry_after_s
        )


class BodyTooLarge(ContentTooLarge):
    """The request's body is over the limit."""

    def __init__(self, limit: int) -> None:
        super().__init__(f"The body may have {limit} bytes here.", limit_bytes=limit)


@dataclass
class RequestState:
    """What the stages know of a request."""

    request_id: str
    client: str
    started: float = field(default_factory=time.perf_counter)
    principal: Principal | None = None
    template: str = "unknown"
    headers: list[tuple[bytes, bytes]] = field(default_factory=list)
    problem: str | None = None
    trace_id: str | None = None


def state_of(scope: Scope) -> RequestState:
    """The state that the first stage attached."""
    state: RequestState = scope[_STATE]
    return state


def header(scope: Scope, name: bytes) -> bytes | None:
    """The first value of a header, by its lower-case name."""
    for key, value in scope["headers"]:
        if key == name:
            return bytes(value)
    return None


async def send_problem(scope: Scope, send: Send, error: ProblemError) -> None:
    """Answer with a problem document."""
    state = state_of(scope)
    state.problem = error.slug()
    body = orjson.dumps(error.document(state.request_id))
    headers = [
        (b"content-type", PROBLEM_TYPE.encode()),
        (b"content-length", str(len(body)).encode()),
        *((key.encode(), value.encode()) for key, value in error.headers().items()),
    ]
    await send({"type": "http.response.start", "status": error.status, "headers": headers})
    await send({"type": "http.response.body", "body": body})


def parse_networks(ranges: tuple[str, ...]) -> list[Network]:
    """CIDR ranges as networks; those of IPv4 addresses written in IPv6 become IPv4.

    Raises:
        ValueError: one is none.
    """
    return [_unmapped(ipaddress.ip_network(text, strict=False)) for text in ranges]


def _unmapped(network: Network) -> Network:
    mapped = getattr(network.network_address, "ipv4_mapped", None)
    if mapped is None or network.prefixlen < _MAPPED_BITS:
        return network
    return ipaddress.IPv4Network((mapped, network.prefixlen - _MAPPED_BITS))


def _parse_address(text: str) -> Address | None:
    try:
        parsed = ipaddress.ip_address(text)
    except ValueError:
        return None
    return getattr(parsed, "ipv4_mapped", None) or parsed


def _without_port(hop: str) -> str:
    """The address in `10.0.0.1:80` and `[2001:db8::1]:80`, as some proxies write them."""
    if hop.startswith("["):
        return hop[1:].partition("]")[0]
    return hop.partition(":")[0] if hop.count(":") == 1 else hop


def _holder_of(client: str) -> str:
    """What is limited as one: an address, and of IPv6 the /64 that one customer is given."""
    address = _parse_address(client)
    if isinstance(address, ipaddress.IPv6Address):
        return str(ipaddress.IPv6Network((address, _CUSTOMER_BITS), strict=False))
    return client if address is None else str(address)


def _within(address: Address | None, networks: list[Network]) -> bool:
    if address is None:
        return False
    return any(address in network for network in networks if network.version == address.version)


class RequestIdStage:
    """Names the request and finds the client's address behind trusted proxies."""

    def __init__(self, app: ASGIApp, *, settings: GatewaySettings) -> None:
        self._app = app
        self._proxies = parse_networks(settings.trusted_proxies)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        traceparent = header(scope, b"traceparent")
        scope[_STATE] = RequestState(
            request_id=new_id("req"),
            client=self._client(scope),
            trace_id=None if traceparent is None else trace_id(traceparent.decode("latin-1")),
        )
        await self._app(scope, receive, send)

    def _client(self, scope: Scope) -> str:
        address = scope["client"][0] if scope.get("client") else ""
        if not self._proxies or not self._is_proxy(address):
            return address
        # A proxy may add a line of its own below the client's: all lines are one list.
        lines = [value for key, value in scope["headers"] if key == b"x-forwarded-for"]
        if not lines:
            return address
        # Right to left: the first address that is not a proxy of ours is the client.
        for hop in reversed(b",".join(lines).decode("latin-1").split(",")):
            address = _without_port(hop.strip())
            if not self._is_proxy(address):
                break
        return address

    def _is_proxy(self, address: str) -> bool:
        return _within(_parse_address(address), self._proxies)


class RespondStage:
    """Cleans, logs and counts every answer; turns what nobody caught into a problem."""

    def __init__(self, app: ASGIApp, *, metrics: Metrics, access: AccessLog) -> None:
        self._app = app
        self._metrics = metrics
        self._access = access
        self._found: dict[tuple[str, str, int], tuple[Counter, Histogram]] = {}

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        state = state_of(scope)
        status = 0

        async def processed(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
                message["headers"] = self._headers(state, message.get("headers", []))
            await send(message)

        try:
            await self._app(scope, receive, processed)
        except Exception as error:  # noqa: BLE001 - the outermost stage: nothing gets past it
            problem = error if isinstance(error, ProblemError) else None
            if problem is None:
                log.error(
                    "gateway.request_failed",
                    request_id=state.request_id,
                    route=state.template,
                    error_type=type(error).__name__,
                    stack=frames_of(error),
                )
                problem = InternalError("The fault is ours and was logged.")
            if status == 0:  # an answer that has begun can only break off
                await send_problem(scope, processed, problem)
        finally:
            self._record(state, scope["method"], status)

    def _headers(
        self, state: RequestState, headers: list[tuple[bytes, bytes]]
    ) -> list[tuple[bytes, bytes]]:
        kept = [
            (key, value)
            for key, value in headers
            if key in _KEPT_INTERNAL or not key.startswith(_INTERNAL_PREFIXES)
        ]
        kept.append((b"x-request-id", state.request_id.encode()))
        kept.extend(state.headers)
        kept.extend(_ALWAYS)
        if not any(key == b"cache-control" for key, _ in kept):
            kept.append((b"cache-control", b"no-store"))
        return kept

    def _record(self, state: RequestState, method: str, status: int) -> None:
        seconds = time.perf_counter() - state.started
        if method not in _METHODS:
            method = "other"
        served, seconds_of = self._meters(method, state.template, status)
        served.inc()
        seconds_of.observe(seconds)
        if state.problem is not None:
            self._metrics.refusals.labels(problem=state.problem).inc()
        self._access.write(
            request_id=state.request_id,
            method=method,
            route=state.template,
            status=status,
            duration_ms=seconds * 1000,
            actor=state.principal.actor if state.principal else None,
            problem=state.problem,
            trace_id=state.trace_id,
        )

    def _meters(self, method: str, route: str, status: int) -> tuple[Counter, Histogram]:
        """The metrics of a kind of request, looked up once: there are few kinds."""
        key = (method, route, status)
        found = self._found.get(key)
        if found is None:
            found = self._found[key] = (
                self._metrics.requests.labels(method=method, route=route, status=status),
                self._metrics.request_seconds.labels(route=route),
            )
        return found


class AllowlistStage:
    """Admits the addresses that the settings name."""

    def __init__(self, app: ASGIApp, *, settings: GatewaySettings) -> None:
        self._app = app
        self._allow = parse_networks(settings.allow)
        self._deny = parse_networks(settings.deny)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http" and (self._allow or self._deny):
            client = _parse_address(state_of(scope).client)
            # What is no address can be on no list: where there is one, it stays outside.
            allowed = client is not None and (not self._allow or _within(client, self._allow))
            if not allowed or _within(client, self._deny):
                raise AddressNotAllowed
        await self._app(scope, receive, send)


class AuthenticateStage:
    """Finds out who calls. No credentials are no fault here: the route says what it needs."""

    def __init__(self, app: ASGIApp, *, service: GatewayService) -> None:
        self._app = app
        self._service = service

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http":
            await self._authenticate(scope)
        await self._app(scope, receive, send)

    async def _authenticate(self, scope: Scope) -> None:
        state = state_of(scope)
        key = header(scope, b"x-api-key")
        if key is None:
            authorization = header(scope, b"authorization") or b""
            if authorization[:7].lower() == b"bearer ":
                key = authorization[7:].strip()
        if key is not None:
            state.principal = await self._service.authenticate_key(key.decode("latin-1"))
            return
        # Only calls of the API act for a person; a stale cookie must not keep the page away.
        token = session_token(scope) if scope["path"].startswith("/v1/") else None
        if token is None or scope["path"] in _SIGN_IN_PATHS:
            return
        if scope["method"] not in _SAFE_METHODS and header(scope, CONSOLE_HEADER) != CONSOLE_NAME:
            raise ForgeryRefused
        state.principal = await self._service.authenticate_session(token)


_SIGN_IN_PATHS: Final = frozenset({"/v1/sessions", "/v1/setups"})


def session_token(scope: Scope) -> str | None:
    """The session cookie's value, if there is one."""
    cookies = header(scope, b"cookie")
    if cookies is None or SESSION_COOKIE.encode() not in cookies:
        return None
    # As the services read it; the standard library gives up at other people's odd cookies.
    return cookie_parser(cookies.decode("latin-1")).get(SESSION_COOKIE)


class RateLimitStage:
    """Counts each key, user or address against its rate; tells what remains.

    Headers follow the IETF draft `draft-ietf-httpapi-ratelimit-headers` (structured fields).
    """

    def __init__(self, app: ASGIApp, *, cache: Cache, settings: GatewaySettings) -> None:
        self._app = app
        self._cache = cache
        self._rate_per_s = settings.rate_per_minute / 60
        self._burst = settings.burst
        self._sign_in_rate_per_s = settings.signin_rate_per_minute / 60
        self._sign_in_burst = settings.signin_rate_per_minute
        window_s = max(1, round(self._burst / self._rate_per_s))
        self._policy = f'"default";q={self._burst};w={window_s}'.encode()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http":
            await self._limit(scope)
        await self._app(scope, receive, send)

    async def _limit(self, scope: Scope) -> None:
        state = state_of(scope)
        if scope["method"] == "POST" and scope["path"] in _SIGN_IN_PATHS:
            decision = await self._cache.take(
                f"sign-in:{_holder_of(state.client)}",
                rate_per_s=self._sign_in_rate_per_s,
                burst=self._sign_in_burst,
            )
        else:
            caller = (
                f"{state.principal.tenant}:{state.principal.actor}"
                if state.principal
                else f"address:{_holder_of(state.client)}"
            )
            decision = await self._cache.take(
                caller, rate_per_s=self._rate_per_s, burst=self._burst
            )
            state.headers.append((b"ratelimit-policy", self._policy))
            left = f'"default";r={decision.remaining};t={int(decision.reset_s) + 1}'
            state.headers.append((b"ratelimit", left.encode()))
        if not decision.allowed:
            raise TooManyRequests(int(decision.retry_after_s) + 1)


class RouteStage:
    """Finds the upstream, checks scope, size and time, and passes a signed identity on."""

    def __init__(
        self,
        table: RouteTable,
        *,
        pages: ASGIApp,
        tokens: InternalTokens,
        settings: GatewaySettings,
    ) -> None:
        self._table = table
        self._pages = pages
        self._tokens = tokens
        self._settings = settings

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._pages(scope, receive, send)
            return
        state = state_of(scope)
        path: str = scope["path"]
        if not path.startswith(API_PREFIXES):
            state.template = "page"
            await self._pages(self._inner(scope, state), receive, send)
            return
        route = self._route(state, path, scope["method"])
        state.template = route.template
        if route.scope is not None:
            if state.principal is None:
                raise CredentialsMissing
            state.principal.require(route.scope)
        limit = self._settings.max_upload_bytes if route.upload else self._settings.max_body_bytes
        body = _LimitedBody(scope, receive, limit)
        # A large file may take longer to arrive than a service may take to answer.
        timeout_s = None if route.upload else self._settings.timeout_s
        inner = self._inner(scope, state)
        inner[REPEATABLE] = route.repeatable and (
            inner["method"] != "POST" or header(scope, b"idempotency-key") is not None
        )
        await self._call(route.upstream, inner, body, send, timeout_s)

    def _route(self, state: RequestState, path: str, method: str) -> Route:
        routes = self._table.find(path)
        route = routes.get("GET" if method == "HEAD" else method)
        if route is not None:
            return route
        # Who is not known learns nothing of which paths there are.
        if state.principal is None and all(route.scope for route in routes.values()):
            raise CredentialsMissing
        if not routes:
            raise AddressNotFound
        allow = sorted({*routes, *(["HEAD"] if "GET" in routes else [])})
        raise MethodNotAllowed(f"This path takes {', '.join(allow)}.", allow=allow)

    def _inner(self, scope: Scope, state: RequestState) -> Scope:
        headers = [
            (key, value)
            for key, value in scope["headers"]
            if not key.startswith(b"x-customerai-") and key != b"x-request-id"
        ]
        headers.append((b"x-request-id", state.request_id.encode()))
        if state.principal is not None:
            token = self._tokens.sign(state.principal)
            headers.append((INTERNAL_TOKEN_HEADER.encode(), token.encode()))
        inner = dict(scope)
        inner["headers"] = headers
        if inner["method"] == "HEAD":  # the server leaves the body of the answer out
            inner["method"] = "GET"
        return inner

    async def _call(
        self,
        app: ASGIApp,
        scope: Scope,
        body: _LimitedBody,
        send: Send,
        timeout_s: float | None,
    ) -> None:
        task = asyncio.current_task()
        assert task is not None
        expired = False

        def expire() -> None:
            nonlocal expired
            expired = True
            task.cancel()

        timer = asyncio.get_running_loop().call_later(timeout_s, expire) if timeout_s else None

        async def began(message: Message) -> None:
            if timer is not None:
                timer.cancel()
            if body.exceeded:
                return  # whatever the service made of half a body
            await send(message)

        try:
            await app(scope, body, began)
        except asyncio.CancelledError:
            if not expired:
                raise
            if hasattr(task, "uncancel"):  # Python 3.11 counts requests to cancel
                task.uncancel()
            raise UpstreamTimeout("The service took too long.") from None
        except ProblemError:
            if not body.exceeded:  # said below, whatever became of half a body
                raise
        finally:
            if timer is not None:
                timer.cancel()
        if body.exceeded:
            raise BodyTooLarge(body.limit)


class _LimitedBody:
    """A request's body that ends with `BodyTooLarge` at its limit."""

    def __init__(self, scope: Scope, receive: Receive, limit: int) -> None:
        declared = header(scope, b"content-length")
        if declared is not None and declared.isdigit():
            digits = declared.lstrip(b"0")
            if len(digits) > _LENGTH_DIGITS or int(digits or b"0") > limit:
                raise BodyTooLarge(limit)
        self._receive = receive
        self._seen = 0
        self.limit = limit
        self.exceeded = False

    async def __call__(self) -> Message:
        message = await self._receive()
        if message["type"] == "http.request":
            self._seen += len(message.get("body", b""))
            if self._seen > self.limit:
                self.exceeded = True
                raise BodyTooLarge(self.limit)
        return message


def build(
    table: RouteTable,
    *,
    pages: ASGIApp,
    service: GatewayService,
    cache: Cache,
    tokens: InternalTokens,
    settings: GatewaySettings,
    metrics: Metrics,
    access: AccessLog,
) -> ASGIApp:
    """The whole pipeline around the upstreams."""
    app: ASGIApp = RouteStage(table, pages=pages, tokens=tokens, settings=settings)
    app = RateLimitStage(app, cache=cache, settings=settings)
    app = AuthenticateStage(app, service=service)
    app = AllowlistStage(app, settings=settings)
    app = RespondStage(app, metrics=metrics, access=access)
    return RequestIdStage(app, settings=settings)
