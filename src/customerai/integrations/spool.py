"""Uploaded files in the object store, sealed: raw text never lies in the clear."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from typing import Final

from customerai.core.crypto import SealBroken
from customerai.core.objects import ObjectInfo, ObjectMissing, ObjectStore
from customerai.core.sealed import Opener, Sealer, open_stream, seal_stream

FOLDER: Final = "imports/"
_SUFFIX: Final = ".sealed"


def name_of(job_id: str) -> str:
    """The name under which a job's file is kept."""
    return f"{FOLDER}{job_id}{_SUFFIX}"


def job_of(info: ObjectInfo) -> str | None:
    """The job whose file an object is, or None for any other object."""
    name = info.name.removeprefix(FOLDER)
    return name.removesuffix(_SUFFIX) if name.endswith(_SUFFIX) else None


async def write(
    objects: ObjectStore, key: bytes, job_id: str, pieces: AsyncIterator[bytes]
) -> None:
    """Seal and store a file as it comes; nothing is stored when `pieces` raises.

    Raises:
        ObjectsUnavailable: the store does not answer.
    """
    await objects.put(name_of(job_id), seal_stream(Sealer(key, "spool", job_id), pieces))


@asynccontextmanager
async def reading(objects: ObjectStore, key: bytes, job_id: str) -> AsyncIterator[Iterator[bytes]]:
    """The pieces of a job's file, in order, for a worker thread to iterate over.

    The iterator raises:
        SealBroken: the file was changed or cut, or is gone.
        ObjectsUnavailable: the store does not answer.
    """
    frames = objects.get(name_of(job_id))
    pieces = open_stream(Opener(key, "spool", job_id), frames)
    try:
        yield _in_thread(pieces, asyncio.get_running_loop())
    finally:
        for stream in (pieces, frames):
            await stream.aclose()  # type: ignore[attr-defined]  # both are generators


def _in_thread(pieces: AsyncIterator[bytes], loop: asyncio.AbstractEventLoop) -> Iterator[bytes]:
    async def following() -> bytes | None:
        try:
            return await anext(pieces, None)
        except ObjectMissing as error:
            raise SealBroken("a sealed file is gone") from error

    while (piece := asyncio.run_coroutine_threadsafe(following(), loop).result()) is not None:
        yield piece
