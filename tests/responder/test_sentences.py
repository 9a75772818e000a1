from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from customerai.responder import sentences


def told(text: str) -> list[str]:
    return [text[start:end] for start, end in sentences.split(text)]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("It costs $8.50 today. Call us.", ["It costs $8.50 today.", "Call us."]),
        ("Dr. Smith is in. He waits.", ["Dr. Smith is in.", "He waits."]),
        ("Ask J. Doe, e.g. by mail. Thanks!", ["Ask J. Doe, e.g. by mail.", "Thanks!"]),
        (
            "See https://a.example/x.html?y=1. Then go.",
            ["See https://a.example/x.html?y=1.", "Then go."],
        ),
        ("1. Open the box. 2. Close it.", ["1. Open the box.", "2. Close it."]),
        ("Mail [PERSON_1]. Ask for [DATE_2].", ["Mail [PERSON_1].", "Ask for [DATE_2]."]),
        ('Really?! Yes. "No." Done.', ["Really?!", "Yes.", '"No."', "Done."]),
        ("Gold members\nSilver members", ["Gold members", "Silver members"]),
        ("We open at 9 a.m. on Mondays.", ["We open at 9 a.m. on Mondays."]),
        ("We open at 9 a.m. Come early.", ["We open at 9 a.m.", "Come early."]),
        ("請稍候。謝謝！", ["請稍候。", "謝謝！"]),
        ("what? where? here.", ["what?", "where?", "here."]),
        ("", []),
        (" \n ", []),
    ],
)
def test_sentences_end_where_a_reader_would_end_them(text: str, expected: list[str]) -> None:
    assert told(text) == expected


@given(st.text(st.sampled_from("ab I.!?1\n\t \"')[]。…,Dr-"), max_size=80) | st.text(max_size=80))
def test_only_whitespace_lies_between_sentences(text: str) -> None:
    spans = sentences.split(text)
    position = 0
    for start, end in spans:
        assert position <= start < end
        assert not text[position:start].strip()
        assert text[start:end] == text[start:end].strip()
        position = end
    assert not text[position:].strip()
