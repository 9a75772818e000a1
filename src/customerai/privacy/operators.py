"""What to put in the place of a value, and how to put it there."""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Final, Literal

from customerai.privacy.recognizers.spans import Span

Kind = Literal["replace", "mask", "redact", "hash", "keep"]

_MIN_HASH_LENGTH: Final = 16  # hex digits: 64 bits, so that two of a million values rarely meet
_MAX_HASH_LENGTH: Final = 64
_MIN_KEY_BYTES: Final = 16
_MAX_REPLACEMENT: Final = 256
_CARD_DIGITS_SHOWN: Final = 4  # PCI DSS 4.0, requirement 3.4.1, allows the last four


class InvalidOperator(ValueError):
    """An operator's configuration is not one we know. The message names the field, no value."""


class OverlappingSpans(ValueError):
    """The spans to replace overlap, are unsorted or reach outside the text."""


@dataclass(frozen=True, slots=True)
class Replace:
    """A fixed text, or `[TYPE]` when none is given."""

    new_value: str | None = None

    @property
    def kind(self) -> Kind:
        """The operator's name in a configuration."""
        return "replace"

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

    chars_to_mask: int | None = None
    masking_char: str = "*"
    from_end: bool = False

    @property
    def kind(self) -> Kind:
        """The operator's name in a configuration."""
        return "mask"

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

    @property
    def kind(self) -> Kind:
        """The operator's name in a configuration."""
        return "redact"

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

    length: int = 32

    @property
    def kind(self) -> Kind:
        """The operator's name in a configuration."""
        return "hash"

    def run_keyed(self, span: Span, value: str, key: bytes) -> str:
        """The stand-in for one value.

        Raises:
            ValueError: the key is shorter than 16 bytes.
        """
        return keyed_hash(span.type, value, key, length=self.length)


@dataclass(frozen=True, slots=True)
class Keep:
    """The value as it is."""

    @property
    def kind(self) -> Kind:
        """The operator's name in a configuration."""
        return "keep"

    def run(self, span: Span, value: str) -> str:
        """The value itself."""
        del span
        return value


Operator = Replace | Mask | Redact | KeyedHash | Keep


@dataclass(frozen=True, slots=True)
class AppliedSpan:
    """Where a span lay in the old text and where its stand-in lies in the new one.

    All offsets are Unicode code points, ends exclusive. It holds no text.
    """

    type: str
    start: int
    end: int
    new_start: int
    new_end: int
    score: float
    recognizer: str


def apply(
    text: str, spans: Iterable[Span], choose: Callable[[Span, str], str]
) -> tuple[str, list[AppliedSpan]]:
    """The text with each span replaced by what `choose(span, value)` gives for it.

    Args:
        spans: sorted and disjoint, as `resolver.resolve` gives them.

    Raises:
        OverlappingSpans: they are not, or one reaches outside the text.
    """
    pieces: list[str] = []
    applied: list[AppliedSpan] = []
    done = length = 0
    for span in spans:
        if not done <= span.start < span.end <= len(text):
            raise OverlappingSpans(f"span {span.start}..{span.end} is out of order")
        stand_in = choose(span, text[span.start : span.end])
        pieces += (text[done : span.start], stand_in)
        new_start = length + span.start - done
        length = new_start + len(stand_in)
        applied.append(
            AppliedSpan(
                type=span.type,
                start=span.start,
                end=span.end,
                new_start=new_start,
                new_end=length,
                score=span.score,
                recognizer=span.recognizer,
            )
        )
        done = span.end
    pieces.append(text[done:])
    return "".join(pieces), applied


def run(operator: Operator, span: Span, value: str, *, key: bytes | None = None) -> str:
    """What one operator puts in the place of one value.

    Args:
        key: needed by `KeyedHash` alone.

    Raises:
        InvalidOperator: a hash was asked for without a key.
    """
    if isinstance(operator, KeyedHash):
        if key is None:
            raise InvalidOperator("operator 'hash' needs a key")
        return operator.run_keyed(span, value, key)
    return operator.run(span, value)


