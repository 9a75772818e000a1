"""Backups as a whole: take, list, restore, drill, and forget the old ones."""

from __future__ import annotations

import asyncio
import secrets
import sqlite3
import tempfile
import time
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, closing, suppress
from dataclasses import dataclass, field, replace
from datetime import timedelta
from pathlib import Path
from typing import Final, Protocol, TypeAlias

import structlog
from sqlalchemy import delete, select, text
from sqlalchemy.engine import URL, make_url

from customerai import __version__
from customerai.core import audit, tenancy
from customerai.core.audit import AuditBroken, Checkpoint
from customerai.core.backups import archive, sqlite
from customerai.core.backups.archive import (
    BackupBroken,
    BackupMissing,
    ErasureLedger,
    Latest,
    Listed,
    Manifest,
    Reader,
    Writer,
)
from customerai.core.clock import Clock
from customerai.core.crypto import KeyRing, SealBroken
from customerai.core.db import Transaction, open_database
from customerai.core.guard import in_thread
from customerai.core.objects import ObjectStore
from customerai.core.rewrap import COLUMN, tables_of_keys
from customerai.core.settings import BackupSettings, DatabaseSettings
from customerai.core.telemetry import Metrics, frames_of

log = structlog.get_logger(__name__)

_UNFINISHED: Final = timedelta(days=2)
_ALL_KEPT: Final = timedelta(days=1)
_LOOK_S: Final = 300.0
_SHOWN_FOR_S: Final = 60.0
_PAGE: Final = 1000


class Schema(Protocol):
    """The schema's history, which lies above this layer."""

    def upgrade(self, address: str, revision: str) -> None:
        """Bring a database to a revision; `head` is the newest."""
        ...

    def head(self) -> str:
        """The newest revision."""
        ...


@dataclass(frozen=True)
class Check:
    """One thing that a drill looked at."""

    name: str
    good: bool
    told: str


@dataclass(frozen=True)
class Drill:
    """What a drill found."""

    backup: str
    checks: tuple[Check, ...]
    seconds: float
    stored_bytes: int
    plain_bytes: int

    @property
    def good(self) -> bool:
        return all(check.good for check in self.checks)


@dataclass(frozen=True)
class Made:
    """A backup that was just finished."""

    manifest: Manifest
    seconds: float
    removed: tuple[str, ...] = ()


Listing: TypeAlias = "list[Listed]"  # outside of the class, where `list` is a method
Checks: TypeAlias = "list[Check]"


