from __future__ import annotations

import numpy as np
import pytest
from sklearn.feature_extraction.text import TfidfVectorizer

from customerai.ml.ngrams import Grams, Vocabulary, character_grams

TEXTS = ["where is my card", "my card, my card!", "a", "", "book a table"]


def vocabulary(grams: Grams, documents: int) -> Vocabulary:
    hashes = np.unique(grams.hashes)
    counts = np.array(
        [len(np.unique(grams.texts[grams.hashes == value])) for value in hashes], dtype=np.float64
    )
    idf = np.log((1 + documents) / (1 + counts)) + 1
    return Vocabulary(hashes, idf.astype(np.float32))


def test_weights_equal_those_of_scikit_learn() -> None:
    grams = character_grams(TEXTS)
    found = vocabulary(grams, len(TEXTS)).features(grams, len(TEXTS))
    dense = np.zeros((len(TEXTS), found.columns.max() + 1))
    dense[found.rows, found.columns] = found.values
    theirs = TfidfVectorizer(
        analyzer="char", ngram_range=(3, 5), sublinear_tf=True, preprocessor=lambda t: f" {t} "
    ).fit_transform(TEXTS)
    # Columns differ in order, so rows are compared by what no order changes: their inner products.
    assert np.allclose(dense @ dense.T, (theirs @ theirs.T).toarray(), atol=1e-5)


def test_grams_never_cross_from_one_text_to_the_next() -> None:
    apart = character_grams(["abcdef", "ghijkl"])
    alone = np.concatenate([character_grams([text]).hashes for text in ("abcdef", "ghijkl")])
    assert np.array_equal(np.sort(apart.hashes), np.sort(alone))


@pytest.mark.parametrize(("one", "other"), [("at 5 pm", "at 9 PM"), ("[ID_1] x", "[ID_2] x")])
def test_digits_case_and_numbers_of_placeholders_do_not_matter(one: str, other: str) -> None:
    assert np.array_equal(character_grams([one]).hashes, character_grams([other]).hashes)
