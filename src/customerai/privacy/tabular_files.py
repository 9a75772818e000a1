"""Files of tables in the object store, sealed: neither what came nor what leaves lies in clear."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Final

from customerai.core.crypto import SealBroken
from customerai.core.objects import ObjectInfo, ObjectMissing, ObjectStore
from customerai.core.sealed import PIECE, Opener, Sealer, open_stream, seal_stream

RAW: Final = "tables/raw/"
RELEASED: Final = "tables/released/"
_SUFFIX: Final = ".sealed"


def raw_name(table_id: str) -> str:
    """The name under which an uploaded table is kept."""
    return f"{RAW}{table_id}{_SUFFIX}"


def released_name(release_id: str, table_id: str) -> str:
    """The name under which a table of a release is kept."""
    return f"{RELEASED}{release_id}/{table_id}{_SUFFIX}"


def owner_of(info: ObjectInfo) -> str | None:
    """The table or the release whose file an object is; None for any other object."""
    for folder in (RAW, RELEASED):
        if info.name.startswith(folder) and info.name.endswith(_SUFFIX):
            return info.name.removeprefix(folder).removesuffix(_SUFFIX).partition("/")[0]
    return None


async def write(objects: ObjectStore, key: bytes, name: str, data: bytes) -> None:
    """Seal and store a file.

    Raises:
        ObjectsUnavailable: the store does not answer; nothing was stored.
    """
    await objects.put(name, seal_stream(Sealer(key, "table", name), _pieces(data)))


def reading(objects: ObjectStore, key: bytes, name: str) -> AsyncIterator[bytes]:
    """The pieces of a file, each checked.

    The iterator raises:
        SealBroken: the file was changed or cut, or is gone.
        ObjectsUnavailable: the store does not answer.
    """
    return _opened(objects, key, name)


async def read(objects: ObjectStore, key: bytes, name: str) -> bytes:
    """A whole file; see `reading`."""
    return b"".join([piece async for piece in _opened(objects, key, name)])


async def _opened(objects: ObjectStore, key: bytes, name: str) -> AsyncIterator[bytes]:
    try:
        async for piece in open_stream(Opener(key, "table", name), objects.get(name)):
            yield piece
    except ObjectMissing as error:
        raise SealBroken("a sealed file is gone") from error


async def _pieces(data: bytes) -> AsyncIterator[bytes]:
    view = memoryview(data)
    for start in range(0, len(data), PIECE):
        yield bytes(view[start : start + PIECE])
