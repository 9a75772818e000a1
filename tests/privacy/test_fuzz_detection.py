"""Texts that nobody would write are read without a crash, a wrong offset or a long wait."""

from __future__ import annotations

import json
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from customerai.privacy.recognizers.normal import normalized
from customerai.privacy.recognizers.registry import RecognizerRegistry, default_recognizers
from customerai.privacy.recognizers.windows import MARGIN, WINDOW

REGISTRY = RecognizerRegistry(default_recognizers(None))

PIECES = st.sampled_from(
    [
        *" 0123456789.,:/-+()@#$'\n",
        "ab", "my name is ", "account ", "card ", "ssn ", "may ", " street ", "12:30", "555-0100",
        "4111 1111", "DE89", "p.o. box ", "rue de ", "Mr. ", "at 7", "table ", "ext ", "http://",
        "@example.com", "\u200b", "\u200d", "\u202e", "\u00ad", "\ufeff", "４", "٣", "\ud800",
        "שלום", "مرحبا", "日本", "👩‍👩‍👧", "👋🏽", "e\u0301", "\u0000", "İ", "ß", '{"a":', "]", "}",
    ]
)  # fmt: skip
TEXTS = st.one_of(st.text(max_size=300), st.lists(PIECES, max_size=60).map("".join))


def check(text: str) -> None:
    done = 0
    for span in REGISTRY.analyze([text])[0]:
        assert done <= span.start < span.end <= len(text)
        done = span.end


@given(TEXTS)
def test_spans_are_sorted_disjoint_and_inside(text: str) -> None:
    check(text)


@given(TEXTS, st.integers(1, 6), st.booleans())
def test_json_in_json_is_read(text: str, depth: int, ascii_only: bool) -> None:
    for _ in range(depth):
        text = json.dumps({"value": [text]}, ensure_ascii=ascii_only)
    check(text)


@given(TEXTS)
def test_normalized_text_keeps_its_places(text: str) -> None:
    plain, places = normalized(text)
    if places is None:
        assert len(plain) == len(text)
    else:
        assert len(plain) == len(places) < len(text)
        assert list(places) == sorted(set(places))
        assert not places or places[-1] < len(text)


SECRETS = ["4111 1111 1111 1111", "ann.lee@example.com", "+44 20 7946 0958", "219-09-9999"]
HIDERS = ["\u200b", "\u200d", "\u00ad", "\u2060", "\ufeff", "\u200e", "\u202e"]


@pytest.mark.parametrize("hider", HIDERS, ids=lambda hider: f"{ord(hider):x}")
@pytest.mark.parametrize("secret", SECRETS)
def test_what_nobody_sees_hides_nothing(secret: str, hider: str) -> None:
    for at in range(1, len(secret)):
        text = f"it is {secret[:at]}{hider}{secret[at:]} ok"
        covered = {i for span in REGISTRY.analyze([text])[0] for i in range(span.start, span.end)}
        letters = {i for i in range(6, 7 + len(secret)) if text[i].isalnum()}
        assert letters <= covered, ascii(text)


def test_full_width_and_foreign_digits_are_digits() -> None:
    for zero in (0xFF10, 0x0660, 0x06F0, 0x0966):
        card = "4111111111111111".translate({48 + n: zero + n for n in range(10)})
        (span,) = REGISTRY.analyze([f"card {card}"])[0]
        assert (span.type, span.start, span.end) == ("CREDIT_CARD", 5, 21)


@pytest.mark.parametrize(
    "place", [0, 7, WINDOW - 2 * MARGIN - 9, WINDOW - 9, WINDOW + MARGIN, 30_000]
)
def test_a_span_is_found_wherever_it_stands_in_a_long_text(place: int) -> None:
    secret = "4111 1111 1111 1111"
    filler = "nothing to see in here "
    text = (filler * 3_000)[:place] + f" {secret} " + filler * 2_000
    spans = REGISTRY.analyze([text])[0]
    assert [(span.type, text[span.start : span.end]) for span in spans] == [("CREDIT_CARD", secret)]


@pytest.mark.parametrize("unit", ["1", "a@", "1 ", " ", "-", "١", "12:", "may 1 ", "at 7 ", "{"])
def test_time_is_linear_in_the_length(unit: str) -> None:
    def spent(length: int) -> float:
        line = unit * (length // len(unit))
        start = time.process_time()
        REGISTRY.analyze([line])
        return time.process_time() - start

    spent(20_000)
    assert spent(200_000) < 30 * max(spent(20_000), 0.01)
