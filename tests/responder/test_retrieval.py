from __future__ import annotations

import hashlib
from collections.abc import Sequence
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from customerai.core.safe_text import SafeText
from customerai.core.safe_text_issuer import issue
from customerai.responder import lexical, sentences
from customerai.responder.retrieval import (
    IndexedPassage,
    PassageIndex,
    Vector,
    build_query,
    stands_alone,
    texts_to_embed,
)

DIMENSION = 32


def embed(text: str) -> Vector:
    """A bag of hashed stems: the same words give the same direction."""
    vector = np.full(DIMENSION, 1e-3, dtype=np.float32)
    for token in lexical.tokens(text):
        vector[hashlib.sha256(token.encode()).digest()[0] % DIMENSION] += 1
    normalised: Vector = vector / np.linalg.norm(vector)
    return normalised


def a_passage(document: str, text: str, *, heading: str = "", number: int = 0) -> IndexedPassage:
    spans = tuple(sentences.split(text))
    vectors = np.stack([embed(t) for t in texts_to_embed(issue(heading), issue(text), spans)])
    return IndexedPassage(
        f"{document}#{number}", document, issue(heading), issue(text), spans, vectors
    )


def an_index(texts: dict[str, str]) -> PassageIndex:
    index = PassageIndex(dimension=DIMENSION)
    for document, text in texts.items():
        index.put(document, [a_passage(document, text)])
    return index


def search(index: PassageIndex, query: str, history: Sequence[str] = (), k: int = 8) -> list[str]:
    turns = [issue(turn) for turn in (*history, query)]
    vector = embed(build_query(turns))
    hits = index.search(turns[-1], vector, history=turns[:-1], k=k)
    return [hit.document_id for hit in hits]


SHOP = {
    "refund": "A refund takes seven days. It goes to your card.",
    "shipping": "Shipping costs eight dollars. Gold members ship free.",
    "password": "Press forgotten password. We mail a link.",
}


def test_the_passage_with_the_words_comes_first() -> None:
    assert search(an_index(SHOP), "how long do refunds take?")[0] == "refund"


def test_history_tells_what_a_short_turn_is_about() -> None:
    index = an_index(SHOP | {"silver": "Silver members get a birthday present. Silver is rare."})
    assert search(index, "and for silver members?")[0] == "silver"
    asked = ["hi", "what does shipping cost for members?", "shipping dollars free"]
    assert search(index, "and how much?", asked)[0] == "shipping"


def test_change_of_subject_leaves_the_history_behind() -> None:
    asked = ["what does shipping cost for gold members?", "do gold members ship free?"]
    assert search(an_index(SHOP), "the forgotten password link never arrived", asked)[0] == (
        "password"
    )


@pytest.mark.parametrize(
    ("turn", "alone"),
    [
        ("How do I change my delivery address?", True),
        ("and what about silver members in Canada?", False),
        ("does it also work on my phone?", False),
        ("how much?", False),
        ("", False),
    ],
)
def test_turn_that_points_back_does_not_stand_alone(turn: str, *, alone: bool) -> None:
    assert stands_alone(turn) is alone


def test_removed_and_replaced_documents_are_not_found() -> None:
    index = an_index(SHOP)
    index.remove("refund")
    index.remove("refund")
    index.put("shipping", [a_passage("shipping", "Refund of the fee.")])
    assert set(search(index, "refund shipping password")) == {"shipping", "password"}
    assert search(index, "refund")[0] == "shipping"
    assert len(index) == 2


def test_nothing_known_gives_no_hit() -> None:
    assert search(PassageIndex(dimension=DIMENSION), "refund") == []
    assert search(an_index(SHOP), "refund", k=0) == []


def test_vectors_of_a_wrong_shape_are_refused_and_change_nothing() -> None:
    index = an_index(SHOP)
    good = a_passage("refund", "One. Two.")
    bad = IndexedPassage("p", "refund", issue(""), good.text, good.sentences, good.vectors[1:])
    with pytest.raises(ValueError, match="shape"):
        index.put("refund", [bad])
    with pytest.raises(ValueError, match="another document"):
        index.put("other", [good])
    assert search(index, "how long do refunds take?")[0] == "refund"


def test_standalone_turn_is_embedded_as_it_is() -> None:
    turn = issue("Where is my order?")
    assert build_query([turn]) == turn
    assert build_query([issue("hi"), issue("thanks!"), turn]) == turn


def test_last_turn_counts_twice_and_two_earlier_ones_once() -> None:
    turns = [issue(word) for word in ("alpha", "bravo", "charlie", "delta")]
    built = build_query(turns)
    assert isinstance(built, SafeText)
    assert built == "bravo charlie delta delta"


WORDS = st.lists(
    st.sampled_from(["refund", "shipping", "cost", "card", "gold", "member", "day"]),
    min_size=1,
    max_size=6,
).map(" ".join)


@settings(max_examples=60)
@given(
    st.dictionaries(st.sampled_from("abcdef"), WORDS, max_size=6),
    WORDS,
    st.lists(st.sampled_from("abcdef"), max_size=3),
)
def test_scores_are_ordered_in_range_and_independent_of_the_past(
    texts: dict[str, str], query: str, churned: list[str]
) -> None:
    index = an_index(dict.fromkeys(churned, "something else") | texts)
    for document in set(churned) - set(texts):
        index.remove(document)
    safe, vector = issue(query), embed(query)
    hits = index.search(safe, vector)
    fresh = an_index(texts).search(safe, vector)
    assert {hit.document_id for hit in hits} == set(texts)
    expected = {hit.document_id: hit.score for hit in fresh}
    assert {hit.document_id: hit.score for hit in hits} == pytest.approx(expected, abs=1e-5)
    for hit in hits:
        assert 0 <= hit.score <= 1
        assert 0 <= hit.coverage <= 1.0001
        assert hit.sentence_cosines.shape == (len(hit.passage.sentences),)
    assert all(hit.score >= lower.score - 1e-4 for hit, lower in pairwise(hits))
