from __future__ import annotations

import hashlib

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from customerai.core.safe_text import SafeText
from customerai.core.safe_text_issuer import issue
from customerai.responder import extraction, lexical, sentences
from customerai.responder.extraction import Draft, compose_reply
from customerai.responder.retrieval import IndexedPassage, PassageIndex, Vector, texts_to_embed

DIMENSION = 64


def embed(text: str) -> Vector:
    """A bag of hashed stems: the same words give the same direction."""
    vector = np.full(DIMENSION, 1e-3, dtype=np.float32)
    for token in lexical.tokens(text):
        vector[hashlib.sha256(token.encode()).digest()[0] % DIMENSION] += 1
    normalised: Vector = vector / np.linalg.norm(vector)
    return normalised


def an_index(texts: dict[str, tuple[str, str]]) -> PassageIndex:
    index = PassageIndex(dimension=DIMENSION)
    for document, (heading, text) in texts.items():
        spans = tuple(sentences.split(text))
        pieces = texts_to_embed(issue(heading), issue(text), spans)
        vectors = np.stack([embed(piece) for piece in pieces])
        passage = IndexedPassage(
            f"{document}#0",
            document,
            issue(heading),
            issue(text),
            spans,
            vectors.astype(np.float16),
        )
        index.put(document, [passage])
    return index


def answer(
    index: PassageIndex, question: str, *, max_sentences: int = 4, min_confidence: float = 0.0
) -> Draft:
    query, vector = issue(question), embed(question)
    return compose_reply(
        query,
        vector,
        index.search(query, vector),
        max_sentences=max_sentences,
        min_confidence=min_confidence,
    )


SHOP = {
    "refund": ("Refunds", "A refund takes seven days. It goes to your card."),
    "shipping": ("Shipping", "Shipping costs eight dollars. Gold members ship free."),
    "password": (
        "Passwords",
        "We never know your password. Most people pick a bad one. To reset the password:\n"
        "1. Open the login page.\n2. Press forgotten password.\n3. Follow the link.\n"
        "Our office is closed on Sundays. We like cats.",
    ),
}


def test_answer_quotes_the_passage_and_says_where_it_stands() -> None:
    draft = answer(an_index(SHOP), "how long does a refund take?")
    assert draft.status == "answered"
    assert draft.reason is None
    assert draft.text == "A refund takes seven days. It goes to your card."
    (citation,) = draft.citations
    assert (citation.document_id, citation.passage_id) == ("refund", "refund#0")
    assert draft.text[citation.start : citation.end] == citation.quote


def test_steps_of_a_procedure_stay_together_in_order() -> None:
    draft = answer(an_index(SHOP), "how can I reset the password?")
    assert draft.text == (
        "To reset the password:\n1. Open the login page.\n2. Press forgotten password.\n"
        "3. Follow the link."
    )


def test_empty_knowledge_is_said_to_be_empty() -> None:
    draft = answer(PassageIndex(dimension=DIMENSION), "refund?")
    assert (draft.status, draft.reason, draft.text, draft.citations) == (
        "abstained",
        "no_knowledge",
        "",
        (),
    )


def test_question_of_another_subject_finds_no_evidence() -> None:
    draft = answer(an_index(SHOP), "volcano giraffe")
    assert (draft.status, draft.reason) == ("abstained", "no_evidence")


def test_weak_evidence_is_not_sent() -> None:
    draft = answer(an_index(SHOP), "refund volcano giraffe piano", min_confidence=0.99)
    assert (draft.status, draft.reason) == ("abstained", "low_confidence")
    assert 0 < draft.confidence < 0.99


def test_taking_the_document_away_lowers_the_confidence() -> None:
    index = an_index(SHOP)
    known = answer(index, "how long does a refund take?").confidence
    index.remove("refund")
    assert answer(index, "how long does a refund take?").confidence < known / 2


def test_twin_documents_cast_no_doubt_on_each_other() -> None:
    alone = answer(an_index(SHOP), "how long does a refund take?")
    twins = answer(an_index(SHOP | {"twin": SHOP["refund"]}), "how long does a refund take?")
    assert twins.confidence > alone.confidence - 0.1
    assert len(twins.citations) == 1


def test_coefficients_are_named_after_the_features() -> None:
    assert tuple(extraction.COEFFICIENTS) == extraction.FEATURES
    assert all(value > 0 for value in extraction.COEFFICIENTS.values())


WORD = st.sampled_from(["refund", "shipping", "cost", "card", "gold", "member", "day", "the"])
SENTENCE = st.lists(WORD, min_size=1, max_size=6).map(" ".join)
TEXT = st.tuples(
    st.lists(SENTENCE, min_size=1, max_size=7),
    st.sampled_from([". ", ".\n", "? ", ":\n", "\n", "! "]),
).map(lambda drawn: drawn[1].join(sentence.capitalize() for sentence in drawn[0]))


@settings(max_examples=150)
@given(
    st.dictionaries(st.sampled_from("abcde"), st.tuples(SENTENCE, TEXT), max_size=5),
    SENTENCE,
    st.integers(1, 6),
)
def test_every_sentence_of_a_reply_is_cited_word_for_word(
    texts: dict[str, tuple[str, str]], question: str, budget: int
) -> None:
    index = an_index(texts)
    draft = answer(index, question, max_sentences=budget)
    assert draft == answer(index, question, max_sentences=budget)
    assert isinstance(draft.text, SafeText)
    assert 0 <= draft.confidence <= 1
    if draft.status == "abstained":
        assert (draft.text, draft.citations) == ("", ())
        assert draft.reason is not None
        return
    position = 0
    for citation in draft.citations:
        assert position <= citation.start < citation.end <= len(draft.text)
        assert not draft.text[position : citation.start].strip()
        assert draft.text[citation.start : citation.end] == citation.quote
        assert citation.quote in texts[citation.document_id][1]
        position = citation.end
    assert position == len(draft.text)
    spans = sentences.split(draft.text)
    assert 1 <= len(spans) <= budget
    for start, end in spans:
        assert any(c.start <= start and end <= c.end for c in draft.citations)


def test_confidence_survives_extreme_values() -> None:
    index = an_index({"a": ("", "refund")})
    assert answer(index, "refund").confidence == pytest.approx(1, abs=0.5)
