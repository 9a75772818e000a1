"""Commands for those who run an installation: backups and the master key."""

from __future__ import annotations

import asyncio
import json
import os
import secrets
from collections.abc import Awaitable, Callable, Coroutine
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any, Final, TypeVar

import typer
from alembic import command
from alembic.config import Config
from alembic.script import ScriptDirectory
from alembic.util import CommandError
from pydantic import ValidationError
from sqlalchemy import create_engine, make_url
from sqlalchemy.pool import NullPool

import customerai.app  # every table that holds wrapped keys
from customerai import migrations
from customerai.core import tenancy
from customerai.core.backups import archive
from customerai.core.backups.archive import BackupBroken
from customerai.core.backups.service import Backups, Drill
from customerai.core.clock import SystemClock
from customerai.core.crypto import (
    KEY_BYTES,
    KeyMaterial,
    KeyRing,
    MasterKeyInvalid,
    SealBroken,
    decode_key,
    encode_key,
    key_id,
    save_key_file,
)
from customerai.core.db import Database, open_database
from customerai.core.errors import ProblemError
from customerai.core.kms import load_keyring, load_keys, open_kms, ring_of, wrap_key
from customerai.core.objects import ObjectStore, ObjectUrlInvalid, backup_objects
from customerai.core.rewrap import left, rewrap
from customerai.core.settings import Settings

T = TypeVar("T")

backup_cli = typer.Typer(no_args_is_help=True, help="Backups: take, list, restore, drill.")
master_key_cli = typer.Typer(no_args_is_help=True, help="The master key: wrap it, change it.")

Data = Annotated[
    Path | None, typer.Option("--data", help="Folder that holds everything; default: var.")
]
BackupId = Annotated[str | None, typer.Argument(help="Default: the newest.")]
Out = Annotated[
    Path | None, typer.Option(help="File for the settings (0600); default: standard output.")
]
_WIDTH: Final = 20


class MigrationSchema:
    """The history of the schema, for restores."""

    def __init__(self, data: Path) -> None:
        self._data = data

    def head(self) -> str:
        return str(ScriptDirectory.from_config(_alembic()).get_current_head())

    def upgrade(self, address: str, revision: str) -> None:
        if revision == "head":
            # On SQLite the lock is beside the database, which may lie in another folder.
            url = make_url(address)
            beside = Path(url.database).parent if _is_sqlite(address) and url.database else None
            migrations.migrate(address, (beside or self._data) / "migrate.lock")
            return
        engine = create_engine(
            make_url(address).set(drivername="postgresql+psycopg"), poolclass=NullPool
        )
        config = _alembic()
        try:
            with engine.connect() as connection:
                tenancy.see_every_tenant(connection)
                connection.commit()
                config.attributes["connection"] = connection
                command.upgrade(config, revision)
                connection.commit()
        except CommandError as error:
            raise BackupBroken(
                f"The backup has schema {revision[:64]!r}, which this version does not know."
            ) from error
        finally:
            engine.dispose()


def _alembic() -> Config:
    config = Config()
    config.set_main_option("script_location", str(Path(migrations.__file__).parent))
    return config


def _is_sqlite(address: str) -> bool:
    return make_url(address).get_backend_name() == "sqlite"


def backups_of(settings: Settings, keys: KeyRing, objects: ObjectStore) -> Backups:
    """The backups of an installation.

    Args:
        objects: where backups lie, from `backup_objects`.
    """
    separate = settings.backup.key
    return Backups(
        address=customerai.app.database_address(settings),
        objects=objects,
        keys=keys,
        separate=None if separate is None else KeyRing(decode_key(separate.get_secret_value())),
        settings=settings.backup,
        clock=SystemClock(),
        schema=MigrationSchema(settings.data),
    )


