"""The rate limit in Redis: as in memory, whatever kind of Redis it is, and while it is away."""

from __future__ import annotations

import asyncio
import os
import shutil
import signal
import socket
import subprocess
import time
import uuid
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import ExitStack, asynccontextmanager, contextmanager
from pathlib import Path

import pytest
from anyio.from_thread import BlockingPortal, start_blocking_portal
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import SecretStr
from scripts.services import free_ports

from customerai.core.cache import MemoryCache, open_cache
from customerai.core.redis_cache import Address, RedisCache
from customerai.core.settings import CacheSettings
from customerai.core.telemetry import Metrics
from tests import engines

services = pytest.mark.services
FAILURES = "customerai_cache_failures_total"


# -- addresses


@pytest.mark.parametrize(
    ("url", "kind", "hosts", "service", "db"),
    [
        ("redis://h", "single", (("h", 6379),), "", 0),
        ("redis://:pw@h:1/3", "single", (("h", 1),), "", 3),
        ("rediss://u:p%40w@[::1]:7", "single", (("::1", 7),), "", 0),
        ("redis+sentinel://a:1,b/main/2", "sentinel", (("a", 1), ("b", 26379)), "main", 2),
        ("redis+cluster://a:1,b:2", "cluster", (("a", 1), ("b", 2)), "", 0),
    ],
)
def test_each_form_of_address_is_read(
    url: str, kind: str, hosts: tuple[tuple[str, int], ...], service: str, db: int
) -> None:
    address = Address.parse(url)
    assert (address.kind, address.hosts, address.service, address.db) == (kind, hosts, service, db)
    assert address.tls == url.startswith("rediss")


def test_name_and_password_are_read_from_an_address() -> None:
    address = Address.parse("redis://u:p%40w@h")
    assert (address.username, address.password) == ("u", "p@w")
    assert Address.parse("redis://h").password is None


@pytest.mark.parametrize(
    "url",
    [
        "http://secret@h", "redis://", "redis://:secret@a:1,b:2", "redis+sentinel://secret@a:1",
        "redis+cluster://secret@a:1/0", "redis://secret@h/zero", "redis+other://secret@h",
        "redis://secret@h:port",
    ],
)  # fmt: skip
def test_another_address_is_refused_without_repeating_its_secret(url: str) -> None:
    with pytest.raises(ValueError, match="known forms") as caught:
        Address.parse(url)
    assert "secret" not in str(caught.value)


async def test_without_an_address_each_process_counts_for_itself() -> None:
    assert isinstance(open_cache(CacheSettings(), Metrics()), MemoryCache)


# -- one server


class Stopwatch:
    def __init__(self) -> None:
        self.now = 1_000.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture(scope="module")
def portal() -> Iterator[BlockingPortal]:
    with start_blocking_portal() as opened:
        yield opened


def a_redis_cache(
    url: str | None = None, *, metrics: Metrics | None = None, **other: object
) -> RedisCache:
    chosen = {"timeout_s": 2.0, "prefix": f"t{uuid.uuid4().hex[:12]}", **other}
    chosen["url"] = SecretStr(url or str(engines.REDIS))
    return RedisCache(CacheSettings(**chosen), metrics or Metrics())  # type: ignore[arg-type]


@services
@settings(deadline=None, max_examples=150)
@given(
    st.sampled_from([0.25, 0.5, 1.0, 2.0, 8.0, 50.0, 100 / 60, 10 / 60]),
    st.integers(1, 20),
    st.lists(st.integers(0, 5000).map(lambda ms: ms / 1000), min_size=1, max_size=40),
)
def test_redis_and_memory_decide_alike(
    portal: BlockingPortal, rate: float, burst: int, gaps: list[float]
) -> None:
    async def compare() -> None:
        watch = Stopwatch()
        memory = MemoryCache(monotonic=watch)
        cache = RedisCache(engines.cache_settings(), Metrics(), now=lambda: round(watch() * 1e6))
        try:
            for gap in gaps:
                watch.now = round(watch.now + gap, 3)
                expected = await memory.take("k", rate_per_s=rate, burst=burst)
                decision = await cache.take("k", rate_per_s=rate, burst=burst)
                assert cache.shared
                assert decision.allowed == expected.allowed
                assert decision.remaining == expected.remaining
                assert decision.reset_s == pytest.approx(expected.reset_s, abs=1e-5)
                assert decision.retry_after_s == pytest.approx(expected.retry_after_s, abs=1e-5)
        finally:
            await cache.close()

    portal.call(compare)


@services
async def test_two_processes_share_one_burst_and_the_server_s_clock() -> None:
    chosen = engines.cache_settings()
    one, two = RedisCache(chosen, Metrics()), RedisCache(chosen, Metrics())
    decisions = await asyncio.gather(
        *((one, two)[n % 2].take("k", rate_per_s=0.01, burst=10) for n in range(30))
    )
    assert sum(decision.allowed for decision in decisions) == 10
    assert sorted(d.remaining for d in decisions if d.allowed) == list(range(10))
    assert all(d.retry_after_s > 0 for d in decisions if not d.allowed)
    assert (await two.take("other", rate_per_s=0.01, burst=1)).allowed
    await one.close()
    await two.close()


