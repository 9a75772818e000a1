"""The database as two calls: `write(work)` and `read(work)`.

A unit of work is a plain function of an open transaction. It cannot await, so no model and no
network call can keep rows locked; see docs/decisions/0002. On SQLite one thread writes and
groups the work that waits into one commit, each piece in its own savepoint; readers run apart.
On PostgreSQL the same functions run on pooled connections, each transaction for one tenant.
"""

from __future__ import annotations

import asyncio
import queue
import sqlite3
import threading
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import Future, InvalidStateError, ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Protocol, TypeVar

from sqlalchemy import (
    BigInteger,
    ColumnElement,
    Connection,
    Table,
    cast,
    create_engine,
    event,
    func,
    literal,
    make_url,
    type_coerce,
)
from sqlalchemy.dialects.postgresql import insert as postgres_insert
from sqlalchemy.dialects.sqlite import insert as sqlite_insert
from sqlalchemy.engine import URL, Engine
from sqlalchemy.exc import DBAPIError, SQLAlchemyError
from sqlalchemy.pool import QueuePool, StaticPool

from customerai.core.errors import InvalidRequest, Unavailable
from customerai.core.guard import assert_no_transaction, transaction_open
from customerai.core.schema import Timestamp
from customerai.core.settings import DatabaseSettings
from customerai.core.tenancy import EVERY_TENANT as EVERY_TENANT  # noqa: PLC0414 - exported

T = TypeVar("T")
Transaction = Connection
Work = Callable[[Transaction], T]
Listener = Callable[[], None]

_MOST_GROUPED = 256
_MICROSECONDS = 1_000_000


class DatabaseClosed(RuntimeError):
    """Work was handed to a database that is shutting down."""


class DatabaseUnavailable(Unavailable):
    """The database does not answer, is too busy or has no room; nothing was done."""

    def __init__(self, reason: str) -> None:
        super().__init__("The database cannot do this now; nothing was done.", reason=reason)


class OutcomeUnknown(Unavailable):
    """The database was lost while it committed: it was done or not. Repeat it under the same id."""

    def __init__(self) -> None:
        super().__init__("The database was lost while it committed; look, or repeat under an id.")


class ValueNotStorable(InvalidRequest):
    """A value holds the character U+0000, or is longer or larger than what can be kept."""

    def __init__(self) -> None:
        super().__init__("A value holds U+0000, or is longer or larger than what can be kept.")


class Database(Protocol):
    """Where rows are kept.

    Work may be run again when it collided with other work, so what it does beside the rows, such
    as to count in a metric, may happen twice.

    Raises:
        DatabaseUnavailable: it was not done.
        OutcomeUnknown: it may have been done.
    """

    async def write(self, work: Work[T], *, tenant: str = EVERY_TENANT) -> T:
        """Run a unit of work in one transaction and return what it returns, once committed.

        Args:
            tenant: whose rows the work may see and write. SQLite does not check it.
        """
        ...

    async def read(self, work: Work[T], *, tenant: str = EVERY_TENANT) -> T:
        """Run a unit of work that only reads, on one consistent view."""
        ...

    def on_commit(self, listener: Listener) -> None:
        """Call `listener` on the event loop after each commit of something written.

        It has been called by the time that the one who wrote goes on.
        """
        ...

    async def close(self) -> None:
        """Finish the work that was handed in, then close every connection."""
        ...


def run(work: Work[T], tx: Transaction) -> T:
    with transaction_open():
        return work(tx)


class Listeners:
    """Who wants to know of commits, each on its own event loop."""

    def __init__(self) -> None:
        self._listeners: list[tuple[asyncio.AbstractEventLoop, Listener]] = []

    def add(self, listener: Listener) -> None:
        self._listeners.append((asyncio.get_running_loop(), listener))

    def call(self) -> None:
        for loop, listener in self._listeners:
            with suppress(RuntimeError):  # the loop was closed
                loop.call_soon_threadsafe(listener)


@dataclass
class _Job:
    work: Work[Any]
    future: Future[Any]
    reads_only: bool = False

    def fail(self, error: BaseException) -> None:
        with suppress(InvalidStateError):  # who asked has gone away, or was answered
            self.future.set_exception(error)


