"""Text classification by linear models over static embeddings and TF-IDF: fast, small, calibrated.

A model is one .npz file: arrays, and a JSON text that names the labels. Nothing in it is code, and
serving needs numpy and the tokenizer only. `training/linear.py` writes such files.
"""

from __future__ import annotations

import json
import threading
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from types import MappingProxyType
from typing import Final

import numpy as np
from numpy.typing import NDArray
from tokenizers import Tokenizer

from customerai.core.safe_text import SafeText
from customerai.ml.ngrams import Features, Vocabulary, character_grams, word_grams
from customerai.ml.prepared_text import require_safe
from customerai.ml.registry import ModelCard, ModelFileInvalid, locate
from customerai.ml.static_embedder import StaticEmbedder, pool
from customerai.ml.wordpiece import tokenize

BATCH: Final = 256  # texts whose weights are gathered at once; larger falls out of the cache
ALTERNATIVES: Final = 3
FORMAT: Final = 1


@dataclass(frozen=True)
class LabelInfo:
    """What a label is called on a screen, and the group of labels it belongs to."""

    title: str
    area: str


@dataclass(frozen=True)
class Prediction:
    """The outcome for one text.

    Attributes:
        label: None when the text is out of the model's scope, such as small talk.
        score: calibrated probability of `label`, or of the likeliest label when it is None.
        alternatives: the likeliest labels with their probabilities, best first.
    """

    label: str | None
    score: float
    alternatives: tuple[tuple[str, float], ...]


@dataclass(frozen=True)
class Artifact:
    """A classifier's file in memory.

    The classes are the labels, in order, followed by the classes that stand for "out of scope".

    Attributes:
        words, characters: the n-grams that count; their rows follow one another in `gram_weights`.
        gram_weights: shape (n-grams, classes).
        static_weights: shape (embedding dimension, classes).
        bias: shape (classes,), of both linear models together.
        threshold: the least probability of a label; below it a text is out of scope.
    """

    labels: Mapping[str, LabelInfo]
    words: Vocabulary
    characters: Vocabulary
    gram_weights: NDArray[np.float32]
    static_weights: NDArray[np.float32]
    bias: NDArray[np.float32]
    threshold: float


class TextClassifier:
    """Labels texts with one artifact; loaded at the first use, safe to share by threads.

    Args:
        card: the artifact in the registry, such as `CARDS["reasons"]`.
        override: an artifact file to use instead, for instance one trained on a company's labels.
        embedder: the static embedder the artifact was trained with; several classifiers can share
            one, which spares memory.
    """

    def __init__(
        self,
        card: ModelCard,
        *,
        override: Path | None = None,
        embedder: StaticEmbedder | None = None,
    ) -> None:
        self._card = card
        self._override = override
        self._embedder = embedder if embedder is not None else StaticEmbedder()
        self._lock = threading.Lock()
        self._loaded: Artifact | None = None

    @property
    def labels(self) -> Mapping[str, LabelInfo]:
        """Every label this model can give."""
        return self._load().labels

    def predict(self, texts: Sequence[SafeText]) -> list[Prediction]:
        """One prediction for each text, in order; the others in the batch make no difference.

        Raises:
            TypeError: an item is not `SafeText`.
            ModelFileInvalid: a model file is missing or not the one in the registry.
        """
        require_safe(texts)
        artifact = self._load()
        tokenizer, table = self._embedder.load()
        predictions: list[Prediction] = []
        for start in range(0, len(texts), BATCH):
            batch = texts[start : start + BATCH]
            scores = class_scores(artifact, table, tokenizer, batch)
            predictions += _decide(artifact, _softmax(scores))
        return predictions

    def _load(self) -> Artifact:
        with self._lock:
            if self._loaded is None:
                self._loaded = load_artifact(locate(self._card, override=self._override))
            return self._loaded


def load_artifact(path: Path) -> Artifact:
    """Read a classifier's file.

    Raises:
        ModelFileInvalid: the file is not of a form this version reads.
    """
    try:
        with np.load(path, allow_pickle=False) as arrays:
            meta = json.loads(str(arrays["meta"]))
            if meta["format"] != FORMAT:
                raise ModelFileInvalid(f"classifier format {meta['format']} is not {FORMAT}")
            weights = arrays["gram_weights"].astype(np.float32)
            weights *= arrays["gram_scale"].astype(np.float32)[:, None]
            return Artifact(
                labels=MappingProxyType(
                    {
                        entry["label"]: LabelInfo(entry["title"], entry["area"])
                        for entry in meta["labels"]
                    }
                ),
                words=Vocabulary(arrays["word_hashes"], arrays["word_idf"].astype(np.float32)),
                characters=Vocabulary(
                    arrays["character_hashes"], arrays["character_idf"].astype(np.float32)
                ),
                gram_weights=weights,
                static_weights=arrays["static_weights"].astype(np.float32),
                bias=arrays["bias"].astype(np.float32),
                threshold=float(meta["threshold"]),
            )
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise ModelFileInvalid("the classifier's file cannot be read") from error


def class_scores(
    artifact: Artifact, table: NDArray[np.float32], tokenizer: Tokenizer, texts: Sequence[str]
) -> NDArray[np.float32]:
    """The classes' calibrated logits, shape (n, classes)."""
    tokens = tokenize(tokenizer, texts)
    n = len(texts)
    words = artifact.words.features(word_grams(tokens), n)
    characters = artifact.characters.features(character_grams(texts), n)
    scores = pool(table, tokens) @ artifact.static_weights
    scores += artifact.bias
    scores += _times(words, artifact.gram_weights[: len(artifact.words.hashes)])
    scores += _times(characters, artifact.gram_weights[len(artifact.words.hashes) :])
    return scores


def _times(features: Features, weights: NDArray[np.float32]) -> NDArray[np.float32]:
    product = np.zeros((features.row_count, weights.shape[1]), dtype=np.float32)
    edges = np.searchsorted(features.rows, np.arange(features.row_count + 1))
    for row, (start, end) in enumerate(pairwise(edges)):
        if end > start:
            product[row] = features.values[start:end] @ weights[features.columns[start:end]]
    return product


def _softmax(scores: NDArray[np.float32]) -> NDArray[np.float32]:
    exponentials = np.exp(scores - scores.max(axis=1, keepdims=True))
    probabilities: NDArray[np.float32] = exponentials / exponentials.sum(axis=1, keepdims=True)
    return probabilities


def _decide(artifact: Artifact, probabilities: NDArray[np.float32]) -> list[Prediction]:
    names = list(artifact.labels)
    inside = probabilities[:, : len(names)]
    outside = probabilities[:, len(names) :].sum(axis=1)
    order = np.argsort(-inside, axis=1, kind="stable")[:, :ALTERNATIVES]
    best = np.take_along_axis(inside, order, axis=1)
    within = (best[:, 0] >= artifact.threshold) & (best[:, 0] >= outside)
    return [
        Prediction(
            label=names[order[row, 0]] if within[row] else None,
            score=float(best[row, 0]),
            alternatives=tuple(
                (names[column], float(score))
                for column, score in zip(order[row], best[row], strict=True)
            ),
        )
        for row in range(len(probabilities))
    ]