@services
async def test_what_is_kept_ends_by_itself_and_shows_no_key() -> None:
    from redis.asyncio import Redis  # noqa: PLC0415 - extra `redis`

    cache = a_redis_cache()
    await cache.take("203.0.113.7", rate_per_s=10, burst=20)
    client = Redis.from_url(str(engines.REDIS))
    (key,) = [name async for name in client.scan_iter(f"{cache._settings.prefix}*")]
    assert b"203.0.113.7" not in key
    assert 1000 < await client.pttl(key) <= 1_101
    await client.aclose()
    await cache.close()


@services
async def test_a_server_that_forgot_the_script_is_told_it_again() -> None:
    from redis.asyncio import Redis  # noqa: PLC0415 - extra `redis`

    metrics = Metrics()
    cache = a_redis_cache(metrics=metrics)
    client = Redis.from_url(str(engines.REDIS))
    for left in (4, 3):
        await client.script_flush()
        assert (await cache.take("k", rate_per_s=0.01, burst=5)).remaining == left
    assert metrics.registry.get_sample_value(FAILURES) == 0
    await client.aclose()
    await cache.close()


@services
async def test_a_clock_that_was_set_back_locks_nobody_out() -> None:
    watch = Stopwatch()
    cache = RedisCache(engines.cache_settings(), Metrics(), now=lambda: round(watch() * 1e6))
    for _ in range(3):
        await cache.take("k", rate_per_s=1, burst=3)
    watch.now -= 500
    refused = await cache.take("k", rate_per_s=1, burst=3)
    assert not refused.allowed
    assert refused.retry_after_s == pytest.approx(1.0)
    await cache.close()


# -- servers that these tests start, stop and move


class Server:
    """A redis-server of a test."""

    def __init__(self, folder: Path, port: int, *options: str) -> None:
        self.port = port
        self._folder = folder / str(port)
        self._folder.mkdir(parents=True)
        self._options = options
        self.process: subprocess.Popen[bytes]
        self.start()

    def start(self) -> None:
        configuration = self._folder / "redis.conf"
        if not configuration.exists():
            configuration.write_text(
                f'bind 127.0.0.1\nport {self.port}\ndir {self._folder}\nsave ""\nappendonly no\n'
                + "".join(f"{line}\n" for line in self._options)
            )
        role = ["--sentinel"] if any("sentinel" in line for line in self._options) else []
        self.process = subprocess.Popen(
            ["redis-server", str(configuration), *role],
            stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
        )  # fmt: skip
        until = time.monotonic() + 10
        while True:
            try:
                socket.create_connection(("127.0.0.1", self.port), 1).close()
                return
            except OSError:
                assert time.monotonic() < until, "redis-server does not start"
                time.sleep(0.02)

    def kill(self) -> None:
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGKILL)
        self.process.wait(10)

    def pause(self) -> None:
        os.kill(self.process.pid, signal.SIGSTOP)

    def resume(self) -> None:
        os.kill(self.process.pid, signal.SIGCONT)

    def ask(self, *command: str) -> str:
        return subprocess.run(
            ["redis-cli", "-p", str(self.port), *command],
            capture_output=True, text=True, check=True, timeout=20,
        ).stdout  # fmt: skip


@contextmanager
def a_server(folder: Path, port: int | None = None, *options: str) -> Iterator[Server]:
    server = Server(folder, port or free_ports(1), *options)
    try:
        yield server
    finally:
        server.kill()


async def until(ready: Callable[[], bool], *, longest_s: float = 30) -> None:
    end = time.monotonic() + longest_s
    while not ready():
        assert time.monotonic() < end, "it did not come to pass"
        await asyncio.sleep(0.05)


async def took(cache: RedisCache) -> tuple[bool, float]:
    """Whether a request was decided together with others, and the seconds that took."""
    began = time.perf_counter()
    assert (await cache.take("k", rate_per_s=100, burst=1_000_000)).allowed
    return cache.shared, time.perf_counter() - began


