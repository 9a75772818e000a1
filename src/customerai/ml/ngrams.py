"""TF-IDF over word-piece and character n-grams, computed for a whole batch at once with numpy.

N-grams are known by a 64-bit hash, so a vocabulary is a sorted array of integers and neither a
dictionary nor the n-grams themselves are stored.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from customerai.ml.prepared_text import KINDS, cut, with_markers
from customerai.ml.wordpiece import Tokens

WORD_SIZES: Final = (1, 2, 3)
CHARACTER_SIZES: Final = (3, 4, 5)

# Odd 64-bit constants of splitmix64 (Steele, Lea and Flood, 2014): they spread near values apart.
_MULTIPLIER: Final = np.uint64(0x9E3779B97F4A7C15)
_MIXER: Final = np.uint64(0xBF58476D1CE4E5B9)
_SHIFT: Final = np.uint64(29)
_WORD_SEED: Final = 17
_CHARACTER_SEED: Final = 71

# One private-use character stands for each kind of placeholder, and every digit counts as 0.
_CHARACTER_OF: Final = {f"[{kind.upper()}]": chr(0xE000 + i) for i, kind in enumerate(KINDS)}
_DIGITS: Final = str.maketrans("123456789", "0" * 9)


@dataclass(frozen=True)
class Grams:
    """The n-grams of a batch, text by text.

    Attributes:
        hashes: shape (total,), an n-gram as often as it occurs.
        texts: shape (total,), the row of the text each n-gram stands in, ascending within a size.
    """

    hashes: NDArray[np.uint64]
    texts: NDArray[np.int64]


@dataclass(frozen=True)
class Features:
    """A sparse matrix of TF-IDF weights in rows of length 1.

    Attributes:
        rows, columns, values: shape (nonzero,), sorted by row.
        row_count: texts, also those without a known n-gram.
    """

    rows: NDArray[np.int64]
    columns: NDArray[np.int64]
    values: NDArray[np.float32]
    row_count: int


@dataclass(frozen=True)
class Vocabulary:
    """The n-grams that count, and their inverse document frequencies.

    Attributes:
        hashes: shape (size,), strictly ascending.
        idf: shape (size,).
    """

    hashes: NDArray[np.uint64]
    idf: NDArray[np.float32]

    def features(self, grams: Grams, row_count: int) -> Features:
        """Weights (1 + ln count) · idf of the known n-grams, each row scaled to length 1."""
        size = len(self.hashes)
        at = np.minimum(np.searchsorted(self.hashes, grams.hashes), size - 1)
        known = self.hashes[at] == grams.hashes
        keys, counts = np.unique(grams.texts[known] * size + at[known], return_counts=True)
        rows, columns = np.divmod(keys, size)
        values = (1.0 + np.log(counts)) * self.idf[columns]
        squares = np.bincount(rows, weights=values**2, minlength=row_count)
        scaled = (values / np.sqrt(squares[rows])).astype(np.float32)
        return Features(rows, columns, scaled, row_count)


def word_grams(tokens: Tokens) -> Grams:
    """All runs of one to three word pieces."""
    texts = np.repeat(np.arange(len(tokens.counts)), tokens.counts)
    return _grams(tokens.ids.astype(np.uint64), texts, WORD_SIZES, seed=_WORD_SEED)


def character_grams(texts: Sequence[str]) -> Grams:
    """All runs of three to five characters of each lower-cased text between two spaces."""
    prepared = [_characters(text) for text in texts]
    flat = np.frombuffer("".join(prepared).encode("utf-32-le", "surrogatepass"), dtype="<u4")
    counts = np.fromiter((len(text) for text in prepared), dtype=np.int64, count=len(prepared))
    rows = np.repeat(np.arange(len(prepared)), counts)
    return _grams(flat.astype(np.uint64), rows, CHARACTER_SIZES, seed=_CHARACTER_SEED)


def _characters(text: str) -> str:
    marked = with_markers(cut(text))
    if "[" in marked:
        for marker, character in _CHARACTER_OF.items():
            marked = marked.replace(marker, character)
    return f" {' '.join(marked.lower().translate(_DIGITS).split())} "


def _grams(
    symbols: NDArray[np.uint64], texts: NDArray[np.int64], sizes: Sequence[int], *, seed: int
) -> Grams:
    hashes: list[NDArray[np.uint64]] = []
    rows: list[NDArray[np.int64]] = []
    rolling = np.full(len(symbols), seed, dtype=np.uint64)
    for size in range(1, max(sizes) + 1):
        # After this step rolling[i] is the hash of symbols[i : i + size].
        rolling = rolling[: len(symbols) - size + 1]
        rolling = (rolling + symbols[size - 1 :] + np.uint64(1)) * _MULTIPLIER
        rolling = (rolling ^ (rolling >> _SHIFT)) * _MIXER
        if size in sizes and len(rolling):
            within = texts[: len(rolling)] == texts[size - 1 :]
            hashes.append(rolling[within])
            rows.append(texts[: len(rolling)][within])
    if not hashes:
        return Grams(np.zeros(0, dtype=np.uint64), np.zeros(0, dtype=np.int64))
    return Grams(np.concatenate(hashes), np.concatenate(rows))