def _settings(data: Path | None) -> Settings:
    try:
        settings = Settings()
    except ValidationError as error:
        for fault in error.errors():
            place = "__".join(str(part) for part in fault["loc"]).upper()
            typer.echo(f"CUSTOMERAI_{place}: {fault['msg']}", err=True)
        raise typer.Exit(2) from None
    return settings if data is None else settings.model_copy(update={"data": data})


def _fail(message: str) -> typer.Exit:
    typer.echo(f"customerai: {message}", err=True)
    return typer.Exit(1)


def _run(work: Coroutine[Any, Any, T]) -> T:
    try:
        return asyncio.run(work)
    except (ProblemError, MasterKeyInvalid, SealBroken, ObjectUrlInvalid) as error:
        raise _fail(str(error)) from None
    except ModuleNotFoundError as error:
        raise _fail(f"{error.name} is not installed; install the extra of that cloud") from None


def _with_backups(data: Path | None, work: Callable[[Backups], Awaitable[T]]) -> T:
    settings = _settings(data)

    async def run() -> T:
        objects = backup_objects(settings)
        try:
            keys = load_keyring(settings.keys, settings.data)
            return await work(backups_of(settings, keys, objects))
        finally:
            await objects.close()

    return _run(run())


@backup_cli.command("run")
def run_backup(data: Data = None) -> None:
    """Make a backup of the running installation, and remove those that are too old."""
    made = _with_backups(data, lambda backups: backups.run())
    manifest = made.manifest
    typer.echo(
        f"{manifest.id}: {manifest.rows} rows of {len(manifest.tables)} tables, "
        f"{manifest.stored_bytes / 1e6:.1f} MB in {made.seconds:.1f} s; "
        f"{len(made.removed)} old ones removed"
    )


@backup_cli.command("list")
def list_backups(data: Data = None) -> None:
    """Show the backups, newest first."""

    async def work(backups: Backups) -> list[str]:
        lines = []
        for item in await backups.list():
            keyed_by, needs = await archive.keys_of(backups.objects, item.id)
            lines.append(f"{item.id}  {keyed_by} key; rows need master key {' '.join(needs)}")
        return lines

    for line in _with_backups(data, work):
        typer.echo(line)


@backup_cli.command("restore")
def restore_backup(
    into: Annotated[str, typer.Option(help="SQLAlchemy address of an EMPTY database.")],
    backup: BackupId = None,
    data: Data = None,
) -> None:
    """Restore a backup into an empty database; what was erased since is erased again."""
    manifest = _with_backups(data, lambda backups: backups.restore(backup, into))
    typer.echo(
        f"{manifest.id} of {manifest.created_at:%Y-%m-%d %H:%M} UTC: "
        f"{manifest.rows} rows of {len(manifest.tables)} tables restored"
    )


@backup_cli.command("drill")
def drill_backup(
    backup: BackupId = None,
    scratch: Annotated[
        str | None,
        typer.Option(help="PostgreSQL address at whose server a database may be made."),
    ] = None,
    data: Data = None,
) -> None:
    """Restore a backup into a database of its own, prove it whole, drop it; exit 1 on a fault."""
    drill = _with_backups(data, lambda backups: backups.drill(backup, scratch=scratch))
    _show(drill)
    if not drill.good:
        raise typer.Exit(1)


def _show(drill: Drill) -> None:
    for check in drill.checks:
        typer.echo(f"{'ok   ' if check.good else 'FAULT'} {check.name:{_WIDTH}} {check.told}")
    typer.echo(
        f"{'passed' if drill.good else 'FAILED'}: {drill.backup} in {drill.seconds:.1f} s, "
        f"{drill.stored_bytes / 1e6:.1f} MB stored, {drill.plain_bytes / 1e6:.1f} MB inside"
    )


# --- the master key -------------------------------------------------------------------------