@dataclass
class Backups:
    """The backups of one installation.

    Attributes:
        address: of the database.
        separate: the ring of `backup.key`; None to wrap by the master key.
    """

    address: str
    objects: ObjectStore
    keys: KeyRing
    separate: KeyRing | None
    settings: BackupSettings
    clock: Clock
    schema: Schema
    ledger: ErasureLedger = field(init=False)

    def __post_init__(self) -> None:
        self.ledger = ErasureLedger(self.objects)

    async def run(self) -> Made:
        """Make a backup, then remove those that are too old.

        Raises:
            ProblemError: it was not finished, and what was stored of it was removed.
        """
        began = time.monotonic()
        writer = Writer(
            self.objects, master=self.keys, separate=self.separate, now=self.clock.now()
        )
        try:
            manifest = await self._write(writer)
        except BaseException:
            with suppress(Exception):
                await writer.abandon()
            with suppress(Exception):
                state = await archive.latest(self.objects)
                await archive.record(self.objects, replace(state, failures=state.failures + 1))
            raise
        seconds = time.monotonic() - began
        removed = await self._forget()
        state = await archive.latest(self.objects)
        await archive.record(
            self.objects,
            replace(
                state,
                id=manifest.id,
                finished_at=self.clock.now().timestamp(),
                seconds=round(seconds, 3),
                size_bytes=manifest.stored_bytes,
            ),
        )
        log.info(
            "backup.made", backup=manifest.id, rows=manifest.rows, size_bytes=manifest.stored_bytes
        )
        return Made(manifest, seconds, removed)

    async def _write(self, writer: Writer) -> Manifest:
        if self._is_sqlite(self.address):
            async with sqlite.Copy(_file_of(self.address)) as copy:
                described = await in_thread(copy.describe)
                await writer.add(sqlite.PART, copy.chunks())
        else:
            from customerai.core.backups import postgres  # noqa: PLC0415 - extra `postgres`

            async with postgres.snapshot(make_url(self.address)) as view:
                described = await view.describe()
                for table, columns in view.tables.items():
                    rows = view.rows(table)
                    await writer.add(f"table-{table}", rows, table=table, columns=columns)
        manifest = Manifest(
            format=archive.FORMAT,
            id=writer.id,
            created_at=writer.created_at,
            version=__version__,
            parts=tuple(writer.parts),
            **described,
        )
        await writer.finish(manifest)
        return manifest

    async def list(self) -> Listing:
        """The finished backups, newest first."""
        return await archive.listed(self.objects)

    async def open(self, backup_id: str | None) -> Reader:
        """A backup by its id, or the newest.

        Raises:
            BackupMissing, BackupBroken: there is none, or it does not open.
        """
        if backup_id is None:
            found = await self.list()
            if not found:
                raise BackupMissing
            backup_id = found[0].id
        return await archive.open_backup(
            self.objects, backup_id, master=self.keys, separate=self.separate
        )

    async def restore(self, backup_id: str | None, into: str) -> Manifest:
        """Restore a backup into an empty database, bring it up to date, and erase again.

        Raises:
            TargetNotEmpty: the database holds tables.
            BackupBroken: the backup was changed or is of another engine; nothing was restored.
        """
        reader = await self.open(backup_id)
        await self._fill(reader, into)
        await in_thread(self.schema.upgrade, into, "head")
        erased = await self._erase_again(into)
        log.info("backup.restored", backup=reader.manifest.id, erased_again=erased)
        return reader.manifest

    async def _fill(self, reader: Reader, into: str) -> None:
        """Restore to the revision at which the backup was made."""
        manifest = reader.manifest
        if (manifest.engine == "sqlite") != self._is_sqlite(into):
            raise BackupBroken(f"This backup is restored into {manifest.engine} only.")
        if manifest.engine == "sqlite":
            await sqlite.restore(reader, _file_of(into))
            return
        from customerai.core.backups import postgres  # noqa: PLC0415 - extra `postgres`

        url = make_url(into)
        await postgres.assert_empty(url)
        await reader.verify()  # before the first table is made
        await in_thread(self.schema.upgrade, into, manifest.revision)
        await postgres.load(reader, url)

    async def _erase_again(self, into: str) -> int:
        """Destroy the keys of those who were erased after the backup was made."""
        erased = await self.ledger.entries()

        def work(tx: Transaction) -> int:
            return sum(
                tx.execute(
                    delete(table).where(table.c.tenant == tenant, table.c.id == subject)
                ).rowcount
                for table in tables_of_keys()
                for tenant, subject in erased
            )

        if not erased:
            return 0
        db = open_database(into, DatabaseSettings(url=into))
        try:
            return await db.write(work)
        finally:
            await db.close()

    async def drill(self, backup_id: str | None, *, scratch: str | None = None) -> Drill:
        """Restore a backup into a database of its own, look at everything, and drop it.

        Args:
            scratch: a PostgreSQL address at whose server a database may be made; by default the
                installation's own.

        Raises:
            ProblemError: it could not be tried: no backup, no server, no right to make a database.
        """
        began = time.monotonic()
        reader = await self.open(backup_id)
        manifest = reader.manifest
        checks: Checks = []
        async with self._scratch(manifest.engine, scratch) as into:
            try:
                await self._fill(reader, into)
            except BackupBroken as error:
                checks.append(Check("restored", False, error.detail))  # noqa: FBT003
            else:
                checks.append(_check("restored", told=_size(manifest.stored_bytes)))
                checks.append(await self._rows(manifest, into))
                await in_thread(self.schema.upgrade, into, "head")
                erased = await self._erase_again(into)
                checks += await self._looked_at(manifest, into, erased)
        drill = Drill(
            backup=manifest.id,
            checks=tuple(checks),
            seconds=time.monotonic() - began,
            stored_bytes=manifest.stored_bytes,
            plain_bytes=sum(part.plain_bytes for part in manifest.parts),
        )
        if drill.good:
            state = await archive.latest(self.objects)
            now = self.clock.now().timestamp()
            await archive.record(self.objects, replace(state, drilled_at=now))
        return drill

    @asynccontextmanager
    async def _scratch(self, engine: str, scratch: str | None) -> AsyncIterator[str]:
        """A database that is there for as long as the block lasts."""
        if engine == "sqlite":
            with tempfile.TemporaryDirectory(prefix="customerai-drill-") as folder:
                yield f"sqlite:///{Path(folder) / 'drill.db'}"
            return
        from customerai.core.backups import postgres  # noqa: PLC0415 - extra `postgres`

        server = make_url(scratch or self.address)
        name = f"customerai_drill_{secrets.token_hex(6)}"
        url = await postgres.create_database(server, name)
        try:
            yield url.render_as_string(hide_password=False)
        finally:
            await postgres.drop_database(server, name)

    async def _rows(self, manifest: Manifest, into: str) -> Check:
        if manifest.engine == "sqlite":
            found = await in_thread(_sqlite_counts, _file_of(into))
        else:
            from customerai.core.backups import postgres  # noqa: PLC0415 - extra `postgres`

            found = await postgres.counts_of(make_url(into), list(manifest.tables))
        different = sorted(
            name
            for name in manifest.tables.keys() | found.keys()
            if manifest.tables.get(name) != found.get(name)
        )
        told = f"{manifest.rows} in {len(manifest.tables)} tables"
        if different:
            told = "differ in " + ", ".join(
                f"{name} ({found.get(name)} for {manifest.tables.get(name)})" for name in different
            )
        return Check("rows", not different, told)

    async def _looked_at(self, manifest: Manifest, into: str, erased: int) -> Checks:
        db = open_database(into, DatabaseSettings(url=into))
        try:
            return [
                await db.read(lambda tx: _logs(tx, manifest)),
                await db.read(lambda tx: _revision(tx, self.schema.head())),
                await db.read(lambda tx: _secured(tx, manifest)),
                await db.read(lambda tx: _keys(tx, self.keys)),
                _check("erased again", told=f"{erased} subjects"),
            ]
        finally:
            await db.close()

    async def _forget(self) -> tuple[str, ...]:
        """Remove backups older than a day that are not to be kept, and what never became one."""
        found = await self.list()
        kept = archive.to_keep(
            found,
            daily=self.settings.keep_daily,
            weekly=self.settings.keep_weekly,
            monthly=self.settings.keep_monthly,
        )
        kept |= {item.id for item in found if item.created_at > self.clock.now() - _ALL_KEPT}
        gone = [item.id for item in found if item.id not in kept]
        before = self.clock.now() - _UNFINISHED
        for backup_id in [*gone, *await archive.leftovers(self.objects, before=before)]:
            await archive.remove(self.objects, backup_id)
        await self.objects.sweep(older_than_s=_UNFINISHED.total_seconds())
        return tuple(gone)

    async def run_every(self) -> None:
        """Make a backup every `backup.every_hours`, until cancelled; for a process of its own."""
        while True:
            try:
                state = await archive.latest(self.objects)
                due = state.finished_at + self.settings.every_hours * 3600
                if self.clock.now().timestamp() >= due:
                    await self.run()
            except Exception as error:  # noqa: BLE001 - the loop must outlive a fault
                log.error("backup.failed", error_type=type(error).__name__, stack=frames_of(error))
            await asyncio.sleep(_LOOK_S)

    @staticmethod
    def _is_sqlite(address: str) -> bool:
        return make_url(address).get_backend_name() == "sqlite"