class SqliteDatabase:
    """SQLite in write-ahead mode with one writing thread."""

    def __init__(self, url: URL, settings: DatabaseSettings) -> None:
        self._in_memory = url.database in (None, "", ":memory:")
        self._engine = _sqlite_engine(url, settings, pool_size=1)
        self._readers: ThreadPoolExecutor | None = None
        if not self._in_memory:
            self._reader_engine = _sqlite_engine(url, settings, pool_size=settings.readers)
            self._readers = ThreadPoolExecutor(settings.readers, thread_name_prefix="db-read")
        self._queue: queue.SimpleQueue[_Job | None] = queue.SimpleQueue()
        self._listeners = Listeners()
        self._closed = False
        self._writer = threading.Thread(target=self._write_all, name="db-write", daemon=True)
        self._writer.start()

    async def write(self, work: Work[T], *, tenant: str = EVERY_TENANT) -> T:
        return await self._queued(work)

    async def read(self, work: Work[T], *, tenant: str = EVERY_TENANT) -> T:
        if self._readers is None:  # an in-memory database has one connection only
            return await self._queued(work, reads_only=True)
        self._assert_usable()
        loop = asyncio.get_running_loop()
        return await loop.run_in_executor(self._readers, self._read_one, work)

    def on_commit(self, listener: Listener) -> None:
        self._listeners.add(listener)

    async def close(self) -> None:
        if self._closed:
            return
        self._closed = True
        self._queue.put(None)
        await asyncio.get_running_loop().run_in_executor(None, self._writer.join)
        if self._readers is not None:
            self._readers.shutdown()
            self._reader_engine.dispose()
        self._engine.dispose()

    def _assert_usable(self) -> None:
        assert_no_transaction("another transaction")
        if self._closed:
            raise DatabaseClosed("the database is closed")

    async def _queued(self, work: Work[T], *, reads_only: bool = False) -> T:
        self._assert_usable()
        job = _Job(work, Future(), reads_only)
        self._queue.put(job)
        result: T = await asyncio.wrap_future(job.future)
        return result

    def _read_one(self, work: Work[T]) -> T:
        try:
            with self._reader_engine.connect() as connection:
                connection.exec_driver_sql("BEGIN")
                try:
                    return run(work, connection)
                finally:
                    connection.rollback()
        except DBAPIError as error:
            raise _told(error) from error

    def _write_all(self) -> None:
        with self._engine.connect() as connection:
            while (job := self._queue.get()) is not None:
                jobs, closing = self._gather(job)
                try:
                    self._write_group(connection, jobs)
                except BaseException as error:  # noqa: BLE001 - the writer must outlive any work
                    with suppress(SQLAlchemyError):
                        connection.rollback()
                    for waiting in jobs:
                        waiting.fail(_told(error))
                if closing:
                    return

    def _gather(self, first: _Job) -> tuple[list[_Job], bool]:
        jobs = [first]
        while len(jobs) < _MOST_GROUPED:
            try:
                job = self._queue.get_nowait()
            except queue.Empty:
                return jobs, False
            if job is None:
                return jobs, True
            jobs.append(job)
        return jobs, False

    def _write_group(self, connection: Connection, jobs: list[_Job]) -> None:
        done: list[tuple[_Job, Any]] = []
        connection.exec_driver_sql("BEGIN IMMEDIATE")
        for job in jobs:
            if not job.future.set_running_or_notify_cancel():
                continue
            savepoint = connection.begin_nested()
            try:
                result = run(job.work, connection)
            except BaseException as error:  # noqa: BLE001 - handed to the one who asked
                job.fail(_told(error))
                try:
                    savepoint.rollback()
                except SQLAlchemyError:
                    raise error from None  # SQLite undid the whole group, as when the disk is full
            else:
                if job.reads_only:
                    savepoint.rollback()
                else:
                    savepoint.commit()
                done.append((job, result))
        connection.commit()
        if not all(job.reads_only for job, _ in done):
            self._listeners.call()
        for job, result in done:
            job.future.set_result(result)


# What SQLite says when not the work but the machine is at fault.
_OUT_OF_ORDER = {
    "database or disk is full": "disk_full",
    "disk I/O error": "io_error",
    "unable to open database file": "cannot_open",
    "attempt to write a readonly database": "read_only",
    "database is locked": "locked",
    "database table is locked": "locked",
}


def _told(error: BaseException) -> BaseException:
    """The error, or the problem that a caller can be told in its place."""
    if isinstance(error, DBAPIError):
        reason = _OUT_OF_ORDER.get(str(error.orig))
        if reason is not None:
            told = DatabaseUnavailable(reason)
            told.__cause__ = error
            return told
    return error


