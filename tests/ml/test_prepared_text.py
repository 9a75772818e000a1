from __future__ import annotations

import pytest

from customerai.ml.prepared_text import with_markers, with_words, without_placeholders


@pytest.mark.parametrize(
    ("text", "marked"),
    [
        ("call [PERSON_12] at [DATE_TIME_1]", "call [PERSON] at [TIME]"),
        ("[US_BANK_NUMBER_3]", "[CARD]"),
        ("[SOMETHING_OF_OURS_1]", "[NUMBER]"),
        ("no [placeholder_1] here", "no [placeholder_1] here"),
        ("[PERSON_1", "[PERSON_1"),
    ],
)
def test_placeholders_become_markers_of_their_kind(text: str, marked: str) -> None:
    assert with_markers(text) == marked
    assert with_markers(marked) == with_markers(with_markers(text))


def test_placeholders_as_words_and_left_out() -> None:
    assert with_words("call [PERSON_1]") == "call person"
    assert without_placeholders("call [PERSON_1] now") == "call   now"