class BackupGauges:
    """Shows in the metrics what the last runs came to, wherever they ran."""

    def __init__(self, objects: ObjectStore, metrics: Metrics) -> None:
        self._objects = objects
        self._metrics = metrics
        self._shown = Latest()
        self._at = float("-inf")

    async def refresh(self) -> None:
        """Look at the store, at most once a minute; one that does not answer changes nothing."""
        if time.monotonic() - self._at < _SHOWN_FOR_S:
            return
        self._at = time.monotonic()
        try:
            found = await asyncio.wait_for(archive.latest(self._objects), timeout=5)
        except Exception as error:  # noqa: BLE001 - metrics must be served whatever the store does
            log.warning("backup.record_unreadable", error_type=type(error).__name__)
            return
        self._metrics.backup_last_success.set(found.finished_at)
        self._metrics.backup_last_size.set(found.size_bytes)
        self._metrics.backup_failures.inc(max(0, found.failures - self._shown.failures))
        self._shown = found


def _check(name: str, *, told: str) -> Check:
    return Check(name, True, told)  # noqa: FBT003


def _size(number: float) -> str:
    return f"{number / 1e6:.1f} MB"


def _file_of(address: str) -> Path:
    url: URL = make_url(address)
    if url.database in (None, "", ":memory:"):
        raise BackupBroken("A database in memory is neither backed up nor restored into.")
    return Path(str(url.database)).resolve()


