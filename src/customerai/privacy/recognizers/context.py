"""Words beside a candidate that tell what it is."""

from __future__ import annotations

import re
from typing import Final

BEFORE: Final = 48
AFTER: Final = 16

ANY_DIGIT: Final = re.compile(r"\d")


class ContextWords:
    """Looks for words near a place in a text.

    Args:
        words: alternatives of a regular expression, matched at word edges in any case. They hold
            no open ends (`\\w+`), so that what matched is a word of ours, never one of the text.
    """

    def __init__(self, words: str) -> None:
        self.pattern = re.compile(rf"(?<![^\W_])(?:{words})(?![^\W_])", re.IGNORECASE)

    def within(self, text: str) -> bool:
        """Whether a word occurs anywhere."""
        return self.pattern.search(text) is not None

    def near(self, text: str, start: int, end: int) -> bool:
        """Whether a word occurs in the 48 characters before or the 16 after `start`..`end`."""
        return bool(self.word_near(text, start, end))

    def word_near(self, text: str, start: int, end: int) -> str:
        """The word in the 48 characters before or the 16 after `start`..`end`; "" for none."""
        found = self.pattern.search(text, max(0, start - BEFORE), start) or self.pattern.search(
            text, end, end + AFTER
        )
        return found[0].casefold() if found else ""

    def before(self, text: str, start: int, *, reach: int = BEFORE) -> bool:
        """Whether a word occurs in the characters just before `start`."""
        return self.pattern.search(text, max(0, start - reach), start) is not None


_CURRENCY: Final = (
    r"[$€£¥₹₩₪₺₽₱฿]|\b(?:usd|eur|gbp|inr|rs|chf|cad|aud|jpy|sek|nok|dkk|pln|brl)\b\.?"
)
_AMOUNT_BEFORE: Final = re.compile(rf"(?:{_CURRENCY})\s?$", re.IGNORECASE)
_AMOUNT_AFTER: Final = re.compile(
    r"\s?(?:[$€£¥₹%]|(?:usd|eur|gbp|inr|chf|cad|aud|euros?|dollars?|pounds?|rupees?|bucks|"
    r"percent|cents?|points|miles|km|kg|gb|mb|reais|pesos|zloty|kronor|kroner|francs?|yen)\b)",
    re.IGNORECASE,
)


def is_amount(text: str, start: int, end: int) -> bool:
    """Whether a currency or a unit stands before or after a number."""
    return (
        _AMOUNT_BEFORE.search(text, max(0, start - 6), start) is not None
        or _AMOUNT_AFTER.match(text, end) is not None
    )
