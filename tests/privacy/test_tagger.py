"""The token classifier: offsets, batches, windows, and files that must be the measured ones."""

from __future__ import annotations

import threading
from pathlib import Path

import pytest

from customerai.ml.registry import ModelFileInvalid
from customerai.ml.tagger import RAMPART, TaggedSpan, TokenTagger
from customerai.privacy.recognizers.registry import RecognizerRegistry, default_recognizers

pytestmark = pytest.mark.model


@pytest.fixture(scope="module")
def tagger() -> TokenTagger:
    return TokenTagger()


def words(text: str, spans: list[TaggedSpan]) -> list[tuple[str, str]]:
    return [(span.label, text[span.start : span.end]) for span in spans if span.score > 0.5]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("my name is john smith", [("GIVEN_NAME", "john"), ("SURNAME", "smith")]),
        ("👋🏽 e\u0301! my name is John Smith", [("GIVEN_NAME", "John"), ("SURNAME", "Smith")]),
        ("why is my card not working", []),
        ("", []),
        (" \n", []),
    ],
)
def test_words_are_tagged_at_code_points(
    tagger: TokenTagger, text: str, expected: list[tuple[str, str]]
) -> None:
    assert words(text, tagger.tag([text])[0]) == expected


def test_a_batch_gives_what_single_texts_give(tagger: TokenTagger) -> None:
    texts = ["my name is john smith", "", "ok", "send it to 12 main street, springfield " * 3]
    single = [tagger.tag([text])[0] for text in texts]
    for one, other in zip(tagger.tag(texts), single, strict=True):
        assert [(s.label, s.start, s.end) for s in one] == [
            (s.label, s.start, s.end) for s in other
        ]
        assert all(abs(a.score - b.score) < 0.01 for a, b in zip(one, other, strict=True))


def test_long_texts_are_read_to_the_end(tagger: TokenTagger) -> None:
    text = "the parcel did not come yet and i wait. " * 60 + "my name is john smith"
    spans = tagger.tag([text])[0]
    assert ("SURNAME", "smith") in words(text, spans)
    assert [s.start for s in spans] == sorted({s.start for s in spans})
    assert all(0 <= s.start < s.end <= len(text) for s in spans)


def test_lines_without_words_cost_nothing(tagger: TokenTagger) -> None:
    assert tagger.tag(["@" * 100_000, "a" * 100_000]) == [[], []]


def test_many_threads_may_be_the_first(tagger: TokenTagger) -> None:
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
    broken = TokenTagger(files={RAMPART.name: tmp_path / "none.onnx"})
    with pytest.raises(ModelFileInvalid, match="does not exist"):
        broken.load()


def test_version_changes_with_the_configuration(tmp_path: Path) -> None:
    versions = {
        TokenTagger().version,
        TokenTagger(threshold=0.5).version,
        TokenTagger(files={RAMPART.name: tmp_path / "other.onnx"}).version,
    }
    assert len(versions) == 3


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("please book it for sina galeano", [("PERSON", "sina galeano")]),
        ("raja f 66 s 89", [("PERSON", "raja"), ("ID_NUMBER", "f 66 s 89")]),
        ("sina and priya are coming, for 4 people", [("PERSON", "sina"), ("PERSON", "priya")]),
        ("it was $500 on my card", []),
        ("may i have a refund", []),
    ],
)
def test_the_whole_registry_with_names_on(
    tagger: TokenTagger, text: str, expected: list[tuple[str, str]]
) -> None:
    registry = RecognizerRegistry(default_recognizers(tagger))
    spans = registry.analyze([text])[0]
    assert [(span.type, text[span.start : span.end]) for span in spans] == expected
