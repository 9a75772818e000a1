"""PostgreSQL in a backup: a COPY of every table in one snapshot; needs the extra `postgres`.

Our own path and not pg_dump: it streams through the process that holds the keys, needs no program
of the server's version, and the same transaction counts the rows and reads the logs' heads.
Indexes, policies and types are not copied: the migrations make them again at the restore.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from typing import Any, Final, TypeAlias

import psycopg
from psycopg import sql
from sqlalchemy.engine import URL

from customerai.core.backups.archive import BackupBroken, Log, Part, Partition, Reader
from customerai.core.backups.sqlite import HEADS, TargetNotEmpty
from customerai.core.errors import Unavailable
from customerai.core.tenancy import EVERY_TENANT, SETTING

_CONNECT_S: Final = 10
_LOCK_WAIT: Final = "20s"
_VERSION_TABLE: Final = "alembic_version"
_TABLES: Final = """
SELECT c.relname, c.relrowsecurity
FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
WHERE n.nspname = current_schema() AND c.relkind IN ('r', 'p') AND NOT c.relispartition
ORDER BY c.relname
"""
# Generated columns are computed again at the restore.
_COLUMNS: Final = """
SELECT a.attname FROM pg_attribute a JOIN pg_class c ON c.oid = a.attrelid
JOIN pg_namespace n ON n.oid = c.relnamespace
WHERE n.nspname = current_schema() AND c.relname = %s
AND a.attnum > 0 AND NOT a.attisdropped AND a.attgenerated = ''
ORDER BY a.attnum
"""
_SEQUENCES: Final = """
SELECT sequencename, last_value FROM pg_sequences
WHERE schemaname = current_schema() AND last_value IS NOT NULL
"""
_PARTITIONS: Final = """
SELECT c.relname, p.relname, pg_get_expr(c.relpartbound, c.oid)
FROM pg_class c JOIN pg_inherits i ON i.inhrelid = c.oid JOIN pg_class p ON p.oid = i.inhparent
JOIN pg_namespace n ON n.oid = c.relnamespace
WHERE n.nspname = current_schema() AND c.relispartition AND c.relkind IN ('r', 'p')
ORDER BY c.relname
"""

Connection: TypeAlias = "psycopg.AsyncConnection[tuple[Any, ...]]"


class DatabaseRefused(Unavailable):
    """PostgreSQL could not be reached, or refused what a backup needs."""

    def __init__(self, state: str | None) -> None:
        super().__init__(f"PostgreSQL refused or did not answer (SQLSTATE {state or 'none'}).")
        self.state = state


@asynccontextmanager
async def _connected(url: URL, *, autocommit: bool = False) -> AsyncIterator[Connection]:
    # By words and not by an address: an asynchronous driver's address has options of its own.
    try:
        async with await psycopg.AsyncConnection.connect(
            host=url.host,
            port=url.port,
            user=url.username,
            password=None if url.password is None else str(url.password),
            dbname=url.database,
            connect_timeout=_CONNECT_S,
            application_name="customerai backup",
            autocommit=autocommit,
            **_ssl(url),
        ) as connection:
            yield connection
    except psycopg.Error as error:
        raise DatabaseRefused(error.sqlstate) from error


def _ssl(url: URL) -> dict[str, Any]:
    named = {"ssl": "sslmode", "sslmode": "sslmode", "sslrootcert": "sslrootcert"}
    return {named[name]: value for name, value in url.query.items() if name in named}


class Snapshot:
    """One view of a whole database."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        self.tables: dict[str, tuple[str, ...]] = {}
        self._secured: tuple[str, ...] = ()

    async def prepare(self) -> None:
        run = self._connection.execute
        await run("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY")
        await run("SELECT set_config(%s, %s, true)", (SETTING, EVERY_TENANT))
        await run("SET LOCAL statement_timeout = 0")
        await run(sql.SQL("SET LOCAL lock_timeout = {}").format(_LOCK_WAIT))
        found = await (await run(_TABLES)).fetchall()
        self._secured = tuple(name for name, secured in found if secured)
        names = [name for name, _ in found]
        if names:
            # No table may go or change its columns until the end.
            locked = sql.SQL(", ").join(map(sql.Identifier, names))
            await run(sql.SQL("LOCK TABLE {} IN ACCESS SHARE MODE").format(locked))
        for name in names:
            columns = await (await run(_COLUMNS, (name,))).fetchall()
            self.tables[name] = tuple(column for (column,) in columns)

    async def describe(self) -> dict[str, Any]:
        """Rows, logs and revision, as the manifest's fields."""
        run = self._connection.execute
        revision = await (await run("SELECT version_num FROM alembic_version")).fetchone()
        partitions = await (await run(_PARTITIONS)).fetchall()
        return {
            "engine": "postgresql",
            "revision": str(revision[0]) if revision else "",
            "tables": await _counts(self._connection, self.tables),
            "logs": tuple(
                Log(tenant=tenant, size=seq + 1, head=bytes(head).hex())
                for tenant, seq, head in await (await run(HEADS)).fetchall()
            ),
            "sequences": dict(await (await run(_SEQUENCES)).fetchall()),
            "partitions": tuple(
                Partition(name=name, table=table, bounds=bounds)
                for name, table, bounds in partitions
            ),
            "secured": self._secured,
        }

    async def rows(self, table: str) -> AsyncIterator[bytes]:
        """A table in COPY's text format."""
        # A query, since COPY of a partitioned table by name finds nothing in it.
        query = sql.SQL("COPY (SELECT {} FROM {}) TO STDOUT").format(
            _names(self.tables[table]), sql.Identifier(table)
        )
        async with self._connection.cursor() as cursor, cursor.copy(query) as copy:
            async for row in copy:
                yield bytes(row)


