"""Calls to another service: pooled connections, deadlines, bounded repetitions, breakers.

Load goes round the addresses of a service. One that fails again and again is left alone for a
while (circuit breaker); what is repeated elsewhere is bounded by a budget, so that a fault of a
service does not multiply its load.
"""

from __future__ import annotations

import asyncio
import itertools
import random
import ssl
import time
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Final

import aiohttp
import structlog
from yarl import URL

from customerai.core.guard import assert_no_transaction
from customerai.core.settings import ServiceSettings
from customerai.core.telemetry import Metrics

log = structlog.get_logger(__name__)

# Not the process's own random numbers, which tests draw from.
_SPREAD: Final = random.SystemRandom()

# Below the time after which a server closes an idle connection, so that none is used as it dies.
IDLE_S: Final = 3.0
_FAILURES_TO_OPEN: Final = 5
_FIRST_OPEN_S: Final = 0.5
_LONGEST_OPEN_S: Final = 10.0
_PAUSE_S: Final = 0.05
_BUDGET: Final = 20.0
_BUDGET_A_CALL: Final = 0.2

Body = bytes | AsyncIterator[bytes] | None


class RemoteDown(Exception):
    """No answer came; `sent` says whether the request may have been taken."""

    def __init__(self, service: str, *, sent: bool) -> None:
        super().__init__(f"{service} does not answer")
        self.sent = sent


class RemoteTimeout(Exception):
    """No answer came in time."""


@dataclass
class Breaker:
    """Leaves an address alone once it failed several times in a row.

    After a pause, which doubles up to 10 s, one call is let through to see.
    """

    failures: int = 0
    opened: int = 0
    open_until: float = 0.0
    probing: bool = False

    def allows(self, now: float) -> bool:
        if self.failures < _FAILURES_TO_OPEN:
            return True
        return now >= self.open_until and not self.probing

    @property
    def is_open(self) -> bool:
        return self.failures >= _FAILURES_TO_OPEN

    def begin(self) -> None:
        """A call goes out."""
        if self.is_open:
            self.probing = True

    def succeed(self) -> None:
        self.failures = self.opened = 0
        self.probing = False

    def fail(self, now: float) -> None:
        self.failures += 1
        self.probing = False
        if self.is_open:
            pause = min(_LONGEST_OPEN_S, _FIRST_OPEN_S * 2**self.opened)
            self.open_until = now + pause * _SPREAD.uniform(0.8, 1.2)
            self.opened += 1

    def give_up(self) -> None:
        """The call ended without telling anything of the address."""
        self.probing = False


@dataclass
class RetryBudget:
    """One repetition for about five calls, and a few at the start."""

    tokens: float = _BUDGET

    def called(self) -> None:
        self.tokens = min(_BUDGET, self.tokens + _BUDGET_A_CALL)

    def take(self) -> bool:
        if self.tokens < 1:
            return False
        self.tokens -= 1
        return True


@dataclass
class _Address:
    base: str
    breaker: Breaker = field(default_factory=Breaker)


