"""Files that every replica reaches: a folder, or a bucket of S3, Google Cloud or Azure.

What is put is sealed already, so a store is never trusted with content; it is trusted to keep it.
An object appears whole or not at all, and nothing is held in memory but a part of it.
"""

from __future__ import annotations

import fcntl
import os
import secrets
import time
from collections.abc import AsyncIterator, Callable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, timezone
from pathlib import Path
from typing import BinaryIO, Final, Protocol, TypeVar
from urllib.parse import parse_qsl, urlsplit

from pydantic import SecretStr
from typing_extensions import ParamSpec

from customerai.core.errors import NotFound, Unavailable
from customerai.core.guard import in_thread
from customerai.core.settings import Settings

P = ParamSpec("P")
T = TypeVar("T")

CHUNK: Final = 256 * 1024
PART: Final = 8 * 1024 * 1024
"""Bytes that are sent to a cloud at once; the least that S3 takes is 5 MiB."""
_DRAFT: Final = ".part"


class ObjectMissing(NotFound):
    """The object store holds nothing under this name."""

    def __init__(self) -> None:
        super().__init__("The file is not in the object store.")


class ObjectsUnavailable(Unavailable):
    """The object store does not answer or refuses us; nothing was changed."""

    def __init__(self, detail: str = "The object store does not answer.") -> None:
        super().__init__(detail)


class ObjectUrlInvalid(RuntimeError):
    """The address of an object store is of no known kind."""


@dataclass(frozen=True)
class ObjectInfo:
    """An object as a listing tells it."""

    name: str
    size_bytes: int
    modified_at: datetime


class ObjectStore(Protocol):
    """Where sealed files are kept; names are paths with `/`."""

    async def put(self, name: str, chunks: AsyncIterator[bytes]) -> int:
        """Store what comes under a name, in place of what was there; returns the bytes.

        When `chunks` raises, nothing is stored and the error goes on.

        Raises:
            ObjectsUnavailable: the store does not answer; nothing was stored.
        """
        ...

    def get(self, name: str) -> AsyncIterator[bytes]:
        """The bytes of an object, in pieces.

        Raises:
            ObjectMissing: there is none of this name.
            ObjectsUnavailable: the store does not answer.
        """
        ...

    async def delete(self, name: str) -> None:
        """Remove an object, if it is there.

        Raises:
            ObjectsUnavailable: the store does not answer.
        """
        ...

    def list(self, prefix: str) -> AsyncIterator[ObjectInfo]:
        """The objects whose name begins so, by name.

        Raises:
            ObjectsUnavailable: the store does not answer.
        """
        ...

    async def exists(self, name: str) -> bool:
        """Whether there is an object of this name.

        Raises:
            ObjectsUnavailable: the store does not answer.
        """
        ...

    async def sweep(self, *, older_than_s: float) -> None:
        """Remove what puts left behind that were cut off; stores that do so themselves do nothing.

        Raises:
            ObjectsUnavailable: the store does not answer.
        """
        ...

    async def close(self) -> None:
        """Give connections back."""
        ...


@dataclass(frozen=True)
class StoreAddress:
    """An object store's address, taken apart: `kind://host/path?option=…`."""

    kind: str
    host: str
    path: str
    options: dict[str, str]

    def named(self, *prefix: str) -> str:
        """A name prefix that ends with `/`, or is empty."""
        path = "/".join(part.strip("/") for part in prefix if part.strip("/"))
        return f"{path}/" if path else ""


def parse_address(url: str) -> StoreAddress:
    parts = urlsplit(url)
    return StoreAddress(parts.scheme, parts.netloc, parts.path, dict(parse_qsl(parts.query)))


def objects_of(settings: Settings) -> ObjectStore:
    """Where this installation keeps its sealed files."""
    return open_objects(settings.objects.url, settings.data, azure_key=settings.objects.azure_key)


def backup_objects(settings: Settings) -> ObjectStore:
    """Where backups lie: a place of their own, or where all sealed files are."""
    if settings.backup.url is None:
        return objects_of(settings)
    return open_objects(settings.backup.url, settings.data, azure_key=settings.objects.azure_key)


def open_objects(url: str | None, folder: Path, *, azure_key: SecretStr | None) -> ObjectStore:
    """The store at an address; by default a folder.

    Raises:
        ObjectUrlInvalid: the address is of no known kind, or lacks a part.
        ModuleNotFoundError: the extra of that cloud is not installed.
    """
    if url is None:
        return LocalObjects(folder)
    address = parse_address(url)
    if address.kind == "file" and not address.host and address.path:
        return LocalObjects(Path(address.path))
    if not address.host:
        raise ObjectUrlInvalid("an object store's address is s3://bucket, gs://bucket, "
                               "azure://host/container or file:///folder")  # fmt: skip
    # Each is an extra, and boto3 alone takes 0.3 s to import.
    if address.kind == "s3":
        from customerai.core.clouds.aws import S3Objects  # noqa: PLC0415

        return S3Objects(address)
    if address.kind == "gs":
        from customerai.core.clouds.gcp import GoogleObjects  # noqa: PLC0415

        return GoogleObjects(address)
    if address.kind == "azure":
        from customerai.core.clouds.azure import AzureObjects  # noqa: PLC0415

        return AzureObjects(address, azure_key)
    raise ObjectUrlInvalid("an object store's address begins with file, s3, gs or azure")


