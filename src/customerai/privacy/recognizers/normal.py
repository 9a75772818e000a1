"""Texts as the patterns read them: plain digits, blanks and dashes, nothing invisible."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import replace
from typing import Final

from customerai.privacy.recognizers.spans import Span

# Soft hyphen, joiners, marks of direction, variation selectors, tags, byte order mark.
_UNSEEN: Final = re.compile(
    "[\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180e\u200b-\u200f\u202a-\u202e"
    "\u2060-\u206f\u3164\ufe00-\ufe0f\ufeff\uffa0\U000e0000-\U000e0fff]"
)
_FOREIGN_DIGIT: Final = re.compile(r"[^\D0-9]")
_VARIANTS: Final = re.compile(
    "[\u00a0\u1680\u2000-\u200a\u2010-\u2015\u2018-\u201f\u2028\u2029\u202f\u205f\u2212\u3000"
    "\uff01-\uff5e]"
)
_PLAIN: Final[dict[int, str]] = {
    **dict.fromkeys([0xA0, 0x1680, *range(0x2000, 0x200B), 0x202F, 0x205F, 0x3000], " "),
    **dict.fromkeys([*range(0x2010, 0x2016), 0x2212], "-"),
    **dict.fromkeys(range(0x2018, 0x201C), "'"),
    **dict.fromkeys(range(0x201C, 0x2020), '"'),
    **dict.fromkeys([0x2028, 0x2029], "\n"),
    **{code: chr(code - 0xFEE0) for code in range(0xFF01, 0xFF5F)},
}


def normalized(text: str) -> tuple[str, Sequence[int] | None]:
    """The text as patterns read it, and where its characters stood.

    Digits of all scripts and full-width forms become ASCII, blanks of all widths a blank, dashes
    a hyphen, curly quotes straight ones; characters that nobody sees are left out.

    Returns:
        The text, and the offset in the given text of each of its characters; None instead of the
        offsets when they are the same.
    """
    if text.isascii():
        return text, None
    if _VARIANTS.search(text):
        text = text.translate(_PLAIN)
    if _FOREIGN_DIGIT.search(text):
        text = _FOREIGN_DIGIT.sub(lambda match: str(unicodedata.decimal(match[0])), text)
    if not _UNSEEN.search(text):
        return text, None
    places = [at for at, char in enumerate(text) if not _UNSEEN.match(char)]
    return "".join(text[at] for at in places), places


def placed(spans: Sequence[Span], places: Sequence[int]) -> list[Span]:
    """Spans of a normalized text as spans of the text it was made of."""
    return [replace(span, start=places[span.start], end=places[span.end - 1] + 1) for span in spans]