def keyed_hash(entity: str, value: str, key: bytes, *, length: int = 32) -> str:
    """HMAC-SHA-256 over the type and the value, as the first `length` hex digits.

    Raises:
        ValueError: the key is shorter than 16 bytes, or `length` is not in 16..64.
    """
    if len(key) < _MIN_KEY_BYTES:
        raise ValueError(f"the key has fewer than {_MIN_KEY_BYTES} bytes")
    if not _MIN_HASH_LENGTH <= length <= _MAX_HASH_LENGTH:
        raise ValueError(f"the length is not in {_MIN_HASH_LENGTH}..{_MAX_HASH_LENGTH}")
    message = entity.encode() + b"\0" + value.encode("utf-8", "surrogatepass")
    return hmac.new(key, message, hashlib.sha256).hexdigest()[:length]


def parse_operator(config: Mapping[str, Any]) -> Operator:
    """The operator that a configuration such as `{"operator": "mask", "from_end": true}` asks for.

    Fields: `replace`: new_value; `mask`: chars_to_mask, masking_char, from_end; `hash`: length;
    `redact` and `keep` have none. Presidio's spelling `type` is taken for `operator`.

    Raises:
        InvalidOperator: an unknown operator or field, or a value of the wrong type or range.
    """
    fields = dict(config)
    if "type" in fields and "operator" not in fields:
        fields["operator"] = fields.pop("type")
    kind = fields.pop("operator", None)
    if kind is None:
        raise InvalidOperator("field 'operator' is missing")
    parse = _PARSERS.get(kind) if isinstance(kind, str) else None
    if parse is None:
        raise InvalidOperator(f"field 'operator' is not one of {', '.join(sorted(_PARSERS))}")
    operator = parse(fields)
    if fields:
        # Not the field's name: a caller's slip may have put a value there.
        raise InvalidOperator(f"operator '{kind}' was given a field it does not have")
    return operator


def _parse_replace(fields: dict[str, Any]) -> Operator:
    value = fields.pop("new_value", None)
    if value is not None and not (isinstance(value, str) and len(value) <= _MAX_REPLACEMENT):
        raise InvalidOperator(
            f"field 'new_value' is not a text of at most {_MAX_REPLACEMENT} characters"
        )
    return Replace(value)


def _parse_mask(fields: dict[str, Any]) -> Operator:
    count = fields.pop("chars_to_mask", None)
    char = fields.pop("masking_char", "*")
    from_end = fields.pop("from_end", False)
    if count is not None and (isinstance(count, bool) or not isinstance(count, int) or count < 0):
        raise InvalidOperator("field 'chars_to_mask' is not a whole number of 0 or more")
    if not (isinstance(char, str) and len(char) == 1 and not char.isalnum() and not char.isspace()):
        raise InvalidOperator("field 'masking_char' is not one sign (no letter, digit or blank)")
    if not isinstance(from_end, bool):
        raise InvalidOperator("field 'from_end' is not true or false")
    return Mask(chars_to_mask=count, masking_char=char, from_end=from_end)


def _parse_hash(fields: dict[str, Any]) -> Operator:
    length = fields.pop("length", 32)
    if (
        isinstance(length, bool)
        or not isinstance(length, int)
        or not _MIN_HASH_LENGTH <= length <= _MAX_HASH_LENGTH
    ):
        raise InvalidOperator(
            f"field 'length' is not a whole number in {_MIN_HASH_LENGTH}..{_MAX_HASH_LENGTH}"
        )
    return KeyedHash(length)


def _parse_redact(fields: dict[str, Any]) -> Operator:
    del fields
    return Redact()


def _parse_keep(fields: dict[str, Any]) -> Operator:
    del fields
    return Keep()


_PARSERS: Final[Mapping[str, Callable[[dict[str, Any]], Operator]]] = {
    "replace": _parse_replace,
    "mask": _parse_mask,
    "redact": _parse_redact,
    "hash": _parse_hash,
    "keep": _parse_keep,
}


def _is_layout(char: str) -> bool:
    return char.isspace() or char in "-./()+,@:_"