class Remote:
    """One service, at one or more addresses."""

    def __init__(
        self,
        service: str,
        addresses: Sequence[str],
        *,
        settings: ServiceSettings,
        metrics: Metrics,
        tls: ssl.SSLContext | None = None,
        clock: Callable[[], float] = time.monotonic,
        connector: aiohttp.BaseConnector | None = None,
    ) -> None:
        if not addresses:
            raise ValueError(f"no address of {service}")
        self.service = service
        self._addresses = [_Address(base.rstrip("/")) for base in addresses]
        self._turns = itertools.count(_SPREAD.randrange(len(addresses)))
        self._settings = settings
        self._metrics = metrics
        self._tls = tls
        self._clock = clock
        self._connector = connector
        self._budget = RetryBudget()
        self._session: aiohttp.ClientSession | None = None
        metrics.client_breaker_open.labels(service=service).set(0)

    async def close(self) -> None:
        """Close every connection."""
        if self._session is not None:
            await self._session.close()

    @asynccontextmanager
    async def request(
        self,
        method: str,
        path: str,
        *,
        headers: Mapping[str, str] | Sequence[tuple[str, str]],
        body: Body = None,
        timeout_s: float,
        repeatable: bool,
    ) -> AsyncIterator[aiohttp.ClientResponse]:
        """The answer, whose body has not been read yet.

        A request that no server has taken goes to another address; one that may have been taken
        only if it is `repeatable` and its body is at hand.

        Args:
            path: as it is sent, encoded, with the query.
            timeout_s: for the answer to begin, over all attempts.

        Raises:
            RemoteDown: no address answered.
            RemoteTimeout: no answer in time.
        """
        assert_no_transaction(f"a call of {self.service}")
        began = self._clock()
        self._budget.called()
        tried: list[_Address] = []
        attempts = self._attempt(method, path, headers, body, repeatable=repeatable, tried=tried)
        try:
            response = await asyncio.wait_for(attempts, timeout_s)
        except asyncio.TimeoutError as error:
            if tried:
                tried[-1].breaker.fail(self._clock())
                self._show_breakers()
            self._count("timeout", began)
            raise RemoteTimeout(f"{self.service} took too long") from error
        except RemoteDown:
            self._count("down", began)
            raise
        self._count("answered" if response.status < 500 else "failed", began)  # noqa: PLR2004
        try:
            yield response
        finally:
            response.release()

    async def _attempt(
        self,
        method: str,
        path: str,
        headers: Mapping[str, str] | Sequence[tuple[str, str]],
        body: Body,
        *,
        repeatable: bool,
        tried: list[_Address],
    ) -> aiohttp.ClientResponse:
        pause_s = _PAUSE_S
        streams = isinstance(body, AsyncIterator)
        while True:
            address = self._next()
            if address is None:
                raise RemoteDown(self.service, sent=False)
            tried.append(address)
            address.breaker.begin()
            try:
                response = await self._send(address.base + path, method, headers, body)
            except asyncio.CancelledError:
                address.breaker.give_up()
                raise
            except (aiohttp.ClientError, OSError) as error:
                sent = not isinstance(error, aiohttp.ClientConnectorError)
                if sent and streams:  # it may have been the body that broke off
                    address.breaker.give_up()
                else:
                    address.breaker.fail(self._clock())
                self._show_breakers()
                log.warning(
                    "client.attempt_failed",
                    remote=self.service,
                    error_type=type(error).__name__,
                    sent=sent,
                )
                again = not sent or (repeatable and not streams)
                if not again or not self._budget.take():
                    raise RemoteDown(self.service, sent=sent) from error
                await asyncio.sleep(pause_s * _SPREAD.uniform(0.5, 1.5))
                pause_s = min(1.0, pause_s * 2)
            else:
                address.breaker.succeed()
                self._show_breakers()
                return response

    async def _send(
        self,
        url: str,
        method: str,
        headers: Mapping[str, str] | Sequence[tuple[str, str]],
        body: Body,
    ) -> aiohttp.ClientResponse:
        return await self._open_session().request(
            method,
            URL(url, encoded=True),
            headers=headers,
            data=body,
            allow_redirects=False,
            ssl=self._tls if self._tls is not None else True,
        )

    def _open_session(self) -> aiohttp.ClientSession:
        if self._session is None:
            self._session = aiohttp.ClientSession(
                connector=self._connector
                or aiohttp.TCPConnector(
                    limit=0,
                    limit_per_host=self._settings.connections,
                    keepalive_timeout=IDLE_S,
                ),
                timeout=aiohttp.ClientTimeout(
                    total=None, sock_connect=self._settings.connect_timeout_s
                ),
                auto_decompress=False,
                cookie_jar=aiohttp.DummyCookieJar(),
                skip_auto_headers=("User-Agent", "Accept", "Accept-Encoding", "Content-Type"),
            )
        return self._session

    def _next(self) -> _Address | None:
        now = self._clock()
        for _ in self._addresses:
            address = self._addresses[next(self._turns) % len(self._addresses)]
            if address.breaker.allows(now):
                return address
        return None

    def _count(self, outcome: str, began: float) -> None:
        self._metrics.client_requests.labels(service=self.service, outcome=outcome).inc()
        self._metrics.client_seconds.labels(service=self.service).observe(self._clock() - began)

    def _show_breakers(self) -> None:
        opened = sum(address.breaker.is_open for address in self._addresses)
        self._metrics.client_breaker_open.labels(service=self.service).set(opened)
