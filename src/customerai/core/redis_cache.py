"""Rate limits in Redis, shared by every process; needs the extra `redis`."""

from __future__ import annotations

import asyncio
import hashlib
import random
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Final, TypeAlias
from urllib.parse import unquote, urlsplit

import anyio
import structlog
from redis.asyncio import BlockingConnectionPool, Redis
from redis.asyncio.cluster import ClusterNode, RedisCluster
from redis.asyncio.retry import Retry
from redis.asyncio.sentinel import Sentinel
from redis.backoff import NoBackoff
from redis.exceptions import ConnectionError as RedisConnectionError
from redis.exceptions import NoScriptError, RedisError

from customerai.core.cache import MemoryCache, RateDecision
from customerai.core.settings import CacheSettings
from customerai.core.telemetry import Metrics

log = structlog.get_logger(__name__)

Client: TypeAlias = "Redis | RedisCluster"

# The algorithm of MemoryCache in whole and half microseconds of the server's clock, counted from
# late 2023 so that a double holds them to 1/64 µs. What an earlier clock left behind is never
# further ahead than a full burst, so that a clock that was set back locks nobody out.
# KEYS: the limit. ARGV: microseconds between requests, burst, [now].
# Returns: allowed, remaining, microseconds until all is back, microseconds until one is allowed.
TAKE: Final = """
local interval, burst = tonumber(ARGV[1]), tonumber(ARGV[2])
local now = tonumber(ARGV[3])
if not now then
  local clock = redis.call('TIME')
  now = (tonumber(clock[1]) - 1700000000) * 1000000 + tonumber(clock[2])
end
local tolerance = interval * burst
local arrival = tonumber(redis.call('GET', KEYS[1])) or now
arrival = math.min(math.max(arrival, now), now + tolerance)
local ahead = arrival + interval - now
if ahead > tolerance + 0.5 then
  return {0, 0, math.ceil(arrival - now), math.ceil(ahead - tolerance)}
end
local kept_ms = math.ceil(ahead / 1000) + 1000
redis.call('SET', KEYS[1], string.format('%.6f', arrival + interval), 'PX', kept_ms)
return {1, math.floor((tolerance - ahead + 0.5) / interval), math.ceil(ahead), 0}
"""
_DIGEST: Final = hashlib.sha1(TAKE.encode(), usedforsecurity=False).hexdigest()  # as EVALSHA wants
_FAULTS: Final = (RedisError, OSError, TimeoutError, asyncio.TimeoutError)
_FIRST_PAUSE_S: Final = 0.1
_LONGEST_PAUSE_S: Final = 5.0
_CHANCE: Final = random.SystemRandom()


@dataclass(frozen=True)
class Address:
    """Where Redis is, read from one of the forms that the settings take."""

    kind: str
    hosts: tuple[tuple[str, int], ...]
    service: str
    db: int
    username: str | None
    password: str | None
    tls: bool

    @classmethod
    def parse(cls, url: str) -> Address:
        """Read `redis[s][+sentinel|+cluster]://[user:password@]host:port[,…][/service][/db]`.

        Raises:
            ValueError: it is none of these; the message does not repeat it, for its password.
        """
        parts = urlsplit(url)
        scheme, _, kind = parts.scheme.partition("+")
        path = [part for part in parts.path.split("/") if part]
        service = unquote(path.pop(0)) if kind == "sentinel" and path else ""
        who, _, where = parts.netloc.rpartition("@")
        username, _, password = who.partition(":")
        right = (
            scheme in ("redis", "rediss")
            and kind in ("", "sentinel", "cluster")
            and bool(where)
            and bool(service) == (kind == "sentinel")
            and (kind != "" or "," not in where)
            and len(path) <= (0 if kind == "cluster" else 1)
            and not parts.query
        )
        try:
            if not right:
                raise ValueError
            standard = 26379 if kind == "sentinel" else 6379
            hosts = tuple(_host(text, standard) for text in where.split(","))
            db = int(path[0]) if path else 0
        except ValueError:
            raise ValueError("the address of Redis is in none of the known forms") from None
        return cls(
            kind or "single",
            hosts,
            service,
            db,
            unquote(username) or None,
            unquote(password) or None,
            scheme == "rediss",
        )


def _host(text: str, standard: int) -> tuple[str, int]:
    parts = urlsplit(f"//{text}")
    if not parts.hostname:
        raise ValueError
    return parts.hostname, parts.port or standard


class _Link:
    """A client, with the clients that it needs beside it; it connects when it is first used."""

    def __init__(self, client: Client, *beside: Client) -> None:
        self.client = client
        self._all = (client, *beside)

    async def close(self) -> None:
        with anyio.move_on_after(1.0, shield=True):
            await asyncio.gather(*(one.aclose() for one in self._all), return_exceptions=True)
            if isinstance(self.client, RedisCluster):
                # Of a cluster that it did not get to know to the end, it forgets to close these.
                await self.client.nodes_manager.aclose()
                await self.client.nodes_manager.aclose("startup_nodes")


