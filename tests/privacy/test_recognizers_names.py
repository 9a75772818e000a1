"""The filter and the joining around a name model, with a tagger made of a table."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

import pytest

from customerai.ml.tagger import TaggedSpan
from customerai.privacy.recognizers.names import NameRecognizer
from customerai.privacy.recognizers.words import is_common


class TableTagger:
    """Tags the words of a table, each with its label and score."""

    version = "table"

    def __init__(self, table: Mapping[str, tuple[str, float]]) -> None:
        self._table = table

    def tag(self, texts: Sequence[str]) -> list[list[TaggedSpan]]:
        return [
            [
                TaggedSpan(label, match.start(), match.end(), score)
                for match in re.finditer(r"\w+", text)
                if match[0] in self._table
                for label, score in [self._table[match[0]]]
            ]
            for text in texts
        ]


TABLE = {
    "Anna": ("GIVEN_NAME", 0.9),
    "anna": ("GIVEN_NAME", 0.9),
    "Lee": ("SURNAME", 0.8),
    "lee": ("SURNAME", 0.8),
    "Bert": ("GIVEN_NAME", 0.9),
    "O": ("SURNAME", 0.9),
    "Neill": ("SURNAME", 0.9),
    "maybe": ("GIVEN_NAME", 0.5),
    "Maybert": ("GIVEN_NAME", 0.45),
    "hello": ("GIVEN_NAME", 0.9),
    "Google": ("SURNAME", 0.9),
    "monday": ("GIVEN_NAME", 0.95),
    "12": ("BUILDING_NUMBER", 0.9),
    "Main": ("STREET_NAME", 0.9),
    "Street": ("STREET_NAME", 0.9),
    "Springfield": ("CITY", 0.9),
    "IL": ("STATE", 0.9),
    "62704": ("ZIP_CODE", 0.9),
    "7": ("BUILDING_NUMBER", 0.9),
    "95381901": ("BANK_ACCOUNT", 0.9),
    "123": ("PHONE", 0.9),
    "5000": ("ZIP_CODE", 0.9),
    "x": ("UNKNOWN_LABEL", 0.9),
}
RECOGNIZER = NameRecognizer(TableTagger(TABLE))


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("so Anna Lee said", [("PERSON", "Anna Lee")]),
        ("so anna lee said", [("PERSON", "anna lee")]),
        ("Anna, Bert", [("PERSON", "Anna"), ("PERSON", "Bert")]),
        ("Anna O'Neill", [("PERSON", "Anna O'Neill")]),
        ("Anna Wojcik came", [("PERSON", "Anna Wojcik")]),
        ("Anna Please come", [("PERSON", "Anna")]),
        ("so maybe", []),
        ("so Maybert", [("PERSON", "Maybert")]),
        ("hello there", []),
        ("on monday", []),
        ("by Google", []),
        (
            "at 12 Main Street, Springfield, IL 62704",
            [("LOCATION", "12 Main Street, Springfield, IL 62704")],
        ),
        ("for 7 people", []),
        ("it is 5000 now", []),
        ("zip is 62704 and more words follow", [("LOCATION", "62704")]),
        ("to 95381901", [("US_BANK_NUMBER", "95381901")]),
        ("to 123", []),
        ("x", []),
        ("", []),
    ],
)
def test_tagged_words_become_spans(text: str, expected: list[tuple[str, str]]) -> None:
    spans = RECOGNIZER.find(text)
    assert [(span.type, text[span.start : span.end]) for span in spans] == expected


def test_a_model_never_claims_a_proof() -> None:
    sure = NameRecognizer(TableTagger({"Anna": ("GIVEN_NAME", 1.0)}))
    assert sure.find("Anna")[0].score < 0.95
    assert "table" in sure.version


@pytest.mark.parametrize("word", ["may", "May", "hello", "monday", "Google", "card's", "will"])
def test_everyday_words_are_common(word: str) -> None:
    assert is_common(word)


@pytest.mark.parametrize("word", ["Anna", "priya", "Wojcik", "zoltan"])
def test_names_are_not_common(word: str) -> None:
    assert not is_common(word)