@dataclass(frozen=True)
class _Keeping:
    """How an installation keeps its keys: in a file, in the settings, or wrapped by a KMS."""

    settings: Settings

    @property
    def file(self) -> Path | None:
        keys = self.settings.keys
        filed = keys.master_key is None and keys.wrapped_master_key is None
        return self.settings.data / "master.key" if filed else None

    def lines(self, material: KeyMaterial, kms: str | None) -> list[str]:
        """The settings that say these keys; in the clear unless a KMS wraps them."""
        prefix = "CUSTOMERAI_KEYS__"
        installation = self.settings.keys.installation
        if kms is None:
            previous = [encode_key(key) for key in material.previous]
            lines = [f"{prefix}MASTER_KEY={encode_key(material.master)}"]
            lines.append(f"{prefix}PREVIOUS_MASTER_KEYS={json.dumps(previous)}")
        else:
            port = open_kms(kms)
            wrapped = [wrap_key(port, key, installation) for key in material.previous]
            lines = [
                f"{prefix}KMS={kms}",
                f"{prefix}INSTALLATION={installation}",
                f"{prefix}WRAPPED_MASTER_KEY={wrap_key(port, material.master, installation)}",
                f"{prefix}PREVIOUS_WRAPPED_MASTER_KEYS={json.dumps(wrapped)}",
            ]
        if material.root is not None:
            lines.append(f"{prefix}ROOT_KEY={encode_key(material.root)}")
        return lines

    def keep(self, material: KeyMaterial, out: Path | None) -> None:
        """Put changed keys where this installation has them."""
        if self.file is not None:
            save_key_file(self.file, material)
            typer.echo(f"{self.file} holds them; restart every process")
            return
        kms = self.settings.keys.kms if self.settings.keys.wrapped_master_key else None
        if kms is None and out is None:
            raise _fail("give --out: these settings hold keys in the clear")
        _write(self.lines(material, kms), out)
        typer.echo("put these settings in place and restart every process", err=True)


