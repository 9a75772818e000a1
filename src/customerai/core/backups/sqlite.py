"""SQLite in a backup: the file, copied by SQLite's online backup."""

from __future__ import annotations

import os
import secrets
import sqlite3
from collections.abc import AsyncIterator
from contextlib import closing
from pathlib import Path
from typing import Any, Final

from customerai.core.backups.archive import BackupBroken, Log, Reader
from customerai.core.errors import Conflict
from customerai.core.guard import in_thread
from customerai.core.objects import CHUNK

PART: Final = "database"
_TABLES: Final = (
    "SELECT name FROM sqlite_master WHERE type = 'table' AND rootpage > 0 "
    "AND name NOT LIKE 'sqlite\\_%' ESCAPE '\\' ORDER BY name"
)
# The head of each tenant's log; the same on both engines.
HEADS: Final = (
    "SELECT e.tenant, e.seq, e.hash FROM audit_entry e JOIN (SELECT tenant, max(seq) AS seq "
    "FROM audit_entry GROUP BY tenant) last ON last.tenant = e.tenant AND last.seq = e.seq "
    "ORDER BY e.tenant"
)


class TargetNotEmpty(Conflict):
    """A backup is restored into an empty database only; this one holds tables."""

    def __init__(self) -> None:
        super().__init__("The database to restore into is not empty; nothing was restored.")


class Copy:
    """A consistent copy of a database file, which is removed at the end.

    It is as readable as the database beside it: to its owner only, with the vault sealed.
    """

    def __init__(self, source: Path) -> None:
        self._source = source
        self.path = source.with_name(f".{source.name}.{secrets.token_hex(8)}.backup")

    async def __aenter__(self) -> Copy:
        await in_thread(self._make)
        return self

    async def __aexit__(self, *_: object) -> None:
        _remove(self.path, "", "-wal", "-shm", "-journal")

    def _make(self) -> None:
        os.close(os.open(self.path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600))
        with (
            closing(sqlite3.connect(f"{self._source.as_uri()}?mode=rw", uri=True)) as source,
            closing(sqlite3.connect(self.path)) as copy,
        ):
            # In one step: a read lock is held meanwhile, which keeps no writer waiting in
            # write-ahead mode; in several steps each write would start it over.
            source.backup(copy, pages=-1)
            # A copy that needs no files beside it.
            copy.execute("PRAGMA journal_mode = DELETE")

    async def chunks(self) -> AsyncIterator[bytes]:
        with self.path.open("rb") as file:
            while chunk := await in_thread(file.read, CHUNK):
                yield chunk

    def describe(self) -> dict[str, Any]:
        """Rows, logs and revision, as the manifest's fields."""
        with closing(sqlite3.connect(self.path)) as db:
            return {
                "engine": "sqlite",
                "revision": revision_of(db),
                "tables": counts_of(db),
                "logs": tuple(
                    Log(tenant=tenant, size=seq + 1, head=head.hex())
                    for tenant, seq, head in db.execute(HEADS)
                ),
            }


def revision_of(db: sqlite3.Connection) -> str:
    return str(db.execute("SELECT version_num FROM alembic_version").fetchone()[0])


def counts_of(db: sqlite3.Connection) -> dict[str, int]:
    """Rows of each table."""
    names = [name for (name,) in db.execute(_TABLES)]
    return {
        name: db.execute(f'SELECT count(*) FROM "{name}"').fetchone()[0]  # noqa: S608 - its own name
        for name in names
    }


async def restore(reader: Reader, target: Path) -> None:
    """Write a backup to a file that does not exist, or holds no table.

    Raises:
        TargetNotEmpty: it holds something.
        BackupBroken: the backup was changed; nothing was written.
    """
    (part,) = reader.manifest.parts
    draft = target.with_name(f".{target.name}.{secrets.token_hex(8)}.restore")
    await in_thread(_refuse_unless_empty, target)
    try:
        descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(descriptor, "wb") as file:
            async for chunk in reader.read(part):
                await in_thread(file.write, chunk)
            file.flush()
            await in_thread(os.fsync, file.fileno())
        await in_thread(_check, draft)
        await in_thread(_refuse_unless_empty, target)
        _remove(target, "-wal", "-shm")
        draft.replace(target)
    finally:
        draft.unlink(missing_ok=True)


def _remove(path: Path, *suffixes: str) -> None:
    for suffix in suffixes:
        Path(f"{path}{suffix}").unlink(missing_ok=True)


def _refuse_unless_empty(target: Path) -> None:
    if not target.exists() or target.stat().st_size == 0:
        return
    try:
        with closing(sqlite3.connect(target)) as db:
            empty = db.execute("SELECT count(*) FROM sqlite_master").fetchone()[0] == 0
    except sqlite3.DatabaseError:  # a file of another kind
        empty = False
    if not empty:
        raise TargetNotEmpty


def _check(path: Path) -> None:
    with closing(sqlite3.connect(path)) as db:
        found = db.execute("PRAGMA quick_check(1)").fetchone()[0]
    if found != "ok":
        raise BackupBroken("The restored file is not a sound database.")