def _sqlite_engine(url: URL, settings: DatabaseSettings, *, pool_size: int) -> Engine:
    in_memory = url.database in (None, "", ":memory:")
    engine = create_engine(
        url,
        connect_args={"timeout": settings.busy_timeout_s, "check_same_thread": False},
        **({"poolclass": StaticPool} if in_memory else {
            "poolclass": QueuePool, "pool_size": pool_size, "max_overflow": 0,
        }),
    )  # fmt: skip

    @event.listens_for(engine, "connect")
    def set_up(connection: sqlite3.Connection, _record: object) -> None:
        connection.isolation_level = None  # the driver must not begin transactions by itself
        connection.execute("PRAGMA journal_mode = WAL")
        connection.execute(f"PRAGMA synchronous = {settings.synchronous}")
        connection.execute("PRAGMA foreign_keys = ON")
        connection.execute("PRAGMA cache_size = -16384")
        connection.execute("PRAGMA temp_store = MEMORY")
        # Erased values must not linger in free pages.
        connection.execute("PRAGMA secure_delete = ON")

    return engine


def open_database(address: str, settings: DatabaseSettings) -> Database:
    """The database behind an SQLAlchemy address."""
    url = make_url(address)
    if url.get_backend_name() == "sqlite":
        return SqliteDatabase(url, settings)
    from customerai.core.postgres import PostgresDatabase  # noqa: PLC0415 - extra `postgres`

    return PostgresDatabase(url, settings)


def _insert(tx: Transaction, table: Table) -> Any:
    return (sqlite_insert if tx.dialect.name == "sqlite" else postgres_insert)(table)


def insert_new(tx: Transaction, table: Table, rows: Sequence[Mapping[str, Any]]) -> int:
    """Insert the rows whose key is not there yet; returns how many were new."""
    return len(insert_missing(tx, table, rows))


def insert_missing(
    tx: Transaction, table: Table, rows: Sequence[Mapping[str, Any]]
) -> list[tuple[Any, ...]]:
    """Insert the rows whose key is not there yet; returns the primary keys of those."""
    if not rows:
        return []
    keys = list(table.primary_key)
    statement = _insert(tx, table).on_conflict_do_nothing().returning(*keys)
    # In the order of their keys, so that two who insert the same rows never wait for each other.
    ordered = sorted(
        (dict(row) for row in rows), key=lambda row: [str(row.get(key.name, "")) for key in keys]
    )
    return [tuple(row) for row in tx.execute(statement, ordered)]


def upsert(
    tx: Transaction, table: Table, rows: Sequence[Mapping[str, Any]], *, fixed: Sequence[str] = ()
) -> None:
    """Insert rows, or overwrite the row that has the same primary key.

    Args:
        fixed: columns that keep what they had.
    """
    if not rows:
        return
    statement = _insert(tx, table)
    keys = [column.name for column in table.primary_key]
    tx.execute(
        statement.on_conflict_do_update(
            index_elements=keys,
            set_={
                name: statement.excluded[name]
                for name in rows[0]
                if name not in keys and name not in fixed
            },
        ),
        [dict(row) for row in rows],
    )


def add_to_counts(
    tx: Transaction, table: Table, rows: Sequence[Mapping[str, Any]], *, count: str = "n"
) -> None:
    """Insert rows, or add to the column `count` of the row that has the same primary key.

    In the order of their keys, so that two who count the same never wait for each other.
    """
    if not rows:
        return
    statement = _insert(tx, table)
    keys = [column.name for column in table.primary_key]
    tx.execute(
        statement.on_conflict_do_update(
            index_elements=keys,
            set_={count: table.c[count] + statement.excluded[count]},
        ),
        sorted((dict(row) for row in rows), key=lambda row: [row[name] for name in keys]),
    )


def engine_now(tx: Transaction, now: datetime, *, after_s: float = 0.0) -> ColumnElement[datetime]:
    """The time by which processes that share a database agree on leases, or some seconds later.

    That is the server's clock on PostgreSQL: the clocks of two machines may differ by more than a
    lease. On SQLite there is one machine, and `now` it is.
    """
    if tx.dialect.name != "postgresql":
        return literal(now + timedelta(seconds=after_s), Timestamp)
    epoch = (func.extract("epoch", func.clock_timestamp()) + after_s) * _MICROSECONDS
    return type_coerce(cast(epoch, BigInteger), Timestamp)


def is_shared(tx: Transaction) -> bool:
    """Whether other processes may write meanwhile; on SQLite one thread writes for all."""
    return tx.dialect.name != "sqlite"
