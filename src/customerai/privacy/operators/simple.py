"""replace, mask, redact, hash and keep: operators that need no more than the value and a key."""

from __future__ import annotations

import hashlib
import hmac
from dataclasses import dataclass
from typing import ClassVar, Final

from customerai.privacy.recognizers.spans import Span

MIN_HASH_LENGTH: Final = 16  # hex digits: 64 bits, so that two of a million values rarely meet
MAX_HASH_LENGTH: Final = 64
_MIN_KEY_BYTES: Final = 16
_CARD_DIGITS_SHOWN: Final = 4  # PCI DSS 4.0, requirement 3.4.1, allows the last four


@dataclass(frozen=True, slots=True)
class Replace:
    """A fixed text, or `[TYPE]` when none is given."""

    kind: ClassVar[str] = "replace"
    new_value: str | None = None

    def run(self, span: Span, value: str) -> str:
        """The stand-in for one value."""
        del value
        return f"[{span.type}]" if self.new_value is None else self.new_value


@dataclass(frozen=True, slots=True)
class Mask:
    """Some or all letters and digits of the value replaced by one character.

    Blanks and signs stay, so that a masked card still looks like one, and are not counted.

    Attributes:
        chars_to_mask: how many letters and digits; None: all of them, but of a card's digits
            the last four stay readable.
        from_end: count from the end of the value rather than from its beginning.
    """

    kind: ClassVar[str] = "mask"
    chars_to_mask: int | None = None
    masking_char: str = "*"
    from_end: bool = False

    def run(self, span: Span, value: str) -> str:
        """The value with its characters masked; of the same length."""
        places = [at for at, char in enumerate(value) if not _is_layout(char)]
        count = self.chars_to_mask
        if count is None:
            shown = _CARD_DIGITS_SHOWN if span.type == "CREDIT_CARD" else 0
            count = len(places) - shown if len(places) > 2 * shown else len(places)
        hidden = places[max(len(places) - count, 0) :] if self.from_end else places[:count]
        chars = list(value)
        for at in hidden:
            chars[at] = self.masking_char
        return "".join(chars)


@dataclass(frozen=True, slots=True)
class Redact:
    """Nothing in the place of the value."""

    kind: ClassVar[str] = "redact"

    def run(self, span: Span, value: str) -> str:
        """The empty text."""
        del span, value
        return ""


@dataclass(frozen=True, slots=True)
class KeyedHash:
    """HMAC-SHA-256 of the value under the caller's key, in hex, cut to `length` digits.

    The same value of the same type under the same key always gives the same digits; without the
    key they cannot be searched for, which a plain or salted hash of a phone number allows.
    """

    kind: ClassVar[str] = "hash"
    length: int = 32

    def run_keyed(self, span: Span, value: str, key: bytes) -> str:
        """The stand-in for one value.

        Raises:
            ValueError: the key is shorter than 16 bytes.
        """
        return keyed_hash(span.type, value, key, length=self.length)


@dataclass(frozen=True, slots=True)
class Keep:
    """The value as it is."""

    kind: ClassVar[str] = "keep"

    def run(self, span: Span, value: str) -> str:
        """The value itself."""
        del span
        return value


def keyed_hash(entity: str, value: str, key: bytes, *, length: int = 32) -> str:
    """HMAC-SHA-256 over the type and the value, as the first `length` hex digits.

    Raises:
        ValueError: the key is shorter than 16 bytes, or `length` is not in 16..64.
    """
    if len(key) < _MIN_KEY_BYTES:
        raise ValueError(f"the key has fewer than {_MIN_KEY_BYTES} bytes")
    if not MIN_HASH_LENGTH <= length <= MAX_HASH_LENGTH:
        raise ValueError(f"the length is not in {MIN_HASH_LENGTH}..{MAX_HASH_LENGTH}")
    message = entity.encode() + b"\0" + value.encode("utf-8", "surrogatepass")
    return hmac.new(key, message, hashlib.sha256).hexdigest()[:length]


def _is_layout(char: str) -> bool:
    return char.isspace() or char in "-./()+,@:_"
