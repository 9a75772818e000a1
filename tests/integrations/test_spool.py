"""Sealed files: what was written comes back from the store, and nothing else does."""

from __future__ import annotations

import gc
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest

from customerai.core.crypto import SealBroken
from customerai.core.guard import in_thread
from customerai.core.objects import LocalObjects, ObjectInfo
from customerai.integrations import spool

KEY = bytes(range(32))
PIECE = 256 * 1024


async def chunks(*given: bytes) -> AsyncIterator[bytes]:
    for chunk in given:
        yield chunk


async def content(objects: LocalObjects, *, key: bytes = KEY, owner: str = "job_1") -> bytes:
    def whole(pieces: Iterator[bytes]) -> bytes:
        return b"".join(pieces)

    async with spool.reading(objects, key, owner) as pieces:
        return await in_thread(whole, pieces)


def files(folder: Path) -> list[Path]:
    return [path for path in folder.rglob("*") if path.is_file()]


@pytest.fixture
def objects(tmp_path: Path) -> LocalObjects:
    return LocalObjects(tmp_path)


async def test_what_was_written_comes_back(objects: LocalObjects) -> None:
    given = [b"a" * (PIECE - 1), b"", b"b" * (2 * PIECE), b"c"]
    await spool.write(objects, KEY, "job_1", chunks(*given))
    assert await content(objects) == b"".join(given)


async def test_nothing_written_is_readable_on_disk(objects: LocalObjects, tmp_path: Path) -> None:
    await spool.write(objects, KEY, "job_1", chunks(b"a" * PIECE, b"secret words"))
    path = tmp_path / "imports" / "job_1.sealed"
    assert b"secret" not in path.read_bytes()
    assert b"aaaa" not in path.read_bytes()
    assert path.stat().st_mode & 0o777 == 0o600


async def test_another_key_or_job_does_not_open_it(objects: LocalObjects, tmp_path: Path) -> None:
    await spool.write(objects, KEY, "job_1", chunks(b"one"))
    with pytest.raises(SealBroken):
        await content(objects, key=bytes(32))
    folder = tmp_path / "imports"
    await in_thread((folder / "job_1.sealed").rename, folder / "job_2.sealed")
    with pytest.raises(SealBroken):
        await content(objects, owner="job_2")
    with pytest.raises(SealBroken):
        await content(objects)


async def test_a_file_whose_sending_ends_early_is_not_kept(
    objects: LocalObjects, tmp_path: Path
) -> None:
    async def broken() -> AsyncIterator[bytes]:
        yield b"x" * (3 * PIECE)
        raise ConnectionResetError

    with pytest.raises(ConnectionResetError):
        await spool.write(objects, KEY, "job_1", broken())
    assert files(tmp_path) == []


async def test_a_reader_that_stops_early_lets_go(objects: LocalObjects) -> None:
    await spool.write(objects, KEY, "job_1", chunks(b"a" * (4 * PIECE)))
    async with spool.reading(objects, KEY, "job_1") as pieces:
        assert await in_thread(next, pieces) == b"a" * PIECE
    # The file was closed when the block ended: a leaked one would fail the test with a warning.
    gc.collect()


async def test_a_job_is_told_by_the_name_of_its_file(objects: LocalObjects) -> None:
    await spool.write(objects, KEY, "job_1", chunks(b"one"))
    await objects.put("imports/note.txt", chunks(b"other"))
    found: list[ObjectInfo] = [info async for info in objects.list(spool.FOLDER)]
    assert [spool.job_of(info) for info in found] == ["job_1", None]
