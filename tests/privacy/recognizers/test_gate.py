"""The one pass never leaves out a rule that would have found something."""

from __future__ import annotations

import re

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from customerai.privacy.recognizers.gate import Gate, encoded, hint_of, needs_digit
from customerai.privacy.recognizers.normal import normalized
from customerai.privacy.recognizers.registry import RecognizerRegistry, default_recognizers
from customerai.privacy.recognizers.rules import RuleRecognizer
from customerai.privacy.recognizers.spans import Span

RULES = [
    rule
    for one in default_recognizers(None)
    if isinstance(one, RuleRecognizer)
    for rule in one.rules
]
GATE = Gate([rule.hint for rule in RULES])
PIECES = st.sampled_from(
    [
        *" 0123456789.,:/-+()@#$'\n",
        "a",
        "Ab",
        "é",
        "ß",
        "ſ",
        "İ",
        "日本",
        "my name is ",
        "account ",
        "card ",
        "ssn 219-09-9999",
        "may 5th",
        "street",
        "12 Main ",
        "12:30",
        "7pm",
        "555-0100",
        "pin",
        "4111 1111 1111 1111",
        "GB82 WEST 1234 5698 7654 32",
        "p.o. box ",
        "rue de Rivoli",
        "Mr. Lee",
        "at 7",
        "table",
        "on friday",
        "tomorrow",
        "http://",
        "www.",
        "@example.com",
        "192.0.2.1",
        "Hauptstraße 12",
        "12345678Z",
        "nie X1234567L",
        "cpf 390.533.447-05",
        "London",
        "swedish",
        "password is x",
        "order #12345",
        "routing 021000021",
        "34 years old",
        "tel",
        "one two three",
        "01:02:03:04:05:06",
        "bc1q",
        "0x",
        "ext 5",
        "Dr. ",
        "SW1A 1AA",
        "CA 94105",
        "zip 62704",
    ]
)


@example("12:30000\u0130")
@example("12:30000\u0131")
@given(st.one_of(st.lists(PIECES, max_size=14).map("".join), st.text(max_size=120)))
def test_a_rule_that_finds_is_never_shut_out(text: str) -> None:
    text, _ = normalized(text)
    opened = set(GATE.open(encoded(text)))
    digits = re.search(r"\d", text) is not None
    for place, rule in enumerate(RULES):
        if place not in opened or (rule.needs_digit and not digits):
            assert not rule.find(text), rule.name


@pytest.mark.parametrize(
    ("pattern", "text"),
    [
        (r"(?<!\w)ab(?!\w)", "x ab."),
        (r"(a|b)\1c", "bbc"),
        (r"(?i:ab)c", "ABc"),
        (r"(?<=x)y", "xy"),
        (r"[^\W\d_]{2,}\d", "éé7"),
        (r"a{3,90}b", "aaaaaaaaaaaaab"),
        (r"\bab\b", "ab"),
        (r"[\s,]x", "\u2003x"),
        (r"a.b", "a\nb"),
    ],
)
def test_hints_are_no_stricter_than_their_patterns(pattern: str, text: str) -> None:
    compiled = re.compile(pattern, re.DOTALL)
    assert compiled.search(text)
    assert Gate([hint_of(compiled)]).open(encoded(text)) == [0]


def test_hints_tell_texts_apart() -> None:
    gate = Gate([hint_of(re.compile(r"(?<!\w)\d{3}-\d{4}(?!\w)")), "card"])
    assert gate.open(b"call 555-0100 now") == [0]
    assert gate.open(b"my card") == [1]
    assert gate.open(b"call a555-0100 now") == []


@pytest.mark.parametrize(
    ("pattern", "needed"),
    [(r"\d", True), (r"a\d+", True), (r"a\d*", False), (r"(?:1|2x)", True), (r"(?:1|x)", False),
     (r"(?=\d)\w", True), (r"\w", False), (r"[0-9]", True), (r"[a0]", False)],
)  # fmt: skip
def test_patterns_that_need_a_digit(pattern: str, needed: bool) -> None:
    assert needs_digit(re.compile(pattern)) is needed


class Shouts:
    """Finds exclamation marks, and counts how often it is asked."""

    name = "shouts"
    version = "1"
    entities = frozenset({"SHOUT"})
    hint = "!"

    def __init__(self) -> None:
        self.asked = 0

    def find(self, text: str) -> list[Span]:
        self.asked += 1
        at = text.index("!")
        return [Span("SHOUT", at, at + 1, 0.9, self.name)]


def test_a_recognizer_with_a_hint_is_asked_only_where_it_occurs() -> None:
    one = Shouts()
    registry = RecognizerRegistry([one])
    found = registry.analyze(["hello", "hello!", "bye"])
    assert [[span.start for span in spans] for spans in found] == [[], [5], []]
    assert one.asked == 1
