"""The joining around a name model and the gate before it, with a tagger made of a table."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from customerai.ml.tagger import TaggedSpan
from customerai.privacy.recognizers.names import NameRecognizer, may_hold_name
from customerai.privacy.recognizers.spans import GUESS
from customerai.privacy.recognizers.words import common_words, is_common


class TableTagger:
    """Tags the words and signs of a table, each with its label and score."""

    version = "table"

    def __init__(self, table: Mapping[str, tuple[str, float]]) -> None:
        self._table = table
        self.asked: list[str] = []

    def tag(self, texts: Sequence[str]) -> list[list[TaggedSpan]]:
        self.asked += texts
        return [
            [
                TaggedSpan(label, match.start(), match.end(), score)
                for match in re.finditer(r"\w+|[^\w\s]", text)
                if match[0] in self._table
                for label, score in [self._table[match[0]]]
            ]
            for text in texts
        ]


TABLE = {
    "Anna": ("PERSON", 0.9),
    "anna": ("PERSON", 0.9),
    "Lee": ("PERSON", 0.8),
    "lee": ("PERSON", 0.31),
    "Bert": ("PERSON", 0.9),
    "Maybert": ("PERSON", 0.02),
    "post": ("PERSON", 0.35),
    "zoltan": ("PERSON", 0.1),
    "Hoover": ("ORGANIZATION", 0.9),
    ",": ("ORGANIZATION", 0.4),
    "Sons": ("ORGANIZATION", 0.7),
    "Inc": ("ORGANIZATION", 0.9),
    ".": ("ORGANIZATION", 0.6),
    "12": ("LOCATION", 0.9),
    "Main": ("LOCATION", 0.9),
    "Street": ("LOCATION", 0.9),
    "Springfield": ("LOCATION", 0.9),
    "Oslo": ("LOCATION", 1.0),
    "4711": ("ID_NUMBER", 0.9),
    "abc": ("ID_NUMBER", 0.9),
    "Monday": ("DATE_TIME", 0.99),
    "Odd": ("UNKNOWN_LABEL", 0.9),
}
RECOGNIZER = NameRecognizer(TableTagger(TABLE))


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("so Anna Lee said", [("PERSON", "Anna Lee")]),
        ("so anna lee said", [("PERSON", "anna lee")]),
        ("so post said", []),
        ("so zoltan said", [("PERSON", "zoltan")]),
        ("Anna; Bert", [("PERSON", "Anna"), ("PERSON", "Bert")]),
        ("Anna\nBert", [("PERSON", "Anna"), ("PERSON", "Bert")]),
        ("so Maybert", []),
        ("by Hoover, Sons,", [("ORGANIZATION", "Hoover, Sons")]),
        ("by Hoover Inc.", [("ORGANIZATION", "Hoover Inc.")]),
        ("by Hoover.", [("ORGANIZATION", "Hoover")]),
        ("at 12 Main Street\n  Springfield", [("LOCATION", "12 Main Street\n  Springfield")]),
        ("number 4711 x", [("ID_NUMBER", "4711")]),
        ("number abc x", []),
        ("Odd x", []),
        ("", []),
    ],
)
def test_tagged_words_become_spans(text: str, expected: list[tuple[str, str]]) -> None:
    spans = RECOGNIZER.find(text)
    assert [(span.type, text[span.start : span.end]) for span in spans] == expected


def test_a_model_never_claims_a_proof() -> None:
    assert RECOGNIZER.find("zu Oslo")[0].score < 0.95
    assert "table" in RECOGNIZER.version


def test_numbers_and_dates_of_the_model_give_way_to_patterns() -> None:
    assert RECOGNIZER.find("zu 4711")[0].score < GUESS
    assert RECOGNIZER.find("Zu Monday")[0].score < GUESS


@pytest.mark.parametrize(
    "text",
    [
        "",
        "ok thanks",
        "Yes.",
        "How do I reset my password?",
        "I paid. Thanks, I will wait",
        "8472 1123",
        "please help [PERSON_1] with [ORDER_NUMBER]",
        "it's the card's pin",
        "🙂🙂",
    ],
)
def test_messages_of_everyday_words_skip_the_model(text: str) -> None:
    assert not may_hold_name(text)


@pytest.mark.parametrize(
    "text",
    [
        "priya",
        "Anna",
        "call Mark",
        "my flight to denver",
        "June",
        "Οδός",
        "李",
        "order 12a",
        "DID YOU SEND IT TO HIM",
        "[PERSON_1] met zoltan",
    ],
)
def test_what_may_be_a_name_asks_the_model(text: str) -> None:
    assert may_hold_name(text)


def test_the_model_sees_only_what_passes_the_gate() -> None:
    tagger = TableTagger(TABLE)
    found = NameRecognizer(tagger).find_many(["ok thanks", "so Anna Lee", "yes"])
    assert tagger.asked == ["so Anna Lee"]
    assert [len(spans) for spans in found] == [0, 1, 0]
    everything = NameRecognizer(tagger, gated=False)
    everything.find_many(["ok thanks"])
    assert tagger.asked[-1] == "ok thanks"
    assert everything.version != NameRecognizer(tagger).version


@given(st.lists(st.sampled_from(sorted(common_words())), max_size=8), st.text(max_size=20))
def test_a_word_that_is_not_common_opens_the_gate(words: list[str], more: str) -> None:
    assert may_hold_name(" ".join([*words, "Wojciechowska"]))
    assert isinstance(may_hold_name(more), bool)


@pytest.mark.parametrize("word", ["may", "May", "hello", "monday", "Google", "card's", "will"])
def test_everyday_words_are_common(word: str) -> None:
    assert is_common(word)


@pytest.mark.parametrize("word", ["Anna", "priya", "Wojcik", "zoltan"])
def test_names_are_not_common(word: str) -> None:
    assert not is_common(word)
