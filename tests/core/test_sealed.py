"""Sealed streams: the same bytes come back, or nothing does."""

from __future__ import annotations

from collections.abc import Sequence

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from customerai.core.crypto import SealBroken
from customerai.core.sealed import Opener, Sealer

KEY = bytes(range(32))
PIECE = 64


def sealed(*chunks: bytes, key: bytes = KEY, stream: Sequence[str] = ("s", "1")) -> bytes:
    sealer = Sealer(key, *stream, piece=PIECE)
    return b"".join([*(sealer.feed(chunk) for chunk in chunks), sealer.finish()])


def opened(
    data: bytes, *, cuts: Sequence[int] = (), key: bytes = KEY, stream: Sequence[str] = ("s", "1")
) -> bytes:
    opener = Opener(key, *stream, piece=PIECE)
    pieces, start = [], 0
    for end in [*sorted(cuts), len(data)]:
        pieces += opener.feed(data[start:end])
        start = max(start, end)
    pieces.append(opener.finish())
    assert all(len(piece) <= PIECE for piece in pieces)
    return b"".join(pieces)


def frames(data: bytes) -> list[bytes]:
    found = []
    while data:
        length = 4 + int.from_bytes(data[:4], "big")
        found.append(data[:length])
        data = data[length:]
    return found


@settings(deadline=None)
@given(chunks=st.lists(st.binary(max_size=3 * PIECE), max_size=5), data=st.data())
def test_what_was_sealed_comes_back_however_it_comes_and_goes(
    chunks: Sequence[bytes], data: st.DataObject
) -> None:
    whole = sealed(*chunks)
    cuts = data.draw(st.lists(st.integers(0, len(whole)), max_size=8))
    assert opened(whole, cuts=cuts) == b"".join(chunks)


@settings(deadline=None)
@given(data=st.data())
def test_a_changed_byte_is_found(data: st.DataObject) -> None:
    changed = bytearray(sealed(b"a" * PIECE, b"b" * PIECE, b"secret words"))
    place = data.draw(st.integers(0, len(changed) - 1))
    changed[place] ^= data.draw(st.integers(1, 255))
    with pytest.raises(SealBroken):
        opened(bytes(changed))


def test_a_stream_that_was_cut_does_not_open() -> None:
    whole = sealed(b"a" * PIECE, b"b" * PIECE, b"secret words")
    for end in range(len(whole)):
        with pytest.raises(SealBroken):
            opened(whole[:end])


def test_frames_that_were_moved_dropped_or_added_do_not_open() -> None:
    first, second, third = frames(sealed(b"a" * PIECE, b"b" * PIECE, b"secret words"))
    other = frames(sealed(b"a" * PIECE, b"b" * PIECE, b"other words", stream=("s", "2")))
    for changed in (
        [second, first, third],
        [first, third],
        [second, third],
        [first, second, second, third],
        [first, second, third, third],
        [first, second, third, b"\x00\x00\x00\x00"],
        [first, second, third, b"x"],
        [first, second, other[2]],
        [third],
        [],
    ):
        with pytest.raises(SealBroken):
            opened(b"".join(changed))


def test_another_key_or_stream_does_not_open_it() -> None:
    whole = sealed(b"words")
    with pytest.raises(SealBroken):
        opened(whole, key=bytes(32))
    with pytest.raises(SealBroken):
        opened(whole, stream=("s", "2"))


def test_a_length_that_no_frame_has_is_refused_before_it_is_read() -> None:
    with pytest.raises(SealBroken):
        Opener(KEY, "s", piece=PIECE).feed(b"\xff\xff\xff\xff" + b"x" * 10)


def test_no_more_than_two_pieces_are_held() -> None:
    sealer, opener = Sealer(KEY, "s", piece=PIECE), Opener(KEY, "s", piece=PIECE)
    for _ in range(1000):
        opener.feed(sealer.feed(b"x" * 50))
        assert len(sealer._buffer) <= 2 * PIECE
        assert len(opener._buffer) <= 2 * (PIECE + 32)
    assert sealer.size_bytes == 50_000
