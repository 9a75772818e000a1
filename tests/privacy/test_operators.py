"""What stands in the place of a value."""

from __future__ import annotations

import hmac

import pytest
from hypothesis import given
from hypothesis import strategies as st

from customerai.privacy import operators
from customerai.privacy.operators import (
    InvalidOperator,
    Keep,
    KeyedHash,
    Mask,
    OverlappingSpans,
    Redact,
    Replace,
    apply,
    keyed_hash,
    parse_operator,
    run,
)
from customerai.privacy.recognizers.spans import Span

KEY = bytes(range(32))


def a_span(text: str, value: str, entity: str = "PERSON") -> Span:
    start = text.index(value)
    return Span(entity, start, start + len(value), 0.9, "test")


@pytest.mark.parametrize(
    ("operator", "entity", "value", "expected"),
    [
        (Replace(), "PERSON", "Anna", "[PERSON]"),
        (Replace("someone"), "PERSON", "Anna", "someone"),
        (Redact(), "PERSON", "Anna", ""),
        (Keep(), "PERSON", "Anna", "Anna"),
        (Mask(), "PERSON", "Anna Lee", "**** ***"),
        (Mask(2), "PERSON", "Anna", "**na"),
        (Mask(2, from_end=True), "PERSON", "Anna", "An**"),
        (Mask(99), "PERSON", "Anna", "****"),
        (Mask(0), "PERSON", "Anna", "Anna"),
        (Mask(masking_char="#"), "PHONE_NUMBER", "(212) 555-0100", "(###) ###-####"),
        (Mask(), "CREDIT_CARD", "4111 1111 1111 1111", "**** **** **** 1111"),
        (Mask(), "CREDIT_CARD", "1234", "****"),
    ],
)
def test_stand_ins(operator: operators.Operator, entity: str, value: str, expected: str) -> None:
    assert run(operator, Span(entity, 0, len(value), 1.0, "test"), value) == expected


def test_masked_card_keeps_last_four_digits() -> None:
    text = "card 4111-1111-1111-1111 please"
    masked, _ = apply(
        text, [a_span(text, "4111-1111-1111-1111", "CREDIT_CARD")], lambda s, v: run(Mask(), s, v)
    )
    assert masked == "card ****-****-****-1111 please"


@given(
    st.text(), st.integers(0, 40) | st.none(), st.booleans(), st.sampled_from(["X", "CREDIT_CARD"])
)
def test_masking_adds_no_readable_characters(
    value: str, count: int | None, from_end: bool, entity: str
) -> None:
    masked = Mask(count, from_end=from_end).run(Span(entity, 0, 1, 1.0, "test"), value)
    assert len(masked) == len(value)
    assert all(new in (old, "*") for old, new in zip(value, masked, strict=True))


def test_hash_is_the_keyed_one_and_stable() -> None:
    expected = hmac.new(KEY, b"PERSON\0Anna", "sha256").hexdigest()[:32]
    assert keyed_hash("PERSON", "Anna", KEY) == expected
    assert run(KeyedHash(), Span("PERSON", 0, 4, 1.0, "test"), "Anna", key=KEY) == expected
    assert keyed_hash("PERSON", "Anna", KEY) != keyed_hash("PERSON", "Anna", KEY[::-1])
    assert keyed_hash("PERSON", "Anna", KEY) != keyed_hash("LOCATION", "Anna", KEY)
    assert len(keyed_hash("PERSON", "\ud800", KEY, length=16)) == 16


def test_hash_refuses_weak_settings() -> None:
    with pytest.raises(ValueError, match="16 bytes"):
        keyed_hash("PERSON", "Anna", b"short")
    with pytest.raises(ValueError, match="length"):
        keyed_hash("PERSON", "Anna", KEY, length=8)
    with pytest.raises(InvalidOperator, match="key"):
        run(KeyedHash(), Span("PERSON", 0, 4, 1.0, "test"), "Anna")


@pytest.mark.parametrize(
    ("config", "expected"),
    [
        ({"operator": "replace"}, Replace()),
        ({"operator": "replace", "new_value": "x"}, Replace("x")),
        ({"type": "redact"}, Redact()),
        ({"operator": "keep"}, Keep()),
        ({"operator": "hash", "length": 16}, KeyedHash(16)),
        (
            {"operator": "mask", "chars_to_mask": 4, "masking_char": "#", "from_end": True},
            Mask(4, "#", True),
        ),
    ],
)
def test_configurations_are_parsed(config: dict[str, object], expected: operators.Operator) -> None:
    operator = parse_operator(config)
    assert operator == expected
    assert operator.kind == config.get("operator", config.get("type"))


@pytest.mark.parametrize(
    ("config", "field"),
    [
        ({}, "operator"),
        ({"operator": "SECRET"}, "operator"),
        ({"operator": ["SECRET"]}, "operator"),
        ({"operator": "replace", "new_value": 5}, "new_value"),
        ({"operator": "replace", "new_value": "SECRET" * 99}, "new_value"),
        ({"operator": "mask", "chars_to_mask": "SECRET"}, "chars_to_mask"),
        ({"operator": "mask", "chars_to_mask": -1}, "chars_to_mask"),
        ({"operator": "mask", "chars_to_mask": True}, "chars_to_mask"),
        ({"operator": "mask", "masking_char": "SECRET"}, "masking_char"),
        ({"operator": "mask", "masking_char": "S"}, "masking_char"),
        ({"operator": "mask", "from_end": "SECRET"}, "from_end"),
        ({"operator": "hash", "length": 8}, "length"),
        ({"operator": "hash", "length": "SECRET"}, "length"),
        ({"operator": "redact", "SECRET": "SECRET"}, "field"),
        ({"operator": "keep", "SECRET": 1}, "field"),
    ],
)
def test_bad_configuration_names_the_field_and_echoes_nothing(
    config: dict[str, object], field: str
) -> None:
    with pytest.raises(InvalidOperator, match=field) as caught:
        parse_operator(config)
    assert "SECRET" not in str(caught.value)


def test_offsets_are_given_for_the_old_and_the_new_text() -> None:
    text = "👋🏽 Anna met José in Lima"
    spans = [a_span(text, "Anna"), a_span(text, "José"), a_span(text, "Lima", "LOCATION")]
    new, applied = apply(text, spans, lambda span, value: f"<{span.type}:{len(value)}>")
    assert new == "👋🏽 <PERSON:4> met <PERSON:4> in <LOCATION:4>"
    assert [text[a.start : a.end] for a in applied] == ["Anna", "José", "Lima"]
    assert [new[a.new_start : a.new_end] for a in applied] == [
        "<PERSON:4>",
        "<PERSON:4>",
        "<LOCATION:4>",
    ]


def test_all_of_several_entities_side_by_side_are_replaced() -> None:
    text = "Anna Bert"
    new, _ = apply(text, [a_span(text, "Anna"), a_span(text, "Bert")], lambda s, v: "*")
    assert new == "* *"


@pytest.mark.parametrize(
    "spans",
    [
        [Span("A", 2, 4, 1.0, "t"), Span("A", 3, 5, 1.0, "t")],
        [Span("A", 3, 5, 1.0, "t"), Span("A", 0, 2, 1.0, "t")],
        [Span("A", 0, 99, 1.0, "t")],
        [Span("A", 2, 2, 1.0, "t")],
        [Span("A", -1, 2, 1.0, "t")],
    ],
)
def test_spans_out_of_order_are_refused(spans: list[Span]) -> None:
    with pytest.raises(OverlappingSpans):
        apply("0123456789", spans, lambda s, v: "")
