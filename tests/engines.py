"""The engines under the tests: SQLite and memory, or real servers, chosen in one place.

By default a test gets SQLite, the bus and the cache inside the process, and no socket. With
CUSTOMERAI_TEST_POSTGRES, CUSTOMERAI_TEST_REDIS and CUSTOMERAI_TEST_RABBITMQ set, as
`make test-services` does, the same tests get a PostgreSQL database of their own, copied from
one that was migrated once, and a prefix of their own in Redis and RabbitMQ.
"""

from __future__ import annotations

import asyncio
import importlib
import os
import pkgutil
import tempfile
import uuid
from collections.abc import AsyncIterator, Callable, Coroutine, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, asynccontextmanager, contextmanager
from functools import lru_cache
from pathlib import Path
from typing import Any

from pydantic import SecretStr
from sqlalchemy import select

import customerai
from customerai.core.cache import Cache, MemoryCache
from customerai.core.db import Database, Transaction, open_database
from customerai.core.schema import metadata
from customerai.core.settings import BusSettings, CacheSettings, DatabaseSettings
from customerai.core.telemetry import Metrics
from customerai.migrations import migrate

POSTGRES = os.environ.get("CUSTOMERAI_TEST_POSTGRES")
REDIS = os.environ.get("CUSTOMERAI_TEST_REDIS")
RABBITMQ = os.environ.get("CUSTOMERAI_TEST_RABBITMQ")
ON_SERVICES = bool(POSTGRES or REDIS or RABBITMQ)
_RUN = uuid.uuid4().hex[:10]
_LEAVING = 3


# -- databases


class _Postgres:
    """Makes a database from a template and drops it; both by one connection of this process."""

    def __init__(self, dsn: str) -> None:
        import psycopg  # noqa: PLC0415 - extra `postgres`

        self._dsn = dsn
        self._connection = psycopg.connect(dsn, autocommit=True)
        self._count = 0
        self._leaving: list[str] = []
        self._template = f"cai_{_RUN}_template"
        self._sql(f"create database {self._template}")
        with tempfile.TemporaryDirectory() as folder:
            migrate(self._address(self._template), Path(folder) / "lock")

    def _sql(self, statement: str) -> None:
        self._connection.execute(statement.encode())

    def _address(self, name: str) -> str:
        return self._dsn.replace("postgresql://", "postgresql+asyncpg://").rpartition("/")[0] + (
            f"/{name}"
        )

    def make(self) -> str:
        self._count += 1
        name = f"cai_{_RUN}_{self._count}"
        self._sql(f"create database {name} template {self._template}")
        return self._address(name)

    def drop(self, address: str) -> None:
        """Drop it later: while a connection is still on its way out the server waits 100 ms."""
        self._leaving.append(address.rpartition("/")[2])
        if len(self._leaving) > _LEAVING:
            self._drop_first()

    def _drop_first(self) -> None:
        self._sql(f"drop database if exists {self._leaving.pop(0)} with (force)")

    def finish(self) -> None:
        while self._leaving:
            self._drop_first()
        self._sql(f"drop database if exists {self._template} with (force)")
        self._connection.close()


@lru_cache
def _postgres() -> _Postgres:
    assert POSTGRES is not None
    return _Postgres(POSTGRES)


@contextmanager
def a_database_address(path: Path | None = None) -> Iterator[str]:
    """Where an empty database is: SQLite in a file or in memory, or a new one in PostgreSQL."""
    if POSTGRES is None:
        yield "sqlite://" if path is None else f"sqlite:///{path}"
        return
    address = _postgres().make()
    try:
        yield address
    finally:
        _postgres().drop(address)


@asynccontextmanager
async def a_database(path: Path | None = None) -> AsyncIterator[Database]:
    """An empty database with every table, open for as long as the block lasts.

    Args:
        path: a file, where SQLite shall have readers beside its writer; else it is in memory.
    """
    with a_database_address(path) as address:
        db = open_database(address, DatabaseSettings(synchronous="normal"))
        try:
            if POSTGRES is None:  # the other one was migrated
                await db.write(metadata.create_all)
            yield db
        finally:
            await db.close()


async def bytes_of(db: Database, folder: Path) -> bytes:
    """All that a database keeps: its files with the log, or every row of every table."""
    if POSTGRES is None:
        files = [path for path in folder.rglob("*") if path.is_file()]  # noqa: ASYNC240
        return b"".join(path.read_bytes() for path in files)
    content: list[bytes] = []

    def work(tx: Transaction) -> None:
        for table in metadata.tables.values():
            for row in tx.execute(select(table)):
                content.extend(v if isinstance(v, bytes) else str(v).encode() for v in row)

    await db.read(work)
    return b"\0".join(content)


# -- limits


@asynccontextmanager
async def a_cache(
    monotonic: Callable[[], float], *, metrics: Metrics | None = None
) -> AsyncIterator[Cache]:
    """A cache whose time is the caller's."""
    if REDIS is None:
        yield MemoryCache(monotonic=monotonic)
        return
    from customerai.core.redis_cache import RedisCache  # noqa: PLC0415 - extra `redis`

    cache = RedisCache(cache_settings(), metrics or Metrics(), now=lambda: round(monotonic() * 1e6))
    try:
        yield cache
    finally:
        await cache.close()


