"""What the name model reads of a text."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from customerai.ml.word_shapes import SHAPES, pieces_of
from customerai.ml.wordpiece import load_tokenizer

TOKENIZER = load_tokenizer(markers=False)


def shapes(text: str) -> list[int]:
    return pieces_of(TOKENIZER, [text])[0].shapes


def test_the_way_a_word_is_written_is_its_shape() -> None:
    kinds = [
        shapes(f"and {word} went")[1] for word in ("anna", "Anna", "ANNA", "A", "4", "-", "安")
    ]
    assert len(set(kinds)) == len(kinds)


def test_the_first_word_of_a_sentence_has_a_shape_of_its_own() -> None:
    one = shapes("Wait Anna. Anna came\nAnna left")
    assert one[1] != one[3]  # inside, and after a full stop
    assert one[3] != one[5]  # after a full stop, and on a new line


def test_which_digit_stands_there_does_not_matter() -> None:
    one, other = pieces_of(TOKENIZER, ["room 4711", "room 9023"])
    assert (one.ids, one.shapes) == (other.ids, other.shapes)


def test_a_text_without_capitals_is_told_apart() -> None:
    assert shapes("i saw anna")[2] != shapes("I saw anna")[2]


@given(st.lists(st.text(max_size=60), max_size=4))
def test_pieces_lie_in_the_text_and_batches_change_nothing(texts: list[str]) -> None:
    together = pieces_of(TOKENIZER, texts)
    for text, pieces in zip(texts, together, strict=True):
        assert pieces_of(TOKENIZER, [text])[0] == pieces
        assert all(0 <= start < end <= len(text) for start, end in pieces.offsets)
        assert all(0 <= shape < SHAPES for shape in pieces.shapes)
        assert len(pieces.ids) == len(pieces.shapes) == len(pieces.words) == len(pieces.offsets)