async def one_chunk(data: bytes) -> AsyncIterator[bytes]:
    """A small object as a stream."""
    yield data


async def read_whole(store: ObjectStore, name: str, *, most_bytes: int) -> bytes:
    """A small object at once.

    Raises:
        ObjectMissing: there is none of this name.
        ObjectsUnavailable: the store does not answer, or the object is larger.
    """
    found = bytearray()
    async for chunk in store.get(name):
        found += chunk
        if len(found) > most_bytes:
            raise ObjectsUnavailable("An object is larger than it can be.")
    return bytes(found)


async def in_parts(chunks: AsyncIterator[bytes], size: int = PART) -> AsyncIterator[bytes]:
    """The same bytes in parts of one size, the last one smaller; at least one part."""
    buffer = bytearray()
    sent = False
    async for chunk in chunks:
        buffer += chunk
        while len(buffer) >= size:
            yield bytes(buffer[:size])
            del buffer[:size]
            sent = True
    if buffer or not sent:
        yield bytes(buffer)


class LocalObjects:
    """A folder, readable by its owner only; for one machine, or a shared file system.

    What is being written has a name that ends with `.part` and is locked, so that `sweep` knows
    what a killed process left.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    async def put(self, name: str, chunks: AsyncIterator[bytes]) -> int:
        path = self._path(name)
        draft = path.with_name(f".{path.name}.{secrets.token_hex(8)}{_DRAFT}")
        size = 0
        file = await _stored(_create, draft)
        try:
            async for chunk in chunks:
                size += len(chunk)
                await _stored(_write, file, chunk)
            await _stored(_put_in_place, file, draft, path)
        except BaseException:
            file.close()
            draft.unlink(missing_ok=True)
            raise
        return size

    async def get(self, name: str) -> AsyncIterator[bytes]:
        try:
            file = await in_thread(self._path(name).open, "rb")
        except FileNotFoundError as error:
            raise ObjectMissing from error
        except OSError as error:
            raise ObjectsUnavailable("A file could not be read.") from error
        with file:
            while chunk := await in_thread(file.read, CHUNK):
                yield chunk

    async def delete(self, name: str) -> None:
        await in_thread(self._path(name).unlink, missing_ok=True)

    async def list(self, prefix: str) -> AsyncIterator[ObjectInfo]:
        for info in await in_thread(self._found, prefix):
            yield info

    async def exists(self, name: str) -> bool:
        return await in_thread(self._path(name).is_file)

    async def sweep(self, *, older_than_s: float) -> None:
        # The age does not matter here: a draft that nobody holds was left behind.
        await in_thread(self._sweep)

    async def close(self) -> None:
        return None

    def _path(self, name: str) -> Path:
        parts = name.split("/")
        if any(part in ("", ".", "..") or part.startswith(".") for part in parts):
            raise ValueError("an object's name has an empty or hidden part")
        return self._folder.joinpath(*parts)

    def _found(self, prefix: str) -> Sequence[ObjectInfo]:
        infos = []
        for path in self._files(prefix):
            name = path.relative_to(self._folder).as_posix()
            if name.startswith(prefix) and not path.name.startswith("."):
                with suppress(FileNotFoundError):  # removed meanwhile
                    state = path.stat()
                    at = datetime.fromtimestamp(state.st_mtime, timezone.utc)
                    infos.append(ObjectInfo(name, state.st_size, at))
        return sorted(infos, key=lambda info: info.name)

    def _files(self, prefix: str) -> Iterator[Path]:
        start = self._folder.joinpath(*prefix.split("/")[:-1])
        return (path for path in start.rglob("*") if path.is_file())

    def _sweep(self) -> None:
        for path in self._folder.rglob(f".*{_DRAFT}"):
            with suppress(OSError), path.open("rb") as file:
                fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
                path.unlink()


async def _stored(call: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
    try:
        return await in_thread(call, *args, **kwargs)
    except OSError as error:  # a full disk, such as
        raise ObjectsUnavailable("A file could not be written.") from error


def _create(draft: Path) -> BinaryIO:
    for folder in (*reversed(draft.parent.parents), draft.parent):
        folder.mkdir(exist_ok=True, mode=0o700)  # `parents` would leave those between open to all
    descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    fcntl.flock(descriptor, fcntl.LOCK_EX)
    return os.fdopen(descriptor, "wb", buffering=0)


def _write(file: BinaryIO, chunk: bytes) -> None:
    view = memoryview(chunk)
    while view:
        view = view[file.write(view) :]


def _put_in_place(file: BinaryIO, draft: Path, path: Path) -> None:
    os.fsync(file.fileno())
    draft.replace(path)
    file.close()
    folder = os.open(path.parent, os.O_RDONLY)
    try:
        os.fsync(folder)  # the name, too, must survive a power cut
    finally:
        os.close(folder)


def age_s(info: ObjectInfo) -> float:
    """Seconds since an object was written, by the wall clock: stores know no other."""
    return time.time() - info.modified_at.timestamp()
