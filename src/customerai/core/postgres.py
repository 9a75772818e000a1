"""PostgreSQL behind the same two calls; needs the extra `postgres`.

A transaction costs two round trips beside its statements: one that begins it and says for which
tenant, one that commits. So SQLAlchemy is told that it commits by itself, and we do both.
"""

from __future__ import annotations

import asyncio
import random
import time
from contextlib import suppress
from typing import Any, Final, TypeVar

import structlog
from sqlalchemy.engine import URL
from sqlalchemy.exc import DBAPIError
from sqlalchemy.exc import TimeoutError as NoFreeConnection
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine, create_async_engine

from customerai.core.db import (
    DatabaseClosed,
    DatabaseUnavailable,
    Listener,
    Listeners,
    OutcomeUnknown,
    ValueNotStorable,
    Work,
    run,
)
from customerai.core.guard import assert_no_transaction
from customerai.core.settings import DatabaseSettings
from customerai.core.tenancy import EVERY_TENANT, SETTING

log = structlog.get_logger(__name__)

# Not the process's own random numbers, which tests draw from.
_SPREAD: Final = random.SystemRandom()

T = TypeVar("T")

_ATTEMPTS: Final = 10  # of work that collided with other work
_FIRST_PAUSE_S: Final = 0.005
_LONGEST_PAUSE_S: Final = 0.5
_TIDY_S: Final = 5.0
_GRACE_S: Final = 2.0  # by which the client waits longer for an answer than a statement may run

# SQLSTATE, https://www.postgresql.org/docs/current/errcodes-appendix.html
_COLLIDED: Final = frozenset({"40001", "40P01"})
_STALE_PLAN: Final = "0A000"
_NOT_STORABLE: Final = frozenset({"22001", "22003", "22021", "22P05"})
_REASONS: Final = {
    "53100": "disk_full",
    "53200": "out_of_memory",
    "53300": "too_many_connections",
    "55P03": "locked",
    "57014": "took_too_long",
    "58030": "io_error",
}
# Lost on the way, shutting down, starting up, a server that became a replica.
_LOST: Final = frozenset({"57P01", "57P02", "57P03", "57P05", "25006", "25P03"})


class _Lost(Exception):
    """The connection is gone, and with it what was not committed."""


class PostgresDatabase:
    """PostgreSQL through an asynchronous pool; work runs on SQLAlchemy's synchronous facade."""

    def __init__(self, url: URL, settings: DatabaseSettings) -> None:
        self._settings = settings
        self._engine: AsyncEngine = create_async_engine(
            url.set(drivername="postgresql+asyncpg"),
            isolation_level="AUTOCOMMIT",
            pool_size=settings.pool_size,
            max_overflow=0,
            pool_timeout=settings.pool_wait_s,
            pool_use_lifo=True,
            connect_args={
                "timeout": settings.connect_timeout_s,
                "command_timeout": settings.statement_timeout_s + _GRACE_S,
                "server_settings": {
                    "application_name": "customerai",
                    "statement_timeout": _milliseconds(settings.statement_timeout_s),
                    "lock_timeout": _milliseconds(settings.busy_timeout_s),
                    "idle_in_transaction_session_timeout": _milliseconds(
                        settings.statement_timeout_s + _GRACE_S
                    ),
                },
            },
        )
        self._listeners = Listeners()
        self._tidying: set[asyncio.Task[None]] = set()
        self._closed = False

    async def write(self, work: Work[T], *, tenant: str = EVERY_TENANT) -> T:
        result = await self._transact(work, tenant, "READ COMMITTED", "COMMIT")
        self._listeners.call()
        return result

    async def read(self, work: Work[T], *, tenant: str = EVERY_TENANT) -> T:
        return await self._transact(work, tenant, "REPEATABLE READ", "ROLLBACK")

    def on_commit(self, listener: Listener) -> None:
        self._listeners.add(listener)

    async def close(self) -> None:
        self._closed = True
        await asyncio.gather(*self._tidying)
        await self._engine.dispose()

    async def _transact(self, work: Work[T], tenant: str, isolation: str, end: str) -> T:
        """Run work until it neither collides nor loses its connection, or patience ends.

        A lost connection takes what was not committed with it, so the work may run again; only a
        connection that is lost while it commits leaves open what happened.
        """
        begin = f"BEGIN ISOLATION LEVEL {isolation}; SET LOCAL {SETTING} = {_quoted(tenant)}"
        collisions, patience_ends = 0, time.monotonic() + self._settings.retry_s
        pause_s = _FIRST_PAUSE_S
        while True:
            assert_no_transaction("another transaction")
            if self._closed:
                raise DatabaseClosed("the database is closed")
            try:
                return await self._once(work, begin, end)
            except _Lost as lost:
                if time.monotonic() + pause_s > patience_ends:
                    log.warning("database.lost", error_type=type(lost.__cause__).__name__)
                    raise DatabaseUnavailable("cannot_connect") from lost.__cause__
            except NoFreeConnection as error:
                raise DatabaseUnavailable("no_free_connection") from error
            except DBAPIError as error:
                state = _state(error)
                if state not in _COLLIDED and not (
                    state == _STALE_PLAN and "cached" in str(error.orig)
                ):
                    raise _told(error, state) from error
                collisions += 1
                if collisions == _ATTEMPTS:
                    raise DatabaseUnavailable("too_many_collisions") from error
            await asyncio.sleep(pause_s * _SPREAD.uniform(0.5, 1.5))
            pause_s = min(pause_s * 2, _LONGEST_PAUSE_S)

    async def _once(self, work: Work[T], begin: str, end: str) -> T:
        try:
            connection = await self._engine.connect()
        except (OSError, asyncio.TimeoutError) as error:
            raise _Lost from error
        except DBAPIError as error:
            state = _state(error)
            # A refused password or a database that is not there heals by no retry.
            if state is None or state in _LOST or state in _REASONS or state.startswith("08"):
                raise _Lost from error
            raise
        driver: Any = None
        try:
            driver = (await connection.get_raw_connection()).driver_connection
            result = await self._run(work, connection, driver, begin, end)
        except Exception:
            await _release(connection)
            raise
        except BaseException:  # who asked has gone away; the connection is tidied up behind them
            tidying = asyncio.create_task(_tidy_up(connection, driver))
            self._tidying.add(tidying)
            tidying.add_done_callback(self._tidying.discard)
            raise
        await _release(connection)
        return result

    async def _run(
        self, work: Work[T], connection: AsyncConnection, driver: Any, begin: str, end: str
    ) -> T:
        """One transaction on a connection; whatever goes wrong in it, none is left open."""
        committing = False
        try:
            await driver.execute(begin)
            result = await connection.run_sync(lambda tx: run(work, tx))
            committing = end == "COMMIT"
            await driver.execute(end)
        except Exception as error:
            lost = _is_lost(error, driver)
            if lost:
                await _discard(connection, driver)
            else:
                try:
                    await driver.execute("ROLLBACK")
                except Exception:  # noqa: BLE001 - it must not go back to the pool
                    await _discard(connection, driver)
            if lost and committing:
                raise OutcomeUnknown from error
            if lost:
                raise _Lost from error
            if _is_driver_error(error):  # from `begin` or `end`, which pass SQLAlchemy by
                raise DBAPIError(None, None, error) from error
            raise
        return result