@services
async def test_requests_go_on_while_redis_is_away_and_do_not_wait_for_it(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    metrics = Metrics()
    with a_server(tmp_path) as server:
        cache = a_redis_cache(f"redis://127.0.0.1:{server.port}", metrics=metrics, timeout_s=0.25)
        assert (await took(cache))[0]
        server.pause()  # the worst way to be away: connections open and nobody answers
        waits = [(await took(cache))[1] for _ in range(200)]
        assert waits[0] < 0.6
        assert sum(waits[1:]) < 0.5, "only the first request pays"
        assert metrics.registry.get_sample_value(FAILURES) == 200
        server.resume()
        await until(lambda: cache.shared)
        assert (await took(cache))[0]
        server.kill()
        waits = [(await took(cache))[1] for _ in range(50)]
        assert max(waits) < 0.3
        server.start()
        await until(lambda: cache.shared)
        assert (await took(cache))[0]
        await cache.close()
    said = capsys.readouterr().out
    assert said.count("cache.lost") == 2, "one line an outage"
    assert said.count("cache.back") == 2


@services
async def test_limits_of_one_process_hold_while_redis_is_away() -> None:
    cache = a_redis_cache(f"redis://127.0.0.1:{free_ports(1)}", timeout_s=0.25)
    decisions = [await cache.take("k", rate_per_s=0.01, burst=3) for _ in range(5)]
    assert [decision.allowed for decision in decisions] == [True] * 3 + [False] * 2
    await cache.close()


@services
async def test_more_requests_at_once_than_connections_are_no_failure() -> None:
    metrics = Metrics()
    cache = a_redis_cache(metrics=metrics, connections=2, timeout_s=5.0)
    decisions = await asyncio.gather(
        *(cache.take("k", rate_per_s=0.01, burst=1000) for _ in range(500))
    )
    assert sorted(decision.remaining for decision in decisions) == list(range(500, 1000))
    assert metrics.registry.get_sample_value(FAILURES) == 0
    await cache.close()


@asynccontextmanager
async def closing(cache: RedisCache) -> AsyncIterator[RedisCache]:
    try:
        yield cache
    finally:
        await cache.close()


@services
async def test_a_new_master_is_found_through_sentinels(tmp_path: Path) -> None:
    first = free_ports(5)
    with ExitStack() as stack:
        master = stack.enter_context(a_server(tmp_path, first))
        replica = stack.enter_context(a_server(tmp_path, first + 1, f"replicaof 127.0.0.1 {first}"))
        watch = (
            f"sentinel monitor limits 127.0.0.1 {first} 2",
            "sentinel down-after-milliseconds limits 500",
            "sentinel failover-timeout limits 2000",
        )
        sentinels = [
            stack.enter_context(a_server(tmp_path, first + 2 + n, *watch)) for n in range(3)
        ]
        await until(
            lambda: all("num-other-sentinels\n2" in s.ask("sentinel", "master", "limits")
                        and "num-slaves\n1" in s.ask("sentinel", "master", "limits")
                        for s in sentinels)
        )  # fmt: skip
        where = ",".join(f"127.0.0.1:{s.port}" for s in sentinels)
        url = f"redis+sentinel://{where}/limits/0"
        async with closing(a_redis_cache(url, timeout_s=0.25)) as cache:
            assert (await took(cache))[0]
            await until(lambda: "slave0" in master.ask("info", "replication"))
            master.kill()
            assert not (await took(cache))[0]
            await until(lambda: "role:master" in replica.ask("info", "replication"))
            await until(lambda: cache.shared)
            assert (await took(cache))[0]
            assert replica.ask("dbsize").strip() != "0"


@services
async def test_limits_spread_over_a_cluster_of_three(tmp_path: Path) -> None:
    first = free_ports(6)
    options = ("cluster-enabled yes", "cluster-node-timeout 1000", "cluster-config-file nodes.conf",
               "cluster-require-full-coverage no")  # fmt: skip
    with ExitStack() as stack:
        nodes = [
            stack.enter_context(
                a_server(tmp_path, first + n, *options, f"cluster-port {first + 3 + n}")
            )
            for n in range(3)
        ]
        where = [f"127.0.0.1:{node.port}" for node in nodes]
        await asyncio.to_thread(
            subprocess.run,
            ["redis-cli", "--cluster", "create", *where, "--cluster-yes"],
            check=True, capture_output=True, timeout=60,
        )  # fmt: skip
        await until(lambda: all("cluster_state:ok" in n.ask("cluster", "info") for n in nodes))
        url = f"redis+cluster://{where[0]},{where[1]}"
        async with closing(a_redis_cache(url, timeout_s=1.0)) as cache:
            for n in range(60):
                for left in (1, 0):
                    decision = await cache.take(f"k{n}", rate_per_s=0.01, burst=2)
                    assert (decision.allowed, decision.remaining) == (True, left)
                assert not (await cache.take(f"k{n}", rate_per_s=0.01, burst=2)).allowed
            assert cache.shared
            sizes = [int(node.ask("dbsize")) for node in nodes]
            assert sum(sizes) >= 60
            assert all(sizes), "each node has its share"
            nodes[2].kill()
            decisions = [await cache.take(f"k{n}", rate_per_s=0.01, burst=2) for n in range(60)]
            assert not cache.shared
            assert any(decision.allowed for decision in decisions), "now counted here"
            nodes[2].start()
            await until(lambda: cache.shared)
            assert (await took(cache))[0]


def test_the_servers_of_these_tests_are_there() -> None:
    # Without them the tests above would fail one by one; this says why.
    if engines.REDIS is not None:
        assert shutil.which("redis-server"), "make services installs it"
