"""Trains and writes the artifacts that `customerai.ml.classifier` reads.

Two multinomial logistic regressions, one on static embeddings and one on TF-IDF n-grams; their
logits are averaged with a weight, and a temperature and a threshold are set on rows left aside.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import scipy.optimize
import scipy.sparse
from numpy.typing import NDArray
from sklearn.linear_model import LogisticRegression

from customerai.ml.classifier import FORMAT
from customerai.ml.ngrams import Grams, Vocabulary, character_grams, word_grams
from customerai.ml.registry import CARDS, locate
from customerai.ml.static_embedder import load_table, pool
from customerai.ml.wordpiece import load_tokenizer, tokenize

Floats = NDArray[np.float32]
CHUNK = 2_000


@dataclass(frozen=True)
class Recipe:
    """The choices of one training run."""

    max_words: int = 40_000
    max_characters: int = 40_000
    min_count: int = 2
    gram_strength: float = 30.0  # inverse regularisation, sklearn's C
    static_strength: float = 300.0
    static_share: float = 0.35  # of the averaged logits
    iterations: int = 60


class Featurizer:
    """Texts to the features of both models, with the code that serves."""

    def __init__(self, recipe: Recipe) -> None:
        self._recipe = recipe
        self._tokenizer = load_tokenizer(markers=True)
        self._table = load_table(locate(CARDS["static-embedder"]))

    def learn(self, texts: Sequence[str]) -> None:
        """Choose the n-grams that count."""
        words = word_grams(tokenize(self._tokenizer, texts))
        recipe = self._recipe
        self.words = _vocabulary(words, len(texts), recipe.max_words, recipe.min_count)
        characters = character_grams(texts)
        self.characters = _vocabulary(
            characters, len(texts), recipe.max_characters, recipe.min_count
        )

    def static(self, texts: Sequence[str]) -> Floats:
        """Static embeddings, shape (n, dimension)."""
        parts = [
            pool(self._table, tokenize(self._tokenizer, texts[start : start + CHUNK]))
            for start in range(0, len(texts), CHUNK)
        ]
        return np.concatenate(parts)

    def grams(self, texts: Sequence[str]) -> Any:
        """TF-IDF of words and characters side by side, a sparse matrix."""
        words = self.words.features(word_grams(tokenize(self._tokenizer, texts)), len(texts))
        characters = self.characters.features(character_grams(texts), len(texts))
        blocks = [
            scipy.sparse.csr_matrix(
                (part.values, (part.rows, part.columns)),
                shape=(len(texts), len(vocabulary.hashes)),
            )
            for part, vocabulary in ((words, self.words), (characters, self.characters))
        ]
        return scipy.sparse.hstack(blocks).tocsr()


def _vocabulary(grams: Grams, documents: int, size: int, min_count: int) -> Vocabulary:
    pairs = np.unique(np.stack([grams.hashes, grams.texts.astype(np.uint64)]), axis=1)[0]
    hashes, counts = np.unique(pairs, return_counts=True)
    kept = counts >= min_count
    hashes, counts = hashes[kept], counts[kept]
    if len(hashes) > size:
        frequent = np.sort(np.argsort(-counts, kind="stable")[:size])
        hashes, counts = hashes[frequent], counts[frequent]
    idf = np.log((1.0 + documents) / (1.0 + counts)) + 1.0
    return Vocabulary(hashes, idf.astype(np.float32))


@dataclass(frozen=True)
class Trained:
    """Both models with their shares applied, not yet calibrated."""

    featurizer: Featurizer
    classes: list[str]
    gram_weights: Floats
    static_weights: Floats
    bias: Floats

    def logits(self, texts: Sequence[str]) -> Floats:
        """Shape (n, classes)."""
        scores = self.featurizer.static(texts) @ self.static_weights + self.bias
        return np.asarray(scores + self.featurizer.grams(texts) @ self.gram_weights)


def train(
    texts: Sequence[str],
    classes: Sequence[str],
    *,
    order: Sequence[str],
    weights: Floats,
    recipe: Recipe,
) -> Trained:
    """Fit both models; `order` is the order of the classes in the artifact."""
    featurizer = Featurizer(recipe)
    featurizer.learn(texts)
    position = {name: i for i, name in enumerate(order)}
    target = np.array([position[name] for name in classes])
    if len(np.unique(target)) != len(order):
        raise ValueError("a class has no row")

    def fit(features: Any, strength: float, share: float) -> tuple[Floats, Floats]:
        model = LogisticRegression(C=strength, max_iter=recipe.iterations, tol=1e-3)
        model.fit(features, target, sample_weight=weights)
        coefficients = np.ascontiguousarray(model.coef_.T) * share
        return coefficients.astype(np.float32), (model.intercept_ * share).astype(np.float32)

    static, static_bias = fit(featurizer.static(texts), recipe.static_strength, recipe.static_share)
    grams, gram_bias = fit(featurizer.grams(texts), recipe.gram_strength, 1.0 - recipe.static_share)
    return Trained(featurizer, list(order), grams, static, static_bias + gram_bias)


def temperature(logits: Floats, target: NDArray[np.int64]) -> float:
    """The divisor of the logits that makes the true classes likeliest (Guo et al., 2017)."""

    def loss(log_t: float) -> float:
        scaled = logits / np.exp(log_t)
        top = scaled.max(axis=1)
        total = top + np.log(np.exp(scaled - top[:, None]).sum(axis=1))
        return float((total - scaled[np.arange(len(target)), target]).mean())

    found = scipy.optimize.minimize_scalar(loss, bounds=(-3.0, 3.0), method="bounded")
    return float(np.exp(found.x))


def write(
    path: Path,
    trained: Trained,
    *,
    labels: Mapping[str, tuple[str, str]],
    divisor: float,
    threshold: float,
) -> None:
    """Write the artifact; weights of n-grams are stored as int8 with one scale a row.

    Args:
        labels: title and area of each label; the remaining classes mean "out of scope".
        divisor: the temperature, folded into the weights.
    """
    if list(labels) != trained.classes[: len(labels)]:
        raise ValueError("the labels must be the first classes, in order")
    weights = trained.gram_weights / divisor
    scale = np.maximum(np.abs(weights).max(axis=1), 1e-8) / 127.0
    meta = {
        "format": FORMAT,
        "labels": [
            {"label": label, "title": title, "area": area}
            for label, (title, area) in labels.items()
        ],
        "threshold": round(threshold, 4),
    }
    path.parent.mkdir(parents=True, exist_ok=True)
    np.savez_compressed(
        path,
        meta=np.array(json.dumps(meta)),
        word_hashes=trained.featurizer.words.hashes,
        word_idf=trained.featurizer.words.idf,
        character_hashes=trained.featurizer.characters.hashes,
        character_idf=trained.featurizer.characters.idf,
        gram_weights=np.round(weights / scale[:, None]).astype(np.int8),
        gram_scale=scale.astype(np.float32),
        static_weights=(trained.static_weights / divisor).astype(np.float32),
        bias=(trained.bias / divisor).astype(np.float32),
    )