def _connect(address: Address, settings: CacheSettings) -> _Link:
    who: dict[str, Any] = {"username": address.username, "password": address.password}
    if address.tls:
        who["ssl"] = True
    limits: dict[str, Any] = {
        "socket_timeout": settings.timeout_s,
        "socket_connect_timeout": settings.timeout_s,
        # A connection that the server closed while it was idle is replaced once, at once.
        "retry": Retry(NoBackoff(), 1, supported_errors=(RedisConnectionError,)),
    }
    if address.kind == "cluster":
        nodes = [ClusterNode(host, port) for host, port in address.hosts]
        # It follows a moved slot by trying again; a node that is away is left to the breaker.
        limits["retry"] = Retry(NoBackoff(), 2)
        return _Link(
            RedisCluster(startup_nodes=nodes, max_connections=settings.connections, **limits, **who)
        )
    if address.kind == "sentinel":
        watchers = {**limits, "ssl": address.tls}
        sentinel = Sentinel(  # type: ignore[no-untyped-call]  # untyped in redis-py
            list(address.hosts), sentinel_kwargs=watchers, **limits
        )
        master: Redis = sentinel.master_for(address.service, db=address.db, **who)
        return _Link(master, *sentinel.sentinels)
    ((host, port),) = address.hosts
    scheme = "rediss" if address.tls else "redis"
    shown = f"[{host}]" if ":" in host else host
    who.pop("ssl", None)
    pool = BlockingConnectionPool.from_url(
        f"{scheme}://{shown}:{port}/{address.db}",
        max_connections=settings.connections,
        timeout=settings.timeout_s,
        **limits,
        **who,
    )
    return _Link(Redis.from_pool(pool))


class RedisCache:
    """Limits that hold over all processes, while Redis answers.

    While it does not, each process counts for itself, so that requests go on: the limits are
    then those of one process. The first failure says so in the log, and until a probe in the
    background was answered no request waits for Redis again.

    Args:
        now: microseconds in place of the server's clock; for tests.
    """

    def __init__(
        self, settings: CacheSettings, metrics: Metrics, *, now: Callable[[], int] | None = None
    ) -> None:
        assert settings.url is not None
        self._address = Address.parse(settings.url.get_secret_value())
        self._settings = settings
        self._metrics = metrics
        self._now = now
        self._local = MemoryCache()
        self._link: _Link | None = None
        self._turns = asyncio.Semaphore(settings.connections)
        self._recovering: asyncio.Task[None] | None = None
        self._closed = False

    @property
    def shared(self) -> bool:
        """Whether the limits are those of all processes just now."""
        return self._recovering is None

    async def take(self, key: str, *, rate_per_s: float, burst: int) -> RateDecision:
        """Count one request by one script in Redis, or in this process when Redis is away."""
        if self._recovering is None and not self._closed:
            name, link = self._name(key), self._link
            try:
                return await self._take(name, 1e6 / rate_per_s, burst)
            except _FAULTS as error:
                if link is self._link or link is None:  # else a new one is there already
                    self._lose(name, error)
        self._metrics.cache_failures.inc()
        return await self._local.take(key, rate_per_s=rate_per_s, burst=burst)

    async def close(self) -> None:
        """Stop probing and close the connections."""
        self._closed = True
        if self._recovering is not None:
            self._recovering.cancel()
            await asyncio.gather(self._recovering, return_exceptions=True)
        if self._link is not None:
            await self._link.close()

    def _name(self, key: str) -> str:
        # A digest: a key may be an address, and is of any length. The braces make the slot in a
        # cluster that of the caller's key alone.
        digest = hashlib.blake2b(key.encode(), digest_size=16).hexdigest()
        return f"{self._settings.prefix}:rate:{{{digest}}}"

    async def _take(self, name: str, interval_us: float, burst: int) -> RateDecision:
        if self._link is None:
            self._link = _connect(self._address, self._settings)
        client = self._link.client
        arguments: list[Any] = [name, repr(interval_us), burst]
        if self._now is not None:
            arguments.append(self._now())
        with anyio.fail_after(self._settings.timeout_s):
            async with self._turns:
                try:
                    answer = await client.evalsha(_DIGEST, 1, *arguments)
                except NoScriptError:  # a server that was restarted has forgotten it
                    answer = await client.eval(TAKE, 1, *arguments)
        allowed, remaining, reset_us, retry_us = answer
        return RateDecision(
            allowed=bool(allowed),
            remaining=int(remaining),
            reset_s=reset_us / 1e6,
            retry_after_s=retry_us / 1e6,
        )

    def _lose(self, name: str, error: BaseException) -> None:
        if self._recovering is not None or self._closed:
            return  # another request has said so already
        log.warning("cache.lost", error_type=type(error).__name__)
        self._recovering = asyncio.get_running_loop().create_task(
            self._recover(name), name="cache.recover"
        )

    async def _recover(self, name: str) -> None:
        """Ask for the key that failed, at growing intervals, until the answer comes."""
        began, pause_s = time.monotonic(), _FIRST_PAUSE_S
        while True:
            await asyncio.sleep(pause_s * _CHANCE.uniform(0.8, 1.2))
            pause_s = min(pause_s * 2, _LONGEST_PAUSE_S)
            try:
                await self._probe(name)
            except _FAULTS:
                continue
            log.info("cache.back", outage_s=round(time.monotonic() - began, 1))
            self._recovering = None
            return

    async def _probe(self, name: str) -> None:
        # A fresh client: the addresses of a cluster or of a new master are learnt again.
        fresh = _connect(self._address, self._settings)
        try:
            with anyio.fail_after(max(1.0, 4 * self._settings.timeout_s)):
                # The script too is tried: a replica or a full server answers reads, not this.
                await fresh.client.eval(TAKE, 1, f"{name}:probe", "1.0", 1)
        except BaseException:
            await fresh.close()
            raise
        stale, self._link = self._link, fresh
        if stale is not None:
            await stale.close()
