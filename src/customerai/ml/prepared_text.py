"""Text made ready for a model: refused unless safe, cut to a bounded length, placeholders unified.

Anonymized text carries numbered placeholders such as `[PERSON_1]`. The number says nothing about
the meaning, so each placeholder becomes one marker of its kind.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Final

from customerai.core.guard import assert_no_transaction
from customerai.core.safe_text import SafeText

MAX_CHARACTERS: Final = 4_000
"""A message's first characters carry its reason; the rest would only cost time."""

KINDS: Final = ("person", "place", "time", "phone", "email", "card", "number", "organization")
"""The kinds of placeholder a model can tell apart; an unknown type counts as a number."""

_PLACEHOLDER: Final = re.compile(r"\[([A-Z][A-Z_]{1,40}?)(?:_\d{1,6})?\]")

# Entity names are Presidio's (docs: supported entities), and the common shorter ones.
_KIND_OF: Final[Mapping[str, str]] = {
    "PERSON": "person",
    "NAME": "person",
    "NRP": "person",
    "TITLE": "person",
    "LOCATION": "place",
    "ADDRESS": "place",
    "STREET_ADDRESS": "place",
    "GPE": "place",
    "ZIP_CODE": "place",
    "DATE_TIME": "time",
    "DATE": "time",
    "TIME": "time",
    "AGE": "time",
    "PHONE_NUMBER": "phone",
    "EMAIL_ADDRESS": "email",
    "URL": "email",
    "DOMAIN_NAME": "email",
    "CREDIT_CARD": "card",
    "IBAN_CODE": "card",
    "US_BANK_NUMBER": "card",
    "ORGANIZATION": "organization",
}


def require_safe(texts: Sequence[SafeText]) -> None:
    """Refuse a batch that holds anything but `SafeText`; the type checker cannot see `Any`.

    Raises:
        TypeError: an item is a plain `str` or no text at all.
        CallInsideTransaction: rows are locked while a model would think.
    """
    assert_no_transaction("a model call")
    for text in texts:
        if type(text) is not SafeText:
            raise TypeError(f"a model accepts SafeText only, not {type(text).__name__}")


def cut(text: str) -> str:
    """The first `MAX_CHARACTERS` characters."""
    return text[:MAX_CHARACTERS]


def with_markers(text: str) -> str:
    """Each placeholder as the marker of its kind, `[PERSON_1]` as `[PERSON]`."""
    if "[" not in text:
        return text
    return _PLACEHOLDER.sub(lambda found: f"[{_kind(found[1]).upper()}]", text)


def with_words(text: str) -> str:
    """Each placeholder as the plain word for its kind, which a pretrained model knows."""
    if "[" not in text:
        return text
    return _PLACEHOLDER.sub(lambda found: _kind(found[1]), text)


def without_placeholders(text: str) -> str:
    """The text with a space in the place of each placeholder."""
    return _PLACEHOLDER.sub(" ", text) if "[" in text else text


def _kind(entity: str) -> str:
    return _KIND_OF.get(entity, "number")