def _is_driver_error(error: BaseException) -> bool:
    return type(error).__module__.startswith("asyncpg")


def _is_lost(error: Exception, driver: Any) -> bool:
    if driver.is_closed() or isinstance(error, (ConnectionError, OSError)):
        return True
    if isinstance(error, (asyncio.TimeoutError, TimeoutError)):
        return True  # no answer: the statement would have ended by itself before
    if isinstance(error, DBAPIError):
        if error.connection_invalidated or isinstance(
            getattr(error.orig, "__cause__", None), (ConnectionError, asyncio.TimeoutError)
        ):
            return True
        return _lost_state(_state(error))
    return _is_driver_error(error) and _lost_state(getattr(error, "sqlstate", None))


def _lost_state(state: str | None) -> bool:
    return state is not None and (state in _LOST or state.startswith("08"))


async def _tidy_up(connection: AsyncConnection, driver: Any) -> None:
    """End the transaction of one who was cancelled; the driver has asked the server to stop."""
    try:
        await asyncio.wait_for(driver.execute("ROLLBACK"), _TIDY_S)
    except Exception:  # noqa: BLE001 - whatever it is: it must not go back to the pool
        await _discard(connection, driver)
    await _release(connection)


async def _discard(connection: AsyncConnection, driver: Any) -> None:
    """End a connection whose state is not known; it does not go back to the pool."""
    with suppress(Exception):
        driver.terminate()
    with suppress(Exception):
        await connection.invalidate()


async def _release(connection: AsyncConnection) -> None:
    # Goes on when the one who asked is cancelled meanwhile.
    with suppress(Exception):
        await asyncio.shield(connection.close())


def _state(error: DBAPIError) -> str | None:
    state = getattr(error.orig, "sqlstate", None)
    return state if isinstance(state, str) else None


def _told(error: DBAPIError, state: str | None) -> Exception:
    """The problem that a caller can be told in place of an error, or the error."""
    if state in _REASONS:
        return DatabaseUnavailable(_REASONS[state])
    if state in _NOT_STORABLE or _causes(error, OverflowError):
        return ValueNotStorable()
    return error


def _causes(error: BaseException, kind: type[BaseException]) -> bool:
    """Whether an error goes back to one of a kind, such as a number that no column holds."""
    cause: BaseException | None = error
    while cause is not None:
        if isinstance(cause, kind):
            return True
        cause = cause.__cause__
    return False


def _quoted(text: str) -> str:
    if "\0" in text:
        raise ValueNotStorable
    return "'" + text.replace("'", "''") + "'"


def _milliseconds(seconds: float) -> str:
    return str(round(seconds * 1000))
