"""Overlapping spans become disjoint ones that hide as much."""

from __future__ import annotations

import random
import string

import pytest
from hypothesis import given
from hypothesis import strategies as st

from customerai.privacy.recognizers.spans import Span
from customerai.privacy.resolver import resolve

TEXT = "Call Anna Lee at 4111 1111 1111 1111 or 12 Main St, Springfield"


def at(value: str, entity: str, score: float, text: str = TEXT) -> Span:
    start = text.index(value)
    return Span(entity, start, start + len(value), score, "test")


def shown(text: str, spans: list[Span]) -> list[tuple[str, str]]:
    return [(span.type, text[span.start : span.end]) for span in spans]


@pytest.mark.parametrize(
    ("spans", "expected"),
    [
        ([], []),
        ([at("Anna", "PERSON", 0.5)], [("PERSON", "Anna")]),
        # What a checksum proves beats the longer guess of a model, whose rest stays hidden.
        (
            [
                at("4111 1111 1111 1111", "CREDIT_CARD", 1.0),
                at("4111 1111 1111 1111 or", "PHONE_NUMBER", 0.8),
            ],
            [("CREDIT_CARD", "4111 1111 1111 1111"), ("PHONE_NUMBER", "or")],
        ),
        # The longer of two beliefs wins.
        ([at("Anna Lee", "PERSON", 0.5), at("Lee", "LOCATION", 0.9)], [("PERSON", "Anna Lee")]),
        # Of two of one length, the stronger.
        ([at("Lee", "PERSON", 0.5), at("Lee", "LOCATION", 0.9)], [("LOCATION", "Lee")]),
        # A last guess gives way to all, even when it is longer.
        (
            [at("Anna Lee", "ORGANIZATION", 0.36), at("Lee", "PERSON", 0.6)],
            [("ORGANIZATION", "Anna"), ("PERSON", "Lee")],
        ),
        # Same type: overlapping parts are one; neighbours are joined for places and persons.
        ([at("Anna", "PERSON", 0.5), at("Anna Lee", "PERSON", 0.6)], [("PERSON", "Anna Lee")]),
        ([at("Anna", "PERSON", 0.5), at("Lee", "PERSON", 0.6)], [("PERSON", "Anna Lee")]),
        (
            [at("12 Main St", "LOCATION", 0.8), at("Springfield", "LOCATION", 0.5)],
            [("LOCATION", "12 Main St, Springfield")],
        ),
        (
            [at("4111", "ID_NUMBER", 0.5), at("1111 1", "ID_NUMBER", 0.5)],
            [("ID_NUMBER", "4111"), ("ID_NUMBER", "1111 1")],
        ),
    ],
)
def test_overlaps(spans: list[Span], expected: list[tuple[str, str]]) -> None:
    assert shown(TEXT, resolve(TEXT, spans)) == expected


def test_two_people_in_a_list_stay_two() -> None:
    text = "Anna, Bert"
    spans = [at("Anna", "PERSON", 0.9, text), at("Bert", "PERSON", 0.9, text)]
    assert shown(text, resolve(text, spans)) == [("PERSON", "Anna"), ("PERSON", "Bert")]


def test_low_scores_are_dropped_first() -> None:
    spans = [at("Anna Lee", "PERSON", 0.2), at("Lee", "LOCATION", 0.5)]
    assert shown(TEXT, resolve(TEXT, spans, min_score=0.35)) == [("LOCATION", "Lee")]


@pytest.mark.parametrize("span", [(0, 0), (-1, 2), (0, 999), (5, 3)])
def test_spans_outside_the_text_are_refused(span: tuple[int, int]) -> None:
    with pytest.raises(ValueError, match="not inside"):
        resolve(TEXT, [Span("A", *span, 0.5, "test")])


@st.composite
def texts_with_spans(draw: st.DrawFn) -> tuple[str, list[Span]]:
    text = draw(st.text(alphabet="aB1é👋 ,.-\n", min_size=1, max_size=60))
    spans = []
    for _ in range(draw(st.integers(0, 12))):
        start = draw(st.integers(0, len(text) - 1))
        end = draw(st.integers(start + 1, len(text)))
        spans.append(
            Span(
                draw(st.sampled_from(["PERSON", "LOCATION", "CREDIT_CARD", "ID_NUMBER"])),
                start,
                end,
                draw(st.sampled_from([0.2, 0.36, 0.5, 0.9, 1.0])),
                draw(st.sampled_from(["a", "b"])),
            )
        )
    return text, spans


@given(texts_with_spans(), st.randoms(use_true_random=False))
def test_result_is_sorted_disjoint_in_range_and_hides_as_much(
    case: tuple[str, list[Span]], rng: random.Random
) -> None:
    text, spans = case
    result = resolve(text, spans, min_score=0.35)
    done = 0
    for span in result:
        assert done <= span.start < span.end <= len(text)
        done = span.end
    hidden = {at for span in result for at in range(span.start, span.end)}
    for span in spans:
        if span.score >= 0.35:
            for place in range(span.start, span.end):
                assert place in hidden or text[place] in string.punctuation + string.whitespace
    shuffled = list(spans)
    rng.shuffle(shuffled)
    assert resolve(text, shuffled, min_score=0.35) == result


def test_ten_thousand_overlapping_spans_take_no_quadratic_time() -> None:
    text = "a" * 20_000
    spans = [
        Span("PERSON" if at % 2 else "LOCATION", at, at + 3, 0.5, "test") for at in range(10_000)
    ]
    assert resolve(text, spans)
