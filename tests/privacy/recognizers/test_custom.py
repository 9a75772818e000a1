"""A tenant's own recognizers: found what was asked for, refused what cannot work."""

from __future__ import annotations

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from customerai.privacy.recognizers.custom import (
    AllowList,
    BadPattern,
    DenyListRecognizer,
    PatternListRecognizer,
    without_allowed,
)
from customerai.privacy.recognizers.registry import RecognizerRegistry, default_recognizers


def shown(one: PatternListRecognizer | DenyListRecognizer, text: str) -> list[str]:
    return [text[span.start : span.end] for span in one.find(text)]


def test_patterns_match_in_any_case_and_context_raises_the_score() -> None:
    staff = PatternListRecognizer("staff", "STAFF_ID", [(r"E-\d{5}", 0.3)], ["badge", "staff id"])
    (alone,) = staff.find("see e-12345")
    (beside,) = staff.find("my Staff  ID is E-12345")
    assert (alone.type, alone.score) == ("STAFF_ID", 0.3)
    assert beside.score == pytest.approx(0.65)
    assert beside.reason is not None
    assert (beside.reason.pattern, beside.reason.before) == ("staff.1", 0.3)
    assert beside.reason.context == "staff  id"


def test_offsets_are_code_points_beside_emoji() -> None:
    staff = PatternListRecognizer("staff", "STAFF_ID", [(r"E-\d{5}", 0.5)])
    assert shown(staff, "👋🏽 é E-12345, 日本 E-99999") == ["E-12345", "E-99999"]
    assert shown(staff, "\ud800 E-12345") == ["E-12345"]


@pytest.mark.parametrize(
    ("pattern", "reason"),
    [
        ("", "empty"),
        ("(a", "missing"),
        ("a*", "empty text"),
        (r"(?=a)b", "look-around"),
        (r"(a)\1", "back references"),
        ("(a{1000}){100}", "repetition"),
        ("a" * 2000, "longer"),
        ("\ud800", "surrogate"),
    ],
)
def test_bad_patterns_are_refused_and_not_quoted(pattern: str, reason: str) -> None:
    with pytest.raises(BadPattern, match=reason) as refused:
        PatternListRecognizer("x", "X", [("ok", 0.5), (pattern, 0.5)])
    assert refused.value.index == 1
    if len(pattern) > 3:
        assert pattern not in str(refused.value)


@pytest.mark.parametrize("score", [0, -1, 1.1])
def test_scores_outside_their_range_are_refused(score: float) -> None:
    with pytest.raises(BadPattern, match="score"):
        PatternListRecognizer("x", "X", [("a", score)])


def test_a_pattern_that_would_explode_elsewhere_takes_linear_time() -> None:
    evil = PatternListRecognizer("evil", "X", [(r"(a+)+$", 0.5), (r"(a|aa)+b", 0.5)])
    start = time.process_time()
    evil.find("a" * 200_000 + "!")
    assert time.process_time() - start < 2


def test_listed_words_are_found_whole_and_the_longest_wins() -> None:
    names = DenyListRecognizer("vip", "VIP", ["New York", "New York Times", "C++", "Straße"])
    text = "i read the new   york times in New York, c++ and STRASSE; not newyork or c+"
    assert shown(names, text) == ["new   york times", "New York", "c++", "STRASSE"]


def test_listed_words_in_their_case_and_inside_words() -> None:
    strict = DenyListRecognizer("x", "X", ["Acme"], ignore_case=False)
    assert shown(strict, "acme Acme AcmeX") == ["Acme"]
    inside = DenyListRecognizer("x", "X", ["Acme", "Acme Ltd"], whole_words=False)
    assert shown(inside, "myacmecard acme ltd") == ["acme", "acme ltd"]


def test_ten_thousand_words_cost_as_little_as_one() -> None:
    many = DenyListRecognizer("x", "X", (f"word{n} of many" for n in range(10_000)))
    start = time.process_time()
    for _ in range(500):
        assert shown(many, "here is word77 of many and nothing else in a hundred letters") == [
            "word77 of many"
        ]
    assert time.process_time() - start < 0.5


def test_empty_lists_are_refused() -> None:
    with pytest.raises(BadPattern):
        DenyListRecognizer("x", "X", ["", "  "])
    with pytest.raises(BadPattern):
        PatternListRecognizer("x", "X", [])


@given(st.lists(st.text(max_size=12), min_size=1, max_size=20), st.text(max_size=80))
def test_any_list_reads_any_text(words: list[str], text: str) -> None:
    for whole in (True, False):
        try:
            one = DenyListRecognizer("x", "X", words, whole_words=whole)
        except BadPattern:
            continue
        done = 0
        for span in one.find(text):
            assert done <= span.start < span.end <= len(text)
            done = span.end


@given(st.text(alphabet="ab c.", min_size=1, max_size=8))
def test_a_listed_word_is_found_in_a_text_of_it(word: str) -> None:
    if word.split():
        assert DenyListRecognizer("x", "X", [word]).find(word)


def test_allow_list_lets_whole_spans_through() -> None:
    registry = RecognizerRegistry(default_recognizers(None))
    text = "write to Help@Example.com or ann@example.com"
    spans = registry.analyze([text])[0]
    left = without_allowed(text, spans, AllowList(frozenset({" help@example.com"})))
    assert [text[span.start : span.end] for span in left] == ["ann@example.com"]
    by_pattern = AllowList(patterns=(r".*@example\.com",))
    assert without_allowed(text, spans, by_pattern) == []
    exact = AllowList(frozenset({"help@example.com"}), ignore_case=False)
    assert without_allowed(text, spans, exact) == spans


def test_allow_pattern_has_to_match_the_whole_span_unless_told() -> None:
    assert not AllowList(patterns=(r"\d{3}",)).allows("1234")
    assert AllowList(patterns=(r"\d{3}",), whole=False).allows("1234")
    with pytest.raises(BadPattern):
        AllowList(patterns=("(",))


def test_extra_recognizers_and_thresholds_of_one_call() -> None:
    registry = RecognizerRegistry(default_recognizers(None))
    text = "the badge of the new man is E-12345, ann@example.com"
    own = PatternListRecognizer("staff", "STAFF_ID", [(r"E-\d{5}", 0.9)])
    assert "STAFF_ID" in {span.type for span in registry.analyze([text], extra=[own])[0]}
    assert "STAFF_ID" not in {span.type for span in registry.analyze([text])[0]}
    strict = registry.analyze([text], extra=[own], min_scores={"STAFF_ID": 0.95})[0]
    assert "STAFF_ID" not in {span.type for span in strict}
    only = registry.analyze([text], extra=[own], entities=frozenset({"STAFF_ID"}))[0]
    assert [span.type for span in only] == ["STAFF_ID"]
