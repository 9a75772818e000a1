"""Sentence embeddings by table look-up: far faster than the transformer, and near in quality.

A text's vector is the sum of its tokens' vectors. Those were distilled from MiniLM with the method
of model2vec (Tulkens and van Dongen, 2024): each token of the vocabulary went through the
transformer alone, then principal components, then a weight that grows with the token's rarity
(smooth inverse frequency, Arora, Liang and Ma, 2017). `training/static_embedder.py` did it.
"""

from __future__ import annotations

import threading
from collections.abc import Sequence
from pathlib import Path
from typing import Final

import numpy as np
from numpy.typing import NDArray
from tokenizers import Tokenizer

from customerai.core.safe_text import SafeText
from customerai.ml.prepared_text import require_safe
from customerai.ml.registry import CARDS, locate
from customerai.ml.wordpiece import Tokens, load_tokenizer, tokenize

BATCH: Final = 256  # texts whose vectors are gathered at once; larger falls out of the cache


class StaticEmbedder:
    """Token vectors summed; loaded at the first use, safe to share by threads.

    Args:
        override: an .npz file of the same form to use instead of the packaged one.
    """

    def __init__(self, *, override: Path | None = None) -> None:
        self._override = override
        self._lock = threading.Lock()
        self._loaded: tuple[Tokenizer, NDArray[np.float32]] | None = None

    def embed(self, texts: Sequence[SafeText]) -> NDArray[np.float32]:
        """One vector for each text, shape (n, 256), of length 1, or 0 where a text has no token.

        Raises:
            TypeError: an item is not `SafeText`.
            ModelFileInvalid: a model file is missing or not the one in the registry.
        """
        require_safe(texts)
        tokenizer, table = self.load()
        vectors = np.zeros((len(texts), table.shape[1]), dtype=np.float32)
        for start in range(0, len(texts), BATCH):
            batch = texts[start : start + BATCH]
            vectors[start : start + BATCH] = pool(table, tokenize(tokenizer, batch))
        return vectors

    def load(self) -> tuple[Tokenizer, NDArray[np.float32]]:
        """The tokenizer and the token vectors; the classifiers share them."""
        with self._lock:
            if self._loaded is None:
                path = locate(CARDS["static-embedder"], override=self._override)
                self._loaded = load_tokenizer(markers=True), load_table(path)
            return self._loaded


def load_table(path: Path) -> NDArray[np.float32]:
    """The token vectors, shape (tokens, 256); row i is token i of the tokenizer with markers."""
    with np.load(path, allow_pickle=False) as arrays:
        scale: NDArray[np.float32] = arrays["scale"]
        table: NDArray[np.float32] = arrays["vectors"].astype(np.float32)
    table *= scale[:, None]
    return table


def pool(table: NDArray[np.float32], tokens: Tokens) -> NDArray[np.float32]:
    """The sum of each text's token vectors, scaled to length 1; 0 where there is no token."""
    sums = np.zeros((len(tokens.counts), table.shape[1]), dtype=np.float32)
    filled = tokens.counts > 0
    if filled.any():
        starts = np.cumsum(tokens.counts) - tokens.counts
        sums[filled] = np.add.reduceat(table[tokens.ids], starts[filled], axis=0)
    lengths = np.linalg.norm(sums, axis=1, keepdims=True)
    normalised: NDArray[np.float32] = sums / np.maximum(lengths, np.float32(1e-12))
    return normalised