def _write(lines: list[str], out: Path | None) -> None:
    if out is None:
        for line in lines:
            typer.echo(line)
        return
    try:
        descriptor = os.open(out, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except OSError as error:
        raise _fail(f"{out} cannot be written: {error.strerror}") from None
    with os.fdopen(descriptor, "w", encoding="utf-8") as file:
        file.writelines(f"{line}\n" for line in lines)


def _attempt(work: Callable[[], T]) -> T:
    async def run() -> T:
        return work()

    return _run(run())


Kms = Annotated[str, typer.Option(help="awskms://…, gcpkms://…, azurekms://… or vault://…")]


@master_key_cli.command("create")
def create_master_key(kms: Kms, out: Out = None, data: Data = None) -> None:
    """Make the keys of a new installation, wrapped by a KMS; prints its settings."""
    keeping = _Keeping(_settings(data))

    def work() -> list[str]:
        master, root = secrets.token_bytes(KEY_BYTES), secrets.token_bytes(KEY_BYTES)
        wrapped_root = KeyRing(master, previous=[root]).wrap(root)
        return keeping.lines(KeyMaterial(master, (), wrapped_root), kms)

    _write(_attempt(work), out)


@master_key_cli.command("wrap")
def wrap_master_key(kms: Kms, out: Out = None, data: Data = None) -> None:
    """Wrap the present keys by a KMS, or by another key of one; no row changes."""
    keeping = _Keeping(_settings(data))

    def work() -> list[str]:
        return keeping.lines(load_keys(keeping.settings.keys, keeping.settings.data), kms)

    _write(_attempt(work), out)
    if keeping.file is not None:
        typer.echo(f"with these settings in place, remove {keeping.file}", err=True)


@master_key_cli.command("begin")
def begin_rotation(out: Out = None, data: Data = None) -> None:
    """Step 1 of 4: make the next master key known, unused as yet, so that all can open it."""
    keeping = _Keeping(_settings(data))

    def work() -> KeyMaterial:
        have = load_keys(keeping.settings.keys, keeping.settings.data)
        next_key = secrets.token_bytes(KEY_BYTES)
        return KeyMaterial(have.master, (next_key, *have.previous), have.root)

    material = _attempt(work)
    keeping.keep(material, out)
    typer.echo(f"then: customerai master-key switch {key_id(material.previous[0]).hex()}", err=True)


@master_key_cli.command("switch")
def switch_master_key(
    key: Annotated[str, typer.Argument(help="Id of the next master key, as `begin` told it.")],
    out: Out = None,
    data: Data = None,
) -> None:
    """Step 2 of 4: wrap new data keys by the next master key; derived keys stay the same."""
    keeping = _Keeping(_settings(data))

    def work() -> KeyMaterial:
        have = load_keys(keeping.settings.keys, keeping.settings.data)
        found = [known for known in have.previous if key_id(known).hex() == key]
        if not found:
            raise MasterKeyInvalid("no such key is known; run `begin` first")
        rotated = ring_of(have).rotated(found[0])
        older = tuple(known for known in rotated.previous if known != rotated.master)
        return KeyMaterial(rotated.master, older, rotated.root)

    material = _attempt(work)
    keeping.keep(material, out)
    typer.echo(f"master key: {key_id(material.master).hex()}", err=True)


@master_key_cli.command("rewrap")
def rewrap_data_keys(data: Data = None) -> None:
    """Step 3 of 4: wrap every data key by the master key; beside running servers, resumable."""
    settings = _settings(data)

    async def work(db: Database, keys: KeyRing) -> None:
        done = await rewrap(db, keys)
        typer.echo(f"{done.changed} wrapped anew, {done.broken} do not open, {done.left} left")
        if done.left:
            raise typer.Exit(1)

    _with_database(settings, work)


@master_key_cli.command("finish")
def finish_rotation(out: Out = None, data: Data = None) -> None:
    """Step 4 of 4: drop the previous master keys, when no data key and no backup needs them."""
    settings = _settings(data)
    keeping = _Keeping(settings)

    async def work(db: Database, keys: KeyRing) -> KeyMaterial:
        if count := await left(db, keys):
            raise _fail(f"{count} data keys are left; run `rewrap`")
        return keys.retired()

    material = _with_database(settings, work)
    needing = _backups_needing(settings, but=key_id(material.master).hex())
    if needing:
        typer.echo(
            f"{len(needing)} backups were made with a key that this drops, the newest is "
            f"{needing[0]}: without that key nobody can restore them",
            err=True,
        )
        typer.confirm("Drop it all the same?", abort=True, err=True)
    keeping.keep(material, out)


@master_key_cli.command("status")
def show_master_key(data: Data = None) -> None:
    """Show which keys are known, and what still needs another key than the master key."""
    settings = _settings(data)
    have = _attempt(lambda: load_keys(settings.keys, settings.data))
    typer.echo(f"master key   {key_id(have.master).hex()}")
    for key in have.previous:
        typer.echo(f"also known   {key_id(key).hex()}")
    typer.echo(f"root key     {'the master key' if have.root is None else 'of its own'}")
    count = _with_database(settings, left)
    rotating = have.root is not None or have.previous
    typer.echo(f"data keys    {count if rotating else 0} to wrap anew")
    needing = _backups_needing(settings, but=key_id(have.master).hex())
    typer.echo(f"backups      {len(needing)} need another key than the master key")


def _backups_needing(settings: Settings, *, but: str) -> list[str]:
    async def work() -> list[str]:
        objects = backup_objects(settings)
        try:
            found = []
            for item in await archive.listed(objects):
                _, needs = await archive.keys_of(objects, item.id)
                if needs != (but,):
                    found.append(item.id)
            return found
        finally:
            await objects.close()

    return _run(work())


def _with_database(settings: Settings, work: Callable[[Database, KeyRing], Awaitable[T]]) -> T:
    async def run() -> T:
        keys = load_keyring(settings.keys, settings.data)
        address = customerai.app.database_address(settings)
        db = open_database(address, settings.database)
        try:
            return await work(db, keys)
        finally:
            await db.close()

    return _run(run())