@asynccontextmanager
async def snapshot(url: URL) -> AsyncIterator[Snapshot]:
    """One view of a database, for as long as the block lasts.

    Raises:
        DatabaseRefused: it cannot be read.
    """
    async with _connected(url) as connection:
        view = Snapshot(connection)
        await view.prepare()
        yield view
        await connection.rollback()


async def assert_empty(url: URL) -> None:
    """Raise `TargetNotEmpty` when a database holds a table."""
    async with _connected(url) as connection:
        found = await (await connection.execute(_TABLES)).fetchall()
    if found:
        raise TargetNotEmpty


async def load(reader: Reader, url: URL) -> None:
    """Fill the tables of a database whose schema is that of the backup, all or nothing.

    Raises:
        BackupBroken: the backup was changed or does not fit; nothing was stored.
        DatabaseRefused: PostgreSQL refused; nothing was stored.
    """
    manifest = reader.manifest
    async with _connected(url) as connection:
        run = connection.execute
        await run("SELECT set_config(%s, %s, true)", (SETTING, EVERY_TENANT))
        await run("SET LOCAL statement_timeout = 0")
        secured = {name for name, on in await (await run(_TABLES)).fetchall() if on}
        await _make_partitions(connection, manifest.partitions)
        for part in manifest.parts:
            if part.table is None or part.table == _VERSION_TABLE:
                continue
            await _fill(connection, reader, part, secured=part.table in secured)
            if (await _counts(connection, [part.table])) != {
                part.table: manifest.tables[part.table]
            }:
                raise BackupBroken(f"Table {part.table} came out with another number of rows.")
        for name, last in manifest.sequences.items():
            await run("SELECT setval(%s::regclass, %s)", (f'"{name}"', last))
        await connection.commit()


async def _fill(connection: Connection, reader: Reader, part: Part, *, secured: bool) -> None:
    table, columns = str(part.table), part.columns
    name = sql.Identifier(table)
    # COPY is refused where policies apply; they do not apply to an owner who is not forced.
    if secured:
        await connection.execute(sql.SQL("ALTER TABLE {} NO FORCE ROW LEVEL SECURITY").format(name))
    there = await (await connection.execute(_COLUMNS, (table,))).fetchall()
    if {column for (column,) in there} != set(columns):
        raise BackupBroken(f"Table {table} has other columns than the backup.")
    query = sql.SQL("COPY {} ({}) FROM STDIN").format(name, _names(columns))
    async with connection.cursor() as cursor, cursor.copy(query) as copy:
        async for chunk in reader.read(part):
            await copy.write(chunk)
    if secured:
        await connection.execute(sql.SQL("ALTER TABLE {} FORCE ROW LEVEL SECURITY").format(name))


async def _make_partitions(connection: Connection, wanted: Sequence[Partition]) -> None:
    rows = await (await connection.execute(_PARTITIONS)).fetchall()
    there = {name for name, _, _ in rows}
    for partition in wanted:
        if partition.name in there:
            continue
        name = sql.Identifier(partition.name)
        # The bounds are an expression of the backup's own server, sealed since.
        bounds = sql.SQL(partition.bounds)
        await connection.execute(
            sql.SQL("CREATE TABLE {} PARTITION OF {} {}").format(
                name, sql.Identifier(partition.table), bounds
            )
        )
        for what in ("ENABLE", "FORCE"):
            await connection.execute(
                sql.SQL("ALTER TABLE {} {} ROW LEVEL SECURITY").format(name, sql.SQL(what))
            )


async def _counts(connection: Connection, tables: Sequence[str] | dict[str, Any]) -> dict[str, int]:
    counts = {}
    for table in tables:
        query = sql.SQL("SELECT count(*) FROM {}").format(sql.Identifier(table))
        row = await (await connection.execute(query)).fetchone()
        counts[table] = int(row[0]) if row else 0
    return counts


async def counts_of(url: URL, tables: Sequence[str]) -> dict[str, int]:
    """Rows of each table, of all tenants."""
    async with _connected(url) as connection:
        await connection.execute("SELECT set_config(%s, %s, true)", (SETTING, EVERY_TENANT))
        return await _counts(connection, tables)


async def secured_of(url: URL) -> set[str]:
    """Tables with row-level security that also binds their owner."""
    query = _TABLES.replace("c.relrowsecurity", "c.relrowsecurity AND c.relforcerowsecurity")
    async with _connected(url) as connection:
        return {name for name, on in await (await connection.execute(query)).fetchall() if on}


async def create_database(url: URL, name: str) -> URL:
    """A fresh database on the same server.

    Raises:
        DatabaseRefused: the role may not create databases.
    """
    async with _connected(url, autocommit=True) as connection:
        await connection.execute(
            sql.SQL("CREATE DATABASE {} TEMPLATE template0 ENCODING 'UTF8'").format(
                sql.Identifier(name)
            )
        )
    return url.set(database=name)


async def drop_database(url: URL, name: str) -> None:
    async with _connected(url, autocommit=True) as connection:
        await connection.execute(
            sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(name))
        )


def _names(columns: Sequence[str]) -> sql.Composed:
    return sql.SQL(", ").join(map(sql.Identifier, columns))
