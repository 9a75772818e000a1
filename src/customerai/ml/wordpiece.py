"""The uncased WordPiece tokenizer of MiniLM, shared by all models of the kit."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray
from tokenizers import AddedToken, Tokenizer

from customerai.ml.prepared_text import KINDS, cut, with_markers
from customerai.ml.registry import CARDS, locate

VOCABULARY_SIZE: Final = 30_522
MARKERS: Final = tuple(f"[{kind.upper()}]" for kind in KINDS)
"""Placeholder markers; their ids follow the vocabulary: `VOCABULARY_SIZE`, + 1, …"""


def load_tokenizer(*, markers: bool) -> Tokenizer:
    """The tokenizer without padding and truncation.

    Args:
        markers: whether the placeholder markers are tokens of their own.

    Raises:
        ModelFileInvalid: the vendored file is not the one in the registry.
    """
    tokenizer: Tokenizer = Tokenizer.from_file(str(locate(CARDS["minilm-tokenizer"])))
    tokenizer.no_padding()
    tokenizer.no_truncation()
    if markers:
        tokenizer.add_tokens([AddedToken(marker, normalized=False) for marker in MARKERS])
    return tokenizer


@dataclass(frozen=True)
class Tokens:
    """The token ids of a batch, all texts one after another.

    Attributes:
        ids: shape (total,), without start and end tokens.
        counts: shape (n,), tokens of each text; 0 for an empty text.
    """

    ids: NDArray[np.int64]
    counts: NDArray[np.int64]


def tokenize(tokenizer: Tokenizer, texts: Sequence[str]) -> Tokens:
    """The tokens of texts that are cut and whose placeholders become markers."""
    prepared = [with_markers(cut(text)) for text in texts]
    encoded = [
        encoding.ids for encoding in tokenizer.encode_batch_fast(prepared, add_special_tokens=False)
    ]
    counts = np.fromiter((len(ids) for ids in encoded), dtype=np.int64, count=len(encoded))
    flat = np.fromiter(
        (token for ids in encoded for token in ids), dtype=np.int64, count=int(counts.sum())
    )
    return Tokens(flat, counts)
