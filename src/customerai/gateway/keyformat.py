"""The text of an API key: `cai_<environment>_<id>_<secret><check>`.

The check is the CRC-32 of all before it in base 62, so a mistyped key is told from a revoked one
without a look-up, and a secret scanner can be sure of a find.
"""

from __future__ import annotations

import re
import secrets
import string
import zlib
from dataclasses import dataclass

_ALPHABET = string.digits + string.ascii_uppercase + string.ascii_lowercase
_ID_CHARS = 12
_SECRET_CHARS = 32  # 190 bits
_CHECK_CHARS = 6
_TAIL_CHARS = _SECRET_CHARS + _CHECK_CHARS
_KEY = re.compile(rf"cai_([a-z]{{1,12}})_([0-9A-Za-z]{{{_ID_CHARS}}})_[0-9A-Za-z]{{{_TAIL_CHARS}}}")


@dataclass(frozen=True)
class NewKey:
    """A key as its owner gets it, once."""

    id: str
    text: str


def _random(length: int) -> str:
    return "".join(secrets.choice(_ALPHABET) for _ in range(length))


def _check(text: str) -> str:
    number, digits = zlib.crc32(text.encode()), ""
    for _ in range(_CHECK_CHARS):
        number, digit = divmod(number, len(_ALPHABET))
        digits = _ALPHABET[digit] + digits
    return digits


def make(environment: str) -> NewKey:
    """A new random key."""
    key_id = _random(_ID_CHARS)
    body = f"cai_{environment}_{key_id}_{_random(_SECRET_CHARS)}"
    return NewKey(id=f"key_{key_id}", text=body + _check(body))


def key_id(text: str) -> str | None:
    """The id inside a key, or None when the text is no key or was mistyped."""
    match = _KEY.fullmatch(text)
    if match is None or _check(text[:-_CHECK_CHARS]) != text[-_CHECK_CHARS:]:
        return None
    return f"key_{match.group(2)}"
