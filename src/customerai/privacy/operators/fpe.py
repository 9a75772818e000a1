"""fpe: another value of the same form, by FF1; docs/decisions/0010 says why FF1."""

from __future__ import annotations

import string
from dataclasses import dataclass
from functools import lru_cache
from typing import ClassVar, Final

from customerai.privacy.operators.errors import NoStandIn
from customerai.privacy.operators.ff1 import FF1, DomainTooSmall
from customerai.privacy.operators.scope import Scope
from customerai.privacy.recognizers.spans import Span

_DIGITS: Final = string.digits
_ALPHABETS: Final = (
    _DIGITS,
    _DIGITS + string.ascii_uppercase,
    _DIGITS + string.ascii_lowercase,
    _DIGITS + string.ascii_uppercase + string.ascii_lowercase,
)
_CARDS: Final = frozenset({"CREDIT_CARD"})
# A tenth of all rows of digits holds by Luhn's rule: 1 - 0.9**1000 is certainty.
_MOST_STEPS: Final = 1000


@dataclass(frozen=True, slots=True)
class FormatPreserving:
    """The value with its letters and digits encrypted into others; blanks and signs stay.

    The alphabet is the smallest that holds the value: digits (radix 10), digits and letters of
    one case (36) or of both (62). The tweak is the tenant, the type and what stays readable, so
    that one number of two types looks like two.

    Attributes:
        keep_first: letters and digits at the beginning that stay, such as a card's issuer (6).
        keep_last: those at the end that stay.
        keep_luhn: a number that holds by Luhn's rule becomes another that does, and one that does
            not becomes one that does not. None: for cards alone.
    """

    kind: ClassVar[str] = "fpe"
    keep_first: int = 0
    keep_last: int = 0
    keep_luhn: bool | None = None

    def encrypt(self, entity: str, value: str, scope: Scope) -> str:
        """The stand-in of the same form.

        Raises:
            NoStandIn: fewer than a million values have this form, or a letter or a digit in it is
                not of the basic Latin ones.
        """
        return self._crypt(entity, value, scope, forward=True)

    def decrypt(self, entity: str, stand_in: str, scope: Scope) -> str:
        """The value that `encrypt` took, under the same settings, type and scope.

        Raises:
            NoStandIn: `encrypt` cannot have made this.
        """
        return self._crypt(entity, stand_in, scope, forward=False)

    def run(self, span: Span, value: str, scope: Scope) -> str:
        """The stand-in of the same form; raises as `encrypt` does."""
        return self.encrypt(span.type, value, scope)

    def _crypt(self, entity: str, value: str, scope: Scope, *, forward: bool) -> str:
        places = [at for at, char in enumerate(value) if char.isalnum()]
        signs = [value[at] for at in places]
        first, last = self.keep_first, max(len(signs) - self.keep_last, self.keep_first)
        head, body, tail = signs[:first], signs[first:last], signs[last:]
        alphabet = _alphabet(signs)
        cipher = _cipher(scope.derived("fpe"), len(alphabet))
        tweak = _tweak(scope.tenant, entity, "".join(head), "".join(tail))
        wants_luhn = self.keep_luhn if self.keep_luhn is not None else entity in _CARDS
        luhn = luhn_holds(signs) if wants_luhn and alphabet is _DIGITS else None
        step = cipher.encrypt if forward else cipher.decrypt
        numerals = [alphabet.index(char) for char in body]
        try:
            # Cycle walking: on until the result is of the same kind as the value, so that the
            # way back, which walks too, finds it.
            for _ in range(_MOST_STEPS):
                numerals = step(numerals, tweak)
                mixed = [*head, *(alphabet[at] for at in numerals), *tail]
                same = _alphabet(mixed) is alphabet and luhn in (None, luhn_holds(mixed))
                if same:
                    return _placed(value, places, mixed)
        except DomainTooSmall as error:
            raise NoStandIn(str(error)) from error
        except ValueError as error:
            raise NoStandIn("the value is too long") from error
        raise NoStandIn("no value of this form keeps the check digit")


def luhn_holds(digits: list[str]) -> bool:
    """Whether the last digit is the check digit of ISO/IEC 7812-1, annex B."""
    if not all(char in _DIGITS for char in digits):
        return False
    total = 0
    for at, char in enumerate(reversed(digits)):
        digit = int(char) * (1 + at % 2)
        total += digit - 9 if digit > 9 else digit  # noqa: PLR2004 - the sum of its two digits
    return total % 10 == 0


def _alphabet(signs: list[str]) -> str:
    for alphabet in _ALPHABETS:
        if all(char in alphabet for char in signs):
            return alphabet
    raise NoStandIn("a letter or digit is not of the basic Latin ones")


def _placed(value: str, places: list[int], signs: list[str]) -> str:
    chars = list(value)
    for at, char in zip(places, signs, strict=True):
        chars[at] = char
    return "".join(chars)


def _tweak(*parts: str) -> bytes:
    tweak = bytearray()
    for part in parts:
        encoded = part.encode("utf-8", "surrogatepass")
        tweak += len(encoded).to_bytes(2, "big") + encoded
    return bytes(tweak)


@lru_cache(maxsize=256)
def _cipher(key: bytes, radix: int) -> FF1:
    return FF1(key, radix)
