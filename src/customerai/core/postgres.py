"""PostgreSQL behind the same two calls; needs the extra `postgres`."""

from __future__ import annotations

from typing import TypeVar

from sqlalchemy.engine import URL
from sqlalchemy.ext.asyncio import AsyncEngine, create_async_engine

from customerai.core.db import DatabaseClosed, Listener, Listeners, Work, run
from customerai.core.guard import assert_no_transaction
from customerai.core.settings import DatabaseSettings

T = TypeVar("T")


class PostgresDatabase:
    """PostgreSQL through an asynchronous pool; work runs on SQLAlchemy's synchronous facade."""

    def __init__(self, url: URL, settings: DatabaseSettings) -> None:
        self._engine: AsyncEngine = create_async_engine(
            url, pool_size=settings.readers, max_overflow=settings.readers, pool_pre_ping=True
        )
        self._listeners = Listeners()
        self._closed = False

    async def write(self, work: Work[T]) -> T:
        self._assert_usable()
        async with self._engine.begin() as connection:
            result = await connection.run_sync(lambda tx: run(work, tx))
        self._listeners.call()
        return result

    async def read(self, work: Work[T]) -> T:
        self._assert_usable()
        async with self._engine.connect() as connection:
            await connection.execution_options(isolation_level="REPEATABLE READ")
            return await connection.run_sync(lambda tx: run(work, tx))

    def on_commit(self, listener: Listener) -> None:
        self._listeners.add(listener)

    async def close(self) -> None:
        self._closed = True
        await self._engine.dispose()

    def _assert_usable(self) -> None:
        assert_no_transaction("another transaction")
        if self._closed:
            raise DatabaseClosed("the database is closed")
