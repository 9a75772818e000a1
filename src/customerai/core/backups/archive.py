"""How a backup lies in the object store, and what seals it.

    backups/<id>/<part>      a sealed stream of compressed bytes
    backups/<id>/manifest    a line that tells which key, then the sealed description; put last
    backups/latest.json      what the last run came to: times and sizes, nothing else
    erasures/<tenant>/<id>   a subject whose key was destroyed, for restores to destroy it again

Each backup has a key of its own, wrapped by the master key or a separate backup key. A part is
bound to its backup, its name and its place in the stream; the manifest, which is bound to its
backup, holds the digest of every part.
"""

from __future__ import annotations

import base64
import hashlib
import json
import secrets
import zlib
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timezone
from typing import Final
from urllib.parse import quote, unquote

import orjson
from pydantic import BaseModel, ConfigDict, ValidationError

from customerai.core.crypto import KeyRing, SealBroken, row_identity, seal, unseal
from customerai.core.errors import Conflict, NotFound
from customerai.core.guard import in_thread
from customerai.core.objects import ObjectMissing, ObjectStore, one_chunk, read_whole
from customerai.core.sealed import Opener, Sealer, open_stream

FORMAT: Final = "customerai-backup/1"
FOLDER: Final = "backups/"
LATEST: Final = f"{FOLDER}latest.json"
ERASURES: Final = "erasures/"
_MANIFEST: Final = "manifest"
_MOST_MANIFEST_BYTES: Final = 64 * 1024 * 1024
_PIECE: Final = 1024 * 1024
_LEVEL: Final = 6
_GZIP: Final = 31  # wbits: a gzip header, the largest window


class BackupBroken(Conflict):
    """A backup was changed, is not whole, or was made with a key that is not here."""


class BackupMissing(NotFound):
    """There is no backup of that name, or none at all."""

    def __init__(self) -> None:
        super().__init__("There is no such backup.")


