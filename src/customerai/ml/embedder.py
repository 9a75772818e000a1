"""Sentence embeddings by a small transformer: the best vectors of the kit, and the slowest."""

from __future__ import annotations

import threading
from collections.abc import Sequence
from pathlib import Path
from typing import Final

import numpy as np
import onnxruntime
from numpy.typing import NDArray
from tokenizers import Tokenizer

from customerai.core.safe_text import SafeText
from customerai.ml.prepared_text import cut, require_safe, with_words
from customerai.ml.registry import CARDS, locate
from customerai.ml.wordpiece import load_tokenizer

DIMENSION: Final = 384
MAX_TOKENS: Final = 256  # what all-MiniLM-L6-v2 was trained with (its model card)
MAX_BATCH: Final = 32


class SentenceEmbedder:
    """all-MiniLM-L6-v2 in int8 on ONNX Runtime; loaded at the first use, safe to share by threads.

    Args:
        threads: processor threads that one batch may use.
        override: an ONNX file with the same inputs and outputs to use instead of the packaged one.
    """

    def __init__(self, *, threads: int = 1, override: Path | None = None) -> None:
        self._threads = threads
        self._override = override
        self._lock = threading.Lock()
        self._loaded: tuple[Tokenizer, onnxruntime.InferenceSession] | None = None

    def embed(self, texts: Sequence[SafeText]) -> NDArray[np.float32]:
        """One vector of length 1 for each text, shape (n, 384), in the order of the texts.

        The mean of the token vectors. Texts beyond 256 tokens are cut.

        Raises:
            TypeError: an item is not `SafeText`.
            ModelFileInvalid: a model file is missing or not the one in the registry.
        """
        require_safe(texts)
        vectors = np.zeros((len(texts), DIMENSION), dtype=np.float32)
        if not texts:
            return vectors
        tokenizer, session = self._load()
        prepared = [with_words(cut(text)) for text in texts]
        encoded = [encoding.ids for encoding in tokenizer.encode_batch_fast(prepared)]
        order = sorted(range(len(texts)), key=lambda row: len(encoded[row]))
        for start in range(0, len(order), MAX_BATCH):
            rows = order[start : start + MAX_BATCH]
            vectors[rows] = _run(session, [encoded[row] for row in rows])
        return vectors

    def _load(self) -> tuple[Tokenizer, onnxruntime.InferenceSession]:
        with self._lock:
            if self._loaded is None:
                path = locate(CARDS["minilm"], override=self._override)
                options = onnxruntime.SessionOptions()
                options.intra_op_num_threads = self._threads
                options.inter_op_num_threads = 1
                # Batches differ in shape, so a memory arena would only grow.
                options.enable_cpu_mem_arena = False
                session = onnxruntime.InferenceSession(
                    str(path), options, providers=["CPUExecutionProvider"]
                )
                tokenizer = load_tokenizer(markers=False)
                tokenizer.enable_truncation(MAX_TOKENS)
                self._loaded = tokenizer, session
            return self._loaded


def _run(session: onnxruntime.InferenceSession, encoded: list[list[int]]) -> NDArray[np.float32]:
    width = max(len(ids) for ids in encoded)
    ids = np.zeros((len(encoded), width), dtype=np.int64)
    mask = np.zeros_like(ids)
    for row, tokens in enumerate(encoded):
        ids[row, : len(tokens)] = tokens
        mask[row, : len(tokens)] = 1
    inputs = {"input_ids": ids, "attention_mask": mask, "token_type_ids": np.zeros_like(ids)}
    hidden: NDArray[np.float32] = session.run(["last_hidden_state"], inputs)[0]
    weights = mask[:, :, None].astype(np.float32)
    # Every row has at least [CLS] and [SEP], so the count is never 0.
    mean = (hidden * weights).sum(axis=1) / weights.sum(axis=1)
    normalised: NDArray[np.float32] = mean / np.linalg.norm(mean, axis=1, keepdims=True)
    return normalised
