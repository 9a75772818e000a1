"""The name model: offsets, batches, windows, and a file that must be the measured one."""

from __future__ import annotations

import threading
from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from customerai.ml.registry import ModelFileInvalid
from customerai.ml.tagger import TaggedSpan, TokenTagger
from customerai.privacy.recognizers.registry import RecognizerRegistry, default_recognizers

pytestmark = pytest.mark.model
TAGGER = TokenTagger()


def words(text: str, spans: list[TaggedSpan]) -> list[tuple[str, str]]:
    """What is likely and has a letter or digit; the recognizer drops the rest as well."""
    found = [(span.label, text[span.start : span.end]) for span in spans if span.score > 0.5]
    return [(label, value) for label, value in found if any(map(str.isalnum, value))]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("my name is john smith", [("PERSON", "john"), ("PERSON", "smith")]),
        ("👋🏽 e\u0301! my name is John Smith", [("PERSON", "John"), ("PERSON", "Smith")]),
        ("Ask Ngozi Okafor about it", [("PERSON", "Ngozi"), ("PERSON", "Okafor")]),
        ("I live in Ljubljana.", [("LOCATION", "Ljubljana")]),
        ("why is my card not working", []),
        ("", []),
        (" \n", []),
    ],
)
def test_words_are_tagged_at_code_points(text: str, expected: list[tuple[str, str]]) -> None:
    assert words(text, TAGGER.tag([text])[0]) == expected


def test_a_batch_gives_what_single_texts_give() -> None:
    texts = ["my name is john smith", "", "ok", "send it to 12 main street, springfield " * 3]
    single = [TAGGER.tag([text])[0] for text in texts]
    for one, other in zip(TAGGER.tag(texts), single, strict=True):
        assert [(s.label, s.start, s.end) for s in one] == [
            (s.label, s.start, s.end) for s in other
        ]
        assert all(abs(a.score - b.score) < 1e-5 for a, b in zip(one, other, strict=True))


def test_long_texts_are_read_to_the_end() -> None:
    text = "the parcel did not come yet and i wait. " * 60 + "my name is john smith"
    spans = TAGGER.tag([text])[0]
    assert ("PERSON", "smith") in words(text, spans)
    assert [s.start for s in spans] == sorted({s.start for s in spans})
    assert all(0 <= s.start < s.end <= len(text) for s in spans)


def test_a_name_is_found_wherever_a_window_ends() -> None:
    for before in range(200, 260, 7):
        text = "ok " * before + "my name is john smith " + "ok " * 100
        assert words(text, TAGGER.tag([text])[0]) == [("PERSON", "john"), ("PERSON", "smith")]


@settings(deadline=None, max_examples=60)
@given(st.text(max_size=300))
def test_any_text_gives_sorted_spans_inside_it(text: str) -> None:
    spans = TAGGER.tag([text])[0]
    assert all(0 <= span.start < span.end <= len(text) for span in spans)
    assert all(one.end <= other.start for one, other in pairwise(spans))
    assert all(0.0 <= span.score <= 1.0 for span in spans)


def test_many_threads_may_be_the_first() -> None:
    fresh = TokenTagger()
    seen: list[list[list[TaggedSpan]]] = []
    threads = [
        threading.Thread(target=lambda: seen.append(fresh.tag(["i am john smith"])))
        for _ in range(4)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(seen) == 4
    assert all(one == seen[0] for one in seen)


def test_a_configured_file_that_is_missing_is_told(tmp_path: Path) -> None:
    broken = TokenTagger(files={"names": tmp_path / "none.onnx"})
    with pytest.raises(ModelFileInvalid, match="does not exist"):
        broken.load()


def test_version_changes_with_the_configuration(tmp_path: Path) -> None:
    versions = {
        TokenTagger().version,
        TokenTagger(threshold=0.5).version,
        TokenTagger(files={"names": tmp_path / "other.onnx"}).version,
    }
    assert len(versions) == 3


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("please book it for sina galeano", [("PERSON", "sina galeano")]),
        ("sina and priya are coming, for 4 people", [("PERSON", "sina"), ("PERSON", "priya")]),
        ("it was $500 on my card", []),
        ("may i have a refund", []),
        ("how do I delete my Gmail account?", []),
    ],
)
def test_the_whole_registry_with_names_on(text: str, expected: list[tuple[str, str]]) -> None:
    registry = RecognizerRegistry(default_recognizers(TAGGER))
    spans = registry.analyze([text])[0]
    assert [(span.type, text[span.start : span.end]) for span in spans] == expected