def _sqlite_counts(path: Path) -> dict[str, int]:
    with closing(sqlite3.connect(path)) as db:
        return sqlite.counts_of(db)


def _logs(tx: Transaction, manifest: Manifest) -> Check:
    """Every tenant's audit log leads, entry by entry, to the head that was recorded."""
    entries = 0
    for recorded in manifest.logs:
        expected = Checkpoint(recorded.tenant, recorded.size, bytes.fromhex(recorded.head))
        try:
            entries += audit.verify(_entries(tx, recorded.tenant), expected).size
        except AuditBroken as error:
            return Check("audit log", False, f"{recorded.tenant}: {error}")  # noqa: FBT003
    known = {recorded.tenant for recorded in manifest.logs}
    others = set(tx.execute(select(audit.audit_entry.c.tenant).distinct()).scalars()) - known
    if others:
        return Check("audit log", False, f"{len(others)} logs were added")  # noqa: FBT003
    return _check("audit log", told=f"{entries} entries of {len(known)} tenants")


def _entries(tx: Transaction, tenant: str) -> Iterator[str]:
    after = -1
    while page := audit.entries(tx, tenant, after=after, limit=_PAGE):
        yield from page
        after += len(page)


def _revision(tx: Transaction, head: str) -> Check:
    found = str(tx.execute(text("SELECT version_num FROM alembic_version")).scalar_one())
    return Check("schema", found == head, f"revision {found}, the newest is {head}")


def _secured(tx: Transaction, manifest: Manifest) -> Check:
    if tx.dialect.name == "sqlite":
        return _check("row-level security", told="not on SQLite, which serves one process")
    bare = tenancy.unsecured(tx)
    told = f"{len(manifest.secured)} tables" if not bare else f"missing on {', '.join(bare)}"
    return Check("row-level security", not bare, told)


def _keys(tx: Transaction, keys: KeyRing) -> Check:
    """Every data key opens with a master key that is here."""
    opened = broken = 0
    for table in tables_of_keys():
        for wrapped in tx.execute(select(table.c[COLUMN])).scalars():
            try:
                keys.unwrap(bytes(wrapped))
                opened += 1
            except SealBroken:
                broken += 1
    told = f"{opened} data keys open" if not broken else f"{broken} data keys do not open"
    return Check("data keys", not broken, told)
