"""Sealed files: what was written comes back, and nothing else does."""

from __future__ import annotations

import tempfile
from collections.abc import Sequence
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from customerai.core.crypto import SealBroken
from customerai.integrations import spool
from customerai.integrations.spool import SpoolWriter

KEY = bytes(range(32))
PIECE = 256 * 1024


def write(path: Path, *chunks: bytes, key: bytes = KEY, owner: str = "job_1") -> Path:
    writer = SpoolWriter(path, key, owner)
    for chunk in chunks:
        writer.write(chunk)
    writer.close()
    return path


def content(path: Path, *, key: bytes = KEY, owner: str = "job_1") -> bytes:
    return b"".join(spool.read(path, key, owner))


def frames(path: Path) -> list[bytes]:
    data, found = path.read_bytes(), []
    while data:
        length = 4 + int.from_bytes(data[:4], "big")
        found.append(data[:length])
        data = data[length:]
    return found


CHUNKS = st.lists(
    st.tuples(st.binary(min_size=1, max_size=3), st.integers(0, PIECE)).map(lambda p: p[0] * p[1]),
    max_size=3,
)


@given(chunks=CHUNKS)
def test_what_was_written_comes_back_however_it_came(chunks: Sequence[bytes]) -> None:
    with tempfile.TemporaryDirectory() as folder:
        path = write(Path(folder) / "sub" / "f.sealed", *chunks)
        assert content(path) == b"".join(chunks)
        assert all(len(piece) <= PIECE for piece in spool.read(path, KEY, "job_1"))


@pytest.fixture
def three(tmp_path: Path) -> Path:
    """A file of three frames."""
    return write(tmp_path / "f.sealed", b"a" * PIECE, b"b" * PIECE, b"secret words")


def test_nothing_written_is_readable_on_disk(three: Path) -> None:
    assert b"secret" not in three.read_bytes()
    assert b"aaaa" not in three.read_bytes()
    assert three.stat().st_mode & 0o777 == 0o600


def test_a_cut_file_does_not_open(three: Path) -> None:
    whole = three.read_bytes()
    first, second, _ = frames(three)
    ends = [0, 1, 4, 5, len(first) - 1, len(first), len(first) + 3, len(first + second)]
    for end in [*ends, len(whole) - 1]:
        three.write_bytes(whole[:end])
        with pytest.raises(SealBroken):
            content(three)


def test_frames_that_were_moved_dropped_or_added_do_not_open(three: Path, tmp_path: Path) -> None:
    first, second, third = frames(three)
    for changed in (
        [second, first, third],
        [first, third],
        [second, third],
        [first, second, second, third],
        [first, second, third, third],
        [first, second, third, b"\x00\x00\x00\x00"],
        [first, second, third, b"x"],
        [third],
    ):
        three.write_bytes(b"".join(changed))
        with pytest.raises(SealBroken):
            content(three)
    # A frame of another file of the same key does not fit either.
    other = write(tmp_path / "g.sealed", b"a" * PIECE, b"b" * PIECE, b"other", owner="job_2")
    three.write_bytes(first + second + frames(other)[2])
    with pytest.raises(SealBroken):
        content(three)


@given(data=st.data())
def test_a_changed_byte_is_found(data: st.DataObject) -> None:
    with tempfile.TemporaryDirectory() as folder:
        path = write(Path(folder) / "f.sealed", b"secret words")
        sealed = bytearray(path.read_bytes())
        place = data.draw(st.integers(0, len(sealed) - 1))
        sealed[place] ^= data.draw(st.integers(1, 255))
        path.write_bytes(bytes(sealed))
        with pytest.raises(SealBroken):
            content(path)


def test_another_key_or_owner_does_not_open_it(three: Path) -> None:
    with pytest.raises(SealBroken):
        content(three, key=bytes(32))
    with pytest.raises(SealBroken):
        content(three, owner="job_2")


def test_a_file_whose_writing_was_cut_off_does_not_open(tmp_path: Path) -> None:
    path = tmp_path / "f.sealed"
    writer = SpoolWriter(path, KEY, "job_1")
    writer.write(b"x" * (PIECE + 10))
    writer.abandon()
    with pytest.raises(SealBroken):
        content(path)


def test_a_file_is_never_written_twice(tmp_path: Path) -> None:
    path = write(tmp_path / "f.sealed", b"one")
    with pytest.raises(FileExistsError):
        SpoolWriter(path, KEY, "job_1")
    assert content(path) == b"one"


def test_the_writer_counts_what_it_took(tmp_path: Path) -> None:
    writer = SpoolWriter(tmp_path / "f.sealed", KEY, "job_1")
    writer.write(b"abc")
    writer.write(b"")
    writer.write(b"d")
    writer.close()
    assert writer.size_bytes == 4