class _Frozen(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Part(_Frozen):
    """One stream of a backup.

    Attributes:
        columns: of the table that it holds, in order; empty for a whole database file.
        sha256: of the sealed bytes.
    """

    name: str
    table: str | None
    columns: tuple[str, ...]
    plain_bytes: int
    stored_bytes: int
    sha256: str


class Log(_Frozen):
    """A tenant's audit log when the backup was made."""

    tenant: str
    size: int
    head: str


class Partition(_Frozen):
    """A partition of a table and its bounds, as PostgreSQL writes them."""

    name: str
    table: str
    bounds: str


class Manifest(_Frozen):
    """What a backup holds.

    Attributes:
        version: of the program that made it.
        revision: of the schema.
        tables: rows of each table.
        sequences: the last number that each has given out.
        secured: tables that had row-level security.
    """

    format: str
    id: str
    created_at: datetime
    engine: str
    version: str
    revision: str
    tables: dict[str, int]
    logs: tuple[Log, ...]
    parts: tuple[Part, ...]
    sequences: dict[str, int] = {}
    partitions: tuple[Partition, ...] = ()
    secured: tuple[str, ...] = ()

    @property
    def stored_bytes(self) -> int:
        return sum(part.stored_bytes for part in self.parts)

    @property
    def rows(self) -> int:
        return sum(self.tables.values())


@dataclass(frozen=True)
class Listed:
    """A backup as a listing tells it, without opening it."""

    id: str
    created_at: datetime


def new_id(now: datetime) -> str:
    """A name that sorts by time."""
    return f"{now.astimezone(timezone.utc):%Y%m%dT%H%M%SZ}-{secrets.token_hex(4)}"


def _time_of(backup_id: str) -> datetime | None:
    try:
        at = datetime.strptime(backup_id.split("-", 1)[0], "%Y%m%dT%H%M%SZ")
    except ValueError:
        return None
    return at.replace(tzinfo=timezone.utc)


class Writer:
    """Puts one backup into the store."""

    def __init__(
        self, objects: ObjectStore, *, master: KeyRing, separate: KeyRing | None, now: datetime
    ) -> None:
        self._objects = objects
        self._key, self._wrapped = (separate or master).new_data_key()
        self._keyed_by = "master" if separate is None else "backup"
        # Rows inside may be wrapped by any of them.
        self._needs = ",".join(master.ids)
        self.id = new_id(now)
        self.created_at = now
        self.parts: list[Part] = []

    async def add(
        self,
        name: str,
        chunks: AsyncIterator[bytes],
        *,
        table: str | None = None,
        columns: Sequence[str] = (),
    ) -> Part:
        """Compress, seal and store a stream."""
        sealing = _Sealing(self._key, self.id, name)
        stored = await self._objects.put(f"{FOLDER}{self.id}/{name}", sealing.frames(chunks))
        part = Part(
            name=name,
            table=table,
            columns=tuple(columns),
            plain_bytes=sealing.plain_bytes,
            stored_bytes=stored,
            sha256=sealing.digest.hexdigest(),
        )
        self.parts.append(part)
        return part

    async def finish(self, manifest: Manifest) -> None:
        """Store the manifest, by which the backup exists."""
        head = {
            "format": FORMAT,
            "id": self.id,
            "created_at": self.created_at.isoformat(),
            "keyed_by": self._keyed_by,
            "needs": self._needs,
        }
        plain = zlib.compress(manifest.model_dump_json().encode(), _LEVEL)
        body = seal(self._key, plain, where=_manifest_place(self.id, head))
        content = _line(head, self._wrapped) + b"\n" + body
        await self._objects.put(f"{FOLDER}{self.id}/{_MANIFEST}", one_chunk(content))

    async def abandon(self) -> None:
        """Remove what was stored so far."""
        await remove(self._objects, self.id)


class _Sealing:
    """Compresses and seals a stream, and keeps count."""

    def __init__(self, key: bytes, backup_id: str, name: str) -> None:
        self._compress = zlib.compressobj(_LEVEL, zlib.DEFLATED, _GZIP)
        self._sealer = Sealer(key, "backup", backup_id, name, piece=_PIECE)
        self.digest = hashlib.sha256()
        self.plain_bytes = 0

    async def frames(self, chunks: AsyncIterator[bytes]) -> AsyncIterator[bytes]:
        gathered = bytearray()
        async for chunk in chunks:
            self.plain_bytes += len(chunk)
            gathered += chunk
            # Rows come one by one; a thread is worth its cost for many.
            if len(gathered) >= _PIECE:
                if ready := await in_thread(self._step, bytes(gathered)):
                    yield ready
                gathered.clear()
        yield await in_thread(self._step, bytes(gathered), last=True)

    def _step(self, data: bytes, *, last: bool = False) -> bytes:
        ready = self._sealer.feed(self._compress.compress(data))
        if last:
            ready += self._sealer.feed(self._compress.flush()) + self._sealer.finish()
        self.digest.update(ready)
        return ready


class Reader:
    """Opens one backup; every byte is checked before it is handed on."""

    def __init__(self, objects: ObjectStore, key: bytes, manifest: Manifest) -> None:
        self._objects = objects
        self._key = key
        self.manifest = manifest

    async def read(self, part: Part) -> AsyncIterator[bytes]:
        """The bytes that `Writer.add` was given.

        Raises:
            BackupBroken: the part was changed, cut, swapped or is gone.
        """
        digest = hashlib.sha256()
        opener = Opener(self._key, "backup", self.manifest.id, part.name, piece=_PIECE)
        decompress = zlib.decompressobj(_GZIP)
        size = 0
        try:
            frames = self._objects.get(f"{FOLDER}{self.manifest.id}/{part.name}")
            async for piece in open_stream(opener, _digested(frames, digest)):
                plain = await in_thread(decompress.decompress, piece)
                size += len(plain)
                yield plain
            yield decompress.flush()
        except (SealBroken, ObjectMissing, zlib.error) as error:
            raise BackupBroken(
                f"Part {part.name} of backup {self.manifest.id} was changed, cut or is gone."
            ) from error
        whole = decompress.eof and size == part.plain_bytes
        if not whole or digest.hexdigest() != part.sha256:
            raise BackupBroken(f"Part {part.name} of backup {self.manifest.id} is another one.")

    async def verify(self) -> int:
        """Read everything once and keep nothing; returns the bytes inside.

        Raises:
            BackupBroken: something was changed, cut, swapped or is gone.
        """
        size = 0
        for part in self.manifest.parts:
            async for chunk in self.read(part):
                size += len(chunk)
        return size


async def _digested(frames: AsyncIterator[bytes], digest: hashlib._Hash) -> AsyncIterator[bytes]:
    async for frame in frames:
        digest.update(frame)
        yield frame


async def open_backup(
    objects: ObjectStore, backup_id: str, *, master: KeyRing, separate: KeyRing | None
) -> Reader:
    """A backup, its manifest opened and checked.

    Raises:
        BackupMissing: there is none of that id.
        BackupBroken: the manifest was changed, or no key here opens it.
    """
    if _time_of(backup_id) is None or "/" in backup_id:
        raise BackupMissing
    try:
        name = f"{FOLDER}{backup_id}/{_MANIFEST}"
        content = await read_whole(objects, name, most_bytes=_MOST_MANIFEST_BYTES)
    except ObjectMissing as error:
        raise BackupMissing from error
    line, _, body = content.partition(b"\n")
    try:
        head = json.loads(line)
        told = head.pop("key")
        wrapped = base64.b64decode(told, validate=True)
        # As it was written, to the byte: a blank may be another one, and bits at the end of the
        # key stand for nothing.
        if _line(head, wrapped) != line:
            raise ValueError
        keyed_by, needs, named = str(head["keyed_by"]), str(head["needs"]), head["id"]
    except (ValueError, LookupError, TypeError, AttributeError) as error:
        raise BackupBroken(f"The manifest of backup {backup_id} was changed.") from error
    keys = separate if keyed_by == "backup" else master
    if keys is None:
        raise BackupBroken(f"Backup {backup_id} needs the key in backup.key.")
    try:
        key = keys.unwrap(wrapped)
    except SealBroken as error:
        raise BackupBroken(
            f"No key here opens backup {backup_id}; it was made with key {needs[:16]!r}."
        ) from error
    try:
        plain = zlib.decompress(unseal(key, body, where=_manifest_place(backup_id, head)))
        manifest = Manifest.model_validate_json(plain)
    except (SealBroken, zlib.error, ValidationError) as error:
        raise BackupBroken(f"The manifest of backup {backup_id} was changed.") from error
    if named != backup_id or manifest.id != backup_id or manifest.format != FORMAT:
        raise BackupBroken(f"The manifest of backup {backup_id} is another one's.")
    return Reader(objects, key, manifest)


def _line(head: dict[str, str], wrapped: bytes) -> bytes:
    """The first line of a manifest."""
    return json.dumps({**head, "key": base64.b64encode(wrapped).decode()}).encode()


def _manifest_place(backup_id: str, head: dict[str, str]) -> bytes:
    canonical = json.dumps(head, sort_keys=True, separators=(",", ":"))
    return row_identity("backup", backup_id, _MANIFEST, canonical)


async def listed(objects: ObjectStore) -> list[Listed]:
    """The finished backups, newest first."""
    found = []
    async for info in objects.list(FOLDER):
        backup_id, _, name = info.name.removeprefix(FOLDER).partition("/")
        at = _time_of(backup_id)
        if name == _MANIFEST and at is not None:
            found.append(Listed(backup_id, at))
    return sorted(found, key=lambda item: item.id, reverse=True)


async def keys_of(objects: ObjectStore, backup_id: str) -> tuple[str, tuple[str, ...]]:
    """What opens a backup, `master` or `backup`, and the ids of the master keys for its rows.

    Raises:
        BackupMissing, BackupBroken: there is none, or its manifest was changed.
    """
    name = f"{FOLDER}{backup_id}/{_MANIFEST}"
    try:
        content = await read_whole(objects, name, most_bytes=_MOST_MANIFEST_BYTES)
        head = json.loads(content.partition(b"\n")[0])
        return str(head["keyed_by"]), tuple(str(head["needs"]).split(","))
    except ObjectMissing as error:
        raise BackupMissing from error
    except (ValueError, LookupError, TypeError) as error:
        raise BackupBroken(f"The manifest of backup {backup_id} was changed.") from error


async def remove(objects: ObjectStore, backup_id: str) -> None:
    """Remove a backup; the manifest goes first, so that half a backup is never listed."""
    await objects.delete(f"{FOLDER}{backup_id}/{_MANIFEST}")
    names = [info.name async for info in objects.list(f"{FOLDER}{backup_id}/")]
    for name in names:
        await objects.delete(name)


def to_keep(backups: Sequence[Listed], *, daily: int, weekly: int, monthly: int) -> set[str]:
    """Ids of the backups to keep: the last one of each of the last days, weeks and months.

    Days, weeks and months without a backup do not count, so a pause does not empty the store.
    """
    kept: set[str] = set()
    newest_first = sorted(backups, key=lambda item: item.id, reverse=True)
    for pattern, most in (("%Y-%m-%d", daily), ("%G-%V", weekly), ("%Y-%m", monthly)):
        last_of: dict[str, str] = {}
        for item in newest_first:
            last_of.setdefault(item.created_at.strftime(pattern), item.id)
        kept.update(list(last_of.values())[:most])
    return kept


async def leftovers(objects: ObjectStore, *, before: datetime) -> set[str]:
    """Ids of backups that were begun before a time and never finished."""
    begun: set[str] = set()
    finished: set[str] = set()
    async for info in objects.list(FOLDER):
        backup_id, _, name = info.name.removeprefix(FOLDER).partition("/")
        at = _time_of(backup_id)
        if at is not None and at < before:
            (finished if name == _MANIFEST else begun).add(backup_id)
    return begun - finished


class ErasureLedger:
    """Subjects whose key was destroyed; a restore destroys it again.

    Kept beside the backups, not in them, since a backup is older than what was erased later.
    """

    def __init__(self, objects: ObjectStore) -> None:
        self._objects = objects

    async def note(self, tenant: str, subject_id: str) -> None:
        """Remember an erasure; before the key is destroyed, so that none is forgotten."""
        name = f"{ERASURES}{_safe(tenant)}/{_safe(subject_id)}"
        await self._objects.put(name, one_chunk(b"erased\n"))

    async def entries(self) -> list[tuple[str, str]]:
        """Tenant and id of every erased subject."""
        found = []
        async for info in self._objects.list(ERASURES):
            tenant, _, subject_id = info.name.removeprefix(ERASURES).partition("/")
            found.append((unquote(tenant), unquote(subject_id)))
        return found


def _safe(text: str) -> str:
    # A name may not begin with a dot nor hold a slash.
    return quote(text, safe="").replace(".", "%2E")


@dataclass(frozen=True)
class Latest:
    """What the last runs came to.

    Attributes:
        failures: runs that failed, ever.
    """

    id: str | None = None
    finished_at: float = 0.0
    seconds: float = 0.0
    size_bytes: int = 0
    failures: int = 0
    drilled_at: float = 0.0


async def latest(objects: ObjectStore) -> Latest:
    """The record of the last runs; an empty one when there is none that can be read."""
    try:
        content = await read_whole(objects, LATEST, most_bytes=64 * 1024)
        return Latest(**orjson.loads(content))
    except (ObjectMissing, ValueError, TypeError):
        return Latest()


async def record(objects: ObjectStore, state: Latest) -> None:
    await objects.put(LATEST, one_chunk(orjson.dumps(vars(state))))
