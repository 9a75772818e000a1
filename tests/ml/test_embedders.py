from __future__ import annotations

import threading
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from customerai.core.safe_text_issuer import issue
from customerai.ml.embedder import DIMENSION, SentenceEmbedder
from customerai.ml.static_embedder import StaticEmbedder

pytestmark = pytest.mark.model

SENTENCES = SentenceEmbedder()
STATIC = StaticEmbedder()
EMBEDDERS = [pytest.param(SENTENCES, id="transformer"), pytest.param(STATIC, id="static")]


@pytest.mark.parametrize("embedder", EMBEDDERS)
def test_vectors_have_length_one(embedder: Any) -> None:
    vectors = embedder.embed([issue("I lost my card"), issue("a"), issue("word " * 1000)])
    assert vectors.dtype == np.float32
    assert np.allclose(np.linalg.norm(vectors, axis=1), 1.0, atol=1e-5)


def test_shapes() -> None:
    texts = [issue(f"message {i}") for i in range(70)]
    assert SENTENCES.embed(texts).shape == (70, DIMENSION)
    assert STATIC.embed(texts).shape == (70, 256)
    assert SENTENCES.embed([]).shape == (0, DIMENSION)
    assert STATIC.embed([]).shape == (0, 256)


@pytest.mark.parametrize("embedder", EMBEDDERS)
def test_like_means_near(embedder: Any) -> None:
    texts = ["I lost my credit card", "my bank card is missing", "will it rain tomorrow"]
    near = embedder.embed([issue(text) for text in texts])
    assert near[0] @ near[1] > near[0] @ near[2] + 0.2


@pytest.mark.parametrize("embedder", EMBEDDERS)
def test_the_number_of_a_placeholder_does_not_matter(embedder: Any) -> None:
    first, second = embedder.embed([issue("call [PERSON_1] back"), issue("call [PERSON_23] back")])
    assert np.allclose(first, second, atol=1e-6)


@pytest.mark.parametrize("embedder", EMBEDDERS)
def test_a_plain_string_is_refused(embedder: Any) -> None:
    with pytest.raises(TypeError, match="SafeText"):
        embedder.embed([issue("safe"), "not"])


def test_transformer_gives_each_text_its_own_row_whatever_the_lengths() -> None:
    texts = [issue("word " * count) for count in (40, 1, 7, 300, 2)] + [issue("")]
    together = SENTENCES.embed(texts)
    for row, text in enumerate(texts):
        # Other lengths in a batch change the order of sums, nothing more.
        assert together[row] @ SENTENCES.embed([text])[0] > 0.999


def test_text_without_tokens_gives_zero_from_the_table() -> None:
    assert not STATIC.embed([issue("")]).any()


@settings(max_examples=40, deadline=None)
@given(st.lists(st.text(max_size=40), max_size=8))
def test_static_batch_equals_single_results(texts: list[str]) -> None:
    safe = [issue(text) for text in texts]
    together = STATIC.embed(safe)
    alone = [STATIC.embed([text])[0] for text in safe]
    assert np.isfinite(together).all()
    for row, vector in enumerate(alone):
        assert np.allclose(together[row], vector, atol=1e-6)


def test_first_use_by_many_threads_loads_once_and_agrees() -> None:
    embedder = StaticEmbedder()
    results: list[Any] = []
    threads = [
        threading.Thread(target=lambda: results.append(embedder.embed([issue("hello there")])))
        for _ in range(4)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(results) == 4
    assert all(np.array_equal(result, results[0]) for result in results)