def cache_settings() -> CacheSettings:
    """A prefix of its own in Redis; what is written there ends by itself."""
    if REDIS is None:
        return CacheSettings()
    return CacheSettings(url=SecretStr(REDIS), prefix=f"t{uuid.uuid4().hex[:12]}", timeout_s=2.0)


# -- events


@lru_cache
def known_handlers() -> tuple[str, ...]:
    """Every handler of every service."""
    found = []
    for module in pkgutil.iter_modules(customerai.__path__):
        if not module.ispkg:
            continue
        try:
            handlers = importlib.import_module(f"customerai.{module.name}.handlers")
        except ModuleNotFoundError:
            continue
        found += [n for n, v in vars(handlers).items() if hasattr(v, "__customerai_event__")]
    return tuple(found)


class _RabbitMQ:
    """Prefixes in the broker: a quorum queue takes its time to be made, so they are used again."""

    def __init__(self, address: str) -> None:
        self._address = address
        self._free: list[str] = []
        self._all: list[str] = []

    def take(self) -> str:
        if self._free:
            return self._free.pop()
        prefix = f"t{_RUN}.{len(self._all)}"
        self._all.append(prefix)
        return prefix

    def give_back(self, prefix: str) -> None:
        _in_thread(self._each_queue, prefix, "purge")
        self._free.append(prefix)

    async def _each_queue(self, prefix: str, action: str) -> None:
        import aio_pika  # noqa: PLC0415 - extra `rabbitmq`
        from aio_pika.exceptions import AMQPError  # noqa: PLC0415

        handlers = known_handlers()
        names = [f"{prefix}.{handler}{kind}" for handler in handlers for kind in ("", ".bulk")]
        async with await aio_pika.connect(self._address) as connection:
            channel = await connection.channel()
            for name in (*names, f"{prefix}.dead"):
                try:
                    queue = await channel.get_queue(name, ensure=False)
                    if action == "purge":
                        await queue.purge()
                    else:
                        await queue.delete(if_unused=False, if_empty=False)
                except AMQPError:  # it was never made
                    channel = await connection.channel()
            if action == "delete":
                for name in (f"{prefix}.events", f"{prefix}.dead"):
                    await channel.exchange_delete(name)

    def finish(self) -> None:
        for prefix in self._all:
            _in_thread(self._each_queue, prefix, "delete")


def _in_thread(function: Callable[..., Coroutine[Any, Any, None]], *arguments: str) -> None:
    """Run a coroutine to its end beside whatever event loop this thread has."""
    with ThreadPoolExecutor(1) as pool:
        pool.submit(lambda: asyncio.run(function(*arguments))).result(60)


@lru_cache
def _rabbitmq() -> _RabbitMQ:
    assert RABBITMQ is not None
    return _RabbitMQ(RABBITMQ)


# -- whole processes


class _Place:
    """What the processes on one folder share."""

    def __init__(self) -> None:
        self._stack = ExitStack()
        self.database = DatabaseSettings(synchronous="normal")
        if POSTGRES is not None:
            address = self._stack.enter_context(a_database_address())
            self.database = DatabaseSettings(url=address)
        self.cache = cache_settings()
        self.bus = BusSettings()
        if RABBITMQ is not None:
            prefix = _rabbitmq().take()
            self._stack.callback(_rabbitmq().give_back, prefix)
            self.bus = BusSettings(url=SecretStr(RABBITMQ), prefix=prefix)

    def close(self) -> None:
        self._stack.close()


_places: dict[Path, _Place] = {}


def settings_for(folder: Path) -> dict[str, Any]:
    """The sections `database`, `cache` and `bus` for the processes that share a folder."""
    place = _places.get(folder)
    if place is None:
        place = _places[folder] = _Place()
    return {"database": place.database, "cache": place.cache, "bus": place.bus}


def environment_for(folder: Path) -> dict[str, str]:
    """The same for processes that are started, as variables; nothing without servers."""
    sections = settings_for(folder)
    found = {}
    if POSTGRES is not None:
        found["CUSTOMERAI_DATABASE__URL"] = sections["database"].url
    for name, url in (("cache", REDIS), ("bus", RABBITMQ)):
        if url is not None:
            found[f"CUSTOMERAI_{name.upper()}__URL"] = url
            found[f"CUSTOMERAI_{name.upper()}__PREFIX"] = sections[name].prefix
    return found


def release(root: Path) -> None:
    """Give back what the processes on folders below `root` had."""
    for folder in [folder for folder in _places if folder.is_relative_to(root)]:
        _places.pop(folder).close()


def finish() -> None:
    """Leave nothing in the servers, at the end of a run."""
    release(Path("/"))
    for engine in (_postgres, _rabbitmq):
        if engine.cache_info().currsize:  # type: ignore[attr-defined]  # of lru_cache
            engine().finish()  # type: ignore[operator]
