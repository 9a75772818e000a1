from __future__ import annotations

import math
from collections import Counter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from customerai.responder import lexical


@pytest.mark.parametrize(
    "family",
    [
        ("cancel", "cancels", "cancelled", "canceling", "cancellation"),
        ("refund", "refunds", "refunded", "refunding"),
        ("ship", "ships", "shipped", "shipping", "shipment"),
        ("pay", "pays", "paying", "payment", "payments"),
        ("change", "changes", "changing", "changed"),
        ("box", "boxes"),
        ("delivery", "deliveries"),
    ],
)
def test_inflections_share_a_stem(family: tuple[str, ...]) -> None:
    assert len({lexical.stem(word) for word in family}) == 1


def test_tokens_leave_out_stop_words_and_placeholders() -> None:
    assert lexical.tokens("Where is the order of [PERSON_1], please?") == ["order"]


TERMS = st.lists(st.sampled_from("abcdefg"), max_size=12)


def bm25(documents: dict[int, list[str]], query: set[str], slot: int) -> float:
    """The textbook formula, one document at a time."""
    mean = max(sum(map(len, documents.values())) / len(documents), 1.0)
    total = 0.0
    for term in query:
        holding = sum(term in terms for terms in documents.values())
        count = Counter(documents[slot])[term]
        idf = math.log(1 + (len(documents) - holding + 0.5) / (holding + 0.5))
        norm = count + 1.2 * (1 - 0.75 + 0.75 * len(documents[slot]) / mean)
        total += idf * count * 2.2 / norm
    return total


@given(
    st.lists(TERMS, min_size=1, max_size=8),
    st.sets(st.integers(0, 7)),
    st.sets(st.sampled_from("abcdefgh"), min_size=1),
)
def test_scores_are_bm25_whatever_was_removed_before(
    texts: list[list[str]], removed: set[int], query: set[str]
) -> None:
    index = lexical.Bm25Index()
    for slot, terms in enumerate(texts):
        index.add(slot, terms)
    for slot in removed:
        index.remove(slot)
    documents = {slot: terms for slot, terms in enumerate(texts) if slot not in removed}
    found = index.search(dict.fromkeys(sorted(query), 1.0))
    expected = {slot: bm25(documents, query, slot) for slot in documents}
    assert set(found.slots.tolist()) == {slot for slot, score in expected.items() if score > 0}
    for slot, score, share in zip(found.slots, found.scores, found.coverage, strict=True):
        assert score == pytest.approx(expected[int(slot)], rel=1e-4)
        assert score < found.limit
        assert 0 < share <= 1.0001


def test_taken_slot_is_refused() -> None:
    index = lexical.Bm25Index()
    index.add(3, ["a"])
    with pytest.raises(ValueError, match="not free"):
        index.add(3, ["b"])
    assert len(index) == 1
