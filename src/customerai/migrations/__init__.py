"""The history of the schema, as Alembic runs it."""

from __future__ import annotations

import fcntl
import random
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

import structlog
from alembic import command, op
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, create_engine, event, make_url, text
from sqlalchemy.engine import URL, Engine
from sqlalchemy.exc import OperationalError
from sqlalchemy.pool import NullPool

from customerai.core import tenancy

log = structlog.get_logger(__name__)

# Not the process's own random numbers, which tests draw from.
_SPREAD: Final = random.SystemRandom()

_FOLDER: Final = Path(__file__).parent
_LOCK: Final = 0x6361695F6D696772  # "cai_migr": the advisory lock of whoever migrates
_LOCK_TIMEOUT: Final = "2s"  # for which a change of a table may hold up what comes after it
_ATTEMPTS: Final = 30
_PAUSE_S: Final = (0.2, 2.0)
_CONNECT_S: Final = 30.0


def migrate(address: str, lock: Path) -> None:
    """Bring the schema of a database up to date; one process at a time does it.

    A schema that is newer than this code is left as it is: migrations only add to what the
    version before them uses (docs/decisions/0006), so old processes run beside new ones.

    Args:
        address: an SQLAlchemy address; an asynchronous driver is left out of it.
        lock: a file that is locked meanwhile, on SQLite.
    """
    url = make_url(address)
    if url.drivername.startswith("postgresql"):
        _migrate_postgres(url.set(drivername="postgresql+psycopg"))
    else:
        with lock.open("w") as held:
            fcntl.flock(held, fcntl.LOCK_EX)
            _migrate_sqlite(url)


def _config() -> Config:
    config = Config()
    config.set_main_option("script_location", str(_FOLDER))
    return config


def _upgrade(connection: Connection) -> None:
    config = _config()
    config.attributes["connection"] = connection
    command.upgrade(config, "head")


def is_newer(connection: Connection) -> bool:
    """Whether a later version of this software has migrated the database."""
    script = ScriptDirectory.from_config(_config())
    known = {revision.revision for revision in script.walk_revisions()}
    return any(h not in known for h in MigrationContext.configure(connection).get_current_heads())


def is_current(connection: Connection) -> bool:
    """Whether there is nothing to do."""
    heads = set(MigrationContext.configure(connection).get_current_heads())
    return heads == set(ScriptDirectory.from_config(_config()).get_heads())


def _migrate_sqlite(url: URL) -> None:
    engine = create_engine(url, poolclass=NullPool)

    # The driver begins no transaction before a change of the schema; without one, a process that
    # is killed would leave half of it.
    @event.listens_for(engine, "connect")
    def set_up(connection: object, _record: object) -> None:
        connection.isolation_level = None  # type: ignore[attr-defined]  # sqlite3's

    @event.listens_for(engine, "begin")
    def begin(connection: Connection) -> None:
        connection.exec_driver_sql("BEGIN IMMEDIATE")

    try:
        with engine.begin() as connection:
            if not is_newer(connection):
                _upgrade(connection)
    finally:
        engine.dispose()


def _migrate_postgres(url: URL) -> None:
    engine = create_engine(url, poolclass=NullPool, connect_args={"connect_timeout": 5})
    try:
        with _connected(engine) as connection:
            if is_newer(connection):
                log.info("database.schema_is_newer")
                return
            if is_current(connection):
                return
        with _one_at_a_time(engine):
            for attempt in range(1, _ATTEMPTS + 1):
                try:
                    _upgrade_postgres(engine)
                except OperationalError as error:
                    # Someone uses a table that is to change: let them pass, come back.
                    busy = getattr(error.orig, "sqlstate", None) in ("55P03", "40P01")
                    if not busy or attempt == _ATTEMPTS:
                        raise
                    log.info("database.migration_waits", attempt=attempt)
                    time.sleep(_SPREAD.uniform(*_PAUSE_S))
                else:
                    return
    finally:
        engine.dispose()


def _upgrade_postgres(engine: Engine) -> None:
    with engine.connect() as connection:
        # Longer than that no change waits for its lock, since all others would wait behind it.
        connection.execute(text(f"SET lock_timeout = '{_LOCK_TIMEOUT}'"))
        tenancy.see_every_tenant(connection)
        connection.commit()
        if not is_newer(connection):
            connection.commit()
            _upgrade(connection)


@contextmanager
def _one_at_a_time(engine: Engine) -> Iterator[None]:
    with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as holder:
        # Asked again and again: one that waits inside the statement would hold a snapshot, for
        # which an index that is built concurrently waits.
        while not holder.execute(
            text("SELECT pg_try_advisory_lock(:lock)"), {"lock": _LOCK}
        ).scalar_one():
            time.sleep(_SPREAD.uniform(*_PAUSE_S))
        yield  # the lock ends with the connection, also when the process is killed


@contextmanager
def _connected(engine: Engine) -> Iterator[Connection]:
    """A connection, also to a server that is still starting."""
    until = time.monotonic() + _CONNECT_S
    while True:
        try:
            connection = engine.connect()
        except OperationalError as error:
            refused = "password" in str(error.orig) or "does not exist" in str(error.orig)
            if refused or time.monotonic() > until:
                raise
            time.sleep(_SPREAD.uniform(*_PAUSE_S))
        else:
            with connection:
                yield connection
            return


# -- for migrations from 0003 on


def create_index(name: str, table: str, columns: list[str]) -> None:
    """Index a table that is in use, without a lock that stops its writers.

    An index that an attempt cut off left behind is dropped first: it would never be used. On
    PostgreSQL a table that is cut by month gets its index month by month.
    """
    connection = op.get_bind()
    if connection.dialect.name != "postgresql":
        op.create_index(name, table, columns)
        return
    parts = _partitions_of(connection, table)
    with op.get_context().autocommit_block():
        if parts:
            listed = ", ".join(columns)
            op.execute(f"CREATE INDEX IF NOT EXISTS {name} ON ONLY {table} ({listed})")
        attached = _attached(connection, name)
        for part in parts or [table]:
            own = f"{name}_{part.rpartition('_')[2]}" if parts else name
            if own in attached:  # an earlier attempt came this far
                continue
            op.drop_index(own, part, postgresql_concurrently=True, if_exists=True)
            op.create_index(own, part, columns, postgresql_concurrently=True)
            if parts:
                op.execute(f"ALTER INDEX {name} ATTACH PARTITION {own}")


def _attached(connection: Connection, index: str) -> set[str]:
    """The parts that an index over months has already."""
    return set(
        connection.execute(
            text(
                "SELECT c.relname FROM pg_inherits i JOIN pg_class c ON c.oid = i.inhrelid "
                "JOIN pg_class p ON p.oid = i.inhparent WHERE p.relname = :index"
            ),
            {"index": index},
        ).scalars()
    )


def _partitions_of(connection: Connection, table: str) -> list[str]:
    return list(
        connection.execute(
            text(
                "SELECT c.relname FROM pg_inherits i JOIN pg_class c ON c.oid = i.inhrelid "
                "JOIN pg_class p ON p.oid = i.inhparent JOIN pg_namespace n ON n.oid = "
                "p.relnamespace WHERE p.relname = :table AND n.nspname = current_schema() "
                "ORDER BY c.relname"
            ),
            {"table": table},
        ).scalars()
    )
