"""Uploaded files on disk, sealed: raw text never lies in the clear.

A file is a row of frames, each a length and a sealed piece; a piece is bound to its file, its
place and to being the last one, so that frames cannot be cut, moved or swapped.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path
from typing import Final

from customerai.core.crypto import SealBroken, row_identity, seal, unseal

_PIECE: Final = 256 * 1024
_LENGTH_BYTES: Final = 4


class SpoolWriter:
    """Seals what is written, piece by piece."""

    def __init__(self, path: Path, key: bytes, owner: str) -> None:
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        self._file = os.fdopen(descriptor, "wb")
        self._key = key
        self._owner = owner
        self._buffer = bytearray()
        self._index = 0
        self.size_bytes = 0

    def write(self, data: bytes) -> None:
        self.size_bytes += len(data)
        self._buffer += data
        while len(self._buffer) > _PIECE:
            self._frame(bytes(self._buffer[:_PIECE]), last=False)
            del self._buffer[:_PIECE]

    def close(self) -> None:
        """Write the last frame and make sure that it is on disk."""
        self._frame(bytes(self._buffer), last=True)
        self._file.flush()
        os.fsync(self._file.fileno())
        self._file.close()

    def abandon(self) -> None:
        """Close without a last frame: what is there cannot be read."""
        self._file.close()

    def _frame(self, piece: bytes, *, last: bool) -> None:
        sealed = seal(self._key, piece, where=_place(self._owner, self._index, last=last))
        self._file.write(len(sealed).to_bytes(_LENGTH_BYTES, "big") + sealed)
        self._index += 1


def read(path: Path, key: bytes, owner: str) -> Iterator[bytes]:
    """The pieces of a sealed file, in order.

    Raises:
        SealBroken: it was changed or cut.
    """
    size = path.stat().st_size
    with path.open("rb") as file:
        index = 0
        while True:
            length = int.from_bytes(file.read(_LENGTH_BYTES), "big")
            sealed = file.read(length)
            if not sealed or len(sealed) != length:
                raise SealBroken("a sealed file was cut")
            last = file.tell() == size
            yield unseal(key, sealed, where=_place(owner, index, last=last))
            index += 1
            if last:
                return


def _place(owner: str, index: int, *, last: bool) -> bytes:
    return row_identity("spool", owner, str(index), "last" if last else "more")
