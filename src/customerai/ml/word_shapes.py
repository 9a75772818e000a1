"""What the name model reads of a text: word pieces, and the shape of the word each belongs to."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from tokenizers import Encoding, Tokenizer

# How a word is written.
_LOWER, _TITLE, _UPPER, _LETTER, _MIXED, _DIGIT, _SIGN, _CASELESS = range(8)
_KINDS: Final = 8
_GAPS: Final = 3  # before the word: nothing, a blank, a new line or the start of the text
_CASES: Final = 3  # letters of the text: no capital, capitals only, both
SHAPES: Final = _KINDS * 2 * _GAPS * 2 * _CASES
"""Number of shapes; a shape also says whether the piece goes on a word or begins a sentence."""

_SENTENCE_ENDS: Final = frozenset(".!?:")
# Which number it is says nothing about its kind, and fewer word pieces are left to learn.
_DIGITS: Final = {ord("0") + digit: "0" for digit in range(10)}


@dataclass(frozen=True, slots=True)
class Pieces:
    """The word pieces of one text, all lists of equal length.

    Attributes:
        ids: numbers in the tokenizer's vocabulary.
        shapes: shape of the word, in [0, `SHAPES`).
        words: number of the word that the piece is part of, counted from 0.
        offsets: start and end of the piece in the text, in Unicode code points.
    """

    ids: list[int]
    shapes: list[int]
    words: list[int]
    offsets: list[tuple[int, int]]


def pieces_of(tokenizer: Tokenizer, texts: Sequence[str]) -> list[Pieces]:
    """The pieces of each text; all digits count as 0."""
    plain = [text.translate(_DIGITS) for text in texts]
    if len(plain) == 1:
        encodings = [tokenizer.encode(plain[0], add_special_tokens=False)]
    else:
        encodings = tokenizer.encode_batch(plain, add_special_tokens=False)
    return [_shaped(text, one) for text, one in zip(texts, encodings, strict=True)]


def _shaped(text: str, encoding: Encoding) -> Pieces:
    offsets: list[tuple[int, int]] = encoding.offsets
    words: list[int] = [-1 if word is None else word for word in encoding.word_ids]
    shapes: list[int] = []
    case = 0 if text == text.lower() else 1 if text == text.upper() else 2
    word: int = -2
    end = 0
    starts_sentence = True
    shape = 0
    for at, number in enumerate(words):
        start, stop = offsets[at]
        if number == word:
            shapes.append(shape + 1)
            end = stop
            continue
        word = number
        last = at
        while last + 1 < len(words) and words[last + 1] == number:
            last += 1
        kind = _kind(text[start : offsets[last][1]])
        gap = _gap(text, end, start)
        if gap == 2:  # noqa: PLR2004 - a new line
            starts_sentence = True
        shape = (((kind * _GAPS + gap) * 2 + starts_sentence) * _CASES + case) * 2
        shapes.append(shape)
        if kind == _SIGN:
            starts_sentence = starts_sentence or text[start] in _SENTENCE_ENDS
        else:
            starts_sentence = False
        end = stop
    return Pieces(encoding.ids, shapes, words, offsets)


def _gap(text: str, end: int, start: int) -> int:
    if start == end:
        return 0 if start else 2
    return 2 if end == 0 or "\n" in text[end:start] else 1


def _kind(word: str) -> int:
    first = word[0]
    if word.islower():
        return _LOWER
    if first.isupper():
        if len(word) == 1:
            return _LETTER
        rest = word[1:]
        return _TITLE if rest.islower() else _UPPER if rest.isupper() else _MIXED
    if first.isdigit():
        return _DIGIT
    if not first.isalpha():
        return _SIGN
    return _MIXED if word != word.lower() else _CASELESS
