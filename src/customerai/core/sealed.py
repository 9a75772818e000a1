"""Sealed streams: bytes of any length, encrypted piece by piece as they pass.

A stream is a row of frames, each a length and a sealed piece (AES-256-GCM). A piece is bound to
its stream, its place and to being the last one, so that frames cannot be cut, moved or swapped.
"""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Final

from customerai.core.crypto import SealBroken, row_identity, seal, unseal

PIECE: Final = 256 * 1024
_LENGTH_BYTES: Final = 4
_NONCE_AND_TAG: Final = 28


class Sealer:
    """Seals what it is fed; at most a piece is held.

    Args:
        stream: names the stream; the same names open it.
    """

    def __init__(self, key: bytes, *stream: str, piece: int = PIECE) -> None:
        self._key = key
        self._stream = stream
        self._piece = piece
        self._buffer = bytearray()
        self._index = 0
        self.size_bytes = 0

    def feed(self, data: bytes) -> bytes:
        """Take bytes in; returns the frames that are ready, often none."""
        self.size_bytes += len(data)
        self._buffer += data
        ready = bytearray()
        while len(self._buffer) > self._piece:
            ready += self._frame(bytes(self._buffer[: self._piece]), last=False)
            del self._buffer[: self._piece]
        return bytes(ready)

    def finish(self) -> bytes:
        """The last frame."""
        return self._frame(bytes(self._buffer), last=True)

    def _frame(self, piece: bytes, *, last: bool) -> bytes:
        sealed = seal(self._key, piece, where=_place(self._stream, self._index, last=last))
        self._index += 1
        return len(sealed).to_bytes(_LENGTH_BYTES, "big") + sealed


class Opener:
    """Opens what a `Sealer` with the same key and names made; at most two frames are held."""

    def __init__(self, key: bytes, *stream: str, piece: int = PIECE) -> None:
        self._key = key
        self._stream = stream
        self._longest = piece + _NONCE_AND_TAG
        self._buffer = bytearray()
        self._index = 0

    def feed(self, data: bytes) -> list[bytes]:
        """Take bytes in; returns the pieces that they complete.

        Raises:
            SealBroken: a frame was changed, moved, swapped or is of another stream.
        """
        self._buffer += data
        pieces = []
        # A frame with nothing behind it may be the last one, which only `finish` can tell.
        while (end := self._end_of_frame()) is not None and len(self._buffer) > end:
            pieces.append(self._open(end, last=False))
        return pieces

    def finish(self) -> bytes:
        """The last piece.

        Raises:
            SealBroken: the stream was cut, or goes on after its end.
        """
        end = self._end_of_frame()
        if end is None or end != len(self._buffer):
            raise SealBroken("a sealed stream was cut")
        return self._open(end, last=True)

    def _end_of_frame(self) -> int | None:
        if len(self._buffer) < _LENGTH_BYTES:
            return None
        length = int.from_bytes(self._buffer[:_LENGTH_BYTES], "big")
        if not _NONCE_AND_TAG <= length <= self._longest:
            raise SealBroken("a sealed stream was changed")
        return _LENGTH_BYTES + length

    def _open(self, end: int, *, last: bool) -> bytes:
        sealed = bytes(self._buffer[_LENGTH_BYTES:end])
        del self._buffer[:end]
        piece = unseal(self._key, sealed, where=_place(self._stream, self._index, last=last))
        self._index += 1
        return piece


async def seal_stream(sealer: Sealer, pieces: AsyncIterator[bytes]) -> AsyncIterator[bytes]:
    """The frames of what passes."""
    async for piece in pieces:
        if ready := sealer.feed(piece):
            yield ready
    yield sealer.finish()


async def open_stream(opener: Opener, frames: AsyncIterator[bytes]) -> AsyncIterator[bytes]:
    """What `seal_stream` sealed, each piece checked before it is handed on.

    Raises:
        SealBroken: something was changed or cut.
    """
    async for frame in frames:
        for piece in opener.feed(frame):
            yield piece
    yield opener.finish()


def _place(stream: tuple[str, ...], index: int, *, last: bool) -> bytes:
    return row_identity(*stream, str(index), "last" if last else "more")
